// Small block and stream ciphers: XTEA in counter mode, Speck64/128, RC4, a Feistel with S-boxes.
#include <stdint.h>
#include <stddef.h>

static uint8_t text[2048];
static uint8_t sbox[4][256];

static void xtea(uint32_t v[2], const uint32_t key[4]) {
    uint32_t a = v[0], b = v[1], sum = 0;
    for (int i = 0; i < 32; i++) {
        a += (((b << 4) ^ (b >> 5)) + b) ^ (sum + key[sum & 3]);
        sum += 0x9e3779b9u;
        b += (((a << 4) ^ (a >> 5)) + a) ^ (sum + key[(sum >> 11) & 3]);
    }
    v[0] = a;
    v[1] = b;
}

static void counter_mode(uint8_t *p, size_t len, const uint32_t key[4], uint64_t nonce) {
    for (size_t i = 0; i < len; i += 8, nonce++) {
        uint32_t block[2] = {(uint32_t)nonce, (uint32_t)(nonce >> 32)};
        xtea(block, key);
        for (int j = 0; j < 8; j++) p[i + (size_t)j] ^= (uint8_t)(block[j / 4] >> (j % 4) * 8);
    }
}

static void speck(uint32_t *x, uint32_t *y, const uint32_t k[27]) {
    for (int i = 0; i < 27; i++) {
        *x = ((*x >> 8 | *x << 24) + *y) ^ k[i];
        *y = (*y << 3 | *y >> 29) ^ *x;
    }
}

static void rc4(uint8_t *p, size_t len, const uint8_t *key, size_t keylen) {
    uint8_t s[256];
    for (int i = 0; i < 256; i++) s[i] = (uint8_t)i;
    for (unsigned i = 0, j = 0; i < 256; i++) {
        j = (j + s[i] + key[i % keylen]) & 255;
        uint8_t t = s[i];
        s[i] = s[j];
        s[j] = t;
    }
    uint8_t i = 0, j = 0;
    while (len--) {
        j += s[++i];
        uint8_t t = s[i];
        s[i] = s[j];
        s[j] = t;
        *p++ ^= s[(uint8_t)(s[i] + s[j])];
    }
}

static uint32_t mix(uint32_t x) {
    return ((uint32_t)sbox[0][x & 255] << 24 | (uint32_t)sbox[1][x >> 8 & 255] << 16 |
            (uint32_t)sbox[2][x >> 16 & 255] << 8 | sbox[3][x >> 24]) ^ (x << 11 | x >> 21);
}

static uint64_t feistel(uint64_t block, uint32_t key) {
    uint32_t l = (uint32_t)(block >> 32), r = (uint32_t)block;
    for (int i = 0; i < 16; i++) {
        uint32_t t = l ^ mix(r + key);
        l = r;
        r = t;
        key = key * 5 + 1;
    }
    return (uint64_t)r << 32 | l;
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t key[4] = {1, 2, 3, 4}, round_keys[27], x = 0x3b726574, y = 0x7475432d, check = 0;
    for (int i = 0; i < 1024; i++) sbox[i / 256][i % 256] = (uint8_t)(i * 167 + (i / 256) * 13 + 29);
    for (uint32_t i = 0; i < 27; i++) round_keys[i] = i * 0x01010101u + 0x13121110u;
    for (int k = 0; k < n * 5; k++) {
        key[k & 3] += check;
        counter_mode(text, sizeof text, key, (uint64_t)k << 30);
        rc4(text, sizeof text, (const uint8_t *)key, 16);
        uint64_t f = check;
        for (int i = 0; i < 300; i++) {
            speck(&x, &y, round_keys);
            f = feistel(f ^ x, y);
        }
        for (size_t i = 0; i < sizeof text; i++) check = check * 31 + text[i];
        check ^= (uint32_t)f ^ (uint32_t)(f >> 32);
    }
    return (int)check;
}
