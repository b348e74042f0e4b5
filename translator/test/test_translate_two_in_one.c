/* Instructions that do what two or three of WebAssembly's do, and when they do not. */
#include "translator/test/translation.h"

/* ---- What computes an operand ----------------------------------------------------------------- */

Test(inner, is_either_operand_where_they_may_be_exchanged) {
    translate_wat("(func (param i32 i32 i32) (result i32)"
                  "  (local.set 2 (i32.add (i32.mul (local.get 0) (local.get 1)) (local.get 2)))"
                  "  (i32.add (local.get 2) (i32.mul (local.get 0) (i32.const 5))))");
    encode_i32_mul_add(code, local(2), local(0), local(1), local(2));
    encode_i32_mul_add(code, computed(0), local(0), constant(5), mirrored(local(2)));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(inner, is_the_operand_that_the_op_names) {
    translate_wat("(func (param f64 f64) (result f64)"
                  "  (local.set 1 (f64.sub (local.get 1) (f64.mul (local.get 0) (local.get 0))))"
                  "  (f64.sub (f64.mul (local.get 0) (local.get 0)) (local.get 1)))");
    encode_f64_mul_sub_second(code, local(1), local(0), local(0), local(1));
    encode_f64_mul(code, computed(0), local(0), local(0));
    encode_f64_sub(code, computed(0), computed(0), local(1));
    encode_return_f(code, computed(0), LINK);
    expect_translation();
}

Test(inner, makes_no_way_for_itself) {
    translate_wat("(func (param f32 f32) (result f32)"
                  "  (f32.add (f32.neg (local.get 0)) (f32.mul (local.get 0) (local.get 1))))");
    encode_f32_neg(code, home(0), local(0));
    encode_f32_mul_add(code, computed(0), local(0), local(1), mirrored(home(0)));
    encode_return_f(code, computed(0), LINK);
    expect_translation();
}

Test(inner, of_constants) {
    translate_wat("(func (param i32 i64) (result i32)"
                  "  (i32.and (i32.shr_u (local.get 0) (i32.const 8)) (i32.const 255))"
                  "  (i32.shl (i32.const 4))"
                  "  (local.set 0)"
                  "  (i32.shl (i32.and (local.get 0) (i32.const 7)) (i32.const 2))"
                  "  (local.set 0)"
                  "  (i32.wrap_i64 (i64.shr_u (local.get 1) (i64.const 32))))");
    encode_i32_shr_u_and(code, computed(0), local(0), constant(8), constant(255));
    encode_i32_shl(code, local(0), computed(0), constant(4));
    encode_i32_and_shl(code, local(0), mirrored(local(0)), constant(7), constant(2));
    encode_i64_shr_u_wrap_i64(code, computed(0), local(1), constant(32));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(inner, has_that_constant_or_is_none) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (i32.and (i32.shr_u (local.get 0) (local.get 1)) (i32.const 255)))");
    encode_i32_shr_u(code, computed(0), local(0), local(1));
    encode_i32_and(code, computed(0), computed(0), constant(255));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(inner, that_is_kept_is_computed_alone) {
    translate_wat("(func (param i32 i32 i32) (result i32)"
                  "  (i32.add (local.tee 2 (i32.mul (local.get 0) (local.get 1)))"
                  "           (local.get 0)))");
    encode_i32_mul(code, local(2), local(0), local(1));
    if (ISA_HAS_ACCUMULATORS) encode_i32_add(code, computed(0), accumulator(), local(0));
    else encode_i32_add(code, computed(0), local(2), local(0));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(inner, is_shifted_and_added_as_an_address_is) {
    translate_wat("(memory 1) (func (param i32 i32) (result i32)"
                  "  (i32.load (i32.add (local.get 1)"
                  "                     (i32.shl (i32.clz (local.get 0)) (i32.const 2)))))");
    encode_i32_clz(code, computed(1), local(0));
    encode_i32_load_scaled(code, computed(0), computed(1), local(1), 0, 2);
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(inner, of_a_comparison_branches) {
    translate_wat("(func (param i32)"
                  "  (loop" ONCE
                  "    (br_if 0 (i32.eq (i32.and (local.get 0) (i32.const 6)) (i32.const 2)))"
                  "    (br_if 0 (i32.eqz (i32.eq (i32.and (local.get 0) (i32.const 6))"
                  "                              (i32.const 2))))))");
    Label start = encoder_label(code);
    encoder_bind(code, start);
    encode_br_if_i32_and_eq(code, local(0), constant(6), constant(2), start);
    encode_br_if_i32_and_ne(code, local(0), constant(6), constant(2), start);
    encode_return(code, LINK);
    expect_translation();
}

Test(inner, is_stored) {
    translate_wat("(memory 1) (func (param i32 i32)"
                  "  (i32.store offset=4 (local.get 0) (i32.add (local.get 1) (i32.const 3)))"
                  "  (i32.store offset=4 (local.get 0) (i32.sub (local.get 1) (local.get 0))))");
    encode_i32_add_store_second(code, local(1), constant(3), local(0), 4);
    encode_i32_sub(code, computed(1), local(1), local(0));
    encode_i32_store(code, local(0), computed(1), 4);
    encode_return(code, LINK);
    expect_translation();
}

/* ---- Globals ---------------------------------------------------------------------------------- */

Test(global, is_moved_and_kept) {
    translate_wat("(global (mut i32) (i32.const 64)) (global (mut i32) (i32.const 0))"
                  "(func (param i32)"
                  "  (local.tee 0 (i32.sub (global.get 0) (i32.const 16)))"
                  "  (global.set 0)"
                  "  (local.tee 0 (i32.sub (global.get 0) (i32.const 16)))"
                  "  (global.set 1)"
                  "  (global.set 0 (i32.add (local.get 0) (i32.const 16))))");
    encode_global_add(code, local(0), constant((uint32_t)-16), 0);
    encode_global_sum(code, local(0), constant((uint32_t)-16), 0);
    encode_global_set(code, mirrored(local(0)), 1);
    encode_i32_add_global_set(code, mirrored(local(0)), constant(16), 0);
    encode_return(code, LINK);
    expect_translation();
}

/* ---- Operands in memory ----------------------------------------------------------------------- */

Test(compared, is_loaded_by_the_branch) {
    translate_wat("(memory 1) (func (param i32 i32)"
                  "  (loop" ONCE
                  "    (br_if 0 (i32.lt_s (i32.load offset=4 (local.get 0)) (i32.const 9)))"
                  "    (br_if 0 (i32.ge_u (local.get 1) (i32.load (i32.const 100))))"
                  "    (br_if 0 (i32.load8_u (local.get 0)))"
                  "    (br_if 0 (i32.eqz (i32.load8_u (local.get 0))))))");
    Label start = encoder_label(code);
    encoder_bind(code, start);
    encode_br_if_i32_gt_s_load(code, constant(9), local(0), 4, start);
    encode_br_if_i32_ge_u_load(code, local(1), constant(100), 0, start);
    encode_br_if_i32_nez_load8_u(code, local(0), 0, start);
    encode_br_if_i32_eqz_load8_u(code, local(0), 0, start);
    encode_return(code, LINK);
    expect_translation();
}

Test(stored, is_loaded_by_the_store) {
    translate_wat("(memory 1) (func (param i32 i32)"
                  "  (i64.store offset=8 (local.get 0) (i64.load offset=16 (local.get 1)))"
                  "  (i32.store8 (i32.const 3) (i32.load8_u (local.get 1)))"
                  "  (i32.store8 (local.get 0) (i32.load (local.get 1)))"
                  "  (i32.store (i32.add (local.get 0) (local.get 1)) (i32.load (local.get 1))))");
    encode_i64_store_load(code, local(0), local(1), 8, 16);
    encode_i32_store8_load8_u(code, constant(3), local(1), 0, 0);
    encode_i32_load(code, computed(1), local(1), 0);
    encode_i32_store8(code, local(0), computed(1), 0);
    encode_i32_load(code, computed(1), local(1), 0);
    encode_i32_store_sum(code, local(0), local(1), computed(1), 0);
    encode_return(code, LINK);
    expect_translation();
}

/* Others that wait come first, since the store may be to where they are. */
Test(stored, behind_what_is_loaded_otherwise) {
    translate_wat("(memory 1) (func (param i32 i32) (result i32)"
                  "  (i32.load (local.get 1))"
                  "  (i32.store (local.get 0) (i32.load offset=4 (local.get 0))))");
    encode_i32_load(code, computed(0), local(1), 0);
    encode_i32_store_load(code, local(0), local(0), 0, 4);
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(modified, in_place) {
    translate_wat("(memory 1) (func (param i32 i32)"
                  "  (i32.store offset=4 (local.get 0)"
                  "    (i32.add (i32.load offset=4 (local.get 0)) (local.get 1)))"
                  "  (i32.store offset=4 (local.get 0)"
                  "    (i32.or (i32.load offset=4 (local.get 0)) (i32.const 8)))"
                  "  (i32.store (i32.const 16)"
                  "    (i32.sub (i32.load (i32.const 16)) (local.get 1))))");
    encode_i32_add_modify(code, local(0), local(1), 4);
    if (ISA_HAS_ACCUMULATORS) {
        encode_i32_or_modify(code, local(0), constant(8), 4);
    } else {
        encode_i32_load(code, home(1), local(0), 4);
        encode_i32_or(code, home(1), home(1), constant(8));
        encode_i32_store(code, local(0), home(1), 4);
    }
    encode_i32_sub_modify(code, constant(16), local(1), 0);
    encode_return(code, LINK);
    expect_translation();
}

Test(modified, at_another_place_or_the_other_way_round) {
    translate_wat("(memory 1) (func (param i32 i32)"
                  "  (i32.store offset=8 (local.get 0)"
                  "    (i32.xor (i32.load offset=4 (local.get 0)) (local.get 1)))"
                  "  (i32.store offset=4 (local.get 1)"
                  "    (i32.xor (i32.load offset=4 (local.get 0)) (local.get 1)))"
                  "  (i32.store (local.get 0)"
                  "    (i32.sub (local.get 1) (i32.load (local.get 0)))))");
    encode_i32_xor_load(code, computed(1), local(1), local(0), 4);
    encode_i32_store(code, local(0), computed(1), 8);
    encode_i32_xor_load(code, computed(1), local(1), local(0), 4);
    encode_i32_store(code, local(1), computed(1), 4);
    encode_i32_sub_load(code, computed(1), local(1), local(0), 0);
    encode_i32_store(code, local(0), computed(1), 0);
    encode_return(code, LINK);
    expect_translation();
}

/* What is stored is a part of the sum. */
Test(modified, in_part) {
    translate_wat("(memory 1) (func (param i32 i64)"
                  "  (i64.store32 (local.get 0) (i64.add (i64.load (local.get 0)) (local.get 1))))");
    encode_i64_add_load(code, computed(1), local(1), local(0), 0);
    encode_i64_store32(code, local(0), computed(1), 0);
    encode_return(code, LINK);
    expect_translation();
}

Test(modified, though_the_value_before_is_kept) {
    translate_wat("(memory 1) (func (param i32 i32) (result i32)"
                  "  (i32.store (local.get 0)"
                  "    (i32.or (local.tee 1 (i32.load (local.get 0))) (i32.const 1)))"
                  "  (local.get 1))");
    encode_i32_load(code, local(1), local(0), 0);
    encode_i32_or(code, computed(1), mirrored(local(1)), constant(1));
    encode_i32_store(code, local(0), computed(1), 0);
    encode_return_i(code, local(1), LINK);
    expect_translation();
}

/* ---- Counters ------------------------------------------------------------------------- */

Test(count, up_and_down) {
    translate_wat("(func (param i32 i32)"
                  "  (block"
                  "    (local.tee 0 (i32.add (local.get 0) (i32.const 4)))"
                  "    (br_if 0 (i32.ne (local.get 1)))"
                  "    (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))"
                  "    (br_if 0)"
                  "    (local.tee 0 (i32.add (local.get 0) (i32.const 1)))"
                  "    (br_if 0 (i32.eqz (i32.ge_u (i32.const 10))))))");
    Label end = encoder_label(code);
    encode_count_i32_ne(code, local(0), local(0), constant(4), local(1), end);
    encode_count_i32_nez(code, local(0), local(0), constant((uint32_t)-1), end);
    encode_count_i32_lt_u(code, local(0), local(0), constant(1), constant(10), end);
    encoder_bind(code, end);
    encode_return(code, LINK);
    expect_translation();
}

Test(count, only_in_place_and_by_a_constant) {
    translate_wat("(func (param i32 i32)"
                  "  (block"
                  "    (local.set 0 (i32.add (local.get 1) (i32.const 4)))"
                  "    (br_if 0 (i32.ne (local.get 0) (local.get 1)))"
                  "    (local.set 0 (i32.add (local.get 0) (local.get 1)))"
                  "    (br_if 0 (i32.ne (local.get 0) (i32.const 1)))))");
    Label end = encoder_label(code);
    encode_i32_add(code, local(0), local(1), constant(4));
    encode_br_if_i32_ne(code, mirrored(local(0)), local(1), end);
    encode_i32_add(code, local(0), mirrored(local(0)), local(1));
    encode_br_if_i32_ne(code, mirrored(local(0)), constant(1), end);
    encoder_bind(code, end);
    encode_return(code, LINK);
    expect_translation();
}

/* It would be read before it is changed. */
Test(count, is_not_compared_with_itself) {
    translate_wat("(func (param i32)"
                  "  (block"
                  "    (local.set 0 (i32.add (local.get 0) (i32.const 4)))"
                  "    (br_if 0 (i32.lt_s (local.get 0) (local.get 0)))))");
    cr_expect_eq(count_of(OP_count_i32_lt_s), 0);
    free_translation();
}

/* ---- Extremes --------------------------------------------------------------------------------- */

Test(extreme, is_what_is_selected_by_comparing_both) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (select (local.get 0) (i32.const 255)"
                  "          (i32.lt_s (local.get 0) (i32.const 255)))"
                  "  (local.set 0)"
                  "  (select (local.get 0) (local.get 1) (i32.lt_u (local.get 1) (local.get 0)))"
                  "  (local.set 0)"
                  "  (select (local.get 0) (i32.const 255)"
                  "          (i32.lt_s (local.get 0) (i32.const 254))))");
    encode_i32_min_s(code, local(0), local(0), constant(255));
    if (ISA_HAS_ACCUMULATORS) encode_i32_max_u(code, local(0), accumulator(), local(1));
    else encode_i32_max_u(code, local(0), local(1), local(0));
    encode_i32_lt_s(code, computed(2), mirrored(local(0)), constant(254));
    encode_select(code, computed(0), local(0), constant(255), computed(2));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}
