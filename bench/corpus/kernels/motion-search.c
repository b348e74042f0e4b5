// Video motion search: SAD with early exit over a diamond, half-pixel refinement, Hadamard costs, residual zigzag and run-levels.
#include <stdint.h>

#define W 96
#define H 64
static uint8_t ref[H][W], cur[H][W], half[16][16];
typedef struct { int8_t x, y; int cost; } mv;

static int sad(const uint8_t *a, const uint8_t *b, int limit) {
    int s = 0;
    for (int y = 0; y < 16; y++, a += W, b += W) {
        for (int x = 0; x < 16; x++) s += a[x] > b[x] ? a[x] - b[x] : b[x] - a[x];
        if (s >= limit) return limit;
    }
    return s;
}

static int try_at(mv *best, int bx, int by, int dx, int dy) {
    int x = bx + dx, y = by + dy;
    if (x < 0 || y < 0 || x > W - 16 || y > H - 16) return 0;
    int bits = 2 * (32 - __builtin_clz((unsigned)(dx < 0 ? -dx : dx) + 1u) + 32 - __builtin_clz((unsigned)(dy < 0 ? -dy : dy) + 1u));
    int c = bits + sad(&cur[by][bx], &ref[y][x], best->cost - bits);
    if (c >= best->cost) return 0;
    *best = (mv){(int8_t)dx, (int8_t)dy, c};
    return 1;
}

static mv search(int bx, int by, mv guess) {
    static const int8_t large[8][2] = {{0, -2}, {1, -1}, {2, 0}, {1, 1}, {0, 2}, {-1, 1}, {-2, 0}, {-1, -1}};
    mv best = {0, 0, 1 << 20};
    try_at(&best, bx, by, 0, 0);
    try_at(&best, bx, by, guess.x, guess.y);
    for (int round = 0, moved = 1; moved && round < 12; round++) {
        int cx = best.x, cy = best.y;
        moved = 0;
        for (int i = 0; i < 8; i++) moved |= try_at(&best, bx, by, cx + large[i][0], cy + large[i][1]);
    }
    int cx = best.x, cy = best.y;
    for (int i = 0; i < 4; i++) try_at(&best, bx, by, cx + (i == 0) - (i == 1), cy + (i == 2) - (i == 3));
    return best;
}

static void interpolate(int x, int y, int hx, int hy) {
    for (int j = 0; j < 16; j++)
        for (int i = 0; i < 16; i++) {
            int x1 = x + i + hx < W ? x + i + hx : W - 1, y1 = y + j + hy < H ? y + j + hy : H - 1;
            half[j][i] = (uint8_t)((ref[y + j][x + i] + ref[y + j][x1] + ref[y1][x + i] + ref[y1][x1] + 2) >> 2);
        }
}

static int satd4(const uint8_t *a, const uint8_t *b, int16_t out[16]) {
    int16_t d[16];
    int sum = 0;
    for (int i = 0; i < 16; i++) d[i] = (int16_t)(a[(i >> 2) * W + (i & 3)] - b[(i >> 2) * 16 + (i & 3)]);
    for (int pass = 0; pass < 2; pass++) {
        int step = pass ? 4 : 1, next = pass ? 1 : 4;
        for (int i = 0; i < 4; i++) {
            int16_t *p = d + i * next;
            int s0 = p[0] + p[2 * step], s1 = p[0] - p[2 * step], s2 = p[step] + p[3 * step], s3 = p[step] - p[3 * step];
            p[0] = (int16_t)(s0 + s2);
            p[step] = (int16_t)(s1 + s3);
            p[2 * step] = (int16_t)(s0 - s2);
            p[3 * step] = (int16_t)(s1 - s3);
        }
    }
    for (int i = 0; i < 16; i++) {
        sum += d[i] < 0 ? -d[i] : d[i];
        out[i] = d[i];
    }
    return sum / 2;
}

static uint32_t run_levels(const int16_t *c) {
    static const uint8_t zigzag[16] = {0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15};
    uint32_t code = 1;
    int zeros = 0;
    for (int i = 0; i < 16; i++) {
        int level = c[zigzag[i]] / 24;
        if (!level) { zeros++; continue; }
        code = code * 33 + (uint32_t)(zeros * 64 + level);
        zeros = 0;
    }
    return code;
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t s = 2, h = 0;
    for (int f = 0; f < n * 3; f++) {
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                s = s * 1664525u + 1013904223u;
                int v = ((x * x + y * 40) >> 5) + ((x / 9 + y / 7) % 4) * 30;
                ref[y][x] = (uint8_t)v;
                x -= 3 + f % 3, y -= 2;
                v = ((x * x + y * 40) >> 5) + ((x + 90) / 9 + (y + 70) / 7 + 0) % 4 * 30 + (int)(s >> 30);
                x += 3 + f % 3, y += 2;
                cur[y][x] = (uint8_t)v;
            }
        mv guess = {0, 0, 0};
        for (int by = 0; by < H; by += 16)
            for (int bx = 0; bx < W; bx += 16) {
                mv m = search(bx, by, guess);
                int16_t c[16];
                int best = 1 << 30;
                guess = m;
                for (int k = 0; k < 4; k++) {
                    int cost = 0;
                    uint32_t code = 0;
                    interpolate(bx + m.x, by + m.y, k & 1, k >> 1);
                    for (int q = 0; q < 16; q++) {
                        cost += satd4(&cur[by + (q >> 2) * 4][bx + (q & 3) * 4], &half[(q >> 2) * 4][(q & 3) * 4], c);
                        code = code * 5 + run_levels(c);
                    }
                    if (cost < best) best = cost, h = h * 31 + code;
                }
                h = h * 31 + (uint32_t)(m.cost + m.x * 7 + m.y * 13 + best);
            }
    }
    return (int)h;
}
