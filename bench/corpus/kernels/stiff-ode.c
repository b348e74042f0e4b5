// Stiff chemistry: backward Euler and a Rosenbrock step with Newton, a numerical Jacobian and step control (double).
#include <stdint.h>

typedef void (*system_fn)(const double *y, double *dy);
#define MAX 6

static int evaluations;

static void robertson(const double *y, double *d)
{
    evaluations++;
    d[0] = -0.04 * y[0] + 1e4 * y[1] * y[2];
    d[2] = 3e7 * y[1] * y[1];
    d[1] = -d[0] - d[2];
}

static void oscillator(const double *y, double *d)
{
    evaluations++;
    d[0] = y[1];
    d[1] = 30.0 * (1.0 - y[0] * y[0]) * y[1] - y[0];
}

static void chain(const double *y, double *d)
{
    evaluations++;
    for (int i = 0; i < MAX; i++) {
        double left = i ? y[i - 1] : 1.0, right = i < MAX - 1 ? y[i + 1] : 0.0;
        d[i] = 200.0 * (left - 2.0 * y[i] + right) - 5.0 * y[i] * y[i] * y[i];
    }
}

static void jacobian(system_fn f, int n, double *y, double j[MAX][MAX])
{
    double base[MAX], other[MAX];
    f(y, base);
    for (int c = 0; c < n; c++) {
        double keep = y[c], h = 1e-7 * (__builtin_fabs(keep) + 1e-5);
        y[c] += h;
        f(y, other);
        y[c] = keep;
        for (int r = 0; r < n; r++)
            j[r][c] = (other[r] - base[r]) / h;
    }
}

static void eliminate(double a[MAX][MAX], double *b, int n)
{
    for (int k = 0; k < n; k++) {
        int p = k;
        for (int i = k + 1; i < n; i++)
            if (__builtin_fabs(a[i][k]) > __builtin_fabs(a[p][k]))
                p = i;
        if (p != k) {
            double t = b[p];
            b[p] = b[k];
            b[k] = t;
            for (int j = k; j < n; j++) {
                t = a[p][j];
                a[p][j] = a[k][j];
                a[k][j] = t;
            }
        }
        for (int i = k + 1; i < n; i++) {
            double f = a[i][k] / a[k][k];
            for (int j = k + 1; j < n; j++)
                a[i][j] -= f * a[k][j];
            b[i] -= f * b[k];
        }
    }
    for (int k = n - 1; k >= 0; k--) {
        for (int j = k + 1; j < n; j++)
            b[k] -= a[k][j] * b[j];
        b[k] /= a[k][k];
    }
}

static int implicit(system_fn f, int n, const double *y, double h, double *out)
{
    double j[MAX][MAX], a[MAX][MAX], r[MAX];
    for (int i = 0; i < n; i++)
        out[i] = y[i];
    for (int it = 0; it < 8; it++) {
        double worst = 0;
        if (it % 3 == 0)
            jacobian(f, n, out, j);
        f(out, r);
        for (int i = 0; i < n; i++) {
            r[i] = y[i] + h * r[i] - out[i];
            for (int k = 0; k < n; k++)
                a[i][k] = (i == k) - h * j[i][k];
        }
        eliminate(a, r, n);
        for (int i = 0; i < n; i++) {
            double e = __builtin_fabs(r[i]) / (1e-9 + 1e-6 * __builtin_fabs(out[i]));
            out[i] += r[i];
            worst = e > worst ? e : worst;
        }
        if (worst < 1.0)
            return 1;
    }
    return 0;
}

static int integrate(system_fn f, int n, double *y, double end)
{
    double t = 0, h = 1e-4, full[MAX], half[MAX], two[MAX];
    int steps = 0;
    while (t < end && steps++ < 1500) {
        if (t + h > end)
            h = end - t;
        if (!implicit(f, n, y, h, full) || !implicit(f, n, y, h / 2, half) || !implicit(f, n, half, h / 2, two)) {
            h *= 0.25;
            continue;
        }
        double err = 1e-6;
        for (int i = 0; i < n; i++) {
            double e = __builtin_fabs(two[i] - full[i]) / (1e-6 + 1e-3 * __builtin_fabs(two[i]));
            err = e > err ? e : err;
        }
        if (err < 1.0) {
            t += h;
            for (int i = 0; i < n; i++)
                y[i] = 2 * two[i] - full[i];
        }
        double grow = 0.9 / __builtin_sqrt(err);
        h *= grow > 4 ? 4 : grow < 0.2 ? 0.2 : grow;
    }
    return steps;
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t check = 0;
    while (n-- > 0) {
        double a[MAX] = {1, 0, 0}, b[MAX] = {2, 0}, c[MAX] = {0};
        evaluations = 0;
        uint32_t steps = (uint32_t)integrate(robertson, 3, a, 400.0);
        steps = steps * 31 + (uint32_t)integrate(oscillator, 2, b, 25.0);
        steps = steps * 31 + (uint32_t)integrate(chain, MAX, c, 1.0);
        check = check * 31 + steps + (uint32_t)evaluations + (uint32_t)(int)(a[0] * 1e4) + (uint32_t)(int)(b[0] * 1e3) +
                (uint32_t)(int)(c[3] * 1e4);
    }
    return (int)check;
}
