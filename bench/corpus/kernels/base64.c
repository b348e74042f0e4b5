// Base64 encoding and decoding, percent-encoding (URL) and hex dump of a buffer.
#include <stdint.h>
#include <stddef.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static signed char value[256];
static unsigned char raw[5000], back[5003];
static char coded[7000], url[16000];

static size_t encode(const unsigned char *in, size_t n, char *out)
{
    char *o = out;
    size_t i = 0;
    for (; i + 2 < n; i += 3) {
        unsigned v = (unsigned)in[i] << 16 | (unsigned)in[i + 1] << 8 | in[i + 2];
        *o++ = digits[v >> 18];
        *o++ = digits[v >> 12 & 63];
        *o++ = digits[v >> 6 & 63];
        *o++ = digits[v & 63];
    }
    if (i < n) {
        unsigned v = (unsigned)in[i] << 16 | (i + 1 < n ? (unsigned)in[i + 1] << 8 : 0);
        *o++ = digits[v >> 18];
        *o++ = digits[v >> 12 & 63];
        *o++ = i + 1 < n ? digits[v >> 6 & 63] : '=';
        *o++ = '=';
    }
    return (size_t)(o - out);
}

static int decode(const char *in, size_t n, unsigned char *out)
{
    unsigned acc = 0;
    int bits = 0, len = 0;
    while (n-- > 0) {
        int v = value[(unsigned char)*in++];
        if (v < 0)
            break;
        acc = acc << 6 | (unsigned)v;
        if ((bits += 6) >= 8) {
            bits -= 8;
            out[len++] = (unsigned char)(acc >> bits);
        }
    }
    return len;
}

static size_t percent(const unsigned char *in, size_t n, char *out)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t o = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = in[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
            c == '_' || c == '.') {
            out[o++] = (char)c;
        } else if (c == ' ') {
            out[o++] = '+';
        } else {
            out[o++] = '%';
            out[o++] = hex[c >> 4];
            out[o++] = hex[c & 15];
        }
    }
    return o;
}

static int hexval(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

__attribute__((export_name("run"))) int run(int n)
{
    unsigned s = 8, h = 0;
    for (int i = 0; i < 256; i++)
        value[i] = -1;
    for (int i = 0; i < 64; i++)
        value[(unsigned char)digits[i]] = (signed char)i;
    for (int r = 0; r < n; r++) {
        for (int k = 0; k < 8; k++) {
            size_t size = sizeof raw - (size_t)(s % 5);
            for (size_t i = 0; i < size; i++) {
                s = s * 134775813u + 1u;
                raw[i] = (unsigned char)(s >> 24 & (s & 0x10000 ? 0xff : 0x7f));
            }
            size_t m = encode(raw, size, coded);
            int got = decode(coded, m, back);
            for (int i = 0; i < got; i++)
                h = h * 33 ^ back[i];
            size_t u = percent(raw, size, url);
            for (size_t i = 0; i < u; i++) {
                int c = url[i];
                if (c == '%') {
                    c = hexval(url[i + 1]) * 16 + hexval(url[i + 2]);
                    i += 2;
                } else if (c == '+') {
                    c = ' ';
                }
                h += (unsigned)c ^ h << 3;
            }
        }
    }
    return (int)h;
}
