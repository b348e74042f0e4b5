/* The builds of one run: build directories whose executors are compared with each other, such as
 * one of clang and one of gcc. What else a run is made of: executors.h, the programs of a build;
 * strategies.h, what it says of its strategies; suite.h, what they are to execute. */
#ifndef TAILRACE_BENCH_INPUT_BUILDS_H
#define TAILRACE_BENCH_INPUT_BUILDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "bench/input/executors.h"
#include "translator/error.h"

typedef struct Build {
    char *name; /* unique in the run: "clang-22", "gcc-12-pie"; a second build of the same
                   compiler has the name of its directory */
    Executors executors; /* of its dispatch/ directory */
    json_t *programs;    /* hashes of those that take part, as result files have them */
} Build;

typedef struct Builds {
    Build *items; /* the first is the main one */
    size_t count;
    size_t layout_count; /* the first so many layouts of each are measured: the same seeds */
} Builds;

/* Loads the builds of the comma-separated directories `list`; NULL: of the directory `own` alone.
 * False and an Error if one of them cannot be read. */
bool builds_load(Builds *builds, const char *own, const char *list, Error *error);
/* The build of a description that is no file (executors_describe), which is taken over. */
void builds_describe(Builds *builds, json_t *description);
void builds_free(Builds *builds);

/* The layouts of `seeds` are measured, "3,17"; NULL: the first `wanted`; 0: as many as all builds
 * have and agree on. False and an Error if a build has fewer, or other ones than the first
 * build. */
bool builds_choose_layouts(Builds *builds, size_t wanted, const char *seeds, Error *error);

/* Whether each name of the comma-separated `list` is a strategy (an instruction set, if `isas`) of
 * one of the builds, left out or not. False and an Error that says which are. */
bool builds_know(const Builds *builds, const char *list, bool isas, Error *error);

/* Hashes the program of `program` in each measured layout. What cannot be read has no hash; the
 * sampler finds that it does not work. */
void build_hash(Build *build, const ExecutorProgram *program, size_t layouts);

/* The seed of a layout; those of all that are measured, "3,17", to be freed. */
json_int_t builds_seed(const Builds *builds, size_t layout);
char *builds_seeds(const Builds *builds);

#endif
