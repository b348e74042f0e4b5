#define _GNU_SOURCE 1
#include "bench/measure/counters.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const char *const STATE_NAMES[COUNTER_STATES] = {
    "measured",      "multiplexed",   "never ran",       "no PMU", "not on this CPU",
    "no permission", "unknown event", "group too large", "failed"};

const char *counter_state_name(CounterState state) { return STATE_NAMES[state]; }

bool counter_has_value(CounterState state) {
    return state == COUNTER_MEASURED || state == COUNTER_MULTIPLEXED;
}

/* ---- The real kernel ------------------------------------------------------------------------- */

static int real_open(struct perf_event_attr *attr, int group) {
    return (int)syscall(SYS_perf_event_open, attr, 0, -1, group, PERF_FLAG_FD_CLOEXEC);
}

static int real_control(int descriptor, unsigned long request) {
    return ioctl(descriptor, request, PERF_IOC_FLAG_GROUP);
}

static int real_paranoid(void) {
    int level = PARANOID_UNKNOWN;
    FILE *file = fopen("/proc/sys/kernel/perf_event_paranoid", "re");
    if (!file) return level;
    if (fscanf(file, "%d", &level) != 1) level = PARANOID_UNKNOWN;
    fclose(file);
    return level;
}

static int real_open_process(struct perf_event_attr *attr, pid_t process) {
    return (int)syscall(SYS_perf_event_open, attr, process, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

const CounterKernel COUNTER_KERNEL = {real_open, read,          real_control,
                                      close,     real_paranoid, real_open_process};

/* ---- Names ----------------------------------------------------------------------------------- */

static bool add(Counters *counters, const char *name, size_t length, int group, bool bound,
                Error *error) {
    if (length == 0) return fail(error, ERROR_UNSUPPORTED, "the list of events has an empty name");
    if (counters->count == COUNTER_LIMIT)
        return fail(error, ERROR_LIMIT, "at most %d events can be counted at a time",
                    COUNTER_LIMIT);
    Counter *counter = &counters->items[counters->count++];
    if (length >= sizeof counter->event)
        return fail(error, ERROR_LIMIT, "the name of an event has at most %zu characters",
                    sizeof counter->event - 1);
    memcpy(counter->event, name, length);
    counter->descriptor = -1;
    counter->overhead = -1;
    counter->group = -1;
    if (!counter_event_find(counter->event, &counter->attr, counter->encoded, counter->reason,
                            sizeof counter->reason))
        counter->state = COUNTER_UNKNOWN_EVENT;
    /* Software events are counted all the time and gain nothing from a group. They do lose: Linux
     * 6.18 misses most page faults beside a task clock. So each is alone. */
    counter->bound = bound && !counter_event_is_software(&counter->attr);
    if (counter->bound) counter->group = group;
    return true;
}

/* "A,{B,C},D". Groups in braces are numbered; opening numbers the others. */
static bool read_list(Counters *counters, const char *list, Error *error) {
    bool bound = false;
    for (;; list++) {
        list += strspn(list, " ");
        if (*list == '{' && !bound) {
            bound = true;
            counters->group_count++;
            list++;
        }
        size_t length = strcspn(list, ",{}");
        if (!add(counters, list, length, counters->group_count - 1, bound, error)) return false;
        list += length;
        if (*list == '}' && bound) {
            bound = false;
            list++;
        }
        if (*list != ',') break;
    }
    if (!*list && !bound) return true;
    return fail(error, ERROR_UNSUPPORTED, "the braces in the list of events do not match");
}

/* ---- Why not --------------------------------------------------------------------------------- */

static void give_up(Counter *counter, CounterState state, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void give_up(Counter *counter, CounterState state, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(counter->reason, sizeof counter->reason, format, arguments);
    va_end(arguments);
    counter->state = state;
}

/* Whether any hardware event at all can be opened. */
static bool has_pmu(const CounterKernel *kernel) {
    static const uint64_t generic[] = {PERF_COUNT_HW_CPU_CYCLES, PERF_COUNT_HW_INSTRUCTIONS};
    for (size_t i = 0; i < sizeof generic / sizeof *generic; i++) {
        struct perf_event_attr attr = {.type = PERF_TYPE_HARDWARE,
                                       .size = sizeof attr,
                                       .config = generic[i],
                                       .disabled = 1,
                                       .exclude_kernel = 1,
                                       .exclude_hv = 1};
        int descriptor = kernel->open(&attr, -1);
        if (descriptor >= 0) kernel->close(descriptor);
        if (descriptor >= 0 || errno == EACCES || errno == EPERM) return true;
    }
    return false;
}

static void explain_permission(const CounterKernel *kernel, Counter *counter) {
    int level = kernel->paranoid(), needed = counter->attr.exclude_kernel ? 2 : 1;
    if (level == PARANOID_UNKNOWN)
        give_up(counter, COUNTER_NO_PERMISSION,
                "the kernel refuses it and does not tell kernel.perf_event_paranoid: become root, "
                "or give the program CAP_PERFMON");
    else if (level > needed)
        give_up(counter, COUNTER_NO_PERMISSION,
                "the kernel refuses it to this user, since kernel.perf_event_paranoid is %d: allow "
                "it with \"sudo sysctl kernel.perf_event_paranoid=%d\", or give the program "
                "CAP_PERFMON",
                level, needed);
    else
        give_up(counter, COUNTER_NO_PERMISSION,
                "the kernel refuses it, although kernel.perf_event_paranoid is %d and would allow "
                "it: a container's seccomp profile or a security module forbids perf_event_open; "
                "allow that call there, or run outside",
                level);
}

static void explain(const CounterKernel *kernel, Counter *counter, int reason) {
    switch (reason) {
    case EACCES:
    case EPERM: explain_permission(kernel, counter); return;
    case ENOSYS:
        give_up(counter, COUNTER_NO_PMU,
                "this kernel was built without perf events: use one with CONFIG_PERF_EVENTS");
        return;
    case ENOENT:
    case ENODEV:
    case ENXIO:
    case EOPNOTSUPP:
        if (has_pmu(kernel))
            give_up(counter, COUNTER_NOT_ON_CPU,
                    "this CPU's counters have no such event (%s): tailrace list events shows the "
                    "CPU's own names, and a raw code such as r80c5 is taken, too",
                    strerror(reason));
        else
            give_up(
                counter, COUNTER_NO_PMU,
                "this machine shows its kernel no performance monitoring unit (%s), as is "
                "usual in virtual machines: measure on the real machine, or give the virtual "
                "one a PMU (QEMU and libvirt: CPU \"host\" with pmu=on; in clouds: a bare-metal "
                "instance)",
                strerror(reason));
        return;
    case EMFILE:
    case ENFILE:
        give_up(counter, COUNTER_FAILED, "too many files are open: raise \"ulimit -n\"");
        return;
    case EBUSY:
        give_up(counter, COUNTER_FAILED,
                "something else has reserved the counters (%s): end other profilers",
                strerror(reason));
        return;
    default:
        give_up(counter, COUNTER_FAILED, "the kernel does not accept it: %s", strerror(reason));
    }
}

/* ---- Groups ---------------------------------------------------------------------------------- */

static int next_in_group(const Counters *counters, int group, int after) {
    for (int i = after + 1; i < (int)counters->count; i++)
        if (counters->items[i].group == group && counters->items[i].descriptor >= 0) return i;
    return -1;
}

/* False, and errno, if the kernel does not take it into that group. */
static bool open_in(Counters *counters, Counter *counter, int number) {
    CounterGroup *group = &counters->groups[number];
    counter->attr.disabled = group->size == 0; /* the leader switches the others on and off */
    int descriptor = counters->kernel->open(&counter->attr, group->size ? group->leader : -1);
    if (descriptor < 0) return false;
    if (group->size == 0) group->leader = descriptor;
    counter->descriptor = descriptor;
    counter->group = number;
    counter->place = group->size++;
    return true;
}

static void close_group(Counters *counters, int number) {
    int leader = -1;
    for (int i = -1; (i = next_in_group(counters, number, i)) >= 0;) {
        Counter *counter = &counters->items[i];
        if (counter->descriptor == counters->groups[number].leader)
            leader = counter->descriptor; /* the last to go */
        else
            counters->kernel->close(counter->descriptor);
        counter->descriptor = -1;
    }
    if (leader >= 0) counters->kernel->close(leader);
    counters->groups[number] = (CounterGroup){.leader = -1};
}

/* Errors by which the kernel says that a group is full. */
static bool may_be_full(int reason) { return reason == EINVAL || reason == ENOSPC; }

/* Could the event be counted if it were alone? Keeps errno if not. */
static bool opens_alone(Counters *counters, Counter *counter) {
    counter->attr.disabled = 1;
    int descriptor = counters->kernel->open(&counter->attr, -1);
    if (descriptor < 0) return false;
    counters->kernel->close(descriptor);
    return true;
}

static void group_too_large(Counters *counters, int number, int fitting) {
    for (size_t i = 0; i < counters->count; i++) {
        Counter *counter = &counters->items[i];
        if (counter->group == number && counter->state == COUNTER_MEASURED)
            give_up(
                counter, COUNTER_GROUP_TOO_LARGE,
                "the PMU counts at most %d of the events in these braces at a time: take some out "
                "of the braces, or write no braces and let tailrace make groups that fit",
                fitting);
    }
    close_group(counters, number);
}

/* All of it in one group, or nothing. */
static void open_bound(Counters *counters, int number) {
    for (size_t i = 0; i < counters->count; i++) {
        Counter *counter = &counters->items[i];
        if (counter->group != number || counter->state != COUNTER_MEASURED) continue;
        if (open_in(counters, counter, number)) continue;
        int reason = errno, fitting = counters->groups[number].size;
        if (may_be_full(reason) && fitting > 0 && opens_alone(counters, counter)) {
            group_too_large(counters, number, fitting);
            return;
        }
        explain(counters->kernel, counter, reason);
    }
}

/* In the last group if it fits, else in a new one. */
static void open_free(Counters *counters, Counter *counter, int *last) {
    if (*last >= 0) {
        if (open_in(counters, counter, *last)) return;
        if (!may_be_full(errno)) {
            explain(counters->kernel, counter, errno);
            return;
        }
    }
    if (open_in(counters, counter, counters->group_count))
        *last = counters->group_count++;
    else
        explain(counters->kernel, counter, errno);
}

/* ---- Counting -------------------------------------------------------------------------------- */

typedef struct GroupReading { /* as PERF_FORMAT_GROUP with both times lays it out */
    uint64_t count, enabled, running, values[COUNTER_LIMIT];
} GroupReading;

static bool read_group(Counters *counters, const CounterGroup *group, GroupReading *reading) {
    ssize_t size = (ssize_t)((3 + (size_t)group->size) * sizeof(uint64_t));
    ssize_t got = counters->kernel->read(group->leader, reading, sizeof *reading);
    bool done = got == size && reading->count == (uint64_t)group->size;
    if (got >= 0 && !done) errno = EIO; /* 0: the kernel has put the group in an error state */
    return done;
}

static void control_all(Counters *counters, unsigned long request) {
    for (int i = 0; i < counters->group_count; i++)
        if (counters->groups[i].size)
            counters->kernel->control(counters->groups[i].leader, request);
}

void counters_start(Counters *counters) {
    for (int i = 0; i < counters->group_count; i++) {
        CounterGroup *group = &counters->groups[i];
        GroupReading reading = {0};
        if (group->size == 0) continue;
        group->trouble = read_group(counters, group, &reading) ? 0 : errno;
        group->enabled = reading.enabled;
        group->running = reading.running;
        memcpy(group->values, reading.values, sizeof group->values);
    }
    control_all(counters, PERF_EVENT_IOC_ENABLE);
}

static void explain_never_ran(Counter *counter) {
    give_up(
        counter, COUNTER_NEVER_RAN,
        "the kernel accepted it and never found a free counter for it in %.3f ms: ask for "
        "fewer events or for a longer run, end other profilers, switch off what holds a "
        "counter with \"sudo sysctl kernel.nmi_watchdog=0\", and where the CPU has two kinds of "
        "cores, run on one of the kind that counts this event",
        (double)counter->enabled_ns / 1e6);
}

static void conclude(Counter *counter, uint64_t counted, uint64_t enabled, uint64_t running) {
    counter->enabled_ns = enabled;
    counter->running_ns = running;
    counter->counted = counter->value = counted;
    counter->reason[0] = 0;
    counter->state = COUNTER_MEASURED;
    if (running == 0) {
        explain_never_ran(counter);
    } else if (running < enabled) {
        counter->value = (uint64_t)((long double)counted * enabled / running + 0.5L);
        give_up(counter, COUNTER_MULTIPLEXED,
                "estimated: it was counted for %.1f %% of the time, since there are more events "
                "than counters; for exact values ask for fewer events at a time",
                100.0 * (double)running / (double)enabled);
    }
}

void counters_stop(Counters *counters) {
    control_all(counters, PERF_EVENT_IOC_DISABLE);
    for (int i = 0; i < counters->group_count; i++) {
        const CounterGroup *group = &counters->groups[i];
        if (group->size == 0) continue;
        GroupReading reading = {0};
        bool done = !group->trouble && read_group(counters, group, &reading);
        int reason = group->trouble ? group->trouble : errno;
        for (int j = -1; (j = next_in_group(counters, i, j)) >= 0;) {
            Counter *counter = &counters->items[j];
            if (done)
                conclude(counter, reading.values[counter->place] - group->values[counter->place],
                         reading.enabled - group->enabled, reading.running - group->running);
            else
                give_up(counter, COUNTER_FAILED, "its counter cannot be read: %s",
                        strerror(reason));
        }
    }
}

/* ---- Trying out ------------------------------------------------------------------------------ */

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* Whether the group gets onto the PMU when it has it to itself. The kernel takes groups that fit an
 * empty PMU, even if a watchdog holds one of its counters. */
static bool runs_alone(Counters *counters, int number) {
    const CounterGroup *group = &counters->groups[number];
    GroupReading before = {0}, after = {0};
    if (!read_group(counters, group, &before)) return true; /* counting will tell */
    counters->kernel->control(group->leader, PERF_EVENT_IOC_ENABLE);
    for (uint64_t start = now(); now() - start < 20000;) {
    }
    counters->kernel->control(group->leader, PERF_EVENT_IOC_DISABLE);
    return !read_group(counters, group, &after) || after.running > before.running ||
           after.enabled == before.enabled;
}

static bool is_bound(const Counters *counters, int number) {
    int first = next_in_group(counters, number, -1);
    return first >= 0 && counters->items[first].bound;
}

/* Moves the last event of a group that is too large into a later one, or a new one. */
static void shrink(Counters *counters, int number) {
    Counter *counter = NULL;
    for (int i = -1; (i = next_in_group(counters, number, i)) >= 0;)
        if (counters->items[i].place == counters->groups[number].size - 1)
            counter = &counters->items[i];
    counters->kernel->close(counter->descriptor);
    counter->descriptor = -1;
    counters->groups[number].size--;
    for (int i = number + 1; i < counters->group_count; i++) {
        int first = next_in_group(counters, i, -1);
        if (first >= 0 && !counters->items[first].bound &&
            !counter_event_is_software(&counters->items[first].attr) &&
            open_in(counters, counter, i))
            return;
    }
    if (open_in(counters, counter, counters->group_count))
        counters->group_count++;
    else
        explain(counters->kernel, counter, errno);
}

static void fit_groups(Counters *counters) {
    for (int i = 0; i < counters->group_count; i++)
        while (counters->groups[i].size > 1 && !runs_alone(counters, i))
            if (is_bound(counters, i))
                group_too_large(counters, i, counters->groups[i].size - 1);
            else
                shrink(counters, i);
}

/* The least of some empty measurements: what starting and stopping adds, and how long it takes. */
static void measure_overhead(Counters *counters) {
    enum { ATTEMPTS = 8 };
    int64_t least[COUNTER_LIMIT];
    counters->cost_ns = UINT64_MAX;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        uint64_t start = now();
        counters_start(counters);
        counters_stop(counters);
        uint64_t cost = now() - start;
        if (cost < counters->cost_ns) counters->cost_ns = cost;
        for (size_t i = 0; i < counters->count; i++) {
            const Counter *counter = &counters->items[i];
            bool exact = counter->descriptor >= 0 && counter->state == COUNTER_MEASURED;
            int64_t value = exact ? (int64_t)counter->value : INT64_MAX;
            if (attempt == 0 || value < least[i]) least[i] = value;
        }
    }
    for (size_t i = 0; i < counters->count; i++) {
        Counter *counter = &counters->items[i];
        if (counter->descriptor < 0) continue;
        if (least[i] != INT64_MAX) counter->overhead = least[i];
        counter->value = counter->counted = counter->enabled_ns = counter->running_ns = 0;
        counter->state = COUNTER_MEASURED; /* it can be counted; counting will tell the rest */
        counter->reason[0] = 0;
    }
}

static bool any_open(const Counters *counters) {
    for (size_t i = 0; i < counters->count; i++)
        if (counters->items[i].descriptor >= 0) return true;
    return false;
}

bool counters_open(Counters *counters, const char *events, const CounterKernel *kernel,
                   Error *error) {
    memset(counters, 0, sizeof *counters);
    counters->kernel = kernel;
    if (!events || strcmp(events, "default") == 0) events = DEFAULT_EVENTS;
    if (strcmp(events, "none") == 0) return true;
    if (!read_list(counters, events, error)) return false;
    int bound = counters->group_count, hardware = -1;
    for (int i = 0; i < bound; i++)
        open_bound(counters, i);
    for (size_t i = 0; i < counters->count; i++) {
        Counter *counter = &counters->items[i];
        if (counter->state != COUNTER_MEASURED || counter->bound) continue;
        int alone = -1;
        bool software = counter_event_is_software(&counter->attr);
        open_free(counters, counter, software ? &alone : &hardware);
    }
    fit_groups(counters);
    if (any_open(counters)) measure_overhead(counters);
    return true;
}

void counters_close(Counters *counters) {
    for (int i = 0; i < counters->group_count; i++)
        close_group(counters, i);
}

/* ---- Processes ------------------------------------------------------------------------------- */

bool counters_attach(Counters *counters, const char *events, const CounterKernel *kernel,
                     pid_t process, Error *error) {
    memset(counters, 0, sizeof *counters);
    counters->kernel = kernel;
    if (!events || strcmp(events, "default") == 0) events = DEFAULT_EVENTS;
    if (strcmp(events, "none") == 0) return true;
    if (!read_list(counters, events, error)) return false;
    for (size_t i = 0; i < counters->count; i++) {
        Counter *counter = &counters->items[i];
        if (counter->state != COUNTER_MEASURED) continue;
        counter->attr.disabled = counter->attr.enable_on_exec = counter->attr.inherit = 1;
        counter->attr.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
        counter->descriptor = kernel->open_process(&counter->attr, process);
        if (counter->descriptor < 0) explain(kernel, counter, errno);
    }
    return true;
}

void counters_collect(Counters *counters) {
    for (size_t i = 0; i < counters->count; i++) {
        Counter *counter = &counters->items[i];
        uint64_t reading[3]; /* as the read_format lays it out: value, enabled, running */
        if (counter->descriptor < 0) continue;
        if (counters->kernel->read(counter->descriptor, reading, sizeof reading) == sizeof reading)
            conclude(counter, reading[0], reading[1], reading[2]);
        else
            give_up(counter, COUNTER_FAILED, "its counter cannot be read: %s", strerror(errno));
        counters->kernel->close(counter->descriptor);
        counter->descriptor = -1;
    }
}
