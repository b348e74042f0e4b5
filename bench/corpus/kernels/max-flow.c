// Maximum flow by Dinic's method on a layered random network; then Tarjan's components.
#include <stdint.h>

#define V 220
#define E 4400
typedef struct { int16_t to, next; int32_t cap; } arc;

static arc arcs[E];
static int16_t first[V], level[V], cursor[V], queue[V];
static int n_arcs;

static void connect(int a, int b, int cap)
{
    arcs[n_arcs] = (arc){(int16_t)b, first[a], cap};
    first[a] = (int16_t)n_arcs++;
    arcs[n_arcs] = (arc){(int16_t)a, first[b], 0};
    first[b] = (int16_t)n_arcs++;
}

static int layers(int s, int t)
{
    int head = 0, tail = 0;
    for (int v = 0; v < V; v++)
        level[v] = -1;
    level[s] = 0;
    queue[tail++] = (int16_t)s;
    while (head < tail) {
        int v = queue[head++];
        for (int e = first[v]; e >= 0; e = arcs[e].next)
            if (arcs[e].cap > 0 && level[arcs[e].to] < 0) {
                level[arcs[e].to] = (int16_t)(level[v] + 1);
                queue[tail++] = arcs[e].to;
            }
    }
    return level[t] >= 0;
}

static int push(int v, int t, int limit)
{
    if (v == t)
        return limit;
    for (; cursor[v] >= 0; cursor[v] = arcs[cursor[v]].next) {
        arc *a = &arcs[cursor[v]];
        if (a->cap <= 0 || level[a->to] != level[v] + 1)
            continue;
        int got = push(a->to, t, a->cap < limit ? a->cap : limit);
        if (got > 0) {
            a->cap -= got;
            arcs[cursor[v] ^ 1].cap += got;
            return got;
        }
    }
    return 0;
}

static int16_t low[V], number[V], stack[V];
static int top, counter, components;

static void tarjan(int v)
{
    low[v] = number[v] = (int16_t)++counter;
    stack[top++] = (int16_t)v;
    for (int e = first[v]; e >= 0; e = arcs[e].next) {
        if (arcs[e].cap <= 0)
            continue;
        int w = arcs[e].to;
        if (number[w] == 0)
            tarjan(w);
        if (low[w] < low[v])
            low[v] = low[w];
    }
    if (low[v] == number[v]) {
        components++;
        do
            low[stack[--top]] = INT16_MAX;
        while (stack[top] != v);
    }
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t s = 71, h = 0;
    while (n-- > 0) {
        for (int k = 0; k < 3; k++) {
            n_arcs = 0;
            for (int v = 0; v < V; v++)
                first[v] = -1;
            for (int i = 0; i < E / 2; i++) {
                s = s * 1664525u + 1013904223u;
                int a = (int)((s >> 16) % V), b = a + 1 + (int)(s >> 8 & 31);
                connect(a, b < V ? b : b % 7, 1 + (int)(s >> 26));
            }
            int flow = 0;
            while (layers(0, V - 1)) {
                for (int v = 0; v < V; v++)
                    cursor[v] = first[v];
                for (int f; (f = push(0, V - 1, INT32_MAX)) > 0;)
                    flow += f;
            }
            top = counter = components = 0;
            for (int v = 0; v < V; v++)
                number[v] = 0;
            for (int v = 0; v < V; v++)
                if (number[v] == 0)
                    tarjan(v);
            h = h * 31 + (uint32_t)flow * 256u + (uint32_t)components;
        }
    }
    return (int)h;
}
