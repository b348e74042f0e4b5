// SHA-256 with a streaming context, constants computed from primes, and HMAC over short messages.
#include <stdint.h>
#include <stddef.h>

typedef struct {
    uint32_t h[8];
    uint8_t buf[64];
    uint64_t total;
} Ctx;

static uint32_t K[64], H0[8];

#define ROTR(x, n) ((x) >> (n) | (x) << (32 - (n)))
#define CH(x, y, z) (((x) & (y)) ^ (~(x) & (z)))
#define MAJ(x, y, z) (((x) & (y)) ^ ((x) & (z)) ^ ((y) & (z)))
#define S0(x) (ROTR(x, 2) ^ ROTR(x, 13) ^ ROTR(x, 22))
#define S1(x) (ROTR(x, 6) ^ ROTR(x, 11) ^ ROTR(x, 25))
#define G0(x) (ROTR(x, 7) ^ ROTR(x, 18) ^ ((x) >> 3))
#define G1(x) (ROTR(x, 17) ^ ROTR(x, 19) ^ ((x) >> 10))

static uint32_t fraction(double v) { return (uint32_t)((v - __builtin_floor(v)) * 4294967296.0); }

static void constants(void) {
    for (int p = 2, i = 0; i < 64; p++) {
        int prime = 1;
        for (int d = 2; d * d <= p; d++) if (p % d == 0) prime = 0;
        if (!prime) continue;
        double r = 3.0;
        for (int k = 0; k < 40; k++) r -= (r * r * r - p) / (3.0 * r * r);
        K[i] = fraction(r);
        if (i < 8) H0[i] = fraction(__builtin_sqrt((double)p));
        i++;
    }
}

static void compress(uint32_t *h, const uint8_t *p) {
    uint32_t w[64], v[8];
    for (int i = 0; i < 16; i++) {
        w[i] = 0;
        for (int j = 0; j < 4; j++) w[i] = w[i] << 8 | p[i * 4 + j];
    }
    for (int i = 16; i < 64; i++) w[i] = G1(w[i - 2]) + w[i - 7] + G0(w[i - 15]) + w[i - 16];
    for (int i = 0; i < 8; i++) v[i] = h[i];
    for (int i = 0; i < 64; i++) {
        uint32_t t1 = v[7] + S1(v[4]) + CH(v[4], v[5], v[6]) + K[i] + w[i];
        uint32_t t2 = S0(v[0]) + MAJ(v[0], v[1], v[2]);
        for (int j = 7; j > 0; j--) v[j] = v[j - 1];
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++) h[i] += v[i];
}

static void begin(Ctx *c) {
    for (int i = 0; i < 8; i++) c->h[i] = H0[i];
    c->total = 0;
}

static void add(Ctx *c, const void *data, size_t len) {
    for (const uint8_t *p = data; len--; p++) {
        c->buf[c->total++ & 63] = *p;
        if (!(c->total & 63)) compress(c->h, c->buf);
    }
}

static void finish(Ctx *c, uint8_t out[32]) {
    uint64_t bits = c->total * 8;
    uint8_t b = 0x80, z = 0;
    add(c, &b, 1);
    while ((c->total & 63) != 56) add(c, &z, 1);
    for (int i = 56; i >= 0; i -= 8) { b = (uint8_t)(bits >> i); add(c, &b, 1); }
    for (int i = 0; i < 32; i++) out[i] = (uint8_t)(c->h[i / 4] >> (24 - i % 4 * 8));
}

static void hmac(const uint8_t key[64], const void *msg, size_t len, uint8_t out[32]) {
    Ctx c;
    uint8_t pad[64];
    for (int i = 0; i < 64; i++) pad[i] = key[i] ^ 0x36;
    begin(&c); add(&c, pad, 64); add(&c, msg, len); finish(&c, out);
    for (int i = 0; i < 64; i++) pad[i] = key[i] ^ 0x5c;
    begin(&c); add(&c, pad, 64); add(&c, out, 32); finish(&c, out);
}

__attribute__((export_name("run"))) int run(int n) {
    uint8_t key[64], digest[32] = {0};
    static uint8_t msg[700];
    uint32_t check = 0;
    constants();
    for (int k = 0; k < n * 40; k++) {
        for (int i = 0; i < 64; i++) key[i] = (uint8_t)(i * 5 + k + digest[i & 31]);
        for (size_t i = 0; i < sizeof msg; i++) msg[i] = (uint8_t)(i + check);
        hmac(key, msg, (size_t)(200 + k % 500), digest);
        for (int i = 0; i < 32; i++) check = check * 31 + digest[i];
    }
    return (int)check;
}
