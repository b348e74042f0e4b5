/* Counters as JSON. */
#ifndef TAILRACE_BENCH_MEASURE_COUNTER_REPORT_H
#define TAILRACE_BENCH_MEASURE_COUNTER_REPORT_H

#include <jansson.h>

#include "bench/measure/counters.h"

/* What was counted: a list with "event", "counts" (the full name, or null), "state", "value",
 * "counted", "enabled_ns", "running_ns", "overhead" and "reason" of each; null stands for what is
 * not known. A new reference. */
json_t *counters_json(const Counters *counters);

/* What can be counted: a list with "events", "state" and "reason" for each different state and
 * reason. A new reference. */
json_t *counters_summary(const Counters *counters);

#endif
