// Maximal cliques of a random graph by Bron and Kerbosch with pivots, on sets of 64-bit words; greedy colouring.
#include <stdint.h>

enum { V = 128, W = V / 64 };
typedef struct { uint64_t w[W]; } set;

static set adj[V];
static unsigned found, best, nodes;

static int count(const set *s) {
    int c = 0;
    for (int i = 0; i < W; i++) c += __builtin_popcountll(s->w[i]);
    return c;
}

static set meet(set a, const set *b) {
    for (int i = 0; i < W; i++) a.w[i] &= b->w[i];
    return a;
}

static int empty(const set *s) { return (s->w[0] | s->w[1]) == 0; }

static void put(set *s, int v) { s->w[v >> 6] |= 1ull << (v & 63); }
static void drop(set *s, int v) { s->w[v >> 6] &= ~(1ull << (v & 63)); }

static void expand(set p, set x, unsigned size) {
    nodes++;
    if (empty(&p)) {
        if (empty(&x)) {
            found++;
            if (size > best) best = size;
        }
        return;
    }
    int pivot = -1, most = -1;
    for (int i = 0; i < W; i++)
        for (uint64_t m = p.w[i] | x.w[i]; m; m &= m - 1) {
            int u = i * 64 + __builtin_ctzll(m);
            set both = meet(p, &adj[u]);
            int c = count(&both);
            if (c > most) most = c, pivot = u;
        }
    for (int i = 0; i < W; i++)
        for (uint64_t m = p.w[i] & ~adj[pivot].w[i]; m; m &= m - 1) {
            int v = i * 64 + __builtin_ctzll(m);
            expand(meet(p, &adj[v]), meet(x, &adj[v]), size + 1);
            drop(&p, v);
            put(&x, v);
        }
}

static int colour(void) {
    set left;
    int colours = 0;
    for (int i = 0; i < W; i++) left.w[i] = ~0ull;
    while (!empty(&left)) {
        set free = left;
        colours++;
        while (!empty(&free)) {
            int i = 0;
            while (!free.w[i]) i++;
            int v = i * 64 + __builtin_ctzll(free.w[i]);
            drop(&left, v);
            drop(&free, v);
            for (int j = 0; j < W; j++) free.w[j] &= ~adj[v].w[j];
        }
    }
    return colours;
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t s = 12345;
    unsigned check = 0;
    while (n-- > 0) {
        for (int v = 0; v < V; v++) adj[v] = (set){{0}};
        for (int a = 0; a < V; a++)
            for (int b = 0; b < a; b++) {
                s = s * 1664525u + 1013904223u;
                if ((s >> 24) < 84) put(&adj[a], b), put(&adj[b], a);
            }
        set all = {{~0ull, ~0ull}}, none = {{0, 0}};
        found = best = nodes = 0;
        expand(all, none, 0);
        check = check * 31 + found * 64 + best + nodes * 7 + (unsigned)colour();
    }
    return (int)check;
}
