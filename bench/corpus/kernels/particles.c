// Particle system in parallel float arrays: emitters, drag, wind, bounces, ages, swap removal, additive splats.
#include <stdint.h>

#define MAX 1500
static float px[MAX], py[MAX], vx[MAX], vy[MAX], age[MAX], life[MAX], size_[MAX];
static uint32_t tint[MAX];
static int alive;
static uint16_t screen[64 * 64][3];
static uint32_t rng = 1;

static float uniform(float lo, float hi) {
    rng ^= rng << 13;
    rng ^= rng >> 17;
    rng ^= rng << 5;
    return lo + (hi - lo) * (float)(rng >> 8) * (1.0f / 16777216.0f);
}

static void emit(float x, float y, int count, uint32_t colour) {
    while (count-- > 0 && alive < MAX) {
        int i = alive++;
        px[i] = x + uniform(-1, 1);
        py[i] = y + uniform(-1, 1);
        float dx, dy, r2;
        do {
            dx = uniform(-1, 1);
            dy = uniform(-1, 1);
            r2 = dx * dx + dy * dy;
        } while (r2 > 1.0f || r2 < 0.01f);
        float speed = uniform(4, 14) / __builtin_sqrtf(r2);
        vx[i] = dx * speed;
        vy[i] = dy * speed + 6.0f;
        age[i] = 0;
        life[i] = uniform(0.6f, 2.5f);
        size_[i] = uniform(0.5f, 2.0f);
        tint[i] = colour;
    }
}

static void integrate(float dt, float wind) {
    const float drag = 1.0f - 0.6f * dt;
    for (int i = 0; i < alive; i++) {
        vx[i] = (vx[i] + wind * dt) * drag;
        vy[i] = (vy[i] - 9.8f * dt) * drag;
    }
    for (int i = 0; i < alive; i++) {
        px[i] += vx[i] * dt;
        py[i] += vy[i] * dt;
        age[i] += dt;
    }
    for (int i = 0; i < alive; i++) {
        if (py[i] < 0) {
            py[i] = -py[i];
            vy[i] = vy[i] < 0 ? -vy[i] * 0.5f : vy[i];
            vx[i] *= 0.8f;
        }
        if (px[i] < 0 || px[i] > 64) vx[i] = -vx[i];
    }
}

static void reap(void) {
    for (int i = 0; i < alive;) {
        if (age[i] < life[i]) {
            i++;
            continue;
        }
        int last = --alive;
        px[i] = px[last]; py[i] = py[last];
        vx[i] = vx[last]; vy[i] = vy[last];
        age[i] = age[last]; life[i] = life[last];
        size_[i] = size_[last]; tint[i] = tint[last];
    }
}

static void draw(void) {
    for (int i = 0; i < alive; i++) {
        float fade = 1.0f - age[i] / life[i], r = size_[i];
        int x0 = (int)__builtin_ceilf(px[i] - r), x1 = (int)__builtin_floorf(px[i] + r);
        int y0 = (int)__builtin_ceilf(py[i] - r), y1 = (int)__builtin_floorf(py[i] + r);
        if (x0 < 0) x0 = 0;
        if (y0 < 0) y0 = 0;
        if (x1 > 63) x1 = 63;
        if (y1 > 63) y1 = 63;
        for (int y = y0; y <= y1; y++)
            for (int x = x0; x <= x1; x++) {
                float dx = (float)x - px[i], dy = (float)y - py[i], d = 1.0f - (dx * dx + dy * dy) / (r * r);
                if (d <= 0) continue;
                uint32_t a = (uint32_t)(d * fade * 255.0f);
                uint16_t *p = screen[y * 64 + x];
                for (int c = 0; c < 3; c++) {
                    uint32_t v = p[c] + ((tint[i] >> 8 * c & 255) * a >> 8);
                    p[c] = (uint16_t)(v > 1023 ? 1023 : v);
                }
            }
    }
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t check = 0;
    alive = 0;
    for (int f = 0; f < n * 25; f++) {
        emit(16.0f + (float)(f % 32), 8.0f, 14, 0x3060f0u + (uint32_t)f * 0x10101u);
        if (f % 10 == 0) emit(40.0f, 30.0f, 90, 0x80ff40u);
        integrate(0.04f, (float)(f % 20 - 10) * 0.4f);
        reap();
        draw();
        for (int i = 0; i < 64 * 64; i += 5) {
            check = check * 31 + screen[i][f % 3];
            for (int c = 0; c < 3; c++) screen[i][c] = (uint16_t)(screen[i][c] * 3 >> 2);
        }
    }
    return (int)(check + (uint32_t)alive);
}
