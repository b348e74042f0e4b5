/* Small loops that are translated several times over, and ways out of loops, which stand behind the
 * function. Instruction sets without registers for locals unroll nothing; which forms there are is
 * up to a table where there are superinstructions. */
#include <stdio.h>

#include "translator/test/translation.h"

#if !ISA_HAS_SEQUENCES

enum { COPIES = ISA_PINS ? 4 : 1 };

/* ---- Loops that are unrolled ----------------------------------------------------------------- */

Test(unrolled, the_last_branch_back_leads_on_to_the_next_copy) {
    translate_wat("(func (param i32 i32)"
                  "  (loop (br_if 0 (i32.lt_s (local.get 0) (local.get 1)))))");
    Label start = encoder_label(code), end = encoder_label(code);
    encoder_bind(code, start);
    for (int copy = 1; copy < COPIES; copy++)
        encode_br_if_i32_ge_s(code, local(0), local(1), end);
    encode_br_if_i32_lt_s(code, local(0), local(1), start);
    encoder_bind(code, end);
    encode_return(code, LINK);
    expect_translation();
}

/* Between the copies nothing is left of the branch. */
Test(unrolled, a_loop_that_ends_with_a_jump) {
    translate_wat("(global $g (mut i32) (i32.const 0))"
                  "(func (block (loop"
                  "  (br_if 1 (global.get $g))"
                  "  (global.set $g (i32.const 1))"
                  "  (br 0))))");
    Label start = encoder_label(code), end = encoder_label(code);
    encoder_bind(code, start);
    for (int copy = 0; copy < COPIES; copy++) {
        encode_global_get(code, computed(0), 0);
        encode_br_if_i32_nez(code, computed(0), end);
        encode_global_set(code, constant(1), 0);
    }
    encode_br(code, start);
    encoder_bind(code, end);
    encode_return(code, LINK);
    expect_translation();
}

/* Copies are of what is up to the last branch back; all copies but the last leave to behind it. */
Test(unrolled, what_follows_the_last_branch_back_is_there_once) {
    translate_wat("(global $g (mut i32) (i32.const 0))"
                  "(func (loop"
                  "  (global.set $g (i32.const 1))"
                  "  (br_if 0 (global.get $g))"
                  "  (global.set $g (i32.const 2))))");
    Label start = encoder_label(code), end = encoder_label(code);
    encoder_bind(code, start);
    for (int copy = 1; copy <= COPIES; copy++) {
        encode_global_set(code, constant(1), 0);
        encode_global_get(code, computed(0), 0);
        if (copy < COPIES) encode_br_if_i32_eqz(code, computed(0), end);
        else encode_br_if_i32_nez(code, computed(0), start);
    }
    encoder_bind(code, end);
    encode_global_set(code, constant(2), 0);
    encode_return(code, LINK);
    expect_translation();
}

/* Other branches back lead to the first copy. */
Test(unrolled, an_earlier_branch_back_leads_to_the_beginning) {
    translate_wat("(func (param i32 i32)"
                  "  (loop"
                  "    (br_if 0 (local.get 0))"
                  "    (br_if 0 (local.get 1))))");
    Label start = encoder_label(code), end = encoder_label(code);
    encoder_bind(code, start);
    for (int copy = 1; copy <= COPIES; copy++) {
        encode_br_if_i32_nez(code, local(0), start);
        if (copy < COPIES) encode_br_if_i32_eqz(code, local(1), end);
        else encode_br_if_i32_nez(code, local(1), start);
    }
    encoder_bind(code, end);
    encode_return(code, LINK);
    expect_translation();
}

/* What the accumulator holds at a copy's end it holds at the next one's beginning, but behind the
 * loop control comes from all of them. */
Test(unrolled, accumulators_are_known_from_copy_to_copy_and_not_behind) {
    translate_wat("(func (param i32) (result i32)"
                  "  (loop (br_if 0 (local.tee 0 (i32.clz (local.get 0)))))"
                  "  (local.get 0))");
    Label start = encoder_label(code), end = encoder_label(code);
    encoder_bind(code, start);
    for (int copy = 1; copy <= COPIES; copy++) {
        encode_i32_clz(code, local(0), copy == 1 ? local(0) : mirrored(local(0)));
        if (copy < COPIES) encode_br_if_i32_eqz(code, mirrored(local(0)), end);
        else encode_br_if_i32_nez(code, mirrored(local(0)), start);
    }
    encoder_bind(code, end);
    encode_return_i(code, COPIES == 1 ? mirrored(local(0)) : local(0), LINK);
    expect_translation();
}

static void expect_one_copy(const char *body) {
    char fields[4096];
    snprintf(fields, sizeof fields,
             "(func (param i32)"
             "  (loop (if (i32.clz (local.get 0)) (then)) %s (br_if 0 (local.get 0))))"
             "(func)"
             "(table 1 funcref)",
             body);
    translate_wat(fields);
    cr_expect_eq(count_of(OP_i32_clz), 1, "%s", body);
    free_translation();
}

Test(unrolled, not_what_calls_nor_what_loops_nor_tables) {
    expect_one_copy("(call 1)");
    expect_one_copy("(call_indirect (i32.const 0))");
    expect_one_copy("(loop)");
    expect_one_copy("(block (br_table 0 0 (local.get 0)))");
}

/* 128 bytes for all copies together. */
Test(unrolled, not_what_is_large) {
    char body[1024] = "";
    while (strlen(body) < 128 * strlen("(nop)")) strcat(body, "(nop)");
    expect_one_copy(body);
    body[55 * strlen("(nop)")] = 0;
    expect_one_copy(body);
    body[40 * strlen("(nop)")] = 0;
    char fields[4096];
    snprintf(fields, sizeof fields,
             "(func (param i32)"
             "  (loop %s (drop (i32.div_s (local.get 0) (local.get 0))) (br_if 0 (local.get 0))))",
             body);
    translate_wat(fields);
    cr_expect_eq(count_of(OP_i32_div_s), ISA_PINS ? 2 : 1);
    free_translation();
}

/* A block's parameters are on the stack at the loop's beginning: they would be elsewhere. */
Test(unrolled, not_what_has_parameters) {
    translate_wat("(func (param i32)"
                  "  (local.get 0)"
                  "  (loop (param i32) (drop (i32.div_s (local.get 0)))"
                  "    (br_if 0 (local.get 0) (local.get 0)) (drop)))");
    cr_expect_eq(count_of(OP_i32_div_s), 1);
    free_translation();
}

/* ---- Ways out -------------------------------------------------------------------------------- */

/* A loop goes on more often than it is left: where that takes more than a jump, it stands behind
 * the function. */
Test(exits, of_a_loop_that_move_a_value) {
    translate_wat("(global $g (mut i32) (i32.const 0))"
                  "(func (param i32 i32) (result i32)"
                  "  (block (result i32)"
                  "    (loop" ONCE
                  "      (global.get $g)"
                  "      (br_if 1 (i32.clz (local.get 0)) (local.get 1))"
                  "      (drop) (drop)"
                  "      (br 0))"
                  "    (unreachable)))");
    Label start = encoder_label(code), out = encoder_label(code), end = encoder_label(code);
    encoder_bind(code, start);
    encode_global_get(code, home(0), 0);
    encode_i32_clz(code, home(1), local(0));
    encode_br_if_i32_nez(code, local(1), out);
    encode_br(code, start);
    encoder_bind(code, end);
    encode_return_i(code, home(0), LINK);
    encoder_bind(code, out);
    encode_copy(code, home(0), home(1));
    encode_br(code, end);
    expect_translation();
}

/* What leads to the same place in the same way stands there once. */
Test(exits, of_several_branches_are_one) {
    translate_wat("(global $g (mut i32) (i32.const 0))"
                  "(func (param i32 i32) (result i32)"
                  "  (loop" ONCE
                  "    (global.get $g)"
                  "    (br_if 1 (i32.const 1) (local.get 1))"
                  "    (br_if 1 (local.get 0))"
                  "    (drop) (drop)"
                  "    (br 0))"
                  "  (unreachable))");
    cr_expect_eq(count_of(OP_return_i), 1);
    free_translation();
}

#endif
