// Painting: scan-line flood fill, polygons by edge tables (even-odd and winding), thick ellipses, blending of layers.
#include <stdint.h>
#include <stdbool.h>

#define W 128
#define H 96
static uint8_t canvas[H][W];
static uint32_t bottom[H * W], top_[H * W];

struct span { int16_t y, x0, x1; };
static struct span stack[600];

static int flood(int x, int y, uint8_t to) {
    uint8_t from = canvas[y][x];
    int sp = 0, filled = 0;
    if (from == to) return 0;
    stack[sp++] = (struct span){(int16_t)y, (int16_t)x, (int16_t)x};
    stack[sp++] = (struct span){(int16_t)(y + 1), (int16_t)x, (int16_t)x};
    while (sp) {
        struct span s = stack[--sp];
        int yy = s.y, x0 = s.x0;
        if (yy < 0 || yy >= H) continue;
        int l = x0;
        while (l > 0 && canvas[yy][l - 1] == from && canvas[yy][x0] == from) l--;
        for (int i = l; i <= s.x1;) {
            while (i <= s.x1 && canvas[yy][i] != from) i++;
            if (i > s.x1) break;
            int b = i;
            while (i < W && canvas[yy][i] == from) {
                canvas[yy][i++] = to;
                filled++;
            }
            if (sp < 596) {
                stack[sp++] = (struct span){(int16_t)(yy + 1), (int16_t)b, (int16_t)(i - 1)};
                stack[sp++] = (struct span){(int16_t)(yy - 1), (int16_t)b, (int16_t)(i - 1)};
            }
        }
    }
    return filled;
}

static void polygon(const int16_t (*p)[2], int n, uint8_t colour, bool winding) {
    for (int y = 0; y < H; y++) {
        int xs[16], ws[16], k = 0;
        for (int i = 0; i < n; i++) {
            const int16_t *a = p[i], *b = p[(i + 1) % n];
            int w = 1;
            if (a[1] == b[1]) continue;
            if (a[1] > b[1]) {
                const int16_t *t = a;
                a = b;
                b = t;
                w = -1;
            }
            if (y < a[1] || y >= b[1]) continue;
            int x = a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1]), j = k++;
            for (; j > 0 && xs[j - 1] > x; j--) xs[j] = xs[j - 1], ws[j] = ws[j - 1];
            xs[j] = x;
            ws[j] = w;
        }
        for (int i = 0, in = 0; i + 1 < k; i++) {
            in += winding ? ws[i] : 1;
            if (winding ? in == 0 : !(in & 1)) continue;
            for (int x = xs[i] < 0 ? 0 : xs[i]; x < xs[i + 1] && x < W; x++) canvas[y][x] = colour;
        }
    }
}

static void ellipse(int cx, int cy, int a, int b, uint8_t colour) {
    long long a2 = (long long)a * a, b2 = (long long)b * b;
    int x = 0, y = b;
    long long d = b2 - a2 * b + a2 / 4;
    while (y >= 0) {
        for (int s = 0; s < 4; s++) {
            int px = cx + (s & 1 ? -x : x), py = cy + (s & 2 ? -y : y);
            for (int t = 0; t < 4; t++)
                if ((unsigned)(px + (t & 1)) < W && (unsigned)(py + (t >> 1)) < H) canvas[py + (t >> 1)][px + (t & 1)] = colour;
        }
        if (d <= 0) d += b2 * (2 * ++x + 1);
        else if (b2 * x > a2 * y) d += -a2 * (2 * --y + 1);
        else d += b2 * (2 * ++x + 1) - 2 * a2 * --y;
    }
}

static uint32_t over(uint32_t d, uint32_t s) {
    uint32_t a = 255 - (s >> 24), rb = (d & 0xff00ff) * a + 0x800080, ag = (d >> 8 & 0xff00ff) * a + 0x800080;
    rb = (rb + (rb >> 8 & 0xff00ff)) >> 8 & 0xff00ff;
    ag = (ag + (ag >> 8 & 0xff00ff)) & 0xff00ff00;
    return s + (rb | ag);
}

__attribute__((export_name("run"))) int run(int n) {
    static const int16_t star[5][2] = {{64, 4}, {90, 80}, {20, 30}, {108, 30}, {38, 80}};
    uint32_t s = 3, h = 0;
    for (int k = 0; k < n * 4; k++) {
        int16_t shape[9][2];
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) canvas[y][x] = 0;
        for (int i = 0; i < 9; i++) {
            s = s * 1103515245u + 12345u;
            shape[i][0] = (int16_t)(s >> 16 & 127);
            shape[i][1] = (int16_t)((s >> 8 & 255) % H);
        }
        polygon(star, 5, 1, k & 1);
        polygon((const int16_t (*)[2])shape, 9, 2, !(k & 1));
        for (int i = 0; i < 6; i++) ellipse(20 + i * 17, 48, 8 + 5 * i, 40 - 6 * i, 3);
        for (int i = 0; i < 12; i++) h = h * 31 + (uint32_t)flood((i * 37 + k) % W, (i * 29) % H, (uint8_t)(4 + i));
        for (int i = 0; i < W * H; i++) {
            uint32_t a = canvas[i / W][i % W] * 15u, c = a * 0x010101u / 2;
            top_[i] = a << 24 | (c & 0x7f7f7fu & (a * 0x010101u));
            bottom[i] = over(bottom[i], over(0xff204060u, top_[i]) >> 1 & 0x7f7f7f7fu);
        }
        for (int i = 0; i < W * H; i += 3) h = h * 31 + bottom[i];
    }
    return (int)h;
}
