/* The execution of a trace. `replay`. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/executor/execution.h"
#include "runtime/executor.h"
#include "runtime/replay/replay.h"

/* Its counters count the replayer's own work, too; its phases are the module's alone. */
typedef struct Play {
    Execution execution; /* first */
    Replay replay;
    PhaseTime host; /* what the replayer itself took in the last phase */
} Play;

/* Divides the time of a phase between the module and the replayer (replay.h). The phase began at
 * `start`, when the replay's host had had the time `before`. False if nothing is left. */
static bool divide_time(Play *play, Phase phase, PhaseTime start, HostTime before, Error *error) {
    const Replay *replay = &play->replay;
    PhaseTime all = clocks_since(start);
    int64_t clock = (int64_t)((replay->host.stretches - before.stretches) * replay->clock_ns);
    int64_t host = (int64_t)(replay->host.ns - before.ns) + clock;
    int64_t brief = (int64_t)(replay->host.brief_ns - before.brief_ns) + clock;
    if (host >= all.wall)
        return fail(error, ERROR_FILE,
                    "%s: the module does next to nothing between its crossings: its time cannot be "
                    "told from the replayer's",
                    replay->trace.name);
    /* Where the rest was interrupted is not known: both sides get their share of that. The two
     * clocks differ a little, which matters where there is next to no rest. */
    if (brief >= all.cpu) brief = 0;
    double share = (double)(host - brief) / (double)(all.wall - brief);
    int64_t cpu = brief + (int64_t)((double)(all.cpu - brief) * share);
    play->execution.phases[phase] = (PhaseTime){all.cpu - cpu, all.wall - host};
    play->host = (PhaseTime){cpu, host};
    return true;
}

static int status_of(const Replay *replay) {
    switch (replay->outcome) {
    case REPLAY_ENDED: return EXIT_DONE;
    case REPLAY_DIVERGED: return complain(&replay->error, EXIT_DIVERGED);
    default: return complain(&replay->error, EXIT_FAILED);
    }
}

static Execution *make(void) {
    Play *play = calloc(1, sizeof *play);
    if (!play) return NULL;
    play->replay.trace.descriptor = -1;
    return &play->execution;
}

/* As ExecutionKind.go, but for *finished. */
static int play_trace(Play *play) {
    Replay *replay = &play->replay;
    Execution *execution = &play->execution;
    const RunOptions *options = execution->options;
    ModuleFile *file = &execution->file;
    Error error;
    if (!trace_open(&replay->trace, options->trace, &error)) return complain(&error, EXIT_FAILED);
    file->name = options->trace;
    if (!trace_module(&replay->trace, &file->bytes, &file->size, &error))
        return complain(&error, EXIT_FAILED);
    PhaseTime start = clocks_now();
    if (!module_file_read(file, &error)) return complain(&error, EXIT_FAILED);
    execution->phases[PHASE_READ_VALIDATE] = clocks_since(start);
    start = clocks_now();
    if (!module_file_translate(file, executor.words(), &error))
        return complain(&error, EXIT_FAILED);
    execution->phases[PHASE_TRANSLATE] = clocks_since(start);

    execution->store = store_new(options->stack_slots, &error);
    if (!execution->store || !execution_place(execution, &error))
        return complain(&error, EXIT_FAILED);
    replay_begin(replay, execution->store, &file->program);
    start = clocks_now();
    bool going = replay_instantiate(replay, &file->program);
    bool is_timed = divide_time(play, PHASE_INSTANTIATE, start, (HostTime){0}, &error);
    if (going && !options->no_execute) {
        HostTime before = replay->host;
        execution_count(execution);
        start = clocks_now();
        replay_run(replay);
        is_timed = divide_time(play, PHASE_EXECUTE, start, before, &error) && is_timed;
        if (execution->counters) counters_stop(execution->counters);
    }
    if (going && options->no_execute) return is_timed ? EXIT_DONE : complain(&error, EXIT_FAILED);
    if (replay->outcome == REPLAY_ENDED) replay_check_memories(replay);
    if (replay->outcome == REPLAY_ENDED && execution->needs_times && !is_timed)
        return complain(&error, EXIT_FAILED);
    return status_of(replay);
}

static int go(Execution *execution, bool *finished) {
    int status = play_trace((Play *)execution);
    *finished = status == EXIT_DONE;
    return status;
}

static void release(Execution *execution) {
    Play *play = (Play *)execution;
    if (execution->store) store_free(execution->store);
    module_file_close(&execution->file);
    trace_close(&play->replay.trace);
    free(play);
}

static json_t *results(const Execution *execution, int status) {
    (void)status;
    char hash[17];
    snprintf(hash, sizeof hash, "%016" PRIx64, ((const Play *)execution)->replay.hash);
    return execution->options->no_execute ? json_array() : json_pack("[s]", hash);
}

static void report(const Execution *execution, json_t *report) {
    const Play *play = (const Play *)execution;
    const Replay *replay = &play->replay;
    json_object_set_new(report, "crossings", json_integer((json_int_t)replay->crossings));
    json_object_set_new(report, "replayer_ns", json_integer(play->host.cpu));
    json_object_set_new(report, "replay",
                        json_pack("{s:I, s:I, s:I}", "checks", (json_int_t)replay->checks,
                                  "clock_ns", (json_int_t)replay->clock_ns, "clock_readings",
                                  (json_int_t)(2 * replay->host.stretches)));
}

const ExecutionKind trace_execution = {make, go, results, report, release};

int replay_trace(const RunOptions *options) {
    RunOptions of_trace = *options;
    of_trace.trace = options->file;
    Execution *execution = execution_begin(&of_trace);
    if (!execution) return EXIT_FAILED;
    bool finished;
    int status = go(execution, &finished);
    const Play *play = (const Play *)execution;
    if (finished) {
        const Replay *replay = &play->replay;
        printf("%" PRIu64 " crossings, %" PRIu64 " values checked, hash %016" PRIx64 "\n",
               replay->crossings, replay->checks, replay->hash);
        if (replay->checks == 0)
            puts(
                "nothing could be checked but the course of the calls: no value leaves the module, "
                "and it has no memory");
        int64_t cpu = execution->phases[PHASE_EXECUTE].cpu;
        if (cpu > 0)
            printf("execution %.3f ms, replayer %.3f ms\n", (double)cpu / 1e6,
                   (double)play->host.cpu / 1e6);
        else
            puts("execution not measured: too short");
    }
    release(execution);
    return finish_output(status);
}
