// Sudoku by constraint masks: fewest candidates first, depth-first search with undo.
#include <stdint.h>

static uint16_t row[9], col[9], box[9];
static int8_t cell[81];
static int open_[81], n_open;
static unsigned visited;

static inline int box_of(int i) { return i / 27 * 3 + i % 9 / 3; }

static unsigned candidates(int i)
{
    return 0x1ffu & ~(unsigned)(row[i / 9] | col[i % 9] | box[box_of(i)]);
}

static void flip(int i, unsigned bit)
{
    row[i / 9] ^= (uint16_t)bit;
    col[i % 9] ^= (uint16_t)bit;
    box[box_of(i)] ^= (uint16_t)bit;
}

static int solve(void)
{
    if (n_open == 0)
        return 1;
    int best = -1, least = 10;
    visited++;
    for (int k = 0; k < n_open; k++) {
        unsigned m = candidates(open_[k]);
        int c = 0;
        for (unsigned t = m; t; t &= t - 1)
            c++;
        if (c < least) {
            least = c;
            best = k;
            if (c <= 1)
                break;
        }
    }
    if (least == 0)
        return 0;
    int i = open_[best];
    open_[best] = open_[--n_open];
    for (unsigned m = candidates(i); m; m &= m - 1) {
        unsigned bit = m & -m;
        flip(i, bit);
        cell[i] = (int8_t)(1 + __builtin_ctz(bit));
        if (solve())
            return 1;
        flip(i, bit);
    }
    cell[i] = 0;
    open_[n_open++] = open_[best];
    open_[best] = i;
    return 0;
}

/* Clues are dealt from a shifted pattern grid, so every puzzle has a solution. */
static void deal(uint32_t *s, int clues)
{
    uint8_t digit[9] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    for (int i = 8; i > 0; i--) {
        *s = *s * 1664525u + 1013904223u;
        int j = (int)((*s >> 16) % (uint32_t)(i + 1));
        uint8_t t = digit[i];
        digit[i] = digit[j];
        digit[j] = t;
    }
    for (int i = 0; i < 9; i++)
        row[i] = col[i] = box[i] = 0;
    n_open = 0;
    for (int i = 0; i < 81; i++) {
        *s = *s * 1664525u + 1013904223u;
        int r = i / 9, d = digit[(r * 3 + r / 3 + i % 9) % 9];
        cell[i] = 0;
        if ((int)((*s >> 16) % 81) < clues) {
            cell[i] = (int8_t)(d + 1);
            flip(i, 1u << d);
        } else {
            open_[n_open++] = i;
        }
    }
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t s = 1, h = 0;
    for (; n > 0; n--) {
        for (int k = 0; k < 30; k++) {
            deal(&s, 24 + k % 6);
            visited = 0;
            h = h * 3 + (uint32_t)solve();
            for (int i = 0; i < 81; i++)
                h = h * 31 + (uint32_t)cell[i];
            h ^= visited;
        }
    }
    return (int)h;
}
