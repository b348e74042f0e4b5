/* Throwing: from an instruction or a host function to the handler, through the frames of wasm code
 * in between, whatever instances they belong to. For handlers; the words around it are UNWIND's in
 * dispatch/words.h.
 *
 * The frames of one execution lie on the value stack, linked as dispatch/words.h describes. Unwinding
 * looks their functions' side tables up by the return addresses (translator/side_tables.h), and
 * gives registers that a function uses for its locals back to its caller, as it would have done
 * itself. It ends where the execution began: then the exception is the host's, in
 * store_exception(). */
#ifndef TAILRACE_RUNTIME_UNWIND_H
#define TAILRACE_RUNTIME_UNWIND_H

#include "runtime/instance.h"

/* All of them take registers from instance->transfer and answer there, as call_slow does; or return
 * TRAP_EXCEPTION: no handler is left. */

/* The instruction at `ip` in frame `fp` throws a new exception with that tag and those values. */
Trap exception_throw(Instance *instance, uint32_t tag, const uint8_t *ip, uint64_t *fp,
                     const uint64_t *values);
/* It throws the exception that the reference, which is not null, stands for. */
Trap exception_rethrow(Instance *instance, uint64_t reference, const uint8_t *ip, uint64_t *fp);
/* A host function has thrown: transfer->ip is where it would have returned to in transfer->fp. */
Trap exception_unwind(Instance *instance);

#endif
