// Serial framing: COBS, SLIP and HDLC bit stuffing, with a receiver as a state machine on a noisy line.
#include <stddef.h>
#include <stdint.h>

static uint8_t payload[300], wire[900], back[900];

static size_t cobs(const uint8_t *in, size_t n, uint8_t *out)
{
    uint8_t *code = out, *o = out + 1, run = 1;
    while (n--) {
        if (*in) {
            *o++ = *in;
            run++;
        }
        if (!*in++ || run == 255) {
            *code = run;
            run = 1;
            code = o++;
        }
    }
    *code = run;
    *o++ = 0;
    return (size_t)(o - out);
}

static size_t uncobs(const uint8_t *in, uint8_t *out)
{
    uint8_t *o = out;
    while (*in) {
        uint8_t code = *in++;
        for (uint8_t i = 1; i < code; i++)
            *o++ = *in++;
        if (code < 255 && *in)
            *o++ = 0;
    }
    return (size_t)(o - out);
}

enum { END = 0xc0, ESC = 0xdb, ESC_END = 0xdc, ESC_ESC = 0xdd };

static size_t slip(const uint8_t *in, size_t n, uint8_t *out)
{
    size_t k = 0;
    out[k++] = END;
    for (size_t i = 0; i < n; i++)
        switch (in[i]) {
        case END:
            out[k++] = ESC;
            out[k++] = ESC_END;
            break;
        case ESC:
            out[k++] = ESC;
            out[k++] = ESC_ESC;
            break;
        default:
            out[k++] = in[i];
        }
    out[k++] = END;
    return k;
}

typedef struct {
    enum { IDLE, DATA, ESCAPED, LOST } state;
    uint16_t length, sum;
    unsigned good, bad;
} receiver;

static void receive(receiver *r, uint8_t c)
{
    switch (r->state) {
    case IDLE:
    case DATA:
        if (c == END) {
            if (r->length) {
                if (r->sum == 0)
                    r->good++;
                else
                    r->bad++;
            }
            r->state = IDLE;
            r->length = r->sum = 0;
            return;
        }
        if (c == ESC) {
            r->state = ESCAPED;
            return;
        }
        break;
    case ESCAPED:
        if (c != ESC_END && c != ESC_ESC) {
            r->state = LOST;
            r->bad++;
            return;
        }
        c = c == ESC_END ? END : ESC;
        break;
    case LOST:
        if (c == END) {
            r->state = IDLE;
            r->length = r->sum = 0;
        }
        return;
    }
    r->state = DATA;
    r->sum = (uint16_t)((r->sum + c) % 255);
    r->length++;
}

static size_t stuff(const uint8_t *in, size_t n, uint8_t *out)
{
    size_t bits = 0;
    int ones = 0;
    out[0] = 0;
    for (size_t i = 0; i < n * 8; i++) {
        int b = in[i >> 3] >> (i & 7) & 1;
        for (int pass = 0; pass < 2; pass++) {
            if ((bits & 7) == 0)
                out[bits >> 3] = 0;
            out[bits >> 3] |= (uint8_t)(b << (bits & 7));
            bits++;
            ones = b ? ones + 1 : 0;
            if (ones < 5)
                break;
            b = 0;
        }
    }
    return bits;
}

static size_t unstuff(const uint8_t *in, size_t bits, uint8_t *out)
{
    size_t k = 0;
    int ones = 0;
    for (size_t i = 0; i < bits; i++) {
        int b = in[i >> 3] >> (i & 7) & 1;
        if (ones == 5) {
            ones = 0;
            continue;
        }
        ones = b ? ones + 1 : 0;
        if ((k & 7) == 0)
            out[k >> 3] = 0;
        out[k >> 3] |= (uint8_t)(b << (k & 7));
        k++;
    }
    return k;
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t s = 5, h = 0;
    receiver r = {IDLE, 0, 0, 0, 0};
    for (int k = 0; k < n * 40; k++) {
        unsigned sum = 0;
        for (int i = 0; i < 299; i++) {
            s = s * 1664525u + 1013904223u;
            payload[i] = (uint8_t)(k % 3 == 0 ? (s >> 30 ? s >> 24 : 0) : k % 3 == 1 ? 0xff : (s >> 27) + 0xc0);
            sum += payload[i];
        }
        payload[299] = (uint8_t)(255 - sum % 255);
        size_t c = cobs(payload, 300, wire);
        h = h * 31 + (uint32_t)(c + uncobs(wire, back));
        c = slip(payload, 300, wire);
        for (size_t i = 0; i < c; i++) {
            if (k % 4 == 3 && i == 100)
                wire[i] ^= 1 << (k & 7);
            receive(&r, wire[i]);
        }
        c = stuff(payload, 300, wire);
        h = h * 31 + (uint32_t)(c + unstuff(wire, c, back));
        for (int i = 0; i < 300; i++)
            h += (uint32_t)(back[i] == payload[i]) << (i & 15);
    }
    return (int)(h ^ r.good << 16 ^ r.bad);
}
