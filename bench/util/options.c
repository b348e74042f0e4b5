#define _GNU_SOURCE 1
#include "bench/util/options.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

error_t parse_options(const struct argp *argp, int argc, char **argv, unsigned flags, void *input) {
    /* argp takes the name in messages from the program, which does not know of commands. */
    program_invocation_short_name = argv[0];
    program_invocation_name = argv[0];
    return argp_parse(argp, argc, argv, flags, NULL, input);
}

double parse_seconds(const char *text, double least, const char *option, struct argp_state *state) {
    char *end;
    double seconds = strtod(text, &end);
    if (end == text || *end || !isfinite(seconds) || seconds < least)
        argp_error(state, "--%s takes a number of seconds, not \"%s\"", option, text);
    return seconds;
}
