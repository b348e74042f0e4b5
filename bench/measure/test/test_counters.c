#define _GNU_SOURCE 1
#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "bench/measure/counter_report.h"
#include "bench/measure/counters.h"
#include "bench/measure/test/fake_kernel.h"

static Counters counters;
static Error error;

static void set_up(void) { fake_begin(); }

static void tear_down(void) {
    counters_close(&counters);
    cr_assert_eq(fake.alive, 0, "left open");
}

TestSuite(counters, .init = set_up, .fini = tear_down);

static void count(const char *events) {
    cr_assert(counters_open(&counters, events, &FAKE_KERNEL, &error), "%s", error.message);
    counters_start(&counters);
    counters_stop(&counters);
}

static void expect_state(size_t i, CounterState state, const char *words) {
    const Counter *counter = &counters.items[i];
    cr_assert_eq(counter->state, state, "%s is %s: %s", counter->event,
                 counter_state_name(counter->state), counter->reason);
    cr_assert(strstr(counter->reason, words), "%s: %s", counter->event, counter->reason);
    cr_assert_eq(*counter->reason == 0, state == COUNTER_MEASURED);
    json_t *list = counters_json(&counters), *json = json_array_get(list, i);
    cr_assert(json);
    cr_assert_str_eq(json_string_value(json_object_get(json, "state")), counter_state_name(state));
    /* Never a zero for what was not measured. */
    cr_assert_eq(json_is_integer(json_object_get(json, "value")), counter_has_value(state));
    cr_assert_eq(json_is_integer(json_object_get(json, "counted")), counter_has_value(state));
    cr_assert_eq(json_is_null(json_object_get(json, "reason")), state == COUNTER_MEASURED);
    json_decref(list);
}

/* ---- States ---------------------------------------------------------------------------------- */

Test(counters, counts_what_fits_exactly) {
    count("cycles,instructions,branches,branch-misses,rca,L1-icache-load-misses");
    cr_assert_eq(counters.count, 6);
    for (size_t i = 0; i < 6; i++) {
        expect_state(i, COUNTER_MEASURED, "");
        cr_assert_eq(counters.items[i].value, 3000000);
        cr_assert_eq(counters.items[i].enabled_ns, 1000000);
        cr_assert_eq(counters.items[i].running_ns, 1000000);
        cr_assert_eq(counters.items[i].group, 0);
        cr_assert_eq(counters.items[i].overhead, 3000000); /* all starts last equally long here */
    }
    cr_assert_gt(counters.cost_ns, 0);
}

Test(counters, the_overhead_is_the_least_of_several) {
    fake.disturbed = 0xfb; /* all eight but the third */
    count("cycles");
    cr_assert_eq(counters.items[0].overhead, 3000000);
}

Test(counters, counts_this_thread_in_user_space_only) {
    count("cycles,instructions,page-faults,context-switches");
    const struct perf_event_attr *cycles = &fake.event[0].attr, *second = &fake.event[1].attr;
    cr_assert(cycles->exclude_kernel && cycles->exclude_hv && !cycles->exclude_user);
    cr_assert(cycles->disabled && !second->disabled && !cycles->inherit && !cycles->enable_on_exec);
    /* Switches happen in the kernel: there is nothing else to count. */
    cr_assert_not(fake.event[3].attr.exclude_kernel);
    cr_assert(fake.event[2].attr.exclude_kernel);
}

Test(counters, what_does_not_fit_takes_turns_and_says_so) {
    count("cycles,instructions,branches,branch-misses,rca,L1-icache-load-misses,iTLB-load-misses,"
          "task-clock");
    for (size_t i = 0; i < 7; i++) {
        expect_state(i, COUNTER_MULTIPLEXED, "50.0 % of the time");
        cr_assert_eq(counters.items[i].group, i < 6 ? 0 : 1);
        cr_assert_eq(counters.items[i].counted, 1500000);
        cr_assert_eq(counters.items[i].value, 3000000);
        cr_assert_eq(counters.items[i].running_ns * 2, counters.items[i].enabled_ns);
    }
    expect_state(7, COUNTER_MEASURED, ""); /* software is counted all the time */
}

Test(counters, groups_make_room_for_a_watchdog) {
    fake.held = 1;
    count("cycles,instructions,branches,branch-misses,rca,L1-icache-load-misses,iTLB-load-misses");
    for (size_t i = 0; i < 7; i++)
        expect_state(i, COUNTER_MULTIPLEXED, "");
    cr_assert_eq(counters.items[4].group, 0);
    cr_assert_eq(counters.items[5].group, 1);
    cr_assert_eq(counters.items[6].group, 1);
    cr_assert_eq(counters.items[5].value, 3000000); /* each has its own value still */
}

Test(counters, values_stay_with_their_events_when_groups_shrink) {
    fake.held = 4;
    count("cycles,instructions,branches,branch-misses,rca");
    cr_assert_eq(counters.group_count, 3);
    int sizes[3] = {0};
    for (size_t i = 0; i < 5; i++)
        sizes[counters.items[i].group]++;
    cr_assert(sizes[0] == 2 && sizes[1] == 2 && sizes[2] == 1);
}

Test(counters, what_never_ran_has_no_value) {
    fake.held = 6;
    count("cycles,page-faults");
    expect_state(0, COUNTER_NEVER_RAN, "kernel.nmi_watchdog=0");
    cr_assert_eq(counters.items[0].enabled_ns, 1000000);
    cr_assert_eq(counters.items[0].running_ns, 0);
    expect_state(1, COUNTER_MEASURED, "");
}

Test(counters, a_machine_without_pmu) {
    static const int reasons[] = {ENOENT, ENODEV, EOPNOTSUPP};
    for (size_t i = 0; i < 3; i++) {
        fake.hardware_error = fake.raw_error = reasons[i];
        count("cycles,rca,task-clock");
        expect_state(0, COUNTER_NO_PMU, "pmu=on");
        expect_state(0, COUNTER_NO_PMU, strerror(reasons[i]));
        expect_state(1, COUNTER_NO_PMU, "virtual");
        expect_state(2, COUNTER_MEASURED, "");
        counters_close(&counters);
    }
}

Test(counters, a_kernel_without_perf_events) {
    fake.hardware_error = fake.raw_error = fake.software_error = ENOSYS;
    count("cycles,task-clock");
    expect_state(0, COUNTER_NO_PMU, "CONFIG_PERF_EVENTS");
    expect_state(1, COUNTER_NO_PMU, "CONFIG_PERF_EVENTS");
}

Test(counters, an_event_that_this_cpu_lacks) {
    fake.raw_error = ENOENT;
    count("cycles,rca");
    expect_state(0, COUNTER_MEASURED, "");
    expect_state(1, COUNTER_NOT_ON_CPU, "tailrace list events");
    counters_close(&counters);

    fake.hardware_error = EACCES; /* what we may not use is there */
    count("rca");
    expect_state(0, COUNTER_NOT_ON_CPU, "");
}

Test(counters, no_permission_tells_which_setting) {
    fake.hardware_error = fake.software_error = EACCES;
    fake.paranoid = 3;
    count("cycles,context-switches");
    expect_state(0, COUNTER_NO_PERMISSION, "kernel.perf_event_paranoid is 3");
    expect_state(0, COUNTER_NO_PERMISSION, "sysctl kernel.perf_event_paranoid=2");
    expect_state(1, COUNTER_NO_PERMISSION, "sysctl kernel.perf_event_paranoid=1");
    counters_close(&counters);

    fake.paranoid = 2; /* which is enough for hardware events in user space */
    count("cycles,context-switches");
    expect_state(0, COUNTER_NO_PERMISSION, "is 2 and would allow it");
    expect_state(1, COUNTER_NO_PERMISSION, "sysctl kernel.perf_event_paranoid=1");
    counters_close(&counters);

    fake.hardware_error = EPERM;
    fake.paranoid = 1;
    count("cycles");
    expect_state(0, COUNTER_NO_PERMISSION, "is 1 and would allow it: a container's seccomp");
    counters_close(&counters);

    fake.paranoid = PARANOID_UNKNOWN;
    count("cycles");
    expect_state(0, COUNTER_NO_PERMISSION, "CAP_PERFMON");
}

Test(counters, too_large_a_group_is_not_torn) {
    fake.width = 2;
    count("{cycles,instructions,branches},page-faults,branch-misses");
    for (size_t i = 0; i < 3; i++)
        expect_state(i, COUNTER_GROUP_TOO_LARGE, "counts at most 2 of the events");
    expect_state(3, COUNTER_MEASURED, "");
    expect_state(4, COUNTER_MEASURED, "");
}

Test(counters, a_watchdog_can_make_a_group_too_large) {
    fake.held = 1;
    count(
        "{cycles,instructions,branches,branch-misses,rca,L1-icache-load-misses},iTLB-load-misses");
    for (size_t i = 0; i < 6; i++)
        expect_state(i, COUNTER_GROUP_TOO_LARGE, "at most 5 of the events");
    expect_state(6, COUNTER_MEASURED, "");
}

Test(counters, groups_in_braces_stay_together) {
    count("page-faults,{cycles,instructions},branches,{branch-misses,task-clock}");
    for (size_t i = 0; i < counters.count; i++)
        cr_assert(counter_has_value(counters.items[i].state));
    cr_assert_eq(counters.items[1].group, counters.items[2].group);
    cr_assert_neq(counters.items[3].group, counters.items[1].group);
    cr_assert_neq(counters.items[4].group, counters.items[5].group); /* software is alone */
}

Test(counters, an_event_in_braces_that_fails_leaves_the_others) {
    fake.raw_error = ENOENT;
    count("{rca,cycles,instructions}");
    expect_state(0, COUNTER_NOT_ON_CPU, "");
    expect_state(1, COUNTER_MEASURED, "");
    expect_state(2, COUNTER_MEASURED, "");
}

Test(counters, other_failures_have_the_systems_words) {
    static const struct {
        int reason;
        const char *words;
    } cases[] = {{EMFILE, "ulimit -n"}, {EBUSY, "other profilers"}, {EINVAL, "Invalid argument"}};
    for (size_t i = 0; i < 3; i++) {
        fake.hardware_error = cases[i].reason;
        count("cycles");
        expect_state(0, COUNTER_FAILED, cases[i].words);
        counters_close(&counters);
    }
}

Test(counters, an_unreadable_group_is_no_zero) {
    fake.unreadable = true;
    errno = 0;
    count("cycles");
    expect_state(0, COUNTER_FAILED, "cannot be read: Input/output error");
}

Test(counters, what_was_not_read_at_the_start_is_no_count) {
    cr_assert(counters_open(&counters, "cycles", &FAKE_KERNEL, &error), "%s", error.message);
    fake.unreadable = true;
    counters_start(&counters);
    fake.unreadable = false;
    counters_stop(&counters);
    expect_state(0, COUNTER_FAILED, "cannot be read");
}

/* ---- Names ----------------------------------------------------------------------------------- */

Test(counters, unknown_names) {
    count("L1-icache-misses,cycles:k,cycles:nonsense,xyzzy");
    expect_state(0, COUNTER_UNKNOWN_EVENT, "there is L1-ICACHE-LOAD-MISSES");
    expect_state(1, COUNTER_UNKNOWN_EVENT, "only user space");
    expect_state(2, COUNTER_UNKNOWN_EVENT, "modifier");
    expect_state(3, COUNTER_UNKNOWN_EVENT, "no event \"xyzzy\"");
}

Test(counters, lists_that_cannot_be_read) {
    static const char *const lists[] = {"",        "cycles,",    ",cycles", "{cycles",
                                        "cycles}", "{{cycles}}", "{}",      "cycles{branches}"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        cr_assert_not(counters_open(&counters, lists[i], &FAKE_KERNEL, &error), "%s", lists[i]);
        cr_assert(strstr(error.message, "list of events"), "%s", error.message);
    }
    char many[400] = "cycles";
    for (int i = 0; i < COUNTER_LIMIT; i++)
        strcat(many, ",cycles");
    cr_assert_not(counters_open(&counters, many, &FAKE_KERNEL, &error));
    cr_assert(strstr(error.message, "at most 32 events"), "%s", error.message);
    count("none");
    cr_assert_eq(counters.count, 0);
}

/* What libpfm's own tables make of our names on a CPU: the full name of each, and the code, which is
 * the makers' (see BY_CODE in counter_events.c). libpfm takes the CPU's name from LIBPFM_FORCE_PMU,
 * and then has no generic names, so that events are "" where those, or codes, would be taken. Each
 * test is a process of its own. */
typedef struct Expected {
    const char *name;
    uint64_t code;
} Expected;

static void expect_family(const char *pmu, Expected indirect, Expected stalls, Expected icache) {
    setenv("LIBPFM_FORCE_PMU", pmu, 1);
    count("indirect-branch-misses,frontend-stalls,L1I-misses");
    const Expected expected[] = {indirect, stalls, icache};
    for (size_t i = 0; i < 3; i++) {
        const Counter *counter = &counters.items[i];
        cr_assert(strstr(counter->encoded, expected[i].name), "%s: %s instead of %s",
                  counter->event, counter->encoded, expected[i].name);
        if (!*expected[i].name) continue;
        cr_assert_eq(strncmp(counter->encoded, pmu, strlen(pmu)), 0, "%s", counter->encoded);
        cr_assert_eq(counter->attr.config, expected[i].code, "%s is 0x%llx", counter->encoded,
                     (unsigned long long)counter->attr.config);
    }
}

#if defined __x86_64__
#define FAMILY(pmu, indirect, stalls, icache)                                                      \
    Test(counters, family_##pmu) {                                                                 \
        expect_family(#pmu, (Expected)indirect, (Expected)stalls, (Expected)icache);               \
    }
#define NONE {"", 0}
#define E(name, code) {name, code}
#define ZEN_INDIRECT E("RETIRED_INDIRECT_BRANCH_INSTRUCTIONS_MISPREDICTED", 0xca)
#define ZEN_ICACHE E("IC_TAG_HIT_MISS:IC_MISS", 0x10000188e)
#define NOT_DELIVERED E("IDQ_UOPS_NOT_DELIVERED:CORE", 0x19c)
FAMILY(nhm, NONE, NONE, NONE)
FAMILY(snb, NONE, NOT_DELIVERED, NONE)
FAMILY(ivb_ep, NONE, NOT_DELIVERED, NONE)
FAMILY(hsw, NONE, NOT_DELIVERED, NONE)
FAMILY(bdw, NONE, NOT_DELIVERED, NONE)
FAMILY(skx, E("BR_MISP_EXEC:INDIRECT", 0xe489), NOT_DELIVERED, NONE)
FAMILY(clx, E("BR_MISP_EXEC:INDIRECT", 0xe489), NOT_DELIVERED, NONE)
FAMILY(icl, E("BR_MISP_RETIRED:INDIRECT", 0x80c5), NOT_DELIVERED, NONE)
FAMILY(icx, E("BR_MISP_RETIRED:INDIRECT", 0x80c5), NOT_DELIVERED, NONE)
FAMILY(spr, E("BR_MISP_RETIRED:INDIRECT", 0x80c5), NOT_DELIVERED, NONE)
FAMILY(slm, E("BR_MISP_RETIRED:NON_RETURN_IND", 0xebc5), NONE, NONE)
FAMILY(glm, E("BR_MISP_RETIRED:NON_RETURN_IND", 0xebc5), E("UOPS_NOT_DELIVERED:ANY", 0x9c), NONE)
FAMILY(tmt, NONE, NONE, NONE)
FAMILY(amd64_fam17h_zen1, ZEN_INDIRECT, NONE, NONE)
FAMILY(amd64_fam17h_zen2, ZEN_INDIRECT, E("UOPS_QUEUE_EMPTY", 0xa9), NONE)
FAMILY(amd64_fam19h_zen3, ZEN_INDIRECT, E("UOPS_QUEUE_EMPTY", 0xa9), ZEN_ICACHE)
FAMILY(amd64_fam19h_zen4, ZEN_INDIRECT, E("DISPATCH_STALLS_1:FE_NO_OPS", 0x1000001a0), ZEN_ICACHE)
#endif

Test(counters, cpus_without_names_in_libpfm_have_codes) {
    static const struct {
        const char *vendor;
        int family, model;
        const char *codes[3];
    } cases[] = {
        {"AuthenticAMD", 26, 2, {"rca", "r1000001a0", "r10000188e"}},
        {"AuthenticAMD", 26, 68, {"rca", "r1000001a0", "r10000188e"}},
        {"AuthenticAMD", 25, 0, {NULL}},
        {"GenuineIntel", 6, 0x1a, {"r2489"}},
        {"GenuineIntel", 6, 0x3c, {"re489", "r19c"}},
        {"GenuineIntel", 6, 0x56, {"re489", "r19c"}},
        {"GenuineIntel", 6, 0x8f, {NULL}},
        {"GenuineIntel", 6, 0x97, {"r80c5", "r19c"}},
        {"GenuineIntel", 6, 0xae, {"r80c5", "r19c"}},
        {"GenuineIntel", 6, 0xcc, {"r50c5", "r19c"}},
        {"GenuineIntel", 6, 0xbe, {"rebc5", "r71"}},
        {"GenuineIntel", 6, 0xdd, {"r50c5", "r19c"}},
        {"", -1, -1, {NULL}},
    };
    static const char *const names[] = {"indirect-branch-misses", "frontend-stalls", "L1I-misses"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int j = 0; j < 3; j++) {
            const char *code =
                counter_raw_event(names[j], cases[i].vendor, cases[i].family, cases[i].model);
            const char *expected = cases[i].codes[j];
            if (expected)
                cr_assert_str_eq(code, expected, "model 0x%x", (unsigned)cases[i].model);
            else
                cr_assert_null(code, "model 0x%x", (unsigned)cases[i].model);
        }
}

typedef struct Seen {
    bool cycles, icache, ours;
} Seen;

static void see(void *context, const char *unit, const char *name, const char *masks,
                const char *meaning) {
    Seen *seen = context;
    cr_assert(unit && name && masks && meaning);
    seen->cycles |= !strcasecmp(name, "cycles");
    seen->icache |= !strcasecmp(name, "L1-icache-load-misses");
    seen->ours |= !strcmp(name, "indirect-branch-misses");
}

Test(counters, all_names_are_listed) {
    Seen seen = {0};
    counter_events_each(see, &seen);
    cr_assert(seen.cycles && seen.icache && seen.ours);
}

Test(counters, the_summary_says_a_reason_once) {
    fake.hardware_error = ENOENT;
    fake.raw_error = ENOENT;
    count("cycles,task-clock,instructions,page-faults");
    json_t *summary = counters_summary(&counters);
    cr_assert_eq(json_array_size(summary), 2);
    json_t *events = json_object_get(json_array_get(summary, 0), "events");
    cr_assert_str_eq(json_string_value(json_array_get(events, 1)), "instructions");
    json_decref(summary);
}

/* ---- The real kernel ------------------------------------------------------------------------- */

Test(counters, the_real_kernel_counts_software_events) {
    cr_assert(counters_open(&counters, "default", &COUNTER_KERNEL, &error));
    const Counter *clock = NULL, *faults = NULL;
    for (size_t i = 0; i < counters.count; i++) {
        if (!strcmp(counters.items[i].event, "task-clock")) clock = &counters.items[i];
        if (!strcmp(counters.items[i].event, "page-faults")) faults = &counters.items[i];
    }
    cr_assert(clock && faults);
    if (clock->state == COUNTER_NO_PERMISSION || clock->state == COUNTER_NO_PMU)
        cr_skip_test("perf_event_open is forbidden here: %s", clock->reason);
    enum { PAGES = 300, PAGE = 4096 };
    for (int round = 0; round < 2; round++) { /* values are those of the last start alone */
        volatile char *memory =
            mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        cr_assert_neq(memory, MAP_FAILED);
        madvise((void *)memory, PAGES * PAGE, MADV_NOHUGEPAGE);
        counters_start(&counters);
        volatile long sum = 0;
        for (long i = 0; i < 5000000; i++)
            sum += i;
        for (int i = 0; i < PAGES; i++)
            memory[i * PAGE] = 1;
        counters_stop(&counters);
        munmap((void *)memory, PAGES * PAGE);
        cr_assert_eq(clock->state, COUNTER_MEASURED, "%s", clock->reason);
        cr_assert_eq(faults->state, COUNTER_MEASURED, "%s", faults->reason);
        cr_assert(clock->value > 500000 && clock->value < 5000000000, "%llu",
                  (unsigned long long)clock->value);
        cr_assert(faults->value >= PAGES && faults->value < 2 * PAGES, "%llu",
                  (unsigned long long)faults->value);
        cr_assert_eq(clock->running_ns, clock->enabled_ns);
    }
    cr_assert(counters.cost_ns > 100 && counters.cost_ns < 10000000);
}

static Counters attached(const char *events) {
    Counters counters;
    Error error;
    cr_assert(counters_attach(&counters, events, &FAKE_KERNEL, 4321, &error), "%s", error.message);
    return counters;
}

Test(counters, of_a_process_and_what_it_starts, .init = fake_begin) {
    Counters counters = attached("page-faults,instructions,no-such-event");
    cr_assert_eq(fake.alive, 2); /* each alone: the fake checks how they were asked for */
    counters_collect(&counters);
    cr_assert_eq(fake.alive, 0);
    cr_assert_eq(counters.items[0].state, COUNTER_MEASURED);
    cr_assert_eq(counters.items[0].value, 3000000);
    cr_assert_eq(counters.items[1].state, COUNTER_MULTIPLEXED); /* ran half of the time */
    cr_assert_eq(counters.items[1].value, 3000000);
    cr_assert_eq(counters.items[1].counted, 1500000);
    cr_assert_eq(counters.items[2].state, COUNTER_UNKNOWN_EVENT);
}

Test(counters, of_a_process_that_cannot_be_counted, .init = fake_begin) {
    fake.hardware_error = ENOENT;
    Counters counters = attached("instructions");
    counters_collect(&counters);
    cr_assert_eq(counters.items[0].state, COUNTER_NO_PMU);
    fake.hardware_error = 0;
    counters = attached("instructions");
    fake.unreadable = true;
    counters_collect(&counters);
    cr_assert_eq(counters.items[0].state, COUNTER_FAILED);
    counters = attached("none");
    counters_collect(&counters);
    cr_assert_eq(counters.count, 0);
}
