// Long multiplication in 64-bit limbs: products by halves, carry chains, Karatsuba, squaring, division by a limb.
#include <stdint.h>
typedef uint64_t limb;
typedef struct { limb lo, hi; } wide;

static wide mul1(limb a, limb b) {
    limb al = (uint32_t)a, ah = a >> 32, bl = (uint32_t)b, bh = b >> 32;
    limb ll = al * bl, lh = al * bh, hl = ah * bl;
    limb mid = (ll >> 32) + (uint32_t)lh + (uint32_t)hl;
    return (wide){mid << 32 | (uint32_t)ll, ah * bh + (lh >> 32) + (hl >> 32) + (mid >> 32)};
}

static limb addn(limb *r, const limb *a, const limb *b, int n) {
    limb c = 0;
    for (int i = 0; i < n; i++) {
        limb s = a[i] + c;
        c = s < c;
        s += b[i];
        c += s < b[i];
        r[i] = s;
    }
    return c;
}

static limb subn(limb *r, const limb *a, const limb *b, int n) {
    limb c = 0;
    for (int i = 0; i < n; i++) {
        limb x = a[i], y = b[i], d = x - y, e = d - c;
        c = (x < y) | (d < c);
        r[i] = e;
    }
    return c;
}

static limb addmul(limb *r, const limb *a, int n, limb m) {
    limb c = 0;
    for (int i = 0; i < n; i++) {
        wide p = mul1(a[i], m);
        p.lo += c;
        p.hi += p.lo < c;
        r[i] += p.lo;
        c = p.hi + (r[i] < p.lo);
    }
    return c;
}

static void school(limb *r, const limb *a, const limb *b, int n) {
    for (int i = 0; i < 2 * n; i++) r[i] = 0;
    for (int i = 0; i < n; i++) r[n + i] = addmul(r + i, a, n, b[i]);
}

static limb inc(limb *r, int n, limb c) {
    for (int i = 0; i < n && c; i++) {
        r[i] += c;
        c = r[i] < c;
    }
    return c;
}

static void karatsuba(limb *r, const limb *a, const limb *b, int n, limb *t) {
    if (n <= 8) {
        school(r, a, b, n);
        return;
    }
    int h = n / 2;
    karatsuba(r, a, b, h, t);
    karatsuba(r + n, a + h, b + h, h, t);
    limb *sa = t, *sb = t + h, *mid = t + n;
    limb ca = addn(sa, a, a + h, h), cb = addn(sb, b, b + h, h);
    karatsuba(mid, sa, sb, h, t + 2 * n);
    limb top = ca & cb;
    if (ca) top += addn(mid + h, mid + h, sb, h);
    if (cb) top += addn(mid + h, mid + h, sa, h);
    top -= subn(mid, mid, r, n);
    top -= subn(mid, mid, r + n, n);
    top += addn(r + h, r + h, mid, n);
    inc(r + h + n, h, top);
}

static limb mod_small(const limb *a, int n, uint32_t m) {
    limb rem = 0;
    while (n--) {
        rem = (rem << 32 | a[n] >> 32) % m;
        rem = (rem << 32 | (uint32_t)a[n]) % m;
    }
    return rem;
}

__attribute__((export_name("run"))) int run(int n) {
    static limb a[32], b[32], r[64], q[64], t[256];
    limb s = 3, check = 0;
    for (int k = 0; k < n * 60; k++) {
        for (int i = 0; i < 32; i++) {
            s = s * 6364136223846793005u + 1442695040888963407u;
            a[i] = s ^ s >> 29;
            b[i] = k % 5 ? ~s : ~(limb)0;
        }
        karatsuba(r, a, b, 32, t);
        school(q, a, b, 32);
        check += subn(q, q, r, 64);
        for (int i = 0; i < 64; i++) check |= q[i] << 63;
        const uint32_t m = 4294967291u;
        limb expect = mod_small(a, 32, m) * mod_small(b, 32, m) % m;
        check = check * 31 + (mod_small(r, 64, m) == expect) + r[k & 63];
    }
    return (int)(check ^ check >> 32);
}
