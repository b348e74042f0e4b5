// A tree of user-interface widgets with tables of methods: measure, lay out, hit-test, draw to cells, bubble events.
#include <stdint.h>

typedef struct widget widget;
typedef struct { int x, y, w, h; } rect;
typedef struct {
    void (*measure)(widget *, int avail);
    void (*layout)(widget *, rect);
    void (*draw)(const widget *);
    int (*event)(widget *, int x, int y, int code);
} methods;
struct widget {
    const methods *m;
    widget *parent, *first, *next;
    rect box;
    int want_w, want_h, value, grow;
    const char *label;
};

#define COLS 60
#define ROWS 30
static uint8_t screen[ROWS][COLS];
static widget pool[64];
static int used;
static rect clip;

static int textlen(const char *s) { int n = 0; while (s[n]) n++; return n; }

static void cell(int x, int y, int c) {
    if (x >= clip.x && y >= clip.y && x < clip.x + clip.w && y < clip.y + clip.h) screen[y][x] = (uint8_t)c;
}

static void fill(rect r, int c) {
    for (int y = r.y; y < r.y + r.h; y++)
        for (int x = r.x; x < r.x + r.w; x++) cell(x, y, c);
}

static void keep(widget *w, rect r) { w->box = r; }

static void label_measure(widget *w, int avail) {
    int n = textlen(w->label);
    if (avail < 1) avail = 1;
    w->want_w = n < avail ? n : avail;
    w->want_h = (n + avail - 1) / avail;
}

static void label_draw(const widget *w) {
    int x = 0, y = 0;
    for (const char *s = w->label; *s && y < w->box.h; s++) {
        cell(w->box.x + x, w->box.y + y, *s);
        if (++x >= w->box.w) x = 0, y++;
    }
}

static int ignore(widget *w, int x, int y, int code) { (void)w, (void)x, (void)y, (void)code; return 0; }

static void button_measure(widget *w, int avail) {
    label_measure(w, avail - 4);
    w->want_w += 4;
    w->want_h = 3;
}

static void button_draw(const widget *w) {
    fill(w->box, w->value & 1 ? '#' : '-');
    for (int i = 0; w->label[i]; i++) cell(w->box.x + 2 + i, w->box.y + 1, w->label[i]);
}

static int button_event(widget *w, int x, int y, int code) {
    (void)x, (void)y;
    w->value += code;
    return w->value % 3 == 0;
}

static void bar_measure(widget *w, int avail) { w->want_w = avail / 2, w->want_h = 1; }

static void bar_draw(const widget *w) {
    for (int i = 0; i < w->box.w; i++) cell(w->box.x + i, w->box.y, i * 100 < w->value * w->box.w ? '=' : '.');
}

static int bar_event(widget *w, int x, int y, int code) {
    (void)y, (void)code;
    w->value = w->box.w ? (x - w->box.x) * 100 / w->box.w : 0;
    return 1;
}

static void stack_measure(widget *w, int avail) {
    int across = w->value;
    w->want_w = w->want_h = 0;
    for (widget *c = w->first; c; c = c->next) {
        c->m->measure(c, across ? avail / 2 : avail - 2);
        int *along = across ? &w->want_w : &w->want_h, *other = across ? &w->want_h : &w->want_w;
        int a = across ? c->want_w : c->want_h, o = across ? c->want_h : c->want_w;
        *along += a;
        if (o > *other) *other = o;
    }
}

static void stack_layout(widget *w, rect r) {
    int across = w->value, total = across ? w->want_w : w->want_h, spare = (across ? r.w : r.h) - total, shares = 0, at = across ? r.x : r.y;
    w->box = r;
    for (widget *c = w->first; c; c = c->next) shares += c->grow;
    for (widget *c = w->first; c; c = c->next) {
        int size = across ? c->want_w : c->want_h;
        if (shares && spare > 0) size += spare * c->grow / shares;
        c->m->layout(c, across ? (rect){at, r.y, size, r.h} : (rect){r.x, at, r.w, size});
        at += size;
    }
}

static void stack_draw(const widget *w) {
    rect old = clip;
    int x1 = clip.x + clip.w, y1 = clip.y + clip.h;
    if (w->box.x > clip.x) clip.x = w->box.x;
    if (w->box.y > clip.y) clip.y = w->box.y;
    clip.w = (w->box.x + w->box.w < x1 ? w->box.x + w->box.w : x1) - clip.x;
    clip.h = (w->box.y + w->box.h < y1 ? w->box.y + w->box.h : y1) - clip.y;
    for (const widget *c = w->first; c; c = c->next) c->m->draw(c);
    clip = old;
}

static const methods label = {label_measure, keep, label_draw, ignore}, button = {button_measure, keep, button_draw, button_event},
                     bar = {bar_measure, keep, bar_draw, bar_event}, stack = {stack_measure, stack_layout, stack_draw, ignore};

static widget *add(widget *parent, const methods *m, const char *text, int value, int grow) {
    widget *w = &pool[used++], **p;
    *w = (widget){.m = m, .parent = parent, .label = text, .value = value, .grow = grow};
    if (parent) {
        for (p = &parent->first; *p;) p = &(*p)->next;
        *p = w;
    }
    return w;
}

static widget *hit(widget *w, int x, int y) {
    if (x < w->box.x || y < w->box.y || x >= w->box.x + w->box.w || y >= w->box.y + w->box.h) return 0;
    for (widget *c = w->first; c; c = c->next) {
        widget *h = hit(c, x, y);
        if (h) return h;
    }
    return w;
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t s = 7, h = 0;
    used = 0;
    widget *root = add(0, &stack, "", 0, 1);
    for (int i = 0; i < 4; i++) {
        widget *row = add(root, &stack, "", i != 2, i & 1);
        add(row, &label, "name of the thing that is set", 0, 1);
        add(row, &bar, "", 10 + 20 * i, 2);
        widget *col = add(row, &stack, "", 0, 0);
        add(col, &button, "open", 0, 0);
        add(col, &button, "close it", 1, 1);
    }
    for (int k = 0; k < n * 75; k++) {
        clip = (rect){0, 0, COLS, ROWS};
        fill(clip, ' ');
        root->m->measure(root, 30 + k % 30);
        root->m->layout(root, (rect){0, 0, 30 + k % 31, ROWS});
        root->m->draw(root);
        for (int e = 0; e < 30; e++) {
            s = s * 1103515245u + 12345u;
            int x = (int)((s >> 16) % COLS), y = (int)((s >> 8) % ROWS);
            widget *w = hit(root, x, y);
            while (w && !w->m->event(w, x, y, 1 + e % 2)) w = w->parent;
            h = h * 31 + (w ? (uint32_t)(w - pool) : 99);
        }
        for (int i = 0; i < ROWS * COLS; i++) h = h * 33 ^ screen[i / COLS][i % COLS];
    }
    return (int)h;
}
