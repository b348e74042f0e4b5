// Skeletal animation (float): key frames blended with slerp, a joint hierarchy, four-weight skinning of a mesh.
#include <stdint.h>

typedef struct { float x, y, z, w; } quat;
typedef struct { float m[12]; } affine;
typedef struct { float pos[3], weight[4]; uint8_t joint[4]; } vertex;

enum { JOINTS = 24, VERTICES = 900, KEYS = 5 };
static quat keys[KEYS][JOINTS];
static affine local[JOINTS], world[JOINTS];
static int8_t parent[JOINTS];
static vertex mesh[VERTICES];
static float out[VERTICES][3];

static float dot4(const quat *a, const quat *b) { return a->x * b->x + a->y * b->y + a->z * b->z + a->w * b->w; }

static float acos_(float x) {  // a polynomial for 0..1
    return __builtin_sqrtf(1.0f - x) * (1.5707288f + x * (-0.2121144f + x * (0.0742610f - 0.0187293f * x)));
}

static float sin_(float x) {
    float y = x * x;
    return x * (1.0f - y * (0.16666667f - y * (0.008333333f - y * 0.0001984127f)));
}

static quat slerp(const quat *a, const quat *b, float t) {
    float c = dot4(a, b), sign = 1.0f, ka = 1.0f - t, kb = t;
    if (c < 0) c = -c, sign = -1.0f;
    if (c < 0.9995f) {
        float angle = acos_(c), inv = 1.0f / sin_(angle);
        ka = sin_(ka * angle) * inv;
        kb = sin_(kb * angle) * inv;
    }
    kb *= sign;
    quat q = {a->x * ka + b->x * kb, a->y * ka + b->y * kb, a->z * ka + b->z * kb, a->w * ka + b->w * kb};
    float n = 1.0f / __builtin_sqrtf(dot4(&q, &q));
    q.x *= n; q.y *= n; q.z *= n; q.w *= n;
    return q;
}

static void to_affine(affine *r, const quat *q, float tx, float ty, float tz) {
    float xx = q->x * q->x, yy = q->y * q->y, zz = q->z * q->z;
    float xy = q->x * q->y, xz = q->x * q->z, yz = q->y * q->z, wx = q->w * q->x, wy = q->w * q->y, wz = q->w * q->z;
    float m[12] = {1 - 2 * (yy + zz), 2 * (xy - wz), 2 * (xz + wy), tx, 2 * (xy + wz), 1 - 2 * (xx + zz),
                   2 * (yz - wx), ty, 2 * (xz - wy), 2 * (yz + wx), 1 - 2 * (xx + yy), tz};
    for (int i = 0; i < 12; i++) r->m[i] = m[i];
}

static void concat(affine *r, const affine *a, const affine *b) {
    for (int i = 0; i < 3; i++) {
        const float *row = a->m + 4 * i;
        for (int j = 0; j < 4; j++) r->m[4 * i + j] = row[0] * b->m[j] + row[1] * b->m[4 + j] + row[2] * b->m[8 + j];
        r->m[4 * i + 3] += row[3];
    }
}

static void skin(void) {
    for (int v = 0; v < VERTICES; v++) {
        const vertex *p = &mesh[v];
        float m[12] = {0};
        for (int k = 0; k < 4; k++) {
            const float w = p->weight[k], *src = world[p->joint[k]].m;
            if (w == 0) continue;
            for (int i = 0; i < 12; i++) m[i] += w * src[i];
        }
        for (int i = 0; i < 3; i++) out[v][i] = m[4 * i] * p->pos[0] + m[4 * i + 1] * p->pos[1] + m[4 * i + 2] * p->pos[2] + m[4 * i + 3];
    }
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t s = 3, check = 0;
    for (int j = 0; j < JOINTS; j++) {
        parent[j] = (int8_t)((j - 1) / 2 - (j == 0));
        for (int k = 0; k < KEYS; k++) {
            float c[4], len = 0;
            for (int i = 0; i < 4; i++) {
                s = s * 69069u + 1;
                c[i] = (float)(s >> 16) / 65536.0f - 0.4f;
                len += c[i] * c[i];
            }
            len = 1.0f / __builtin_sqrtf(len + 0.01f);
            keys[k][j] = (quat){c[0] * len, c[1] * len, c[2] * len, c[3] * len};
        }
    }
    for (int v = 0; v < VERTICES; v++) {
        vertex *p = &mesh[v];
        for (int i = 0; i < 3; i++) p->pos[i] = (float)((v * (7 + i)) % 100) * 0.02f;
        for (int k = 0; k < 4; k++) {
            p->joint[k] = (uint8_t)((v + k * 5) % JOINTS);
            p->weight[k] = k < 1 + v % 4 ? 1.0f / (float)(1 + v % 4) : 0.0f;
        }
    }
    for (int frame = 0; frame < n * 12; frame++) {
        float t = (float)(frame % 16) / 16.0f;
        const quat *from = keys[frame / 3 % KEYS], *to = keys[(frame / 3 + 1) % KEYS];
        for (int j = 0; j < JOINTS; j++) {
            quat q = slerp(&from[j], &to[j], t);
            to_affine(&local[j], &q, 0.1f * (float)(j & 3), 0.5f, 0.0f);
            if (parent[j] < 0) world[j] = local[j];
            else concat(&world[j], &world[parent[j]], &local[j]);
        }
        skin();
        for (int v = 0; v < VERTICES; v += 3) check = check * 31 + (uint32_t)(int)((out[v][0] + out[v][1] * 2 + out[v][2] * 4) * 64);
    }
    return (int)check;
}
