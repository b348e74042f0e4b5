/* `tailrace bench`: options, and the order of things: prepare, sample, save, print. */
#define _GNU_SOURCE 1
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "bench/bench.h"
#include "bench/machine.h"
#include "bench/memory.h"
#include "bench/options.h"
#include "bench/paths.h"
#include "bench/process.h"
#include "bench/progress.h"
#include "bench/result_file.h"
#include "bench/sampler.h"
#include "bench/strategies.h"
#include "bench/summary.h"

#define DEFAULT_BUDGET 180 /* seconds: warm-up and two rounds of four layouts */
#define DEFAULT_TIMEOUT 60 /* seconds for one sample */

typedef struct Wishes {
    const char *suite, *workloads, *dispatch, *isa, *output, *events;
    double budget, timeout;
    uint64_t seed, layouts; /* layouts: how many; 0: all that were built */
} Wishes;

static uint64_t parse_number(const char *argument, uint64_t least, const char *option,
                             struct argp_state *state) {
    char *end;
    errno = 0;
    uint64_t number = strtoull(argument, &end, 10);
    if (errno || end == argument || *end || *argument == '-' || number > INT64_MAX || number < least)
        argp_error(state, "--%s takes a number%s, not \"%s\"", option,
                   least ? " from 1 on" : "", argument);
    return number;
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    Wishes *wishes = state->input;
    switch (key) {
    case 's': wishes->suite = argument; return 0;
    case 'w': wishes->workloads = argument; return 0;
    case 'd': wishes->dispatch = argument; return 0;
    case 'i': wishes->isa = argument; return 0;
    case 'e': wishes->events = argument; return 0;
    case 'o': wishes->output = argument; return 0;
    case 'b': wishes->budget = parse_seconds(argument, 0, "budget", state); return 0;
    case 't': wishes->timeout = parse_seconds(argument, 0.001, "timeout", state); return 0;
    case 'S': wishes->seed = parse_number(argument, 0, "seed", state); return 0;
    case 'l': wishes->layouts = parse_number(argument, 1, "layouts", state); return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "what is \"%s\"? It takes options only", argument);
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp BENCH = {
    .options =
        (const struct argp_option[]){
            {"suite", 's', "NAME", 0,
             "the suite of workloads: a name, or the path of a suite file, with a slash in it", 0},
            {"workload", 'w', "GLOB", 0, "only workloads whose name matches; several: A,B", 0},
            {"dispatch", 'd', "A,B", 0, "only these strategies, or \"all\" (default: those that are measured by default)", 0},
            {"isa", 'i', "A,B", 0, "these instruction sets (default: acc, or what was built)", 0},
            {"layouts", 'l', "N", 0,
             "measure only the first N of the layouts that were built (default: all)", 0},
            {"events", 'e', "A,B", 0,
             "count these events (\"tailrace list events\") in user space while workloads run; "
             "{A,B} are counted at the same time; \"none\" counts nothing (default: what matters to "
             "dispatch)",
             0},
            {"budget", 'b', "SECONDS", 0,
             "stop when the next round would not end in time (default: 180; at least 3 rounds are "
             "measured, or 2 of several layouts)",
             0},
            {"timeout", 't', "SECONDS", 0, "give up a sample after that (default: 60)", 0},
            {"output", 'o', "FILE", 0,
             "the result file (default: a new one in results/local/, named after CPU, compiler and "
             "time)",
             0},
            {"seed", 'S', "N", 0, "for the random order of the samples", 0},
            {0}},
    .parser = parse,
    .doc =
        "Compares the executors on a suite of workloads: samples in random order, each in a fresh "
        "process, checked against the expected result. Prints a table and writes a result file."
        "\vExit status: 0 all was measured; 1 something failed, the rest is in the result file; "
        "2 usage; 130 interrupted, what was measured is in the result file."};

/* The file of this run, and whether writing it has failed already. */
static char *result_path;
static bool write_failed;

static void save(Recording *recording, bool final) {
    Error error;
    json_t *document = result_document(recording);
    bool done = result_write(result_path, document, final, &error);
    json_decref(document);
    if (!done && final)
        progress_note("%s; what was measured is in the table alone", error.message);
    else if (!done && !write_failed)
        progress_note("%s; measuring goes on, and so do the attempts to write", error.message);
    write_failed = !done;
}

static void save_round(Recording *recording) { save(recording, false); }

static json_t *command_line(int argc, char **argv) {
    json_t *words = json_array();
    json_array_append_new(words, json_string("tailrace"));
    json_array_append_new(words, json_string("bench"));
    for (int i = 1; i < argc; i++)
        json_array_append_new(words, json_string(argv[i]));
    return words;
}

/* Everything that can be wrong before a sample is taken. The exit status, or -1 if all is well. */
static int prepare(Recording *recording, const Wishes *wishes) {
    Error error;
    char *directory;
    if (!load_build(&recording->executors, &directory)) return EXIT_FAILED;
    int status = -1;
    char *strategies = strategies_meant(&recording->executors, wishes->dispatch);
    char *path = find_suite(directory, wishes->suite, &error);
    if (!path || !suite_load(path, &recording->suite, &error))
        status = complain(&error, EXIT_FAILED);
    else if ((wishes->workloads && !suite_filter(&recording->suite, wishes->workloads, &error)) ||
             !recording_prepare(recording, strategies, wishes->isa, &error) ||
             !recording_choose_events(recording, wishes->events, &COUNTER_KERNEL, &error))
        status = complain(&error, EXIT_USAGE);
    size_t built = recording->executors.layout_count;
    recording->layout_count = wishes->layouts ? wishes->layouts : built;
    if (status < 0 && recording->layout_count > built) {
        fail(&error, ERROR_UNSUPPORTED,
             "--layouts %zu: this build has %zu; \"scripts/build --layouts %zu\" adds what is missing",
             recording->layout_count, built, recording->layout_count);
        status = complain(&error, EXIT_USAGE);
    }
    for (size_t i = 0; status < 0 && i < recording->suite.count; i++)
        if (!workload_verify(&recording->suite.workloads[i], &error))
            status = complain(&error, EXIT_FAILED);
    if (status < 0) {
        recording->started = time(NULL);
        recording->machine = machine_fingerprint("", &COUNTER_KERNEL);
        recording->cpu = process_choose_cpu();
        char *results = wishes->output ? NULL : results_directory(directory);
        result_path =
            wishes->output ? copy_string(wishes->output) : result_default_path(recording, results);
        if (!result_can_write(result_path, &error)) status = complain(&error, EXIT_FAILED);
        free(results);
    }
    free(strategies);
    free(path);
    free(directory);
    return status;
}

static void announce(const Recording *recording) {
    size_t executors = recording->contender_count - recording->isa_count;
    printf("%zu workload%s, %zu executor%s and %zu control%s (A/A), ", recording->suite.count,
           recording->suite.count == 1 ? "" : "s", executors, executors == 1 ? "" : "s",
           recording->isa_count, recording->isa_count == 1 ? "" : "s");
    if (recording->cpu == NOT_PINNED)
        printf("not pinned to a CPU");
    else
        printf("on CPU %d", recording->cpu);
    if (recording->layout_count > 1) {
        fputs("; layouts", stdout);
        for (size_t i = 0; i < recording->layout_count; i++)
            printf("%s %lld", i ? "," : "", (long long)recording->executors.layouts[i]);
    }
    printf("; budget %g s, seed %llu\n", recording->budget, (unsigned long long)recording->seed);
    for (size_t i = 0; i < recording->not_measured_count; i++)
        printf("%s%s\n",
               strcmp(recording->not_measured[i].what, "counter") ? "" : "Not counted: ",
               recording->not_measured[i].reason);
    fflush(stdout);
}

static void measure(Recording *recording) {
    double started = seconds_now();
    recording->state = "running";
    interrupt_catch();
    sampler_prepare(recording);
    sampler_run(recording, started, save_round);
    recording->finished = time(NULL);
    recording->state = interrupted() ? "interrupted" : "complete";
    printf("\n%s after %.0f s: %d round%s and the warm-up%s\n",
           interrupted() ? "Interrupted" : "Done", seconds_now() - started, recording->rounds,
           recording->rounds == 1 ? "" : "s",
           !interrupted() && recording->rounds <= LEAST_ROUNDS &&
                   seconds_now() - started > recording->budget
               ? " (over the budget, since fewer rounds show no spread)"
               : "");
}

int command_bench(int argc, char **argv) {
    Wishes wishes = {.suite = "default", .events = "default", .budget = DEFAULT_BUDGET, .timeout = DEFAULT_TIMEOUT};
    uint32_t seed = 0;
    if (getrandom(&seed, sizeof seed, 0) == sizeof seed) wishes.seed = seed;
    json_t *command = command_line(argc, argv);
    parse_options(&BENCH, argc, argv, 0, &wishes);
    Recording recording = {.command = command,
                           .budget = wishes.budget,
                           .timeout = wishes.timeout,
                           .seed = wishes.seed};
    signal(SIGXFSZ, SIG_IGN); /* too large a file is an error to report, not a reason to die */
    int status = prepare(&recording, &wishes);
    if (status < 0) {
        announce(&recording);
        measure(&recording);
        summary_print(&recording, stdout);
        fflush(stdout);
        save(&recording, true);
        if (!write_failed) printf("\nResults: %s\n", result_path);
        bool failed = write_failed;
        for (size_t i = 0; i < recording.not_measured_count; i++)
            failed |= recording.not_measured[i].contender != ANY;
        status = interrupted() ? EXIT_INTERRUPTED + interrupted() : failed;
    }
    free(result_path);
    recording_free(&recording);
    return status;
}
