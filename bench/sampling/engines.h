/* Samples of engines (bench/data/recording.h): whole processes of peers, and of executors by the
 * same path, each checked.
 *
 * A process runs on the CPU of all samples, so an engine that has threads has them take turns
 * there: its CPU time is that of all of them, and its wall time is not what it would be on several
 * CPUs. */
#ifndef TAILRACE_BENCH_SAMPLING_ENGINES_H
#define TAILRACE_BENCH_SAMPLING_ENGINES_H

#include "bench/data/recording.h"
#include "bench/sampling/plan.h"

/* Asks each peer for its version, and runs the empty module in each engine. Those that cannot are
 * noted as not measured and told to the user, and so are workloads that an engine has no command
 * line for. */
void engines_prepare(Recording *recording);

/* Whether nothing is to be taken at that place of the plan, of an engine: what is there failed
 * before, or is a recorded trace, which only executors here replay. */
bool engine_is_out(const Recording *recording, const Place *place);

typedef enum EngineEnd { ENGINE_SAMPLED, ENGINE_FAILED, ENGINE_INTERRUPTED } EngineEnd;

/* Takes the sample of that place of the plan. It is the recording's last one then; of a failure,
 * which is told to the user, the last gap is new. */
EngineEnd engine_sample(Recording *recording, const Place *place, int round, int order);

/* "round 2: sort, wasm3 (peer)": to be freed. */
char *engine_doing(const Recording *recording, const Place *place, int round);

/* Prints their times, with what may be compared with what. Nothing without engines. */
void engines_print(const Recording *recording, FILE *stream);

#endif
