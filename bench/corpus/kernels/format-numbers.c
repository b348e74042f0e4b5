// A small vsnprintf-like formatter: %d %u %x %c %s with width, zero fill, left align, 64 bits.
#include <stdint.h>
#include <stddef.h>

typedef struct { char *at, *end; } Out;
typedef union { int64_t i; const char *s; } Arg;

static void emit(Out *o, char c)
{
    if (o->at < o->end)
        *o->at++ = c;
}

static void pad(Out *o, char c, int n)
{
    while (n-- > 0)
        emit(o, c);
}

static int to_digits(char *end, uint64_t v, unsigned base, int upper)
{
    char *p = end;
    do {
        unsigned d = (unsigned)(v % base);
        *--p = (char)(d < 10 ? '0' + d : (upper ? 'A' : 'a') + d - 10);
    } while ((v /= base) != 0);
    return (int)(end - p);
}

static void format(Out *o, const char *f, const Arg *arg)
{
    for (; *f; f++) {
        if (*f != '%') {
            emit(o, *f);
            continue;
        }
        int left = 0, zero = 0, width = 0, neg = 0, len;
        char digits[24];
        const char *text;
        for (f++; *f == '-' || *f == '0'; f++) {
            if (*f == '-') left = 1;
            else zero = 1;
        }
        for (; *f >= '0' && *f <= '9'; f++)
            width = width * 10 + (*f - '0');
        switch (*f) {
        case 'd': {
            int64_t v = arg++->i;
            neg = v < 0;
            len = to_digits(digits + 24, neg ? 0 - (uint64_t)v : (uint64_t)v, 10, 0);
            text = digits + 24 - len;
            break;
        }
        case 'u':
            len = to_digits(digits + 24, (uint64_t)arg++->i, 10, 0);
            text = digits + 24 - len;
            break;
        case 'x':
        case 'X':
            len = to_digits(digits + 24, (uint32_t)arg++->i, 16, *f == 'X');
            text = digits + 24 - len;
            break;
        case 'c':
            digits[0] = (char)arg++->i;
            text = digits;
            len = 1;
            break;
        case 's':
            text = arg++->s;
            for (len = 0; text[len]; len++)
                ;
            break;
        default:
            emit(o, *f);
            continue;
        }
        int fill = width - len - neg;
        if (!left && !zero) pad(o, ' ', fill);
        if (neg) emit(o, '-');
        if (!left && zero) pad(o, '0', fill);
        for (int i = 0; i < len; i++)
            emit(o, text[i]);
        if (left) pad(o, ' ', fill);
    }
}

__attribute__((export_name("run"))) int run(int n)
{
    static const char *const names[] = {"alpha", "be", "gamma ray", ""};
    static char line[160];
    uint64_t s = 0x9E3779B97F4A7C15u;
    uint32_t h = 0;
    for (; n > 0; n--) {
        for (int i = 0; i < 2500; i++) {
            s ^= s >> 12, s ^= s << 25, s ^= s >> 27;
            Arg args[] = {{.i = (int64_t)s >> (s & 63)}, {.s = names[s >> 62]}, {.i = (int64_t)s},
                          {.i = i},                      {.i = 'a' + i % 26},   {.i = (int64_t)(s >> 40)}};
            Out o = {line, line + sizeof line};
            format(&o, "%12d|%-10s|%08x|%05d %c%% total=%-9u;", args);
            for (const char *p = line; p < o.at; p++)
                h = (h ^ (uint8_t)*p) * 16777619u;
        }
    }
    return (int)h;
}
