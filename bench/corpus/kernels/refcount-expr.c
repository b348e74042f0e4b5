// Expression trees with reference counts: build, differentiate symbolically, simplify, evaluate.
#include <stdint.h>
#include <stddef.h>

typedef struct expr {
    int refs;
    char op; // 'n' number, 'x' variable, '+', '-', '*'
    int64_t value;
    struct expr *l, *r;
} expr;

static expr pool[4096], *unused;
static int live;

static expr *hold(expr *e)
{
    e->refs++;
    return e;
}

static void drop(expr *e)
{
    if (!e || --e->refs > 0)
        return;
    drop(e->l);
    drop(e->r);
    e->l = unused;
    unused = e;
    live--;
}

/* Owns both operands. */
static expr *node(char op, int64_t value, expr *l, expr *r)
{
    expr *e = unused;
    unused = e->l;
    live++;
    *e = (expr){1, op, value, l, r};
    return e;
}

static expr *num(int64_t v) { return node('n', v, NULL, NULL); }
static int is(const expr *e, int64_t v) { return e->op == 'n' && e->value == v; }

static expr *keep(expr *wanted, expr *other)
{
    drop(other);
    return wanted;
}

static expr *make(char op, expr *l, expr *r)
{
    if (l->op == 'n' && r->op == 'n') {
        uint64_t a = (uint64_t)l->value, b = (uint64_t)r->value;
        uint64_t v = op == '+' ? a + b : op == '-' ? a - b : a * b;
        drop(l);
        drop(r);
        return num((int64_t)v);
    }
    if (op == '+' && is(l, 0)) return keep(r, l);
    if (op != '*' && is(r, 0)) return keep(l, r);
    if (op == '*') {
        if (is(l, 0) || is(r, 1)) return keep(l, r);
        if (is(r, 0) || is(l, 1)) return keep(r, l);
    }
    return node(op, 0, l, r);
}

static expr *derive(expr *e)
{
    switch (e->op) {
    case 'n': return num(0);
    case 'x': return num(1);
    case '*':
        return make('+', make('*', derive(e->l), hold(e->r)), make('*', hold(e->l), derive(e->r)));
    default: return make(e->op, derive(e->l), derive(e->r));
    }
}

static uint64_t eval(const expr *e, uint64_t x)
{
    switch (e->op) {
    case 'n': return (uint64_t)e->value;
    case 'x': return x;
    case '+': return eval(e->l, x) + eval(e->r, x);
    case '-': return eval(e->l, x) - eval(e->r, x);
    default: return eval(e->l, x) * eval(e->r, x);
    }
}

static expr *random_expr(uint32_t *s, int depth)
{
    *s = *s * 1664525u + 1013904223u;
    uint32_t k = *s >> 28;
    if (depth == 0 || k == 15)
        return k & 1 ? node('x', 0, NULL, NULL) : num((int64_t)(k % 5) - 1);
    expr *l = random_expr(s, depth - 1);
    return make("+-*"[k % 3], l, random_expr(s, depth - 1));
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t s = 21;
    uint64_t h = 0;
    for (int r = 0; r < n; r++) {
        unused = NULL;
        live = 0;
        for (int i = 0; i < 4096; i++) {
            pool[i].l = unused;
            unused = &pool[i];
        }
        for (int k = 0; k < 60; k++) {
            expr *e = random_expr(&s, 6), *d = derive(e), *dd = derive(d);
            for (uint64_t x = 0; x < 4; x++)
                h = h * 7 + eval(e, x) + eval(d, x) * 3 + eval(dd, x) + (uint64_t)live;
            drop(d);
            drop(e);
            drop(dd);
        }
        h = h * 3 + (uint64_t)live;
    }
    return (int)(h ^ h >> 32);
}
