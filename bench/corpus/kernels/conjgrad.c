// Conjugate gradient over a sparse matrix in compressed rows (CSR).
#include <stdint.h>

enum { SIDE = 32, ROWS = SIDE * SIDE, MAXNZ = ROWS * 5 };

struct csr {
    int rows;
    int32_t start[ROWS + 1];
    int32_t col[MAXNZ];
    double val[MAXNZ];
};

static struct csr m;
static double x[ROWS], r[ROWS], p[ROWS], ap[ROWS];

static void build(struct csr *s) {
    int nz = 0;
    s->rows = ROWS;
    for (int i = 0; i < ROWS; i++) {
        int row = i / SIDE, col = i % SIDE;
        s->start[i] = nz;
        if (row > 0) { s->col[nz] = i - SIDE; s->val[nz++] = -1.0; }
        if (col > 0) { s->col[nz] = i - 1; s->val[nz++] = -1.0; }
        s->col[nz] = i; s->val[nz++] = 4.05;
        if (col < SIDE - 1) { s->col[nz] = i + 1; s->val[nz++] = -1.0; }
        if (row < SIDE - 1) { s->col[nz] = i + SIDE; s->val[nz++] = -1.0; }
    }
    s->start[ROWS] = nz;
}

static void spmv(const struct csr *s, const double *in, double *out) {
    for (int i = 0; i < s->rows; i++) {
        double sum = 0.0;
        for (int k = s->start[i]; k < s->start[i + 1]; k++) sum += s->val[k] * in[s->col[k]];
        out[i] = sum;
    }
}

static double dot(const double *u, const double *v, int n) {
    double s = 0.0;
    while (n--) s += *u++ * *v++;
    return s;
}

static void axpy(double k, const double *u, double *v, int n) {
    for (int i = 0; i < n; i++) v[i] += k * u[i];
}

__attribute__((export_name("run"))) int run(int n) {
    unsigned check = 0;
    build(&m);
    for (int round = 1; round <= n; round++) {
        for (int i = 0; i < ROWS; i++) {
            x[i] = 0.0;
            r[i] = p[i] = (double)((i * 7919 + round) % 101) - 50.0;
        }
        double rr = dot(r, r, ROWS);
        int it = 0;
        for (; it < 30 && rr > 1e-10; it++) {
            spmv(&m, p, ap);
            double alpha = rr / dot(p, ap, ROWS);
            axpy(alpha, p, x, ROWS);
            axpy(-alpha, ap, r, ROWS);
            double next = dot(r, r, ROWS);
            double beta = next / rr;
            for (int i = 0; i < ROWS; i++) p[i] = r[i] + beta * p[i];
            rr = next;
        }
        check = check * 13 + it;
        for (int i = 0; i < ROWS; i += 37) check += (int)(x[i] * 1000.0);
    }
    return (int)check;
}
