/* What `tailrace bench` is asked to do: its options. */
#ifndef TAILRACE_BENCH_WISHES_H
#define TAILRACE_BENCH_WISHES_H

#include <argp.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bench/input/builds.h"
#include "bench/input/suite.h"
#include "bench/measure/counters.h"
#include "translator/error.h"

/* The options that `bench` and `compare` have, as lines of their tables. */
enum { OPTION_STOP = 256, OPTION_CONFIDENCE, OPTION_SMALLEST_EFFECT };
#define MEASURING_OPTIONS                                                                          \
    {"events", 'e', "A,B", 0, EVENTS_HELP(" (\"tailrace list events\")", "workloads run"), 0},     \
    {"stop", OPTION_STOP, "RULE", 0,                                                               \
     "\"interval\": stop earlier if every comparison is decided (the default, if Python "          \
     "and scipy are there); \"budget\": do not",                                                   \
     0},                                                                                           \
    {"confidence", OPTION_CONFIDENCE, "PERCENT", 0, "of the intervals (default: 95)", 0},          \
    {"smallest-effect", OPTION_SMALLEST_EFFECT, "PERCENT", 0,                                      \
     "the smallest difference of interest (default: 1)", 0},                                       \
    {"timeout", 't', "SECONDS", 0, "give up a sample after that (default: 60)", 0},                \
    {"seed", 'S', "N", 0, "for the random order of the samples", 0}

/* Commands of the user's own that are compared, and what they are to do, which a run takes over. */
typedef struct Commands {
    Builds builds;
    Suite suite;
} Commands;

typedef struct Wishes {
    Commands *commands; /* what is measured instead of what the options name; NULL: none */
    const char *suite, *workloads, *dispatch, *isa, *builds, *output, *events, *resume;
    const char *confidence, *smallest_effect; /* percentages */
    const char *invoke;                       /* of the modules among `workloads` */
    char **arguments;                         /* what that, or a WASI command, is called with */
    size_t argument_count;
    char **directories; /* HOST or HOST::GUEST, which those modules may use */
    size_t directory_count;
    char **variables; /* NAME=VALUE: their environment */
    size_t variable_count;
    char **traces;
    size_t trace_count;
    char **peers; /* NAME, NAME=COMMAND or "all" */
    size_t peer_count;
    bool changes; /* an option was given that a resumed run does not take */
    bool stop_by_budget;
    double budget, timeout; /* seconds; a budget of NaN: what one round takes, at least */
    double least_budget;
    uint64_t seed, layouts; /* layouts: how many; 0: all that were built */
    const char *layout_seeds; /* these, "3,17"; NULL: the first `layouts` */
    char *earlier_seeds;      /* owned: what layout_seeds is of a resumed run */
    unsigned placed;          /* parts that layouts place, as bits (bench/measure/placement.h) */
    double simulation;      /* seconds for simulating; 0: do not */
    bool zero; /* with the levels of the zero line */
    bool whole_processes;
    const char *whole_workloads; /* those to be timed as whole processes; NULL: the quickest */
} Wishes;

/* As if no option were given. The seed is 0. */
Wishes wishes_default(void);

/* Takes one of these options, for argp; the input of the parser is a Wishes. */
error_t wishes_parse_option(int key, char *argument, struct argp_state *state);

/* Adds the options of a command line. Ends the program with a usage message if there is a wrong
 * one. */
void wishes_parse(Wishes *wishes, int argc, char **argv);

/* Those of a run that is gone on with. What is compared is what its document says, by the options
 * of its first sitting, whose strings the wishes then point to, with those of this command line
 * over them. Only which programs run, and which directories they may use, is never taken from a
 * file, which may come from anybody. False and an Error if that cannot be. */
bool wishes_take_over(Wishes *wishes, json_t *document, int argc, char **argv, Error *error);

/* Measures what `bench` would with these wishes, which are taken over and name no file to go on
 * with. `command`: the command line, as bench_command_line made it, taken over. The exit status. */
int bench_run(const Wishes *wishes, json_t *command);
/* The words of a command line for result files; a seed for the order of samples. */
json_t *bench_command_line(const char *command, int argc, char **argv);
uint64_t bench_draw_seed(void);

/* Frees the lists; what is in them belongs to the command line or to the document. */
void wishes_free(Wishes *wishes);

#endif
