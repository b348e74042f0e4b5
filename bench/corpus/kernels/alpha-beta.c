// Four in a row on a 6 by 5 board: alpha-beta with bitboards and a transposition table; Nim sums.
#include <stdint.h>

#define COLS 6
#define ROWS 5
#define STRIDE (ROWS + 1)

struct entry { uint64_t key; int8_t score, depth, bound; };
static struct entry table[4096];
static unsigned nodes;

static int wins(uint64_t b)
{
    static const int dirs[] = {1, STRIDE, STRIDE + 1, STRIDE - 1};
    for (int i = 0; i < 4; i++) {
        uint64_t m = b & b >> dirs[i];
        if (m & m >> (2 * dirs[i]))
            return 1;
    }
    return 0;
}

static int threats(uint64_t b, uint64_t all)
{
    int n = 0;
    for (int c = 0; c < COLS; c++)
        for (int r = 0; r < ROWS; r++) {
            uint64_t bit = 1ull << (c * STRIDE + r);
            if (!(all & bit) && wins(b | bit))
                n++;
        }
    return n;
}

/* me: stones of the side to move; all: every stone. */
static int search(uint64_t me, uint64_t all, int depth, int alpha, int beta)
{
    nodes++;
    if (depth == 0) {
        int v = threats(me, all) - threats(me ^ all, all);
        return v;
    }
    uint64_t key = me * 2 + (all << 7 ^ all * 0x9E3779B97F4A7C15ull);
    struct entry *e = &table[(key * 0xD6E8FEB86659FD93ull) >> 52];
    if (e->key == key && e->depth == depth) {
        if (e->bound == 0 || (e->bound > 0 && e->score >= beta) || (e->bound < 0 && e->score <= alpha))
            return e->score;
    }
    static const int8_t order[COLS] = {2, 3, 1, 4, 0, 5};
    int best = -100, a = alpha;
    for (int i = 0; i < COLS; i++) {
        int shift = order[i] * STRIDE;
        uint64_t column = ((1ull << ROWS) - 1) << shift;
        uint64_t bit = (all + (1ull << shift)) & column;
        if (!bit)
            continue;
        int v;
        if (wins(me | bit))
            v = 50 + depth;
        else
            v = -search(me ^ all, all | bit, depth - 1, -beta, -a);
        if (v > best)
            best = v;
        if (v > a)
            a = v;
        if (a >= beta)
            break;
    }
    if (best == -100)
        best = 0; // a full board is drawn
    *e = (struct entry){key, (int8_t)best, (int8_t)depth, (int8_t)(best >= beta ? 1 : best <= alpha ? -1 : 0)};
    return best;
}

static int nim(uint8_t *heaps, int n)
{
    int sum = 0, moves = 0;
    for (int i = 0; i < n; i++)
        sum ^= heaps[i];
    for (int i = 0; i < n; i++)
        moves += (heaps[i] ^ sum) < heaps[i];
    return sum * 8 + moves;
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t h = 0, s = 5;
    for (int r = 0; r < n; r++) {
        for (int i = 0; i < 4096; i++)
            table[i].key = 0, table[i].depth = -1;
        nodes = 0;
        uint64_t me = 0, all = 0;
        for (int ply = 0; ply < 6; ply++) {
            s = s * 1664525u + 1013904223u;
            int shift = (int)((s >> 20) % COLS) * STRIDE;
            uint64_t bit = (all + (1ull << shift)) & (((1ull << ROWS) - 1) << shift);
            me ^= all;
            all |= bit;
            h = h * 31 + (uint32_t)search(me, all, 4, -100, 100);
        }
        uint8_t heaps[4];
        for (uint32_t i = 0; i < 3000; i++) {
            for (uint32_t k = 0; k < 4; k++)
                heaps[k] = (uint8_t)((i * 37 + r) >> (2 * k) & 15);
            h = h * 3 + (uint32_t)nim(heaps, 4);
        }
        h += nodes;
    }
    return (int)h;
}
