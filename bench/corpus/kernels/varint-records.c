// Protocol-buffer-like wire format: varints, zigzag, nested messages; encode, decode, bloom filter.
#include <stdint.h>
#include <stddef.h>
#include <stdbool.h>

typedef struct { uint8_t *p, *end; } writer;
typedef struct { const uint8_t *p, *end; bool bad; } reader;
struct sample { int64_t delta; uint32_t flags; };
struct message { uint64_t id; char name[16]; int n; struct sample samples[8]; };

static uint8_t wire[30000];
static uint32_t bloom[512];

static void put_varint(writer *w, uint64_t v)
{
    while (v >= 0x80) {
        *w->p++ = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    *w->p++ = (uint8_t)v;
}

static uint64_t get_varint(reader *r)
{
    uint64_t v = 0;
    for (int shift = 0; shift < 64 && r->p < r->end; shift += 7) {
        uint8_t b = *r->p++;
        v |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80))
            return v;
    }
    r->bad = true;
    return 0;
}

static uint64_t zigzag(int64_t v) { return (uint64_t)v << 1 ^ (uint64_t)(v >> 63); }
static int64_t unzigzag(uint64_t v) { return (int64_t)(v >> 1) ^ -(int64_t)(v & 1); }

static void put_message(writer *w, const struct message *m)
{
    put_varint(w, 1 << 3 | 0);
    put_varint(w, m->id);
    size_t len = 0;
    while (m->name[len])
        len++;
    put_varint(w, 2 << 3 | 2);
    put_varint(w, len);
    for (size_t i = 0; i < len; i++)
        *w->p++ = (uint8_t)m->name[i];
    for (int i = 0; i < m->n; i++) {
        uint8_t tmp[32];
        writer sub = {tmp, tmp + sizeof tmp};
        put_varint(&sub, 1 << 3 | 0);
        put_varint(&sub, zigzag(m->samples[i].delta));
        put_varint(&sub, 2 << 3 | 5);
        for (int b = 0; b < 4; b++)
            *sub.p++ = (uint8_t)(m->samples[i].flags >> 8 * b);
        put_varint(w, 3 << 3 | 2);
        put_varint(w, (uint64_t)(sub.p - tmp));
        for (const uint8_t *q = tmp; q < sub.p; q++)
            *w->p++ = *q;
    }
}

static uint64_t read_message(reader r, int depth)
{
    uint64_t h = 0;
    while (r.p < r.end && !r.bad) {
        uint64_t tag = get_varint(&r);
        switch (tag & 7) {
        case 0: {
            uint64_t v = get_varint(&r);
            h = h * 31 + (depth ? (uint64_t)unzigzag(v) : v);
            break;
        }
        case 2: {
            uint64_t len = get_varint(&r);
            if (len > (uint64_t)(r.end - r.p))
                return ~h;
            reader sub = {r.p, r.p + len, false};
            if (tag >> 3 == 3)
                h += read_message(sub, depth + 1);
            else
                while (sub.p < sub.end)
                    h = h * 33 + *sub.p++;
            r.p = sub.end;
            break;
        }
        case 5:
            h ^= (uint64_t)r.p[0] | (uint64_t)r.p[1] << 8 | (uint64_t)r.p[2] << 16 | (uint64_t)r.p[3] << 24;
            r.p += 4;
            break;
        default: return ~h;
        }
    }
    return h;
}

static bool seen(uint64_t h)
{
    bool all = true;
    for (int k = 0; k < 3; k++, h = h * 0x9E3779B97F4A7C15ull + 1) {
        uint32_t *w = &bloom[h >> 55], bit = 1u << (h >> 50 & 31);
        all &= (*w & bit) != 0;
        *w |= bit;
    }
    return all;
}

__attribute__((export_name("run"))) int run(int n)
{
    uint64_t s = 77, h = 0;
    for (; n > 0; n--) {
        for (int i = 0; i < 512; i++)
            bloom[i] = 0;
        for (int k = 0; k < 8; k++) {
            writer w = {wire, wire + sizeof wire};
            while (w.end - w.p > 400) {
                s = s * 6364136223846793005ull + 1442695040888963407ull;
                struct message m = {.id = s >> (s >> 58), .n = (int)(s >> 20 & 7)};
                for (int i = 0; i < 3 + (int)(s >> 61); i++)
                    m.name[i] = (char)('a' + (s >> (4 * i) & 15));
                for (int i = 0; i < m.n; i++)
                    m.samples[i] = (struct sample){(int64_t)(s << i) >> (8 * i), (uint32_t)(s >> i)};
                uint8_t tmp[300];
                writer sub = {tmp, tmp + sizeof tmp};
                put_message(&sub, &m);
                put_varint(&w, (uint64_t)(sub.p - tmp));
                for (uint8_t *q = tmp; q < sub.p; q++)
                    *w.p++ = *q;
            }
            for (reader r = {wire, w.p, false}; r.p < r.end && !r.bad;) {
                uint64_t len = get_varint(&r), x = read_message((reader){r.p, r.p + len, false}, 0);
                h = h * 3 + x + seen(x);
                r.p += len;
            }
        }
    }
    return (int)(h ^ h >> 32);
}
