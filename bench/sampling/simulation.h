/* Simulated counts, which need no PMU: executors under valgrind's cachegrind (cachegrind.h has the
 * model).
 *
 * Each workload runs twice under it, once normally and once with everything but the execution
 * (`measure --no-execute`); what is kept is the difference. So counts are those of the execution,
 * and of printing its results, which is a few hundred instructions. A count so small that the
 * difference would be below 0 is null: it is lost in the start. The first layout of each executor
 * is simulated: the simulation repeats exactly, but another layout gives other misses. */
#ifndef TAILRACE_BENCH_SAMPLING_SIMULATION_H
#define TAILRACE_BENCH_SAMPLING_SIMULATION_H

#include <stdio.h>

#include "bench/data/recording.h"
#include "bench/data/saving.h"

#define DEFAULT_SIMULATION_BUDGET 300 /* seconds */

/* Simulates the workloads that have samples, the quickest first, each by all executors; tells the
 * user how long that will take. A workload that would end after more than `budget` seconds is not
 * begun. Adds to the recording's "simulated" what is not there yet, or says in its "not measured"
 * why not. Saves after each workload. */
void simulation_run(Recording *recording, double budget, Saving *saving);

/* Prints what was simulated for a group, if anything, as a table. */
void simulation_print(const Recording *recording, const Group *group, FILE *stream);

#endif
