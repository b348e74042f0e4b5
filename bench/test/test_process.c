#include <criterion/criterion.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "bench/process.h"

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
    int cpu = process_choose_cpu();
    if (cpu == NOT_PINNED) cr_skip_test("this system does not let us choose a CPU");
    char *argv[] = {"/bin/grep", "Cpus_allowed_list", "/proc/self/status", NULL};
    ProcessResult result;
    Error error;
    cr_assert(process_run(argv, cpu, 10, &result, &error));
    cr_assert_eq(atoi(strchr(result.output, ':') + 1), cpu);
    free(result.output);
}
