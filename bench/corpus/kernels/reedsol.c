// Reed-Solomon over GF(256): encode, damage, syndromes, Berlekamp-Massey, Chien search, Forney.
#include <stdint.h>

#define NSYM 16
#define BLOCK 255
#define DATA (BLOCK - NSYM)

static uint8_t gexp[512], glog[256], gen[NSYM + 1], word[BLOCK], sent[BLOCK];

static void tables(void) {
    int x = 1;
    for (int i = 0; i < 255; i++) {
        gexp[i] = gexp[i + 255] = (uint8_t)x;
        glog[x] = (uint8_t)i;
        x <<= 1;
        if (x & 256) x ^= 0x11d;
    }
}

static uint8_t gmul(uint8_t a, uint8_t b) { return a && b ? gexp[glog[a] + glog[b]] : 0; }
static uint8_t ginv(uint8_t a) { return gexp[255 - glog[a]]; }

static void generator(void) {
    gen[0] = 1;
    for (int i = 0; i < NSYM; i++) {
        gen[i + 1] = 0;
        for (int j = i + 1; j > 0; j--) gen[j] ^= gmul(gen[j - 1], gexp[i]);
    }
}

static void encode(uint8_t *w) {
    uint8_t rem[NSYM] = {0};
    for (int i = 0; i < DATA; i++) {
        uint8_t lead = w[i] ^ rem[0];
        for (int j = 0; j < NSYM - 1; j++) rem[j] = rem[j + 1] ^ gmul(lead, gen[j + 1]);
        rem[NSYM - 1] = gmul(lead, gen[NSYM]);
    }
    for (int j = 0; j < NSYM; j++) w[DATA + j] = rem[j];
}

static int syndromes(const uint8_t *w, uint8_t *s) {
    int bad = 0;
    for (int i = 0; i < NSYM; i++) {
        uint8_t v = 0;
        for (int j = 0; j < BLOCK; j++) v = gmul(v, gexp[i]) ^ w[j];
        bad |= s[i] = v;
    }
    return bad;
}

static int locate(const uint8_t *s, uint8_t *c) {
    uint8_t b[NSYM + 1] = {1}, t[NSYM + 1], last = 1;
    int len = 0, m = 1;
    for (int i = 0; i <= NSYM; i++) c[i] = i == 0;
    for (int n = 0; n < NSYM; n++) {
        uint8_t d = s[n];
        for (int i = 1; i <= len; i++) d ^= gmul(c[i], s[n - i]);
        if (d == 0) { m++; continue; }
        for (int i = 0; i <= NSYM; i++) t[i] = c[i];
        uint8_t f = gmul(d, ginv(last));
        for (int i = m; i <= NSYM; i++) c[i] ^= gmul(f, b[i - m]);
        if (2 * len <= n) {
            len = n + 1 - len;
            for (int i = 0; i <= NSYM; i++) b[i] = t[i];
            last = d;
            m = 1;
        } else m++;
    }
    return len;
}

static int repair(uint8_t *w) {
    uint8_t s[NSYM], c[NSYM + 1], omega[NSYM];
    if (!syndromes(w, s)) return 0;
    int errors = locate(s, c), fixed = 0;
    for (int i = 0; i < NSYM; i++) {
        omega[i] = 0;
        for (int j = 0; j <= i; j++) omega[i] ^= gmul(s[i - j], c[j]);
    }
    for (int pos = 0; pos < BLOCK; pos++) {
        uint8_t xinv = gexp[(255 - pos) % 255], v = 0, o = 0, d = 0, p = 1;
        for (int i = 0; i <= errors; i++, p = gmul(p, xinv)) {
            v ^= gmul(c[i], p);
            if (i < NSYM) o ^= gmul(omega[i], p);
            if (i & 1) d ^= gmul(c[i], gmul(p, gexp[pos]));
        }
        if (v) continue;
        w[BLOCK - 1 - pos] ^= gmul(gexp[pos], gmul(o, ginv(d)));
        fixed++;
    }
    return fixed;
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t check = 0, seed = 3;
    tables();
    generator();
    for (int k = 0; k < n * 12; k++) {
        for (int i = 0; i < DATA; i++) word[i] = (uint8_t)(i * 3 + k);
        encode(word);
        for (int i = 0; i < BLOCK; i++) sent[i] = word[i];
        for (int e = 0; e < k % 9; e++) {
            seed = seed * 1664525u + 1013904223u;
            word[(seed >> 16) % BLOCK] ^= (uint8_t)(seed >> 8 | 1);
        }
        check = check * 31 + (uint32_t)repair(word);
        for (int i = 0; i < BLOCK; i++) check += (uint32_t)(word[i] == sent[i]) + word[i];
    }
    return (int)check;
}
