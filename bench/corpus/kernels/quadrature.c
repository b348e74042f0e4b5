// Integrals: Gauss-Legendre nodes by Newton, adaptive Simpson through a function pointer, Clenshaw sums, tanh-sinh, Chebyshev.
#include <stdint.h>

typedef double (*fn)(double);

static double peak(double x) { return 1.0 / (0.01 + (x - 0.3) * (x - 0.3)) + 1.0 / (0.04 + (x - 0.9) * (x - 0.9)); }
static double root(double x) { return __builtin_sqrt(__builtin_fabs(x * (2.0 - x))); }
static double step(double x) { return x < 1.1 ? x * x : 3.0 - x; }
static double ratio(double x) { return (1.0 + x * (2.0 + x)) / (1.0 + x * x * x * x); }

static double exp_(double x) {
    double s = 1.0, t = 1.0;
    int k = 0;
    while (x > 0.25 || x < -0.25) x *= 0.5, k++;
    for (int i = 1; i < 12; i++) s += t *= x / i;
    while (k--) s *= s;
    return s;
}

static double cos_(double x) {
    double x2 = x * x, t = 1.0, s = 1.0;
    for (int i = 1; i < 14; i++) s += t *= -x2 / ((2 * i - 1) * (2 * i));
    return s;
}

static int legendre(int n, double *x, double *w) {
    int its = 0;
    for (int i = 0; i < (n + 1) / 2; i++) {
        double z = cos_(3.141592653589793 * (i + 0.75) / (n + 0.5)), d, dz;
        do {
            double p1 = 1.0, p2 = 0.0;
            for (int j = 0; j < n; j++) {
                double p3 = p2;
                p2 = p1;
                p1 = ((2.0 * j + 1.0) * z * p2 - j * p3) / (j + 1);
            }
            d = n * (z * p1 - p2) / (z * z - 1.0);
            dz = p1 / d;
            z -= dz;
            its++;
        } while (__builtin_fabs(dz) > 1e-12 && its < 1000);
        x[i] = -z;
        x[n - 1 - i] = z;
        w[i] = w[n - 1 - i] = 2.0 / ((1.0 - z * z) * d * d);
    }
    return its;
}

static int calls;

static double simpson(fn f, double a, double b, double fa, double fm, double fb, double whole, double eps, int depth) {
    double m = 0.5 * (a + b), h = 0.25 * (b - a), f1 = f(a + h), f2 = f(b - h);
    double left = h * (fa + 4 * f1 + fm) / 3, right = h * (fm + 4 * f2 + fb) / 3, delta = left + right - whole;
    calls += 2;
    if (depth <= 0 || __builtin_fabs(delta) < 15 * eps) return left + right + delta / 15;
    return simpson(f, a, m, fa, f1, fm, left, eps / 2, depth - 1) + simpson(f, m, b, fm, f2, fb, right, eps / 2, depth - 1);
}

static double tanh_sinh(fn f, int n) {
    double sum = 0, h = 6.0 / n;
    for (int i = -n; i <= n; i++) {
        double t = i * h * 0.5, e = exp_(t), sh = (e - 1 / e) * 0.7853981633974483, ch = (e + 1 / e) * 0.7853981633974483;
        double q = exp_(sh), c = 0.5 * (q + 1 / q), x = (q - 1 / q) / (q + 1 / q);
        sum += f(1.0 + x) * ch / (c * c);
    }
    return sum * h * 0.5;
}

static double chebyshev(fn f, int n) {
    double c[32], v[32], sum = 0;
    for (int k = 0; k < n; k++) v[k] = f(1.0 + cos_(3.141592653589793 * (k + 0.5) / n));
    for (int j = 0; j < n; j++) {
        c[j] = 0;
        double a = 1.0;
        for (int k = 0; k < n; k++) {  // cosines of multiples by recurrence
            double t = cos_(3.141592653589793 * (k + 0.5) / n), prev = 1.0, now = t;
            a = j == 0 ? 1.0 : t;
            for (int i = 1; i < j; i++) {
                a = 2 * t * now - prev;
                prev = now;
                now = a;
            }
            c[j] += v[k] * a * 2 / n;
        }
    }
    for (int i = 0; i < 200; i++) {
        double x = i / 100.0 - 1.0, b1 = 0, b2 = 0;
        for (int j = n - 1; j > 0; j--) {
            double t = 2 * x * b1 - b2 + c[j];
            b2 = b1;
            b1 = t;
        }
        double d = x * b1 - b2 + 0.5 * c[0] - f(1.0 + x);
        sum += d * d;
    }
    return sum;
}

__attribute__((export_name("run"))) int run(int n) {
    static const fn all[] = {peak, root, step, ratio};
    uint32_t check = 0;
    for (int k = 0; k < n * 3; k++)
        for (int i = 0; i < 4; i++) {
            fn f = all[i];
            double x[32], w[32], g = 0;
            for (int m = 4; m <= 32; m += 4) {
                check += (uint32_t)legendre(m, x, w);
                for (int j = 0; j < m; j++) g += w[j] * f(1.0 + x[j]);
            }
            double fa = f(0), fm = f(1), fb = f(2);
            calls = 0;
            double s = simpson(f, 0, 2, fa, fm, fb, (fa + 4 * fm + fb) / 3, 1e-9, 18);
            check = check * 31 + (uint32_t)(int)(g * 1000) + (uint32_t)(int)(s * 1e5) + (uint32_t)calls;
            check = check * 31 + (uint32_t)(int)(tanh_sinh(f, 40 + k % 9) * 1e4) + (uint32_t)(int)(chebyshev(f, 24) * 10);
        }
    return (int)check;
}
