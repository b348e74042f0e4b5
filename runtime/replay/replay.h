/* Replaying a trace: runs a module without the host that it was recorded with. TRACE.md says what a
 * trace is; recorder/ makes them, for scripts/record; trace.h reads them.
 *
 *     TraceReader -> Replay -> replay_instantiate -> replay_run -> replay_check_memories
 *
 * Imports become functions that compare their arguments with the trace, do to the module's
 * memories, tables and globals what the host did, and return what it returned. So a replay executes
 * the same instructions each time, and every value that leaves the module is checked.
 *
 * Times: the thread's clock runs while the replayer reads and compares. So each crossing reads
 * CLOCK_MONOTONIC, and what passes on the host's side is summed up in `host`. Of reading the clock
 * itself, half falls on the module's side each time: that is one reading, `clock_ns`, for each
 * stretch of execution between two crossings. So of the time that passes in all, host.ns +
 * host.stretches * clock_ns is the replayer's. Of the thread's CPU time it had as much in its brief
 * turns, in which nobody interrupted it, and of the rest the same share as of the time that passed;
 * what is left is the module's. */
#ifndef TAILRACE_RUNTIME_REPLAY_REPLAY_H
#define TAILRACE_RUNTIME_REPLAY_REPLAY_H

#include "runtime/replay/trace.h"
#include "runtime/runtime.h"

typedef enum ReplayOutcome {
    REPLAY_GOING,
    REPLAY_ENDED,    /* at the trace's end, and every check passed */
    REPLAY_BROKEN,   /* the trace cannot be read, or asks for what is not possible */
    REPLAY_DIVERGED, /* the module did something else than what was recorded */
} ReplayOutcome;

/* What passed on the host's side, by CLOCK_MONOTONIC. */
typedef struct HostTime {
    uint64_t ns;
    uint64_t brief_ns;  /* of that, in turns too short for an interruption by another thread */
    uint64_t stretches; /* how often the module was left alone */
} HostTime;

typedef struct Replay {
    TraceReader trace;
    Store *store;
    const Module *module;
    Instance *instance; /* NULL until it is known */
    Extern *imports;    /* by number of the import */
    Memory **memories;  /* the imported ones, as are the next two */
    Table **tables;
    Global **globals;
    Tag **tags;
    struct ReplayImport *functions; /* environments of the imported functions */
    uint32_t foreign_count;         /* functions that are not the module's; their indices are */
    Function **foreign;             /* those behind the module's */
    Exception **exceptions; /* by their numbers in the trace; owned by the store, as is the tag */
    uint32_t exception_count;
    Tag *foreign_tag;       /* of exceptions whose tag is not the module's */
    uint64_t *slots;     /* arguments and results of the calls under way, outermost first */
    uint32_t call_slots; /* of one call */
    uint32_t calls;      /* under way */
    ReplayOutcome outcome;
    Error error;         /* why, if it broke or diverged */
    uint64_t record;     /* the present record's offset in the file */
    uint64_t crossings;  /* in either direction */
    uint64_t checks;     /* values compared */
    uint64_t hash;       /* FNV-1a over the compared values, 64 bits at a time; over the digests of
                            the memories if there were none */
    bool is_unwinding;   /* an import has thrown */
    HostTime host;
    uint64_t clock_ns;   /* what reading the clock costs, measured */
    uint64_t host_since; /* when the host's side was entered */
} Replay;

/* Begins with a trace that was opened with trace_open and whose module was read with trace_module;
 * `program` is that module's. Everything must outlive the store. */
void replay_begin(Replay *replay, Store *store, const Program *program);

/* The steps. Each returns whether the replay can go on, and else has set `outcome` and `error`. */
bool replay_instantiate(Replay *replay, const Program *program);
/* From there to the trace's end. */
bool replay_run(Replay *replay);
/* Whether the memories are what they were when recording ended. */
bool replay_check_memories(Replay *replay);

#endif
