/* What a build says of its strategies besides their programs: the heads of their files in
 * dispatch/strategies/, as dispatch/build.json has them. */
#ifndef TAILRACE_BENCH_INPUT_STRATEGIES_H
#define TAILRACE_BENCH_INPUT_STRATEGIES_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/input/executors.h"

/* The names that the comma-separated `list` stands for, once each, to be freed: an alias is its
 * strategy, "all" every strategy of the build, which references are not; unknown names stay.
 * Without a list (NULL): those that are measured by default, or NULL if these are all. */
char *strategies_meant(const Executors *executors, const char *list);

/* `list`, an owned list of strategies_meant, and the build's levels of the zero line; NULL if it
 * has none. */
char *strategies_with_references(const Executors *executors, char *list);

/* A field of a strategy: "mechanism", "sites", "does", "called", "used_by", "cost"; the aliases are
 * separated by ", ". To be freed. Empty if the build does not tell. */
char *strategy_field(const Executors *executors, const char *strategy, const char *field);

#endif
