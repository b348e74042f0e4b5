/* Choosing superinstructions, from profiles so small that the best choice is plain. */
#define _GNU_SOURCE 1
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/mining/miner.h"
#include "bench/util/test/scratch.h"

static char *directory;
static Corpus corpus;
static Error error;

static void set_up(void) {
    directory = scratch_make();
    corpus = (Corpus){0};
    error = (Error){.kind = ERROR_NONE};
}

static void tear_down(void) {
    corpus_free(&corpus);
    scratch_remove(directory);
    free(directory);
}

TestSuite(corpus, .init = set_up, .fini = tear_down);
TestSuite(mine, .init = set_up, .fini = tear_down);
TestSuite(judge, .init = set_up, .fini = tear_down);

static bool read_text(const char *name, const char *text) {
    char path[300];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    scratch_write(directory, name, 0644, text);
    return corpus_read(&corpus, path, name, &error);
}

/* A program whose opcodes are a to e, and these lines. */
#define HEAD "toy 5 opcodes\na\nb\nc\nd\ne\n"
enum { A, B, C, D, E };

static void add(const char *name, const char *lines) {
    char *text;
    cr_assert(asprintf(&text, HEAD "%s", lines) > 0);
    cr_assert(read_text(name, text), "%s", error.message);
    free(text);
}

static void expect_refused(const char *text, ErrorKind kind, const char *message) {
    cr_assert_not(read_text("profile", text), "%s", text);
    cr_expect_eq(error.kind, kind);
    char *expected;
    cr_assert(asprintf(&expected, message, directory) > 0);
    cr_expect_str_eq(error.message, expected);
    free(expected);
    corpus_free(&corpus);
}

static void expect_near(double is, double expected, const char *what) {
    cr_expect(is > expected - 1e-9 && is < expected + 1e-9, "%s: %.12g instead of %.12g", what, is,
              expected);
}

/* ---- Reading ----------------------------------------------------------------------------------*/

Test(corpus, counts_each_line_as_its_share_of_the_program) {
    add("one", "0:6 1:6 2:4\n3:4\n");
    cr_assert_eq(corpus.line_count, 2);
    cr_expect_str_eq(corpus.isa, "toy");
    cr_expect_eq(corpus.opcode_count, 5);
    cr_expect_str_eq(corpus.names[D], "d");
    cr_expect_eq(corpus.programs[0].executed, 20);
    for (size_t i = 0; i < 2; i++) {
        const Line *line = &corpus.lines[i];
        const bool is_long = line->length == 3;
        cr_assert(is_long || line->length == 1);
        cr_expect_eq(corpus.opcodes[line->begin], is_long ? A : D);
        expect_near(corpus.weights[line->begin], is_long ? 0.3 : 0.2, "weight");
    }
}

Test(corpus, lines_that_are_the_same_are_one) {
    add("one", "0:1 1:1\n0:3 1:2\n0:1 1:1 2:1\n\n");
    cr_assert_eq(corpus.line_count, 2);
    expect_near(corpus.weights[corpus.lines[0].begin], 0.4, "the first of both");
    expect_near(corpus.weights[corpus.lines[0].begin + 1], 0.3, "the second of both");
    add("two", "0:1 1:1\n");
    cr_expect_eq(corpus.line_count, 3, "but not those of two programs");
    cr_expect_eq(corpus.programs[1].line_begin, 2);
    cr_expect_eq(corpus.programs[1].line_end, 3);
}

Test(corpus, what_is_no_profile) {
    expect_refused("", ERROR_MALFORMED,
                   "%s/profile is no profile: it does not begin with an instruction set; make it "
                   "with \"tailrace profile --lines\"");
    expect_refused("toy 0 opcodes\n", ERROR_MALFORMED,
                   "%s/profile is no profile: it does not begin with an instruction set; make it "
                   "with \"tailrace profile --lines\"");
    expect_refused("toy 65536 opcodes\n", ERROR_MALFORMED,
                   "%s/profile is no profile: it does not begin with an instruction set; make it "
                   "with \"tailrace profile --lines\"");
    expect_refused("toy 3 opcodes\na\nb\n", ERROR_MALFORMED,
                   "%s/profile ends within the names of opcodes");
    expect_refused(HEAD, ERROR_MALFORMED, "%s/profile: nothing was executed");
    expect_refused(HEAD "0:0 1:0\n", ERROR_MALFORMED, "%s/profile: nothing was executed");
}

Test(corpus, lines_that_are_none) {
    static const char *const lines[] = {"5:1", "x", "0", "0:", "0:1,1:1", "0:1 1", "0 1", "-1:2"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char text[100];
        snprintf(text, sizeof text, HEAD "0:1\n%s\n", lines[i]);
        expect_refused(text, ERROR_MALFORMED,
                       "%s/profile: line 2 behind the names is not OPCODE:COUNT ...");
    }
}

Test(corpus, files_of_different_builds) {
    add("one", "0:1\n");
    cr_assert_not(read_text("two", "other 5 opcodes\na\nb\nc\nd\ne\n0:1\n"));
    cr_expect(strstr(error.message, "/two is of the instruction set other with 5 opcodes, and "
                                    "others are of toy with 5: make all with one build"),
              "%s", error.message);
    cr_assert_not(read_text("three", "toy 4 opcodes\na\nb\nc\nd\n0:1\n"));
    cr_expect(strstr(error.message, "of the instruction set toy with 4 opcodes, and others are of "
                                    "toy with 5"),
              "%s", error.message);
    cr_assert_not(read_text("four", "toy 5 opcodes\na\nb\nc\nx\ne\n0:1\n"));
    cr_expect(strstr(error.message, "/four: opcode 3 is called x, and d elsewhere"), "%s",
              error.message);
}

Test(corpus, a_file_that_is_not_there) {
    cr_assert_not(corpus_read(&corpus, "/nowhere/profile", "profile", &error));
    cr_expect_eq(error.kind, ERROR_FILE);
    cr_expect_str_eq(error.message, "cannot read /nowhere/profile: No such file or directory");
    cr_assert_not(corpus_read(&corpus, directory, "profile", &error), "a directory");
}

/* ---- Choosing ---------------------------------------------------------------------------------*/

static MinedSequence *chosen;
static size_t chosen_count;

static void choose(MinerWishes wishes) {
    free(chosen);
    if (!wishes.most) wishes.most = 100;
    if (!wishes.longest) wishes.longest = LONGEST_SEQUENCE;
    if (!wishes.least_programs) wishes.least_programs = 1;
    chosen = mine(&corpus, &wishes, &chosen_count);
}
#define CHOOSE(...) choose((MinerWishes){__VA_ARGS__})

/* "abc de": the sequences, the one that saves most first. */
static void expect_chosen(const char *expected) {
    char text[500] = "";
    for (size_t i = 0; i < chosen_count; i++) {
        if (i) strcat(text, " ");
        for (uint32_t j = 0; j < chosen[i].length; j++)
            strncat(text, &"abcde"[chosen[i].opcodes[j]], 1);
    }
    cr_expect_str_eq(text, expected);
}

Test(mine, the_pair_that_saves_most) {
    add("one", "0:10 1:10 2:1\n3:5 4:5\n");
    CHOOSE(.most = 1);
    expect_chosen("ab");
    expect_near(chosen[0].saved, 10.0 / 31, "dispatches that it saves");
    cr_expect_eq(chosen[0].programs, 1);
}

Test(mine, grows_long_sequences_and_drops_what_they_leave_unused) {
    add("one", "0:10 1:10 2:10 3:10\n");
    CHOOSE(.most = 9);
    expect_chosen("abcd");
    expect_near(chosen[0].saved, 0.75, "three of four dispatches");
    CHOOSE(.most = 9, .longest = 3);
    cr_assert_gt(chosen_count, 0);
    for (size_t i = 0; i < chosen_count; i++)
        cr_expect_leq(chosen[i].length, 3);
}

/* bc occurs 19 times, but 10 of these behind the a of the pair ab, which occurs 20 times: once that
 * is chosen, de with its 12 is worth more than what is left. */
Test(mine, counts_again_what_is_left_after_each_choice) {
    add("one", "0:10 1:10 2:10\n0:10 1:10\n1:9 2:9\n3:12 4:12\n");
    CHOOSE(.most = 2, .longest = 2);
    expect_chosen("ab de");
    expect_near(chosen[1].saved, 12.0 / 92, "de");
}

/* How often a branch in the middle was passed counts, not how often the line began. */
Test(mine, what_is_left_early_saves_less) {
    add("one", "0:20 1:2\n3:5 4:5\n");
    CHOOSE(.most = 1);
    expect_chosen("de");
}

Test(mine, programs_count_alike) {
    add("long", "0:1000000 1:1000000 \n2:8000000\n");
    add("short", "3:3 4:3\n");
    CHOOSE(.most = 1, .longest = 2);
    expect_chosen("de");
}

Test(mine, what_too_few_programs_have_is_left_out) {
    add("one", "0:10 1:10\n3:1 4:1\n");
    add("two", "3:1 4:1\n2:20\n");
    CHOOSE(.most = 9);
    expect_chosen("ab de");
    CHOOSE(.most = 9, .least_programs = 2);
    expect_chosen("de");
    cr_expect_eq(chosen[0].programs, 2);
}

Test(mine, programs_are_told_apart_however_many_there_are) {
    for (int i = 0; i < 300; i++)
        add("other", "2:1\n");
    add("one", "3:1 4:1\n");
    add("two", "3:1 4:1\n");
    CHOOSE(.most = 9, .least_programs = 2);
    expect_chosen("de");
    cr_expect_eq(chosen[0].programs, 2);
}

Test(mine, one_program_can_be_left_out) {
    add("one", "0:10 1:10\n");
    add("one", "3:1 4:1\n"); /* names may be the same: files of several directories */
    CHOOSE(.most = 1, .left_out = &corpus.programs[0]);
    expect_chosen("de");
    CHOOSE(.most = 9, .left_out = &corpus.programs[1]);
    expect_chosen("ab");
}

Test(mine, nothing_where_no_line_has_two) {
    add("one", "0:10\n1:3\n");
    CHOOSE(.most = 9);
    cr_expect_eq(chosen_count, 0);
}

/* Three of the same overlap: aa stands there once, not twice. */
Test(mine, repetitions_do_not_overlap) {
    add("one", "0:10 0:10 0:10\n3:15 4:15\n");
    CHOOSE(.most = 2, .longest = 2);
    expect_chosen("de aa");
    expect_near(chosen[1].saved, 10.0 / 60, "aa");
}

/* ---- Judging ----------------------------------------------------------------------------------*/

static const MinedSequence AB = {{A, B}, 2, 0, 1}, BCD = {{B, C, D}, 3, 0, 1},
                           ABC = {{A, B, C}, 3, 0, 1}, CDE = {{C, D, E}, 3, 0, 1};

Test(judge, nothing_saves_nothing) {
    add("one", "0:10 1:10 2:10 3:10\n");
    expect_near(judge(&corpus, &corpus.programs[0], NULL, 0), 1, "without sequences");
}

/* The first that fits is not always best: ab leaves c and d, and a with bcd is one less. */
Test(judge, divides_lines_into_as_few_as_there_can_be) {
    add("one", "0:10 1:10 2:10 3:10\n");
    const MinedSequence both[] = {AB, BCD}, other[] = {BCD, AB};
    expect_near(judge(&corpus, &corpus.programs[0], both, 1), 0.75, "ab alone");
    expect_near(judge(&corpus, &corpus.programs[0], both, 2), 0.5, "both");
    expect_near(judge(&corpus, &corpus.programs[0], other, 2), 0.5, "in another order");
}

/* Nor is what reaches a place from further back: abcd and ea are two, and dea would be the fourth.
 */
Test(judge, finds_a_better_way_to_a_place_that_was_reached) {
    add("one", "0:10 1:10 2:10 3:10 4:10 0:10\n");
    const MinedSequence sequences[] = {
        {{A, B, C, D}, 4, 0, 1}, {{D, E, A}, 3, 0, 1}, {{E, A}, 2, 0, 1}};
    expect_near(judge(&corpus, &corpus.programs[0], sequences, 3), 2.0 / 6, "abcdea");
}

/* A beginning of a sequence that does not end in one is none. */
Test(judge, sequences_are_whole) {
    add("one", "0:10 1:10 3:10\n");
    const MinedSequence sequences[] = {ABC};
    expect_near(judge(&corpus, &corpus.programs[0], sequences, 1), 1, "abc in abd");
}

Test(judge, one_program_at_a_time) {
    add("one", "0:10 1:10 2:10\n");
    add("two", "2:10 3:10 4:10\n2:30\n");
    const MinedSequence sequences[] = {ABC, CDE};
    expect_near(judge(&corpus, &corpus.programs[0], sequences, 2), 1.0 / 3, "the first");
    expect_near(judge(&corpus, &corpus.programs[1], sequences, 2), 40.0 / 60, "the second");
    expect_near(judge(&corpus, &corpus.programs[1], sequences, 1), 1, "without its own");
}

/* What leaves in the middle of one has been dispatched all the same. */
Test(judge, a_sequence_counts_as_often_as_it_begins) {
    add("one", "0:10 1:6 2:4\n");
    const MinedSequence sequences[] = {ABC};
    expect_near(judge(&corpus, &corpus.programs[0], sequences, 1), 0.5, "10 of 20");
}
