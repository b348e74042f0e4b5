#define _GNU_SOURCE 1
#include "bench/data/resume.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/data/result_file.h"
#include "bench/data/schema.h"
#include "bench/util/memory.h"
#include "bench/util/process.h"

/* ---- Reading --------------------------------------------------------------------------------- */

static bool is_same_run(json_t *one, json_t *other) {
    static const char *const keys[] = {"seed", "started", "command"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!json_equal(json_object_get(one, keys[i]), json_object_get(other, keys[i])))
            return false;
    return true;
}

static json_int_t order_of(json_t *sample) {
    return json_integer_value(json_object_get(sample, "order"));
}

static int by_order(const void *left, const void *right) {
    json_int_t a = order_of(*(json_t *const *)left), b = order_of(*(json_t *const *)right);
    return (a > b) - (a < b);
}

/* The samples of both, in their order, each once. */
static json_t *merge_samples(json_t *samples, json_t *more) {
    size_t count = 0, i;
    json_t *sample, *merged = json_array();
    json_t **all = allocate((json_array_size(samples) + json_array_size(more) + 1) * sizeof *all);
    json_array_foreach(samples, i, sample)
        all[count++] = sample;
    json_array_foreach(more, i, sample)
        all[count++] = sample;
    qsort(all, count, sizeof *all, by_order);
    for (i = 0; i < count; i++)
        if (i == 0 || order_of(all[i]) != order_of(all[i - 1])) json_array_append(merged, all[i]);
    free(all);
    return merged;
}

/* Whether one of the first `count` samples has that order. */
static bool has_order(json_t *samples, size_t count, json_int_t order) {
    for (size_t i = count; i > 0; i--)
        if (order_of(json_array_get(samples, i - 1)) == order) return true;
    return false;
}

/* The last sitting has the samples that the others have not. */
static bool count_samples(json_t *document, const char *path, Error *error) {
    json_t *sittings = json_object_get(document, "sittings"), *sitting;
    json_int_t left = (json_int_t)json_array_size(json_object_get(document, "samples"));
    size_t i;
    json_array_foreach(sittings, i, sitting) {
        if (i + 1 == json_array_size(sittings)) break;
        json_int_t count = json_integer_value(json_object_get(sitting, "samples"));
        if (count > left)
            return fail(error, ERROR_FILE,
                        "cannot read %s: it is damaged: sittings[%zu].samples is %lld, and so many "
                        "there are not",
                        path, i, (long long)count);
        left -= count;
    }
    json_object_set_new(json_array_get(sittings, json_array_size(sittings) - 1), "samples",
                        json_integer(left));
    return true;
}

/* Adds to the document what the journal has. */
static bool merge(json_t *document, json_t *entries, const char *path, Error *error) {
    size_t i;
    json_t *entry, *samples = json_array(), *gaps = json_object_get(document, "not_measured");
    json_t *processes = json_object_get(json_object_get(document, "peers"), "samples");
    size_t merged = json_array_size(processes);
    bool done = true;
    Error why;
    json_array_foreach(entries, i, entry) {
        json_t *sample = json_object_get(entry, "sample"),
               *gap = json_object_get(entry, "not_measured"),
               *process = json_object_get(entry, "process");
        done = done && (sample    ? schema_check(sample, "sample", &why)
                        : process ? schema_check(process, "process", &why)
                                  : gap && schema_check(gap, "gap", &why));
        if (!done) {
            fail(error, ERROR_FILE, "%s is damaged: line %zu: %s", path, i + 2,
                 sample || gap || process
                     ? why.message
                     : "it is neither a sample nor something not measured");
            break;
        }
        if (sample)
            json_array_append(samples, sample);
        else if (process && !has_order(processes, merged, order_of(process)))
            json_array_append(processes, process);
        else if (process)
            continue; /* the file has it */
        else
            json_array_append(gaps, gap);
    }
    json_object_set_new(document, "samples",
                        merge_samples(json_object_get(document, "samples"), samples));
    json_decref(samples);
    return done;
}

json_t *resume_read(const char *path, const Journal *journal, Error *error) {
    json_t *document = NULL, *head, *entries;
    if (access(path, F_OK) == 0) {
        document = result_read(path, error);
        if (!document) return NULL;
    }
    if (!journal_read(journal, &head, &entries, error)) {
        json_decref(document);
        return NULL;
    }
    /* A file of another run is what this one was about to replace when it was killed. */
    if (head && (!document || !is_same_run(document, head))) {
        json_decref(document);
        document = json_incref(head);
        Error why;
        if (!result_check(document, &why)) {
            fail(error, ERROR_FILE, "cannot read %s: %s", journal->path, why.message);
            json_decref(document);
            document = NULL;
        }
    } else if (!document) {
        fail(error, ERROR_FILE, "there is no run to go on with: %s does not exist", path);
    }
    if (document && (!merge(document, entries, journal->path, error) ||
                     !count_samples(document, path, error))) {
        json_decref(document);
        document = NULL;
    }
    json_decref(head);
    json_decref(entries);
    return document;
}

/* ---- Comparing ------------------------------------------------------------------------------- */

static const char *text_at(json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

static bool same_text(json_t *one, json_t *other, const char *key) {
    return json_equal(json_object_get(one, key), json_object_get(other, key));
}

static bool check_machine(json_t *then, json_t *now, char **notes, Error *error) {
    json_t *cpu_then = json_object_get(then, "cpu"), *cpu_now = json_object_get(now, "cpu");
    const char *old = text_at(cpu_then, "model"), *new = text_at(cpu_now, "model");
    if (!same_text(cpu_then, cpu_now, "model") || !same_text(cpu_then, cpu_now, "architecture"))
        return fail(error, ERROR_UNSUPPORTED, "it was measured on another machine (%s; this is %s)",
                    old ? old : "unknown", new ? new : "unknown");
    old = text_at(then, "kernel");
    new = text_at(now, "kernel");
    if (!same_text(then, now, "kernel"))
        *notes = format_string("The kernel is another one than before: %s; it was %s",
                               new ? new : "unknown", old ? old : "unknown");
    return true;
}

static bool check_programs(const Build *build, json_t *programs, Error *error) {
    const char *name;
    json_t *hashes;
    json_object_foreach(build->programs, name, hashes) {
        json_t *old = json_object_get(programs, name);
        if (!old)
            return fail(error, ERROR_UNSUPPORTED, "%s %s takes part now and did not before",
                        build->name, name);
        if (!json_equal(old, hashes))
            return fail(error, ERROR_UNSUPPORTED, "the programs of %s in %s were built anew since",
                        name, build->executors.directory);
    }
    json_object_foreach(programs, name, hashes)
        if (!json_object_get(build->programs, name))
            return fail(error, ERROR_UNSUPPORTED, "%s %s took part before and does not now",
                        build->name, name);
    return true;
}

static bool check_builds(const Recording *recording, json_t *builds, Error *error) {
    size_t count = recording->builds.count;
    if (json_array_size(builds) != count)
        return fail(error, ERROR_UNSUPPORTED, "it compares %zu builds and not %zu: --builds",
                    json_array_size(builds), count);
    for (size_t i = 0; i < count; i++) {
        const Build *build = &recording->builds.items[i];
        json_t *old = json_array_get(builds, i);
        if (strcmp(text_at(old, "name"), build->name) != 0)
            return fail(error, ERROR_UNSUPPORTED, "its build %zu is %s and not %s", i + 1,
                        text_at(old, "name"), build->name);
        if (!json_equal(
                json_object_get(old, "layout_seeds"),
                json_object_get(json_array_get(recording->descriptions, i), "layout_seeds")))
            return fail(error, ERROR_UNSUPPORTED, "%s has other layouts now", build->name);
        if (!check_programs(build, json_object_get(old, "programs"), error)) return false;
    }
    return true;
}

static bool check_suite(const Suite *suite, json_t *workloads, Error *error) {
    static const char *const keys[] = {"name", "sha256", "invoke", "args", "dirs", "env", "expect"};
    if (json_array_size(workloads) != suite->count)
        return fail(error, ERROR_UNSUPPORTED, "it has %zu workloads and not %zu",
                    json_array_size(workloads), suite->count);
    for (size_t i = 0; i < suite->count; i++) {
        json_t *json = suite->workloads[i].json, *old = json_array_get(workloads, i);
        workload_expects(&suite->workloads[i], json_object_get(old, "expect"));
        for (size_t j = 0; j < sizeof keys / sizeof *keys; j++)
            if ((json_object_get(json, keys[j]) || json_object_get(old, keys[j])) &&
                !same_text(old, json, keys[j]))
                return fail(error, ERROR_UNSUPPORTED, "the workload \"%s\" is another one now (%s)",
                            suite->workloads[i].name, keys[j]);
    }
    return true;
}

static bool check_cpu(int now, json_t *document, Error *error) {
    json_t *pinned = json_object_get(document, "pinned_cpu");
    int then = json_is_null(pinned) ? NOT_PINNED : (int)json_integer_value(pinned);
    if (then == now) return true;
    if (then == NOT_PINNED)
        return fail(error, ERROR_UNSUPPORTED,
                    "its samples were not pinned to a CPU; now they would be");
    return fail(error, ERROR_UNSUPPORTED,
                "its samples were taken on CPU %d, and now that would be another one (taskset says "
                "which may be used)",
                then);
}

/* ---- Taking over ----------------------------------------------------------------------------- */

static size_t find_workload(const Recording *recording, json_t *entry) {
    const char *name = text_at(entry, "workload");
    for (size_t i = 0; name && i < recording->suite.count; i++)
        if (!strcmp(recording->suite.workloads[i].name, name)) return i;
    return ANY;
}

static size_t find_build(const Recording *recording, json_t *entry) {
    const char *name = text_at(entry, "build");
    for (size_t i = 0; name && i < recording->builds.count; i++)
        if (!strcmp(recording->builds.items[i].name, name)) return i;
    return ANY;
}

static size_t find_contender(const Recording *recording, json_t *entry) {
    const char *strategy = text_at(entry, "strategy"), *isa = text_at(entry, "isa");
    size_t build = find_build(recording, entry);
    bool control = json_is_true(json_object_get(entry, "control"));
    for (size_t i = 0; strategy && isa && i < recording->contender_count; i++) {
        const Contender *contender = &recording->contenders[i];
        if (contender->build == build && contender->control == control &&
            !strcmp(contender->program->strategy, strategy) &&
            !strcmp(contender->program->isa, isa))
            return i;
    }
    return ANY;
}

static size_t find_engine(const Recording *recording, json_t *entry) {
    const char *name = text_at(entry, "engine");
    for (size_t i = 0; name && i < recording->engine_count; i++)
        if (!strcmp(recording->engines[i].name, name)) return i;
    return ANY;
}

static size_t find_layout(const Recording *recording, json_int_t seed) {
    for (size_t i = 0; i < recording->builds.layout_count; i++)
        if (builds_seed(&recording->builds, i) == seed) return i;
    return ANY;
}

static const char *find_isa(const Recording *recording, json_t *entry) {
    const char *name = text_at(entry, "isa");
    for (size_t i = 0; name && i < recording->isa_count; i++)
        if (!strcmp(recording->isas[i], name)) return recording->isas[i];
    return NULL;
}

/* Places in the plan, counted over all rounds, are ints. */
static json_int_t most_rounds(const Recording *recording) {
    return (json_int_t)(INT_MAX / ((recording->suite.count + 2) *
                                   (recording->contender_count + recording->engine_count) *
                                   recording->builds.layout_count)) -
           2;
}

static bool load_sample(Recording *recording, json_t *entry) {
    json_int_t round = 0, order = 0, layout = 0;
    Sample sample = {.workload = find_workload(recording, entry),
                     .contender = find_contender(recording, entry)};
    if (json_unpack(entry, "{s:I, s:I, s:I}", "round", &round, "order", &order, "layout",
                    &layout) != 0 ||
        round > most_rounds(recording) || order > INT_MAX)
        return false;
    sample.round = (int)round;
    sample.order = (int)order;
    sample.layout = find_layout(recording, layout);
    if (sample.workload == ANY || sample.contender == ANY || sample.layout == ANY ||
        cost_read(entry, &sample.cost))
        return false;
    recording_add(recording, &sample);
    return true;
}

static int64_t integer_or(json_t *entry, const char *key) {
    json_t *value = json_object_get(entry, key);
    return json_is_integer(value) ? json_integer_value(value) : -1;
}

static bool load_process(Recording *recording, json_t *entry) {
    const char *run = text_at(entry, "run");
    ProcessSample sample = {.round = (int)integer_or(entry, "round"),
                            .order = (int)integer_or(entry, "order"),
                            .workload = find_workload(recording, entry),
                            .is_command = run && strcmp(run, "command") == 0,
                            .engine = find_engine(recording, entry),
                            .layout = find_layout(recording, integer_or(entry, "layout")),
                            .user_ns = integer_or(entry, "user_ns"),
                            .system_ns = integer_or(entry, "system_ns"),
                            .wall_ns = integer_or(entry, "wall_ns"),
                            .peak_rss_kib = integer_or(entry, "peak_rss_kib"),
                            .execute_cpu_ns = integer_or(entry, "execute_cpu_ns"),
                            .execute_wall_ns = integer_or(entry, "execute_wall_ns")};
    if (sample.engine == ANY || sample.layout == ANY ||
        (sample.workload == ANY && text_at(entry, "workload")) ||
        integer_or(entry, "round") > most_rounds(recording) || integer_or(entry, "order") > INT_MAX)
        return false;
    recording_add_process(recording, &sample);
    return true;
}

/* The same engines, and of the peers the same programs. */
static bool check_engines(const Recording *recording, json_t *document, Error *error) {
    json_t *engines = json_object_get(json_object_get(document, "peers"), "engines");
    if (json_array_size(engines) != recording->engine_count)
        return fail(error, ERROR_UNSUPPORTED,
                    "it measured %zu engines as processes and not %zu: --peer",
                    json_array_size(engines), recording->engine_count);
    for (size_t i = 0; i < recording->engine_count; i++) {
        const Engine *engine = &recording->engines[i];
        json_t *old = json_array_get(engines, i);
        if (strcmp(text_at(old, "name"), engine->name) != 0)
            return fail(error, ERROR_UNSUPPORTED, "its engine %zu is %s and not %s", i + 1,
                        text_at(old, "name"), engine->name);
        const char *digest = text_at(old, "sha256");
        if (engine->peer && (!digest || strcmp(digest, engine->peer->sha256) != 0))
            return fail(error, ERROR_UNSUPPORTED,
                        "the program of the peer %s is another one now, %s", engine->name,
                        engine->peer->program);
    }
    return true;
}

/* Each gap once: the journal may have what the file has, and this sitting find it again. */
static bool load_gap(Recording *recording, json_t *entry) {
    static const char *const kinds[] = {"sample",     "instructions",  "executor", "counter",
                                        "simulation", "whole process", "peer"};
    const size_t kind_count = sizeof kinds / sizeof *kinds;
    size_t kind = 0;
    while (kind < kind_count && strcmp(kinds[kind], text_at(entry, "what")) != 0)
        kind++;
    if (kind == kind_count) return false;
    json_t *round = json_object_get(entry, "round");
    NotMeasured gap = {.what = kinds[kind],
                       .workload = find_workload(recording, entry),
                       .contender = find_contender(recording, entry),
                       .build = find_build(recording, entry),
                       .isa = find_isa(recording, entry),
                       .round = json_is_null(round) ? -1 : (int)json_integer_value(round),
                       .reason = copy_string(text_at(entry, "reason")),
                       .engine = find_engine(recording, entry) + 1}; /* 0 of ANY */
    for (size_t i = 0; i < recording->not_measured_count; i++) {
        json_t *known = result_gap(recording, &recording->not_measured[i]);
        bool equal = json_equal(known, entry);
        json_decref(known);
        if (!equal) continue;
        free(gap.reason);
        return true;
    }
    recording_add_not_measured(recording, gap);
    return true;
}

static int64_t load_count(json_t *workload, const char *what, const char *isa) {
    json_t *count = json_object_get(json_object_get(workload, what), isa);
    return json_is_integer(count) ? json_integer_value(count) : -1;
}

static void load_work(Recording *recording, json_t *workloads) {
    for (size_t i = 0; i < recording->suite.count; i++) {
        json_t *workload = json_array_get(workloads, i);
        for (size_t j = 0; j < recording->isa_count; j++) {
            const char *isa = recording->isas[j];
            recording->work[i * recording->isa_count + j] =
                (Work){load_count(workload, "instructions", isa),
                       load_count(workload, "branches", isa), load_count(workload, "calls", isa)};
        }
    }
}

/* Layouts put what executions use where they did, or nowhere, as revisions did that do not say. */
static bool load_placement(Recording *recording, json_t *document, Error *error) {
    json_t *then = json_object_get(document, "placement");
    if (!then) recording->placed = 0;
    json_t *now = result_placement(recording);
    bool same =
        !then || json_equal(json_object_get(then, "layouts"), json_object_get(now, "layouts"));
    json_decref(now);
    return same || fail(error, ERROR_UNSUPPORTED,
                        "its layouts put bytecode, frames, memories and stack elsewhere");
}

/* A round takes at least one sample. */
static bool load_rounds(Recording *recording, json_t *document, Error *error) {
    json_int_t rounds = json_integer_value(json_object_get(document, "rounds"));
    if (rounds > (json_int_t)json_array_size(json_object_get(document, "samples")) ||
        rounds > most_rounds(recording))
        return fail(error, ERROR_FILE,
                    "it is damaged: rounds is %lld, for which it has too few samples",
                    (long long)rounds);
    recording->rounds = (int)rounds;
    return true;
}

bool resume_load(Recording *recording, json_t *document, char **notes, Error *error) {
    json_t *workloads = json_object_get(json_object_get(document, "suite"), "workloads");
    json_t *machine = json_object_get(document, "machine"), *entry;
    *notes = NULL;
    if (!check_machine(machine, recording->machine, notes, error) ||
        !check_builds(recording, json_object_get(document, "builds"), error) ||
        !check_suite(&recording->suite, workloads, error) ||
        !check_cpu(recording->cpu, document, error) || !check_engines(recording, document, error) ||
        !load_placement(recording, document, error) || !load_rounds(recording, document, error))
        return false;
    json_decref(recording->machine);
    recording->machine = json_incref(machine);
    json_decref(recording->descriptions);
    recording->descriptions = json_incref(json_object_get(document, "builds"));
    recording->sittings = json_incref(json_object_get(document, "sittings"));
    recording->whole_processes = json_incref(json_object_get(document, "whole_processes"));
    recording->simulated = json_incref(json_object_get(document, "simulated"));
    load_work(recording, workloads);
    size_t i;
    json_array_foreach(json_object_get(document, "samples"), i, entry)
        if (!load_sample(recording, entry))
            return fail(error, ERROR_FILE,
                        "it is damaged: samples[%zu] is of something that did not take part", i);
    recording->earlier_samples = recording->sample_count;
    json_array_foreach(json_object_get(json_object_get(document, "peers"), "samples"), i, entry)
        if (!load_process(recording, entry))
            return fail(error, ERROR_FILE,
                        "it is damaged: peers.samples[%zu] is of something that did not take part",
                        i);
    json_array_foreach(json_object_get(document, "not_measured"), i, entry)
        if (!load_gap(recording, entry))
            return fail(error, ERROR_FILE,
                        "it is damaged: not_measured[%zu] is of a kind that there is not", i);
    return true;
}
