/* What `tailrace bench` is asked to do: its options. */
#ifndef TAILRACE_BENCH_WISHES_H
#define TAILRACE_BENCH_WISHES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "translator/error.h"

#define DEFAULT_BUDGET 180 /* seconds */

typedef struct Wishes {
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
    double budget, timeout; /* seconds; a budget of NaN: what one round takes, at least
                               DEFAULT_BUDGET */
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

/* Adds the options of a command line. Ends the program with a usage message if there is a wrong
 * one. */
void wishes_parse(Wishes *wishes, int argc, char **argv);

/* Those of a run that is gone on with. What is compared is what its document says, by the options of
 * its first sitting, whose strings the wishes then point to, with those of this command line over
 * them. Only which programs run, and which directories they may use, is never taken from a file,
 * which may come from anybody. False and an Error if that cannot be. */
bool wishes_take_over(Wishes *wishes, json_t *document, int argc, char **argv, Error *error);

/* Frees the lists; what is in them belongs to the command line or to the document. */
void wishes_free(Wishes *wishes);

#endif
