// Intervals: a tree augmented with the greatest end, a sweep for the busiest moment, merging, and a calendar of free gaps.
#include <stdint.h>

struct iv { int32_t lo, hi, most; int16_t left, right; uint32_t prio; };
#define N 1200
static struct iv t[N];
static int root, used;

static void pull(int i)
{
    struct iv *n = &t[i];
    n->most = n->hi;
    if (n->left >= 0 && t[n->left].most > n->most)
        n->most = t[n->left].most;
    if (n->right >= 0 && t[n->right].most > n->most)
        n->most = t[n->right].most;
}

static int insert(int at, int i)
{
    if (at < 0)
        return i;
    if (t[i].lo < t[at].lo)
        t[at].left = (int16_t)insert(t[at].left, i);
    else
        t[at].right = (int16_t)insert(t[at].right, i);
    pull(at);
    return at;
}

static int overlaps(int at, int lo, int hi, uint32_t *sum)
{
    int c = 0;
    while (at >= 0 && t[at].most > lo) {
        if (t[at].left >= 0)
            c += overlaps(t[at].left, lo, hi, sum);
        if (t[at].lo >= hi)
            return c;
        if (t[at].hi > lo) {
            c++;
            *sum += (uint32_t)(t[at].hi - t[at].lo);
        }
        at = t[at].right;
    }
    return c;
}

static int inorder(int at, int32_t (*out)[2], int n)
{
    if (at < 0)
        return n;
    n = inorder(t[at].left, out, n);
    out[n][0] = t[at].lo;
    out[n][1] = t[at].hi;
    return inorder(t[at].right, out, n + 1);
}

static int merge(int32_t (*v)[2], int n)
{
    int w = 0;
    for (int i = 1; i < n; i++) {
        if (v[i][0] <= v[w][1]) {
            if (v[i][1] > v[w][1])
                v[w][1] = v[i][1];
        } else {
            w++;
            v[w][0] = v[i][0];
            v[w][1] = v[i][1];
        }
    }
    return w + 1;
}

static int busiest(const int32_t (*v)[2], int n, int32_t *ends)
{
    int best = 0, open = 0, j = 0;
    for (int i = 0; i < n; i++)
        ends[i] = v[i][1];
    for (int gap = 301; gap > 0; gap = gap > 1 ? gap * 3 / 8 + (gap * 3 / 8 == 0) : 0)
        for (int i = gap; i < n; i++) {
            int32_t x = ends[i];
            int k = i;
            for (; k >= gap && ends[k - gap] > x; k -= gap)
                ends[k] = ends[k - gap];
            ends[k] = x;
        }
    for (int i = 0; i < n; i++) {
        while (ends[j] <= v[i][0]) {
            j++;
            open--;
        }
        if (++open > best)
            best = open;
    }
    return best;
}

__attribute__((export_name("run"))) int run(int n)
{
    static int32_t flat[N][2], ends[N];
    uint32_t s = 21, h = 0;
    for (int k = 0; k < n * 2; k++) {
        root = -1;
        used = 0;
        for (int i = 0; i < N; i++) {
            s = s * 1103515245u + 12345u;
            int lo = (int)(s >> 15 & 0xffff), len = 5 + (int)(s >> 8 & 63) * (i % 20 == 0 ? 20 : 1);
            t[i] = (struct iv){lo, lo + len, lo + len, -1, -1, s};
            root = insert(root, i);
        }
        for (int q = 0; q < 1500; q++) {
            uint32_t sum = 0;
            int lo = q * 43, c = overlaps(root, lo, lo + 10 + q % 300, &sum);
            h = h * 31 + (uint32_t)c + sum;
        }
        int m = inorder(root, flat, 0);
        h = h * 31 + (uint32_t)busiest((const int32_t (*)[2])flat, m, ends);
        m = merge(flat, m);
        for (int i = 1; i < m; i++)
            h = h * 3 + (uint32_t)(flat[i][0] - flat[i - 1][1]);
    }
    return (int)h;
}
