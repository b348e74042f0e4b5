// Wavelets: two-dimensional integer Haar and a lifting 5/3 transform, thresholding, inverse.
#include <stdint.h>
#include <stddef.h>
#define SIZE 64

static int32_t image[SIZE * SIZE], coef[SIZE * SIZE];
static int32_t line_[SIZE];

static void haar_forward(int32_t *p, int n, ptrdiff_t stride) {
    int half = n / 2;
    for (int i = 0; i < half; i++) {
        int32_t a = p[2 * i * stride], b = p[(2 * i + 1) * stride];
        int32_t d = a - b;
        line_[half + i] = d;
        line_[i] = b + (d >> 1);
    }
    for (int i = 0; i < n; i++) p[i * stride] = line_[i];
}

static void haar_inverse(int32_t *p, int n, ptrdiff_t stride) {
    int half = n / 2;
    for (int i = 0; i < half; i++) {
        int32_t s = p[i * stride], d = p[(half + i) * stride];
        int32_t b = s - (d >> 1);
        line_[2 * i] = b + d;
        line_[2 * i + 1] = b;
    }
    for (int i = 0; i < n; i++) p[i * stride] = line_[i];
}

static void lift53(int32_t *x, int n) {
    for (int i = 1; i < n - 1; i += 2) x[i] -= (x[i - 1] + x[i + 1]) >> 1;
    x[n - 1] -= x[n - 2];
    x[0] += (x[1] + 1) >> 1;
    for (int i = 2; i < n; i += 2) x[i] += (x[i - 1] + x[i + 1] + 2) >> 2;
}

static void unlift53(int32_t *x, int n) {
    for (int i = 2; i < n; i += 2) x[i] -= (x[i - 1] + x[i + 1] + 2) >> 2;
    x[0] -= (x[1] + 1) >> 1;
    for (int i = 1; i < n - 1; i += 2) x[i] += (x[i - 1] + x[i + 1]) >> 1;
    x[n - 1] += x[n - 2];
}

static int threshold(int32_t *p, int n, int limit) {
    int kept = 0;
    for (; n > 0; n--, p++) {
        if (*p > -limit && *p < limit) *p = 0;
        else kept++;
    }
    return kept;
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t check = 0;
    for (int k = 0; k < n * 3; k++) {
        for (int i = 0; i < SIZE * SIZE; i++) {
            int x = i % SIZE, y = i / SIZE;
            image[i] = coef[i] = ((x * y) >> 3) + ((x * 5 + k) & 31) - (y & 16);
        }
        for (int s = SIZE; s >= 4; s /= 2) {
            for (int y = 0; y < s; y++) haar_forward(coef + y * SIZE, s, 1);
            for (int x = 0; x < s; x++) haar_forward(coef + x, s, SIZE);
        }
        check = check * 31 + (uint32_t)threshold(coef + SIZE, SIZE * (SIZE - 1), 6);
        for (int s = 4; s <= SIZE; s *= 2) {
            for (int x = 0; x < s; x++) haar_inverse(coef + x, s, SIZE);
            for (int y = 0; y < s; y++) haar_inverse(coef + y * SIZE, s, 1);
        }
        for (int i = 0; i < SIZE * SIZE; i++) {
            int d = image[i] - coef[i];
            check += (uint32_t)(d * d);
        }
        for (int y = 0; y < SIZE; y++) {
            lift53(&image[y * SIZE], SIZE);
            check += (uint32_t)threshold(&image[y * SIZE], SIZE, 3);
            unlift53(&image[y * SIZE], SIZE);
            check = check * 3 + (uint32_t)image[y * SIZE + y];
        }
    }
    return (int)check;
}
