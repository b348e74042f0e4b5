// Linear programs by the simplex method on a dense tableau of doubles (Bland after a while), and Nelder-Mead.
#include <stdint.h>

#define ROWS 24
#define COLS 60

static double t[ROWS + 1][COLS + 1];
static int basis[ROWS];

static void pivot(int r, int c) {
    double *row = t[r], inv = 1.0 / row[c];
    for (int j = 0; j <= COLS; j++) row[j] *= inv;
    for (int i = 0; i <= ROWS; i++) {
        double f = t[i][c];
        if (i == r || f == 0.0) continue;
        double *other = t[i];
        for (int j = 0; j <= COLS; j++) other[j] -= f * row[j];
    }
    basis[r] = c;
}

static int solve(void) {
    int steps = 0;
    for (;; steps++) {
        int c = -1, r = -1;
        double least = -1e-9, ratio = 1e300;
        for (int j = 0; j < COLS; j++)
            if (t[ROWS][j] < least) {
                c = j;
                if (steps > 200) break;
                least = t[ROWS][j];
            }
        if (c < 0 || steps > 400) return steps;
        for (int i = 0; i < ROWS; i++)
            if (t[i][c] > 1e-9) {
                double q = t[i][COLS] / t[i][c];
                if (q < ratio - 1e-12 || (q < ratio + 1e-12 && r >= 0 && basis[i] < basis[r])) ratio = q, r = i;
            }
        if (r < 0) return -steps;
        pivot(r, c);
    }
}

static double valley(const double *x, int n) {
    double s = 0;
    for (int i = 0; i + 1 < n; i++) {
        double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
        s += 20 * a * a + b * b;
    }
    return s;
}

static double nelder(int n, int limit) {
    double p[6][5], f[6], centre[5], trial[5], ft;
    for (int i = 0; i <= n; i++) {
        for (int j = 0; j < n; j++) p[i][j] = -1.0 + (i == j ? 0.5 : 0.0) + 0.1 * j;
        f[i] = valley(p[i], n);
    }
    while (limit-- > 0) {
        int hi = 0, lo = 0;
        for (int i = 1; i <= n; i++) {
            if (f[i] > f[hi]) hi = i;
            if (f[i] < f[lo]) lo = i;
        }
        for (int j = 0; j < n; j++) {
            centre[j] = 0;
            for (int i = 0; i <= n; i++)
                if (i != hi) centre[j] += p[i][j];
            centre[j] /= n;
        }
        static const double scale[4] = {-1.0, -2.0, 0.5, -0.5};
        int done = 0;
        for (int k = 0; k < 4 && !done; k++) {
            if (k == 1 && !(f[hi] < f[lo])) continue;
            for (int j = 0; j < n; j++) trial[j] = centre[j] + scale[k] * (p[hi][j] - centre[j]);
            ft = valley(trial, n);
            if (ft < f[hi]) {
                f[hi] = ft;
                for (int j = 0; j < n; j++) p[hi][j] = trial[j];
                done = k != 0 || ft > f[lo];
                if (k == 0 && ft < f[lo]) lo = hi;
            }
        }
        if (!done)
            for (int i = 0; i <= n; i++)
                if (i != lo) {
                    for (int j = 0; j < n; j++) p[i][j] = 0.5 * (p[i][j] + p[lo][j]);
                    f[i] = valley(p[i], n);
                }
    }
    double best = f[0];
    for (int i = 1; i <= n; i++)
        if (f[i] < best) best = f[i];
    return best;
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t s = 4, check = 0;
    for (int k = 0; k < n * 5; k++) {
        for (int i = 0; i <= ROWS; i++)
            for (int j = 0; j <= COLS; j++) {
                s = s * 1103515245u + 12345u;
                t[i][j] = j < COLS - ROWS ? (double)(s >> 20 & 63) : j == COLS ? 500.0 + (s >> 22) : j - (COLS - ROWS) == i;
                if (i == ROWS) t[i][j] = j < COLS - ROWS ? -1.0 - (double)(s >> 20 & 31) : 0.0;
            }
        for (int i = 0; i < ROWS; i++) basis[i] = COLS - ROWS + i;
        check = check * 31 + (uint32_t)solve();
        check = check * 31 + (uint32_t)(int)(t[ROWS][COLS] * 8);
        check += (uint32_t)(int)(nelder(3 + k % 3, 150) * 1000);
    }
    return (int)check;
}
