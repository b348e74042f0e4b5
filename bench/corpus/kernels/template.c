// Text templates: {{name}}, sections, inverted sections, loops over records and filters, compiled to a tree first.
#include <stdint.h>

enum kind { TEXT, FIELD, SECTION, INVERTED };
struct node { enum kind kind; const char *s; int len, filter; struct node *child, *next; };
struct pair { const char *key; const char *value; const struct record *list; int count; };
struct record { struct pair pairs[4]; const struct record *up; };

static struct node pool[256];
static int used;
static char out[40000];
static int at;

static struct node *make(enum kind k, const char *s, int len) {
    pool[used] = (struct node){k, s, len, 0, 0, 0};
    return &pool[used++];
}

static struct node *compile(const char **src, const char *closing, int closing_len) {
    struct node *first = 0, **tail = &first;
    const char *s = *src;
    while (*s) {
        const char *b = s;
        while (*s && !(s[0] == '{' && s[1] == '{')) s++;
        if (s > b) {
            *tail = make(TEXT, b, (int)(s - b));
            tail = &(*tail)->next;
        }
        if (!*s) break;
        s += 2;
        char mark = *s == '#' || *s == '^' || *s == '/' ? *s++ : 0;
        b = s;
        while (*s != '}' && *s != '|') s++;
        int len = (int)(s - b), filter = 0;
        if (*s == '|') {
            filter = *++s;
            while (*s != '}') s++;
        }
        s += 2;
        if (mark == '/') {
            int same = len == closing_len;
            for (int i = 0; same && i < len; i++) same = closing[i] == b[i];
            if (same) break;
            continue;
        }
        struct node *n = *tail = make(mark == '#' ? SECTION : mark == '^' ? INVERTED : FIELD, b, len);
        tail = &n->next;
        n->filter = filter;
        if (mark) n->child = compile(&s, b, len);
    }
    *src = s;
    return first;
}

static const struct pair *find(const struct record *r, const char *key, int len) {
    for (; r; r = r->up)
        for (const struct pair *p = r->pairs; p < r->pairs + 4 && p->key; p++) {
            int i = 0;
            while (i < len && p->key[i] == key[i]) i++;
            if (i == len && !p->key[i]) return p;
        }
    return 0;
}

static void put(const char *s, int filter) {
    int start = at;
    for (; *s; s++) {
        char c = *s;
        if (filter == 'u' && c >= 'a' && c <= 'z') c -= 32;
        if (filter == 'e' && (c == '<' || c == '&')) {
            for (const char *e = c == '<' ? "&lt;" : "&amp;"; *e;) out[at++] = *e++;
            continue;
        }
        out[at++] = c;
    }
    if (filter == 'r')
        for (int i = start, j = at - 1; i < j; i++, j--) {
            char t = out[i];
            out[i] = out[j];
            out[j] = t;
        }
    if (filter == 'p')
        while (at - start < 12) out[at++] = '.';
}

static void render(const struct node *n, const struct record *r) {
    for (; n; n = n->next) {
        const struct pair *p = n->kind == TEXT ? 0 : find(r, n->s, n->len);
        int truth = p && (p->list ? p->count > 0 : p->value && *p->value);
        switch (n->kind) {
        case TEXT:
            for (int i = 0; i < n->len; i++) out[at++] = n->s[i];
            break;
        case FIELD:
            if (p && p->value) put(p->value, n->filter);
            break;
        case INVERTED:
            if (!truth) render(n->child, r);
            break;
        case SECTION:
            if (truth && p->list)
                for (int i = 0; i < p->count; i++) {
                    struct record inner = p->list[i];
                    inner.up = r;
                    render(n->child, &inner);
                }
            else if (truth)
                render(n->child, r);
        }
    }
}

__attribute__((export_name("run"))) int run(int n) {
    static const char page[] = "<h1>{{title|u}}</h1>\n{{#items}}<li class='{{kind|p}}'>{{name|e}} of {{owner}}: {{#sale}}now {{price|r}}!{{/sale}}"
                               "{{^sale}}{{price}}{{/sale}}{{#tags}} #{{tag}}{{/tags}}{{^tags}} no tags{{/tags}}</li>\n{{/items}}{{^items}}none{{/items}}<p>{{missing}}";
    static const struct record tags[] = {{{{"tag", "old", 0, 0}}, 0}, {{{"tag", "wood & iron", 0, 0}}, 0}, {{{"tag", "heavy", 0, 0}}, 0}};
    static const struct record items[] = {
        {{{"name", "wheel <large>", 0, 0}, {"price", "00.021", 0, 0}, {"sale", "yes", 0, 0}, {"tags", 0, tags, 3}}, 0},
        {{{"name", "mill & stone", 0, 0}, {"price", "80.50", 0, 0}, {"kind", "part", 0, 0}, {"tags", 0, tags, 1}}, 0},
        {{{"name", "sluice", 0, 0}, {"price", "7.25", 0, 0}, {"sale", "", 0, 0}, {"tags", 0, tags, 0}}, 0}};
    uint32_t h = 0;
    for (int k = 0; k < n * 350; k++) {
        const char *src = page;
        struct record root = {{{"title", "things for sale", 0, 0}, {"owner", "the miller", 0, 0}, {"kind", "whole", 0, 0}, {"items", 0, items, k % 4}}, 0};
        used = at = 0;
        render(compile(&src, "", -1), &root);
        for (int i = 0; i < at; i++) h = h * 31 + (unsigned char)out[i];
    }
    return (int)h;
}
