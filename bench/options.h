/* What the commands' option parsers share. */
#ifndef TAILRACE_BENCH_OPTIONS_H
#define TAILRACE_BENCH_OPTIONS_H

#include <argp.h>
#include <stdbool.h>

#include "bench/executors.h"

/* argp_parse, with messages and --help that name the command as "tailrace bench". */
error_t parse_options(const struct argp *argp, int argc, char **argv, unsigned flags, void *input);

/* A number of seconds from `least` up. Ends the program with a usage message if `text` is none. */
double parse_seconds(const char *text, double least, const char *option, struct argp_state *state);

/* Loads the executors beside the program and tells where that is. On failure says why and returns
 * false. `directory` is to be freed. */
bool load_build(Executors *executors, char **directory);

/* Prints "tailrace: " and the error's sentence; returns `status`. */
int complain(const Error *error, int status);

#endif
