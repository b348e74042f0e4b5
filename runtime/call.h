/* Calls that leave the code of one instance: to host functions and to other instances' functions.
 *
 * A handler that meets one fills the request part of its instance's Transfer and goes to the
 * handler `call.slow`, which calls call_slow() and continues where the answer part says. Keeping
 * this out of line keeps the handlers of ordinary calls free of spills. */
#ifndef TAILRACE_RUNTIME_CALL_H
#define TAILRACE_RUNTIME_CALL_H

#include "runtime/instance.h"

/* Where wasm code returns to that was not called by wasm code of its instance: one `halt` and one
 * `leave` instruction (ops.table) in this program's dispatch words. */
const uint8_t *halt_code(void);
const uint8_t *leave_code(void);

/* Performs instance->transfer's request; `fp` is the calling frame. Fills the answer, or returns a
 * trap. */
Trap call_slow(Instance *instance, uint64_t *fp);

/* The end of a call into another instance: `fp` is the frame that call_slow made below the
 * callee's. Moves the results down to where the caller expects them and answers with the caller's
 * state. */
Trap leave_instance(Instance *instance, uint64_t *fp);

/* The same for an exception, without results: from the frame below the callee's, *fp, to the
 * caller's frame, instance and where it goes on there. */
void leave_frame(uint64_t **fp, const uint8_t **back, Instance **instance);

/* Clears the upper halves of 32-bit values. Executors may leave anything in an f32's, and the host is
 * promised zeros; a host may have left something in an i32's, and executors form addresses of them
 * as they are. */
void clean_values(const SlotType *types, uint32_t count, uint64_t *slots);

#endif
