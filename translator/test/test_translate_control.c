/* How control flow is translated: compare and branch in one, values of blocks, tables, dead code.
 */
#include "translator/opcodes.h"
#include "translator/test/module_bytes.h"
#include "translator/test/translation.h"

/* ---- Conditions of br_if -------------------------------------------------------------------- */

Test(br_if, compares_and_branches_in_one) {
    translate_wat("(func (param i32 i64 f64)"
                  "  (block"
                  "    (br_if 0 (i32.lt_s (local.get 0) (i32.const 9)))"
                  "    (br_if 0 (i64.ne (local.get 1) (i64.const 9)))"
                  "    (br_if 0 (f64.ge (local.get 2) (f64.const 9)))"
                  "    (unreachable)))");
    Label end = encoder_label(code);
    encode_br_if_i32_lt_s(code, local(0), constant(9), end);
    encode_br_if_i64_ne(code, local(1), constant(9), end);
    encode_br_if_f64_ge(code, local(2), constant_f64(9), end);
    encode_unreachable(code);
    encoder_bind(code, end);
    encode_return(code, LINK);
    expect_translation();
}

Test(br_if, compares_computed_values) {
    translate_wat("(func (param i32 i32)"
                  "  (loop" ONCE " (br_if 0 (i32.eq (i32.clz (local.get 0)) (local.get 1)))))");
    Label start = encoder_label(code);
    encoder_bind(code, start);
    encode_i32_clz(code, computed(0), local(0));
    encode_br_if_i32_eq(code, computed(0), local(1), start);
    encode_return(code, LINK);
    expect_translation();
}

Test(br_if, tests_other_values_for_zero) {
    translate_wat("(memory 1) (func (param i32)"
                  "  (loop" ONCE
                  "    (br_if 0 (local.get 0))"
                  "    (br_if 0 (i32.add (local.get 0) (i32.const 1)))"
                  "    (br_if 0 (i32.load (local.get 0)))))");
    Label start = encoder_label(code);
    encoder_bind(code, start);
    encode_br_if_i32_nez(code, local(0), start);
    encode_i32_add(code, computed(0), local(0), constant(1));
    encode_br_if_i32_nez(code, computed(0), start);
    encode_br_if_i32_nez_load(code, local(0), 0, start);
    encode_return(code, LINK);
    expect_translation();
}

Test(br_if, i32_eqz_is_a_comparison) {
    translate_wat("(func (param i32 i64)"
                  "  (loop" ONCE
                  "    (br_if 0 (i32.eqz (local.get 0)))"
                  "    (br_if 0 (i64.eqz (local.get 1)))))");
    Label start = encoder_label(code);
    encoder_bind(code, start);
    encode_br_if_i32_eqz(code, local(0), start);
    encode_br_if_i64_eqz(code, local(1), start);
    encode_return(code, LINK);
    expect_translation();
}

Test(br_if, i32_eqz_inverts_a_comparison) {
    translate_wat("(func (param i32 i64 f32)"
                  "  (block"
                  "    (br_if 0 (i32.eqz (i32.lt_u (local.get 0) (i32.const 9))))"
                  "    (br_if 0 (i32.eqz (i64.eqz (local.get 1))))"
                  "    (br_if 0 (i32.eqz (i32.eqz (local.get 0))))"
                  "    (br_if 0 (i32.eqz (i32.eqz (i32.eqz (local.get 0)))))"
                  "    (br_if 0 (i32.eqz (f32.eq (local.get 2) (local.get 2))))))");
    Label end = encoder_label(code);
    encode_br_if_i32_ge_u(code, local(0), constant(9), end);
    encode_br_if_i64_nez(code, local(1), end);
    encode_br_if_i32_nez(code, local(0), end);
    encode_br_if_i32_eqz(code, local(0), end);
    encode_br_if_f32_ne(code, local(2), local(2), end);
    encoder_bind(code, end);
    encode_return(code, LINK);
    expect_translation();
}

Test(br_if, branches_unless_floats_are_ordered) {
    translate_wat("(func (param f32 f64)"
                  "  (loop" ONCE
                  "    (br_if 0 (i32.eqz (f32.lt (local.get 0) (f32.const 1))))"
                  "    (br_if 0 (i32.eqz (f64.ge (local.get 1) (f64.const 1))))))");
    Label start = encoder_label(code);
    encoder_bind(code, start);
    encode_br_unless_f32_lt(code, local(0), constant_f32(1), start);
    encode_br_unless_f64_ge(code, local(1), constant_f64(1), start);
    encode_return(code, LINK);
    expect_translation();
}

Test(br_if, tests_bits) {
    translate_wat("(func (param i32 i32)"
                  "  (loop" ONCE
                  "    (br_if 0 (i32.and (local.get 0) (i32.const 4)))"
                  "    (br_if 0 (i32.eqz (i32.and (local.get 0) (local.get 1))))))");
    Label start = encoder_label(code);
    encoder_bind(code, start);
    encode_br_if_i32_and(code, local(0), constant(4), start);
    encode_br_if_i32_nand(code, local(0), local(1), start);
    encode_return(code, LINK);
    expect_translation();
}

Test(br_if, tests_references) {
    translate_wat("(func (param funcref)"
                  "  (loop" ONCE " (br_if 0 (ref.is_null (local.get 0)))))");
    Label start = encoder_label(code);
    encoder_bind(code, start);
    encode_br_if_i64_eqz(code, local(0), start);
    encode_return(code, LINK);
    expect_translation();
}

Test(br_if, on_a_constant_is_decided) {
    translate_wat("(func (param i32)"
                  "  (loop" ONCE
                  "    (br_if 0 (i32.const 0))"
                  "    (local.set 0 (i32.clz (local.get 0)))"
                  "    (br_if 0 (i32.const -1))))");
    Label start = encoder_label(code);
    encoder_bind(code, start);
    encode_i32_clz(code, local(0), local(0));
    encode_br(code, start);
    encode_return(code, LINK);
    expect_translation();
}

Test(br_if, does_not_take_back_a_comparison_that_is_not_the_last_instruction) {
    translate_wat("(memory 1) (func (param i32)"
                  "  (loop" ONCE
                  "    (i32.lt_s (local.get 0) (i32.const 9))"
                  "    (i32.store (local.get 0) (local.get 0))"
                  "    (br_if 0)))");
    Label start = encoder_label(code);
    encoder_bind(code, start);
    encode_i32_lt_s(code, computed(0), local(0), constant(9));
    encode_i32_store(code, local(0), local(0), 0);
    encode_br_if_i32_nez(code, computed(0), start);
    encode_return(code, LINK);
    expect_translation();
}

Test(br_if, does_not_take_back_a_comparison_whose_result_is_needed) {
    translate_wat("(func (param i32 f64)"
                  "  (block"
                  "    (br_if 0 (local.tee 0 (i32.lt_s (local.get 0) (i32.const 9))))"
                  "    (br_if 0 (i32.eqz (local.tee 0 (i32.lt_s (local.get 0) (i32.const 9)))))"
                  "    (br_if 0 (i32.eqz (local.tee 0 (f64.lt (local.get 1) (f64.const 9)))))))");
    Label end = encoder_label(code);
    encode_i32_lt_s(code, local(0), local(0), constant(9));
    encode_br_if_i32_nez(code, mirrored(local(0)), end);
    encode_i32_lt_s(code, local(0), mirrored(local(0)), constant(9));
    encode_br_if_i32_eqz(code, mirrored(local(0)), end);
    encode_f64_lt(code, local(0), local(1), constant_f64(9));
    encode_br_if_i32_eqz(code, mirrored(local(0)), end);
    encoder_bind(code, end);
    encode_return(code, LINK);
    expect_translation();
}

Test(br_if, does_not_take_back_a_comparison_across_a_label) {
    translate_wat("(func (param i32)"
                  "  (loop" ONCE
                  "    (block (result i32)"
                  "      (br_if 0 (i32.const 1) (local.get 0))"
                  "      (drop) (i32.lt_s (local.get 0) (i32.const 9)))"
                  "    (br_if 0)))");
    Label start = encoder_label(code), end = encoder_label(code);
    encoder_bind(code, start);
    encode_const_i32(code, home(0), constant(1));
    encode_br_if_i32_nez(code, local(0), end);
    encode_i32_lt_s(code, home(0), local(0), constant(9));
    encoder_bind(code, end);
    encode_br_if_i32_nez(code, home(0), start);
    encode_return(code, LINK);
    expect_translation();
}

/* ---- i32.eqz as a value ---------------------------------------------------------------------- */

Test(eqz, of_a_comparison_is_the_opposite) {
    translate_wat("(func (param i32 i64) (result i32)"
                  "  (local.set 0 (i32.eqz (i64.gt_s (local.get 1) (i64.const 3))))"
                  "  (i32.eqz (i32.eqz (local.get 0))))");
    encode_i64_le_s(code, local(0), local(1), constant(3));
    encode_i32_nez(code, computed(0), mirrored(local(0)));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(eqz, of_and_is_nand) {
    translate_wat("(func (param i32) (result i32)"
                  "  (i32.eqz (i32.and (local.get 0) (i32.const 3))))");
    encode_i32_nand(code, computed(0), local(0), constant(3));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(eqz, of_nand_is_not_and) {
    translate_wat("(func (param i32) (result i32)"
                  "  (i32.eqz (i32.eqz (i32.and (local.get 0) (i32.const 3)))))");
    encode_i32_nand(code, computed(0), local(0), constant(3));
    encode_i32_eqz(code, computed(0), computed(0));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(eqz, of_ordered_floats_is_no_comparison) {
    translate_wat("(func (param f64) (result i32)"
                  "  (i32.eqz (f64.lt (local.get 0) (f64.const 3))))");
    encode_f64_lt(code, computed(0), local(0), constant_f64(3));
    encode_i32_eqz(code, computed(0), computed(0));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(eqz, of_arithmetic_is_itself) {
    translate_wat("(func (param i32) (result i32)"
                  "  (i32.eqz (i32.xor (local.get 0) (i32.const 3))))");
    encode_i32_xor(code, computed(0), local(0), constant(3));
    encode_i32_eqz(code, computed(0), computed(0));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(eqz, spills_the_value_below_only_once) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (i32.shl (i32.clz (local.get 0))"
                  "           (i32.eqz (i32.eq (local.get 0) (local.get 1)))))");
    encode_i32_clz(code, home(0), local(0));
    encode_i32_ne(code, computed(1), local(0), local(1));
    encode_i32_shl(code, computed(0), home(0), computed(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

/* ---- if -------------------------------------------------------------------------------------- */

Test(if_else, branches_past_its_arm_on_the_opposite) {
    translate_wat("(func (param i32)"
                  "  (if (i32.lt_s (local.get 0) (i32.const 9))"
                  "    (then (local.set 0 (i32.const 1)))))");
    Label end = encoder_label(code);
    encode_br_if_i32_ge_s(code, local(0), constant(9), end);
    encode_const_i32(code, local(0), constant(1));
    encoder_bind(code, end);
    encode_return(code, LINK);
    expect_translation();
}

Test(if_else, conditions) {
    translate_wat("(func (param i32 f64)"
                  "  (if (local.get 0) (then))"
                  "  (if (i32.eqz (local.get 0)) (then))"
                  "  (if (i32.and (local.get 0) (i32.const 3)) (then))"
                  "  (if (f64.lt (local.get 1) (f64.const 3)) (then))"
                  "  (if (f64.eq (local.get 1) (f64.const 3)) (then)))");
    Label ends[5];
    for (unsigned i = 0; i < 5; i++)
        ends[i] = encoder_label(code);
    encode_br_if_i32_eqz(code, local(0), ends[0]);
    encoder_bind(code, ends[0]);
    encode_br_if_i32_nez(code, local(0), ends[1]);
    encoder_bind(code, ends[1]);
    encode_br_if_i32_nand(code, local(0), constant(3), ends[2]);
    encoder_bind(code, ends[2]);
    encode_br_unless_f64_lt(code, local(1), constant_f64(3), ends[3]);
    encoder_bind(code, ends[3]);
    encode_br_if_f64_ne(code, local(1), constant_f64(3), ends[4]);
    encoder_bind(code, ends[4]);
    encode_return(code, LINK);
    expect_translation();
}

Test(if_else, both_arms_write_the_result_to_its_slot) {
    translate_wat("(func (param i32) (result i32)"
                  "  (if (result i32) (local.get 0)"
                  "    (then (i32.const 1))"
                  "    (else (i32.clz (local.get 0)))))");
    Label other = encoder_label(code), end = encoder_label(code);
    encode_br_if_i32_eqz(code, local(0), other);
    encode_const_i32(code, home(0), constant(1));
    encode_br(code, end);
    encoder_bind(code, other);
    encode_i32_clz(code, home(0), local(0));
    encoder_bind(code, end);
    encode_return_i(code, home(0), LINK);
    expect_translation();
}

Test(if_else, an_arm_that_leaves_writes_nothing) {
    translate_wat("(func (param i32) (result i32)"
                  "  (if (result i32) (local.get 0)"
                  "    (then (return (i32.const 1)))"
                  "    (else (i32.clz (local.get 0)))))");
    Label other = encoder_label(code);
    encode_br_if_i32_eqz(code, local(0), other);
    encode_return_i(code, constant(1), LINK);
    encoder_bind(code, other);
    encode_i32_clz(code, computed(0), local(0));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(if_else, passes_parameters) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (i32.clz (local.get 0))"
                  "  (if (param i32) (result i32) (local.get 1)"
                  "    (then (i32.ctz))))");
    Label end = encoder_label(code);
    encode_i32_clz(code, home(0), local(0));
    encode_br_if_i32_eqz(code, local(1), end);
    encode_i32_ctz(code, home(0), mirrored(home(0)));
    encoder_bind(code, end);
    encode_return_i(code, home(0), LINK);
    expect_translation();
}

Test(if_else, on_a_constant_has_one_arm) {
    translate_wat("(func (param i32)"
                  "  (if (i32.const 1) (then (local.set 0 (i32.const 5))))"
                  "  (if (i32.const 0) (then (local.set 0 (i32.const 6)))))");
    Label end = encoder_label(code), unused = encoder_label(code);
    encode_const_i32(code, local(0), constant(5));
    encoder_bind(code, unused); /* the first one's end, where superinstructions end too */
    encode_br(code, end);
    encode_const_i32(code, local(0), constant(6));
    encoder_bind(code, end);
    encode_return(code, LINK);
    expect_translation();
}

/* ---- Entering blocks ------------------------------------------------------------------------ */

Test(entry, brings_locals_and_computed_values_home) {
    translate_wat("(func (param i32 f64) (result i32)"
                  "  (local.get 0) (i32.clz (local.get 0))"
                  "  (block (local.set 0 (i32.const 3)))"
                  "  (i32.sub))");
    encode_i32_clz(code, home(1), local(0));
    encode_copy(code, home(0), local(0));
    encode_const_i32(code, local(0), constant(3));
    encode_i32_sub(code, computed(0), home(0), mirrored(home(1)));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(entry, leaves_constants) {
    translate_wat("(func (param i32) (result i32)"
                  "  (i32.const 7)"
                  "  (loop" ONCE " (br_if 0 (local.get 0)))"
                  "  (i32.sub (local.get 0)))");
    Label start = encoder_label(code);
    encoder_bind(code, start);
    encode_br_if_i32_nez(code, local(0), start);
    encode_i32_sub(code, computed(0), constant(7), local(0));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(entry, does_it_once) {
    translate_wat("(global i32 (i32.const 0)) (func (param i32) (result i32)"
                  "  (local.get 0)"
                  "  (loop (block (loop (br_if 2 (global.get 0)))))"
                  "  (if (local.get 0) (then)))");
    Label start = encoder_label(code), end = encoder_label(code);
    encode_copy(code, home(0), local(0));
    encoder_bind(code, start);
    encode_global_get(code, computed(1), 0);
    encode_br_if_i32_nez(code, computed(1), start);
    encode_br_if_i32_eqz(code, local(0), end);
    encoder_bind(code, end);
    encode_return_i(code, home(0), LINK);
    expect_translation();
}

Test(entry, does_it_for_values_pushed_since) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (local.get 0)"
                  "  (block)"
                  "  (drop) (local.get 1)"
                  "  (block (br_if 0 (local.get 0)) (local.set 1 (i32.const 3))))");
    Label end = encoder_label(code);
    encode_copy(code, home(0), local(0));
    encode_copy(code, home(0), local(1));
    encode_br_if_i32_nez(code, local(0), end);
    encode_const_i32(code, local(1), constant(3));
    encoder_bind(code, end);
    encode_return_i(code, home(0), LINK);
    expect_translation();
}

Test(entry, of_if_stands_between_the_condition_and_the_branch) {
    translate_wat("(func (param i32 f64) (result f64)"
                  "  (f64.neg (local.get 1)) (local.get 1)"
                  "  (i32.load (local.get 0))"
                  "  (if (then (local.set 1 (f64.const 0))))"
                  "  (f64.sub)) (memory 1)");
    Label end = encoder_label(code);
    encode_f64_neg(code, computed(0), local(1));
    encode_i32_nez_load(code, computed(2), local(0), 0);
    if (ISA_HAS_ACCUMULATORS) encode_copy_f(code, home(0), accumulator());
    encode_copy(code, home(1), local(1));
    encode_br_if_i32_eqz(code, computed(2), end);
    encode_copy(code, local(1), constant_f64(0));
    encoder_bind(code, end);
    encode_f64_sub(code, computed(0), home(0), home(1));
    encode_return_f(code, computed(0), LINK);
    expect_translation();
}

Test(entry, of_a_loop_with_parameters) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (local.get 0) (i32.const 8)"
                  "  (loop (param i32 i32) (result i32)"
                  "    (i32.sub) (i32.const 2)"
                  "    (br_if 0 (local.get 1)) (drop)))");
    Label start = encoder_label(code);
    encode_copy(code, home(0), local(0));
    encode_const_i32(code, home(1), constant(8));
    encoder_bind(code, start);
    encode_i32_sub(code, home(0), home(0), home(1));
    encode_const_i32(code, home(1), constant(2));
    encode_br_if_i32_nez(code, local(1), start);
    encode_return_i(code, mirrored(home(0)), LINK);
    expect_translation();
}

/* ---- Results of blocks ---------------------------------------------------------------------- */

Test(blocks, without_branches_leave_no_trace) {
    translate_wat("(func (param i32) (result i32)"
                  "  (i32.mul (block (result i32) (i32.clz (local.get 0)))"
                  "           (block (result i32) (block (result i32) (local.get 0)))))");
    encode_i32_clz(code, home(0), local(0));
    encode_i32_mul(code, computed(0), mirrored(home(0)), local(0));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(blocks, results_meet_in_their_slots) {
    translate_wat("(func (param i32 i64) (result i64)"
                  "  (block (result i32 i64)"
                  "    (local.get 0) (i64.const 4)"
                  "    (br_if 0 (local.get 0))"
                  "    (drop) (i64.clz (local.get 1)))"
                  "  (local.set 1) (local.set 0) (local.get 1))");
    Label end = encoder_label(code);
    encode_copy(code, home(0), local(0));
    encode_copy(code, home(1), constant(4));
    encode_br_if_i32_nez(code, local(0), end);
    encode_i64_clz(code, home(1), local(1));
    encoder_bind(code, end);
    encode_copy(code, local(1), home(1));
    encode_copy(code, local(0), home(0));
    encode_return_i(code, local(1), LINK);
    expect_translation();
}

/* ---- br ------------------------------------------------------------------------------------- */

Test(br, takes_one_value_straight_to_the_target) {
    translate_wat("(func (param i32) (result i32)"
                  "  (block (result i32)"
                  "    (block (br_if 0 (local.get 0))"
                  "      (i32.clz (local.get 0)) (i32.const 5) (br 1))"
                  "    (block (br_if 0 (local.get 0))"
                  "      (i32.clz (local.get 0)) (i32.ctz (local.get 0)) (br 1))"
                  "    (i64.const 1) (local.get 0) (br 0)))");
    Label end = encoder_label(code), first = encoder_label(code), second = encoder_label(code);
    encode_br_if_i32_nez(code, local(0), first);
    encode_i32_clz(code, computed(0), local(0));
    encode_const_i32(code, home(0), constant(5));
    encode_br(code, end);
    encoder_bind(code, first);
    encode_br_if_i32_nez(code, local(0), second);
    encode_i32_clz(code, home(0), local(0));
    encode_i32_ctz(code, home(0), local(0));
    encode_br(code, end);
    encoder_bind(code, second);
    encode_copy(code, home(0), local(0));
    encode_br(code, end);
    encoder_bind(code, end);
    encode_return_i(code, home(0), LINK);
    expect_translation();
}

Test(br, leaves_several_values_where_they_are_wanted) {
    translate_wat("(func (param i32 i32) (result i32 i32)"
                  "  (block (result i32 i32)"
                  "    (local.get 0) (local.get 1) (br 0)))");
    Label end = encoder_label(code);
    encode_copy2(code, local(0), local(1), home_slot(0));
    encode_br(code, end);
    encoder_bind(code, end);
    encode_return_many(code, home_slot(0), 2, LINK);
    expect_translation();
}

Test(br, moves_several_values_down) {
    translate_wat("(func (param i32 i32) (result i32 i32)"
                  "  (block (result i32 i32)"
                  "    (f64.const 0) (local.get 0) (i32.const 1) (br 0)))");
    Label end = encoder_label(code);
    encode_copy(code, home(1), local(0));
    encode_const_i32(code, home(2), constant(1));
    encode_copy_many(code, home_slot(1), home_slot(0), 2);
    encode_br(code, end);
    encoder_bind(code, end);
    encode_return_many(code, home_slot(0), 2, LINK);
    expect_translation();
}

Test(br, to_a_loop_takes_its_parameters) {
    translate_wat("(func (param i32)"
                  "  (i32.const 3)"
                  "  (loop (param i32) (i32.clz) (br 0)))");
    Label start = encoder_label(code);
    encode_const_i32(code, home(0), constant(3));
    encoder_bind(code, start);
    encode_i32_clz(code, home(0), home(0));
    encode_br(code, start);
    expect_translation();
}

Test(br, out_of_the_function_returns) {
    translate_wat("(func (param i32) (result i32)"
                  "  (block (br 1 (local.get 0))) (unreachable))");
    encode_return_i(code, local(0), LINK);
    expect_translation();
}

/* ---- br_if with values ---------------------------------------------------------------------- */

Test(br_if_values, need_no_detour_where_they_are_wanted) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (block (result i32)"
                  "    (br_if 0 (i32.clz (local.get 0)) (local.get 1))"
                  "    (drop) (unreachable)))");
    Label end = encoder_label(code);
    encode_i32_clz(code, home(0), local(0));
    encode_br_if_i32_nez(code, local(1), end);
    encode_unreachable(code);
    encoder_bind(code, end);
    encode_return_i(code, home(0), LINK);
    expect_translation();
}

Test(br_if_values, computed_before_the_comparison) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (block (result i32)"
                  "    (br_if 0 (i32.clz (local.get 0)) (i32.lt_s (local.get 1) (i32.const 9)))"
                  "    (drop) (unreachable)))");
    Label end = encoder_label(code);
    encode_i32_clz(code, home(0), local(0));
    encode_br_if_i32_lt_s(code, local(1), constant(9), end);
    encode_unreachable(code);
    encoder_bind(code, end);
    encode_return_i(code, home(0), LINK);
    expect_translation();
}

Test(br_if_values, elsewhere_are_moved_only_if_it_branches) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (block (result i32)"
                  "    (local.get 0)"
                  "    (br_if 0 (i32.clz (local.get 0)) (i32.lt_s (local.get 1) (i32.const 9)))"
                  "    (i32.sub)))");
    Label end = encoder_label(code), skip = encoder_label(code);
    encode_i32_clz(code, home(1), local(0));
    encode_br_if_i32_ge_s(code, local(1), constant(9), skip);
    encode_copy(code, home(0), home(1));
    encode_br(code, end);
    encoder_bind(code, skip);
    encode_i32_sub(code, home(0), local(0), mirrored(home(1)));
    encoder_bind(code, end);
    encode_return_i(code, home(0), LINK);
    expect_translation();
}

Test(br_if_values, several_elsewhere) {
    translate_wat("(func (param i32 i32) (result i32 i32)"
                  "  (block (result i32 i32)"
                  "    (i64.const 0)"
                  "    (br_if 0 (local.get 0) (local.get 1) (local.get 0))"
                  "    (unreachable)))");
    Label end = encoder_label(code), skip = encoder_label(code);
    encode_copy2(code, local(0), local(1), home_slot(1));
    encode_br_if_i32_eqz(code, local(0), skip);
    encode_copy_many(code, home_slot(1), home_slot(0), 2);
    encode_br(code, end);
    encoder_bind(code, skip);
    encode_unreachable(code);
    encoder_bind(code, end);
    encode_return_many(code, home_slot(0), 2, LINK);
    expect_translation();
}

Test(br_if_values, out_of_the_function_return) {
    translate_wat("(func (param i32 f64) (result f64)"
                  "  (br_if 0 (f64.neg (local.get 1)) (i32.lt_s (local.get 0) (i32.const 9)))"
                  "  (f64.abs))");
    Label skip = encoder_label(code);
    encode_f64_neg(code, computed(0), local(1));
    if (ISA_HAS_ACCUMULATORS) {
        encode_i32_lt_s(code, accumulator(), local(0), constant(9));
        encode_copy_f(code, home(0), accumulator());
        encode_br_if_i32_eqz(code, accumulator(), skip);
    } else {
        encode_br_if_i32_ge_s(code, local(0), constant(9), skip);
    }
    encode_return_f(code, mirrored(home(0)), LINK);
    encoder_bind(code, skip);
    encode_f64_abs(code, computed(0), mirrored(home(0)));
    encode_return_f(code, computed(0), LINK);
    expect_translation();
}

Test(br_if_values, none_out_of_the_function_jumps_to_its_end) {
    translate_wat("(func (param i32)"
                  "  (br_if 0 (local.get 0)) (local.set 0 (i32.const 1)))");
    Label end = encoder_label(code);
    encode_br_if_i32_nez(code, local(0), end);
    encode_const_i32(code, local(0), constant(1));
    encoder_bind(code, end);
    encode_return(code, LINK);
    expect_translation();
}

/* ---- br_table -------------------------------------------------------------------------------- */

Test(br_table, jumps_straight_to_targets_without_values) {
    translate_wat("(func (param i32)"
                  "  (block (loop (br_table 0 1 0 2 (local.get 0))))"
                  "  (unreachable))");
    Label start = encoder_label(code), end = encoder_label(code), out = encoder_label(code);
    encoder_bind(code, start);
    encode_table(code, local(0), 3);
    encoder_table_entry(code, start);
    encoder_table_entry(code, end);
    encoder_table_entry(code, start);
    encoder_table_entry(code, out);
    encoder_bind(code, end);
    encode_unreachable(code);
    encoder_bind(code, out);
    encode_return(code, LINK);
    expect_translation();
}

Test(br_table, by_computed_and_constant_indices) {
    translate_wat("(func (param i32)"
                  "  (block (br_table 0 (i32.add (local.get 0) (i32.const 1))))"
                  "  (br_table 0 (i32.const 1)))");
    Label first = encoder_label(code), end = encoder_label(code);
    const Label table = encoder_label(code);
    encode_i32_add_br_table(code, local(0), constant(1), 0, table);
    encoder_bind(code, table);
    encoder_table_entry(code, first);
    encoder_bind(code, first);
    encode_const_i32(code, home(0), constant(1));
    encode_table(code, home(0), 0);
    encoder_table_entry(code, end);
    encoder_bind(code, end);
    encode_return(code, LINK);
    expect_translation();
}

Test(br_table, moves_values_behind_the_table) {
    translate_wat("(func (param i32) (result i32)"
                  "  (block (result i32)"
                  "    (i64.const 0)"
                  "    (block (result i32)"
                  "      (br_table 0 1 2 (i32.clz (local.get 0)) (local.get 0)))"
                  "    (drop) (drop) (i32.const 8)))");
    Label inner = encoder_label(code), outer = encoder_label(code);
    Label moving = encoder_label(code), returning = encoder_label(code);
    encode_i32_clz(code, home(1), local(0));
    encode_table(code, local(0), 2);
    encoder_table_entry(code, inner); /* where the value is at home already */
    encoder_table_entry(code, moving);
    encoder_table_entry(code, returning);
    encoder_bind(code, moving);
    encode_copy(code, home(0), home(1));
    encode_br(code, outer);
    encoder_bind(code, returning);
    encode_return_i(code, home(1), LINK);
    encoder_bind(code, inner);
    encode_const_i32(code, home(0), constant(8));
    encoder_bind(code, outer);
    encode_return_i(code, home(0), LINK);
    expect_translation();
}

Test(br_table, moves_several_values) {
    translate_wat("(func (param i32) (result i32 i32)"
                  "  (i64.const 0)"
                  "  (block (result i32 i32)"
                  "    (br_table 0 1 (local.get 0) (i32.const 7) (local.get 0)))"
                  "  (unreachable))");
    Label end = encoder_label(code), returning = encoder_label(code);
    encode_copy(code, home(1), local(0));
    encode_const_i32(code, home(2), constant(7));
    encode_table(code, local(0), 1);
    encoder_table_entry(code, end);
    encoder_table_entry(code, returning);
    encoder_bind(code, returning);
    encode_return_many(code, home_slot(1), 2, LINK);
    encoder_bind(code, end);
    encode_unreachable(code);
    expect_translation();
}

/* An interpreter's loop: what it begins with is copied to where it is gone back to. */
Test(br_table, is_copied_to_where_its_loop_is_begun_again) {
    translate_wat("(func (param i32 i32)"
                  "  (block"
                  "    (loop"
                  "      (block"
                  "        (br_table 0 2 1 (i32.clz (local.get 0))))"
                  "      (local.set 1 (local.get 0))"
                  "      (br_if 0 (local.get 1))"
                  "      (br 0))))");
    Label loop = encoder_label(code), first = encoder_label(code), end = encoder_label(code),
          table = encoder_label(code);
    encoder_bind(code, loop);
    encode_i32_clz(code, computed(0), local(0));
    encode_br_table(code, computed(0), 2, table);
    encoder_bind(code, table);
    encoder_table_entry(code, first);
    encoder_table_entry(code, end);
    encoder_table_entry(code, loop);
    encoder_bind(code, first);
    encode_copy(code, local(1), local(0));
    encode_br_if_i32_nez(code, local(1), loop);
    encode_i32_clz(code, computed(0), local(0));
    encode_br_table(code, computed(0), 2, table);
    encoder_bind(code, end);
    encode_return(code, LINK);
    expect_translation();
}

/* As Go's compiler writes functions: where to go on is known at most jumps. */
Test(br_table, of_a_loop_is_passed_by_where_its_index_is_known) {
    translate_wat("(func (param i32 i32)"
                  "  (loop"
                  "    (block (block"
                  "      (br_table 0 1 (local.get 0)))"
                  "     (local.set 0 (i32.const 1))"
                  "     (br 1))"
                  "    (local.set 0 (local.get 1))"
                  "    (br 0)))");
    Label loop = encoder_label(code), first = encoder_label(code), second = encoder_label(code),
          table = encoder_label(code);
    encoder_bind(code, loop);
    encode_br_table(code, local(0), 1, table);
    encoder_bind(code, table);
    encoder_table_entry(code, first);
    encoder_table_entry(code, second);
    encoder_bind(code, first);
    encode_const_i32(code, local(0), constant(1));
    encode_br(code, second);
    encoder_bind(code, second);
    encode_copy(code, local(0), local(1));
    encode_br_table(code, local(0), 1, table);
    expect_translation();
}

/* ---- return ---------------------------------------------------------------------------------- */

Test(returning, nothing) {
    translate_wat("(func (return))");
    encode_return(code, LINK);
    expect_translation();
}

Test(returning, a_local) {
    translate_wat("(func (param i64) (result i64) (return (local.get 0)))");
    encode_return_i(code, local(0), LINK);
    expect_translation();
}

Test(returning, a_constant_is_widened) {
    translate_wat("(func (result i32) (i32.const -1))");
    encode_return_i(code, constant(UINT32_MAX), LINK);
    expect_translation();
}

Test(returning, floats) {
    translate_wat("(func (param f64) (result f32)"
                  "  (if (f64.ne (local.get 0) (local.get 0)) (then (return (f32.const 0.5))))"
                  "  (f32.demote_f64 (local.get 0)))");
    Label end = encoder_label(code);
    encode_br_if_f64_eq(code, local(0), local(0), end);
    encode_return_f(code, constant_f32(0.5f), LINK);
    encoder_bind(code, end);
    encode_f32_demote_f64(code, computed(0), local(0));
    encode_return_f(code, computed(0), LINK);
    expect_translation();
}

Test(returning, many_from_consecutive_slots) {
    translate_wat("(func (param i32 f64) (result i32 f64 i64 i32)"
                  "  (local.get 0) (f64.neg (local.get 1)) (i64.const -1) (local.get 0))");
    encode_f64_neg(code, home(1), local(1));
    encode_copy(code, home(0), local(0));
    encode_copy(code, home(2), constant(UINT64_MAX));
    encode_copy(code, home(3), local(0));
    encode_return_many(code, home_slot(0), 4, LINK);
    expect_translation();
}

Test(returning, from_inside_blocks_takes_the_top) {
    translate_wat("(func (param i32) (result i32)"
                  "  (i32.const 1)"
                  "  (loop (i32.const 2) (i32.const 3)"
                  "    (return (i32.clz (local.get 0)))))");
    encode_i32_clz(code, computed(3), local(0));
    encode_return_i(code, computed(3), LINK);
    expect_translation();
}

/* ---- Code that cannot be reached ------------------------------------------------------------ */

Test(dead_code, is_skipped) {
    translate_wat("(func (param i32) (result i32)"
                  "  (block (br 0) (local.set 0 (i32.const 1))"
                  "    (block (loop (if (local.get 0) (then (nop)) (else (br 1)))))"
                  "    (br_table 0 0 (local.get 0)))"
                  "  (return (local.get 0))"
                  "  (drop (i32.add (i32.const 1))) (unreachable))");
    Label end = encoder_label(code);
    encode_br(code, end);
    encoder_bind(code, end);
    encode_return_i(code, local(0), LINK);
    expect_translation();
}

Test(dead_code, ends_at_else) {
    translate_wat("(func (param i32)"
                  "  (if (local.get 0)"
                  "    (then (unreachable) (if (i32.const 1) (then) (else)) (drop))"
                  "    (else (local.set 0 (i32.const 1)))))");
    Label other = encoder_label(code);
    encode_br_if_i32_eqz(code, local(0), other);
    encode_unreachable(code);
    encoder_bind(code, other);
    encode_const_i32(code, local(0), constant(1));
    encode_return(code, LINK);
    expect_translation();
}

Test(dead_code, does_not_end_at_a_block_that_nothing_leaves) {
    translate_wat("(func (param i32)"
                  "  (block (loop (br 0)))"
                  "  (local.set 0 (i32.const 1)))");
    Label start = encoder_label(code);
    encoder_bind(code, start);
    encode_br(code, start);
    expect_translation();
}

Test(dead_code, of_both_arms) {
    translate_wat("(func (param i32) (result i32)"
                  "  (if (local.get 0) (then (return (i32.const 1))) (else (return (i32.const 2))))"
                  "  (i32.const 3))");
    Label other = encoder_label(code);
    encode_br_if_i32_eqz(code, local(0), other);
    encode_return_i(code, constant(1), LINK);
    encoder_bind(code, other);
    encode_return_i(code, constant(2), LINK);
    expect_translation();
}

Test(dead_code, a_function_that_never_returns) {
    translate_wat("(func (result i32) (unreachable))");
    encode_unreachable(code);
    expect_translation();
}

/* ---- References (which wat2wasm does not know) ----------------------------------------------- */

/* A function of type [i32 (ref null 0)] -> [i32], where type 0 is [] -> []. */
#define WITH_REFERENCE(...)                                                                        \
    do {                                                                                           \
        static const uint8_t bytes[] = {                                                           \
            HEADER,                                                                                \
            SECTION(S_TYPE, 2, 0x60, 0, 0, 0x60, 2, I32, TYPE_REF_NULL, 0, 1, I32),                \
            SECTION(S_FUNCTION, 1, 1), SECTION(S_CODE, 1, BODY(0, __VA_ARGS__, WASM_END))};        \
        cr_assert(translate_bytes(bytes, sizeof bytes), "%s", error.message);                      \
    } while (0)
#define REFERENCE WASM_LOCAL_GET, 1

Test(references, br_on_null_is_one_branch_and_leaves_the_reference_where_it_is) {
    WITH_REFERENCE(WASM_BLOCK, 0x40, REFERENCE, WASM_BR_ON_NULL, 0, WASM_CALL_REF, 0, WASM_END,
                   WASM_LOCAL_GET, 0);
    Label end = encoder_label(code);
    encode_br_if_i64_eqz(code, local(1), end);
    encode_call_ref(code, local(1), home_slot(0));
    encoder_bind(code, end);
    encode_return_i(code, local(0), LINK);
    expect_translation();
}

Test(references, br_on_null_takes_values_along) {
    WITH_REFERENCE(WASM_LOCAL_GET, 0, REFERENCE, WASM_BR_ON_NULL, 0, WASM_DROP);
    Label skip = encoder_label(code);
    encode_copy2(code, local(0), local(1), home_slot(0));
    encode_br_if_i64_nez(code, home(1), skip);
    encode_return_i(code, home(0), LINK);
    encoder_bind(code, skip);
    encode_return_i(code, home(0), LINK);
    expect_translation();
}

Test(references, br_on_non_null_takes_the_reference_along) {
    WITH_REFERENCE(WASM_BLOCK, TYPE_REF, 0, REFERENCE, WASM_BR_ON_NON_NULL, 0, WASM_UNREACHABLE,
                   WASM_END, WASM_CALL_REF, 0, WASM_LOCAL_GET, 0);
    Label end = encoder_label(code);
    encode_copy(code, home(0), local(1));
    encode_br_if_i64_nez(code, home(0), end);
    encode_unreachable(code);
    encoder_bind(code, end);
    encode_call_ref(code, home(0), home_slot(0));
    encode_return_i(code, local(0), LINK);
    expect_translation();
}

Test(references, as_non_null_moves_nothing) {
    WITH_REFERENCE(REFERENCE, WASM_REF_AS_NON_NULL, WASM_REF_IS_NULL);
    encode_ref_as_non_null(code, local(1));
    encode_i64_eqz(code, computed(0), local(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}
