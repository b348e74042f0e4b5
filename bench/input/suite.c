#define _GNU_SOURCE 1
#include "bench/input/suite.h"

#include <errno.h>
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

/* Whether what the object has under that name, if anything, is a list of strings. */
static bool has_strings(json_t *json, const char *key) {
    json_t *values = json_object_get(json, key);
    return !values || (json_is_array(values) && all_strings(values));
}

static void add_option(Workload *workload, const char *name, const char *value) {
    if (!workload->options) workload->options = json_array();
    json_array_append_new(workload->options, json_string(name));
    json_array_append_new(workload->options, json_string(value));
}

/* Directories that a guest may use are those of the user's choice on a command line. Those that a
 * suite file names, which may be somebody else's, lie in its own folder. */
static bool add_directory(Workload *workload, const char *folder, const char *text, Error *error) {
    const char *separator = strstr(text, "::");
    char *host = separator ? strndup(text, (size_t)(separator - text)) : copy_string(text);
    need(host);
    char *path = format_string("%s/%s", folder, host);
    char *real = realpath(path, NULL), *root = realpath(folder, NULL);
    size_t length = root ? strlen(root) : 0;
    bool done = real && root && strncmp(real, root, length) == 0 &&
                (real[length] == '/' || real[length] == 0 || strcmp(root, "/") == 0);
    if (!real)
        fail(error, ERROR_FILE, "cannot open the directory %s: %s", path, strerror(errno));
    else if (!done)
        fail(error, ERROR_FILE, "the directory %s does not lie below that of the suite file", host);
    if (done) {
        char *option = format_string("%s::%s", path, separator ? separator + 2 : host);
        add_option(workload, "--dir", option);
        free(option);
    }
    free(root);
    free(real);
    free(path);
    free(host);
    return done;
}

/* "dirs" and "env" of a workload in the suite file of `folder`. */
static bool read_options(Workload *workload, const char *folder, Error *error) {
    json_t *directories = json_object_get(workload->json, "dirs"),
           *variables = json_object_get(workload->json, "env"), *value;
    size_t i;
    json_array_foreach(directories, i, value)
        if (!add_directory(workload, folder, json_string_value(value), error)) return false;
    json_array_foreach(variables, i, value) {
        const char *text = json_string_value(value);
        if (*text == '=' || !strchr(text, '='))
            return fail(error, ERROR_FILE, "\"%s\" in \"env\" is not NAME=VALUE", text);
        add_option(workload, "--env", text);
    }
    return true;
}

static bool read_workload(json_t *json, const char *directory, Workload *workload) {
    const char *file;
    json_t *arguments, *expected;
    workload->invoke = NULL;
    workload->command = json_object_get(json, "command");
    if (!has_strings(json, "dirs") || !has_strings(json, "env")) return false;
    if (json_unpack(json, "{s:s, s:s, s:s, s:s, s:o}", "name", &workload->name, "kind",
                    &workload->kind, "description", &workload->description, "sha256",
                    &workload->sha256, "expect", &expected) != 0 ||
        !all_strings(expected) || (workload->command && !all_strings(workload->command)))
        return false;
    if (workload->command)
        file = json_string_value(json_object_get(json, "file"));
    else if (json_unpack(json, "{s:s}", "trace", &file) != 0 &&
             (json_unpack(json, "{s:s, s:s, s:o}", "file", &file, "invoke", &workload->invoke,
                          "args", &arguments) != 0 ||
              !all_strings(arguments)))
        return false;
    workload->json = json;
    if (file)
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
    Error reasons;
    bool done = true;
    for (size_t i = 0; done && i < count; i++) {
        done = read_workload(json_array_get(workloads, i), directory, &suite->workloads[i]);
        suite->count++;
        if (!done)
            fail(error, ERROR_FILE,
                 "%s: workload %zu needs name, kind, description, sha256, expect and either file, "
                 "invoke and args or trace or command; dirs and env, if it has them, are lists of "
                 "strings",
                 path, i + 1);
        else if (!(done = read_options(&suite->workloads[i], directory, &reasons)))
            fail(error, ERROR_FILE, "%s: workload \"%s\": %s", path, suite->workloads[i].name,
                 reasons.message);
    }
    free(copy);
    if (!done) suite_free(suite);
    return done;
}

void suite_begin(Suite *suite) {
    *suite = (Suite){.json = json_pack("{s:s, s:[]}", "suite", "own", "workloads")};
    suite->name = json_string_value(json_object_get(suite->json, "suite"));
}

static void forget(Workload *workload) {
    free(workload->path);
    json_decref(workload->options);
}

/* The last components of a path, without a file's suffix: with two, "traces/a.trace" is "traces/a".
 * To be freed. */
static char *name_of_file(const char *path, size_t components) {
    const char *from = path + strlen(path);
    while (from > path && components > 0)
        if (*--from == '/' && --components == 0) break;
    char *name = copy_string(*from == '/' ? from + 1 : from), *slash = strrchr(name, '/'),
         *dot = strrchr(slash ? slash + 1 : name, '.');
    if (dot && dot != (slash ? slash + 1 : name)) *dot = 0;
    return name;
}

/* Whether no workload has that name. */
static bool is_free(const Suite *suite, const char *name, const char *path, Error *error) {
    for (size_t i = 0; i < suite->count; i++)
        if (strcmp(suite->workloads[i].name, name) == 0)
            return fail(error, ERROR_FILE, "%s: there is a workload \"%s\" already", path, name);
    return true;
}

static bool set_words(json_t *json, const char *key, char *const *words, size_t count,
                      Error *error) {
    json_t *list = json_array();
    json_object_set_new(json, key, list);
    for (size_t i = 0; i < count; i++)
        if (json_array_append_new(list, json_string(words[i])) != 0)
            return fail(error, ERROR_FILE, "\"%s\" is not UTF-8", words[i]);
    return true;
}

static bool add_call(Workload *workload, const Call *call, Error *error) {
    json_t *json = workload->json;
    if (json_object_set_new(json, "invoke", json_string(call->invoke)) != 0)
        return fail(error, ERROR_FILE, "\"%s\" is not UTF-8", call->invoke);
    if (!set_words(json, "args", call->arguments, call->argument_count, error) ||
        (call->directory_count &&
         !set_words(json, "dirs", call->directories, call->directory_count, error)) ||
        (call->variable_count &&
         !set_words(json, "env", call->variables, call->variable_count, error)))
        return false;
    for (size_t i = 0; i < call->directory_count; i++)
        add_option(workload, "--dir", call->directories[i]);
    for (size_t i = 0; i < call->variable_count; i++)
        add_option(workload, "--env", call->variables[i]);
    return true;
}

bool suite_add(Suite *suite, const char *path, const Call *call, Error *error) {
    char digest[SHA256_DIGEST_STRING_LENGTH];
    if (!digest_file(path, digest, error)) return false;
    char *name = name_of_file(path, 1);
    json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:s, s:[]}", "name", name, "kind", "own",
                             "description", call ? "a module of one's own" : "a trace of one's own",
                             "sha256", digest, call ? "file" : "trace", path, "expect");
    free(name);
    if (!json) return fail(error, ERROR_FILE, "the name %s is not UTF-8", path);
    Workload workload = {.json = json, .path = copy_string(path), .is_own = true};
    if (call && !add_call(&workload, call, error)) {
        json_decref(json);
        forget(&workload);
        return false;
    }
    json_unpack(json, "{s:s, s:s, s:s, s:s, s?s}", "name", &workload.name, "kind", &workload.kind,
                "description", &workload.description, "sha256", &workload.sha256, "invoke",
                &workload.invoke);
    json_array_append_new(json_object_get(suite->json, "workloads"), json);
    suite->workloads = grow(suite->workloads, suite->count + 1, sizeof *suite->workloads);
    suite->workloads[suite->count++] = workload;
    return true;
}

bool suite_add_command(Suite *suite, const char *name, const char *identity, char *const *words,
                       size_t count, const char *expected, Error *error) {
    char digest[SHA256_DIGEST_STRING_LENGTH];
    SHA256Data((const uint8_t *)identity, strlen(identity), digest);
    json_t *json = need(json_pack("{s:s, s:s, s:s, s:s, s:[]}", "name", name, "kind", "own",
                                  "description", "a command of one's own", "sha256", digest,
                                  "expect"));
    if (!set_words(json, "command", words, count, error) ||
        (expected && !set_words(json, "expect", (char *const[]){(char *)expected}, 1, error))) {
        json_decref(json);
        return false;
    }
    Workload workload = {.json = json, .is_own = true, .command = json_object_get(json, "command")};
    json_unpack(json, "{s:s, s:s, s:s, s:s}", "name", &workload.name, "kind", &workload.kind,
                "description", &workload.description, "sha256", &workload.sha256);
    json_array_append_new(json_object_get(suite->json, "workloads"), json);
    suite->workloads = grow(suite->workloads, suite->count + 1, sizeof *suite->workloads);
    suite->workloads[suite->count++] = workload;
    return true;
}

static bool has_name(const Suite *suite, const char *name, const Workload *but) {
    for (size_t i = 0; suite && i < suite->count; i++)
        if (&suite->workloads[i] != but && strcmp(suite->workloads[i].name, name) == 0) return true;
    return false;
}

/* Gives each workload whose name another one has a longer one. Whether there were such. */
static bool lengthen_names(Suite *suite, const Suite *others, char *const *paths,
                           size_t *components) {
    bool *clashes = allocate((suite->count + 1) * sizeof *clashes), any = false;
    for (size_t i = 0; i < suite->count; i++) {
        const Workload *workload = &suite->workloads[i];
        clashes[i] =
            has_name(suite, workload->name, workload) || has_name(others, workload->name, NULL);
    }
    for (size_t i = 0; i < suite->count; i++) {
        if (!clashes[i]) continue;
        Workload *workload = &suite->workloads[i];
        char *name = name_of_file(paths[i], ++components[i]);
        any = any || strcmp(name, workload->name) != 0;
        json_object_set_new(workload->json, "name", json_string(name));
        workload->name = json_string_value(json_object_get(workload->json, "name"));
        free(name);
    }
    free(clashes);
    return any;
}

bool suite_name(Suite *suite, const Suite *others, Error *error) {
    char **paths = allocate((suite->count + 1) * sizeof *paths);
    size_t *components = allocate((suite->count + 1) * sizeof *components);
    bool done = true;
    for (size_t i = 0; i < suite->count; i++) {
        const char *path = suite->workloads[i].path;
        paths[i] = realpath(path, NULL);
        if (!paths[i]) paths[i] = copy_string(path);
        components[i] = 1;
        for (size_t j = 0; done && j < i; j++)
            if (strcmp(paths[i], paths[j]) == 0)
                done = fail(error, ERROR_FILE, "%s is named twice", path);
    }
    while (done && lengthen_names(suite, others, paths, components)) {
    }
    for (size_t i = 0; done && i < suite->count; i++) /* a.wasm and a.trace of one directory */
        if (has_name(suite, suite->workloads[i].name, &suite->workloads[i]))
            done = is_free(suite, suite->workloads[i].name, suite->workloads[i].path, error);
    for (size_t i = 0; i < suite->count; i++)
        free(paths[i]);
    free(paths);
    free(components);
    return done;
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
        if (!suite->workloads[i].invoke && !suite->workloads[i].command) return true;
    return false;
}

void suite_free(Suite *suite) {
    for (size_t i = 0; i < suite->count; i++)
        forget(&suite->workloads[i]);
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
            forget(&suite->workloads[i]);
    }
    suite->count = kept;
    if (kept) return true;
    return fail(error, ERROR_FILE,
                "no workload of the suite \"%s\" matches \"%s\" (see tailrace list workloads)",
                suite->name, patterns);
}

size_t workload_words(const Workload *workload) {
    if (workload->command) return json_array_size(workload->command);
    return json_array_size(workload->options) +
           json_array_size(json_object_get(workload->json, "args")) + 3;
}

static size_t append_words(json_t *values, char **argv, size_t count) {
    size_t i;
    json_t *value;
    json_array_foreach(values, i, value)
        argv[count++] = (char *)json_string_value(value);
    return count;
}

bool workload_is_command(const Workload *workload) {
    return workload->invoke && strcmp(workload->invoke, "_start") == 0;
}

/* "{file}" is the path of the workload's file, to whoever runs it. */
static size_t append_command(const Workload *workload, char **argv, size_t count) {
    size_t first = count;
    count = append_words(workload->command, argv, count);
    for (size_t i = first; i < count; i++)
        if (workload->path && strcmp(argv[i], "{file}") == 0) argv[i] = workload->path;
    return count;
}

size_t workload_command(const Workload *workload, char **argv, size_t count) {
    if (workload->command) return append_command(workload, argv, count);
    count = append_words(workload->options, argv, count);
    if (!workload->invoke) argv[count++] = "--trace";
    if (workload->invoke && !workload_is_command(workload)) {
        argv[count++] = "--invoke";
        argv[count++] = (char *)workload->invoke;
    }
    argv[count++] = workload->path;
    return workload->invoke ? append_words(json_object_get(workload->json, "args"), argv, count)
                            : count;
}

bool workload_expects(const Workload *workload, json_t *results) {
    json_t *expected = json_object_get(workload->json, "expect");
    if (workload->is_own && json_array_size(expected) == 0) json_array_extend(expected, results);
    return json_equal(results, expected);
}

bool workload_verify(const Workload *workload, Error *error) {
    char digest[SHA256_DIGEST_STRING_LENGTH];
    if (!workload->path) return true; /* of a command: its words are all there is */
    if (!digest_file(workload->path, digest, error)) return false;
    if (strcasecmp(digest, workload->sha256) == 0) return true;
    return fail(
        error, ERROR_FILE,
        "%s is not the %s that the suite was made with: its SHA-256 begins %.12s, not %.12s",
        workload->path,
        workload->command  ? "file"
        : workload->invoke ? "module"
                           : "trace",
        digest, workload->sha256);
}
