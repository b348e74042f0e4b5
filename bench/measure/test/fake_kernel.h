/* A kernel of the tests' own: whole, in a header, since each test program has one. */
#ifndef TAILRACE_BENCH_MEASURE_TEST_FAKE_KERNEL_H
#define TAILRACE_BENCH_MEASURE_TEST_FAKE_KERNEL_H

#include <criterion/criterion.h>
#include <errno.h>
#include <sys/ioctl.h>

#include "bench/measure/counters.h"

/* What it has: a PMU of `width` counters, of which a watchdog holds `held`. Groups wider than the
 * PMU are refused, those that do not fit beside the watchdog never run, and several groups take
 * equal turns. Each start of a group lasts `period` ns of its time, in which each event counts
 * `rate` in a ns. Descriptors are 100 + the index of the event. */
static struct Fake {
    int width, held;
    int hardware_error; /* errno of all hardware events; 0: they work */
    int raw_error;      /* of raw ones alone */
    int software_error;
    int paranoid;
    bool unreadable;
    uint64_t period, rate;
    uint64_t disturbed; /* a bit for each switching off, the next one first: it counts 5 more */

    int events, alive;
    struct FakeEvent {
        bool open, software, enabled;
        int leader; /* index */
        uint64_t value, enabled_ns, running_ns;
        struct perf_event_attr attr;
    } event[400];
} fake;

static int fake_group_size(int leader) {
    int size = 0;
    for (int i = 0; i < fake.events; i++)
        size += fake.event[i].open && fake.event[i].leader == leader && !fake.event[i].software;
    return size;
}

static int fail_with(int reason) {
    errno = reason;
    return -1;
}

static int fake_open(struct perf_event_attr *attr, int group) {
    bool software = attr->type == PERF_TYPE_SOFTWARE;
    int reason = software                      ? fake.software_error
                 : attr->type == PERF_TYPE_RAW ? fake.raw_error
                                               : fake.hardware_error;
    if (reason) return fail_with(reason);
    cr_assert_eq(attr->size, sizeof *attr);
    cr_assert_lt(fake.events, 400);
    int index = fake.events, leader = group < 0 ? index : group - 100;
    cr_assert(group < 0 || fake.event[leader].open);
    if (!software && fake_group_size(leader) >= fake.width) return fail_with(EINVAL);
    fake.event[fake.events++] =
        (struct FakeEvent){.open = true, .software = software, .leader = leader, .attr = *attr};
    fake.alive++;
    return 100 + index;
}

static int fake_close(int descriptor) {
    cr_assert(fake.event[descriptor - 100].open, "closed twice");
    fake.event[descriptor - 100].open = false;
    fake.alive--;
    return 0;
}

static bool is_leader(int i) {
    return fake.event[i].open && fake.event[i].leader == i && fake.event[i].enabled;
}

/* Time passes when a group is switched off. */
static int fake_control(int descriptor, unsigned long request) {
    int leader = descriptor - 100, groups = 0;
    for (int i = 0; i < fake.events; i++)
        groups += is_leader(i) && !fake.event[i].software;
    fake.event[leader].enabled = request == PERF_EVENT_IOC_ENABLE;
    if (request != PERF_EVENT_IOC_DISABLE) return 0;
    bool software = fake.event[leader].software;
    bool fits = fake_group_size(leader) <= fake.width - fake.held;
    static int most;
    if (groups > most || groups == 0) most = groups;
    uint64_t turns = software ? 1 : (uint64_t)(most ? most : 1);
    if (groups == 1) most = 0; /* the last one */
    for (int i = 0; i < fake.events; i++) {
        struct FakeEvent *event = &fake.event[i];
        if (!event->open || event->leader != leader) continue;
        uint64_t running = software || fits ? fake.period / turns : 0;
        event->enabled_ns += fake.period;
        event->running_ns += running;
        event->value += running * fake.rate + (fake.disturbed & 1) * 5;
    }
    fake.disturbed >>= 1;
    return 0;
}

static ssize_t fake_read(int descriptor, void *buffer, size_t size) {
    if (fake.unreadable) return 0;
    int leader = descriptor - 100;
    uint64_t *out = buffer, count = 0;
    if (fake.event[leader].attr.inherit) {
        const struct FakeEvent *event = &fake.event[leader];
        memcpy(out, (uint64_t[]){event->value, event->enabled_ns, event->running_ns}, 24);
        return 24;
    }
    for (int i = 0; i < fake.events; i++)
        if (fake.event[i].open && fake.event[i].leader == leader)
            out[3 + count++] = fake.event[i].value;
    out[0] = count;
    out[1] = fake.event[leader].enabled_ns;
    out[2] = fake.event[leader].running_ns;
    cr_assert_leq((3 + count) * 8, size);
    return (ssize_t)(3 + count) * 8;
}

/* Counts a period from then on. */
static int fake_open_process(struct perf_event_attr *attr, pid_t process) {
    cr_assert_eq(process, 4321);
    cr_assert(attr->disabled && attr->enable_on_exec && attr->inherit);
    cr_assert_eq(attr->read_format,
                 PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING);
    int descriptor = fake_open(attr, -1);
    if (descriptor < 0) return descriptor;
    struct FakeEvent *event = &fake.event[descriptor - 100];
    event->enabled_ns = fake.period;
    event->running_ns = event->software ? fake.period : fake.period / 2;
    event->value = event->running_ns * fake.rate;
    return descriptor;
}

static int fake_paranoid(void) { return fake.paranoid; }

static const CounterKernel FAKE_KERNEL = {fake_open, fake_read, fake_control, fake_close,
                                          fake_paranoid, fake_open_process};

/* To be called before each test. */
static void fake_begin(void) {
    fake = (struct Fake){.width = 6, .paranoid = 2, .period = 1000000, .rate = 3};
}

#endif
