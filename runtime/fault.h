/* Enters the executor, and turns faults on the guard pages of memories into traps. */
#ifndef TAILRACE_RUNTIME_FAULT_H
#define TAILRACE_RUNTIME_FAULT_H

#include "runtime/store.h"

/* Runs wasm code of `instance` at frame `fp` until it returns or traps, see runtime/executor.h. An
 * access to the inaccessible part of one of the store's memories is
 * TRAP_OUT_OF_BOUNDS_MEMORY_ACCESS; *instance->stopped_at is NULL then if the place cannot be told.
 * Every other fault is left to whoever handled it before the process's first execution, by default
 * to the system, which ends the process.
 */
Trap execute(const Code *code, uint64_t *fp, Instance *instance);

/* Around the call of a host function: a fault in there is the host's own, whatever the address.
 * fault_suspend's result is for fault_resume. */
void *fault_suspend(void);
void fault_resume(void *suspended);

#endif
