// Point quad tree: insert with splits, range queries, collapse on removal; a bitmap coded as a linear quad tree.
#include <stdint.h>

typedef struct quad quad;
struct quad { quad *kid[4]; int16_t px[6], py[6]; uint8_t count, split; int16_t total; };

static quad pool[1400], *free_list;
static int fresh;
static uint8_t bitmap[64][64], code[8192], again[64][64];
static int code_len, code_at;

static quad *make(void) {
    quad *q = free_list ? free_list : &pool[fresh++];
    if (free_list) free_list = q->kid[0];
    q->kid[0] = q->kid[1] = q->kid[2] = q->kid[3] = 0;
    q->count = q->split = 0;
    q->total = 0;
    return q;
}

static void insert(quad *q, int x, int y, int cx, int cy, int half) {
    for (;;) {
        q->total++;
        if (!q->split) {
            if (q->count < 6 || half <= 1) {
                if (q->count < 6) q->px[q->count] = (int16_t)x, q->py[q->count] = (int16_t)y, q->count++;
                else q->total--;
                return;
            }
            q->split = 1;
            for (int i = 0; i < 6; i++) {
                int k = (q->px[i] >= cx) | (q->py[i] >= cy) << 1;
                if (!q->kid[k]) q->kid[k] = make();
                insert(q->kid[k], q->px[i], q->py[i], cx + (k & 1 ? half : -half) / 2, cy + (k & 2 ? half : -half) / 2, half / 2);
            }
            q->count = 0;
        }
        int k = (x >= cx) | (y >= cy) << 1;
        if (!q->kid[k]) q->kid[k] = make();
        q = q->kid[k];
        half /= 2;
        cx += k & 1 ? half : -half;
        cy += k & 2 ? half : -half;
    }
}

static int range(const quad *q, int x0, int y0, int x1, int y1, int cx, int cy, int half) {
    if (!q || cx - half >= x1 || cx + half <= x0 || cy - half >= y1 || cy + half <= y0) return 0;
    if (x0 <= cx - half && x1 >= cx + half && y0 <= cy - half && y1 >= cy + half) return q->total;
    int n = 0, h = half / 2;
    for (int i = 0; i < q->count; i++) n += q->px[i] >= x0 && q->px[i] < x1 && q->py[i] >= y0 && q->py[i] < y1;
    if (q->split)
        for (int k = 0; k < 4; k++) n += range(q->kid[k], x0, y0, x1, y1, cx + (k & 1 ? h : -h), cy + (k & 2 ? h : -h), h);
    return n;
}

static int collapse(quad *q) {
    int freed = 0;
    if (!q->split) return 0;
    for (int k = 0; k < 4; k++)
        if (q->kid[k]) freed += collapse(q->kid[k]);
    if (q->total > 6) return freed;
    q->split = 0;
    for (int k = 0; k < 4; k++) {
        quad *c = q->kid[k];
        if (!c) continue;
        for (int i = 0; i < c->count && q->count < 6; i++) q->px[q->count] = c->px[i], q->py[q->count++] = c->py[i];
        c->kid[0] = free_list;
        free_list = c;
        q->kid[k] = 0;
        freed++;
    }
    return freed;
}

static int thin(quad *q) {  // drops the points with odd sums
    int left = 0;
    for (int i = 0; i < q->count;) {
        if ((q->px[i] + q->py[i]) & 1) q->count--, q->px[i] = q->px[q->count], q->py[i] = q->py[q->count];
        else i++;
    }
    left = q->count;
    if (q->split)
        for (int k = 0; k < 4; k++)
            if (q->kid[k]) left += thin(q->kid[k]);
    return q->total = (int16_t)left;
}

static int uniform(int x, int y, int size) {
    for (int j = y; j < y + size; j++)
        for (int i = x; i < x + size; i++)
            if (bitmap[j][i] != bitmap[y][x]) return 0;
    return 1;
}

static void pack(int x, int y, int size) {
    if (uniform(x, y, size)) { code[code_len++] = bitmap[y][x]; return; }
    code[code_len++] = 2;
    for (int k = 0, h = size / 2; k < 4; k++) pack(x + (k & 1) * h, y + (k >> 1) * h, h);
}

static void unpack(int x, int y, int size) {
    uint8_t c = code[code_at++];
    if (c == 2)
        for (int k = 0, h = size / 2; k < 4; k++) unpack(x + (k & 1) * h, y + (k >> 1) * h, h);
    else
        for (int j = y; j < y + size; j++)
            for (int i = x; i < x + size; i++) again[j][i] = c;
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t s = 4, h = 0;
    for (int k = 0; k < n * 5; k++) {
        fresh = 0;
        free_list = 0;
        quad *root = make();
        for (int i = 0; i < 1000; i++) {
            s = s * 1664525u + 1013904223u;
            int x = (int)(s >> 22), y = (int)(s >> 12 & 1023);
            if (i & 1) x = x / 4 + 300, y = y / 4 + 600;
            insert(root, x, y, 512, 512, 512);
        }
        for (int pass = 0; pass < 2; pass++) {
            for (int q = 0; q < 400; q++) h = h * 31 + (uint32_t)range(root, q, q * 2, q + 250, q * 2 + 100, 512, 512, 512);
            if (!pass) h += (uint32_t)thin(root) * 3 + (uint32_t)collapse(root);
        }
        for (int y = 0; y < 64; y++)
            for (int x = 0; x < 64; x++) bitmap[y][x] = (x - 30) * (x - 30) + (y - 20 - k % 8) * (y - 20) < 300 || (x > 48 && (y & 8));
        code_len = code_at = 0;
        pack(0, 0, 64);
        unpack(0, 0, 64);
        for (int i = 0; i < 4096; i++) h = h * 3 + ((&again[0][0])[i] == (&bitmap[0][0])[i]);
        h += (uint32_t)code_len;
    }
    return (int)h;
}
