/* What runs of other people's tools (hyperfine, valgrind) over a recording share. */
#ifndef TAILRACE_BENCH_SAMPLING_OUTSIDE_TOOL_H
#define TAILRACE_BENCH_SAMPLING_OUTSIDE_TOOL_H

#include "bench/data/recording.h"
#include "bench/util/process.h"

/* The path of a program that stands in $PATH, to be freed. NULL and an Error that says how to get
 * it if there is none. */
char *tool_find(const char *name, Error *error);

/* A new, empty file in $TMPDIR for a tool to write to. To be freed, and unlinked. NULL and an Error
 * if none can be made. */
char *tool_output_file(Error *error);

/* Runs a tool where the samples ran. True, and what it printed, to be freed, if it ended with exit
 * status 0. Else false and the reason in *why, to be freed; NULL if the user interrupted. */
bool tool_run(const Recording *recording, char *const *argv, double timeout, char **output,
              char **why);

/* The median CPU time, in seconds, of the samples of a workload by a contender, or by all if that
 * is ANY, warm-up included. NaN if there are none. */
double sampled_seconds(const Recording *recording, size_t workload, size_t contender);

/* Whether a contender is to be looked at on a workload: no control, and it has not failed there. */
bool tool_wants(const Recording *recording, size_t workload, size_t contender);

/* The program of a contender in the first layout. To be freed. */
char *tool_program(const Recording *recording, const Contender *contender);

/* A new entry {"build", "strategy", "isa", "layout", "workload"} of a list of results, and the one
 * in the list, NULL if there is none. */
json_t *tool_entry(const Recording *recording, size_t workload, const Contender *contender);
json_t *tool_entry_in(json_t *list, const Recording *recording, size_t workload,
                      const Contender *contender);

/* The workloads that have samples, as indexes, the quickest first. To be freed. */
size_t *workloads_by_time(const Recording *recording, size_t *count);

#endif
