// Minimum spanning tree by Kruskal: shell-sorted edges and union-find with path halving.
#include <stdint.h>

typedef struct {
    uint16_t a, b;
    uint32_t w;
} edge;

#define V 1000
#define E 6000
static edge edges[E];
static int16_t up[V]; // negative: minus the size of the set

static int find(int x)
{
    while (up[x] >= 0) {
        int p = up[x];
        if (up[p] >= 0)
            up[x] = up[p];
        x = p;
    }
    return x;
}

static int join(int a, int b)
{
    a = find(a);
    b = find(b);
    if (a == b)
        return 0;
    if (up[a] > up[b]) {
        int t = a;
        a = b;
        b = t;
    }
    up[a] = (int16_t)(up[a] + up[b]);
    up[b] = (int16_t)a;
    return 1;
}

static void sort_edges(edge *e, int n)
{
    int gap = 1;
    while (gap < n / 3)
        gap = 3 * gap + 1;
    for (; gap > 0; gap /= 3) {
        for (int i = gap; i < n; i++) {
            edge t = e[i];
            int j = i;
            for (; j >= gap && e[j - gap].w > t.w; j -= gap)
                e[j] = e[j - gap];
            e[j] = t;
        }
    }
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t seed = 42, total = 0;
    for (int r = 0; r < n; r++) {
        for (int i = 0; i < E; i++) {
            seed = seed * 1103515245u + 12345u;
            edges[i].a = (uint16_t)((seed >> 16) % V);
            seed = seed * 1103515245u + 12345u;
            edges[i].b = (uint16_t)((seed >> 16) % V);
            seed = seed * 1103515245u + 12345u;
            edges[i].w = seed >> 12;
        }
        sort_edges(edges, E);
        for (int i = 0; i < V; i++)
            up[i] = -1;
        int trees = V;
        uint32_t cost = 0;
        for (const edge *e = edges; e != edges + E && trees > 1; e++) {
            if (join(e->a, e->b)) {
                cost += e->w;
                trees--;
            }
        }
        total = total * 13 + cost + (uint32_t)trees;
    }
    return (int)total;
}
