/* `tailrace bench`: options, and the order of things: prepare, sample, save, print. */
#define _GNU_SOURCE 1
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/machine.h"
#include "bench/memory.h"
#include "bench/options.h"
#include "bench/paths.h"
#include "bench/process.h"
#include "bench/progress.h"
#include "bench/result_file.h"
#include "bench/resume.h"
#include "bench/sampler.h"
#include "bench/saving.h"
#include "bench/summary.h"
#include "bench/verdicts.h"

#define DEFAULT_BUDGET 180 /* seconds: warm-up and two rounds of four layouts */
#define DEFAULT_TIMEOUT 60 /* seconds for one sample */
#define OPTION_STOP 256
#define OPTION_CONFIDENCE 257
#define OPTION_SMALLEST_EFFECT 258
#define OPTION_TRACE 'T'

typedef struct Wishes {
    const char *suite, *workloads, *dispatch, *isa, *builds, *output, *events, *resume;
    const char *confidence, *smallest_effect; /* percentages */
    const char *invoke;                       /* of the modules among `workloads` */
    char **arguments;                         /* what that is called with */
    size_t argument_count;
    char **traces; /* workloads of the user's own */
    size_t trace_count;
    bool changes; /* an option was given that a resumed run does not take */
    bool stop_by_budget;
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

static const char *parse_percentage(const char *argument, double least, double most,
                                    const char *option, struct argp_state *state) {
    char *end;
    double number = strtod(argument, &end);
    if (end == argument || strcmp(end, *end == '%' ? "%" : "") || !(number >= least && number <= most))
        argp_error(state, "--%s takes a percentage from %g to %g, not \"%s\"", option, least, most,
                   argument);
    return argument;
}

/* Options that say what is compared: a resumed run has that from its file. */
static bool is_fixed(int key) { return key > 0 && key < 256 && strchr("wnTdielSo", key); }

static void add_word(char ***words, size_t *count, char *word) {
    *words = grow(*words, *count + 1, sizeof **words);
    (*words)[(*count)++] = word;
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    Wishes *wishes = state->input;
    if (is_fixed(key)) wishes->changes = true;
    switch (key) {
    case 's': wishes->suite = argument; return 0;
    case 'w': wishes->workloads = argument; return 0;
    case 'n': wishes->invoke = argument; return 0;
    case OPTION_TRACE: add_word(&wishes->traces, &wishes->trace_count, argument); return 0;
    case 'd': wishes->dispatch = argument; return 0;
    case 'i': wishes->isa = argument; return 0;
    case 'B': wishes->builds = argument; return 0;
    case 'r': wishes->resume = argument; return 0;
    case OPTION_STOP:
        wishes->stop_by_budget = strcmp(argument, "budget") == 0;
        if (!wishes->stop_by_budget && strcmp(argument, "interval") != 0)
            argp_error(state, "--stop takes \"interval\" or \"budget\", not \"%s\"", argument);
        return 0;
    case OPTION_CONFIDENCE:
        wishes->confidence = parse_percentage(argument, 50, 99.9, "confidence", state);
        return 0;
    case OPTION_SMALLEST_EFFECT:
        wishes->smallest_effect = parse_percentage(argument, 0.01, 50, "smallest-effect", state);
        return 0;
    case 'e': wishes->events = argument; return 0;
    case 'o': wishes->output = argument; return 0;
    case 'b': wishes->budget = parse_seconds(argument, 0, "budget", state); return 0;
    case 't': wishes->timeout = parse_seconds(argument, 0.001, "timeout", state); return 0;
    case 'S': wishes->seed = parse_number(argument, 0, "seed", state); return 0;
    case 'l': wishes->layouts = parse_number(argument, 1, "layouts", state); return 0;
    case ARGP_KEY_ARG:
        add_word(&wishes->arguments, &wishes->argument_count, argument);
        return 0;
    case ARGP_KEY_SUCCESS:
        if (wishes->argument_count > 0 && !wishes->invoke)
            argp_error(state, "what is \"%s\"? Only --invoke takes arguments", wishes->arguments[0]);
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp BENCH = {
    .options =
        (const struct argp_option[]){
            {"suite", 's', "NAME", 0,
             "the suite of workloads: a name, or the path of a suite file, with a slash in it", 0},
            {"workload", 'w', "GLOB|FILE.wasm", 0,
             "only workloads whose name matches, or a module of your own; several: A,B", 0},
            {"invoke", 'n', "EXPORT", 0,
             "what to call in a module of your own, with the ARGs (default: _start)", 0},
            {"trace", OPTION_TRACE, "TRACE", 0,
             "a trace of scripts/record as a workload; may be repeated", 0},
            {"dispatch", 'd', "A,B", 0, "only these strategies (default: all that were built)", 0},
            {"isa", 'i', "A,B", 0, "these instruction sets (default: acc, or what was built)", 0},
            {"layouts", 'l', "N", 0,
             "measure only the first N of the layouts that were built (default: all)", 0},
            {"events", 'e', "A,B", 0,
             "count these events (\"tailrace list events\") in user space while workloads run; "
             "{A,B} are counted at the same time; \"none\" counts nothing (default: what matters to "
             "dispatch)",
             0},
            {"builds", 'B', "DIR,DIR", 0,
             "compare the executors of these build directories with each other; the first is the "
             "main one (default: the program's own directory)",
             0},
            {"budget", 'b', "SECONDS", 0,
             "stop when the next round would not end in time (default: 180; at least 3 rounds are "
             "measured, or 2 of several layouts)",
             0},
            {"stop", OPTION_STOP, "RULE", 0,
             "\"interval\": stop earlier if every comparison is decided (the default, if Python and "
             "scipy are there); \"budget\": do not",
             0},
            {"confidence", OPTION_CONFIDENCE, "PERCENT", 0, "of the intervals (default: 95)", 0},
            {"smallest-effect", OPTION_SMALLEST_EFFECT, "PERCENT", 0,
             "the smallest difference of interest (default: 1)", 0},
            {"resume", 'r', "FILE", 0,
             "go on with the run of this result file, interrupted, killed or complete: its unfinished "
             "round first, then up to the budget of this sitting; what is compared is what the "
             "file's command says",
             0},
            {"timeout", 't', "SECONDS", 0, "give up a sample after that (default: 60)", 0},
            {"output", 'o', "FILE", 0,
             "the result file (default: a new one in results/local/, named after CPU, compiler and "
             "time)",
             0},
            {"seed", 'S', "N", 0, "for the random order of the samples", 0},
            {0}},
    .parser = parse,
    .args_doc = "[ARG...]",
    .doc =
        "Compares the executors on a suite of workloads: samples in random order, each in a fresh "
        "process, checked against the expected result. Prints a table and writes a result file."
        "\vExit status: 0 all was measured; 1 something failed, the rest is in the result file; "
        "2 usage; 130 interrupted, what was measured is in the result file."};

/* What the sampler's hooks need, which pass on the recording alone. */
static struct {
    Saving saving;
    Wishes wishes;
    char *verdicts;      /* the program; NULL if there is none */
    int verdicts_rounds; /* after how many rounds the recording's verdicts were found */
} session;

static void find_verdicts(Recording *recording) {
    Error error;
    if (!session.verdicts || session.verdicts_rounds == recording->rounds) return;
    json_t *found = verdicts_on(session.verdicts, session.saving.path, session.wishes.confidence,
                                session.wishes.smallest_effect, &error);
    if (found) {
        json_decref(recording->verdicts);
        recording->verdicts = found;
        session.verdicts_rounds = recording->rounds;
    } else if (!interrupted()) {
        progress_note("no verdicts: %s; the budget alone ends the run", error.message);
        free(session.verdicts);
        session.verdicts = NULL;
    }
}

static void keep_sample(const Recording *recording) { saving_sample(&session.saving, recording); }
static void keep_failure(const Recording *recording) { saving_failure(&session.saving, recording); }

static bool finish_round(Recording *recording) {
    if (!saving_replace(&session.saving, recording, false) || session.wishes.stop_by_budget ||
        recording->rounds < sampler_least_rounds(recording))
        return false;
    find_verdicts(recording);
    return session.verdicts && json_is_true(json_object_get(recording->verdicts, "decided"));
}

static const SamplerHooks HOOKS = {keep_sample, keep_failure, finish_round};

static json_t *command_line(int argc, char **argv) {
    json_t *words = json_array();
    json_array_append_new(words, json_string("tailrace"));
    json_array_append_new(words, json_string("bench"));
    for (int i = 1; i < argc; i++)
        json_array_append_new(words, json_string(argv[i]));
    return words;
}

static bool is_module(const char *word) {
    size_t length = strlen(word);
    return length > 5 && strcmp(word + length - 5, ".wasm") == 0;
}

/* Adds what is the user's own. The rest of `workloads`, patterns of names, is left in *patterns, to be
 * freed; it is NULL if there are none. */
static bool add_own(Suite *own, const Wishes *wishes, char **patterns, Error *error) {
    char *words = copy_string(wishes->workloads ? wishes->workloads : ""), *rest = words, *word;
    bool done = true, has_module = false;
    suite_begin(own);
    *patterns = NULL;
    while (done && (word = strsep(&rest, ","))) {
        if (is_module(word)) {
            has_module = true;
            done = suite_add(own, word, wishes->invoke ? wishes->invoke : "_start",
                             wishes->arguments, wishes->argument_count, error);
        } else if (wishes->workloads) {
            char *longer = *patterns ? format_string("%s,%s", *patterns, word) : copy_string(word);
            free(*patterns);
            *patterns = longer;
        }
    }
    free(words);
    for (size_t i = 0; done && i < wishes->trace_count; i++)
        done = suite_add(own, wishes->traces[i], NULL, NULL, 0, error);
    if (done && wishes->invoke && !has_module)
        done = fail(error, ERROR_FILE, "--invoke needs a module: --workload FILE.wasm");
    return done;
}

/* The workloads: of the suite those that were asked for, or all if nothing was, and the user's own. */
static int choose_workloads(Suite *suite, const char *directory, const Wishes *wishes) {
    Error error;
    char *patterns;
    if (!add_own(suite, wishes, &patterns, &error)) {
        free(patterns);
        return complain(&error, EXIT_USAGE);
    }
    if (!patterns && suite->count > 0) return -1;
    Suite named = {0};
    char *path = find_suite(directory, wishes->suite, &error);
    int status = path && suite_load(path, &named, &error) ? -1 : EXIT_FAILED;
    free(path);
    if (status < 0 && ((patterns && !suite_filter(&named, patterns, &error)) ||
                       !suite_join(&named, suite, &error)))
        status = EXIT_USAGE;
    free(patterns);
    suite_free(suite);
    *suite = named;
    return status < 0 ? -1 : complain(&error, status);
}

/* What takes part. The exit status, or -1 if all is well. */
static int choose(Recording *recording, const char *directory, const Wishes *wishes) {
    Error error;
    if (!builds_load(&recording->builds, directory, wishes->builds, &error))
        return complain(&error, EXIT_FAILED);
    int status = choose_workloads(&recording->suite, directory, wishes);
    if (status >= 0) return status;
    if (!builds_choose_layouts(&recording->builds, wishes->layouts, &error) ||
        !recording_prepare(recording, wishes->dispatch, wishes->isa, &error) ||
        !recording_choose_events(recording, wishes->events, &COUNTER_KERNEL, &error))
        return complain(&error, EXIT_USAGE);
    for (size_t i = 0; i < recording->suite.count; i++)
        if (!workload_verify(&recording->suite.workloads[i], &error))
            return complain(&error, EXIT_FAILED);
    return -1;
}

/* The options of the run that is resumed, with those of this sitting over them. */
static bool take_over_options(json_t *document, int argc, char **argv, Error *error) {
    json_t *words = json_object_get(document, "command");
    size_t count = json_array_size(words);
    if (count < 2) return fail(error, ERROR_FILE, "its command line is damaged");
    /* They stay: the wishes point into them. */
    char **earlier = allocate((count + 1) * sizeof *earlier);
    for (size_t i = 1; i < count; i++)
        earlier[i - 1] = copy_string(json_string_value(json_array_get(words, i)));
    Wishes wishes = session.wishes; /* the defaults, and what this sitting says */
    session.wishes = (Wishes){.suite = "default",
                              .events = "default",
                              .confidence = "95",
                              .smallest_effect = "1",
                              .budget = DEFAULT_BUDGET,
                              .timeout = DEFAULT_TIMEOUT};
    if (argp_parse(&BENCH, (int)count - 1, earlier, ARGP_SILENT, NULL, &session.wishes) != 0)
        return fail(error, ERROR_FILE, "its command line is damaged");
    parse_options(&BENCH, argc, argv, 0, &session.wishes);
    session.wishes.resume = wishes.resume;
    session.wishes.seed = (uint64_t)json_integer_value(json_object_get(document, "seed"));
    json_t *main_build = json_array_get(json_object_get(document, "builds"), 0);
    session.wishes.layouts = json_array_size(json_object_get(main_build, "layout_seeds"));
    return true;
}

/* Opens what is to be gone on with. The document; NULL and an Error. */
static json_t *reopen(int argc, char **argv, Error *error) {
    const char *path = session.wishes.resume;
    Error why;
    if (result_is_special(path) || (access(path, F_OK) != 0 && !journal_exists(path))) {
        fail(error, ERROR_FILE, "there is no run to go on with: %s is not there, or not a file", path);
        return NULL;
    }
    if (!saving_open(&session.saving, path, true, error)) return NULL;
    json_t *document = resume_read(path, &session.saving.journal, error);
    if (!document || take_over_options(document, argc, argv, &why)) return document;
    json_decref(document);
    fail(error, ERROR_FILE, "cannot go on with %s: %s", path, why.message);
    return NULL;
}

/* Everything that can be wrong before a sample is taken. The exit status, or -1 if all is well. */
static int prepare(Recording *recording, const char *directory, json_t *earlier) {
    const Wishes *wishes = &session.wishes;
    Error error;
    int status = choose(recording, directory, wishes);
    if (status >= 0) return status;
    recording->budget = wishes->budget;
    recording->timeout = wishes->timeout;
    recording->seed = wishes->seed;
    recording->started = time(NULL);
    recording->state = "running";
    recording->machine = machine_fingerprint("", &COUNTER_KERNEL);
    recording->cpu = process_choose_cpu();
    if (earlier) {
        char *note;
        Error why;
        if (!resume_load(recording, earlier, &note, &why)) {
            fail(&error, ERROR_UNSUPPORTED, "cannot go on with %s: %s", wishes->resume, why.message);
            return complain(&error, EXIT_FAILED);
        }
        printf("Going on with %s: %d rounds, %zu samples\n", wishes->resume, recording->rounds,
               recording->sample_count);
        if (note) printf("%s\n", note);
        free(note);
        return -1;
    }
    char *results = wishes->output ? NULL : results_directory(directory);
    char *path = wishes->output ? copy_string(wishes->output)
                                : result_default_path(recording, results);
    if (!saving_open(&session.saving, path, false, &error)) status = complain(&error, EXIT_FAILED);
    free(path);
    free(results);
    return status;
}

/* Whether the run can end by its intervals, and what is said if not. */
static void prepare_verdicts(const char *directory) {
    Error error;
    if (result_is_special(session.saving.path))
        fail(&error, ERROR_FILE, "the results go to something that is not a file");
    else
        session.verdicts = verdicts_find(directory, &error);
    if (!session.verdicts)
        printf("No verdicts: %s; the budget alone ends the run\n", error.message);
}

static void announce(const Recording *recording) {
    size_t executors = recording->contender_count - recording->group_count;
    printf("%zu workload%s, %zu executor%s and %zu control%s (A/A), ", recording->suite.count,
           recording->suite.count == 1 ? "" : "s", executors, executors == 1 ? "" : "s",
           recording->group_count, recording->group_count == 1 ? "" : "s");
    for (size_t i = 0; recording->builds.count > 1 && i < recording->builds.count; i++)
        printf("%s%s", i ? ", " : "builds ", recording->builds.items[i].name);
    if (recording->builds.count > 1) printf("; ");
    if (recording->cpu == NOT_PINNED)
        printf("not pinned to a CPU");
    else
        printf("on CPU %d", recording->cpu);
    if (recording->builds.layout_count > 1) {
        fputs("; layouts", stdout);
        for (size_t i = 0; i < recording->builds.layout_count; i++)
            printf("%s %lld", i ? "," : "", (long long)builds_seed(&recording->builds, i));
    }
    printf("; budget %g s, seed %llu\n", recording->budget, (unsigned long long)recording->seed);
    for (size_t i = 0; i < recording->not_measured_count; i++)
        printf("%s%s\n",
               strcmp(recording->not_measured[i].what, "counter") ? "" : "Not counted: ",
               recording->not_measured[i].reason);
    fflush(stdout);
}

/* False, having said why, if what was found in earlier sittings could not be kept. */
static bool measure(Recording *recording, bool resumed) {
    double started = seconds_now();
    Error error;
    interrupt_catch();
    sampler_prepare(recording);
    if (!saving_begin(&session.saving, recording, resumed, &error)) {
        complain(&error, EXIT_FAILED);
        return false;
    }
    sampler_run(recording, started, &HOOKS);
    recording->finished = time(NULL);
    recording->state = interrupted() ? "interrupted" : "complete";
    printf("\n%s after %.0f s: %d round%s and the warm-up%s\n",
           interrupted() ? "Interrupted" : "Done", seconds_now() - started, recording->rounds,
           recording->rounds == 1 ? "" : "s",
           !interrupted() && recording->rounds <= sampler_least_rounds(recording) &&
                   seconds_now() - started > recording->budget
               ? " (over the budget, since fewer rounds show no spread)"
               : "");
    if (recording->stop_rule && strcmp(recording->stop_rule, "interval") == 0)
        puts("Stopped before the budget was spent: every comparison was decided");
    return true;
}

/* Saves and prints. The exit status. */
static int conclude(Recording *recording) {
    bool written = saving_replace(&session.saving, recording, true);
    if (written && recording->rounds > 0 && !interrupted()) find_verdicts(recording);
    summary_print(recording, stdout);
    if (written) printf("\nResults: %s\n", session.saving.path);
    fflush(stdout);
    if (interrupted()) return EXIT_INTERRUPTED + interrupted();
    bool failed = !written;
    for (size_t i = 0; i < recording->not_measured_count; i++)
        failed |= recording->not_measured[i].contender != ANY;
    return failed ? EXIT_FAILED : EXIT_DONE;
}

int command_bench(int argc, char **argv) {
    session.wishes = (Wishes){.suite = "default",
                              .events = "default",
                              .confidence = "95",
                              .smallest_effect = "1",
                              .budget = DEFAULT_BUDGET,
                              .timeout = DEFAULT_TIMEOUT};
    uint32_t seed = 0;
    Error error;
    if (getrandom(&seed, sizeof seed, 0) == sizeof seed) session.wishes.seed = seed;
    Recording recording = {.command = command_line(argc, argv)};
    parse_options(&BENCH, argc, argv, 0, &session.wishes);
    signal(SIGXFSZ, SIG_IGN); /* too large a file is an error to report, not a reason to die */

    json_t *earlier = NULL;
    int status = -1;
    bool resumed = session.wishes.resume != NULL;
    if (resumed && session.wishes.changes) {
        fail(&error, ERROR_UNSUPPORTED,
             "--resume goes on with what its file compares: it does not take --workload, --invoke, "
             "--trace, --dispatch, --isa, --layouts, --events, --seed or --output");
        status = complain(&error, EXIT_USAGE);
    } else if (resumed && !(earlier = reopen(argc, argv, &error))) {
        status = complain(&error, EXIT_FAILED);
    }
    char *directory = status < 0 ? program_directory(&error) : NULL;
    if (status < 0 && !directory) status = complain(&error, EXIT_FAILED);
    if (status < 0) status = prepare(&recording, directory, earlier);
    if (status < 0) {
        announce(&recording);
        prepare_verdicts(directory);
        fflush(stdout);
        status = measure(&recording, resumed) ? conclude(&recording) : EXIT_FAILED;
    }
    saving_close(&session.saving);
    json_decref(earlier);
    free(directory);
    free(session.verdicts);
    recording_free(&recording);
    return status;
}
