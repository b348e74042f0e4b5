// Least-significant-digit radix sort of float-like and signed keys, with an index permutation.
#include <stdint.h>
#include <stddef.h>

#define N 12000

static uint32_t keys[N];
static uint16_t order[N], scratch[N];
static uint8_t strs[N / 4][4];

static void radix_pass(const uint16_t *src, uint16_t *dst, int shift)
{
    uint32_t count[257] = {0};
    for (size_t i = 0; i < N; i++)
        count[(keys[src[i]] >> shift & 0xff) + 1]++;
    for (int d = 0; d < 256; d++)
        count[d + 1] += count[d];
    for (size_t i = 0; i < N; i++)
        dst[count[keys[src[i]] >> shift & 0xff]++] = src[i];
}

static void msd(uint8_t (*s)[4], int n, int d)
{
    if (n < 2 || d == 4)
        return;
    int lt = 0, gt = n - 1, i = 0;
    uint8_t pivot = s[n / 2][d];
    while (i <= gt) {
        int c = s[i][d] - pivot;
        if (c == 0) {
            i++;
            continue;
        }
        int j = c < 0 ? lt++ : gt--;
        for (int b = 0; b < 4; b++) {
            uint8_t t = s[i][b];
            s[i][b] = s[j][b];
            s[j][b] = t;
        }
        if (c < 0)
            i++;
    }
    msd(s, lt, d);
    msd(s + lt, gt - lt + 1, d + 1);
    msd(s + gt + 1, n - gt - 1, d);
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t x = 0xC0FFEE, h = 0;
    do {
        for (int i = 0; i < N; i++) {
            x ^= x << 13;
            x ^= x >> 17;
            x ^= x << 5;
            keys[i] = x ^ 0x80000000u; // order signed numbers as unsigned
            order[i] = (uint16_t)i;
            if (i % 4 == 0)
                for (int b = 0; b < 4; b++)
                    strs[i / 4][b] = (uint8_t)('a' + (x >> (8 * b)) % 20);
        }
        for (int shift = 0; shift < 32; shift += 16) {
            radix_pass(order, scratch, shift);
            radix_pass(scratch, order, shift + 8);
        }
        msd(strs, N / 4, 0);
        for (int i = 0; i < N; i++)
            h = h * 31 + order[i] + strs[i / 4][i & 3];
    } while (--n > 0);
    return (int)h;
}
