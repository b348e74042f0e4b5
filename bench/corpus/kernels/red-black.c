// Red-black tree: bottom-up insertion by indices with parent links, walk by successors.
#include <stdint.h>

#define NIL 0
#define MAXN 6000
typedef uint16_t idx;
static idx lft[MAXN + 1], rgt[MAXN + 1], par[MAXN + 1], root;
static uint8_t red[MAXN + 1];
static int32_t key[MAXN + 1];
static int count;

static void replace_child(idx p, idx old, idx new)
{
    if (p == NIL)
        root = new;
    else if (lft[p] == old)
        lft[p] = new;
    else
        rgt[p] = new;
    par[new] = p;
}

static void rotate(idx x, int to_left)
{
    idx *a = to_left ? rgt : lft, *b = to_left ? lft : rgt;
    idx y = a[x], m = b[y];
    replace_child(par[x], x, y);
    a[x] = m;
    if (m != NIL)
        par[m] = x;
    b[y] = x;
    par[x] = y;
}

static void fixup(idx z)
{
    while (red[par[z]]) {
        idx p = par[z], g = par[p];
        int p_left = lft[g] == p;
        idx uncle = p_left ? rgt[g] : lft[g];
        if (red[uncle]) {
            red[p] = red[uncle] = 0;
            red[g] = 1;
            z = g;
            continue;
        }
        if ((p_left ? rgt[p] : lft[p]) == z) {
            z = p;
            rotate(z, p_left);
            p = par[z];
        }
        red[p] = 0;
        red[g] = 1;
        rotate(g, !p_left);
    }
    red[root] = 0;
}

static int add(int32_t k)
{
    idx p = NIL, c = root;
    while (c != NIL) {
        p = c;
        if (k == key[c])
            return 0;
        c = k < key[c] ? lft[c] : rgt[c];
    }
    idx z = (idx)++count;
    key[z] = k;
    lft[z] = rgt[z] = NIL;
    par[z] = p;
    red[z] = 1;
    if (p == NIL)
        root = z;
    else if (k < key[p])
        lft[p] = z;
    else
        rgt[p] = z;
    fixup(z);
    return 1;
}

static idx successor(idx x)
{
    if (rgt[x] != NIL) {
        for (x = rgt[x]; lft[x] != NIL; x = lft[x])
            ;
        return x;
    }
    idx p = par[x];
    while (p != NIL && x == rgt[p]) {
        x = p;
        p = par[p];
    }
    return p;
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t h = 1, s = 5;
    for (; n > 0; n--) {
        root = NIL;
        count = 0;
        while (count < MAXN) {
            s ^= s << 13, s ^= s >> 17, s ^= s << 5;
            h += (uint32_t)add((int32_t)(s % 100000u) - 50000);
        }
        idx x = root;
        while (lft[x] != NIL)
            x = lft[x];
        for (; x != NIL; x = successor(x))
            h = h * 33 + (uint32_t)key[x] + red[x];
    }
    return (int)h;
}
