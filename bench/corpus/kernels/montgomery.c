// Modular arithmetic: 64-bit Montgomery, Miller-Rabin, and a prime field of four 64-bit limbs.
#include <stdint.h>

typedef struct { uint64_t l[4]; } Fe;  // little-endian limbs modulo 2^256 - 189

static uint64_t mulhi(uint64_t a, uint64_t b, uint64_t *lo) {
    uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    uint64_t p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
    uint64_t mid = (p00 >> 32) + (uint32_t)p01 + (uint32_t)p10;
    *lo = mid << 32 | (uint32_t)p00;
    return p11 + (p01 >> 32) + (p10 >> 32) + (mid >> 32);
}

static uint64_t inverse64(uint64_t m) {
    uint64_t x = m;
    for (int i = 0; i < 5; i++) x *= 2 - m * x;
    return 0 - x;
}

static uint64_t redc(uint64_t hi, uint64_t lo, uint64_t m, uint64_t k) {
    uint64_t q = lo * k, ql, qh = mulhi(q, m, &ql);
    uint64_t carry = lo != 0, t = hi + qh + carry;  // lo + ql is 0 modulo 2^64
    return t >= m ? t - m : t;
}

static uint64_t mmul(uint64_t a, uint64_t b, uint64_t m, uint64_t k) {
    uint64_t lo, hi = mulhi(a, b, &lo);
    return redc(hi, lo, m, k);
}

static int probably_prime(uint64_t m) {
    static const uint8_t bases[7] = {2, 3, 5, 7, 11, 13, 17};
    uint64_t k = inverse64(m), one = (0 - m) % m, minus = m - one, d = m - 1;
    int s = __builtin_ctzll(d);
    d >>= s;
    for (int i = 0; i < 7; i++) {
        uint64_t b = 0, x = one;
        for (int j = 0; j < bases[i]; j++) b = b >= m - one ? b - (m - one) : b + one;
        for (uint64_t e = d; e; e >>= 1) {
            if (e & 1) x = mmul(x, b, m, k);
            b = mmul(b, b, m, k);
        }
        if (x == one || x == minus) continue;
        int r = 1;
        for (; r < s; r++) {
            x = mmul(x, x, m, k);
            if (x == minus) break;
        }
        if (r >= s) return 0;
    }
    return 1;
}

__attribute__((noinline)) static void fe_mul(Fe *out, const Fe *a, const Fe *b) {
    uint64_t r[8] = {0};
    for (int i = 0; i < 4; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < 4; j++) {
            unsigned __int128 t = (unsigned __int128)a->l[i] * b->l[j] + r[i + j] + carry;
            r[i + j] = (uint64_t)t;
            carry = (uint64_t)(t >> 64);
        }
        r[i + 4] = carry;
    }
    uint64_t carry = 0;
    for (int i = 0; i < 4; i++) {  // 2^256 is 189
        unsigned __int128 t = (unsigned __int128)r[i + 4] * 189 + r[i] + carry;
        r[i] = (uint64_t)t;
        carry = (uint64_t)(t >> 64);
    }
    uint64_t add = carry * 189;
    for (int i = 0; i < 4; i++) {
        uint64_t s = r[i] + add;
        add = s < add;
        out->l[i] = s;
    }
    out->l[0] += add * 189;
}

void __multi3(uint64_t out[2], uint64_t alo, uint64_t ahi, uint64_t blo, uint64_t bhi) {
    uint64_t lo;
    out[1] = mulhi(alo, blo, &lo) + alo * bhi + ahi * blo;
    out[0] = lo;
}

__attribute__((export_name("run"))) int run(int n) {
    uint64_t check = 0, candidate = 0xfffffffffff00001ull;
    Fe x = {{3, 5, 7, 11}}, y = {{1, 2, 3, 4}};
    for (int k = 0; k < n; k++) {
        for (int i = 0; i < 60; i++, candidate += 2)
            if (probably_prime(candidate >> 1 | 1)) check = check * 31 + candidate;
        for (int i = 0; i < 3000; i++) {
            fe_mul(&x, &x, &y);
            if (i & 1) fe_mul(&y, &x, &x);
        }
        check ^= x.l[0] + x.l[1] + x.l[2] + x.l[3];
    }
    return (int)(check ^ check >> 32);
}
