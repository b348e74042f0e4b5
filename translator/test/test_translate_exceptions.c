#include "translator/opcodes.h"
#include "translator/test/module_bytes.h"
#include "translator/test/translation.h"

#define TABLES (program.tables)

/* All that is executed for a try is the jump over its handlers. */
Test(exceptions, a_body_costs_a_jump_over_its_handlers) {
    translate_wat("(tag $t (param i32))"
                  "(func (param i32) (result i32)"
                  "  try (result i32) (call 1 (local.get 0))"
                  "  catch $t (i32.mul (local.get 0)) end)"
                  "(func (param i32) (result i32) (local.get 0))");
    Label end = encoder_label(code);
    encode_copy(code, home(0), local(0));
    encode_call(code, &program.codes[1], home_slot(0));
    const size_t behind_call = encoder_position(code);
    encode_br(code, end);
    const size_t handler = encoder_position(code);
    /* The exception, and above it what it carries. */
    encode_i32_mul(code, home(1), home(1), local(0));
    encode_copy(code, home(0), mirrored(home(1)));
    encoder_bind(code, end);
    encode_return_i(code, home(0), LINK);

    cr_assert_eq(TABLES.region_count, 1);
    cr_assert_eq(program.codes[0].region_count, 1);
    cr_assert_eq(program.codes[1].region_count, 0);
    cr_expect_eq(TABLES.regions[0].begin, 0);
    cr_expect_eq(TABLES.regions[0].end, behind_call);
    const CatchClause *clause = &TABLES.clauses[TABLES.regions[0].clause];
    cr_expect_eq(clause->tag, 0);
    cr_expect_eq(clause->target, handler);
    cr_expect_eq(clause->reference, home_slot(0));
    cr_expect_eq(clause->values, home_slot(1));
    cr_expect_eq(clause->next, NO_CLAUSE);
}

Test(exceptions, what_cannot_throw_has_no_region) {
    translate_wat("(func (param i32) try (br_if 0 (local.get 0)) catch_all end (call 1)) (func)");
    /* At most one, which ends in front of the call. Superinstructions are written later than their
     * parts are translated: then there is none. */
    cr_expect_eq(TABLES.region_count, !ISA_HAS_SEQUENCES);
    if (TABLES.region_count)
        cr_expect_lt(TABLES.regions[0].end, program.codes[1].begin - program.codes[0].begin);
    translate_wat("(func try catch_all end call 1) (func)");
    cr_expect_eq(TABLES.region_count, 0);
    free_translation();
}

Test(exceptions, a_throw_names_its_values_place) {
    translate_wat("(tag $t (param i32 i32)) (func (param i32) (throw $t (local.get 0) (i32.const 7)))");
    encode_copy(code, home(0), local(0));
    encode_const_i32(code, home(1), constant(7));
    encode_throw(code, 0, home_slot(0));
    expect_translation();
}

Test(exceptions, rethrow_throws_what_its_handler_keeps) {
    translate_wat("(func try call 1 catch_all rethrow 0 end) (func)");
    Label end = encoder_label(code);
    encode_call(code, &program.codes[1], home_slot(0));
    encode_br(code, end);
    encode_throw_ref(code, home(0));
    encoder_bind(code, end);
    encode_return(code, LINK);
    expect_translation();
}

/* Regions stand from inside to outside; where exceptions are delegated to is the depth of a block. */
Test(exceptions, delegate_names_the_depth_of_its_target) {
    translate_wat("(func"
                  "  try $outer"
                  "    try try call 1 delegate $outer catch_all end"
                  "  catch_all end) (func)");
    cr_assert_eq(TABLES.region_count, 3);
    cr_expect_eq(TABLES.regions[0].clause, NO_CLAUSE);
    cr_expect_eq(TABLES.regions[0].depth, 3);
    cr_expect_eq(TABLES.regions[0].outer, 1);
    cr_expect_eq(TABLES.regions[1].depth, 2);
    cr_expect_eq(TABLES.regions[2].depth, 1);
    free_translation();
}

/* Values below are at home before the body begins: handlers find them there. */
Test(exceptions, values_below_the_body_go_home) {
    translate_wat("(func (param i32) (result i32)"
                  "  (i32.add (local.get 0) (i32.const 1))"
                  "  try call 1 catch_all end"
                  "  i32.const 2 i32.mul) (func)");
    Label end = encoder_label(code);
    encode_i32_add(code, home(0), local(0), constant(1));
    encode_call(code, &program.codes[1], home_slot(1));
    encode_br(code, end);
    encoder_bind(code, end);
    encode_i32_mul(code, computed(0), home(0), constant(2));
    encode_return_i(code, computed(0), LINK);
    expect_translation();
}

/* In the standard encoding a handler is a label: what is executed is the body alone. */
Test(exceptions, a_try_table_costs_nothing) {
    static const uint8_t bytes[] = {
        HEADER,
        SECTION(S_TYPE, 2, 0x60, 0, 1, I32, 0x60, 1, I32, 0),
        SECTION(S_FUNCTION, 2, 0, 0),
        SECTION(S_TAG, 1, 0, 1),
        SECTION(S_CODE, 2,
                /* block (result i32) try_table (result i32) (catch 0 0) (catch 0 1) call 1 end
                 * end: to the block and to the function */
                BODY(0, WASM_BLOCK, I32, WASM_TRY_TABLE, I32, 2, 0, 0, 0, 0, 0, 1, WASM_CALL, 1,
                     WASM_END, WASM_END, WASM_END),
                BODY(0, WASM_I32_CONST, 1, WASM_END)),
    };
    cr_assert(translate_bytes(bytes, sizeof bytes), "%s", error.message);
    encode_call(code, &program.codes[1], home_slot(0));
    const size_t handler = encoder_position(code);
    encode_return_i(code, home(0), LINK);
    const size_t behind = encoder_position(code);
    encode_return_i(code, home(0), LINK); /* for what is caught by the function's own label */
    cr_assert_eq(TABLES.region_count, 1);
    const CatchClause *clause = &TABLES.clauses[TABLES.regions[0].clause];
    cr_expect_eq(clause->target, handler);
    cr_expect_eq(clause->values, home_slot(0));
    cr_expect_eq(clause->reference, NO_SLOT);
    cr_expect_eq(TABLES.clauses[clause->next].target, behind);
    expect_translation();
}
