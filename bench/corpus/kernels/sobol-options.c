// Path-dependent options by Sobol points: inverse normal, Brownian bridge, control variate, regression for early exercise.
#include <stdint.h>

#define DIMS 8
static uint32_t dir[DIMS][32], at[DIMS];

static void directions(void) {
    static const uint8_t degree[DIMS] = {0, 1, 2, 3, 3, 4, 4, 5}, poly[DIMS] = {0, 0, 1, 1, 2, 1, 4, 2};
    static const uint8_t init[DIMS][5] = {{0}, {1}, {1, 3}, {1, 3, 1}, {1, 1, 1}, {1, 1, 3, 3}, {1, 3, 5, 13}, {1, 1, 5, 5, 17}};
    for (int d = 0; d < DIMS; d++) {
        unsigned s = degree[d];
        for (unsigned i = 0; i < 32; i++) {
            if (d == 0) dir[d][i] = 1u << (31 - i);
            else if (i < s) dir[d][i] = (uint32_t)init[d][i] << (31 - i);
            else {
                uint32_t v = dir[d][i - s] ^ dir[d][i - s] >> s;
                for (unsigned k = 1; k < s; k++)
                    if (poly[d] >> (s - 1 - k) & 1) v ^= dir[d][i - k];
                dir[d][i] = v;
            }
        }
    }
}

static double log_(double x) {
    union { double d; uint64_t u; } v = {x};
    int e = (int)(v.u >> 52) - 1023;
    v.u = (v.u & 0xfffffffffffffu) | 0x3ff0000000000000u;
    double z = (v.d - 1) / (v.d + 1), z2 = z * z, s = 0;
    for (int k = 15; k >= 1; k -= 2) s = s * z2 + 1.0 / k;
    return 2 * z * s + e * 0.6931471805599453;
}

static double exp_(double x) {
    int k = (int)(x * 1.4426950408889634 + (x < 0 ? -0.5 : 0.5));
    double r = x - k * 0.6931471805599453, s = 1;
    for (int i = 11; i > 0; i--) s = 1 + s * r / i;
    union { uint64_t u; double d; } p = {(uint64_t)(k + 1023) << 52};
    return s * p.d;
}

static double inverse_normal(double p) {
    double q = p < 0.5 ? p : 1 - p, t = __builtin_sqrt(-2 * log_(q));
    double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    return p < 0.5 ? -z : z;
}

static void bridge(const double *z, double *w) {
    w[0] = 0;
    w[DIMS] = z[0] * __builtin_sqrt((double)DIMS);
    for (int step = DIMS, k = 1; step > 1; step /= 2)
        for (int left = 0; left < DIMS; left += step)
            w[left + step / 2] = 0.5 * (w[left] + w[left + step]) + z[k++] * 0.5 * __builtin_sqrt((double)step);
}

__attribute__((export_name("run"))) int run(int n) {
    static double path[512][DIMS + 1];
    uint32_t check = 0;
    directions();
    for (int k = 0; k < n; k++) {
        double asian = 0, control = 0, barrier = 0, vol = 0.2 + 0.01 * (k % 7), dt = 1.0 / DIMS, strike = 100;
        for (int d = 0; d < DIMS; d++) at[d] = 0;
        for (uint32_t i = 1; i <= 2048; i++) {
            int c = __builtin_ctz(i);
            double z[DIMS], w[DIMS + 1], mean = 0, logs = 0, low = 1e9;
            for (int d = 0; d < DIMS; d++) {
                at[d] ^= dir[d][c];
                z[d] = inverse_normal(((double)at[d] + 0.5) / 4294967296.0);
            }
            bridge(z, w);
            for (int t = 1; t <= DIMS; t++) {
                double x = (0.03 - 0.5 * vol * vol) * dt * t + vol * w[t] * __builtin_sqrt(dt), s = 100 * exp_(x);
                mean += s / DIMS;
                logs += x / DIMS;
                if (s < low) low = s;
                path[i & 511][t] = s;
            }
            double geo = 100 * exp_(logs);
            asian += mean > strike ? mean - strike : 0;
            control += geo > strike ? geo - strike : 0;
            barrier += low > 85 && path[i & 511][DIMS] > strike ? path[i & 511][DIMS] - strike : 0;
        }
        double value[512];
        for (int i = 0; i < 512; i++) value[i] = path[i][DIMS] < strike ? strike - path[i][DIMS] : 0;
        for (int t = DIMS - 1; t > 0; t--) {  // a line through what waiting is worth
            double sx = 0, sy = 0, sxx = 0, sxy = 0, m = 0;
            for (int i = 0; i < 512; i++) {
                double x = path[i][t];
                value[i] *= 0.996;
                if (x < strike) sx += x, sy += value[i], sxx += x * x, sxy += x * value[i], m++;
            }
            double b = m > 2 ? (m * sxy - sx * sy) / (m * sxx - sx * sx) : 0, a = m > 0 ? (sy - b * sx) / m : 0;
            for (int i = 0; i < 512; i++)
                if (path[i][t] < strike && strike - path[i][t] > a + b * path[i][t]) value[i] = strike - path[i][t];
        }
        double early = 0;
        for (int i = 0; i < 512; i++) early += value[i];
        check = check * 31 + (uint32_t)(asian * 10) + (uint32_t)(control * 10) * 3 + (uint32_t)(barrier * 10) * 5 + (uint32_t)(early * 10);
    }
    return (int)check;
}
