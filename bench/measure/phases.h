/* The parts of an executor's work that are timed apart. */
#ifndef TAILRACE_BENCH_MEASURE_PHASES_H
#define TAILRACE_BENCH_MEASURE_PHASES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum Phase {
    PHASE_READ_VALIDATE,
    PHASE_TRANSLATE,
    PHASE_INSTANTIATE,
    PHASE_EXECUTE,
    PHASE_COUNT,
} Phase;

typedef struct PhaseTime {
    int64_t cpu, wall; /* ns; CPU time is that of the executing thread */
} PhaseTime;

/* The thread's and the world's clock, and what has passed since they were `start`. */
PhaseTime clocks_now(void);
PhaseTime clocks_since(PhaseTime start);

/* {"read_validate": {"cpu": ..., "wall": ...}, ...} of the first `count` phases, as `measure`
 * prints it and result files have it. A new reference. */
json_t *phases_json(const PhaseTime *phases, int count);
/* Reads all phases; false if that is not what `json` is. */
bool phases_read(json_t *json, PhaseTime phases[PHASE_COUNT]);

#endif
