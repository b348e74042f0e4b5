// Forth-style indirect threaded code: words are cells, primitives are function pointers.
#include <stdint.h>

typedef struct cell cell;
typedef void (*prim)(void);
struct cell {
    prim code;
    union { const cell *word; int32_t n; } arg;
};

static int32_t data[256], *dp;
static const cell *ret[256], **rp, *ip;
static int32_t vars[8];
static int running;

static void lit(void) { *dp++ = ip[-1].arg.n; }
static void plus(void) { dp--; dp[-1] = (int32_t)((uint32_t)dp[-1] + (uint32_t)*dp); }
static void minus(void) { dp--; dp[-1] = (int32_t)((uint32_t)dp[-1] - (uint32_t)*dp); }
static void times(void) { dp--; dp[-1] = (int32_t)((uint32_t)dp[-1] * (uint32_t)*dp); }
static void mod(void) { dp--; dp[-1] %= *dp; }
static void less(void) { dp--; dp[-1] = -(dp[-1] < *dp); }
static void dup(void) { *dp = dp[-1]; dp++; }
static void over(void) { *dp = dp[-2]; dp++; }
static void drop(void) { dp--; }
static void swap(void) { int32_t t = dp[-1]; dp[-1] = dp[-2]; dp[-2] = t; }
static void fetch(void) { *dp++ = vars[ip[-1].arg.n]; }
static void store(void) { vars[ip[-1].arg.n] = *--dp; }
static void call(void) { *rp++ = ip; ip = ip[-1].arg.word; }
static void leave(void) { ip = *--rp; }
static void jump(void) { ip += ip[-1].arg.n; }
static void jump0(void) { if (*--dp == 0) ip += ip[-1].arg.n; }
static void stop(void) { running = 0; }

#define N(f, x) {f, {.n = (x)}}
#define P(f) {f, {.n = 0}}

static const cell gcd_word[] = { // a b -- gcd
    P(dup), N(jump0, 4), P(swap), P(over), P(mod), N(jump, -6), P(drop), P(leave),
};
static const cell square[] = {P(dup), P(times), P(leave)};
static const cell down[] = { // n -- sum of 1..n by recursion
    P(dup), N(jump0, 6), P(dup), N(lit, 1), P(minus), {call, {.word = down}}, P(plus), P(leave), P(leave),
};
static const cell program[] = {
    N(lit, 0), N(store, 0), N(lit, 1), N(store, 1),               // sum = 0, i = 1
    N(fetch, 1), N(lit, 600), P(less), N(jump0, 19),              // while i < 600
    N(fetch, 0), N(lit, 360360), N(fetch, 1), {call, {.word = gcd_word}}, P(plus),
    N(fetch, 1), {call, {.word = square}}, P(plus), N(store, 0),
    N(fetch, 1), N(lit, 20), P(mod), {call, {.word = down}},
    N(fetch, 0), P(plus), N(store, 0), N(jump, 3), P(stop), P(stop),
    P(stop), N(fetch, 1), N(lit, 1), P(plus), N(store, 1), N(jump, -29), P(stop),
};

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t h = 0;
    for (int r = 0; r < n; r++) {
        int words = 0;
        dp = data;
        rp = ret;
        ip = program;
        running = 1;
        while (running && words < 400000) {
            const cell *c = ip++;
            c->code();
            words++;
        }
        h = h * 31 + (uint32_t)vars[0] + (uint32_t)vars[1] + (uint32_t)words;
    }
    return (int)h;
}
