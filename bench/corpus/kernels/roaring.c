// Compressed sets of 32-bit integers: sorted arrays or bitmaps by chunk; union, intersection, difference, rank.
#include <stdint.h>
#define memcpy __builtin_memcpy
#define memset __builtin_memset

#define CHUNK 4096
#define LIMIT 256
#define CHUNKS 16

typedef struct {
    uint16_t count;
    uint8_t dense;
    union {
        uint16_t list[LIMIT];
        uint64_t bits[CHUNK / 64];
    } u;
} container;

typedef struct { container c[CHUNKS]; } bitmap;

static bitmap A, B, C, D;

static void to_bits(container *c) {
    uint64_t bits[CHUNK / 64] = {0};
    for (int i = 0; i < c->count; i++) bits[c->u.list[i] >> 6] |= 1ull << (c->u.list[i] & 63);
    memcpy(c->u.bits, bits, sizeof bits);
    c->dense = 1;
}

static void shrink(container *c) {
    uint16_t list[LIMIT];
    int n = 0;
    if (!c->dense || c->count > LIMIT) return;
    for (int w = 0; w < CHUNK / 64; w++)
        for (uint64_t x = c->u.bits[w]; x; x &= x - 1) list[n++] = (uint16_t)(w * 64 + __builtin_ctzll(x));
    memcpy(c->u.list, list, sizeof(uint16_t) * (unsigned)n);
    c->dense = 0;
}

static int lower(const container *c, uint16_t v) {
    int lo = 0, hi = c->count;
    while (lo < hi) {
        int mid = (lo + hi) >> 1;
        if (c->u.list[mid] < v) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

static int has(const bitmap *b, uint32_t v) {
    const container *c = &b->c[v / CHUNK % CHUNKS];
    v %= CHUNK;
    if (c->dense) return c->u.bits[v >> 6] >> (v & 63) & 1;
    int at = lower(c, (uint16_t)v);
    return at < c->count && c->u.list[at] == v;
}

static void add(bitmap *b, uint32_t v) {
    container *c = &b->c[v / CHUNK % CHUNKS];
    v %= CHUNK;
    if (!c->dense) {
        int at = lower(c, (uint16_t)v);
        if (at < c->count && c->u.list[at] == v) return;
        if (c->count < LIMIT) {
            for (int i = c->count++; i > at; i--) c->u.list[i] = c->u.list[i - 1];
            c->u.list[at] = (uint16_t)v;
            return;
        }
        to_bits(c);
    }
    uint64_t *w = &c->u.bits[v >> 6], bit = 1ull << (v & 63);
    c->count += !(*w & bit);
    *w |= bit;
}

static void combine(bitmap *r, const bitmap *x, const bitmap *y, int op) {
    for (int i = 0; i < CHUNKS; i++) {
        const container *a = &x->c[i], *b = &y->c[i];
        container *o = &r->c[i];
        if (!a->dense && !b->dense && op == 0) {
            int p = 0, q = 0, n = 0;
            while (p < a->count && q < b->count) {
                if (a->u.list[p] < b->u.list[q]) p++;
                else if (a->u.list[p] > b->u.list[q]) q++;
                else o->u.list[n++] = a->u.list[p++], q++;
            }
            o->count = (uint16_t)n;
            o->dense = 0;
            continue;
        }
        container s = *a, t = *b;
        if (!s.dense) to_bits(&s);
        if (!t.dense) to_bits(&t);
        int n = 0;
        for (int w = 0; w < CHUNK / 64; w++) {
            uint64_t v = op == 0 ? s.u.bits[w] & t.u.bits[w] : op == 1 ? s.u.bits[w] | t.u.bits[w] : s.u.bits[w] & ~t.u.bits[w];
            o->u.bits[w] = v;
            n += __builtin_popcountll(v);
        }
        o->count = (uint16_t)n;
        o->dense = 1;
        shrink(o);
    }
}

static uint32_t size(const bitmap *b) {
    uint32_t n = 0;
    for (int i = 0; i < CHUNKS; i++) n += b->c[i].count;
    return n;
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t s = 1, check = 0;
    while (n--) {
        memset(&A, 0, sizeof A);
        memset(&B, 0, sizeof B);
        for (int i = 0; i < 9000; i++) {
            s = s * 1103515245u + 12345u;
            add(&A, (s >> 12) & (i & 1 ? 0x3fff : 0xffff));
            add(&B, (s >> 9) % 50000 | 0x1000);
        }
        for (int op = 0; op < 12; op++) {
            combine(&C, &A, &B, op % 3);
            combine(&D, &C, op & 1 ? &A : &B, (op + 1) % 3);
            check = check * 31 + size(&C) * 3 + size(&D);
        }
        for (uint32_t v = 0; v < 65536; v += 7) check += (uint32_t)(has(&A, v) + 2 * has(&C, v) + 4 * has(&D, v)) * v;
    }
    return (int)check;
}
