// Generators of 64 bits (splitmix, xoshiro256**, a PCG): shuffles, bounded draws, alias tables, reservoir.
#include <stdint.h>

struct xo { uint64_t s[4]; };
struct pcg { uint64_t state, inc; };

static uint64_t splitmix(uint64_t *x) {
    uint64_t z = *x += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static inline uint64_t rotl(uint64_t x, int k) { return x << k | x >> (64 - k); }

static uint64_t xo_next(struct xo *g) {
    uint64_t *s = g->s, result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

static void xo_jump(struct xo *g) {
    static const uint64_t poly[4] = {0x180ec6d33cfd0aba, 0xd5a61266f0c9392c, 0xa9582618e03fc9aa, 0x39abdc4529b1661c};
    struct xo acc = {{0}};
    for (int i = 0; i < 4; i++)
        for (int b = 0; b < 64; b++) {
            if (poly[i] >> b & 1)
                for (int k = 0; k < 4; k++) acc.s[k] ^= g->s[k];
            xo_next(g);
        }
    *g = acc;
}

static uint32_t pcg_next(struct pcg *p) {
    uint64_t old = p->state;
    p->state = old * 6364136223846793005u + p->inc;
    uint32_t x = (uint32_t)((old >> 18 ^ old) >> 27), r = (uint32_t)(old >> 59);
    return x >> r | x << (-r & 31);
}

static uint32_t bounded(struct pcg *p, uint32_t range) {
    uint64_t m = (uint64_t)pcg_next(p) * range;
    if ((uint32_t)m < range)
        for (uint32_t t = -range % range; (uint32_t)m < t;) m = (uint64_t)pcg_next(p) * range;
    return (uint32_t)(m >> 32);
}

static double unit(struct xo *g) { return (double)(xo_next(g) >> 11) * 0x1p-53; }

#define SIDES 64
static double prob[SIDES];
static uint8_t alias[SIDES];

static void alias_table(const double *weight, double sum) {
    uint8_t small[SIDES], large[SIDES];
    int ns = 0, nl = 0;
    for (int i = 0; i < SIDES; i++) {
        prob[i] = weight[i] * SIDES / sum;
        if (prob[i] < 1) small[ns++] = (uint8_t)i;
        else large[nl++] = (uint8_t)i;
    }
    while (ns && nl) {
        int s = small[--ns], l = large[nl - 1];
        alias[s] = (uint8_t)l;
        prob[l] -= 1 - prob[s];
        if (prob[l] < 1) small[ns++] = (uint8_t)l, nl--;
    }
    while (nl) prob[large[--nl]] = 1;
    while (ns) prob[small[--ns]] = 1;
}

__attribute__((export_name("run"))) int run(int n) {
    static uint16_t deck[2000], reservoir[32];
    static uint32_t seen[SIDES];
    uint64_t seed = 42, check = 0;
    for (int k = 0; k < n * 6; k++) {
        struct xo g;
        struct pcg p = {splitmix(&seed), splitmix(&seed) | 1};
        for (int i = 0; i < 4; i++) g.s[i] = splitmix(&seed);
        xo_jump(&g);
        for (int i = 0; i < 2000; i++) deck[i] = (uint16_t)i;
        for (uint32_t i = 1999; i > 0; i--) {
            uint32_t j = bounded(&p, i + 1);
            uint16_t t = deck[i];
            deck[i] = deck[j];
            deck[j] = t;
        }
        double w[SIDES], sum = 0;
        for (int i = 0; i < SIDES; i++) sum += w[i] = unit(&g) * unit(&g);
        alias_table(w, sum);
        for (int i = 0; i < 10000; i++) {
            int side = (int)(xo_next(&g) >> 58);
            seen[unit(&g) < prob[side] ? side : alias[side]]++;
        }
        for (uint32_t i = 0; i < 2000; i++) {
            uint32_t at = i < 32 ? i : bounded(&p, i + 1);
            if (at < 32) reservoir[at] = deck[i];
        }
        for (int i = 0; i < 32; i++) check = check * 0x100000001b3u ^ reservoir[i];
        for (int i = 0; i < SIDES; i++) check += (uint64_t)seen[i] * (uint64_t)(i + 1);
    }
    return (int)(check ^ check >> 32);
}
