// Monte Carlo: area of a quarter disc, a random walk and a queue, with three small generators.
#include <stdint.h>

static uint64_t s0, s1;
static uint32_t lcg_state;
static int histogram[64];

static uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

static uint64_t xoroshiro(void) {
    uint64_t a = s0, b = s1, r = a + b;
    b ^= a;
    s0 = rotl(a, 24) ^ b ^ (b << 16);
    s1 = rotl(b, 37);
    return r;
}

static double uniform(void) { return (double)(xoroshiro() >> 11) * (1.0 / 9007199254740992.0); }

static int lcg(int bound) {
    lcg_state = lcg_state * 1103515245u + 12345u;
    return (int)((lcg_state >> 16) % (unsigned)bound);
}

static int disc(int samples) {
    int inside = 0;
    for (int i = 0; i < samples; i++) {
        double x = uniform(), y = uniform();
        if (x * x + y * y <= 1.0) inside++;
    }
    return inside;
}

static void walk(int steps) {
    static const int dx[4] = {1, 0, -1, 0}, dy[4] = {0, 1, 0, -1};
    int x = 0, y = 0;
    while (steps-- > 0) {
        int d = lcg(4);
        x += dx[d];
        y += dy[d];
    }
    int dist = (x < 0 ? -x : x) + (y < 0 ? -y : y);
    histogram[dist < 64 ? dist : 63]++;
}

static float queue(int customers) {
    float now = 0.0f, free_at = 0.0f, waited = 0.0f;
    for (int i = 0; i < customers; i++) {
        now += (float)lcg(100) * 0.01f;
        float begin = now > free_at ? now : free_at;
        waited += begin - now;
        free_at = begin + (float)lcg(90) * 0.01f;
    }
    return waited / (float)customers;
}

__attribute__((export_name("run"))) int run(int n) {
    unsigned check = 0;
    s0 = 0x9e3779b97f4a7c15ull;
    s1 = 0xbf58476d1ce4e5b9ull;
    lcg_state = 42;
    for (int i = 0; i < n; i++) {
        check = check * 31u + (unsigned)disc(40000);
        for (int k = 0; k < 300; k++) walk(200);
        check += (unsigned)(queue(20000) * 1000.0f);
    }
    for (int i = 0; i < 64; i++) check = check * 5u + (unsigned)histogram[i];
    return (int)check;
}
