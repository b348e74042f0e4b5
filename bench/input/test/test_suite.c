#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/input/suite.h"
#include "bench/util/memory.h"
#include "bench/util/test/scratch.h"

/* The SHA-256 of "abc", FIPS 180-2. */
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define WORKLOAD(name)                                                                             \
    "{\"name\": \"" name "\", \"kind\": \"k\", \"description\": \"d\", \"file\": \"abc.wasm\","    \
    " \"sha256\": \"" ABC "\", \"invoke\": \"run\", \"args\": [\"7\", -3], \"expect\": [42]}"

static char *directory;

static void set_up(void) {
    directory = scratch_make();
    scratch_write(directory, "abc.wasm", 0644, "abc");
}

static void tear_down(void) {
    scratch_remove(directory);
    free(directory);
}

TestSuite(suite, .init = set_up, .fini = tear_down);

static bool load(const char *text, Suite *suite, Error *error) {
    char path[300];
    scratch_write(directory, "suite.json", 0644, text);
    snprintf(path, sizeof path, "%s/suite.json", directory);
    return suite_load(path, suite, error);
}

static Suite three(void) {
    Suite suite;
    Error error;
    cr_assert(load("{\"suite\": \"s\", \"workloads\": [" WORKLOAD("sort") "," WORKLOAD(
                       "sieve") "," WORKLOAD("vm") "]}",
                   &suite, &error),
              "%s", error.message);
    return suite;
}

Test(suite, is_read) {
    Suite suite = three();
    cr_assert_str_eq(suite.name, "s");
    cr_assert_eq(suite.count, 3);
    cr_assert_str_eq(suite.workloads[1].name, "sieve");
    json_t *values = json_object_get(suite.workloads[1].json, "args");
    cr_assert_str_eq(json_string_value(json_array_get(values, 1)), "-3"); /* numbers become text */
    suite_free(&suite);
}

Test(suite, is_filtered_by_patterns) {
    static const struct {
        const char *patterns;
        size_t count;
        const char *first;
    } cases[] = {{"s*", 2, "sort"},
                 {"?m", 1, "vm"},
                 {"vm,sort", 2, "sort"},
                 {"*", 3, "sort"},
                 {"[!s]*", 1, "vm"}};
    Error error;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Suite suite = three();
        cr_assert(suite_filter(&suite, cases[i].patterns, &error));
        cr_assert_eq(suite.count, cases[i].count);
        cr_assert_str_eq(suite.workloads[0].name, cases[i].first);
        suite_free(&suite);
    }
    Suite suite = three();
    cr_assert_not(suite_filter(&suite, "v,S*", &error));
    suite_free(&suite);
}

Test(suite, several_become_one) {
    Suite suite;
    Error error;
    char *first = format_string("%s/first.json", directory);
    char *names = format_string("%s,%s/second.json", first, directory);
    char *same = format_string("%s,%s", first, first);
    scratch_write(directory, "first.json", 0644,
                  "{\"suite\": \"s\", \"workloads\": [" WORKLOAD("sort") "]}");
    scratch_write(directory, "second.json", 0644,
                  "{\"suite\": \"t\", \"workloads\": [" WORKLOAD("vm") "]}");
    cr_assert(suite_load_named("/nowhere", names, &suite, &error), "%s", error.message);
    cr_assert_str_eq(suite.name, names);
    cr_assert_eq(suite.count, 2);
    cr_assert_str_eq(suite.workloads[1].name, "vm");
    cr_assert_eq(json_array_size(json_object_get(suite.json, "workloads")), 2);
    suite_free(&suite);
    cr_assert(suite_load_named("/nowhere", first, &suite, &error), "%s", error.message);
    cr_assert_str_eq(suite.name, "s");
    suite_free(&suite);
    cr_assert_not(suite_load_named("/nowhere", same, &suite, &error));
    cr_assert(strstr(error.message, "there is a workload \"sort\" already"));
    cr_assert_not(suite_load_named("/nowhere", "real", &suite, &error));
    cr_assert(strstr(error.message, "bench/real/fetch-real"));
    free(first);
    free(names);
    free(same);
}

Test(suite, modules_are_verified) {
    Suite suite = three();
    Error error;
    cr_assert(workload_verify(&suite.workloads[0], &error), "%s", error.message);
    scratch_write(directory, "abc.wasm", 0644, "abd");
    cr_assert_not(workload_verify(&suite.workloads[0], &error));
    cr_assert(strstr(error.message, "abc.wasm") && strstr(error.message, "ba7816bf8f01"));
    scratch_remove(directory);
    cr_assert_not(workload_verify(&suite.workloads[0], &error));
    suite_free(&suite);
}

Test(suite, has_traces) {
    Suite suite;
    Error error;
    cr_assert(load("{\"suite\": \"s\", \"workloads\": [{\"name\": \"t\", \"kind\": \"k\", "
                   "\"description\": \"d\", \"trace\": \"abc.wasm\", \"expect\": [\"0123\"], "
                   "\"sha256\": "
                   "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"}]}",
                   &suite, &error),
              "%s", error.message);
    cr_assert_null(suite.workloads[0].invoke);
    scratch_write(directory, "abc.wasm", 0644, "abc");
    cr_assert(workload_verify(&suite.workloads[0], &error), "%s", error.message);
    scratch_write(directory, "abc.wasm", 0644, "abd");
    cr_assert_not(workload_verify(&suite.workloads[0], &error));
    cr_assert(strstr(error.message, "is not the trace that"));
    suite_free(&suite);
}

Test(suite, takes_what_is_the_users_own) {
    char *arguments[] = {"3", "-4"};
    char *path = format_string("%s/abc.wasm", directory);
    scratch_write(directory, "abc.wasm", 0644, "abc");
    Suite suite = three(), own;
    Error error;
    suite_begin(&own);
    const Call call = {.invoke = "f", .arguments = arguments, .argument_count = 2};
    cr_assert(suite_add(&own, path, &call, &error), "%s", error.message);
    cr_assert_not(suite_add(&own, "/nowhere.trace", NULL, &error));
    const Workload *workload = &own.workloads[0];
    cr_assert_eq(own.count, 1);
    cr_assert_str_eq(workload->name, "abc");
    cr_assert_str_eq(workload->invoke, "f");
    cr_assert(workload_verify(workload, &error), "%s", error.message);

    /* What it returns first is what it has to return. */
    json_t *first = json_pack("[s]", "1"), *other = json_pack("[s]", "2");
    cr_assert(workload_expects(workload, first));
    cr_assert_not(workload_expects(workload, other));
    cr_assert(workload_expects(workload, first));
    cr_assert_not(workload_expects(&suite.workloads[0], other)); /* a suite's is not to be taught */

    cr_assert(suite_join(&suite, &own, &error), "%s", error.message);
    cr_assert_eq(suite.count, 4);
    cr_assert_eq(json_array_size(json_object_get(suite.json, "workloads")), 4);
    cr_assert_str_eq(suite.workloads[3].name, "abc");
    suite_free(&own);
    suite_free(&suite);
    json_decref(first);
    json_decref(other);
    free(path);
}

Test(suite, damaged_files_are_refused) {
    static const char *const texts[] = {
        "",
        "{",
        "null",
        "[]",
        "{\"suite\": \"s\", \"workloads\": []}",
        "{\"workloads\": [" WORKLOAD("a") "]}",
        "{\"suite\": \"s\", \"workloads\": [{\"name\": \"a\"}]}",
        "{\"suite\": \"s\", \"workloads\": [3]}",
        "{\"suite\": \"s\", \"workloads\": [" WORKLOAD("a") ", {\"name\": 3}]}"};
    Suite suite;
    Error error;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        error.message[0] = 0;
        cr_assert_not(load(texts[i], &suite, &error), "%s", texts[i]);
        cr_assert(strstr(error.message, "suite.json"));
    }
}

Test(suite, workloads_of_commands, .init = set_up, .fini = tear_down) {
    Suite suite;
    Error error;
    char *argv[5] = {0};
    cr_assert(load("{\"suite\": \"s\", \"workloads\": [{\"name\": \"a\", \"kind\": \"k\", "
                   "\"description\": \"d\", \"file\": \"abc.wasm\", \"sha256\": "
                   "\"BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD\", "
                   "\"command\": [\"-q\", \"{file}\", 3], \"expect\": [\"x\"]}]}",
                   &suite, &error),
              "%s", error.message);
    const Workload *workload = &suite.workloads[0];
    cr_assert(workload_verify(workload, &error), "%s", error.message);
    cr_assert_eq(workload_words(workload), 3);
    cr_assert_eq(workload_command(workload, argv, 1), 4);
    cr_assert_str_eq(argv[1], "-q");
    cr_assert_str_eq(argv[2], workload->path);
    cr_assert_str_eq(argv[3], "3");
    cr_assert_not(suite_has_traces(&suite));
    suite_free(&suite);
}

Test(suite, commands_without_a_file) {
    Suite suite;
    Error error;
    char *words[] = {"{file}", "b"}, *argv[3] = {0};
    suite_begin(&suite);
    cr_assert(suite_add_command(&suite, "both", "text", words, 2, NULL, &error));
    const Workload *workload = &suite.workloads[0];
    cr_assert(workload_verify(workload, &error));
    cr_assert_eq(workload_command(workload, argv, 0), 2);
    cr_assert_str_eq(argv[0], "{file}"); /* a word like any other */
    json_t *first = json_pack("[s]", "1"), *second = json_pack("[s]", "2");
    cr_assert(workload_expects(workload, first)); /* and learns it */
    cr_assert_not(workload_expects(workload, second));
    json_decref(first);
    json_decref(second);
    cr_assert_not(suite_add_command(&suite, "no", "text", (char *[]){"\xff"}, 1, NULL, &error));
    cr_assert(strstr(error.message, "not UTF-8"));
    suite_free(&suite);
}
