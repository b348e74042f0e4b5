#define _GNU_SOURCE 1
#include "bench/workload_choice.h"

#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/util/memory.h"
#include "bench/util/options.h"

static bool is_module(const char *word) {
    size_t length = strlen(word);
    return length > 5 && strcmp(word + length - 5, ".wasm") == 0;
}

/* Adds what is the user's own. The rest of `workloads`, patterns of names, is left in *patterns, to
 * be freed; it is NULL if there are none. */
static bool add_own(Suite *own, const Wishes *wishes, char **patterns, Error *error) {
    char *words = copy_string(wishes->workloads ? wishes->workloads : ""), *rest = words, *word;
    bool done = true, has_module = false;
    const Call call = {.invoke = wishes->invoke ? wishes->invoke : "_start",
                       .arguments = wishes->arguments,
                       .argument_count = wishes->argument_count,
                       .directories = wishes->directories,
                       .directory_count = wishes->directory_count,
                       .variables = wishes->variables,
                       .variable_count = wishes->variable_count};
    suite_begin(own);
    *patterns = NULL;
    while (done && (word = strsep(&rest, ","))) {
        if (is_module(word)) {
            has_module = true;
            done = suite_add(own, word, &call, error);
        } else if (wishes->workloads) {
            char *longer = *patterns ? format_string("%s,%s", *patterns, word) : copy_string(word);
            free(*patterns);
            *patterns = longer;
        }
    }
    free(words);
    for (size_t i = 0; done && i < wishes->trace_count; i++)
        done = suite_add(own, wishes->traces[i], NULL, error);
    const char *unused = wishes->invoke            ? "--invoke"
                         : wishes->directory_count ? "--dir"
                         : wishes->variable_count  ? "--env"
                         : wishes->argument_count  ? wishes->arguments[0]
                                                   : NULL;
    if (done && unused && !has_module)
        done = fail(error, ERROR_FILE, "%s needs a module: --workload FILE.wasm", unused);
    return done;
}

int choose_workloads(Suite *suite, const char *directory, const Wishes *wishes) {
    Error error;
    char *patterns;
    if (!add_own(suite, wishes, &patterns, &error)) {
        free(patterns);
        return complain(&error, EXIT_USAGE);
    }
    if (!patterns && suite->count > 0)
        return suite_name(suite, NULL, &error) ? -1 : complain(&error, EXIT_USAGE);
    Suite named = {0};
    int status = suite_load_named(directory, wishes->suite, &named, &error) ? -1 : EXIT_FAILED;
    if (status < 0 && ((patterns && !suite_filter(&named, patterns, &error)) ||
                       !suite_name(suite, &named, &error) || !suite_join(&named, suite, &error)))
        status = EXIT_USAGE;
    free(patterns);
    suite_free(suite);
    *suite = named;
    return status < 0 ? -1 : complain(&error, status);
}
