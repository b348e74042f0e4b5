/* `tailrace predict`: the indirect branches of each strategy's dispatch through models of
 * predictors.
 *
 * The counting executor tells which instructions a workload executes (`stream`); where each
 * strategy's handlers and dispatch jumps lie in memory stands in dispatch/places.json, which
 * scripts/audit reads from the machine code. From these follows each strategy's sequence of
 * branches and targets. */
#define _GNU_SOURCE 1
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "bench/bench.h"
#include "bench/input/builds.h"
#include "bench/input/strategies.h"
#include "bench/input/suite.h"
#include "bench/predictor.h"
#include "bench/util/memory.h"
#include "bench/util/options.h"
#include "bench/util/output_file.h"
#include "bench/util/paths.h"
#include "bench/util/process.h"
#include "bench/util/progress.h"
#include "bench/util/table.h"

#define DEFAULT_LIMIT 5000000
#define MOST 8000000 /* what process_run keeps */
#define TIMEOUT 600  /* seconds */
#define WORTH_SAYING 10 /* seconds that somebody waits without a terminal */

typedef struct PredictOptions {
    const char *suite, *workloads, *dispatch, *isa, *output;
    long limit;
} PredictOptions;

static error_t parse(int key, char *argument, struct argp_state *state) {
    PredictOptions *options = state->input;
    char *end;
    switch (key) {
    case 's': options->suite = argument; return 0;
    case 'w': options->workloads = argument; return 0;
    case 'd': options->dispatch = argument; return 0;
    case 'i': options->isa = argument; return 0;
    case 'o': options->output = argument; return 0;
    case 'l':
        options->limit = strtol(argument, &end, 10);
        if (*end || end == argument || options->limit < 1 || options->limit > MOST)
            argp_error(state, "--limit takes a number from 1 to %d, not \"%s\"", MOST, argument);
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "what is \"%s\"? It takes options only", argument);
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp PREDICT = {
    .options =
        (const struct argp_option[]){
            SUITE_OPTION,
            WORKLOAD_OPTION("GLOB", ""),
            DISPATCH_OPTION("all that were built"),
            {"isa", 'i', "NAME", 0, "the instruction set (default: acc, or what was built)", 0},
            {"limit", 'l', "N", 0,
             "the first N executed instructions of each workload (default: 5000000)", 0},
            {"output", 'o', "FILE", 0, "write the numbers as JSON, too", 0},
            {0}},
    .parser = parse,
    .doc =
        "Replays the indirect branches that each strategy's dispatch executes through models of "
        "branch predictors, and prints how many were predicted wrong. These are models, not this "
        "CPU: see bench/predictor.h for what they leave out. The default suite takes one or two "
        "minutes of CPU time, on as many CPUs as it may use.\v"
        "Exit status: 0 done; 1 something failed; 2 usage; 130 interrupted."};

/* Where a strategy's code is. */
typedef struct Places {
    const ExecutorProgram *program;
    uint64_t *handlers; /* addresses, by opcode */
    uint64_t *sites;    /* addresses of the dispatch jumps, by opcode; or one for all */
    size_t handler_count, site_count;
} Places;

/* One model on one workload by one strategy. */
typedef struct Cell {
    const Places *places;
    PredictorKind kind;
    double *misses;
} Cell;

/* The cells of one workload, which threads take one after the other. */
typedef struct Work {
    const uint16_t *opcodes;
    size_t count;
    Cell *cells;
    size_t cell_count;
    atomic_size_t next, done;
} Work;

typedef struct Prediction {
    Builds builds; /* this one alone */
    Suite suite;
    json_t *places; /* places.json */
    time_t places_written;
    Places *columns;
    size_t column_count;
    const char *isa;
    double *misses; /* per 1,000 instructions, [workload][model][column]; -1: not known */
    uint64_t *instructions;
} Prediction;

static double *misses_at(Prediction *prediction, size_t workload, int kind, size_t column) {
    return &prediction
                ->misses[(workload * PREDICTOR_KINDS + (size_t)kind) * prediction->column_count +
                         column];
}

static bool load_places(Prediction *prediction, Error *error) {
    char *path = format_string("%s/places.json", prediction->builds.items[0].executors.directory);
    char *text = read_file(path, 64 << 20, NULL, error);
    struct stat status;
    json_error_t reason;
    if (stat(path, &status) == 0) prediction->places_written = status.st_mtime;
    if (text) {
        prediction->places = json_loads(text, 0, &reason);
        if (!json_is_object(prediction->places))
            fail(error, ERROR_FILE, "%s is damaged; \"scripts/audit\" makes it anew", path);
    } else {
        fail(error, ERROR_FILE,
             "there is no %s; \"scripts/audit\" makes it from the executors' machine code", path);
    }
    free(text);
    free(path);
    return json_is_object(prediction->places);
}

/* To be freed. */
static uint64_t *addresses(const json_t *list) {
    size_t count = json_array_size(list);
    uint64_t *numbers = allocate((count + 1) * sizeof *numbers);
    for (size_t i = 0; i < count; i++)
        numbers[i] = (uint64_t)json_integer_value(json_array_get(list, i));
    return numbers;
}

/* The executors that take part, and where their code is. */
static bool choose(Prediction *prediction, const PredictOptions *options, Error *error) {
    const Executors *executors = &prediction->builds.items[0].executors;
    const ExecutorProgram *first = NULL, *left_out = NULL;
    char *strategies = options->dispatch ? strategies_meant(executors, options->dispatch) : NULL;
    if (!builds_know(&prediction->builds, strategies, false, error)) {
        free(strategies);
        return false;
    }
    for (size_t i = 0; i < executors->count; i++) {
        const ExecutorProgram *program = &executors->items[i];
        if ((options->isa && strcmp(options->isa, program->isa) != 0) ||
            (first && strcmp(first->isa, program->isa) != 0) ||
            !in_list(strategies, program->strategy))
            continue;
        if (program->left_out) {
            left_out = program;
            continue;
        }
        if (!first) first = program;
        json_t *entry = json_object_get(prediction->places, program->name);
        json_t *all_sites = json_object_get(entry, "sites"),
               *all_handlers = json_object_get(entry, "handlers");
        size_t sites = json_array_size(all_sites), handlers = json_array_size(all_handlers);
        struct stat status;
        if (stat(program->path, &status) == 0 && status.st_mtime > prediction->places_written) {
            progress_note("%s is left out: it is newer than dispatch/places.json; "
                          "\"scripts/audit\" makes that anew",
                          program->name);
            continue;
        }
        if (handlers == 0 || (sites != 1 && sites != handlers)) {
            progress_note("%s is left out: where its handlers lie is not known", program->name);
            continue;
        }
        size_t count = ++prediction->column_count;
        prediction->columns = grow(prediction->columns, count, sizeof *prediction->columns);
        prediction->columns[count - 1] =
            (Places){program, addresses(all_handlers), addresses(all_sites), handlers, sites};
    }
    free(strategies);
    if (!prediction->column_count && left_out && !first)
        return fail(error, ERROR_UNSUPPORTED, LEFT_OUT, left_out->name, left_out->left_out);
    if (!prediction->column_count)
        return fail(error, ERROR_UNSUPPORTED, "there is no executor to predict for");
    prediction->isa = first->isa;
    return true;
}

/* Whether executors may run the workloads: a suite file gives words to commands, and to executors
 * only what a module is called with. And whether they are what the suite was made with. */
static bool check_workloads(const Suite *suite, Error *error) {
    for (size_t i = 0; i < suite->count; i++) {
        const Workload *workload = &suite->workloads[i];
        if (workload->command)
            return fail(error, ERROR_UNSUPPORTED,
                        "the workload \"%s\" is for commands, and not for executors",
                        workload->name);
        if (!workload_verify(workload, error)) return false;
    }
    return true;
}

/* The opcodes that a workload executes, one after the other; NULL if it failed, with the reason, or
 * was interrupted. To be freed. */
static uint16_t *record(const Prediction *prediction, const Workload *workload, long limit,
                        size_t *count, Error *error) {
    size_t argc = 0;
    char **argv = allocate((workload_words(workload) + 8) * sizeof *argv);
    char *program = executors_counter(&prediction->builds.items[0].executors, prediction->isa);
    char *limit_text = format_string("%ld", limit);
    ProcessResult result = {0};
    fail(error, ERROR_FILE, NO_COUNTER);
    argv[argc++] = program;
    argv[argc++] = "stream";
    argv[argc++] = "--limit";
    argv[argc++] = limit_text;
    argc = workload_command(workload, argv, argc);
    bool done = program && process_run(argv, NOT_PINNED, TIMEOUT, &result, error);
    if (done && (result.end != PROCESS_EXITED || result.status != 0)) {
        fail(error, ERROR_FILE, "%s: the counting executor failed%s%s", workload->name,
             *result.complaint ? ": " : "", result.complaint);
        done = false;
    }
    free(limit_text);
    free(program);
    free(argv);
    *count = result.length / sizeof(uint16_t);
    if (done) return (uint16_t *)result.output;
    free(result.output);
    return NULL;
}

/* Misses in a strategy's dispatch of the opcodes, per 1,000; -1 if the user interrupted. */
static double replay(const Places *places, PredictorKind kind, const uint16_t *opcodes,
                     size_t count) {
    size_t misses = 0;
    Predictor *predictor = predictor_new(kind);
    /* From one handler to the next. */
    for (size_t i = 1; i < count; i++) {
        size_t from = opcodes[i - 1] % places->handler_count,
               to = opcodes[i] % places->handler_count;
        misses += !predictor_branch(predictor, places->sites[places->site_count == 1 ? 0 : from],
                                    places->handlers[to]);
        if (i % (1 << 16) == 0 && interrupted()) break;
    }
    predictor_free(predictor);
    return count > 1 && !interrupted() ? 1000.0 * (double)misses / (double)(count - 1) : -1;
}

static void *work(void *context) {
    Work *all = context;
    for (size_t i; (i = atomic_fetch_add(&all->next, 1)) < all->cell_count && !interrupted();) {
        const Cell *cell = &all->cells[i];
        *cell->misses = replay(cell->places, cell->kind, all->opcodes, all->count);
        atomic_fetch_add(&all->done, 1);
    }
    return NULL;
}

static bool same_places(const Places *one, const Places *other) {
    return one->handler_count == other->handler_count && one->site_count == other->site_count &&
           !memcmp(one->handlers, other->handlers, one->handler_count * sizeof *one->handlers) &&
           !memcmp(one->sites, other->sites, one->site_count * sizeof *one->sites);
}

/* The first strategy whose code lies where this one's does: it is itself, if there is no other. */
static size_t first_alike(const Prediction *prediction, size_t column) {
    size_t first = 0;
    while (!same_places(&prediction->columns[first], &prediction->columns[column]))
        first++;
    return first;
}

/* What is said while it goes on, and how much longer it will take. */
static void show(const Prediction *prediction, size_t workload, double fraction, double started) {
    double now = seconds_now() - started, left = fraction > 0 ? now / fraction - now : 0;
    progress_show(fraction, left, prediction->suite.workloads[workload].name);
}

/* All models of a workload on as many CPUs as we may use. */
static void replay_all(Prediction *prediction, size_t workload, const uint16_t *opcodes,
                       size_t count, double started) {
    cpu_set_t allowed;
    Work all = {.opcodes = opcodes, .count = count};
    size_t workloads = prediction->suite.count, threads = 1, begun = 0;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) threads = (size_t)CPU_COUNT(&allowed);
    all.cells = allocate(prediction->column_count * PREDICTOR_KINDS * sizeof *all.cells);
    for (int kind = PREDICTOR_KINDS - 1; kind >= 0; kind--) /* the one that takes longest first */
        for (size_t column = 0; column < prediction->column_count; column++)
            if (first_alike(prediction, column) == column)
                all.cells[all.cell_count++] =
                    (Cell){&prediction->columns[column], (PredictorKind)kind,
                           misses_at(prediction, workload, kind, column)};
    pthread_t *running = allocate(threads * sizeof *running);
    while (begun < threads && pthread_create(&running[begun], NULL, work, &all) == 0)
        begun++;
    if (begun == 0) work(&all);
    while (atomic_load(&all.done) < all.cell_count && !interrupted()) {
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
        double part = (double)atomic_load(&all.done) / (double)all.cell_count;
        show(prediction, workload, ((double)workload + part) / (double)workloads, started);
    }
    for (size_t i = 0; i < begun; i++)
        pthread_join(running[i], NULL);
    for (int kind = 0; kind < PREDICTOR_KINDS; kind++)
        for (size_t column = 0; column < prediction->column_count; column++)
            *misses_at(prediction, workload, kind, column) =
                *misses_at(prediction, workload, kind, first_alike(prediction, column));
    free(running);
    free(all.cells);
}

/* False if something failed, which has been told. */
static bool predict(Prediction *prediction, long limit) {
    double started = seconds_now();
    bool complete = true;
    size_t workloads = prediction->suite.count;
    for (size_t i = 0; i < workloads; i++) {
        const Workload *workload = &prediction->suite.workloads[i];
        Error error;
        size_t count;
        for (int kind = 0; kind < PREDICTOR_KINDS; kind++)
            for (size_t column = 0; column < prediction->column_count; column++)
                *misses_at(prediction, i, kind, column) = -1;
        show(prediction, i, (double)i / (double)workloads, started);
        uint16_t *opcodes =
            interrupted() ? NULL : record(prediction, workload, limit, &count, &error);
        prediction->instructions[i] = opcodes ? count : 0;
        if (opcodes) {
            replay_all(prediction, i, opcodes, count, started);
        } else if (!interrupted()) {
            progress_note("%s", error.message);
            complete = false;
        }
        free(opcodes);
        double left = (seconds_now() - started) * (double)(workloads - i - 1) / (double)(i + 1);
        if (i == 0 && left > WORTH_SAYING && !terminal_is_live(stderr))
            progress_note("%zu workloads more: about %.0f s", workloads - 1, left);
    }
    progress_clear();
    return complete;
}

static void print_misses(Table *table, double misses) {
    if (misses < 0)
        table_cell(table, "-");
    else
        table_cell(table, "%.1f", misses);
}

static void print_model(Prediction *prediction, int kind) {
    Table table;
    table_start(&table, prediction->column_count + 1);
    table_cell(&table, "workload");
    for (size_t column = 0; column < prediction->column_count; column++)
        table_cell(&table, "%s", prediction->columns[column].program->strategy);
    double *sums = allocate(prediction->column_count * sizeof *sums);
    size_t measured = 0;
    for (size_t i = 0; i < prediction->suite.count; i++) {
        table_cell(&table, "%s", prediction->suite.workloads[i].name);
        measured += *misses_at(prediction, i, kind, 0) >= 0;
        for (size_t column = 0; column < prediction->column_count; column++) {
            double misses = *misses_at(prediction, i, kind, column);
            print_misses(&table, misses);
            if (misses >= 0) sums[column] += misses;
        }
    }
    table_cell(&table, "mean");
    for (size_t column = 0; column < prediction->column_count; column++)
        print_misses(&table, measured ? sums[column] / (double)measured : -1);
    printf("\n%s: %s\n", PREDICTOR_INFO[kind].name, PREDICTOR_INFO[kind].meaning);
    table_print(&table, 1, stdout);
    table_free(&table);
    free(sums);
}

/* {"model": true, "isa", "instructions": {workload: n}, "misses_per_1000": {model: {workload:
 * {strategy: n or null}}}} */
static json_t *document(Prediction *prediction) {
    json_t *instructions = json_object(), *models = json_object();
    for (size_t i = 0; i < prediction->suite.count; i++)
        json_object_set_new(instructions, prediction->suite.workloads[i].name,
                            json_integer((json_int_t)prediction->instructions[i]));
    for (int kind = 0; kind < PREDICTOR_KINDS; kind++) {
        json_t *workloads = json_object();
        for (size_t i = 0; i < prediction->suite.count; i++) {
            json_t *strategies = json_object();
            for (size_t column = 0; column < prediction->column_count; column++) {
                double misses = *misses_at(prediction, i, kind, column);
                json_object_set_new(strategies, prediction->columns[column].program->strategy,
                                    misses < 0 ? json_null() : json_real(misses));
            }
            json_object_set_new(workloads, prediction->suite.workloads[i].name, strategies);
        }
        json_object_set_new(models, PREDICTOR_INFO[kind].name, workloads);
    }
    return json_pack("{s:b, s:s, s:o, s:o}", "model", 1, "isa", prediction->isa, "instructions",
                     instructions, "misses_per_1000", models);
}

static bool write_document(Prediction *prediction, const char *path, Error *error) {
    json_t *numbers = need(document(prediction));
    char *text = need(json_dumps(numbers, JSON_INDENT(1) | JSON_REAL_PRECISION(6)));
    bool written = output_write(path, text, strlen(text), error);
    free(text);
    json_decref(numbers);
    return written;
}

int command_predict(int argc, char **argv) {
    PredictOptions options = {.suite = "default", .limit = DEFAULT_LIMIT};
    parse_options(&PREDICT, argc, argv, 0, &options);
    Prediction prediction = {0};
    Error error;
    char *directory = program_directory(&error);
    if (!directory || !builds_load(&prediction.builds, directory, NULL, &error))
        return complain(&error, EXIT_FAILED);
    int status = EXIT_DONE;
    if (!suite_load_named(directory, options.suite, &prediction.suite, &error) ||
        !load_places(&prediction, &error))
        status = complain(&error, EXIT_FAILED);
    else if (options.output && !output_can_write(options.output, &error))
        status = complain(&error, EXIT_FAILED);
    else if ((options.workloads && !suite_filter(&prediction.suite, options.workloads, &error)) ||
             !choose(&prediction, &options, &error))
        status = complain(&error, EXIT_USAGE);
    else if (!check_workloads(&prediction.suite, &error))
        status = complain(&error, EXIT_FAILED);
    if (status == EXIT_DONE) {
        size_t cells = prediction.suite.count * PREDICTOR_KINDS * prediction.column_count;
        prediction.misses = allocate(cells * sizeof *prediction.misses);
        prediction.instructions =
            allocate(prediction.suite.count * sizeof *prediction.instructions);
        interrupt_catch();
        if (!predict(&prediction, options.limit)) status = EXIT_FAILED;
        if (interrupted()) status = EXIT_INTERRUPTED + interrupted();
        print_line(stdout, "",
                   "MODEL, not measured: mispredicted dispatches per 1,000 executed instructions "
                   "(instruction set %s, at most the first %ld of each workload)",
                   prediction.isa, options.limit);
        for (int kind = 0; kind < PREDICTOR_KINDS; kind++)
            print_model(&prediction, kind);
        if (options.output && !write_document(&prediction, options.output, &error))
            status = complain(&error, EXIT_FAILED);
    }
    free(prediction.misses);
    free(prediction.instructions);
    for (size_t i = 0; i < prediction.column_count; i++) {
        free(prediction.columns[i].handlers);
        free(prediction.columns[i].sites);
    }
    free(prediction.columns);
    json_decref(prediction.places);
    suite_free(&prediction.suite);
    builds_free(&prediction.builds);
    free(directory);
    return status;
}
