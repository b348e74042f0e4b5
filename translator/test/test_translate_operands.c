/* Loads whose value is an operand in memory of the instruction that takes it, and when it is not. */
#include "translator/test/translation.h"

/* ---- As operands ----------------------------------------------------------------------------- */

Test(operand, is_loaded_by_the_instruction) {
    translate_wat("(memory 1) (func (param i32 f64) (result f64)"
                  "  (f64.add (f64.mul (local.get 1) (f64.load offset=8 (local.get 0)))"
                  "           (f64.load offset=16 (local.get 0))))");
    encode_f64_mul_load(code, computed(0), local(1), local(0), 8);
    encode_f64_add_load(code, computed(0), computed(0), local(0), 16);
    encode_return_f(code, computed(0), LINK);
    expect_translation();
}

Test(operand, is_the_first_as_well) {
    translate_wat("(memory 1) (func (param i32 f64) (result f64)"
                  "  (f64.sub (f64.load (local.get 0)) (f64.mul (local.get 1) (local.get 1))))");
    encode_f64_mul(code, computed(1), local(1), local(1));
    encode_f64_sub_load_first(code, computed(0), computed(1), local(0), 0);
    encode_return_f(code, computed(0), LINK);
    expect_translation();
}

Test(operand, is_the_first_where_operands_may_be_exchanged) {
    translate_wat("(memory 1) (func (param i32 i32) (result i32)"
                  "  (i32.xor (i32.load8_u offset=3 (local.get 0)) (local.get 1)))");
    encode_i32_xor_load8_u(code, computed(0), local(1), local(0), 3);
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(operand, is_the_second_of_two_loads) {
    translate_wat("(memory 1) (func (param i32 i32) (result i64)"
                  "  (i64.sub (i64.load offset=8 (local.get 0)) (i64.load (local.get 1))))");
    encode_i64_load(code, computed(0), local(0), 8);
    encode_i64_sub_load(code, computed(0), computed(0), local(1), 0);
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(operand, waits_while_others_are_computed) {
    translate_wat("(memory 1) (func (param i32 i32 f32) (result f32)"
                  "  (f32.load (local.get 0))"
                  "  (local.set 1 (i32.clz (local.get 1)))"
                  "  (f32.sqrt (f32.load offset=4 (local.get 1)))"
                  "  (f32.mul))");
    encode_i32_clz(code, local(1), local(1));
    encode_f32_load(code, computed(1), mirrored(local(1)), 4);
    encode_f32_sqrt(code, computed(1), computed(1));
    encode_f32_mul_load(code, computed(0), computed(1), local(0), 0);
    encode_return_f(code, computed(0), LINK);
    expect_translation();
}

/* ---- Not as operands ------------------------------------------------------------------------- */

/* A constant is what superinstructions add to a load. */
Test(no_operand, beside_a_constant) {
    translate_wat("(memory 1) (func (param i32) (result i32)"
                  "  (i32.add (i32.load (local.get 0)) (i32.const 1)))");
    encode_i32_load(code, computed(0), local(0), 0);
    encode_i32_add(code, computed(0), computed(0), constant(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(no_operand, of_an_instruction_without_such_a_form) {
    translate_wat("(memory 1) (func (param i32 i32) (result i32)"
                  "  (i32.shl (local.get 1) (i32.load (local.get 0))))");
    encode_i32_load(code, computed(1), local(0), 0);
    encode_i32_shl(code, computed(0), local(1), computed(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(no_operand, when_the_address_is_assigned_meanwhile) {
    translate_wat("(memory 1) (func (param i32 i32) (result i32)"
                  "  (i32.load (local.get 0))"
                  "  (local.set 0 (i32.clz (local.get 1)))"
                  "  (i32.add (local.get 0)))");
    encode_i32_load(code, home(0), local(0), 0);
    encode_i32_clz(code, local(0), local(1));
    encode_i32_add(code, computed(0), home(0), mirrored(local(0)));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(no_operand, when_the_assigned_value_waits_in_the_accumulator) {
    translate_wat("(memory 1) (func (param i32 i32) (result i32)"
                  "  (i32.load (local.get 0))"
                  "  (i32.clz (i32.ctz (local.get 1)))"
                  "  (local.set 0)"
                  "  (i32.add (local.get 0)))");
    encode_i32_ctz(code, computed(1), local(1));
    if (ISA_HAS_ACCUMULATORS) {
        encode_i32_clz(code, home(1), accumulator());
        encode_i32_load(code, home(0), local(0), 0);
        encode_copy(code, local(0), home(1));
    } else {
        encode_i32_load(code, home(0), local(0), 0);
        encode_i32_clz(code, local(0), home(1));
    }
    encode_i32_add(code, computed(0), mirrored(home(0)), local(0));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

/* A store may be to the same place; and if it traps, the load comes first. */
Test(no_operand, of_what_stands_behind_a_store) {
    translate_wat("(memory 1) (func (param i32 i32) (result i32)"
                  "  (i32.load (local.get 0))"
                  "  (i32.store (local.get 1) (local.get 1))"
                  "  (i32.add (local.get 1)))");
    encode_i32_load(code, computed(0), local(0), 0);
    encode_i32_store(code, local(1), local(1), 0);
    encode_i32_add(code, computed(0), computed(0), local(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

/* The traps are different ones. */
Test(no_operand, of_what_stands_behind_a_division) {
    translate_wat("(memory 1) (func (param i32 i32) (result i32)"
                  "  (i32.add (i32.load (local.get 0)) (i32.div_u (local.get 1) (local.get 0))))");
    encode_i32_load(code, home(0), local(0), 0);
    encode_i32_div_u(code, computed(1), local(1), local(0));
    encode_i32_add(code, computed(0), home(0), computed(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(no_operand, of_what_stands_behind_a_call) {
    translate_wat("(memory 1) (func (param i32) (result i32)"
                  "  (i32.add (i32.load (local.get 0)) (call $one)))"
                  "(func $one (result i32) (i32.const 1))");
    encode_i32_load(code, home(0), local(0), 0);
    encode_call(code, &program.codes[1], home_slot(1));
    encode_i32_add(code, computed(0), home(0), mirrored(home(1)));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(no_operand, of_what_stands_behind_a_branch) {
    translate_wat("(memory 1) (func (param i32) (result i32)"
                  "  (i32.load (local.get 0))"
                  "  (block (br_if 0 (local.get 0)))"
                  "  (i32.add (local.get 0)))");
    Label end = encoder_label(code);
    encode_i32_load(code, home(0), local(0), 0);
    encode_br_if_i32_nez(code, local(0), end);
    encoder_bind(code, end);
    encode_i32_add(code, computed(0), home(0), local(0));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

/* It may trap. */
Test(no_operand, when_it_is_dropped) {
    translate_wat("(memory 1) (func (param i32)"
                  "  (drop (i32.load (local.get 0))))");
    encode_i32_load(code, computed(0), local(0), 0);
    encode_return(code, LINK);
    expect_translation();
}

/* Of what is delayed there are four at most. */
Test(no_operand, beyond_the_fourth) {
    translate_wat("(memory 1) (func (param i32 i64) (result i64)"
                  "  (i64.load offset=1 (local.get 0)) (i64.load offset=2 (local.get 0))"
                  "  (i64.load offset=3 (local.get 0)) (i64.load offset=4 (local.get 0))"
                  "  (i64.load offset=5 (local.get 0)) (i64.xor (local.get 1))"
                  "  (i64.add) (i64.add) (i64.add) (i64.add))");
    encode_i64_load(code, computed(4), local(0), 5);
    encode_i64_xor(code, computed(4), computed(4), local(1));
    for (unsigned i = 4; i > 0; i--)
        encode_i64_add_load(code, computed(i - 1), computed(i), local(0), i);
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}
