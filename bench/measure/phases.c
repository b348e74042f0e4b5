#define _GNU_SOURCE 1
#include "bench/measure/phases.h"

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

json_t *phases_json(const PhaseTime *phases, int count) {
    json_t *json = json_object();
    for (int i = 0; i < count; i++)
        json_object_set_new(json, names[i],
                            json_pack("{s:I, s:I}", "cpu", (json_int_t)phases[i].cpu, "wall",
                                      (json_int_t)phases[i].wall));
    return json;
}

bool phases_read(json_t *json, PhaseTime phases[PHASE_COUNT]) {
    for (int i = 0; i < PHASE_COUNT; i++) {
        json_int_t cpu, wall;
        if (json_unpack(json, "{s:{s:I, s:I}}", names[i], "cpu", &cpu, "wall", &wall) != 0)
            return false;
        phases[i] = (PhaseTime){cpu, wall};
    }
    return true;
}
