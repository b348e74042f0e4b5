// Hash map from strings with groups of control bytes compared eight at a time in a 64-bit word, tombstones and growth.
#include <stdint.h>
#define memset __builtin_memset
#define memcpy __builtin_memcpy

#define CAP 1024
#define EMPTY 0x80
#define DELETED 0xfe

typedef struct { const char *key; uint32_t len, value; } entry;
typedef struct { uint8_t ctrl[CAP]; entry slots[CAP]; uint32_t mask, used, live; } map;

static map maps[2];
static char arena[32000];
static uint32_t arena_at;

static uint64_t hash(const char *s, uint32_t n) {
    uint64_t h = n * 0x9e3779b97f4a7c15u;
    while (n--) h = (h ^ (uint8_t)*s++) * 0x100000001b3u;
    h ^= h >> 32;
    return h * 0xd6e8feb86659fd93u;
}

static uint64_t group(const map *m, uint32_t g) {
    uint64_t w;
    memcpy(&w, m->ctrl + g * 8, 8);
    return w;
}

static uint64_t match(uint64_t w, uint8_t tag) {
    uint64_t x = w ^ 0x0101010101010101u * tag;
    return (x - 0x0101010101010101u) & ~x & 0x8080808080808080u;
}

static entry *find(map *m, const char *key, uint32_t len) {
    uint64_t h = hash(key, len);
    uint8_t tag = h & 0x7f;
    for (uint32_t g = (uint32_t)(h >> 40), step = 0;; g += ++step) {
        uint64_t w = group(m, g & m->mask);
        for (uint64_t hit = match(w, tag); hit; hit &= hit - 1) {
            entry *e = &m->slots[(g & m->mask) * 8 + (uint32_t)__builtin_ctzll(hit) / 8];
            uint32_t i = 0;
            if (e->len != len) continue;
            while (i < len && e->key[i] == key[i]) i++;
            if (i == len && m->ctrl[e - m->slots] == tag) return e;
        }
        if (match(w, EMPTY) || step > m->mask) return 0;
    }
}

static void place(map *m, entry e) {
    uint64_t h = hash(e.key, e.len);
    for (uint32_t g = (uint32_t)(h >> 40), step = 0;; g += ++step) {
        uint64_t open = group(m, g & m->mask) & 0x8080808080808080u;
        if (!open) continue;
        uint32_t at = (g & m->mask) * 8 + (uint32_t)__builtin_ctzll(open) / 8;
        m->used += m->ctrl[at] == EMPTY;
        m->ctrl[at] = h & 0x7f;
        m->slots[at] = e;
        m->live++;
        return;
    }
}

static void reset(map *m, uint32_t groups) {
    memset(m->ctrl, EMPTY, sizeof m->ctrl);
    m->mask = groups - 1;
    m->used = m->live = 0;
}

static map *grow(map *m) {
    map *to = m == maps ? maps + 1 : maps;
    uint32_t groups = m->mask + 1;
    reset(to, m->live * 2 > groups * 7 && groups < CAP / 8 ? groups * 2 : groups);
    for (uint32_t i = 0; i < groups * 8; i++)
        if (m->ctrl[i] < 0x80) place(to, m->slots[i]);
    return to;
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t s = 10, h = 0;
    for (int k = 0; k < n * 6; k++) {
        map *m = maps;
        reset(m, 2);
        arena_at = 0;
        for (int i = 0; i < 6000; i++) {
            char key[24];
            uint32_t len = 0;
            s = s * 1664525u + 1013904223u;
            for (const char *p = (s >> 9 & 3) ? "user:" : "item/"; *p;) key[len++] = *p++;
            for (uint32_t v = (s >> 16) % 900; v; v /= 10) key[len++] = (char)('0' + v % 10);
            entry *e = find(m, key, len);
            if (e && (s >> 12 & 15) < 5) {
                m->ctrl[e - m->slots] = DELETED;
                m->live--;
                h ^= e->value;
            } else if (e) {
                e->value += (uint32_t)i;
            } else if (arena_at + len < sizeof arena) {
                if (m->used * 8 >= (m->mask + 1) * 56) m = grow(m);
                memcpy(arena + arena_at, key, len);
                place(m, (entry){arena + arena_at, len, 1});
                arena_at += len;
            }
            if (m->live > 850) break;
        }
        for (uint32_t i = 0; i < (m->mask + 1) * 8; i++)
            if (m->ctrl[i] < 0x80) h = h * 31 + m->slots[i].value + m->slots[i].len;
        h += m->live * 7 + m->used;
    }
    return (int)h;
}
