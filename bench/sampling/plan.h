/* The plan of a run: which samples a round takes, in which order.
 *
 * It is a function of the seed, the round's number and what takes part, so that a run that was
 * resumed knows which samples are missing. Each sample has a place ("order"), counted over all
 * rounds, whether or not it is ever taken: a contender that fails at a workload is not asked for it
 * again.
 *
 * A round takes one sample of each workload in each layout by each strategy, and by one control of
 * each group: those of its strategies by turns, from layout to layout. It is made of blocks, one
 * for each layout, in random order: all workloads in random order, and of each workload its
 * contenders in random order, one right after the other, so that what is compared was measured
 * under nearly equal conditions. Where there are engines (peers, and executors as processes like
 * these), one process of each stands among the contenders of a workload, and one of each that runs
 * an empty module among the workloads. A run that ends behind a block has samples of as many
 * layouts as it has blocks. Round 0 warms up, with one layout for each workload, and no statistic
 * uses it. */
#ifndef TAILRACE_BENCH_SAMPLING_PLAN_H
#define TAILRACE_BENCH_SAMPLING_PLAN_H

#include "bench/data/recording.h"

typedef struct Place {
    size_t workload, layout; /* indexes; a workload from the suite's count on is an empty module
                                (recording_starts) */
    size_t contender;        /* index; ANY: a process of an engine is what is taken */
    size_t engine;           /* index of that, or ANY */
} Place;

/* How many samples a block has, and how many blocks a round (the warm-up is one). */
size_t plan_block(const Recording *recording);
size_t plan_blocks(const Recording *recording, int round);

/* The places of a round, in order. To be freed. */
Place *plan_round(const Recording *recording, int round, size_t *count);

/* The order of the first place of a round. */
int plan_first(const Recording *recording, int round);

#endif
