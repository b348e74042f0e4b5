// Recursion and direct calls: programs whose time is spent in entering and leaving small
// functions. Stands for functional code and divide-and-conquer code, in which the price of a call,
// of passing arguments and of a short-lived frame decides.
#include "workload.h"

static uint32_t fibonacci(uint32_t n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

static uint32_t ackermann(uint32_t m, uint32_t n) {
    if (m == 0) return n + 1;
    if (n == 0) return ackermann(m - 1, 1);
    return ackermann(m - 1, ackermann(m, n - 1));
}

// Takeuchi's function: three arguments that change places at each call.
static int32_t tak(int32_t x, int32_t y, int32_t z) {
    if (y >= x) return z;
    return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y));
}

// Hofstadter's Female and Male sequences: two functions that call each other.
static uint32_t male(uint32_t n);

static uint32_t female(uint32_t n) { return n == 0 ? 1 : n - male(female(n - 1)); }

static uint32_t male(uint32_t n) { return n == 0 ? 0 : n - female(male(n - 1)); }

// In how many ways n is a sum of parts that are no larger than `largest`.
static uint32_t partitions(uint32_t n, uint32_t largest) {
    if (n == 0) return 1;
    uint32_t ways = 0;
    for (uint32_t part = largest < n ? largest : n; part > 0; part--) {
        ways += partitions(n - part, part);
    }
    return ways;
}

// The Towers of Hanoi with real discs, so that the moves have an effect in memory.
typedef struct {
    uint8_t discs[3][16];
    uint32_t heights[3];
    uint32_t sum;
} Towers;

static void hanoi(Towers *towers, uint32_t count, uint32_t from, uint32_t to, uint32_t spare) {
    if (count == 0) return;
    hanoi(towers, count - 1, from, spare, to);
    uint8_t disc = towers->discs[from][--towers->heights[from]];
    towers->discs[to][towers->heights[to]++] = disc;
    towers->sum = mix(towers->sum, disc * 9u + from * 3 + to);
    hanoi(towers, count - 1, spare, to, from);
}

OUTLINE static uint32_t play_hanoi(uint32_t count, uint32_t goal) {
    Towers towers = {.heights = {count, 0, 0}};
    for (uint32_t i = 0; i < count; i++)
        towers.discs[0][i] = (uint8_t)(count - i);
    hanoi(&towers, count, 0, goal, 3 - goal);
    check(towers.heights[goal] == count);
    return towers.sum;
}

// Every permutation of the items, by Heap's method; the sum depends on their order.
static uint32_t permute(uint8_t *items, uint32_t count, uint32_t sum) {
    if (count <= 1) return rotate_left(sum, 3) + items[0] * 31u + items[1] * 7u + items[2];
    for (uint32_t i = 0; i < count; i++) {
        sum = permute(items, count - 1, sum);
        uint32_t other = count % 2 == 0 ? i : 0;
        uint8_t kept = items[other];
        items[other] = items[count - 1];
        items[count - 1] = kept;
    }
    return sum;
}

// A sum over a range by halving it until little is left: the shape of every parallel algorithm.
static uint64_t sum_range(uint32_t from, uint32_t to) {
    if (to - from < 3) {
        uint64_t sum = 0;
        for (; from < to; from++)
            sum += (uint64_t)from * from ^ from >> 3;
        return sum;
    }
    uint32_t middle = from + (to - from) / 2;
    return sum_range(from, middle) + sum_range(middle, to);
}

EXPORT_RUN int32_t run(int32_t n) {
    uint32_t sum = 0;
    for (uint32_t round = 0; round < (uint32_t)n; round++) {
        uint32_t vary = round % 4;
        sum = mix(sum, fibonacci(14 + vary));
        sum = mix(sum, ackermann(2, 11 + vary));
        sum = mix(sum, (uint32_t)tak(9, 4 + (int32_t)vary, 1));
        sum = mix(sum, female(15 + vary) * 64 + male(18 - vary));
        sum = mix(sum, partitions(16 + vary, 12));
        sum = mix(sum, play_hanoi(8 + vary % 2, 1 + round % 2));
        uint8_t items[6] = {1, 2, 3, 4, 5, (uint8_t)round};
        sum = mix(sum, permute(items, 6, round));
        sum = mix64(sum, sum_range(round, round + 900));
    }
    return (int32_t)sum;
}
