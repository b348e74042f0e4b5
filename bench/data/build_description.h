/* What result files say of a build (results/schema.json, "builds"). */
#ifndef TAILRACE_BENCH_DATA_BUILD_DESCRIPTION_H
#define TAILRACE_BENCH_DATA_BUILD_DESCRIPTION_H

#include <jansson.h>

#include "bench/input/builds.h"

/* How it was built, its first `layouts` layouts, what was left out, the hashes of its programs, and
 * the audit. A new reference. */
json_t *build_description(const Build *build, size_t layouts);

/* What scripts/audit found in the programs that take part, as it stands in dispatch/audit.json.
 * NULL and the reason in *missing, to be freed, if that is not there, older than one of the
 * programs, or damaged. */
json_t *build_audit(const Build *build, char **missing);

#endif
