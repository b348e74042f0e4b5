#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/output/summary.h"
#include "bench/util/memory.h"

/* Two workloads, two strategies and the control. */
static ExecutorProgram programs[] = {
    {"switch-acc", "switch", "acc", "/p", NULL, NULL, NULL, false},
    {"tail-direct-acc", "tail-direct", "acc", "/p", NULL, NULL, NULL, false}};
static Contender contenders[] = {
    {0, &programs[0], false, NULL}, {0, &programs[1], false, NULL}, {0, &programs[0], true, NULL}};
static Group group = {0, 0, 0, 3, 2, 0};
static Build build = {.name = "clang-22"};
static Workload workloads[] = {{.name = "sort"}, {.name = "vm"}};
static const char *isas[] = {"acc"};
static Work work[] = {{1000000, 100000, 10}, {-1, -1, -1}};

static Recording recording(void) {
    return (Recording){.suite = {"default", workloads, 2, NULL},
                       .contenders = contenders,
                       .contender_count = 3,
                       .isas = isas,
                       .isa_count = 1,
                       .groups = &group,
                       .group_count = 1,
                       .builds = {&build, 1, 1},
                       .rounds = 3,
                       .work = work};
}

static void add(Recording *recording, int round, size_t workload, size_t contender, double ms) {
    int64_t ns = (int64_t)(ms * 1e6);
    recording_add(recording, &(Sample){.round = round,
                                       .workload = workload,
                                       .contender = contender,
                                       .cost.phases[PHASE_EXECUTE] = {ns, ns + ns / 10}});
}

static void assert_near(double got, double wanted) {
    cr_assert(fabs(got - wanted) < 1e-9, "got %.17g instead of %.17g", got, wanted);
}

/* The machine slows down by a half from round to round: ratios within rounds do not care. */
static Recording drifting(void) {
    Recording source = recording();
    const double drift[] = {77, 1, 1.5, 2.25};
    for (int round = 0; round < 4; round++) {
        add(&source, round, 0, 0, 8 * drift[round]);
        add(&source, round, 0, 1, 4 * drift[round]);
        add(&source, round, 0, 2, 8.08 * drift[round]);
        add(&source, round, 1, 0, 10 * drift[round]);
        add(&source, round, 1, 1, 1.25 * drift[round]);
        add(&source, round, 1, 2, 9.8 * drift[round]);
    }
    return source;
}

Test(summary, medians_spread_and_paired_ratios) {
    Recording source = drifting();
    Summary summary = summary_make(&source, &group);
    cr_assert_eq(summary.columns, 3);
    cr_assert_eq(summary.cells[0].samples, 3); /* the warm-up does not count */
    assert_near(summary.cells[0].median, 0.012);
    assert_near(summary.cells[0].spread, (1.875 - 1.25) / 2 / 1.5);
    assert_near(summary.cells[1].speed, 2);
    assert_near(summary.cells[3 + 1].speed, 8);
    assert_near(summary.means[0].speed, 1);
    assert_near(summary.means[1].speed, 4);
    assert_near(summary.noise, 10 / 9.8 - 1);
    assert_near(summary.mean_noise, fabs(sqrt(8 / 8.08 * 10 / 9.8) - 1));
    summary_free(&summary);
}

Test(summary, failures_are_left_out) {
    Recording source = drifting();
    recording_add_not_measured(
        &source, (NotMeasured){"sample", 1, 1, 0, "acc", 3, copy_string("it crashed"), 0});
    Summary summary = summary_make(&source, &group);
    cr_assert_eq(summary.cells[3 + 1].samples, 0);
    cr_assert(isnan(summary.cells[3 + 1].speed));
    assert_near(summary.means[1].speed, 2);
    cr_assert_eq(summary.means[1].samples, 1);
    summary_free(&summary);
}

static char *printed(const Recording *source) {
    char *text = NULL;
    size_t size;
    FILE *stream = need(open_memstream(&text, &size));
    summary_print(source, stream);
    fclose(stream);
    return need(text);
}

Test(summary, ratios_are_formed_within_layouts) {
    Recording source = recording();
    source.builds.layout_count = 2;
    source.rounds = 2;
    const double luck[] = {1, 1.25};
    for (int round = 1; round < 3; round++) {
        for (size_t layout = 0; layout < 2; layout++) {
            for (size_t contender = 0; contender < 2; contender++) {
                add(&source, round, 0, contender, (contender ? 4 : 8) * luck[layout]);
                source.samples[source.sample_count - 1].layout = layout;
            }
        }
    }
    Summary summary = summary_make(&source, &group);
    cr_assert_eq(summary.cells[0].samples, 4);
    assert_near(summary.cells[0].median, 0.009);
    assert_near(summary.cells[1].speed, 2);
    summary_free(&summary);
    char *text = printed(&source);
    cr_assert_null(strstr(text, "layout luck"), "%s", text);
    free(text);
}

Test(summary, prints_what_it_found_and_what_weakens_it) {
    Recording source = drifting();
    source.machine = json_pack("{s:{s:b, s:s}, s:{s:s}, s:b, s:s}", "virtual", "is", 1,
                               "hypervisor", "KVM", "counters", "why", "there are none", "turbo", 1,
                               "governor", "powersave");
    source.state = "interrupted";
    recording_add_not_measured(
        &source, (NotMeasured){"sample", 1, 1, 0, "acc", 3, copy_string("it crashed"), 0});
    char *text = printed(&source);
    static const char *const parts[] = {"\nsort      12.0 ±20.8%  6.000 ±20.8%\n",
                                        "\nvm        15.0 ±20.8%        failed\n",
                                        "\nsort                   2.00  0.990\n",
                                        "\ngeometric mean        *2.00  1.005\n",
                                        "names differed by up to 2.0% on\na workload",
                                        "by 0.5% in the geometric mean",
                                        "\nsort         1.000  12.000        6.000\n",
                                        "\nvm               -       -            -\n",
                                        "failed\nOne layout was measured: differences may be",
                                        "the others\nOne layout was measured: differences may be",
                                        "-\nOne layout was measured: differences may be",
                                        "  - One layout of the code was measured",
                                        "virtual machine (KVM)",
                                        "there are none",
                                        "waited for 10 % of their CPU time",
                                        "Few rounds (3)",
                                        "Turbo is on",
                                        "governor is \"powersave\"",
                                        "The run was interrupted",
                                        "Not measured: tail-direct-acc (vm): it crashed."};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cr_assert(strstr(text, parts[i]), "\"%s\" is missing in\n%s", parts[i], text);
    cr_assert_null(strchr(text, '\033'), "no colours outside of a terminal");
    cr_assert_null(strstr(text, "nan"));
    free(text);
}

/* As many samples of the warm-up as of the round: the median of all would lie between. */
Test(summary, the_warm_up_waits_for_nobody) {
    Recording source = recording();
    source.rounds = 1;
    for (int round = 0; round < 2; round++)
        for (size_t contender = 0; contender < 3; contender++) {
            add(&source, round, 0, contender, 10);
            Sample *last = &source.samples[source.sample_count - 1];
            PhaseTime *time = &last->cost.phases[PHASE_EXECUTE];
            if (round == 0) time->wall = 5 * time->cpu;
        }
    char *text = printed(&source);
    cr_assert(strstr(text, "waited for 10 % of their CPU time"), "%s", text);
    free(text);
}

/* 5 µs of an execution, and ratios that mean nothing. */
Test(summary, what_is_too_short_to_time_is_not_compared) {
    Recording source = recording();
    const double times[] = {0.005, 0.02, 0.006};
    for (int round = 1; round < 4; round++)
        for (size_t contender = 0; contender < 3; contender++) {
            add(&source, round, 0, contender, times[contender]);
            add(&source, round, 1, contender, contender == 1 ? 4 : 8);
        }
    Summary summary = summary_make(&source, &group);
    cr_assert(summary.too_short[0] && !summary.too_short[1]);
    assert_near(summary.cells[0].median, 5e-6);
    cr_assert(isnan(cell_speed(&summary.cells[1])));
    assert_near(summary.means[1].speed, 2);
    assert_near(summary.noise, 0);
    summary_free(&summary);
    char *text = printed(&source);
    cr_assert(strstr(text, "sort takes 0.005 ms, which is too short to time"), "%s", text);
    cr_assert(strstr(text, "\nsort                      -       -\n"), "%s", text);
    free(text);
    /* A little longer, and the control tells. */
    for (size_t i = 0; i < source.sample_count; i++)
        if (source.samples[i].workload == 0)
            source.samples[i].cost.phases[PHASE_EXECUTE].cpu *= 100;
    summary = summary_make(&source, &group);
    cr_assert(summary.too_short[0]);
    summary_free(&summary);
}

static json_t *verdict(const char *workload, const char *strategy, bool control, double speed,
                       const char *word, const char *remedy) {
    return json_pack("{s:s, s:s, s:s?, s:s, s:b, s:f, s:f, s:f, s:s?, s:s}", "build", "clang-22",
                     "isa", "acc", "workload", workload, "strategy", strategy, "control", control,
                     "speed", speed, "low", speed - 0.25, "high", speed + 0.25, "word", word,
                     "remedy", remedy);
}

Test(summary, shows_verdicts_where_there_are_some) {
    Recording source = drifting();
    source.verdicts = json_pack(
        "{s:[o, o, o, o, o]}", "cells", verdict("sort", "tail-direct", false, 2.5, "faster", ""),
        verdict("vm", "tail-direct", false, 0.5, "slower", ""),
        verdict("sort", "switch", true, 1.25, NULL, ""),
        verdict(NULL, "tail-direct", false, 1.5, "undecided", "about 12 more rounds"),
        verdict("gone", "tail-direct", false, 9, "faster", ""));
    Summary summary = summary_make(&source, &group);
    assert_near(summary.cells[1].speed, 2); /* its own is kept */
    assert_near(cell_speed(&summary.cells[1]), 2.5);
    cr_assert_eq(cell_style(&summary.cells[1]), STYLE_GOOD);
    cr_assert_eq(cell_style(&summary.cells[3 + 1]), STYLE_BAD);
    cr_assert_eq(cell_style(&summary.means[1]), STYLE_DIM);
    cr_assert_eq(cell_style(&summary.cells[0]), STYLE_PLAIN);
    assert_near(summary.noise, 0.25);
    summary_free(&summary);
    char *text = printed(&source);
    static const char *const parts[] = {
        "\nsort            2.50 (2.25–2.75)  1.250\n", "\ngeometric mean  1.50 (1.25–1.75)",
        "\ntail-direct  undecided         1       1              0          0\n",
        "\nWhat would decide about tail-direct: about 12 more rounds.\n"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cr_assert(strstr(text, parts[i]), "\"%s\" is missing in\n%s", parts[i], text);
    free(text);
}

Test(summary, no_line_is_wider_than_80_columns) {
    Recording source = drifting();
    recording_add_not_measured(
        &source, (NotMeasured){"sample", 1, 1, 0, "acc", 3,
                               copy_string("it crashed after it had said many words about what it "
                                           "was about to do and then did not do"), 0});
    char *text = printed(&source);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        cr_assert_leq(text_columns(line), 80, "%s", line);
    free(text);
}

Test(summary, nothing_measured_prints_no_numbers) {
    Recording source = recording();
    source.rounds = 0;
    char *text = printed(&source);
    cr_assert_null(strstr(text, "nan"), "%s", text);
    cr_assert(strstr(text, "No round was finished"));
    free(text);
}

/* tail-direct in three instruction sets, the baseline not the first of them; switch in acc alone.
 */
static ExecutorProgram isa_programs[] = {
    {"tail-direct-fused", "tail-direct", "fused", "/p", NULL, NULL, NULL, false},
    {"switch-acc", "switch", "acc", "/p", NULL, NULL, NULL, false},
    {"tail-direct-acc", "tail-direct", "acc", "/p", NULL, NULL, NULL, false},
    {"tail-direct-slots", "tail-direct", "slots", "/p", NULL, NULL, NULL, false}};
static Contender isa_contenders[] = {
    {0, &isa_programs[0], false, NULL}, {0, &isa_programs[0], true, NULL},
    {0, &isa_programs[1], false, NULL}, {0, &isa_programs[2], false, NULL},
    {0, &isa_programs[1], true, NULL},  {0, &isa_programs[3], false, NULL},
    {0, &isa_programs[3], true, NULL}};
static Group isa_groups[] = {{0, 0, 0, 2, 1, 0}, {0, 1, 2, 3, 2, 0}, {0, 2, 5, 2, 1, 0}};
static const char *several_isas[] = {"fused", "acc", "slots"};
static Work isa_work[] = {{500000, 1, 1}, {2000000, 1, 1}, {-1, -1, -1},
                          {-1, -1, -1},   {-1, -1, -1},    {-1, -1, -1}};

static Recording in_three_isas(void) {
    Recording source = recording();
    source.contenders = isa_contenders;
    source.contender_count = 7;
    source.groups = isa_groups;
    source.group_count = 3;
    source.isas = several_isas;
    source.isa_count = 3;
    source.work = isa_work;
    /* Of sort and vm; the machine slows down from round to round. */
    static const double times[][2] = {{2, 3}, {2.02, 3.03}, {9, 9}, {6, 6}, {9, 9}, {8, 8}, {8, 8}};
    for (int round = 0; round < 4; round++)
        for (size_t contender = 0; contender < 7; contender++)
            for (size_t workload = 0; workload < 2; workload++) {
                add(&source, round, workload, contender,
                    times[contender][workload] * (round + 1) * (round ? 1 : 50));
                source.samples[source.sample_count - 1].cost.bytecode_bytes =
                    1000 * (int64_t)(contender + 1);
            }
    return source;
}

Test(summary, instruction_sets_are_compared_with_acc) {
    Recording source = in_three_isas();
    char *text = printed(&source);
    static const char *const parts[] = {
        "Instruction sets, all tail-direct: speed relative to acc, × (above 1 is faster)",
        "\nworkload        fused  slots  acc, millions  fused, millions  slots, millions\n",
        "\nsort             3.00   0.75          2.000            0.500                -\n",
        "\nvm               2.00   0.75              -                -                -\n",
        "\ngeometric mean   2.45   0.75\n",
        "\nworkload        acc, bytes  fused, bytes  slots, bytes\n",
        "\nsort                 4,000         1,000         6,000\n",
        "Noise floor (A/A): the larger of theirs, 1.0% on a workload and 1.0% in the"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cr_assert(strstr(text, parts[i]), "\"%s\" is missing in\n%s", parts[i], text);
    cr_assert_null(strstr(text, "Instruction sets, all switch"), "it is in one alone:\n%s", text);
    const char *found = strstr(text, "Instruction sets, all");
    cr_assert_not_null(found);
    cr_assert_null(strstr(found + 1, "Instruction sets, all"), "it stands there twice:\n%s", text);
    free(text);
}

Test(summary, what_one_instruction_set_lacks_is_not_compared) {
    Recording source = in_three_isas();
    recording_add_not_measured(
        &source, (NotMeasured){"sample", 1, 0, 0, "fused", 3, copy_string("it crashed"), 0});
    for (size_t i = 0; i < source.sample_count; i++) /* too short to time in slots */
        if (source.samples[i].workload == 0 && source.samples[i].contender >= 5)
            source.samples[i].cost.phases[PHASE_EXECUTE].cpu = 5000;
    char *text = printed(&source);
    static const char *const parts[] = {"\nsort             3.00      -",
                                        "\nvm                  -   0.75",
                                        "\ngeometric mean  *3.00  *0.75\n"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cr_assert(strstr(text, parts[i]), "\"%s\" is missing in\n%s", parts[i], text);
    cr_assert_null(strstr(text, "nan"), "%s", text);
    free(text);
}
