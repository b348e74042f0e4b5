// Jacobi iteration of a five-point stencil, two float buffers that change places.
#include <stdint.h>
#define W 96
#define H 64

typedef float Grid[H][W];
static Grid first, second;

static void step(Grid in, Grid out) {
    for (int y = 1; y < H - 1; y++)
        for (int x = 1; x < W - 1; x++)
            out[y][x] = 0.2f * (in[y][x] + in[y - 1][x] + in[y + 1][x] + in[y][x - 1] + in[y][x + 1]);
}

static void edges(Grid g, float top, float side) {
    for (int x = 0; x < W; x++) {
        g[0][x] = top;
        g[H - 1][x] = 0.0f;
    }
    for (int y = 0; y < H; y++) g[y][0] = g[y][W - 1] = side;
}

static float difference(Grid a, Grid b) {
    float m = 0.0f;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            float d = __builtin_fabsf(a[y][x] - b[y][x]);
            m = d > m ? d : m;
        }
    return m;
}

__attribute__((export_name("run"))) int run(int n) {
    unsigned sum = 0;
    for (int k = 0; k < n; k++) {
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) first[y][x] = second[y][x] = (float)((x ^ y) & 15);
        edges(first, 100.0f, 50.0f);
        edges(second, 100.0f, 50.0f);
        float (*cur)[W] = first, (*next)[W] = second;
        for (int it = 0; it < 24; it++) {
            step(cur, next);
            float (*t)[W] = cur;
            cur = next;
            next = t;
        }
        sum += (unsigned)(difference(cur, next) * 1000.0f);
        for (int y = 0; y < H; y += 3)
            for (int x = 0; x < W; x += 5) sum = sum * 3 + (unsigned)(cur[y][x] * 64.0f);
    }
    return (int)sum;
}
