/* Additions that loads and stores do by themselves, and what becomes of them otherwise. */
#include "translator/test/translation.h"

/* ---- As addresses -----------------------------------------------------------------------------
 */

Test(address, is_a_local_and_a_constant) {
    translate_wat("(memory 1) (func (param i32) (result i32)"
                  "  (i32.load offset=8 (i32.add (local.get 0) (i32.const -4))))");
    encode_i32_load_sum(code, computed(0), local(0), constant(-4), 8);
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(address, is_a_constant_and_a_local_or_a_difference) {
    translate_wat("(memory 1) (func (param i32) (result i32)"
                  "  (i32.store (i32.add (i32.const 4) (local.get 0)) (local.get 0))"
                  "  (i32.load (i32.sub (local.get 0) (i32.const 4))))");
    encode_i32_store_sum(code, local(0), constant(4), local(0), 0);
    encode_i32_load_sum(code, computed(0), local(0), constant(-4), 0);
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(address, is_two_locals) {
    translate_wat("(memory 1) (func (param i32 i32 f64) (result f64)"
                  "  (f64.store offset=8 (i32.add (local.get 0) (local.get 1)) (local.get 2))"
                  "  (f64.load (i32.add (local.get 1) (local.get 1))))");
    encode_f64_store_sum(code, local(0), local(1), local(2), 8);
    encode_f64_load_sum(code, computed(0), local(1), local(1), 0);
    encode_return_f(code, computed(0), LINK);
    expect_translation();
}

Test(address, is_a_scaled_local_and_a_base) {
    translate_wat("(memory 1) (func (param i32 i32 i64) (result i64)"
                  "  (i64.store offset=8"
                  "    (i32.add (local.get 0) (i32.shl (local.get 1) (i32.const 3))) (local.get 2))"
                  "  (i64.load (i32.add (i32.shl (local.get 1) (i32.const 3)) (i32.const 100))))");
    encode_i64_store_scaled(code, local(1), local(0), local(2), 8, 3);
    encode_i64_load_scaled(code, computed(0), local(1), constant(100), 0, 3);
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

/* Go's compiler has pointers of 64 bits. */
Test(address, is_a_sum_that_is_formed_with_twice_the_bits) {
    translate_wat("(memory 1) (func (param i32) (result i32)"
                  "  (i32.load (i32.wrap_i64 (i64.add (i64.extend_i32_u (local.get 0))"
                  "                                   (i64.const 0x10000000c))))"
                  "  (i32.load (i32.wrap_i64 (i64.sub (i64.extend_i32_s (local.get 0))"
                  "                                   (i64.const 4))))"
                  "  (i32.add))");
    encode_i32_load_sum(code, home(0), local(0), constant(12), 0);
    encode_i32_load_sum(code, computed(1), local(0), constant(-4), 0);
    encode_i32_add(code, computed(0), home(0), computed(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(address, is_no_sum_of_half_the_bits_otherwise) {
    translate_wat("(func (param i32 i64) (result i64)"
                  "  (i64.add (i64.extend_i32_u (local.get 0)) (i64.const 12))"
                  "  (i64.extend_i32_u"
                  "    (i32.wrap_i64 (i64.mul (i64.extend_i32_u (local.get 0)) (i64.const 3))))"
                  "  (i64.xor))");
    encode_i64_extend_i32_u(code, computed(0), local(0));
    encode_i64_add(code, home(0), computed(0), constant(12));
    encode_i64_extend_i32_u(code, computed(1), local(0));
    encode_i64_mul(code, computed(1), computed(1), constant(3));
    encode_i32_wrap_i64(code, computed(1), computed(1));
    encode_i64_extend_i32_u(code, computed(1), computed(1));
    encode_i64_xor(code, computed(0), home(0), computed(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(address, constants_add_up) {
    translate_wat("(memory 1) (func (param i32) (result i32)"
                  "  (i32.load (i32.sub (i32.add (local.get 0) (i32.const 7)) (i32.const 3))))");
    encode_i32_load_sum(code, computed(0), local(0), constant(4), 0);
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

/* An addition of what has been computed is taken back. */
Test(address, is_the_last_addition) {
    translate_wat("(memory 1) (func (param i32 i32) (result i32)"
                  "  (i32.load (i32.add (i32.clz (local.get 0)) (local.get 1))))");
    encode_i32_clz(code, computed(0), local(0));
    encode_i32_load_sum(code, computed(0), computed(0), local(1), 0);
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(address, of_other_memories_is_computed) {
    translate_wat("(memory 1) (memory 1) (func (param i32) (result i32)"
                  "  (i32.load 1 (i32.add (local.get 0) (i32.const 4))))");
    encode_i32_add(code, ISA_HAS_ACCUMULATORS ? accumulator() : home(0), local(0), constant(4));
    if (ISA_HAS_ACCUMULATORS) encode_copy(code, home(0), accumulator());
    encode_i32_load_far(code, home(0), home(0), 0, 1);
    encode_return_i(code, mirrored(home(0)), LINK);
    expect_translation();
}

/* ---- As values --------------------------------------------------------------------------------
 */

Test(value, is_computed_where_it_is_used) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (i32.add (local.get 0) (i32.const 4))"
                  "  (i32.mul (local.get 1)))");
    encode_i32_add(code, computed(0), local(0), constant(4));
    encode_i32_mul(code, computed(0), computed(0), local(1));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(value, of_every_kind) {
    translate_wat("(func (param i32 i32)"
                  "  (local.set 0 (i32.add (local.get 0) (local.get 1)))"
                  "  (local.set 1 (i32.shl (local.get 1) (i32.const 3)))"
                  "  (local.set 0 (i32.add (i32.shl (local.get 0) (i32.const 3)) (i32.const 1))))");
    encode_i32_add(code, local(0), local(0), local(1));
    encode_i32_shl(code, local(1), local(1), constant(3));
    encode_i32_add_scaled(code, local(0), local(0), constant(1), 3);
    encode_return(code, LINK);
    expect_translation();
}

Test(value, that_is_dropped_is_never_computed) {
    translate_wat("(func (param i32) (drop (i32.add (local.get 0) (i32.const 4))))");
    encode_return(code, LINK);
    expect_translation();
}

Test(value, is_brought_home_before_a_block) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (i32.add (local.get 0) (i32.const 4))"
                  "  (block (br_if 0 (local.get 1)) (local.set 0 (i32.const 1))))");
    Label end = encoder_label(code);
    encode_i32_add(code, home(0), local(0), constant(4));
    encode_br_if_i32_nez(code, local(1), end);
    encode_const_i32(code, local(0), constant(1));
    encoder_bind(code, end);
    encode_return_i(code, home(0), LINK);
    expect_translation();
}

Test(value, is_an_argument) {
    translate_wat("(func (param i32 i32)"
                  "  (call $two (i32.add (local.get 0) (i32.const 4)) (local.get 1)))"
                  "(func $two (param i32 i32))");
    encode_i32_add(code, home(0), local(0), constant(4));
    encode_copy(code, home(1), local(1));
    encode_call(code, &program.codes[1], home_slot(0));
    encode_return(code, LINK);
    expect_translation();
}

Test(value, waits_across_calls) {
    translate_wat("(memory 1) (func (param i32) (result i32)"
                  "  (i32.add (local.get 0) (i32.const 4))"
                  "  (call $nothing)"
                  "  (i32.load))"
                  "(func $nothing)");
    encode_call(code, &program.codes[1], home_slot(1));
    encode_i32_load_sum(code, computed(0), local(0), constant(4), 0);
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

/* Those of SUMS_MOST wait; the next is computed at once. */
Test(value, is_computed_at_once_where_too_many_wait) {
    translate_wat("(func (param i32)"
                  "  (i32.add (local.get 0) (i32.const 1)) (i32.add (local.get 0) (i32.const 2))"
                  "  (i32.add (local.get 0) (i32.const 3)) (i32.add (local.get 0) (i32.const 4))"
                  "  (i32.add (local.get 0) (i32.const 5))"
                  "  (drop) (drop) (drop) (drop) (drop))");
    encode_i32_add(code, computed(4), local(0), constant(5));
    encode_return(code, LINK);
    expect_translation();
}

/* ---- Locals that are assigned meanwhile --------------------------------------------------------
 */

Test(assigned, in_front_of_the_new_value) {
    translate_wat("(func (param i32) (result i32)"
                  "  (i32.add (local.get 0) (i32.const 4))"
                  "  (local.set 0 (i32.clz (local.get 0))))");
    encode_i32_add(code, home(0), local(0), constant(4));
    encode_i32_clz(code, local(0), local(0));
    encode_return_i(code, home(0), LINK);
    expect_translation();
}

Test(assigned, the_second_of_two) {
    translate_wat("(func (param i32 i32) (result i32)"
                  "  (i32.add (local.get 0) (local.get 1))"
                  "  (local.set 1 (i32.const 3)))");
    encode_i32_add(code, home(0), local(0), local(1));
    encode_const_i32(code, local(1), constant(3));
    encode_return_i(code, mirrored(home(0)), LINK);
    expect_translation();
}

/* What the new value is made of is in the accumulator, which computing the sum changes. */
Test(assigned, by_what_reads_the_accumulator) {
    translate_wat("(func (param i32) (result i32)"
                  "  (i32.add (local.get 0) (i32.const 4))"
                  "  (local.set 0 (i32.clz (i32.ctz (local.get 0)))))");
    encode_i32_ctz(code, computed(1), local(0));
    if (ISA_HAS_ACCUMULATORS) encode_i32_clz(code, home(1), accumulator());
    encode_i32_add(code, home(0), local(0), constant(4));
    if (ISA_HAS_ACCUMULATORS)
        encode_copy(code, local(0), home(1));
    else
        encode_i32_clz(code, local(0), home(1));
    encode_return_i(code, mirrored(home(0)), LINK);
    expect_translation();
}

/* The new value is in the accumulator, and what made it is not the last instruction. */
Test(assigned, by_what_is_in_the_accumulator) {
    translate_wat("(memory 1) (func (param i32) (result i32)"
                  "  (i32.add (local.get 0) (i32.const 4))"
                  "  (i32.clz (local.get 0))"
                  "  (i32.store (local.get 0) (local.get 0))"
                  "  (local.set 0))");
    encode_i32_clz(code, computed(1), local(0));
    encode_i32_store(code, local(0), local(0), 0);
    if (ISA_HAS_ACCUMULATORS) encode_copy(code, home(1), accumulator());
    encode_i32_add(code, home(0), local(0), constant(4));
    encode_copy(code, local(0), home(1));
    encode_return_i(code, mirrored(home(0)), LINK);
    expect_translation();
}

Test(assigned, by_a_call) {
    translate_wat("(func (param i32) (result i32)"
                  "  (i32.add (local.get 0) (i32.const 4))"
                  "  (local.set 0 (call $one)))"
                  "(func $one (result i32) (i32.const 1))");
    encode_call(code, &program.codes[1], home_slot(1));
    encode_i32_add(code, home(0), local(0), constant(4));
    encode_copy(code, local(0), home(1));
    encode_return_i(code, mirrored(home(0)), LINK);
    expect_translation();
}

Test(assigned, by_itself) {
    translate_wat("(memory 1) (func (param i32) (result i32)"
                  "  (i32.load (local.tee 0 (i32.add (local.get 0) (i32.const 4)))))");
    encode_i32_add(code, local(0), local(0), constant(4));
    encode_i32_load(code, computed(0), mirrored(local(0)), 0);
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}
