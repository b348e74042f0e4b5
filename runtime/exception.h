/* Exceptions and their memory. Private to runtime/; everybody else has runtime/runtime.h. */
#ifndef TAILRACE_RUNTIME_EXCEPTION_H
#define TAILRACE_RUNTIME_EXCEPTION_H

#include "runtime/store.h"

/* A new exception, or NULL when out of memory. Those that nobody can refer to any more are freed now
 * and then: slots of the value stack from `top` on are not looked at. */
Exception *exception_make(Store *store, const Tag *tag, const uint8_t *thrown_at,
                          const uint64_t *values, const uint64_t *top);
/* What cannot be thrown for want of memory. */
Trap exception_out_of_memory(Store *store);

#endif
