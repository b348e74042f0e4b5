#define _GNU_SOURCE 1
#include "bench/input/strategies.h"

#include <stdlib.h>
#include <string.h>

#include "bench/util/memory.h"

static json_t *strategy_object(const Executors *executors, const char *strategy) {
    return json_object_get(json_object_get(executors->build, "strategies"), strategy);
}

/* `list` with `name` behind it, if it is not in it; frees `list`. */
static char *with(char *list, const char *name) {
    if (*list && in_list(list, name)) return list;
    char *longer = format_string("%s%s%s", list, *list ? "," : "", name);
    free(list);
    return longer;
}

static bool has_alias(json_t *strategy, const char *name) {
    size_t i;
    json_t *alias;
    json_array_foreach(json_object_get(strategy, "aliases"), i, alias) {
        if (json_is_string(alias) && strcmp(json_string_value(alias), name) == 0) return true;
    }
    return false;
}

/* The strategy whose name or alias this is, or the name itself. */
static const char *resolve(const Executors *executors, const char *name) {
    const char *strategy;
    json_t *object;
    json_object_foreach(json_object_get(executors->build, "strategies"), strategy, object) {
        if (has_alias(object, name)) return strategy;
    }
    return name;
}

static char *measured_by_default(const Executors *executors) {
    char *names = copy_string("");
    bool is_all = true;
    for (size_t i = 0; i < executors->count; i++) {
        const char *name = executors->items[i].strategy;
        if (json_is_false(json_object_get(strategy_object(executors, name), "measured_by_default")))
            is_all = false;
        else names = with(names, name);
    }
    if (!is_all && *names) return names;
    free(names);
    return NULL;
}

char *strategies_meant(const Executors *executors, const char *list) {
    if (!list) return measured_by_default(executors);
    char *names = copy_string("");
    for (const char *item = list; item;) {
        const char *end = strchrnul(item, ',');
        char *name = format_string("%.*s", (int)(end - item), item);
        if (strcmp(name, "all") == 0) {
            for (size_t i = 0; i < executors->count; i++)
                if (!executors->items[i].is_reference)
                    names = with(names, executors->items[i].strategy);
        } else {
            names = with(names, resolve(executors, name));
        }
        free(name);
        item = *end ? end + 1 : NULL;
    }
    return names;
}

char *strategies_with_references(const Executors *executors, char *list) {
    bool any = false; /* without a list every one is measured, and so none is a reference */
    for (size_t i = 0; list && i < executors->count; i++) {
        if (!executors->items[i].is_reference) continue;
        any = true;
        list = with(list, executors->items[i].strategy);
    }
    if (any) return list;
    free(list);
    return NULL;
}

char *strategy_field(const Executors *executors, const char *strategy, const char *field) {
    json_t *value = json_object_get(strategy_object(executors, strategy), field), *item;
    if (json_is_string(value)) return copy_string(json_string_value(value));
    char *text = copy_string("");
    size_t i;
    json_array_foreach(value, i, item) {
        char *longer = format_string("%s%s%s", text, i ? ", " : "", json_string_value(item));
        free(text);
        text = longer;
    }
    return text;
}
