/* Counters of one thread's work, by perf_event_open. Of what executors and the tailrace program
 * share this is the largest part; the others are counter_report.h (counters as JSON), cost.h (all
 * that one execution costs) and placement.h (where in memory it works).
 *
 * Names become events (counter_events.h), events are put in groups, and a group is counted all at
 * the same time or not at all, so that ratios within it hold. As many events are put in a group as
 * the PMU takes; what does not fit begins the next one, and several groups take turns on the PMU,
 * which the result says: `tailrace bench` asks for one of these groups a sample (recording.h). `{A,B}`
 * keeps events together whatever happens. Software events need no counter of the PMU; each is alone
 * and counted all the time.
 *
 * What could not be counted is never 0: it has a state, and a reason with its remedy. */
#ifndef TAILRACE_BENCH_MEASURE_COUNTERS_H
#define TAILRACE_BENCH_MEASURE_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bench/measure/counter_events.h"
#include "translator/error.h"

typedef enum CounterState {
    COUNTER_MEASURED,      /* `value` is exact */
    COUNTER_MULTIPLEXED,   /* `value` is estimated from a part of the time */
    COUNTER_NEVER_RAN,     /* was accepted, but never got a counter of the PMU */
    COUNTER_NO_PMU,        /* the kernel has no hardware counters to offer */
    COUNTER_NOT_ON_CPU,    /* there are counters, but none for this event */
    COUNTER_NO_PERMISSION, /* the kernel has it and will not give it to this user */
    COUNTER_UNKNOWN_EVENT, /* the name means nothing here */
    COUNTER_GROUP_TOO_LARGE,
    COUNTER_FAILED, /* something else; the reason has the system's words */
} CounterState;
enum { COUNTER_STATES = COUNTER_FAILED + 1 };

/* "measured", "multiplexed", "never ran", "no PMU", …: as in result files. */
const char *counter_state_name(CounterState state);

/* Whether the state comes with a value. */
bool counter_has_value(CounterState state);

enum { COUNTER_LIMIT = 32 };

typedef struct Counter {
    char event[128];               /* as it was asked for */
    char encoded[EVENT_NAME_SIZE]; /* the full name of what is counted; "" if unknown */
    CounterState state;            /* after counters_open: whether it can be counted */
    char reason[400]; /* a sentence: why not, or why in part, and the remedy; "" if measured */
    uint64_t value;   /* scaled to the whole time if multiplexed */
    uint64_t counted; /* what the counter itself said: `value`, if not multiplexed */
    uint64_t enabled_ns, running_ns; /* how long it was to count, and how long it did */
    int64_t overhead; /* what starting and stopping adds to `value`, measured; -1: not known */

    /* Private. */
    struct perf_event_attr attr;
    int descriptor; /* -1 if not open */
    int group, place;
    bool bound; /* in braces: must stay in its group */
} Counter;

typedef struct CounterGroup {
    int leader;                /* descriptor */
    uint64_t enabled, running; /* when counting started */
    uint64_t values[COUNTER_LIMIT];
    int trouble; /* errno of reading it when counting started; 0: it was read */
    int size;
} CounterGroup;

/* The door to the kernel; tests have one of their own. As the system calls, with errno. */
typedef struct CounterKernel {
    int (*open)(struct perf_event_attr *attr, int group); /* for this thread, on any CPU */
    ssize_t (*read)(int descriptor, void *buffer, size_t size);
    int (*control)(int descriptor, unsigned long request); /* ioctl on a whole group */
    int (*close)(int descriptor);
    int (*paranoid)(void); /* kernel.perf_event_paranoid; a number out of its range if not told */
    int (*open_process)(struct perf_event_attr *attr, pid_t process); /* on any CPU, alone */
} CounterKernel;
extern const CounterKernel COUNTER_KERNEL; /* the real one */
enum { PARANOID_UNKNOWN = -100 };

typedef struct Counters {
    const CounterKernel *kernel;
    size_t count;
    Counter items[COUNTER_LIMIT];
    int group_count;
    CounterGroup groups[COUNTER_LIMIT];
    uint64_t cost_ns; /* of one counters_start and counters_stop, measured when opened */
} Counters;

/* Opens the events of a comma-separated list for the calling thread, and measures what counting
 * costs. "default" or NULL: DEFAULT_EVENTS; "none": none. False and an Error only if the list
 * cannot be read (an empty name, braces that do not match, more than COUNTER_LIMIT names); else
 * each counter has its state. */
bool counters_open(Counters *counters, const char *events, const CounterKernel *kernel,
                   Error *error);
/* What --help says of an option that takes such a list, counted while `what`. */
#define EVENTS_HELP(of_these, what)                                                                \
    "count these events" of_these " in user space while " what "; {A,B} are counted at the same "  \
    "time; \"none\" counts nothing (default: what matters to dispatch)"
void counters_close(Counters *counters);

/* Opens the events of a list for a process that waits for its exec, from which on it and all that it
 * starts are counted: each event alone, since what is inherited cannot be in groups. As
 * counters_open. */
bool counters_attach(Counters *counters, const char *events, const CounterKernel *kernel,
                     pid_t process, Error *error);
/* Takes the values when that process, and what it waited for, has ended, and closes. */
void counters_collect(Counters *counters);

/* Counting happens between these. The values are there after the stop. */
void counters_start(Counters *counters);
void counters_stop(Counters *counters);

#endif
