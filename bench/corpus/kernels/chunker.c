// Content-defined chunking with a 64-bit gear hash, chunks deduplicated by a strong hash in a small index.
#include <stdint.h>
#include <stddef.h>

static uint64_t gear[256];
static uint8_t input[40000];

typedef struct entry {
    uint64_t hash;
    uint32_t offset, length, uses;
    struct entry *next;
} entry;

static entry pool[1024], *buckets[128];
static int used;

static size_t cut(const uint8_t *p, size_t n, size_t least, size_t normal, size_t most) {
    uint64_t h = 0;
    size_t i = least;
    const uint64_t strict = 0x0003590703530000u << 4, loose = 0x0000d90003530000u & ~0x50000000000u;
    if (n <= least) return n;
    if (n > most) n = most;
    size_t middle = n < normal ? n : normal;
    for (; i < middle; i++) {
        h = (h << 1) + gear[p[i]];
        if (!(h & (strict >> 20))) return i;
    }
    for (; i < n; i++) {
        h = (h << 1) + gear[p[i]];
        if (!(h & (loose >> 24))) return i;
    }
    return n;
}

static uint64_t digest(const uint8_t *p, size_t n) {
    uint64_t a = 0x243f6a8885a308d3u ^ n, b = 0x13198a2e03707344u;
    for (size_t i = 0; i < n; i++) {
        a = (a ^ p[i]) * 0x100000001b3u;
        b += a << 23 | a >> 41;
        if ((i & 15) == 15) a ^= b >> 7;
    }
    return a ^ b * 0xff51afd7ed558ccdu;
}

static entry *store(const uint8_t *base, size_t offset, size_t length) {
    uint64_t h = digest(base + offset, length);
    entry **head = &buckets[h >> 57];
    for (entry *e = *head; e; e = e->next)
        if (e->hash == h && e->length == length) {
            e->uses++;
            return e;
        }
    entry *e = &pool[used++];
    *e = (entry){h, (uint32_t)offset, (uint32_t)length, 1, *head};
    return *head = e;
}

__attribute__((export_name("run"))) int run(int n) {
    uint64_t s = 99, check = 0;
    for (int i = 0; i < 256; i++) {
        s = s * 6364136223846793005u + 1442695040888963407u;
        gear[i] = s ^ s >> 33;
    }
    for (int k = 0; k < n * 2; k++) {
        for (size_t i = 0; i < sizeof input; i++) {
            if (i % 10000 < 2000 || i < 10000) {
                s = s * 6364136223846793005u + 1442695040888963407u;
                input[i] = (uint8_t)(s >> 60 | 0x40);
            } else
                input[i] = input[i - 10007 + (i / 10000)];
        }
        for (int i = 0; i < 128; i++) buckets[i] = NULL;
        used = 0;
        size_t at = 0, saved = 0, chunks = 0;
        while (at < sizeof input && used < 1000) {
            size_t len = cut(input + at, sizeof input - at, 64, 256, 1024);
            entry *e = store(input, at, len);
            if (e->uses > 1) saved += len;
            at += len;
            chunks++;
        }
        check = check * 1000003u + saved * 31 + chunks + (uint64_t)used;
        for (int i = 0; i < used; i++) check ^= pool[i].hash >> (i & 31);
    }
    return (int)(check ^ check >> 32);
}
