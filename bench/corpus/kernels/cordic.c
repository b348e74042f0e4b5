// Fixed-point mathematics: CORDIC, Q15 sine table, integer roots, Gray, Morton and Hilbert codes, bitonic sort.
#include <stdint.h>

static const int32_t angles[24] = {  // atan(2^-i) in Q24
    13176795, 7778716, 4110060, 2086331, 1047214, 524117, 262123, 131069, 65536, 32768, 16384, 8192,
    4096, 2048, 1024, 512, 256, 128, 64, 32, 16, 8, 4, 2};
static int16_t table[257];
static int32_t keys[512];

static void rotate(int32_t angle, int32_t *c, int32_t *s) {
    int32_t x = 10188014, y = 0;  // 0.60725 in Q24
    for (int i = 0; i < 24; i++) {
        int32_t dx = y >> i, dy = x >> i;
        if (angle >= 0) { x -= dx; y += dy; angle -= angles[i]; }
        else { x += dx; y -= dy; angle += angles[i]; }
    }
    *c = x;
    *s = y;
}

static int32_t vector(int32_t x, int32_t y) {
    int32_t a = 0;
    for (int i = 0; i < 24; i++) {
        int32_t d = y < 0 ? -1 : 1, t = x + d * (y >> i);
        y -= d * (x >> i);
        x = t;
        a += d * angles[i];
    }
    return a;
}

static int table_sine(uint16_t phase) {
    int i = phase >> 8, f = phase & 255;
    return table[i] + (((table[i + 1] - table[i]) * f) >> 8);
}

static uint32_t isqrt(uint64_t v) {
    uint64_t r = 0, bit = 1ull << 62;
    while (bit > v) bit >>= 2;
    for (; bit; bit >>= 2) {
        if (v >= r + bit) { v -= r + bit; r = (r >> 1) + bit; }
        else r >>= 1;
    }
    return (uint32_t)r;
}

static uint32_t spread(uint32_t x) {
    x = (x | x << 8) & 0x00ff00ff;
    x = (x | x << 4) & 0x0f0f0f0f;
    x = (x | x << 2) & 0x33333333;
    return (x | x << 1) & 0x55555555;
}

static uint32_t hilbert(uint32_t x, uint32_t y) {
    uint32_t d = 0;
    for (uint32_t s = 128; s; s >>= 1) {
        uint32_t rx = (x & s) != 0, ry = (y & s) != 0;
        d += s * s * ((3 * rx) ^ ry);
        if (!ry) {
            if (rx) { x = 255 - x; y = 255 - y; }
            uint32_t t = x; x = y; y = t;
        }
    }
    return d;
}

static void bitonic(int32_t *v, unsigned n) {
    for (unsigned k = 2; k <= n; k *= 2)
        for (unsigned j = k / 2; j; j /= 2)
            for (unsigned i = 0; i < n; i++) {
                unsigned l = i ^ j;
                if (l > i && (i & k ? v[i] < v[l] : v[i] > v[l])) { int32_t t = v[i]; v[i] = v[l]; v[l] = t; }
            }
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t check = 0;
    for (int i = 0; i <= 256; i++) {
        int32_t c, s, q = i % 128;
        rotate((q - 64) * 411775, &c, &s);
        table[i] = (int16_t)(i & 128 ? -(s >> 9) : s >> 9);
    }
    for (int k = 0; k < n; k++) {
        for (int i = 0; i < 1500; i++) {
            int32_t c, s;
            rotate((i - 750) * 30000 + k, &c, &s);
            check = check * 31 + (uint32_t)(c ^ s) + (uint32_t)vector(c, s) + (uint32_t)table_sine((uint16_t)(i * 41));
            uint32_t x = (uint32_t)i * 97 & 255, y = (uint32_t)i * 61 >> 3 & 255;
            check ^= isqrt((uint64_t)check * 2654435761u + (uint32_t)i) ^ hilbert(x, y);
            check += (spread(x) | spread(y) << 1) ^ (x ^ x >> 1);
            keys[i & 511] = (int32_t)check;
        }
        bitonic(keys, 512);
        for (int i = 0; i < 512; i++) check = check * 3 + (uint32_t)keys[i];
    }
    return (int)check;
}
