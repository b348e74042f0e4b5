// HTML text: escaping, named and numeric references by binary search, stripping of tags with an allow list.
#include <stddef.h>
#include <stdint.h>

struct entity { const char *name; uint16_t code; };
static const struct entity entities[] = {
    {"AMP", '&'}, {"Auml", 0xc4}, {"Eacute", 0xc9}, {"GT", '>'}, {"LT", '<'}, {"amp", '&'}, {"apos", '\''},
    {"auml", 0xe4}, {"bull", 0x2022}, {"copy", 0xa9}, {"eacute", 0xe9}, {"euro", 0x20ac}, {"gt", '>'},
    {"hellip", 0x2026}, {"lt", '<'}, {"mdash", 0x2014}, {"nbsp", 0xa0}, {"ouml", 0xf6}, {"quot", '"'}, {"times", 0xd7},
};
static char raw[4000], escaped[26000], plain[26000], stripped[26000];

static char *append(char *o, const char *s) {
    while (*s) *o++ = *s++;
    return o;
}

static size_t escape(const char *s, size_t n, char *o) {
    char *start = o;
    for (const char *end = s + n; s < end; s++)
        switch (*s) {
        case '&': o = append(o, "&amp;"); break;
        case '<': o = append(o, "&lt;"); break;
        case '>': o = append(o, "&gt;"); break;
        case '"': o = append(o, "&quot;"); break;
        case '\'': o = append(o, "&#39;"); break;
        default: *o++ = *s;
        }
    return (size_t)(o - start);
}

static int compare(const char *name, const char *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (name[i] != s[i]) return (unsigned char)name[i] - (unsigned char)s[i];
    return name[n] != 0;
}

static uint32_t reference(const char *s, const char *end, const char **after) {
    const char *p = s + 1;
    uint32_t c = 0;
    if (p < end && *p == '#') {
        int hex = p + 1 < end && (p[1] | 32) == 'x';
        for (p += 1 + hex; p < end && *p != ';'; p++) {
            unsigned d = (unsigned char)*p;
            d = d - '0' < 10 ? d - '0' : hex && (d | 32) - 'a' < 6 ? (d | 32) - 'a' + 10 : 99;
            if (d == 99 || c > 0x10ffff) return 0;
            c = c * (hex ? 16 : 10) + d;
        }
    } else {
        while (p < end && *p != ';' && p - s < 10) p++;
        size_t lo = 0, hi = sizeof entities / sizeof *entities;
        while (lo < hi) {
            size_t mid = (lo + hi) / 2;
            int d = compare(entities[mid].name, s + 1, (size_t)(p - s - 1));
            if (d == 0) { c = entities[mid].code; break; }
            if (d < 0) lo = mid + 1;
            else hi = mid;
        }
    }
    *after = p + 1;
    return p < end && *p == ';' ? c : 0;
}

static size_t unescape(const char *s, size_t n, char *o) {
    const char *end = s + n, *after;
    char *start = o;
    while (s < end) {
        uint32_t c = *s == '&' ? reference(s, end, &after) : 0;
        if (!c) { *o++ = *s++; continue; }
        s = after;
        if (c < 0x80) *o++ = (char)c;
        else if (c < 0x800) *o++ = (char)(0xc0 | c >> 6), *o++ = (char)(0x80 | (c & 63));
        else *o++ = (char)(0xe0 | (c >> 12 & 15)), *o++ = (char)(0x80 | (c >> 6 & 63)), *o++ = (char)(0x80 | (c & 63));
    }
    return (size_t)(o - start);
}

static size_t strip(const char *s, size_t n, char *o) {
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i] != '<') { o[k++] = s[i]; continue; }
        size_t j = i + 1 + (s[i + 1] == '/');
        int keep = (s[j] == 'b' || s[j] == 'i') && (s[j + 1] == '>' || s[j + 1] == ' ');
        while (i < n && s[i] != '>') {
            if (keep) o[k++] = s[i];
            i++;
        }
        if (keep) o[k++] = '>';
    }
    return k;
}

__attribute__((export_name("run"))) int run(int n) {
    static const char *const parts[] = {"plain words ", "<b>bold</b> ", "a < b && c > d ", "&eacute;&#x20AC;&bogus; ", "<script src='x'>",
                                        "\"quoted\" ", "&mdash;&nbsp;&hellip; ", "</i> it's ", "&#8212;", "text without any markup in it "};
    uint32_t s = 8, h = 0;
    for (int k = 0; k < n * 12; k++) {
        char *p = raw;
        while (p < raw + sizeof raw - 40) {
            s = s * 1664525u + 1013904223u;
            p = append(p, parts[(s >> 20) % 10]);
        }
        size_t len = (size_t)(p - raw), e = escape(raw, len, escaped), u = unescape(escaped, e, plain), bad = u != len;
        u = unescape(plain, u, plain + 5000);
        size_t t = strip(raw, len, stripped);
        for (size_t i = 0; i < t; i++) h = h * 31 + (unsigned char)stripped[i];
        for (size_t i = 0; i < u; i++) h ^= (uint32_t)(unsigned char)plain[5000 + i] << (i & 15);
        h = h * 3 + (uint32_t)(e + bad);
    }
    return (int)h;
}
