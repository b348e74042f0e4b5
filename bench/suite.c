#define _GNU_SOURCE 1
#include "bench/suite.h"

#include <fnmatch.h>
#include <libgen.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bench/memory.h"
#include "bench/paths.h"

#define SUITE_LIMIT (16u << 20)
#define MODULE_LIMIT (1u << 30)

/* Makes integers strings, so that a suite can say 42 or "42". */
static bool all_strings(json_t *values) {
    size_t i;
    json_t *value;
    if (!json_is_array(values)) return false;
    json_array_foreach(values, i, value) {
        if (json_is_integer(value)) {
            char *text = format_string("%" JSON_INTEGER_FORMAT, json_integer_value(value));
            json_array_set_new(values, i, json_string(text));
            free(text);
        } else if (!json_is_string(value)) {
            return false;
        }
    }
    return true;
}

static bool read_workload(json_t *json, const char *directory, Workload *workload) {
    const char *file;
    json_t *arguments, *expected;
    if (json_unpack(json, "{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "name", &workload->name,
                    "kind", &workload->kind, "description", &workload->description, "file", &file,
                    "sha256", &workload->sha256, "invoke", &workload->invoke, "args", &arguments,
                    "expect", &expected) != 0 ||
        !all_strings(arguments) || !all_strings(expected))
        return false;
    workload->json = json;
    workload->path = *file == '/' ? copy_string(file) : format_string("%s/%s", directory, file);
    return true;
}

bool suite_load(const char *path, Suite *suite, Error *error) {
    *suite = (Suite){0};
    char *text = read_file(path, SUITE_LIMIT, NULL, error);
    if (!text) return false;
    json_error_t reason;
    suite->json = json_loads(text, JSON_REJECT_DUPLICATES, &reason);
    free(text);
    if (!suite->json)
        return fail(error, ERROR_FILE, "%s: line %d: %s", path, reason.line, reason.text);

    json_t *workloads = json_object_get(suite->json, "workloads");
    suite->name = json_string_value(json_object_get(suite->json, "suite"));
    size_t count = json_array_size(workloads);
    if (!suite->name || count == 0) {
        suite_free(suite);
        return fail(error, ERROR_FILE, "%s is not a suite of workloads", path);
    }
    suite->workloads = allocate(count * sizeof *suite->workloads);
    char *copy = copy_string(path);
    const char *directory = dirname(copy);
    bool done = true;
    for (size_t i = 0; done && i < count; i++) {
        done = read_workload(json_array_get(workloads, i), directory, &suite->workloads[i]);
        suite->count++;
        if (!done)
            fail(error, ERROR_FILE,
                 "%s: workload %zu needs name, kind, description, file, sha256, invoke, args and "
                 "expect",
                 path, i + 1);
    }
    free(copy);
    if (!done) suite_free(suite);
    return done;
}

void suite_free(Suite *suite) {
    for (size_t i = 0; i < suite->count; i++)
        free(suite->workloads[i].path);
    free(suite->workloads);
    json_decref(suite->json);
    *suite = (Suite){0};
}

bool name_matches(const char *patterns, const char *name) {
    char *copy = copy_string(patterns), *rest = copy;
    bool found = false;
    for (char *pattern; !found && (pattern = strsep(&rest, ","));)
        found = fnmatch(pattern, name, 0) == 0;
    free(copy);
    return found;
}

bool suite_filter(Suite *suite, const char *patterns, Error *error) {
    size_t kept = 0;
    for (size_t i = 0; i < suite->count; i++) {
        if (name_matches(patterns, suite->workloads[i].name))
            suite->workloads[kept++] = suite->workloads[i];
        else
            free(suite->workloads[i].path);
    }
    suite->count = kept;
    if (kept) return true;
    return fail(error, ERROR_FILE,
                "no workload of the suite \"%s\" matches \"%s\" (see tailrace list workloads)",
                suite->name, patterns);
}

bool workload_verify(const Workload *workload, Error *error) {
    size_t size;
    char *bytes = read_file(workload->path, MODULE_LIMIT, &size, error);
    if (!bytes) return false;
    char digest[SHA256_DIGEST_STRING_LENGTH];
    SHA256Data((const uint8_t *)bytes, size, digest);
    free(bytes);
    if (strcasecmp(digest, workload->sha256) == 0) return true;
    return fail(error, ERROR_FILE,
                "%s is not the module that the suite was made with: its SHA-256 begins %.12s, not "
                "%.12s",
                workload->path, digest, workload->sha256);
}
