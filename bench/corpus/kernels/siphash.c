// Keyed and plain hashes of byte strings: SipHash-2-4, an xxHash-like, MurmurHash3-like and FNV-1a.
#include <stdint.h>
#include <stddef.h>

static uint64_t load64(const uint8_t *p) {
    uint64_t v = 0;
    for (int i = 7; i >= 0; i--) v = v << 8 | p[i];
    return v;
}
static uint32_t load32(const uint8_t *p) { return *(const uint32_t *)(const void *)p; }
static inline uint64_t rotl(uint64_t x, int b) { return (x << b) | (x >> (64 - b)); }
static inline uint32_t rotl32(uint32_t x, int b) { return (x << b) | (x >> (32 - b)); }

static inline void sipround(uint64_t v[4]) {
    v[0] += v[1]; v[1] = rotl(v[1], 13); v[1] ^= v[0]; v[0] = rotl(v[0], 32);
    v[2] += v[3]; v[3] = rotl(v[3], 16); v[3] ^= v[2];
    v[0] += v[3]; v[3] = rotl(v[3], 21); v[3] ^= v[0];
    v[2] += v[1]; v[1] = rotl(v[1], 17); v[1] ^= v[2]; v[2] = rotl(v[2], 32);
}

static uint64_t siphash(const uint8_t *p, size_t len, uint64_t k0, uint64_t k1) {
    uint64_t v[4] = {k0 ^ 0x736f6d6570736575ull, k1 ^ 0x646f72616e646f6dull,
                     k0 ^ 0x6c7967656e657261ull, k1 ^ 0x7465646279746573ull};
    uint64_t tail = (uint64_t)len << 56;
    size_t i = 0;
    for (; i + 8 <= len; i += 8) {
        uint64_t m = load64(p + i);
        v[3] ^= m;
        sipround(v); sipround(v);
        v[0] ^= m;
    }
    for (int s = 0; i < len; i++, s += 8) tail |= (uint64_t)p[i] << s;
    v[3] ^= tail;
    sipround(v); sipround(v);
    v[0] ^= tail;
    v[2] ^= 0xff;
    for (int r = 0; r < 4; r++) sipround(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static uint32_t lanes(const uint8_t *p, size_t len, uint32_t seed) {
    const uint32_t P1 = 2654435761u, P2 = 2246822519u, P3 = 3266489917u;
    const uint8_t *end = p + len;
    uint32_t a = seed + P1 + P2, b = seed + P2, c = seed, d = seed - P1;
    for (; p + 16 <= end; p += 16) {
        a = rotl32(a + load32(p) * P2, 13) * P1;
        b = rotl32(b + load32(p + 4) * P2, 13) * P1;
        c = rotl32(c + load32(p + 8) * P2, 13) * P1;
        d = rotl32(d + load32(p + 12) * P2, 13) * P1;
    }
    uint32_t h = rotl32(a, 1) + rotl32(b, 7) + rotl32(c, 12) + rotl32(d, 18) + (uint32_t)len;
    while (p < end) h = rotl32(h + *p++ * P3, 11) * P1;
    h = (h ^ h >> 15) * P2;
    h = (h ^ h >> 13) * P3;
    return h ^ h >> 16;
}

static uint32_t murmur(const uint8_t *p, size_t len, uint32_t h) {
    for (size_t n = len / 4; n--; p += 4) {
        uint32_t k = rotl32(load32(p) * 0xcc9e2d51u, 15) * 0x1b873593u;
        h = rotl32(h ^ k, 13) * 5 + 0xe6546b64u;
    }
    h ^= (uint32_t)len;
    h = (h ^ h >> 16) * 0x85ebca6bu;
    h = (h ^ h >> 13) * 0xc2b2ae35u;
    return h ^ h >> 16;
}

static uint64_t fnv1a(const uint8_t *p, size_t len) {
    uint64_t h = 0xcbf29ce484222325ull;
    while (len--) h = (h ^ *p++) * 0x100000001b3ull;
    return h;
}

static uint8_t buf[2048];

__attribute__((export_name("run"))) int run(int n) {
    uint64_t check = 0;
    for (int k = 0; k < n * 20; k++) {
        for (size_t i = 0; i < sizeof buf; i++) buf[i] = (uint8_t)(i * 11 + (size_t)k);
        for (size_t len = 3; len < sizeof buf; len += 211) {
            check = rotl(check, 5) ^ siphash(buf, len, check, 0x1234567ull);
            check += lanes(buf, len, (uint32_t)check);
            check ^= (uint64_t)murmur(buf, len, (uint32_t)len) << 20;
            check += fnv1a(buf + len / 2, len / 2);
        }
    }
    return (int)(check ^ check >> 32);
}
