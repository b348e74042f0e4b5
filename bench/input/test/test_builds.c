#define _GNU_SOURCE 1
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/input/builds.h"
#include "bench/util/test/scratch.h"

static char *root, list[400];
static Builds builds;
static Error error;

static void write_build(const char *directory, const char *compiler, const char *seeds) {
    char name[100], text[600];
    snprintf(
        text, sizeof text,
        "{\"compiler\": \"%s\", \"version\": \"22.1\", \"layout_seeds\": %s, \"isas\": [\"acc\"],"
        " \"strategies\": {\"switch\": {\"flags\": []}, \"tail-direct\": {\"flags\": []}},"
        " \"executors\": [{\"name\": \"switch-acc\", \"strategy\": \"switch\", \"isa\": \"acc\","
        " \"programs\": {\"0\": \"switch-acc\", \"5\": \"switch-acc.layout5\"}},"
        " {\"name\": \"tail-direct-acc\", \"strategy\": \"tail-direct\", \"isa\": \"acc\","
        " \"programs\": {\"0\": \"tail-direct-acc\"}}]}",
        compiler, seeds);
    snprintf(name, sizeof name, "%s/dispatch/build.json", directory);
    scratch_write(root, name, 0644, text);
    static const char *const programs[] = {"switch-acc", "switch-acc.layout5"};
    for (size_t i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "%s/dispatch/%s", directory, programs[i]);
        scratch_write(root, name, 0755, i ? "two" : "one");
    }
}

static void load(void) {
    snprintf(list, sizeof list, "%s/one,%s/two,%s/three", root, root, root);
    cr_assert(builds_load(&builds, "/nowhere", list, &error), "%s", error.message);
}

static void set_up(void) {
    root = scratch_make();
    write_build("one", "clang", "[0, 5]");
    write_build("two", "gcc", "[0, 5, 9]");
    write_build("three", "clang", "[0, 5]");
}

static void tear_down(void) {
    builds_free(&builds);
    scratch_remove(root);
    free(root);
}

TestSuite(builds, .init = set_up, .fini = tear_down);

Test(builds, names_are_short_and_unique) {
    load();
    cr_assert_eq(builds.count, 3);
    cr_assert_str_eq(builds.items[0].name, "clang-22");
    cr_assert_str_eq(builds.items[1].name, "gcc-22");
    cr_assert_str_eq(builds.items[2].name, "three");
}

Test(builds, position_independent_ones_say_so) {
    scratch_write(root, "two/dispatch/build.json", 0644,
                  "{\"compiler\": \"clang\", \"version\": \"22.1\", \"relocation_model\": \"pie\","
                  " \"isas\": [\"acc\"], \"strategies\": {}, \"executors\": []}");
    load();
    cr_assert_str_eq(builds.items[0].name, "clang-22");
    cr_assert_str_eq(builds.items[1].name, "clang-22-pie");
}

Test(builds, a_missing_one_is_named) {
    snprintf(list, sizeof list, "%s/one,%s/four", root, root);
    cr_assert_not(builds_load(&builds, "/nowhere", list, &error));
    cr_assert(strstr(error.message, "four/dispatch/build.json"), "%s", error.message);
}

Test(builds, all_are_measured_in_the_same_layouts) {
    load();
    cr_assert(builds_choose_layouts(&builds, 0, NULL, &error));
    cr_assert_eq(builds.layout_count, 2);
    cr_assert_eq(builds_seed(&builds, 1), 5);
    cr_assert_not(builds_choose_layouts(&builds, 3, NULL, &error));
    cr_assert(strstr(error.message, "--layouts 3: clang-22 has 2"), "%s", error.message);
    builds_free(&builds);
    write_build("two", "gcc", "[0, 7]");
    load();
    cr_assert(builds_choose_layouts(&builds, 0, NULL, &error)); /* those that they agree on */
    cr_assert_eq(builds.layout_count, 1);
    cr_assert(builds_choose_layouts(&builds, 1, NULL, &error));
    cr_assert_not(builds_choose_layouts(&builds, 2, NULL, &error));
    cr_assert(strstr(error.message, "clang-22 and gcc-22 were built in different layouts"));
    builds_free(&builds);
    write_build("two", "gcc", "[7, 0]");
    load();
    cr_assert_not(builds_choose_layouts(&builds, 0, NULL, &error));
}

Test(builds, strategies_of_any_of_them_are_known) {
    load();
    cr_assert(builds_know(&builds, "switch,tail-direct", false, &error));
    cr_assert_not(builds_know(&builds, "magic", false, &error));
}

Test(builds, programs_are_hashed) {
    load();
    build_hash(&builds.items[0], &builds.items[0].executors.items[0], 2);
    json_t *hashes = json_object_get(builds.items[0].programs, "switch-acc");
    /* printf one | sha256sum, printf two | sha256sum */
    cr_assert_str_eq(json_string_value(json_object_get(hashes, "0")),
                     "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed");
    cr_assert_str_eq(json_string_value(json_object_get(hashes, "5")),
                     "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3");
}
