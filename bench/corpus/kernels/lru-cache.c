// LRU cache: hash index with chains and a doubly linked list of use, in front of a slow function.
#include <stdint.h>
#include <stddef.h>

typedef struct link { struct link *prev, *next; } link;
typedef struct page {
    link use; // must come first
    struct page *chain;
    uint32_t id;
    uint8_t dirty;
    uint8_t bytes[32];
} page;

#define CACHE 128
#define BUCKETS 64

static page pages[CACHE];
static link lru; // most recent first
static page *index_[BUCKETS];
static uint8_t disk[1024][32];
static uint32_t hits, misses, writes;

static void unlink(link *l)
{
    l->prev->next = l->next;
    l->next->prev = l->prev;
}

static void push_front(link *l)
{
    l->next = lru.next;
    l->prev = &lru;
    lru.next->prev = l;
    lru.next = l;
}

static page **bucket(uint32_t id) { return &index_[(id * 2654435761u) >> 26]; }

static void copy(uint8_t *restrict to, const uint8_t *restrict from)
{
    for (int i = 0; i < 32; i += 4) {
        to[i] = from[i];
        to[i + 1] = from[i + 1];
        to[i + 2] = from[i + 2];
        to[i + 3] = from[i + 3];
    }
}

static void write_back(page *p)
{
    if (!p->dirty)
        return;
    copy(disk[p->id], p->bytes);
    p->dirty = 0;
    writes++;
}

static page *get(uint32_t id)
{
    for (page *p = *bucket(id); p; p = p->chain)
        if (p->id == id) {
            hits++;
            if (lru.next != &p->use) {
                unlink(&p->use);
                push_front(&p->use);
            }
            return p;
        }
    misses++;
    page *victim = (page *)lru.prev;
    if (victim->id != UINT32_MAX) {
        write_back(victim);
        page **at = bucket(victim->id);
        while (*at != victim)
            at = &(*at)->chain;
        *at = victim->chain;
    }
    unlink(&victim->use);
    push_front(&victim->use);
    victim->id = id;
    copy(victim->bytes, disk[id]);
    victim->chain = *bucket(id);
    *bucket(id) = victim;
    return victim;
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t s = 13, h = 0;
    lru.next = lru.prev = &lru;
    for (int i = 0; i < CACHE; i++) {
        pages[i].id = UINT32_MAX;
        pages[i].dirty = 0;
        push_front(&pages[i].use);
    }
    for (int i = 0; i < BUCKETS; i++)
        index_[i] = NULL;
    for (int r = 0; r < n; r++) {
        for (int i = 0; i < 50000; i++) {
            s = s * 1664525u + 1013904223u;
            uint32_t id = s >> 22;
            if (s & 0x30000)
                id &= 0x7f; // a hot part
            page *p = get(id);
            uint32_t at = s >> 8 & 31;
            if ((s >> 13 & 3) == 0) {
                p->bytes[at] = (uint8_t)(p->bytes[at] + i);
                p->dirty = 1;
            }
            h = h * 3 + p->bytes[at];
        }
        for (link *l = lru.next; l != &lru; l = l->next)
            write_back((page *)l);
        h ^= hits + misses * 5 + writes * 7;
    }
    return (int)h;
}
