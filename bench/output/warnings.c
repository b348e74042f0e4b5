#include "bench/output/warnings.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/output/warnings_text.h"
#include "bench/util/memory.h"

static json_t *all_warnings(void) {
    static json_t *warnings;
    if (!warnings) warnings = need(json_loads(WARNINGS_TEXT, JSON_REJECT_DUPLICATES, NULL));
    return warnings;
}

/* The value in place of "{name}", or of "{name %}". To be freed. */
static char *value_text(json_t *values, const char *name) {
    size_t length = strlen(name);
    bool is_share = length > 2 && strcmp(name + length - 2, " %") == 0;
    char *key = format_string("%.*s", (int)(is_share ? length - 2 : length), name);
    json_t *value = json_object_get(values, key);
    free(key);
    if (is_share) return format_string("%.0f", 100 * json_number_value(value));
    if (json_is_string(value)) return copy_string(json_string_value(value));
    return format_string("%.0f", json_number_value(value));
}

char *warning_text(const char *kind, json_t *values) {
    const char *rest = json_string_value(
        json_object_get(json_object_get(all_warnings(), kind), "text"));
    char *text = copy_string("");
    for (const char *open; (open = strchr(rest, '{'));) {
        const char *close = strchr(open, '}');
        char *name = format_string("%.*s", (int)(close - open - 1), open + 1);
        char *value = value_text(values, name);
        char *longer = format_string("%s%.*s%s", text, (int)(open - rest), rest, value);
        free(value);
        free(name);
        free(text);
        text = longer;
        rest = close + 1;
    }
    char *whole = format_string("%s%s", text, rest);
    free(text);
    return whole;
}

double warning_number(const char *kind, const char *name) {
    return json_number_value(json_object_get(json_object_get(all_warnings(), kind), name));
}

static bool holds(json_t *condition, json_t *facts) {
    json_t *fact = json_object_get(facts, json_string_value(json_array_get(condition, 0)));
    const char *relation = json_string_value(json_array_get(condition, 1));
    json_t *value = json_array_get(condition, 2);
    bool is_null = !fact || json_is_null(fact);
    if (strcmp(relation, "above") == 0)
        return !is_null && json_number_value(fact) > json_number_value(value);
    if (strcmp(relation, "below") == 0)
        return !is_null && json_number_value(fact) < json_number_value(value);
    bool same = is_null ? json_is_null(value) : json_equal(fact, value);
    return strcmp(relation, "is") == 0 ? same : !same;
}

static bool all_hold(json_t *conditions, json_t *facts) {
    size_t i;
    json_t *condition;
    json_array_foreach(conditions, i, condition)
        if (!holds(condition, facts)) return false;
    return json_array_size(conditions) > 0;
}

static void add_text(json_t *texts, const char *kind, json_t *values) {
    char *text = warning_text(kind, values);
    json_array_append_new(texts, json_string(text));
    free(text);
}

json_t *warnings_on(json_t *facts) {
    json_t *found = need(json_object()), *warning, *values;
    const char *kind;
    json_object_foreach(all_warnings(), kind, warning) {
        json_t *texts = need(json_array());
        const char *list = json_string_value(json_object_get(warning, "each"));
        size_t i;
        json_array_foreach(list ? json_object_get(facts, list) : NULL, i, values)
            add_text(texts, kind, values);
        if (all_hold(json_object_get(warning, "when"), facts)) add_text(texts, kind, facts);
        json_object_set_new(found, kind, texts);
    }
    return found;
}
