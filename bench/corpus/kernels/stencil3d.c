// Heat equation in three dimensions: seven-point stencil over a cube with an explicit step.
#include <stddef.h>
#include <stdint.h>

#define NX 24
#define NY 24
#define NZ 24
#define IDX(x, y, z) ((((size_t)(z)) * NY + (y)) * NX + (x))

static double a[NX * NY * NZ], b[NX * NY * NZ];

__attribute__((noinline)) static void heat_step(const double *restrict in, double *restrict out,
                                                double k) {
    for (int z = 1; z < NZ - 1; z++) {
        for (int y = 1; y < NY - 1; y++) {
            for (int x = 1; x < NX - 1; x++) {
                size_t i = IDX(x, y, z);
                double c = in[i];
                out[i] = c + k * (in[i - 1] + in[i + 1] + in[i - NX] + in[i + NX] +
                                  in[i - NX * NY] + in[i + NX * NY] - 6.0 * c);
            }
        }
    }
}

static double total(const double *g) {
    double s = 0.0, comp = 0.0;  // Kahan
    for (int i = 0; i < NX * NY * NZ; i++) {
        double y = g[i] - comp, t = s + y;
        comp = (t - s) - y;
        s = t;
    }
    return s;
}

__attribute__((export_name("run"))) int run(int n) {
    unsigned check = 0;
    for (int round = 0; round < n; round++) {
        for (int z = 0; z < NZ; z++)
            for (int y = 0; y < NY; y++)
                for (int x = 0; x < NX; x++) {
                    int dx = x - 12, dy = y - 11, dz = z - 10 - round % 3;
                    double v = dx * dx + dy * dy + dz * dz < 40 ? 100.0 : 1.0;
                    a[IDX(x, y, z)] = b[IDX(x, y, z)] = v;
                }
        for (int t = 0; t < 6; t++) {
            heat_step(a, b, 0.1);
            heat_step(b, a, 0.1);
        }
        check = check * 31u + (unsigned)(total(a) * 16.0);
        check ^= (unsigned)(a[IDX(12, 12, 12)] * 1e5);
    }
    return (int)check;
}
