#define _GNU_SOURCE 1
#include "bench/data/recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/build_description.h"
#include "bench/measure/counter_report.h"
#include "bench/util/memory.h"

static void add_contender(Recording *recording, size_t build, const ExecutorProgram *program,
                          bool control) {
    size_t count = ++recording->contender_count;
    recording->contenders = grow(recording->contenders, count, sizeof *recording->contenders);
    recording->contenders[count - 1] =
        (Contender){.build = build, .program = program, .control = control};
}

static void note_left_out(Recording *recording, size_t build, const ExecutorProgram *program) {
    const char *of =
        recording->builds.count > 1 ? recording->builds.items[build].name : "the build";
    recording_add_not_measured(
        recording, (NotMeasured){.what = "executor",
                                 .workload = ANY,
                                 .contender = ANY,
                                 .build = build,
                                 .isa = program->isa,
                                 .round = -1,
                                 .reason = format_string("%s was left out of %s: %s", program->name,
                                                         of, program->left_out)});
}

/* Those of one build and instruction set that are references, or those that are not. */
static void add_programs(Recording *recording, size_t build, const char *strategies,
                         const char *isa, bool references) {
    const Executors *executors = &recording->builds.items[build].executors;
    for (size_t i = 0; i < executors->count; i++) {
        const ExecutorProgram *program = &executors->items[i];
        if (strcmp(program->isa, isa) != 0 || !in_list(strategies, program->strategy) ||
            program->is_reference != references)
            continue;
        if (program->left_out) {
            note_left_out(recording, build, program);
            continue;
        }
        build_hash(&recording->builds.items[build], program, recording->builds.layout_count);
        add_contender(recording, build, program, false);
    }
}

/* The executors of one build and instruction set, their controls, and the references. */
static void add_group(Recording *recording, size_t build, const char *strategies, const char *isa) {
    size_t first = recording->contender_count;
    add_programs(recording, build, strategies, isa, false);
    size_t own = recording->contender_count - first;
    if (own == 0) return;
    for (size_t i = 0; i < own; i++)
        add_contender(recording, build, recording->contenders[first + i].program, true);
    recording->groups = grow(recording->groups, recording->group_count + 1, sizeof(Group));
    add_programs(recording, build, strategies, isa, true);
    recording->groups[recording->group_count++] =
        (Group){build, recording->isa_count, first, 2 * own, own,
                recording->contender_count - first - 2 * own};
}

/* The groups of one instruction set. */
static void add_isa(Recording *recording, const char *strategies, const char *isa) {
    size_t groups = recording->group_count;
    for (size_t i = 0; i < recording->builds.count; i++)
        add_group(recording, i, strategies, isa);
    if (recording->group_count == groups) return;
    size_t count = ++recording->isa_count;
    recording->isas = grow(recording->isas, count, sizeof *recording->isas);
    recording->isas[count - 1] = isa;
}

/* The instruction sets of all builds, in the order of the first that has them. Without a list only
 * the one that every strategy can carry, or else the first that has any of the strategies. */
static void add_isas(Recording *recording, const char *strategies, const char *isas) {
    char seen[200] = "";
    if (!isas) {
        strcpy(seen, BASELINE_ISA);
        add_isa(recording, strategies, BASELINE_ISA);
        if (recording->isa_count > 0) return;
    }
    for (size_t i = 0; i < recording->builds.count; i++) {
        const Executors *executors = &recording->builds.items[i].executors;
        for (size_t j = 0; j < executors->count; j++) {
            const char *isa = executors->items[j].isa;
            if (in_list(seen, isa) || !in_list(isas, isa)) continue;
            size_t length = strlen(seen);
            snprintf(seen + length, sizeof seen - length, "%s%s", length ? "," : "", isa);
            add_isa(recording, strategies, isa);
            if (!isas && recording->isa_count > 0) return;
        }
    }
}

bool recording_prepare(Recording *recording, const char *strategies, const char *isas,
                       Error *error) {
    if (!builds_know(&recording->builds, strategies, false, error) ||
        !builds_know(&recording->builds, isas, true, error))
        return false;
    add_isas(recording, strategies, isas);
    if (recording->contender_count == 0)
        return fail(error, ERROR_UNSUPPORTED, "nothing to measure: %s",
                    recording->not_measured_count ? recording->not_measured[0].reason
                                                  : "no executor was built");
    size_t cells = recording->suite.count * recording->isa_count;
    recording->work = allocate(cells * sizeof *recording->work);
    for (size_t i = 0; i < cells; i++)
        recording->work[i] = (Work){-1, -1, -1};
    recording->descriptions = json_array();
    for (size_t i = 0; i < recording->builds.count; i++)
        json_array_append_new(
            recording->descriptions,
            build_description(&recording->builds.items[i], recording->builds.layout_count));
    return true;
}

bool recording_is_of_commands(const Recording *recording) {
    return recording->contender_count > 0 && recording->contenders[0].program->arguments;
}

static void add_engine(Recording *recording, Engine engine) {
    size_t count = ++recording->engine_count;
    recording->engines = grow(recording->engines, count, sizeof *recording->engines);
    recording->engines[count - 1] = engine;
}

bool recording_add_engines(Recording *recording, Error *error) {
    const Peers *peers = &recording->peers;
    for (size_t i = 0; peers->count > 0 && i < recording->contender_count; i++) {
        const Contender *contender = &recording->contenders[i];
        if (contender->program->arguments)
            return fail(error, ERROR_UNSUPPORTED,
                        "--peer is about WebAssembly engines, which cannot run what %s does",
                        contender->program->name);
        if (!contender->control && !contender->program->is_reference)
            add_engine(recording,
                       (Engine){.name = contender_name(recording, contender), .contender = i});
    }
    size_t executors = recording->engine_count;
    for (size_t i = 0; i < peers->count; i++) {
        for (size_t j = 0; j < executors; j++)
            if (strcmp(recording->engines[j].name, peers->items[i].name) == 0)
                return fail(error, ERROR_UNSUPPORTED, "--peer %s: an executor here has that name",
                            peers->items[i].name);
        add_engine(recording, (Engine){.name = copy_string(peers->items[i].name),
                                       .peer = &peers->items[i],
                                       .contender = ANY});
    }
    for (size_t i = 0; i < recording->suite.count; i++) {
        const Workload *workload = &recording->suite.workloads[i];
        recording->commands |= workload_is_command(workload);
        recording->calls |= workload->invoke && !workload_is_command(workload);
    }
    return true;
}

size_t recording_starts(const Recording *recording) {
    return recording->engine_count ? (size_t)recording->calls + recording->commands : 0;
}

bool recording_start_is_command(const Recording *recording, size_t start) {
    return start > 0 || !recording->calls;
}

char *join_strings(const json_t *strings) {
    char *text = copy_string("");
    size_t i;
    json_t *string;
    json_array_foreach(strings, i, string) {
        char *longer = format_string("%s%s%s", text, i ? ", " : "", json_string_value(string));
        free(text);
        text = longer;
    }
    return text;
}

static void note_uncounted(Recording *recording, json_t *summary) {
    size_t i;
    json_t *entry;
    json_array_foreach(summary, i, entry) {
        const char *reason = json_string_value(json_object_get(entry, "reason"));
        if (!reason) continue;
        char *names = join_strings(json_object_get(entry, "events"));
        recording_add_not_measured(recording,
                                   (NotMeasured){"counter", ANY, ANY, ANY, NULL, -1,
                                                 format_string("%s: %s", names, reason), 0});
        free(names);
    }
}

static bool is_countable(const Counter *counter, int hardware_group) {
    return counter->state == COUNTER_MEASURED &&
           (counter->group == hardware_group || counter_event_is_software(&counter->attr));
}

/* The events of a group of the PMU's counters, and those of software, which need none: as a list
 * with the braces that they had. To be freed. */
static char *countable(const Counters *counters, int hardware_group) {
    char *list = copy_string("");
    int open = -1; /* the group whose braces are open */
    for (size_t i = 0; i < counters->count; i++) {
        const Counter *counter = &counters->items[i];
        if (!is_countable(counter, hardware_group)) continue;
        int group = counter->bound ? counter->group : -1;
        char *longer =
            format_string("%s%s%s%s%s", list, open >= 0 && open != group ? "}" : "",
                          *list ? "," : "", group >= 0 && group != open ? "{" : "", counter->event);
        free(list);
        list = longer;
        open = group;
    }
    char *closed = format_string("%s%s", *list ? list : "none", open >= 0 ? "}" : "");
    free(list);
    return closed;
}

/* A list for each group of the PMU's counters, in the order of their first events; at least one. */
static void make_event_sets(Recording *recording, const Counters *counters) {
    bool is_done[COUNTER_LIMIT] = {false};
    recording->event_sets = allocate((counters->count + 1) * sizeof *recording->event_sets);
    for (size_t i = 0; i < counters->count; i++) {
        const Counter *counter = &counters->items[i];
        if (counter->state != COUNTER_MEASURED || counter_event_is_software(&counter->attr) ||
            is_done[counter->group])
            continue;
        is_done[counter->group] = true;
        recording->event_sets[recording->event_set_count++] = countable(counters, counter->group);
    }
    if (recording->event_set_count == 0)
        recording->event_sets[recording->event_set_count++] = countable(counters, -1);
}

char *recording_events(const Recording *recording, const Sample *sample) {
    size_t turn = (size_t)sample->round + sample->layout + sample->workload;
    return recording->event_sets[turn % recording->event_set_count];
}

bool recording_choose_events(Recording *recording, const char *events, const CounterKernel *kernel,
                             Error *error) {
    Counters *counters = allocate(sizeof *counters);
    bool chosen = strcmp(events, "default") != 0, done = true;
    if (!counters_open(counters, events, kernel, error)) {
        free(counters);
        return false;
    }
    for (size_t i = 0; chosen && i < counters->count && done; i++)
        if (counters->items[i].state == COUNTER_UNKNOWN_EVENT)
            done = fail(error, ERROR_UNSUPPORTED, "%s", counters->items[i].reason);
    if (done) {
        json_t *summary = counters_summary(counters);
        note_uncounted(recording, summary);
        json_decref(summary);
        make_event_sets(recording, counters);
    }
    counters_close(counters);
    free(counters);
    return done;
}

void recording_free(Recording *recording) {
    for (size_t i = 0; i < recording->contender_count; i++)
        json_decref(recording->contenders[i].info);
    for (size_t i = 0; i < recording->not_measured_count; i++)
        free(recording->not_measured[i].reason);
    free(recording->contenders);
    free(recording->not_measured);
    for (size_t i = 0; i < recording->sample_count; i++)
        json_decref(recording->samples[i].cost.counters);
    free(recording->samples);
    for (size_t i = 0; i < recording->engine_count; i++) {
        free(recording->engines[i].name);
        free(recording->engines[i].version);
    }
    free(recording->engines);
    for (size_t i = 0; recording->printed && i < recording->suite.count; i++)
        free(recording->printed[i].text);
    free(recording->printed);
    free(recording->process_samples);
    peers_free(&recording->peers);
    for (size_t i = 0; i < recording->event_set_count; i++)
        free(recording->event_sets[i]);
    free(recording->event_sets);
    free(recording->work);
    free(recording->isas);
    free(recording->groups);
    free(recording->stop_reason);
    free(recording->directory);
    json_decref(recording->descriptions);
    json_decref(recording->machine);
    json_decref(recording->command);
    json_decref(recording->sittings);
    json_decref(recording->verdicts);
    json_decref(recording->whole_processes);
    json_decref(recording->simulated);
    suite_free(&recording->suite);
    builds_free(&recording->builds);
}

Placement recording_placement(const Recording *recording, size_t layout) {
    return placement_draw(builds_seed(&recording->builds, layout), recording->placed);
}

void recording_add(Recording *recording, const Sample *sample) {
    size_t count = ++recording->sample_count;
    recording->samples = grow(recording->samples, count, sizeof *sample);
    recording->samples[count - 1] = *sample;
}

void recording_add_process(Recording *recording, const ProcessSample *sample) {
    size_t count = ++recording->process_sample_count;
    recording->process_samples = grow(recording->process_samples, count, sizeof *sample);
    recording->process_samples[count - 1] = *sample;
}

bool recording_is_same_gap(const NotMeasured *one, const NotMeasured *other) {
    return one->workload != ANY && one->workload == other->workload &&
           strcmp(one->reason, other->reason) == 0;
}

void recording_add_not_measured(Recording *recording, NotMeasured entry) {
    size_t count = ++recording->not_measured_count;
    recording->not_measured = grow(recording->not_measured, count, sizeof entry);
    recording->not_measured[count - 1] = entry;
}

void recording_forget(Recording *recording, const char *what) {
    size_t kept = 0;
    for (size_t i = 0; i < recording->not_measured_count; i++) {
        NotMeasured entry = recording->not_measured[i];
        if (strcmp(entry.what, what) == 0)
            free(entry.reason);
        else
            recording->not_measured[kept++] = entry;
    }
    recording->not_measured_count = kept;
}

/* The strategy of a control; a strategy itself. */
static size_t original(const Recording *recording, size_t contender) {
    for (size_t i = 0; i < recording->group_count; i++) {
        const Group *group = &recording->groups[i];
        if (contender - group->first < group->count) /* huge if it is of an earlier group */
            return group->first + (contender - group->first) % group->strategies;
    }
    return contender;
}

const char *recording_own_failure(const Recording *recording, size_t workload, size_t contender) {
    for (size_t i = 0; i < recording->not_measured_count; i++) {
        const NotMeasured *entry = &recording->not_measured[i];
        if (entry->contender == contender &&
            (entry->workload == workload || entry->workload == ANY))
            return entry->reason;
    }
    return NULL;
}

const char *recording_failure(const Recording *recording, size_t workload, size_t contender) {
    const char *own = recording_own_failure(recording, workload, contender);
    return own ? own
               : recording_own_failure(recording, workload, original(recording, contender));
}

bool recording_is_failure_of_engine(const Recording *recording, const NotMeasured *entry) {
    const Peer *peer = entry->engine ? recording->engines[entry->engine - 1].peer : NULL;
    return entry->engine && !(peer && peer->is_of_all && entry->round < 0);
}

const char *recording_engine_failure(const Recording *recording, size_t workload, size_t engine) {
    for (size_t i = 0; i < recording->not_measured_count; i++) {
        const NotMeasured *entry = &recording->not_measured[i];
        if (entry->engine == engine + 1 &&
            (entry->workload == workload || entry->workload == ANY))
            return entry->reason;
    }
    size_t contender = recording->engines[engine].contender;
    return contender == ANY ? NULL : recording_failure(recording, workload, contender);
}

char *contender_name(const Recording *recording, const Contender *contender) {
    bool several = recording->builds.count > 1;
    return format_string("%s%s%s%s", several ? recording->builds.items[contender->build].name : "",
                         several ? " " : "", contender->program->name,
                         contender->control ? " (again)" : "");
}
