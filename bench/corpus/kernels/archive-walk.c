// Archives in memory: tar headers with octal fields, a zip's central directory from its end, names matched and listed.
#include <stdint.h>
#define set(d, c, n) __builtin_memset(d, c, n)

static uint8_t tar[64 * 1024], zip[32 * 1024];
static uint32_t tar_len, zip_len;

static void octal(uint8_t *p, int digits, uint32_t v) {
    while (digits--) {
        p[digits] = (uint8_t)('0' + (v & 7));
        v >>= 3;
    }
}

static uint32_t from_octal(const uint8_t *p, int n) {
    uint32_t v = 0;
    while (n && (*p == ' ' || *p == '0')) p++, n--;
    while (n-- && *p >= '0' && *p <= '7') v = v << 3 | (uint32_t)(*p++ - '0');
    return v;
}

static uint32_t header_sum(const uint8_t *h) {
    uint32_t s = 0;
    for (int i = 0; i < 512; i++) s += i >= 148 && i < 156 ? ' ' : h[i];
    return s;
}

static int name_of(int i, char *out) {
    static const char *const dirs[] = {"src/", "doc/img/", "", "test/data/deep/"}, *const ends[] = {".c", ".txt", ".png"};
    int n = 0;
    for (const char *p = dirs[i & 3]; *p;) out[n++] = *p++;
    for (int v = i + 10; v; v /= 10) out[n++] = (char)('a' + v % 10);
    for (const char *p = ends[i % 3]; *p;) out[n++] = *p++;
    return n;
}

static void le(uint8_t *p, uint32_t v, int bytes) {
    while (bytes--) *p++ = (uint8_t)v, v >>= 8;
}

static uint32_t rd16(const uint8_t *p) { return p[0] | (uint32_t)p[1] << 8; }
static uint32_t rd32(const uint8_t *p) { return rd16(p) | rd16(p + 2) << 16; }

static void make(int files) {
    static uint8_t central[8192];
    uint32_t c = 0;
    char name[64];
    tar_len = zip_len = 0;
    for (int i = 0; i < files; i++) {
        uint8_t *h = tar + tar_len, *z = zip + zip_len, *e = central + c;
        uint32_t size = (uint32_t)(i * 37 % 700), n = (uint32_t)name_of(i, name);
        set(h, 0, 512 + 1024);
        for (uint32_t k = 0; k < n; k++) h[k] = z[30 + k] = e[46 + k] = (uint8_t)name[k];
        octal(h + 100, 7, 0644);
        octal(h + 124, 11, size);
        octal(h + 136, 11, 1700000000u + (uint32_t)i);
        h[156] = (uint8_t)(i % 9 == 8 ? '5' : '0');
        octal(h + 148, 6, header_sum(h));
        for (uint32_t k = 0; k < size; k++) h[512 + k] = (uint8_t)(k ^ (uint32_t)i);
        tar_len += 512 + (size + 511) / 512 * 512;
        le(z, 0x04034b50, 4);
        le(z + 18, size & 127, 4);
        le(z + 26, n, 4);
        le(e, 0x02014b50, 4);
        le(e + 20, size & 127, 4);
        le(e + 24, size, 4);
        le(e + 28, n, 2);
        le(e + 42, zip_len, 4);
        for (uint32_t k = 0; k < (size & 127); k++) z[30 + n + k] = (uint8_t)(k * 3);
        zip_len += 30 + n + (size & 127);
        c += 46 + n;
    }
    set(tar + tar_len, 0, 1024);
    uint8_t *end = zip + zip_len + c;
    for (uint32_t k = 0; k < c; k++) zip[zip_len + k] = central[k];
    le(end, 0x06054b50, 4);
    le(end + 10, (uint32_t)files, 2);
    le(end + 12, c, 4);
    le(end + 16, zip_len, 4);
    for (int k = 0; k < 40; k++) end[22 + k] = ' ';
    zip_len += c + 62;
}

static int glob(const uint8_t *s, const uint8_t *end, const char *p) {
    const uint8_t *retry = 0;
    const char *star = 0;
    while (s < end) {
        if (*p == '*') star = p++, retry = s;
        else if (*p == '?' || *p == (char)*s) p++, s++;
        else if (star) p = star + 1, s = ++retry;
        else return 0;
    }
    while (*p == '*') p++;
    return !*p;
}

__attribute__((export_name("run"))) int run(int n) {
    static const char *const want[] = {"*.c", "doc/*", "*a?.txt", "*/d*/*g"};
    uint32_t h = 0;
    for (int k = 0; k < n * 8; k++) {
        make(40 + k % 8);
        for (uint32_t at = 0; tar[at];) {
            const uint8_t *f = tar + at;
            uint32_t size = from_octal(f + 124, 12), len = 0, sum = 0;
            while (f[len] && len < 100) len++;
            if (header_sum(f) != from_octal(f + 148, 8)) h ^= 0x80000000u;
            for (int w = 0; w < 4; w++) h = h * 3 + (uint32_t)glob(f, f + len, want[w]);
            for (uint32_t i = 0; i < size; i++) sum += f[512 + i];
            h = h * 31 + sum + from_octal(f + 136, 12) + f[156];
            at += 512 + ((size + 511) & ~511u);
        }
        const uint8_t *e = zip + zip_len - 22;
        while (rd32(e) != 0x06054b50 && e > zip) e--;
        const uint8_t *p = zip + rd32(e + 16);
        for (uint32_t i = rd16(e + 10); i && rd32(p) == 0x02014b50; i--) {
            const uint8_t *l = zip + rd32(p + 42), *body = l + 30 + rd16(l + 26) + rd16(l + 28);
            for (uint32_t j = rd32(p + 20); j; j--) h += *body++ * j;
            for (int w = 0; w < 4; w++) h = h * 5 + (uint32_t)glob(p + 46, p + 46 + rd16(p + 28), want[w]);
            p += 46 + rd16(p + 28) + rd16(p + 30) + rd16(p + 32);
        }
    }
    return (int)h;
}
