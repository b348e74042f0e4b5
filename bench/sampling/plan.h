/* The plan of a run: which samples a round takes, in which order.
 *
 * It is a function of the seed, the round's number and what takes part, so that a run that was
 * resumed knows which samples are missing. Each sample has a place ("order"), counted over all
 * rounds, whether or not it is ever taken: a contender that fails at a workload is not asked for it
 * again.
 *
 * A round takes one sample of each workload in each layout by each contender, controls included:
 * the workloads in random order, for each workload the layouts in random order, and in each layout
 * its contenders in random order, one right after the other, so that what is compared was measured
 * under nearly equal conditions. Round 0 warms up, with one layout for each workload, and no
 * statistic uses it. */
#ifndef TAILRACE_BENCH_SAMPLING_PLAN_H
#define TAILRACE_BENCH_SAMPLING_PLAN_H

#include "bench/data/recording.h"

typedef struct Place {
    size_t workload, layout, contender; /* indexes */
} Place;

/* The places of a round, in order. To be freed. */
Place *plan_round(const Recording *recording, int round, size_t *count);

/* The order of the first place of a round. */
int plan_first(const Recording *recording, int round);

#endif
