/* main of every executor program: the commands and their options. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/executor/options.h"
#include "bench/executor/program.h"
#include "bench/measure/counters.h"
#include "bench/util/options.h"

#if COUNT_INSTRUCTIONS
#include "dispatch/profile.h"
#else
#undef COUNT_INSTRUCTIONS
#define COUNT_INSTRUCTIONS 0
#endif

/* ---- run, measure ---------------------------------------------------------------------------- */

enum { /* the commands that share parse_run's options, as bits */
       RUN = 1,
       MEASURE = 2,
       REPLAY = 4,
       PROFILE = 8,
       STREAM = 16,
       LINES = 32,
       FUNCTIONS = 64,
       CALLS = RUN | MEASURE | PROFILE | STREAM | LINES | FUNCTIONS, /* that call into a module */
};

static const struct {
    unsigned commands; /* which take it */
    struct argp_option option;
} run_options[] = {
    {STREAM, {"limit", OPTION_LIMIT, "N", 0, "end after so many instructions (default: never)", 0}},
    {MEASURE, {"events", OPTION_EVENTS, "A,B", 0, EVENTS_HELP("", "the call runs"), 0}},
    {MEASURE,
     {"place", OPTION_PLACE, "PART=N,...", 0,
      "where to put \"bytecode\", \"frames\" (the value stack), \"memory\" (linear ones; whole pages) "
      "and \"stack\" (the native one): their addresses modulo 65536, multiples of 64 (default: where "
      "they happen to be)",
      0}},
    {MEASURE,
     {"no-execute", OPTION_NO_EXECUTE, NULL, 0,
      "do everything but the execution: what the rest costs tools that can only look at a whole "
      "process",
      0}},
#if COUNT_INSTRUCTIONS
    {MEASURE,
     {"profile", OPTION_PROFILE, NULL, 0,
      "also which opcodes and pairs of them were executed how often, and what they did to memory",
      0}},
#endif
    {LINES, STATIC_OPTION},
    {MEASURE | PROFILE | STREAM | LINES | FUNCTIONS, TRACE_OPTION},
    {CALLS, INVOKE_OPTION},
    {CALLS, DIR_OPTION},
    {CALLS, ENV_OPTION},
    {CALLS | REPLAY, STACK_OPTION},
};
enum { RUN_OPTION_COUNT = sizeof run_options / sizeof run_options[0] };

/* argp_error does not return. */
static void add_directory(RunOptions *options, char *text, struct argp_state *state) {
    char *separator = strstr(text, "::");
    if (separator) *separator = 0;
    const char *guest = separator ? separator + 2 : text;
    if (!*text || !*guest)
        argp_error(state, "--dir takes HOST or HOST::GUEST, neither of them empty");
    options->preopens[options->preopen_count++] = (WasiPreopen){text, guest};
}

static error_t parse_run(int key, char *argument, struct argp_state *state) {
    RunOptions *options = state->input;
    char *end;
    switch (key) {
    case 'n': options->invoke = argument; return 0;
    case 'D': add_directory(options, argument, state); return 0;
    case 'e':
        if (*argument == '=' || !strchr(argument, '='))
            argp_error(state, ENV_TAKES_VALUES, argument);
        options->variables[options->variable_count++] = argument;
        return 0;
    case OPTION_STACK: {
        errno = 0;
        unsigned long long slots = strtoull(argument, &end, 10);
        if (*argument < '0' || *argument > '9' || *end || errno || slots < 1024 ||
            slots > UINT32_MAX)
            argp_error(state, "--stack takes a number from 1024 to %u, not \"%s\"", UINT32_MAX,
                       argument);
        options->stack_slots = (uint32_t)slots;
        return 0;
    }
    case OPTION_EVENTS: options->events = argument; return 0;
    case OPTION_PLACE:
        if (!placement_parse(argument, &options->placement))
            argp_error(state,
                       "--place takes PART=N,..., parts being bytecode, frames, memory and stack, "
                       "and N multiples of 64 (memory: of the system's pages) below %d, not \"%s\"",
                       PLACEMENT_WINDOW, argument);
        return 0;
    case OPTION_TRACE: options->trace = argument; return 0;
    case OPTION_STATIC: options->is_static = true; return 0;
    case OPTION_NO_EXECUTE: options->no_execute = true; return 0;
#if COUNT_INSTRUCTIONS
    case OPTION_PROFILE: profile.observe = profile_coverage; return 0;
#endif
    case OPTION_LIMIT:
        errno = 0;
        options->limit = strtoull(argument, &end, 10);
        if (*argument < '0' || *argument > '9' || *end || errno || options->limit == 0)
            argp_error(state, "--limit takes a number from 1 on, not \"%s\"", argument);
        return 0;
    case ARGP_KEY_ARG: /* all that follows belongs to the guest, even if it looks like an option */
        options->file = argument;
        options->arguments = &state->argv[state->next];
        options->argument_count = (size_t)(state->argc - state->next);
        state->next = state->argc;
        return 0;
    case ARGP_KEY_END:
        if (!options->file && !options->trace) argp_error(state, FILE_IS_MISSING);
        if (options->file && options->trace)
            argp_error(state, "a trace has its module in it; what is \"%s\"", options->file);
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

/* `bit` is the command's in run_options. */
static int parse_and_run(unsigned bit, int (*command)(const RunOptions *), const char *args_doc,
                         const char *doc, int argc, char **argv) {
    struct argp_option accepted[RUN_OPTION_COUNT + 1] = {0}; /* an empty one ends them */
    for (size_t i = 0, count = 0; i < RUN_OPTION_COUNT; i++)
        if (run_options[i].commands & bit) accepted[count++] = run_options[i].option;
    const struct argp argp = {
        .options = accepted,
        .parser = parse_run,
        .args_doc = args_doc,
        .doc = doc,
    };
    /* There are no more of these than arguments. */
    RunOptions options = {
        .preopens = calloc((size_t)argc, sizeof *options.preopens),
        .variables = calloc((size_t)argc, sizeof *options.variables),
        .stack_slots = DEFAULT_STACK_SLOTS,
        .placement = placement_anywhere(),
        .limit = UINT64_MAX,
    };
    Error error;
    int status = EXIT_FAILED;
    if (!options.preopens || !options.variables) {
        fail(&error, ERROR_MEMORY, "out of memory");
        complain(&error, status);
    } else if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &options) == 0) {
        status = command(&options);
    }
    free(options.preopens);
    free(options.variables);
    return status;
}

static int command_run(int argc, char **argv) {
    return parse_and_run(RUN, run_module, RUN_ARGUMENTS, RUN_DOC, argc, argv);
}

static int command_measure(int argc, char **argv) {
    return parse_and_run(MEASURE, measure_execution, MEASURE_ARGUMENTS,
                         "Does what run does, once, and prints what it cost as one JSON object. "
                         "What the program itself prints is dropped.",
                         argc, argv);
}

static int command_replay(int argc, char **argv) {
    return parse_and_run(REPLAY, replay_trace, "TRACE", REPLAY_DOC, argc, argv);
}

#if COUNT_INSTRUCTIONS
static int command_profile(int argc, char **argv) {
    return parse_and_run(PROFILE, profile_execution, MEASURE_ARGUMENTS,
                         "Does what run does, and prints which bytecode instructions were "
                         "executed how often, and which pairs and triples. What the program "
                         "itself prints goes to standard error.",
                         argc, argv);
}

static int command_stream(int argc, char **argv) {
    return parse_and_run(STREAM, stream_execution, MEASURE_ARGUMENTS,
                         "Does what run does, and writes the opcode of each executed instruction, "
                         "two bytes in this machine's order. What the program itself prints is "
                         "dropped.",
                         argc, argv);
}

static int command_lines(int argc, char **argv) {
    return parse_and_run(LINES, lines_execution, MEASURE_ARGUMENTS,
                         "Does what run does, and prints the bytecode's straight lines: first the "
                         "names of all opcodes, then for each line OPCODE:COUNT of its "
                         "instructions. What the program itself prints is dropped.",
                         argc, argv);
}

static int command_functions(int argc, char **argv) {
    return parse_and_run(FUNCTIONS, functions_execution, MEASURE_ARGUMENTS,
                         "Does what run does, and prints INDEX COUNT for each function of which "
                         "so many instructions were executed. What the program itself prints is "
                         "dropped.",
                         argc, argv);
}
#endif

/* ---- inspect, info --------------------------------------------------------------------------- */

typedef struct InspectOptions {
    const char *file, *function;
} InspectOptions;

static error_t parse_inspect(int key, char *argument, struct argp_state *state) {
    InspectOptions *options = state->input;
    switch (key) {
    case 'f': options->function = argument; return 0;
    case ARGP_KEY_ARG:
        if (options->file) argp_error(state, ONE_FILE_IS_ENOUGH, argument);
        options->file = argument;
        return 0;
    case ARGP_KEY_NO_ARGS: argp_error(state, FILE_IS_MISSING); return EINVAL;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static int command_inspect(int argc, char **argv) {
    static const struct argp_option inspect_options[] = {FUNCTION_OPTION, {0}};
    const struct argp argp = {
        .options = inspect_options,
        .parser = parse_inspect,
        .args_doc = "FILE.wasm",
        .doc = INSPECT_DOC,
    };
    InspectOptions options = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &options);
    return inspect_module(options.file, options.function);
}

static error_t parse_info(int key, char *argument, struct argp_state *state) {
    (void)argument;
    if (key != 'w') return ARGP_ERR_UNKNOWN;
    *(bool *)state->input = true;
    return 0;
}

static int command_info(int argc, char **argv) {
    static const struct argp_option info_options[] = {
        {"words", 'w', NULL, 0, "with the dispatch words by opcode: numbers or addresses", 0}, {0}};
    bool with_words = false;
    const struct argp argp = {.options = info_options,
                              .parser = parse_info,
                              .doc = "Says, as JSON, which executor this is and how it was built."};
    argp_parse(&argp, argc, argv, 0, NULL, &with_words);
    return print_info(with_words);
}

/* ---- main ------------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"run", command_run, "run a WASI command, or call an export of a module"},
    {"measure", command_measure, "do what run does, and print what it cost as JSON"},
    {"replay", command_replay, REPLAY_SUMMARY},
#if COUNT_INSTRUCTIONS
    {"profile", command_profile, "do what run does, and print which instructions were executed"},
    {"lines", command_lines, "do what run does, and print the straight lines of instructions"},
    {"functions", command_functions, "do what run does, and print what each function executed"},
    {"stream", command_stream, "do what run does, and write the opcodes in the order of execution"},
#endif
    {"inspect", command_inspect, INSPECT_SUMMARY},
    {"info", command_info, "say as JSON which executor this is"},
};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

/* A standard stream that is closed would be the number of the next file that is opened, and that
 * file would get what is meant for the stream. So it is opened here, the wrong way round: using it
 * fails as it did before. */
static void occupy_standard_streams(void) {
    for (int stream = 0; stream <= 2; stream++)
        if (fcntl(stream, F_GETFD) < 0 && errno == EBADF)
            (void)!open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY);
}

static void print_usage(FILE *stream, const char *name) {
    fprintf(stream,
            "Usage: %s COMMAND [OPTION...] [ARG...]\n"
            "One executor of Tailrace, as a program.\n\n",
            name);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(stream, "  %-9s  %s\n", commands[i].name, commands[i].summary);
    fprintf(stream, "\n\"%s COMMAND --help\" tells more about a command.\n", name);
}

int main(int argc, char **argv) {
    occupy_standard_streams();
    signal(SIGXFSZ, SIG_IGN); /* a guest's file beyond `ulimit -f` is EFBIG for the guest */
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    const char *program = slash ? slash + 1 : argc > 0 ? argv[0] : "tailrace";
    const char *name = argc > 1 ? argv[1] : "--help";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-?") == 0) {
        print_usage(argc > 1 ? stdout : stderr, program);
        return finish_output(argc > 1 ? EXIT_DONE : EXIT_USAGE);
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(name, commands[i].name) != 0) continue;
        /* argp takes the name in its messages from here, and knows of no commands. */
        static char invocation[64];
        snprintf(invocation, sizeof invocation, "%s %s", program, name);
        program_invocation_name = program_invocation_short_name = argv[1] = invocation;
        argp_err_exit_status = EXIT_USAGE;
        return commands[i].run(argc - 1, argv + 1);
    }
    Error error;
    fail(&error, ERROR_LINK, "there is no command \"%s\"; \"%s --help\" lists them", name, program);
    return complain(&error, EXIT_USAGE);
}
