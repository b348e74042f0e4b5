// Median filters: 3x3 by a sorting network of minima and maxima, 7x7 by a sliding histogram.
#include <stdint.h>

#define WIDTH 72
#define HEIGHT 56
static uint8_t in[HEIGHT][WIDTH], small_[HEIGHT][WIDTH], large[HEIGHT][WIDTH];


static inline void order(int *a, int *b) {
    int lo = *a < *b ? *a : *b, hi = *a < *b ? *b : *a;
    *a = lo;
    *b = hi;
}

static int median9(int p[9]) {
    order(&p[1], &p[2]); order(&p[4], &p[5]); order(&p[7], &p[8]);
    order(&p[0], &p[1]); order(&p[3], &p[4]); order(&p[6], &p[7]);
    order(&p[1], &p[2]); order(&p[4], &p[5]); order(&p[7], &p[8]);
    order(&p[0], &p[3]); order(&p[5], &p[8]); order(&p[4], &p[7]);
    order(&p[3], &p[6]); order(&p[1], &p[4]); order(&p[2], &p[5]);
    order(&p[4], &p[7]); order(&p[4], &p[2]); order(&p[6], &p[4]);
    order(&p[4], &p[2]);
    return p[4];
}

static void filter3(void) {
    for (int y = 1; y < HEIGHT - 1; y++)
        for (int x = 1; x < WIDTH - 1; x++) {
            int p[9], k = 0;
            for (int dy = -1; dy <= 1; dy++)
                for (int dx = -1; dx <= 1; dx++) p[k++] = in[y + dy][x + dx];
            small_[y][x] = (uint8_t)median9(p);
        }
}

static void filter7(void) {
    static uint16_t hist[256];
    for (int y = 3; y < HEIGHT - 3; y++) {
        for (int i = 0; i < 256; i++) hist[i] = 0;
        for (int dy = -3; dy <= 3; dy++)
            for (int x = 0; x < 7; x++) hist[in[y + dy][x]]++;
        for (int x = 3;; x++) {
            int count = 0, v = -1;
            do count += hist[++v];
            while (count < 25);
            large[y][x] = (uint8_t)v;
            if (x + 4 >= WIDTH) break;
            for (int dy = -3; dy <= 3; dy++) {
                hist[in[y + dy][x - 3]]--;
                hist[in[y + dy][x + 4]]++;
            }
        }
    }
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t seed = 7, check = 0;
    for (int k = 0; k < n; k++) {
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++) {
                seed = seed * 214013u + 2531011u;
                uint32_t noise = seed >> 16;
                in[y][x] = (uint8_t)(noise % 10 == 0 ? (noise & 256 ? 255 : 0) : x + y + noise % 16);
            }
        filter3();
        filter7();
        for (int y = 3; y < HEIGHT - 3; y++)
            for (int x = 3; x < WIDTH - 3; x++) check = check * 31 + small_[y][x] * 3u + large[y][x];
    }
    return (int)check;
}
