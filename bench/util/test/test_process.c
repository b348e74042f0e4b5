#define _GNU_SOURCE 1
#include <criterion/criterion.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/util/memory.h"
#include "bench/util/process.h"
#include "bench/util/test/scratch.h"

static ProcessResult shell(const char *script, double timeout) {
    char *argv[] = {"/bin/sh", "-c", (char *)script, NULL};
    ProcessResult result;
    Error error;
    cr_assert(process_run(argv, NOT_PINNED, timeout, &result, &error), "%s", error.message);
    return result;
}

Test(process, output_and_status) {
    ProcessResult result = shell("echo out; echo first >&2; echo second >&2; exit 3", 10);
    cr_assert_eq(result.end, PROCESS_EXITED);
    cr_assert_eq(result.status, 3);
    cr_assert_str_eq(result.output, "out\n");
    cr_assert_str_eq(result.complaint, "first");
    free(result.output);
}

Test(process, much_output_blocks_nobody) {
    ProcessResult result = shell("head -c 3000000 /dev/zero | tr '\\0' x; "
                                 "head -c 300000 /dev/zero | tr '\\0' y >&2",
                                 60);
    cr_assert_eq(result.end, PROCESS_EXITED);
    cr_assert_eq(strlen(result.output), 3000000);
    cr_assert_eq(strlen(result.complaint), sizeof result.complaint - 1);
    free(result.output);
}

Test(process, too_much_output_is_counted) {
    ProcessResult result = shell("head -c 16777219 /dev/zero", 60);
    cr_assert_eq(result.length, 16777216);
    cr_assert_eq(result.dropped, 3);
    free(result.output);
}

Test(process, input_is_empty) {
    ProcessResult result = shell("cat; echo done", 10);
    cr_assert_str_eq(result.output, "done\n");
    free(result.output);
}

Test(process, death_by_signal) {
    ProcessResult result = shell("kill -SEGV $$", 10);
    cr_assert_eq(result.end, PROCESS_SIGNALLED);
    cr_assert_eq(result.status, SIGSEGV);
    free(result.output);
}

Test(process, timeout) {
    double before = seconds_now();
    ProcessResult result = shell("echo begun; exec sleep 60", 0.2);
    cr_assert_eq(result.end, PROCESS_TIMED_OUT);
    cr_assert_str_eq(result.output, "begun\n");
    free(result.output);
    result = shell("exec sleep 60 >&- 2>&-", 0.2); /* has closed its outputs */
    cr_assert_eq(result.end, PROCESS_TIMED_OUT);
    free(result.output);
    cr_assert_lt(seconds_now() - before, 30);
}

Test(process, what_a_child_started_ends_with_it) {
    /* The grandchild holds our pipe; without it, reading from it ends. */
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    char script[100];
    snprintf(script, sizeof script, "sleep 60 >&%d 2>&1 & sleep 60", ends[1]);
    ProcessResult result = shell(script, 0.2);
    cr_assert_eq(result.end, PROCESS_TIMED_OUT);
    free(result.output);
    close(ends[1]);
    char byte;
    alarm(30);
    cr_assert_eq(read(ends[0], &byte, 1), 0);
    alarm(0);
}

static ProcessResult measured(const char *script) {
    char *argv[] = {"/bin/sh", "-c", (char *)script, NULL};
    ProcessOptions options = {.cpu = NOT_PINNED, .timeout = 30, .measured = true, .errors = true};
    ProcessResult result;
    Error error;
    cr_assert(process_run_with(argv, &options, &result, &error), "%s", error.message);
    cr_assert_eq(result.end, PROCESS_EXITED);
    return result;
}

Test(process, what_outlives_it_is_told) {
    double before = seconds_now();
    ProcessResult result = measured("sleep 60 & echo done; echo one >&2; echo two >&2");
    cr_assert(result.left_others); /* which holds the outputs */
    cr_assert_str_eq(result.output, "done\n");
    cr_assert_str_eq(result.errors, "one\ntwo\n");
    free(result.output);
    free(result.errors);
    result = measured("sleep 60 >/dev/null 2>&1 & echo done");
    cr_assert(result.left_others);
    free(result.output);
    free(result.errors);
    result = measured("sleep 0.01 & wait; echo done");
    cr_assert_not(result.left_others);
    free(result.output);
    free(result.errors);
    cr_assert_lt(seconds_now() - before, 20);
}

Test(process, costs_of_a_process_and_of_what_it_waited_for) {
    ProcessResult result =
        measured("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; "
                 "(i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done); sleep 0.01; "
                 "dd if=/dev/zero of=/dev/null bs=64M count=1");
    cr_assert_gt(result.user_ns + result.system_ns, 1000000);
    cr_assert_geq(result.wall_ns, 10000000);
    cr_assert_gt(result.peak_rss_kib, 60000);
    free(result.output);
    free(result.errors);
}

Test(process, peak_memory_is_its_own) {
    enum { OURS = 200 << 20 };
    char *memory = need(malloc(OURS));
    for (size_t i = 0; i < OURS; i += 4096)
        memory[i] = (char)i;
    ProcessResult result = measured(":");
    cr_assert_lt(result.peak_rss_kib, OURS >> 11, "%lld", (long long)result.peak_rss_kib);
    free(result.output);
    free(result.errors);
    cr_assert_eq(memory[4096], 0);
    free(memory);
    result = shell(":", 10);
    cr_assert_eq(result.peak_rss_kib, -1); /* ours would be in it */
    free(result.output);
}

Test(process, children_of_ours_are_left_alone) {
    pid_t ours = fork();
    if (ours == 0) {
        pause();
        _exit(0);
    }
    ProcessResult result = measured("sleep 60 >/dev/null 2>&1 & echo $!");
    cr_assert(result.left_others);
    cr_assert_eq(waitpid(ours, NULL, WNOHANG), 0, "it was killed");
    cr_assert_eq(kill(atoi(result.output), 0), -1, "what was left behind lives");
    free(result.output);
    free(result.errors);
    result = measured("echo done");
    cr_assert_not(result.left_others);
    free(result.output);
    free(result.errors);
    kill(ours, SIGKILL);
    waitpid(ours, NULL, 0);
}

Test(process, what_is_measured_ends_in_time) {
    char *argv[] = {"/bin/sh", "-c", "echo $$; sleep 60 & exec sleep 60", NULL};
    ProcessOptions options = {.cpu = NOT_PINNED, .timeout = 0.2, .measured = true};
    ProcessResult result;
    Error error;
    cr_assert(process_run_with(argv, &options, &result, &error), "%s", error.message);
    cr_assert_eq(result.end, PROCESS_TIMED_OUT);
    cr_assert_eq(kill(atoi(result.output), 0), -1);
    free(result.output);
}

static void say_go(void *context, pid_t child) {
    char path[60], name[60] = "";
    snprintf(path, sizeof path, "/proc/%d/comm", (int)child);
    FILE *file = fopen(path, "r");
    cr_assert(file && fgets(name, sizeof name, file));
    fclose(file);
    *(bool *)context = strcmp(name, "sh\n") != 0; /* not yet what it will be */
}

Test(process, options) {
    bool waits = false;
    char *argv[] = {"/bin/sh", "-c", "printf %s \"$TAILRACE_PADDING\"", NULL};
    ProcessOptions options = {
        .cpu = NOT_PINNED, .timeout = 10, .padding = 17, .before = say_go, .context = &waits};
    ProcessResult result;
    Error error;
    for (int i = 0; i < 2; i++) {
        options.measured = i == 1;
        waits = false;
        cr_assert(process_run_with(argv, &options, &result, &error), "%s", error.message);
        cr_assert(waits);
        cr_assert_eq(result.length, 17);
        free(result.output);
    }
}

Test(process, interruption_ends_the_child) {
    interrupt_catch();
    ProcessResult result = shell("kill -INT $PPID; exec sleep 60", 30);
    cr_assert_eq(result.end, PROCESS_INTERRUPTED);
    cr_assert_eq(interrupted(), SIGINT);
    free(result.output);
}

Test(process, missing_program) {
    char *argv[] = {"/nonexistent/program", NULL};
    ProcessResult result;
    Error error;
    cr_assert_not(process_run(argv, NOT_PINNED, 1, &result, &error));
    cr_assert_str_eq(error.message, "cannot start /nonexistent/program: No such file or directory");
}

Test(process, pinning) {
    int cpu = process_choose_cpu("");
    if (cpu == NOT_PINNED) cr_skip_test("this system does not let us choose a CPU");
    char *argv[] = {"/bin/grep", "Cpus_allowed_list", "/proc/self/status", NULL};
    ProcessResult result;
    Error error;
    cr_assert(process_run(argv, cpu, 10, &result, &error));
    cr_assert_eq(atoi(strchr(result.output, ':') + 1), cpu);
    free(result.output);
}

static int choose_with(const char *fast) {
    char *root = scratch_make();
    scratch_write(root, "sys/devices/cpu_core/cpus", 0644, fast);
    int cpu = process_choose_cpu(root);
    scratch_remove(root);
    free(root);
    return cpu;
}

Test(process, performance_cores_are_preferred) {
    cpu_set_t allowed;
    int all = process_choose_cpu(""), lowest = 0;
    if (all == NOT_PINNED) cr_skip_test("this system does not let us choose a CPU");
    cr_assert_eq(sched_getaffinity(0, sizeof allowed, &allowed), 0);
    while (!CPU_ISSET(lowest, &allowed))
        lowest++;
    char list[60];
    snprintf(list, sizeof list, "%d\n", lowest);
    cr_assert_eq(choose_with(list), lowest);
    snprintf(list, sizeof list, "900-910,0-%d,920\n", lowest);
    cr_assert_eq(choose_with(list), lowest);
    cr_assert_eq(choose_with("0-1023\n"), all);
    /* None that we may use, or nothing that is a list. */
    cr_assert_eq(choose_with("900-910\n"), all);
    cr_assert_eq(choose_with("\n"), all);
    cr_assert_eq(choose_with("cores\n"), all);
}
