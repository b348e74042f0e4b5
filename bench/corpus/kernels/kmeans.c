// k-means clustering of points in three dimensions (array of structs, float).
#include <stdint.h>
#define POINTS 2000
#define K 8

struct point { float x, y, z; int cluster; };
struct centre { float x, y, z; int count; };

static struct point points[POINTS];
static struct centre centres[K];

static inline float dist2(const struct point *p, const struct centre *c) {
    float dx = p->x - c->x, dy = p->y - c->y, dz = p->z - c->z;
    return dx * dx + dy * dy + dz * dz;
}

static int assign(void) {
    int moved = 0;
    for (int i = 0; i < POINTS; i++) {
        struct point *p = &points[i];
        int best = 0;
        float bd = 1e30f;
        for (int k = 0; k < K; k++) {
            float d = dist2(p, &centres[k]);
            if (d < bd) {
                bd = d;
                best = k;
            }
        }
        if (best != p->cluster) {
            p->cluster = best;
            moved++;
        }
    }
    return moved;
}

static void update(void) {
    struct centre sum[K] = {0};
    for (int i = 0; i < POINTS; i++) {
        struct centre *s = &sum[points[i].cluster];
        s->x += points[i].x;
        s->y += points[i].y;
        s->z += points[i].z;
        s->count++;
    }
    for (int k = 0; k < K; k++)
        if (sum[k].count) {
            float inv = 1.0f / (float)sum[k].count;
            centres[k] = (struct centre){sum[k].x * inv, sum[k].y * inv, sum[k].z * inv, sum[k].count};
        }
}

__attribute__((export_name("run"))) int run(int n) {
    unsigned seed = 1, check = 0;
    for (int round = 0; round < n; round++) {
        for (int i = 0; i < POINTS; i++) {
            float c[3];
            for (int d = 0; d < 3; d++) {
                seed = seed * 69069u + 1u;
                c[d] = (float)(seed >> 20) + (float)((i * (d + 3)) % 7) * 1500.0f;
            }
            points[i] = (struct point){c[0], c[1], c[2], -1};
        }
        for (int k = 0; k < K; k++)
            centres[k] = (struct centre){points[k * 31].x, points[k * 31].y, points[k * 31].z, 0};
        int it = 0;
        while (assign() > 0 && ++it < 15) update();
        for (int k = 0; k < K; k++)
            check = check * 31u + (unsigned)centres[k].count + (unsigned)(int)centres[k].x;
        check += (unsigned)it;
    }
    return (int)check;
}
