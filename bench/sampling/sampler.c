#include "bench/sampling/sampler.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/sampling/command_sample.h"
#include "bench/sampling/engines.h"
#include "bench/sampling/pace.h"
#include "bench/sampling/plan.h"
#include "bench/util/memory.h"
#include "bench/util/process.h"
#include "bench/util/progress.h"

/* What is asked: a program, which is an executor of ours or a command. */
typedef struct Program {
    const char *path;
    json_t *arguments; /* of a command; NULL: an executor */
    size_t layout;     /* index */
} Program;

static json_t *ask_command(const Recording *recording, const Program *program,
                           const Workload *workload, const char *events, char **why) {
    size_t argc = 0, i;
    json_t *word;
    char **argv = allocate((json_array_size(program->arguments) + workload_words(workload) + 2) *
                           sizeof *argv);
    argv[argc++] = (char *)program->path;
    json_array_foreach(program->arguments, i, word)
        argv[argc++] = (char *)json_string_value(word);
    workload_command(workload, argv, argc);
    const CommandOptions options = {
        .cpu = recording->cpu,
        .timeout = recording->timeout,
        .events = events,
        .seed = (uint64_t)builds_seed(&recording->builds, program->layout)};
    json_t *answer = command_sample(argv, &options, why);
    free(argv);
    return answer;
}

/* Runs `program measure --events LIST --place PLACES --invoke EXPORT FILE ARG...` (or `... --trace
 * FILE`; no --place if it is empty), or `program info` if `workload` is NULL, and returns the JSON
 * it prints. NULL if that failed, with the reason in *why, to be freed, or with *why NULL if the
 * user interrupted. */
static json_t *ask(const Recording *recording, const Program *program, const Workload *workload,
                   char *events, char *place, char **why) {
    if (program->arguments) return ask_command(recording, program, workload, events, why);
    size_t argc = 0;
    char **argv = allocate(((workload ? workload_words(workload) : 0) + 8) * sizeof *argv);
    argv[argc++] = (char *)program->path;
    if (workload) {
        argv[argc++] = "measure";
        argv[argc++] = "--events";
        argv[argc++] = events;
        if (*place) argv[argc++] = "--place";
        if (*place) argv[argc++] = place;
        argc = workload_command(workload, argv, argc);
    } else {
        argv[argc++] = "info";
    }

    ProcessResult result;
    Error error;
    *why = NULL;
    bool started = process_run(argv, recording->cpu, recording->timeout, &result, &error);
    free(argv);
    if (!started) {
        *why = copy_string(error.message);
        return NULL;
    }
    json_t *answer = NULL;
    json_error_t reason;
    *why = process_failure(&result, recording->timeout);
    if (result.end == PROCESS_EXITED && !*why &&
        !(answer = json_loadb(result.output, result.length, 0, &reason)))
        *why = format_string("printed something else than its JSON: %s", reason.text);
    free(result.output);
    return answer;
}

/* Why the answer's results are not those that the suite expects, to be freed; NULL if they are. */
static char *wrong_result(const Workload *workload, json_t *answer) {
    json_t *results = json_object_get(answer, "results");
    json_t *expected = json_object_get(workload->json, "expect");
    if (workload_expects(workload, results)) return NULL;
    char *got = join_strings(results), *wanted = join_strings(expected);
    const char *quote = workload->command ? "\"" : "";
    char *why = format_string("%s %s%s%s instead of %s%s%s",
                              workload->command ? "printed" : "returned", quote,
                              *got || *quote ? got : "nothing", quote, quote,
                              *wanted || *quote ? wanted : "nothing", quote);
    free(got);
    free(wanted);
    return why;
}

/* A workload whose results are not the same each time is no fault of the executor: the same program
 * is asked once more. Why it cannot be measured, to be freed; NULL if both times agree, or the
 * second one failed. */
static char *differs_from_itself(const Recording *recording, const Program *program,
                                 const Workload *workload, json_t *answer) {
    char *why, *sentence = NULL;
    json_t *again = ask(recording, program, workload, "none", "", &why);
    json_t *first = json_object_get(answer, "results"), *second = json_object_get(again, "results");
    if (again && !json_equal(first, second)) {
        char *then = join_strings(first), *now = join_strings(second);
        sentence =
            format_string("%s other results each time (%s, then %s): a workload has to compute "
                          "the same in every run, without clock and random numbers",
                          workload->command ? "prints" : "returns", *then ? then : "nothing",
                          *now ? now : "nothing");
        free(then);
        free(now);
    }
    free(why);
    json_decref(again);
    return sentence;
}

/* Why the answer's results cannot be used, to be freed; NULL if they can. */
static char *check_result(const Recording *recording, const Program *program,
                          const Workload *workload, json_t *answer) {
    char *why = wrong_result(workload, answer);
    char *itself = why ? differs_from_itself(recording, program, workload, answer) : NULL;
    if (!itself) return why;
    free(why);
    return itself;
}

/* Says what is wrong with a workload itself, such as a trace that was cut off, once: the counting
 * executor, which runs it first, has found the same. */
static void note_failure(Recording *recording, NotMeasured entry, const char *who) {
    bool was_said = false;
    for (size_t i = 0; i < recording->not_measured_count; i++)
        was_said |= strcmp(recording->not_measured[i].what, "instructions") == 0 &&
                    recording_is_same_gap(&recording->not_measured[i], &entry);
    if (was_said)
        ;
    else if (entry.workload == ANY ||
             (recording->suite.count == 1 && recording_is_of_commands(recording)))
        progress_note("%s %s", who, entry.reason);
    else
        progress_note("%s on %s: %s", who, recording->suite.workloads[entry.workload].name,
                      entry.reason);
    recording_add_not_measured(recording, entry);
}

/* What the program of an executor in a layout says of itself, if that is what its name says; or
 * else NULL and the reason in *why. */
static json_t *identify_program(const Recording *recording, const Contender *contender,
                                size_t layout, char **why) {
    const Executors *executors = &recording->builds.items[contender->build].executors;
    const ExecutorProgram *program = contender->program;
    char *path = executors_layout_path(executors, program, layout);
    const char *strategy = "", *isa = "";
    json_int_t seed = 0, wanted = executors->layouts[layout];
    json_t *info = NULL;
    if (access(path, X_OK) != 0) {
        char *seeds = builds_seeds(&recording->builds);
        *why = format_string("was not built in all layouts: \"scripts/build --layout-seeds %s "
                             "--dispatch %s\" does that",
                             seeds, program->strategy);
        free(seeds);
    } else
        info = contender->program->arguments
                   ? need(json_pack("{s:s, s:s, s:I}", "strategy", program->strategy, "isa",
                                    program->isa, "layout", wanted))
                   : ask(recording, &(Program){.path = path}, NULL, NULL, NULL, why);
    if (info && (json_unpack(info, "{s:s, s:s, s?I}", "strategy", &strategy, "isa", &isa, "layout",
                             &seed) != 0 ||
                 strcmp(strategy, program->strategy) || strcmp(isa, program->isa)))
        *why = format_string("says that it is \"%s-%s\"", strategy, isa);
    else if (info && seed != wanted)
        *why = format_string("%s says that its layout is %lld", path, (long long)seed);
    free(path);
    if (!*why) return info;
    json_decref(info);
    return NULL;
}

static void identify(Recording *recording, size_t index) {
    Contender *contender = &recording->contenders[index];
    if (recording_own_failure(recording, ANY, index)) return; /* of an earlier sitting */
    char *why = NULL;
    for (size_t i = 0; i < recording->builds.layout_count && !why; i++) {
        json_t *info = identify_program(recording, contender, i, &why);
        if (i == 0)
            contender->info = info;
        else
            json_decref(info);
    }
    if (!why) return;
    NotMeasured entry = {"executor", ANY, index, contender->build, contender->program->isa,
                         -1,         why, 0};
    char *who = contender_name(recording, contender);
    if (contender->control)
        recording_add_not_measured(recording, entry); /* was said of the original */
    else
        note_failure(recording, entry, who);
    free(who);
}

/* The counting executor of an instruction set, of the first build that has one; NULL if none has.
 * To be freed. */
static char *find_counter(const Recording *recording, const char *isa) {
    char *counter = NULL;
    for (size_t i = 0; i < recording->builds.count && !counter; i++)
        counter = executors_counter(&recording->builds.items[i].executors, isa);
    return counter;
}

static int64_t count_at(json_t *answer, const char *key) {
    json_t *count = json_object_get(answer, key);
    return json_is_integer(count) ? json_integer_value(count) : -1;
}

/* What a workload executes is exact and the same for all strategies: once is enough. */
static void count_work(Recording *recording, size_t isa) {
    const char *name = recording->isas[isa];
    char *counter = find_counter(recording, name);
    const char *who = counter ? strrchr(counter, '/') + 1 : NULL;
    for (size_t i = 0; counter && i < recording->suite.count && !interrupted(); i++) {
        const Workload *workload = &recording->suite.workloads[i];
        Work *work = &recording->work[i * recording->isa_count + isa];
        if (work->instructions >= 0) continue; /* counted in an earlier sitting */
        char *doing = format_string("counting instructions: %s, %s", workload->name, name), *why;
        progress_show(0, recording->budget, doing);
        free(doing);
        const Program program = {.path = counter};
        json_t *answer = ask(recording, &program, workload, "none", "", &why);
        if (answer) why = check_result(recording, &program, workload, answer);
        if (answer && !why)
            *work = (Work){count_at(answer, "instructions"), count_at(answer, "branches"),
                           count_at(answer, "calls")};
        if (answer && !why && work->instructions < 0)
            why = copy_string("does not say how many instructions it executed");
        if (why)
            note_failure(recording, (NotMeasured){"instructions", i, ANY, ANY, name, -1, why, 0},
                         who);
        json_decref(answer);
    }
    if (!counter)
        recording_add_not_measured(
            recording,
            (NotMeasured){"instructions", ANY, ANY, ANY, name, -1, copy_string(NO_COUNTER), 0});
    free(counter);
}

/* What commands of the user's own have to print is what the first of them prints, twice. */
static void learn_results(Recording *recording, size_t index) {
    const Contender *contender = &recording->contenders[index];
    for (size_t i = 0; i < recording->suite.count && !interrupted(); i++) {
        const Workload *workload = &recording->suite.workloads[i];
        if (json_array_size(json_object_get(workload->json, "expect")) > 0 ||
            recording_own_failure(recording, i, index))
            continue;
        char *path = executors_layout_path(&recording->builds.items[contender->build].executors,
                                           contender->program, 0),
             *who = contender_name(recording, contender), *why = NULL;
        const Program program = {path, contender->program->arguments, 0};
        progress_show(0, recording->budget, "what is to be printed");
        for (int attempt = 0; attempt < 2 && !why && !interrupted(); attempt++) {
            json_t *answer = ask(recording, &program, workload, "none", "", &why);
            if (answer) why = check_result(recording, &program, workload, answer);
            json_decref(answer);
        }
        if (why) {
            json_array_clear(json_object_get(workload->json, "expect"));
            note_failure(recording,
                         (NotMeasured){.what = "sample",
                                       .workload = i,
                                       .contender = index,
                                       .build = contender->build,
                                       .isa = contender->program->isa,
                                       .round = -1,
                                       .reason = why},
                         who);
        }
        free(who);
        free(path);
    }
}

void sampler_prepare(Recording *recording) {
    for (size_t i = 0; i < recording->contender_count; i++)
        identify(recording, i);
    if (recording_is_of_commands(recording))
        learn_results(recording, 0);
    else
        for (size_t i = 0; i < recording->isa_count; i++)
            count_work(recording, i);
    progress_clear();
    engines_prepare(recording);
}

/* Why the answer's execution did not lie where it had to, to be freed; NULL if it did. What it does
 * not have, such as a memory, lies nowhere. Notes whether addresses are random beyond that. */
static char *check_placement(Recording *recording, const Placement *wanted, const json_t *answer) {
    Placement found;
    const json_t *randomized = json_object_get(answer, "randomized");
    if (!placement_read(json_object_get(answer, "placement"), &found) ||
        !json_is_boolean(randomized))
        return copy_string("does not say where its execution lay; was it built from an older "
                           "revision? --place none asks for nothing");
    recording->randomized = json_is_true(randomized);
    for (int i = 0; i < PART_COUNT; i++)
        if (found.at[i] != ANYWHERE && found.at[i] != wanted->at[i]) {
            char *text = need(placement_text(&found)), *asked = need(placement_text(wanted));
            char *why = format_string("lay at %s instead of %s", text, asked);
            free(text);
            free(asked);
            return why;
        }
    return NULL;
}

static void take_sample(Recording *recording, Sample sample, const SamplerHooks *hooks) {
    const Workload *workload = &recording->suite.workloads[sample.workload];
    const Contender *contender = &recording->contenders[sample.contender];
    const Executors *executors = &recording->builds.items[contender->build].executors;
    char *path = executors_layout_path(executors, contender->program, sample.layout), *why;
    const Placement placement = recording_placement(recording, sample.layout);
    char *place = need(placement_text(&placement));
    const Program program = {path, contender->program->arguments, sample.layout};
    json_t *answer =
        ask(recording, &program, workload, recording_events(recording, &sample), place, &why);
    if (answer) why = check_result(recording, &program, workload, answer);
    if (answer && !why && *place) why = check_placement(recording, &placement, answer);
    free(place);
    free(path);
    const char *lacks = answer && !why ? cost_read(answer, &sample.cost) : NULL;
    if (answer && !why && !lacks && sample.cost.phases[PHASE_EXECUTE].cpu <= 0) {
        json_decref(sample.cost.counters);
        lacks = "times";
    }
    if (lacks) why = format_string("printed JSON without usable %s", lacks);
    if (why) {
        char *who = contender_name(recording, contender);
        note_failure(recording,
                     (NotMeasured){"sample", sample.workload, sample.contender, contender->build,
                                   contender->program->isa, sample.round, why, 0},
                     who);
        free(who);
        hooks->failure(hooks->context, recording);
    } else if (answer) {
        recording_add(recording, &sample);
        hooks->sample(hooks->context, recording);
    }
    json_decref(answer);
}

static void take_process(Recording *recording, const Place *place, int round, int order,
                         const SamplerHooks *hooks, double fraction, double left) {
    char *doing = engine_doing(recording, place, round);
    hooks->next_process(hooks->context, doing, fraction, left);
    free(doing);
    EngineEnd end = engine_sample(recording, place, round, order);
    if (end == ENGINE_SAMPLED) hooks->process(hooks->context, recording);
    if (end == ENGINE_FAILED) hooks->failure(hooks->context, recording);
}

int sampler_least_blocks(const Recording *recording) {
    return recording->builds.layout_count > 1 ? LEAST_BLOCKS_OF_LAYOUTS : LEAST_BLOCKS;
}

/* Whether the sample of that place was taken, maybe in an earlier sitting. */
static bool was_taken(const Recording *recording, int order) {
    for (size_t i = recording->sample_count; i > 0; i--)
        if (recording->samples[i - 1].order == order) return true;
    for (size_t i = recording->process_sample_count; i > 0; i--)
        if (recording->process_samples[i - 1].order == order) return true;
    return false;
}

/* Whether this place of a round is still to be sampled. */
static bool is_missing(const Recording *recording, const Place *place, int order) {
    bool is_out = place->contender == ANY
                      ? engine_is_out(recording, place)
                      : recording_failure(recording, place->workload, place->contender) != NULL;
    return !is_out && !was_taken(recording, order);
}

/* Samples of a round that are missing from this place on, up to that one. */
static int count_missing(const Recording *recording, const Place *places, int first, size_t from,
                         size_t to) {
    int missing = 0;
    for (size_t i = from; i < to; i++)
        missing += is_missing(recording, &places[i], first + (int)i);
    return missing;
}

/* A run while it is sampled. */
typedef struct Run {
    Recording *recording;
    const SamplerHooks *hooks;
    Pace pace;
    int blocks;     /* finished ones, those of earlier sittings too; the warm-up is none */
    double slowest; /* seconds that one took at most, or that the warm-up took */
} Run;

/* Takes what is missing of a block: the places `from` to before `to` of a round. False if it was
 * interrupted. */
static bool sample_block(Run *run, int round, const Place *places, size_t from, size_t to) {
    Recording *recording = run->recording;
    int first = plan_first(recording, round), least = sampler_least_blocks(recording);
    int missing = count_missing(recording, places, first, from, to);
    for (size_t i = from; i < to && !interrupted(); i++) {
        Sample sample = {.round = round,
                         .order = first + (int)i,
                         .workload = places[i].workload,
                         .layout = places[i].layout,
                         .contender = places[i].contender};
        if (!is_missing(recording, &places[i], sample.order)) continue;
        double now = seconds_now();
        int following = least - run->blocks - (round > 0);
        Ahead ahead = {missing, (int)plan_block(recording), following > 0 ? following : 0};
        double left = pace_left(&run->pace, ahead, now);
        double fraction = pace_fraction(&run->pace, left, now);
        if (places[i].contender == ANY) {
            take_process(recording, &places[i], round, sample.order, run->hooks, fraction, left);
        } else {
            run->hooks->next(run->hooks->context, &sample, fraction, left);
            take_sample(recording, sample, run->hooks);
        }
        run->pace.sampling += seconds_now() - now;
        run->pace.samples++;
        if (missing > 0) missing--; /* of one that fails, more than one */
    }
    return !interrupted();
}

/* Seconds that the samples of earlier sittings took, and the slowest of their blocks; both at
 * least. */
static double seconds_before(const Recording *recording, double *slowest) {
    size_t block = plan_block(recording), count = 1;
    for (size_t i = 0; i < recording->sample_count; i++)
        if ((size_t)recording->samples[i].order / block >= count)
            count = (size_t)recording->samples[i].order / block + 1;
    double *seconds = allocate(count * sizeof *seconds), all = 0;
    for (size_t i = 0; i < recording->sample_count; i++)
        for (int j = 0; j < PHASE_COUNT; j++)
            seconds[(size_t)recording->samples[i].order / block] +=
                (double)recording->samples[i].cost.phases[j].wall / 1e9;
    for (size_t i = 0; i < recording->process_sample_count; i++) {
        const ProcessSample *sample = &recording->process_samples[i];
        if ((size_t)sample->order / block < count)
            seconds[(size_t)sample->order / block] += (double)sample->wall_ns / 1e9;
    }
    *slowest = 0;
    for (size_t i = 0; i < count; i++) {
        all += seconds[i];
        if (seconds[i] > *slowest) *slowest = seconds[i];
    }
    free(seconds);
    return all;
}

/* Whether a sample of these places was taken in an earlier sitting. */
static bool was_begun(const Recording *recording, int first, size_t from, size_t to) {
    for (size_t i = from; i < to; i++)
        if (was_taken(recording, first + (int)i)) return true;
    return false;
}

static void stop(Recording *recording, const char *rule, char *reason) {
    free(recording->stop_reason);
    recording->stop_rule = rule;
    recording->stop_reason = reason;
}

/* Takes the blocks of a round as far as they fit into the budget. False, having said why, if the
 * run ends. */
static bool sample_round(Run *run, int round) {
    Recording *recording = run->recording;
    size_t count, size = plan_block(recording);
    Place *places = plan_round(recording, round, &count);
    bool going = true;
    for (size_t from = 0; going && from < count; from += size) {
        int first = plan_first(recording, round);
        bool begun = was_begun(recording, first, from, from + size);
        double now = seconds_now();
        if (round > 0 && !begun && run->blocks >= sampler_least_blocks(recording) &&
            now + run->slowest > run->pace.limit) {
            stop(recording, "budget",
                 format_string("another block would not have ended within the budget of %g s",
                               recording->budget));
            going = false;
        } else if (interrupted() || !sample_block(run, round, places, from, from + size)) {
            stop(recording, "interrupted",
                 format_string("interrupted by a signal (%s)", strsignal(interrupted())));
            going = false;
        } else {
            run->blocks += round > 0;
            if (!begun && seconds_now() - now > run->slowest) run->slowest = seconds_now() - now;
        }
    }
    free(places);
    return going;
}

/* Whether there is nothing left that could be measured; of commands, nothing that could be
 * compared. */
static bool all_failed(const Recording *recording) {
    size_t needed =
        recording_is_of_commands(recording) && recording->groups[0].strategies > 1 ? 2 : 1;
    for (size_t i = 0; i < recording->suite.count; i++) {
        size_t left = 0;
        for (size_t j = 0; j < recording->contender_count; j++)
            left += !recording->contenders[j].control && !recording_failure(recording, i, j);
        if (left >= needed) return false;
    }
    return true;
}

void sampler_run(Recording *recording, double started, const SamplerHooks *hooks) {
    Run run = {recording, hooks, {.started = started, .limit = started + recording->budget}, 0, 0};
    run.pace.before = seconds_before(recording, &run.slowest);
    bool cold = recording->sample_count == 0;
    if (recording->rounds > 1)
        run.blocks = (recording->rounds - 1) * (int)plan_blocks(recording, 1);
    /* A resumed run begins with the last finished round, in which nothing is missing. */
    for (int round = recording->rounds; sample_round(&run, round); round++) {
        recording->rounds = round;
        if (all_failed(recording)) {
            stop(recording, "failed",
                 copy_string(recording_is_of_commands(recording)
                                 ? "too few commands are left to compare"
                                 : "every executor failed at every workload"));
            break;
        }
        if (round == 0 && cold) {
            hooks->warm(hooks->context, recording, seconds_now() - started, run.slowest);
            run.pace.limit = started + recording->budget;
        }
        double sampled = seconds_now();
        bool enough = hooks->round(hooks->context, recording);
        run.pace.judging = (seconds_now() - sampled) / (double)plan_blocks(recording, round);
        if (enough) {
            stop(recording, "interval", copy_string("every comparison is decided"));
            break;
        }
    }
    progress_clear();
}
