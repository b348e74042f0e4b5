#include "bench/output/warnings.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/output/warnings_text.h"
#include "bench/util/memory.h"

static json_t *find(const char *kind) {
    static json_t *warnings;
    if (!warnings) warnings = need(json_loads(WARNINGS_TEXT, JSON_REJECT_DUPLICATES, NULL));
    return json_object_get(warnings, kind);
}

char *warning_text(const char *kind, ...) {
    const char *rest = json_string_value(json_object_get(find(kind), "text")), *place;
    char *text = copy_string("");
    va_list values;
    va_start(values, kind);
    for (; (place = strstr(rest, "{}")); rest = place + strlen("{}")) {
        char *longer =
            format_string("%s%.*s%s", text, (int)(place - rest), rest, va_arg(values, char *));
        free(text);
        text = longer;
    }
    va_end(values);
    char *whole = format_string("%s%s", text, rest);
    free(text);
    return whole;
}

double warning_threshold(const char *kind) {
    json_t *warning = find(kind), *above = json_object_get(warning, "above");
    return json_number_value(above ? above : json_object_get(warning, "below"));
}
