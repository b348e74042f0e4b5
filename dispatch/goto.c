/* Labels as values: every handler ends with its own computed goto.
 *
 * Threaded code (Bell 1973) as gcc's extension makes it expressible in C (Ertl 1993). GOTO_DIRECT is
 * direct threading: the dispatch word is the label's address, as in Gforth and OCaml's bytecode
 * interpreter. Otherwise the dispatch word is the opcode and a table holds the addresses: CPython,
 * Ruby's token threading, Lua 5.4's ljumptab.h.
 *
 * All handlers are one function, so the compiler allocates registers for all of them together, and may
 * merge their jumps into one or copy them: the build's flags prevent it where it is known how, and the
 * dispatch audit counts what is left. */
#if GOTO_DIRECT
#define DISPATCH_SIZE 8
#else
#define DISPATCH_SIZE 2
#endif

#include "dispatch/words.h"

#if GOTO_DIRECT
#define LABEL_AT(ip) ((const void *)(uintptr_t)read_u64(ip))
#else
#define LABEL_AT(ip) labels[read_u16(ip)]
#endif

#define HANDLER(name) handle_##name:
/* The empty asm emits nothing. Compilers neither merge nor move it, and so not what stands around it:
 * without it, clang 22 makes one piece of code of what many handlers end with, and leaves a sixth of
 * goto-indirect's jumps. */
#define DISPATCH()                                                                                 \
    do {                                                                                           \
        __asm__ volatile("");                                                                      \
        goto *LABEL_AT(ip);                                                                        \
    } while (0)
#define CONTINUE_AT(name) goto handle_##name
#define STOP(reason)                                                                               \
    do {                                                                                           \
        stop = (reason);                                                                           \
        goto stopped;                                                                              \
    } while (0)
#define TRAP(code) STOP(TRAP_##code)

/* The labels are visible in this function only: called without code, it tells them. */
static Trap run(const uint8_t *ip, uint64_t *fp, Instance *instance, const void *const **labels_out) {
#define X(name) &&handle_##name,
    /* Naming the labels in the layout's order makes clang place the handlers in it: where it places
     * blocks it forgets the order of the text, and takes that of the addresses taken. */
    static const void *const layout[] __attribute__((unused)) = {LAYOUT_OPCODES(X)};
    static const void *const labels[OPCODE_COUNT] = {OPCODES(X)};
#undef X
    if (labels_out) {
        *labels_out = labels;
        return TRAP_NONE;
    }
    uint8_t *memory = instance->memory0->base;
#define X(type, name) type name = {0};
    STATE_ACCUMULATORS(X)
#undef X
    Trap stop;
    DISPATCH();

#include HANDLERS

stopped:
    *instance->stopped_at = ip;
    return stop;
}

#if GOTO_DIRECT
static const DispatchWords *addresses(void) {
    static uint64_t values[OPCODE_COUNT];
    static const DispatchWords result = {DISPATCH_SIZE, values};
    if (values[0]) return &result;
    const void *const *labels;
    run(NULL, NULL, NULL, &labels);
    for (unsigned i = 0; i < OPCODE_COUNT; i++) values[i] = (uintptr_t)labels[i];
    return &result;
}
#endif

static Trap enter(const uint8_t *ip, uint64_t *fp, Instance *instance) {
    return run(ip, fp, instance, NULL);
}

#if GOTO_DIRECT
EXECUTOR_DEFINITION(addresses)
#else
EXECUTOR_DEFINITION(opcode_words)
#endif
