/* Calls: a loop calls the handler of each instruction, and the handler returns to the loop.
 *
 * The portable fallback of interpreters that would rather tail-call, which needs nothing of the
 * compiler. What every instruction changes comes back in the registers that the usual calling
 * conventions return a pair in: the next instruction's address and, where the instruction set has
 * it, the integer accumulator. The rest of the state is in a struct, from where a handler reads
 * what it needs and where it writes what it has changed: `restrict` lets compilers drop what is
 * written back unchanged.
 *
 * A strategy's file defines DISPATCH_SIZE, see dispatch/targets.h, and includes this one. */
#include "dispatch/words.h"
/* Behind it, since it needs what words.h includes. */
#include "dispatch/targets.h"

typedef struct Next {
    const uint8_t *ip; /* NULL: stop */
    uint64_t ia;
} Next;

typedef struct State {
    uint64_t *fp;
    uint8_t *memory;
    Instance *instance;
#if ISA_HAS_ACCUMULATORS
    FloatRegister fa;
#endif
    Trap stop;
} State;

typedef Next (*Handler)(State *restrict state, const uint8_t *ip, uint64_t ia);

/* By opcode. */
static const Handler handlers[OPCODE_COUNT];

#if ISA_HAS_ACCUMULATORS
#define IF_ACCUMULATORS(...) __VA_ARGS__
#else
#define IF_ACCUMULATORS(...)
#endif

/* The body, with its state as variables, is made part of the handler. "used" as in tail.c. */
#define HANDLER(name)                                                                              \
    INLINE Next execute_##name(State *restrict state, const uint8_t *ip, uint64_t ia,              \
                               uint64_t *fp, uint8_t *memory,                                      \
                               Instance *instance IF_ACCUMULATORS(, FloatRegister fa));            \
    __attribute__((used)) static Next handle_##name(State *restrict state, const uint8_t *ip,      \
                                                    uint64_t ia) {                                 \
        return execute_##name(state, ip, ia, state->fp, state->memory,                             \
                              state->instance IF_ACCUMULATORS(, state->fa));                       \
    }                                                                                              \
    INLINE Next execute_##name(State *restrict state, const uint8_t *ip, uint64_t ia,              \
                               uint64_t *fp, uint8_t *memory,                                      \
                               Instance *instance IF_ACCUMULATORS(, FloatRegister fa))
#define WRITE_BACK()                                                                               \
    (state->fp = fp, state->memory = memory, state->instance = instance                            \
     IF_ACCUMULATORS(, state->fa = fa))
#define DISPATCH()                                                                                 \
    do {                                                                                           \
        WRITE_BACK();                                                                              \
        return (Next){ip, ia};                                                                     \
    } while (0)
#define CONTINUE_AT(name)                                                                          \
    do {                                                                                           \
        WRITE_BACK();                                                                              \
        return handle_##name(state, ip, ia);                                                       \
    } while (0)
#define STOP(trap) return stop(state, ip, trap)
#define TRAP(code) STOP(TRAP_##code)

/* Out of line, and volatile so that no compiler sees that the result is always the same: handlers
 * that may trap jump there and stay leaf functions without a prologue. */
static const uint8_t *const volatile nowhere = NULL;
static __attribute__((noinline, cold)) Next stop(State *state, const uint8_t *ip, Trap trap) {
    *state->instance->stopped_at = ip;
    state->stop = trap;
    return (Next){nowhere, (uintptr_t)nowhere};
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"

static Next handle_call_slow(State *restrict state, const uint8_t *ip, uint64_t ia);
static Next handle_unwind(State *restrict state, const uint8_t *ip, uint64_t ia);
#include HANDLERS

#pragma GCC diagnostic pop

#define X(name) handle_##name,
static const Handler handlers[OPCODE_COUNT] = {OPCODES(X)};
#undef X

/* Apart from enter(), whose wide vector moves would have clang put a vzeroupper into the loop. */
SHARED_DISPATCH static __attribute__((noinline)) void run(State *state, Next next) {
    do next = TARGET_AT(next.ip, handlers, run)(state, next.ip, next.ia);
    while (next.ip);
}

static Trap enter(const uint8_t *ip, uint64_t *fp, Instance *instance) {
    State state = {.fp = fp, .memory = instance->memory0->base, .instance = instance};
    fault_watch_frame(&state.fp);
    run(&state, (Next){ip, 0});
    return state.stop;
}

static const DispatchWords *words(void) { return target_words(handlers, (uintptr_t)run); }

EXECUTOR_DEFINITION(words)
