/* Which workloads a run has: a suite's, some of it, and the user's own. */
#ifndef TAILRACE_BENCH_WORKLOAD_CHOICE_H
#define TAILRACE_BENCH_WORKLOAD_CHOICE_H

#include "bench/input/suite.h"
#include "bench/wishes.h"

/* Of the suite those that were asked for, or all if nothing was; and the modules and traces that
 * were named. `directory` is that of the tailrace program. The exit status, having said why; -1 if
 * all is well. */
int choose_workloads(Suite *suite, const char *directory, const Wishes *wishes);

#endif
