/* Suites of workloads: Wasm modules, what to call in them, and what must come out.
 *
 * A suite file is a JSON document {"suite": NAME, "workloads": [...]}; a workload has "name",
 * "kind", "description", "file" (relative to the suite file), "sha256" of the module, "invoke" (an
 * export), "args" and "expect" (arrays of values as `tailrace run` reads and prints them). */
#ifndef TAILRACE_BENCH_SUITE_H
#define TAILRACE_BENCH_SUITE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "translator/error.h"

typedef struct Workload {
    const char *name, *kind, *description, *sha256, *invoke;
    char *path;   /* of the module */
    json_t *json; /* as the suite file has it, with every value in "args" and "expect" a string */
} Workload;

typedef struct Suite {
    const char *name;
    Workload *workloads;
    size_t count;
    json_t *json;
} Suite;

/* Reads a suite file. False and an Error if it is not one. */
bool suite_load(const char *path, Suite *suite, Error *error);
void suite_free(Suite *suite);

/* Whether a name matches the shell pattern, or one of the comma-separated patterns. */
bool name_matches(const char *patterns, const char *name);

/* Keeps the workloads whose name matches the shell pattern, or one of the comma-separated patterns;
 * false and an Error if none does. */
bool suite_filter(Suite *suite, const char *patterns, Error *error);

/* Whether the module's bytes are those that the suite was made with. False and an Error that names
 * the file if they are not, or cannot be read. */
bool workload_verify(const Workload *workload, Error *error);

#endif
