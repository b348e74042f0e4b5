// Singular values by one-sided Jacobi rotations; principal components and a low-rank rebuild (double).
#include <stdint.h>

enum { ROWS = 40, COLS = 16 };
static double a[COLS][ROWS], v[COLS][COLS], sigma[COLS];  // by columns

static double dot(const double *x, const double *y, int n) {
    double s = 0;
    while (n-- > 0) s += *x++ * *y++;
    return s;
}

static void rotate(double *x, double *y, int n, double c, double s) {
    for (int i = 0; i < n; i++) {
        double t = x[i];
        x[i] = c * t - s * y[i];
        y[i] = s * t + c * y[i];
    }
}

static int svd(void) {
    int sweeps = 0, rotated;
    for (int i = 0; i < COLS; i++)
        for (int j = 0; j < COLS; j++) v[i][j] = i == j;
    do {
        rotated = 0;
        for (int p = 0; p < COLS - 1; p++)
            for (int q = p + 1; q < COLS; q++) {
                double alpha = dot(a[p], a[p], ROWS), beta = dot(a[q], a[q], ROWS), gamma = dot(a[p], a[q], ROWS);
                if (__builtin_fabs(gamma) <= 1e-10 * __builtin_sqrt(alpha * beta)) continue;
                rotated++;
                double zeta = (beta - alpha) / (2 * gamma);
                double t = (zeta >= 0 ? 1.0 : -1.0) / (__builtin_fabs(zeta) + __builtin_sqrt(1 + zeta * zeta));
                double c = 1 / __builtin_sqrt(1 + t * t);
                rotate(a[p], a[q], ROWS, c, c * t);
                rotate(v[p], v[q], COLS, c, c * t);
            }
    } while (rotated && ++sweeps < 12);
    for (int i = 0; i < COLS; i++) {
        sigma[i] = __builtin_sqrt(dot(a[i], a[i], ROWS));
        if (sigma[i] > 1e-12)
            for (int r = 0; r < ROWS; r++) a[i][r] /= sigma[i];
    }
    for (int i = 1; i < COLS; i++)  // largest first
        for (int j = i; j > 0 && sigma[j] > sigma[j - 1]; j--) {
            double t = sigma[j];
            sigma[j] = sigma[j - 1];
            sigma[j - 1] = t;
            for (int r = 0; r < ROWS; r++) t = a[j][r], a[j][r] = a[j - 1][r], a[j - 1][r] = t;
            for (int r = 0; r < COLS; r++) t = v[j][r], v[j][r] = v[j - 1][r], v[j - 1][r] = t;
        }
    return sweeps;
}

__attribute__((export_name("run"))) int run(int n) {
    static double original[COLS][ROWS];
    uint32_t s = 5, check = 0;
    for (int k = 0; k < n * 2; k++) {
        for (int c = 0; c < COLS; c++) {
            double mean = 0;
            for (int r = 0; r < ROWS; r++) {
                s = s * 1664525u + 1013904223u;
                original[c][r] = (double)(s >> 16) / 65536.0 + (c % 3) * 0.1 * r + (c % 5) * (r % 7) * 0.2;
                mean += original[c][r];
            }
            for (int r = 0; r < ROWS; r++) a[c][r] = original[c][r] -= mean / ROWS;
        }
        check = check * 31 + (uint32_t)svd();
        for (int rank = 1; rank <= 5; rank++) {
            double err = 0;
            for (int c = 0; c < COLS; c++)
                for (int r = 0; r < ROWS; r++) {
                    double x = 0;
                    for (int i = 0; i < rank; i++) x += sigma[i] * a[i][r] * v[i][c];
                    x -= original[c][r];
                    err += x * x;
                }
            check = check * 31 + (uint32_t)(int)(err * 100) + (uint32_t)(int)(sigma[rank] * 1000);
        }
    }
    return (int)check;
}
