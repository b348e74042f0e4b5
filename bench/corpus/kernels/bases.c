// Text encodings of bytes: Base32 (Crockford), Base58 by long division, Ascii85, and numbers in words.
#include <stdint.h>

static const char b32[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ", b58[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
static int8_t rev32[128], rev58[128];
static uint8_t data[160], back[260];
static char text[600];

static int enc32(const uint8_t *p, int n, char *o) {
    uint32_t acc = 0;
    int bits = 0, k = 0;
    for (int i = 0; i < n; i++) {
        acc = acc << 8 | p[i];
        for (bits += 8; bits >= 5;) o[k++] = b32[acc >> (bits -= 5) & 31];
    }
    if (bits) o[k++] = b32[acc << (5 - bits) & 31];
    return k;
}

static int dec32(const char *p, int n, uint8_t *o) {
    uint64_t acc = 0;
    int bits = 0, k = 0;
    while (n--) {
        int v = rev32[(int)*p++];
        if (v < 0) return -1;
        acc = acc << 5 | (unsigned)v;
        if ((bits += 5) >= 8) o[k++] = (uint8_t)(acc >> (bits -= 8));
    }
    return k;
}

static int enc58(const uint8_t *p, int n, char *o) {
    uint8_t digit[120];
    int len = 0, zeros = 0;
    while (zeros < n && p[zeros] == 0) zeros++;
    for (int i = zeros; i < n; i++) {
        uint32_t carry = p[i];
        for (int j = 0; j < len; j++) {
            carry += (uint32_t)digit[j] << 8;
            digit[j] = (uint8_t)(carry % 58);
            carry /= 58;
        }
        for (; carry; carry /= 58) digit[len++] = (uint8_t)(carry % 58);
    }
    int k = 0;
    while (zeros--) o[k++] = '1';
    while (len--) o[k++] = b58[digit[len]];
    return k;
}

static int dec58(const char *p, int n, uint8_t *o) {
    int len = 0;
    for (int i = 0; i < n; i++) {
        int carry = rev58[(int)p[i]];
        for (int j = 0; j < len; j++) {
            carry += o[j] * 58;
            o[j] = (uint8_t)carry;
            carry >>= 8;
        }
        if (carry) o[len++] = (uint8_t)carry;
    }
    for (int i = 0; i < len / 2; i++) {
        uint8_t t = o[i];
        o[i] = o[len - 1 - i];
        o[len - 1 - i] = t;
    }
    return len;
}

static int enc85(const uint8_t *p, int n, char *o) {
    char *start = o;
    for (; n >= 4; n -= 4, p += 4) {
        uint32_t v = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
        if (!v) {
            *o++ = 'z';
            continue;
        }
        for (int i = 4; i >= 0; i--, v /= 85) o[i] = (char)('!' + v % 85);
        o += 5;
    }
    return (int)(o - start);
}

static char *words(char *o, uint32_t v) {
    static const char *const small[] = {"", "one ", "two ", "three ", "four ", "five ", "six ", "seven ", "eight ", "nine ", "ten ", "eleven ",
        "twelve ", "thirteen ", "fourteen ", "fifteen ", "sixteen ", "seventeen ", "eighteen ", "nineteen "};
    static const char *const tens[] = {"", "", "twenty ", "thirty ", "forty ", "fifty ", "sixty ", "seventy ", "eighty ", "ninety "};
    static const struct { uint32_t value; const char *name; } big[] = {{1000000000, "billion "}, {1000000, "million "}, {1000, "thousand "}, {100, "hundred "}};
    for (int i = 0; i < 4; i++)
        if (v >= big[i].value) {
            o = words(o, v / big[i].value);
            for (const char *s = big[i].name; *s;) *o++ = *s++;
            v %= big[i].value;
        }
    const char *s = v < 20 ? small[v] : tens[v / 10];
    while (*s) *o++ = *s++;
    return v >= 20 && v % 10 ? words(o, v % 10) : o;
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t s = 1, h = 0;
    for (int i = 0; i < 128; i++) rev32[i] = rev58[i] = -1;
    for (int i = 0; b32[i]; i++) rev32[(int)b32[i]] = (int8_t)i;
    for (int i = 0; b58[i]; i++) rev58[(int)b58[i]] = (int8_t)i;
    for (int k = 0; k < n * 40; k++) {
        for (int i = 0; i < 160; i++) {
            s = s * 1103515245u + 12345u;
            data[i] = (uint8_t)(i < k % 4 ? 0 : s >> 23 & (i % 32 < 8 ? 0 : 255));
        }
        int a = enc32(data, 160, text), b = dec32(text, a, back), c, d, e;
        for (int i = 0; i < b; i++) h = h * 31 + (back[i] == data[i]);
        for (int part = 0; part < 160; part += 32) {
            c = enc58(data + part, 32, text);
            d = dec58(text, c, back);
            for (int i = 0; i < c; i++) h = h * 31 + (unsigned char)text[i];
            h += (uint32_t)d;
        }
        e = enc85(data, 160, text);
        for (int i = 0; i < e; i++) h = h * 17 + (unsigned char)text[i];
        for (int i = 0; i < 8; i++) {
            char *end = words(text, s >> (3 * i));
            for (char *p = text; p < end; p++) h = (h ^ (unsigned char)*p) * 16777619u;
        }
    }
    return (int)h;
}
