// A small scripting language: parsed by recursive descent to a syntax tree with scopes, constants folded, tree walked.
#include <stdint.h>

enum kind { NUM, VAR, BIN, ASSIGN, IF, WHILE, SEQ, CALL, DEF, RETURN, NOT };
struct node { uint8_t kind, op; int16_t slot; int32_t value; struct node *a, *b, *c; };
struct fn { uint32_t name; struct node *body; int params; };

static struct node pool[700];
static struct fn fns[16];
static int used, nfns;
static const char *src;
static uint32_t names[16];
static int nnames, returning;

static void skip(void) { while (*src == ' ' || *src == '\n') src++; }

static int accept(const char *t) {
    skip();
    const char *p = src;
    while (*t) if (*p++ != *t++) return 0;
    src = p;
    return 1;
}

static uint32_t ident(void) {
    uint32_t h = 7;
    skip();
    while ((*src >= 'a' && *src <= 'z') || *src == '_') h = h * 31 + (uint32_t)*src++;
    return h;
}

static struct node *make(enum kind k, int op, struct node *a, struct node *b) {
    struct node *n = &pool[used++];
    *n = (struct node){(uint8_t)k, (uint8_t)op, 0, 0, a, b, 0};
    return n;
}

static int slot_of(uint32_t name) {
    for (int i = 0; i < nnames; i++) if (names[i] == name) return i;
    names[nnames] = name;
    return nnames++;
}

static int apply(int op, int32_t x, int32_t y) {
    switch (op) {
    case '+': return (int32_t)((uint32_t)x + (uint32_t)y);
    case '-': return (int32_t)((uint32_t)x - (uint32_t)y);
    case '*': return (int32_t)((uint32_t)x * (uint32_t)y);
    case '/': return y > 0 ? x / y : 0;
    case '%': return y > 0 ? x % y : 0;
    case '<': return x < y;
    case '=': return x == y;
    default: return x && y;
    }
}

static struct node *expr(int level);

static struct node *primary(void) {
    skip();
    if (*src >= '0' && *src <= '9') {
        struct node *n = make(NUM, 0, 0, 0);
        while (*src >= '0' && *src <= '9') n->value = n->value * 10 + *src++ - '0';
        return n;
    }
    if (accept("(")) {
        struct node *n = expr(0);
        accept(")");
        return n;
    }
    if (accept("!")) return make(NOT, 0, primary(), 0);
    uint32_t name = ident();
    if (accept("(")) {
        struct node *n = make(CALL, 0, 0, 0), **tail = &n->a;
        for (n->slot = 0; fns[n->slot].name != name && n->slot < nfns;) n->slot++;
        while (!accept(")")) {
            *tail = make(SEQ, 0, expr(0), 0);
            tail = &(*tail)->b;
            accept(",");
        }
        return n;
    }
    struct node *n = make(VAR, 0, 0, 0);
    n->slot = (int16_t)slot_of(name);
    return n;
}

static struct node *expr(int level) {
    static const char *const ops[4] = {"&", "<=", "+-", "*/%"};
    if (level == 4) return primary();
    struct node *n = expr(level + 1);
    for (;;) {
        skip();
        const char *o = ops[level];
        while (*o && *o != *src) o++;
        if (!*o) return n;
        int op = *src++;
        struct node *r = expr(level + 1);
        if (n->kind == NUM && r->kind == NUM) n->value = apply(op, n->value, r->value);
        else n = make(BIN, op, n, r);
    }
}

static struct node *statement(void) {
    if (accept("{")) {
        struct node *first = 0, **tail = &first;
        while (!accept("}")) {
            *tail = make(SEQ, 0, statement(), 0);
            tail = &(*tail)->b;
        }
        return first;
    }
    if (accept("if ")) {
        struct node *n = make(IF, 0, expr(0), 0);
        n->b = statement();
        if (accept("else ")) n->c = statement();
        return n;
    }
    if (accept("while ")) {
        struct node *n = make(WHILE, 0, expr(0), 0);
        n->b = statement();
        return n;
    }
    if (accept("return ")) {
        struct node *n = make(RETURN, 0, expr(0), 0);
        accept(";");
        return n;
    }
    int slot = slot_of(ident());
    accept(":=");
    struct node *n = make(ASSIGN, 0, expr(0), 0);
    n->slot = (int16_t)slot;
    accept(";");
    return n;
}

static int32_t eval(const struct node *n, int32_t *v) {
    int32_t r = 0;
    if (!n) return 0;
    switch ((enum kind)n->kind) {
    case NUM: return n->value;
    case VAR: return v[n->slot];
    case NOT: return !eval(n->a, v);
    case BIN: r = eval(n->a, v); return apply(n->op, r, eval(n->b, v));
    case ASSIGN: return v[n->slot] = eval(n->a, v);
    case IF: return eval(eval(n->a, v) ? n->b : n->c, v);
    case WHILE: while (!returning && eval(n->a, v)) r = eval(n->b, v); return r;
    case SEQ: for (; n && !returning; n = n->b) r = eval(n->a, v); return r;
    case RETURN: r = eval(n->a, v); returning = 1; return r;
    case CALL: {
        int32_t frame[16] = {0};
        int i = 0;
        for (const struct node *a = n->a; a; a = a->b) frame[i++] = eval(a->a, v);
        r = eval(fns[n->slot].body, frame);
        returning = 0;
        return r;
    }
    default: return 0;
    }
}

static const char program[] =
    "fn gcd(a,b) { while b { t := a % b; a := b; b := t; } return a; } "
    "fn pow(x,k,m) { if k = 0 return 1; h := pow(x * x % m, k / 2, m); if k % 2 = 1 return h * x % m; return h; } "
    "fn depth(n) { if n < 2 return 0; if n % 2 = 0 return 1 + depth(n / 2); return 1 + depth(3 * n + 1); } "
    "fn main(n) { i := 1; s := 2 * 3 + 4 % 3; while i < n { s := s + gcd(i * 12, n) + depth(i); if !(i % 3 = 0) & (i < 90) s := s + pow(i, 13, 997); "
    "else { s := s * 3 % 10007; } i := i + 1; } return s; } ";

__attribute__((export_name("run"))) int run(int n) {
    uint32_t h = 0;
    for (int k = 0; k < n * 2; k++) {
        used = nfns = 0;
        src = program;
        while (accept("fn ")) {
            struct fn *f = &fns[nfns++];
            f->name = ident();
            nnames = 0;
            accept("(");
            for (f->params = 0; !accept(")"); f->params++) slot_of(ident()), accept(",");
            f->body = statement();
        }
        int32_t frame[16] = {100 + k % 20};
        returning = 0;
        h = h * 31 + (uint32_t)eval(fns[nfns - 1].body, frame) + (uint32_t)used;
    }
    return (int)h;
}
