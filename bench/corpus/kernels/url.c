// URLs: split by RFC 3986, relative references resolved, dot segments removed, queries sorted, percent escapes normalised.
#include <stdint.h>

typedef struct { const char *p; int n; } str;
typedef struct { str scheme, user, host, path, query, fragment; int port, absolute; } url;

static char out[1024];
static int len;

static str cut(const char *a, const char *b) { return (str){a, (int)(b - a)}; }
static int alpha(char c) { return (unsigned)((c | 32) - 'a') < 26; }
static int digit(char c) { return (unsigned)(c - '0') < 10; }

static url split(const char *s) {
    url u = {.port = -1};
    const char *p = s, *q;
    while (alpha(*p) || (p > s && (digit(*p) || *p == '+' || *p == '-' || *p == '.'))) p++;
    if (p > s && *p == ':') {
        u.scheme = cut(s, p);
        s = p + 1;
    }
    if (s[0] == '/' && s[1] == '/') {
        u.absolute = 1;
        s += 2;
        for (p = s; *p && *p != '/' && *p != '?' && *p != '#'; p++)
            if (*p == '@') u.user = cut(s, p), s = p + 1;
        for (q = p; q > s && digit(q[-1]);) q--;
        if (q > s && q[-1] == ':') {
            u.port = 0;
            u.host = cut(s, q - 1);
            for (; q < p; q++) u.port = u.port * 10 + *q - '0';
        } else
            u.host = cut(s, p);
        s = p;
    }
    for (p = s; *p && *p != '?' && *p != '#';) p++;
    u.path = cut(s, p);
    if (*p == '?') {
        for (s = ++p; *p && *p != '#';) p++;
        u.query = cut(s, p);
    }
    if (*p == '#') {
        for (s = ++p; *p;) p++;
        u.fragment = cut(s, p);
    }
    return u;
}

static void put(char c) { if (len < 1000) out[len++] = c; }

static int hexval(char c) { return digit(c) ? c - '0' : (unsigned)((c | 32) - 'a') < 6 ? (c | 32) - 'a' + 10 : -1; }

static void normal(str s, int lower) {
    for (int i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%' && i + 2 < s.n && hexval(s.p[i + 1]) >= 0 && hexval(s.p[i + 2]) >= 0) {
            int v = hexval(s.p[i + 1]) * 16 + hexval(s.p[i + 2]);
            i += 2;
            if (alpha((char)v) || digit((char)v) || v == '-' || v == '.' || v == '_' || v == '~') put((char)v);
            else put('%'), put("0123456789ABCDEF"[v >> 4]), put("0123456789ABCDEF"[v & 15]);
        } else if ((unsigned char)c <= ' ' || (unsigned char)c > 126) {
            put('%'), put("0123456789ABCDEF"[(c >> 4) & 15]), put("0123456789ABCDEF"[c & 15]);
        } else
            put(lower && alpha(c) ? (char)(c | 32) : c);
    }
}

static void dots(int from) {
    int w = from;
    for (int r = from; r < len;) {
        int e = r + 1;
        while (e < len && out[e] != '/') e++;
        int seg = e - r - 1;
        if (seg == 1 && out[r + 1] == '.') {
            if (e == len) out[w++] = '/';
        } else if (seg == 2 && out[r + 1] == '.' && out[r + 2] == '.') {
            while (w > from && out[--w] != '/') {}
            if (e == len) out[w++] = '/';
        } else
            for (int i = r; i < e; i++) out[w++] = out[i];
        r = e;
    }
    len = w;
}

static int before(str a, str b) {
    for (int i = 0; i < a.n && i < b.n; i++)
        if (a.p[i] != b.p[i]) return a.p[i] < b.p[i];
    return a.n < b.n;
}

static void query(str q) {
    str pair[16];
    int n = 0;
    for (const char *p = q.p, *end = q.p + q.n, *s = p; q.n && p <= end; p++)
        if ((p == end || *p == '&') && n < 16) {
            str x = cut(s, p);
            int i = n++;
            for (; i > 0 && before(x, pair[i - 1]); i--) pair[i] = pair[i - 1];
            pair[i] = x;
            s = p + 1;
        }
    for (int i = 0; i < n; i++) {
        put(i ? '&' : '?');
        normal(pair[i], 0);
    }
}

static void resolve(const url *b, const url *r) {
    const url *auth = r->absolute ? r : b;
    len = 0;
    normal(r->scheme.n ? r->scheme : b->scheme, 1);
    put(':'), put('/'), put('/');
    normal(auth->host, 1);
    if (auth->port >= 0 && auth->port != 80) put(':'), put((char)('0' + auth->port / 10 % 10)), put((char)('0' + auth->port % 10));
    int from = len;
    if (r->path.n == 0 && !r->absolute) normal(b->path, 0);
    else if (r->path.n && (r->path.p[0] == '/' || r->absolute)) normal(r->path, 0);
    else {
        int k = b->path.n;
        while (k > 0 && b->path.p[k - 1] != '/') k--;
        normal((str){b->path.p, k}, 0);
        normal(r->path, 0);
    }
    dots(from);
    query(r->query.n || r->path.n ? r->query : b->query);
    if (r->fragment.n) put('#'), normal(r->fragment, 0);
}

__attribute__((export_name("run"))) int run(int n) {
    static const char *const bases[] = {"http://Example.COM:80/a/b/c/d;p?q", "https://user:pw@host.org:8443/x/y/../z/?k=v&a=1",
                                        "ftp://files.net/%7Euser/docs/report%20final.txt"};
    static const char *const refs[] = {"g", "./g/.", "../../g?y=2&x=1&b=3", "//other.net/p/./q/../r", "#frag", "?z=%41%2f&y", "/abs/%e2%82%ac/path",
                                       "g;x=1/../y", "mailto:a@b.c", "../../../../up", "a b\tc/d?e f#g h", "HTTP://LOUD.example/%7e%3A"};
    uint32_t h = 0;
    for (int k = 0; k < n * 70; k++)
        for (int b = 0; b < 3; b++) {
            url base = split(bases[b]);
            for (int r = 0; r < 12; r++) {
                url ref = split(refs[(r + k) % 12]);
                resolve(&base, &ref);
                for (int i = 0; i < len; i++) h = (h ^ (unsigned char)out[i]) * 16777619u;
            }
        }
    return (int)h;
}
