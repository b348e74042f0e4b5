// Sobel edges with non-maximum suppression and hysteresis on an explicit stack.
#include <stdint.h>
#include <stddef.h>
#define W 128
#define H 96

static unsigned char img[W * H], edge[W * H];
static short mag[W * H];
static unsigned char dir[W * H];
static int stack[W * H];

static int iabs(int v) { return v < 0 ? -v : v; }

static void gradients(void) {
    for (int y = 1; y < H - 1; y++) {
        const unsigned char *p = img + y * W + 1;
        for (int x = 1; x < W - 1; x++, p++) {
            int gx = -p[-W - 1] + p[-W + 1] - 2 * p[-1] + 2 * p[1] - p[W - 1] + p[W + 1];
            int gy = -p[-W - 1] - 2 * p[-W] - p[-W + 1] + p[W - 1] + 2 * p[W] + p[W + 1];
            int ax = iabs(gx), ay = iabs(gy);
            mag[p - img] = (short)(ax + ay);
            int d;
            if (ax > 2 * ay) d = 0;
            else if (ay > 2 * ax) d = 2;
            else d = (gx ^ gy) < 0 ? 3 : 1;
            dir[p - img] = (unsigned char)d;
        }
    }
}

static int hysteresis(int low, int high) {
    static const int offset[4] = {1, W + 1, W, W - 1};
    int top = 0, found = 0;
    for (int i = W + 1; i < W * (H - 1) - 1; i++) {
        edge[i] = 0;
        int m = mag[i], o = offset[dir[i]];
        if (m >= low && m >= mag[i + o] && m > mag[i - o]) {
            edge[i] = 1;
            if (m >= high) {
                edge[i] = 2;
                stack[top++] = i;
            }
        }
    }
    while (top > 0) {
        int i = stack[--top];
        found++;
        for (int dy = -W; dy <= W; dy += W)
            for (int dx = -1; dx <= 1; dx++)
                if (edge[i + dy + dx] == 1) {
                    edge[i + dy + dx] = 2;
                    stack[top++] = i + dy + dx;
                }
    }
    return found;
}

__attribute__((export_name("run"))) int run(int n) {
    unsigned check = 0;
    for (int k = 0; k < n * 3; k++) {
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                int r = (x - 60) * (x - 60) + (y - 40 - k % 9) * (y - 40 - k % 9);
                int v = (r < 900 ? 200 : 40) + ((x * 7 ^ y * 13) & 31) + (x / 16 + y / 16) % 2 * 20;
                img[y * W + x] = (unsigned char)v;
            }
        gradients();
        check = check * 31 + hysteresis(90, 200);
        for (int i = 0; i < W * H; i += 11) check += edge[i] * i;
    }
    return (int)check;
}
