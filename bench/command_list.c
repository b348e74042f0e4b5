/* `tailrace list`: what this build and machine have. */
#define _GNU_SOURCE 1
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/input/executors.h"
#include "bench/input/strategies.h"
#include "bench/input/suite.h"
#include "bench/measure/counter_events.h"
#include "bench/util/memory.h"
#include "bench/util/options.h"
#include "bench/util/paths.h"
#include "bench/util/process.h"
#include "bench/util/table.h"
#include "bench/util/terminal.h"

#define INFO_TIMEOUT 10 /* seconds */
#define UNIT_SIZE 64    /* of the name of a unit that counts events */

typedef struct Request {
    const char *what, *suite;
} Request;

static error_t parse(int key, char *argument, struct argp_state *state) {
    Request *request = state->input;
    switch (key) {
    case 's': request->suite = argument; return 0;
    case ARGP_KEY_ARG:
        if (request->what) argp_error(state, "one list at a time");
        request->what = argument;
        return 0;
    case ARGP_KEY_NO_ARGS: argp_error(state, "strategies, workloads or events?"); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp LIST = {
    .options =
        (const struct argp_option[]){
            {"suite", 's', "A,B", 0, "whose workloads to list (default: \"default\")", 0}, {0}},
    .parser = parse,
    .args_doc = "strategies|workloads|events",
    .doc = "Lists what this build and this machine have."};

static void add_executor(Table *table, const ExecutorProgram *program) {
    char *argv[] = {program->path, "info", NULL};
    ProcessResult result = {0};
    Error error;
    const char *compiler = "?", *bounds = "?";
    int bytes = 0, opcodes = 0;
    json_t *info = NULL;
    if (!program->left_out && process_run(argv, NOT_PINNED, INFO_TIMEOUT, &result, &error))
        info = json_loads(result.output, 0, NULL);
    table_cell(table, "%s", program->strategy);
    table_cell(table, "%s", program->isa);
    if (info) {
        json_unpack(info, "{s?s, s?s, s?i, s?i}", "bounds", &bounds, "compiler", &compiler,
                    "dispatch_word_bytes", &bytes, "opcode_count", &opcodes);
        table_cell(table, "%d bytes", bytes);
        table_cell(table, "%d", opcodes);
        table_cell(table, "%s", bounds);
        table_cell(table, "%s", compiler);
    } else {
        for (int i = 0; i < 3; i++)
            table_cell(table, "-");
        table_cell(table, "%s", program->left_out ? "not built" : "does not work");
    }
    json_decref(info);
    free(result.output);
}

/* What a strategy's own file says of it. */
static void describe(const Executors *executors, const char *strategy) {
    static const struct {
        const char *title, *field;
    } FIELDS[] = {{"mechanism", "mechanism"}, {"called", "called"},   {"used by", "used_by"},
                  {"cost", "cost"},           {"aliases", "aliases"}};
    char *does = strategy_field(executors, strategy, "does");
    if (*does) print_line(stdout, "\n", "%s: %s", strategy, does);
    for (size_t i = 0; *does && i < sizeof FIELDS / sizeof *FIELDS; i++) {
        char *value = strategy_field(executors, strategy, FIELDS[i].field);
        if (*value) print_line(stdout, "  ", "%s: %s", FIELDS[i].title, value);
        free(value);
    }
    free(does);
}

static int list_strategies(const Executors *executors) {
    static const char *const titles[] = {"strategy", "isa",    "dispatch word",
                                         "handlers", "bounds", "compiler"};
    const size_t columns = sizeof titles / sizeof *titles;
    Table table;
    table_start(&table, columns);
    for (size_t i = 0; i < columns; i++)
        table_cell(&table, "%s", titles[i]);
    for (size_t i = 0; i < executors->count; i++)
        add_executor(&table, &executors->items[i]);
    table_print(&table, columns, stdout);
    table_free(&table);
    for (size_t i = 0; i < executors->count; i++)
        if (executors->items[i].left_out)
            print_line(stdout, "\n", LEFT_OUT, executors->items[i].name,
                       executors->items[i].left_out);
    for (size_t i = 0; i < executors->count; i++)
        if (strcmp(executors->items[i].isa, executors->items[0].isa) == 0)
            describe(executors, executors->items[i].strategy);
    return EXIT_DONE;
}

static int list_workloads(const char *directory, const char *name) {
    Error error;
    Suite suite;
    if (!suite_load_named(directory, name, &suite, &error)) return complain(&error, EXIT_FAILED);
    Table table;
    table_start(&table, 3);
    table_cell(&table, "workload");
    table_cell(&table, "kind");
    table_cell(&table, "what it does");
    for (size_t i = 0; i < suite.count; i++) {
        table_cell(&table, "%s", suite.workloads[i].name);
        table_cell(&table, "%s", suite.workloads[i].kind);
        table_cell(&table, "%s", suite.workloads[i].description);
    }
    table_print(&table, 3, stdout);
    table_free(&table);
    suite_free(&suite);
    return EXIT_DONE;
}

static void show_event(void *context, const char *unit, const char *name, const char *masks,
                       const char *meaning) {
    char *last = context; /* the unit of the event before */
    if (strcmp(last, unit) != 0) {
        printf("%s%s:\n", *last ? "\n" : "", unit);
        snprintf(last, UNIT_SIZE, "%s", unit);
    }
    printf("  %s%s%s%s%s\n", name, *meaning ? "  " : "", meaning, *masks ? "  unit masks: " : "",
           masks);
}

static int list_events(void) {
    char last[UNIT_SIZE] = "";
    counter_events_each(show_event, last);
    putchar('\n');
    print_paragraph(stdout,
                    "Names of the CPU's own events are those of libpfm4, which here knows the "
                    "units above; a unit mask follows its event after a colon. A raw code is "
                    "taken, too: r80c5. Not all that can be named can be counted: tailrace "
                    "machine tells.");
    print_paragraph(stdout, "Counted by default: %s", DEFAULT_EVENTS);
    return EXIT_DONE;
}

int command_list(int argc, char **argv) {
    Request request = {.suite = "default"};
    parse_options(&LIST, argc, argv, 0, &request);
    Executors executors;
    char *directory;
    int status = EXIT_USAGE;
    if (!strcmp(request.what, "events")) return list_events();
    if (!executors_load_own(&executors, &directory)) return EXIT_FAILED;
    if (!strcmp(request.what, "strategies"))
        status = list_strategies(&executors);
    else if (!strcmp(request.what, "workloads"))
        status = list_workloads(directory, request.suite);
    else
        fprintf(stderr,
                "tailrace: there is no list of \"%s\", but of strategies, workloads and events\n",
                request.what);
    executors_free(&executors);
    free(directory);
    return status;
}
