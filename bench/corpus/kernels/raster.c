// Triangle rasterizer with edge functions and a z-buffer; Bresenham lines and midpoint circles on top.
#include <stdint.h>

#define WIDTH 128
#define HEIGHT 96

typedef struct { int x, y; float z; uint32_t colour; } Vertex;

static uint32_t frame[HEIGHT][WIDTH];
static float depth[HEIGHT][WIDTH];

static int edge(const Vertex *a, const Vertex *b, int x, int y) {
    return (b->x - a->x) * (y - a->y) - (b->y - a->y) * (x - a->x);
}
static int min3(int a, int b, int c) { return a < b ? (a < c ? a : c) : (b < c ? b : c); }
static int max3(int a, int b, int c) { return -min3(-a, -b, -c); }

static void triangle(const Vertex *a, const Vertex *b, const Vertex *c) {
    int area = edge(a, b, c->x, c->y);
    if (area == 0) return;
    if (area < 0) { const Vertex *t = b; b = c; c = t; area = -area; }
    int x0 = min3(a->x, b->x, c->x), x1 = max3(a->x, b->x, c->x);
    int y0 = min3(a->y, b->y, c->y), y1 = max3(a->y, b->y, c->y);
    if (x0 < 0) x0 = 0;
    if (y0 < 0) y0 = 0;
    if (x1 >= WIDTH) x1 = WIDTH - 1;
    if (y1 >= HEIGHT) y1 = HEIGHT - 1;
    float inv = 1.0f / (float)area;
    for (int y = y0; y <= y1; y++)
        for (int x = x0; x <= x1; x++) {
            int w0 = edge(b, c, x, y), w1 = edge(c, a, x, y), w2 = edge(a, b, x, y);
            if ((w0 | w1 | w2) < 0) continue;
            float z = ((float)w0 * a->z + (float)w1 * b->z + (float)w2 * c->z) * inv;
            if (z < depth[y][x]) {
                depth[y][x] = z;
                frame[y][x] = a->colour + (uint32_t)(w1 * 64 / area);
            }
        }
}

static void plot(int x, int y, uint32_t c) {
    if ((unsigned)x < WIDTH && (unsigned)y < HEIGHT) frame[y][x] ^= c;
}

static void line(int x0, int y0, int x1, int y1, uint32_t c) {
    int dx = x1 > x0 ? x1 - x0 : x0 - x1, sx = x0 < x1 ? 1 : -1;
    int dy = y1 > y0 ? y0 - y1 : y1 - y0, sy = y0 < y1 ? 1 : -1, err = dx + dy;
    for (;;) {
        plot(x0, y0, c);
        if (x0 == x1 && y0 == y1) break;
        int e2 = 2 * err;
        if (e2 >= dy) { err += dy; x0 += sx; }
        if (e2 <= dx) { err += dx; y0 += sy; }
    }
}

static void circle(int cx, int cy, int r, uint32_t c) {
    for (int x = r, y = 0, e = 1 - r; x >= y; y++) {
        plot(cx + x, cy + y, c); plot(cx - x, cy + y, c); plot(cx + x, cy - y, c); plot(cx - x, cy - y, c);
        plot(cx + y, cy + x, c); plot(cx - y, cy + x, c); plot(cx + y, cy - x, c); plot(cx - y, cy - x, c);
        e += e < 0 ? 2 * y + 3 : 2 * (y - x--) + 5;
    }
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t seed = 99, check = 0;
    while (n-- > 0) {
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++) { frame[y][x] = 0; depth[y][x] = 1e9f; }
        for (int t = 0; t < 60; t++) {
            Vertex v[3];
            for (int i = 0; i < 3; i++) {
                seed = seed * 1664525u + 1013904223u;
                v[i] = (Vertex){(int)(seed >> 8) % 70 + t % 60, (int)(seed >> 20) % 50 + t % 40, (float)(seed >> 24), seed};
            }
            triangle(&v[0], &v[1], &v[2]);
            line(v[0].x, v[0].y, v[2].x + 20, v[2].y - 9, seed);
            circle(v[1].x, v[1].y, 5 + t / 3, seed >> 3);
        }
        for (int i = 0; i < WIDTH * HEIGHT; i++) check = check * 31 + frame[i / WIDTH][i % WIDTH];
    }
    return (int)check;
}
