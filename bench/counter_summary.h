/* The counters of a recording as a table. */
#ifndef TAILRACE_BENCH_COUNTER_SUMMARY_H
#define TAILRACE_BENCH_COUNTER_SUMMARY_H

#include <stdio.h>

#include "bench/recording.h"

/* Prints what the contenders of one instruction set (an index into the recording's isas) counted for
 * a thousand executed bytecode instructions: the mean over workloads of the medians over rounds.
 * Estimates are marked. Prints nothing if nothing was counted. */
void counter_summary_print(const Recording *recording, size_t isa, FILE *stream);

#endif
