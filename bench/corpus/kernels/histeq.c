// Histogram equalisation, Otsu's threshold, and connected components by union-find.
#include <stdint.h>
#define W 120
#define H 90
#define PIXELS (W * H)

static uint8_t image[PIXELS];
static int parent[PIXELS];
static int area[PIXELS];

static void histogram(const uint8_t *p, int n, int hist[256]) {
    for (int i = 0; i < 256; i++) hist[i] = 0;
    while (n-- > 0) hist[*p++]++;
}

static void equalise(void) {
    int hist[256], sum = 0;
    uint8_t map[256];
    histogram(image, PIXELS, hist);
    for (int i = 0; i < 256; i++) {
        sum += hist[i];
        map[i] = (uint8_t)(sum * 255 / PIXELS);
    }
    for (int i = 0; i < PIXELS; i++) image[i] = map[image[i]];
}

static int otsu(void) {
    int hist[256], best = 0;
    int64_t total = 0, sum_b = 0, w_b = 0;
    double most = -1.0;
    histogram(image, PIXELS, hist);
    for (int i = 0; i < 256; i++) total += (int64_t)i * hist[i];
    for (int i = 0; i < 256; i++) {
        w_b += hist[i];
        if (w_b == 0) continue;
        int64_t w_f = PIXELS - w_b;
        if (w_f == 0) break;
        sum_b += (int64_t)i * hist[i];
        double d = (double)sum_b / (double)w_b - (double)(total - sum_b) / (double)w_f;
        double between = (double)w_b * (double)w_f * d * d;
        if (between > most) { most = between; best = i; }
    }
    return best;
}

static int find(int i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
}

static void unite(int a, int b) {
    a = find(a);
    b = find(b);
    if (a < b) parent[b] = a;
    else parent[a] = b;
}

static int label(int threshold) {
    int components = 0;
    for (int i = 0; i < PIXELS; i++) {
        int on = image[i] > threshold;
        parent[i] = i;
        area[i] = 0;
        if (i % W && (image[i - 1] > threshold) == on) unite(i, i - 1);
        if (i >= W && (image[i - W] > threshold) == on) unite(i, i - W);
    }
    for (int i = 0; i < PIXELS; i++)
        if (area[find(i)]++ == 0) components++;
    return components;
}

__attribute__((export_name("run"))) int run(int n) {
    unsigned check = 0, s = 5;
    for (int k = 0; k < n * 2; k++) {
        for (int i = 0; i < PIXELS; i++) {
            s = s * 1103515245u + 12345u;
            int x = i % W, y = i / W, wave = (x / 9 + k) % 3 * 40 + (y / 7) % 4 * 20;
            image[i] = (uint8_t)(wave + (int)((s >> 16) & 15));
        }
        equalise();
        int t = otsu();
        check = check * 31u + (unsigned)t;
        check = check * 31u + (unsigned)label(t);
        for (int i = 0; i < PIXELS; i += 53) check += (unsigned)(area[i] ^ image[i]);
    }
    return (int)check;
}
