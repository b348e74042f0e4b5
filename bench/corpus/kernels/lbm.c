// Lattice Boltzmann D2Q9: collision and streaming of a flow past an obstacle.
#include <stdint.h>

#define NX 48
#define NY 24
#define Q 9

static float f[2][Q][NY][NX];
static unsigned char solid[NY][NX];
static const int ex[Q] = {0, 1, 0, -1, 0, 1, -1, -1, 1};
static const int ey[Q] = {0, 0, 1, 0, -1, 1, 1, -1, -1};
static const int opposite[Q] = {0, 3, 4, 1, 2, 7, 8, 5, 6};
static const float weight[Q] = {4 / 9.f, 1 / 9.f, 1 / 9.f, 1 / 9.f, 1 / 9.f,
                                1 / 36.f, 1 / 36.f, 1 / 36.f, 1 / 36.f};

static float equilibrium(int q, float rho, float ux, float uy) {
    float eu = (float)ex[q] * ux + (float)ey[q] * uy;
    return weight[q] * rho * (1.0f + 3.0f * eu + 4.5f * eu * eu - 1.5f * (ux * ux + uy * uy));
}

static void start(float speed) {
    for (int y = 0; y < NY; y++)
        for (int x = 0; x < NX; x++) {
            int dx = x - 12, dy = y - 11;
            solid[y][x] = dx * dx + dy * dy < 16 || y == 0 || y == NY - 1;
            for (int q = 0; q < Q; q++) f[0][q][y][x] = f[1][q][y][x] = equilibrium(q, 1.0f, speed, 0.0f);
        }
}

static void step(int from, float omega) {
    int to = 1 - from;
    for (int y = 0; y < NY; y++)
        for (int x = 0; x < NX; x++) {
            float in[Q];
            float rho = 0.0f, ux = 0.0f, uy = 0.0f;
            for (int q = 0; q < Q; q++) {
                in[q] = f[from][q][y][x];
                rho += in[q];
                ux += in[q] * (float)ex[q];
                uy += in[q] * (float)ey[q];
            }
            ux /= rho;
            uy /= rho;
            for (int q = 0; q < Q; q++) {
                float v = solid[y][x] ? in[opposite[q]]
                                      : in[q] + omega * (equilibrium(q, rho, ux, uy) - in[q]);
                int tx = (x + ex[q] + NX) % NX, ty = (y + ey[q] + NY) % NY;
                f[to][q][ty][tx] = v;
            }
        }
}

__attribute__((export_name("run"))) int run(int n) {
    unsigned check = 0;
    for (int k = 0; k < n; k++) {
        start(0.08f + 0.01f * (float)(k % 3));
        for (int t = 0; t < 10; t++) step(t & 1, 1.6f);
        for (int y = 0; y < NY; y++) {
            float flow = 0.0f;
            for (int x = 0; x < NX; x++) flow += f[0][1][y][x] - f[0][3][y][x] + f[0][5][y][x];
            check = check * 7 + (int)(flow * 1000.0f);
        }
    }
    return (int)check;
}
