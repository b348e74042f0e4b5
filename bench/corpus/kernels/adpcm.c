// IMA-like ADPCM and mu-law: encode and decode 16-bit sound, count the error.
#include <stdint.h>

#define SAMPLES 6000

static int16_t sound[SAMPLES], decoded[SAMPLES];
static uint8_t nibbles[SAMPLES / 2], ulaw[SAMPLES];
static int16_t step_table[89];
static const int8_t index_table[8] = {-1, -1, -1, -1, 2, 4, 6, 8};

typedef struct { int predictor, index; } State;

static void make_steps(void) {
    int v = 7 << 8;
    for (int i = 0; i < 89; i++) {
        int s = v >> 8;
        step_table[i] = (int16_t)(s > 32767 ? 32767 : s);
        v += v / 10;
        if (v > 32767 << 8) v = 32767 << 8;
    }
}

static int advance(State *s, int code) {
    int step = step_table[s->index], diff = step >> 3;
    if (code & 4) diff += step;
    if (code & 2) diff += step >> 1;
    if (code & 1) diff += step >> 2;
    s->predictor += code & 8 ? -diff : diff;
    if (s->predictor > 32767) s->predictor = 32767;
    else if (s->predictor < -32768) s->predictor = -32768;
    s->index += index_table[code & 7];
    if (s->index < 0) s->index = 0;
    else if (s->index > 88) s->index = 88;
    return s->predictor;
}

static int encode(State *s, int sample) {
    int step = step_table[s->index], diff = sample - s->predictor, code = 0;
    if (diff < 0) { code = 8; diff = -diff; }
    if (diff >= step) { code |= 4; diff -= step; }
    step >>= 1;
    if (diff >= step) { code |= 2; diff -= step; }
    if (diff >= step >> 1) code |= 1;
    advance(s, code);
    return code;
}

static uint8_t to_ulaw(int16_t pcm) {
    int sign = pcm < 0 ? 0x80 : 0, v = pcm < 0 ? -pcm : pcm;
    if (v > 32635) v = 32635;
    v += 132;
    int exponent = 31 - __builtin_clz((unsigned)v) - 7;
    return (uint8_t)~(sign | exponent << 4 | (v >> (exponent + 3) & 15));
}

static int from_ulaw(uint8_t u) {
    u = (uint8_t)~u;
    int v = (((u & 15) << 3) + 132) << ((u >> 4) & 7);
    return u & 0x80 ? 132 - v : v - 132;
}

__attribute__((export_name("run"))) int run(int n) {
    int64_t err = 0;
    unsigned check = 0;
    make_steps();
    for (int k = 0; k < n * 4; k++) {
        int y = 0, v = 900 + k % 50;
        for (int i = 0; i < SAMPLES; i++) {  // a resonator struck now and then
            v -= y / 40;
            y += v;
            if (i % 1000 == 999) v += 700;
            sound[i] = (int16_t)(y > 30000 ? 30000 : y < -30000 ? -30000 : y);
        }
        State e = {0, 0}, d = {0, 0};
        for (int i = 0; i < SAMPLES; i += 2) {
            int lo = encode(&e, sound[i]);
            nibbles[i / 2] = (uint8_t)(lo | encode(&e, sound[i + 1]) << 4);
        }
        for (int i = 0; i < SAMPLES; i++) decoded[i] = (int16_t)advance(&d, nibbles[i / 2] >> (i & 1) * 4 & 15);
        for (int i = 0; i < SAMPLES; i++) {
            ulaw[i] = to_ulaw(decoded[i]);
            int diff = from_ulaw(ulaw[i]) - sound[i];
            err += (int64_t)diff * diff;
            check = check * 31u + ulaw[i];
        }
    }
    return (int)(check ^ (unsigned)err ^ (unsigned)(err >> 32));
}
