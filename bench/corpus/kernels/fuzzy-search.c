// Approximate search: Wu-Manber bitap with k errors, a Levenshtein row walked down a letter tree, Soundex, Jaro-Winkler.
#include <stdint.h>

struct node { uint16_t child[26]; uint8_t word; };
static struct node tree[4000];
static int nodes;
static char words[500][12];
static char text[3000];

static int bitap(const char *pattern, int k) {
    uint32_t mask[128] = {0}, r[5], hits = 0;
    int m = 0;
    for (; pattern[m]; m++) mask[(int)pattern[m]] |= 1u << m;
    for (int j = 0; j <= k; j++) r[j] = (1u << j) - 1;
    for (const char *t = text; *t; t++) {
        uint32_t c = mask[(int)*t], old = r[0];
        r[0] = ((r[0] << 1) | 1) & c;
        for (int j = 1; j <= k; j++) {
            uint32_t was = r[j];
            r[j] = (((r[j] << 1) | 1) & c) | ((old | r[j - 1]) << 1) | old | 1;
            old = was;
        }
        hits += r[k] >> (m - 1) & 1;
    }
    return (int)hits;
}

static void insert(const char *w) {
    int at = 0;
    for (; *w; w++) {
        uint16_t *c = &tree[at].child[*w - 'a'];
        if (!*c) {
            *c = (uint16_t)++nodes;
            tree[nodes] = (struct node){{0}, 0};
        }
        at = *c;
    }
    tree[at].word = 1;
}

static int walk(int at, const char *w, int n, const uint8_t *row, int most) {
    int found = tree[at].word && row[n] <= most;
    for (int c = 0; c < 26; c++) {
        int to = tree[at].child[c], least;
        uint8_t next[16];
        if (!to) continue;
        least = next[0] = (uint8_t)(row[0] + 1);
        for (int i = 1; i <= n; i++) {
            int v = row[i - 1] + (w[i - 1] != 'a' + c);
            if (row[i] + 1 < v) v = row[i] + 1;
            if (next[i - 1] + 1 < v) v = next[i - 1] + 1;
            next[i] = (uint8_t)v;
            if (v < least) least = v;
        }
        if (least <= most) found += walk(to, w, n, next, most);
    }
    return found;
}

static uint32_t soundex(const char *w) {
    static const char code[] = "01230120022455012623010202";
    uint32_t s = (unsigned char)*w;
    int n = 1;
    char last = code[*w - 'a'];
    while (*++w && n < 4) {
        char c = code[*w - 'a'];
        if (c != '0' && c != last) s = s * 7 + (uint32_t)(c - '0'), n++;
        if (*w != 'h' && *w != 'w') last = c;
    }
    return s * 4 + (uint32_t)n;
}

static float jaro(const char *a, const char *b) {
    int la = 0, lb = 0, m = 0, t = 0, prefix = 0;
    uint32_t ua = 0, ub = 0;
    while (a[la]) la++;
    while (b[lb]) lb++;
    int reach = (la > lb ? la : lb) / 2 - 1;
    for (int i = 0; i < la; i++)
        for (int j = i > reach ? i - reach : 0; j < lb && j <= i + reach; j++)
            if (!(ub >> j & 1) && a[i] == b[j]) {
                ua |= 1u << i;
                ub |= 1u << j;
                m++;
                break;
            }
    if (!m) return 0;
    for (int i = 0, j = 0; i < la; i++)
        if (ua >> i & 1) {
            while (!(ub >> j & 1)) j++;
            t += a[i] != b[j++];
        }
    while (prefix < 4 && a[prefix] && a[prefix] == b[prefix]) prefix++;
    float f = ((float)m / (float)la + (float)m / (float)lb + (float)(m - t / 2) / (float)m) / 3.0f;
    return f + 0.1f * (float)prefix * (1.0f - f);
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t s = 17, h = 0;
    while (n--) {
        char *t = text;
        nodes = 0;
        tree[0] = (struct node){{0}, 0};
        for (int i = 0; i < 300; i++) {
            int len = 0;
            do {
                s = s * 1103515245u + 12345u;
                words[i][len++] = "bcdlmnrst"[(s >> 16) % 9];
                words[i][len++] = "aeiou"[(s >> 22) % 5];
            } while (len < 10 && (s >> 28) > 4);
            words[i][len] = 0;
            insert(words[i]);
            for (int k = 0; k < len && t < text + sizeof text - 2; k++) *t++ = words[i][k];
            if (t < text + sizeof text - 2) *t++ = ' ';
        }
        *t = 0;
        for (int k = 0; k < 4; k++) h = h * 31 + (uint32_t)bitap("tanelimo", k) + (uint32_t)bitap("sodara", k);
        for (int i = 0; i < 300; i += 5) {
            uint8_t row[16];
            int len = 0;
            while (words[i][len]) len++;
            for (int j = 0; j <= len; j++) row[j] = (uint8_t)j;
            h = h * 31 + (uint32_t)walk(0, words[i], len, row, 1 + i % 2);
            h += soundex(words[i]);
            for (int j = 1; j < 60; j++) h += (uint32_t)(jaro(words[i], words[j]) * 100.0f);
        }
    }
    return (int)h;
}
