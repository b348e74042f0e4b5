// 64-bit integers: a keyed hash, a four-lane block hash, and two hash tables built on them. Stands
// for databases and caches: multiplications, rotations and shifts of i64, and probes into tables
// at addresses that look random.
#include "workload.h"

static uint64_t load64(const uint8_t *at) {
    uint64_t word;
    copy_bytes(&word, at, sizeof word);
    return word;
}

static uint64_t load_tail(const uint8_t *at, size_t size) {
    uint64_t word = 0;
    for (size_t i = 0; i < size; i++)
        word |= (uint64_t)at[i] << (8 * i);
    return word;
}

// --- SipHash: four words of state, additions, rotations and exclusive ors ---

typedef struct {
    uint64_t a, b, c, d;
} Sip;

static inline void sip_rounds(Sip *s, int rounds) {
    while (rounds--) {
        s->a += s->b;
        s->c += s->d;
        s->b = rotate_left64(s->b, 13) ^ s->a;
        s->d = rotate_left64(s->d, 16) ^ s->c;
        s->a = rotate_left64(s->a, 32);
        s->c += s->b;
        s->a += s->d;
        s->b = rotate_left64(s->b, 17) ^ s->c;
        s->d = rotate_left64(s->d, 21) ^ s->a;
        s->c = rotate_left64(s->c, 32);
    }
}

OUTLINE static uint64_t siphash(const uint8_t *bytes, size_t size, uint64_t key0, uint64_t key1) {
    Sip s = {key0 ^ 0x736f6d6570736575u, key1 ^ 0x646f72616e646f6du, key0 ^ 0x6c7967656e657261u,
             key1 ^ 0x7465646279746573u};
    size_t i = 0;
    for (; i + 8 <= size; i += 8) {
        uint64_t word = load64(bytes + i);
        s.d ^= word;
        sip_rounds(&s, 2);
        s.a ^= word;
    }
    uint64_t last = load_tail(bytes + i, size - i) | (uint64_t)size << 56;
    s.d ^= last;
    sip_rounds(&s, 2);
    s.a ^= last;
    s.c ^= 0xff;
    sip_rounds(&s, 4);
    return s.a ^ s.b ^ s.c ^ s.d;
}

// --- a block hash: 32 bytes at a time in four independent lanes ---

static const uint64_t odd[] = {0x9e3779b97f4a7c15u, 0xbf58476d1ce4e5b9u, 0x94d049bb133111ebu,
                               0xd6e8feb86659fd93u};

static uint64_t stir(uint64_t lane, uint64_t word) {
    return rotate_left64(lane + word * odd[1], 31) * odd[0];
}

static uint64_t finish(uint64_t x) {
    x = (x ^ x >> 32) * odd[3];
    x = (x ^ x >> 29) * odd[2];
    return x ^ x >> 32;
}

OUTLINE static uint64_t block_hash(const uint8_t *bytes, size_t size, uint64_t seed) {
    uint64_t lanes[4];
    for (int i = 0; i < 4; i++)
        lanes[i] = seed ^ odd[i];
    size_t at = 0;
    for (; at + 32 <= size; at += 32) {
        for (int i = 0; i < 4; i++)
            lanes[i] = stir(lanes[i], load64(bytes + at + 8 * i));
    }
    uint64_t hash = size;
    for (int i = 0; i < 4; i++)
        hash = stir(hash, rotate_left64(lanes[i], 1 + 6 * (unsigned)i));
    for (; at + 8 <= size; at += 8)
        hash = stir(hash, load64(bytes + at));
    return finish(stir(hash, load_tail(bytes + at, size - at)));
}

// The whole 128 bits of a product, folded: both halves depend on all bits of both factors.
static uint64_t fold_product(uint64_t a, uint64_t b) {
    uint64_t a_low = (uint32_t)a, a_high = a >> 32, b_low = (uint32_t)b, b_high = b >> 32;
    uint64_t low = a_low * b_low, middle = a_high * b_low + (low >> 32);
    uint64_t other = a_low * b_high + (uint32_t)middle;
    uint64_t high = a_high * b_high + (middle >> 32) + (other >> 32);
    return high ^ (other << 32 | (uint32_t)low);
}

// --- a hash table from 64-bit keys to 64-bit values, with Robin Hood's rule: an entry that is
// far from home takes the place of one that is near ---

enum { BUCKETS = 1024, ENTRIES = 700 };

typedef struct {
    uint64_t key, value; // key 0: empty
} Entry;

static uint32_t home(uint64_t key) { return (uint32_t)(fold_product(key, odd[0]) >> 54); }

static uint32_t distance_from_home(const Entry *table, uint32_t at) {
    return (at - home(table[at].key)) % BUCKETS;
}

OUTLINE static void insert(Entry *table, uint64_t key, uint64_t value) {
    Entry entry = {key, value};
    uint32_t at = home(key), distance = 0;
    for (;; at = (at + 1) % BUCKETS, distance++) {
        if (table[at].key == 0 || table[at].key == entry.key) {
            table[at] = entry;
            return;
        }
        uint32_t other = distance_from_home(table, at);
        if (other < distance) {
            Entry poorer = table[at];
            table[at] = entry;
            entry = poorer;
            distance = other;
        }
    }
}

OUTLINE static Entry *lookup(Entry *table, uint64_t key) {
    uint32_t at = home(key);
    for (uint32_t distance = 0;; at = (at + 1) % BUCKETS, distance++) {
        if (table[at].key == key) return &table[at];
        if (table[at].key == 0 || distance_from_home(table, at) < distance) return NULL;
    }
}

OUTLINE static void erase(Entry *table, Entry *entry) {
    uint32_t at = (uint32_t)(entry - table);
    for (;;) {
        uint32_t next = (at + 1) % BUCKETS;
        if (table[next].key == 0 || distance_from_home(table, next) == 0) break;
        table[at] = table[next];
        at = next;
    }
    table[at] = (Entry){0, 0};
}

// --- a Bloom filter: three bits for each key ---

enum { FILTER_WORDS = 128 };

OUTLINE static bool filter_add(uint64_t *filter, uint64_t hash) {
    bool known = true;
    for (int i = 0; i < 3; i++, hash = rotate_left64(hash, 21)) {
        uint64_t bit = (uint64_t)1 << (hash & 63);
        uint64_t *word = &filter[hash >> 6 & (FILTER_WORDS - 1)];
        known = known && (*word & bit);
        *word |= bit;
    }
    return known;
}

EXPORT_RUN int32_t run(int32_t n) {
    static uint8_t bytes[4096];
    static Entry table[BUCKETS];
    static uint64_t filter[FILTER_WORDS];
    uint64_t sum = 0;
    for (uint32_t round = 0; round < (uint32_t)n; round++) {
        uint64_t state = finish(round + odd[3]);
        for (size_t i = 0; i < sizeof bytes; i += 8) {
            state += odd[0];
            uint64_t word = finish(state);
            copy_bytes(bytes + i, &word, 8);
        }

        sum = stir(sum, block_hash(bytes, sizeof bytes - round % 40, round));
        for (size_t size = 0, at = 0; at + size <= sizeof bytes;
             at += size, size = (size + 5) % 64) {
            sum = stir(sum, siphash(bytes + at, size, state, round));
        }

        fill_bytes(table, 0, sizeof table);
        fill_bytes(filter, 0, sizeof filter);
        uint32_t repeated = 0;
        for (uint32_t i = 0; i < ENTRIES; i++) {
            uint64_t key = finish(round * 3 + i * i % 997) | 1;
            repeated += filter_add(filter, finish(key));
            insert(table, key, sum + i);
        }
        for (uint32_t i = 0; i < 997; i++) {
            Entry *entry = lookup(table, finish(round * 3 + i) | 1);
            if (!entry) continue;
            sum = fold_product(sum ^ entry->value, odd[2]) + i;
            if (i % 3 == 0) erase(table, entry);
        }
        for (uint32_t i = 0; i < BUCKETS; i++)
            sum += table[i].key ^ table[i].value * i;
        sum = stir(sum, repeated);
    }
    return (int32_t)(uint32_t)(sum ^ sum >> 32);
}
