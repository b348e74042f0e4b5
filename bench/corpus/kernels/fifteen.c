// The fifteen puzzle by iterative deepening A* on a 64-bit packed board, Manhattan distance and linear conflicts.
#include <stdint.h>

static int8_t dist[16][16];
static unsigned expanded;

static void tables(void) {
    for (int tile = 1; tile < 16; tile++)
        for (int at = 0; at < 16; at++) {
            int dx = (at & 3) - ((tile - 1) & 3), dy = (at >> 2) - ((tile - 1) >> 2);
            dist[tile][at] = (int8_t)((dx < 0 ? -dx : dx) + (dy < 0 ? -dy : dy));
        }
}

static int tile(uint64_t b, int at) { return (int)(b >> 4 * at & 15); }

static int conflicts(uint64_t b) {
    int c = 0;
    for (int y = 0; y < 4; y++) {
        int most = -1;
        for (int x = 0; x < 4; x++) {
            int t = tile(b, y * 4 + x);
            if (!t || (t - 1) >> 2 != y) continue;
            if (t > most) most = t;
            else c += 2;
        }
    }
    return c;
}

static int estimate(uint64_t b) {
    int h = 0;
    for (int i = 0; i < 16; i++) h += dist[tile(b, i)][i];
    return h;
}

static uint64_t slide(uint64_t b, int blank, int from) {
    uint64_t t = b >> 4 * from & 15;
    return (b ^ t << 4 * from) | t << 4 * blank;
}

static int search(uint64_t b, int blank, int last, int g, int h, int bound) {
    static const int8_t moves[4] = {-4, 4, -1, 1};
    int least = 1000;
    expanded++;
    if (h == 0) return -1;
    if (expanded > 40000) return 1000;
    for (int m = 0; m < 4; m++) {
        int to = blank + moves[m];
        if (to < 0 || to > 15 || (m ^ 1) == last || (m == 2 && (blank & 3) == 0) || (m == 3 && (blank & 3) == 3)) continue;
        int t = tile(b, to), h2 = h - dist[t][to] + dist[t][blank], f = g + 1 + h2;
        uint64_t next = slide(b, blank, to);
        if (f <= bound) f += conflicts(next) > bound - f ? 2 : 0;
        if (f <= bound) {
            f = search(next, to, m, g + 1, h2, bound);
            if (f < 0) return f;
        }
        if (f < least) least = f;
    }
    return least;
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t s = 2, check = 0;
    tables();
    for (int k = 0; k < n * 10; k++) {
        uint64_t b = 0x0fedcba987654321u;
        int blank = 15, prev = -1;
        for (int i = 0; i < 60; i++) {
            s = s * 1664525u + 1013904223u;
            int m = (int)(s >> 30), to = blank + (m == 0 ? -4 : m == 1 ? 4 : m == 2 ? -1 : 1);
            if (to < 0 || to > 15 || to == prev || (m == 2 && (blank & 3) == 0) || (m == 3 && (blank & 3) == 3)) continue;
            b = slide(b, blank, to);
            prev = blank;
            blank = to;
        }
        int h = estimate(b), bound = h, r = 0;
        expanded = 0;
        while (h && bound < 60 && (r = search(b, blank, -1, 0, h, bound)) > 0 && r < 1000) bound = r;
        check = check * 31 + (uint32_t)bound + expanded;
    }
    return (int)check;
}
