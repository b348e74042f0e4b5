#include "bench/measure/counter_report.h"

#include <string.h>

static json_t *integer_if(bool known, uint64_t value) {
    return known ? json_integer((json_int_t)value) : json_null();
}

static json_t *string_if(const char *text) { return *text ? json_string(text) : json_null(); }

json_t *counters_json(const Counters *counters) {
    json_t *list = json_array();
    for (size_t i = 0; i < counters->count; i++) {
        const Counter *counter = &counters->items[i];
        bool has_value = counter_has_value(counter->state);
        bool has_times = has_value || counter->state == COUNTER_NEVER_RAN;
        json_array_append_new(
            list, json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "event",
                            counter->event, "counts", string_if(counter->encoded), "state",
                            counter_state_name(counter->state), "value",
                            integer_if(has_value, counter->value), "counted",
                            integer_if(has_value, counter->counted), "enabled_ns",
                            integer_if(has_times, counter->enabled_ns), "running_ns",
                            integer_if(has_times, counter->running_ns), "overhead",
                            integer_if(counter->overhead >= 0, (uint64_t)counter->overhead),
                            "reason", string_if(counter->reason)));
    }
    return list;
}

json_t *counters_summary(const Counters *counters) {
    json_t *list = json_array();
    for (size_t i = 0; i < counters->count; i++) {
        const Counter *counter = &counters->items[i];
        const char *state = counter_state_name(counter->state), *reason = counter->reason;
        json_t *known, *entry = NULL;
        size_t j;
        json_array_foreach(list, j, known) {
            const char *known_reason = json_string_value(json_object_get(known, "reason"));
            if (!strcmp(json_string_value(json_object_get(known, "state")), state) &&
                !strcmp(known_reason ? known_reason : "", reason))
                entry = known;
        }
        if (!entry) {
            entry = json_pack("{s:[], s:s, s:o}", "events", "state", state, "reason",
                              string_if(reason));
            json_array_append_new(list, entry);
        }
        json_array_append_new(json_object_get(entry, "events"), json_string(counter->event));
    }
    return list;
}
