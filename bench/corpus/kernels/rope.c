// A text buffer as a rope: leaves of 16 bytes, split and concatenate, rebuilt when too deep; lines found by counts.
#include <stdint.h>

typedef struct rope { struct rope *left, *right; int len, lines, depth; char leaf[16]; } rope;

static rope pool[6000], *spare;
static int fresh;

static rope *alloc(void) {
    if (spare) {
        rope *r = spare;
        spare = r->left;
        return r;
    }
    return fresh < 6000 ? &pool[fresh++] : (__builtin_trap(), (rope *)0);
}

static void release(rope *r) {
    r->left = spare;
    spare = r;
}

static rope *leaf(const char *s, int n) {
    rope *r = alloc();
    r->left = r->right = 0;
    r->len = n;
    r->lines = r->depth = 0;
    for (int i = 0; i < n; i++) {
        r->leaf[i] = s[i];
        r->lines += s[i] == '\n';
    }
    return r;
}

static rope *join(rope *a, rope *b) {
    if (!a) return b;
    if (!b) return a;
    if (!a->left && !b->left && a->len + b->len <= 16) {
        for (int i = 0; i < b->len; i++) a->leaf[a->len++] = b->leaf[i];
        a->lines += b->lines;
        release(b);
        return a;
    }
    rope *r = alloc();
    r->left = a;
    r->right = b;
    r->len = a->len + b->len;
    r->lines = a->lines + b->lines;
    r->depth = 1 + (a->depth > b->depth ? a->depth : b->depth);
    return r;
}

static void split(rope *r, int at, rope **a, rope **b) {
    if (!r || at <= 0) { *a = 0; *b = r; return; }
    if (at >= r->len) { *a = r; *b = 0; return; }
    if (!r->left) {
        *a = leaf(r->leaf, at);
        *b = leaf(r->leaf + at, r->len - at);
    } else if (at < r->left->len) {
        split(r->left, at, a, b);
        *b = join(*b, r->right);
    } else {
        rope *x;
        split(r->right, at - r->left->len, &x, b);
        *a = join(r->left, x);
    }
    release(r);
}

static int flatten(rope *r, rope **list) {
    if (r->left) {
        int n = flatten(r->left, list);
        n += flatten(r->right, list + n);
        release(r);
        return n;
    }
    *list = r;
    return 1;
}

static rope *rebuild(rope **list, int n) { return n == 1 ? *list : join(rebuild(list, n / 2), rebuild(list + n / 2, n - n / 2)); }

static char at(const rope *r, int i) {
    while (r->left) {
        if (i < r->left->len) r = r->left;
        else i -= r->left->len, r = r->right;
    }
    return r->leaf[i];
}

static int line_start(const rope *r, int line) {
    int before = 0;
    if (line == 0) return 0;
    while (r->left) {
        if (line <= r->left->lines) r = r->left;
        else line -= r->left->lines, before += r->left->len, r = r->right;
    }
    for (int i = 0; i < r->len; i++)
        if (r->leaf[i] == '\n' && --line == 0) return before + i + 1;
    return before + r->len;
}

__attribute__((export_name("run"))) int run(int n) {
    static const char text[] = "let the water run;\nturn, wheel\ngrind the grain to flour and the\nstone to dust\n";
    static rope *list[5000];
    uint32_t s = 13, h = 0;
    while (n--) {
        rope *doc = 0, *a, *b, *c;
        spare = 0;
        fresh = 0;
        for (int k = 0; k < 3000; k++) {
            s = s * 1664525u + 1013904223u;
            int len = doc ? doc->len : 0, p = len ? (int)((s >> 8) % (unsigned)len) : 0, from = (int)(s >> 24) % 60;
            if (len > 12000 || (s >> 28) < 5) {
                split(doc, p, &a, &b);
                split(b, 1 + (int)(s >> 20 & 31), &c, &b);
                doc = (s >> 28) == 3 ? join(join(c, a), b) : join(a, b);
                if (c && (s >> 28) != 3) {
                    int m = flatten(c, list);
                    while (m--) release(list[m]);
                }
            } else {
                split(doc, p, &a, &b);
                doc = join(join(a, leaf(text + from, 4 + (int)(s >> 20 & 7))), b);
            }
            if (doc && doc->depth > 24) doc = rebuild(list, flatten(doc, list));
            if (doc && doc->len) {
                int l = line_start(doc, (int)((s >> 4) % (unsigned)(doc->lines + 1)));
                for (int i = 0; i < 12 && l + i < doc->len; i++) h = h * 31 + (unsigned char)at(doc, l + i);
                h += (uint32_t)doc->len;
            }
        }
    }
    return (int)h;
}
