/* Whole processes, timed by hyperfine: start-up, reading, translation and execution, as a user of
 * `run --invoke` waits for them.
 *
 * hyperfine takes all runs of one command before those of the next, so unlike samples these are not
 * interleaved, and a machine that gets slower meanwhile makes the later executors look slower. The
 * first layout of each executor is timed, in which its results were checked by the samples; here
 * only exit statuses are. */
#ifndef TAILRACE_BENCH_SAMPLING_WHOLE_PROCESS_H
#define TAILRACE_BENCH_SAMPLING_WHOLE_PROCESS_H

#include <stdio.h>

#include "bench/data/recording.h"
#include "bench/data/saving.h"

#define WHOLE_PROCESS_RUNS 10     /* of each command, after one that warms up */
#define WHOLE_PROCESS_WORKLOADS 2 /* if none are asked for: the quickest */

/* Times the workloads that match `patterns` (NULL: the quickest ones), which must have samples.
 * Tells the user how long that will take. Adds to the recording's "whole processes" the workloads
 * that are not there yet, or says in its "not measured" why not. Saves after each workload. */
void whole_processes_run(Recording *recording, const char *patterns, Saving *saving);

/* Prints what was timed for a group, if anything, as a table. */
void whole_processes_print(const Recording *recording, const Group *group, FILE *stream);

#endif
