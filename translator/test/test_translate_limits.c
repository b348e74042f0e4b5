/* Large functions, and memory that runs out. */
#include "encoder/test/failing_allocator.h"
#include "translator/opcodes.h"
#include "translator/test/module_bytes.h"
#include "translator/test/translation.h"

/* ---- Memory that runs out ------------------------------------------------------------------- */

/* Translates `module` with ever more allocations that succeed, until all do. */
static void expect_out_of_memory_is_survived(void) {
    program_free(&program);
    for (int only_one = 0; only_one < 2; only_one++) {
        long count = 0;
        for (bool has_failed = true; has_failed; count++) {
            allocations_fail_after(count, only_one);
            bool done = translate(&module, opcode_words(), &program, &error);
            has_failed = allocations_succeed();
            cr_assert_eq(done, !has_failed, "allocation %ld", count);
            if (done)
                program_free(&program);
            else
                cr_assert_eq(error.kind, ERROR_MEMORY, "allocation %ld: %s", count, error.message);
        }
        cr_assert(count > 5, "there are only %ld allocations", count);
    }
    cr_assert(translate(&module, opcode_words(), &program, &error));
    free_translation();
}

Test(memory_runs_out, in_small_functions) {
    translate_wat("(func (result i32) (i32.const 1))");
    expect_out_of_memory_is_survived();
    translate_wat("(func (result i32) (call 0))");
    expect_out_of_memory_is_survived();
    translate_wat("(func (param i32) (block (loop (br_if 1 (local.get 0)))))");
    expect_out_of_memory_is_survived();
    translate_wat("(func (param i32) (if (local.get 0) (then (nop)) (else (nop))))");
    expect_out_of_memory_is_survived();
    translate_wat("(func (param f64 i32) (result f64 i64) (local i64)"
                  "  (br_table 0 0 (f64.neg (local.get 0)) (local.get 2) (local.get 1)))");
    expect_out_of_memory_is_survived();
}

/* ---- Modules made by hand -------------------------------------------------------------------- */

/* A module of one function [] -> []; frees `body` (locals and instructions but for the last end).
 */
static Bytes module_of(Bytes *body) {
    Bytes bytes = {0};
    PUT(&bytes, HEADER, SECTION(S_TYPE, 1, 0x60, 0, 0), SECTION(S_FUNCTION, 1, 0));
    PUT(body, WASM_END);
    put_code(&bytes, body);
    return bytes;
}

static void expect_translates(Bytes *body) {
    Bytes bytes = module_of(body);
    cr_assert(translate_bytes(bytes.at, bytes.size), "%s", error.message);
    free_translation();
    free(bytes.at);
}

Test(memory_runs_out, in_a_large_function) {
    Bytes body = {0};
    PUT(&body, 2, 1, I32, 90, I64);
    for (unsigned i = 0; i < 300; i++)
        PUT(&body, WASM_LOCAL_GET, (uint8_t)(i % 91));
    put_repeated(&body, WASM_DROP, 300);
    for (unsigned i = 0; i < 100; i++)
        PUT(&body, WASM_BLOCK, 0x40);
    for (unsigned i = 0; i < 100; i++)
        PUT(&body, WASM_LOCAL_GET, 0, WASM_BR_IF, (uint8_t)i);
    put_repeated(&body, WASM_END, 100);
    Bytes bytes = module_of(&body);
    cr_assert(translate_bytes(bytes.at, bytes.size), "%s", error.message);
    expect_out_of_memory_is_survived();
    free(bytes.at);
}

/* ---- Frames --------------------------------------------------------------------------------- */

static Bytes locals_and_operands(uint32_t local_count, uint32_t operands) {
    Bytes body = {0};
    PUT(&body, 1);
    put_u32(&body, local_count);
    PUT(&body, I64);
    for (uint32_t i = 0; i < operands; i++)
        PUT(&body, WASM_I32_CONST, 0);
    put_repeated(&body, WASM_DROP, operands);
    return body;
}

Test(limits, a_function_with_50000_locals) {
    Bytes body = locals_and_operands(50000, 0);
    PUT(&body, WASM_LOCAL_GET);
    put_u32(&body, 49999);
    PUT(&body, WASM_LOCAL_SET, 0);
    Bytes bytes = module_of(&body);
    cr_assert(translate_bytes(bytes.at, bytes.size), "%s", error.message);
    cr_assert_eq(LINK, 50000);
    Label start = encoder_label(code);
    encoder_bind(code, start);
    if (ISA_PINS) encode_const_i32(code, local(49999), constant(0));
    encode_copy(code, local(0), local(49999));
    encode_return(code, LINK);
    if (!ISA_PINS) encode_zero(code, 49999, 1, start);
    expect_translation();
    free(bytes.at);
}

Test(limits, the_largest_frame) {
    Bytes body = locals_and_operands(50000, 65535 - 50000 - 2);
    Bytes bytes = module_of(&body);
    cr_assert(translate_bytes(bytes.at, bytes.size), "%s", error.message);
    cr_assert_eq(program.codes[0].frame_slots, 65535);
    free_translation();
    free(bytes.at);
}

Test(limits, a_frame_that_is_too_large) {
    Bytes body = locals_and_operands(50000, 65536 - 50000 - 2);
    Bytes bytes = module_of(&body);
    cr_assert_not(translate_bytes(bytes.at, bytes.size));
    cr_assert_eq(error.kind, ERROR_LIMIT);
    cr_assert_str_eq(error.message,
                     "function 0 needs a frame of 65536 slots; this implementation has 65,535");
    free_translation();
    free(bytes.at);
}

/* ---- Large functions: these take minutes if anything is quadratic --------------------------- */

Test(large, nesting, .timeout = 30) {
    static const uint8_t kinds[] = {WASM_BLOCK, WASM_LOOP, WASM_IF};
    for (unsigned kind = 0; kind < 3; kind++) {
        Bytes body = {0};
        PUT(&body, 1, 1, I32);
        for (unsigned i = 0; i < 100000; i++) {
            if (kinds[kind] == WASM_IF) PUT(&body, WASM_LOCAL_GET, 0);
            PUT(&body, kinds[kind], 0x40);
        }
        PUT(&body, WASM_LOCAL_GET, 0, WASM_BR_IF);
        put_u32(&body, 99999);
        for (unsigned i = 0; i < 100000; i++) {
            if (kinds[kind] == WASM_IF) PUT(&body, WASM_ELSE, WASM_NOP);
            PUT(&body, WASM_END);
        }
        expect_translates(&body);
    }
}

Test(large, dead_nesting, .timeout = 30) {
    Bytes body = {0};
    PUT(&body, 0, WASM_UNREACHABLE);
    for (unsigned i = 0; i < 100000; i++)
        PUT(&body, WASM_BLOCK, 0x40);
    put_repeated(&body, WASM_END, 100000);
    expect_translates(&body);
}

Test(large, table_without_values, .timeout = 30) {
    Bytes body = {0};
    PUT(&body, 1, 1, I32, WASM_BLOCK, 0x40, WASM_LOOP, 0x40, WASM_LOCAL_GET, 0, WASM_BR_TABLE);
    put_u32(&body, 100000);
    for (unsigned i = 0; i <= 100000; i++)
        PUT(&body, (uint8_t)(i % 3));
    PUT(&body, WASM_END, WASM_END);
    expect_translates(&body);
}

Test(large, table_with_values, .timeout = 30) {
    Bytes body = {0};
    PUT(&body, 1, 1, I32, WASM_BLOCK, I32, WASM_I64_CONST, 0, WASM_BLOCK, I32);
    PUT(&body, WASM_LOCAL_GET, 0, WASM_LOCAL_GET, 0, WASM_BR_TABLE);
    put_u32(&body, 100000);
    for (unsigned i = 0; i <= 100000; i++)
        PUT(&body, (uint8_t)(i % 2));
    PUT(&body, WASM_END, WASM_DROP, WASM_DROP, WASM_LOCAL_GET, 0, WASM_END, WASM_DROP);
    expect_translates(&body);
}

Test(large, jumps_to_one_label, .timeout = 30) {
    Bytes body = {0};
    PUT(&body, 1, 1, I32, WASM_BLOCK, 0x40);
    for (unsigned i = 0; i < 500000; i++)
        PUT(&body, WASM_LOCAL_GET, 0, WASM_BR_IF, 0);
    PUT(&body, WASM_END);
    expect_translates(&body);
}

Test(large, blocks_above_many_values, .timeout = 30) {
    Bytes body = {0};
    PUT(&body, 1, 1, I32);
    for (unsigned i = 0; i < 60000; i++)
        PUT(&body, WASM_LOCAL_GET, 0);
    for (unsigned i = 0; i < 500000; i++)
        PUT(&body, WASM_BLOCK, 0x40, WASM_END);
    for (unsigned i = 0; i < 500000; i++)
        PUT(&body, WASM_LOCAL_GET, 0, WASM_LOOP, 0x40, WASM_END, WASM_DROP);
    put_repeated(&body, WASM_DROP, 60000);
    expect_translates(&body);
}

Test(large, assignments_below_many_values, .timeout = 30) {
    Bytes body = {0};
    PUT(&body, 1, 2, I32);
    for (unsigned i = 0; i < 30000; i++)
        PUT(&body, WASM_LOCAL_GET, 0, WASM_LOCAL_GET, 1, WASM_I32_CONST, 1, WASM_LOCAL_SET, 0);
    for (unsigned i = 0; i < 500000; i++)
        PUT(&body, WASM_I32_CONST, 1, WASM_LOCAL_SET, 0);
    put_repeated(&body, WASM_DROP, 60000);
    expect_translates(&body);
}

Test(large, assigned_locals_in_many_blocks, .timeout = 30) {
    Bytes body = {0};
    PUT(&body, 2);
    put_u32(&body, 1);
    PUT(&body, I64);
    put_u32(&body, 49999);
    PUT(&body, I32);
    for (unsigned i = 1; i < 50000; i++) {
        PUT(&body, WASM_I32_CONST, 1, WASM_LOCAL_SET);
        put_u32(&body, i);
    }
    for (unsigned i = 0; i < 500000; i++)
        PUT(&body, WASM_BLOCK, 0x40, WASM_LOCAL_GET, 1, WASM_IF, 0x40, WASM_BR, 1, WASM_END,
            WASM_END);
    expect_translates(&body);
}
