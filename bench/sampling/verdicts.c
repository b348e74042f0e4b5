#include "bench/sampling/verdicts.h"

#include <stdlib.h>
#include <unistd.h>

#include "bench/util/memory.h"
#include "bench/util/paths.h"
#include "bench/util/process.h"

#define TIMEOUT 300 /* seconds */

/* What it prints. To be freed. NULL and an Error if it failed. */
static char *output_of(char *const *argv, Error *error) {
    ProcessResult result;
    if (!process_run(argv, NOT_PINNED, TIMEOUT, &result, error)) return NULL;
    if (result.end == PROCESS_EXITED && result.status == 0) return result.output;
    fail(error, ERROR_UNSUPPORTED, "%s",
         *result.complaint                   ? result.complaint
         : result.end == PROCESS_INTERRUPTED ? "interrupted"
                                             : "scripts/verdicts failed without saying why");
    free(result.output);
    return NULL;
}

char *verdicts_find(const char *program_directory, Error *error) {
    char *program = source_tree_path(program_directory, "scripts/verdicts");
    if (access(program, X_OK) == 0) {
        char *argv[] = {program, "--check", NULL}, *output = output_of(argv, error);
        if (output) {
            free(output);
            return program;
        }
    } else {
        fail(error, ERROR_FILE, "scripts/verdicts is not there");
    }
    free(program);
    return NULL;
}

json_t *verdicts_on(const char *program, const char *result, const char *confidence,
                    const char *smallest_effect, Error *error) {
    char *argv[] = {
        (char *)program,         "--confidence", (char *)confidence, "--smallest-effect",
        (char *)smallest_effect, "--",           (char *)result,     NULL};
    char *output = output_of(argv, error);
    if (!output) return NULL;
    json_t *found = json_loads(output, 0, NULL);
    free(output);
    if (json_is_boolean(json_object_get(found, "decided")) &&
        json_is_array(json_object_get(found, "cells")))
        return found;
    json_decref(found);
    fail(error, ERROR_UNSUPPORTED, "scripts/verdicts printed something else than its JSON");
    return NULL;
}
