// Exact cover by dancing links: tetromino tilings of small boards, and Latin squares.
#include <stdint.h>

typedef struct { int16_t l, r, u, d, col; } cell;
#define MAXC 8000
static cell x[MAXC];
static int16_t size_[200];
static int used, columns, solutions, tries;

static void header(int n) {
    columns = n;
    for (int i = 0; i <= n; i++) {
        x[i] = (cell){(int16_t)(i - 1), (int16_t)(i + 1), (int16_t)i, (int16_t)i, (int16_t)i};
        size_[i] = 0;
    }
    x[0].l = (int16_t)n;
    x[n].r = 0;
    used = n + 1;
}

static void row(const int *cols, int n) {
    int first = used;
    for (int i = 0; i < n; i++) {
        int c = cols[i] + 1, at = used++;
        x[at] = (cell){(int16_t)(at - 1), (int16_t)(at + 1), x[c].u, (int16_t)c, (int16_t)c};
        x[x[c].u].d = (int16_t)at;
        x[c].u = (int16_t)at;
        size_[c]++;
    }
    x[first].l = (int16_t)(used - 1);
    x[used - 1].r = (int16_t)first;
}

static void cover(int c) {
    x[x[c].r].l = x[c].l;
    x[x[c].l].r = x[c].r;
    for (int i = x[c].d; i != c; i = x[i].d)
        for (int j = x[i].r; j != i; j = x[j].r) {
            x[x[j].d].u = x[j].u;
            x[x[j].u].d = x[j].d;
            size_[x[j].col]--;
        }
}

static void uncover(int c) {
    for (int i = x[c].u; i != c; i = x[i].u)
        for (int j = x[i].l; j != i; j = x[j].l) {
            size_[x[j].col]++;
            x[x[j].d].u = (int16_t)j;
            x[x[j].u].d = (int16_t)j;
        }
    x[x[c].r].l = (int16_t)c;
    x[x[c].l].r = (int16_t)c;
}

static void search(int limit) {
    if (!x[0].r) { solutions++; return; }
    if (++tries > limit) return;
    int c = x[0].r;
    for (int j = c; j; j = x[j].r)
        if (size_[j] < size_[c]) c = j;
    if (!size_[c]) return;
    cover(c);
    for (int r = x[c].d; r != c; r = x[r].d) {
        for (int j = x[r].r; j != r; j = x[j].r) cover(x[j].col);
        search(limit);
        for (int j = x[r].l; j != r; j = x[j].l) uncover(x[j].col);
    }
    uncover(c);
}

static void latin(int n, int shift) {
    header(3 * n * n);
    for (int r = 0; r < n; r++)
        for (int c = 0; c < n; c++)
            for (int v = 0; v < n; v++) {
                if (r == 0 && v != (c + shift) % n) continue;
                int cols[3] = {r * n + c, n * n + r * n + v, 2 * n * n + c * n + v};
                row(cols, 3);
            }
}

static void tiles(int w, int h) {  // L, T, I and S of four squares, each often, on a board
    static const uint16_t shapes[] = {0x2223, 0x0027, 0x1111, 0x0036, 0x000f, 0x0072, 0x0063, 0x0033};
    header(w * h);
    for (unsigned s = 0; s < 8; s++)
        for (int y = 0; y < h; y++)
            for (int q = 0; q < w; q++) {
                int cols[4], n = 0, fits = 1;
                for (int b = 0; b < 16; b++)
                    if (shapes[s] >> b & 1) {
                        int cx = q + (b & 3), cy = y + (b >> 2);
                        if (cx >= w || cy >= h || n == 4) { fits = 0; break; }
                        cols[n++] = cy * w + cx;
                    }
                if (fits && n == 4) row(cols, 4);
            }
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t h = 0;
    for (int k = 0; k < n; k++) {
        latin(5, k);
        solutions = tries = 0;
        search(4000);
        h = h * 31 + (uint32_t)solutions * 7 + (uint32_t)tries;
        tiles(8, 4 + 2 * (k & 1));
        solutions = tries = 0;
        search(3000);
        h = h * 31 + (uint32_t)solutions * 7 + (uint32_t)tries;
    }
    return (int)h;
}
