// Modified Gram-Schmidt QR of a tall matrix whose columns are reached through pointers.
#include <stdint.h>
#define ROWS 72
#define COLS 40

static double pool[COLS * ROWS];
static double *column[COLS];
static double rmat[COLS][COLS];

static double inner(const double *a, const double *b) {
    double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (int i = 0; i < ROWS; i += 4) {
        s0 += a[i] * b[i];
        s1 += a[i + 1] * b[i + 1];
        s2 += a[i + 2] * b[i + 2];
        s3 += a[i + 3] * b[i + 3];
    }
    return (s0 + s1) + (s2 + s3);
}

static void subtract(double *a, const double *b, double k) {
    for (int i = 0; i < ROWS; i++) a[i] -= k * b[i];
}

static void orthonormalise(void) {
    for (int k = 0; k < COLS; k++) {
        double *q = column[k];
        double norm = __builtin_sqrt(inner(q, q));
        rmat[k][k] = norm;
        double inv = norm > 0.0 ? 1.0 / norm : 0.0;
        for (int i = 0; i < ROWS; i++) q[i] *= inv;
        for (int j = k + 1; j < COLS; j++) {
            double d = inner(q, column[j]);
            rmat[k][j] = d;
            subtract(column[j], q, d);
        }
    }
}

__attribute__((export_name("run"))) int run(int n) {
    uint64_t lcg = 88172645463325252ull;
    uint64_t check = 0;
    for (int k = 0; k < n * 2; k++) {
        for (int c = 0; c < COLS; c++) {
            column[c] = &pool[((c * 7) % COLS) * ROWS];
            for (int i = 0; i < ROWS; i++) {
                lcg = lcg * 6364136223846793005ull + 1442695040888963407ull;
                column[c][i] = (double)(int32_t)(lcg >> 33) * 1e-9;
            }
        }
        orthonormalise();
        double err = 0.0;
        for (int i = 0; i < COLS; i++)
            for (int j = 0; j < i; j++) err += __builtin_fabs(inner(column[i], column[j]));
        check += err < 1e-8 ? 1 : 1000000;
        for (int i = 0; i < COLS; i++) check = check * 5 + (uint64_t)(int64_t)(rmat[i][COLS - 1] * 4096.0);
    }
    return (int)(check ^ (check >> 32));
}
