/* What one execution costs: as executors measure it, as `measure` prints it, as samples have it. One
 * type, and one mapping to JSON and back. */
#ifndef TAILRACE_BENCH_MEASURE_COST_H
#define TAILRACE_BENCH_MEASURE_COST_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* The parts of an executor's work that are timed apart. */
typedef enum Phase {
    PHASE_READ_VALIDATE,
    PHASE_TRANSLATE,
    PHASE_INSTANTIATE,
    PHASE_EXECUTE,
    PHASE_COUNT,
} Phase;

typedef struct PhaseTime {
    int64_t cpu, wall; /* ns; CPU time is that of the executing thread */
} PhaseTime;

typedef struct Cost {
    PhaseTime phases[PHASE_COUNT];
    int64_t wasm_bytes, bytecode_bytes, functions;
    int64_t peak_rss_kib;     /* -1: not known */
    json_t *counters;         /* a list as of counters_json (counter_report.h), owned; NULL: none */
    int64_t counting_cost_ns; /* of starting and stopping them once; -1: not known, of processes */
    int64_t crossings;        /* of a trace: between module and host; 0: it is none */
    int64_t replayer_ns;      /* CPU time that the replayer itself took of the execution */
    bool is_process;          /* of a whole process that is not ours: only its execution, memory and
                                 counters are known, and */
    int64_t user, system;     /* what its CPU time is the sum of, ns */
} Cost;

/* The thread's and the world's clock, and what has passed since they were `start`. */
PhaseTime clocks_now(void);
PhaseTime clocks_since(PhaseTime start);

/* The most memory that this process has had since it became this program, KiB; -1 if the system does
 * not tell. (In getrusage() there is also what it was before, a part of whoever started it.) */
int64_t peak_memory_now(void);

/* An object with "phases" (the first `phase_count` of them), "wasm_bytes", "bytecode_bytes",
 * "functions", "peak_rss_kib", "counters" and "counting_cost_ns"; of traces "crossings" and
 * "replayer_ns", too. Of a process that is not ours "phases" has only "execute", there are no sizes, and
 * "process" has "user" and "system". A new reference; NULL: out of memory. */
json_t *cost_json(const Cost *cost, int phase_count);

/* Reads what cost_json made, of all phases, from an object that may have more. NULL, or which part
 * cannot be read: "times" or "counters"; *cost is then as it was. */
const char *cost_read(json_t *json, Cost *cost);

#endif
