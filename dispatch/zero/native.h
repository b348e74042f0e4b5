/* A unit of native code: no level of the zero line, but what stands beside it. It is the C that the
 * module was compiled from, compiled for this machine, and has the module's bytecode for nothing
 * else than to be found by (executor.c). `unroll --native` writes it, for modules that export
 * run(i32) -> i32 and are made from one C file (bench/workloads/workload.h). */
#ifndef TAILRACE_DISPATCH_ZERO_NATIVE_H
#define TAILRACE_DISPATCH_ZERO_NATIVE_H

#include "dispatch/zero/zero.h"

/* `function` is the C's run under a name of its own, `entry` where that of the bytecode begins. */
#define DEFINE_NATIVE_UNIT(function, entry)                                                        \
    int32_t function(int32_t n);                                                                   \
    static Trap run(ZeroState *state) {                                                            \
        if (!state) return TRAP_NONE;                                                              \
        if (state->ip != state->instance->program->bytes + (entry)) return TRAP_HOST;              \
        *state->fp = (uint32_t)function((int32_t)*state->fp);                                      \
        return TRAP_NONE;                                                                          \
    }                                                                                              \
    DEFINE_UNIT()

#endif
