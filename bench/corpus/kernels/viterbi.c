// Viterbi: decoding of a rate 1/2 convolutional code (K=7), and the best path of a small hidden Markov model.
#include <stdint.h>
#define STATES 64
#define BITS 160

static uint8_t message[BITS], decoded[BITS], coded[BITS * 2];
static uint64_t decisions[BITS];
static double logp[40][12], emit[12][20], move_[12][12];
static int from[40][12];

static int parity(unsigned x) { return __builtin_popcount(x) & 1; }

static void encode(void) {
    unsigned reg = 0;
    for (int i = 0; i < BITS; i++) {
        reg = (reg << 1 | message[i]) & 127;
        coded[2 * i] = (uint8_t)parity(reg & 0x6d);
        coded[2 * i + 1] = (uint8_t)parity(reg & 0x4f);
    }
}

static int decode(void) {
    uint32_t metric[2][STATES];
    uint8_t expect[128];
    for (unsigned r = 0; r < 128; r++) expect[r] = (uint8_t)(parity(r & 0x6d) * 2 + parity(r & 0x4f));
    for (int s = 0; s < STATES; s++) metric[0][s] = s ? 1000 : 0;
    for (int t = 0; t < BITS; t++) {
        const uint32_t *old = metric[t & 1];
        uint32_t *now = metric[~t & 1];
        int got = coded[2 * t] * 2 + coded[2 * t + 1];
        decisions[t] = 0;
        for (unsigned s = 0; s < STATES; s++) {
            unsigned p0 = s >> 1, p1 = p0 | 32;
            uint32_t m0 = old[p0] + (uint32_t)__builtin_popcount((unsigned)(expect[p0 << 1 | (s & 1)] ^ got));
            uint32_t m1 = old[p1] + (uint32_t)__builtin_popcount((unsigned)(expect[p1 << 1 | (s & 1)] ^ got));
            if (m1 < m0) {
                decisions[t] |= 1ull << s;
                m0 = m1;
            }
            now[s] = m0;
        }
    }
    unsigned best = 0;
    for (unsigned s = 1; s < STATES; s++) if (metric[BITS & 1][s] < metric[BITS & 1][best]) best = s;
    int cost = (int)metric[BITS & 1][best];
    for (int t = BITS - 1; t >= 0; t--) {
        decoded[t] = best & 1;
        best = best >> 1 | (unsigned)(decisions[t] >> best & 1) << 5;
    }
    return cost;
}

static int hmm(unsigned seed) {
    for (int i = 0; i < 12; i++) {
        for (int j = 0; j < 12; j++) move_[i][j] = -0.1 * ((i * 7 + j * 3) % 11) - (i == j ? 0.0 : 1.0);
        for (int o = 0; o < 20; o++) emit[i][o] = -0.2 * ((i * 5 + o * 13) % 17);
    }
    int o = (int)(seed % 20);
    unsigned path = 0;
    for (int s = 0; s < 12; s++) logp[0][s] = emit[s][o];
    for (int t = 1; t < 40; t++) {
        seed = seed * 69069u + 5u;
        o = (int)((seed >> 16) % 20);
        for (int s = 0; s < 12; s++) {
            double best = -1e300;
            for (int p = 0; p < 12; p++) {
                double v = logp[t - 1][p] + move_[p][s];
                if (v > best) { best = v; from[t][s] = p; }
            }
            logp[t][s] = best + emit[s][o];
        }
    }
    int s = 0;
    for (int i = 1; i < 12; i++) if (logp[39][i] > logp[39][s]) s = i;
    for (int t = 39; t > 0; s = from[t--][s]) path = path * 12 + (unsigned)s;
    return (int)(path & 0xffffff) + (int)(logp[39][0] * 100.0);
}

__attribute__((export_name("run"))) int run(int n) {
    unsigned check = 0, seed = 4;
    for (int k = 0; k < n * 6; k++) {
        for (int i = 0; i < BITS; i++) {
            seed = seed * 1664525u + 1013904223u;
            message[i] = seed >> 31;
        }
        encode();
        for (int i = 5; i < 2 * BITS; i += 23 + k % 5) coded[i] ^= 1;
        check = check * 31 + (unsigned)decode();
        for (int i = 0; i < BITS; i++) check = check * 3 + (message[i] == decoded[i]);
        for (int i = 0; i < 3; i++) check += (unsigned)hmm(seed + (unsigned)i);
    }
    return (int)check;
}
