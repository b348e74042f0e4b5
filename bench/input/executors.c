#define _GNU_SOURCE 1
#include "bench/input/executors.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/util/memory.h"
#include "bench/util/options.h"
#include "bench/util/paths.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* As chosen by default: fastest first. */
static const char *const FAST_STRATEGIES[] = {"tail-direct", "goto-direct", "goto-indirect",
                                              "switch"};
static const char *const ISAS[] = {"fused", "pinned", "acc", "slots"};

static size_t rank(const char *name, const char *const *names, size_t count) {
    size_t i = 0;
    while (i < count && strcmp(name, names[i]) != 0)
        i++;
    return i;
}

/* The file beside build.json that an entry is about. To be freed; "" if the entry is no text. */
static char *path_to(const Executors *executors, json_t *file) {
    const char *name = json_string_value(file);
    if (name && *name == '/') return copy_string(name);
    return name ? format_string("%s/%s", executors->directory, name) : copy_string("");
}

static json_t *program_of(const ExecutorProgram *program, int64_t seed) {
    char *key = format_string("%lld", (long long)seed);
    json_t *file = json_object_get(program->programs, key);
    free(key);
    return file;
}

static bool is_reference(const Executors *executors, const char *strategy) {
    json_t *strategies = json_object_get(executors->build, "strategies");
    return json_is_true(json_object_get(json_object_get(strategies, strategy), "reference"));
}

/* False if the entry is damaged. */
static bool add(Executors *executors, json_t *entry) {
    const char *name, *strategy, *isa, *left_out = NULL;
    json_t *programs = NULL, *arguments = NULL;
    if (json_unpack(entry, "{s:s, s:s, s:s, s?s, s?o, s?o}", "name", &name, "strategy", &strategy,
                    "isa", &isa, "left_out", &left_out, "programs", &programs, "arguments",
                    &arguments) != 0 ||
        (!left_out && !json_is_object(programs)) || (arguments && !json_is_array(arguments)))
        return false;
    executors->items = grow(executors->items, executors->count + 1, sizeof *executors->items);
    ExecutorProgram *item = &executors->items[executors->count++];
    *item = (ExecutorProgram){.name = copy_string(name),
                              .strategy = copy_string(strategy),
                              .isa = copy_string(isa),
                              .left_out = left_out ? copy_string(left_out) : NULL,
                              .programs = programs,
                              .arguments = arguments,
                              .is_reference = is_reference(executors, strategy)};
    item->path = path_to(executors, program_of(item, executors->first_layout));
    if (!item->left_out && access(item->path, X_OK) != 0)
        item->left_out = format_string(
            "its program is not there: \"scripts/build --dispatch %s\" builds it", strategy);
    return true;
}

/* Adds those of the instruction sets of this rank, in the order of the build. False if an entry is
 * damaged. */
static bool add_ranked(Executors *executors, json_t *entries, size_t wanted) {
    size_t i;
    json_t *entry;
    json_array_foreach(entries, i, entry) {
        const char *isa = json_string_value(json_object_get(entry, "isa"));
        if (!isa) return false;
        if (rank(isa, ISAS, LENGTH(ISAS)) == wanted && !add(executors, entry)) return false;
    }
    return true;
}

/* A build description that names no layouts is of a build with one. */
static void load_layouts(Executors *executors, json_t *seeds) {
    size_t count = json_array_size(seeds), i;
    json_t *seed;
    executors->layout_count = count ? count : 1;
    executors->layouts = allocate(executors->layout_count * sizeof *executors->layouts);
    executors->layouts[0] = 0;
    json_array_foreach(seeds, i, seed)
        executors->layouts[i] = json_integer_value(seed);
    json_t *first = json_object_get(executors->build, "first_layout");
    executors->first_layout =
        json_is_integer(first) ? json_integer_value(first) : executors->layouts[0];
}

/* What executors->build describes. False if that is no description. */
static bool load(Executors *executors) {
    json_t *entries = json_object_get(executors->build, "executors");
    bool usable = json_is_object(json_object_get(executors->build, "strategies")) &&
                  json_is_array(entries);
    if (usable) load_layouts(executors, json_object_get(executors->build, "layout_seeds"));
    for (size_t place = 0; usable && place <= LENGTH(ISAS); place++)
        usable = add_ranked(executors, entries, place);
    return usable;
}

bool executors_describe(json_t *build, Executors *executors) {
    *executors = (Executors){.directory = copy_string(""), .build = build};
    bool usable = load(executors);
    if (!usable) executors_free(executors);
    return usable;
}

bool executors_load(const char *directory, Executors *executors, Error *error) {
    *executors = (Executors){.directory = copy_string(directory)};
    char *path = format_string("%s/build.json", directory);
    char *text = read_file(path, 1 << 20, NULL, error);
    json_error_t reason = {0};
    executors->build = text ? json_loads(text, 0, &reason) : NULL;
    bool usable = load(executors);
    if (text && !usable)
        fail(error, ERROR_FILE,
             "%s is not a build description with a list of executors%s%s; scripts/build writes it",
             path, *reason.text ? ": " : "", reason.text);
    free(text);
    free(path);
    if (!usable) executors_free(executors);
    return usable;
}

bool executors_load_own(Executors *executors, char **directory) {
    Error error;
    *directory = program_directory(&error);
    if (*directory) {
        char *path = format_string("%s/dispatch", *directory);
        bool done = executors_load(path, executors, &error);
        free(path);
        if (done) return true;
        free(*directory);
    }
    complain(&error, 0);
    return false;
}

void executors_free(Executors *executors) {
    for (size_t i = 0; i < executors->count; i++) {
        ExecutorProgram *item = &executors->items[i];
        free(item->name);
        free(item->strategy);
        free(item->isa);
        free(item->path);
        free(item->left_out);
    }
    free(executors->items);
    free(executors->layouts);
    free(executors->directory);
    json_decref(executors->build);
    *executors = (Executors){0};
}

void executors_names(const Executors *executors, bool isas, char *names, size_t size) {
    for (size_t i = 0; i < executors->count; i++) {
        const ExecutorProgram *item = &executors->items[i];
        const char *name = isas ? item->isa : item->strategy;
        if (in_list(names, name)) continue;
        size_t length = strlen(names);
        snprintf(names + length, size - length, "%s%s", length ? "," : "", name);
    }
}

const ExecutorProgram *executors_choose(const Executors *executors, const char *strategy,
                                        const char *isa, Error *error) {
    const ExecutorProgram *best = NULL, *left_out = NULL;
    size_t best_rank = 0;
    for (size_t i = 0; i < executors->count; i++) {
        const ExecutorProgram *item = &executors->items[i];
        if (strategy && strcmp(strategy, item->strategy) != 0) continue;
        if (isa && strcmp(isa, item->isa) != 0) continue;
        if (item->is_reference && !strategy) continue;
        if (item->left_out) {
            if (!left_out) left_out = item;
            continue;
        }
        /* Instruction sets weigh more than strategies. */
        size_t its_rank = rank(item->isa, ISAS, LENGTH(ISAS)) * 100 +
                          rank(item->strategy, FAST_STRATEGIES, LENGTH(FAST_STRATEGIES));
        if (best && best_rank <= its_rank) continue;
        best = item;
        best_rank = its_rank;
    }
    if (best) return best;
    char strategies[1000] = "", isas[100] = "";
    executors_names(executors, false, strategies, sizeof strategies);
    executors_names(executors, true, isas, sizeof isas);
    if (left_out)
        fail(error, ERROR_UNSUPPORTED, LEFT_OUT, left_out->name, left_out->left_out);
    else
        fail(error, ERROR_UNSUPPORTED,
             "this build has no executor for %s%s%s%s%s (strategies: %s; instruction sets: %s)",
             strategy ? "--dispatch " : "", strategy ? strategy : "", strategy && isa ? " " : "",
             isa ? "--isa " : "", isa ? isa : "", strategies, isas);
    return NULL;
}

char *executors_layout_path(const Executors *executors, const ExecutorProgram *program,
                            size_t index) {
    return path_to(executors, program_of(program, executors->layouts[index]));
}

char *executors_counter(const Executors *executors, const char *isa) {
    char *path = path_to(
        executors, json_object_get(json_object_get(executors->build, "counters"), isa));
    if (access(path, X_OK) == 0) return path;
    free(path);
    return NULL;
}

bool in_list(const char *list, const char *name) {
    if (!list) return true;
    size_t length = strlen(name);
    for (const char *item = list;; item++) {
        const char *end = strchrnul(item, ',');
        if ((size_t)(end - item) == length && memcmp(item, name, length) == 0) return true;
        if (!*end) return false;
        item = end;
    }
}

bool names_are_known(const char *list, const char *names, const char *what, Error *error) {
    for (const char *item = list; item;) {
        const char *end = strchrnul(item, ',');
        char *name = format_string("%.*s", (int)(end - item), item);
        bool is_known = *name && in_list(names, name);
        if (!is_known)
            fail(error, ERROR_UNSUPPORTED, "there is no %s \"%s\" in this build (there are: %s)",
                 what, name, names);
        free(name);
        if (!is_known) return false;
        item = *end ? end + 1 : NULL;
    }
    return true;
}
