// B-tree of order 8 with split on the way down; counts and range sums.
#include <stdint.h>
#include <stddef.h>

#define T 4 /* minimum degree */
#define FULL (2 * T - 1)

struct page {
    unsigned char n, leaf;
    int key[FULL];
    struct page *kid[FULL + 1];
};

static struct page pages[6000];
static int npages;

static struct page *make(int leaf)
{
    struct page *p = &pages[npages++];
    p->n = 0;
    p->leaf = (unsigned char)leaf;
    return p;
}

static void split(struct page *p, int i)
{
    struct page *y = p->kid[i], *z = make(y->leaf);
    int j;
    z->n = T - 1;
    for (j = 0; j < T - 1; j++)
        z->key[j] = y->key[j + T];
    if (!y->leaf)
        for (j = 0; j < T; j++)
            z->kid[j] = y->kid[j + T];
    y->n = T - 1;
    for (j = p->n; j > i; j--) {
        p->kid[j + 1] = p->kid[j];
        p->key[j] = p->key[j - 1];
    }
    p->kid[i + 1] = z;
    p->key[i] = y->key[T - 1];
    p->n++;
}

static struct page *insert(struct page *root, int k)
{
    if (root->n == FULL) {
        struct page *s = make(0);
        s->kid[0] = root;
        split(s, 0);
        root = s;
    }
    struct page *p = root;
    for (;;) {
        int i = p->n;
        if (p->leaf) {
            while (i > 0 && p->key[i - 1] > k) {
                p->key[i] = p->key[i - 1];
                i--;
            }
            p->key[i] = k;
            p->n++;
            return root;
        }
        while (i > 0 && p->key[i - 1] > k)
            i--;
        if (p->kid[i]->n == FULL) {
            split(p, i);
            if (k > p->key[i])
                i++;
        }
        p = p->kid[i];
    }
}

static unsigned range(const struct page *p, int lo, int hi)
{
    unsigned sum = 0;
    int i = 0;
    while (i < p->n && p->key[i] < lo)
        i++;
    for (; i < p->n && p->key[i] <= hi; i++) {
        if (!p->leaf)
            sum += range(p->kid[i], lo, hi);
        sum += (unsigned)p->key[i];
    }
    if (!p->leaf)
        sum += range(p->kid[i], lo, hi);
    return sum;
}

__attribute__((export_name("run"))) int run(int n)
{
    unsigned acc = 0, s = 1;
    for (int r = 0; r < n; r++) {
        npages = 0;
        struct page *root = make(1);
        for (int i = 0; i < 10000; i++) {
            s = s * 214013u + 2531011u;
            root = insert(root, (int)(s >> 9 & 0xffff));
        }
        for (int i = 0; i < 300; i++) {
            s = s * 214013u + 2531011u;
            int lo = (int)(s >> 9 & 0xffff);
            acc = acc * 3 + range(root, lo, lo + 900);
        }
        acc ^= (unsigned)npages;
    }
    return (int)acc;
}
