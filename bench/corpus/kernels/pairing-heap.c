// Mergeable heaps: a pairing heap with decrease-key, a leftist heap and a skew heap; Prim's tree over a random graph.
#include <stdint.h>
#include <stddef.h>

typedef struct pnode { struct pnode *child, *next, *prev; int32_t key; } pnode;
typedef struct lnode { struct lnode *l, *r; int32_t key, rank; } lnode;

static pnode pn[1024];
static lnode ln[1024];

static pnode *link(pnode *a, pnode *b)
{
    if (!a)
        return b;
    if (!b)
        return a;
    if (b->key < a->key) {
        pnode *t = a;
        a = b;
        b = t;
    }
    b->prev = a;
    b->next = a->child;
    if (a->child)
        a->child->prev = b;
    a->child = b;
    a->next = a->prev = NULL;
    return a;
}

static pnode *pair(pnode *first)
{
    pnode *pairs = NULL, *heap = NULL;
    while (first) {
        pnode *a = first, *b = a->next;
        first = b ? b->next : NULL;
        a->next = a->prev = NULL;
        if (b)
            b->next = b->prev = NULL;
        a = link(a, b);
        a->next = pairs;
        pairs = a;
    }
    while (pairs) {
        pnode *next = pairs->next;
        pairs->next = NULL;
        heap = link(heap, pairs);
        pairs = next;
    }
    return heap;
}

static pnode *decrease(pnode *heap, pnode *x, int32_t key)
{
    x->key = key;
    if (x == heap)
        return heap;
    if (x->prev->child == x)
        x->prev->child = x->next;
    else
        x->prev->next = x->next;
    if (x->next)
        x->next->prev = x->prev;
    x->next = x->prev = NULL;
    return link(heap, x);
}

static lnode *meld(lnode *a, lnode *b)
{
    if (!a)
        return b;
    if (!b)
        return a;
    if (b->key < a->key) {
        lnode *t = a;
        a = b;
        b = t;
    }
    a->r = meld(a->r, b);
    if (!a->l || a->l->rank < a->r->rank) {
        lnode *t = a->l;
        a->l = a->r;
        a->r = t;
    }
    a->rank = a->r ? a->r->rank + 1 : 1;
    return a;
}

static lnode *skew(lnode *a, lnode *b)
{
    lnode *root = NULL, **at = &root;
    while (a && b) {
        if (b->key < a->key) {
            lnode *t = a;
            a = b;
            b = t;
        }
        *at = a;
        lnode *rest = a->r;
        a->r = a->l;
        at = &a->l;
        a = rest;
    }
    *at = a ? a : b;
    return root;
}

#define V 300
static uint16_t to[V][8];
static int32_t weight[V][8];

static uint32_t prim(void)
{
    uint32_t total = 0;
    uint8_t in[V] = {0}, queued[V] = {0};
    pnode *heap = &pn[0];
    for (int i = 0; i < V; i++)
        pn[i] = (pnode){NULL, NULL, NULL, i ? INT32_MAX : 0};
    queued[0] = 1;
    while (heap) {
        int v = (int)(heap - pn);
        total += (uint32_t)heap->key;
        in[v] = 1;
        heap = pair(heap->child);
        for (int e = 0; e < 8; e++) {
            int w = to[v][e];
            if (in[w] || weight[v][e] >= pn[w].key)
                continue;
            if (queued[w]) {
                heap = decrease(heap, &pn[w], weight[v][e]);
            } else {
                queued[w] = 1;
                pn[w].key = weight[v][e];
                heap = link(heap, &pn[w]);
            }
        }
    }
    return total;
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t s = 3, h = 0;
    for (int k = 0; k < n * 4; k++) {
        for (int v = 0; v < V; v++)
            for (int e = 0; e < 8; e++) {
                s = s * 1103515245u + 12345u;
                to[v][e] = (uint16_t)(e ? (s >> 16) % V : (unsigned)(v + 1) % V);
                weight[v][e] = (int32_t)(s >> 8 & 0xfff) + 1;
            }
        h = h * 31 + prim();
        for (int kind = 0; kind < 2; kind++) {
            lnode *heap = NULL;
            for (int i = 0; i < 1024; i++) {
                s = s * 1103515245u + 12345u;
                ln[i] = (lnode){NULL, NULL, (int32_t)(s >> 12), 1};
                heap = kind ? skew(heap, &ln[i]) : meld(heap, &ln[i]);
            }
            while (heap) {
                h = h * 31 + (uint32_t)heap->key;
                heap = kind ? skew(heap->l, heap->r) : meld(heap->l, heap->r);
            }
        }
    }
    return (int)h;
}
