/* Locals are cleared only where they may be read before they are assigned. */
#include <stdio.h>
#include <stdlib.h>

#include "decoder/disassembler.h"
#include "translator/test/translation.h"

static void note(uint32_t local, uint32_t *first, uint32_t *last) {
    if (local < *first) *first = local;
    if (local > *last) *last = local;
}

/* The locals that are cleared by instructions of their own at the start of the code: instruction sets
 * with registers for locals do that for a few whose first use is to be read. */
static void note_cleared_at_start(uint32_t *first, uint32_t *last) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    disassemble(out, opcode_words(), program.codes[0].begin,
                program_code_end(&program, &program.codes[0]));
    fclose(out);
    unsigned local;
    for (char *line = text; sscanf(line, "%*s const.i32 0 -> s%u", &local) == 1;
         line = strchr(line, '\n') + 1)
        note(local, first, last);
    free(text);
}

/* The first and the last local that the function clears; "none" if it clears none. */
static const char *cleared(const char *fields) {
    static char range[32];
    translate_wat(fields);
    const Code *function = &program.codes[0];
    uint32_t first_cleared = UINT32_MAX, last_cleared = 0;
    if (ISA_PINS) note_cleared_at_start(&first_cleared, &last_cleared);
    cr_assert_eq(count_of(OP_zero), function->entry != function->begin);
    if (function->entry != function->begin) {
        uint16_t first, count; /* behind the dispatch word */
        memcpy(&first, function->entry + 2, sizeof first);
        memcpy(&count, function->entry + 4, sizeof count);
        note(first, &first_cleared, &last_cleared);
        note(first + count - 1u, &first_cleared, &last_cleared);
    }
    if (first_cleared > last_cleared) strcpy(range, "none");
    else snprintf(range, sizeof range, "%u to %u", first_cleared, last_cleared);
    free_translation();
    return range;
}
#define EXPECT_CLEARED(range, fields) cr_expect_str_eq(cleared(fields), range, "%s", fields)

Test(zeroing, is_an_instruction_behind_the_body) {
    translate_wat("(func (param i32) (result i64) (local i64 i64 f64)"
                  "  (block (br_if 0 (local.get 0))"
                  "    (local.set 2 (i64.const 1)) (local.set 3 (f64.const 1)))"
                  "  (drop (local.get 3)) (local.get 2))");
    Label start = encoder_label(code), end = encoder_label(code);
    encoder_bind(code, start);
    encode_br_if_i32_nez(code, local(0), end);
    encode_copy(code, local(2), constant(1));
    encode_copy(code, local(3), constant_f64(1));
    encoder_bind(code, end);
    encode_return_i(code, local(2), LINK);
    encode_zero(code, 2, 2, start);
    expect_translation();
}

/* That instruction and its jump are more than one or two of these. */
Test(zeroing, of_few_that_are_surely_read_is_at_the_start) {
    translate_wat("(func (param i32) (result i64) (local i64 i64 f64)"
                  "  (drop (local.get 3)) (local.get 2))");
    Label start = encoder_label(code);
    encoder_bind(code, start);
    if (ISA_PINS) {
        encode_const_i32(code, local(3), constant(0));
        encode_const_i32(code, local(2), constant(0));
    }
    encode_return_i(code, local(2), LINK);
    if (!ISA_PINS) encode_zero(code, 2, 2, start);
    expect_translation();
}

Test(zeroing, of_more_is_one_instruction) {
    translate_wat("(func (local i64 i64 f64 f64)"
                  "  (drop (local.get 3)) (drop (local.get 0))"
                  "  (drop (local.get 1)) (drop (local.get 2)))");
    Label start = encoder_label(code);
    encoder_bind(code, start);
    encode_return(code, LINK);
    encode_zero(code, 0, 4, start);
    expect_translation();
}

Test(zeroing, of_the_range_that_is_read) {
    EXPECT_CLEARED("2 to 4", "(func (param i32) (local i32 i32 i32 i32 i32)"
                             "  (drop (local.get 4)) (drop (local.get 2)))");
    EXPECT_CLEARED("0 to 0", "(func (local i32 i32) (local.set 0 (local.get 0)))");
}

Test(zeroing, none_of_parameters_and_unused_locals) {
    EXPECT_CLEARED("none", "(func (param i32) (local i32 f64) (drop (local.get 0)))");
}

Test(zeroing, none_after_an_assignment) {
    EXPECT_CLEARED("none", "(func (local i32 f64)"
                           "  (local.set 0 (i32.const 1)) (drop (local.get 0))"
                           "  (drop (local.tee 1 (f64.const 1))) (drop (local.get 1)))");
}

Test(zeroing, of_what_is_assigned_from_itself) {
    EXPECT_CLEARED("0 to 0",
                   "(func (local i32) (local.set 0 (i32.add (local.get 0) (i32.const 1))))");
}

Test(zeroing, after_a_block_that_nothing_leaves_early) {
    EXPECT_CLEARED("none", "(func (local i32)"
                           "  (block (block (local.set 0 (i32.const 1)))) (drop (local.get 0)))");
}

Test(zeroing, after_a_block_left_before_the_assignment) {
    EXPECT_CLEARED("1 to 1", "(func (param i32) (local i32)"
                             "  (block (br_if 0 (local.get 0)) (local.set 1 (i32.const 1)))"
                             "  (drop (local.get 1)))");
    EXPECT_CLEARED("1 to 1", "(func (param i32) (local i32)"
                             "  (block (block (br_table 0 1 (local.get 0)))"
                             "    (local.set 1 (i32.const 1)))"
                             "  (drop (local.get 1)))");
    EXPECT_CLEARED("1 to 1", "(func (param i32) (local i32)"
                             "  (drop (block (result i32)"
                             "    (br_if 0 (i32.const 3) (local.get 0))"
                             "    (local.set 1 (i32.const 1))))"
                             "  (drop (local.get 1)))");
}

Test(zeroing, none_after_a_block_left_behind_the_assignment) {
    EXPECT_CLEARED("none", "(func (param i32) (local i32)"
                           "  (block (local.set 1 (i32.const 1)) (br_if 0 (local.get 0)))"
                           "  (drop (local.get 1)))");
    EXPECT_CLEARED("none", "(func (param i32) (local i32)"
                           "  (local.set 1 (i32.const 1))"
                           "  (block (br_if 0 (local.get 0)) (br_table 0 (local.get 0)))"
                           "  (drop (local.get 1)))");
}

Test(zeroing, none_before_the_block_is_left) {
    EXPECT_CLEARED("none", "(func (param i32) (local i32)"
                           "  (block (br_if 0 (local.get 0)) (local.set 1 (i32.const 1))"
                           "    (drop (local.get 1))))");
}

Test(zeroing, at_the_earliest_branch_of_several) {
    EXPECT_CLEARED("2 to 3", "(func (param i32) (local i32 i32 i32)"
                             "  (block"
                             "    (local.set 1 (i32.const 1)) (br_if 0 (local.get 0))"
                             "    (local.set 2 (i32.const 1)) (br_if 0 (local.get 0))"
                             "    (local.set 3 (i32.const 1)))"
                             "  (drop (local.get 1)) (drop (local.get 2)) (drop (local.get 3)))");
}

Test(zeroing, the_branch_leaves_an_outer_block) {
    EXPECT_CLEARED("1 to 1", "(func (param i32) (local i32)"
                             "  (block (block (br_if 1 (local.get 0)))"
                             "    (local.set 1 (i32.const 1)) (drop (local.get 1)))"
                             "  (drop (local.get 1)))");
}

Test(zeroing, after_an_if) {
    EXPECT_CLEARED("1 to 1", "(func (param i32) (local i32)"
                             "  (if (local.get 0) (then (local.set 1 (i32.const 1))))"
                             "  (drop (local.get 1)))");
    EXPECT_CLEARED("1 to 1", "(func (param i32) (local i32)"
                             "  (if (local.get 0) (then)"
                             "    (else (local.set 1 (i32.const 1))))"
                             "  (drop (local.get 1)))");
    EXPECT_CLEARED("1 to 1", "(func (param i32) (local i32)"
                             "  (if (local.get 0) (then (local.set 1 (i32.const 1)))"
                             "    (else (drop (local.get 1)))))");
}

Test(zeroing, none_in_the_arm_that_assigns) {
    EXPECT_CLEARED("none", "(func (param i32) (local i32)"
                           "  (if (local.get 0)"
                           "    (then (local.set 1 (i32.const 1)) (drop (local.get 1)))"
                           "    (else (local.set 1 (i32.const 2)) (drop (local.get 1)))))");
}

Test(zeroing, none_of_what_was_assigned_before_an_if) {
    EXPECT_CLEARED("none", "(func (param i32) (local i32)"
                           "  (local.set 1 (i32.const 1))"
                           "  (if (local.get 0) (then (local.set 1 (i32.const 3))) (else))"
                           "  (drop (local.get 1)))");
}

Test(zeroing, in_loops) {
    EXPECT_CLEARED("none", "(func (param i32) (local i32)"
                           "  (loop (local.set 1 (i32.const 1)) (br_if 0 (local.get 0)))"
                           "  (drop (local.get 1)))");
    EXPECT_CLEARED("1 to 1", "(func (param i32) (local i32)"
                             "  (loop (drop (local.get 1)) (local.set 1 (i32.const 1))"
                             "    (br_if 0 (local.get 0))))");
    EXPECT_CLEARED("1 to 1", "(func (param i32) (local i32)"
                             "  (block (loop (br_if 1 (local.get 0))"
                             "    (local.set 1 (i32.const 1)) (br 0)))"
                             "  (drop (local.get 1)))");
}

/* The branch out of the outer block leaves when one local is assigned; then an if forgets it and
 * another one is assigned, so that again one is at the end. */
Test(zeroing, a_branch_before_assignments_were_forgotten) {
    EXPECT_CLEARED("1 to 2", "(func (param i32) (local i32 i32)"
                             "  (block"
                             "    (if (local.get 0)"
                             "      (then (local.set 1 (i32.const 1)) (br_if 1 (local.get 0))))"
                             "    (local.set 2 (i32.const 1)))"
                             "  (drop (local.get 1)) (drop (local.get 2)))");
    EXPECT_CLEARED("1 to 2", "(func (param i32) (local i32 i32)"
                             "  (block"
                             "    (if (local.get 0)"
                             "      (then (local.set 1 (i32.const 1)) (br_if 1 (local.get 0)))"
                             "      (else (local.set 2 (i32.const 1)))))"
                             "  (drop (local.get 1)) (drop (local.get 2)))");
    EXPECT_CLEARED("1 to 2", "(func (param i32) (local i32 i32)"
                             "  (block"
                             "    (block (block"
                             "      (br_if 1 (local.get 0))"
                             "      (local.set 1 (i32.const 1)) (br_if 2 (local.get 0))))"
                             "    (local.set 2 (i32.const 1)))"
                             "  (drop (local.get 1)) (drop (local.get 2)))");
}

/* The same with a loop around the if, at whose end nothing is forgotten. */
Test(zeroing, a_branch_before_assignments_were_forgotten_in_a_loop) {
    EXPECT_CLEARED("1 to 2", "(func (param i32) (local i32 i32)"
                             "  (block (loop"
                             "    (if (local.get 0)"
                             "      (then (local.set 1 (i32.const 1)) (br_if 2 (local.get 0))))"
                             "    (local.set 2 (i32.const 1))))"
                             "  (drop (local.get 1)) (drop (local.get 2)))");
}

Test(zeroing, code_that_cannot_be_reached_does_not_count) {
    /* What is cleared at the start was found by a pass that does not know what can be reached. */
    EXPECT_CLEARED(ISA_PINS ? "0 to 0" : "none",
                   "(func (local i32 i32)"
                   "  (return) (drop (local.get 0)) (local.set 1 (local.get 0)))");
    EXPECT_CLEARED("1 to 1", "(func (param i32) (local i32)"
                             "  (block (br_if 0 (local.get 0)) (return)"
                             "    (local.set 1 (i32.const 1)))"
                             "  (drop (local.get 1)))");
}
