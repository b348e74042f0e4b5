/* What `--help` says of the executors' commands, here and in the tailrace program, which passes their
 * options on: lines of tables of options, and texts. */
#ifndef TAILRACE_BENCH_EXECUTOR_OPTIONS_H
#define TAILRACE_BENCH_EXECUTOR_OPTIONS_H

#include <argp.h>

/* Keys of options without a letter. */
enum {
    OPTION_STACK = 256,
    OPTION_TRACE,
    OPTION_EVENTS,
    OPTION_NO_EXECUTE,
    OPTION_LIMIT,
    OPTION_PROFILE,
    OPTION_STATIC,
    OPTION_LINES,
    OPTION_FUNCTIONS,
    OPTION_PLACE,
};

#define INVOKE_OPTION                                                                              \
    {"invoke", 'n', "EXPORT", 0,                                                                   \
     "call this export with the ARGs and print its results, each on a line", 0}
#define DIR_OPTION                                                                                 \
    {"dir", 'D', "HOST[::GUEST]", 0,                                                               \
     "let the program use this directory and what is in it; may be repeated", 0}
#define ENV_OPTION                                                                                 \
    {"env", 'e', "NAME=VALUE", 0, "an environment variable; may be repeated", 0}
#define STACK_OPTION                                                                               \
    {"stack", OPTION_STACK, "SLOTS", 0,                                                            \
     "size of the value stack in slots of 8 bytes (default: 1048576)", 0}
#define TRACE_OPTION                                                                               \
    {"trace", OPTION_TRACE, "TRACE", 0, "replay this trace of scripts/record instead", 0}
#define STATIC_OPTION                                                                              \
    {"static", OPTION_STATIC, NULL, 0,                                                             \
     "execute nothing: all of the module's lines, counted by the loops that they lie in", 0}
#define FUNCTION_OPTION                                                                            \
    {"function", 'f', "N|NAME", 0, "this function alone, by its index or its name", 0}

#define RUN_ARGUMENTS "FILE.wasm [ARG...]"
#define MEASURE_ARGUMENTS "FILE.wasm [ARG...]\n--trace TRACE" /* of all that may take a trace */

#define RUN_DOC                                                                                    \
    "Runs a WASI command, or calls an export of a module.\v"                                       \
    "Exit status: the program's own; 0 done; 1 the module cannot be read, validated, linked or "   \
    "instantiated; 2 usage; 3 trap; 5 an exception that nothing caught."
#define REPLAY_DOC                                                                                 \
    "Runs a module without the host that it was recorded with, from a trace of scripts/record, "   \
    "and checks every value that leaves the module.\v"                                             \
    "Exit status: 0 everything was as recorded; 1 the trace cannot be read or its module not be "  \
    "run; 2 usage; 4 something was not as recorded, and the message says what and where."
#define INSPECT_DOC "Prints the bytecode of a module's functions."

/* In the lists of commands. */
#define REPLAY_SUMMARY "run a module from a trace of it and its host"
#define INSPECT_SUMMARY "print the bytecode of a module's functions"

#endif
