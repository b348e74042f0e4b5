/* Locals in registers: where registers change hands, and what names them meanwhile. Of instruction
 * sets without such registers there is nothing to be said; and which forms of instructions name
 * them is up to a table where there are superinstructions, so that what is written there cannot be
 * foretold: how they execute is tested in runtime/test/test_pins.c. */
#include "translator/test/translation.h"

#if ISA_PINS && !ISA_HAS_SEQUENCES

/* The registers of a bank, and where what they hold belongs: the integers' are saved behind the
 * link, the floats' behind these. `banks` in names of slots: how many are used in the function. */
static Operand pin(unsigned number) {
    return (Operand){(OperandClass)(CLASS_FIRST_PIN + number), 0, 0};
}
#define SAVED(number) ((uint16_t)(LINK + 2 + (number)))
#define JUNK(banks) ((uint16_t)(LINK + 2 + 3 * (banks)))
#define HOME(banks, height) slot((uint16_t)(JUNK(banks) + 1 + (height)))

/* Taking the integers' registers over for up to three locals, and giving them back; -1: none. */
static uint16_t place(unsigned banks, int local_index) {
    return local_index < 0 ? JUNK(banks) : (uint16_t)local_index;
}
static void enter(unsigned banks, int p, int q, int r) {
    encode_swap_i3(code, SAVED(0), place(banks, p), SAVED(1), place(banks, q), SAVED(2),
                   place(banks, r));
}
static void leave(unsigned banks, int p, int q, int r) {
    encode_swap_i3(code, place(banks, p), SAVED(0), place(banks, q), SAVED(1), place(banks, r),
                   SAVED(2));
}

/* ---- Loops ----------------------------------------------------------------------------------- */

Test(pins, are_entered_at_a_loop_and_left_at_its_end) {
    translate_wat("(func (param i32) (result i32) (local i32)"
                  "  (loop" ONCE
                  "    (local.set 1 (i32.xor (local.get 1) (local.get 0)))"
                  "    (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))"
                  "  (local.get 1))");
    Label start = encoder_label(code);
    encode_const_i32(code, local(1), constant(0)); /* its first use is to be read */
    enter(1, 0, 1, -1);
    encoder_bind(code, start);
    encode_i32_xor(code, pin(1), pin(1), pin(0));
    encode_count_i32_nez(code, pin(0), pin(0), constant(-1), start);
    leave(1, 0, 1, -1);
    encode_return_i(code, local(1), LINK);
    expect_translation();
}

Test(pins, are_not_worth_it_where_little_is_used) {
    translate_wat("(func (param i32)"
                  "  (loop" ONCE " (br_if 0 (i32.lt_s (local.get 0) (local.get 0)))))");
    Label start = encoder_label(code);
    encoder_bind(code, start);
    encode_br_if_i32_lt_s(code, local(0), local(0), start);
    encode_return(code, LINK);
    expect_translation();
}

Test(pins, hold_the_hottest) {
    translate_wat("(func (param i32 i32 i32 i32)"
                  "  (loop" ONCE
                  "    (local.set 3 (i32.xor (local.get 3) (local.get 3)))"
                  "    (local.set 2 (i32.or (local.get 2) (i32.or (local.get 2) (local.get 2))))"
                  "    (local.set 1 (local.get 0))"
                  "    (br_if 0 (i32.lt_s (local.get 1) (local.get 0)))))");
    Label start = encoder_label(code);
    enter(1, 2, 3, 1);
    encoder_bind(code, start);
    encode_i32_xor(code, pin(1), pin(1), pin(1));
    encode_i32_or(code, accumulator(), pin(0), pin(0));
    encode_i32_or(code, pin(0), accumulator(), pin(0));
    encode_copy(code, pin(2), local(0));
    encode_br_if_i32_lt_s(code, pin(2), local(0), start);
    leave(1, 2, 3, 1);
    encode_return(code, LINK);
    expect_translation();
}

Test(pins, are_given_back_by_branches_out) {
    translate_wat("(func (param i32)"
                  "  (block (loop" ONCE
                  "    (br_if 1 (i32.lt_s (local.get 0) (i32.const 9)))"
                  "    (local.set 0 (i32.xor (local.get 0) (local.get 0)))"
                  "    (br_if 0 (local.get 0))"
                  "    (br 1))))");
    Label start = encoder_label(code), out = encoder_label(code), end = encoder_label(code);
    enter(1, 0, -1, -1);
    encoder_bind(code, start);
    encode_br_if_i32_lt_s(code, pin(0), constant(9), out);
    encode_i32_xor(code, pin(0), pin(0), pin(0));
    encode_br_if_i32_nez(code, pin(0), start);
    leave(1, 0, -1, -1);
    encode_br(code, end);
    encoder_bind(code, end);
    encode_return(code, LINK);
    encoder_bind(code, out);
    leave(1, 0, -1, -1);
    encode_br(code, end);
    expect_translation();
}

Test(pins, are_given_back_by_branches_out_that_take_a_value_along) {
    translate_wat("(func (param i32) (result i32)"
                  "  (block (result i32) (loop" ONCE
                  "    (br_if 1 (i32.clz (local.get 0)) (i32.lt_s (local.get 0) (i32.const 9)))"
                  "    (drop)"
                  "    (local.set 0 (i32.xor (local.get 0) (local.get 0)))"
                  "    (br 0)) (unreachable)))");
    Label start = encoder_label(code), out = encoder_label(code), end = encoder_label(code);
    enter(1, 0, -1, -1);
    encoder_bind(code, start);
    encode_i32_clz(code, HOME(1, 0), pin(0));
    encode_br_if_i32_lt_s(code, pin(0), constant(9), out);
    encode_i32_xor(code, pin(0), pin(0), pin(0));
    encode_br(code, start);
    encoder_bind(code, end);
    encode_return_i(code, HOME(1, 0), LINK);
    encoder_bind(code, out);
    leave(1, 0, -1, -1);
    encode_br(code, end);
    expect_translation();
}

/* Entries of a table lead to what exchanges, where that is needed: once for each target, and not
 * back to the loop. */
Test(pins, are_given_back_by_tables) {
    translate_wat("(func (param i32)"
                  "  (block (loop" ONCE
                  "    (local.set 0 (i32.xor (local.get 0) (local.get 0)))"
                  "    (br_table 1 0 1 2 1 (local.get 0)))))");
    Label start = encoder_label(code), table = encoder_label(code), end = encoder_label(code);
    Label leaving = encoder_label(code), returning = encoder_label(code);
    enter(1, 0, -1, -1);
    encoder_bind(code, start);
    encode_i32_xor(code, pin(0), pin(0), pin(0));
    encode_br_table(code, pin(0), 4, table);
    encoder_bind(code, table);
    encoder_table_entry(code, leaving);
    encoder_table_entry(code, start);
    encoder_table_entry(code, leaving);
    encoder_table_entry(code, returning);
    encoder_table_entry(code, leaving);
    encoder_bind(code, leaving);
    leave(1, 0, -1, -1);
    encode_br(code, end);
    encoder_bind(code, returning);
    encode_return_restore(code, LINK);
    encoder_bind(code, end);
    encode_return(code, LINK);
    expect_translation();
}

Test(pins, need_no_stubs_of_tables_within_the_loop) {
    translate_wat("(func (param i32)"
                  "  (loop" ONCE " (block"
                  "    (local.set 0 (i32.xor (local.get 0) (local.get 0)))"
                  "    (br_table 0 1 (local.get 0)))))");
    Label start = encoder_label(code), end = encoder_label(code);
    enter(1, 0, -1, -1);
    encoder_bind(code, start);
    encode_i32_xor(code, pin(0), pin(0), pin(0));
    encode_table(code, pin(0), 1);
    encoder_table_entry(code, end);
    encoder_table_entry(code, start);
    encoder_bind(code, end);
    leave(1, 0, -1, -1);
    encode_return(code, LINK);
    expect_translation();
}

/* ---- Leaving the function -------------------------------------------------------------------- */

#define HOT "(local.set 0 (i32.xor (local.get 0) (local.get 0)))"

Test(returns, restore_integers_by_themselves) {
    translate_wat("(func (param i32) (loop" ONCE HOT
                  "  (if (local.get 0) (then (return))) (br 0)))");
    Label start = encoder_label(code), end = encoder_label(code);
    enter(1, 0, -1, -1);
    encoder_bind(code, start);
    encode_i32_xor(code, pin(0), pin(0), pin(0));
    encode_br_if_i32_eqz(code, pin(0), end);
    encode_return_restore(code, LINK);
    encoder_bind(code, end);
    encode_br(code, start);
    expect_translation();
}

Test(returns, of_an_integer_read_it_before_they_restore) {
    translate_wat("(func (param i32) (result i32) (loop" ONCE HOT
                  "  (if (local.get 0) (then (return (local.get 0)))) (br 0)) (unreachable))");
    Label start = encoder_label(code), end = encoder_label(code);
    enter(1, 0, -1, -1);
    encoder_bind(code, start);
    encode_i32_xor(code, pin(0), pin(0), pin(0));
    encode_br_if_i32_eqz(code, pin(0), end);
    encode_return_i_restore(code, pin(0), LINK);
    encoder_bind(code, end);
    encode_br(code, start);
    expect_translation();
}

Test(returns, if_a_condition_holds) {
    translate_wat("(func (param i32) (result i32) (loop" ONCE HOT
                  "  (br_if 1 (i32.const 5) (local.get 0)) (drop) (br 0)) (unreachable))");
    Label start = encoder_label(code), out = encoder_label(code);
    enter(1, 0, -1, -1);
    encoder_bind(code, start);
    encode_i32_xor(code, pin(0), pin(0), pin(0));
    encode_const_i32(code, HOME(1, 0), constant(5));
    encode_br_if_i32_nez(code, pin(0), out);
    encode_br(code, start);
    encoder_bind(code, out);
    encode_return_i_restore(code, HOME(1, 0), LINK);
    expect_translation();
}

/* A float in a register is moved to where the restoring leaves it. */
Test(returns, of_a_float_in_a_register) {
    translate_wat("(func (param f64) (result f64) (loop" ONCE
                  "  (local.set 0 (f64.mul (local.get 0) (local.get 0)))"
                  "  (br_if 0 (f64.lt (local.get 0) (f64.const 9)))"
                  "  (return (local.get 0))) (unreachable))");
    Label start = encoder_label(code);
    encode_swap_f3(code, SAVED(0), 0, SAVED(1), JUNK(1), SAVED(2), JUNK(1));
    encoder_bind(code, start);
    encode_f64_mul(code, pin(0), pin(0), pin(0));
    encode_br_if_f64_lt(code, pin(0), constant_f64(9), start);
    encode_copy_f(code, accumulator(), pin(0));
    encode_restore_f(code, SAVED(0));
    encode_return_f(code, accumulator(), LINK);
    expect_translation();
}

Test(returns, of_a_float_restore_both_banks) {
    translate_wat("(func (param f64 i32) (result f64) (loop" ONCE
                  "  (local.set 0 (f64.mul (local.get 0) (local.get 0)))"
                  "  (local.set 1 (i32.xor (local.get 1) (local.get 1)))"
                  "  (br_if 0 (f64.lt (local.get 0) (f64.const 9)))"
                  "  (return (f64.neg (local.get 0)))) (unreachable))");
    Label start = encoder_label(code);
    encode_swap_i3(code, SAVED(0), 1, SAVED(1), JUNK(2), SAVED(2), JUNK(2));
    encode_swap_f3(code, SAVED(3), 0, SAVED(4), JUNK(2), SAVED(5), JUNK(2));
    encoder_bind(code, start);
    encode_f64_mul(code, pin(0), pin(0), pin(0));
    encode_i32_xor(code, pin(0), pin(0), pin(0));
    encode_br_if_f64_lt(code, pin(0), constant_f64(9), start);
    encode_f64_neg(code, accumulator(), pin(0));
    encode_restore_f(code, SAVED(3));
    encode_restore_i(code, SAVED(0));
    encode_return_f(code, accumulator(), LINK);
    expect_translation();
}

Test(returns, of_several_values) {
    translate_wat("(func (param i32) (result i32 i32) (loop" ONCE HOT
                  "  (br_if 0 (local.get 0)) (return (local.get 0) (i32.const 1)))"
                  "  (unreachable))");
    Label start = encoder_label(code);
    enter(1, 0, -1, -1);
    encoder_bind(code, start);
    encode_i32_xor(code, pin(0), pin(0), pin(0));
    encode_br_if_i32_nez(code, pin(0), start);
    encode_copy(code, HOME(1, 0), pin(0));
    encode_const_i32(code, HOME(1, 1), constant(1));
    encode_restore_i(code, SAVED(0));
    encode_return_many(code, HOME(1, 0).slot, 2, LINK);
    expect_translation();
}

Test(returns, by_tail_calls) {
    translate_wat("(func (param i32) (loop" ONCE HOT
                  "  (br_if 0 (local.get 0)) (return_call $other (local.get 0))))"
                  "(func $other (param i32))");
    Label start = encoder_label(code);
    enter(1, 0, -1, -1);
    encoder_bind(code, start);
    encode_i32_xor(code, pin(0), pin(0), pin(0));
    encode_br_if_i32_nez(code, pin(0), start);
    encode_copy(code, HOME(1, 0), pin(0));
    encode_restore_i(code, SAVED(0));
    encode_return_call(code, &program.codes[1], HOME(1, 0).slot, 1, LINK);
    expect_translation();
}

/* The index is read when the registers have been given back. */
Test(returns, by_indirect_tail_calls) {
    translate_wat(
        "(table 1 funcref) (type $nothing (func))"
        "(func (param i32) (loop" ONCE HOT
        "  (br_if 0 (local.get 0)) (return_call_indirect (type $nothing) (local.get 0))))");
    Label start = encoder_label(code);
    enter(1, 0, -1, -1);
    encoder_bind(code, start);
    encode_i32_xor(code, pin(0), pin(0), pin(0));
    encode_br_if_i32_nez(code, pin(0), start);
    encode_copy(code, HOME(1, 0), pin(0));
    encode_restore_i(code, SAVED(0));
    encode_return_call_indirect(code, HOME(1, 0), module.types[0], 0, HOME(1, 0).slot, 0, LINK);
    expect_translation();
}

/* ---- Loops in loops ---------------------------------------------------------------------------
 */

Test(inner_loops, keep_what_is_theirs_too) {
    translate_wat("(func (param i32)"
                  "  (loop" ONCE " (loop" ONCE HOT " (br_if 0 (local.get 0)))"
                  "    (br_if 0 (local.get 0))))");
    Label outer = encoder_label(code), inner = encoder_label(code);
    enter(1, 0, -1, -1);
    encoder_bind(code, outer);
    encoder_bind(code, inner);
    encode_i32_xor(code, pin(0), pin(0), pin(0));
    encode_br_if_i32_nez(code, pin(0), inner);
    encode_br_if_i32_nez(code, pin(0), outer);
    leave(1, 0, -1, -1);
    encode_return(code, LINK);
    expect_translation();
}

/* The outer loop's three are those of its first inner loop, which is hottest; the second has its
 * own one, in the place of one that it does not use, and only that changes. */
Test(inner_loops, exchange_what_pays) {
    translate_wat("(func (param i32 i32 i32 i32)"
                  "  (loop" ONCE
                  "    (loop" ONCE " (local.set 0 (i32.xor (local.get 1) (local.get 2)))"
                  "          (local.set 1 (i32.xor (local.get 2) (local.get 0)))"
                  "          (local.set 2 (i32.xor (local.get 0) (local.get 1)))"
                  "          (br_if 0 (local.get 0)))"
                  "    (loop" ONCE " (local.set 3 (i32.xor (local.get 3) (local.get 3)))"
                  "          (br_if 0 (local.get 3)))"
                  "    (br 0)))");
    Label outer = encoder_label(code), first = encoder_label(code), second = encoder_label(code);
    enter(1, 0, 3, 1);
    encoder_bind(code, outer);
    encode_swap_1_i2(code, 3, 2);
    encoder_bind(code, first);
    encode_i32_xor(code, pin(0), pin(2), pin(1));
    encode_i32_xor(code, pin(2), pin(1), pin(0));
    encode_i32_xor(code, pin(1), pin(0), pin(2));
    encode_br_if_i32_nez(code, pin(0), first);
    encode_swap_1_i2(code, 2, 3);
    encoder_bind(code, second);
    encode_i32_xor(code, pin(1), pin(1), pin(1));
    encode_br_if_i32_nez(code, pin(1), second);
    encode_br(code, outer);
    expect_translation();
}

/* Behind the function the outer loop's label is still where that begins. */
Test(inner_loops, are_left_for_the_beginning_of_the_outer_one) {
    translate_wat("(func (param i32 i32 i32 i32)"
                  "  (loop" ONCE
                  "    (loop" ONCE " (local.set 0 (i32.xor (local.get 1) (local.get 2)))"
                  "          (local.set 1 (i32.xor (local.get 2) (local.get 0)))"
                  "          (local.set 2 (i32.xor (local.get 0) (local.get 1)))"
                  "          (br_if 1 (local.get 0))"
                  "          (br_if 0 (local.get 0)))"
                  "    (loop" ONCE " (local.set 3 (i32.xor (local.get 3) (local.get 3)))"
                  "          (br_if 1 (local.get 3))"
                  "          (br_if 0 (local.get 3)))"
                  "    (br 0)))");
    Label outer = encoder_label(code), second = encoder_label(code), out = encoder_label(code);
    const uint16_t junk = JUNK(1);
    enter(1, 0, 1, 2);
    encoder_bind(code, outer);
    encode_i32_xor(code, pin(0), pin(1), pin(2));
    encode_i32_xor(code, pin(1), pin(2), pin(0));
    encode_i32_xor(code, pin(2), pin(0), pin(1));
    encode_br_if_i32_nez(code, pin(0), outer);
    encode_br_if_i32_nez(code, pin(0), outer);
    encode_swap_i3(code, 0, 3, 1, junk, 2, junk);
    encoder_bind(code, second);
    encode_i32_xor(code, pin(0), pin(0), pin(0));
    encode_br_if_i32_nez(code, pin(0), out);
    encode_br_if_i32_nez(code, pin(0), second);
    encode_swap_i3(code, 3, 0, junk, 1, junk, 2);
    encode_br(code, outer);
    encoder_bind(code, out);
    encode_swap_i3(code, 3, 0, junk, 1, junk, 2);
    encode_br(code, outer);
    expect_translation();
}

/* ---- What is on the operand stack meanwhile ---------------------------------------------------
 */

Test(values, in_a_register_are_saved_when_it_is_assigned) {
    translate_wat("(func (param i32) (loop" ONCE
                  "  (local.get 0)"
                  "  (local.set 0 (i32.clz (local.get 0)))"
                  "  (br_if 0 (i32.lt_s (local.get 0)))))");
    Label start = encoder_label(code);
    enter(1, 0, -1, -1);
    encoder_bind(code, start);
    encode_copy(code, HOME(1, 0), pin(0));
    encode_i32_clz(code, accumulator(), pin(0));
    encode_copy(code, pin(0), accumulator());
    encode_br_if_i32_lt_s(code, HOME(1, 0), pin(0), start);
    leave(1, 0, -1, -1);
    encode_return(code, LINK);
    expect_translation();
}

Test(values, computed_stay_in_free_registers_across_calls) {
    translate_wat("(func (param i32) (loop" ONCE
                  "  (i32.mul (local.get 0) (local.get 0))"
                  "  (i32.mul (local.get 0) (local.get 0))"
                  "  (call $nothing)"
                  "  (local.set 0 (i32.mul (local.get 0) (local.get 0)))"
                  "  (local.set 0 (i32.mul (local.get 0) (local.get 0)))"
                  "  (local.set 0 (i32.mul (local.get 0) (local.get 0)))"
                  "  (br_if 0 (i32.lt_s))))"
                  "(func $nothing)");
    Label start = encoder_label(code);
    enter(1, 0, -1, -1);
    encoder_bind(code, start);
    encode_i32_mul(code, pin(2), pin(0), pin(0));
    encode_i32_mul(code, HOME(1, 1), pin(0), pin(0));
    encode_call(code, &program.codes[1], HOME(1, 2).slot);
    encode_i32_mul(code, pin(0), pin(0), pin(0));
    encode_i32_mul(code, pin(0), pin(0), pin(0));
    encode_i32_mul(code, pin(0), pin(0), pin(0));
    encode_br_if_i32_lt_s(code, pin(2), HOME(1, 1), start);
    leave(1, 0, -1, -1);
    encode_return(code, LINK);
    expect_translation();
}

Test(pins, need_more_uses_in_loops_that_call) {
    translate_wat("(func (param i32) (loop" ONCE
                  "  (call $nothing)"
                  "  (local.set 0 (i32.mul (local.get 0) (local.get 0)))"
                  "  (br_if 0 (local.get 0))))"
                  "(func $nothing)");
    Label start = encoder_label(code);
    encoder_bind(code, start);
    encode_call(code, &program.codes[1], home_slot(0));
    encode_i32_mul(code, local(0), local(0), local(0));
    encode_br_if_i32_nez(code, mirrored(local(0)), start);
    encode_return(code, LINK);
    expect_translation();
}

/* Local 0 is used less often in the text than the three others, but they are used every other time. */
Test(pins, are_for_what_is_executed_often) {
#define COUNT(local) "(local.set " #local " (i32.add (local.get " #local ") (i32.const 5)))"
#define THRICE(local) COUNT(local) COUNT(local) COUNT(local)
    translate_wat("(func (param i32 i32 i32 i32) (loop" ONCE COUNT(0) COUNT(0)
                  "  (if (local.get 0) (then " THRICE(1) THRICE(2) THRICE(3) "))"
                  "  (br_if 0 (local.get 0))))");
    Label start = encoder_label(code), end = encoder_label(code);
    enter(1, 0, 1, 2);
    encoder_bind(code, start);
    encode_i32_add(code, pin(0), pin(0), constant(5));
    encode_count_i32_eqz(code, pin(0), pin(0), constant(5), end);
    for (unsigned number = 1; number < 3; number++)
        for (int i = 0; i < 3; i++) encode_i32_add(code, pin(number), pin(number), constant(5));
    encode_i32_add(code, local(3), local(3), constant(5));
    for (int i = 0; i < 2; i++) encode_i32_add(code, local(3), accumulator(), constant(5));
    encoder_bind(code, end);
    encode_br_if_i32_nez(code, pin(0), start);
    leave(1, 0, 1, 2);
    encode_return(code, LINK);
    expect_translation();
}

Test(values, computed_make_way_to_free_registers) {
    translate_wat("(func (param i32) (loop" ONCE
                  "  (br_if 0 (i32.lt_s (i32.mul (local.get 0) (local.get 0))"
                  "                     (i32.mul (local.get 0) (local.get 0))))))");
    Label start = encoder_label(code);
    enter(1, 0, -1, -1);
    encoder_bind(code, start);
    encode_i32_mul(code, pin(2), pin(0), pin(0));
    encode_i32_mul(code, accumulator(), pin(0), pin(0));
    encode_br_if_i32_lt_s(code, pin(2), accumulator(), start);
    leave(1, 0, -1, -1);
    encode_return(code, LINK);
    expect_translation();
}

Test(values, that_find_no_free_register_go_home) {
    translate_wat("(func (param i32) (loop" ONCE
                  "  (i32.mul (local.get 0) (local.get 0)) (i32.mul (local.get 0) (local.get 0))"
                  "  (i32.mul (local.get 0) (local.get 0)) (i32.mul (local.get 0) (local.get 0))"
                  "  (i32.xor) (i32.xor)"
                  "  (br_if 0 (i32.lt_s))))");
    Label start = encoder_label(code);
    enter(1, 0, -1, -1);
    encoder_bind(code, start);
    encode_i32_mul(code, pin(2), pin(0), pin(0));
    encode_i32_mul(code, pin(1), pin(0), pin(0));
    encode_i32_mul(code, HOME(1, 2), pin(0), pin(0));
    encode_i32_mul(code, accumulator(), pin(0), pin(0));
    encode_i32_xor_xor(code, accumulator(), HOME(1, 2), accumulator(), pin(1));
    encode_br_if_i32_lt_s(code, pin(2), accumulator(), start);
    leave(1, 0, -1, -1);
    encode_return(code, LINK);
    expect_translation();
}

/* Where the blocks' values are known to be. */
Test(values, in_free_registers_are_brought_home_before_blocks) {
    translate_wat("(func (param i32) (loop" ONCE
                  "  (i32.mul (local.get 0) (local.get 0))"
                  "  (i32.mul (local.get 0) (local.get 0))"
                  "  (block (nop))"
                  "  (br_if 0 (i32.lt_s))))");
    Label start = encoder_label(code);
    enter(1, 0, -1, -1);
    encoder_bind(code, start);
    encode_i32_mul(code, pin(2), pin(0), pin(0));
    encode_i32_mul(code, HOME(1, 1), pin(0), pin(0));
    encode_copy(code, HOME(1, 0), pin(2));
    encode_br_if_i32_lt_s(code, HOME(1, 0), accumulator(), start);
    leave(1, 0, -1, -1);
    encode_return(code, LINK);
    expect_translation();
}

Test(values, of_floats_in_registers_are_stored_in_globals) {
    translate_wat("(global (mut f64) (f64.const 0)) (func (param f64) (loop" ONCE
                  "  (local.set 0 (f64.mul (local.get 0) (local.get 0)))"
                  "  (global.set 0 (local.get 0))"
                  "  (br_if 0 (f64.lt (local.get 0) (f64.const 9)))))");
    Label start = encoder_label(code);
    encode_swap_f3(code, SAVED(0), 0, SAVED(1), JUNK(1), SAVED(2), JUNK(1));
    encoder_bind(code, start);
    encode_f64_mul(code, pin(0), pin(0), pin(0));
    encode_global_set_f(code, pin(0), 0);
    encode_br_if_f64_lt(code, pin(0), constant_f64(9), start);
    encode_swap_f3(code, 0, SAVED(0), JUNK(1), SAVED(1), JUNK(1), SAVED(2));
    encode_return(code, LINK);
    expect_translation();
}

/* The constant is in its home, by an integer's copy, when a loop begins: what copies it to the
 * float's register is another instruction. */
Test(values, of_constant_floats_reach_registers_of_floats) {
    translate_wat("(func (param f64) (loop (param) (result)" ONCE
                  "  (local.set 0 (f64.mul (local.get 0) (local.get 0)))"
                  "  (f64.const 2)"
                  "  (block (param f64) (local.set 0))"
                  "  (br_if 0 (f64.lt (local.get 0) (f64.const 9)))))");
    Label start = encoder_label(code);
    encode_swap_f3(code, SAVED(0), 0, SAVED(1), JUNK(1), SAVED(2), JUNK(1));
    encoder_bind(code, start);
    encode_f64_mul(code, pin(0), pin(0), pin(0));
    encode_copy(code, HOME(1, 0), constant_f64(2));
    encode_copy_f(code, pin(0), HOME(1, 0));
    encode_br_if_f64_lt(code, pin(0), constant_f64(9), start);
    encode_swap_f3(code, 0, SAVED(0), JUNK(1), SAVED(1), JUNK(1), SAVED(2));
    encode_return(code, LINK);
    expect_translation();
}

/* ---- Sums of what is in registers -------------------------------------------------------------
 */

Test(pinned_sums, are_addresses) {
    translate_wat(
        "(memory 1) (func (param i32 i32) (loop" ONCE
        "  (i32.store offset=4 (i32.add (local.get 0) (i32.shl (local.get 1) (i32.const 2)))"
        "             (local.get 0))"
        "  (br_if 0 (i32.load (i32.add (local.get 1) (local.get 0))))))");
    Label start = encoder_label(code);
    enter(1, 0, 1, -1);
    encoder_bind(code, start);
    encode_i32_store_scaled(code, pin(1), pin(0), pin(0), 4, 2);
    encode_i32_load_sum(code, accumulator(), pin(1), pin(0), 0);
    encode_br_if_i32_nez(code, accumulator(), start);
    leave(1, 0, 1, -1);
    encode_return(code, LINK);
    expect_translation();
}

/* Of a form that there is none of, the sum is computed, behind the value. */
Test(pinned_sums, are_computed_where_no_access_takes_them) {
    translate_wat(
        "(memory 1) (func (param i32 i32) (loop" ONCE
        "  (i32.store8 offset=4 (i32.add (local.get 0) (i32.shl (local.get 1) (i32.const 2)))"
        "             (local.get 0))"
        "  (br_if 0 (i32.lt_s (local.get 1) (local.get 0)))))");
    Label start = encoder_label(code);
    enter(1, 0, 1, -1);
    encoder_bind(code, start);
    encode_i32_add_scaled(code, HOME(1, 0), pin(1), pin(0), 2);
    encode_i32_store8(code, accumulator(), pin(0), 4);
    encode_br_if_i32_lt_s(code, pin(1), pin(0), start);
    leave(1, 0, 1, -1);
    encode_return(code, LINK);
    expect_translation();
}

/* The value, which is in the accumulator, makes way for it. */
Test(pinned_sums, are_computed_behind_a_value_in_the_accumulator) {
    translate_wat("(memory 1) (func (param i32 i32 i64) (loop" ONCE
                  "  (i64.store8 (i32.add (local.get 0) (local.get 1))"
                  "              (i64.mul (local.get 2) (local.get 2)))"
                  "  (br_if 0 (i32.lt_s (local.get 0) (local.get 1)))))");
    Label start = encoder_label(code);
    enter(1, 0, 1, 2);
    encoder_bind(code, start);
    encode_i64_mul(code, accumulator(), pin(2), pin(2));
    encode_copy(code, HOME(1, 1), accumulator());
    encode_i32_add(code, HOME(1, 0), pin(0), pin(1));
    encode_i64_store8(code, accumulator(), HOME(1, 1), 0);
    encode_br_if_i32_lt_s(code, pin(0), pin(1), start);
    leave(1, 0, 1, 2);
    encode_return(code, LINK);
    expect_translation();
}

/* Both are in the stack below when the local changes. */
Test(pinned_sums, are_computed_when_a_part_is_assigned) {
    translate_wat("(memory 1) (func (param i32) (loop" ONCE
                  "  (i32.add (local.get 0) (i32.const 4))"
                  "  (local.set 0 (i32.mul (local.get 0) (local.get 0)))"
                  "  (i32.store (local.get 0))"
                  "  (br_if 0 (local.get 0))))");
    Label start = encoder_label(code);
    enter(1, 0, -1, -1);
    encoder_bind(code, start);
    encode_i32_add(code, HOME(1, 0), pin(0), constant(4));
    encode_i32_mul(code, pin(0), pin(0), pin(0));
    encode_i32_store(code, accumulator(), pin(0), 0);
    encode_br_if_i32_nez(code, pin(0), start);
    leave(1, 0, -1, -1);
    encode_return(code, LINK);
    expect_translation();
}
#endif
