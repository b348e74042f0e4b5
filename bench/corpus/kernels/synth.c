// A small synthesizer (float): wavetable voices, ADSR envelopes as state machines, resonant filter, chorus, soft clip.
#include <stdint.h>

#define RATE 8000.0f
#define TABLE 256
#define VOICES 4

enum stage { OFF, ATTACK, DECAY, SUSTAIN, RELEASE };
struct env { enum stage stage; float level, attack, decay, sustain, release; };
struct voice { float phase, step, low, band, velocity; struct env env; int note; };

static float wave[TABLE + 1], delay[512];
static struct voice voices[VOICES];
static int delay_at;

static void make_wave(void) {
    float s = 0.0f, c = 1.0f;
    for (int i = 0; i <= TABLE; i++) wave[i] = 0;
    for (int h = 1; h <= 7; h += 2) {
        float k = 2.0f * 3.14159265f * (float)h / TABLE;
        s = 0.0f;
        c = 1.0f;
        for (int i = 0; i <= TABLE; i++) {
            wave[i] += s / (float)h;
            s += k * c;
            c -= k * s;
        }
    }
}

static float tick(struct env *e) {
    switch (e->stage) {
    case ATTACK:
        e->level += e->attack;
        if (e->level >= 1.0f) e->level = 1.0f, e->stage = DECAY;
        break;
    case DECAY:
        e->level += (e->sustain - e->level) * e->decay;
        if (e->level - e->sustain < 0.001f) e->stage = SUSTAIN;
        break;
    case RELEASE:
        e->level *= e->release;
        if (e->level < 0.0005f) e->level = 0, e->stage = OFF;
        break;
    case SUSTAIN:
    case OFF: break;
    }
    return e->level;
}

static float render(struct voice *v, float cutoff) {
    int i = (int)v->phase;
    float f = v->phase - (float)i, x = wave[i] + f * (wave[i + 1] - wave[i]);
    v->phase += v->step;
    if (v->phase >= TABLE) v->phase -= TABLE;
    float e = tick(&v->env), k = cutoff * (0.2f + 0.8f * e);
    v->low += k * v->band;
    v->band += k * (x - v->low - 0.4f * v->band);
    return v->low * e * v->velocity;
}

static void note_on(int note, float velocity) {
    struct voice *v = voices, *quiet = voices;
    for (; v < voices + VOICES; v++) {
        if (v->env.stage == OFF) { quiet = v; break; }
        if (v->env.level < quiet->env.level) quiet = v;
    }
    float freq = 55.0f;
    for (int i = 0; i < note; i++) freq *= 1.0594631f;
    *quiet = (struct voice){.step = freq * TABLE / RATE, .velocity = velocity, .note = note,
                            .env = {ATTACK, 0.0f, 0.004f + 0.001f * (float)(note & 3), 0.003f, 0.4f, 0.997f}};
}

static float chorus(float x, float lfo) {
    delay[delay_at] = x;
    float d = 200.0f + 60.0f * lfo, whole = __builtin_floorf(d), part = d - whole;
    int a = (delay_at - (int)whole) & 511, b = (a - 1) & 511;
    delay_at = (delay_at + 1) & 511;
    float y = x + 0.5f * (delay[a] * (1.0f - part) + delay[b] * part);
    y = y > 1.5f ? 1.5f : y < -1.5f ? -1.5f : y;
    return y - y * y * y * 0.148f;
}

__attribute__((export_name("run"))) int run(int n) {
    static const uint8_t tune[] = {12, 16, 19, 24, 0, 19, 16, 12, 14, 17, 21, 0, 26, 21};
    uint32_t check = 0;
    make_wave();
    for (int k = 0; k < n * 14; k++) {
        int note = tune[k % 14];
        if (note) note_on(note, 0.3f + 0.05f * (float)(k % 5));
        for (int i = 0; i < 1500; i++) {
            if (i == 1000)
                for (int v = 0; v < VOICES; v++)
                    if (voices[v].note == note && voices[v].env.stage != OFF) voices[v].env.stage = RELEASE;
            float sum = 0, lfo = (float)(i % 750 < 375 ? i % 375 : 375 - i % 375) / 375.0f;
            for (int v = 0; v < VOICES; v++)
                if (voices[v].env.stage != OFF) sum += render(&voices[v], 0.3f + 0.2f * lfo);
            check = check * 31 + (uint32_t)(int)(chorus(sum, lfo) * 16384.0f);
        }
    }
    return (int)check;
}
