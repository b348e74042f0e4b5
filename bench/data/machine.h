/* What this machine is, and what can be measured on it. */
#ifndef TAILRACE_BENCH_DATA_MACHINE_H
#define TAILRACE_BENCH_DATA_MACHINE_H

#include <jansson.h>
#include <stdbool.h>

#include "bench/measure/counters.h"

/* The fingerprint: "cpu" (with "model", "vendor", "family", "model_number", "stepping",
 * "microcode", "architecture"), "logical_cpus", "physical_cores", "caches", "memory_mib", "os",
 * "kernel", "mitigations", "governor", "turbo", "address_randomization", "virtual" (with "is" and
 * "hypervisor"), "counters" (with "hardware", whether at least one of the default hardware events
 * can be counted; "why" not, or null; "events", which can be counted and which not, and why, as
 * counters_summary has it; "paranoid"; "software", what samples have in any case). What the system
 * does not tell is null. Nothing in it says whose machine it is. `root` is put before /proc and
 * /sys: "", except in tests. A new reference. */
json_t *machine_fingerprint(const char *root, const CounterKernel *perf);

/* The first characters of `text` as part of a file name: lower case, digits, single hyphens. To be
 * freed. */
char *machine_slug(const char *text);

#endif
