// LU decomposition with partial pivoting, solve and residual of a dense double system.
#include <stdint.h>
#define N 80

static double a[N][N], lu[N][N], b[N], x[N];
static int perm[N];
static uint32_t state = 12345;

static double frand(void) {
    state = state * 1664525u + 1013904223u;
    return (double)(state >> 8) / 16777216.0 - 0.5;
}

static int decompose(void) {
    int sign = 1;
    for (int i = 0; i < N; i++) perm[i] = i;
    for (int k = 0; k < N; k++) {
        int p = k;
        double best = __builtin_fabs(lu[k][k]);
        for (int i = k + 1; i < N; i++) {
            double v = __builtin_fabs(lu[i][k]);
            if (v > best) { best = v; p = i; }
        }
        if (best < 1e-12) return 0;
        if (p != k) {
            for (int j = 0; j < N; j++) {
                double t = lu[k][j];
                lu[k][j] = lu[p][j];
                lu[p][j] = t;
            }
            int t = perm[k]; perm[k] = perm[p]; perm[p] = t;
            sign = -sign;
        }
        for (int i = k + 1; i < N; i++) {
            double f = lu[i][k] /= lu[k][k];
            for (int j = k + 1; j < N; j++) lu[i][j] -= f * lu[k][j];
        }
    }
    return sign;
}

static void solve(void) {
    for (int i = 0; i < N; i++) {
        double s = b[perm[i]];
        for (int j = 0; j < i; j++) s -= lu[i][j] * x[j];
        x[i] = s;
    }
    for (int i = N - 1; i >= 0; i--) {
        double s = x[i];
        for (int j = i + 1; j < N; j++) s -= lu[i][j] * x[j];
        x[i] = s / lu[i][i];
    }
}

__attribute__((export_name("run"))) int run(int n) {
    unsigned check = 0;
    while (n-- > 0) {
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) lu[i][j] = a[i][j] = frand();
            b[i] = frand();
        }
        int sign = decompose();
        solve();
        double worst = 0, sum = 0;
        for (int i = 0; i < N; i++) {
            double r = -b[i];
            for (int j = 0; j < N; j++) r += a[i][j] * x[j];
            if (__builtin_fabs(r) > worst) worst = __builtin_fabs(r);
            sum += __builtin_fabs(x[i]);
        }
        check = check * 31 + sign + (worst < 1e-6) + (int)(sum * 100.0);
    }
    return (int)check;
}
