#define _GNU_SOURCE 1
#include "bench/input/suite.h"

#include <fnmatch.h>
#include <libgen.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bench/util/memory.h"
#include "bench/util/paths.h"

#define SUITE_LIMIT (16u << 20)

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
    workload->invoke = NULL;
    if (json_unpack(json, "{s:s, s:s, s:s, s:s, s:o}", "name", &workload->name, "kind",
                    &workload->kind, "description", &workload->description, "sha256",
                    &workload->sha256, "expect", &expected) != 0 ||
        !all_strings(expected))
        return false;
    if (json_unpack(json, "{s:s}", "trace", &file) != 0 &&
        (json_unpack(json, "{s:s, s:s, s:o}", "file", &file, "invoke", &workload->invoke, "args",
                     &arguments) != 0 ||
         !all_strings(arguments)))
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
                 "%s: workload %zu needs name, kind, description, sha256, expect and either file, "
                 "invoke and args or trace",
                 path, i + 1);
    }
    free(copy);
    if (!done) suite_free(suite);
    return done;
}

void suite_begin(Suite *suite) {
    *suite = (Suite){.json = json_pack("{s:s, s:[]}", "suite", "own", "workloads")};
    suite->name = json_string_value(json_object_get(suite->json, "suite"));
}

/* "traces/a.trace" becomes "a". To be freed. */
static char *name_of_file(const char *path) {
    const char *slash = strrchr(path, '/');
    char *name = copy_string(slash ? slash + 1 : path), *dot = strrchr(name, '.');
    if (dot && dot != name) *dot = 0;
    return name;
}

/* Whether no workload has that name. */
static bool is_free(const Suite *suite, const char *name, const char *path, Error *error) {
    for (size_t i = 0; i < suite->count; i++)
        if (strcmp(suite->workloads[i].name, name) == 0)
            return fail(error, ERROR_FILE, "%s: there is a workload \"%s\" already", path, name);
    return true;
}

bool suite_add(Suite *suite, const char *path, const char *invoke, char *const *arguments,
               size_t count, Error *error) {
    char digest[SHA256_DIGEST_STRING_LENGTH];
    if (!digest_file(path, digest, error)) return false;
    char *name = name_of_file(path);
    if (!is_free(suite, name, path, error)) {
        free(name);
        return false;
    }
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:[]}", "name", name, "kind", "own", "description",
                  invoke ? "a module of one's own" : "a trace of one's own", "sha256", digest,
                  invoke ? "file" : "trace", path, "expect");
    free(name);
    if (!json) return fail(error, ERROR_FILE, "the name %s is not UTF-8", path);
    Workload workload = {.json = json, .path = copy_string(path), .is_own = true};
    if (invoke) {
        json_t *values = json_array();
        for (size_t i = 0; i < count; i++)
            json_array_append_new(values, json_string(arguments[i]));
        json_object_set_new(json, "invoke", json_string(invoke));
        json_object_set_new(json, "args", values);
    }
    json_unpack(json, "{s:s, s:s, s:s, s:s, s?s}", "name", &workload.name, "kind", &workload.kind,
                "description", &workload.description, "sha256", &workload.sha256, "invoke",
                &workload.invoke);
    json_array_append_new(json_object_get(suite->json, "workloads"), json);
    suite->workloads = grow(suite->workloads, suite->count + 1, sizeof *suite->workloads);
    suite->workloads[suite->count++] = workload;
    return true;
}

bool suite_join(Suite *suite, Suite *other, Error *error) {
    for (size_t i = 0; i < other->count; i++)
        if (!is_free(suite, other->workloads[i].name, other->workloads[i].path, error))
            return false;
    if (other->count == 0) return true;
    suite->workloads =
        grow(suite->workloads, suite->count + other->count, sizeof *suite->workloads);
    memcpy(suite->workloads + suite->count, other->workloads,
           other->count * sizeof *other->workloads);
    suite->count += other->count;
    json_array_extend(json_object_get(suite->json, "workloads"),
                      json_object_get(other->json, "workloads"));
    other->count = 0;
    return true;
}

static bool load_one(const char *directory, const char *name, Suite *suite, Error *error) {
    char *path = find_suite(directory, name, error);
    bool loaded = path && suite_load(path, suite, error);
    free(path);
    return loaded;
}

bool suite_load_named(const char *directory, const char *names, Suite *suite, Error *error) {
    char *copy = copy_string(names), *rest = copy;
    bool done = load_one(directory, strsep(&rest, ","), suite, error);
    for (char *name; done && (name = strsep(&rest, ","));) {
        Suite next = {0};
        done = load_one(directory, name, &next, error) && suite_join(suite, &next, error);
        suite_free(&next);
        if (!done) suite_free(suite);
    }
    free(copy);
    if (done && strchr(names, ',')) {
        json_object_set_new(suite->json, "suite", json_string(names));
        suite->name = json_string_value(json_object_get(suite->json, "suite"));
    }
    return done;
}

bool suite_has_traces(const Suite *suite) {
    for (size_t i = 0; i < suite->count; i++)
        if (!suite->workloads[i].invoke) return true;
    return false;
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

size_t workload_words(const Workload *workload) {
    return json_array_size(json_object_get(workload->json, "args")) + 3;
}

size_t workload_command(const Workload *workload, char **argv, size_t count) {
    json_t *values = json_object_get(workload->json, "args"), *value;
    size_t i;
    argv[count++] = workload->invoke ? "--invoke" : "--trace";
    if (workload->invoke) argv[count++] = (char *)workload->invoke;
    argv[count++] = workload->path;
    if (workload->invoke)
        json_array_foreach(values, i, value)
            argv[count++] = (char *)json_string_value(value);
    return count;
}

bool workload_expects(const Workload *workload, json_t *results) {
    json_t *expected = json_object_get(workload->json, "expect");
    if (workload->is_own && json_array_size(expected) == 0) json_array_extend(expected, results);
    return json_equal(results, expected);
}

bool workload_verify(const Workload *workload, Error *error) {
    char digest[SHA256_DIGEST_STRING_LENGTH];
    if (!digest_file(workload->path, digest, error)) return false;
    if (strcasecmp(digest, workload->sha256) == 0) return true;
    return fail(
        error, ERROR_FILE,
        "%s is not the %s that the suite was made with: its SHA-256 begins %.12s, not %.12s",
        workload->path, workload->invoke ? "module" : "trace", digest, workload->sha256);
}
