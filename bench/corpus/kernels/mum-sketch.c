// Hash of the multiply-and-fold kind (64x64 to 128 by halves) feeding HyperLogLog and count-min sketches.
#include <stdint.h>
#define memcpy __builtin_memcpy
#define memset __builtin_memset

static uint8_t hll[1024];
static uint32_t cm[4][512];

static inline uint64_t mum(uint64_t a, uint64_t b) {
    uint64_t ha = a >> 32, hb = b >> 32, la = (uint32_t)a, lb = (uint32_t)b;
    uint64_t rh = ha * hb, rm0 = ha * lb, rm1 = hb * la, rl = la * lb;
    uint64_t t = rl + (rm0 << 32), c = t < rl;
    uint64_t lo = t + (rm1 << 32);
    c += lo < t;
    uint64_t hi = rh + (rm0 >> 32) + (rm1 >> 32) + c;
    return hi ^ lo;
}

static inline uint64_t r8(const uint8_t *p) { uint64_t v; memcpy(&v, p, 8); return v; }
static inline uint64_t r4(const uint8_t *p) { uint32_t v; memcpy(&v, p, 4); return v; }

static uint64_t hash(const void *key, uint32_t len, uint64_t seed) {
    const uint8_t *p = key;
    const uint64_t s0 = 0x2d358dccaa6c78a5u, s1 = 0x8bb84b93962eacc9u, s2 = 0x4b33a62ed433d4a3u;
    uint64_t a, b;
    seed ^= mum(seed ^ s0, s1);
    if (len <= 16) {
        if (len >= 4) {
            uint32_t off = (len >> 3) << 2;
            a = r4(p) << 32 | r4(p + off);
            b = r4(p + len - 4) << 32 | r4(p + len - 4 - off);
        } else if (len) {
            a = (uint64_t)p[0] << 16 | (uint64_t)p[len >> 1] << 8 | p[len - 1];
            b = 0;
        } else
            a = b = 0;
    } else {
        uint32_t i = len;
        uint64_t see1 = seed;
        for (; i > 32; i -= 32, p += 32) {
            seed = mum(r8(p) ^ s0, r8(p + 8) ^ seed);
            see1 = mum(r8(p + 16) ^ s2, r8(p + 24) ^ see1);
        }
        seed ^= see1;
        if (i > 16) seed = mum(r8(p) ^ s1, r8(p + 8) ^ seed);
        p = (const uint8_t *)key + len;
        a = r8(p - 16);
        b = r8(p - 8);
    }
    return mum(s1 ^ len, mum(a ^ s1, b ^ seed));
}

static void see(uint64_t h) {
    uint32_t slot = (uint32_t)(h >> 54);
    uint8_t rank = (uint8_t)(1 + __builtin_clzll((h << 10) | 512));
    if (rank > hll[slot]) hll[slot] = rank;
    for (int r = 0; r < 4; r++) cm[r][(h >> 9 * r) & 511]++;
}

static double estimate(void) {
    double sum = 0;
    int zero = 0;
    for (int i = 0; i < 1024; i++) {
        uint64_t bits = (uint64_t)(1023 - hll[i]) << 52;
        double inv;
        memcpy(&inv, &bits, 8);
        sum += inv;
        zero += !hll[i];
    }
    return 0.7213 * 1024 * 1024 / sum + zero;
}

__attribute__((export_name("run"))) int run(int n) {
    uint8_t key[80];
    uint64_t s = 88172645463325252u, check = 0;
    while (n--) {
        memset(hll, 0, sizeof hll);
        memset(cm, 0, sizeof cm);
        for (int i = 0; i < 18000; i++) {
            s ^= s << 13; s ^= s >> 7; s ^= s << 17;
            uint32_t id = (uint32_t)(s >> 40) % (i < 9000 ? 300 : 20000), len = 1 + id % 77;
            for (uint32_t j = 0; j + 8 <= 80; j += 8) {
                uint64_t v = (id + j) * 0x9e3779b97f4a7c15u;
                memcpy(key + j, &v, 8);
            }
            uint64_t h = hash(key, len, 7);
            see(h);
            check += h;
        }
        uint32_t heavy = 0;
        for (int i = 0; i < 300; i++) {
            uint32_t least = UINT32_MAX;
            for (int r = 0; r < 4; r++)
                if (cm[r][(i * 37 + r) & 511] < least) least = cm[r][(i * 37 + r) & 511];
            heavy += least;
        }
        check = check * 31 + (uint64_t)estimate() + heavy;
    }
    return (int)(check ^ check >> 32);
}
