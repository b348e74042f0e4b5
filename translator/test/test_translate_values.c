/* Where the translator puts values: what is folded into operands, where results go, accumulators.
 */
#include "translator/function.h"
#include "translator/test/translation.h"

/* ---- Operands ------------------------------------------------------------------------------- */

Test(operands, locals_and_constants_are_named) {
    translate_wat("(func (param i32) (result i32)"
                  "  (i32.add (local.get 0) (i32.const 7)))");
    encode_i32_add(code, computed(0), local(0), constant(7));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(operands, constants_of_every_type) {
    translate_wat("(func (param i32 i64 f32 f64)"
                  "  (local.set 0 (i32.xor (local.get 0) (i32.const -1)))"
                  "  (local.set 1 (i64.xor (local.get 1) (i64.const -1)))"
                  "  (local.set 2 (f32.sub (local.get 2) (f32.const 1.5)))"
                  "  (local.set 3 (f64.sub (local.get 3) (f64.const -0.1))))");
    encode_i32_xor(code, local(0), local(0), constant(-1));
    encode_i64_xor(code, local(1), local(1), constant(-1));
    encode_f32_sub(code, local(2), local(2), constant_f32(1.5f));
    encode_f64_sub(code, local(3), local(3), constant_f64(-0.1));
    encode_return(code, LINK);
    expect_translation();
}

Test(operands, to_subtract_a_constant_is_to_add_another) {
    translate_wat("(func (param i32 i64)"
                  "  (local.set 0 (i32.sub (local.get 0) (i32.const 0x80000000)))"
                  "  (local.set 0 (i32.sub (local.get 0) (i32.const 1)))"
                  "  (local.set 1 (i64.sub (local.get 1) (i64.const 0x100000000))))");
    encode_i32_add(code, local(0), local(0), constant(0x80000000));
    encode_i32_add(code, local(0), mirrored(local(0)), constant(-1));
    encode_i64_add(code, local(1), local(1), constant(-0x100000000));
    encode_return(code, LINK);
    expect_translation();
}

Test(operands, a_constant_on_the_left_stays_there_if_the_order_matters) {
    translate_wat("(func (param i32) (result i32)"
                  "  (i32.sub (i32.const 7) (local.get 0)))");
    encode_i32_sub(code, computed(0), constant(7), local(0));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(operands, one_of_two_constants_gets_a_slot) {
    translate_wat("(func (result i32)"
                  "  (i32.add (i32.const 1) (i32.const 2)))");
    encode_const_i32(code, home(0), constant(1));
    encode_i32_add(code, computed(0), home(0), constant(2));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(operands, a_constant_alone_gets_a_slot) {
    translate_wat("(func (result i64)"
                  "  (i64.clz (i64.const 1)))");
    encode_copy(code, home(0), constant(1));
    encode_i64_clz(code, computed(0), home(0));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(operands, references_are_constants_too) {
    translate_wat("(func (param funcref) (result i32)"
                  "  (local.set 0 (ref.null func))"
                  "  (ref.is_null (local.get 0)))");
    encode_copy(code, local(0), constant(0));
    encode_i64_eqz(code, computed(0), local(0));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(operands, a_dropped_local_or_constant_costs_nothing) {
    translate_wat("(func (param i32)"
                  "  (drop (local.get 0)) (drop (f64.const 1)) (nop))");
    encode_return(code, LINK);
    expect_translation();
}

Test(operands, are_those_of_the_op_that_is_named_as_the_instruction) {
    for (unsigned opcode = WASM_I32_LOAD; opcode <= WASM_I64_EXTEND32_S; opcode++) {
        if (opcode > WASM_I64_STORE32 && opcode < WASM_I32_EQZ) continue; /* no op of its own */
        Op op = op_of_wasm((Opcode)opcode);
        cr_expect(op < OP_COUNT && !strcmp(op_info[op].name, opcode_name((Opcode)opcode)), "%s",
                  opcode_name((Opcode)opcode));
    }
    for (unsigned n = 0; n < 8; n++)
        cr_expect_str_eq(op_info[op_of_wasm((Opcode)(0xfc00 | n))].name,
                         opcode_name((Opcode)(0xfc00 | n)));
}

/* ---- Halves ---------------------------------------------------------------------------------- */

Test(halves, of_locals_and_constants_are_read_where_they_are) {
    translate_wat("(memory 1) (func (param i64 i32) (result i32)"
                  "  (i32.store (i32.wrap_i64 (local.get 0)) (i32.wrap_i64 (local.get 0)))"
                  "  (i32.mul (i32.wrap_i64 (i64.const 0x100000007)) (local.get 1))"
                  "  (i32.load offset=4 (i32.add (i32.wrap_i64 (local.get 0)) (local.get 1)))"
                  "  (i32.sub))");
    encode_i32_store(code, local(0), local(0), 0);
    encode_i32_mul(code, home(0), local(1), constant(7));
    encode_i32_load_sum(code, computed(1), local(0), local(1), 4);
    encode_i32_sub(code, computed(0), home(0), computed(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

/* An address in a register is used as it is: it must have nothing above its 32 bits. */
Test(halves, of_what_a_register_holds_are_narrowed) {
    translate_wat("(memory 1) (func (param i64) (result i32)"
                  "  (local.set 0 (i64.mul (local.get 0) (local.get 0)))"
                  "  (i32.load (i32.wrap_i64 (local.get 0))))");
    encode_i64_mul(code, local(0), local(0), local(0));
    if (ISA_HAS_ACCUMULATORS) {
        encode_i32_wrap_i64(code, accumulator(), accumulator());
        encode_i32_load(code, accumulator(), accumulator(), 0);
    } else {
        encode_i32_load(code, home(0), local(0), 0);
    }
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(halves, are_narrowed_when_they_move) {
    translate_wat("(global (mut i32) (i32.const 0)) (func (param i64 i32) (result i32)"
                  "  (local.set 1 (i32.wrap_i64 (local.get 0)))"
                  "  (global.set 0 (i32.wrap_i64 (local.get 0)))"
                  "  (block (result i32) (i32.wrap_i64 (local.get 0)) (nop)))");
    encode_i32_wrap_i64(code, local(1), local(0));
    encode_i32_wrap_i64(code, home(0), local(0));
    encode_global_set(code, home(0), 0);
    encode_i32_wrap_i64(code, home(0), local(0));
    encode_return_i(code, home(0), LINK);
    expect_translation();
}

Test(halves, are_narrowed_before_the_local_changes_and_at_blocks) {
    translate_wat("(func (param i64) (result i32 i32)"
                  "  (i32.wrap_i64 (local.get 0))"
                  "  (local.set 0 (i64.const 5))"
                  "  (i32.wrap_i64 (local.get 0))"
                  "  (block))");
    encode_i32_wrap_i64(code, home(0), local(0));
    encode_copy(code, local(0), constant(5));
    encode_i32_wrap_i64(code, home(1), local(0));
    encode_return_many(code, home_slot(0), 2, LINK);
    expect_translation();
}

/* The accumulator holds another operand meanwhile. */
Test(halves, are_narrowed_for_what_takes_all_bits) {
    translate_wat("(func (param i64 i32) (result i32)"
                  "  (select (i32.wrap_i64 (local.get 0)) (i32.mul (local.get 1) (local.get 1))"
                  "          (local.get 1)))");
    encode_i32_mul(code, computed(1), local(1), local(1));
    encode_i32_wrap_i64(code, home(0), local(0));
    encode_select(code, computed(0), home(0), computed(1), local(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

/* ---- Results --------------------------------------------------------------------------------- */

Test(results, are_written_to_the_local_they_are_for) {
    translate_wat("(func (param i32 f64)"
                  "  (local.set 0 (i32.mul (local.get 0) (i32.const 3)))"
                  "  (local.set 1 (f64.sqrt (local.get 1))))");
    encode_i32_mul(code, local(0), local(0), constant(3));
    encode_f64_sqrt(code, local(1), local(1));
    encode_return(code, LINK);
    expect_translation();
}

Test(results, are_written_to_the_local_that_is_teed) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (i32.mul (local.tee 0 (i32.add (local.get 0) (local.get 1))) (local.get 1)))");
    encode_i32_add(code, local(0), local(0), local(1));
    encode_i32_mul(code, computed(0), mirrored(local(0)), local(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(results, of_loads_and_conversions_too) {
    translate_wat("(memory 1) (func (param i32 f32)"
                  "  (local.set 0 (i32.load8_u offset=4 (local.get 0)))"
                  "  (local.set 1 (f32.convert_i32_s (local.get 0))))");
    encode_i32_load8_u(code, local(0), local(0), 4);
    encode_f32_convert_i32_s(code, local(1), mirrored(local(0)));
    encode_return(code, LINK);
    expect_translation();
}

Test(results, locals_and_constants_are_copied_into_locals) {
    translate_wat("(func (param i32 i64 f32 f64 i32)"
                  "  (local.set 0 (local.get 4))"
                  "  (local.set 4 (i32.const -5))"
                  "  (local.set 1 (i64.const -5))"
                  "  (local.set 2 (f32.const 0.5))"
                  "  (local.set 3 (f64.const 0.5)))");
    encode_copy(code, local(0), local(4));
    encode_const_i32(code, local(4), constant((uint32_t)-5));
    encode_copy(code, local(1), constant((uint64_t)-5));
    encode_const_i32(code, local(2), constant_f32(0.5f));
    encode_copy(code, local(3), constant_f64(0.5));
    encode_return(code, LINK);
    expect_translation();
}

Test(results, assigning_a_local_to_itself_costs_nothing) {
    translate_wat("(func (param i32)"
                  "  (local.set 0 (local.get 0)) (drop (local.tee 0 (local.get 0))))");
    encode_return(code, LINK);
    expect_translation();
}

Test(results, only_the_last_instruction_is_changed) {
    translate_wat("(func (param i32 i32)"
                  "  (i32.add (local.get 0) (local.get 1))"
                  "  (i32.mul (local.get 0) (local.get 1))"
                  "  (local.set 1) (local.set 0))");
    encode_i32_add(code, home(0), local(0), local(1));
    encode_i32_mul(code, local(1), local(0), local(1));
    encode_copy(code, local(0), home(0));
    encode_return(code, LINK);
    expect_translation();
}

Test(results, are_not_changed_across_a_store) {
    translate_wat("(memory 1) (func (param i32 i32)"
                  "  (i32.xor (local.get 0) (local.get 1))"
                  "  (i32.store (local.get 0) (local.get 1))"
                  "  (local.set 1))");
    encode_i32_xor(code, computed(0), local(0), local(1));
    encode_i32_store(code, local(0), local(1), 0);
    encode_copy(code, local(1), computed(0));
    encode_return(code, LINK);
    expect_translation();
}

Test(results, are_not_changed_across_a_branch) {
    translate_wat("(func (param i32 i32)"
                  "  (block (i32.xor (local.get 0) (local.get 1))"
                  "    (br_if 0 (local.get 0))"
                  "    (local.set 1)))");
    Label end = encoder_label(code);
    encode_i32_xor(code, computed(0), local(0), local(1));
    encode_br_if_i32_nez(code, local(0), end);
    encode_copy(code, local(1), computed(0));
    encoder_bind(code, end);
    encode_return(code, LINK);
    expect_translation();
}

Test(results, are_not_changed_across_a_label) {
    translate_wat("(func (param i32 i32)"
                  "  (block (result i32)"
                  "    (br_if 0 (i32.const 5) (local.get 0))"
                  "    (drop) (i32.add (local.get 0) (local.get 1)))"
                  "  (local.set 1))");
    Label end = encoder_label(code);
    encode_const_i32(code, home(0), constant(5));
    encode_br_if_i32_nez(code, local(0), end);
    encode_i32_add(code, home(0), local(0), local(1));
    encoder_bind(code, end);
    encode_copy(code, local(1), home(0));
    encode_return(code, LINK);
    expect_translation();
}

Test(results, of_calls_are_copied) {
    translate_wat("(func (param i32) (local.set 0 (call $one)))"
                  "(func $one (result i32) (i32.const 1))");
    encode_call(code, &program.codes[1], home_slot(0));
    encode_copy(code, local(0), mirrored(home(0)));
    encode_return(code, LINK);
    expect_translation();
}

/* ---- Locals that are assigned while their old value is on the stack ------------------------- */

Test(old_values, are_saved_in_front_of_the_new_one) {
    translate_wat("(func (param i32) (result i32)"
                  "  (local.get 0)"
                  "  (local.set 0 (i32.add (local.get 0) (i32.const 1))))");
    encode_copy(code, home(0), local(0));
    encode_i32_add(code, local(0), local(0), constant(1));
    encode_return_i(code, home(0), LINK);
    expect_translation();
}

Test(old_values, all_of_them) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (local.get 0) (local.get 1) (local.get 0)"
                  "  (local.set 0 (i32.load (local.get 1)))"
                  "  (i32.sub) (i32.sub)) (memory 1)");
    encode_copy(code, home(2), local(0));
    encode_copy(code, home(0), local(0));
    encode_i32_load(code, local(0), local(1), 0);
    encode_i32_sub(code, computed(1), local(1), home(2));
    encode_i32_sub(code, computed(0), home(0), computed(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(old_values, when_a_tee_assigns) {
    translate_wat("(func (param i32) (result i32)"
                  "  (i32.sub (local.get 0) (local.tee 0 (i32.clz (local.get 0)))))");
    encode_copy(code, home(0), local(0));
    encode_i32_clz(code, local(0), local(0));
    encode_i32_sub(code, computed(0), home(0), mirrored(local(0)));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(old_values, when_a_constant_or_a_local_is_assigned) {
    translate_wat("(func (param i64 i64) (result i64)"
                  "  (local.get 0) (local.get 1)"
                  "  (local.set 0 (i64.const 1))"
                  "  (local.set 1 (local.get 0))"
                  "  (i64.sub))");
    encode_copy(code, home(0), local(0));
    encode_copy(code, local(0), constant(1));
    encode_copy(code, home(1), local(1));
    encode_copy(code, local(1), local(0));
    encode_i64_sub(code, computed(0), home(0), home(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(old_values, when_a_call_result_is_assigned) {
    translate_wat("(func (param i32) (result i32)"
                  "  (local.get 0) (local.set 0 (call $one)))"
                  "(func $one (result i32) (i32.const 1))");
    encode_call(code, &program.codes[1], home_slot(1));
    encode_copy(code, home(0), local(0));
    encode_copy(code, local(0), mirrored(home(1)));
    encode_return_i(code, home(0), LINK);
    expect_translation();
}

Test(old_values, are_not_saved_from_other_locals) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (local.get 0)"
                  "  (local.set 1 (i32.clz (local.get 1)))"
                  "  (drop (local.tee 1 (i32.ctz (local.get 1)))))");
    encode_i32_clz(code, local(1), local(1));
    encode_i32_ctz(code, local(1), mirrored(local(1)));
    encode_return_i(code, local(0), LINK);
    expect_translation();
}

Test(old_values, are_not_saved_when_they_have_been_used) {
    translate_wat("(func (param i32) (result i32)"
                  "  (local.get 0) (local.set 0 (i32.clz))"
                  "  (drop (local.get 0)) (local.set 0 (i32.const 1)) (local.get 0))");
    encode_i32_clz(code, local(0), local(0));
    encode_const_i32(code, local(0), constant(1));
    encode_return_i(code, local(0), LINK);
    expect_translation();
}

Test(old_values, are_not_saved_twice) {
    translate_wat("(func (param i32) (result i32)"
                  "  (local.get 0)"
                  "  (local.set 0 (i32.clz (local.get 0)))"
                  "  (local.set 0 (i32.ctz (local.get 0))))");
    encode_copy(code, home(0), local(0));
    encode_i32_clz(code, local(0), local(0));
    encode_i32_ctz(code, local(0), mirrored(local(0)));
    encode_return_i(code, home(0), LINK);
    expect_translation();
}

/* ---- Computed values ------------------------------------------------------------------------ */

Test(computed_values, chain) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (i32.xor (i32.mul (i32.add (local.get 0) (local.get 1)) (i32.const 3))"
                  "           (local.get 1)))");
    encode_i32_add(code, computed(0), local(0), local(1));
    encode_i32_mul(code, computed(0), computed(0), constant(3));
    encode_i32_xor(code, computed(0), computed(0), local(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(computed_values, the_first_of_two_is_written_to_its_slot) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (i32.shl (i32.xor (local.get 0) (local.get 1))"
                  "           (i32.sub (local.get 0) (local.get 1))))");
    encode_i32_xor(code, home(0), local(0), local(1));
    encode_i32_sub(code, computed(1), local(0), local(1));
    encode_i32_shl(code, computed(0), home(0), computed(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(computed_values, the_first_is_copied_if_its_instruction_is_not_the_last) {
    translate_wat("(memory 1) (func (param i32 i32) (result i32)"
                  "  (i32.xor (local.get 0) (local.get 1))"
                  "  (i32.store (local.get 0) (local.get 1))"
                  "  (i32.shl (i32.sub (local.get 0) (local.get 1))))");
    encode_i32_xor(code, computed(0), local(0), local(1));
    encode_i32_store(code, local(0), local(1), 0);
    if (ISA_HAS_ACCUMULATORS) encode_copy(code, home(0), accumulator());
    encode_i32_sub(code, computed(1), local(0), local(1));
    encode_i32_shl(code, computed(0), home(0), computed(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(computed_values, the_first_float_is_copied_likewise) {
    translate_wat("(memory 1) (func (param i32 f64) (result f64)"
                  "  (f64.abs (local.get 1))"
                  "  (f64.store (local.get 0) (local.get 1))"
                  "  (f64.sub (f64.neg (local.get 1))))");
    encode_f64_abs(code, computed(0), local(1));
    encode_f64_store(code, local(0), local(1), 0);
    if (ISA_HAS_ACCUMULATORS) encode_copy_f(code, home(0), accumulator());
    encode_f64_neg(code, computed(1), local(1));
    encode_f64_sub(code, computed(0), home(0), computed(1));
    encode_return_f(code, computed(0), LINK);
    expect_translation();
}

Test(computed_values, integers_and_floats_do_not_disturb_each_other) {
    translate_wat("(memory 1) (func (param i32 f64)"
                  "  (f64.store (i32.clz (local.get 0))"
                  "             (f64.add (local.get 1) (local.get 1))))");
    encode_i32_clz(code, computed(0), local(0));
    encode_f64_add(code, computed(1), local(1), local(1));
    encode_f64_store(code, computed(0), computed(1), 0);
    encode_return(code, LINK);
    expect_translation();
}

Test(computed_values, an_instruction_that_reads_one_kind_and_writes_the_other) {
    translate_wat("(func (param i32 f64) (result i32)"
                  "  (i32.add (i32.clz (local.get 0))"
                  "           (f64.lt (f64.neg (local.get 1)) (local.get 1))))");
    encode_i32_clz(code, computed(0), local(0));
    encode_f64_neg(code, computed(1), local(1));
    if (ISA_HAS_ACCUMULATORS) encode_copy(code, home(0), accumulator());
    encode_f64_lt(code, computed(1), computed(1), local(1));
    encode_i32_add(code, computed(0), home(0), computed(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(computed_values, moving_constants_and_locals_leaves_them) {
    translate_wat("(func (param i32 i64) (result i32)"
                  "  (i32.clz (local.get 0))"
                  "  (local.set 0 (i32.const 5))"
                  "  (local.set 1 (i64.const 5))"
                  "  (i32.add (local.get 0)))");
    encode_i32_clz(code, computed(0), local(0));
    encode_const_i32(code, local(0), constant(5));
    encode_copy(code, local(1), constant(5));
    encode_i32_add(code, computed(0), computed(0), local(0));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

/* ---- Slots that the accumulator mirrors ----------------------------------------------------- */

Test(mirror, the_local_just_assigned_is_read_from_the_accumulator) {
    translate_wat("(func (param i32 f32) (result f32)"
                  "  (local.set 1 (f32.neg (local.get 1)))"
                  "  (local.set 0 (i32.clz (local.get 0)))"
                  "  (local.set 0 (i32.ctz (local.get 0)))"
                  "  (f32.abs (local.get 1)))");
    encode_f32_neg(code, local(1), local(1));
    encode_i32_clz(code, local(0), local(0));
    encode_i32_ctz(code, local(0), mirrored(local(0)));
    encode_f32_abs(code, computed(0), mirrored(local(1)));
    encode_return_f(code, computed(0), LINK);
    expect_translation();
}

Test(mirror, only_one_operand_can_be_the_accumulator) {
    translate_wat("(func (param i32) (result i32)"
                  "  (local.set 0 (i32.clz (local.get 0)))"
                  "  (i32.sub (local.get 0) (local.get 0)))");
    encode_i32_clz(code, local(0), local(0));
    encode_i32_sub(code, computed(0), mirrored(local(0)), local(0));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(mirror, ends_when_the_local_is_overwritten) {
    translate_wat("(func (param i32) (result i32)"
                  "  (local.set 0 (i32.clz (local.get 0)))"
                  "  (local.set 0 (i32.const 5))"
                  "  (i32.ctz (local.get 0)))");
    encode_i32_clz(code, local(0), local(0));
    encode_const_i32(code, local(0), constant(5));
    encode_i32_ctz(code, computed(0), local(0));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(mirror, ends_when_the_accumulator_is) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (local.set 0 (i32.clz (local.get 0)))"
                  "  (local.set 1 (i32.ctz (local.get 1)))"
                  "  (i32.sub (local.get 0) (local.get 1)))");
    encode_i32_clz(code, local(0), local(0));
    encode_i32_ctz(code, local(1), local(1));
    encode_i32_sub(code, computed(0), local(0), mirrored(local(1)));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(mirror, ends_when_only_the_accumulator_is) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (local.set 0 (i32.clz (local.get 0)))"
                  "  (drop (i32.ctz (local.get 1)))"
                  "  (i32.popcnt (local.get 0)))");
    encode_i32_clz(code, local(0), local(0));
    encode_i32_ctz(code, computed(0), local(1));
    encode_i32_popcnt(code, computed(0), local(0));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(mirror, ends_at_a_label) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (block (br_if 0 (local.get 1))"
                  "    (local.set 0 (i32.clz (local.get 0))))"
                  "  (i32.ctz (local.get 0)))");
    Label end = encoder_label(code);
    encode_br_if_i32_nez(code, local(1), end);
    encode_i32_clz(code, local(0), local(0));
    encoder_bind(code, end);
    encode_i32_ctz(code, computed(0), local(0));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(mirror, ends_at_a_loop) {
    translate_wat("(func (param i32 i32)"
                  "  (local.set 0 (i32.clz (local.get 0)))"
                  "  (loop" ONCE " (br_if 0 (i32.lt_s (local.get 0) (local.get 1)))))");
    Label start = encoder_label(code);
    encode_i32_clz(code, local(0), local(0));
    encoder_bind(code, start);
    encode_br_if_i32_lt_s(code, local(0), local(1), start);
    encode_return(code, LINK);
    expect_translation();
}

Test(mirror, ends_at_a_call) {
    translate_wat("(func (param i32) (result i32)"
                  "  (local.set 0 (i32.clz (local.get 0)))"
                  "  (call $nothing)"
                  "  (i32.ctz (local.get 0)))"
                  "(func $nothing)");
    encode_i32_clz(code, local(0), local(0));
    encode_call(code, &program.codes[1], home_slot(0));
    encode_i32_ctz(code, computed(0), local(0));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(mirror, survives_stores_branches_and_copies) {
    translate_wat("(memory 1) (func (param i32 i32) (result i32)"
                  "  (local.set 0 (i32.clz (local.get 0)))"
                  "  (i32.store (local.get 1) (local.get 1))"
                  "  (block (br_if 1 (i32.const 9) (local.get 1)) (drop)"
                  "    (local.set 1 (i32.const 3)))"
                  "  (i32.ctz (local.get 0)))");
    Label skip = encoder_label(code);
    encode_i32_clz(code, local(0), local(0));
    encode_i32_store(code, local(1), local(1), 0);
    encode_const_i32(code, home(0), constant(9));
    encode_br_if_i32_eqz(code, local(1), skip);
    encode_return_i(code, home(0), LINK);
    encoder_bind(code, skip);
    encode_const_i32(code, local(1), constant(3));
    encode_i32_ctz(code, computed(0), mirrored(local(0)));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(mirror, follows_copies_out_of_the_accumulator) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (local.set 0 (i32.clz (local.get 0)))"
                  "  (local.set 1 (local.get 0))"
                  "  (i32.sub (local.get 0) (local.get 1)))");
    encode_i32_clz(code, local(0), local(0));
    encode_copy(code, local(1), mirrored(local(0)));
    encode_i32_sub(code, computed(0), local(0), mirrored(local(1)));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(mirror, is_as_before_when_an_instruction_is_taken_back) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (local.set 0 (i32.clz (local.get 0)))"
                  "  (block (br_if 0 (i32.lt_u (local.get 1) (i32.const 9)))"
                  "    (return (local.get 0)))"
                  "  (i32.ctz (local.get 0)))");
    Label end = encoder_label(code);
    encode_i32_clz(code, local(0), local(0));
    encode_br_if_i32_lt_u(code, local(1), constant(9), end);
    encode_return_i(code, mirrored(local(0)), LINK);
    encoder_bind(code, end);
    encode_i32_ctz(code, computed(0), local(0));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(mirror, of_a_value_that_was_written_to_its_slot) {
    translate_wat("(func (param i32) (result i32)"
                  "  (i32.clz (local.get 0))"
                  "  (block (nop))"
                  "  (i32.add (i32.const 1)))");
    encode_i32_clz(code, home(0), local(0));
    encode_i32_add(code, computed(0), mirrored(home(0)), constant(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(mirror, ends_when_locals_are_copied_over_the_slot) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (drop (call $one))"
                  "  (local.get 0) (local.get 1)"
                  "  (block (param i32 i32) (result i32) (i32.sub)))"
                  "(func $one (result i32) (i32.const 1))");
    encode_call(code, &program.codes[1], home_slot(0));
    encode_copy2(code, local(0), local(1), home_slot(0));
    encode_i32_sub(code, computed(0), home(0), home(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

/* ---- Other instructions with their own operands --------------------------------------------- */

Test(selection, names_its_operands) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (select (local.get 0) (i32.const -1) (local.get 1)))");
    encode_select(code, computed(0), local(0), constant((uint32_t)-1), local(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(selection, by_a_computed_condition) {
    translate_wat("(func (param i64 i64) (result i64)"
                  "  (select (i64.const 1) (i64.const 2)"
                  "    (i64.lt_s (local.get 0) (local.get 1))))");
    encode_i64_lt_s(code, computed(2), local(0), local(1));
    encode_select(code, computed(0), constant(1), constant(2), computed(2));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(selection, of_references) {
    translate_wat("(func (param funcref i32) (result funcref)"
                  "  (select (result funcref) (local.get 0) (ref.null func) (local.get 1)))");
    encode_select(code, computed(0), local(0), constant(0), local(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(selection, of_floats) {
    translate_wat("(func (param f64 f32 i32) (result f32)"
                  "  (drop (select (local.get 0) (f64.const 1) (local.get 2)))"
                  "  (select (f32.neg (local.get 1)) (f32.const 1) (i32.clz (local.get 2))))");
    encode_select_f(code, computed(0), local(0), constant_f64(1), local(2));
    encode_f32_neg(code, computed(0), local(1));
    encode_i32_clz(code, computed(2), local(2));
    encode_select_f(code, computed(0), computed(0), constant_f32(1), computed(2));
    encode_return_f(code, computed(0), LINK);
    expect_translation();
}

Test(globals, are_read_and_written) {
    translate_wat("(global (mut i32) (i32.const 0)) (global (mut f64) (f64.const 0))"
                  "(func (param i64 f64)"
                  "  (global.set 0 (i32.const 3))"
                  "  (global.set 0 (i32.add (global.get 0) (i32.const 1)))"
                  "  (global.set 1 (local.get 1))"
                  "  (global.set 1 (f64.neg (global.get 1)))"
                  "  (global.set 1 (f64.const 2)))");
    encode_global_set(code, constant(3), 0);
    encode_global_sum(code, computed(0), constant(1), 0);
    encode_global_set(code, computed(0), 0);
    encode_global_set(code, local(1), 1);
    encode_global_get_f(code, computed(0), 1);
    encode_f64_neg(code, computed(0), computed(0));
    if (ISA_HAS_ACCUMULATORS)
        encode_global_set_f(code, accumulator(), 1);
    else
        encode_global_set(code, home(0), 1);
    encode_global_set(code, constant_f64(2), 1);
    encode_return(code, LINK);
    expect_translation();
}

Test(globals, are_read_into_locals) {
    translate_wat("(global i32 (i32.const 0)) (global f32 (f32.const 0))"
                  "(func (param i32 f32)"
                  "  (local.set 0 (global.get 0)) (local.set 1 (global.get 1)))");
    encode_global_get(code, local(0), 0);
    encode_global_get_f(code, local(1), 1);
    encode_return(code, LINK);
    expect_translation();
}
