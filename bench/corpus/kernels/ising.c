// Lattice models: Ising spins by Metropolis, rule 110 on bit words, a forest fire, diffusion-limited walk.
#include <stdint.h>

#define L 64

static int8_t spin[L][L];
static uint64_t cells[8];
static uint8_t forest[L][L], after[L][L], cluster[L][L];
static uint64_t rng_state;

static uint32_t rng(void) {  // xorshift64*
    rng_state ^= rng_state >> 12;
    rng_state ^= rng_state << 25;
    rng_state ^= rng_state >> 27;
    return (uint32_t)(rng_state * 2685821657736338717ull >> 32);
}

static int metropolis(int sweeps) {
    static const double accept[5] = {1.0, 1.0, 1.0, 0.1707, 0.0291};
    int energy = 0;
    for (int s = 0; s < sweeps * L * L; s++) {
        uint32_t r = rng();
        int x = r % L, y = r / L % L;
        int sum = spin[y][(x + 1) % L] + spin[y][(x + L - 1) % L] + spin[(y + 1) % L][x] + spin[(y + L - 1) % L][x];
        int gain = spin[y][x] * sum;
        if (gain <= 0 || (double)(rng() >> 8) / 16777216.0 < accept[gain / 2 + 2]) {
            spin[y][x] = (int8_t)-spin[y][x];
            energy += 2 * gain;
        }
    }
    return energy;
}

static int rule110(int steps) {
    int ones = 0;
    while (steps-- > 0) {
        uint64_t next[8];
        for (int i = 0; i < 8; i++) {
            uint64_t c = cells[i];
            uint64_t l = c >> 1 | cells[(i + 7) & 7] << 63, r = c << 1 | cells[(i + 1) & 7] >> 63;
            next[i] = (c | r) & ~(l & c & r);
        }
        for (int i = 0; i < 8; i++) ones += __builtin_popcountll(cells[i] = next[i]);
    }
    return ones;
}

static int fire(int steps) {
    enum { EMPTY, TREE, FIRE };
    int burnt = 0;
    for (int t = 0; t < steps; t++) {
        for (int y = 1; y < L - 1; y++)
            for (int x = 1; x < L - 1; x++) {
                uint8_t c = forest[y][x];
                if (c == FIRE) { after[y][x] = EMPTY; burnt++; continue; }
                int near = forest[y - 1][x] == FIRE || forest[y + 1][x] == FIRE || forest[y][x - 1] == FIRE || forest[y][x + 1] == FIRE;
                if (c == TREE) after[y][x] = near || (t * 31 + y * 7 + x) % 997 == 0 ? FIRE : TREE;
                else after[y][x] = (x * 13 + y * 5 + t) % 17 == 0 ? TREE : EMPTY;
            }
        for (int y = 0; y < L; y++)
            for (int x = 0; x < L; x++) forest[y][x] = after[y][x];
    }
    return burnt;
}

static int aggregate(int walkers) {
    int steps = 0;
    cluster[L / 2][L / 2] = 1;
    while (walkers-- > 0) {
        int x = rng() % (L - 2) + 1, y = rng() % (L - 2) + 1;
        for (int life = 0; life < 400; life++, steps++) {
            if (cluster[y - 1][x] | cluster[y + 1][x] | cluster[y][x - 1] | cluster[y][x + 1]) { cluster[y][x] = 1; break; }
            uint32_t d = rng() >> 30;
            if (d == 0 && x > 1) x--;
            else if (d == 1 && x < L - 2) x++;
            else if (d == 2 && y > 1) y--;
            else if (d == 3 && y < L - 2) y++;
        }
    }
    return steps;
}

__attribute__((export_name("run"))) int run(int n) {
    unsigned check = 0;
    rng_state = 0x853c49e6748fea9bull;
    for (int i = 0; i < L * L; i++) spin[i / L][i % L] = i % 3 ? 1 : -1;
    for (int k = 0; k < n; k++) {
        cells[k & 7] ^= rng();
        check = check * 31 + metropolis(4);
        check = check * 31 + rule110(500);
        check = check * 31 + fire(12);
        check = check * 31 + aggregate(40);
    }
    return (int)check;
}
