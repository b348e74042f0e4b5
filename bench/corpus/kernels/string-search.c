// Knuth-Morris-Pratt and Boyer-Moore-Horspool over a generated text of small alphabet.
#include <stdint.h>
#include <stddef.h>

static char text[30000];
static int fail[64];

static size_t length(const char *s)
{
    const char *e = s;
    while (*e)
        e++;
    return (size_t)(e - s);
}

static unsigned kmp(const char *pat)
{
    int m = (int)length(pat), k = 0;
    fail[0] = 0;
    for (int i = 1; i < m; i++) {
        while (k > 0 && pat[k] != pat[i])
            k = fail[k - 1];
        if (pat[k] == pat[i])
            k++;
        fail[i] = k;
    }
    unsigned hits = 0;
    k = 0;
    for (int i = 0; text[i]; i++) {
        while (k > 0 && pat[k] != text[i])
            k = fail[k - 1];
        if (pat[k] == text[i] && ++k == m) {
            hits = hits * 3 + (unsigned)i;
            k = fail[k - 1];
        }
    }
    return hits;
}

static unsigned horspool(const char *pat)
{
    uint8_t skip[256];
    size_t m = length(pat), n = sizeof text - 1;
    for (int i = 0; i < 256; i++)
        skip[i] = (uint8_t)m;
    for (size_t i = 0; i + 1 < m; i++)
        skip[(uint8_t)pat[i]] = (uint8_t)(m - 1 - i);
    unsigned hits = 0;
    for (size_t at = 0; at + m <= n; at += skip[(uint8_t)text[at + m - 1]]) {
        size_t i = m;
        while (i > 0 && pat[i - 1] == text[at + i - 1])
            i--;
        if (i == 0)
            hits = hits * 3 + (unsigned)(at + m - 1);
    }
    return hits;
}

static const char *const patterns[] = {
    "abab", "abcabd", "the quick", "aaaa", "dcba", "abacabad", "bbbbbbbc", "cab",
};

__attribute__((export_name("run"))) int run(int n)
{
    unsigned s = 3, sum = 0;
    for (int r = 0; r < n; r++) {
        for (size_t i = 0; i < sizeof text - 1; i++) {
            s = s * 1103515245u + 12345u;
            unsigned v = s >> 16 & 15;
            text[i] = v < 6 ? 'a' : v < 10 ? 'b' : v < 14 ? 'c' : 'd';
        }
        text[sizeof text - 1] = '\0';
        for (unsigned p = 0; p < 8; p++) {
            unsigned x = kmp(patterns[p]), y = horspool(patterns[p]);
            sum = sum * 5 + x + (x == y);
        }
    }
    return (int)sum;
}
