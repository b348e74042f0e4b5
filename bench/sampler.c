#include "bench/sampler.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/memory.h"
#include "bench/process.h"
#include "bench/progress.h"

/* Splitmix64: any seed is good, and equal seeds give equal orders on every machine. */
static uint64_t random_next(uint64_t *state) {
    uint64_t x = *state += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static void shuffle(size_t *items, size_t count, uint64_t *random) {
    for (size_t i = count; i > 1; i--) {
        size_t other = (size_t)(random_next(random) % i), item = items[i - 1];
        items[i - 1] = items[other];
        items[other] = item;
    }
}

/* Runs `program measure --events LIST --invoke EXPORT FILE ARG...`, or `program info` if `workload`
 * is NULL, and returns the JSON it prints. NULL if that failed, with the reason in *why, to be
 * freed, or with *why NULL if the user interrupted. */
static json_t *ask(const Recording *recording, const char *program, const Workload *workload,
                   char *events, char **why) {
    json_t *values = workload ? json_object_get(workload->json, "args") : NULL;
    size_t count = json_array_size(values), argc = 0;
    char **argv = allocate((count + 8) * sizeof *argv);
    argv[argc++] = (char *)program;
    if (workload) {
        argv[argc++] = "measure";
        argv[argc++] = "--events";
        argv[argc++] = events;
        argv[argc++] = "--invoke";
        argv[argc++] = (char *)workload->invoke;
        argv[argc++] = workload->path;
        for (size_t i = 0; i < count; i++)
            argv[argc++] = (char *)json_string_value(json_array_get(values, i));
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
    const char *complaint = result.complaint;
    switch (result.end) {
    case PROCESS_INTERRUPTED: break;
    case PROCESS_TIMED_OUT:
        *why = format_string("did not finish within %g s", recording->timeout);
        break;
    case PROCESS_SIGNALLED:
        *why = format_string("crashed (%s)%s%s", strsignal(result.status), *complaint ? ": " : "",
                             complaint);
        break;
    case PROCESS_EXITED:
        if (result.status != 0)
            *why = format_string("ended with status %d%s%s", result.status, *complaint ? ": " : "",
                                 complaint);
        else if (!(answer = json_loads(result.output, 0, &reason)))
            *why = format_string("printed something else than its JSON: %s", reason.text);
    }
    free(result.output);
    return answer;
}

/* Why the answer's results are not those that the suite expects, to be freed; NULL if they are. */
static char *wrong_result(const Workload *workload, json_t *answer) {
    json_t *results = json_object_get(answer, "results");
    json_t *expected = json_object_get(workload->json, "expect");
    if (json_equal(results, expected)) return NULL;
    char *got = join_strings(results), *wanted = join_strings(expected);
    char *why = format_string("returned %s instead of %s", *got ? got : "nothing",
                              *wanted ? wanted : "nothing");
    free(got);
    free(wanted);
    return why;
}

static void note_failure(Recording *recording, NotMeasured entry, const char *who) {
    if (entry.workload == ANY)
        progress_note("%s %s", who, entry.reason);
    else
        progress_note("%s on %s: %s", who, recording->suite.workloads[entry.workload].name,
                      entry.reason);
    recording_add_not_measured(recording, entry);
}

/* What the program of an executor in a layout says of itself, if that is what its name says; or else
 * NULL and the reason in *why. */
static json_t *identify_program(const Recording *recording, const ExecutorProgram *program,
                                size_t layout, char **why) {
    char *path = executors_layout_path(&recording->executors, program, layout);
    const char *strategy = "", *isa = "";
    json_int_t seed = 0, wanted = recording->executors.layouts[layout];
    json_t *info = NULL;
    if (access(path, X_OK) != 0)
        *why = format_string("was not built in all layouts: \"scripts/build --layouts %zu --dispatch %s\" "
                             "does that", recording->layout_count, program->strategy);
    else info = ask(recording, path, NULL, NULL, why);
    if (info &&
        (json_unpack(info, "{s:s, s:s, s?I}", "strategy", &strategy, "isa", &isa, "layout", &seed) !=
             0 ||
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
    const ExecutorProgram *program = contender->program;
    char *why = NULL;
    for (size_t i = 0; i < recording->layout_count && !why; i++) {
        json_t *info = identify_program(recording, program, i, &why);
        if (i == 0)
            contender->info = info;
        else
            json_decref(info);
    }
    if (!why) return;
    NotMeasured entry = {"executor", ANY, index, program->isa, -1, why};
    if (contender->control)
        recording_add_not_measured(recording, entry); /* was said of the original */
    else
        note_failure(recording, entry, program->name);
}

/* Instruction counts are exact and the same for all strategies: once is enough. */
static void count_instructions(Recording *recording, size_t isa) {
    const char *name = recording->isas[isa];
    char *counter = executors_counter(&recording->executors, name);
    char *who = format_string("count-%s", name);
    for (size_t i = 0; counter && i < recording->suite.count && !interrupted(); i++) {
        const Workload *workload = &recording->suite.workloads[i];
        char *doing = format_string("counting instructions: %s, %s", workload->name, name), *why;
        progress_show(0, recording->budget, doing);
        free(doing);
        json_t *answer = ask(recording, counter, workload, "none", &why);
        if (answer) why = wrong_result(workload, answer);
        json_t *count = json_object_get(answer, "instructions");
        if (answer && !why && !json_is_integer(count))
            why = copy_string("does not say how many instructions it executed");
        if (why)
            note_failure(recording, (NotMeasured){"instructions", i, ANY, name, -1, why}, who);
        else if (answer)
            recording->instructions[i * recording->isa_count + isa] = json_integer_value(count);
        json_decref(answer);
    }
    if (!counter)
        recording_add_not_measured(
            recording, (NotMeasured){"instructions", ANY, ANY, name, -1,
                                     copy_string("the counting executor was not built")});
    free(counter);
    free(who);
}

void sampler_prepare(Recording *recording) {
    for (size_t i = 0; i < recording->contender_count; i++)
        identify(recording, i);
    for (size_t i = 0; i < recording->isa_count; i++)
        count_instructions(recording, i);
}

/* The counters, if they are as result files have them. */
static bool read_counters(json_t *answer, Sample *sample) {
    json_t *list = NULL, *counter;
    json_int_t cost = 0;
    const char *event, *state;
    size_t i;
    if (json_unpack(answer, "{s:o, s:I}", "counters", &list, "counting_cost_ns", &cost) != 0 ||
        !json_is_array(list))
        return false;
    json_array_foreach(list, i, counter)
        if (json_unpack(counter, "{s:s, s:s}", "event", &event, "state", &state) != 0) return false;
    sample->counters = list; /* the answer's, until the sample is added */
    sample->counting_cost_ns = cost;
    return true;
}

static bool read_sample(json_t *answer, Sample *sample) {
    json_t *phases = NULL;
    json_int_t wasm = 0, bytecode = 0, functions = 0, memory = 0;
    if (json_unpack(answer, "{s:o, s:I, s:I, s:I, s:I}", "phases", &phases, "wasm_bytes", &wasm,
                    "bytecode_bytes", &bytecode, "functions", &functions, "peak_rss_kib",
                    &memory) != 0)
        return false;
    for (int i = 0; i < PHASE_COUNT; i++) {
        json_int_t cpu, wall;
        if (json_unpack(phases, "{s:{s:I, s:I}}", PHASE_NAMES[i], "cpu", &cpu, "wall", &wall) != 0)
            return false;
        sample->phases[i] = (PhaseTime){cpu, wall};
    }
    sample->wasm_bytes = wasm;
    sample->bytecode_bytes = bytecode;
    sample->functions = functions;
    sample->peak_rss_kib = memory;
    return sample->phases[PHASE_EXECUTE].cpu > 0;
}

static void take_sample(Recording *recording, Sample sample) {
    const Workload *workload = &recording->suite.workloads[sample.workload];
    const ExecutorProgram *program = recording->contenders[sample.contender].program;
    char *path = executors_layout_path(&recording->executors, program, sample.layout), *why;
    json_t *answer = ask(recording, path, workload, recording->events, &why);
    free(path);
    if (answer) why = wrong_result(workload, answer);
    if (answer && !why && !read_sample(answer, &sample))
        why = copy_string("printed JSON without usable times");
    if (answer && !why && !read_counters(answer, &sample))
        why = copy_string("printed JSON without usable counters");
    if (why)
        note_failure(recording,
                     (NotMeasured){"sample", sample.workload, sample.contender, program->isa,
                                   sample.round, why},
                     program->name);
    else if (answer) {
        json_incref(sample.counters);
        recording_add(recording, &sample);
    }
    json_decref(answer);
}

/* How the run is going, for the progress line and for the decision to stop. */
typedef struct Pace {
    double started; /* of the run */
    double first;   /* of the first sample */
    int attempts;   /* samples tried */
} Pace;

static int least_rounds(const Recording *recording) {
    return recording->layout_count > 1 ? LEAST_ROUNDS_OF_LAYOUTS : LEAST_ROUNDS;
}

/* Samples of a round in one layout: one for each workload and contender that has not failed at it. */
static int layout_size(const Recording *recording) {
    int size = 0;
    for (size_t i = 0; i < recording->suite.count; i++)
        for (size_t j = 0; j < recording->contender_count; j++)
            size += !recording_failure(recording, i, j);
    return size;
}

/* When the run will end, if samples go on taking as long as they did. */
static double expected_end(const Recording *recording, const Pace *pace, double now) {
    double limit = pace->started + recording->budget;
    if (pace->attempts == 0) return limit;
    double warm_up = (now - pace->first) / pace->attempts * layout_size(recording);
    double round = warm_up * (double)recording->layout_count;
    double end = pace->first + warm_up + round * least_rounds(recording);
    while (round > 0 && end + round <= limit)
        end += round;
    return end;
}

static void show(const Recording *recording, const Pace *pace, const Sample *next) {
    char *name = contender_name(&recording->contenders[next->contender]),
         *round = format_string("round %d", next->round);
    char *layout = recording->layout_count > 1
                       ? format_string(", layout %lld",
                                       (long long)recording->executors.layouts[next->layout])
                       : copy_string("");
    char *doing = format_string("%s: %s, %s%s", next->round ? round : "warm-up",
                                recording->suite.workloads[next->workload].name, name, layout);
    double now = seconds_now(), end = expected_end(recording, pace, now);
    progress_show((now - pace->started) / (end - pace->started), end - now, doing);
    free(name);
    free(round);
    free(layout);
    free(doing);
}

/* 0 to count - 1 in random order. To be freed. */
static size_t *random_order(size_t count, uint64_t *random) {
    size_t *order = allocate(count * sizeof *order);
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    shuffle(order, count, random);
    return order;
}

/* A sample of one workload in one layout by each contender. */
static void sample_layout(Recording *recording, Sample sample, Pace *pace, uint64_t *random) {
    size_t *order = random_order(recording->contender_count, random);
    for (size_t i = 0; i < recording->contender_count && !interrupted(); i++) {
        sample.contender = order[i];
        if (recording_failure(recording, sample.workload, sample.contender)) continue;
        sample.order = pace->attempts;
        show(recording, pace, &sample);
        take_sample(recording, sample);
        pace->attempts++;
    }
    free(order);
}

/* False if it was interrupted. The warm-up takes each workload in one layout, in all of them by turns. */
static bool sample_round(Recording *recording, int round, Pace *pace, uint64_t *random) {
    size_t workloads = recording->suite.count, layouts = recording->layout_count;
    size_t *workload_order = random_order(workloads, random);
    for (size_t i = 0; i < workloads && !interrupted(); i++) {
        size_t workload = workload_order[i], *layout_order = random_order(layouts, random);
        for (size_t j = 0; j < layouts; j++) {
            if (round == 0 && layout_order[j] != workload % layouts) continue;
            Sample sample = {.round = round, .workload = workload, .layout = layout_order[j]};
            sample_layout(recording, sample, pace, random);
        }
        free(layout_order);
    }
    free(workload_order);
    return !interrupted();
}

void sampler_run(Recording *recording, double started, void (*save)(Recording *recording)) {
    uint64_t random = recording->seed;
    Pace pace = {.started = started, .first = seconds_now()};
    double slowest = 0; /* of the rounds so far */
    for (int round = 0; !interrupted(); round++) {
        double now = seconds_now();
        if (round > least_rounds(recording) && now + slowest > started + recording->budget) break;
        if (!sample_round(recording, round, &pace, &random)) break;
        recording->rounds = round;
        if (seconds_now() - now > slowest) slowest = seconds_now() - now;
        save(recording);
        if (layout_size(recording) == 0) break; /* all have failed */
    }
    progress_clear();
}
