// Succinct sequences: ranks and selects over 64-bit words with a directory, Elias-Fano lists, a wavelet matrix.
#include <stdint.h>
#define memcpy __builtin_memcpy
#define memset __builtin_memset

#define BITS 16384
#define WORDS (BITS / 64)

struct vec {
    uint64_t w[WORDS + 1];
    uint16_t before[WORDS + 1];
};

static struct vec upper, level[6];
static uint64_t lows[1200];
static uint8_t symbols[2][6000];

static void index_vec(struct vec *v) {
    unsigned c = 0;
    for (int i = 0; i <= WORDS; i++) {
        v->before[i] = (uint16_t)c;
        c += (unsigned)__builtin_popcountll(v->w[i]);
    }
}

static unsigned rank1(const struct vec *v, unsigned i) {
    return v->before[i >> 6] + (unsigned)__builtin_popcountll(v->w[i >> 6] & ((1ull << (i & 63)) - 1));
}

static int select_word(uint64_t x, unsigned k) {
    uint64_t s = x - (x >> 1 & 0x5555555555555555u);
    s = (s & 0x3333333333333333u) + (s >> 2 & 0x3333333333333333u);
    s = ((s + (s >> 4)) & 0x0f0f0f0f0f0f0f0fu) * 0x0101010101010101u;
    int shift = 0;
    while (shift < 56 && (s >> shift & 255) <= k) shift += 8;
    if (shift) k -= (unsigned)(s >> (shift - 8) & 255);
    x >>= shift;
    while (k--) x &= x - 1;
    return shift + __builtin_ctzll(x);
}

static unsigned select1(const struct vec *v, unsigned k) {
    unsigned lo = 0, hi = WORDS;
    while (hi - lo > 1) {
        unsigned mid = (lo + hi) / 2;
        if (v->before[mid] <= k) lo = mid;
        else hi = mid;
    }
    return lo * 64 + (unsigned)select_word(v->w[lo], k - v->before[lo]);
}

static void put_low(unsigned i, uint64_t v, int width) {
    unsigned at = i * (unsigned)width, sh = at & 63;
    lows[at >> 6] |= v << sh;
    if (sh + (unsigned)width > 64) lows[(at >> 6) + 1] |= v >> (64 - sh);
}

static uint64_t get_low(unsigned i, int width) {
    unsigned at = i * (unsigned)width, sh = at & 63;
    uint64_t v = lows[at >> 6] >> sh;
    if (sh + (unsigned)width > 64) v |= lows[(at >> 6) + 1] << (64 - sh);
    return v & ((1ull << width) - 1);
}

static void wavelet(unsigned n, unsigned *zeros) {
    uint8_t *a = symbols[0], *b = symbols[1];
    for (int l = 5; l >= 0; l--) {
        unsigned z = 0, o = 0;
        memset(&level[l], 0, sizeof level[l]);
        for (unsigned i = 0; i < n; i++) {
            if (a[i] >> l & 1) level[l].w[i >> 6] |= 1ull << (i & 63);
            else z++;
        }
        zeros[l] = z;
        unsigned k = 0;
        for (unsigned i = 0; i < n; i++) *(a[i] >> l & 1 ? &b[z + o++] : &b[k++]) = a[i];
        index_vec(&level[l]);
        uint8_t *t = a;
        a = b;
        b = t;
    }
}

__attribute__((export_name("run"))) int run(int n) {
    uint64_t s = 7, check = 0;
    for (int k = 0; k < n; k++) {
        memset(&upper, 0, sizeof upper);
        memset(lows, 0, sizeof lows);
        uint64_t value = 0;
        for (unsigned i = 0; i < 5000; i++) {
            s = s * 6364136223846793005u + 1442695040888963407u;
            value += s >> 51;
            put_low(i, value & 4095, 12);
            unsigned at = (unsigned)(value >> 12) + i;
            upper.w[at >> 6] |= 1ull << (at & 63);
        }
        index_vec(&upper);
        for (unsigned i = 0; i < 5000; i += 2) check = check * 31 + ((uint64_t)(select1(&upper, i) - i) << 12 | get_low(i, 12));
        unsigned zeros[6];
        for (int i = 0; i < 6000; i++) symbols[0][i] = (uint8_t)((unsigned)(i * i + k) % 61);
        wavelet(6000, zeros);
        for (unsigned q = 0; q < 1500; q++) {  // the k-th smallest in a range
            unsigned lo = q * 3, hi = lo + 1 + q % 997, kth = (hi - lo) / 3, v = 0;
            for (int l = 5; l >= 0; l--) {
                unsigned l1 = rank1(&level[l], lo), h1 = rank1(&level[l], hi), z = (hi - lo) - (h1 - l1);
                if (kth < z) lo -= l1, hi -= h1;
                else kth -= z, lo = zeros[l] + l1, hi = zeros[l] + h1, v |= 1u << l;
            }
            check += v * (q + 1);
        }
    }
    return (int)(check ^ check >> 32);
}
