/* `measure`, `profile`, `lines`, `functions` and `stream`: what an execution costs, and what it executes. */
#define _GNU_SOURCE
#include "bench/executor/execution.h"

#include <alloca.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <unistd.h>

#include "bench/measure/counter_report.h"
#include "runtime/executor.h"

#if COUNT_INSTRUCTIONS
#include "dispatch/profile.h"
#endif

/* ---- An execution ---------------------------------------------------------------------------- */

static void interrupted(int signal) {
    static const char message[] = "interrupted\n";
    if (write(STDERR_FILENO, message, sizeof message - 1) < 0) _exit(EXIT_INTERRUPTED + signal);
    _exit(EXIT_INTERRUPTED + signal);
}

static void catch_interrupts(void) {
    struct sigaction action;
    sigaction(SIGINT, NULL, &action);
    if (action.sa_handler == SIG_IGN) return; /* in the background, say */
    action = (struct sigaction){.sa_handler = interrupted};
    sigaction(SIGINT, &action, NULL);
}

Execution *execution_begin(const RunOptions *options) {
    catch_interrupts();
    const ExecutionKind *kind = options->trace ? &trace_execution : &module_execution;
    Execution *execution = kind->make();
    if (execution) {
        execution->kind = kind;
        execution->options = options;
        execution->guest_output = STDOUT_FILENO;
        return execution;
    }
    Error error;
    fail(&error, ERROR_MEMORY, "out of memory");
    complain(&error, EXIT_FAILED);
    return NULL;
}

/* ---- Where it lies --------------------------------------------------------------------------- */

bool execution_place(Execution *execution, Error *error) {
    const int32_t *at = execution->options->placement.at;
    return (at[PART_BYTECODE] == ANYWHERE ||
            program_place(&execution->file.program, (size_t)at[PART_BYTECODE], error)) &&
           store_place(execution->store, at[PART_FRAMES], at[PART_MEMORY], error);
}

static int32_t place_of(const void *address) {
    return (int32_t)((uintptr_t)address % PLACEMENT_WINDOW);
}

/* What the options place, by the addresses that it has. */
static Placement places(const Execution *execution) {
    Placement found = execution->placement;
    const int32_t *asked = execution->options->placement.at;
    const void *memory = store_last_memory(execution->store);
    if (asked[PART_BYTECODE] != ANYWHERE)
        found.at[PART_BYTECODE] = place_of(execution->file.program.bytes);
    if (asked[PART_FRAMES] != ANYWHERE)
        found.at[PART_FRAMES] = place_of(store_frames(execution->store));
    if (asked[PART_MEMORY] != ANYWHERE && memory) found.at[PART_MEMORY] = place_of(memory);
    return found;
}

enum { CACHE_LINE = 64 };

/* The address of the frame of whatever is called from where this is called. The assembly keeps
 * compilers from calling it once for all. */
static __attribute__((noinline)) const void *stack_now(void) {
    __asm__ volatile("" : : : "memory");
    return __builtin_frame_address(0);
}

#define LOWER_STACK(bytes) __asm__ volatile("" : : "r"(alloca(bytes)) : "memory")

/* Executes, on a native stack at the place that the options say. AddressSanitizer would put more
 * than was asked for between the frames. */
__attribute__((no_sanitize("address"))) static int go(Execution *execution, bool *finished) {
    const int32_t at = execution->options->placement.at[PART_STACK];
    execution->placement = placement_anywhere();
    if (at != ANYWHERE) {
        /* Compilers may take more than is asked for, each time as much: a first time says how much.
         */
        volatile size_t first = CACHE_LINE;
        const char *before = stack_now();
        LOWER_STACK(first);
        const char *now = stack_now();
        const uintptr_t surplus = (uintptr_t)(before - now) - CACHE_LINE;
        LOWER_STACK(((uintptr_t)now - surplus - (uintptr_t)at) % PLACEMENT_WINDOW);
        execution->placement.at[PART_STACK] = place_of(stack_now());
    }
    return execution->kind->go(execution, finished);
}

void execution_count(const Execution *execution) {
#if COUNT_INSTRUCTIONS
    profile_restart();
#endif
    if (execution->counters) counters_start(execution->counters);
}

/* ---- measure --------------------------------------------------------------------------------- */

/* The JSON object that `measure` prints; NULL if out of memory. */
static json_t *report(const Execution *execution, int status) {
    const ModuleFile *file = &execution->file;
    const Module *module = &file->module;
    Cost cost = {.wasm_bytes = (int64_t)file->size,
                 .bytecode_bytes = (int64_t)file->program.size,
                 .functions = module->function_count - module->imported_function_count,
                 .peak_rss_kib = peak_memory_now(),
                 .counters = counters_json(execution->counters),
                 .counting_cost_ns = (int64_t)execution->counters->cost_ns};
    memcpy(cost.phases, execution->phases, sizeof cost.phases);
    json_t *costs = cost_json(&cost, execution->options->no_execute ? PHASE_EXECUTE : PHASE_COUNT);
    json_t *report = json_pack("{s:s, s:s, s:s, s:o, s:i}", "strategy", executor.strategy, "isa",
                               executor.isa, "bounds", executor.bounds, "results",
                               execution->kind->results(execution, status), "exit_status", status);
    json_object_update(report, costs);
    json_decref(costs);
    const Placement placement = places(execution);
    json_object_set_new(report, "placement", placement_json(&placement));
    const int persona = personality(0xffffffff); /* only asks */
    json_object_set_new(report, "randomized",
                        json_boolean(persona == -1 || !(persona & ADDR_NO_RANDOMIZE)));
    json_decref(cost.counters);
#if COUNT_INSTRUCTIONS
    json_object_set_new(report, "instructions", json_integer((json_int_t)profile.instructions));
    json_object_set_new(report, "branches", json_integer((json_int_t)profile.branches));
    json_object_set_new(report, "calls", json_integer((json_int_t)profile.calls));
    if (profile.observe) json_object_set_new(report, "profile", coverage_json());
#endif
    execution->kind->report(execution, report);
    return report;
}

/* A descriptor of /dev/null for the guest's output; -1, having complained, if there is none. */
static int open_nothing(void) {
    int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nothing >= 0) return nothing;
    Error error;
    fail(&error, ERROR_FILE, "cannot open /dev/null: %s", strerror(errno));
    return complain(&error, -1);
}

int measure_execution(const RunOptions *options) {
    static Counters counters;
    Error error;
    if (!counters_open(&counters, options->no_execute ? "none" : options->events, &COUNTER_KERNEL,
                       &error))
        return complain(&error, EXIT_USAGE);
    Execution *execution = execution_begin(options);
    int nothing = execution ? open_nothing() : -1;
    if (nothing < 0) return EXIT_FAILED;
    execution->guest_output = nothing;
    execution->counters = &counters;
    execution->needs_times = true;
    bool finished;
    int status = go(execution, &finished);
    counters_close(&counters);
    if (finished) {
        json_t *cost = report(execution, status);
        if (cost) json_dumpf(cost, stdout, JSON_REAL_PRECISION(17));
        putchar('\n');
        json_decref(cost);
    }
    execution->kind->release(execution);
    close(nothing);
    return finish_output(status);
}

/* ---- profile, lines, functions, stream ------------------------------------------------------- */

#if COUNT_INSTRUCTIONS
int profile_execution(const RunOptions *options) {
    Execution *execution = execution_begin(options);
    if (!execution) return EXIT_FAILED;
    execution->guest_output = STDERR_FILENO;
    profile.observe = profile_detail;
    bool finished;
    int status = execution->kind->go(execution, &finished);
    Error error;
    if (finished && !print_profile(&error)) status = complain(&error, EXIT_FAILED);
    execution->kind->release(execution);
    return finish_output(status);
}

static int print_static_lines(const RunOptions *options) {
    ModuleFile file = {0};
    Error error = {.kind = ERROR_NONE};
    int status = EXIT_DONE;
    if (!module_file_load(&file, options->file, &error) || !module_file_read(&file, &error) ||
        !module_file_translate(&file, opcode_words(), &error) || !print_lines(&file, true, &error))
        status = complain(&error, EXIT_FAILED);
    module_file_close(&file);
    return finish_output(status);
}

/* Executes, and then prints what each place of the bytecode was executed. */
static int places_execution(const RunOptions *options,
                            bool (*print)(const ModuleFile *file, Error *error)) {
    Execution *execution = execution_begin(options);
    int nothing = execution ? open_nothing() : -1;
    if (nothing < 0) return EXIT_FAILED;
    execution->guest_output = nothing;
    profile.observe = profile_places;
    bool finished;
    int status = execution->kind->go(execution, &finished);
    Error error;
    if (finished && !print(&execution->file, &error)) status = complain(&error, EXIT_FAILED);
    execution->kind->release(execution);
    close(nothing);
    return finish_output(status);
}

static bool print_executed_lines(const ModuleFile *file, Error *error) {
    return print_lines(file, false, error);
}

int lines_execution(const RunOptions *options) {
    return options->is_static && options->file ? print_static_lines(options)
                                               : places_execution(options, print_executed_lines);
}

int functions_execution(const RunOptions *options) {
    return places_execution(options, print_executed_functions);
}

int stream_execution(const RunOptions *options) {
    Execution *execution = execution_begin(options);
    int nothing = execution ? open_nothing() : -1;
    if (nothing < 0) return EXIT_FAILED;
    execution->guest_output = nothing;
    stream_start(options->limit);
    bool finished;
    int status = execution->kind->go(execution, &finished);
    stream_end();
    execution->kind->release(execution);
    close(nothing);
    return finish_output(status);
}
#endif
