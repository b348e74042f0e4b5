// Audio filters: FIR with a ring buffer, a biquad cascade, Goertzel bins, a comb reverb and an envelope.
#include <stdint.h>

#define TAPS 32
#define SECTIONS 4
#define BLOCK 256

typedef struct { float b0, b1, b2, a1, a2, z1, z2; } Biquad;
typedef struct { float history[TAPS], coeff[TAPS]; unsigned pos; } Fir;

static Biquad cascade[SECTIONS];
static Fir fir;
static float delay_line[1024];
static float buf[BLOCK];

static float fir_tick(Fir *f, float x) {
    f->history[f->pos & (TAPS - 1)] = x;
    float y = 0.0f;
    for (unsigned i = 0; i < TAPS; i++) y += f->coeff[i] * f->history[(f->pos - i) & (TAPS - 1)];
    f->pos++;
    return y;
}

static inline float biquad_tick(Biquad *q, float x) {
    float y = q->b0 * x + q->z1;
    q->z1 = q->b1 * x - q->a1 * y + q->z2;
    q->z2 = q->b2 * x - q->a2 * y;
    return y;
}

static void run_cascade(float *s, int n) {
    for (int k = 0; k < SECTIONS; k++)
        for (int i = 0; i < n; i++) s[i] = biquad_tick(&cascade[k], s[i]);
}

static double goertzel(const float *s, int n, double coeff) {
    double s1 = 0.0, s2 = 0.0;
    while (n-- > 0) {
        double s0 = *s++ + coeff * s1 - s2;
        s2 = s1;
        s1 = s0;
    }
    return s1 * s1 + s2 * s2 - coeff * s1 * s2;
}

static void comb(float *s, int n, int *at) {
    int p = *at;
    for (int i = 0; i < n; i++) {
        float out = delay_line[p];
        delay_line[p] = s[i] + out * 0.5f;
        s[i] = 0.7f * s[i] + 0.3f * out;
        if (++p == 743) p = 0;
    }
    *at = p;
}

__attribute__((export_name("run"))) int run(int n) {
    unsigned phase = 0, noise = 1;
    int at = 0;
    unsigned check = 0;
    float level = 0.0f;
    for (int i = 0; i < TAPS; i++) fir.coeff[i] = (float)((i + 1) * (TAPS - i)) / 6000.0f;
    for (int k = 0; k < SECTIONS; k++) cascade[k] = (Biquad){.b0 = 0.3f, .b1 = 0.5f - 0.05f * (float)k, .b2 = 0.2f, .a1 = -0.3f + 0.1f * (float)k, .a2 = 0.25f};
    for (int block = 0; block < n * 16; block++) {
        for (int i = 0; i < BLOCK; i++) {
            phase += 440u * 97391u;
            noise = noise * 196314165u + 907633515u;
            float saw = (float)(int)phase / 2147483648.0f, hiss = (float)(int)noise / 2147483648.0f;
            buf[i] = fir_tick(&fir, saw + 0.1f * hiss);
        }
        run_cascade(buf, BLOCK);
        comb(buf, BLOCK, &at);
        for (int i = 0; i < BLOCK; i++) {
            float m = __builtin_fabsf(buf[i]);
            level += (m > level ? 0.1f : 0.001f) * (m - level);
        }
        for (int bin = 0; bin < 5; bin++) check = check * 3 + (int)goertzel(buf, BLOCK, 1.9 - 0.3 * bin);
        check += (int)(level * 1000.0f);
    }
    return (int)check;
}
