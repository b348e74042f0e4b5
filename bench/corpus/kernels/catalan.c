// Deep recursion: Ackermann with a small memory, all parenthesis strings and tree shapes, necklaces, subset and digit searches.
#include <stdint.h>

static uint32_t sum, shapes;
static char text[32];

static unsigned ackermann(unsigned m, unsigned n) {
    static uint16_t memo[3][64];
    if (m == 0) return n + 1;
    if (m < 3 && n < 64 && memo[m][n]) return memo[m][n];
    unsigned r = n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
    if (m < 3 && n < 32 && r < 65536) memo[m][n] = (uint16_t)r;
    return r;
}

static void brackets(int at, int open, int close) {
    if (!open && !close) {
        uint32_t h = 0;
        for (int i = 0; i < at; i++) h = h * 2 + (text[i] == '(');
        sum = sum * 31 + h;
        return;
    }
    if (open) text[at] = '(', brackets(at + 1, open - 1, close + 1);
    if (close) text[at] = ')', brackets(at + 1, open, close - 1);
}

typedef struct shape { const struct shape *l, *r; } shape;

static int height(const shape *s) {
    if (!s) return 0;
    int l = height(s->l), r = height(s->r);
    return 1 + (l > r ? l : r);
}

static void grow(int nodes, shape *spot, const shape *whole, void (*then)(const shape *)) {
    static shape store[16];
    static int top;
    if (!nodes) { then(whole); return; }
    for (int left = 0; left < nodes; left++) {  // complete on the left, a path on the right
        shape *l = 0;
        int mark = top;
        for (int i = 0; i < left; i++) {
            shape *s = &store[top++];
            *s = (shape){(i & 1) ? 0 : l, (i & 1) ? l : 0};
            l = s;
        }
        shape *r = nodes - 1 - left ? &store[top++] : 0;
        spot->l = l;
        spot->r = r;
        if (r) grow(nodes - 1 - left, r, whole, then);
        else then(whole);
        top = mark;
    }
}

static void measure(const shape *s) { shapes = shapes * 3 + (uint32_t)height(s); }

static void necklace(int t, int p, int n, uint8_t *a) {
    if (t > n) {
        if (n % p == 0)
            for (int i = 1; i <= n; i++) sum = sum * 5 + a[i];
        return;
    }
    a[t] = a[t - p];
    necklace(t + 1, p, n, a);
    for (int j = a[t - p] + 1; j < 3; j++) {
        a[t] = (uint8_t)j;
        necklace(t + 1, t, n, a);
    }
}

static int subsets(const int *v, int n, int goal) {
    if (goal == 0) return 1;
    if (goal < 0 || n == 0) return 0;
    return subsets(v + 1, n - 1, goal - *v) + subsets(v + 1, n - 1, goal);
}

static void pandigital(uint64_t number, int digits, unsigned used) {
    if (digits == 9) { sum ^= (uint32_t)number; return; }
    for (unsigned d = 1; d < 10; d++)
        if (!(used >> d & 1) && (number * 10 + d) % (unsigned)(digits + 1) == 0) pandigital(number * 10 + d, digits + 1, used | 1u << d);
}

static int knight(uint32_t seen, int at, int left) {
    static const int8_t dx[8] = {1, 2, 2, 1, -1, -2, -2, -1}, dy[8] = {2, 1, -1, -2, -2, -1, 1, 2};
    int c = 1;
    if (!left) return 1;
    for (int k = 0; k < 8; k++) {
        int x = at % 5 + dx[k], y = at / 5 + dy[k];
        if (x >= 0 && x < 5 && y >= 0 && y < 5 && !(seen >> (y * 5 + x) & 1)) c += knight(seen | 1u << (y * 5 + x), y * 5 + x, left - 1);
    }
    return c;
}

__attribute__((export_name("run"))) int run(int n) {
    static const int coins[] = {3, 5, 8, 13, 21, 34, 2, 7, 11, 19, 23, 1, 9};
    for (int k = 0; k < n; k++) {
        uint8_t a[16] = {0};
        shape root = {0, 0};
        sum += ackermann(2, 40) + ackermann(3, 3);
        brackets(0, 9, 0);
        grow(11, &root, &root, measure);
        necklace(1, 1, 9, a);
        sum = sum * 31 + (uint32_t)subsets(coins, 13, 60 + k % 5) + shapes;
        pandigital(0, 0, 0);
        sum = sum * 31 + (uint32_t)knight(1u << (k % 25), k % 25, 10);
    }
    return (int)sum;
}
