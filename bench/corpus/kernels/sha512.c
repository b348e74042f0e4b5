// SHA-512-like hash (rounds and schedule as standardised, own constants from roots of primes) with a streaming context.
#include <stdint.h>
#include <stddef.h>

typedef struct {
    uint64_t h[8], total;
    uint8_t buf[128];
    unsigned fill;
} sha512_ctx;

static uint64_t K[80], start[8];

static uint64_t rotr(uint64_t x, int n) { return x >> n | x << (64 - n); }

/* Bits after the point of the square or cube root of p. */
static uint64_t root_bits(uint32_t p, int root) {
    uint64_t x = 0;
    double r = (double)p;
    double g = root == 2 ? __builtin_sqrt(r) : r;
    if (root == 3)
        for (int i = 0; i < 60; i++) g = (2 * g + r / (g * g)) / 3;
    double f = g - __builtin_floor(g);
    for (int i = 0; i < 64; i++) {
        f *= 2;
        x = x << 1 | (f >= 1.0);
        if (f >= 1.0) f -= 1.0;
    }
    return x * 0x9e3779b97f4a7c15u + p;  // the low bits are not exact, so they are stirred
}

static void tables(void) {
    unsigned n = 0;
    for (uint32_t p = 2; n < 80; p++) {
        int prime = 1;
        for (uint32_t d = 2; d * d <= p; d++)
            if (p % d == 0) { prime = 0; break; }
        if (!prime) continue;
        if (n < 8) start[n] = root_bits(p, 2);
        K[n++] = root_bits(p, 3);
    }
}

static void block(sha512_ctx *c, const uint8_t *p) {
    uint64_t w[80];
    for (int i = 0; i < 16; i++, p += 8)
        w[i] = (uint64_t)p[0] << 56 | (uint64_t)p[1] << 48 | (uint64_t)p[2] << 40 | (uint64_t)p[3] << 32 |
               (uint64_t)p[4] << 24 | (uint64_t)p[5] << 16 | (uint64_t)p[6] << 8 | p[7];
    for (int i = 16; i < 80; i++) {
        uint64_t s0 = rotr(w[i - 15], 1) ^ rotr(w[i - 15], 8) ^ w[i - 15] >> 7;
        uint64_t s1 = rotr(w[i - 2], 19) ^ rotr(w[i - 2], 61) ^ w[i - 2] >> 6;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint64_t a = c->h[0], b = c->h[1], cc = c->h[2], d = c->h[3];
    uint64_t e = c->h[4], f = c->h[5], g = c->h[6], h = c->h[7];
    for (int i = 0; i < 80; i++) {
        uint64_t t1 = h + (rotr(e, 14) ^ rotr(e, 18) ^ rotr(e, 41)) + ((e & f) ^ (~e & g)) + K[i] + w[i];
        uint64_t t2 = (rotr(a, 28) ^ rotr(a, 34) ^ rotr(a, 39)) + ((a & b) ^ (a & cc) ^ (b & cc));
        h = g; g = f; f = e; e = d + t1;
        d = cc; cc = b; b = a; a = t1 + t2;
    }
    c->h[0] += a; c->h[1] += b; c->h[2] += cc; c->h[3] += d;
    c->h[4] += e; c->h[5] += f; c->h[6] += g; c->h[7] += h;
}

static void update(sha512_ctx *c, const uint8_t *p, size_t n) {
    c->total += n;
    while (n--) {
        c->buf[c->fill++] = *p++;
        if (c->fill == 128) {
            block(c, c->buf);
            c->fill = 0;
        }
    }
}

static void finish(sha512_ctx *c) {
    uint64_t bits = c->total * 8;
    uint8_t pad = 0x80;
    do {
        update(c, &pad, 1);
        pad = 0;
    } while (c->fill != 112);
    for (int i = 15; i >= 0; i--) {
        uint8_t byte = i < 8 ? (uint8_t)(bits >> 8 * i) : 0;
        update(c, &byte, 1);
    }
}

__attribute__((export_name("run"))) int run(int n) {
    static uint8_t msg[3000];
    uint64_t check = 0;
    tables();
    for (int k = 0; k < n * 12; k++) {
        for (int i = 0; i < 3000; i++) msg[i] = (uint8_t)(i * (k + 3) >> 2);
        sha512_ctx c = {0};
        for (int i = 0; i < 8; i++) c.h[i] = start[i] ^ (k & 1 ? 0x5555555555555555u : 0);
        for (int at = 0; at < 3000 - k; at += 250) update(&c, msg + at, (size_t)(250 - k % 3));
        finish(&c);
        for (int i = 0; i < 8; i++) check = check * 31 + c.h[i];
    }
    return (int)(check ^ check >> 32);
}
