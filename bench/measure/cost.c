#define _GNU_SOURCE 1
#include "bench/measure/cost.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

static const char *const names[PHASE_COUNT] = {"read_validate", "translate", "instantiate",
                                               "execute"};

static int64_t clock_now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

PhaseTime clocks_now(void) {
    return (PhaseTime){clock_now(CLOCK_THREAD_CPUTIME_ID), clock_now(CLOCK_MONOTONIC)};
}

PhaseTime clocks_since(PhaseTime start) {
    PhaseTime end = clocks_now();
    return (PhaseTime){end.cpu - start.cpu, end.wall - start.wall};
}

int64_t peak_memory_now(void) {
    FILE *status = fopen("/proc/self/status", "re");
    char line[200];
    long long found = -1;
    while (status && found < 0 && fgets(line, sizeof line, status))
        if (sscanf(line, "VmHWM: %lld kB", &found) != 1) found = -1;
    if (status) fclose(status);
    return found;
}

/* What is negative is not known. */
static json_t *known(int64_t number) {
    return number < 0 ? json_null() : json_integer(number);
}

/* False if there is neither a number nor null. */
static bool read_known(const json_t *json, const char *key, int64_t *number) {
    const json_t *value = json_object_get(json, key);
    *number = json_is_integer(value) ? json_integer_value(value) : -1;
    return json_is_integer(value) || json_is_null(value);
}

static json_t *time_json(PhaseTime time) {
    return json_pack("{s:I, s:I}", "cpu", (json_int_t)time.cpu, "wall", (json_int_t)time.wall);
}

static json_t *process_json(const Cost *cost) {
    return json_pack("{s:{s:o}, s:{s:I, s:I}, s:o, s:o, s:n}", "phases", names[PHASE_EXECUTE],
                     time_json(cost->phases[PHASE_EXECUTE]), "process", "user",
                     (json_int_t)cost->user, "system", (json_int_t)cost->system, "peak_rss_kib",
                     known(cost->peak_rss_kib), "counters",
                     cost->counters ? json_incref(cost->counters) : json_array(),
                     "counting_cost_ns");
}

json_t *cost_json(const Cost *cost, int phase_count) {
    if (cost->is_process) return process_json(cost);
    json_t *phases = json_object();
    for (int i = 0; i < phase_count; i++)
        json_object_set_new(phases, names[i], time_json(cost->phases[i]));
    json_t *json = json_pack(
        "{s:o, s:I, s:I, s:I, s:o, s:o, s:I}", "phases", phases, "wasm_bytes",
        (json_int_t)cost->wasm_bytes, "bytecode_bytes", (json_int_t)cost->bytecode_bytes,
        "functions", (json_int_t)cost->functions, "peak_rss_kib", known(cost->peak_rss_kib),
        "counters", cost->counters ? json_incref(cost->counters) : json_array(), "counting_cost_ns",
        (json_int_t)cost->counting_cost_ns);
    if (cost->crossings > 0) {
        json_object_set_new(json, "crossings", json_integer(cost->crossings));
        json_object_set_new(json, "replayer_ns", json_integer(cost->replayer_ns));
    }
    return json;
}

static bool read_times(json_t *json, Cost *cost) {
    json_t *phases;
    json_int_t wasm, bytecode, functions;
    if (json_unpack(json, "{s:o, s:I, s:I, s:I}", "phases", &phases, "wasm_bytes", &wasm,
                    "bytecode_bytes", &bytecode, "functions", &functions) != 0 ||
        !read_known(json, "peak_rss_kib", &cost->peak_rss_kib))
        return false;
    for (int i = 0; i < PHASE_COUNT; i++) {
        json_int_t cpu, wall;
        if (json_unpack(phases, "{s:{s:I, s:I}}", names[i], "cpu", &cpu, "wall", &wall) != 0)
            return false;
        cost->phases[i] = (PhaseTime){cpu, wall};
    }
    cost->wasm_bytes = wasm;
    cost->bytecode_bytes = bytecode;
    cost->functions = functions;
    return true;
}

static bool read_process(json_t *json, Cost *cost) {
    json_int_t cpu, wall, user, system;
    if (json_unpack(json, "{s:{s:{s:I, s:I}}, s:{s:I, s:I}}", "phases", names[PHASE_EXECUTE],
                    "cpu", &cpu, "wall", &wall, "process", "user", &user, "system", &system) != 0 ||
        !read_known(json, "peak_rss_kib", &cost->peak_rss_kib))
        return false;
    cost->is_process = true;
    cost->phases[PHASE_EXECUTE] = (PhaseTime){cpu, wall};
    cost->user = user;
    cost->system = system;
    return true;
}

static bool read_counters(json_t *json, Cost *cost) {
    json_t *list, *counter;
    const char *event, *state;
    size_t i;
    if (json_unpack(json, "{s:o}", "counters", &list) != 0 || !json_is_array(list) ||
        !read_known(json, "counting_cost_ns", &cost->counting_cost_ns))
        return false;
    json_array_foreach(list, i, counter)
        if (json_unpack(counter, "{s:s, s:s}", "event", &event, "state", &state) != 0) return false;
    cost->counters = json_incref(list);
    return true;
}

const char *cost_read(json_t *json, Cost *cost) {
    Cost found = {0};
    json_int_t crossings = 0, replayer = 0;
    json_unpack(json, "{s:I, s:I}", "crossings", &crossings, "replayer_ns", &replayer);
    found.crossings = crossings;
    found.replayer_ns = replayer;
    bool is_process = json_object_get(json, "process") != NULL;
    if (!(is_process ? read_process(json, &found) : read_times(json, &found))) return "times";
    if (!read_counters(json, &found)) return "counters";
    *cost = found;
    return NULL;
}
