#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/suite.h"
#include "bench/test/scratch.h"

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
