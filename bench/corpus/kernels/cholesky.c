// Cholesky factorisation of a symmetric positive definite matrix in packed row storage (float).
#include <stddef.h>
#include <stdint.h>

enum { DIM = 96, PACKED = DIM * (DIM + 1) / 2 };

typedef struct {
    int dim;
    float *data;
} Packed;

static float storage[PACKED];
static float rhs[DIM];

static inline float *row(const Packed *m, int i) { return m->data + (size_t)i * (i + 1) / 2; }

static void fill(Packed *m, unsigned seed) {
    for (int i = 0; i < m->dim; i++) {
        float *r = row(m, i);
        for (int j = 0; j < i; j++) {
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            r[j] = (float)(seed & 0xffff) / 65536.0f - 0.5f;
        }
        r[i] = (float)m->dim;
        rhs[i] = (float)(i % 7) - 3.0f;
    }
}

static int factor(Packed *m) {
    for (int i = 0; i < m->dim; i++) {
        float *ri = row(m, i);
        for (int j = 0; j <= i; j++) {
            const float *rj = row(m, j);
            float sum = ri[j];
            for (int k = 0; k < j; k++)
                sum -= ri[k] * rj[k];
            if (i == j) {
                if (sum <= 0.0f) return -1;
                ri[i] = __builtin_sqrtf(sum);
            } else {
                ri[j] = sum / rj[j];
            }
        }
    }
    return 0;
}

static void forward(const Packed *m, float *v) {
    for (int i = 0; i < m->dim; i++) {
        const float *r = row(m, i), *p = r;
        float s = v[i];
        for (const float *q = v; q != v + i; q++) s -= *p++ * *q;
        v[i] = s / *p;
    }
}

static void backward(const Packed *m, float *v) {
    for (int i = m->dim; i-- > 0;) {
        const float *r = row(m, i);
        v[i] /= r[i];
        for (int k = 0; k < i; k++) v[k] -= r[k] * v[i];
    }
}

__attribute__((export_name("run"))) int run(int n) {
    Packed m = {DIM, storage};
    unsigned check = 1;
    for (int round = 0; round < n; round++)
        for (int rep = 0; rep < 2; rep++) {
            fill(&m, 77u + (unsigned)(round * 2 + rep));
            if (factor(&m)) return -1;
            forward(&m, rhs);
            backward(&m, rhs);
            for (int i = 0; i < DIM; i++) check = check * 33u + (unsigned)(int)(rhs[i] * 1000.0f);
        }
    return (int)check;
}
