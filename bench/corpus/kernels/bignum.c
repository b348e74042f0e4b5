// Natural numbers in 32-bit limbs: add, multiply, divide by a limb, long division; factorials.
#include <stdint.h>
#include <stddef.h>

#define MAXL 80
typedef struct { int n; uint32_t d[MAXL]; } big;

static void trim(big *a)
{
    while (a->n > 0 && a->d[a->n - 1] == 0)
        a->n--;
}

static void set(big *a, uint32_t v)
{
    a->n = v != 0;
    a->d[0] = v;
}

static void mul_small(big *a, uint32_t m)
{
    uint64_t carry = 0;
    for (int i = 0; i < a->n; i++) {
        carry += (uint64_t)a->d[i] * m;
        a->d[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry)
        a->d[a->n++] = (uint32_t)carry;
}

static uint32_t div_small(big *a, uint32_t m)
{
    uint64_t rest = 0;
    for (int i = a->n - 1; i >= 0; i--) {
        rest = rest << 32 | a->d[i];
        a->d[i] = (uint32_t)(rest / m);
        rest %= m;
    }
    trim(a);
    return (uint32_t)rest;
}

static void add(big *r, const big *a, const big *b)
{
    uint32_t carry = 0;
    int n = a->n > b->n ? a->n : b->n;
    for (int i = 0; i < n; i++) {
        uint32_t x = i < a->n ? a->d[i] : 0, y = i < b->n ? b->d[i] : 0;
        uint32_t t = x + carry;
        carry = t < carry;
        t += y;
        carry += t < y;
        r->d[i] = t;
    }
    if (carry)
        r->d[n++] = carry;
    r->n = n;
}

static void mul(big *r, const big *a, const big *b)
{
    for (int i = 0; i < a->n + b->n; i++)
        r->d[i] = 0;
    for (int i = 0; i < a->n; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < b->n; j++) {
            carry += (uint64_t)a->d[i] * b->d[j] + r->d[i + j];
            r->d[i + j] = (uint32_t)carry;
            carry >>= 32;
        }
        r->d[i + b->n] = (uint32_t)carry;
    }
    r->n = a->n + b->n;
    trim(r);
}

static int cmp(const big *a, const big *b)
{
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    for (int i = a->n - 1; i >= 0; i--)
        if (a->d[i] != b->d[i])
            return a->d[i] < b->d[i] ? -1 : 1;
    return 0;
}

static void sub(big *a, const big *b) // a -= b, a >= b
{
    int64_t borrow = 0;
    for (int i = 0; i < a->n; i++) {
        borrow += (int64_t)a->d[i] - (i < b->n ? b->d[i] : 0);
        a->d[i] = (uint32_t)borrow;
        borrow >>= 32;
    }
    trim(a);
}

static void rem(big *a, const big *m) // a %= m by shift and subtract
{
    big r;
    r.n = 0;
    for (int i = a->n * 32 - 1; i >= 0; i--) {
        uint32_t in = a->d[i >> 5] >> (i & 31) & 1;
        for (int k = 0; k < r.n; k++) {
            uint32_t out = r.d[k] >> 31;
            r.d[k] = r.d[k] << 1 | in;
            in = out;
        }
        if (in)
            r.d[r.n++] = in;
        if (cmp(&r, m) >= 0)
            sub(&r, m);
    }
    *a = r;
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t h = 0;
    static big f, a, b, t, m;
    for (int r = 0; r < n; r++) {
        set(&f, 1);
        for (uint32_t i = 2; i <= 200; i++)
            mul_small(&f, i + (uint32_t)r);
        set(&a, 0);
        set(&b, 1);
        for (int i = 0; i < 900; i++) {
            add(&t, &a, &b);
            a = b;
            b = t;
        }
        m = b;
        m.n = 6;
        m.d[5] |= 1;
        set(&a, 3);
        for (int i = 0; i < 24; i++) {
            mul(&t, &a, &a);
            rem(&t, &m);
            a = t;
            mul_small(&a, 7);
        }
        mul(&t, &b, &a);
        add(&a, &t, &f);
        while (a.n > 0)
            h = h * 31 + div_small(&a, 1000000000u);
    }
    return (int)h;
}
