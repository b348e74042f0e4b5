// Bit matrices: transposing 64 by 64 by swaps of blocks, products over GF(2), rank, Morton keys in three dimensions.
#include <stdint.h>

static uint64_t m[64], t[64], p[64];

static void transpose(uint64_t a[64])
{
    uint64_t mask = 0x00000000ffffffffu;
    for (int j = 32; j; j >>= 1, mask ^= mask << j)
        for (int k = 0; k < 64; k = ((k | j) + 1) & ~j) {
            uint64_t x = (a[k] >> j ^ a[k | j]) & mask;
            a[k] ^= x << j;
            a[k | j] ^= x;
        }
}

static void multiply(uint64_t *r, const uint64_t *a, const uint64_t *b)
{
    for (int i = 0; i < 64; i++) {
        uint64_t row = a[i], acc = 0;
        while (row) {
            acc ^= b[__builtin_ctzll(row)];
            row &= row - 1;
        }
        r[i] = acc;
    }
}

static int parity_product(const uint64_t *a, const uint64_t *bt, uint64_t *r)
{
    int ones = 0;
    for (int i = 0; i < 64; i++) {
        uint64_t w = 0;
        for (int j = 0; j < 64; j++)
            w |= (uint64_t)(__builtin_popcountll(a[i] & bt[j]) & 1) << j;
        r[i] = w;
        ones += __builtin_popcountll(w);
    }
    return ones;
}

static int rank_of(uint64_t *a)
{
    int rank = 0;
    for (int col = 0; col < 64 && rank < 64; col++) {
        int piv = rank;
        while (piv < 64 && !(a[piv] >> col & 1))
            piv++;
        if (piv == 64)
            continue;
        uint64_t row = a[piv];
        a[piv] = a[rank];
        a[rank] = row;
        for (int i = 0; i < 64; i++)
            if (i != rank && a[i] >> col & 1)
                a[i] ^= row;
        rank++;
    }
    return rank;
}

static uint64_t spread3(uint64_t x)
{
    x &= 0x1fffff;
    x = (x | x << 32) & 0x1f00000000ffffu;
    x = (x | x << 16) & 0x1f0000ff0000ffu;
    x = (x | x << 8) & 0x100f00f00f00f00fu;
    x = (x | x << 4) & 0x10c30c30c30c30c3u;
    return (x | x << 2) & 0x1249249249249249u;
}

static uint64_t gather3(uint64_t x)
{
    x &= 0x1249249249249249u;
    x = (x | x >> 2) & 0x10c30c30c30c30c3u;
    x = (x | x >> 4) & 0x100f00f00f00f00fu;
    x = (x | x >> 8) & 0x1f0000ff0000ffu;
    x = (x | x >> 16) & 0x1f00000000ffffu;
    return (x | x >> 32) & 0x1fffff;
}

__attribute__((export_name("run"))) int run(int n)
{
    uint64_t s = 0x123456789abcdef, h = 0;
    for (int k = 0; k < n * 10; k++) {
        for (int i = 0; i < 64; i++) {
            s ^= s << 7;
            s ^= s >> 9;
            m[i] = t[i] = i % 9 ? s : m[i ? i - 1 : 0];
        }
        transpose(t);
        multiply(p, m, t);
        h += (uint64_t)parity_product(m, m, t);
        for (int i = 0; i < 64; i++)
            h = h * 3 + (p[i] ^ t[i]);
        h += (uint64_t)rank_of(m) << 20;
        for (uint64_t i = 0; i < 2000; i++) {
            uint64_t key = spread3(i * 7) | spread3(i * i) << 1 | spread3(s >> (i & 31)) << 2;
            h ^= key * 0x9e3779b97f4a7c15u + gather3(key >> 1);
        }
    }
    return (int)(h ^ h >> 32);
}
