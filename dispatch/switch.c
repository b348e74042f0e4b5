/* A switch in a loop, one indirect jump for all instructions.
 *
 * The dispatch word is the opcode. Compilers like to copy the jump to the end of each case ("tail
 * duplication"), which would make this a goto executor in disguise: an empty asm goto in front of
 * the switch is something they do not copy, and it emits no instruction. With SWITCH_REPLICATED,
 * the copies are wanted: nothing is in their way, and the strategy's flags have clang make them.
 * The dispatch audit checks both. */
#include "dispatch/words.h"
#if COUNT_INSTRUCTIONS
#include "dispatch/profile.h"
#endif

#define HANDLER(name)                                                                              \
    case OPCODE_##name:                                                                            \
    handle_##name:
#define DISPATCH()                                                                                 \
    do {                                                                                           \
        STATE_IN_REGISTERS();                                                                      \
        goto dispatch;                                                                             \
    } while (0)
#define CONTINUE_AT(name) goto handle_##name
#define STOP(reason)                                                                               \
    do {                                                                                           \
        stop = (reason);                                                                           \
        goto stopped;                                                                              \
    } while (0)
#define TRAP(code) STOP(TRAP_##code)

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

SHARED_DISPATCH static Trap enter(const uint8_t *ip, uint64_t *fp, Instance *instance) {
    uint8_t *memory = instance->memory0->base;
#define X(type, name) type name = {0};
    ISA_REGISTERS(X)
#undef X
    Trap stop;

dispatch:
#if COUNT_INSTRUCTIONS
    profile_instruction(ip, read_u16(ip), fp);
#endif
#if !SWITCH_REPLICATED
    __asm__ goto("" : : : : single_dispatch);
single_dispatch:
#endif
    switch (read_u16(ip)) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-label"
#include HANDLERS
#pragma GCC diagnostic pop
    default: __builtin_unreachable();
    }

stopped:
    *instance->stopped_at = ip;
    return stop;
}

static const DispatchWords *numbers(void) {
#define X(name) OPCODE_##name,
    static const uint64_t values[OPCODE_COUNT] = {OPCODES(X)};
#undef X
    static const DispatchWords result = {DISPATCH_SIZE, values};
    return &result;
}

EXECUTOR_DEFINITION(numbers)
