// Maze on a grid: random walls, breadth-first distances with a ring queue, A* with buckets.
#include <stdint.h>

#define W 96
#define H 64
typedef struct { int16_t x, y; } point;

static char map[H][W];
static int16_t dist[H][W];
static uint16_t g[W * H];
static int16_t link_[W * H * 4][2]; // cell, next
static int16_t bucket[1024];
static point queue[W * H];
static const int8_t dx[4] = {1, 0, -1, 0}, dy[4] = {0, 1, 0, -1};

static int flood(point from)
{
    int head = 0, tail = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            dist[y][x] = -1;
    dist[from.y][from.x] = 0;
    queue[tail++] = from;
    while (head != tail) {
        point p = queue[head++];
        for (int d = 0; d < 4; d++) {
            point q = {(int16_t)(p.x + dx[d]), (int16_t)(p.y + dy[d])};
            if (q.x < 0 || q.y < 0 || q.x >= W || q.y >= H)
                continue;
            if (map[q.y][q.x] == '#' || dist[q.y][q.x] >= 0)
                continue;
            dist[q.y][q.x] = (int16_t)(dist[p.y][p.x] + 1);
            queue[tail++] = q;
        }
    }
    return tail;
}

static int guess(int c, point to)
{
    int x = c % W - to.x, y = c / W - to.y;
    return (x < 0 ? -x : x) + (y < 0 ? -y : y);
}

static int astar(point from, point to, int *opened)
{
    int used = 0, goal = to.y * W + to.x, start = from.y * W + from.x;
    for (int i = 0; i < W * H; i++)
        g[i] = UINT16_MAX;
    for (int i = 0; i < 1024; i++)
        bucket[i] = -1;
    g[start] = 0;
    int f = guess(start, to);
    link_[used][0] = (int16_t)start;
    link_[used][1] = -1;
    bucket[f] = (int16_t)used++;
    while (f < 1023) {
        int e = bucket[f];
        if (e < 0) {
            f++;
            continue;
        }
        bucket[f] = link_[e][1];
        int c = link_[e][0];
        if (c == goal)
            return g[c];
        if (g[c] + guess(c, to) != f)
            continue;
        ++*opened;
        for (int d = 0; d < 4; d++) {
            int x = c % W + dx[d], y = c / W + dy[d];
            if ((unsigned)x >= W || (unsigned)y >= H || map[y][x] == '#')
                continue;
            int q = y * W + x, cost = g[c] + 1;
            if (cost >= g[q])
                continue;
            g[q] = (uint16_t)cost;
            int at = cost + guess(q, to);
            if (at > 1023)
                continue;
            link_[used][0] = (int16_t)q;
            link_[used][1] = bucket[at];
            bucket[at] = (int16_t)used++;
        }
    }
    return -1;
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t s = 33, h = 0;
    for (; n > 0; n--) {
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                s = s * 1664525u + 1013904223u;
                map[y][x] = s >> 24 < 72 ? '#' : '.';
            }
        for (int k = 0; k < 8; k++) {
            point a = {(int16_t)(k * 5), (int16_t)k}, b = {(int16_t)(W - 1 - k), (int16_t)(H - 1 - k * 3)};
            int opened = 0;
            map[a.y][a.x] = map[b.y][b.x] = '.';
            h = h * 31 + (uint32_t)flood(a);
            int d = astar(a, b, &opened);
            h = h * 31 + (uint32_t)(d * 64 + opened) + (d == dist[b.y][b.x]);
        }
    }
    return (int)h;
}
