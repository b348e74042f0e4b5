// Option prices in closed form and by a binomial tree, with own exp, log and normal distribution.
#include <stdint.h>

typedef union { double d; uint64_t u; } Bits;

static double my_exp(double x) {
    double k = __builtin_floor(x * 1.4426950408889634 + 0.5);
    double r = x - k * 0.6931471805599453, term = 1.0, sum = 1.0;
    for (int i = 1; i < 12; i++) {
        term *= r / i;
        sum += term;
    }
    Bits b = {.u = (uint64_t)((int64_t)k + 1023) << 52};
    return sum * b.d;
}

static double my_log(double x) {
    Bits b = {.d = x};
    int e = (int)(b.u >> 52) - 1023;
    b.u = (b.u & 0xfffffffffffffull) | 0x3ff0000000000000ull;
    double m = b.d;
    if (m > 1.4142135623730951) { m *= 0.5; e++; }
    double t = (m - 1.0) / (m + 1.0), t2 = t * t;
    double s = 1.0 / 11;
    s = s * t2 + 1.0 / 9;
    s = s * t2 + 1.0 / 7;
    s = s * t2 + 1.0 / 5;
    s = s * t2 + 1.0 / 3;
    s = s * t2 + 1.0;
    return 2.0 * t * s + e * 0.6931471805599453;
}

static double cdf(double x) {
    double l = x < 0 ? -x : x;
    double k = 1.0 / (1.0 + 0.2316419 * l);
    double poly = k * (0.319381530 + k * (-0.356563782 + k * (1.781477937 +
                  k * (-1.821255978 + k * 1.330274429))));
    double w = 1.0 - 0.3989422804014327 * my_exp(-l * l / 2) * poly;
    return x < 0 ? 1.0 - w : w;
}

static double call_price(double s, double k, double r, double v, double t) {
    double q = v * __builtin_sqrt(t);
    double d1 = (my_log(s / k) + (r + v * v / 2) * t) / q;
    return s * cdf(d1) - k * my_exp(-r * t) * cdf(d1 - q);
}

static double binomial(double s, double k, double r, double v, double t) {
    enum { STEPS = 100 };
    static double value[STEPS + 1];
    double dt = t / STEPS, up = my_exp(v * __builtin_sqrt(dt)), down = 1.0 / up;
    double grow = my_exp(r * dt), p = (grow - down) / (up - down), price = s;
    for (int i = 0; i < STEPS; i++) price *= down;
    for (int i = 0; i <= STEPS; i++, price *= up * up)
        value[i] = k > price ? k - price : 0.0;
    for (int step = STEPS; step > 0; step--)
        for (int i = 0; i < step; i++)
            value[i] = (p * value[i + 1] + (1.0 - p) * value[i]) / grow;
    return value[0];
}

__attribute__((export_name("run"))) int run(int n) {
    double total = 0.0;
    for (int j = 0; j < n; j++) {
        for (int i = 0; i < 3000; i++)
            total += call_price(80.0 + i % 41, 100.0, 0.01 * (i % 7), 0.1 + 0.01 * (i % 30), 0.5);
        for (int i = 0; i < 20; i++) total += binomial(90.0 + i, 100.0, 0.03, 0.2, 1.0 + j % 2);
    }
    return (int)(int64_t)(total * 100.0);
}
