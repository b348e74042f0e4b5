#define _GNU_SOURCE 1
#include "bench/measure/cost.h"

#include <stdbool.h>
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

json_t *cost_json(const Cost *cost, int phase_count) {
    json_t *phases = json_object();
    for (int i = 0; i < phase_count; i++)
        json_object_set_new(phases, names[i],
                            json_pack("{s:I, s:I}", "cpu", (json_int_t)cost->phases[i].cpu, "wall",
                                      (json_int_t)cost->phases[i].wall));
    json_t *json = json_pack(
        "{s:o, s:I, s:I, s:I, s:I, s:o, s:I}", "phases", phases, "wasm_bytes",
        (json_int_t)cost->wasm_bytes, "bytecode_bytes", (json_int_t)cost->bytecode_bytes,
        "functions", (json_int_t)cost->functions, "peak_rss_kib", (json_int_t)cost->peak_rss_kib,
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
    json_int_t wasm, bytecode, functions, memory;
    if (json_unpack(json, "{s:o, s:I, s:I, s:I, s:I}", "phases", &phases, "wasm_bytes", &wasm,
                    "bytecode_bytes", &bytecode, "functions", &functions, "peak_rss_kib",
                    &memory) != 0)
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
    cost->peak_rss_kib = memory;
    return true;
}

static bool read_counters(json_t *json, Cost *cost) {
    json_t *list, *counter;
    json_int_t counting;
    const char *event, *state;
    size_t i;
    if (json_unpack(json, "{s:o, s:I}", "counters", &list, "counting_cost_ns", &counting) != 0 ||
        !json_is_array(list))
        return false;
    json_array_foreach(list, i, counter)
        if (json_unpack(counter, "{s:s, s:s}", "event", &event, "state", &state) != 0) return false;
    cost->counters = json_incref(list);
    cost->counting_cost_ns = counting;
    return true;
}

const char *cost_read(json_t *json, Cost *cost) {
    Cost found = {0};
    json_int_t crossings = 0, replayer = 0;
    json_unpack(json, "{s:I, s:I}", "crossings", &crossings, "replayer_ns", &replayer);
    found.crossings = crossings;
    found.replayer_ns = replayer;
    if (!read_times(json, &found)) return "times";
    if (!read_counters(json, &found)) return "counters";
    *cost = found;
    return NULL;
}
