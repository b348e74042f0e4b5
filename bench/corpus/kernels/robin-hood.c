// Robin Hood hash set of 64-bit keys in parallel arrays, with tracked probe distances.
#include <stddef.h>
#include <stdint.h>

enum { LOG2 = 12, SIZE = 1 << LOG2 };
static uint64_t keys[SIZE];
static uint8_t dist[SIZE]; // probe distance + 1; 0 is an empty place
static uint64_t state = 88172645463325252ull;

static uint64_t next64(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static inline size_t home(uint64_t k)
{
    return (size_t)((k * 0x9E3779B97F4A7C15ull) >> (64 - LOG2));
}

static int insert(uint64_t k)
{
    size_t at = home(k);
    uint8_t d = 1;
    for (;; at = (at + 1) % SIZE, d++) {
        if (dist[at] == 0) {
            keys[at] = k;
            dist[at] = d;
            return 1;
        }
        if (dist[at] == d && keys[at] == k)
            return 0;
        if (dist[at] < d) {
            uint64_t tk = keys[at];
            uint8_t td = dist[at];
            keys[at] = k;
            dist[at] = d;
            k = tk;
            d = td;
        }
        if (d == 250)
            return -1;
    }
}

static size_t find(uint64_t k)
{
    size_t at = home(k);
    for (unsigned d = 1; dist[at] >= d; d++) {
        if (keys[at] == k)
            return at;
        at = (at + 1) % SIZE;
    }
    return SIZE;
}

static int discard(uint64_t k)
{
    size_t at = find(k);
    if (at == SIZE)
        return 0;
    size_t nx = (at + 1) % SIZE;
    while (dist[nx] > 1) {
        keys[at] = keys[nx];
        dist[at] = (uint8_t)(dist[nx] - 1);
        at = nx;
        nx = (nx + 1) % SIZE;
    }
    dist[at] = 0;
    return 1;
}

__attribute__((export_name("run"))) int run(int n)
{
    uint64_t check = 0;
    for (int r = 0; r < n; r++) {
        for (int i = 0; i < SIZE; i++)
            dist[i] = 0;
        int live = 0;
        for (int i = 0; i < 30000; i++) {
            uint64_t k = next64() % 5000 * 0x100000001ull;
            if (live < 3500 && (i & 1)) {
                if (insert(k) == 1)
                    live++;
            } else if (i % 4 == 0) {
                live -= discard(k);
            } else {
                check = check * 3 + find(k);
            }
        }
        check ^= (uint64_t)live << 20;
    }
    return (int)(check ^ check >> 32);
}
