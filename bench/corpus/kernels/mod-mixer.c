// Tracker music: patterns of packed notes, samples stepped in 16.16 with loops, volume slides, arpeggio, 16-bit mixing.
#include <stdint.h>

typedef struct { int8_t *data; uint32_t length, loop, loop_len; } sample;
typedef struct { const sample *s; uint32_t pos, step; uint16_t period, base; int8_t volume, slide; uint8_t pan, effect, param; } channel;

static int8_t wave[3][4000];
static sample samples[3] = {{wave[0], 4000, 0, 0}, {wave[1], 64, 0, 64}, {wave[2], 1000, 600, 400}};
static channel ch[4];
static uint32_t pattern[64][4];
static int32_t mix[2 * 200];
static int16_t out[2 * 200];

static void make(void)
{
    uint32_t s = 1;
    for (int i = 0; i < 4000; i++) {
        s = s * 1103515245u + 12345u;
        wave[0][i] = (int8_t)((int)(s >> 24) * (4000 - i) / 4000 - 64 * (4000 - i) / 4000);
        wave[1][i] = (int8_t)(i & 32 ? 60 : -60);
        wave[2][i] = (int8_t)((i * 5 & 127) - 64);
    }
    for (int r = 0; r < 64; r++)
        for (int c = 0; c < 4; c++) {
            s = s * 1103515245u + 12345u;
            uint32_t note = (s >> 16 & 3) ? 0 : 1 + (s >> 20) % 24;
            pattern[r][c] = note << 24 | (s >> 9 & 1 ? (s >> 5) % 3 + 1 : 0) << 20 | (s >> 28) % 6 << 8 | (s >> 12 & 0x3f);
        }
}

static uint16_t period_of(int note)
{
    static const uint16_t octave[12] = {856, 808, 762, 720, 678, 640, 604, 570, 538, 508, 480, 453};
    return (uint16_t)(octave[note % 12] >> note / 12);
}

static void row(const uint32_t *cells)
{
    for (int c = 0; c < 4; c++) {
        channel *k = &ch[c];
        uint32_t cell = cells[c];
        unsigned note = cell >> 24, instrument = cell >> 20 & 15;
        k->effect = cell >> 8 & 15;
        k->param = (uint8_t)cell;
        if (instrument) {
            k->s = &samples[instrument - 1];
            k->volume = 48;
        }
        if (note) {
            k->base = period_of((int)note - 1);
            if (k->effect != 3) {
                k->period = k->base;
                k->pos = 0;
            }
        }
        if (k->effect == 4)
            k->volume = (int8_t)(k->param > 63 ? 63 : k->param);
    }
}

static void tick(int t)
{
    for (channel *k = ch; k < ch + 4; k++) {
        unsigned p = k->period ? k->period : 428;
        switch (k->effect) {
        case 0:
            if (k->param && t % 3)
                p = p * (t % 3 == 1 ? 61 : 54) / 64 - (k->param & 3);
            break;
        case 1:
            if (k->period > 113 + 2)
                k->period = (uint16_t)(k->period - 2);
            break;
        case 2:
            if (k->period < 856)
                k->period = (uint16_t)(k->period + 3);
            break;
        case 3:
            if (k->period < k->base)
                k->period = (uint16_t)(k->period + 4);
            else if (k->period > k->base + 4)
                k->period = (uint16_t)(k->period - 4);
            break;
        case 5: {
            int v = k->volume + (k->param & 32 ? 3 : -2);
            k->volume = (int8_t)(v < 0 ? 0 : v > 63 ? 63 : v);
            break;
        }
        }
        k->step = 3546895u / p * 65536u / 8000u;
    }
}

static void render(int frames)
{
    for (int i = 0; i < 2 * frames; i++)
        mix[i] = 0;
    for (channel *k = ch; k < ch + 4; k++) {
        const sample *s = k->s;
        if (!s || !k->volume)
            continue;
        uint32_t end = (s->loop_len ? s->loop + s->loop_len : s->length) << 16;
        int left = k->volume * (255 - k->pan), right = k->volume * k->pan;
        for (int32_t *m = mix; m < mix + 2 * frames; m += 2) {
            if (k->pos >= end) {
                if (!s->loop_len)
                    break;
                while (k->pos >= end)
                    k->pos -= s->loop_len << 16;
            }
            uint32_t i = k->pos >> 16;
            int a = s->data[i], b = i + 1 < end >> 16 ? s->data[i + 1] : a, v = a * 256 + (b - a) * (int)(k->pos >> 8 & 255);
            m[0] += v * left >> 8;
            m[1] += v * right >> 8;
            k->pos += k->step;
        }
    }
    for (int i = 0; i < 2 * frames; i++) {
        int v = mix[i] >> 7;
        out[i] = (int16_t)(v > 32767 ? 32767 : v < -32768 ? -32768 : v);
    }
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t h = 0;
    make();
    for (int c = 0; c < 4; c++)
        ch[c] = (channel){.pan = (uint8_t)(c == 0 || c == 3 ? 64 : 192)};
    for (int r = 0; r < n * 64; r++) {
        row(pattern[r & 63]);
        for (int t = 0; t < 6; t++) {
            tick(t);
            render(60);
            for (int i = 0; i < 120; i++)
                h = h * 31 + (uint16_t)out[i];
        }
    }
    return (int)h;
}
