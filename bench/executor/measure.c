#define _GNU_SOURCE
#include "bench/executor/measure.h"

#include <signal.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "bench/measure/counter_report.h"
#include "runtime/executor.h"

#if COUNT_INSTRUCTIONS
#include "dispatch/profile.h"
#endif

static const char *const phase_names[PHASE_COUNT] = {"read_validate", "translate", "instantiate",
                                                     "execute"};

static uint64_t clock_now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

Times now(void) { return (Times){clock_now(CLOCK_THREAD_CPUTIME_ID), clock_now(CLOCK_MONOTONIC)}; }

Times since(Times start) {
    Times end = now();
    return (Times){end.cpu - start.cpu, end.wall - start.wall};
}

void begin_execution(Counters *counters) {
#if COUNT_INSTRUCTIONS
    profile_restart();
#endif
    if (counters) counters_start(counters);
}

json_t *describe_cost(const ModuleFile *file, const Times *phases, int phase_count,
                      const Counters *counters, json_t *results, int status) {
    json_t *times = json_object();
    for (int i = 0; i < phase_count; i++)
        json_object_set_new(times, phase_names[i],
                            json_pack("{s:I, s:I}", "cpu", (json_int_t)phases[i].cpu, "wall",
                                      (json_int_t)phases[i].wall));
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    const Module *module = &file->module;
    json_t *report = json_pack(
        "{s:s, s:s, s:s, s:o, s:i, s:o, s:I, s:I, s:I, s:I, s:o, s:I}", "strategy",
        executor.strategy, "isa", executor.isa, "bounds", executor.bounds, "results", results,
        "exit_status", status, "phases", times, "functions",
        (json_int_t)(module->function_count - module->imported_function_count), "wasm_bytes",
        (json_int_t)file->size, "bytecode_bytes", (json_int_t)file->program.size, "peak_rss_kib",
        (json_int_t)usage.ru_maxrss, "counters", counters_json(counters), "counting_cost_ns",
        (json_int_t)counters->cost_ns);
#if COUNT_INSTRUCTIONS
    json_object_set_new(report, "instructions", json_integer((json_int_t)profile.instructions));
    json_object_set_new(report, "branches", json_integer((json_int_t)profile.branches));
    json_object_set_new(report, "calls", json_integer((json_int_t)profile.calls));
    if (profile.observe) json_object_set_new(report, "profile", coverage_json());
#endif
    return report;
}

static void interrupted(int signal) {
    (void)signal;
    static const char message[] = "interrupted\n";
    if (write(STDERR_FILENO, message, sizeof message - 1) < 0) _exit(EXIT_INTERRUPTED);
    _exit(EXIT_INTERRUPTED);
}

void catch_interrupts(void) {
    struct sigaction action;
    sigaction(SIGINT, NULL, &action);
    if (action.sa_handler == SIG_IGN) return; /* in the background, say */
    action = (struct sigaction){.sa_handler = interrupted};
    sigaction(SIGINT, &action, NULL);
}
