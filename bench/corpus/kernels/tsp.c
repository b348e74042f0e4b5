// Travelling salesman: greedy start, 2-opt with neighbour lists, Or-opt moves, then simulated annealing (double).
#include <stdint.h>

#define N 90
#define NEAR 8

static double xs[N], ys[N];
static float d[N][N];
static short near_[N][NEAR], tour[N], place[N];

static void reverse(int i, int j) {
    while (i < j) {
        short t = tour[i];
        tour[i] = tour[j];
        tour[j] = t;
        place[tour[i]] = (short)i;
        place[tour[j]] = (short)j;
        i++, j--;
    }
}

static void greedy(void) {
    uint8_t used[N] = {0};
    int at = 0;
    for (int k = 0; k < N; k++) {
        tour[k] = (short)at;
        place[at] = (short)k;
        used[at] = 1;
        int best = -1;
        for (int j = 0; j < N; j++)
            if (!used[j] && (best < 0 || d[at][j] < d[at][best])) best = j;
        at = best;
    }
}

static int two_opt(void) {
    int improved = 0;
    for (int i = 0; i < N - 1; i++) {
        int a = tour[i], b = tour[i + 1];
        for (int k = 0; k < NEAR; k++) {
            int c = near_[a][k], j = place[c];
            if (d[a][c] >= d[a][b]) break;
            if (j <= i + 1 || j == N - 1) continue;
            int e = tour[j + 1];
            if (d[a][c] + d[b][e] + 1e-5f < d[a][b] + d[c][e]) {
                reverse(i + 1, j);
                improved++;
                b = tour[i + 1];
            }
        }
    }
    return improved;
}

static int or_opt(void) {
    int improved = 0;
    for (int i = 1; i < N - 3; i++) {
        int p = tour[i - 1], a = tour[i], q = tour[i + 1];
        float gain = d[p][a] + d[a][q] - d[p][q];
        for (int j = i + 2; j < N - 1; j++) {
            int u = tour[j], v = tour[j + 1];
            if (d[u][a] + d[a][v] - d[u][v] + 1e-5f < gain) {
                for (int k = i; k < j; k++) tour[k] = tour[k + 1], place[tour[k]] = (short)k;
                tour[j] = (short)a;
                place[a] = (short)j;
                improved++;
                break;
            }
        }
    }
    return improved;
}

static double length(void) {
    double s = d[tour[N - 1]][tour[0]];
    for (int i = 0; i + 1 < N; i++) s += d[tour[i]][tour[i + 1]];
    return s;
}

static double exp_(double x) {
    double y = 1 + x / 256;
    if (y < 0) return 0;
    for (int i = 0; i < 8; i++) y *= y;
    return y;
}

static uint32_t anneal(uint32_t s) {
    double heat = 30;
    for (int it = 0; it < 25000; it++, heat *= 0.9998) {
        s = s * 1664525u + 1013904223u;
        int i = (int)((s >> 16) % (N - 2)), j = i + 1 + (int)((s >> 4 & 0xfff) % (unsigned)(N - 2 - i));
        int a = tour[i], b = tour[i + 1], c = tour[j], e = tour[j + 1];
        double delta = (double)d[a][c] + d[b][e] - d[a][b] - d[c][e];
        if (j - i < 30 && (delta < 0 || exp_(-delta / heat) * 4294967296.0 > s)) reverse(i + 1, j);
    }
    return s;
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t s = 1, check = 0;
    while (n--) {
        for (int i = 0; i < N; i++) {
            s = s * 1664525u + 1013904223u;
            xs[i] = s >> 22;
            ys[i] = s >> 12 & 1023;
        }
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) d[i][j] = (float)__builtin_sqrt((xs[i] - xs[j]) * (xs[i] - xs[j]) + (ys[i] - ys[j]) * (ys[i] - ys[j]));
        for (int i = 0; i < N; i++)
            for (int j = 0, have = 0; j < N; j++) {
                int k = have < NEAR ? have : NEAR;
                if (j == i) continue;
                for (; k > 0 && d[i][near_[i][k - 1]] > d[i][j]; k--)
                    if (k < NEAR) near_[i][k] = near_[i][k - 1];
                if (k < NEAR) near_[i][k] = (short)j;
                have++;
            }
        greedy();
        check = check * 31 + (uint32_t)length();
        s = anneal(s);
        check = check * 31 + (uint32_t)length();
        for (int r = 0; r < 20 && two_opt() + or_opt(); r++) check++;
        check = check * 31 + (uint32_t)length();
    }
    return (int)check;
}
