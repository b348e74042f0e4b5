#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/output/live.h"
#include "bench/util/memory.h"

#define WORKLOADS 12

static ExecutorProgram programs[] = {
    {"switch-acc", "switch", "acc", "/p", NULL, NULL, NULL, false},
    {"goto-indirect-acc", "goto-indirect", "acc", "/p", NULL, NULL, NULL, false},
    {"tail-direct-acc", "tail-direct", "acc", "/p", NULL, NULL, NULL, false}};
static Contender contenders[] = {{0, &programs[0], false, NULL}, {0, &programs[1], false, NULL},
                                 {0, &programs[2], false, NULL}, {0, &programs[0], true, NULL},
                                 {1, &programs[0], false, NULL}, {1, &programs[1], false, NULL},
                                 {1, &programs[0], true, NULL}};
static Group groups[] = {{0, 0, 0, 4, 3, 0}, {1, 0, 4, 3, 2, 0}};
static Build builds[] = {{.name = "clang-22"}, {.name = "gcc-12"}};
static Workload workloads[WORKLOADS];
static const char *isas[] = {"acc"};

static Recording recording(size_t builds_count) {
    static char names[WORKLOADS][16];
    for (int i = 0; i < WORKLOADS; i++) {
        snprintf(names[i], sizeof names[i], "w%d\033[2J", i);
        workloads[i].name = names[i];
    }
    return (Recording){.suite = {"default", workloads, WORKLOADS, NULL},
                       .contenders = contenders,
                       .contender_count = builds_count == 1 ? 4 : 7,
                       .isas = isas,
                       .isa_count = 1,
                       .groups = groups,
                       .group_count = builds_count,
                       .builds = {builds, builds_count, 1}};
}

static void add(Live *live, Recording *recording, int round, size_t workload, size_t contender,
                double ms) {
    recording_add(recording, &(Sample){.round = round,
                                       .workload = workload,
                                       .contender = contender,
                                       .cost.phases[PHASE_EXECUTE] = {(int64_t)(ms * 1e6),
                                                                      (int64_t)(ms * 1e6)}});
    live_sample(live);
}

/* The picture as one text, to be freed. */
static char *picture(const Live *live, const Sample *next, int width, int height, bool colours) {
    size_t count;
    char **lines =
        live_lines(live, next, "thinking", (TerminalSize){width, height}, colours, &count);
    char *text = copy_string("");
    for (size_t i = 0; i < count; i++) {
        char *longer = format_string("%s%s\n", text, lines[i]);
        free(text);
        text = longer;
        free(lines[i]);
    }
    free(lines);
    return text;
}

static void measure(Live *live, Recording *recording) {
    for (int round = 0; round < 4; round++) {
        recording->rounds = round ? round - 1 : 0;
        for (size_t i = 0; i < WORKLOADS; i++)
            for (size_t j = 0; j < recording->contender_count; j++)
                add(live, recording, round, i, j, round == 0 ? 9999 : j == 2 ? 500 : 2000);
    }
}

static const Sample NEXT = {.round = 4, .workload = 7, .contender = 2};

Test(live, shows_medians_speeds_and_what_is_sampled) {
    Recording source = recording(1);
    Live live;
    live_start(&live, &source);
    measure(&live, &source);
    live.fraction = 0.5;
    live.left = 61;
    char *text = picture(&live, &NEXT, 80, 24, false);
    static const char *const parts[] = {
        "\nworkload        rounds   switch  goto-indirect  tail-direct     A/A\n",
        "\nw6?[2J               3  2,000.0  2,000.0 1.00×  500.0 4.00×  1.000×\n",
        "\nw7?[2J               3  2,000.0  2,000.0 1.00× >500.0 4.00×  1.000×\n",
        "\ngeometric mean                           1.00×        4.00×  1.000×\n\n",
        "\n##########----------   50%  1:01 left  round 4: w7?[2J, tail-direct-acc\n"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cr_assert(strstr(text, parts[i]), "\"%s\" is missing in\n%s", parts[i], text);
    cr_assert_null(strchr(text, '\033'));
    free(text);
    text = picture(&live, NULL, 80, 24, false);
    cr_assert(strstr(text, "thinking") && !strchr(text, '>'), "%s", text);
    free(text);
    live_free(&live);
}

Test(live, begins_with_dashes_and_shows_failures) {
    Recording source = recording(1);
    Live live;
    live_start(&live, &source);
    recording_add_not_measured(
        &source, (NotMeasured){"sample", 1, 1, 0, "acc", 0, copy_string("it crashed"), 0});
    char *text = picture(&live, &NEXT, 80, 24, false);
    cr_assert(strstr(text, "\nw1?[2J               0       -         failed            -    -\n"),
              "%s", text);
    cr_assert_null(strstr(text, "nan"));
    free(text);
    live_free(&live);
}

Test(live, a_resumed_run_begins_with_what_it_has) {
    Recording source = recording(1);
    Live before, live;
    live_start(&before, &source);
    measure(&before, &source);
    live_start(&live, &source);
    char *text = picture(&live, NULL, 80, 24, false);
    cr_assert(strstr(text, "4.00×"), "%s", text);
    free(text);
    live_free(&before);
    live_free(&live);
}

Test(live, colours_are_those_of_the_verdicts) {
    Recording source = recording(1);
    Live live;
    live_start(&live, &source);
    measure(&live, &source);
    source.verdicts = json_pack("{s:[{s:s, s:s, s:s, s:s, s:b, s:f, s:s}]}", "cells", "build",
                                "clang-22", "isa", "acc", "workload", "w3\033[2J", "strategy",
                                "tail-direct", "control", 0, "speed", 9.0, "word", "faster");
    live_verdicts(&live);
    char *text = picture(&live, NULL, 80, 24, true);
    cr_assert(strstr(text, "500.0 \033[32m4.00×\033[0m"), "%s", text);
    free(text);
    live_free(&live);
}

/* How many lines begin with it. */
static int count_lines(const char *text, const char *begin) {
    int count = strncmp(text, begin, strlen(begin)) == 0;
    for (const char *line = text; (line = strchr(line, '\n')); line++)
        count += strncmp(line + 1, begin, strlen(begin)) == 0;
    return count;
}

Test(live, fits_any_terminal) {
    for (size_t build_count = 1; build_count <= 2; build_count++) {
        Recording source = recording(build_count);
        Live live;
        live_start(&live, &source);
        measure(&live, &source);
        for (int width = 1; width < 130; width++) {
            for (int height = 1; height < 40; height++) {
                char *text = picture(&live, &NEXT, width, height, height % 2);
                int lines = 0;
                for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
                    *end = 0;
                    cr_assert_lt((int)text_columns(line), width, "%d×%d: %s", width, height, line);
                    *end = '\n';
                    lines++;
                }
                cr_assert(lines < height || lines == 1, "%d×%d:\n%s", width, height, text);
                free(text);
            }
        }
        live_free(&live);
    }
}

Test(live, leaves_out_rows_then_all_but_means) {
    Recording source = recording(1);
    Live live;
    live_start(&live, &source);
    measure(&live, &source);
    char *all = picture(&live, &NEXT, 80, 40, false), *some = picture(&live, &NEXT, 80, 12, false),
         *means = picture(&live, &NEXT, 80, 4, false),
         *nothing = picture(&live, &NEXT, 80, 3, false);
    cr_assert_eq(count_lines(all, "w"), 1 + WORKLOADS); /* with the head */
    cr_assert_eq(count_lines(some, "w"), 1 + 5);
    cr_assert_eq(count_lines(some, "w7"), 1);
    cr_assert_eq(count_lines(means, "w"), 1);
    cr_assert_eq(count_lines(means, "geometric mean"), 1);
    cr_assert_eq(count_lines(nothing, "geometric mean"), 0);
    cr_assert(strstr(nothing, "round 4"));
    free(all);
    free(some);
    free(means);
    free(nothing);
    live_free(&live);
}

Test(live, leaves_out_columns) {
    Recording source = recording(1);
    Live live;
    live_start(&live, &source);
    measure(&live, &source);
    char *narrow = picture(&live, &NEXT, 50, 24, false),
         *small = picture(&live, &NEXT, 40, 24, false);
    cr_assert(strstr(narrow, "tail-direct") && !strstr(narrow, "rounds"), "%s", narrow);
    cr_assert(strstr(small, "goto-indirect") && !strstr(small, "tail-direct\n"), "%s", small);
    cr_assert(strstr(small, "2,000.0          1.00×"), "%s", small);
    free(narrow);
    free(small);
    live_free(&live);
}
