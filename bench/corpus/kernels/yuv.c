// Colour conversion: RGB to planar YUV 4:2:0 and back (integer), HSV turns (float), alpha blending.
#include <stdint.h>

enum { W = 96, H = 64 };

static uint8_t rgb[W * H * 3], back[W * H * 3];
static uint8_t yplane[W * H], uplane[W * H / 4], vplane[W * H / 4];
static uint32_t canvas[W * H];

static int clip(int v) { return v & ~255 ? (v < 0 ? 0 : 255) : v; }

static void to_yuv(void) {
    uint8_t *yp = yplane, *up = uplane, *vp = vplane;
    const uint8_t *p = rgb;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++, p += 3) {
            int r = p[0], g = p[1], b = p[2];
            *yp++ = (uint8_t)(((66 * r + 129 * g + 25 * b + 128) >> 8) + 16);
            if (!(x & 1) && !(y & 1)) {
                *up++ = (uint8_t)(((-38 * r - 74 * g + 112 * b + 128) >> 8) + 128);
                *vp++ = (uint8_t)(((112 * r - 94 * g - 18 * b + 128) >> 8) + 128);
            }
        }
}

static void to_rgb(void) {
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            int c = 298 * (yplane[y * W + x] - 16) + 128;
            int d = uplane[(y / 2) * (W / 2) + x / 2] - 128, e = vplane[(y / 2) * (W / 2) + x / 2] - 128;
            uint8_t *o = &back[(y * W + x) * 3];
            o[0] = (uint8_t)clip((c + 409 * e) >> 8);
            o[1] = (uint8_t)clip((c - 100 * d - 208 * e) >> 8);
            o[2] = (uint8_t)clip((c + 516 * d) >> 8);
        }
}

static void turn_hue(uint8_t *p, float turn) {
    float r = p[0] / 255.0f, g = p[1] / 255.0f, b = p[2] / 255.0f;
    float max = r > g ? (r > b ? r : b) : (g > b ? g : b);
    float min = r < g ? (r < b ? r : b) : (g < b ? g : b);
    float delta = max - min, h = 0.0f, s = max > 0.0f ? delta / max : 0.0f;
    if (delta > 0.0f) {
        if (max == r) h = (g - b) / delta;
        else if (max == g) h = 2.0f + (b - r) / delta;
        else h = 4.0f + (r - g) / delta;
    }
    h += turn;
    while (h < 0.0f) h += 6.0f;
    while (h >= 6.0f) h -= 6.0f;
    int i = (int)h;
    float f = h - (float)i, a = max * (1.0f - s), q = max * (1.0f - s * f), t = max * (1.0f - s * (1.0f - f));
    switch (i) {
    case 0: r = max; g = t; b = a; break;
    case 1: r = q; g = max; b = a; break;
    case 2: r = a; g = max; b = t; break;
    case 3: r = a; g = q; b = max; break;
    case 4: r = t; g = a; b = max; break;
    default: r = max; g = a; b = q; break;
    }
    p[0] = (uint8_t)(r * 255.0f + 0.5f);
    p[1] = (uint8_t)(g * 255.0f + 0.5f);
    p[2] = (uint8_t)(b * 255.0f + 0.5f);
}

static uint32_t over(uint32_t s, uint32_t d) {
    uint32_t a = s >> 24, na = 255 - a;
    uint32_t rb = (s & 0xff00ff) * a + (d & 0xff00ff) * na, g = ((s >> 8) & 255) * a + ((d >> 8) & 255) * na;
    return 0xff000000u | ((rb >> 8) & 0xff00ff) | (g & 0xff00);
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t check = 0;
    for (int k = 0; k < n; k++) {
        for (int i = 0; i < W * H * 3; i++) rgb[i] = (uint8_t)((i * 37 + (i >> 4) * 11 + k) ^ (i >> 7));
        to_yuv();
        to_rgb();
        for (int i = 0; i < W * H; i++) {
            turn_hue(&back[i * 3], 1.25f);
            uint32_t s = (uint32_t)(i & 255) << 24 | back[i * 3] << 16 | back[i * 3 + 1] << 8 | back[i * 3 + 2];
            canvas[i] = over(s, canvas[i]);
            check = check * 31 + canvas[i];
        }
    }
    return (int)check;
}
