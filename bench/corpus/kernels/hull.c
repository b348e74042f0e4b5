// Plane geometry: convex hulls by monotone chain, ear clipping, Delaunay by Bowyer and Watson, point in polygon, diameters.
#include <stdint.h>

typedef struct { int32_t x, y; } pt;
#define N 120
static pt p[N + 3], hull[2 * N];
static int16_t tri[3 * N][3];
static int tris;

static int64_t turn(pt a, pt b, pt c) { return (int64_t)(b.x - a.x) * (c.y - a.y) - (int64_t)(b.y - a.y) * (c.x - a.x); }

static void sort(pt *v, int n) {
    for (int i = 1; i < n; i++) {
        pt t = v[i];
        int j = i;
        for (; j > 0 && (v[j - 1].x > t.x || (v[j - 1].x == t.x && v[j - 1].y > t.y)); j--) v[j] = v[j - 1];
        v[j] = t;
    }
}

static int chain(const pt *v, int n, pt *out) {
    int k = 0;
    for (int i = 0; i < n; i++) {
        while (k >= 2 && turn(out[k - 2], out[k - 1], v[i]) <= 0) k--;
        out[k++] = v[i];
    }
    for (int i = n - 2, base = k + 1; i >= 0; i--) {
        while (k >= base && turn(out[k - 2], out[k - 1], v[i]) <= 0) k--;
        out[k++] = v[i];
    }
    return k - 1;
}

static int64_t diameter(const pt *h, int n) {
    int64_t best = 0;
    for (int i = 0, j = 1; i < n; i++) {
        int k = (i + 1) % n;
        while (turn(h[i], h[k], h[(j + 1) % n]) > turn(h[i], h[k], h[j])) j = (j + 1) % n;
        int64_t dx = h[i].x - h[j].x, dy = h[i].y - h[j].y, d = dx * dx + dy * dy;
        if (d > best) best = d;
    }
    return best;
}

static int inside(const pt *v, int n, pt q) {
    int in = 0;
    for (int i = 0, j = n - 1; i < n; j = i++)
        if ((v[i].y > q.y) != (v[j].y > q.y)) {
            int64_t c = turn(v[j], v[i], q);
            if ((c > 0) == (v[i].y > v[j].y)) in ^= 1;
        }
    return in;
}

static int in_circle(pt a, pt b, pt c, pt d) {
    int64_t ax = a.x - d.x, ay = a.y - d.y, bx = b.x - d.x, by = b.y - d.y, cx = c.x - d.x, cy = c.y - d.y;
    int64_t A = ax * ax + ay * ay, B = bx * bx + by * by, C = cx * cx + cy * cy;
    return ax * (by * C - B * cy) - ay * (bx * C - B * cx) + A * (bx * cy - by * cx) > 0;
}

static void delaunay(int n) {
    p[n] = (pt){-20000, -20000};
    p[n + 1] = (pt){30000, -20000};
    p[n + 2] = (pt){0, 40000};
    tris = 1;
    tri[0][0] = (int16_t)n, tri[0][1] = (int16_t)(n + 1), tri[0][2] = (int16_t)(n + 2);
    for (int i = 0; i < n; i++) {
        int16_t edge[200][2];
        int edges = 0;
        for (int t = 0; t < tris;) {
            const int16_t *v = tri[t];
            if (!in_circle(p[v[0]], p[v[1]], p[v[2]], p[i])) { t++; continue; }
            for (int e = 0; e < 3; e++) {
                int16_t a = v[e], b = v[(e + 1) % 3];
                int k = 0;
                while (k < edges && !(edge[k][0] == b && edge[k][1] == a)) k++;
                if (k < edges) {
                    edges--;
                    edge[k][0] = edge[edges][0], edge[k][1] = edge[edges][1];
                } else if (edges < 199)
                    edge[edges][0] = a, edge[edges++][1] = b;
            }
            tris--;
            for (int e = 0; e < 3; e++) tri[t][e] = tri[tris][e];
        }
        for (int k = 0; k < edges && tris < 3 * N; k++, tris++) tri[tris][0] = edge[k][0], tri[tris][1] = edge[k][1], tri[tris][2] = (int16_t)i;
    }
}

static int64_t clip_ears(const pt *v, int n) {
    int16_t next[64], prev[64];
    int64_t sum = 0;
    for (int i = 0; i < n; i++) next[i] = (int16_t)((i + 1) % n), prev[i] = (int16_t)((i + n - 1) % n);
    for (int at = 0, left = n, idle = 0; left > 3 && idle < left; at = next[at]) {
        int a = prev[at], b = next[at], ear = turn(v[a], v[at], v[b]) > 0;
        for (int k = next[b]; ear && k != a; k = next[k])
            ear = !(turn(v[a], v[at], v[k]) >= 0 && turn(v[at], v[b], v[k]) >= 0 && turn(v[b], v[a], v[k]) >= 0);
        if (!ear) { idle++; continue; }
        sum += turn(v[a], v[at], v[b]) * (at + 1);
        next[a] = (int16_t)b;
        prev[b] = (int16_t)a;
        left--;
        idle = 0;
    }
    return sum;
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t s = 6;
    uint64_t h = 0;
    for (int k = 0; k < n * 2; k++) {
        for (int i = 0; i < N; i++) {
            s = s * 1664525u + 1013904223u;
            p[i] = (pt){(int32_t)(s >> 20), (int32_t)(s >> 8 & 0xfff)};
        }
        delaunay(N);
        for (int t = 0; t < tris; t++) h = h * 31 + (uint64_t)(tri[t][0] + tri[t][1] * 3 + tri[t][2] * 7);
        pt comb[60];
        for (int i = 0; i < 60; i++) comb[i] = i < 30 ? (pt){i * 100, i & 1 ? 1500 : 100 + i} : (pt){(59 - i) * 100 + 30, i & 1 ? 2900 - i : 2000};
        h += (uint64_t)clip_ears(comb, 60);
        for (int i = 0; i < N; i++) h = h * 3 + (uint64_t)inside(comb, 60, p[i]);
        sort(p, N);
        int m = chain(p, N, hull);
        h = h * 31 + (uint64_t)diameter(hull, m) + (uint64_t)m;
        for (int i = 0; i < 400; i++) h = h * 3 + (uint64_t)inside(hull, m, (pt){i * 11, (i * 97) & 4095});
    }
    return (int)(h ^ h >> 32);
}
