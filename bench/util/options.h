/* What the commands' option parsers share. */
#ifndef TAILRACE_BENCH_UTIL_OPTIONS_H
#define TAILRACE_BENCH_UTIL_OPTIONS_H

#include <argp.h>
#include <stdbool.h>

#include "bench/util/complaint.h"

/* Options that several commands have, as lines of their tables. */
#define SUITE_OPTION                                                                               \
    {"suite", 's', "A,B", 0,                                                                       \
     "suites of workloads: names, or paths of suite files, with a slash in them (default: "        \
     "\"default\")",                                                                               \
     0}
/* `argument`: how --help calls it. `more`: what else it may be, from a comma on. */
#define WORKLOAD_OPTION(argument, more)                                                            \
    {"workload", 'w', argument, 0, "only workloads whose name matches" more "; several: A,B", 0}
#define DISPATCH_OPTION(default)                                                                   \
    {"dispatch", 'd', "A,B", 0, "only these strategies, or \"all\" (default: " default ")", 0}

/* What may be wrong with command lines, of the executors' programs, too. */
#define FILE_IS_MISSING "a file is missing"
#define ONE_FILE_IS_ENOUGH "one file is enough; what is \"%s\""
#define ENV_TAKES_VALUES "--env takes NAME=VALUE, not \"%s\""

/* argp_parse, with messages and --help that name the command as "tailrace bench". */
error_t parse_options(const struct argp *argp, int argc, char **argv, unsigned flags, void *input);

/* A number of seconds from `least` up. Ends the program with a usage message if `text` is none. */
double parse_seconds(const char *text, double least, const char *option, struct argp_state *state);

#endif
