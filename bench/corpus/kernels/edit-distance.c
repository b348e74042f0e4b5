// Levenshtein and Damerau-style edit distances between generated words, two-row tables.
#include <stdint.h>

static char words[60][24];

static int min3(int a, int b, int c)
{
    int m = a < b ? a : b;
    return m < c ? m : c;
}

static int strlen_(const char *s)
{
    int n = 0;
    while (s[n])
        n++;
    return n;
}

static int levenshtein(const char *a, const char *b)
{
    int row[32], la = strlen_(a), lb = strlen_(b);
    for (int j = 0; j <= lb; j++)
        row[j] = j;
    for (int i = 1; i <= la; i++) {
        int diag = row[0];
        row[0] = i;
        for (int j = 1; j <= lb; j++) {
            int cost = a[i - 1] != b[j - 1];
            int keep = row[j];
            row[j] = min3(row[j] + 1, row[j - 1] + 1, diag + cost);
            diag = keep;
        }
    }
    return row[lb];
}

static uint8_t table[26][26];

static int damerau(const char *a, const char *b, int limit)
{
    int la = strlen_(a), lb = strlen_(b);
    if (la - lb > limit || lb - la > limit)
        return limit + 1;
    for (int i = 0; i <= la; i++)
        table[i][0] = (uint8_t)i;
    for (int j = 0; j <= lb; j++)
        table[0][j] = (uint8_t)j;
    for (int i = 1; i <= la; i++) {
        int best = 255;
        for (int j = 1; j <= lb; j++) {
            int d = min3(table[i - 1][j] + 1, table[i][j - 1] + 1,
                         table[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                table[i - 2][j - 2] + 1 < d)
                d = table[i - 2][j - 2] + 1;
            table[i][j] = (uint8_t)d;
            if (d < best)
                best = d;
        }
        if (best > limit)
            return limit + 1;
    }
    return table[la][lb];
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t s = 17, sum = 0;
    while (n-- > 0) {
        for (int w = 0; w < 60; w++) {
            s = s * 1664525u + 1013904223u;
            int len = 4 + (int)(s >> 28);
            for (int i = 0; i < len; i++) {
                s = s * 1664525u + 1013904223u;
                words[w][i] = (char)('a' + (s >> 24) % 5);
            }
            words[w][len] = '\0';
        }
        for (int i = 0; i < 60; i++)
            for (int j = i + 1; j < 60; j += 2)
                sum = sum * 3 + (uint32_t)(levenshtein(words[i], words[j]) * 8 +
                                           damerau(words[i], words[j], 5));
    }
    return (int)sum;
}
