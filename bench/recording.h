/* All that one `tailrace bench` found out: what took part, every sample, and what was not measured.
 * The sampler fills it, the summary and the result file read it. */
#ifndef TAILRACE_BENCH_RECORDING_H
#define TAILRACE_BENCH_RECORDING_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "bench/counters.h"
#include "bench/executors.h"
#include "bench/suite.h"

/* The parts of an executor's work that are timed apart. */
typedef enum Phase {
    PHASE_READ_VALIDATE,
    PHASE_TRANSLATE,
    PHASE_INSTANTIATE,
    PHASE_EXECUTE,
    PHASE_COUNT,
} Phase;

extern const char *const PHASE_NAMES[PHASE_COUNT]; /* as in the JSON: "read_validate", … */

/* Something that takes a sample of each workload in each round: an executor, or the control, which
 * is the first executor of its instruction set a second time. What they seem to differ by is noise.
 */
typedef struct Contender {
    const ExecutorProgram *program;
    bool control;
    json_t *info; /* what its `info` command printed */
} Contender;

typedef struct PhaseTime {
    int64_t cpu, wall; /* ns; CPU time is that of the executing thread */
} PhaseTime;

/* One timed process. */
typedef struct Sample {
    int round;                  /* 0 is the warm-up, which no statistic uses */
    int order;                  /* its place among all samples taken, from 0 */
    size_t workload, contender; /* indexes */
    size_t layout;              /* index into the layouts of the executors */
    PhaseTime phases[PHASE_COUNT];
    int64_t wasm_bytes, bytecode_bytes, functions, peak_rss_kib;
    json_t *counters;         /* as the executor printed them (counter_report.h); owned */
    int64_t counting_cost_ns; /* of starting and stopping them once */
} Sample;

#define ANY ((size_t)-1)

/* Something that should have been measured and was not. */
typedef struct NotMeasured {
    const char *what;           /* "sample", "instructions", "executor", "counter", "simulation" or
                                   "whole process" */
    size_t workload, contender; /* indexes, or ANY where it concerns all */
    const char *isa;            /* NULL where it concerns all */
    int round;                  /* -1 where it concerns all */
    char *reason;               /* a sentence */
} NotMeasured;

typedef struct Recording {
    Suite suite;
    Executors executors;
    json_t *machine;
    json_t *command; /* the command line */

    Contender *contenders; /* by instruction set; in each, first the baseline, last the control */
    size_t contender_count;
    const char **isas; /* those compared */
    size_t isa_count;
    size_t layout_count; /* the first so many of the build's layouts are measured; at least 1 */

    uint64_t seed;
    double budget, timeout; /* seconds: of the whole run, and of one process */
    int cpu;                /* where samples were taken, or NOT_PINNED */
    time_t started, finished;
    char *events; /* what samples count: those asked for that can be counted here, or "none" */
    const char *state; /* "running", "complete" or "interrupted" */

    int rounds; /* finished ones, the warm-up not counted */
    int64_t
        *instructions; /* [workload * isa_count + isa]: bytecode instructions, or -1: not known */
    Sample *samples;
    size_t sample_count;
    NotMeasured *not_measured;
    size_t not_measured_count;
    json_t *whole_processes, *simulated; /* as result files have them (whole_process.h, simulation.h) */
} Recording;

/* Chooses what takes part: the workloads that match `workloads`, the executors of the named
 * strategies and instruction sets, all comma-separated, NULL for the defaults (all workloads and
 * strategies; the first instruction set). Takes over `suite` and `executors`. False and an Error if
 * nothing is left. */
bool recording_prepare(Recording *recording, const char *strategies, const char *isas,
                       Error *error);
void recording_free(Recording *recording);

/* "A, B" of a list of strings, as a message shows them. To be freed. */
char *join_strings(const json_t *strings);


/* Chooses what samples count: those of `events`, a list as counters_open takes it, that can be
 * counted on this machine. The others are noted as not measured, each reason once. False and an
 * Error if the list cannot be read or names an unknown event. */
bool recording_choose_events(Recording *recording, const char *events, const CounterKernel *kernel,
                             Error *error);

/* Takes over the sample's counters. */
void recording_add(Recording *recording, const Sample *sample);
/* Takes over `reason`. */
void recording_add_not_measured(Recording *recording, NotMeasured entry);

/* Why this contender is out for this workload; NULL if it is not. */
const char *recording_failure(const Recording *recording, size_t workload, size_t contender);

/* "switch-acc", or "switch-acc (again)" for the control. To be freed. */
char *contender_name(const Contender *contender);

#endif
