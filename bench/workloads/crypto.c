// Cryptography on 32-bit words: SHA-256, its keyed form HMAC, and the ChaCha20 cipher. Stands for
// long straight stretches of additions, rotations and logic, where an interpreter has nothing to
// do but to dispatch.
#include "workload.h"

// --- SHA-256 ---

typedef struct {
    uint32_t state[8];
    uint8_t block[64];
    uint32_t filled;
    uint64_t size;
} Sha;

static uint32_t round_constants[64], first_state[8];

// The first 32 bits of a number's fraction.
static uint32_t fraction(double x) { return (uint32_t)((x - __builtin_floor(x)) * 0x1p32); }

static double cube_root(double n) {
    double root = n;
    for (int i = 0; i < 40; i++)
        root = (2 * root + n / (root * root)) / 3; // Newton
    return root;
}

// The standard's constants: the fractions of the square and cube roots of the first primes.
OUTLINE static void make_constants(void) {
    uint32_t primes = 0;
    for (uint32_t n = 2; primes < 64; n++) {
        bool prime = true;
        for (uint32_t i = 2; i * i <= n; i++)
            prime = prime && n % i;
        if (!prime) continue;
        if (primes < 8) first_state[primes] = fraction(__builtin_sqrt(n));
        round_constants[primes++] = fraction(cube_root(n));
    }
}

static uint32_t rotate_right(uint32_t x, unsigned by) { return rotate_left(x, 32 - by); }

static uint32_t load_big_endian(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

OUTLINE static void sha_block(uint32_t *state, const uint8_t *block) {
    uint32_t words[64];
    for (int i = 0; i < 16; i++)
        words[i] = load_big_endian(block + 4 * i);
    for (int i = 16; i < 64; i++) {
        uint32_t x = words[i - 15], y = words[i - 2];
        uint32_t s0 = rotate_right(x, 7) ^ rotate_right(x, 18) ^ x >> 3;
        uint32_t s1 = rotate_right(y, 17) ^ rotate_right(y, 19) ^ y >> 10;
        words[i] = words[i - 16] + s0 + words[i - 7] + s1;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 64; i++) {
        uint32_t s1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
        uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + round_constants[i] + words[i];
        uint32_t s0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
        uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

static void sha_start(Sha *sha) {
    copy_bytes(sha->state, first_state, sizeof first_state);
    sha->filled = 0;
    sha->size = 0;
}

OUTLINE static void sha_add(Sha *sha, const uint8_t *bytes, size_t size) {
    sha->size += size;
    while (size > 0) {
        if (sha->filled == 0 && size >= 64) {
            sha_block(sha->state, bytes);
            bytes += 64;
            size -= 64;
            continue;
        }
        size_t part = 64 - sha->filled < size ? 64 - sha->filled : size;
        copy_bytes(sha->block + sha->filled, bytes, part);
        sha->filled += (uint32_t)part;
        bytes += part;
        size -= part;
        if (sha->filled == 64) {
            sha_block(sha->state, sha->block);
            sha->filled = 0;
        }
    }
}

OUTLINE static void sha_finish(Sha *sha, uint8_t *digest) {
    uint64_t bits = sha->size * 8;
    uint8_t padding[72] = {0x80};
    uint32_t zeros = (119 - sha->filled) % 64;
    for (int i = 0; i < 8; i++)
        padding[1 + zeros + i] = (uint8_t)(bits >> (56 - 8 * i));
    sha_add(sha, padding, 9 + zeros);
    for (int i = 0; i < 32; i++)
        digest[i] = (uint8_t)(sha->state[i / 4] >> (24 - i % 4 * 8));
}

OUTLINE static void hmac(const uint8_t *key, size_t key_size, const uint8_t *bytes, size_t size,
                         uint8_t *digest) {
    uint8_t pad[64];
    Sha sha;
    for (int outer = 0; outer < 2; outer++) {
        fill_bytes(pad, outer ? 0x5c : 0x36, sizeof pad);
        for (size_t i = 0; i < key_size; i++)
            pad[i] ^= key[i];
        sha_start(&sha);
        sha_add(&sha, pad, sizeof pad);
        if (outer)
            sha_add(&sha, digest, 32);
        else
            sha_add(&sha, bytes, size);
        sha_finish(&sha, digest);
    }
}

// --- ChaCha20 ---

static inline void quarter_round(uint32_t *x, int a, int b, int c, int d) {
    x[a] += x[b], x[d] = rotate_left(x[d] ^ x[a], 16);
    x[c] += x[d], x[b] = rotate_left(x[b] ^ x[c], 12);
    x[a] += x[b], x[d] = rotate_left(x[d] ^ x[a], 8);
    x[c] += x[d], x[b] = rotate_left(x[b] ^ x[c], 7);
}

OUTLINE static void chacha_block(const uint32_t *input, uint8_t *out) {
    uint32_t x[16];
    copy_bytes(x, input, sizeof x);
    for (int i = 0; i < 10; i++) {
        for (int j = 0; j < 4; j++)
            quarter_round(x, j, 4 + j, 8 + j, 12 + j);
        for (int j = 0; j < 4; j++) {
            quarter_round(x, j, 4 + (j + 1) % 4, 8 + (j + 2) % 4, 12 + (j + 3) % 4);
        }
    }
    for (int i = 0; i < 16; i++) {
        uint32_t word = x[i] + input[i];
        for (int j = 0; j < 4; j++)
            out[4 * i + j] = (uint8_t)(word >> (8 * j));
    }
}

// Encrypts and decrypts: both add the same stream of bytes.
OUTLINE static void chacha(uint8_t *bytes, size_t size, const uint8_t *key, uint32_t nonce) {
    uint32_t input[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    copy_bytes(input + 4, key, 32);
    input[13] = nonce;
    for (size_t at = 0; at < size; at += 64) {
        uint8_t stream[64];
        chacha_block(input, stream);
        input[12]++;
        for (size_t i = 0; i < 64 && at + i < size; i++)
            bytes[at + i] ^= stream[i];
    }
}

EXPORT_RUN int32_t run(int32_t n) {
    static uint8_t message[2048];
    uint8_t digest[32], opened[32], key[32];
    Sha sha;
    make_constants();

    // The standard's first example: the digest of "abc" begins with ba7816bf and ends in f20015ad.
    sha_start(&sha);
    sha_add(&sha, (const uint8_t *)"abc", 3);
    sha_finish(&sha, digest);
    check(load_big_endian(digest) == 0xba7816bf && load_big_endian(digest + 28) == 0xf20015ad);

    uint32_t sum = 0;
    for (uint32_t round = 0; round < (uint32_t)n; round++) {
        Random random = random_from(round);
        for (size_t i = 0; i < sizeof message; i++)
            message[i] = (uint8_t)random_next(&random);
        size_t size = sizeof message - random_below(&random, 100);

        // A chain: the digest of the message in pieces, which makes a key, which seals the message.
        sha_start(&sha);
        for (size_t at = 0, part = 1; at < size; at += part, part = part * 3 % 257) {
            sha_add(&sha, message + at, size - at < part ? size - at : part);
        }
        sha_finish(&sha, key);
        chacha(message, size, key, round);
        hmac(key, sizeof key, message, size, digest);
        sum = mix_bytes(sum, digest, sizeof digest);
        sum = mix_bytes(sum, message, size);

        chacha(message, size, key, round);
        sha_start(&sha);
        sha_add(&sha, message, size);
        sha_finish(&sha, opened);
        for (size_t i = 0; i < sizeof key; i++)
            check(opened[i] == key[i]);
    }
    return (int32_t)sum;
}
