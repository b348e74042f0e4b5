// Rays against triangles through a bounding volume hierarchy (float): slab tests, Moeller-Trumbore, shaded image.
#include <stdint.h>

typedef struct { float x, y, z; } vec3;
typedef struct { vec3 a, e1, e2, centre; } tri;
typedef struct { vec3 lo, hi; int first, count; } node;  // count 0: children at first, first + 1

#define TRIS 400
static tri tris[TRIS];
static node nodes[2 * TRIS];
static int used;

static vec3 sub(vec3 a, vec3 b) { return (vec3){a.x - b.x, a.y - b.y, a.z - b.z}; }
static vec3 add(vec3 a, vec3 b) { return (vec3){a.x + b.x, a.y + b.y, a.z + b.z}; }
static vec3 cross(vec3 a, vec3 b) { return (vec3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }
static float dot(vec3 a, vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static float minf(float a, float b) { return a < b ? a : b; }
static float maxf(float a, float b) { return a > b ? a : b; }
static float axis_of(const vec3 *v, int k) { return (&v->x)[k]; }

static void grow(node *n, vec3 p) {
    n->lo = (vec3){minf(n->lo.x, p.x), minf(n->lo.y, p.y), minf(n->lo.z, p.z)};
    n->hi = (vec3){maxf(n->hi.x, p.x), maxf(n->hi.y, p.y), maxf(n->hi.z, p.z)};
}

static void build(int at, int first, int count) {
    node *n = &nodes[at];
    n->lo = (vec3){1e9f, 1e9f, 1e9f};
    n->hi = (vec3){-1e9f, -1e9f, -1e9f};
    for (int i = first; i < first + count; i++) {
        grow(n, tris[i].a);
        grow(n, add(tris[i].a, tris[i].e1));
        grow(n, add(tris[i].a, tris[i].e2));
    }
    n->first = first;
    n->count = count;
    if (count <= 3) return;
    vec3 d = sub(n->hi, n->lo);
    int k = d.x > d.y ? (d.x > d.z ? 0 : 2) : (d.y > d.z ? 1 : 2);
    float mid = (axis_of(&n->lo, k) + axis_of(&n->hi, k)) * 0.5f;
    int i = first, j = first + count - 1;
    while (i <= j) {
        if (axis_of(&tris[i].centre, k) < mid) i++;
        else {
            tri t = tris[i];
            tris[i] = tris[j];
            tris[j--] = t;
        }
    }
    int left = i - first;
    if (left == 0 || left == count) return;
    int child = used;
    used += 2;
    n->first = child;
    n->count = 0;
    build(child, first, left);
    build(child + 1, i, count - left);
}

static int slab(const node *n, vec3 o, vec3 inv, float best) {
    float x0 = (n->lo.x - o.x) * inv.x, x1 = (n->hi.x - o.x) * inv.x;
    float y0 = (n->lo.y - o.y) * inv.y, y1 = (n->hi.y - o.y) * inv.y;
    float z0 = (n->lo.z - o.z) * inv.z, z1 = (n->hi.z - o.z) * inv.z;
    float near = maxf(maxf(minf(x0, x1), minf(y0, y1)), minf(z0, z1));
    float far = minf(minf(maxf(x0, x1), maxf(y0, y1)), maxf(z0, z1));
    return far >= near && far > 0 && near < best;
}

static float trace(vec3 o, vec3 d, int *which) {
    int stack[64], top = 0;
    float best = 1e9f;
    vec3 inv = {1.0f / d.x, 1.0f / d.y, 1.0f / d.z};
    stack[top++] = 0;
    while (top) {
        const node *n = &nodes[stack[--top]];
        if (!slab(n, o, inv, best)) continue;
        if (!n->count) {
            stack[top++] = n->first;
            stack[top++] = n->first + 1;
            continue;
        }
        for (const tri *t = tris + n->first, *end = t + n->count; t < end; t++) {
            vec3 p = cross(d, t->e2);
            float det = dot(t->e1, p);
            if (det > -1e-7f && det < 1e-7f) continue;
            float f = 1.0f / det;
            vec3 s = sub(o, t->a);
            float u = f * dot(s, p);
            if (u < 0 || u > 1) continue;
            vec3 q = cross(s, t->e1);
            float v = f * dot(d, q);
            if (v < 0 || u + v > 1) continue;
            float r = f * dot(t->e2, q);
            if (r > 1e-4f && r < best) best = r, *which = (int)(t - tris);
        }
    }
    return best;
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t s = 77, check = 0;
    float r[9];
    while (n--) {
        for (int i = 0; i < TRIS; i++) {
            for (int k = 0; k < 9; k++) {
                s = s * 1664525u + 1013904223u;
                r[k] = (float)(s >> 8) / 16777216.0f;
            }
            tri *t = &tris[i];
            t->a = (vec3){r[0] * 10 - 5, r[1] * 10 - 5, r[2] * 6 + 4};
            t->e1 = (vec3){r[3] - 0.5f, r[4] - 0.5f, r[5] - 0.5f};
            t->e2 = (vec3){r[6] - 0.5f, r[7] - 0.5f, r[8] - 0.5f};
            t->centre = add(t->a, (vec3){(t->e1.x + t->e2.x) / 3, (t->e1.y + t->e2.y) / 3, (t->e1.z + t->e2.z) / 3});
        }
        used = 1;
        build(0, 0, TRIS);
        for (int y = 0; y < 26; y++)
            for (int x = 0; x < 34; x++) {
                int which = 0;
                vec3 d = {(float)(x - 17) * 0.05f + 0.001f, (float)(y - 13) * 0.05f + 0.001f, 1.0f};
                float far = trace((vec3){0, 0, -1}, d, &which);
                if (far < 1e8f) check = check * 31 + (uint32_t)(far * 256) + (uint32_t)which;
            }
    }
    return (int)check;
}
