/* The first and only process of an emulated ARM machine (scripts/test-aarch64): checks the
 * counters against a real kernel and a PMU whose counts are known, prints a line for each check,
 * and switches the machine off.
 *
 * The emulator is told to take two nanoseconds for each instruction, and its clock to run at 1 GHz:
 * so cycles are exactly twice the instructions, and the same code counts the same each time. */
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/measure/counters.h"

static Counters counters;
static int failures;

static void check(bool good, const char *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void check(bool good, const char *what, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    printf("%s %s: ", good ? "ok  " : "FAIL", what);
    vprintf(format, arguments);
    putchar('\n');
    va_end(arguments);
    failures += !good;
}

/* Exactly 2 instructions in each round. */
static void work(uint64_t rounds) {
    __asm__ volatile("1: subs %0, %0, #1\n\tb.ne 1b" : "+r"(rounds) : : "cc");
}

static void count(const char *events, uint64_t rounds) {
    Error error;
    if (!counters_open(&counters, events, &COUNTER_KERNEL, &error)) {
        check(false, events, "%s", error.message);
        return;
    }
    counters_start(&counters);
    work(rounds);
    counters_stop(&counters);
    counters_close(&counters);
}

static const Counter *item(int i) { return &counters.items[i]; }

static bool measured(int i) { return item(i)->state == COUNTER_MEASURED; }

static void exact_counts(void) {
    enum { ROUNDS = 1000000 };
    uint64_t first = 0;
    for (int run = 0; run < 3; run++) {
        count("{cycles,instructions}", ROUNDS);
        uint64_t cycles = item(0)->value, instructions = item(1)->value;
        check(measured(0) && measured(1), "cycles and instructions are measured", "%s%s",
              item(0)->reason, item(1)->reason);
        check(cycles == 2 * instructions, "cycles are twice the instructions", "%llu and %llu",
              (unsigned long long)cycles, (unsigned long long)instructions);
        check(run == 0 || instructions == first, "instructions repeat exactly", "%llu and %llu",
              (unsigned long long)first, (unsigned long long)instructions);
        first = instructions;
    }
    uint64_t extra = first - 2 * ROUNDS;
    check(first >= 2 * ROUNDS && extra < 1000, "instructions are those of the work",
          "%llu more than there are in it", (unsigned long long)extra);
    check(item(1)->overhead >= 0 && (uint64_t)item(1)->overhead <= extra &&
              extra - (uint64_t)item(1)->overhead < 20,
          "their overhead is known", "%lld", (long long)item(1)->overhead);
    check(counters.cost_ns > 0, "the cost is known", "%llu ns",
          (unsigned long long)counters.cost_ns);
}

static void names(void) {
    count("{instructions,INST_RETIRED,r8}", 100000);
    check(measured(0) && measured(1) && measured(2), "generic, libpfm's and raw names work",
          "%s is %s%s%s%s", item(1)->event, item(1)->encoded, item(0)->reason, item(1)->reason,
          item(2)->reason);
    check(item(0)->value == item(1)->value && item(1)->value == item(2)->value,
          "they mean the same", "%llu %llu %llu", (unsigned long long)item(0)->value,
          (unsigned long long)item(1)->value, (unsigned long long)item(2)->value);
    count("L1-icache-load-misses,nonsense", 10);
    check(item(0)->state == COUNTER_NOT_ON_CPU, "an event that this PMU lacks", "%s: %s",
          counter_state_name(item(0)->state), item(0)->reason);
    check(item(1)->state == COUNTER_UNKNOWN_EVENT, "an unknown name", "%s", item(1)->reason);
}

#define TEN                                                                                        \
    "instructions,instructions,instructions,instructions,instructions,instructions,"               \
    "instructions,instructions,instructions,instructions"

static void groups(void) {
    enum { ROUNDS = 50000000 };
    count(TEN "," TEN, ROUNDS);
    for (int i = 0; i < (int)counters.count; i += 6) {
        double part = (double)item(i)->running_ns / (double)item(i)->enabled_ns;
        double error = (double)item(i)->value / (2.0 * ROUNDS) - 1;
        check(item(i)->state == COUNTER_MULTIPLEXED && part < 0.9 && item(i)->counted < 2 * ROUNDS,
              "more events than counters take turns", "group %d, %.0f %% of the time: %s",
              item(i)->group, 100 * part, item(i)->reason);
        check(error > -0.1 && error < 0.1, "multiplexed values are scaled", "%llu of %llu",
              (unsigned long long)item(i)->value, 2ull * ROUNDS);
    }
    /* The kernel accepts one more than there are general counters; the next is refused. */
    count("{instructions,instructions,instructions,instructions,instructions,instructions,"
          "instructions}",
          10);
    check(item(0)->state == COUNTER_GROUP_TOO_LARGE, "a group that is accepted and cannot run",
          "%s: %s", counter_state_name(item(0)->state), item(0)->reason);
    count("{" TEN "," TEN "}", 10);
    check(item(0)->state == COUNTER_GROUP_TOO_LARGE && strstr(item(0)->reason, "braces"),
          "too large a group fails", "%s: %s", counter_state_name(item(0)->state), item(0)->reason);
}

static void software(void) {
    count("task-clock,page-faults,context-switches", 1000000);
    check(measured(0) && measured(1) && measured(2), "software events are measured", "%s%s%s",
          item(0)->reason, item(1)->reason, item(2)->reason);
    check(item(0)->value >= 4000000, "the task clock counts", "%llu ns",
          (unsigned long long)item(0)->value);
}

static void permission(void) {
    FILE *file = fopen("/proc/sys/kernel/perf_event_paranoid", "w");
    if (file) fprintf(file, "3\n");
    if (!file || fclose(file) != 0) check(false, "perf_event_paranoid", "cannot be set");
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        if (setgid(1000) != 0 || setuid(1000) != 0) _exit(1);
        count("cycles,context-switches", 10);
        for (int i = 0; i < 2; i++)
            check(item(i)->state == COUNTER_NO_PERMISSION &&
                      strstr(item(i)->reason, "kernel.perf_event_paranoid is 3"),
                  "no permission", "%s: %s", counter_state_name(item(i)->state), item(i)->reason);
        fflush(stdout);
        _exit(failures != 0);
    }
    int status = 1;
    waitpid(child, &status, 0);
    failures += status != 0;
}

int main(void) {
    mkdir("/proc", 0755);
    mkdir("/sys", 0755);
    mkdir("/dev", 0755);
    mount("proc", "/proc", "proc", 0, NULL);
    mount("sys", "/sys", "sysfs", 0, NULL);
    mount("dev", "/dev", "devtmpfs", 0, NULL);
    int console = open("/dev/console", O_RDWR);
    if (console >= 0) {
        dup2(console, STDOUT_FILENO);
        dup2(console, STDERR_FILENO);
    }
    putchar('\n');
    exact_counts();
    names();
    groups();
    software();
    permission();
    printf("%s\n", failures ? "SOME CHECKS FAILED" : "ALL CHECKS PASSED");
    fflush(stdout);
    sync();
    reboot(RB_POWER_OFF);
    return 0;
}
