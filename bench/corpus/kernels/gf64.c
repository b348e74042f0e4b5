// The field of 2^64 elements: carry-less products by windows of four bits, inverses by powers, a polynomial MAC.
#include <stdint.h>

#define POLY 0x1bu

static uint64_t reduce(uint64_t hi, uint64_t lo)
{
    for (int pass = 0; pass < 2; pass++) {
        uint64_t h = hi;
        lo ^= h ^ h << 1 ^ h << 3 ^ h << 4;
        hi = h >> 63 ^ h >> 61 ^ h >> 60;
    }
    return lo;
}

static uint64_t mul(uint64_t a, uint64_t b)
{
    uint64_t low[16], top[16], hi = 0, lo = 0;
    low[0] = top[0] = 0;
    low[1] = a;
    top[1] = 0;
    for (int i = 2; i < 16; i += 2) {
        low[i] = low[i / 2] << 1;
        top[i] = top[i / 2] << 1 | low[i / 2] >> 63;
        low[i + 1] = low[i] ^ a;
        top[i + 1] = top[i];
    }
    for (int s = 60; s >= 0; s -= 4) {
        unsigned d = (unsigned)(b >> s) & 15;
        hi = hi << 4 | lo >> 60;
        lo <<= 4;
        lo ^= low[d];
        hi ^= top[d];
    }
    return reduce(hi, lo);
}

static uint64_t spread(uint64_t x)
{
    x &= 0xffffffffu;
    x = (x | x << 16) & 0x0000ffff0000ffffu;
    x = (x | x << 8) & 0x00ff00ff00ff00ffu;
    x = (x | x << 4) & 0x0f0f0f0f0f0f0f0fu;
    x = (x | x << 2) & 0x3333333333333333u;
    return (x | x << 1) & 0x5555555555555555u;
}

static uint64_t square(uint64_t a) { return reduce(spread(a >> 32), spread(a)); }

static uint64_t slow_mul(uint64_t a, uint64_t b)
{
    uint64_t r = 0;
    for (; b; b >>= 1) {
        r ^= a & -(b & 1);
        a = a << 1 ^ (POLY & -(a >> 63));
    }
    return r;
}

static uint64_t inverse(uint64_t a)
{
    uint64_t r = 1, p = a;
    for (int i = 1; i < 64; i++) {
        p = square(p);
        r = mul(r, p);
    }
    return r;
}

__attribute__((export_name("run"))) int run(int n)
{
    static uint64_t data[512];
    uint64_t x = 1, check = 0;
    for (int k = 0; k < n * 4; k++) {
        for (int i = 0; i < 512; i++) {
            x = x << 1 ^ (POLY & -(x >> 63));
            data[i] = x ^ (uint64_t)i << 32;
        }
        uint64_t key = data[17] | 1, tag = 0;
        for (int i = 0; i < 512; i++)
            tag = mul(tag ^ data[i], key);
        for (int i = 0; i < 512; i += 40) {
            uint64_t inv = inverse(data[i]);
            check += mul(inv, data[i]) == 1;
            check ^= slow_mul(inv, tag) == mul(tag, inv) ? inv << (i & 7) : 1;
        }
        check = check * 5 + tag;
    }
    return (int)(check >> 32 ^ check);
}
