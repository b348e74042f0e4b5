// Genetic algorithm: tournaments, two-point crossover and mutation on bit strings (NK landscape), then real vectors.
#include <stdint.h>

#define POP 60
#define GENES 48
#define VARS 6

typedef struct { uint64_t bits; double score; } genome;
typedef struct { float x[VARS]; float score; } vector;

static float table[GENES][16];
static uint64_t rs = 0x853c49e6748fea9bu;

static uint32_t rnd(void) {
    rs = rs * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(rs >> 33);
}

static double fitness(uint64_t g) {
    double sum = 0;
    uint64_t ring = g | g << GENES;
    for (int i = 0; i < GENES; i++) sum += table[i][ring >> i & 15];
    return sum / GENES;
}

static const genome *pick(const genome *pop) {
    const genome *a = &pop[rnd() % POP], *b = &pop[rnd() % POP], *c = &pop[rnd() % POP];
    if (b->score > a->score) a = b;
    return c->score > a->score ? c : a;
}

static double evolve(int generations) {
    static genome pool[2][POP];
    genome *now = pool[0], *next = pool[1];
    for (int i = 0; i < POP; i++) {
        now[i].bits = ((uint64_t)rnd() << 31 ^ rnd()) & ((1ull << GENES) - 1);
        now[i].score = fitness(now[i].bits);
    }
    double best = 0;
    while (generations--) {
        int top = 0;
        for (int i = 1; i < POP; i++)
            if (now[i].score > now[top].score) top = i;
        best = now[top].score;
        next[0] = now[top];
        for (int i = 1; i < POP; i++) {
            unsigned p = rnd() % GENES, q = rnd() % GENES;
            uint64_t mask = ((1ull << p) - 1) ^ ((1ull << q) - 1);
            uint64_t child = (pick(now)->bits & mask) | (pick(now)->bits & ~mask);
            while (rnd() % 3 == 0) child ^= 1ull << rnd() % GENES;
            next[i] = (genome){child, fitness(child)};
        }
        genome *t = now;
        now = next;
        next = t;
    }
    return best;
}

static float cosine(float x) {  // of turns
    x -= __builtin_floorf(x + 0.5f);
    float y = x * x;
    return 1.0f + y * (-19.7392f + y * (64.9394f + y * (-85.4568f + y * 60.2446f)));
}

static float rastrigin(const float *x) {
    float s = 10.0f * VARS;
    for (int i = 0; i < VARS; i++) s += x[i] * x[i] - 10.0f * cosine(x[i]);
    return s;
}

static float differential(int rounds) {
    static vector pop[40];
    for (int i = 0; i < 40; i++) {
        for (int k = 0; k < VARS; k++) pop[i].x[k] = (float)(int)(rnd() & 1023) / 100.0f - 5.12f;
        pop[i].score = rastrigin(pop[i].x);
    }
    for (int r = 0; r < rounds; r++)
        for (vector *v = pop; v < pop + 40; v++) {
            const vector *a = &pop[rnd() % 40], *b = &pop[rnd() % 40], *c = &pop[rnd() % 40];
            vector t = *v;
            unsigned forced = rnd() % VARS;
            for (unsigned k = 0; k < VARS; k++)
                if (k == forced || (rnd() & 7) < 5) t.x[k] = a->x[k] + 0.6f * (b->x[k] - c->x[k]);
            t.score = rastrigin(t.x);
            if (t.score < v->score) *v = t;
        }
    float best = pop[0].score;
    for (int i = 1; i < 40; i++)
        if (pop[i].score < best) best = pop[i].score;
    return best;
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t check = 0;
    for (; n > 0; n--) {
        for (int i = 0; i < GENES; i++)
            for (int j = 0; j < 16; j++) table[i][j] = (float)(rnd() & 0xffff) / 65536.0f;
        check = check * 31 + (uint32_t)(evolve(50) * 1e6);
        check = check * 31 + (uint32_t)(int)(differential(60) * 1000.0f);
    }
    return (int)check;
}
