// Line diff: hash lines, longest common subsequence table, edit script; greedy text wrapping.
#include <stdint.h>
#include <stddef.h>

#define LINES 220
typedef struct { const char *start; int len; uint32_t hash; } line;

static char text_a[9000], text_b[9000];
static line la[LINES], lb[LINES];
static uint16_t lcs[LINES + 1][LINES + 1];

static int split(const char *t, line *out)
{
    int n = 0;
    while (*t && n < LINES) {
        line *l = &out[n++];
        l->start = t;
        l->hash = 2166136261u;
        for (; *t && *t != '\n'; t++)
            l->hash = (l->hash ^ (uint8_t)*t) * 16777619u;
        l->len = (int)(t - l->start);
        if (*t)
            t++;
    }
    return n;
}

static int equal(const line *a, const line *b)
{
    if (a->hash != b->hash || a->len != b->len)
        return 0;
    for (int i = 0; i < a->len; i++)
        if (a->start[i] != b->start[i])
            return 0;
    return 1;
}

static uint32_t diff(int n, int m)
{
    uint32_t h = 0;
    for (int i = n; i >= 0; i--)
        for (int j = m; j >= 0; j--) {
            if (i == n || j == m)
                lcs[i][j] = 0;
            else if (equal(&la[i], &lb[j]))
                lcs[i][j] = (uint16_t)(lcs[i + 1][j + 1] + 1);
            else
                lcs[i][j] = lcs[i + 1][j] > lcs[i][j + 1] ? lcs[i + 1][j] : lcs[i][j + 1];
        }
    for (int i = 0, j = 0; i < n || j < m;) {
        char op;
        if (i < n && j < m && equal(&la[i], &lb[j])) {
            op = ' ';
            i++, j++;
        } else if (j < m && (i == n || lcs[i][j + 1] >= lcs[i + 1][j])) {
            op = '+';
            j++;
        } else {
            op = '-';
            i++;
        }
        h = h * 31 + (uint8_t)op;
    }
    return h + lcs[0][0];
}

static int wrap(char *t, int width)
{
    int column = 0, rows = 1;
    char *blank = NULL;
    for (char *p = t; *p; p++) {
        if (*p == '\n')
            *p = ' ';
        if (*p == ' ')
            blank = p;
        if (++column > width && blank) {
            *blank = '\n';
            column = (int)(p - blank);
            blank = NULL;
            rows++;
        }
    }
    return rows;
}

static uint32_t seed = 1;
static uint32_t rnd(uint32_t n)
{
    seed = seed * 1103515245u + 12345u;
    return (seed >> 16) % n;
}

__attribute__((export_name("run"))) int run(int n)
{
    static const char *const parts[] = {"int ", "x = ", "foo(", "a + b", ");", "return ", "\n", "{\n", "}\n"};
    uint32_t h = 0;
    for (; n > 0; n--) {
        char *a = text_a, *b = text_b;
        for (int i = 0; i < 700; i++) {
            const char *p = parts[rnd(9)];
            uint32_t fate = rnd(24);
            for (; *p; p++) {
                if (fate != 0) *a++ = *p;
                if (fate != 1) *b++ = *p;
                if (fate == 2) *b++ = '\n';
            }
        }
        *a = *b = 0;
        int na = split(text_a, la), nb = split(text_b, lb);
        h = h * 31 + diff(na, nb);
        for (int w = 20; w < 80; w += 6)
            h = h * 7 + (uint32_t)wrap(text_b, w);
    }
    return (int)h;
}
