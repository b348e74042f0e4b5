// Memory management: a malloc of our own under a splay tree, a least-recently-used cache and
// growing buffers. Stands for programs that are made of small objects: chains of dependent loads,
// pointers written in both directions, and an allocator that is asked all the time.
#include "workload.h"

// --- the allocator: blocks side by side, each with its size and the size of the one before, and
// free ones also in a list of their size class ---

enum { HEAP = 256 * 1024, HEADER = 8, SMALLEST = HEADER + 16, CLASSES = 16 };

typedef struct Block Block;
struct Block {
    uint32_t size_and_used; // in bytes with the header, a multiple of 8; the lowest bit: in use
    uint32_t size_before;
    Block *next, *previous; // only of a free block
};

static struct {
    _Alignas(8) uint8_t bytes[HEAP];
    Block *free[CLASSES];
    uint32_t live; // blocks in use
} heap;

static uint32_t size_of(const Block *block) { return block->size_and_used & ~1u; }
static bool is_used(const Block *block) { return block->size_and_used & 1; }
static Block *after(Block *block) { return (Block *)((uint8_t *)block + size_of(block)); }
static Block *before(Block *block) { return (Block *)((uint8_t *)block - block->size_before); }

// Four classes for each doubling would fit better; one keeps the search short.
static uint32_t class_of(uint32_t size) {
    uint32_t class = 27 - (uint32_t)__builtin_clz(size);
    return class < CLASSES ? class : CLASSES - 1;
}

static void list_free(Block *block) {
    Block **list = &heap.free[class_of(size_of(block))];
    block->previous = NULL;
    block->next = *list;
    if (*list) (*list)->previous = block;
    *list = block;
}

static void unlist(Block *block) {
    if (block->next) block->next->previous = block->previous;
    if (block->previous)
        block->previous->next = block->next;
    else
        heap.free[class_of(size_of(block))] = block->next;
}

static void set_size(Block *block, uint32_t size, bool used) {
    block->size_and_used = size | used;
    after(block)->size_before = size;
}

OUTLINE static void heap_start(void) {
    for (int i = 0; i < CLASSES; i++)
        heap.free[i] = NULL;
    heap.live = 0;
    // A header in use at the end, so that nothing is ever joined with what lies beyond.
    Block *first = (Block *)heap.bytes;
    set_size(first, HEAP - HEADER, false);
    first->size_before = 0;
    after(first)->size_and_used = HEADER | 1;
    list_free(first);
}

// Cuts a block that has more than it needs; the rest becomes free.
OUTLINE static void trim(Block *block, uint32_t size) {
    uint32_t rest = size_of(block) - size;
    if (rest < SMALLEST) {
        block->size_and_used |= 1;
        return;
    }
    set_size(block, size, true);
    Block *tail = after(block);
    set_size(tail, rest, false);
    if (!is_used(after(tail))) {
        Block *next = after(tail);
        unlist(next);
        set_size(tail, rest + size_of(next), false);
    }
    list_free(tail);
}

static uint32_t block_size(size_t payload) {
    uint32_t size = (uint32_t)(payload + HEADER + 7) & ~7u;
    return size < SMALLEST ? SMALLEST : size;
}

OUTLINE static void *allocate(size_t payload) {
    uint32_t size = block_size(payload);
    for (uint32_t class = class_of(size); class < CLASSES; class ++) {
        for (Block *block = heap.free[class]; block; block = block->next) {
            if (size_of(block) < size) continue;
            unlist(block);
            trim(block, size);
            heap.live++;
            return (uint8_t *)block + HEADER;
        }
    }
    check(false); // the workload never needs that much
    return NULL;
}

static Block *block_at(void *payload) { return (Block *)((uint8_t *)payload - HEADER); }

OUTLINE static void release(void *payload) {
    if (!payload) return;
    Block *block = block_at(payload);
    check(is_used(block));
    heap.live--;
    uint32_t size = size_of(block);
    Block *next = after(block);
    if (!is_used(next)) {
        unlist(next);
        size += size_of(next);
    }
    if (block->size_before && !is_used(before(block))) {
        block = before(block);
        unlist(block);
        size += size_of(block);
    }
    set_size(block, size, false);
    list_free(block);
}

OUTLINE static void *reallocate(void *payload, size_t wanted) {
    if (!payload) return allocate(wanted);
    Block *block = block_at(payload);
    uint32_t size = block_size(wanted);
    Block *next = after(block);
    if (size_of(block) < size && !is_used(next) && size_of(block) + size_of(next) >= size) {
        unlist(next);
        set_size(block, size_of(block) + size_of(next), true);
    }
    if (size_of(block) >= size) {
        trim(block, size);
        return payload;
    }
    void *moved = allocate(wanted);
    copy_bytes(moved, payload, size_of(block) - HEADER);
    release(payload);
    return moved;
}

static uint32_t place_of(const void *payload) {
    return (uint32_t)((const uint8_t *)payload - heap.bytes);
}

// --- a splay tree: what was asked for last is at the root ---

typedef struct Node Node;
struct Node {
    Node *left, *right;
    uint32_t key, size;
    uint8_t payload[];
};

// Brings the key, or one of its neighbours, to the root, from the top downwards: what is smaller is
// hung up in one tree, what is larger in another, and both are joined at the end.
OUTLINE static Node *splay(Node *root, uint32_t key) {
    if (!root) return NULL;
    Node rest = {.left = NULL, .right = NULL};
    Node *smaller = &rest, *larger = &rest;
    for (;;) {
        if (key < root->key) {
            if (!root->left) break;
            if (key < root->left->key) {
                Node *up = root->left;
                root->left = up->right;
                up->right = root;
                root = up;
                if (!root->left) break;
            }
            larger->left = root;
            larger = root;
            root = root->left;
        } else if (key > root->key) {
            if (!root->right) break;
            if (key > root->right->key) {
                Node *up = root->right;
                root->right = up->left;
                up->left = root;
                root = up;
                if (!root->right) break;
            }
            smaller->right = root;
            smaller = root;
            root = root->right;
        } else {
            break;
        }
    }
    smaller->right = root->left;
    larger->left = root->right;
    root->left = rest.right;
    root->right = rest.left;
    return root;
}

OUTLINE static Node *insert(Node *root, uint32_t key, uint32_t size) {
    root = splay(root, key);
    if (root && root->key == key) return root;
    Node *node = allocate(sizeof *node + size);
    *node = (Node){.key = key, .size = size};
    fill_bytes(node->payload, (uint8_t)key, size);
    if (root && root->key < key) {
        node->left = root;
        node->right = root->right;
        root->right = NULL;
    } else if (root) {
        node->right = root;
        node->left = root->left;
        root->left = NULL;
    }
    return node;
}

OUTLINE static Node *erase(Node *root, uint32_t key) {
    root = splay(root, key);
    if (!root || root->key != key) return root;
    Node *joined = root->right;
    if (root->left) {
        joined = splay(root->left, key); // its root is now the largest, without a right subtree
        joined->right = root->right;
    }
    release(root);
    return joined;
}

static uint32_t destroy(Node *root, uint32_t sum) {
    if (!root) return sum;
    sum = destroy(root->left, sum);
    sum = mix(sum, root->key + (root->size ? root->payload[root->size - 1] : 0));
    Node *right = root->right;
    release(root);
    return destroy(right, sum);
}

// --- a cache: a list by last use and a hash table with chains ---

enum { CACHED = 48, CHAINS = 32 };

typedef struct Item Item;
struct Item {
    Item *newer, *older, *chain;
    uint32_t key;
    uint8_t *text;
    uint32_t length, room;
};

typedef struct {
    Item ends; // a ring: ends.older is the newest item and ends.newer the oldest
    Item *chains[CHAINS];
    uint32_t count, hits;
} Cache;

static void cache_start(Cache *cache) {
    fill_bytes(cache, 0, sizeof *cache);
    cache->ends.newer = cache->ends.older = &cache->ends;
}

static void take_out(Item *item) {
    item->newer->older = item->older;
    item->older->newer = item->newer;
}

static void put_newest(Cache *cache, Item *item) {
    item->older = cache->ends.older;
    item->newer = &cache->ends;
    item->older->newer = item;
    cache->ends.older = item;
}

OUTLINE static void forget_oldest(Cache *cache) {
    Item *item = cache->ends.newer;
    take_out(item);
    Item **link = &cache->chains[item->key % CHAINS];
    while (*link != item)
        link = &(*link)->chain;
    *link = item->chain;
    release(item->text);
    release(item);
    cache->count--;
}

OUTLINE static Item *cached(Cache *cache, uint32_t key) {
    for (Item *item = cache->chains[key % CHAINS]; item; item = item->chain) {
        if (item->key != key) continue;
        cache->hits++;
        take_out(item);
        put_newest(cache, item);
        return item;
    }
    if (cache->count == CACHED) forget_oldest(cache);
    Item *item = allocate(sizeof *item);
    *item = (Item){.key = key, .chain = cache->chains[key % CHAINS]};
    cache->chains[key % CHAINS] = item;
    put_newest(cache, item);
    cache->count++;
    return item;
}

OUTLINE static void append(Item *item, uint32_t number) {
    do {
        if (item->length == item->room) {
            item->room = item->room ? item->room * 2 : 8;
            item->text = reallocate(item->text, item->room);
        }
        item->text[item->length++] = (uint8_t)('0' + number % 10);
    } while (number /= 10);
}

EXPORT_RUN int32_t run(int32_t n) {
    uint32_t sum = 0;
    for (uint32_t round = 0; round < (uint32_t)n; round++) {
        Random random = random_from(round);
        heap_start();
        Node *tree = NULL;
        Cache cache;
        cache_start(&cache);
        for (int i = 0; i < 700; i++) {
            uint32_t key = random_below(&random, 400);
            if (random_below(&random, 3))
                tree = insert(tree, key, random_below(&random, 200));
            else
                tree = erase(tree, key);
            if (tree) sum = mix(sum, tree->key + place_of(tree));

            // Small numbers are asked for more often.
            Item *item = cached(&cache, random_below(&random, 16) * random_below(&random, 16));
            append(item, random_next(&random) >> random_below(&random, 32));
            sum = mix(sum, item->length + place_of(item->text));
        }
        while (cache.count) {
            Item *oldest = cache.ends.newer;
            sum = mix_bytes(sum, oldest->text, oldest->length);
            forget_oldest(&cache);
        }
        sum = destroy(tree, mix(sum, cache.hits));

        // Everything was given back, and joined to one block again.
        Block *first = (Block *)heap.bytes;
        check(heap.live == 0 && !is_used(first) && size_of(first) == HEAP - HEADER);
    }
    return (int32_t)sum;
}
