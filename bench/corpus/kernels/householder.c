// Least squares by Householder reflections, polynomial fits, and eigenvalues by Hessenberg and shifted QR (double).
#include <stdint.h>
#define M 60
#define N 8
#define E 14

static double A[M * N], b[M], beta[N], h[E][E];

static void factor(double *q, int m, int n) {
    for (int k = 0; k < n; k++) {
        double norm = 0;
        for (int i = k; i < m; i++) norm += q[i * n + k] * q[i * n + k];
        norm = __builtin_sqrt(norm);
        if (q[k * n + k] > 0) norm = -norm;
        double v0 = q[k * n + k] - norm;
        for (int i = k + 1; i < m; i++) q[i * n + k] /= v0;
        beta[k] = -v0 / norm;
        q[k * n + k] = norm;
        for (int j = k + 1; j < n; j++) {
            double s = q[k * n + j];
            for (int i = k + 1; i < m; i++) s += q[i * n + k] * q[i * n + j];
            s *= beta[k];
            q[k * n + j] -= s;
            for (int i = k + 1; i < m; i++) q[i * n + j] -= s * q[i * n + k];
        }
    }
}

static double solve(const double *q, double *y, int m, int n) {
    for (int k = 0; k < n; k++) {
        double s = y[k];
        for (int i = k + 1; i < m; i++) s += q[i * n + k] * y[i];
        s *= beta[k];
        y[k] -= s;
        for (int i = k + 1; i < m; i++) y[i] -= s * q[i * n + k];
    }
    for (int k = n - 1; k >= 0; k--) {
        for (int j = k + 1; j < n; j++) y[k] -= q[k * n + j] * y[j];
        y[k] /= q[k * n + k];
    }
    double rest = 0;
    for (int i = n; i < m; i++) rest += y[i] * y[i];
    return rest;
}

static void hessenberg(void) {
    for (int k = 1; k < E - 1; k++) {
        int p = k;
        for (int i = k + 1; i < E; i++)
            if (__builtin_fabs(h[i][k - 1]) > __builtin_fabs(h[p][k - 1])) p = i;
        if (h[p][k - 1] == 0) continue;
        for (int j = 0; j < E; j++) { double t = h[p][j]; h[p][j] = h[k][j]; h[k][j] = t; }
        for (int i = 0; i < E; i++) { double t = h[i][p]; h[i][p] = h[i][k]; h[i][k] = t; }
        for (int i = k + 1; i < E; i++) {
            double f = h[i][k - 1] / h[k][k - 1];
            for (int j = k - 1; j < E; j++) h[i][j] -= f * h[k][j];
            for (int j = 0; j < E; j++) h[j][k] += f * h[j][i];
        }
    }
}

static int qr_steps(double *trace) {
    int hi = E - 1, steps = 0;
    double cs[E], sn[E];
    while (hi > 0 && steps < 200) {
        if (__builtin_fabs(h[hi][hi - 1]) < 1e-9 * (__builtin_fabs(h[hi][hi]) + __builtin_fabs(h[hi - 1][hi - 1]))) {
            *trace += h[hi][hi] * hi;
            hi--;
            continue;
        }
        double mu = h[hi][hi];
        for (int i = 0; i <= hi; i++) h[i][i] -= mu;
        for (int k = 0; k < hi; k++) {
            double x = h[k][k], y = h[k + 1][k], r = __builtin_sqrt(x * x + y * y);
            cs[k] = r > 0 ? x / r : 1;
            sn[k] = r > 0 ? y / r : 0;
            for (int j = k; j <= hi; j++) {
                double t = cs[k] * h[k][j] + sn[k] * h[k + 1][j];
                h[k + 1][j] = cs[k] * h[k + 1][j] - sn[k] * h[k][j];
                h[k][j] = t;
            }
        }
        for (int k = 0; k < hi; k++)
            for (int i = 0; i <= k + 1; i++) {
                double t = cs[k] * h[i][k] + sn[k] * h[i][k + 1];
                h[i][k + 1] = cs[k] * h[i][k + 1] - sn[k] * h[i][k];
                h[i][k] = t;
            }
        for (int i = 0; i <= hi; i++) h[i][i] += mu;
        steps++;
    }
    return steps;
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t check = 0;
    for (int k = 0; k < n * 12; k++) {
        for (int i = 0; i < M; i++) {
            double x = (double)i / M * 2 - 1, p = 1;
            for (int j = 0; j < N; j++, p *= x) A[i * N + j] = p;
            b[i] = x * x * x - 0.3 * x + (double)((i * 37 + k * 11) % 50) / 500.0;
        }
        factor(A, M, N);
        double rest = solve(A, b, M, N), trace = 0;
        check = check * 31 + (uint32_t)(int)(rest * 1e4) + (uint32_t)(int)(b[3] * 1e4);
        for (int i = 0; i < E; i++)
            for (int j = 0; j <= i; j++) h[i][j] = h[j][i] = (double)((i * 7 + j * 13 + k) % 23) - (i == j ? 30.0 * i : 0);
        hessenberg();
        check += (uint32_t)qr_steps(&trace);
        check = check * 7 + (uint32_t)(int)(trace * 10);
    }
    return (int)check;
}
