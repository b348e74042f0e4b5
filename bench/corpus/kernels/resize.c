// Image resampling: bilinear in 16.16 fixed point on packed RGBA, bicubic in float on grey.
#include <stdint.h>

static uint32_t rgba[64 * 48], scaled[100 * 70];
static float grey[64 * 48], big[70 * 60];

static uint32_t lerp8(uint32_t a, uint32_t b, uint32_t t) {
    uint32_t rb = a & 0xff00ff, ga = (a >> 8) & 0xff00ff;
    rb += (((b & 0xff00ff) - rb) * t) >> 8;
    ga += ((((b >> 8) & 0xff00ff) - ga) * t) >> 8;
    return (rb & 0xff00ff) | ((ga & 0xff00ff) << 8);
}

static void bilinear(const uint32_t *src, int sw, int sh, uint32_t *dst, int dw, int dh) {
    int32_t xstep = ((sw - 1) << 16) / dw, ystep = ((sh - 1) << 16) / dh;
    int32_t fy = 0;
    for (int y = 0; y < dh; y++, fy += ystep) {
        const uint32_t *top = src + (fy >> 16) * sw, *bottom = top + sw;
        uint32_t ty = (uint32_t)(fy >> 8) & 255;
        int32_t fx = 0;
        for (int x = 0; x < dw; x++, fx += xstep) {
            int i = fx >> 16;
            uint32_t tx = (uint32_t)(fx >> 8) & 255;
            *dst++ = lerp8(lerp8(top[i], top[i + 1], tx), lerp8(bottom[i], bottom[i + 1], tx), ty);
        }
    }
}

static float cubic(float a, float b, float c, float d, float t) {
    float p = d - c - a + b;
    return ((p * t + (a - b - p)) * t + (c - a)) * t + b;
}

static float sample(int x, int y) {
    if (x < 0) x = 0;
    if (y < 0) y = 0;
    if (x > 63) x = 63;
    if (y > 47) y = 47;
    return grey[y * 64 + x];
}

static void bicubic(int dw, int dh) {
    for (int y = 0; y < dh; y++) {
        float v = (float)y * 48.0f / (float)dh, fv = __builtin_floorf(v);
        for (int x = 0; x < dw; x++) {
            float u = (float)x * 64.0f / (float)dw, fu = __builtin_floorf(u), r[4];
            int ix = (int)fu, iy = (int)fv;
            for (int k = 0; k < 4; k++)
                r[k] = cubic(sample(ix - 1, iy + k - 1), sample(ix, iy + k - 1),
                             sample(ix + 1, iy + k - 1), sample(ix + 2, iy + k - 1), u - fu);
            big[y * dw + x] = cubic(r[0], r[1], r[2], r[3], v - fv);
        }
    }
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t check = 0;
    for (int k = 0; k < n; k++) {
        for (int i = 0; i < 64 * 48; i++) {
            uint32_t v = (uint32_t)(i + k) * 2654435761u;
            rgba[i] = v ^ (v >> 15);
            grey[i] = (float)(rgba[i] >> 24);
        }
        bilinear(rgba, 64, 48, scaled, 100, 70);
        bilinear(rgba, 64, 48, scaled, 100, 50 + k % 20);
        bicubic(70, 60);
        for (int i = 0; i < 100 * 70; i++) check = check * 31 + scaled[i];
        for (int i = 0; i < 70 * 60; i++) check += (uint32_t)(int)big[i] << (i & 7);
    }
    return (int)check;
}
