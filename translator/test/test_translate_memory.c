/* Memories, tables and what else takes its operands in a way of its own. */
#include "translator/opcodes.h"
#include "translator/test/module_bytes.h"
#include "translator/test/translation.h"

/* ---- Loads and stores ----------------------------------------------------------------------- */

Test(access, carries_its_offset) {
    translate_wat("(memory 1) (func (param i32 i64 f64) (result i64)"
                  "  (i32.store offset=4 (local.get 0) (local.get 0))"
                  "  (i64.store32 offset=0xffffffff (local.get 0) (local.get 1))"
                  "  (f64.store (local.get 0) (local.get 2))"
                  "  (i64.load16_s offset=8 align=1 (local.get 0)))");
    encode_i32_store(code, local(0), local(0), 4);
    encode_i64_store32(code, local(0), local(1), UINT32_MAX);
    encode_f64_store(code, local(0), local(2), 0);
    encode_i64_load16_s(code, computed(0), local(0), 8);
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(access, at_constant_addresses_of_constants) {
    translate_wat("(memory 1) (func (param i32)"
                  "  (i32.store offset=4 (i32.const 100) (i32.const -1))"
                  "  (f32.store (i32.const 100) (f32.const 1))"
                  "  (i32.store8 (local.get 0) (i32.const 5))"
                  "  (i32.store8 (i32.const 5) (local.get 0))"
                  "  (local.set 0 (i32.load (i32.const 100))))");
    encode_i32_store(code, constant(100), constant(-1), 4);
    encode_f32_store(code, constant(100), constant_f32(1), 0);
    encode_i32_store8(code, local(0), constant(5), 0);
    encode_i32_store8(code, constant(5), local(0), 0);
    encode_i32_load(code, local(0), constant(100), 0);
    encode_return(code, LINK);
    expect_translation();
}

Test(access, by_computed_addresses) {
    translate_wat("(memory 1) (func (param i32 f32)"
                  "  (i32.store (i32.clz (local.get 0)) (i32.load (i32.load (local.get 0))))"
                  "  (f32.store (i32.clz (local.get 0)) (f32.load (i32.const 8))))");
    encode_i32_clz(code, home(0), local(0));
    encode_i32_load(code, computed(1), local(0), 0);
    encode_i32_load(code, computed(1), computed(1), 0);
    encode_i32_store(code, home(0), computed(1), 0);
    encode_i32_clz(code, computed(0), local(0));
    encode_f32_store_load(code, computed(0), constant(8), 0, 0);
    encode_return(code, LINK);
    expect_translation();
}

Test(access, of_a_64_bit_memory_is_far) {
    translate_wat("(memory i64 1) (func (param i64 f64) (result f64)"
                  "  (i64.store offset=4 (local.get 0) (local.get 0))"
                  "  (f64.load offset=8 (local.get 0)))");
    encode_i64_store_far(code, local(0), local(0), 4, 0);
    encode_f64_load_far(code, home(0), local(0), 8, 0);
    encode_return_f(code, mirrored(home(0)), LINK);
    expect_translation();
}

/* wat2wasm does not know such offsets. */
Test(access, with_a_64_bit_offset_is_far) {
    static const uint8_t bytes[] = {
        HEADER,
        SECTION(S_TYPE, 1, 0x60, 1, I64, 1, I32),
        SECTION(S_FUNCTION, 1, 0),
        SECTION(S_MEMORY, 1, 4, 1),
        SECTION(
            S_CODE, 1,
            BODY(0, WASM_LOCAL_GET, 0, WASM_I32_LOAD, 2, 0x80, 0x80, 0x80, 0x80, 0x10, WASM_END)),
    };
    cr_assert(translate_bytes(bytes, sizeof bytes), "%s", error.message);
    encode_i32_load_far(code, home(0), local(0), 0x100000000, 0);
    encode_return_i(code, mirrored(home(0)), LINK);
    expect_translation();
}

Test(access, of_another_memory_is_far) {
    translate_wat("(memory 1) (memory 1) (func (param i32) (result i32)"
                  "  (i32.store8 1 offset=4 (local.get 0) (local.get 0))"
                  "  (i32.load 0 (local.get 0))"
                  "  (i32.load16_u 1 (local.get 0))"
                  "  (i32.sub))");
    encode_i32_store8_far(code, local(0), local(0), 4, 1);
    encode_i32_load16_u_far(code, home(1), local(0), 0, 1);
    encode_i32_sub_load_first(code, computed(0), mirrored(home(1)), local(0), 0);
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(access, far_loads_write_to_locals) {
    translate_wat("(memory i64 1) (func (param i64)"
                  "  (local.set 0 (i64.load (local.get 0))))");
    encode_i64_load_far(code, local(0), local(0), 0, 0);
    encode_return(code, LINK);
    expect_translation();
}

Test(access, far_operands_get_slots) {
    translate_wat("(memory i64 1) (func (param i64 f64)"
                  "  (i64.store (i64.const 8) (i64.const 9))"
                  "  (f64.store (i64.clz (local.get 0)) (f64.const 1)))");
    encode_copy(code, home(0), constant(8));
    encode_copy(code, home(1), constant(9));
    encode_i64_store_far(code, home(0), home(1), 0, 0);
    encode_i64_clz(code, computed(0), local(0));
    if (ISA_HAS_ACCUMULATORS) encode_copy(code, home(0), accumulator());
    encode_copy(code, home(1), constant_f64(1));
    encode_f64_store_far(code, home(0), home(1), 0, 0);
    encode_return(code, LINK);
    expect_translation();
}

/* ---- Memories -------------------------------------------------------------------------------- */

Test(memory, sizes) {
    translate_wat("(memory 1) (func (param i32) (result i32)"
                  "  (local.set 0 (memory.size))"
                  "  (i32.sub (memory.grow (local.get 0)) (memory.grow (i32.const 1))))");
    encode_memory_size(code, local(0), 0);
    encode_memory_grow(code, home(0), local(0), 0);
    encode_const_i32(code, home(1), constant(1));
    encode_memory_grow(code, home(1), home(1), 0);
    encode_i32_sub(code, computed(0), home(0), mirrored(home(1)));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(memory, bulk_operands_stand_in_consecutive_slots) {
    translate_wat("(memory 1) (memory 1) (data \"a\") (data \"b\") (func (param i32 i32)"
                  "  (memory.copy (local.get 0) (local.get 1) (i32.const 5))"
                  "  (memory.copy 1 0 (local.get 0) (local.get 1) (local.get 0))"
                  "  (memory.fill 1 (i32.clz (local.get 0)) (i32.const 0) (local.get 0))"
                  "  (memory.init 1 (local.get 0) (i32.const 0) (i32.const 1))"
                  "  (data.drop 1))");
    encode_copy2(code, local(0), local(1), home_slot(0));
    encode_const_i32(code, home(2), constant(5));
    encode_memory_copy(code, home_slot(0), 0, 0);
    encode_copy3(code, local(0), local(1), local(0), home_slot(0));
    encode_memory_copy(code, home_slot(0), 1, 0);
    encode_i32_clz(code, home(0), local(0));
    encode_const_i32(code, home(1), constant(0));
    encode_copy(code, home(2), local(0));
    encode_memory_fill(code, home_slot(0), 1);
    encode_copy(code, home(0), local(0));
    encode_const_i32(code, home(1), constant(0));
    encode_const_i32(code, home(2), constant(1));
    encode_memory_init(code, home_slot(0), 0, 1);
    encode_data_drop(code, 1);
    encode_return(code, LINK);
    expect_translation();
}

Test(memory, bulk_operands_above_other_values) {
    translate_wat("(memory 1) (func (param i32) (result i32)"
                  "  (i32.clz (local.get 0))"
                  "  (memory.fill (local.get 0) (i32.ctz (local.get 0)) (local.get 0)))");
    encode_i32_clz(code, home(0), local(0));
    encode_i32_ctz(code, home(2), local(0));
    encode_copy(code, home(1), local(0));
    encode_copy(code, home(3), local(0));
    encode_memory_fill(code, home_slot(1), 0);
    encode_return_i(code, home(0), LINK);
    expect_translation();
}

Test(memory, bulk_operations_leave_the_accumulators) {
    translate_wat("(memory 1) (func (param i32 f64) (result f64)"
                  "  (f64.neg (local.get 1))"
                  "  (memory.fill (local.get 0) (local.get 0) (local.get 0)))");
    encode_f64_neg(code, computed(0), local(1));
    encode_copy3(code, local(0), local(0), local(0), home_slot(1));
    encode_memory_fill(code, home_slot(1), 0);
    encode_return_f(code, computed(0), LINK);
    expect_translation();
}

/* ---- Tables ---------------------------------------------------------------------------------- */

Test(table, elements) {
    translate_wat("(table 1 funcref) (table 1 externref)"
                  "(func (param i32 externref) (result externref)"
                  "  (table.set 1 (local.get 0) (local.get 1))"
                  "  (table.set 0 (i32.const 1) (ref.null func))"
                  "  (drop (table.get 0 (i32.const 3)))"
                  "  (table.get 1 (i32.clz (local.get 0))))");
    encode_table_set(code, local(0), local(1), 1);
    encode_const_i32(code, home(0), constant(1));
    encode_copy(code, home(1), constant(0));
    encode_table_set(code, home(0), home(1), 0);
    encode_table_get(code, computed(0), constant(3), 0);
    encode_i32_clz(code, computed(0), local(0));
    encode_table_get(code, computed(0), computed(0), 1);
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

Test(table, functions_are_references) {
    translate_wat("(table 1 funcref) (elem declare func 1)"
                  "(func (param i32) (table.set 0 (local.get 0) (ref.func 1))) (func)");
    encode_ref_func(code, computed(1), 1);
    if (ISA_HAS_ACCUMULATORS) encode_copy(code, home(1), accumulator());
    encode_table_set(code, local(0), home(1), 0);
    encode_return(code, LINK);
    expect_translation();
}

Test(table, sizes) {
    translate_wat("(table 1 funcref) (func (param i32 funcref) (result i32)"
                  "  (local.set 0 (table.size 0))"
                  "  (table.grow 0 (local.get 1) (local.get 0)))");
    encode_table_size(code, local(0), 0);
    encode_table_grow(code, home(0), local(1), local(0), 0);
    encode_return_i(code, mirrored(home(0)), LINK);
    expect_translation();
}

Test(table, bulk_operands_stand_in_consecutive_slots) {
    translate_wat("(table 1 funcref) (table 1 funcref) (elem func) (elem func)"
                  "(func (param i32 funcref)"
                  "  (table.fill 1 (local.get 0) (local.get 1) (i32.const 2))"
                  "  (table.copy 1 0 (local.get 0) (local.get 0) (local.get 0))"
                  "  (table.init 0 1 (i32.const 1) (local.get 0) (local.get 0))"
                  "  (elem.drop 1))");
    encode_copy2(code, local(0), local(1), home_slot(0));
    encode_const_i32(code, home(2), constant(2));
    encode_table_fill(code, home_slot(0), 1);
    encode_copy3(code, local(0), local(0), local(0), home_slot(0));
    encode_table_copy(code, home_slot(0), 1, 0);
    encode_const_i32(code, home(0), constant(1));
    encode_copy2(code, local(0), local(0), home_slot(1));
    encode_table_init(code, home_slot(0), 0, 1);
    encode_elem_drop(code, 1);
    encode_return(code, LINK);
    expect_translation();
}

Test(atomics, operands_are_in_slots_and_any_memory_is_named) {
    translate_wat("(memory 1) (memory 1 1 shared) (func (param i32 i64) (result i32)"
                  "  (i64.atomic.store32 offset=4 (local.get 0) (local.get 1))"
                  "  (atomic.fence)"
                  "  (drop (i32.atomic.rmw16.add_u (local.get 0) (i32.const 7)))"
                  "  (drop (i64.atomic.rmw.cmpxchg offset=8 (local.get 0) (local.get 1) (local.get 1)))"
                  "  (memory.atomic.notify (local.get 0) (local.get 0)))");
    encode_i64_atomic_store32(code, local(0), local(1), 4, 0);
    encode_const_i32(code, home(1), constant(7));
    encode_i64_atomic_rmw16_add_u(code, home(0), local(0), home(1), 0, 0);
    encode_i64_atomic_rmw_cmpxchg(code, home(0), local(0), local(1), local(1), 8, 0);
    encode_memory_atomic_notify(code, home(0), local(0), local(0), 0, 0);
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

/* wat2wasm does not know them. */
Test(memory, of_small_pages_is_far) {
    static const uint8_t bytes[] = {
        0,    'a', 's', 'm', 1, 0, 0, 0,
        1,    6, 1, 0x60, 1, 0x7f, 1, 0x7f, /* i32 -> i32 */
        3,    2, 1, 0,
        5,    4, 1, 8, 5, 0, /* 5 pages of 1 byte */
        0x0a, 9, 1, 7, 0, 0x20, 0, 0x28, 0, 2, 0x0b};
    cr_assert(translate_bytes(bytes, sizeof bytes));
    encode_i32_load_far(code, home(0), local(0), 2, 0);
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

/* Nor these. */
Test(wide_arithmetic, is_done_where_the_operands_are) {
    static const uint8_t bytes[] = {
        0,    'a',  's', 'm',  1,    0,    0,    0,
        1,    7,    1,   0x60, 1,    0x7e, 2,    0x7e, 0x7e, /* i64 -> i64 i64 */
        3,    2,    1,   0,
        0x0a, 16,   1,   14,   0,
        0x20, 0,    0x20, 0,   0xfc, 0x16, /* i64.mul_wide_u */
        0x20, 0,    0x42, 3,   0xfc, 0x13, /* i64.add128 */
        0x0b};
    cr_assert(translate_bytes(bytes, sizeof bytes), "%s", error.message);
    encode_copy2(code, local(0), local(0), home_slot(0));
    encode_i64_mul_wide_u(code, home_slot(0));
    encode_copy(code, home(2), local(0));
    encode_copy(code, home(3), constant(3));
    encode_i64_add128(code, home_slot(0));
    encode_return_many(code, home_slot(0), 2, LINK);
    expect_translation();
}
