/* Names of events: what a name means on this CPU, and which there are.
 *
 * A name is one of
 *   - a generic one of perf (cycles, L1-icache-load-misses, page-faults), which the kernel maps to
 *     what the CPU has;
 *   - one of the CPU's own, as libpfm4 spells it (BR_MISP_RETIRED:INDIRECT), with unit masks and
 *     modifiers;
 *   - a raw code (r80c5);
 *   - one of ours, for questions that perf has no generic name for, or one that means something else
 *     on some CPUs: indirect-branch-misses, frontend-stalls and L1I-misses. By CPU family they mean what comes nearest, which need not be the same unit,
 *     so results also tell the full name of what was counted.
 * All count user space only. The one exception is what happens in the kernel by nature (context
 * switches, migrations), which would always be 0 otherwise. */
#ifndef TAILRACE_BENCH_MEASURE_COUNTER_EVENTS_H
#define TAILRACE_BENCH_MEASURE_COUNTER_EVENTS_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>

/* What to count when nothing else is asked for: a comma-separated list of the events that matter
 * to dispatch, in the order in which groups are to be filled, software events last. */
extern const char DEFAULT_EVENTS[];

enum { EVENT_NAME_SIZE = 256 };

/* Fills `attr` for an event of the calling thread (disabled, with times) and `encoded` with the
 * full name of what it counts. False and a sentence in `why` if the name means nothing here, or
 * asks for something else than user space. Needs no permission and no PMU. */
bool counter_event_find(const char *name, struct perf_event_attr *attr,
                        char encoded[EVENT_NAME_SIZE], char *why, size_t why_size);

/* Whether it is counted by the kernel's software, which works without a PMU. */
bool counter_event_is_software(const struct perf_event_attr *attr);

/* Calls `visit` with each name: `unit` is "tailrace", "perf" or libpfm's name of a PMU of this
 * machine; `masks` the event's unit masks, separated by spaces; `meaning` a phrase or "". */
typedef void CounterEventVisitor(void *context, const char *unit, const char *name,
                                 const char *masks, const char *meaning);
void counter_events_each(CounterEventVisitor *visit, void *context);

/* The raw code for one of our names on a CPU, as /proc/cpuinfo describes it, for which libpfm may
 * have no name; NULL if there is none, or it is not known. */
const char *counter_raw_event(const char *name, const char *vendor, int family, int model);

#endif
