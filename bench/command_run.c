/* `tailrace run`, `replay`, `profile` and `inspect`: find the executor and become it. */
#define _GNU_SOURCE 1
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/executor/options.h"
#include "bench/input/executors.h"
#include "bench/input/strategies.h"
#include "bench/util/memory.h"
#include "bench/util/options.h"

typedef struct Invocation {
    const struct argp_option *options;
    const char *dispatch, *isa;
    char **argv; /* of the executor, NULL-terminated */
    size_t argc;
    bool whole_rest; /* all that follows the file belongs to the guest */
    bool has_file;
    bool has_trace; /* instead of a file */
} Invocation;

static void pass(Invocation *invocation, char *argument) {
    invocation->argv = grow(invocation->argv, invocation->argc + 2, sizeof *invocation->argv);
    invocation->argv[invocation->argc++] = argument;
    invocation->argv[invocation->argc] = NULL;
}

static const struct argp_option *find_option(const struct argp_option *option, int key) {
    while (option->name && option->key != key)
        option++;
    return option->name ? option : NULL;
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    Invocation *invocation = state->input;
    const struct argp_option *option;
    switch (key) {
    case 'd': invocation->dispatch = argument; return 0;
    case 'i': invocation->isa = argument; return 0;
    case OPTION_LINES: invocation->argv[1] = "lines"; return 0; /* the executor's command */
    case OPTION_FUNCTIONS: invocation->argv[1] = "functions"; return 0;
    case ARGP_KEY_ARG:
        if (invocation->has_file) argp_error(state, ONE_FILE_IS_ENOUGH, argument);
        invocation->has_file = true;
        if (*argument == '-') pass(invocation, "--");
        pass(invocation, argument);
        while (invocation->whole_rest && state->next < state->argc)
            pass(invocation, state->argv[state->next++]);
        return 0;
    case ARGP_KEY_NO_ARGS:
        if (!invocation->has_trace) argp_error(state, FILE_IS_MISSING);
        return 0;
    default:
        option = find_option(invocation->options, key);
        if (!option) return ARGP_ERR_UNKNOWN;
        if (key == OPTION_TRACE) invocation->has_trace = true;
        pass(invocation, argument ? format_string("--%s=%s", option->name, argument)
                                  : format_string("--%s", option->name));
        return 0;
    }
}

#define RUN_OPTIONS INVOKE_OPTION, DIR_OPTION, ENV_OPTION, STACK_OPTION

#define ISA_OPTION                                                                                 \
    {"isa", 'i', "NAME", 0, "the instruction set (default: the fastest that was built)", 0}

#define CHOICE                                                                                     \
    {"dispatch", 'd', "NAME", 0,                                                                   \
     "the strategy or one of its aliases (default: the fastest that was built)", 0},               \
        ISA_OPTION

static const struct argp RUN = {
    .options = (const struct argp_option[]){CHOICE, RUN_OPTIONS, {0}},
    .parser = parse,
    .args_doc = RUN_ARGUMENTS,
    .doc = RUN_DOC};

static const struct argp REPLAY = {
    .options = (const struct argp_option[]){CHOICE, STACK_OPTION, {0}},
    .parser = parse,
    .args_doc = "TRACE",
    .doc = REPLAY_DOC};

static const struct argp PROFILE = {
    .options =
        (const struct argp_option[]){
            ISA_OPTION,
            {"lines", OPTION_LINES, NULL, 0,
             "print how often each straight line of instructions was executed instead, for "
             "\"tailrace mine\"",
             0},
            {"functions", OPTION_FUNCTIONS, NULL, 0,
             "print how many instructions of each function were executed instead", 0},
            STATIC_OPTION,
            TRACE_OPTION,
            RUN_OPTIONS,
            {0}},
    .parser = parse,
    .args_doc = MEASURE_ARGUMENTS,
    .doc = "Does what run does, and prints which bytecode instructions were executed how often, "
           "and which pairs and triples."};

static const struct argp INSPECT = {
    .options = (const struct argp_option[]){CHOICE, FUNCTION_OPTION, {0}},
    .parser = parse,
    .args_doc = "FILE.wasm",
    .doc = INSPECT_DOC};

static int become_executor(const struct argp *argp, char *command, int argc, char **argv,
                           bool whole_rest) {
    Invocation invocation = {.options = argp->options, .whole_rest = whole_rest};
    pass(&invocation, "tailrace");
    pass(&invocation, command);
    /* In order: what follows the file of `run` is the guest's, even if it looks like an option. */
    parse_options(argp, argc, argv, whole_rest ? ARGP_IN_ORDER : 0, &invocation);
    Executors executors;
    Error error;
    char *directory;
    if (!executors_load_own(&executors, &directory)) {
        free(invocation.argv);
        return EXIT_FAILED;
    }
    int status = EXIT_USAGE;
    char *strategy =
        invocation.dispatch ? strategies_meant(&executors, invocation.dispatch) : NULL;
    const ExecutorProgram *program = executors_choose(&executors, strategy, invocation.isa, &error);
    if (program) {
        /* Counting is a program of its own; the strategy makes no difference to what it counts. */
        char *path = argp == &PROFILE ? executors_counter(&executors, program->isa) : program->path;
        if (path) execv(path, invocation.argv);
        fail(&error, ERROR_FILE, "cannot start %s: %s", path ? path : "the counting executor",
             path ? strerror(errno) : "it was not built");
        status = EXIT_FAILED;
    }
    free(strategy);
    free(invocation.argv); /* its words live until the end, like those of main */
    executors_free(&executors);
    free(directory);
    return complain(&error, status);
}

int command_run(int argc, char **argv) { return become_executor(&RUN, "run", argc, argv, true); }

int command_replay(int argc, char **argv) {
    return become_executor(&REPLAY, "replay", argc, argv, false);
}

int command_profile(int argc, char **argv) {
    return become_executor(&PROFILE, "profile", argc, argv, true);
}

int command_inspect(int argc, char **argv) {
    return become_executor(&INSPECT, "inspect", argc, argv, false);
}
