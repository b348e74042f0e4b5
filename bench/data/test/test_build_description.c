#define _GNU_SOURCE 1
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/data/build_description.h"
#include "bench/util/test/scratch.h"

static char *root;

static const char *const SWITCH =
    "{\"name\": \"switch-acc\", \"strategy\": \"switch\", \"isa\": \"acc\","
    " \"programs\": {\"0\": \"switch-acc\", \"5\": \"switch-acc.layout5\"}}";

/* Writes a build of these strategies, and executors besides the switch. */
static void write_build(const char *strategies, const char *others) {
    char text[900];
    snprintf(text, sizeof text,
             "{\"compiler\": \"clang\", \"version\": \"22.1\", \"layout_seeds\": [0, 5],"
             " \"isas\": [\"acc\"], \"strategies\": {%s}, \"executors\": [%s%s]}",
             strategies, SWITCH, others);
    scratch_write(root, "dispatch/build.json", 0644, text);
}

static void set_up(void) {
    root = scratch_make();
    write_build("\"switch\": {\"flags\": []}", "");
    scratch_write(root, "dispatch/switch-acc", 0755, "one");
    scratch_write(root, "dispatch/switch-acc.layout5", 0755, "two");
}

static void tear_down(void) {
    scratch_remove(root);
    free(root);
}

TestSuite(build_description, .init = set_up, .fini = tear_down);

static json_t *described(void) {
    Builds builds;
    Error error;
    cr_assert(builds_load(&builds, root, NULL, &error), "%s", error.message);
    build_hash(&builds.items[0], &builds.items[0].executors.items[0], 2);
    json_t *description = build_description(&builds.items[0], 2);
    builds_free(&builds);
    return description;
}

Test(build_description, has_the_build_and_its_programs) {
    json_t *build = described();
    cr_assert_str_eq(json_string_value(json_object_get(build, "name")), "clang-22");
    cr_assert_str_eq(json_string_value(json_object_get(build, "version")), "22.1");
    cr_assert_eq(json_array_size(json_object_get(build, "layout_seeds")), 2);
    json_t *programs = json_object_get(build, "programs");
    cr_assert_eq(json_object_size(json_object_get(programs, "switch-acc")), 2);
    cr_assert_null(json_object_get(build, "executors")); /* which files they are is no result */
    json_decref(build);
}

Test(build_description, nobody_misses_what_is_built_when_asked) {
    write_build(
        "\"switch\": {}, \"tail\": {\"plain\": false}, \"tail-plain\": {\"plain\": true}",
        ", {\"name\": \"tail-acc\", \"strategy\": \"tail\", \"isa\": \"acc\", \"programs\": {}},"
        " {\"name\": \"tail-plain-acc\", \"strategy\": \"tail-plain\", \"isa\": \"acc\","
        " \"programs\": {}}");
    json_t *build = described(), *left_out = json_object_get(build, "left_out");
    cr_assert_eq(json_array_size(left_out), 1);
    cr_assert_str_eq(
        json_string_value(json_object_get(json_array_get(left_out, 0), "strategy")), "tail");
    json_decref(build);
}

static void assert_audit(const char *text, const char *missing) {
    if (text) scratch_write(root, "dispatch/audit.json", 0644, text);
    json_t *build = described();
    const char *why = json_string_value(json_object_get(build, "audit_missing"));
    cr_assert_eq(json_is_null(json_object_get(build, "audit")), missing != NULL);
    cr_assert(missing ? why && strstr(why, missing) : !why, "%s", why);
    json_decref(build);
}

Test(build_description, audits_are_taken_over_if_they_are_of_these_programs) {
    assert_audit(NULL, "scripts/audit makes it");
    assert_audit("null", "is not a JSON object");
    assert_audit("{\"executors\": {}}",
                 "is damaged: the document is an object: without \"listings\"");
    assert_audit("{\"executors\": {}, \"listings\": []}", NULL);
    char path[300];
    snprintf(path, sizeof path, "%s/dispatch/audit.json", root);
    utimensat(AT_FDCWD, path, (struct timespec[]){{.tv_sec = 1000}, {.tv_sec = 1000}}, 0);
    assert_audit(NULL, "older than the programs");
}
