#define _GNU_SOURCE 1
#include "bench/input/builds.h"

#include <errno.h>
#include <libgen.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>

#include "bench/util/memory.h"
#include "bench/util/paths.h"

static bool name_is_taken(const Builds *builds, const char *name) {
    for (size_t i = 0; i + 1 < builds->count; i++)
        if (strcmp(builds->items[i].name, name) == 0) return true;
    return false;
}

/* The name of the last build, which is not yet named. To be freed. */
static char *choose_name(const Builds *builds, const char *directory) {
    const Build *build = &builds->items[builds->count - 1];
    const char *compiler = "unknown", *version = "", *model = "";
    const char *subject = json_string_value(json_object_get(build->executors.build, "subject"));
    json_unpack(build->executors.build, "{s:s, s:s, s?s}", "compiler", &compiler, "version",
                &version, "relocation_model", &model);
    bool is_built = strcmp(compiler, "unknown") != 0;
    const char *code = strcmp(model, "pie") == 0 ? "-pie" : "";
    int major = (int)strcspn(version, ".");
    char *name = !subject   ? format_string("%s-%.*s%s", compiler, major, version, code)
                 : is_built ? format_string("%s-%s-%.*s", subject, compiler, major, version)
                            : copy_string(subject);
    if (!name_is_taken(builds, name)) return name;
    free(name);
    char *resolved = realpath(directory, NULL),
         *path = copy_string(resolved ? resolved : directory);
    name = copy_string(basename(path));
    for (int i = 2; name_is_taken(builds, name); i++) {
        free(name);
        name = format_string("%s-%d", basename(path), i);
    }
    free(path);
    free(resolved);
    return name;
}

static void add_executors(Builds *builds, const char *directory, Executors executors) {
    builds->items = grow(builds->items, ++builds->count, sizeof *builds->items);
    Build *build = &builds->items[builds->count - 1];
    *build = (Build){.executors = executors, .programs = json_object()};
    build->name = choose_name(builds, directory);
}

static bool add_build(Builds *builds, const char *directory, Error *error) {
    char *path = format_string("%s/dispatch", directory);
    Executors executors;
    bool done = executors_load(path, &executors, error);
    free(path);
    if (done) add_executors(builds, directory, executors);
    return done;
}

void builds_describe(Builds *builds, json_t *description) {
    Executors executors;
    *builds = (Builds){.layout_count = 1};
    if (!executors_describe(description, &executors)) need(NULL); /* it is ours: no memory */
    add_executors(builds, "", executors);
}

bool builds_load(Builds *builds, const char *own, const char *list, Error *error) {
    *builds = (Builds){.layout_count = 1};
    if (!list) return add_build(builds, own, error);
    char *copy = copy_string(list), *rest = copy;
    bool done = true;
    for (char *directory; done && (directory = strsep(&rest, ","));)
        done = add_build(builds, directory, error);
    free(copy);
    if (!done) builds_free(builds);
    return done;
}

void builds_free(Builds *builds) {
    for (size_t i = 0; i < builds->count; i++) {
        free(builds->items[i].name);
        executors_free(&builds->items[i].executors);
        json_decref(builds->items[i].programs);
    }
    free(builds->items);
    *builds = (Builds){0};
}

/* How many of the first `count` layouts are the same in both. */
static size_t same_layouts(const Executors *one, const Executors *other, size_t count) {
    size_t same = 0;
    while (same < count && one->layouts[same] == other->layouts[same])
        same++;
    return same;
}

/* The number at *text, which ends before `end`; -1 if there is none. */
static int64_t read_seed(const char *text, const char *end) {
    char *stop;
    errno = 0;
    long long seed = strtoll(text, &stop, 10);
    return !errno && stop == end && stop > text && seed >= 0 ? seed : -1;
}

/* Puts the layout of this seed at `place`; false if there is none behind that. */
static bool put_first(Executors *executors, size_t place, int64_t seed) {
    for (size_t i = place; i < executors->layout_count; i++) {
        if (executors->layouts[i] != seed) continue;
        executors->layouts[i] = executors->layouts[place];
        executors->layouts[place] = seed;
        return true;
    }
    return false;
}

/* Puts the layouts of these seeds first in all builds. */
static bool choose_seeds(Builds *builds, const char *seeds, Error *error) {
    builds->layout_count = 0;
    for (const char *item = seeds; item; builds->layout_count++) {
        const char *end = strchrnul(item, ',');
        int64_t seed = read_seed(item, end);
        if (seed < 0)
            return fail(error, ERROR_UNSUPPORTED,
                        "--layout-seeds takes numbers with commas between them, not \"%s\"", seeds);
        for (size_t i = 0; i < builds->count; i++)
            if (!put_first(&builds->items[i].executors, builds->layout_count, seed))
                return fail(error, ERROR_UNSUPPORTED,
                            "--layout-seeds: %s was not built in the layout %lld, or it is named "
                            "twice; \"scripts/build --layout-seeds %s\" builds these",
                            builds->count > 1 ? builds->items[i].name : "this", (long long)seed,
                            seeds);
        item = *end ? end + 1 : NULL;
    }
    return true;
}

bool builds_choose_layouts(Builds *builds, size_t wanted, const char *seeds, Error *error) {
    if (seeds) return choose_seeds(builds, seeds, error);
    const Executors *first = &builds->items[0].executors;
    size_t count = wanted ? wanted : first->layout_count;
    for (size_t i = 0; i < builds->count; i++) {
        const Executors *executors = &builds->items[i].executors;
        if (executors->layout_count < count && !wanted) count = executors->layout_count;
        if (executors->layout_count < count)
            return fail(
                error, ERROR_UNSUPPORTED,
                "--layouts %zu: %s has %zu; \"scripts/build --layouts %zu\" adds what is missing",
                count, builds->count > 1 ? builds->items[i].name : "this build",
                executors->layout_count, count);
    }
    for (size_t i = 1; i < builds->count; i++) {
        size_t same = same_layouts(first, &builds->items[i].executors, count);
        if (same > 0 && !wanted) count = same;
        if (same < count)
            return fail(error, ERROR_UNSUPPORTED,
                        "%s and %s were built in different layouts: give both the same -Dlayouts",
                        builds->items[0].name, builds->items[i].name);
    }
    builds->layout_count = count;
    return true;
}

bool builds_know(const Builds *builds, const char *list, bool isas, Error *error) {
    char names[1000] = "";
    for (size_t i = 0; i < builds->count; i++)
        executors_names(&builds->items[i].executors, isas, names, sizeof names);
    return names_are_known(list, names, isas ? "instruction set" : "strategy", error);
}

void build_hash(Build *build, const ExecutorProgram *program, size_t layouts) {
    json_t *hashes = json_object();
    for (size_t i = 0; i < layouts; i++) {
        char *path = executors_layout_path(&build->executors, program, i);
        char *seed = format_string("%lld", (long long)build->executors.layouts[i]);
        char digest[SHA256_DIGEST_STRING_LENGTH];
        Error unreadable;
        if (digest_file(path, digest, &unreadable))
            json_object_set_new(hashes, seed, json_string(digest));
        free(seed);
        free(path);
    }
    json_object_set_new(build->programs, program->name, hashes);
}

json_int_t builds_seed(const Builds *builds, size_t layout) {
    return builds->items[0].executors.layouts[layout];
}

char *builds_seeds(const Builds *builds) {
    char *text = copy_string("");
    for (size_t i = 0; i < builds->layout_count; i++) {
        char *longer =
            format_string("%s%s%lld", text, i ? "," : "", (long long)builds_seed(builds, i));
        free(text);
        text = longer;
    }
    return text;
}
