// Stemming of English words by suffix rules with a measure of vowel groups; stop words; counts per stem; n-grams.
#include <stdint.h>

struct rule { const char *from, *to; int least; };
static const struct rule rules[] = {
    {"ational", "ate", 1}, {"ization", "ize", 1}, {"fulness", "ful", 1}, {"ousness", "ous", 1}, {"iveness", "ive", 1}, {"tional", "tion", 1},
    {"biliti", "ble", 1}, {"entli", "ent", 1}, {"ation", "ate", 1}, {"alism", "al", 1}, {"aliti", "al", 1}, {"icate", "ic", 1}, {"ement", "", 2},
    {"ness", "", 1}, {"ment", "", 2}, {"able", "", 2}, {"ance", "", 2}, {"ing", "", 1}, {"ies", "i", 0}, {"ful", "", 1}, {"ed", "", 1},
    {"ly", "li", 1}, {"es", "e", 1}, {"er", "", 2}, {"s", "", 1}, {"e", "", 2}, {"y", "i", 1},
};

static int vowel(const char *w, int i) {
    switch (w[i]) {
    case 'a': case 'e': case 'i': case 'o': case 'u': return 1;
    case 'y': return i > 0 && !vowel(w, i - 1);
    default: return 0;
    }
}

static int measure(const char *w, int n) {
    int m = 0, was = 0;
    for (int i = 0; i < n; i++) {
        int v = vowel(w, i);
        m += was && !v;
        was = v;
    }
    return m;
}

static int length(const char *s) {
    const char *p = s;
    while (*p) p++;
    return (int)(p - s);
}

static int ends(const char *w, int n, const char *suffix) {
    int k = length(suffix);
    if (k >= n) return -1;
    for (int i = 0; i < k; i++)
        if (w[n - k + i] != suffix[i]) return -1;
    return n - k;
}

static int stem(char *w, int n) {
    for (int pass = 0; pass < 3; pass++) {
        unsigned i;
        for (i = 0; i < sizeof rules / sizeof *rules; i++) {
            int at = ends(w, n, rules[i].from);
            if (at < 0 || measure(w, at) < rules[i].least) continue;
            n = at;
            for (const char *t = rules[i].to; *t;) w[n++] = *t++;
            if (n > 3 && w[n - 1] == w[n - 2] && !vowel(w, n - 1) && w[n - 1] != 'l' && w[n - 1] != 's') n--;
            break;
        }
        if (i == sizeof rules / sizeof *rules) break;
    }
    w[n] = 0;
    return n;
}

static const char *const stops[] = {"a", "and", "as", "at", "but", "in", "is", "it", "of", "on", "or", "the", "to", "was"};

static int stop(const char *w) {
    int lo = 0, hi = (int)(sizeof stops / sizeof *stops) - 1;
    while (lo <= hi) {
        int mid = (lo + hi) / 2;
        const char *a = w, *b = stops[mid];
        while (*a && *a == *b) a++, b++;
        if (*a == *b) return 1;
        if (*a < *b) hi = mid - 1;
        else lo = mid + 1;
    }
    return 0;
}

__attribute__((export_name("run"))) int run(int n) {
    static const char *const roots[] = {"relat", "hope", "connect", "mill", "nation", "happy", "argu", "the", "run", "of", "adjust", "sens", "and", "operat", "form"};
    static const char *const tails[] = {"", "s", "ing", "ed", "ational", "fulness", "ness", "ization", "ly", "able", "ements", "ies"};
    static uint16_t grams[27 * 27 * 27], count[512];
    uint32_t s = 1, h = 0;
    for (int k = 0; k < n * 900; k++) {
        char w[40];
        int len = 0;
        s = s * 1664525u + 1013904223u;
        for (const char *p = roots[(s >> 10) % 15]; *p;) w[len++] = *p++;
        if (len > 3)
            for (const char *p = tails[(s >> 20) % 12]; *p;) w[len++] = *p++;
        w[len] = 0;
        if (stop(w)) { h++; continue; }
        len = stem(w, len);
        uint32_t hash = 5381;
        for (int i = 0; i < len; i++) hash = hash * 33 + (uint8_t)w[i];
        h += ++count[hash & 511] * hash;
        for (int i = -1; i < len; i++) {
            int a = i < 0 ? 0 : w[i] - '`', b = i + 1 < len ? w[i + 1] - '`' : 0, c = i + 2 < len ? w[i + 2] - '`' : 0;
            h ^= (uint32_t)++grams[(a * 27 + b) * 27 + c] << (i & 7);
        }
    }
    return (int)h;
}
