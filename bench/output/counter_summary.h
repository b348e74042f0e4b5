/* The counters of a recording as a table. */
#ifndef TAILRACE_BENCH_OUTPUT_COUNTER_SUMMARY_H
#define TAILRACE_BENCH_OUTPUT_COUNTER_SUMMARY_H

#include <stdio.h>

#include "bench/data/recording.h"

/* Prints what the contenders of one group counted for a thousand executed bytecode instructions:
 * the mean of the medians over rounds, over the workloads that all of them counted. Estimates are
 * marked. Prints nothing if nothing was counted. */
void counter_summary_print(const Recording *recording, const Group *group, FILE *stream);

#endif
