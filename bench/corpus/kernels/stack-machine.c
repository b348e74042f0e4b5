// Stack machine with byte code and a switch: calls with frames, loops, jumps; small assembler.
#include <stdint.h>

enum op { HALT, PUSH, ADD, SUB, MUL, ODD, LESS, HALF, JMP, JZ, LOAD, STORE, CALL, RET };

static uint8_t code[128];
static int here;

static int emit(enum op op, int arg)
{
    code[here++] = (uint8_t)op;
    code[here++] = (uint8_t)arg;
    return here - 1; // where the argument is, to be patched
}

static void patch(int at) { code[at] = (uint8_t)here; }

static void push_sub(int local, int k)
{
    emit(LOAD, local);
    emit(PUSH, k);
    emit(SUB, 0);
}

static void assemble_ackermann(void) // frame: 0 = m, 1 = n
{
    here = 0;
    emit(CALL, 4);
    emit(HALT, 0);
    emit(LOAD, 0);
    int zero_m = emit(JZ, 0);
    push_sub(0, 1);
    emit(LOAD, 1);
    int zero_n = emit(JZ, 0);
    emit(LOAD, 0);
    push_sub(1, 1);
    emit(CALL, 4);
    int join = emit(JMP, 0);
    patch(zero_n);
    emit(PUSH, 1);
    patch(join);
    emit(CALL, 4);
    emit(RET, 0);
    patch(zero_m);
    emit(LOAD, 1);
    emit(PUSH, 1);
    emit(ADD, 0);
    emit(RET, 0);
}

static void assemble_collatz(void) // locals: 0 = n, 1 = x, returns the sum of odd values met
{
    here = 0;
    emit(PUSH, 0);
    int outer = here;
    emit(LOAD, 0);
    int done = emit(JZ, 0);
    emit(LOAD, 0);
    emit(STORE, 1);
    int inner = here;
    emit(PUSH, 1);
    emit(LOAD, 1);
    emit(LESS, 0);
    int next = emit(JZ, 0);
    emit(LOAD, 1);
    emit(ODD, 0);
    int even = emit(JZ, 0);
    emit(LOAD, 1);
    emit(ADD, 0);
    emit(LOAD, 1);
    emit(PUSH, 3);
    emit(MUL, 0);
    emit(PUSH, 1);
    emit(ADD, 0);
    int odd = emit(JMP, 0);
    patch(even);
    emit(LOAD, 1);
    patch(odd);
    emit(HALF, 0);
    emit(STORE, 1);
    emit(JMP, inner);
    patch(next);
    push_sub(0, 1);
    emit(STORE, 0);
    emit(JMP, outer);
    patch(done);
    emit(HALT, 0);
}

static int32_t stack[2048];

static int32_t interpret(int32_t a, int32_t b)
{
    int32_t *fp = stack, *sp = stack + 2, r;
    const uint8_t *pc = code;
    fp[0] = a;
    fp[1] = b;
    for (;;) {
        uint8_t op = *pc++, arg = *pc++;
        switch (op) {
        case PUSH: *sp++ = arg; break;
        case ADD: sp--; sp[-1] += *sp; break;
        case SUB: sp--; sp[-1] -= *sp; break;
        case MUL: sp--; sp[-1] *= *sp; break;
        case ODD: sp[-1] &= 1; break;
        case LESS: sp--; sp[-1] = sp[-1] < *sp; break;
        case HALF: sp[-1] >>= 1; break;
        case JMP: pc = code + arg; break;
        case JZ: if (*--sp == 0) pc = code + arg; break;
        case LOAD: *sp++ = fp[arg]; break;
        case STORE: fp[arg] = *--sp; break;
        case CALL: // two arguments become the new frame; above them the links
            *sp++ = (int32_t)(fp - stack);
            *sp++ = (int32_t)(pc - code);
            fp = sp - 4;
            pc = code + arg;
            break;
        case RET:
            r = sp[-1];
            sp = fp;
            pc = code + sp[3];
            fp = stack + sp[2];
            *sp++ = r;
            break;
        default: return sp[-1];
        }
    }
}

__attribute__((export_name("run"))) int run(int n)
{
    uint32_t h = 0;
    for (int r = 0; r < n; r++) {
        assemble_collatz();
        h = h * 31 + (uint32_t)interpret(150 + r % 50, 0);
        assemble_ackermann();
        for (int k = 0; k < 24; k++)
            h = h * 3 + (uint32_t)interpret(2, k);
    }
    return (int)h;
}
