#define _GNU_SOURCE 1
#include "bench/wishes.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure/placement.h"
#include "bench/sampling/simulation.h"
#include "bench/util/memory.h"
#include "bench/util/options.h"

#define DEFAULT_BUDGET 180 /* seconds */
#define DEFAULT_TIMEOUT 60 /* seconds for one sample */
#define OPTION_ENV 259
#define OPTION_LAYOUT_SEEDS 260
#define OPTION_PLACE 261
#define OPTION_PEER 262

static uint64_t parse_number(const char *argument, uint64_t least, const char *option,
                             struct argp_state *state) {
    char *end;
    errno = 0;
    uint64_t number = strtoull(argument, &end, 10);
    if (errno || end == argument || *end || *argument == '-' || number > INT64_MAX ||
        number < least)
        argp_error(state, "--%s takes a number%s, not \"%s\"", option, least ? " from 1 on" : "",
                   argument);
    return number;
}

static const char *parse_percentage(const char *argument, double least, double most,
                                    const char *option, struct argp_state *state) {
    char *end;
    double number = strtod(argument, &end);
    if (end == argument || strcmp(end, *end == '%' ? "%" : "") ||
        !(number >= least && number <= most))
        argp_error(state, "--%s takes a percentage from %g to %g, not \"%s\"", option, least, most,
                   argument);
    return argument;
}

/* Options that say what is compared: a resumed run has that from its file. */
static bool is_fixed(int key) {
    return key == ARGP_KEY_ARG || key == OPTION_ENV || key == OPTION_LAYOUT_SEEDS ||
           key == OPTION_PLACE ||
           (key > 0 && key < 256 &&
            strchr("wnTdielSoz", key)); /* of --dir, see check_directories */
}

static void add_word(char ***words, size_t *count, char *word) {
    *words = grow(*words, *count + 1, sizeof **words);
    (*words)[(*count)++] = word;
}

error_t wishes_parse_option(int key, char *argument, struct argp_state *state) {
    Wishes *wishes = state->input;
    if (is_fixed(key)) wishes->changes = true;
    switch (key) {
    case 's': wishes->suite = argument; return 0;
    case 'w': wishes->workloads = argument; return 0;
    case 'n': wishes->invoke = argument; return 0;
    case 'D': add_word(&wishes->directories, &wishes->directory_count, argument); return 0;
    case OPTION_ENV:
        if (*argument == '=' || !strchr(argument, '='))
            argp_error(state, ENV_TAKES_VALUES, argument);
        add_word(&wishes->variables, &wishes->variable_count, argument);
        return 0;
    case OPTION_PEER: add_word(&wishes->peers, &wishes->peer_count, argument); return 0;
    case 'T': add_word(&wishes->traces, &wishes->trace_count, argument); return 0;
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
    case 'z': wishes->zero = true; return 0;
    case 'e': wishes->events = argument; return 0;
    case 'o': wishes->output = argument; return 0;
    case 'b':
        wishes->budget = parse_seconds(argument, 0, "budget", state);
        return 0;
    case 't': wishes->timeout = parse_seconds(argument, 0.001, "timeout", state); return 0;
    case 'p':
        wishes->whole_processes = true;
        wishes->whole_workloads = argument;
        return 0;
    case 'm':
        wishes->simulation = argument ? parse_seconds(argument, 0.001, "simulate", state)
                                      : DEFAULT_SIMULATION_BUDGET;
        return 0;
    case 'S': wishes->seed = parse_number(argument, 0, "seed", state); return 0;
    case 'l': wishes->layouts = parse_number(argument, 1, "layouts", state); return 0;
    case OPTION_LAYOUT_SEEDS: wishes->layout_seeds = argument; return 0;
    case OPTION_PLACE:
        if (!placement_parse_parts(argument, &wishes->placed))
            argp_error(state,
                       "--place takes \"all\", \"none\", or some of bytecode, frames, memory and "
                       "stack, not \"%s\"",
                       argument);
        return 0;
    case ARGP_KEY_ARG:
        add_word(&wishes->arguments, &wishes->argument_count, argument);
        return 0;
    case ARGP_KEY_SUCCESS:
        if (wishes->argument_count > 0 && !wishes->workloads && !wishes->resume)
            argp_error(state,
                       "what is \"%s\"? Only modules of your own take arguments: --workload "
                       "FILE.wasm",
                       wishes->arguments[0]);
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp BENCH = {
    .options =
        (const struct argp_option[]){
            SUITE_OPTION,
            WORKLOAD_OPTION("GLOB|FILE.wasm", ", or a module of your own"),
            {"invoke", 'n', "EXPORT", 0,
             "what to call in a module of your own, with the ARGs (default: _start, with the ARGs "
             "as a WASI command's own)",
             0},
            {"dir", 'D', "HOST[::GUEST]", 0,
             "let modules of your own use this directory and what is in it; may be repeated. What "
             "they write stays there from sample to sample",
             0},
            {"env", OPTION_ENV, "NAME=VALUE", 0,
             "an environment variable of modules of your own; may be repeated. It stands in the "
             "result file",
             0},
            {"trace", 'T', "TRACE", 0,
             "a trace of scripts/record as a workload; may be repeated", 0},
            DISPATCH_OPTION("those that are measured by default"),
            {"isa", 'i', "A,B", 0,
             "these instruction sets; a strategy that was built in several is also compared with "
             "itself in acc (default: acc, or what was built)",
             0},
            {"zero", 'z', NULL, 0,
             "measure the zero line, too: the same workloads without dispatch, without decoding "
             "and without boundaries between instructions, if the build has it for them",
             0},
            {"layouts", 'l', "N", 0,
             "measure only the first N of the layouts that were built (default: all)", 0},
            {"layout-seeds", OPTION_LAYOUT_SEEDS, "A,B", 0,
             "measure the layouts of these seeds, such as those that a result file names", 0},
            {"place", OPTION_PLACE, "PARTS", 0,
             "what the seed of a layout places besides code, the same for all executors: "
             "\"bytecode\", \"frames\" (the value stack), \"memory\" (linear ones), \"stack\" (the "
             "native one); \"none\": all lies where it happens to (default: all)",
             0},
            {"peer", OPTION_PEER, "NAME[=COMMAND]", 0,
             "measure another engine, too, which you have installed, as a process "
             "(bench/PEERS.md): a known one by its name, such as wasm3 or node-liftoff; \"all\" of "
             "these that are on PATH; or any by NAME='COMMAND {module} {export} {arguments}', "
             "which prints each result on a line. May be repeated. The executors are then also "
             "measured as processes, to compare it with",
             0},
            MEASURING_OPTIONS,
            {"builds", 'B', "DIR,DIR", 0,
             "compare the executors of these build directories with each other; the first is the "
             "main one (default: the program's own directory)",
             0},
            {"budget", 'b', "SECONDS", 0,
             "stop when the next block, all workloads in one layout, would not end in time "
             "(default: what one round over all layouts takes, at least 180; at least 2 layouts "
             "are measured, or 3 rounds of one)",
             0},
            {"resume", 'r', "FILE", 0,
             "go on with the run of this result file, interrupted, killed or complete: its "
             "unfinished round first, then up to the budget of this sitting; what is compared is "
             "what the file's command says",
             0},
            {"output", 'o', "FILE", 0,
             "the result file (default: a new one in results/local/, named after CPU, compiler and "
             "time)",
             0},
            {"whole-processes", 'p', "GLOB", OPTION_ARG_OPTIONAL,
             "then time whole processes by hyperfine on the measured workloads whose name matches "
             "(default: the two quickest): start-up, translation and execution, 10 runs of each "
             "executor and one to warm up, one executor after the other. Takes 11 times what these "
             "workloads take, some 10 seconds by default; not part of the budget",
             0},
            {"simulate", 'm', "SECONDS", OPTION_ARG_OPTIONAL,
             "then simulate a CPU with cachegrind, for counts without hardware counters, on the "
             "measured workloads, the quickest first. Executions take 20 to 30 times longer: all "
             "of the default suite takes some 6 minutes. No workload is begun that would not end "
             "in SECONDS (default: 300); not part of the budget",
             0},
            {0}},
    .parser = wishes_parse_option,
    .args_doc = "[ARG...]",
    .doc =
        "Compares the executors on a suite of workloads: samples in random order, each in a fresh "
        "process, checked against the expected result. Prints a table and writes a result file."
        "\vExit status: 0 all was measured; 1 something failed, the rest is in the result file; "
        "2 usage; 130 interrupted, what was measured is in the result file."};

Wishes wishes_default(void) {
    return (Wishes){.suite = "default",
                    .events = "default",
                    .confidence = "95",
                    .smallest_effect = "1",
                    .placed = (1u << PART_COUNT) - 1,
                    .budget = NAN,
                    .least_budget = DEFAULT_BUDGET,
                    .timeout = DEFAULT_TIMEOUT};
}

void wishes_free(Wishes *wishes) {
    free(wishes->arguments);
    free(wishes->directories);
    free(wishes->variables);
    free(wishes->traces);
    free(wishes->peers);
    free(wishes->earlier_seeds);
}

void wishes_parse(Wishes *wishes, int argc, char **argv) {
    parse_options(&BENCH, argc, argv, 0, wishes);
}

/* The options of a result file's "command", whose strings the wishes then point to; false if they
 * cannot be read. */
static bool wishes_of_command(json_t *command, Wishes *wishes) {
    size_t count = json_array_size(command);
    *wishes = wishes_default();
    if (count < 2) return false;
    char **words = allocate((count + 1) * sizeof *words);
    for (size_t i = 1; i < count; i++) /* without "tailrace"; argp changes their order alone */
        words[i - 1] = (char *)json_string_value(json_array_get(command, i));
    bool done = argp_parse(&BENCH, (int)count - 1, words, ARGP_SILENT, NULL, wishes) == 0;
    free(words);
    return done;
}

/* "3,17": as --layout-seeds takes them. To be freed. */
static char *join_seeds(const json_t *seeds) {
    char *text = copy_string("");
    size_t i;
    json_t *seed;
    json_array_foreach(seeds, i, seed) {
        char *longer = format_string("%s%s%lld", text, i ? "," : "",
                                     (long long)json_integer_value(seed));
        free(text);
        text = longer;
    }
    return text;
}

/* A guest gets a directory because a command line names it, and never because a file does: those of
 * the document, the first `count`, must have been named again. */
static bool check_directories(Wishes *wishes, size_t count, Error *error) {
    bool same = wishes->directory_count == 2 * count;
    for (size_t i = 0; same && i < count; i++)
        same = strcmp(wishes->directories[i], wishes->directories[count + i]) == 0;
    wishes->directory_count = count;
    if (same) return true;
    return fail(
        error, ERROR_UNSUPPORTED,
        count ? "its modules use the directory %s: name what they may use again, with --dir as "
                "in the first sitting"
              : "its modules use no directory, and --dir %s names one",
        wishes->directories[0]);
}

/* Nor are programs that run. */
static bool check_peers(Wishes *wishes, size_t count, Error *error) {
    bool same = wishes->peer_count == 2 * count;
    for (size_t i = 0; same && i < count; i++)
        same = strcmp(wishes->peers[i], wishes->peers[count + i]) == 0;
    wishes->peer_count = count;
    if (same) return true;
    return fail(error, ERROR_UNSUPPORTED,
                count
                    ? "it measured the peer %s: name its peers again, with --peer as in the first "
                      "sitting, since no program is run because a file says so"
                    : "it has no peers, and --peer %s names one",
                wishes->peers[0]);
}

bool wishes_take_over(Wishes *wishes, json_t *document, int argc, char **argv, Error *error) {
    json_t *command = json_object_get(document, "command");
    const char *name = json_string_value(json_array_get(command, 1));
    if (name && strcmp(name, "bench") != 0)
        return fail(error, ERROR_UNSUPPORTED,
                    "it is of \"tailrace %s\", whose runs are not gone on with", name);
    wishes_free(wishes);
    if (!wishes_of_command(command, wishes))
        return fail(error, ERROR_FILE, "its command line is damaged");
    const char *builds = wishes->builds;
    wishes->builds = NULL;
    const size_t directories = wishes->directory_count, peers = wishes->peer_count;
    wishes_parse(wishes, argc, argv);
    if (!check_directories(wishes, directories, error) || !check_peers(wishes, peers, error))
        return false;
    if (builds && !wishes->builds)
        return fail(error, ERROR_UNSUPPORTED,
                    "it measured the programs of other builds, which are not run because a file "
                    "says so: name them by --builds if you trust them (it says %s)",
                    builds);
    wishes->seed = (uint64_t)json_integer_value(json_object_get(document, "seed"));
    json_t *main_build = json_array_get(json_object_get(document, "builds"), 0);
    wishes->layouts = 0;
    wishes->layout_seeds = wishes->earlier_seeds =
        join_seeds(json_object_get(main_build, "layout_seeds"));
    return true;
}
