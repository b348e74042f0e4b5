/* Takes the samples of a recording.
 *
 * Every sample is a fresh process, on one CPU where that is allowed. A round takes one sample of
 * each workload by each contender, control included: the workloads in random order, and within each
 * workload its contenders in random order, one right after the other, so that what is compared was
 * measured under nearly equal conditions. The first round warms up and no statistic uses it. A
 * contender that fails at a workload is not asked for it again. */
#ifndef TAILRACE_BENCH_SAMPLER_H
#define TAILRACE_BENCH_SAMPLER_H

#include "bench/recording.h"

#define LEAST_ROUNDS 3 /* whatever the budget: below that there is no spread to speak of */

/* Asks each executor what it is and counts the instructions of each workload. Contenders that
 * cannot answer are noted as not measured. */
void sampler_prepare(Recording *recording);

/* Samples rounds until one more would not fit into the budget, counted from `started`
 * (seconds_now()), or until interrupted(). Calls `save` after each finished round. Failures are
 * told to the user when they happen and noted as not measured. */
void sampler_run(Recording *recording, double started, void (*save)(Recording *recording));

#endif
