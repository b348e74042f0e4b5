// Prefix trie over lower-case words: insertion, longest-prefix search and completion counts.
#include <stdint.h>

#define NODES 20000
static int32_t child[NODES][26];
static int32_t terminal[NODES], through[NODES];
static int32_t nnodes;

static int32_t fresh(void)
{
    int32_t id = nnodes++;
    for (int c = 0; c < 26; c++)
        child[id][c] = -1;
    terminal[id] = through[id] = 0;
    return id;
}

static void add(const char *w)
{
    int32_t at = 0;
    for (; *w; w++) {
        int c = *w - 'a';
        if (child[at][c] < 0)
            child[at][c] = fresh();
        at = child[at][c];
        through[at]++;
    }
    terminal[at]++;
}

static int longest(const char *w)
{
    int32_t at = 0;
    int best = 0;
    for (int i = 0; w[i]; i++) {
        at = child[at][w[i] - 'a'];
        if (at < 0)
            break;
        if (terminal[at])
            best = i + 1;
    }
    return best;
}

static uint32_t walk(int32_t at, uint32_t depth)
{
    uint32_t sum = (uint32_t)terminal[at] * depth;
    for (int c = 0; c < 26; c++)
        if (child[at][c] >= 0)
            sum += walk(child[at][c], depth + 1) ^ (uint32_t)c;
    return sum;
}

static uint32_t lcg = 1;
static void make_word(char *out)
{
    static const char vowels[] = "aeiou", cons[] = "bcdfglmnprst";
    int syllables = 1 + (int)((lcg >> 28) & 3);
    while (syllables-- > 0) {
        lcg = lcg * 22695477u + 1u;
        *out++ = cons[(lcg >> 16) % 12];
        *out++ = vowels[(lcg >> 21) % 5];
        if (lcg & 0x40000000u)
            *out++ = cons[(lcg >> 25) % 12];
    }
    *out = 0;
}

__attribute__((export_name("run"))) int run(int n)
{
    char word[16];
    uint32_t check = 0;
    for (int r = 0; r < n; r++) {
        nnodes = 0;
        fresh();
        for (int i = 0; i < 6000; i++) {
            make_word(word);
            if (nnodes + 16 < NODES)
                add(word);
        }
        for (int i = 0; i < 12000; i++) {
            make_word(word);
            check = check * 5 + (uint32_t)longest(word);
        }
        check += walk(0, 0) + (uint32_t)nnodes;
    }
    return (int)check;
}
