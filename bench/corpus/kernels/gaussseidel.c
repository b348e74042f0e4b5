// Red-black Gauss-Seidel with over-relaxation for the Poisson equation on a square.
#include <stdint.h>

#define SIZE 66
#define AT(g, r, c) ((g)[(r) * SIZE + (c)])

static double u[SIZE * SIZE];
static double f[SIZE * SIZE];

static double sweep(int colour, double omega, double h2) {
    double change = 0.0;
    for (int r = 1; r < SIZE - 1; ++r) {
        for (int c = 1 + ((r + colour) & 1); c < SIZE - 1; c += 2) {
            double old = AT(u, r, c);
            double next = 0.25 * (AT(u, r - 1, c) + AT(u, r + 1, c) + AT(u, r, c - 1) +
                                  AT(u, r, c + 1) - h2 * AT(f, r, c));
            double d = omega * (next - old);
            AT(u, r, c) = old + d;
            change += d < 0 ? -d : d;
        }
    }
    return change;
}

static void setup(int round) {
    for (int r = 0; r < SIZE; ++r)
        for (int c = 0; c < SIZE; ++c) {
            int edge = r == 0 || c == 0 || r == SIZE - 1 || c == SIZE - 1;
            AT(u, r, c) = edge ? (double)((r * 3 + c * 5 + round) % 11) : 0.0;
            AT(f, r, c) = (r - SIZE / 2) * (c - SIZE / 2) > 0 ? 4.0 : -4.0;
        }
}

__attribute__((export_name("run"))) int run(int n) {
    const double h = 1.0 / (SIZE - 1);
    unsigned check = 0;
    for (int round = 0; round < n; ++round) {
        setup(round);
        int it = 0;
        double change;
        do {
            change = sweep(0, 1.8, h * h);
            change += sweep(1, 1.8, h * h);
        } while (++it < 40 && change > 1e-5);
        double sum = 0.0;
        for (int i = 0; i < SIZE * SIZE; ++i) sum += u[i];
        check = check * 17 + it + (int)(sum * 10.0);
    }
    return (int)check;
}
