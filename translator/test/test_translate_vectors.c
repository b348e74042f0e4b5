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
    encode_v128_xor(code, local(2), mirrored(local(2)), local(0));
    encode_v128_and(code, home(0), mirrored(local(2)), local(0));
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
    encode_i8x16_shuffle(code, home(1), local(0), mirrored(home(3)), 0x0706050403020100,
                         0x1f0e0d0c0b0a0908);
    encode_v128_store32_lane(code, local(2), mirrored(home(1)), 4, 2);
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
    encode_f64x2_relaxed_nmadd(code, home(0), mirrored(home(2)), local(2), local(4));
    encode_return_many(code, home_slot(0), WIDE, LINK);
    expect_translation();
}

Test(vectors, what_is_subtracted_from_a_product_or_needed_twice_is_not) {
    translate_wat("(func (param v128 v128) (result v128) (local v128)"
                  "  (f32x4.sub (f32x4.mul (local.get 0) (local.get 1)) (local.get 0))"
                  "  (drop (f64x2.add (f32x4.mul (local.get 0) (local.get 1)) (local.get 0)))"
                  "  (drop (f32x4.add (local.tee 2 (f32x4.mul (local.get 0) (local.get 1))) (local.get 2))))");
    encode_f32x4_mul(code, home(0), local(0), local(2));
    encode_f32x4_sub(code, home(0), mirrored(home(0)), local(0));
    encode_f32x4_mul(code, home(2), local(0), local(2));
    encode_f64x2_add(code, home(2), mirrored(home(2)), local(0));
    encode_f32x4_mul(code, local(4), local(0), local(2));
    encode_f32x4_add(code, home(2), mirrored(local(4)), local(4));
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
    encode_select_v(code, home(0), local(0), mirrored(home(2)), local(2));
    encode_global_set_v(code, mirrored(home(0)), 0);
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

/* ---- The vector in the accumulator ----------------------------------------------------------- */

Test(last_vector, is_taken_from_the_accumulator) {
    translate_wat("(memory 1) (func (param i32 v128)"
                  "  (v128.store (local.get 0) (i32x4.sub (v128.load (local.get 0)) (local.get 1))))");
    encode_v128_load(code, home(1), local(0), 0);
    encode_i32x4_sub(code, home(1), mirrored(home(1)), local(1));
    encode_v128_store(code, local(0), mirrored(home(1)), 0);
    encode_return(code, LINK);
    expect_translation();
}

Test(last_vector, may_be_any_operand) {
    translate_wat("(func (param v128 v128)"
                  "  (drop (i32x4.sub (local.get 0) (v128.not (local.get 1))))"
                  "  (drop (i32x4.add (local.get 0) (v128.not (local.get 1))))"
                  "  (drop (f32x4.lt (local.get 0) (v128.not (local.get 1))))"
                  "  (drop (v128.bitselect (local.get 0) (local.get 1)"
                  "          (i32x4.eq (local.get 0) (v128.not (local.get 1))))))");
    encode_v128_not(code, home(2), local(2));
    encode_i32x4_sub(code, home(0), local(0), mirrored(home(2)));
    encode_v128_not(code, home(2), local(2));
    encode_i32x4_add(code, home(0), local(0), mirrored(home(2)));
    encode_v128_not(code, home(2), local(2));
    encode_f32x4_lt(code, home(0), local(0), mirrored(home(2)));
    encode_v128_not(code, home(6), local(2));
    encode_i32x4_eq(code, home(4), local(0), mirrored(home(6)));
    encode_v128_bitselect(code, home(0), local(0), local(2), mirrored(home(4)));
    encode_return(code, LINK);
    expect_translation();
}

Test(last_vector, is_one_operand_alone) {
    translate_wat("(func (param v128) (result v128) (local v128)"
                  "  (local.set 1 (v128.not (local.get 0)))"
                  "  (i32x4.sub (local.get 1) (local.get 1)))");
    encode_v128_not(code, local(2), local(0));
    encode_i32x4_sub(code, home(0), mirrored(local(2)), local(2));
    encode_return_many(code, home_slot(0), WIDE, LINK);
    expect_translation();
}

Test(last_vector, is_taken_from_its_slots_where_no_form_has_it) {
    translate_wat("(func (param v128 i32)"
                  "  (drop (i32x4.shl (v128.not (local.get 0)) (i32.const 3)))"
                  "  (drop (i32x4.shl (v128.not (local.get 0)) (local.get 1)))"
                  "  (drop (v128.bitselect (v128.not (local.get 0)) (local.get 0) (local.get 0))))");
    encode_v128_not(code, home(0), local(0));
    encode_i32x4_shl(code, home(0), mirrored(home(0)), constant(3));
    encode_v128_not(code, home(0), local(0));
    encode_i32x4_shl(code, home(0), home(0), local(2));
    encode_v128_not(code, home(0), local(0));
    encode_v128_bitselect(code, home(0), home(0), local(0), local(0));
    encode_return(code, LINK);
    expect_translation();
}

Test(last_vector, is_that_alone) {
    translate_wat("(func (param v128) (result v128)"
                  "  (i8x16.sub (v128.not (local.get 0)) (i8x16.neg (local.get 0))))");
    encode_v128_not(code, home(0), local(0));
    encode_i8x16_neg(code, home(2), local(0));
    encode_i8x16_sub(code, home(0), home(0), mirrored(home(2)));
    encode_return_many(code, home_slot(0), WIDE, LINK);
    expect_translation();
}

Test(last_vector, is_known_by_the_local_that_it_is_assigned_to) {
    translate_wat("(func (param v128) (result v128) (local v128 v128)"
                  "  (local.set 1 (v128.not (local.get 0)))"
                  "  (local.set 1 (i8x16.neg (local.tee 2 (v128.not (local.get 1)))))"
                  "  (local.set 2 (local.get 1))"
                  "  (v128.not (local.get 2)))");
    encode_v128_not(code, local(2), local(0));
    encode_v128_not(code, local(4), mirrored(local(2)));
    encode_i8x16_neg(code, local(2), mirrored(local(4)));
    encode_copy_v(code, local(4), mirrored(local(2)));
    encode_v128_not(code, home(0), mirrored(local(4)));
    encode_return_many(code, home_slot(0), WIDE, LINK);
    expect_translation();
}

Test(last_vector, survives_integers_and_what_is_moved) {
    translate_wat("(memory 1) (func (param v128 i32 f64) (local v128 i32 f64)"
                  "  (local.set 3 (v128.not (local.get 0)))"
                  "  (i32.store (local.get 1) (local.tee 4 (i32.clz (local.get 1))))"
                  "  (local.set 5 (local.get 2))"
                  "  (drop (v128.not (local.get 3))))");
    encode_v128_not(code, local(4), local(0));
    encode_i32_clz(code, local(6), local(2));
    encode_i32_store(code, local(2), mirrored(local(6)), 0);
    encode_copy(code, local(7), local(3));
    encode_v128_not(code, home(0), mirrored(local(4)));
    encode_return(code, LINK);
    expect_translation();
}

Test(last_vector, is_beside_an_integer_in_its_accumulator) {
    translate_wat("(func (param v128 i32)"
                  "  (drop (i32x4.replace_lane 2 (v128.not (local.get 0)) (i32.clz (local.get 1)))))");
    encode_v128_not(code, home(0), local(0));
    encode_i32_clz(code, computed(2), local(2));
    encode_i32x4_replace_lane(code, home(0), mirrored(home(0)), computed(2), 2);
    encode_return(code, LINK);
    expect_translation();
}

Test(last_vector, is_gone_when_a_float_is_computed) {
    translate_wat("(func (param v128 f32) (result v128)"
                  "  (f32x4.replace_lane 1 (v128.not (local.get 0)) (f32.neg (local.get 1))))");
    encode_v128_not(code, home(0), local(0));
    encode_f32_neg(code, computed(2), local(2));
    encode_f32x4_replace_lane(code, home(0), home(0), computed(2), 1);
    encode_return_many(code, home_slot(0), WIDE, LINK);
    expect_translation();
}

Test(last_vector, is_gone_when_a_float_is_computed_to_a_local) {
    translate_wat("(func (param v128 f32) (local v128 f32)"
                  "  (local.set 2 (v128.not (local.get 0)))"
                  "  (local.set 3 (f32x4.extract_lane 1 (local.get 2)))"
                  "  (drop (v128.not (local.get 2)))"
                  "  (drop (f32.neg (local.get 3))))");
    encode_v128_not(code, local(3), local(0));
    encode_f32x4_extract_lane(code, local(5), local(3), 1);
    encode_v128_not(code, home(0), local(3));
    encode_f32_neg(code, computed(0), local(5));
    encode_return(code, LINK);
    expect_translation();
}

Test(last_vector, has_a_float_go_home_that_waits) {
    translate_wat("(func (param v128 f32) (result f32)"
                  "  (f32.sub (f32.neg (local.get 1))"
                  "           (f32x4.extract_lane 3 (v128.not (local.get 0)))))");
    encode_f32_neg(code, home(0), local(2));
    encode_v128_not(code, home(1), local(0));
    encode_f32x4_extract_lane(code, computed(1), home(1), 3);
    encode_f32_sub(code, computed(0), home(0), computed(1));
    encode_return_f(code, computed(0), LINK);
    expect_translation();
}

Test(last_vector, has_a_float_copied_home_that_was_not_computed_last) {
    translate_wat("(memory 1) (func (param v128 f32 i32) (result f32)"
                  "  (f32.sub (f32.neg (local.get 1))"
                  "           (f32x4.extract_lane 3 (v128.load (i32.clz (local.get 2))))))");
    encode_f32_neg(code, computed(0), local(2));
    encode_i32_clz(code, computed(1), local(3));
    if (ISA_HAS_ACCUMULATORS) encode_copy_f(code, home(0), accumulator());
    encode_v128_load(code, home(1), computed(1), 0);
    encode_f32x4_extract_lane(code, computed(1), home(1), 3);
    encode_f32_sub(code, computed(0), home(0), computed(1));
    encode_return_f(code, computed(0), LINK);
    expect_translation();
}

Test(last_vector, is_gone_when_its_slots_change) {
    translate_wat("(func (param v128) (result v128) (local v128)"
                  "  (local.set 1 (v128.not (local.get 0)))"
                  "  (local.set 1 (local.get 0))"
                  "  (i8x16.sub (local.get 1) (local.get 0)))");
    encode_v128_not(code, local(2), local(0));
    encode_copy_v(code, local(2), local(0));
    encode_i8x16_sub(code, home(0), local(2), local(0));
    encode_return_many(code, home_slot(0), WIDE, LINK);
    expect_translation();
}

/* Where a vector was that was dropped come the halves of another one, together or one by one, or a
 * float. */
Test(last_vector, is_gone_when_others_come_home) {
    translate_wat("(func (param v128 f64)"
                  "  (drop (v128.not (local.get 0)))"
                  "  (drop (v128.not (block (result v128) (local.get 0))))"
                  "  (drop (f64.neg (block (result f64) (local.get 1))))"
                  "  (drop (v128.not (local.get 0)))"
                  "  (local.get 0) (local.set 0 (i8x16.neg (local.get 0)))"
                  "  (v128.not) (drop))");
    encode_v128_not(code, home(0), local(0));
    encode_v128_not(code, home(0), local(0));
    encode_f64_neg(code, computed(0), local(2));
    encode_v128_not(code, home(0), local(0));
    encode_copy(code, home(0), local(0));
    encode_copy(code, home(1), local(1));
    encode_i8x16_neg(code, local(0), local(0));
    encode_v128_not(code, home(0), home(0));
    encode_return(code, LINK);
    expect_translation();
}

Test(last_vector, is_unknown_behind_a_label) {
    translate_wat("(func (param v128 i32) (result v128)"
                  "  (block (br_if 0 (local.get 1)) (local.set 0 (v128.not (local.get 0))))"
                  "  (if (local.get 1) (then (local.set 0 (v128.not (local.get 0)))) (else (nop)))"
                  "  (v128.not (local.get 0)))");
    Label end = encoder_label(code), otherwise = encoder_label(code), meeting = encoder_label(code);
    encode_br_if_i32_nez(code, local(2), end);
    encode_v128_not(code, local(0), local(0));
    encoder_bind(code, end);
    encode_br_if_i32_eqz(code, local(2), otherwise);
    encode_v128_not(code, local(0), local(0));
    encode_br(code, meeting);
    encoder_bind(code, otherwise);
    encoder_bind(code, meeting);
    encode_v128_not(code, home(0), local(0));
    encode_return_many(code, home_slot(0), WIDE, LINK);
    expect_translation();
}

Test(last_vector, is_known_behind_a_branch_that_is_not_taken) {
    translate_wat("(func (param v128 i32) (result v128)"
                  "  (block (local.set 0 (v128.not (local.get 0))) (br_if 0 (local.get 1))"
                  "    (local.set 0 (v128.not (local.get 0))))"
                  "  (local.get 0))");
    Label end = encoder_label(code);
    encode_v128_not(code, local(0), local(0));
    encode_br_if_i32_nez(code, local(2), end);
    encode_v128_not(code, local(0), mirrored(local(0)));
    encoder_bind(code, end);
    encode_copy2(code, local(0), local(1), home_slot(0));
    encode_return_many(code, home_slot(0), WIDE, LINK);
    expect_translation();
}

Test(last_vector, is_unknown_where_a_loop_begins) {
    translate_wat("(func (param v128) (local v128)"
                  "  (local.set 1 (v128.not (local.get 0)))"
                  "  (loop" ONCE " (local.set 1 (v128.not (local.get 1)))"
                  "    (br_if 0 (v128.any_true (local.get 1)))))");
    encode_v128_not(code, local(2), local(0));
    Label loop = encoder_label(code);
    encoder_bind_loop(code, loop);
    encode_v128_not(code, local(2), local(2));
    encode_v128_any_true(code, computed(0), mirrored(local(2)));
    encode_br_if_i32_nez(code, computed(0), loop);
    encode_return(code, LINK);
    expect_translation();
}

Test(last_vector, is_unknown_behind_a_call) {
    translate_wat("(func (param v128) (local v128)"
                  "  (local.set 1 (v128.not (local.get 0)))"
                  "  (call 1)"
                  "  (drop (v128.not (local.get 1))))"
                  "(func)");
    encode_v128_not(code, local(2), local(0));
    encode_call(code, &program.codes[1], home_slot(0));
    encode_v128_not(code, home(0), local(2));
    encode_return(code, LINK);
    expect_translation();
}

/* What is in the accumulator when a product is taken back is what was there before it. */
Test(last_vector, is_added_to_a_product) {
    translate_wat("(func (param v128 v128) (result v128) (local v128)"
                  "  (drop (f32x4.add (v128.not (local.get 0)) (f32x4.mul (local.get 0) (local.get 1))))"
                  "  (local.set 2 (v128.not (local.get 0)))"
                  "  (drop (f32x4.sub (local.get 1) (f32x4.mul (local.get 0) (local.get 2))))"
                  "  (local.set 2 (v128.not (local.get 0)))"
                  "  (f32x4.add (local.get 2) (f32x4.mul (local.get 2) (local.get 1))))");
    encode_v128_not(code, home(0), local(0));
    encode_f32x4_relaxed_madd(code, home(0), local(0), local(2), mirrored(home(0)));
    encode_v128_not(code, local(4), local(0));
    encode_f32x4_relaxed_nmadd(code, home(0), local(0), mirrored(local(4)), local(2));
    encode_v128_not(code, local(4), local(0));
    encode_f32x4_relaxed_madd(code, home(0), mirrored(local(4)), local(2), local(4));
    encode_return_many(code, home_slot(0), WIDE, LINK);
    expect_translation();
}

Test(last_vector, comes_from_far_memory_too) {
    translate_wat("(memory i64 1) (func (param i64) (result v128) (v128.not (v128.load (local.get 0))))");
    encode_v128_load_far(code, home(0), local(0), 0, 0);
    encode_v128_not(code, home(0), mirrored(home(0)));
    encode_return_many(code, home_slot(0), WIDE, LINK);
    expect_translation();
}
