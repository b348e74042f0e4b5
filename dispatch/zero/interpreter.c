/* What executes the functions that a unit leaves out (zero.h): the strategy tail-indirect, the one
 * with 16-bit words that carries every instruction set. It has one handler more. Where an unrolled
 * function is entered or returned to, its dispatch word is UNROLLED, whose handler leaves the
 * interpreter. */
#include "dispatch/zero/zero.h"

#include "runtime/call.h"

/* Another instance's function may be of a program that nobody has prepared yet. */
static Trap call_prepared(Instance *instance, uint64_t *fp) {
    const Trap trap = call_slow(instance, fp);
    return trap == TRAP_NONE ? zero_prepare(instance->transfer.instance) : trap;
}

#define DISPATCH_SIZE 2
#define TABLE_POINTER zero_handlers
#define OWN_HANDLERS(X) X(unrolled)
#define call_slow(instance, fp) call_prepared(instance, fp)
#define executor interpreter /* which nobody asks for */
#include "dispatch/tail.c"

static ZeroState left;

HANDLER(unrolled) {
    (void)memory;
    SAVE_STATE(&left);
    return ZERO_ELSEWHERE;
}

Trap zero_interpret(ZeroState *state) {
    zero_handlers = handlers;
    RESTORE_STATE(state);
    const Trap trap = HANDLER_AT(ip)(ARGUMENTS);
    if (trap == ZERO_ELSEWHERE) *state = left;
    return trap;
}
