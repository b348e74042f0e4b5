// SUBLEQ one-instruction machine: multiplies by repeated addition and moves a memory block.
#include <stdint.h>
#include <stddef.h>

#define WORDS 2048
static int16_t mem[WORDS];

/* A three-word instruction: mem[b] -= mem[a]; if (mem[b] <= 0) goto c. */
static int emit(int at, int a, int b, int c)
{
    mem[at] = (int16_t)a;
    mem[at + 1] = (int16_t)b;
    mem[at + 2] = (int16_t)c;
    return at + 3;
}

static long execute(int pc, long limit)
{
    long steps = 0;
    while (pc >= 0 && steps < limit) {
        int a = mem[pc], b = mem[pc + 1];
        int16_t d = (int16_t)(mem[b] - mem[a]);
        mem[b] = d;
        pc = d <= 0 ? mem[pc + 2] : pc + 3;
        steps++;
    }
    return steps;
}

enum { Z = 1000, ONE, X, Y, ACC, CNT, NEG, TOTAL };

static void load_multiply(int x, int y)
{
    int at = 0;
    mem[Z] = 0;
    mem[ONE] = 1;
    mem[X] = (int16_t)x;
    mem[CNT] = (int16_t)y;
    mem[ACC] = 0;
    mem[NEG] = 0;
    int loop = at;
    at = emit(at, X, NEG, at + 3);      // neg -= x
    at = emit(at, NEG, ACC, at + 3);    // acc -= neg
    at = emit(at, NEG, NEG, at + 3);    // neg = 0
    at = emit(at, ONE, CNT, at + 6);    // if (--cnt <= 0) leave
    at = emit(at, Z, Z, loop);          // repeat
    at = emit(at, Z, Z, -1);            // halt
}

static void load_copy(int src, int dst, int len)
{
    int at = 0;
    mem[Z] = 0;
    mem[ONE] = 1;
    for (int i = 0; i < len; i++) {
        at = emit(at, dst + i, dst + i, at + 3);
        at = emit(at, src + i, Z, at + 3);
        at = emit(at, Z, dst + i, at + 3);
        at = emit(at, Z, Z, at + 3);
    }
    emit(at, Z, Z, -1);
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t h = 0;
    for (int r = 0; r < n; r++) {
        for (int i = 1; i < 120; i++) {
            load_multiply(i + r % 7, 150 - i);
            h = h * 3 + (uint32_t)execute(0, 100000);
            h ^= (uint16_t)mem[ACC];
        }
        for (int i = 0; i < 60; i++)
            mem[1100 + i] = (int16_t)(i * 37 + r);
        for (int i = 0; i < 20; i++) {
            load_copy(1100 + i, 1200 + i, 60);
            h += (uint32_t)execute(0, 100000);
        }
        for (int i = 0; i < 80; i++)
            h = h * 31 + (uint16_t)mem[1200 + i];
    }
    return (int)h;
}
