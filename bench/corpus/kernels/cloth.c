// Mass-spring cloth by Verlet integration with distance constraints, falling over a ball.
#include <stdint.h>
#include <stddef.h>

#define SIDE 20

struct particle { double pos[3], prev[3]; int pinned; };
struct spring { struct particle *a, *b; double rest; };

static struct particle cloth[SIDE][SIDE];
static struct spring springs[SIDE * SIDE * 4];
static int nsprings;

static double length3(const double *d) { return __builtin_sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]); }

static void connect(struct particle *a, struct particle *b) {
    double d[3];
    for (int i = 0; i < 3; i++) d[i] = a->pos[i] - b->pos[i];
    springs[nsprings++] = (struct spring){a, b, length3(d)};
}

static void create(void) {
    nsprings = 0;
    for (int r = 0; r < SIDE; r++)
        for (int c = 0; c < SIDE; c++) {
            struct particle *p = &cloth[r][c];
            double at[3] = {c * 0.1 - 1.0, 1.2, r * 0.1 - 0.9};
            for (int i = 0; i < 3; i++) p->pos[i] = p->prev[i] = at[i];
            p->pinned = r == 0 && (c == 0 || c == SIDE - 1);
            if (c) connect(p, p - 1);
            if (r) connect(p, p - SIDE);
            if (r && c) connect(p, &cloth[r - 1][c - 1]);
        }
}

static void integrate(double dt) {
    static const double gravity[3] = {0.05, -9.8, 0.0};
    for (struct particle *p = &cloth[0][0]; p <= &cloth[SIDE - 1][SIDE - 1]; p++) {
        if (p->pinned) continue;
        for (int i = 0; i < 3; i++) {
            double v = (p->pos[i] - p->prev[i]) * 0.99;
            p->prev[i] = p->pos[i];
            p->pos[i] += v + gravity[i] * dt * dt;
        }
        double d = length3(p->pos);
        if (d < 0.6)
            for (int i = 0; i < 3; i++) p->pos[i] *= 0.6 / d;
    }
}

static void relax(void) {
    for (int k = 0; k < nsprings; k++) {
        struct spring *s = &springs[k];
        double d[3];
        for (int i = 0; i < 3; i++) d[i] = s->b->pos[i] - s->a->pos[i];
        double len = length3(d), f = (len - s->rest) / len * 0.5;
        for (int i = 0; i < 3; i++) {
            if (!s->a->pinned) s->a->pos[i] += d[i] * f;
            if (!s->b->pinned) s->b->pos[i] -= d[i] * f;
        }
    }
}

__attribute__((export_name("run"))) int run(int n) {
    unsigned check = 0;
    for (int k = 0; k < n; k++) {
        create();
        for (int t = 0; t < 12; t++) {
            integrate(0.02 + 0.001 * (k % 3));
            for (int i = 0; i < 3; i++) relax();
        }
        for (int i = 0; i < SIDE; i++)
            for (int j = 0; j < SIDE; j++) check += (int)(cloth[i][j].pos[1] * 1000.0) * (i + j);
    }
    return (int)check;
}
