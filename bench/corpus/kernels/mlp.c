// Multilayer perceptron: forward and backward passes with stochastic gradient descent (float).
#include <stdint.h>

#define INPUTS 16
#define HIDDEN 24
#define OUTPUTS 4

typedef struct {
    float w1[HIDDEN][INPUTS], b1[HIDDEN];
    float w2[OUTPUTS][HIDDEN], b2[OUTPUTS];
    float hidden[HIDDEN], out[OUTPUTS];
} Net;

static Net net;
static uint32_t seed;

static float weight(void) {
    seed = seed * 22695477u + 1u;
    return (float)((int)(seed >> 16) - 32768) / 65536.0f;
}

static float squash(float x) { return x / (1.0f + __builtin_fabsf(x)); }
static float slope(float y) {
    float t = 1.0f - __builtin_fabsf(y);
    return t * t;
}

static void init(Net *n) {
    for (int i = 0; i < HIDDEN; i++) {
        for (int j = 0; j < INPUTS; j++) n->w1[i][j] = weight();
        n->b1[i] = 0.0f;
    }
    for (int i = 0; i < OUTPUTS; i++) {
        for (int j = 0; j < HIDDEN; j++) n->w2[i][j] = weight();
        n->b2[i] = 0.0f;
    }
}

static void forward(Net *n, const float *in) {
    for (int i = 0; i < HIDDEN; i++) {
        float s = n->b1[i];
        for (int j = 0; j < INPUTS; j++) s += n->w1[i][j] * in[j];
        n->hidden[i] = squash(s);
    }
    for (int i = 0; i < OUTPUTS; i++) {
        float s = n->b2[i];
        for (int j = 0; j < HIDDEN; j++) s += n->w2[i][j] * n->hidden[j];
        n->out[i] = squash(s);
    }
}

static float train(Net *n, const float *in, const float *want, float rate) {
    float dout[OUTPUTS], loss = 0.0f;
    forward(n, in);
    for (int i = 0; i < OUTPUTS; i++) {
        float e = want[i] - n->out[i];
        loss += e * e;
        dout[i] = e * slope(n->out[i]);
    }
    for (int j = 0; j < HIDDEN; j++) {
        float e = 0.0f;
        for (int i = 0; i < OUTPUTS; i++) {
            e += dout[i] * n->w2[i][j];
            n->w2[i][j] += rate * dout[i] * n->hidden[j];
        }
        float d = rate * e * slope(n->hidden[j]);
        n->b1[j] += d;
        for (int k = 0; k < INPUTS; k++) n->w1[j][k] += d * in[k];
    }
    for (int i = 0; i < OUTPUTS; i++) n->b2[i] += rate * dout[i];
    return loss;
}

__attribute__((export_name("run"))) int run(int n) {
    float total = 0.0f;
    seed = 9;
    init(&net);
    for (int round = 0; round < n; round++)
        for (int s = 0; s < 400; s++) {
            float in[INPUTS], want[OUTPUTS];
            for (int i = 0; i < INPUTS; i++) in[i] = (s * 0x9e37 >> i) & 1 ? 1.0f : -1.0f;
            for (int i = 0; i < OUTPUTS; i++) want[i] = in[i] * in[i + 4] * 0.8f;
            total += train(&net, in, want, 0.05f);
        }
    return (int)(total * 10.0f);
}
