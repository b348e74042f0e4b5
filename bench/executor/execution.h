/* An execution, and what it costs: what `run`, `replay`, `measure`, `profile` and `stream` share.
 */
#ifndef TAILRACE_BENCH_EXECUTOR_EXECUTION_H
#define TAILRACE_BENCH_EXECUTOR_EXECUTION_H

#include <jansson.h>

#include "bench/executor/program.h"
#include "bench/measure/cost.h"
#include "bench/measure/counters.h"

typedef struct Execution {
    const struct ExecutionKind *kind;
    const RunOptions *options;
    ModuleFile file;
    Store *store;
    int guest_output;   /* where a module's standard output goes */
    Counters *counters; /* around the execution alone; NULL: none */
    bool needs_times;   /* it has failed if its times cannot be told */
    Placement placement; /* where its parts are, of those that the options place */
    PhaseTime phases[PHASE_COUNT];
} Execution;

/* What is executed: a module with what the system offers (run.c), or a trace without (replay.c). */
typedef struct ExecutionKind {
    /* A new execution, zeroed but for what the kind needs; NULL: out of memory. */
    Execution *(*make)(void);
    /* Goes through all phases. Returns the exit status, having complained of failures. *finished
     * says whether that is the guest's own word: it returned, called proc_exit or came to the
     * trace's end. */
    int (*go)(Execution *execution, bool *finished);
    /* What it returned, a list, and what else there is to report; both after it finished. */
    json_t *(*results)(const Execution *execution, int status);
    void (*report)(const Execution *execution, json_t *report);
    void (*release)(Execution *execution);
} ExecutionKind;

extern const ExecutionKind module_execution, trace_execution;

/* A new execution of what the options ask for: `trace`, or else `file`. NULL if there is no memory,
 * having said so. To be released. From here on SIGINT ends the process as interrupted, unless it is
 * ignored. */
Execution *execution_begin(const RunOptions *options);

/* Puts the translated program, the frames and memories to come where the options say. To be called
 * between making the store and anything else in it. False and an Error if there is no memory. */
bool execution_place(Execution *execution, Error *error);

/* To be called just before the execution is timed: starts the counters, if there are any, and, in a
 * counting executor, counts from here on. So all that `measure` says of the execution leaves out
 * what instantiating executed, such as a start function. */
void execution_count(const Execution *execution);

#endif
