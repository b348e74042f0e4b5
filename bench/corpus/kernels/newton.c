// Root finding and quadrature: Newton, bisection and secant on polynomials; Simpson, Romberg.
#include <stdint.h>

typedef struct {
    int degree;
    double c[12];
} Poly;

static double eval(const Poly *p, double x) {
    double y = p->c[p->degree];
    for (int i = p->degree - 1; i >= 0; i--) y = y * x + p->c[i];
    return y;
}

static void derive(const Poly *p, Poly *d) {
    d->degree = p->degree - 1;
    for (int i = 1; i <= p->degree; i++) d->c[i - 1] = i * p->c[i];
}

static int newton(const Poly *p, double x, double *root) {
    Poly d;
    derive(p, &d);
    for (int it = 0; it < 50; it++) {
        double slope = eval(&d, x);
        if (__builtin_fabs(slope) < 1e-14) return -1;
        double next = x - eval(p, x) / slope;
        if (__builtin_fabs(next - x) < 1e-12) {
            *root = next;
            return it;
        }
        x = next;
    }
    *root = x;
    return 50;
}

static double bisect(const Poly *p, double lo, double hi) {
    int rising = eval(p, lo) < eval(p, hi);
    for (int i = 0; i < 50; i++) {
        double mid = 0.5 * (lo + hi);
        if ((eval(p, mid) < 0.0) == rising) lo = mid;
        else hi = mid;
    }
    return lo;
}

static double simpson(const Poly *p, double a, double b, int n) {
    double h = (b - a) / n, s = eval(p, a) + eval(p, b);
    for (int i = 1; i < n; i++) s += (i % 2 ? 4.0 : 2.0) * __builtin_fabs(eval(p, a + i * h));
    return s * h / 3.0;
}

static double romberg(const Poly *p, double a, double b) {
    double t[8][8];
    double h = b - a;
    t[0][0] = 0.5 * h * (eval(p, a) + eval(p, b));
    for (int k = 1; k < 8; k++) {
        h *= 0.5;
        double s = 0.0;
        for (int i = 1; i < 1 << k; i += 2) s += eval(p, a + i * h);
        t[k][0] = 0.5 * t[k - 1][0] + h * s;
        double four = 1.0;
        for (int j = 1; j <= k; j++) {
            four *= 4.0;
            t[k][j] = t[k][j - 1] + (t[k][j - 1] - t[k - 1][j - 1]) / (four - 1.0);
        }
    }
    return t[7][7];
}

__attribute__((export_name("run"))) int run(int n) {
    double check = 0.0;
    for (int k = 0; k < n * 40; k++) {
        Poly p = {.degree = 5 + k % 4};
        for (int i = 0; i <= p.degree; i++) p.c[i] = (double)((k * 17 + i * 29) % 23 - 11) + 0.5;
        double root = 0.0;
        check += newton(&p, 2.0 + k % 3, &root);
        if (root > -100.0 && root < 100.0) check += root;
        check += bisect(&p, -3.0, 3.0) + simpson(&p, -1.0, 1.0, 200) + romberg(&p, 0.0, 1.5);
    }
    return (int)(check * 100.0);
}
