/* A switch in a loop, one indirect jump for all instructions.
 *
 * The dispatch word is the opcode. Compilers like to copy the jump to the end of each case ("tail
 * duplication"), which would make this a goto executor in disguise: an empty asm goto in front of
 * the switch is something they do not copy, and it emits no instruction. With SWITCH_REPLICATED,
 * the copies are wanted: nothing is in their way, and the strategy's flags have clang make them.
 * NO_ONE_DISPATCH leaves that to the compiler, too.
 * The dispatch audit checks both. */
#define ONE_FUNCTION 1
#define ONE_DISPATCH 1
#define DISPATCH_TO(word)                                                                          \
    do {                                                                                           \
        FETCHED(word);                                                                             \
        goto dispatch;                                                                             \
    } while (0)
#include "dispatch/words.h"
#if FETCH_FIRST
#define FETCHED(word) (opcode = (word))
#else
#define FETCHED(word) ((void)0)
#endif
#if COUNT_INSTRUCTIONS
#include "dispatch/profile.h"
#endif

#define HANDLER(name)                                                                              \
    case OPCODE_##name:                                                                            \
    handle_##name:

/* The cases are numbered in the layout's order, since compilers place them by their numbers. When
 * counting, the numbers are the opcodes. */
enum {
#define X(name) OPCODE_##name,
#if COUNT_INSTRUCTIONS
    OPCODES(X)
#else
    LAYOUT_OPCODES(X)
#endif
#undef X
};

SHARED_DISPATCH static Trap enter(const uint8_t *at, uint64_t *frame, Instance *of) {
    STATE_VARIABLES(at, frame, of);
#if FETCH_FIRST
    uintptr_t opcode;
    DISPATCH();
dispatch:
#else
dispatch:;
    const uintptr_t opcode = WORD_AT(ip);
#endif
#if COUNT_INSTRUCTIONS
    profile_instruction(ip, opcode, fp);
#endif
#if !SWITCH_REPLICATED && !NO_ONE_DISPATCH
    __asm__ goto("" : : : : single_dispatch);
single_dispatch:
#endif
    switch (opcode) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-label"
#include HANDLERS
#pragma GCC diagnostic pop
    default: __builtin_unreachable();
    }

    STOPPED();
}

static const DispatchWords *numbers(void) {
#define X(name) OPCODE_##name,
    static const uint64_t values[OPCODE_COUNT] = {OPCODES(X)};
#undef X
    static const DispatchWords result = {DISPATCH_SIZE, values};
    return &result;
}

EXECUTOR_DEFINITION(numbers)
