// Reversi on two 64-bit boards: moves by fills in eight directions, negamax to a small depth, weighted squares.
#include <stdint.h>

typedef uint64_t u64;
#define NOT_A 0xfefefefefefefefeULL
#define NOT_H 0x7f7f7f7f7f7f7f7fULL

static int visited;

static u64 step(u64 b, int dir) {
    switch (dir) {
    case 0: return b << 8;
    case 1: return b >> 8;
    case 2: return (b & NOT_H) << 1;
    case 3: return (b & NOT_A) >> 1;
    case 4: return (b & NOT_H) << 9;
    case 5: return (b & NOT_A) >> 9;
    case 6: return (b & NOT_A) << 7;
    default: return (b & NOT_H) >> 7;
    }
}

static u64 moves(u64 own, u64 opp) {
    u64 empty = ~(own | opp), result = 0;
    for (int d = 0; d < 8; d++) {
        u64 t = step(own, d) & opp;
        for (int i = 0; i < 5; i++) t |= step(t, d) & opp;
        result |= step(t, d) & empty;
    }
    return result;
}

static u64 flips(u64 own, u64 opp, u64 at) {
    u64 all = 0;
    for (int d = 0; d < 8; d++) {
        u64 line = 0, x = step(at, d);
        while (x & opp) {
            line |= x;
            x = step(x, d);
        }
        if (x & own) all |= line;
    }
    return all;
}

static int value(u64 own, u64 opp) {
    static const u64 mask[4] = {0x8100000000000081u, 0x42c300000000c342u, 0x3c0081818181003cu, 0x003c7e7e7e7e3c00u};
    static const int8_t weight[4] = {30, -9, 4, 1};
    int v = 0;
    for (int i = 0; i < 4; i++) v += weight[i] * (__builtin_popcountll(own & mask[i]) - __builtin_popcountll(opp & mask[i]));
    return v + 2 * (__builtin_popcountll(moves(own, opp)) - __builtin_popcountll(moves(opp, own)));
}

static int search(u64 own, u64 opp, int depth, int alpha, int beta, int passed) {
    visited++;
    if (depth == 0) return value(own, opp);
    u64 m = moves(own, opp);
    if (!m) return passed ? 100 * (__builtin_popcountll(own) - __builtin_popcountll(opp)) : -search(opp, own, depth - 1, -beta, -alpha, 1);
    while (m) {
        u64 at = m & -m, f = flips(own, opp, at);
        m ^= at;
        int v = -search(opp ^ f, own | f | at, depth - 1, -beta, -alpha, 0);
        if (v > alpha) alpha = v;
        if (alpha >= beta) break;
    }
    return alpha;
}

__attribute__((export_name("run"))) int run(int n) {
    unsigned check = 0, seed = 5;
    for (int k = 0; k < n; k++) {
        u64 own = 0x0000000810000000u, opp = 0x0000001008000000u;
        for (int ply = 0, pass = 0; pass < 2 && ply < 40; ply++) {
            u64 m = moves(own, opp), best = 0;
            int top = -100000;
            seed = seed * 1103515245u + 12345u;
            for (u64 left = m; left; left &= left - 1) {
                u64 at = left & -left, f = flips(own, opp, at);
                int v = ply < 4 ? (int)(seed >> 16 & 15) : -search(opp ^ f, own | f | at, 2, -100000, -top, 0);
                if (v > top) top = v, best = at;
            }
            pass = m ? 0 : pass + 1;
            u64 f = best ? flips(own, opp, best) : 0, t = own | f | best;
            own = opp ^ f;
            opp = t;
            check = check * 31 + (unsigned)top;
        }
        check += (unsigned)(own ^ own >> 32) + (unsigned)visited;
    }
    return (int)check;
}
