// Combinatorics: N-queens by bits, permutations in lexicographic order, 0/1 knapsack, subset sums.
#include <stdint.h>
#include <stddef.h>

static int queens(uint32_t all, uint32_t cols, uint32_t left, uint32_t right)
{
    if (cols == all)
        return 1;
    int found = 0;
    for (uint32_t free = all & ~(cols | left | right); free;) {
        uint32_t bit = free & (0u - free);
        free ^= bit;
        found += queens(all, cols | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    return found;
}

static int next_permutation(uint8_t *p, int n)
{
    int i = n - 2, j = n - 1;
    while (i >= 0 && p[i] >= p[i + 1])
        i--;
    if (i < 0)
        return 0;
    while (p[j] <= p[i])
        j--;
    uint8_t t = p[i];
    p[i] = p[j];
    p[j] = t;
    for (i++, j = n - 1; i < j; i++, j--) {
        t = p[i];
        p[i] = p[j];
        p[j] = t;
    }
    return 1;
}

struct thing { int weight, price; };

static int knapsack(const struct thing *t, size_t n, int capacity)
{
    static int best[1001];
    for (int w = 0; w <= capacity; w++)
        best[w] = 0;
    for (const struct thing *end = t + n; t < end; t++)
        for (int w = capacity; w >= t->weight; w--) {
            int with = best[w - t->weight] + t->price;
            if (with > best[w])
                best[w] = with;
        }
    return best[capacity];
}

static uint64_t subset_sums(const int *v, int n)
{
    static uint64_t bits[16];
    for (int i = 0; i < 16; i++)
        bits[i] = i == 0;
    for (int k = 0; k < n; k++) {
        int words = v[k] / 64, shift = v[k] % 64;
        for (int i = 15; i >= words; i--) {
            uint64_t b = bits[i - words] << shift;
            if (shift && i > words)
                b |= bits[i - words - 1] >> (64 - shift);
            bits[i] |= b;
        }
    }
    uint64_t h = 0;
    for (int i = 0; i < 16; i++)
        h = h * 3 + (uint64_t)__builtin_popcountll(bits[i]) + bits[i];
    return h;
}

__attribute__((export_name("run"))) int run(int n)
{
    uint64_t h = 0;
    uint32_t s = 10;
    for (int r = 0; r < n; r++) {
        h = h * 31 + (uint64_t)queens((1u << (8 + r % 2)) - 1, 0, 0, 0);
        uint8_t p[7] = {0, 1, 2, 3, 4, 5, 6};
        do
            h += (uint64_t)(p[0] * 7 + p[3]) ^ h << 1;
        while (next_permutation(p, 7));
        struct thing things[60];
        int v[60];
        for (int i = 0; i < 60; i++) {
            s = s * 69069u + 1u;
            things[i].weight = 5 + (int)(s >> 26);
            things[i].price = 10 + (int)(s >> 20 & 63);
            v[i] = 1 + (int)(s >> 15) % 150;
        }
        h ^= (uint64_t)knapsack(things, 60, 1000) << 8;
        for (int i = 1; i < 60; i++)
            h += subset_sums(v, i);
    }
    return (int)(h ^ h >> 32);
}
