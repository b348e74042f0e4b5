/* The executor programs of this build.
 *
 * `dispatch/build.json`, written by the build, is the list. Its "executors" are the strategies of
 * "strategies" in the instruction sets of "isas", each with a "name", its "strategy" and its "isa",
 * and either "left_out", the reason, or "programs": by the seed of each layout, the file beside
 * build.json. "layout_seeds" are the layouts to be measured; "first_layout", which may be none of
 * these (without it: the first of them), is the one that `run` uses. "counters" has by instruction
 * set the program that counts what is executed. Nothing else puts names of these files together.
 *
 * An entry with "arguments", a list, is no executor of ours but a command of somebody's: the
 * program and these words, and behind them those of a workload ("command" in suite.h). It is
 * measured as a whole process (bench/sampling/command_sample.h). */
#ifndef TAILRACE_BENCH_INPUT_EXECUTORS_H
#define TAILRACE_BENCH_INPUT_EXECUTORS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "translator/error.h"

/* The instruction set that strategies are compared in, which each can carry, and with which others
 * are compared (scripts/analysis/source_tree.py reads it here). */
#define BASELINE_ISA "acc"

#define LEFT_OUT "%s was left out of this build: %s" /* its name, and the reason */

/* One executor. Only the sampler asks whether it works. */
typedef struct ExecutorProgram {
    char *name;     /* "tail-direct-acc" */
    char *strategy; /* "tail-direct" */
    char *isa;      /* "acc" */
    char *path;     /* of the first layout; "" if there is none */
    char *left_out; /* why it was left out of the build; NULL if it was built */
    json_t *programs; /* by seed; build.json's */
    json_t *arguments; /* of a command, words; NULL: an executor of ours; build.json's */
    bool is_reference; /* a level of the zero line (dispatch/zero/zero.h), and no strategy */
} ExecutorProgram;

typedef struct Executors {
    char *directory;
    json_t *build;          /* build.json */
    ExecutorProgram *items; /* by instruction set (acc first), then by strategy as the build has
                               them: in the order of reports ("Order:" in their heads) */
    size_t count;
    int64_t *layouts; /* seeds; at least one */
    size_t layout_count;
    int64_t first_layout; /* the one that `run` uses */
} Executors;

/* Reads what is in `directory`. False and an Error if there is no usable build.json; one of a build
 * before there was the list is none. */
bool executors_load(const char *directory, Executors *executors, Error *error);
/* Those of a description that is no file, whose programs have absolute paths. Takes over `build`.
 * False if it is not usable. */
bool executors_describe(json_t *build, Executors *executors);
/* Those beside the running program; tells where that is. On failure says why and returns false.
 * `directory` is to be freed. */
bool executors_load_own(Executors *executors, char **directory);
void executors_free(Executors *executors);

/* The executor for --dispatch and --isa, either NULL if not given: the fastest that was built, as
 * experience ranks them. NULL and an Error that says what there is, or why it was left out. */
const ExecutorProgram *executors_choose(const Executors *executors, const char *strategy,
                                        const char *isa, Error *error);

/* The program of an executor in the layout `layouts[index]`, "" if the build has none. To be
 * freed. */
char *executors_layout_path(const Executors *executors, const ExecutorProgram *program,
                            size_t index);

/* The program that counts the executed instructions of `isa`; NULL if it was not built. To be
 * freed. */
char *executors_counter(const Executors *executors, const char *isa);
#define NO_COUNTER "the counting executor was not built"

/* Whether `name` is one of the names in the comma-separated `list`; every name is, if `list` is
 * NULL. */
bool in_list(const char *list, const char *name);

/* Adds to the comma-separated `names` the strategies (instruction sets, if `isas`) that the build
 * knows, left out or not, and that are not in it yet. */
void executors_names(const Executors *executors, bool isas, char *names, size_t size);

/* Whether each name of the comma-separated `list` is in `names`; so it is if `list` is NULL. False
 * and an Error that says which `what` there are. */
bool names_are_known(const char *list, const char *names, const char *what, Error *error);

#endif
