// Memory managers over a static pool: buddy blocks with a bitmap tree, slabs with bit masks, an arena with marks, compaction.
#include <stdint.h>

#define ORDER 10
#define UNIT 32
static uint8_t tree[2 << ORDER], heap[UNIT << ORDER];  // tree: largest free order + 1 below each node

static void tree_init(void) {
    for (int level = 0, i = 1; level <= ORDER; level++)
        for (int k = 0; k < 1 << level; k++) tree[i++] = (uint8_t)(ORDER - level + 1);
}

static int buddy_alloc(unsigned bytes) {
    unsigned order = 0;
    while ((unsigned)UNIT << order < bytes) order++;
    if (tree[1] < order + 1) return -1;
    int i = 1;
    for (unsigned level = ORDER; level > order; level--) {
        int l = 2 * i, r = l + 1;
        i = tree[l] >= order + 1 && (tree[r] < order + 1 || tree[l] <= tree[r]) ? l : r;
    }
    tree[i] = 0;
    int offset = ((i << order) - (1 << ORDER)) * UNIT;
    while (i >>= 1) tree[i] = tree[2 * i] > tree[2 * i + 1] ? tree[2 * i] : tree[2 * i + 1];
    return offset;
}

static void buddy_free(int offset) {
    int i = offset / UNIT + (1 << ORDER);
    unsigned order = 0;
    while (tree[i]) i >>= 1, order++;
    tree[i] = (uint8_t)(order + 1);
    while (i >>= 1) {
        order++;
        uint8_t l = tree[2 * i], r = tree[2 * i + 1];
        tree[i] = l == order && r == order ? (uint8_t)(order + 1) : l > r ? l : r;
    }
}

typedef struct { uint64_t free; int base; } slab;
static slab slabs[4][12];
static int slab_count[4];

static int slab_alloc(int class) {
    int size = 8 << class;
    for (int i = 0; i < slab_count[class]; i++) {
        slab *s = &slabs[class][i];
        if (!s->free) continue;
        int bit = __builtin_ctzll(s->free);
        s->free &= s->free - 1;
        return s->base + bit * size;
    }
    if (slab_count[class] == 12) return -1;
    int base = buddy_alloc((unsigned)size * 64);
    if (base < 0) return -1;
    slabs[class][slab_count[class]++] = (slab){~1ull, base};
    return base;
}

static void slab_free(int class, int at) {
    for (int i = 0; i < slab_count[class]; i++) {
        slab *s = &slabs[class][i];
        int k = (at - s->base) / (8 << class);
        if (at < s->base || k > 63) continue;
        s->free |= 1ull << k;
        if (s->free == ~0ull) {
            buddy_free(s->base);
            *s = slabs[class][--slab_count[class]];
        }
        return;
    }
}

static uint32_t arena_at;

static uint32_t arena(uint32_t n, uint32_t align) {
    uint32_t p = (arena_at + align - 1) & ~(align - 1);
    arena_at = p + n;
    return p;
}

__attribute__((export_name("run"))) int run(int n) {
    static struct { int at; int16_t class, size; } live[256];
    static uint16_t table[128];
    uint32_t s = 1, h = 0;
    for (; n > 0; n--) {
        tree_init();
        for (int i = 0; i < 4; i++) slab_count[i] = 0;
        for (int i = 0; i < 256; i++) live[i].at = -1;
        for (int k = 0; k < 14000; k++) {
            s = s * 1103515245u + 12345u;
            int i = (int)(s >> 24);
            if (live[i].at >= 0) {
                uint8_t *p = heap + live[i].at;
                for (int j = 0; j < live[i].size && j < 64; j += 4) h += p[j];
                if (live[i].class < 0) buddy_free(live[i].at);
                else slab_free(live[i].class, live[i].at);
                live[i].at = -1;
                continue;
            }
            int small = (s >> 20 & 3) != 0, size = small ? 1 + (int)(s >> 12 & 63) : 30 + (int)(s >> 8 & 511), class = 0;
            while (8 << class < size && class < 3) class++;
            live[i].class = (int16_t)(small ? class : -1);
            live[i].size = (int16_t)size;
            live[i].at = small ? slab_alloc(class) : buddy_alloc((unsigned)size);
            if (live[i].at < 0) { h += 7; continue; }
            __builtin_memset(heap + live[i].at, i, (unsigned)size);
        }
        h = h * 31 + tree[1];
        for (int r = 0; r < 60; r++) {  // an arena that is wound back, with handles into it
            arena_at = 0;
            for (int i = 0; i < 128; i++) {
                table[i] = (uint16_t)arena(3 + (uint32_t)(i * r) % 29, 1u << (i & 3));
                heap[table[i]] = (uint8_t)(i + r);
            }
            uint32_t to = 0;
            for (int i = 0; i < 128; i += 2) {  // every second object is moved down
                uint32_t len = 3 + (uint32_t)(i * r) % 29;
                for (uint32_t j = 0; j < len; j++) heap[to + j] = heap[table[i] + j];
                table[i] = (uint16_t)to;
                to += len;
            }
            h = h * 31 + to + arena_at + heap[table[r]];
        }
    }
    return (int)h;
}
