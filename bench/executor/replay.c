/* `replay`, and `measure`, `profile` and `stream` of a trace. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/executor/measure.h"
#include "runtime/executor.h"
#include "runtime/replay/replay.h"

#if COUNT_INSTRUCTIONS
#include "dispatch/profile.h"
#endif

typedef struct Play {
    Replay replay;
    ModuleFile file;
    Store *store;
    Counters *counters; /* around the execution, the replayer's own work included; NULL: none */
    Times phases[PHASE_COUNT]; /* of the module alone */
    Times host;                /* what the replayer itself took in the last phase */
} Play;

/* Divides the time of a phase between the module and the replayer (replay.h). The phase began at
 * `start`, when the replay's host had had the time `before`. False if nothing is left. */
static bool divide_time(Play *play, Phase phase, Times start, HostTime before, Error *error) {
    const Replay *replay = &play->replay;
    Times all = since(start);
    uint64_t clock = (replay->host.stretches - before.stretches) * replay->clock_ns;
    uint64_t host = replay->host.ns - before.ns + clock;
    uint64_t brief = replay->host.brief_ns - before.brief_ns + clock;
    if (host >= all.wall)
        return fail(error, ERROR_FILE,
                    "%s: the module does next to nothing between its crossings: its time cannot be "
                    "told from the replayer's",
                    replay->trace.name);
    /* Where the rest was interrupted is not known: both sides get their share of that. The two
     * clocks differ a little, which matters where there is next to no rest. */
    if (brief >= all.cpu) brief = 0;
    double share = (double)(host - brief) / (double)(all.wall - brief);
    uint64_t cpu = brief + (uint64_t)((double)(all.cpu - brief) * share);
    play->phases[phase] = (Times){all.cpu - cpu, all.wall - host};
    play->host = (Times){cpu, host};
    return true;
}

static int status_of(const Replay *replay) {
    switch (replay->outcome) {
    case REPLAY_ENDED: return EXIT_DONE;
    case REPLAY_DIVERGED: return complain(&replay->error, EXIT_DIVERGED);
    default: return complain(&replay->error, EXIT_FAILED);
    }
}

/* Goes through all phases. Returns the exit status; after failures, complaints were printed. */
static int go(Play *play, const RunOptions *options, bool needs_times) {
    Replay *replay = &play->replay;
    ModuleFile *file = &play->file;
    Error error;
    if (!trace_open(&replay->trace, options->trace, &error)) return complain(&error, EXIT_FAILED);
    file->name = options->trace;
    if (!trace_module(&replay->trace, &file->bytes, &file->size, &error))
        return complain(&error, EXIT_FAILED);
    Times start = now();
    if (!module_file_read(file, &error)) return complain(&error, EXIT_FAILED);
    play->phases[READ_VALIDATE] = since(start);
    start = now();
    if (!module_file_translate(file, executor.words(), &error))
        return complain(&error, EXIT_FAILED);
    play->phases[TRANSLATE] = since(start);

    play->store = store_new(options->stack_slots, &error);
    if (!play->store) return complain(&error, EXIT_FAILED);
    replay_begin(replay, play->store, &file->program);
    start = now();
    bool going = replay_instantiate(replay, &file->program);
    bool is_timed = divide_time(play, INSTANTIATE, start, (HostTime){0}, &error);
    if (going && !options->no_execute) {
        HostTime before = replay->host;
        begin_execution(play->counters);
        start = now();
        replay_run(replay);
        is_timed = divide_time(play, EXECUTE, start, before, &error) && is_timed;
        if (play->counters) counters_stop(play->counters);
    }
    if (going && options->no_execute) return is_timed ? EXIT_DONE : complain(&error, EXIT_FAILED);
    if (replay->outcome == REPLAY_ENDED) replay_check_memories(replay);
    if (replay->outcome == REPLAY_ENDED && needs_times && !is_timed)
        return complain(&error, EXIT_FAILED);
    return status_of(replay);
}

static void clean_up(Play *play) {
    if (play->store) store_free(play->store);
    module_file_close(&play->file);
    trace_close(&play->replay.trace);
    free(play);
}

static Play *new_play(void) {
    Play *play = calloc(1, sizeof *play);
    if (play) {
        play->replay.trace.descriptor = -1;
        return play;
    }
    Error error;
    fail(&error, ERROR_MEMORY, "out of memory");
    complain(&error, EXIT_FAILED);
    return NULL;
}

int replay(const RunOptions *options) {
    catch_interrupts();
    RunOptions of_trace = *options;
    of_trace.trace = options->file;
    Play *play = new_play();
    if (!play) return EXIT_FAILED;
    int status = go(play, &of_trace, false);
    const Replay *replay = &play->replay;
    if (status == EXIT_DONE) {
        printf("%" PRIu64 " crossings, %" PRIu64 " values checked, hash %016" PRIx64 "\n",
               replay->crossings, replay->checks, replay->hash);
        if (replay->checks == 0)
            puts("nothing could be checked but the course of the calls: no value leaves the module, "
                 "and it has no memory");
        if (play->phases[EXECUTE].cpu > 0)
            printf("execution %.3f ms, replayer %.3f ms\n", (double)play->phases[EXECUTE].cpu / 1e6,
                   (double)play->host.cpu / 1e6);
        else
            puts("execution not measured: too short");
    }
    clean_up(play);
    return finish_output(status);
}

int measure_replay(const RunOptions *options) {
    static Counters counters;
    catch_interrupts();
    Error error;
    if (!counters_open(&counters, options->no_execute ? "none" : options->events, &COUNTER_KERNEL,
                       &error))
        return complain(&error, EXIT_USAGE);
    Play *play = new_play();
    if (!play) return EXIT_FAILED;
    play->counters = &counters;
    int status = go(play, options, true);
    counters_close(&counters);
    if (status == EXIT_DONE) {
        const Replay *replay = &play->replay;
        char hash[17];
        snprintf(hash, sizeof hash, "%016" PRIx64, replay->hash);
        json_t *results = options->no_execute ? json_array() : json_pack("[s]", hash);
        json_t *report =
            describe_cost(&play->file, play->phases, options->no_execute ? EXECUTE : PHASE_COUNT,
                          &counters, results, status);
        json_t *share = json_pack(
            "{s:I, s:I, s:I, s:I, s:I}", "crossings", (json_int_t)replay->crossings, "checks",
            (json_int_t)replay->checks, "replayer_ns", (json_int_t)play->host.cpu, "clock_ns",
            (json_int_t)replay->clock_ns, "clock_readings",
            (json_int_t)(2 * replay->host.stretches));
        json_object_set_new(report, "replay", share);
        if (report) json_dumpf(report, stdout, JSON_REAL_PRECISION(17));
        putchar('\n');
        json_decref(report);
    }
    clean_up(play);
    return finish_output(status);
}

#if COUNT_INSTRUCTIONS
/* The exit status of a replay that is only looked at. */
static int look(const RunOptions *options) {
    Play *play = new_play();
    if (!play) return EXIT_FAILED;
    int status = go(play, options, false);
    clean_up(play);
    return status;
}

int profile_replay(const RunOptions *options) {
    catch_interrupts();
    profile.observe = profile_detail;
    int status = look(options);
    Error error;
    if (status == EXIT_DONE && !print_profile(&error)) status = complain(&error, EXIT_FAILED);
    return finish_output(status);
}

int stream_replay(const RunOptions *options) {
    catch_interrupts();
    stream_start(options->limit);
    int status = look(options);
    stream_end();
    return finish_output(status);
}
#endif
