/* Takes the samples of a recording.
 *
 * Every sample is a fresh process, on one CPU where that is allowed. A round takes one sample of
 * each workload in each layout by each contender, control included: the workloads in random order, for
 * each workload the layouts in random order, and in each layout its contenders in random order, one
 * right after the other, so that what is compared was measured under nearly equal conditions. The
 * first round warms up, with one layout for each workload, and no statistic uses it. A contender that
 * fails at a workload is not asked for it again. */
#ifndef TAILRACE_BENCH_SAMPLER_H
#define TAILRACE_BENCH_SAMPLER_H

#include "bench/recording.h"

/* Whatever the budget: below that there is no spread to speak of. */
#define LEAST_ROUNDS 3
#define LEAST_ROUNDS_OF_LAYOUTS 2

/* Asks each executor what it is and counts the instructions of each workload. Contenders that
 * cannot answer are noted as not measured. */
void sampler_prepare(Recording *recording);

/* Samples rounds until one more would not fit into the budget, counted from `started`
 * (seconds_now()), or until interrupted(). Calls `save` after each finished round. Failures are
 * told to the user when they happen and noted as not measured. */
void sampler_run(Recording *recording, double started, void (*save)(Recording *recording));

#endif
