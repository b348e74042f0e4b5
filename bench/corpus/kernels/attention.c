// A transformer step (float): RMS norms, 8-bit weights times vector, softmax attention over a cache, SiLU gates.
#include <stdint.h>

#define DIM 48
#define HEADS 4
#define HEAD (DIM / HEADS)
#define HIDDEN 96
#define STEPS 24

struct weights { int8_t q[HIDDEN * DIM]; float scale[HIDDEN]; };
static struct weights wq, wk, wv, wo, up, gate, down;
static float keys[STEPS][DIM], values[STEPS][DIM];

static float expf_(float x) {
    if (x < -80.0f) return 0.0f;
    if (x > 80.0f) x = 80.0f;
    float k = __builtin_floorf(x * 1.44269504f + 0.5f), r = x - k * 0.69314718f;
    float p = 1.0f + r * (1.0f + r * (0.5f + r * (0.16666667f + r * (0.041666667f + r * 0.0083333f))));
    union { uint32_t u; float f; } two = {(uint32_t)((int)k + 127) << 23};
    return p * two.f;
}

static void fill(struct weights *w, uint32_t seed) {
    for (int i = 0; i < HIDDEN * DIM; i++) {
        seed = seed * 1664525u + 1013904223u;
        w->q[i] = (int8_t)(seed >> 24);
    }
    for (int i = 0; i < HIDDEN; i++) w->scale[i] = 0.0006f + 0.000001f * (float)i;
}

static void gemv(float *restrict y, const struct weights *w, const float *restrict x, int rows, int cols) {
    const int8_t *q = w->q;
    for (int r = 0; r < rows; r++, q += cols) {
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (int c = 0; c < cols; c += 4) {
            s0 += (float)q[c] * x[c];
            s1 += (float)q[c + 1] * x[c + 1];
            s2 += (float)q[c + 2] * x[c + 2];
            s3 += (float)q[c + 3] * x[c + 3];
        }
        y[r] = ((s0 + s1) + (s2 + s3)) * w->scale[r];
    }
}

static void rms(float *y, const float *x) {
    float ss = 0;
    for (int i = 0; i < DIM; i++) ss += x[i] * x[i];
    ss = 1.0f / __builtin_sqrtf(ss / DIM + 1e-5f);
    for (int i = 0; i < DIM; i++) y[i] = x[i] * ss;
}

static void softmax(float *a, int n) {
    float most = a[0], sum = 0;
    for (int i = 1; i < n; i++)
        if (a[i] > most) most = a[i];
    for (int i = 0; i < n; i++) sum += a[i] = expf_(a[i] - most);
    for (int i = 0; i < n; i++) a[i] /= sum;
}

static void step(float *x, int pos) {
    float h[DIM], q[DIM], mix[DIM], a[STEPS], u[HIDDEN], g[HIDDEN];
    rms(h, x);
    gemv(q, &wq, h, DIM, DIM);
    gemv(keys[pos], &wk, h, DIM, DIM);
    gemv(values[pos], &wv, h, DIM, DIM);
    for (int i = 0; i < DIM; i++) mix[i] = 0;
    for (int head = 0; head < HEADS; head++) {
        int o = head * HEAD;
        for (int t = 0; t <= pos; t++) {
            float s = 0;
            for (int i = 0; i < HEAD; i++) s += q[o + i] * keys[t][o + i];
            a[t] = s * 0.2886751f;
        }
        softmax(a, pos + 1);
        for (int t = 0; t <= pos; t++)
            for (int i = 0; i < HEAD; i++) mix[o + i] += a[t] * values[t][o + i];
    }
    gemv(h, &wo, mix, DIM, DIM);
    for (int i = 0; i < DIM; i++) x[i] += h[i];
    rms(h, x);
    gemv(u, &up, h, HIDDEN, DIM);
    gemv(g, &gate, h, HIDDEN, DIM);
    for (int i = 0; i < HIDDEN; i++) u[i] *= g[i] / (1.0f + expf_(-g[i]));
    gemv(h, &down, u, DIM, HIDDEN);
    for (int i = 0; i < DIM; i++) x[i] += h[i];
}

__attribute__((export_name("run"))) int run(int n) {
    struct weights *all[] = {&wq, &wk, &wv, &wo, &up, &gate, &down};
    uint32_t check = 0;
    for (unsigned i = 0; i < 7; i++) fill(all[i], i + 1);
    for (int k = 0; k < n; k++) {
        float x[DIM];
        for (int i = 0; i < DIM; i++) x[i] = (float)((i * 13 + k) % 17) * 0.1f - 0.8f;
        for (int pos = 0; pos < STEPS; pos++) {
            step(x, pos);
            int best = 0;
            for (int i = 1; i < DIM; i++)
                if (x[i] > x[best]) best = i;
            check = check * 31 + (uint32_t)best + (uint32_t)(int)(x[best] * 100.0f);
            x[(best * 7 + pos) % DIM] -= 1.0f;
        }
    }
    return (int)check;
}
