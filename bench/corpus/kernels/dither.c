// Dithering: Floyd-Steinberg error diffusion, ordered Bayer matrix, palette search in RGB.
#include <stdint.h>
#include <stddef.h>

#define W 112
#define H 80
typedef struct { uint8_t r, g, b; } Rgb;

static Rgb picture[H][W];
static uint8_t index_[H][W];
static uint8_t bits[H * W / 8];
static const Rgb palette[16] = {
    {0, 0, 0}, {255, 255, 255}, {136, 0, 0}, {170, 255, 238}, {204, 68, 204}, {0, 204, 85},
    {0, 0, 170}, {238, 238, 119}, {221, 136, 85}, {102, 68, 0}, {255, 119, 119}, {51, 51, 51},
    {119, 119, 119}, {170, 255, 102}, {0, 136, 255}, {187, 187, 187}};

static int nearest(int r, int g, int b) {
    int best = 0, best_d = 1 << 30;
    for (int i = 0; i < 16; i++) {
        int dr = r - palette[i].r, dg = g - palette[i].g, db = b - palette[i].b;
        int d = 3 * dr * dr + 6 * dg * dg + db * db;
        if (d < best_d) { best_d = d; best = i; }
    }
    return best;
}

static uint8_t clamp8(int v) { return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v); }

static void spread(int x, int y, int er, int eg, int eb, int weight) {
    if (x < 0 || x >= W || y >= H) return;
    Rgb *p = &picture[y][x];
    p->r = clamp8(p->r + er * weight / 16);
    p->g = clamp8(p->g + eg * weight / 16);
    p->b = clamp8(p->b + eb * weight / 16);
}

static void diffuse(void) {
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            Rgb c = picture[y][x];
            int i = nearest(c.r, c.g, c.b);
            index_[y][x] = (uint8_t)i;
            int er = c.r - palette[i].r, eg = c.g - palette[i].g, eb = c.b - palette[i].b;
            spread(x + 1, y, er, eg, eb, 7);
            spread(x - 1, y + 1, er, eg, eb, 3);
            spread(x, y + 1, er, eg, eb, 5);
            spread(x + 1, y + 1, er, eg, eb, 1);
        }
}

static void ordered(void) {
    static const uint8_t bayer[4][4] = {{0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}};
    for (size_t i = 0; i < sizeof bits; i++) bits[i] = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            int luma = (picture[y][x].r * 77 + picture[y][x].g * 150 + picture[y][x].b * 29) >> 8;
            if (luma > bayer[y & 3][x & 3] * 16 + 8) bits[(y * W + x) >> 3] |= 0x80 >> (x & 7);
        }
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t check = 0;
    for (int k = 0; k < n; k++) {
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++)
                picture[y][x] = (Rgb){(uint8_t)(x * 2 + k), (uint8_t)(y * 3), (uint8_t)((x ^ y) + k)};
        ordered();
        diffuse();
        for (size_t i = 0; i < sizeof bits; i++) check = check * 33 + bits[i];
        for (int i = 0; i < W * H; i++) check = check * 33 + index_[i / W][i % W];
    }
    return (int)check;
}
