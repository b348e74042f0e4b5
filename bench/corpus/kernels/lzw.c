// LZW with a hashed dictionary and growing code width, then run lengths, deltas and varints.
#include <stdint.h>
#include <stddef.h>

#define INPUT 8192
#define MAXCODE 4096
#define HASH 8192

static uint8_t input[INPUT], output[INPUT + 16], stream[INPUT * 2], rle[INPUT * 2];
static uint32_t keys[HASH];
static uint16_t vals[HASH], prefix[MAXCODE];
static uint8_t suffix[MAXCODE];

struct bits { uint8_t *p; uint32_t acc; int n; };

static void put(struct bits *b, uint32_t code, int width) {
    b->acc |= code << b->n;
    for (b->n += width; b->n >= 8; b->n -= 8, b->acc >>= 8) *b->p++ = (uint8_t)b->acc;
}

static uint32_t get(struct bits *b, int width) {
    for (; b->n < width; b->n += 8) b->acc |= (uint32_t)*b->p++ << b->n;
    uint32_t v = b->acc & ((1u << width) - 1);
    b->acc >>= width;
    b->n -= width;
    return v;
}

static int compress(void) {
    struct bits b = {stream, 0, 0};
    int next = 256, width = 9;
    for (int i = 0; i < HASH; i++) keys[i] = 0;
    uint32_t cur = input[0];
    for (int i = 1; i < INPUT; i++) {
        uint32_t key = (cur << 8 | input[i]) + 1, h = key * 2654435761u >> 19;
        while (keys[h] && keys[h] != key) h = (h + 1) & (HASH - 1);
        if (keys[h]) {
            cur = vals[h];
            continue;
        }
        put(&b, cur, width);
        if (next < MAXCODE) {
            keys[h] = key;
            vals[h] = (uint16_t)next++;
            if (next > 1 << width && width < 12) width++;
        }
        cur = input[i];
    }
    put(&b, cur, width);
    put(&b, 0, 15);
    return (int)(b.p - stream);
}

static int expand(void) {
    struct bits b = {stream, 0, 0};
    uint8_t stack[MAXCODE];
    int next = 256, width = 9, n = 0;
    uint32_t old = get(&b, 9), first = old;
    output[n++] = (uint8_t)old;
    while (n < INPUT) {
        if (next + 1 > 1 << width && width < 12) width++;
        uint32_t code = get(&b, width), c = code;
        int top = 0;
        if (c >= (uint32_t)next) { stack[top++] = (uint8_t)first; c = old; }
        for (; c >= 256; c = prefix[c]) stack[top++] = suffix[c];
        stack[top++] = (uint8_t)(first = c);
        while (top && n < INPUT) output[n++] = stack[--top];
        if (next < MAXCODE) { prefix[next] = (uint16_t)old; suffix[next++] = (uint8_t)first; }
        old = code;
    }
    return n;
}

static size_t varint(uint8_t *p, uint32_t v) {
    size_t n = 0;
    for (; v >= 128; v >>= 7) p[n++] = (uint8_t)(v | 128);
    p[n++] = (uint8_t)v;
    return n;
}

static size_t deltas(void) {
    size_t n = 0;
    int prev = 0;
    for (int i = 0; i < INPUT;) {
        int j = i + 1, d = input[i] - prev;
        while (j < INPUT && input[j] == input[i]) j++;
        n += varint(rle + n, (uint32_t)d << 1 ^ (uint32_t)(d >> 31));
        n += varint(rle + n, (uint32_t)(j - i));
        prev = input[i];
        i = j;
    }
    return n;
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t check = 0, seed = 5;
    for (int k = 0; k < n * 3; k++) {
        for (int i = 0; i < INPUT; i++) {
            if (i % 7 == 0) seed = seed * 69069u + 1u;
            input[i] = (uint8_t)("aabbccde"[seed >> (i % 7 * 3 + 4) & 7]);
        }
        check = check * 31 + (uint32_t)compress();
        expand();
        for (int i = 0; i < INPUT; i++) check += (uint32_t)(output[i] == input[i]) + stream[i / 4];
        size_t m = deltas();
        for (size_t i = 0; i < m; i++) check = check * 33 + rle[i];
    }
    return (int)check;
}
