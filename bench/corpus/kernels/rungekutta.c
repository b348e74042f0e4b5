// Fourth-order Runge-Kutta: a Lorenz system by structs and a double pendulum-like chain by arrays.
#include <stdint.h>

typedef struct { double x, y, z; } Vec;

static Vec add_scaled(Vec a, Vec b, double k) {
    return (Vec){a.x + k * b.x, a.y + k * b.y, a.z + k * b.z};
}

static Vec lorenz(Vec p) {
    const double sigma = 10.0, rho = 28.0, beta = 8.0 / 3.0;
    return (Vec){sigma * (p.y - p.x), p.x * (rho - p.z) - p.y, p.x * p.y - beta * p.z};
}

static void lorenz_step(Vec *p, double h) {
    Vec k1 = lorenz(*p);
    Vec k2 = lorenz(add_scaled(*p, k1, h / 2));
    Vec k3 = lorenz(add_scaled(*p, k2, h / 2));
    Vec k4 = lorenz(add_scaled(*p, k3, h));
    p->x += h / 6 * (k1.x + 2 * k2.x + 2 * k3.x + k4.x);
    p->y += h / 6 * (k1.y + 2 * k2.y + 2 * k3.y + k4.y);
    p->z += h / 6 * (k1.z + 2 * k2.z + 2 * k3.z + k4.z);
}

#define DIM 16
typedef void (*Derivative)(double t, const double *y, double *dy);

static void chain(double t, const double *y, double *dy) {
    for (int i = 0; i < DIM; i++) {
        dy[i] = y[DIM + i];
        double left = i ? y[i - 1] : 0.1 * t, right = i < DIM - 1 ? y[i + 1] : 0.0;
        double d = left - 2.0 * y[i] + right;
        dy[DIM + i] = d + 0.1 * d * d * d - 0.01 * y[DIM + i];
    }
}

static void decay(double t, const double *y, double *dy) {
    for (int i = 0; i < 2 * DIM; i++) dy[i] = -y[i] * (0.1 + 0.01 * i) + 0.001 * t;
}

static Derivative volatile system_[2] = {chain, decay};

static void rk4(Derivative f, double t, double h, double *y, int n) {
    static double k[4][2 * DIM], tmp[2 * DIM];
    static const double at[4] = {0.0, 0.5, 0.5, 1.0};
    for (int s = 0; s < 4; s++) {
        for (int i = 0; i < n; i++) tmp[i] = s ? y[i] + at[s] * h * k[s - 1][i] : y[i];
        f(t + at[s] * h, tmp, k[s]);
    }
    for (int i = 0; i < n; i++) y[i] += h / 6.0 * (k[0][i] + 2.0 * (k[1][i] + k[2][i]) + k[3][i]);
}

__attribute__((export_name("run"))) int run(int n) {
    double check = 0.0;
    for (int round = 0; round < n; round++) {
        Vec p = {1.0 + round % 5, 1.0, 1.05};
        for (int i = 0; i < 3000; i++) lorenz_step(&p, 0.005);
        check += p.x + p.y + p.z;
        double y[2 * DIM] = {0};
        y[DIM / 2] = 1.0;
        for (int i = 0; i < 300; i++) rk4(system_[i % 50 == 49], i * 0.02, 0.02, y, 2 * DIM);
        for (int i = 0; i < DIM; i++) check += y[i] * (i + 1);
    }
    return (int)(int64_t)(check * 1000.0);
}
