// HTTP/1.1 messages: request line, headers folded to known names by hash, chunked bodies, one byte at a time.
#include <stdint.h>

enum state { METHOD, TARGET, VERSION, NAME, VALUE, EMPTY, BODY, SIZE, CHUNK, CHUNK_END, TRAILER, DONE, FAILED };
struct parser {
    enum state state;
    uint32_t hash, left, headers, close, bytes, body_sum;
    int chunked, name_len, last_cr;
};

static uint32_t known[4];

static uint32_t step(uint32_t h, char c) { return (h ^ (uint32_t)(c | 0x20)) * 0x01000193u; }

static uint32_t hash_of(const char *s) {
    uint32_t h = 0x811c9dc5u;
    while (*s) h = step(h, *s++);
    return h;
}

static void header_end(struct parser *p) {
    p->headers++;
    p->state = NAME;
    p->name_len = 0;
    p->hash = 0x811c9dc5u;
}

static void feed(struct parser *p, char c) {
    p->bytes++;
    switch (p->state) {
    case METHOD:
        if (c == ' ') p->state = TARGET;
        else if ((unsigned)(c - 'A') > 25) p->state = FAILED;
        break;
    case TARGET:
        if (c == ' ') p->state = VERSION;
        else if ((unsigned char)c < 33) p->state = FAILED;
        else p->body_sum = p->body_sum * 31 + (uint8_t)c;
        break;
    case VERSION:
        if (c == '\n') header_end(p);
        break;
    case NAME:
        if (c == ':' && p->name_len) {
            p->state = VALUE;
            if (p->hash == known[0]) p->left = 0;
        } else if (c == '\r') {
        } else if (c == '\n') {
            p->state = p->chunked ? SIZE : p->left ? BODY : DONE;
        } else {
            p->hash = step(p->hash, c);
            p->name_len++;
        }
        break;
    case VALUE:
        if (c == '\n') header_end(p);
        else if (p->hash == known[0]) {
            if ((unsigned)(c - '0') < 10) p->left = p->left * 10 + (uint32_t)(c - '0');
        } else if (p->hash == known[1]) {
            if ((c | 32) == 'k') p->chunked = 1;
        } else if (p->hash == known[2]) {
            if ((c | 32) == 'o') p->close++;
        } else if (p->hash == known[3])
            p->body_sum += (uint32_t)(c | 32);
        break;
    case BODY:
        p->body_sum = p->body_sum * 33 + (uint8_t)c;
        if (--p->left == 0) p->state = DONE;
        break;
    case SIZE: {
        unsigned d = (unsigned char)c;
        d = d - '0' < 10 ? d - '0' : (d | 32) - 'a' < 6 ? (d | 32) - 'a' + 10 : 99;
        if (d < 16) p->left = p->left << 4 | d;
        else if (c == '\n') p->state = p->left ? CHUNK : TRAILER;
        break;
    }
    case CHUNK:
        p->body_sum = p->body_sum * 33 + (uint8_t)c;
        if (--p->left == 0) p->state = CHUNK_END;
        break;
    case CHUNK_END:
        if (c == '\n') p->state = SIZE;
        break;
    case TRAILER:
        if (c == '\n' && p->last_cr) p->state = DONE;
        break;
    default: break;
    }
    p->last_cr = c == '\r';
}

static char buf[2048];

static char *puts_(char *o, const char *s) {
    while (*s) *o++ = *s++;
    return o;
}

__attribute__((export_name("run"))) int run(int n) {
    static const char *const methods[] = {"GET", "POST", "DELETE", "PATCH"};
    uint32_t h = 0;
    known[0] = hash_of("Content-Length");
    known[1] = hash_of("Transfer-Encoding");
    known[2] = hash_of("Connection");
    known[3] = hash_of("Host");
    for (int k = 0; k < n * 700; k++) {
        char *o = puts_(puts_(buf, methods[k & 3]), k % 5 ? " /index.html?id=12&lang=en" : " /api/v2/items/\t");
        o = puts_(o, " HTTP/1.1\r\nHost: www.Example.org\r\nAccept: text/html;q=0.8, */*\r\nuser-agent: reader/1.0 (small)\r\n");
        o = puts_(o, k % 3 ? "Connection: keep-alive\r\n" : "CONNECTION: close\r\n");
        if (k & 1) {
            o = puts_(o, "transfer-encoding: chunked\r\n\r\n");
            for (int c = 1 + k % 9; c > 0; c -= 2) {
                *o++ = "0123456789abcdef"[c];
                o = puts_(o, ";ext=1\r\n");
                for (int i = 0; i < c; i++) *o++ = (char)('a' + (i * k) % 26);
                o = puts_(o, "\r\n");
            }
            o = puts_(o, "0\r\n\r\n");
        } else {
            o = puts_(o, "Content-Length: 60\r\nCookie: a=b; session=0123456789abcdef\r\n\r\n");
            for (int i = 0; i < 60; i++) *o++ = (char)(' ' + (i + k) % 90);
        }
        struct parser p = {0};
        for (char *c = buf; c < o && p.state < DONE; c++) feed(&p, *c);
        h = h * 31 + p.state * 7u + p.headers + p.body_sum + p.bytes + p.close;
    }
    return (int)h;
}
