// Pattern matching by recursive backtracking: ., *, +, ?, classes, ^ and $, plus shell globs.
#include <stdint.h>
#include <stddef.h>

static int single(const char *re, const char **rest, char c)
{
    int ok;
    switch (*re) {
    case '.':
        *rest = re + 1;
        return c != 0;
    case '\\':
        *rest = re + 2;
        return re[1] == 'd' ? c >= '0' && c <= '9' : re[1] == c;
    case '[': {
        int negate = *++re == '^';
        re += negate;
        for (ok = 0; *re != ']'; re++) {
            if (re[1] == '-' && re[2] != ']') {
                ok |= c >= re[0] && c <= re[2];
                re += 2;
            } else {
                ok |= *re == c;
            }
        }
        *rest = re + 1;
        return c != 0 && ok != negate;
    }
    default:
        *rest = re + 1;
        return *re == c;
    }
}

static const char *here(const char *re, const char *s)
{
    for (;;) {
        if (*re == 0)
            return s;
        if (*re == '$' && re[1] == 0)
            return *s == 0 ? s : NULL;
        const char *rest;
        int first = single(re, &rest, *s);
        if (*rest == '*' || *rest == '+') {
            int least = *rest == '+';
            const char *t = s, *ignored, *end;
            while (*t && single(re, &ignored, *t))
                t++;
            for (; t - s >= least; t--)
                if ((end = here(rest + 1, t)) != NULL)
                    return end;
            return NULL;
        }
        if (*rest == '?') {
            const char *end;
            if (first && (end = here(rest + 1, s + 1)))
                return end;
            re = rest + 1;
            continue;
        }
        if (!first)
            return NULL;
        re = rest;
        s++;
    }
}

static int search(const char *re, const char *s)
{
    if (*re == '^') {
        const char *e = here(re + 1, s);
        return e ? (int)(e - s) : -1;
    }
    for (const char *at = s;; at++) {
        const char *e = here(re, at);
        if (e)
            return (int)(at - s) * 64 + (int)(e - at);
        if (!*at)
            return -1;
    }
}

static int glob(const char *p, const char *s)
{
    if (*p == '*')
        return glob(p + 1, s) || (*s && glob(p, s + 1));
    if (*s == 0)
        return *p == 0;
    return (*p == '?' || *p == *s) && glob(p + 1, s + 1);
}

__attribute__((export_name("run"))) int run(int n)
{
    static const char *const res[] = {"[a-c]+x\\d*", "^a.*b.*c$", "ab?c?d", "\\d+\\.\\d+", "[^a-f]*e$", "a*a*b"};
    static const char *const globs[] = {"a*b*", "*c?d*", "*.??", "?*?*?e"};
    uint32_t s = 9, h = 0;
    char line[40];
    for (int r = 0; r < n; r++) {
        for (int i = 0; i < 500; i++) {
            int len = 8 + (int)(s >> 28) * 2;
            for (int k = 0; k < len; k++) {
                s = s * 1103515245u + 12345u;
                line[k] = "aabbccddeffx.012"[s >> 28];
            }
            line[len] = 0;
            for (unsigned k = 0; k < 6; k++)
                h = h * 3 + (uint32_t)search(res[k], line);
            for (unsigned k = 0; k < 4; k++)
                h = h * 2 + (uint32_t)glob(globs[k], line);
        }
    }
    return (int)h;
}
