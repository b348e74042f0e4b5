/* Calls: where arguments and results stand. */
#include "translator/opcodes.h"
#include "translator/test/module_bytes.h"
#include "translator/test/translation.h"

#define TARGETS                                                                                    \
    "(func $none) (func $one (param i32)) (func $two (param i32 i32))"                             \
    "(func $three (param i32 i32 i32)) (func $five (param i32 i32 i32 i32 i32))"                   \
    "(func $give (param i32) (result i32) (local.get 0))"                                          \
    "(func $float (result f64) (f64.const 1))"                                                     \
    "(func $pair (result i32 f32) (i32.const 1) (f32.const 1))"
enum { NONE = 1, ONE, TWO, THREE, FIVE, GIVE, FLOAT, PAIR };

static void call(unsigned callee, unsigned height) {
    encode_call(code, &program.codes[callee], home_slot(height));
}

/* ---- Arguments ------------------------------------------------------------------------------- */

Test(arguments, none) {
    translate_wat("(func (call $none))" TARGETS);
    call(NONE, 0);
    encode_return(code, LINK);
    expect_translation();
}

Test(arguments, a_local_or_a_constant) {
    translate_wat("(func (param i32) (call $one (local.get 0)) (call $one (i32.const 4)))" TARGETS);
    encode_copy(code, home(0), local(0));
    call(ONE, 0);
    encode_const_i32(code, home(0), constant(4));
    call(ONE, 0);
    encode_return(code, LINK);
    expect_translation();
}

Test(arguments, two_and_three_locals_are_copied_at_once) {
    translate_wat("(func (param i32 i32)"
                  "  (call $two (local.get 1) (local.get 0))"
                  "  (call $three (local.get 0) (local.get 0) (local.get 1)))" TARGETS);
    encode_copy2(code, local(1), local(0), home_slot(0));
    call(TWO, 0);
    encode_copy3(code, local(0), local(0), local(1), home_slot(0));
    call(THREE, 0);
    encode_return(code, LINK);
    expect_translation();
}

Test(arguments, five_locals) {
    translate_wat("(func (param i32 i32)"
                  "  (call $five (local.get 0) (local.get 1) (local.get 0) (local.get 1)"
                  "              (local.get 0)))" TARGETS);
    encode_copy3(code, local(0), local(1), local(0), home_slot(0));
    encode_copy2(code, local(1), local(0), home_slot(3));
    call(FIVE, 0);
    encode_return(code, LINK);
    expect_translation();
}

Test(arguments, a_constant_interrupts_the_copies) {
    translate_wat("(func (param i32 i32)"
                  "  (call $five (local.get 0) (local.get 1) (i32.const 3) (local.get 0)"
                  "              (i32.const 5)))" TARGETS);
    encode_copy2(code, local(0), local(1), home_slot(0));
    encode_const_i32(code, home(2), constant(3));
    encode_copy(code, home(3), local(0));
    encode_const_i32(code, home(4), constant(5));
    call(FIVE, 0);
    encode_return(code, LINK);
    expect_translation();
}

Test(arguments, are_computed_into_their_slots) {
    translate_wat("(func (param i32)"
                  "  (call $three (i32.clz (local.get 0)) (local.get 0)"
                  "               (i32.ctz (local.get 0))))" TARGETS);
    encode_i32_clz(code, home(0), local(0));
    encode_i32_ctz(code, home(2), local(0));
    encode_copy(code, home(1), local(0));
    call(THREE, 0);
    encode_return(code, LINK);
    expect_translation();
}

Test(arguments, assigned_by_other_arguments_keep_their_value) {
    translate_wat("(func (param i32)"
                  "  (call $two (local.get 0) (local.tee 0 (i32.clz (local.get 0)))))" TARGETS);
    encode_copy(code, home(0), local(0));
    encode_i32_clz(code, local(0), local(0));
    encode_copy(code, home(1), local(0));
    call(TWO, 0);
    encode_return(code, LINK);
    expect_translation();
}

Test(arguments, what_is_below_them_is_saved_if_only_the_accumulator_has_it) {
    translate_wat("(memory 1) (func (param i32 f64)"
                  "  (f64.store (i32.clz (local.get 0))"
                  "    (f64.add (f64.neg (local.get 1)) (call $float))))" TARGETS);
    encode_i32_clz(code, computed(0), local(0));
    encode_f64_neg(code, computed(1), local(1));
    if (ISA_HAS_ACCUMULATORS) {
        encode_copy(code, home(0), accumulator());
        encode_copy_f(code, home(1), accumulator());
    }
    call(FLOAT, 2);
    encode_f64_add(code, computed(1), home(1), mirrored(home(2)));
    encode_f64_store(code, home(0), computed(1), 0);
    encode_return(code, LINK);
    expect_translation();
}

Test(arguments, locals_and_constants_below_them_stay) {
    translate_wat("(func (param i32) (result i32)"
                  "  (i32.add (local.get 0) (i32.sub (i32.const 3)"
                  "    (call $give (local.get 0)))))" TARGETS);
    encode_copy(code, home(2), local(0));
    call(GIVE, 2);
    encode_i32_sub(code, computed(1), constant(3), mirrored(home(2)));
    encode_i32_add(code, computed(0), local(0), computed(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

/* ---- Results -------------------------------------------------------------------------------- */

Test(call_results, one_is_in_its_slot_and_the_accumulator) {
    translate_wat("(func (param i32) (result i32)"
                  "  (i32.mul (call $give (local.get 0)) (i32.const 3)))" TARGETS);
    encode_copy(code, home(0), local(0));
    call(GIVE, 0);
    encode_i32_mul(code, computed(0), mirrored(home(0)), constant(3));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(call_results, become_arguments_without_a_move) {
    translate_wat("(func (param i32)"
                  "  (call $two (call $give (local.get 0)) (call $give (local.get 0))))" TARGETS);
    encode_copy(code, home(0), local(0));
    call(GIVE, 0);
    encode_copy(code, home(1), local(0));
    call(GIVE, 1);
    call(TWO, 0);
    encode_return(code, LINK);
    expect_translation();
}

Test(call_results, are_returned) {
    translate_wat("(func (param i32) (result f64)"
                  "  (call $none) (call $float))" TARGETS);
    call(NONE, 0);
    call(FLOAT, 0);
    encode_return_f(code, mirrored(home(0)), LINK);
    expect_translation();
}

Test(call_results, many_are_in_their_slots) {
    translate_wat("(func (param f32 i32)"
                  "  (call $pair) (local.set 0) (local.set 1))" TARGETS);
    call(PAIR, 0);
    encode_copy(code, local(0), home(1));
    encode_copy(code, local(1), home(0));
    encode_return(code, LINK);
    expect_translation();
}

Test(call_results, a_branch_tests_one) {
    translate_wat("(func (loop (br_if 0 (call $give (i32.const 1)))))" TARGETS);
    Label start = encoder_label(code);
    encoder_bind(code, start);
    encode_const_i32(code, home(0), constant(1));
    call(GIVE, 0);
    encode_br_if_i32_nez(code, mirrored(home(0)), start);
    encode_return(code, LINK);
    expect_translation();
}

/* ---- Other calls ----------------------------------------------------------------------------- */

Test(other_calls, of_an_import) {
    translate_wat("(import \"m\" \"a\" (func)) (import \"m\" \"f\" (func $f (param i32)))"
                  "(func (call $f (i32.const 3)) (call $own)) (func $own)");
    encode_const_i32(code, home(0), constant(3));
    encode_call_import(code, 1, home_slot(0));
    call(1, 0);
    encode_return(code, LINK);
    expect_translation();
}

#define TABLES "(type $t (func (param i32) (result i32))) (table 1 funcref) (table 1 funcref)"

Test(other_calls, indirect) {
    translate_wat(TABLES "(func (param i32) (result i32)"
                         "  (call_indirect 1 (type $t) (local.get 0) (local.get 0)))");
    encode_copy(code, home(0), local(0));
    encode_call_indirect(code, local(0), module.types[0], 1, home_slot(0));
    encode_return_i(code, mirrored(home(0)), LINK);
    expect_translation();
}

Test(other_calls, indirect_by_a_computed_index) {
    translate_wat(TABLES "(func (param i32) (result i32)"
                         "  (call_indirect (type $t) (i32.clz (local.get 0))"
                         "    (i32.add (local.get 0) (i32.const 1))))");
    encode_i32_clz(code, home(0), local(0));
    encode_i32_add(code, computed(1), local(0), constant(1));
    encode_call_indirect(code, computed(1), module.types[0], 0, home_slot(0));
    encode_return_i(code, mirrored(home(0)), LINK);
    expect_translation();
}

Test(other_calls, indirect_by_an_index_computed_before_moves) {
    translate_wat(TABLES "(func (param i32) (result i32)"
                         "  (call_indirect (type $t) (local.get 0)"
                         "    (i32.add (local.get 0) (i32.const 1))))");
    encode_i32_add(code, computed(1), local(0), constant(1));
    encode_copy(code, home(0), local(0));
    encode_call_indirect(code, computed(1), module.types[0], 0, home_slot(0));
    encode_return_i(code, mirrored(home(0)), LINK);
    expect_translation();
}

Test(other_calls, indirect_by_a_constant) {
    translate_wat(TABLES "(func (param i32) (result i32)"
                         "  (call_indirect (type $t) (local.get 0) (i32.const 5)))");
    encode_copy(code, home(0), local(0));
    encode_const_i32(code, home(1), constant(5));
    encode_call_indirect(code, home(1), module.types[0], 0, home_slot(0));
    encode_return_i(code, mirrored(home(0)), LINK);
    expect_translation();
}

/* wat2wasm does not know tables with 64-bit indices. */
Test(other_calls, indirect_by_a_64_bit_index) {
    static const uint8_t bytes[] = {
        HEADER,
        SECTION(S_TYPE, 2, 0x60, 0, 0, 0x60, 1, I64, 0),
        SECTION(S_FUNCTION, 1, 1),
        SECTION(S_TABLE, 1, FUNCREF, 4, 1),
        SECTION(S_CODE, 1,
                BODY(0, WASM_LOCAL_GET, 0, WASM_CALL_INDIRECT, 0, 0, WASM_I64_CONST, 3,
                     WASM_RETURN_CALL_INDIRECT, 0, 0, WASM_END)),
    };
    cr_assert(translate_bytes(bytes, sizeof bytes), "%s", error.message);
    encode_call_indirect64(code, local(0), module.types[0], 0, home_slot(0));
    encode_copy(code, home(0), constant(3));
    encode_return_call_indirect(code, home(0), module.types[0], 0, home_slot(0), 0, LINK);
    expect_translation();
}

/* ---- Tail calls ------------------------------------------------------------------------------ */

Test(tail_calls, direct) {
    translate_wat("(func (param i32 i32) (local.get 0)"
                  "  (return_call $two (local.get 1) (i32.const 3)))" TARGETS);
    encode_copy(code, home(1), local(1));
    encode_const_i32(code, home(2), constant(3));
    encode_return_call(code, &program.codes[TWO], home_slot(1), 2, LINK);
    expect_translation();
}

Test(tail_calls, of_an_import) {
    translate_wat("(import \"m\" \"f\" (func $f (param i32) (result i64)))"
                  "(func (result i64) (return_call $f (i32.const 3)))");
    encode_const_i32(code, home(0), constant(3));
    encode_return_call_import(code, 0, home_slot(0), 1, LINK);
    expect_translation();
}

Test(tail_calls, indirect) {
    translate_wat(TABLES "(func (param i32) (result i32)"
                         "  (return_call_indirect 1 (type $t) (i32.const 4) (local.get 0)))");
    encode_const_i32(code, home(0), constant(4));
    encode_return_call_indirect(code, local(0), module.types[0], 1, home_slot(0), 1, LINK);
    expect_translation();
}

Test(tail_calls, end_the_block) {
    translate_wat("(func (param i32)"
                  "  (if (local.get 0) (then (return_call $none) (unreachable)))"
                  "  (return_call $none))" TARGETS);
    Label end = encoder_label(code);
    encode_br_if_i32_eqz(code, local(0), end);
    encode_return_call(code, &program.codes[NONE], home_slot(0), 0, LINK);
    encoder_bind(code, end);
    encode_return_call(code, &program.codes[NONE], home_slot(0), 0, LINK);
    expect_translation();
}

/* ---- The frame ------------------------------------------------------------------------------- */

Test(frame, holds_locals_link_and_operands) {
    translate_wat("(func (param i32 f64) (result i32) (local i64 i64)"
                  "  (i32.sub (local.get 0) (i32.mul (local.get 0) (i32.clz (local.get 0)))))"
                  "(func (param i32))");
    cr_assert_eq(program.codes[0].link_slot, 4);
    cr_assert_eq(program.codes[0].frame_slots, 4 + 2 + 3);
    cr_assert_eq(program.codes[0].function, 0);
    cr_assert_eq(program.codes[1].link_slot, 1);
    cr_assert_eq(program.codes[1].frame_slots, 3);
    cr_assert_eq(program.codes[1].function, 1);
    free_translation();
}

Test(frame, has_room_for_results) {
    translate_wat("(func (result i32 i32 i32 i32 i32) (unreachable))");
    cr_assert_geq(program.codes[0].frame_slots, 5);
    free_translation();
}

Test(frame, is_found_by_any_address_in_its_code) {
#define CLEARS                                                                                      \
    "(func (param i32) (local i32)"                                                                \
    "  (block (br_if 0 (local.get 0)) (local.set 1 (i32.const 1)))"                                \
    "  (drop (i32.clz (local.get 1))))"
    /* The first two functions are entered at their end, to clear a local. */
    translate_wat("(import \"m\" \"f\" (func))"
                  CLEARS CLEARS
                  "(func)");
    cr_assert_neq(program.codes[0].entry, program.codes[0].begin);
    for (unsigned i = 0; i < 3; i++) {
        const Code *found = &program.codes[i];
        cr_assert_eq(found->function, i + 1);
        cr_assert_eq(program_find(&program, found->begin), found);
        cr_assert_eq(program_find(&program, found->entry), found);
        cr_assert_eq(program_find(&program, program_code_end(&program, found) - 1), found);
    }
    cr_assert_eq(program_code_end(&program, &program.codes[2]), program.bytes + program.size);
    cr_assert_null(program_find(&program, program.bytes - 1));
    cr_assert_null(program_find(&program, program.bytes + program.size + 1));
    free_translation();
}
