#define _GNU_SOURCE 1
#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "bench/data/build_description.h"
#include "bench/data/machine.h"
#include "bench/data/result_file.h"
#include "bench/util/memory.h"
#include "bench/util/paths.h"
#include "bench/util/process.h"
#include "bench/util/test/scratch.h"

static char *directory, path[300];

static void set_up(void) {
    directory = scratch_make();
    snprintf(path, sizeof path, "%s/result.json", directory);
}

static void tear_down(void) {
    scratch_remove(directory);
    free(directory);
}

TestSuite(result_file, .init = set_up, .fini = tear_down);

static int files(void) {
    struct dirent **entries;
    int count = scandir(directory, &entries, NULL, NULL);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return count - 2; /* . and .. */
}

/* A small recording, of static parts. */
static Recording recording(void) {
    static ExecutorProgram program = {"switch-acc", "switch", "acc", "/p", NULL, NULL, NULL, false};
    static ExecutorProgram left_out = {"tail-direct-acc", "tail-direct", "acc", "/p",
                                       "no musttail", NULL, NULL, false};
    static ExecutorProgram programs[2];
    static Contender contenders[] = {{0, &program, false, NULL}, {0, &program, true, NULL}};
    static Workload workload = {.name = "sort"};
    static const char *isas[] = {"acc"};
    static int64_t layouts[] = {0, 7, 9};
    static Work work[] = {{123456789012, 17, -1}};
    static Build build;
    static Sample samples[] = {
        {.round = 1, .order = 4, .cost.phases[PHASE_EXECUTE] = {1, 9000000000}},
        {.round = 1, .order = 5, .contender = 1, .layout = 1, .cost.peak_rss_kib = 77}};
    static NotMeasured gaps[] = {{"sample", 0, 1, 0, "acc", 2, "it crashed", 0},
                                 {"executor", ANY, ANY, ANY, NULL, -1, "no musttail", 0}};
    programs[0] = program;
    programs[1] = left_out;
    workload.json = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:[], s:[]}", "name", "sort", "kind",
                              "k", "description", "d", "file", "sort.wasm", "sha256",
                              "0123456789012345678901234567890123456789012345678901234567890123",
                              "invoke", "run", "args", "expect");
    build = (Build){.name = "clang-22",
                    .executors = {directory,
                                  json_pack("{s:s, s:s, s:s, s:[s], s:{s:{s:[]}}}", "compiler",
                                            "clang", "version", "22.1.8", "revision", "abc", "isas",
                                            "acc", "strategies", "switch", "flags"),
                                  programs, 2, layouts, 3, 0},
                    .programs = json_object()};
    return (Recording){.suite = {"default", &workload, 1, NULL},
                       .builds = {&build, 1, 2},
                       .descriptions = json_pack("[o]", build_description(&build, 2)),
                       .machine = machine_fingerprint("", &COUNTER_KERNEL),
                       .command = json_pack("[s]", "tailrace"),
                       .contenders = contenders,
                       .contender_count = 2,
                       .isas = isas,
                       .isa_count = 1,
                       .seed = INT64_MAX,
                       .budget = 1.5,
                       .timeout = 60,
                       .cpu = NOT_PINNED,
                       .started = 1782864000,
                       .state = "running",
                       .rounds = 1,
                       .work = work,
                       .samples = samples,
                       .sample_count = 2,
                       .not_measured = gaps,
                       .not_measured_count = 2};
}

static json_t *at(json_t *json, const char *list, size_t i, const char *key) {
    return json_object_get(json_array_get(json_object_get(json, list), i), key);
}

Test(result_file, survives_a_round_trip) {
    Recording source = recording();
    Error error;
    json_t *document = result_document(&source);
    cr_assert(result_write(path, document, false, &error), "%s", error.message);
    json_t *read = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    cr_assert(json_equal(document, read));
    cr_assert_eq(files(), 1);

    cr_assert_eq(json_integer_value(json_object_get(read, "schema")), RESULT_SCHEMA);
    cr_assert_eq(json_integer_value(json_object_get(read, "seed")), INT64_MAX);
    cr_assert_str_eq(json_string_value(json_object_get(read, "started")), "2026-07-01T00:00:00Z");
    cr_assert(json_is_null(json_object_get(read, "finished")));
    cr_assert(json_is_null(json_object_get(read, "pinned_cpu")));
    json_t *execute = json_object_get(at(read, "samples", 0, "phases"), "execute");
    cr_assert_eq(json_integer_value(json_object_get(execute, "wall")), 9000000000);
    cr_assert(json_is_false(at(read, "samples", 0, "control")));
    cr_assert(json_is_true(at(read, "samples", 1, "control")));
    cr_assert_str_eq(json_string_value(at(read, "samples", 1, "workload")), "sort");
    cr_assert_str_eq(json_string_value(at(read, "not_measured", 0, "reason")), "it crashed");
    cr_assert(json_is_null(at(read, "not_measured", 1, "workload")));
    cr_assert_eq(json_integer_value(at(read, "samples", 0, "layout")), 0);
    cr_assert_eq(json_integer_value(at(read, "samples", 1, "layout")), 7);
    json_t *seeds = at(read, "builds", 0, "layout_seeds");
    cr_assert_eq(json_array_size(seeds), 2); /* those measured */
    json_t *left_out = at(read, "builds", 0, "left_out");
    cr_assert_str_eq(json_string_value(json_object_get(json_array_get(left_out, 0), "strategy")),
                     "tail-direct");
    json_t *counts = at(json_object_get(read, "suite"), "workloads", 0, "instructions");
    cr_assert_eq(json_integer_value(json_object_get(counts, "acc")), 123456789012);
    cr_assert(json_is_null(
        json_object_get(at(json_object_get(read, "suite"), "workloads", 0, "calls"), "acc")));
    cr_assert_str_eq(json_string_value(at(read, "samples", 0, "build")), "clang-22");
    cr_assert_str_eq(json_string_value(at(read, "builds", 0, "audit_missing")),
                     "scripts/audit makes it");
    cr_assert_eq(json_integer_value(at(read, "sittings", 0, "samples")), 2);
    cr_assert(json_is_null(json_object_get(read, "stop")));
    json_decref(document);
    json_decref(read);
}

Test(result_file, reading_holds_it_against_the_schema) {
    Recording source = recording();
    Error error;
    json_t *document = result_document(&source);
    cr_assert(result_write(path, document, true, &error));
    json_t *read = result_read(path, &error);
    cr_assert(read && json_equal(read, document), "%s", error.message);
    json_decref(read);
    json_t *times = json_object_get(at(document, "samples", 1, "phases"), "execute");
    json_object_set_new(times, "cpu", json_integer(-3));
    cr_assert(result_write(path, document, true, &error));
    cr_assert_null(result_read(path, &error));
    cr_assert(strstr(error.message, "samples[1].phases.execute.cpu is -3: less than 0"), "%s",
              error.message);
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "damaged"},
        {"[]", "no result file"},
        {"{\"schema\": 1, \"samples\": []}", "schema 1, an older one; this program reads schema 2"},
        {"{\"schema\": 3, \"samples\": []}", "schema 3, a newer one"},
        {"{\"schema\": 2, \"samples\": []}", "without"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scratch_write(directory, "result.json", 0644, cases[i].text);
        cr_assert_null(result_read(path, &error));
        cr_assert(strstr(error.message, cases[i].message), "%s", error.message);
    }
    json_decref(document);
}

Test(result_file, a_full_disk_leaves_the_old_file) {
    json_t *old = json_pack("{s:i}", "old", 1), *big = json_object();
    json_object_set_new(big, "text", json_stringn(memset(malloc(100000), 'x', 100000), 100000));
    Error error;
    cr_assert(result_write(path, old, false, &error));
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){4096, 4096});
    cr_assert_not(result_write(path, big, true, &error));
    cr_assert(strstr(error.message, "result.json: File too large"), "%s", error.message);
    json_t *read = json_load_file(path, 0, NULL);
    cr_assert(json_equal(read, old));
    cr_assert_eq(files(), 1); /* no temporary file stays */
}

Test(result_file, devices_are_written_in_place_and_at_the_end) {
    json_t *document = json_pack("{s:i}", "a", 1);
    Error error;
    cr_assert(result_write("/dev/full", document, false, &error));
    cr_assert_not(result_write("/dev/full", document, true, &error));
    cr_assert_str_eq(error.message,
                     "cannot write the results to /dev/full: No space left on device");
    cr_assert(result_write("/dev/null", document, true, &error));
    FILE *full = fopen("/dev/full", "w"); /* is what it was */
    cr_assert(full && fputc('x', full) == 'x' && fclose(full) == EOF);
}

Test(result_file, default_names_are_new_names) {
    Recording source = recording();
    json_decref(source.machine);
    source.machine = json_pack("{s:{s:s}}", "cpu", "model", "AMD EPYC 9654 (Zen 4)");
    char *first = result_default_path(&source, directory);
    const char *name = strrchr(first, '/') + 1;
    cr_assert(strncmp(name, "amd-epyc-9654-zen-4-clang-22-2026-0", 35) == 0, "%s", name);
    scratch_write(directory, name, 0644, "{}");
    char *second = result_default_path(&source, directory);
    cr_assert_str_neq(first, second);
    /* A run that has not finished a round has a journal and no file yet. */
    char *journal = format_string("%s.samples", strrchr(second, '/') + 1);
    scratch_write(directory, journal, 0644, "");
    char *third = result_default_path(&source, directory);
    cr_assert_str_neq(second, third);
    free(first);
    free(second);
    free(third);
    free(journal);
}
