// Power iteration with deflation, and PageRank on a small random graph with edge lists.
#include <stdint.h>

#define N 64
#define EDGES 1024

static double m[N][N], v[N], w[N];
struct edge { uint16_t from, to; };
static struct edge edges[EDGES];
static float rank_[256], next_[256];
static int outdeg[256];

static uint32_t rng(uint32_t *s) {
    uint32_t x = *s;
    x ^= x << 13; x ^= x >> 17; x ^= x << 5;
    return *s = x;
}

static double dominant(void) {
    double lambda = 0.0;
    for (int i = 0; i < N; i++) v[i] = 1.0 + i * 0.01;
    for (int it = 0; it < 30; it++) {
        double norm = 0.0;
        for (int i = 0; i < N; i++) {
            double s = 0.0;
            for (int j = 0; j < N; j++) s += m[i][j] * v[j];
            w[i] = s;
            norm += s * s;
        }
        norm = __builtin_sqrt(norm);
        for (int i = 0; i < N; i++) v[i] = w[i] / norm;
        if (__builtin_fabs(norm - lambda) < 1e-9) break;
        lambda = norm;
    }
    return lambda;
}

static void pagerank(int iterations) {
    for (int i = 0; i < 256; i++) rank_[i] = 1.0f / 256.0f;
    while (iterations--) {
        for (int i = 0; i < 256; i++) next_[i] = 0.15f / 256.0f;
        for (const struct edge *e = edges; e < edges + EDGES; e++)
            next_[e->to] += 0.85f * rank_[e->from] / (float)outdeg[e->from];
        for (int i = 0; i < 256; i++) rank_[i] = next_[i];
    }
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t seed = 2463534242u;
    unsigned check = 0;
    while (n-- > 0) {
        for (int i = 0; i < N; i++)
            for (int j = i; j < N; j++) m[i][j] = m[j][i] = (double)(rng(&seed) % 1000) / 1000.0;
        for (int k = 0; k < 3; k++) {
            double l = dominant();
            check = check * 7 + (int)(l * 100.0);
            for (int i = 0; i < N; i++)
                for (int j = 0; j < N; j++) m[i][j] -= l * v[i] * v[j];
        }
        for (int i = 0; i < 256; i++) outdeg[i] = 0;
        for (int i = 0; i < EDGES; i++) {
            uint32_t r = rng(&seed);
            edges[i].from = r & 255;
            edges[i].to = (r >> 8) & (r >> 16) & 255;
            outdeg[edges[i].from]++;
        }
        pagerank(40);
        for (int i = 0; i < 256; i += 9) check += (int)(rank_[i] * 1e6f);
    }
    return (int)check;
}
