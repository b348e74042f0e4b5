// Double precision: a small planetary system, a linear system solved by LU decomposition, and the
// norm of a matrix that is never stored. Stands for numerical code: multiply and add, divisions,
// square roots, and index arithmetic around them.
#include "workload.h"

// --- planets: symplectic integration of bodies that attract each other ---

enum { BODIES = 6 };

typedef struct {
    double position[3], velocity[3], mass;
} Body;

OUTLINE static void make_system(Body *bodies, Random *random) {
    bodies[0] = (Body){.mass = 40.0};
    for (int i = 1; i < BODIES; i++) {
        double radius = 2.0 * i;
        double speed = __builtin_sqrt(bodies[0].mass / radius);
        double tilt = (random_below(random, 200) - 100.0) / 1000.0;
        bodies[i] = (Body){
            .position = {i % 2 ? radius : -radius, 0.0, tilt},
            .velocity = {tilt, i % 2 ? speed : -speed, -tilt / i},
            .mass = 0.001 + random_below(random, 100) / 2000.0,
        };
    }
}

OUTLINE static void advance(Body *bodies, double step) {
    for (int i = 0; i < BODIES; i++) {
        Body *a = &bodies[i];
        for (int j = i + 1; j < BODIES; j++) {
            Body *b = &bodies[j];
            double apart[3], square = 0.0;
            for (int k = 0; k < 3; k++) {
                apart[k] = a->position[k] - b->position[k];
                square += apart[k] * apart[k];
            }
            double pull = step / (square * __builtin_sqrt(square));
            for (int k = 0; k < 3; k++) {
                a->velocity[k] -= apart[k] * b->mass * pull;
                b->velocity[k] += apart[k] * a->mass * pull;
            }
        }
    }
    for (int i = 0; i < BODIES; i++) {
        for (int k = 0; k < 3; k++)
            bodies[i].position[k] += step * bodies[i].velocity[k];
    }
}

OUTLINE static double energy(const Body *bodies) {
    double total = 0.0;
    for (int i = 0; i < BODIES; i++) {
        double speed = 0.0;
        for (int k = 0; k < 3; k++)
            speed += bodies[i].velocity[k] * bodies[i].velocity[k];
        total += 0.5 * bodies[i].mass * speed;
        for (int j = i + 1; j < BODIES; j++) {
            double square = 0.0;
            for (int k = 0; k < 3; k++) {
                double apart = bodies[i].position[k] - bodies[j].position[k];
                square += apart * apart;
            }
            total -= bodies[i].mass * bodies[j].mass / __builtin_sqrt(square);
        }
    }
    return total;
}

// --- a linear system ---

enum { SIZE = 20 };

typedef struct {
    double cells[SIZE][SIZE];
    int order[SIZE]; // which row of the original stands where
} Matrix;

// Doolittle's decomposition in place, with the largest pivot of each column.
OUTLINE static void decompose(Matrix *matrix) {
    for (int i = 0; i < SIZE; i++)
        matrix->order[i] = i;
    for (int column = 0; column < SIZE; column++) {
        int pivot = column;
        for (int i = column + 1; i < SIZE; i++) {
            if (__builtin_fabs(matrix->cells[i][column]) >
                __builtin_fabs(matrix->cells[pivot][column]))
                pivot = i;
        }
        if (pivot != column) {
            int kept = matrix->order[pivot];
            matrix->order[pivot] = matrix->order[column];
            matrix->order[column] = kept;
            for (int j = 0; j < SIZE; j++) {
                double cell = matrix->cells[pivot][j];
                matrix->cells[pivot][j] = matrix->cells[column][j];
                matrix->cells[column][j] = cell;
            }
        }
        for (int i = column + 1; i < SIZE; i++) {
            double factor = matrix->cells[i][column] /= matrix->cells[column][column];
            for (int j = column + 1; j < SIZE; j++) {
                matrix->cells[i][j] -= factor * matrix->cells[column][j];
            }
        }
    }
}

OUTLINE static void solve(const Matrix *matrix, const double *right, double *solution) {
    for (int i = 0; i < SIZE; i++) {
        double value = right[matrix->order[i]];
        for (int j = 0; j < i; j++)
            value -= matrix->cells[i][j] * solution[j];
        solution[i] = value;
    }
    for (int i = SIZE - 1; i >= 0; i--) {
        for (int j = i + 1; j < SIZE; j++)
            solution[i] -= matrix->cells[i][j] * solution[j];
        solution[i] /= matrix->cells[i][i];
    }
}

// --- the spectral norm of a smooth matrix, by the power method ---

enum { POINTS = 24 };

static double kernel(int i, int j) {
    double x = i - j;
    return 1.0 / (1.0 + x * x * 0.25 + (i + j) * 0.125);
}

OUTLINE static void apply(const double *in, double *out, bool transposed) {
    for (int i = 0; i < POINTS; i++) {
        double sum = 0.0;
        for (int j = 0; j < POINTS; j++) {
            sum += (transposed ? kernel(j, i + 1) : kernel(i, j + 1)) * in[j];
        }
        out[i] = sum;
    }
}

OUTLINE static double spectral_norm(double first, int iterations) {
    double u[POINTS], v[POINTS], half[POINTS];
    for (int i = 0; i < POINTS; i++)
        u[i] = i == 0 ? first : 1.0;
    double up = 0.0, down = 0.0;
    for (int k = 0; k < iterations; k++) {
        apply(u, half, false);
        apply(half, v, true);
        up = down = 0.0;
        double largest = 0.0;
        for (int i = 0; i < POINTS; i++) {
            up += u[i] * v[i];
            down += u[i] * u[i];
            if (v[i] > largest) largest = v[i];
        }
        for (int i = 0; i < POINTS; i++)
            u[i] = v[i] / largest;
    }
    return __builtin_sqrt(up / down);
}

EXPORT_RUN int32_t run(int32_t n) {
    static Matrix matrix;
    uint32_t sum = 0;
    for (uint32_t round = 0; round < (uint32_t)n; round++) {
        Random random = random_from(round);

        Body bodies[BODIES];
        make_system(bodies, &random);
        double before = energy(bodies);
        for (int i = 0; i < 150; i++)
            advance(bodies, 0.005);
        double after = energy(bodies);
        check(__builtin_fabs(after - before) < 0.01 * __builtin_fabs(before));
        sum = mix_f64(sum, after);
        for (int i = 0; i < BODIES; i++)
            sum = mix_f64(sum, bodies[i].position[i % 3]);

        double known[SIZE], right[SIZE], solution[SIZE];
        for (int i = 0; i < SIZE; i++)
            known[i] = random_below(&random, 1000) / 8.0 - 60.0;
        for (int i = 0; i < SIZE; i++) {
            right[i] = 0.0;
            for (int j = 0; j < SIZE; j++) {
                matrix.cells[i][j] = (int32_t)random_next(&random) / 65536.0;
                right[i] += matrix.cells[i][j] * known[j];
            }
        }
        decompose(&matrix);
        solve(&matrix, right, solution);
        for (int i = 0; i < SIZE; i++) {
            check(__builtin_fabs(solution[i] - known[i]) < 0.001);
            sum = mix_f64(sum, solution[i]);
        }

        sum = mix_f64(sum, spectral_norm(1.0 + round % 16, 4));
    }
    return (int32_t)sum;
}
