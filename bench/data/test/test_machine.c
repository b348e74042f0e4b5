#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/machine.h"
#include "bench/util/test/scratch.h"

/* A kernel that lets nobody count. */
static int forbid(struct perf_event_attr *attr, int group) {
    (void)attr, (void)group;
    errno = EACCES;
    return -1;
}
static int level_3(void) { return 3; }
static const CounterKernel FORBIDDING = {.open = forbid, .paranoid = level_3};

static char *root;

static void set_up(void) { root = scratch_make(); }

static void tear_down(void) {
    scratch_remove(root);
    free(root);
}

TestSuite(machine, .init = set_up, .fini = tear_down);

#define CORE(id)                                                                                   \
    "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 143\n"                 \
    "model name\t: Intel(R) Xeon(R)\nstepping\t: 8\nmicrocode\t: 0x2b\nphysical id\t: 0\n"         \
    "core id\t\t: " id "\nflags\t\t: fpu sse not_a_hypervisor_flag%s\n\n"

static const char *text(json_t *machine, const char *first, const char *second) {
    json_t *value = json_object_get(machine, first);
    return json_string_value(second ? json_object_get(value, second) : value);
}

static bool is_virtual(void) {
    json_t *machine = machine_fingerprint(root, &FORBIDDING);
    bool answer = json_is_true(json_object_get(json_object_get(machine, "virtual"), "is"));
    json_decref(machine);
    return answer;
}

Test(machine, reads_a_x86_machine) {
    char cpuinfo[2000];
    snprintf(cpuinfo, sizeof cpuinfo, CORE("0") CORE("1") CORE("1"), "", "", "");
    scratch_write(root, "proc/cpuinfo", 0644, cpuinfo);
    scratch_write(root, "proc/meminfo", 0644, "MemTotal:       2097152 kB\nMemFree: 1 kB\n");
    scratch_write(root, "etc/os-release", 0644, "ID=x\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n");
    scratch_write(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", 0644,
                  "powersave\n");
    scratch_write(root, "sys/devices/system/cpu/intel_pstate/no_turbo", 0644, "1\n");
    scratch_write(root, "sys/devices/system/cpu/vulnerabilities/meltdown", 0644, "Not affected\n");
    scratch_write(root, "sys/devices/system/cpu/cpu0/cache/index0/level", 0644, "1\n");
    scratch_write(root, "sys/devices/system/cpu/cpu0/cache/index0/size", 0644, "48K\n");
    json_t *machine = machine_fingerprint(root, &FORBIDDING);
    cr_assert_str_eq(text(machine, "cpu", "model"), "Intel(R) Xeon(R)");
    cr_assert_str_eq(text(machine, "cpu", "model_number"), "143");
    cr_assert_str_eq(text(machine, "cpu", "microcode"), "0x2b");
    cr_assert_eq(json_integer_value(json_object_get(machine, "physical_cores")), 2);
    cr_assert_eq(json_integer_value(json_object_get(machine, "memory_mib")), 2048);
    cr_assert_str_eq(text(machine, "os", NULL), "Debian GNU/Linux 12");
    cr_assert_str_eq(text(machine, "governor", NULL), "powersave");
    cr_assert(json_is_false(json_object_get(machine, "turbo")));
    cr_assert_str_eq(text(machine, "mitigations", "meltdown"), "Not affected");
    cr_assert_eq(json_array_size(json_object_get(machine, "caches")), 1);
    cr_assert_not(is_virtual());
    json_decref(machine);
}

Test(machine, knows_a_virtual_machine) {
    char cpuinfo[1000];
    snprintf(cpuinfo, sizeof cpuinfo, CORE("0"), " hypervisor");
    scratch_write(root, "proc/cpuinfo", 0644, cpuinfo);
    cr_assert(is_virtual());
    scratch_write(root, "proc/cpuinfo", 0644, "CPU implementer\t: 0x41\nCPU part\t: 0xd0c\n");
    cr_assert_not(is_virtual());
    scratch_write(root, "sys/class/dmi/id/product_name", 0644, "KVM Virtual Machine\n");
    cr_assert(is_virtual());
}

/* As in a container that hides /proc and /sys. */
Test(machine, what_is_not_told_is_not_denied) {
    json_t *machine = machine_fingerprint(root, &FORBIDDING);
    cr_assert(json_is_null(json_object_get(json_object_get(machine, "virtual"), "is")));
    json_decref(machine);
    scratch_write(root, "proc/cpuinfo", 0644, "CPU implementer\t: 0x41\nCPU part\t: 0xd0c\n");
    machine = machine_fingerprint(root, &FORBIDDING);
    cr_assert(json_is_null(json_object_get(json_object_get(machine, "virtual"), "is")));
    json_decref(machine);
    scratch_write(root, "sys/class/dmi/id/product_name", 0644, "A server\n");
    machine = machine_fingerprint(root, &FORBIDDING);
    cr_assert(json_is_false(json_object_get(json_object_get(machine, "virtual"), "is")));
    json_decref(machine);
}

Test(machine, tells_what_can_be_counted_and_why_not) {
    json_t *machine = machine_fingerprint(root, &FORBIDDING);
    json_t *counters = json_object_get(machine, "counters");
    cr_assert(json_is_false(json_object_get(counters, "hardware")));
    cr_assert(strstr(text(machine, "counters", "why"), "kernel.perf_event_paranoid is 3"));
    cr_assert_eq(json_integer_value(json_object_get(counters, "paranoid")), 3);
    json_t *first = json_array_get(json_object_get(counters, "events"), 0);
    cr_assert_str_eq(json_string_value(json_object_get(first, "state")), "no permission");
    json_t *name = json_array_get(json_object_get(first, "events"), 0);
    cr_assert_str_eq(json_string_value(name), "cycles");
    json_decref(machine);
}

Test(machine, an_unknown_system_gives_nulls) {
    json_t *machine = machine_fingerprint(root, &FORBIDDING);
    cr_assert(json_is_null(json_object_get(json_object_get(machine, "cpu"), "model")));
    cr_assert(json_is_null(json_object_get(machine, "governor")));
    cr_assert(json_is_null(json_object_get(machine, "turbo")));
    cr_assert(json_is_null(json_object_get(machine, "physical_cores")));
    json_decref(machine);
}

Test(machine, arm_parts_are_named) {
    scratch_write(root, "proc/cpuinfo", 0644, "CPU implementer\t: 0x41\nCPU part\t: 0xd0c\n");
    json_t *machine = machine_fingerprint(root, &FORBIDDING);
    cr_assert_str_eq(text(machine, "cpu", "model"), "ARM implementer 0x41 part 0xd0c");
    json_decref(machine);
}

Test(machine, slugs) {
    static const char *const cases[][2] = {{"AMD EPYC 9654", "amd-epyc-9654"},
                                           {"  Intel(R) Xeon(R)  ", "intel-r-xeon-r"},
                                           {"../../etc", "etc"},
                                           {"", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *slug = machine_slug(cases[i][0]);
        cr_assert_str_eq(slug, cases[i][1]);
        free(slug);
    }
}
