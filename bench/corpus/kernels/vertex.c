// Vertices through 4x4 matrices, perspective and clipping; orientation by quaternions; own sine.
#include <stdint.h>

typedef struct { float x, y, z, w; } Vec4;
typedef struct { float m[16]; } Mat4;
typedef struct { float w, x, y, z; } Quat;

#define COUNT 1500
static Vec4 model[COUNT], screen[COUNT];

static float sine(float x) {
    x -= 6.2831853f * __builtin_floorf(x / 6.2831853f + 0.5f);
    float x2 = x * x;
    return x * (1.0f - x2 / 6.0f * (1.0f - x2 / 20.0f * (1.0f - x2 / 42.0f * (1.0f - x2 / 72.0f))));
}

static Quat mul(Quat a, Quat b) {
    return (Quat){a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z,
                  a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
                  a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
                  a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w};
}

static Quat normalise(Quat q) {
    float k = 1.0f / __builtin_sqrtf(q.w * q.w + q.x * q.x + q.y * q.y + q.z * q.z);
    return (Quat){q.w * k, q.x * k, q.y * k, q.z * k};
}

static void rotation(Mat4 *out, const Quat *q) {
    float xx = q->x * q->x, yy = q->y * q->y, zz = q->z * q->z;
    float xy = q->x * q->y, xz = q->x * q->z, yz = q->y * q->z;
    float wx = q->w * q->x, wy = q->w * q->y, wz = q->w * q->z;
    *out = (Mat4){{1 - 2 * (yy + zz), 2 * (xy - wz), 2 * (xz + wy), 0.0f,
                   2 * (xy + wz), 1 - 2 * (xx + zz), 2 * (yz - wx), 0.0f,
                   2 * (xz - wy), 2 * (yz + wx), 1 - 2 * (xx + yy), 5.0f, 0, 0, 0, 1.0f}};
}

__attribute__((noinline)) static void transform(const Mat4 *mat, const Vec4 *in, Vec4 *out) {
    const float *m = mat->m;
    out->x = m[0] * in->x + m[1] * in->y + m[2] * in->z + m[3] * in->w;
    out->y = m[4] * in->x + m[5] * in->y + m[6] * in->z + m[7] * in->w;
    out->z = m[8] * in->x + m[9] * in->y + m[10] * in->z + m[11] * in->w;
    out->w = m[12] * in->x + m[13] * in->y + m[14] * in->z + m[15] * in->w;
}

static int project(Vec4 *v) {
    if (v->z < 0.1f) return 0;
    float inv = 200.0f / v->z;
    v->x = v->x * inv + 160.0f;
    v->y = v->y * inv + 120.0f;
    return v->x >= 0.0f && v->x < 320.0f && v->y >= 0.0f && v->y < 240.0f;
}

__attribute__((export_name("run"))) int run(int n) {
    unsigned check = 0;
    for (int i = 0; i < COUNT; i++) {
        float a = (float)i * 0.61f, h = (float)i / COUNT * 2.0f - 1.0f;
        float r = __builtin_sqrtf(1.0f - h * h) * 3.0f;
        model[i] = (Vec4){r * sine(a), r * sine(a + 1.5707963f), h * 3.0f, 1.0f};
    }
    Quat q = {1.0f, 0.0f, 0.0f, 0.0f};
    for (int f = 0; f < n * 20; f++) {
        float s = sine(0.05f + (float)(f % 10) * 0.001f), c = sine(0.05f + 1.5707963f);
        q = normalise(mul(q, (Quat){c, s * 0.6f, s * 0.8f, 0.1f * s}));
        Mat4 m;
        rotation(&m, &q);
        int visible = 0;
        for (int i = 0; i < COUNT; i++) {
            transform(&m, &model[i], &screen[i]);
            visible += project(&screen[i]);
        }
        check = check * 31 + visible + (int)screen[f % COUNT].x;
    }
    return (int)check;
}
