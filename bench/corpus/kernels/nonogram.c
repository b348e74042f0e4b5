// Picture logic: rows and columns solved by dynamic programming over runs on bit masks, guessed where that stops.
#include <stdint.h>

#define S 15
typedef struct { uint8_t n, run[8]; } clue;
typedef struct { uint16_t full, none; } line;
static clue clues[2][S];
static uint32_t nodes;

static clue describe(uint32_t bits) {
    clue c = {0, {0}};
    while (bits) {
        int skip = __builtin_ctz(bits), len;
        bits >>= skip;
        len = __builtin_ctz(~bits);
        bits >>= len;
        c.run[c.n++] = (uint8_t)len;
    }
    return c;
}

// Marks in `can` what may be full and what may be empty in some placement from cell `at` and run `k` on.
static int place(const clue *c, line l, int k, int at, uint16_t can[2], int8_t memo[9][S + 2]) {
    if (at > S) at = S;
    if (k == c->n) {
        if (l.full >> at) return 0;
        can[1] |= (uint16_t)(((1u << S) - 1) >> at << at);
        return 1;
    }
    if (memo[k][at] >= 0) return memo[k][at];
    int ok = 0, len = c->run[k];
    if (at + len <= S) {
        uint32_t run = ((1u << len) - 1) << at;
        if (!(l.none & run) && !(l.full >> (at + len) & 1) && place(c, l, k + 1, at + len + 1, can, memo)) {
            can[0] |= (uint16_t)run;
            if (at + len < S) can[1] |= (uint16_t)(1u << (at + len));
            ok = 1;
        }
        if (!(l.full >> at & 1) && place(c, l, k, at + 1, can, memo)) {
            can[1] |= (uint16_t)(1u << at);
            ok = 1;
        }
    }
    return memo[k][at] = (int8_t)ok;
}

static int deduce(line g[2][S]) {
    uint32_t dirty[2] = {(1u << S) - 1, (1u << S) - 1};
    while (dirty[0] | dirty[1])
        for (int d = 0; d < 2; d++)
            while (dirty[d]) {
                int i = __builtin_ctz(dirty[d]);
                dirty[d] &= dirty[d] - 1;
                uint16_t can[2] = {0, 0};
                int8_t memo[9][S + 2];
                for (int k = 0; k < 9; k++)
                    for (int j = 0; j < S + 2; j++) memo[k][j] = -1;
                if (!place(&clues[d][i], g[d][i], 0, 0, can, memo)) return 0;
                uint16_t full = can[0] & ~can[1] & ~g[d][i].full, none = can[1] & ~can[0] & ~g[d][i].none;
                g[d][i].full |= full;
                g[d][i].none |= none;
                for (uint32_t m = full | none; m; m &= m - 1) {
                    int j = __builtin_ctz(m);
                    if (full >> j & 1) g[!d][j].full |= (uint16_t)(1u << i);
                    else g[!d][j].none |= (uint16_t)(1u << i);
                    dirty[!d] |= 1u << j;
                }
            }
    return 1;
}

static int solve(line g[2][S], int depth) {
    nodes++;
    if (!deduce(g)) return 0;
    for (int i = 0; i < S; i++) {
        uint32_t open = ((1u << S) - 1) & ~(uint32_t)(g[0][i].full | g[0][i].none);
        if (!open) continue;
        if (depth == 6) return 0;
        int j = __builtin_ctz(open);
        for (int guess = 0; guess < 2; guess++) {
            line copy[2][S];
            __builtin_memcpy(copy, g, sizeof copy);
            uint16_t *a = guess ? &copy[0][i].none : &copy[0][i].full, *b = guess ? &copy[1][j].none : &copy[1][j].full;
            *a |= (uint16_t)(1u << j);
            *b |= (uint16_t)(1u << i);
            if (solve(copy, depth + 1)) {
                __builtin_memcpy(g, copy, sizeof copy);
                return 1;
            }
        }
        return 0;
    }
    return 1;
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t s = 5, h = 0;
    for (int k = 0; k < n * 20; k++) {
        uint32_t picture[S], columns[S] = {0};
        for (int y = 0; y < S; y++) {
            s = s * 1664525u + 1013904223u;
            picture[y] = (s >> 16 | (s >> 9 & s >> 4)) & ((1u << S) - 1);
            for (int x = 0; x < S; x++) columns[x] |= (picture[y] >> x & 1) << y;
        }
        for (int i = 0; i < S; i++) clues[0][i] = describe(picture[i]), clues[1][i] = describe(columns[i]);
        line g[2][S] = {{{0, 0}}};
        nodes = 0;
        int solved = solve(g, 0);
        h = h * 31 + (uint32_t)solved + nodes * 3;
        for (int i = 0; i < S; i++) h = h * 31 + g[0][i].full;
    }
    return (int)h;
}
