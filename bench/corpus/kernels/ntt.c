// Number-theoretic transform modulo 998244353: cyclic convolution of integer sequences.
#include <stdint.h>

static const uint32_t MOD = 998244353u;
#define LOG 10
#define LEN (1 << LOG)

static uint32_t a[LEN], b[LEN], roots[LEN / 2];

static uint32_t mulmod(uint32_t x, uint32_t y) { return (uint32_t)((uint64_t)x * y % MOD); }

static uint32_t addmod(uint32_t x, uint32_t y) {
    uint32_t s = x + y;
    return s >= MOD ? s - MOD : s;
}

static uint32_t submod(uint32_t x, uint32_t y) { return x >= y ? x - y : x + MOD - y; }

static uint32_t power(uint32_t base, uint32_t e) {
    uint32_t r = 1;
    for (; e; e >>= 1) {
        if (e & 1) r = mulmod(r, base);
        base = mulmod(base, base);
    }
    return r;
}

static void reverse_order(uint32_t *v) {
    for (uint32_t i = 1, j = 0; i < LEN; i++) {
        uint32_t bit = LEN >> 1;
        for (; j & bit; bit >>= 1) j ^= bit;
        j ^= bit;
        if (i < j) {
            uint32_t t = v[i];
            v[i] = v[j];
            v[j] = t;
        }
    }
}

static void transform(uint32_t *v, int inverse) {
    uint32_t g = power(3, (MOD - 1) / LEN);
    if (inverse) g = power(g, MOD - 2);
    roots[0] = 1;
    for (int i = 1; i < LEN / 2; i++) roots[i] = mulmod(roots[i - 1], g);
    reverse_order(v);
    for (int half = 1; half < LEN; half *= 2) {
        int stride = LEN / 2 / half;
        for (int block = 0; block < LEN; block += 2 * half)
            for (int k = 0; k < half; k++) {
                uint32_t u = v[block + k], t = mulmod(v[block + k + half], roots[k * stride]);
                v[block + k] = addmod(u, t);
                v[block + k + half] = submod(u, t);
            }
    }
    if (inverse) {
        uint32_t inv = power(LEN, MOD - 2);
        for (int i = 0; i < LEN; i++) v[i] = mulmod(v[i], inv);
    }
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t check = 0;
    for (int k = 0; k < n * 3; k++) {
        for (uint32_t i = 0; i < LEN; i++) {
            a[i] = i < LEN / 2 ? (i * 7919u + (uint32_t)k) % 1000u : 0;
            b[i] = i < LEN / 2 ? (i * i + 13u) % 1000u : 0;
        }
        transform(a, 0);
        transform(b, 0);
        for (int i = 0; i < LEN; i++) a[i] = mulmod(a[i], b[i]);
        transform(a, 1);
        for (int i = 0; i < LEN; i++) check = check * 31 + a[i];
    }
    return (int)check;
}
