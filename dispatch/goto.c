/* Labels as values: every handler ends with its own computed goto, `goto *address`.
 *
 * Threaded code (Bell 1973) as gcc's extension makes it expressible in C (Ertl 1993). A strategy's
 * file defines DISPATCH_SIZE, see dispatch/targets.h, and includes this one.
 *
 * All handlers are one function, so the compiler allocates registers for all of them together, and
 * may merge their jumps into one or copy them: the build's flags prevent it where it is known how,
 * and the dispatch audit counts what is left. */
/* What an opcode is looked up in, or an offset added to. Position-independent code needs it in a
 * register; elsewhere it is part of the jump, as it is part of a switch's. */
#if !defined __PIC__
#define LOOKUP (DISPATCH_SIZE == 2 ? labels : (const void *const *)run)
#define LOOKUP_IN_REGISTER() ((void)0)
#else
#define LOOKUP lookup
#if DISPATCH_SIZE != 8 && defined __clang__ && !NO_BARRIERS /* see STATE_IN_REGISTERS */
#define LOOKUP_IN_REGISTER() __asm__ volatile("" : : "r"(lookup))
#else
#define LOOKUP_IN_REGISTER() ((void)0)
#endif
#endif
#define ONE_FUNCTION 1
#define DISPATCH_TO(word)                                                                          \
    do {                                                                                           \
        LOOKUP_IN_REGISTER();                                                                      \
        goto *TARGET(word, LOOKUP, LOOKUP);                                                        \
    } while (0)
#include "dispatch/words.h"
/* Behind it, since it needs what words.h includes. */
#include "dispatch/targets.h"

#define HANDLER(name) handle_##name:

/* The labels are visible in this function only: called without code, it tells them. */
static Trap run(const uint8_t *at, uint64_t *frame, Instance *of, const void *const **labels_out) {
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
#ifdef __PIC__
    const void *const *lookup = DISPATCH_SIZE == 2 ? labels : (const void *const *)run;
#if !NO_BARRIERS
    __asm__("" : "+r"(lookup)); /* so that no compiler forms the address anew at each dispatch */
#endif
#endif
    STATE_VARIABLES(at, frame, of);
    DISPATCH();

#include HANDLERS

    STOPPED();
}

static const DispatchWords *words(void) {
    const void *const *labels;
    run(NULL, NULL, NULL, &labels);
    return target_words(labels, (uintptr_t)run);
}

static Trap enter(const uint8_t *ip, uint64_t *fp, Instance *instance) {
    return run(ip, fp, instance, NULL);
}

EXECUTOR_DEFINITION(words)
