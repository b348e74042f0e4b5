// XML-like markup: tokenizer with entities and attributes, depth stack and checks of nesting.
#include <stdint.h>
#include <stddef.h>

enum kind { T_EOF, T_OPEN, T_CLOSE, T_EMPTY, T_TEXT, T_COMMENT, T_BAD };

struct cursor {
    const unsigned char *p;
    uint32_t hash;
    int attributes;
};

static unsigned char doc[16384];
static uint32_t stack[64];

static int is_name(unsigned c)
{
    return (c | 32) - 'a' < 26u || c - '0' < 10u || c == '-' || c == ':';
}

static uint32_t name(struct cursor *c)
{
    uint32_t h = 5381;
    while (is_name(*c->p))
        h = h * 33 + *c->p++;
    return h;
}

static void skip_space(struct cursor *c)
{
    while (*c->p == ' ' || *c->p == '\n')
        c->p++;
}

static unsigned entity(struct cursor *c)
{
    static const struct { char n[5]; char v; } known[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}};
    const unsigned char *s = c->p + 1;
    for (int i = 0; i < 4; i++) {
        int k = 0;
        while (known[i].n[k] && known[i].n[k] == s[k])
            k++;
        if (!known[i].n[k] && s[k] == ';') {
            c->p = s + k + 1;
            return (unsigned char)known[i].v;
        }
    }
    c->p++;
    return '&';
}

static enum kind next(struct cursor *c)
{
    c->attributes = 0;
    if (*c->p == 0)
        return T_EOF;
    if (*c->p != '<') {
        c->hash = 0;
        while (*c->p && *c->p != '<')
            c->hash = c->hash * 31 + (*c->p == '&' ? entity(c) : *c->p++);
        return T_TEXT;
    }
    c->p++;
    if (*c->p == '!') {
        while (*c->p && !(c->p[0] == '-' && c->p[1] == '-' && c->p[2] == '>'))
            c->p++;
        c->p += *c->p ? 3 : 0;
        return T_COMMENT;
    }
    int close = *c->p == '/';
    c->p += close;
    c->hash = name(c);
    for (skip_space(c); is_name(*c->p); skip_space(c)) {
        uint32_t a = name(c);
        if (*c->p++ != '=' || *c->p++ != '"')
            return T_BAD;
        while (*c->p && *c->p != '"')
            a ^= *c->p == '&' ? entity(c) : *c->p++;
        c->p++;
        c->attributes += (int)(a & 0xff) + 1;
    }
    int empty = *c->p == '/';
    c->p += empty;
    if (*c->p++ != '>')
        return T_BAD;
    return close ? T_CLOSE : empty ? T_EMPTY : T_OPEN;
}

static unsigned char *puts_(unsigned char *p, const char *s)
{
    while (*s)
        *p++ = (unsigned char)*s++;
    return p;
}

static unsigned char *element(unsigned char *p, uint32_t *s, int depth)
{
    static const char *const tags[] = {"a", "item", "ns:list", "p-1"};
    *s = *s * 1664525u + 1013904223u;
    const char *tag = tags[*s >> 30];
    p = puts_(puts_(puts_(p, "<"), tag), *s & 0x4000 ? " id=\"x&lt;7\" class=\"big red\"" : "");
    if (depth == 0 || *s >> 27 == 3)
        return puts_(p, " />");
    p = puts_(p, ">");
    for (int i = 0; i < 3; i++)
        p = puts_(element(p, s, depth - 1), *s & 0x1000 ? " text &amp; more\n" : "<!-- note -->");
    return puts_(puts_(puts_(p, "</"), *s % 50 ? tag : "oops"), ">");
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t s = 2, h = 0;
    for (; n > 0; n--) {
        for (int k = 0; k < 3; k++) {
            *element(doc, &s, 4) = 0;
            for (int again = 0; again < 4; again++) {
                struct cursor c = {doc, 0, 0};
                enum kind t;
                int depth = 0;
                while ((t = next(&c)) != T_EOF) {
                    if (t == T_OPEN)
                        stack[depth++ & 63] = c.hash;
                    else if (t == T_CLOSE && stack[--depth & 63] != c.hash)
                        h += 77;
                    h = h * 3 + c.hash + (uint32_t)t + (uint32_t)c.attributes;
                }
            }
        }
    }
    return (int)h;
}
