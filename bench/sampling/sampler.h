/* Takes the samples of a recording, as plan.h orders them.
 *
 * Every sample is a fresh process, on one CPU where that is allowed. A contender that fails at a
 * workload is not asked for it again. A recording that has samples already, of an earlier sitting,
 * is gone on with: what is missing in its last round is taken first.
 *
 *     engines.h        processes of peers, and of executors beside them
 *     plan.h           which samples a round takes, in which order
 *     pace.h           how long the run will go on
 *     verdicts.h       faster, slower, undecided: runs scripts/verdicts
 *     whole_process.h  whole processes, timed by hyperfine
 *     simulation.h     simulated counts, by cachegrind (cachegrind.h)
 *     outside_tool.h   what the last two share */
#ifndef TAILRACE_BENCH_SAMPLING_SAMPLER_H
#define TAILRACE_BENCH_SAMPLING_SAMPLER_H

#include "bench/data/recording.h"

/* Blocks (plan.h) that are measured whatever the budget: below that there is no spread to speak of.
 * With one layout a block is a round. */
#define LEAST_BLOCKS 3
#define LEAST_BLOCKS_OF_LAYOUTS 2

/* Asks each executor what it is and counts the instructions of each workload. Contenders that
 * cannot answer are noted as not measured. */
void sampler_prepare(Recording *recording);

/* What is called between samples, with `context`: while one is taken, this process sleeps. */
typedef struct SamplerHooks {
    void *context;
    /* This sample is taken next: all but its times are there. The share of the run that is done,
     * and the seconds that are left if no decision ends it earlier (pace.h). */
    void (*next)(void *context, const Sample *next, double fraction, double left);
    void (*sample)(void *context, const Recording *recording); /* the last sample is new */
    /* The same of the processes of engines; `doing` says which is taken next. */
    void (*next_process)(void *context, const char *doing, double fraction, double left);
    void (*process)(void *context, const Recording *recording);
    void (*failure)(void *context, const Recording *recording); /* the last gap is new */
    /* A round is finished. True if enough has been measured. */
    bool (*round)(void *context, Recording *recording);
    /* The warm-up is finished: `done` seconds have passed, and a block will take about `block`.
     * Sets the budget if that is still to be chosen. Not called of a run that is resumed later than
     * that. */
    void (*warm)(void *context, Recording *recording, double done, double block);
} SamplerHooks;

/* Blocks that are measured whatever the budget. */
int sampler_least_blocks(const Recording *recording);

/* Samples blocks until one more would not fit into the budget, counted from `started`
 * (seconds_now()), until a hook has enough, or until interrupted(). Failures are told to the user
 * when they happen and noted as not measured. Why it ended is in stop_rule and stop_reason. */
void sampler_run(Recording *recording, double started, const SamplerHooks *hooks);

#endif
