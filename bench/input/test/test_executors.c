#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/input/executors.h"
#include "bench/input/strategies.h"
#include "bench/util/memory.h"
#include "bench/util/test/scratch.h"

/* Adds an executor to the list of a build: left out for a reason, or with a program for each of two
 * layouts. */
static void add_entry(json_t *build, const char *strategy, const char *isa, const char *reason) {
    char *name = format_string("%s-%s", strategy, isa), *second = format_string("%s.layout2", name);
    json_t *entry = json_pack("{s:s, s:s, s:s}", "name", name, "strategy", strategy, "isa", isa);
    if (reason)
        json_object_set_new(entry, "left_out", json_string(reason));
    else
        json_object_set_new(entry, "programs", json_pack("{s:s, s:s}", "4", name, "2", second));
    json_array_append_new(json_object_get(build, "executors"), entry);
    free(second);
    free(name);
}

static void write_build(const char *directory, json_t *build) {
    char *text = json_dumps(build, 0);
    scratch_write(directory, "build.json", 0644, text);
    free(text);
    json_decref(build);
}

/* `left_out`: the reason why tail-direct was, for acc; NULL: it was not. */
static Executors load(const char *left_out) {
    char *directory = scratch_make();
    json_t *build = json_pack("{s:[i, i], s:{}, s:[], s:{s:s}}", "layout_seeds", 4, 2, "strategies",
                              "executors", "counters", "acc", "count-acc");
    static const char *const strategies[] = {"switch", "goto-direct", "tail-direct", "mine"};
    for (int isa = 0; isa < 2; isa++)
        for (int i = 0; i < 4; i++)
            add_entry(build, strategies[i], isa ? "acc" : "slots", isa && i == 2 ? left_out : NULL);
    if (left_out) add_entry(build, "future", "acc", "too early");
    write_build(directory, build);
    static const char *const programs[] = {
        "mine-acc",   "tail-direct-acc",   "goto-direct-acc",   "switch-acc",
        "mine-slots", "tail-direct-slots", "goto-direct-slots", "count-acc"}; /* no switch-slots */
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        scratch_write(directory, programs[i], 0755, "#!/bin/sh\n");
    Executors executors;
    Error error;
    cr_assert(executors_load(directory, &executors, &error), "%s", error.message);
    free(directory);
    return executors;
}

static void finish(Executors *executors) {
    scratch_remove(executors->directory);
    executors_free(executors);
}

Test(executors, come_in_the_order_of_reports) {
    Executors executors = load(NULL);
    static const char *const names[] = {"switch-acc",        "goto-direct-acc", "tail-direct-acc",
                                        "mine-acc",          "switch-slots",    "goto-direct-slots",
                                        "tail-direct-slots", "mine-slots"};
    cr_assert_eq(executors.count, sizeof names / sizeof *names);
    for (size_t i = 0; i < executors.count; i++)
        cr_assert_str_eq(executors.items[i].name, names[i]);
    finish(&executors);
}

static const char *chosen(const Executors *executors, const char *strategy, const char *isa,
                          Error *error) {
    const ExecutorProgram *program = executors_choose(executors, strategy, isa, error);
    return program ? program->name : "none";
}

Test(executors, the_fastest_is_the_default) {
    Executors executors = load("no musttail");
    Error error;
    cr_assert_str_eq(chosen(&executors, NULL, NULL, &error), "goto-direct-acc");
    cr_assert_str_eq(chosen(&executors, NULL, "slots", &error), "tail-direct-slots");
    cr_assert_str_eq(chosen(&executors, "switch", NULL, &error), "switch-acc");
    cr_assert_str_eq(chosen(&executors, "tail-direct", NULL, &error), "tail-direct-slots");
    cr_assert_str_eq(chosen(&executors, "mine", "slots", &error), "mine-slots");
    finish(&executors);
}

/* Levels of the zero line are measured when asked for, and never taken for strategies. */
Test(executors, references_are_no_strategies) {
    char *directory = scratch_make();
    scratch_write(directory, "build.json", 0644,
                  "{\"isas\": [\"acc\"], \"strategies\": {\"mine\": {}, \"no-dispatch\": "
                  "{\"reference\": true, \"measured_by_default\": false}}, \"executors\": ["
                  "{\"name\": \"mine-acc\", \"strategy\": \"mine\", \"isa\": \"acc\","
                  " \"programs\": {\"0\": \"mine-acc\"}},"
                  "{\"name\": \"no-dispatch-acc\", \"strategy\": \"no-dispatch\", \"isa\": \"acc\","
                  " \"programs\": {\"0\": \"no-dispatch-acc\"}}]}");
    scratch_write(directory, "no-dispatch-acc", 0755, "#!/bin/sh\n");
    Executors executors;
    Error error;
    cr_assert(executors_load(directory, &executors, &error), "%s", error.message);
    cr_assert_str_eq(chosen(&executors, NULL, NULL, &error), "none"); /* mine was not built */
    cr_assert_str_eq(chosen(&executors, "no-dispatch", NULL, &error), "no-dispatch-acc");
    static const char *const asked[] = {NULL, "all", "mine"};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        char *names = strategies_meant(&executors, asked[i]);
        cr_assert_str_eq(names, "mine");
        names = strategies_with_references(&executors, names);
        cr_assert_str_eq(names, "mine,no-dispatch");
        free(names);
    }
    free(directory);
    finish(&executors);

    executors = load(NULL); /* which has none */
    cr_assert_null(strategies_with_references(&executors, strategies_meant(&executors, NULL)));
    cr_assert_null(strategies_with_references(&executors, strategies_meant(&executors, "all")));
    finish(&executors);
}

Test(executors, the_fastest_instruction_set_is_the_default) {
    /* Slowest first, with a strategy that each carries and one that only slots and acc do. */
    static const char *const isas[] = {"slots", "acc", "pinned", "fused"};
    char *directory = scratch_make();
    json_t *build = json_pack("{s:[i], s:{}, s:[]}", "layout_seeds", 4, "strategies", "executors");
    for (size_t i = 0; i < 4; i++) {
        add_entry(build, "goto-direct", isas[i], i < 2 ? NULL : "labels");
        add_entry(build, "tail-direct", isas[i], NULL);
    }
    write_build(directory, build);
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++) {
        char name[50];
        snprintf(name, sizeof name, "tail-direct-%s", isas[i]);
        scratch_write(directory, name, 0755, "#!/bin/sh\n");
        snprintf(name, sizeof name, "goto-direct-%s", isas[i]);
        if (i < 2) scratch_write(directory, name, 0755, "#!/bin/sh\n");
    }
    static const char *const order[] = {"tail-direct-fused", "tail-direct-pinned",
                                        "tail-direct-acc", "tail-direct-slots"};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        Executors executors;
        Error error;
        cr_assert(executors_load(directory, &executors, &error), "%s", error.message);
        cr_assert_str_eq(chosen(&executors, "tail-direct", NULL, &error), order[i]);
        if (i < 3) cr_assert_str_eq(chosen(&executors, NULL, NULL, &error), order[i]);
        cr_assert_str_eq(chosen(&executors, "goto-direct", NULL, &error), "goto-direct-acc");
        char *path = format_string("%s/%s", directory, order[i]);
        unlink(path);
        free(path);
        executors_free(&executors);
    }
    scratch_remove(directory);
    free(directory);
}

Test(executors, what_is_not_there_is_said) {
    Executors executors = load("gcc-12 has no musttail");
    Error error;
    cr_assert_str_eq(chosen(&executors, "tail-direct", "acc", &error), "none");
    cr_assert_str_eq(error.message,
                     "tail-direct-acc was left out of this build: gcc-12 has no musttail");
    cr_assert_str_eq(chosen(&executors, "switch", "slots", &error), "none");
    cr_assert(strstr(error.message, "its program is not there"));
    cr_assert_str_eq(chosen(&executors, "future", "acc", &error), "none");
    cr_assert_str_eq(error.message, "future-acc was left out of this build: too early");
    cr_assert_str_eq(chosen(&executors, "magic", NULL, &error), "none");
    cr_assert(strstr(error.message, "strategies: switch,goto-direct,tail-direct,mine,future;"));
    finish(&executors);
}

Test(executors, lists_of_names) {
    cr_assert(in_list(NULL, "anything"));
    cr_assert(in_list("switch,goto-direct", "switch"));
    cr_assert(in_list("switch,goto-direct", "goto-direct"));
    cr_assert_not(in_list("switch,goto-direct", "goto"));
    cr_assert_not(in_list("", "switch"));
    Executors executors = load(NULL);
    Error error;
    char names[100] = "", isas[100] = "slots";
    executors_names(&executors, false, names, sizeof names);
    executors_names(&executors, true, isas, sizeof isas);
    cr_assert_str_eq(isas, "slots,acc");
    cr_assert(names_are_known(NULL, names, "strategy", &error));
    cr_assert(names_are_known("mine,switch", names, "strategy", &error));
    cr_assert_not(names_are_known("switch,,mine", names, "strategy", &error));
    cr_assert_not(names_are_known("switch,slots", names, "strategy", &error));
    cr_assert_str_eq(error.message, "there is no strategy \"slots\" in this build (there are: "
                                    "switch,goto-direct,tail-direct,mine)");
    cr_assert(names_are_known("slots", isas, "instruction set", &error));
    finish(&executors);
}

Test(executors, counters_are_found) {
    Executors executors = load(NULL);
    char *counter = executors_counter(&executors, "acc");
    cr_assert(counter && strstr(counter, "/count-acc"));
    cr_assert_null(executors_counter(&executors, "slots"));
    free(counter);
    finish(&executors);
}

Test(executors, have_a_program_for_each_layout) {
    Executors executors = load(NULL);
    cr_assert_eq(executors.layout_count, 2);
    char *first = executors_layout_path(&executors, &executors.items[0], 0);
    char *second = executors_layout_path(&executors, &executors.items[0], 1);
    cr_assert_str_eq(first, executors.items[0].path);
    cr_assert_str_eq(strrchr(second, '/'), "/switch-acc.layout2");
    free(first);
    free(second);
    finish(&executors);
}

Test(executors, damaged_build_files_are_refused) {
    char *directory = scratch_make();
    Executors executors;
    Error error;
    cr_assert_not(executors_load(directory, &executors, &error));
    cr_assert(strstr(error.message, "build.json"));
    static const char *const texts[] = {
        "",
        "{",
        "[]",
        "{\"strategies\": {}}",
        "{\"executors\": []}",
        "{\"strategies\": {}, \"executors\": [{}]}",
        "{\"strategies\": {}, \"executors\": [{\"isa\": \"acc\"}]}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        scratch_write(directory, "build.json", 0644, texts[i]);
        cr_assert_not(executors_load(directory, &executors, &error));
    }
    scratch_remove(directory);
    free(directory);
}
