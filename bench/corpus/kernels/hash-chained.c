// Chained hash table of strings with FNV-1a, growth by rehashing, move-to-front on hit.
#include <stdint.h>
#include <stddef.h>

struct node {
    struct node *next;
    unsigned hash;
    int count;
    char name[12];
};

static char arena[1 << 19] __attribute__((aligned(16)));
static size_t top;

static void *alloc(size_t size)
{
    void *p = arena + top;
    top += (size + 7) & ~(size_t)7;
    return p;
}

static struct node **buckets;
static unsigned nbuckets, nnodes;

static unsigned hash_str(const char *s)
{
    unsigned h = 2166136261u;
    while (*s)
        h = (h ^ (unsigned char)*s++) * 16777619u;
    return h;
}

static int same(const char *a, const char *b)
{
    for (; *a && *a == *b; a++, b++)
        ;
    return *a == *b;
}

static void resize(unsigned want)
{
    struct node **fresh = alloc(want * sizeof *fresh);
    for (unsigned i = 0; i < want; i++)
        fresh[i] = NULL;
    for (unsigned i = 0; i < nbuckets; i++) {
        struct node *p = buckets[i];
        while (p) {
            struct node *nx = p->next;
            p->next = fresh[p->hash & (want - 1)];
            fresh[p->hash & (want - 1)] = p;
            p = nx;
        }
    }
    buckets = fresh;
    nbuckets = want;
}

static struct node *lookup(const char *s)
{
    unsigned h = hash_str(s);
    struct node **link = &buckets[h & (nbuckets - 1)], **first = link;
    for (; *link; link = &(*link)->next) {
        struct node *p = *link;
        if (p->hash == h && same(p->name, s)) {
            *link = p->next;
            p->next = *first;
            *first = p;
            return p;
        }
    }
    struct node *p = alloc(sizeof *p);
    p->hash = h;
    p->count = 0;
    char *d = p->name;
    while ((*d++ = *s++))
        ;
    if (++nnodes > nbuckets)
        resize(nbuckets * 2);
    p->next = buckets[h & (nbuckets - 1)];
    buckets[h & (nbuckets - 1)] = p;
    return p;
}

__attribute__((export_name("run"))) int run(int n)
{
    unsigned x = 7, sum = 0;
    while (n--) {
        top = nbuckets = nnodes = 0;
        resize(64);
        for (int i = 0; i < 20000; i++) {
            char word[12];
            x = x * 1103515245u + 12345u;
            unsigned v = (x >> 8) % 3000, len = 0;
            do
                word[len++] = (char)('a' + v % 13);
            while ((v /= 13) && len < 10);
            word[len++] = 'z';
            word[len] = 0;
            sum += (unsigned)++lookup(word)->count * (unsigned)len;
        }
        sum = sum * 17 + nnodes;
    }
    return (int)sum;
}
