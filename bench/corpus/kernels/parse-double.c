// strtod-like parsing of decimal numbers with exponents, and printing back in fixed notation.
#include <stdint.h>

static double power10(int e)
{
    double r = 1.0, b = 10.0;
    for (unsigned k = (unsigned)(e < 0 ? -e : e); k; k >>= 1) {
        if (k & 1)
            r *= b;
        b *= b;
    }
    return e < 0 ? 1.0 / r : r;
}

static double parse(const char *s, const char **end)
{
    int neg = 0, exp = 0, any = 0;
    uint64_t m = 0;
    while (*s == ' ' || *s == '\t')
        s++;
    if (*s == '-' || *s == '+')
        neg = *s++ == '-';
    for (; *s >= '0' && *s <= '9'; s++, any = 1) {
        if (m < 100000000000000000u)
            m = m * 10 + (uint64_t)(*s - '0');
        else
            exp++;
    }
    if (*s == '.') {
        for (s++; *s >= '0' && *s <= '9'; s++, any = 1)
            if (m < 100000000000000000u) {
                m = m * 10 + (uint64_t)(*s - '0');
                exp--;
            }
    }
    if (any && (*s | 32) == 'e') {
        const char *t = s + 1;
        int eneg = 0, e = 0;
        if (*t == '-' || *t == '+')
            eneg = *t++ == '-';
        if (*t >= '0' && *t <= '9') {
            while (*t >= '0' && *t <= '9')
                e = e * 10 + (*t++ - '0');
            exp += eneg ? -e : e;
            s = t;
        }
    }
    *end = s;
    double v = (double)m * power10(exp);
    return neg ? -v : v;
}

static char *put_uint(char *p, uint64_t v, int least)
{
    char tmp[24];
    int n = 0;
    while (v || n < least) {
        tmp[n++] = (char)('0' + v % 10);
        v /= 10;
    }
    while (n)
        *p++ = tmp[--n];
    return p;
}

__attribute__((export_name("run"))) int run(int n)
{
    static char text[8000];
    uint32_t s = 31, h = 0;
    while (n-- > 0) {
        char *p = text;
        while (p < text + sizeof text - 40) {
            s = s * 1664525u + 1013904223u;
            if (s >> 31)
                *p++ = '-';
            p = put_uint(p, s >> 16 & 0xfff, 1);
            *p++ = '.';
            p = put_uint(p, (uint64_t)s * (s & 0xffff), 3);
            if (s & 0x300) {
                *p++ = 'e';
                if (s & 0x100)
                    *p++ = '-';
                p = put_uint(p, s >> 10 & 15, 1);
            }
            *p++ = ' ';
        }
        *p = '\0';
        for (int k = 0; k < 8; k++) {
            double sum = 0;
            for (const char *q = text; *q && q[1];) {
                double v = parse(q, &q);
                sum = sum * 0.5 + v;
                if (v > 0 && v < 1e12) {
                    char out[40];
                    char *e = put_uint(out, (uint64_t)v, 1);
                    e = put_uint(e, (uint64_t)((v - (double)(uint64_t)v) * 1e4), 4);
                    h = h * 31 + (uint32_t)e[-1] + (uint32_t)(e - out);
                }
            }
            h ^= (uint32_t)(int32_t)(sum * 1e-8);
        }
    }
    return (int)h;
}
