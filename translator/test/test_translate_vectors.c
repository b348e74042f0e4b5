/* Vectors (v128), which take two slots each: as locals, on the operand stack, in calls. */
#include "translator/test/translation.h"

static const uint16_t WIDE = 2; /* slots of one */

Test(vectors, locals_are_named_and_results_are_in_slots) {
    translate_wat("(func (param v128 i32 v128) (result v128)"
                  "  (i32x4.add (local.get 0) (local.get 2)))");
    encode_i32x4_add(code, home(0), local(0), local(3));
    encode_return_many(code, home_slot(0), WIDE, LINK);
    expect_translation();
}

Test(vectors, results_go_to_locals) {
    translate_wat("(func (param v128) (local v128)"
                  "  (local.set 1 (v128.not (local.get 0)))"
                  "  (drop (v128.and (local.tee 1 (v128.xor (local.get 1) (local.get 0)))"
                  "                  (local.get 0))))");
    encode_v128_not(code, local(2), local(0));
    encode_v128_xor(code, local(2), local(2), local(0));
    encode_v128_and(code, home(0), local(2), local(0));
    encode_return(code, LINK);
    expect_translation();
}

Test(vectors, a_local_is_copied_to_another_at_once) {
    translate_wat("(func (param v128) (local v128)"
                  "  (local.set 1 (local.get 0)) (local.set 1 (local.get 1)))");
    encode_copy_v(code, local(2), local(0));
    encode_return(code, LINK);
    expect_translation();
}

Test(vectors, what_is_still_in_a_local_is_saved_before_it_changes) {
    translate_wat("(func (param v128) (result v128)"
                  "  (local.get 0) (local.set 0 (v128.not (local.get 0))))");
    encode_copy(code, home(0), local(0));
    encode_copy(code, home(1), local(1));
    encode_v128_not(code, local(0), local(0));
    encode_return_many(code, home_slot(0), WIDE, LINK);
    expect_translation();
}

Test(vectors, immediates_are_as_in_webassembly) {
    translate_wat("(memory 1) (func (param v128 i32)"
                  "  (v128.store32_lane offset=4 2 (local.get 1)"
                  "    (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31 (local.get 0)"
                  "      (v128.const i64x2 1 -2))))");
    encode_v128_const(code, home(3), 1, (uint64_t)-2);
    encode_i8x16_shuffle(code, home(1), local(0), home(3), 0x0706050403020100, 0x1f0e0d0c0b0a0908);
    encode_v128_store32_lane(code, local(2), home(1), 4, 2);
    encode_return(code, LINK);
    expect_translation();
}

Test(vectors, an_address_is_computed_first) {
    translate_wat("(memory 1) (func (param i32) (result i32)"
                  "  (i32x4.extract_lane 1 (v128.load offset=4 (i32.add (local.get 0) (i32.const 8)))))");
    encode_i32_add(code, computed(0), local(0), constant(8));
    encode_v128_load(code, home(0), computed(0), 4);
    encode_i32x4_extract_lane(code, computed(0), home(0), 1);
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(vectors, other_memories_are_far) {
    translate_wat("(memory 1) (memory i64 1) (func (param i64 v128) (result v128)"
                  "  (v128.load16_lane 1 offset=8 5 (local.get 0) (local.get 1)))");
    encode_v128_load16_lane_far(code, home(0), local(0), local(1), 8, 1, 5);
    encode_return_many(code, home_slot(0), WIDE, LINK);
    expect_translation();
}

Test(vectors, products_are_added_in_one) {
    translate_wat("(func (param v128 v128 v128) (result v128)"
                  "  (f64x2.sub (local.get 2)"
                  "    (f64x2.mul (f32x4.add (f32x4.mul (local.get 0) (local.get 1)) (local.get 2))"
                  "               (local.get 1))))");
    encode_f32x4_relaxed_madd(code, home(2), local(0), local(2), local(4));
    encode_f64x2_relaxed_nmadd(code, home(0), home(2), local(2), local(4));
    encode_return_many(code, home_slot(0), WIDE, LINK);
    expect_translation();
}

Test(vectors, what_is_subtracted_from_a_product_or_needed_twice_is_not) {
    translate_wat("(func (param v128 v128) (result v128) (local v128)"
                  "  (f32x4.sub (f32x4.mul (local.get 0) (local.get 1)) (local.get 0))"
                  "  (drop (f64x2.add (f32x4.mul (local.get 0) (local.get 1)) (local.get 0)))"
                  "  (drop (f32x4.add (local.tee 2 (f32x4.mul (local.get 0) (local.get 1))) (local.get 2))))");
    encode_f32x4_mul(code, home(0), local(0), local(2));
    encode_f32x4_sub(code, home(0), home(0), local(0));
    encode_f32x4_mul(code, home(2), local(0), local(2));
    encode_f64x2_add(code, home(2), home(2), local(0));
    encode_f32x4_mul(code, local(4), local(0), local(2));
    encode_f32x4_add(code, home(2), local(4), local(4));
    encode_return_many(code, home_slot(0), WIDE, LINK);
    expect_translation();
}

Test(vectors, arguments_and_results_are_counted_by_slots) {
    translate_wat("(func (param v128) (result v128) (call 1 (i32.const 1) (local.get 0)))"
                  "(func (param i32 v128) (result v128) (local.get 1))");
    encode_const_i32(code, home(0), constant(1));
    encode_copy2(code, local(0), local(1), home_slot(1));
    encode_call(code, &program.codes[1], home_slot(0));
    encode_return_many(code, home_slot(0), WIDE, LINK);
    expect_translation();
}

Test(vectors, branches_take_both_halves) {
    translate_wat("(func (param v128 i32) (result v128)"
                  "  (drop (v128.not (local.get 0)))"
                  "  (block (result v128)"
                  "    (br_if 0 (local.get 0) (local.get 1))"
                  "    (v128.not)))");
    Label end = encoder_label(code);
    encode_v128_not(code, home(0), local(0));
    encode_copy2(code, local(0), local(1), home_slot(0));
    encode_br_if_i32_nez(code, local(2), end);
    encode_v128_not(code, home(0), home(0));
    encoder_bind(code, end);
    encode_return_many(code, home_slot(0), WIDE, LINK);
    expect_translation();
}

Test(vectors, selected_dropped_and_global) {
    translate_wat("(global $g (mut v128) (v128.const i64x2 0 0)) (func (param v128 i32)"
                  "  (drop (local.get 0))"
                  "  (global.set $g (select (local.get 0) (global.get $g) (local.get 1))))");
    encode_global_get_v(code, home(2), 0);
    encode_select_v(code, home(0), local(0), home(2), local(2));
    encode_global_set_v(code, home(0), 0);
    encode_return(code, LINK);
    expect_translation();
}

Test(vectors, what_an_exception_carries_is_counted_by_slots) {
    translate_wat("(tag $e (param v128 i32)) (func (param v128)"
                  "  (throw $e (local.get 0) (i32.const 7)))");
    encode_copy2(code, local(0), local(1), home_slot(0));
    encode_const_i32(code, home(2), constant(7));
    encode_throw(code, 0, home_slot(0));
    expect_translation();
}

Test(vectors, both_halves_are_cleared) {
    translate_wat("(func (result v128) (local i64 v128) (local.get 1))");
    Label start = encoder_label(code);
    encoder_bind(code, start);
    if (ISA_PINS) {
        encode_const_i32(code, local(1), constant(0));
        encode_const_i32(code, local(2), constant(0));
    }
    encode_copy2(code, local(1), local(2), home_slot(0));
    encode_return_many(code, home_slot(0), WIDE, LINK);
    if (!ISA_PINS) encode_zero(code, 1, 2, start);
    expect_translation();
}
