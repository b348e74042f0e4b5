#define _GNU_SOURCE 1
#include "bench/sampling/whole_process.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/sampling/outside_tool.h"
#include "bench/util/memory.h"
#include "bench/util/paths.h"
#include "bench/util/progress.h"
#include "bench/util/table.h"
#include "bench/util/terminal.h"

#define HYPERFINE_OPTIONS 10 /* and no more, before the commands */

static void note(Recording *recording, size_t workload, char *reason) {
    progress_note("no whole processes: %s%s%s",
                  workload == ANY ? "" : recording->suite.workloads[workload].name,
                  workload == ANY ? "" : ": ", reason);
    recording_add_not_measured(
        recording, (NotMeasured){"whole process", workload, ANY, ANY, NULL, -1, reason, 0});
}

/* ---- Running --------------------------------------------------------------------------------- */

/* As an array of words. */
static json_t *command(const Recording *recording, const Contender *contender,
                       const Workload *workload) {
    char *program = tool_program(recording, contender);
    json_t *words = need(json_pack("[s, s]", program, workload->invoke ? "run" : "replay"));
    free(program);
    char **argv = allocate(workload_words(workload) * sizeof *argv);
    size_t count = workload_command(workload, argv, 0);
    for (size_t i = workload->invoke ? 0 : 1; i < count; i++) /* replay takes it without --trace */
        json_array_append_new(words, json_string(argv[i]));
    free(argv);
    return words;
}

static const char *last_component(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* What --dir takes, without the place on the host. */
static const char *guest_directory(const char *text) {
    const char *separator = strstr(text, "::");
    return separator ? separator : last_component(text);
}

/* The same for the result file, which names no directories: they tell whose machine it is. */
static json_t *command_shown(const Recording *recording, const Contender *contender,
                             const Workload *workload) {
    json_t *words = command(recording, contender, workload), *word, *shown = json_array();
    size_t i;
    const char *before = "";
    json_array_foreach(words, i, word) {
        const char *text = json_string_value(word);
        bool is_file = i == 0 || strcmp(text, workload->path) == 0;
        json_array_append_new(shown,
                              json_string(strcmp(before, "--dir") == 0 ? guest_directory(text)
                                          : is_file                    ? last_component(text)
                                                                       : text));
        before = text;
    }
    json_decref(words);
    return shown;
}

/* As hyperfine splits it without a shell: each word in single quotes. To be freed. */
static char *quote(const json_t *words) {
    char *text = NULL;
    size_t size, i;
    json_t *word;
    FILE *stream = need(open_memstream(&text, &size));
    json_array_foreach(words, i, word) {
        fputs(i ? " '" : "'", stream);
        for (const char *c = json_string_value(word); *c; c++)
            fputs(*c == '\'' ? "'\\''" : (char[]){*c, 0}, stream);
        fputc('\'', stream);
    }
    if (fclose(stream) != 0) need(NULL);
    return text;
}

/* One command's part of hyperfine's document as ours has it; NULL if something is missing. */
static json_t *entry(const Recording *recording, size_t workload, const Contender *contender,
                     const json_t *found) {
    static const char *const kept[] = {"times",  "user", "system", "mean",      "stddev",
                                       "median", "min",  "max",    "exit_codes"};
    json_t *result = tool_entry(recording, workload, contender);
    json_object_set_new(result, "command",
                        command_shown(recording, contender, &recording->suite.workloads[workload]));
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (json_object_set(result, kept[i], json_object_get(found, kept[i])) != 0) {
            json_decref(result);
            return NULL;
        }
    return result;
}

/* Reads hyperfine's document, whose results are in the order of the commands. False, and the reason
 * in *why. */
static bool keep(Recording *recording, size_t workload, const char *file, char **why) {
    json_error_t reason;
    json_t *document = json_load_file(file, 0, &reason), *entries = json_array();
    json_t *results = json_object_get(document, "results");
    bool complete = true;
    for (size_t i = 0; i < recording->contender_count; i++) {
        if (!tool_wants(recording, workload, i)) continue;
        json_t *one = entry(recording, workload, &recording->contenders[i],
                            json_array_get(results, json_array_size(entries)));
        complete &= one && json_array_append_new(entries, one) == 0;
    }
    if (complete)
        json_array_extend(recording->whole_processes, entries);
    else
        *why = format_string("hyperfine's JSON is not as expected%s%s", document ? "" : ": ",
                             document ? "" : reason.text);
    json_decref(entries);
    json_decref(document);
    return complete;
}

/* All executors on one workload. */
static void time_workload(Recording *recording, size_t workload, char *hyperfine, char *file) {
    char **argv = allocate((HYPERFINE_OPTIONS + recording->contender_count + 1) * sizeof *argv);
    char runs[20];
    snprintf(runs, sizeof runs, "%d", WHOLE_PROCESS_RUNS);
    char *const head[] = {hyperfine, "--shell=none", "--style", "none",          "--warmup",
                          "1",       "--runs",       runs,      "--export-json", file};
    _Static_assert(sizeof head / sizeof *head <= HYPERFINE_OPTIONS, "argv has room for them");
    memcpy(argv, head, sizeof head);
    size_t options = sizeof head / sizeof *head, argc = options;
    for (size_t i = 0; i < recording->contender_count; i++) {
        if (!tool_wants(recording, workload, i)) continue;
        json_t *words =
            command(recording, &recording->contenders[i], &recording->suite.workloads[workload]);
        argv[argc++] = quote(words);
        json_decref(words);
    }
    char *output = NULL, *why = NULL;
    double timeout = recording->timeout * (WHOLE_PROCESS_RUNS + 1) * (double)(argc - options);
    if (argc > options && tool_run(recording, argv, timeout, &output, &why))
        keep(recording, workload, file, &why);
    if (why) note(recording, workload, why);
    free(output);
    while (argc > options)
        free(argv[--argc]);
    free(argv);
}

static double expect(const Recording *recording, size_t workload) {
    double seconds = 0;
    for (size_t i = 0; i < recording->contender_count; i++) {
        double sampled = sampled_seconds(recording, workload, i);
        if (tool_wants(recording, workload, i) && !isnan(sampled))
            seconds += (WHOLE_PROCESS_RUNS + 1) * sampled;
    }
    return seconds;
}

static json_t *timed(const Recording *recording, size_t workload, size_t contender) {
    return tool_entry_in(recording->whole_processes, recording, workload,
                         &recording->contenders[contender]);
}

static bool is_done(const Recording *recording, size_t workload) {
    for (size_t i = 0; i < recording->contender_count; i++)
        if (tool_wants(recording, workload, i) && !timed(recording, workload, i)) return false;
    return true;
}

/* Those to be timed, quickest first, but what an earlier sitting has timed: *count of *chosen. To
 * be freed. */
static size_t *choose(const Recording *recording, const char *patterns, size_t *chosen,
                      size_t *count) {
    size_t all, *order = workloads_by_time(recording, &all);
    *chosen = *count = 0;
    for (size_t i = 0; i < all; i++) {
        if (patterns ? !name_matches(patterns, recording->suite.workloads[order[i]].name)
                     : *chosen == WHOLE_PROCESS_WORKLOADS)
            continue;
        ++*chosen;
        if (!is_done(recording, order[i])) order[(*count)++] = order[i];
    }
    return order;
}

void whole_processes_run(Recording *recording, const char *patterns, Saving *saving) {
    recording_forget(recording, "whole process"); /* in an earlier sitting */
    if (!recording->whole_processes) recording->whole_processes = need(json_array());
    size_t chosen, count, *order = choose(recording, patterns, &chosen, &count);
    Error error;
    char *hyperfine = tool_find("hyperfine", &error), *file = NULL;
    if (hyperfine) file = tool_output_file(&error);
    if (!file) {
        note(recording, ANY, copy_string(error.message));
    } else if (chosen == 0) {
        note(recording, ANY,
             copy_string(patterns ? "no measured workload matches the pattern"
                                  : "no workload was measured"));
    } else if (count > 0) {
        double expected = 0, done = 0;
        for (size_t i = 0; i < count; i++)
            expected += expect(recording, order[i]);
        printf("\nTiming whole processes with hyperfine: about %.0f s for %zu workload%s\n",
               ceil(expected), count, count == 1 ? "" : "s");
        fflush(stdout);
        for (size_t i = 0; i < count && !interrupted(); i++) {
            char *doing =
                format_string("whole processes: %s", recording->suite.workloads[order[i]].name);
            progress_show(expected > 0 ? done / expected : 0, expected - done, doing);
            free(doing);
            time_workload(recording, order[i], hyperfine, file);
            done += expect(recording, order[i]);
            saving_replace(saving, recording, false);
        }
        progress_clear();
    }
    if (interrupted())
        recording_add_not_measured(
            recording,
            (NotMeasured){"whole process", ANY, ANY, ANY, NULL, -1,
                          copy_string("the user interrupted the timing of processes"), 0});
    if (file) unlink(file);
    free(hyperfine);
    free(file);
    free(order);
}

/* ---- The table ------------------------------------------------------------------------------- */

static void add_time(Table *table, double mean, double deviation) {
    char *text = text_number(mean * 1e3, 1);
    table_cell(table, "%s ±%.1f", text, deviation * 1e3);
    free(text);
}

void whole_processes_print(const Recording *recording, const Group *group, FILE *stream) {
    if (json_array_size(recording->whole_processes) == 0) return;
    size_t rows = 0, last = group->first + group->strategies; /* the first control */
    Table table;
    table_start(&table, 1 + group->strategies);
    table_cell(&table, "workload");
    for (size_t i = group->first; i < last; i++)
        table_cell(&table, "%s", recording->contenders[i].program->strategy);
    for (size_t i = 0; i < recording->suite.count; i++) {
        size_t first = group->first;
        while (first < last && !timed(recording, i, first))
            first++;
        if (first == last) continue;
        rows++;
        table_cell(&table, "%s", recording->suite.workloads[i].name);
        for (size_t j = group->first; j < last; j++) {
            double mean, deviation;
            if (json_unpack(timed(recording, i, j), "{s:F, s:F}", "mean", &mean, "stddev",
                            &deviation) == 0)
                add_time(&table, mean, deviation);
            else
                table_cell(&table, "-");
        }
    }
    if (rows > 0) {
        print_heading(stream,
                      "Whole processes in ms, by hyperfine: start-up, translation and execution "
                      "(mean and standard deviation; one executor after the other, so drift is not "
                      "cancelled)");
        table_print_folded(&table, 1, stream);
        if (suite_has_traces(&recording->suite))
            print_paragraph(stream, NOTE_ON_TRACES("times"));
    }
    table_free(&table);
}
