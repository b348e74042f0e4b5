// CRC-16 bitwise and by nibbles, Adler-32, Fletcher-32, Internet checksum; MT-like and PCG noise.
#include <stdint.h>
#include <stddef.h>

typedef uint32_t sum_fn(const uint8_t *p, size_t n);

static uint32_t crc16_bits(const uint8_t *p, size_t n)
{
    uint16_t crc = 0xffff;
    while (n--) {
        crc ^= (uint16_t)(*p++ << 8);
        for (int i = 0; i < 8; i++)
            crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
    }
    return crc;
}

static uint32_t crc16_nibbles(const uint8_t *p, size_t n)
{
    static uint16_t table[16];
    if (table[1] == 0)
        for (unsigned i = 0; i < 16; i++) {
            unsigned c = i;
            for (int k = 0; k < 4; k++)
                c = c & 1 ? c >> 1 ^ 0xa001u : c >> 1;
            table[i] = (uint16_t)c;
        }
    unsigned crc = 0;
    for (const uint8_t *end = p + n; p < end; p++) {
        crc = crc >> 4 ^ table[(crc ^ *p) & 15];
        crc = crc >> 4 ^ table[(crc ^ *p >> 4) & 15];
    }
    return crc;
}

static uint32_t adler32(const uint8_t *p, size_t n)
{
    uint32_t a = 1, b = 0;
    while (n > 0) {
        size_t chunk = n < 5552 ? n : 5552;
        n -= chunk;
        do {
            a += *p++;
            b += a;
        } while (--chunk);
        a %= 65521;
        b %= 65521;
    }
    return b << 16 | a;
}

static uint32_t fletcher32(const uint8_t *p, size_t n)
{
    uint32_t a = 0xffff, b = 0xffff;
    for (size_t i = 0; i + 1 < n; i += 2) {
        a += (uint32_t)p[i] | (uint32_t)p[i + 1] << 8;
        a = (a & 0xffff) + (a >> 16);
        b += a;
        b = (b & 0xffff) + (b >> 16);
    }
    return b << 16 | a;
}

static uint32_t internet(const uint8_t *p, size_t n)
{
    const uint16_t *w = (const uint16_t *)(const void *)p;
    uint64_t sum = 0;
    for (; n > 1; n -= 2)
        sum += *w++;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint32_t)~sum & 0xffff;
}

static sum_fn *const sums[] = {crc16_bits, crc16_nibbles, adler32, fletcher32, internet};

static uint32_t mt[624];
static int mt_at;

static uint32_t twister(void)
{
    if (mt_at == 624) {
        for (int i = 0; i < 624; i++) {
            uint32_t y = (mt[i] & 0x80000000u) | (mt[(i + 1) % 624] & 0x7fffffffu);
            mt[i] = mt[(i + 397) % 624] ^ y >> 1 ^ (y & 1 ? 0x9908b0dfu : 0);
        }
        mt_at = 0;
    }
    uint32_t y = mt[mt_at++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680u;
    y ^= y << 15 & 0xefc60000u;
    return y ^ y >> 18;
}

static uint32_t pcg(uint64_t *s)
{
    uint64_t old = *s;
    *s = old * 6364136223846793005ull + 1442695040888963407ull;
    uint32_t x = (uint32_t)((old >> 18 ^ old) >> 27), rot = (uint32_t)(old >> 59);
    return x >> rot | x << (-rot & 31);
}

__attribute__((export_name("run"))) int run(int n)
{
    static _Alignas(8) uint8_t block[6000];
    uint32_t h = 0;
    uint64_t s = 42;
    mt[0] = 5489;
    for (uint32_t i = 1; i < 624; i++)
        mt[i] = 1812433253u * (mt[i - 1] ^ mt[i - 1] >> 30) + i;
    mt_at = 624;
    for (; n > 0; n--) {
        for (int k = 0; k < 5; k++) {
            for (size_t i = 0; i < sizeof block; i++)
                block[i] = (uint8_t)((k & 1 ? twister() : pcg(&s)) >> 9);
            for (unsigned f = 0; f < 5; f++)
                h = h * 31 + sums[(f + (unsigned)k) % 5](block, sizeof block - 2 * f);
        }
    }
    return (int)h;
}
