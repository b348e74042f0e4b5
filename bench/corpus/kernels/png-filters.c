// PNG scan lines: the five filters forwards and back, choice by least absolute sum, Adam7 passes, packed palettes.
#include <stdint.h>

enum { W = 80, H = 48, BPP = 3, STRIDE = W * BPP };
static uint8_t img[H][STRIDE], filtered[H][STRIDE + 1], restored[H][STRIDE], tiny[H][W / 2], inter[W * H];
static const uint8_t zero[STRIDE];

static int paeth(int a, int b, int c) {
    int p = a + b - c, pa = p > a ? p - a : a - p, pb = p > b ? p - b : b - p, pc = p > c ? p - c : c - p;
    return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

static void filter(int type, const uint8_t *row, const uint8_t *up, uint8_t *out) {
    for (int i = 0; i < STRIDE; i++) {
        int a = i >= BPP ? row[i - BPP] : 0, b = up[i], c = i >= BPP ? up[i - BPP] : 0, v = row[i];
        switch (type) {
        case 1: v -= a; break;
        case 2: v -= b; break;
        case 3: v -= (a + b) >> 1; break;
        case 4: v -= paeth(a, b, c); break;
        }
        out[i] = (uint8_t)v;
    }
}

static void unfilter(int type, uint8_t *row, const uint8_t *in, const uint8_t *up) {
    int i = 0;
    switch (type) {
    case 0: for (; i < STRIDE; i++) row[i] = in[i]; break;
    case 1:
        for (; i < BPP; i++) row[i] = in[i];
        for (; i < STRIDE; i++) row[i] = (uint8_t)(in[i] + row[i - BPP]);
        break;
    case 2: for (; i < STRIDE; i++) row[i] = (uint8_t)(in[i] + up[i]); break;
    case 3:
        for (; i < BPP; i++) row[i] = (uint8_t)(in[i] + (up[i] >> 1));
        for (; i < STRIDE; i++) row[i] = (uint8_t)(in[i] + ((row[i - BPP] + up[i]) >> 1));
        break;
    default:
        for (; i < BPP; i++) row[i] = (uint8_t)(in[i] + up[i]);
        for (; i < STRIDE; i++) row[i] = (uint8_t)(in[i] + paeth(row[i - BPP], up[i], up[i - BPP]));
    }
}

static int choose(int y) {
    uint8_t trial[STRIDE];
    unsigned best = ~0u;
    const uint8_t *up = y ? img[y - 1] : zero;
    for (int t = 0; t < 5; t++) {
        unsigned sum = 0;
        filter(t, img[y], up, trial);
        for (int i = 0; i < STRIDE; i++) sum += (unsigned)(trial[i] < 128 ? trial[i] : 256 - trial[i]);
        if (sum < best) {
            best = sum;
            filtered[y][0] = (uint8_t)t;
            for (int i = 0; i < STRIDE; i++) filtered[y][1 + i] = trial[i];
        }
    }
    return filtered[y][0];
}

static int adam7(void) {
    static const struct { uint8_t x0, y0, dx, dy; } pass[7] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
    int k = 0;
    for (int p = 0; p < 7; p++)
        for (int y = pass[p].y0; y < H; y += pass[p].dy)
            for (int x = pass[p].x0; x < W; x += pass[p].dx) inter[k++] = img[y][x * BPP];
    return k;
}

static void pack4(void) {
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x += 2) {
            unsigned hi = (img[y][x * 3] + img[y][x * 3 + 1]) >> 5, lo = (img[y][x * 3 + 3] + img[y][x * 3 + 4]) >> 5;
            tiny[y][x / 2] = (uint8_t)(hi << 4 | lo);
        }
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t s = 6, h = 0;
    for (int k = 0; k < n * 2; k++) {
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                s = s * 69069u + 1;
                img[y][x * 3] = (uint8_t)(x * 3 + (y < 16 ? 0 : s >> 30));
                img[y][x * 3 + 1] = (uint8_t)(y * 4 + k);
                img[y][x * 3 + 2] = (uint8_t)(y < 32 ? x + y : s >> 26);
            }
        for (int y = 0; y < H; y++) h = h * 7 + (uint32_t)choose(y);
        for (int y = 0; y < H; y++) {
            unfilter(filtered[y][0], restored[y], filtered[y] + 1, y ? restored[y - 1] : zero);
            for (int i = 0; i < STRIDE; i++) h = h * 3 + (restored[y][i] == img[y][i]) + filtered[y][1 + i];
        }
        pack4();
        h += (uint32_t)adam7();
        for (int i = 0; i < W * H; i++) h = (h ^ inter[i]) * 16777619u + (&tiny[0][0])[i >> 1];
    }
    return (int)h;
}
