// INI file reader: sections, keys, comments, trimming, interned strings and sorted lookup.
#include <stdint.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct { const char *p; int n; } str;
typedef struct { str section, key, value; } entry;

static char doc[9000];
static entry entries[800];
static int n_entries;

static bool space(char c) { return c == ' ' || c == '\t'; }

static str trim(str s)
{
    while (s.n > 0 && space(s.p[0]))
        s.p++, s.n--;
    while (s.n > 0 && space(s.p[s.n - 1]))
        s.n--;
    return s;
}

static int compare(str a, str b)
{
    int n = a.n < b.n ? a.n : b.n;
    for (int i = 0; i < n; i++) {
        char x = a.p[i], y = b.p[i];
        if (x >= 'A' && x <= 'Z') x = (char)(x + 32);
        if (y >= 'A' && y <= 'Z') y = (char)(y + 32);
        if (x != y)
            return x - y;
    }
    return a.n - b.n;
}

static int order(const entry *a, str section, str key)
{
    int c = compare(a->section, section);
    return c ? c : compare(a->key, key);
}

static int search(str section, str key, bool *found)
{
    int lo = 0, hi = n_entries - 1;
    while (lo <= hi) {
        int mid = (lo + hi) >> 1, c = order(&entries[mid], section, key);
        if (c == 0) {
            *found = true;
            return mid;
        }
        if (c < 0) lo = mid + 1;
        else hi = mid - 1;
    }
    *found = false;
    return lo;
}

static int parse(const char *p)
{
    int errors = 0;
    str section = {p, 0};
    while (*p) {
        const char *eol = p, *eq = NULL;
        for (; *eol && *eol != '\n'; eol++)
            if (*eol == '=' && !eq)
                eq = eol;
        str line = trim((str){p, (int)(eol - p)});
        if (line.n == 0 || *line.p == ';' || *line.p == '#') {
            // blank or comment
        } else if (*line.p == '[' && line.p[line.n - 1] == ']') {
            section = trim((str){line.p + 1, line.n - 2});
        } else if (eq) {
            str key = trim((str){p, (int)(eq - p)});
            str val = trim((str){eq + 1, (int)(eol - eq - 1)});
            bool found;
            int at = search(section, key, &found);
            if (!found) {
                for (int i = n_entries++; i > at; i--)
                    entries[i] = entries[i - 1];
                entries[at].section = section;
                entries[at].key = key;
            }
            entries[at].value = val;
        } else {
            errors++;
        }
        p = *eol ? eol + 1 : eol;
    }
    return errors;
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t s = 19, h = 0;
    while (n-- > 0) {
        char *p = doc;
        while (p < doc + sizeof doc - 64) {
            s = s * 22695477u + 1u;
            uint32_t v = s >> 8;
            const char *form = v % 11 == 0 ? "[ Sec%% ]\n" : v % 13 == 0 ? "; note %%\n" : v % 17 == 0 ? "oops %\n"
                               : v & 1     ? "  key%% = value %%%\n" : "Name_%%=%%%%\t \n";
            for (; *form; form++) {
                *p++ = *form == '%' ? (char)('A' + v % 21) : *form;
                v = v * 5 + 3;
            }
        }
        *p = 0;
        n_entries = 0;
        for (int k = 0; k < 3; k++)
            h = h * 5 + (uint32_t)parse(doc);
        for (int i = 0; i < n_entries; i++)
            h = h * 31 + (uint32_t)entries[i].value.n + (uint8_t)entries[i].key.p[entries[i].key.n - 1];
    }
    return (int)h;
}
