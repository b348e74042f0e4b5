/* The contract between a dispatch and what calls it. Each strategy, compiled for one instruction
 * set, is a static library that defines the one object `executor`; a program links one.
 *
 * A strategy is a file in dispatch/strategies/, or out of the tree: dispatch/strategies.py tells
 * what its head says and finds it for the build. Most choose a dispatch word (targets.h) for one of
 * the mechanisms switch.c, goto.c, tail.c and call.c; words.h is what a mechanism defines and
 * gets. */
#ifndef TAILRACE_RUNTIME_EXECUTOR_H
#define TAILRACE_RUNTIME_EXECUTOR_H

#include "encoder/encoder.h"
#include "runtime/instance.h"

/* What an executor knows of a program that it was built for (dispatch/zero/). */
typedef struct ExecutorUnit {
    const char *name, *sha256; /* of the file that it was made of: a module or a trace */
    uint32_t functions, all_functions;
    /* So many instructions of these functions were executed, of so many; both 0 if the unit has all
     * functions. */
    uint64_t executed, all_executed;
} ExecutorUnit;

typedef struct Executor {
    const char *strategy; /* "tail-direct" */
    const char *isa;      /* "acc" */
    const char *bounds;   /* "guard" or "explicit" */
    int64_t layout;       /* seed of the handlers' order and shift; 0: as in the table, no shift */

    /* x86-64: whether r14 holds the address of the instruction that is being executed wherever one
     * accesses memory. Where it is not known, runtime/fault.c looks for it. */
    bool ip_in_r14;
    /* What the encoder writes at the head of each instruction. */
    const DispatchWords *(*words)(void);

    /* Runs from `ip` until the `halt` instruction or a trap. `fp` is the frame of the code at `ip`.
     * Whenever it returns, *instance->stopped_at is an address in or just behind the instruction
     * that ended execution. */
    Trap (*enter)(const uint8_t *ip, uint64_t *fp, Instance *instance);

    /* Whether no register holds the address of the instruction that is being executed: what looks
     * like it is something else. */
    bool hides_ip;

    /* One program after the other that it was built for; NULL: that was the last. Executors of all
     * programs have no such function. */
    const ExecutorUnit *(*unit)(size_t index);
} Executor;

extern const Executor executor;

/* Executors keep the frame pointer in a register, from which a fault's place is told. One that
 * keeps it in memory tells where, in Executor.enter. */
void fault_watch_frame(uint64_t *const *fp);

#endif
