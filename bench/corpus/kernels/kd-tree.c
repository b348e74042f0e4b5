// k-d tree in an implicit order (float): built by sorting ranges, nearest neighbours with a bounded heap, range counts.
#include <stdint.h>

#define N 1500
#define K 6

struct point { float c[3]; int id; };
static struct point pts[N];

struct best { float d[K]; int id[K]; int n; };

static void order(struct point *p, int n, int axis)
{
    static const short gaps[] = {701, 301, 132, 57, 23, 10, 4, 1};
    for (const short *g = gaps; g < gaps + 8; g++)
        for (int i = *g; i < n; i++) {
            struct point t = p[i];
            int j = i;
            for (; j >= *g && p[j - *g].c[axis] > t.c[axis]; j -= *g)
                p[j] = p[j - *g];
            p[j] = t;
        }
}

static void build(int lo, int hi, int axis)
{
    if (hi - lo < 2)
        return;
    int mid = (lo + hi) / 2;
    order(pts + lo, hi - lo, axis);
    axis = axis == 2 ? 0 : axis + 1;
    build(lo, mid, axis);
    build(mid + 1, hi, axis);
}

static float dist2(const float *a, const float *b)
{
    float s = 0;
    for (int i = 0; i < 3; i++)
        s += (a[i] - b[i]) * (a[i] - b[i]);
    return s;
}

static void offer(struct best *b, float d, int id)
{
    int i = 0;
    if (b->n < K) {
        for (i = b->n++; i > 0 && b->d[(i - 1) / 2] < d; i = (i - 1) / 2) {
            b->d[i] = b->d[(i - 1) / 2];
            b->id[i] = b->id[(i - 1) / 2];
        }
    } else if (d < b->d[0]) {
        for (int c; (c = 2 * i + 1) < K; i = c) {
            if (c + 1 < K && b->d[c + 1] > b->d[c])
                c++;
            if (b->d[c] <= d)
                break;
            b->d[i] = b->d[c];
            b->id[i] = b->id[c];
        }
    } else {
        return;
    }
    b->d[i] = d;
    b->id[i] = id;
}

static void nearest(const float *q, int lo, int hi, int axis, struct best *b)
{
    while (lo < hi) {
        int mid = (lo + hi) / 2;
        const struct point *p = &pts[mid];
        offer(b, dist2(q, p->c), p->id);
        float d = q[axis] - p->c[axis];
        int next = axis == 2 ? 0 : axis + 1;
        if (d < 0) {
            nearest(q, lo, mid, next, b);
            lo = mid + 1;
        } else {
            nearest(q, mid + 1, hi, next, b);
            hi = mid;
        }
        if (b->n == K && d * d >= b->d[0])
            return;
        axis = next;
    }
}

static int inside(const float *lo3, const float *hi3, int lo, int hi, int axis)
{
    if (lo >= hi)
        return 0;
    int mid = (lo + hi) / 2, next = (axis + 1) % 3;
    const float *c = pts[mid].c;
    int count = c[0] >= lo3[0] && c[0] <= hi3[0] && c[1] >= lo3[1] && c[1] <= hi3[1] && c[2] >= lo3[2] && c[2] <= hi3[2];
    if (lo3[axis] <= c[axis])
        count += inside(lo3, hi3, lo, mid, next);
    if (hi3[axis] >= c[axis])
        count += inside(lo3, hi3, mid + 1, hi, next);
    return count;
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t s = 9, h = 0;
    while (n-- > 0) {
        for (int i = 0; i < N; i++) {
            for (int k = 0; k < 3; k++) {
                s = s * 1664525u + 1013904223u;
                pts[i].c[k] = (float)(s >> 12) / 1048576.0f;
            }
            pts[i].id = i;
        }
        build(0, N, 0);
        for (int i = 0; i < 350; i++) {
            struct best b = {.n = 0};
            float q[3] = {(float)(i % 17) / 17, (float)(i % 29) / 29, (float)(i % 41) / 41};
            float hi[3] = {q[0] + 0.2f, q[1] + 0.15f, q[2] + 0.3f};
            nearest(q, 0, N, 0, &b);
            for (int k = 0; k < K; k++)
                h = h * 31 + (uint32_t)b.id[k];
            h += (uint32_t)inside(q, hi, 0, N, 0);
        }
    }
    return (int)h;
}
