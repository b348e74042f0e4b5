// Flocking birds in the plane (float, structs): neighbours from a hashed grid, three rules, limited turning.
#include <stdint.h>

typedef struct { float x, y; } V2;
typedef struct { V2 pos, vel, force; int next; } Boid;

#define BIRDS 220
#define CELLS 16
static Boid flock[BIRDS];
static int head[CELLS][CELLS];

static V2 v2(float x, float y) { return (V2){x, y}; }
static V2 plus(V2 a, V2 b) { return v2(a.x + b.x, a.y + b.y); }
static V2 minus(V2 a, V2 b) { return v2(a.x - b.x, a.y - b.y); }
static V2 times(V2 a, float k) { return v2(a.x * k, a.y * k); }
static float len2(V2 a) { return a.x * a.x + a.y * a.y; }

static V2 limit(V2 a, float most) {
    float l = len2(a);
    return l > most * most ? times(a, most / __builtin_sqrtf(l)) : a;
}

static int cell(float x) {
    int c = (int)x / 8;
    return c < 0 ? 0 : c >= CELLS ? CELLS - 1 : c;
}

static void think(Boid *b, int self) {
    V2 centre = {0, 0}, heading = {0, 0}, away = {0, 0};
    int seen = 0, cx = cell(b->pos.x), cy = cell(b->pos.y);
    for (int y = cy > 0 ? cy - 1 : 0; y <= cy + 1 && y < CELLS; y++)
        for (int x = cx > 0 ? cx - 1 : 0; x <= cx + 1 && x < CELLS; x++)
            for (int i = head[y][x]; i >= 0; i = flock[i].next) {
                if (i == self) continue;
                const Boid *o = &flock[i];
                V2 d = minus(b->pos, o->pos);
                float r = len2(d);
                if (r > 64.0f) continue;
                seen++;
                centre = plus(centre, o->pos);
                heading = plus(heading, o->vel);
                if (r < 9.0f) away = plus(away, times(d, 1.0f / (r + 0.1f)));
            }
    b->force = times(minus(v2(64, 64), b->pos), 0.002f);
    if (seen) {
        float inv = 1.0f / (float)seen;
        b->force = plus(b->force, times(minus(times(centre, inv), b->pos), 0.02f));
        b->force = plus(b->force, times(minus(times(heading, inv), b->vel), 0.08f));
        b->force = plus(b->force, times(away, 0.5f));
    }
    b->force = limit(b->force, 0.3f);
}

__attribute__((export_name("run"))) int run(int n) {
    uint32_t s = 2024, check = 0;
    for (int i = 0; i < BIRDS; i++) {
        s = s * 1103515245u + 12345u;
        flock[i].pos = v2((float)(s >> 25), (float)(s >> 18 & 127));
        flock[i].vel = v2((float)(int)(s >> 10 & 7) * 0.25f - 1.0f, (float)(int)(s >> 14 & 7) * 0.25f - 1.0f);
    }
    for (int t = 0; t < n * 32; t++) {
        for (int i = 0; i < CELLS * CELLS; i++) (&head[0][0])[i] = -1;
        for (int i = 0; i < BIRDS; i++) {
            int *h = &head[cell(flock[i].pos.y)][cell(flock[i].pos.x)];
            flock[i].next = *h;
            *h = i;
        }
        for (int i = 0; i < BIRDS; i++) think(&flock[i], i);
        for (Boid *b = flock; b != flock + BIRDS; b++) {
            b->vel = limit(plus(b->vel, b->force), 1.5f);
            b->pos = plus(b->pos, b->vel);
            if (b->pos.x < 0 || b->pos.x > 128) b->vel.x = -b->vel.x;
            if (b->pos.y < 0 || b->pos.y > 128) b->vel.y = -b->vel.y;
            check = check * 31 + (uint32_t)(int)(b->pos.x * 16) + (uint32_t)(int)(b->pos.y * 16);
        }
    }
    return (int)check;
}
