#define _GNU_SOURCE 1
#include "bench/data/result_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/data/journal.h"
#include "bench/data/machine.h"
#include "bench/data/schema.h"
#include "bench/util/memory.h"
#include "bench/util/output_file.h"
#include "bench/util/paths.h"
#include "bench/util/process.h"

#define RESULT_LIMIT (1u << 30)

static json_t *time_string(time_t when) {
    char text[sizeof "2026-01-01T00:00:00Z"];
    struct tm parts;
    if (when == 0 || !gmtime_r(&when, &parts)) return json_null();
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return json_string(text);
}

static json_t *string_or_null(const char *string) {
    json_t *json = string ? json_string(string) : NULL; /* NULL if it is not UTF-8, too */
    return json ? json : json_null();
}

static json_t *index_name(const Workload *workloads, size_t index) {
    return index == ANY ? json_null() : json_string(workloads[index].name);
}

static json_t *build_name(const Recording *recording, size_t build) {
    return build == ANY ? json_null() : json_string(recording->builds.items[build].name);
}

static void set_count(json_t *counts, const char *isa, int64_t count) {
    json_object_set_new(counts, isa, count < 0 ? json_null() : json_integer(count));
}

static json_t *suite(const Recording *recording) {
    json_t *workloads = json_array();
    for (size_t i = 0; i < recording->suite.count; i++) {
        json_t *workload = json_copy(recording->suite.workloads[i].json);
        json_t *instructions = json_object(), *branches = json_object(), *calls = json_object();
        for (size_t j = 0; j < recording->isa_count; j++) {
            const Work *work = &recording->work[i * recording->isa_count + j];
            set_count(instructions, recording->isas[j], work->instructions);
            set_count(branches, recording->isas[j], work->branches);
            set_count(calls, recording->isas[j], work->calls);
        }
        json_object_set_new(workload, "instructions", instructions);
        json_object_set_new(workload, "branches", branches);
        json_object_set_new(workload, "calls", calls);
        json_array_append_new(workloads, workload);
    }
    return json_pack("{s:s, s:o}", "name", recording->suite.name, "workloads", workloads);
}

static json_t *executors(const Recording *recording) {
    json_t *list = json_array();
    for (size_t i = 0; i < recording->contender_count; i++) {
        const Contender *contender = &recording->contenders[i];
        if (contender->control || !contender->info) continue;
        json_t *executor = json_pack("{s:o}", "build", build_name(recording, contender->build));
        json_object_update(executor, contender->info);
        json_array_append_new(list, executor);
    }
    return list;
}

json_t *result_sample(const Recording *recording, const Sample *sample) {
    const Contender *contender = &recording->contenders[sample->contender];
    json_t *entry = need(json_pack(
        "{s:i, s:i, s:I, s:o, s:o, s:s, s:s, s:b}", "round", sample->round, "order", sample->order,
        "layout", builds_seed(&recording->builds, sample->layout), "workload",
        index_name(recording->suite.workloads, sample->workload), "build",
        build_name(recording, contender->build), "strategy", contender->program->strategy, "isa",
        contender->program->isa, "control", contender->control));
    json_t *cost = need(cost_json(&sample->cost, PHASE_COUNT));
    json_object_update(entry, cost);
    json_decref(cost);
    return entry;
}

static json_t *number_or_null(int64_t number) {
    return number < 0 ? json_null() : json_integer(number);
}

json_t *result_process(const Recording *recording, const ProcessSample *sample) {
    return need(json_pack(
        "{s:i, s:i, s:I, s:s, s:o, s:s, s:I, s:I, s:I, s:o, s:o, s:o}", "round", sample->round,
        "order", sample->order, "layout", builds_seed(&recording->builds, sample->layout), "engine",
        recording->engines[sample->engine].name, "workload",
        index_name(recording->suite.workloads, sample->workload), "run",
        sample->is_command ? "command" : "call", "user_ns", (json_int_t)sample->user_ns,
        "system_ns", (json_int_t)sample->system_ns, "wall_ns", (json_int_t)sample->wall_ns,
        "peak_rss_kib", number_or_null(sample->peak_rss_kib), "execute_cpu_ns",
        number_or_null(sample->execute_cpu_ns), "execute_wall_ns",
        number_or_null(sample->execute_wall_ns)));
}

static json_t *engine_description(const Recording *recording, const Engine *engine) {
    if (!engine->peer) {
        const Contender *contender = &recording->contenders[engine->contender];
        return need(json_pack("{s:s, s:{s:o, s:s, s:s}}", "name", engine->name, "executor", "build",
                              build_name(recording, contender->build), "strategy",
                              contender->program->strategy, "isa", contender->program->isa));
    }
    const Peer *peer = engine->peer;
    json_t *entry = need(json_pack(
        "{s:s, s:n, s:O?, s:s, s:o}", "name", engine->name, "executor", "what",
        json_object_get(peer->json, "what"), "sha256", peer->sha256, "version",
        string_or_null(engine->version)));
    for (int i = 0; i < 2; i++) {
        char *line = peer_command_shown(peer, i);
        json_object_set_new(entry, i ? "command" : "call", string_or_null(line));
        free(line);
    }
    json_t *sources = json_object_get(peer->json, "sources");
    if (sources) json_object_set(entry, "sources", sources);
    return entry;
}

/* NULL: there are none. */
static json_t *peers(const Recording *recording) {
    if (recording->engine_count == 0) return NULL;
    json_t *engines = json_array(), *samples = json_array();
    for (size_t i = 0; i < recording->engine_count; i++)
        json_array_append_new(engines, engine_description(recording, &recording->engines[i]));
    for (size_t i = 0; i < recording->process_sample_count; i++)
        json_array_append_new(samples, result_process(recording, &recording->process_samples[i]));
    json_t *not_found = recording->peers.not_found;
    return need(json_pack("{s:o, s:o, s:o}", "engines", engines, "not_found",
                          not_found ? json_incref(not_found) : json_array(), "samples", samples));
}

json_t *result_gap(const Recording *recording, const NotMeasured *entry) {
    const Contender *contender =
        entry->contender == ANY ? NULL : &recording->contenders[entry->contender];
    json_t *gap =
        need(json_pack("{s:s, s:o, s:o, s:o, s:o, s:b, s:o, s:s}", "what", entry->what,
                          "workload", index_name(recording->suite.workloads, entry->workload),
                          "build", build_name(recording, entry->build), "strategy",
                          string_or_null(contender ? contender->program->strategy : NULL), "isa",
                          string_or_null(entry->isa), "control", contender && contender->control,
                          "round", entry->round < 0 ? json_null() : json_integer(entry->round),
                          "reason", entry->reason));
    if (entry->engine)
        json_object_set_new(gap, "engine", json_string(recording->engines[entry->engine - 1].name));
    return gap;
}

static json_t *sittings(const Recording *recording) {
    json_t *list = recording->sittings ? json_copy(recording->sittings) : json_array();
    json_array_append_new(
        list,
        need(json_pack("{s:o, s:o, s:s, s:O?, s:o, s:I}", "started",
                       time_string(recording->started), "finished",
                       time_string(recording->finished), "state", recording->state,
                       "command", recording->command, "directory",
                       string_or_null(recording->directory), "samples",
                       (json_int_t)(recording->sample_count - recording->earlier_samples))));
    return list;
}

static json_t *stop(const Recording *recording) {
    if (!recording->stop_rule) return json_null();
    return json_pack("{s:s, s:s}", "rule", recording->stop_rule, "reason", recording->stop_reason);
}

json_t *result_placement(const Recording *recording) {
    json_t *layouts = json_array();
    for (size_t i = 0; i < recording->builds.layout_count; i++) {
        const Placement placement = recording_placement(recording, i);
        json_t *layout = json_pack("{s:I}", "layout", builds_seed(&recording->builds, i));
        json_t *places = placement_json(&placement);
        json_object_update(layout, places);
        json_decref(places);
        json_array_append_new(layouts, layout);
    }
    bool is_known = recording->placed && recording->sample_count > 0;
    return need(json_pack("{s:i, s:o, s:o}", "modulo", PLACEMENT_WINDOW, "randomized",
                     is_known ? json_boolean(recording->randomized) : json_null(), "layouts",
                          layouts));
}

static json_t *list_or_empty(json_t *list) { return list ? json_incref(list) : json_array(); }

json_t *result_document(const Recording *recording) {
    json_t *samples = json_array(), *missing = json_array(), *all = sittings(recording);
    for (size_t i = 0; i < recording->sample_count; i++)
        json_array_append_new(samples, result_sample(recording, &recording->samples[i]));
    for (size_t i = 0; i < recording->not_measured_count; i++)
        json_array_append_new(missing, result_gap(recording, &recording->not_measured[i]));
    json_t *revision = json_object_get(recording->builds.items[0].executors.build, "revision");
    json_t *cpu = recording->cpu == NOT_PINNED ? json_null() : json_integer(recording->cpu);
    json_t *first = json_array_get(all, 0);
    json_t *document = need(json_pack(
        "{s:i, s:{s:s, s:s, s:O?}, s:O, s:o, s:s, s:o, s:O, s:O, s:I, s:f, s:f, s:i, s:o}",
        "schema", RESULT_SCHEMA, "tool", "name", "tailrace", "version", TAILRACE_VERSION,
        "revision", revision, "started", json_object_get(first, "started"), "finished",
        time_string(recording->finished), "state", recording->state, "stop", stop(recording),
        "sittings", all, "command", json_object_get(first, "command"), "seed",
        (json_int_t)recording->seed, "budget_seconds", recording->budget, "timeout_seconds",
        recording->timeout, "rounds", recording->rounds, "pinned_cpu", cpu));
    json_decref(all);
    json_t *rest =
        need(json_pack("{s:O?, s:O?, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "machine",
                       recording->machine, "builds", recording->descriptions, "placement",
                       result_placement(recording), "suite", suite(recording), "executors",
                       executors(recording), "samples", samples, "not_measured", missing,
                       "whole_processes", list_or_empty(recording->whole_processes), "simulated",
                       list_or_empty(recording->simulated)));
    json_object_update(document, rest);
    json_decref(rest);
    json_t *of_engines = peers(recording);
    if (of_engines) json_object_set_new(document, "peers", of_engines);
    return document;
}

static const char *text_at(json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "unknown";
}

char *result_default_path(const Recording *recording, const char *directory) {
    json_t *build = recording->builds.items[0].executors.build;
    char *compiler =
        format_string("%s %.*s", text_at(build, "compiler"),
                      (int)strcspn(text_at(build, "version"), "."), text_at(build, "version"));
    const char *subject = json_string_value(json_object_get(build, "subject"));
    if (subject) {
        free(compiler);
        compiler = copy_string(subject);
    }
    char *cpu = machine_slug(text_at(json_object_get(recording->machine, "cpu"), "model"));
    char *compiler_slug = machine_slug(compiler), when[32] = "";
    struct tm parts;
    if (localtime_r(&recording->started, &parts))
        strftime(when, sizeof when, "%Y-%m-%d-%H%M%S", &parts);
    char *path = format_string("%s/%s-%s-%s.json", directory, cpu, compiler_slug, when);
    /* A run that has not finished a round has a journal alone. */
    for (int i = 2; access(path, F_OK) == 0 || journal_exists(path); i++) {
        free(path);
        path = format_string("%s/%s-%s-%s-%d.json", directory, cpu, compiler_slug, when, i);
    }
    free(compiler);
    free(compiler_slug);
    free(cpu);
    return path;
}

/* The document with a line for each member, and for each item of a list of objects. To be freed. */
static char *document_text(json_t *document, size_t *size) {
    char *text = NULL;
    const char *key, *separator = "{\n";
    json_t *value, *item;
    FILE *stream = need(open_memstream(&text, size));
    json_object_foreach(document, key, value) {
        fprintf(stream, "%s\"%s\": ", separator, key);
        separator = ",\n";
        if (json_is_object(json_array_get(value, 0))) {
            size_t i;
            json_array_foreach(value, i, item) {
                fputs(i ? ",\n  " : "[\n  ", stream);
                json_dumpf(item, stream, 0);
            }
            fputs("\n]", stream);
        } else {
            json_dumpf(value, stream, JSON_ENCODE_ANY);
        }
    }
    fputs("\n}\n", stream);
    if (fclose(stream) != 0) need(NULL); /* its only failure is lack of memory */
    return text;
}

bool result_write(const char *path, json_t *document, bool final, Error *error) {
    if (!final && output_is_stream(path)) return true;
    size_t size;
    char *text = document_text(document, &size);
    bool done = output_write(path, text, size, error);
    free(text);
    return done;
}

/* What reading a result file needs to know before it can be held against the schema. */
static bool check_version(json_t *document, Error *error) {
    json_t *schema = json_object_get(document, "schema");
    if (!json_is_integer(schema) || !json_object_get(document, "samples"))
        return fail(error, ERROR_FILE, "it is no result file of Tailrace");
    json_int_t version = json_integer_value(schema);
    if (version == RESULT_SCHEMA) return true;
    return fail(error, ERROR_FILE, "it has schema %lld, %s; this program reads schema %d",
                (long long)version, version < RESULT_SCHEMA ? "an older one" : "a newer one",
                RESULT_SCHEMA);
}

bool result_check(json_t *document, Error *error) {
    return check_version(document, error) && schema_check(document, NULL, error);
}

json_t *result_read(const char *path, Error *error) {
    size_t size;
    char *text = read_file(path, RESULT_LIMIT, &size, error);
    if (!text) return NULL;
    json_error_t reason;
    Error damage;
    json_t *document = json_loadb(text, size, JSON_REJECT_DUPLICATES, &reason);
    free(text);
    if (!document)
        fail(&damage, ERROR_FILE, "it is damaged: line %d: %s", reason.line, reason.text);
    else if (result_check(document, &damage))
        return document;
    json_decref(document);
    fail(error, ERROR_FILE, "cannot read %s: %s", path, damage.message);
    return NULL;
}
