// CSV reader: quoted fields, doubled quotes, CRLF; columns are summed and classified.
#include <stdint.h>
#include <stddef.h>

enum state { START, PLAIN, QUOTED, QUOTE_SEEN };

struct table {
    int rows, cols, widest;
    int32_t sum[8];
    uint32_t text_hash;
};

static char input[20000];
static size_t input_len;
static char field[256];

static void finish_field(struct table *t, int col, int len, int quoted)
{
    field[len] = 0;
    if (len > t->widest)
        t->widest = len;
    const char *p = field;
    int sign = 1, v = 0;
    if (*p == '-') {
        sign = -1;
        p++;
    }
    if (!quoted && *p) {
        for (; *p >= '0' && *p <= '9'; p++)
            v = v * 10 + (*p - '0');
        if (!*p) {
            t->sum[col & 7] += sign * v;
            return;
        }
    }
    for (p = field; *p; p++)
        t->text_hash = t->text_hash * 31 + (unsigned char)*p;
}

static void parse(struct table *t)
{
    enum state st = START;
    int col = 0, len = 0, quoted = 0;
    for (size_t i = 0; i < input_len; i++) {
        char c = input[i];
        if (st == QUOTED) {
            if (c == '"')
                st = QUOTE_SEEN;
            else
                field[len++] = c;
            continue;
        }
        switch (c) {
        case '"':
            if (st == QUOTE_SEEN)
                field[len++] = c;
            st = QUOTED;
            quoted = 1;
            break;
        case '\r':
            break;
        case ',':
        case '\n':
            finish_field(t, col++, len, quoted);
            len = quoted = 0;
            st = START;
            if (c == '\n') {
                t->rows++;
                if (col > t->cols)
                    t->cols = col;
                col = 0;
            }
            break;
        default:
            field[len++] = c;
            st = PLAIN;
        }
    }
}

static void put(char c) { input[input_len++] = c; }

static void generate(uint32_t *seed)
{
    input_len = 0;
    while (input_len < sizeof input - 200) {
        for (int col = 0; col < 7; col++) {
            uint32_t v = *seed = *seed * 1103515245u + 12345u;
            if (col)
                put(',');
            if (col % 3 == 1) {
                put('"');
                for (int i = 0; i < 3 + (int)(v >> 29); i++) {
                    put((char)('a' + (v >> i) % 26));
                    if ((v >> (i + 9)) % 5 == 0) {
                        put('"');
                        put('"');
                    }
                }
                put('"');
            } else {
                if (v & 64)
                    put('-');
                for (uint32_t d = v >> 14; d; d /= 10)
                    put((char)('0' + d % 10));
            }
        }
        put('\r');
        put('\n');
    }
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t seed = 4, h = 0;
    for (int r = 0; r < n; r++) {
        generate(&seed);
        struct table t = {0};
        for (int k = 0; k < 5; k++)
            parse(&t);
        for (int i = 0; i < 8; i++)
            h = h * 7 + (uint32_t)t.sum[i];
        h ^= t.text_hash + (uint32_t)(t.rows * t.cols + t.widest);
    }
    return (int)h;
}
