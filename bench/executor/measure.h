/* What the commands that measure share: phases, clocks and the JSON that `measure` prints. */
#ifndef TAILRACE_BENCH_EXECUTOR_MEASURE_H
#define TAILRACE_BENCH_EXECUTOR_MEASURE_H

#include <jansson.h>

#include "bench/executor/program.h"
#include "bench/measure/counters.h"

typedef enum Phase { READ_VALIDATE, TRANSLATE, INSTANTIATE, EXECUTE, PHASE_COUNT } Phase;

typedef struct Times { /* ns */
    uint64_t cpu;      /* of this thread */
    uint64_t wall;
} Times;

Times now(void);
/* What has passed since `start`. */
Times since(Times start);

/* To be called just before the execution is timed: starts the counters, NULL for none, and, in a
 * counting executor, counts from here on. So all that `measure` says of the execution leaves out
 * what instantiating executed, such as a start function. */
void begin_execution(Counters *counters);

/* The JSON object that `measure` prints, with the first `phase_count` phases. Takes the reference
 * to `results`; NULL if out of memory. */
json_t *describe_cost(const ModuleFile *file, const Times *phases, int phase_count,
                      const Counters *counters, json_t *results, int status);

/* SIGINT ends the process with EXIT_INTERRUPTED, unless it is ignored. */
void catch_interrupts(void);

/* `measure`, `profile` and `stream` of a trace instead of a module (program_replay.c). */
int measure_replay(const RunOptions *options);
int profile_replay(const RunOptions *options);
int stream_replay(const RunOptions *options);

#endif
