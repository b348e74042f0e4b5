#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sampling/command_sample.h"
#include "bench/util/process.h"

static json_t *sample_shell(const char *script, uint64_t seed, char **why) {
    char *argv[] = {"/bin/sh", "-c", (char *)script, NULL};
    const double timeout = strstr(script, "exec sleep") ? 0.3 : 60; /* of what ends by itself */
    const CommandOptions options = {
        .cpu = NOT_PINNED, .timeout = timeout, .events = "none", .seed = seed};
    return command_sample(argv, &options, why);
}

static void refused(const char *script, const char *reason) {
    char *why;
    cr_assert_null(sample_shell(script, 0, &why), "%s", script);
    cr_assert(why && strstr(why, reason), "%s: %s", script, why ? why : "no reason");
    free(why);
}

Test(command_sample, answers_as_an_executor_does) {
    char *why;
    json_t *answer = sample_shell("echo 42; echo 43", 0, &why);
    cr_assert_null(why);
    cr_assert_str_eq(json_string_value(json_array_get(json_object_get(answer, "results"), 0)),
                     "42\n43");
    json_int_t cpu, wall, user, system;
    cr_assert_eq(json_unpack(answer, "{s:{s:{s:I, s:I}}, s:{s:I, s:I}}", "phases", "execute",
                             "cpu", &cpu, "wall", &wall, "process", "user", &user, "system",
                             &system),
                 0);
    cr_assert_eq(cpu, user + system);
    cr_assert_gt(wall, 0);
    const json_t *memory = json_object_get(answer, "peak_rss_kib"); /* null of a small shell */
    cr_assert(memory && (json_is_null(memory) || json_integer_value(memory) > 0));
    json_decref(answer);
}

Test(command_sample, what_is_no_sample) {
    refused("exit 3", "ended with status 3");
    refused("echo no such file >&2; exit 1", "ended with status 1: no such file");
    refused("kill -SEGV $$", "crashed");
    refused("exec sleep 60", "did not finish within 0.3 s");
    refused("exec head -c 16777217 /dev/zero", "printed more than 16 MiB");
    refused("sleep 60 >/dev/null 2>&1 & echo done", "ended before processes that it had started");
    char *argv[] = {"/nonexistent/program", NULL}, *why;
    const CommandOptions options = {.cpu = NOT_PINNED, .timeout = 1, .events = "none"};
    cr_assert_null(command_sample(argv, &options, &why));
    cr_assert(strstr(why, "No such file"));
    free(why);
}

/* The end of the stack's strings less the size of the words is the same; what is left is alignment.
 */
Test(command_sample, a_layout_places_the_stack_whatever_the_words) {
    const char *script = "wc -c </proc/self/environ",
               *longer = "wc -c </proc/self/environ # with a comment of some length";
    long sizes[3];
    for (int i = 0; i < 3; i++) {
        char *why;
        json_t *answer = sample_shell(i == 1 ? longer : script, i == 2 ? 5 : 4, &why);
        cr_assert_null(why, "%s", why);
        sizes[i] = atol(json_string_value(json_array_get(json_object_get(answer, "results"), 0)));
        json_decref(answer);
    }
    cr_assert_eq(sizes[0] - sizes[1], (long)(strlen(longer) - strlen(script)));
    cr_assert_neq(sizes[0], sizes[2]);
}

static void shown_as(const char *output, size_t length, const char *wanted) {
    char *text = command_output_text(output, length);
    cr_assert_str_eq(text, wanted);
    free(text);
}

Test(command_sample, outputs_as_texts) {
    shown_as("", 0, "");
    shown_as("a\tb\nc\n", 6, "a\tb\nc");
    shown_as("a\n\n", 3, "a\n");
    shown_as("a\0b", 3,
             "3 bytes, SHA-256 59b271ae1bbcb1d31d41929817f4b16fb439eb4f31520b5ad1d5ce98920a7138");
    char many[300];
    memset(many, 'x', sizeof many);
    char *text = command_output_text(many, sizeof many);
    cr_assert_eq(strncmp(text, "300 bytes, SHA-256 ", 19), 0);
    cr_assert_eq(strlen(text), 19 + 64);
    many[299] = '\n';
    char *one = command_output_text(many, 300), *other = command_output_text(many, 299);
    cr_assert_str_eq(one, other); /* whether the last line has an end or not */
    cr_assert_str_neq(one, text);
    free(text);
    free(one);
    free(other);
}
