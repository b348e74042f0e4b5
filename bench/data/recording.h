/* All that one `tailrace bench` found out: what took part, every sample, and what was not measured.
 * The sampler fills it, the summary and the result file read it.
 *
 *     machine.h            what this machine is
 *     build_description.h  what result files say of a build
 *     result_file.h        a recording as a JSON document, as schema.h checks it
 *     journal.h            what has finished since the file was last replaced
 *     saving.h             file and journal while a run goes on
 *     resume.h             a recording from what an earlier sitting left */
#ifndef TAILRACE_BENCH_DATA_RECORDING_H
#define TAILRACE_BENCH_DATA_RECORDING_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "bench/input/builds.h"
#include "bench/input/peers.h"
#include "bench/input/suite.h"
#include "bench/measure/cost.h"
#include "bench/measure/counters.h"
#include "bench/measure/placement.h"

/* Something that takes samples of each workload: an executor of a build, in each layout of a round,
 * or a control, which is an executor of its group a second time, in those in which it is its turn
 * (plan.h). What the two seem to differ by is noise. */
typedef struct Contender {
    size_t build; /* index */
    const ExecutorProgram *program;
    bool control;
    json_t *info; /* what its `info` command printed */
} Contender;

/* The contenders of one build and one instruction set: the strategies, the baseline first, and then
 * the control of each, in the same order. */
typedef struct Group {
    size_t build, isa;   /* indexes */
    size_t first, count; /* of the contenders */
    size_t strategies;   /* so many are no controls */
    size_t references; /* levels of the zero line (dispatch/zero/zero.h): so many contenders behind
                          these. No table compares them */
} Group;

/* What one run of a workload executes in one instruction set, whatever the strategy; each -1 if it
 * is not known. */
typedef struct Work {
    int64_t instructions; /* of bytecode */
    int64_t branches;     /* of these, those not followed by the instruction behind them */
    int64_t calls;        /* of these, calls */
} Work;

/* One timed process. */
typedef struct Sample {
    int round;                  /* 0 is the warm-up, which no statistic uses */
    int order;                  /* its place in the plan of the run (plan.h), from 0 */
    size_t workload, contender; /* indexes */
    size_t layout;              /* index into the layouts of the builds */
    Cost cost;                  /* as the executor printed it */
} Sample;

#define ANY ((size_t)-1)

/* What is measured as whole processes: a peer, or an executor of ours by the same path, so that
 * there is something to compare peers with. */
typedef struct Engine {
    char *name;       /* the peer's, or "tail-direct-acc", "gcc-12 tail-direct-acc" */
    const Peer *peer; /* NULL: an executor of ours */
    size_t contender; /* index of that; ANY: it is a peer */
    char *version;    /* the first line that a peer prints of itself; NULL: none, or an executor */
} Engine;

/* One process of an engine. */
typedef struct ProcessSample {
    int round, order; /* as of a Sample, in the same plan */
    size_t workload;  /* index; ANY: the empty module, whose time is the engine's start-up... */
    bool is_command;  /* ...as a WASI command, or by a call of its export */
    size_t engine;    /* index */
    size_t layout;    /* index; that of an executor, and the block of a peer */
    int64_t user_ns, system_ns, wall_ns, peak_rss_kib; /* of the process (bench/util/process.h) */
    int64_t execute_cpu_ns; /* of the execution alone, where a peer tells; -1: not */
    int64_t execute_wall_ns;
} ProcessSample;

/* What a workload prints as a process, as the first executor said that ran it. */
typedef struct Printed {
    char *text; /* owned; NULL: none has run it */
    size_t length;
} Printed;

/* Something that should have been measured and was not. */
typedef struct NotMeasured {
    const char *what;           /* "sample", "instructions", "executor", "counter", "simulation" or
                                   "whole process", "peer" */
    size_t workload, contender; /* indexes, or ANY where it concerns all */
    size_t build;               /* index, or ANY where it concerns all */
    const char *isa;            /* NULL where it concerns all */
    int round;                  /* -1 where it concerns all */
    char *reason;               /* a sentence */
    size_t engine;              /* index plus one; 0: it is not about one */
} NotMeasured;

typedef struct Recording {
    Suite suite;
    Builds builds;
    json_t *descriptions; /* of the builds, as result files have them */
    json_t *machine;

    Contender *contenders; /* by group */
    size_t contender_count;
    Group *groups; /* by instruction set, then by build */
    size_t group_count;
    const char **isas; /* those compared */
    size_t isa_count;

    Peers peers;
    Engine *engines; /* the executors, then the peers; none if there are no peers */
    size_t engine_count;
    bool calls, commands; /* how the workloads of engines are run: of each there is a start-up */
    Printed *printed; /* by workload; NULL before the first */
    ProcessSample *process_samples;
    size_t process_sample_count;

    uint64_t seed;
    double budget, timeout; /* seconds: of the whole run, and of one process */
    int cpu;                /* where samples were taken, or NOT_PINNED */
    unsigned placed;        /* parts that the layout's seed places, as bits (placement.h) */
    bool randomized;        /* what it does not place, and the bits above, the system draws anew for
                               each process; known once there is a sample */
    char **event_sets; /* what samples count, by turns: lists of events that can be counted here at
                          the same time; "none" if there are none */
    size_t event_set_count;

    /* This sitting, and those before it, if the run is resumed. */
    time_t started, finished;
    json_t *command;       /* the command line */
    char *directory;       /* where it began, as seen from the result file's; NULL: not known */
    const char *state;     /* "running", "complete" or "interrupted" */
    const char *stop_rule; /* why it ended, as result files have it; NULL while it goes on */
    char *stop_reason;     /* a sentence */
    json_t *sittings;      /* those before, as result files have them; NULL if this is the first */
    size_t earlier_samples;

    int rounds; /* finished ones, the warm-up not counted */
    Work *work; /* [workload * isa_count + isa] */
    Sample *samples;
    size_t sample_count;
    NotMeasured *not_measured;
    size_t not_measured_count;
    json_t *verdicts; /* after the last finished round (verdicts.h); NULL: there are none */
    json_t *whole_processes, *simulated; /* lists (whole_process.h, simulation.h); NULL: none */
} Recording;

/* Chooses what takes part: of all builds, the executors of the named strategies and instruction
 * sets, both comma-separated, NULL for the defaults (all strategies; acc, or the first instruction
 * set that has any of them). Hashes their programs. The suite and the builds must be there. False
 * and an Error if nothing is left. */
bool recording_prepare(Recording *recording, const char *strategies, const char *isas,
                       Error *error);
void recording_free(Recording *recording);

/* Whether it compares commands of somebody's (executors.h), and not executors. */
bool recording_is_of_commands(const Recording *recording);

/* Adds the engines, if there are peers: these and all strategies, without controls and references.
 * The contenders and the peers must be there. False and an Error if two have one name. */
bool recording_add_engines(Recording *recording, Error *error);

/* How many empty modules the plan has behind the workloads (none without engines), and whether one
 * of these is run as a WASI command. */
size_t recording_starts(const Recording *recording);
bool recording_start_is_command(const Recording *recording, size_t start);

/* "A, B" of a list of strings, as a message shows them. To be freed. */
char *join_strings(const json_t *strings);

/* Chooses what samples count: those of `events`, a list as counters_open takes it, that can be
 * counted on this machine. More than the PMU has counters for take turns by sample, and not by time
 * within one, so that each is counted during a whole execution. The others are noted as not
 * measured, each reason once. False and an Error if the list cannot be read or names an unknown
 * event. */
bool recording_choose_events(Recording *recording, const char *events, const CounterKernel *kernel,
                             Error *error);

/* What a sample counts, as a list for counters_open: the same for all contenders of a workload in
 * the same round and layout. Borrowed. */
char *recording_events(const Recording *recording, const Sample *sample);

/* Where a layout has what executions use: the same for all contenders and workloads. */
Placement recording_placement(const Recording *recording, size_t layout);

/* Takes over the counters of the sample's cost. */
void recording_add(Recording *recording, const Sample *sample);
void recording_add_process(Recording *recording, const ProcessSample *sample);
/* Whether both are about the same workload, and for the same reason. */
bool recording_is_same_gap(const NotMeasured *one, const NotMeasured *other);
/* Takes over `reason`. */
void recording_add_not_measured(Recording *recording, NotMeasured entry);
/* Drops what was not measured of this kind, since it is tried again. */
void recording_forget(Recording *recording, const char *what);

/* Why this contender is out for this workload; NULL if it is not. A control is where its strategy
 * is. */
const char *recording_failure(const Recording *recording, size_t workload, size_t contender);
/* Without looking at its strategy's. */
const char *recording_own_failure(const Recording *recording, size_t workload, size_t contender);

/* Whether an engine has failed: of those that nobody named, not if they could not run something at
 * all. */
bool recording_is_failure_of_engine(const Recording *recording, const NotMeasured *entry);
/* Why this engine is out for this workload, or for all (ANY); NULL if it is not. */
const char *recording_engine_failure(const Recording *recording, size_t workload, size_t engine);

/* "switch-acc", "switch-acc (again)" for the control, "gcc-12 switch-acc" if there are several
 * builds. To be freed. */
char *contender_name(const Recording *recording, const Contender *contender);

#endif
