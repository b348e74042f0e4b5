#include <criterion/criterion.h>

#include "translator/block_type.h"
#include "translator/opcodes.h"
#include "translator/test/module_bytes.h"

static Error error;

/* What every body below can refer to:
 *   types     0: [] -> []   1: [i32 i64] -> [i32 i64]   2: [] -> [i32]   3: [i32] -> []
 *   functions 0: the body, of type 0, declared by an export; 1 and 2: type 1 and 2
 *   tables    0: funcref   1: externref   2: funcref with 64-bit indices
 *   memories  0: 32 bits   1: 64 bits
 *   globals   0: i32   1: mutable i64
 *   tags      0: []   1: [i32]
 *   elements  0: funcref   1: externref; data 0
 *   locals    0: i32   1: i64   2: f32   3: f64   4: funcref   5: externref */
static const uint8_t before_code[] = {
    HEADER,
    SECTION(S_TYPE, 4, 0x60, 0, 0, 0x60, 2, I32, I64, 2, I32, I64, 0x60, 0, 1, I32, 0x60, 1, I32,
            0),
    SECTION(S_FUNCTION, 3, 0, 1, 2),
    SECTION(S_TABLE, 3, FUNCREF, 0, 1, EXTERNREF, 0, 1, FUNCREF, 4, 1),
    SECTION(S_MEMORY, 2, 0, 1, 4, 1),
    SECTION(S_TAG, 2, 0, 0, 0, 3),
    SECTION(S_GLOBAL, 2, I32, 0, 0x41, 0, 0x0b, I64, 1, 0x42, 0, 0x0b),
    SECTION(S_EXPORT, 1, 0, 0, 0),
    SECTION(S_ELEMENT, 2, 5, FUNCREF, 0, 5, EXTERNREF, 0),
    SECTION(S_DATA_COUNT, 1),
};
static const uint8_t other_bodies[] = {BODY(0, 0x00, 0x0b), BODY(0, 0x41, 0, 0x0b)};
static const uint8_t data_section[] = {SECTION(S_DATA, 1, 1, 0)};

/* Validates a body of these instructions (the final `end` is added). */
static ErrorKind validate(const uint8_t *code, size_t size) {
    Bytes body = {0}, section = {0}, bytes = {0};
    PUT(&body, 6, 1, I32, 1, I64, 1, F32, 1, F64, 1, FUNCREF, 1, EXTERNREF);
    put_bytes(&body, code, size);
    PUT(&body, WASM_END);
    PUT(&section, 3);
    put_sized(&section, &body);
    put_bytes(&section, other_bodies, sizeof other_bodies);
    put_bytes(&bytes, before_code, sizeof before_code);
    PUT(&bytes, S_CODE);
    put_sized(&bytes, &section);
    put_bytes(&bytes, data_section, sizeof data_section);

    Module module;
    error = (Error){0};
    if (module_read(bytes.at, bytes.size, &module, &error)) {
        /* Skipping over it sees the same instructions. */
        const uint8_t *at = module.bodies[0].begin, *end = module.bodies[0].end;
        Opcode opcode = WASM_NOP;
        while (at < end) {
            opcode = opcode_read(&at);
            at = skip_immediates(opcode, at);
        }
        cr_expect(at == end && opcode == WASM_END);
        module_free(&module);
    }
    free(bytes.at);
    return error.kind;
}

#define EXPECT(expected_kind, text, ...)                                                           \
    do {                                                                                           \
        const uint8_t code[] = {__VA_ARGS__};                                                      \
        ErrorKind kind = validate(code, sizeof code);                                              \
        cr_expect_eq(kind, expected_kind, "kind %d: %s", (int)kind, error.message);                \
        cr_expect(strncmp(error.message, text, strlen(text)) == 0, "\"%s\" for \"%s\"",            \
                  error.message, text);                                                            \
    } while (0)
#define VALID(...) EXPECT(ERROR_NONE, "", __VA_ARGS__)
#define INVALID(text, ...) EXPECT(ERROR_INVALID, text, __VA_ARGS__)
#define MISMATCH(...) INVALID("type mismatch", __VA_ARGS__)
#define MALFORMED(text, ...) EXPECT(ERROR_MALFORMED, text, __VA_ARGS__)
#define UNSUPPORTED(text, ...) EXPECT(ERROR_UNSUPPORTED, text, __VA_ARGS__)

#define I32_0 WASM_I32_CONST, 0
#define I64_0 WASM_I64_CONST, 0
#define F32_0 WASM_F32_CONST, 0, 0, 0, 0
#define F64_0 WASM_F64_CONST, 0, 0, 0, 0, 0, 0, 0, 0
#define NULL_FUNC WASM_REF_NULL, FUNCREF
#define NULL_EXTERN WASM_REF_NULL, EXTERNREF
#define PREFIXED(opcode) WASM_PREFIX, (opcode)&0xff
/* In two bytes, as all above 0x7f need. */
#define VECTOR(opcode) WASM_VECTOR_PREFIX, ((opcode)&0x7f) | 0x80, ((opcode)&0xfff) >> 7
#define ATOMIC(opcode) WASM_ATOMIC_PREFIX, (opcode)&0xff
#define LANES(last) 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, last
#define V128_0 VECTOR(WASM_V128_CONST), LANES(0)
#define EMPTY 0x40

/* Each numeric instruction accepts its operands, refuses the same with one of another type, and
 * leaves its result. */
Test(validate, numeric_signatures) {
    const struct {
        Opcode opcode;
        uint8_t count;
        ValueType operand, result;
    } ops[] = {
#define X(name, code, text, count, operand, result) {code, count, TYPE_##operand, TYPE_##result},
        WASM_NUMERIC_OPS(X)
#undef X
    };
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        for (ValueType type = TYPE_F64; type <= TYPE_I32; type++)
            for (ValueType result = TYPE_F64; result <= TYPE_I32; result++) {
                uint8_t right = WASM_LOCAL_GET, local = (uint8_t)(TYPE_I32 - ops[i].operand);
                uint8_t code[12] = {WASM_BLOCK, result, right,
                                    local,      right,  (uint8_t)(TYPE_I32 - type)};
                size_t size = 6;
                if (ops[i].count == 1) {
                    code[2] = code[3] = WASM_NOP;
                }
                if (ops[i].opcode >= 0xfc00) code[size++] = WASM_PREFIX;
                code[size++] = (uint8_t)ops[i].opcode;
                code[size++] = WASM_END;
                code[size++] = WASM_DROP;
                bool is_right = type == ops[i].operand && result == ops[i].result;
                cr_expect_eq(validate(code, size), is_right ? ERROR_NONE : ERROR_INVALID, "%s",
                             opcode_name(ops[i].opcode));
            }
}

/* The table itself, at its corners: a wrong row would make the test above agree with it. */
Test(validate, opcode_table) {
    const struct {
        unsigned opcode, value;
        const char *name;
    } known[] = {
        {WASM_I32_EQZ, 0x45, "i32.eqz"},
        {WASM_I64_EQZ, 0x50, "i64.eqz"},
        {WASM_F32_EQ, 0x5b, "f32.eq"},
        {WASM_F64_GE, 0x66, "f64.ge"},
        {WASM_I32_CLZ, 0x67, "i32.clz"},
        {WASM_I64_ROTR, 0x8a, "i64.rotr"},
        {WASM_F32_ABS, 0x8b, "f32.abs"},
        {WASM_F64_COPYSIGN, 0xa6, "f64.copysign"},
        {WASM_I32_WRAP_I64, 0xa7, "i32.wrap_i64"},
        {WASM_F32_DEMOTE_F64, 0xb6, "f32.demote_f64"},
        {WASM_F64_REINTERPRET_I64, 0xbf, "f64.reinterpret_i64"},
        {WASM_I64_EXTEND32_S, 0xc4, "i64.extend32_s"},
        {WASM_I64_TRUNC_SAT_F64_U, 0xfc07, "i64.trunc_sat_f64_u"},
        {WASM_I64_STORE32, 0x3e, "i64.store32"},
        {WASM_TABLE_FILL, 0xfc11, "table.fill"},
        {WASM_TRY_TABLE, 0x1f, "try_table"},
        {WASM_DELEGATE, 0x18, "delegate"},
        {WASM_V128_LOAD, 0xd000, "v128.load"},
        {WASM_F64X2_REPLACE_LANE, 0xd022, "f64x2.replace_lane"},
        {WASM_F64X2_GE, 0xd04c, "f64x2.ge"},
        {WASM_V128_STORE64_LANE, 0xd05b, "v128.store64_lane"},
        {WASM_I16X8_EXTMUL_HIGH_I8X16_U, 0xd09f, "i16x8.extmul_high_i8x16_u"},
        {WASM_I64X2_GE_S, 0xd0db, "i64x2.ge_s"},
        {WASM_F64X2_CONVERT_LOW_I32X4_U, 0xd0ff, "f64x2.convert_low_i32x4_u"},
        {WASM_I8X16_RELAXED_SWIZZLE, 0xd100, "i8x16.relaxed_swizzle"},
        {WASM_I64_MUL_WIDE_U, 0xfc16, "i64.mul_wide_u"},
        {WASM_MEMORY_ATOMIC_NOTIFY, 0xfe00, "memory.atomic.notify"},
        {WASM_ATOMIC_FENCE, 0xfe03, "atomic.fence"},
        {WASM_I64_ATOMIC_STORE32, 0xfe1d, "i64.atomic.store32"},
        {WASM_I32_ATOMIC_RMW8_SUB_U, 0xfe27, "i32.atomic.rmw8.sub_u"},
        {WASM_I64_ATOMIC_RMW32_CMPXCHG_U, 0xfe4e, "i64.atomic.rmw32.cmpxchg_u"},
        {WASM_I32X4_RELAXED_DOT_I8X16_I7X16_ADD_S, 0xd113, "i32x4.relaxed_dot_i8x16_i7x16_add_s"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        cr_expect_eq(known[i].opcode, known[i].value);
        cr_expect_str_eq(opcode_name((Opcode)known[i].opcode), known[i].name);
    }
    cr_expect_null(opcode_name(0x16));
    cr_expect_null(opcode_name(0xfc12));
    cr_expect_null(opcode_name(0xff));
    cr_expect_null(opcode_name(0xd09a));
    cr_expect_null(opcode_name(0xd114));
    unsigned count = 0;
    for (unsigned opcode = 0; opcode < 0x10000; opcode++)
        count += opcode_name((Opcode)opcode) != NULL;
    cr_expect_eq(count, 220 + 256 + 67); /* vectors, atomics */
}

Test(validate, operand_stack) {
    VALID(I32_0, WASM_DROP);
    MISMATCH(WASM_DROP);
    MISMATCH(I32_0);
    MISMATCH(I32_0, WASM_I32_ADD, WASM_DROP);
    MISMATCH(I32_0, WASM_BLOCK, EMPTY, WASM_DROP, WASM_END, WASM_DROP); /* not the block's own */
    VALID(I32_0, F32_0, F32_0, WASM_F32_LT, WASM_I32_ADD, WASM_DROP);
    MISMATCH(I32_0, F64_0, F32_0, WASM_F32_LT, WASM_I32_ADD, WASM_DROP);
}

Test(validate, unreachable_code) {
    VALID(WASM_UNREACHABLE, WASM_I32_ADD, WASM_DROP, WASM_DROP);
    VALID(WASM_UNREACHABLE, I32_0, WASM_I32_ADD, WASM_DROP);
    MISMATCH(WASM_UNREACHABLE, F32_0, WASM_I32_ADD, WASM_DROP);
    MISMATCH(WASM_UNREACHABLE, I32_0); /* superfluous all the same */
    VALID(WASM_UNREACHABLE, WASM_SELECT, WASM_DROP);
    VALID(WASM_UNREACHABLE, I64_0, I32_0, WASM_SELECT, WASM_I64_EQZ, WASM_DROP);
    MISMATCH(WASM_UNREACHABLE, I64_0, I32_0, WASM_SELECT, WASM_I32_EQZ, WASM_DROP);
    VALID(WASM_UNREACHABLE, WASM_SELECT, WASM_I64_EQZ, WASM_DROP); /* an operand of any type */
    VALID(WASM_UNREACHABLE, WASM_REF_IS_NULL, WASM_DROP);
    VALID(WASM_UNREACHABLE, WASM_CALL, 1, WASM_DROP, WASM_DROP);
    MISMATCH(WASM_UNREACHABLE, I32_0, WASM_CALL, 1, WASM_DROP, WASM_DROP);
    /* br_if gives its operands back with the label's types */
    MISMATCH(WASM_BLOCK, I32, WASM_UNREACHABLE, WASM_BR_IF, 0, WASM_F32_ABS, WASM_UNREACHABLE,
             WASM_END, WASM_DROP);
    /* the types of unreachable code are unknown only down to the enclosing block */
    MISMATCH(WASM_BLOCK, EMPTY, WASM_UNREACHABLE, WASM_END, WASM_DROP);
    INVALID("unknown local 6", WASM_UNREACHABLE, WASM_LOCAL_GET, 6);
}

Test(validate, blocks) {
    VALID(WASM_BLOCK, I32, I32_0, WASM_END, WASM_DROP);
    MISMATCH(WASM_BLOCK, I32, WASM_END, WASM_DROP);
    MISMATCH(WASM_BLOCK, I32, F32_0, WASM_END, WASM_DROP);
    MISMATCH(WASM_BLOCK, EMPTY, I32_0, WASM_END);
    VALID(I32_0, I64_0, WASM_BLOCK, 1, WASM_END, WASM_DROP, WASM_DROP);
    VALID(I32_0, I64_0, WASM_BLOCK, 0x81, 0x80, 0x80, 0x80, 0, WASM_END, WASM_DROP, WASM_DROP);
    MISMATCH(I64_0, I32_0, WASM_BLOCK, 1, WASM_END, WASM_DROP, WASM_DROP);
    MISMATCH(I64_0, WASM_BLOCK, 1, WASM_END, WASM_DROP, WASM_DROP);
    INVALID("unknown type 4", WASM_BLOCK, 4, WASM_END);
    MALFORMED("malformed block type", WASM_BLOCK, 0xff, 0x7f, WASM_END); /* i32, padded */
    MALFORMED("malformed value type", WASM_BLOCK, 0x41, WASM_END);
    MALFORMED("integer too large", WASM_BLOCK, 0x80, 0x80, 0x80, 0x80, 0x20, WASM_END);
    VALID(WASM_BLOCK, TYPE_V128, V128_0, WASM_END, WASM_DROP);
    MISMATCH(WASM_BLOCK, TYPE_V128, I64_0, WASM_END, WASM_DROP);
    UNSUPPORTED("needs the garbage collection proposal", WASM_BLOCK, 0x6e, WASM_END);
}

Test(validate, if_else) {
    VALID(I32_0, WASM_IF, I32, I32_0, WASM_ELSE, I32_0, WASM_END, WASM_DROP);
    VALID(I32_0, WASM_IF, EMPTY, WASM_END);
    VALID(I32_0, I64_0, I32_0, WASM_IF, 1, WASM_END, WASM_DROP, WASM_DROP);
    MISMATCH(I32_0, WASM_IF, I32, I32_0, WASM_END, WASM_DROP); /* no else to make the i32 */
    MISMATCH(I32_0, WASM_IF, 3, WASM_DROP, WASM_END);
    MISMATCH(I64_0, WASM_IF, EMPTY, WASM_END);
    MISMATCH(I32_0, WASM_IF, I32, I32_0, WASM_ELSE, F32_0, WASM_END, WASM_DROP);
    MISMATCH(I32_0, WASM_IF, I32, F32_0, WASM_ELSE, I32_0, WASM_END, WASM_DROP);
    MISMATCH(I32_0, WASM_IF, EMPTY, WASM_UNREACHABLE, WASM_ELSE, WASM_DROP, WASM_END);
    MALFORMED("misplaced ELSE opcode", WASM_ELSE);
    MALFORMED("misplaced ELSE opcode", I32_0, WASM_IF, EMPTY, WASM_ELSE, WASM_ELSE, WASM_END);
}

Test(validate, branches) {
    VALID(WASM_BR, 0);
    VALID(WASM_BLOCK, I32, I32_0, WASM_BR, 0, WASM_END, WASM_DROP);
    VALID(WASM_BLOCK, I32, F64_0, I32_0, WASM_BR, 0, WASM_END, WASM_DROP); /* more below is fine */
    MISMATCH(WASM_BLOCK, I32, WASM_BR, 0, WASM_END, WASM_DROP);
    VALID(WASM_LOOP, I32, WASM_BR, 0, WASM_END, WASM_DROP); /* a loop's label takes parameters */
    MISMATCH(WASM_BLOCK, I32, I32_0, WASM_BR_IF, 0, WASM_END, WASM_DROP);
    VALID(WASM_BLOCK, I32, I32_0, I32_0, WASM_BR_IF, 0, WASM_END, WASM_DROP);
    INVALID("unknown label 1", WASM_BR, 1);
    INVALID("unknown label 2", WASM_BLOCK, EMPTY, WASM_BR, 2, WASM_END);
    VALID(WASM_RETURN, WASM_I32_ADD, WASM_DROP);
}

Test(validate, br_table) {
    VALID(WASM_BLOCK, EMPTY, I32_0, WASM_BR_TABLE, 2, 0, 1, 0, WASM_END);
    VALID(WASM_BLOCK, EMPTY, I32_0, WASM_BR_TABLE, 0, 1, WASM_END);
    INVALID("unknown label 2", WASM_BLOCK, EMPTY, I32_0, WASM_BR_TABLE, 1, 2, 0, WASM_END);
    INVALID("unknown label 2", WASM_BLOCK, EMPTY, I32_0, WASM_BR_TABLE, 1, 0, 2, WASM_END);
    MISMATCH(WASM_BLOCK, I32, I32_0, I32_0, WASM_BR_TABLE, 1, 0, 1, WASM_END,
             WASM_DROP); /* arity */
    MISMATCH(WASM_BLOCK, I32, WASM_UNREACHABLE, WASM_BR_TABLE, 1, 0, 1, WASM_END, WASM_DROP);
    MISMATCH(WASM_BLOCK, I32, WASM_BLOCK, F32, I32_0, I32_0, WASM_BR_TABLE, 0, 0, WASM_END,
             WASM_DROP, I32_0, WASM_END, WASM_DROP);
    MISMATCH(WASM_BLOCK, I32, WASM_BLOCK, F32, I32_0, I32_0, WASM_BR_TABLE, 1, 1, 0, WASM_END,
             WASM_DROP, I32_0, WASM_END, WASM_DROP);
    /* what is unknown may go to labels of different types */
    VALID(WASM_BLOCK, I32, WASM_BLOCK, F32, WASM_UNREACHABLE, WASM_BR_TABLE, 1, 1, 0, WASM_END,
          WASM_DROP, I32_0, WASM_END, WASM_DROP);
    MALFORMED("unexpected end", I32_0, WASM_BR_TABLE, 0xff, 0xff, 0xff, 0xff, 0x0f, 0);
}

Test(validate, calls) {
    VALID(I32_0, I64_0, WASM_CALL, 1, WASM_DROP, WASM_DROP);
    MISMATCH(I64_0, I32_0, WASM_CALL, 1, WASM_DROP, WASM_DROP);
    INVALID("unknown function 3", WASM_CALL, 3);
    VALID(I32_0, WASM_CALL_INDIRECT, 2, 0, WASM_DROP);
    VALID(I64_0, WASM_CALL_INDIRECT, 2, 2, WASM_DROP);
    MISMATCH(I32_0, WASM_CALL_INDIRECT, 2, 2, WASM_DROP);
    MISMATCH(I32_0, WASM_CALL_INDIRECT, 2, 1, WASM_DROP); /* externref */
    INVALID("unknown table 3", I32_0, WASM_CALL_INDIRECT, 2, 3, WASM_DROP);
    INVALID("unknown type 4", I32_0, WASM_CALL_INDIRECT, 4, 0, WASM_DROP);
    VALID(WASM_RETURN_CALL, 0, WASM_DROP);
    MISMATCH(WASM_RETURN_CALL, 2); /* other results */
    VALID(I32_0, I32_0, WASM_RETURN_CALL_INDIRECT, 3, 0);
    MISMATCH(I32_0, WASM_RETURN_CALL_INDIRECT, 2, 0);
}

Test(validate, select) {
    VALID(F64_0, F64_0, I32_0, WASM_SELECT, WASM_DROP);
    MISMATCH(F64_0, F32_0, I32_0, WASM_SELECT, WASM_DROP);
    MISMATCH(F64_0, F64_0, I64_0, WASM_SELECT, WASM_DROP);
    MISMATCH(NULL_FUNC, NULL_FUNC, I32_0, WASM_SELECT, WASM_DROP); /* needs the typed form */
    VALID(NULL_FUNC, NULL_FUNC, I32_0, WASM_SELECT_TYPED, 1, FUNCREF, WASM_DROP);
    MISMATCH(NULL_FUNC, NULL_EXTERN, I32_0, WASM_SELECT_TYPED, 1, FUNCREF, WASM_DROP);
    INVALID("invalid result arity", I32_0, I32_0, I32_0, WASM_SELECT_TYPED, 2, I32, I32);
    INVALID("invalid result arity", I32_0, I32_0, I32_0, WASM_SELECT_TYPED, 0);
}

Test(validate, variables) {
    const ValueType types[] = {I32, I64, F32, F64, FUNCREF, EXTERNREF};
    for (uint8_t i = 0; i < 6; i++)
        for (uint8_t k = 0; k < 6; k++) {
            const uint8_t set[] = {WASM_LOCAL_GET, i, WASM_LOCAL_SET, k};
            cr_expect_eq(validate(set, sizeof set), i == k ? ERROR_NONE : ERROR_INVALID);
            const uint8_t tee[] = {WASM_BLOCK,     types[k], WASM_LOCAL_GET, i,
                                   WASM_LOCAL_TEE, i,        WASM_END,       WASM_DROP};
            cr_expect_eq(validate(tee, sizeof tee), i == k ? ERROR_NONE : ERROR_INVALID);
        }
    INVALID("unknown local 6", WASM_LOCAL_GET, 6, WASM_DROP);
    INVALID("unknown local 6", I32_0, WASM_LOCAL_SET, 6);
    INVALID("unknown local 6", I32_0, WASM_LOCAL_TEE, 6, WASM_DROP);
    VALID(WASM_GLOBAL_GET, 1, WASM_GLOBAL_SET, 1);
    MISMATCH(WASM_GLOBAL_GET, 0, WASM_GLOBAL_SET, 1);
    INVALID("immutable global", I32_0, WASM_GLOBAL_SET, 0);
    INVALID("unknown global 2", WASM_GLOBAL_GET, 2, WASM_DROP);
}

Test(validate, memory_access) {
    VALID(I32_0, WASM_I64_LOAD, 3, 0, WASM_I64_EQZ, WASM_DROP);
    INVALID("alignment must not be larger than natural", I32_0, WASM_I64_LOAD, 4, 0, WASM_DROP);
    INVALID("alignment must not be larger than natural", I32_0, WASM_I32_LOAD8_U, 1, 0, WASM_DROP);
    INVALID("alignment must not be larger than natural", I32_0, WASM_I32_LOAD, 0x3f, 0, WASM_DROP);
    MISMATCH(I64_0, WASM_I32_LOAD, 2, 0, WASM_DROP);
    VALID(I64_0, WASM_I32_LOAD, 0x42, 1, 0, WASM_DROP); /* memory 1 */
    MISMATCH(I32_0, WASM_I32_LOAD, 0x42, 1, 0, WASM_DROP);
    INVALID("unknown memory 2", I32_0, WASM_I32_LOAD, 0x42, 2, 0, WASM_DROP);
    MALFORMED("malformed memop flags", I32_0, WASM_I32_LOAD, 0x80, 1, 0, WASM_DROP);
    VALID(I32_0, WASM_I32_LOAD, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, WASM_DROP);
    INVALID("offset out of range", I32_0, WASM_I32_LOAD, 0, 0x80, 0x80, 0x80, 0x80, 0x10,
            WASM_DROP);
    VALID(I64_0, WASM_I32_LOAD, 0x40, 1, 0x80, 0x80, 0x80, 0x80, 0x10, WASM_DROP);
    VALID(I32_0, F64_0, WASM_F64_STORE, 3, 0);
    MISMATCH(F64_0, I32_0, WASM_F64_STORE, 3, 0);
    VALID(I64_0, I64_0, WASM_I64_STORE16, 0x41, 1, 0);
    VALID(WASM_MEMORY_SIZE, 0, WASM_MEMORY_GROW, 0, WASM_I32_EQZ, WASM_DROP);
    VALID(WASM_MEMORY_SIZE, 1, WASM_MEMORY_GROW, 1, WASM_I64_EQZ, WASM_DROP);
    INVALID("unknown memory 2", WASM_MEMORY_SIZE, 2, WASM_DROP);
}

Test(validate, bulk_memory) {
    VALID(I32_0, I32_0, I32_0, PREFIXED(WASM_MEMORY_FILL), 0);
    VALID(I64_0, I32_0, I64_0, PREFIXED(WASM_MEMORY_FILL), 1);
    VALID(I32_0, I32_0, I32_0, PREFIXED(WASM_MEMORY_COPY), 0, 0);
    VALID(I64_0, I64_0, I64_0, PREFIXED(WASM_MEMORY_COPY), 1, 1);
    VALID(I32_0, I64_0, I32_0, PREFIXED(WASM_MEMORY_COPY), 0, 1); /* the narrower size */
    VALID(I64_0, I32_0, I32_0, PREFIXED(WASM_MEMORY_COPY), 1, 0);
    MISMATCH(I32_0, I64_0, I64_0, PREFIXED(WASM_MEMORY_COPY), 0, 1);
    VALID(I64_0, I32_0, I32_0, PREFIXED(WASM_MEMORY_INIT), 0, 1);
    MISMATCH(I64_0, I64_0, I64_0, PREFIXED(WASM_MEMORY_INIT), 0, 1);
    INVALID("unknown data segment 1", I32_0, I32_0, I32_0, PREFIXED(WASM_MEMORY_INIT), 1, 0);
    VALID(PREFIXED(WASM_DATA_DROP), 0);
    INVALID("unknown data segment 1", PREFIXED(WASM_DATA_DROP), 1);
}

Test(validate, tables) {
    VALID(I32_0, WASM_TABLE_GET, 0, WASM_LOCAL_SET, 4);
    MISMATCH(I32_0, WASM_TABLE_GET, 1, WASM_LOCAL_SET, 4);
    VALID(I64_0, NULL_FUNC, WASM_TABLE_SET, 2);
    MISMATCH(I32_0, NULL_FUNC, WASM_TABLE_SET, 2);
    MISMATCH(I32_0, NULL_FUNC, WASM_TABLE_SET, 1);
    VALID(PREFIXED(WASM_TABLE_SIZE), 2, WASM_I64_EQZ, WASM_DROP);
    VALID(NULL_FUNC, I64_0, PREFIXED(WASM_TABLE_GROW), 2, WASM_I64_EQZ, WASM_DROP);
    VALID(I32_0, NULL_EXTERN, I32_0, PREFIXED(WASM_TABLE_FILL), 1);
    VALID(I32_0, I64_0, I32_0, PREFIXED(WASM_TABLE_COPY), 0, 2);
    MISMATCH(I32_0, I32_0, I32_0, PREFIXED(WASM_TABLE_COPY), 0, 1); /* other elements */
    VALID(I64_0, I32_0, I32_0, PREFIXED(WASM_TABLE_INIT), 0, 2);
    MISMATCH(I32_0, I32_0, I32_0, PREFIXED(WASM_TABLE_INIT), 1, 0);
    INVALID("unknown elem segment 2", I32_0, I32_0, I32_0, PREFIXED(WASM_TABLE_INIT), 2, 0);
    VALID(PREFIXED(WASM_ELEM_DROP), 1);
    INVALID("unknown table 3", I32_0, WASM_TABLE_GET, 3, WASM_DROP);
}

Test(validate, references) {
    VALID(NULL_FUNC, WASM_REF_IS_NULL, WASM_DROP);
    MISMATCH(I32_0, WASM_REF_IS_NULL, WASM_DROP);
    VALID(WASM_REF_FUNC, 0, WASM_LOCAL_SET, 4);
    INVALID("undeclared function reference", WASM_REF_FUNC, 1, WASM_DROP);
    INVALID("unknown function 3", WASM_REF_FUNC, 3, WASM_DROP);
    MALFORMED("malformed heap type", WASM_REF_NULL, I32, WASM_DROP);
    INVALID("unknown type 4", WASM_REF_NULL, 4, WASM_DROP);
    UNSUPPORTED("needs the garbage collection proposal", WASM_REF_NULL, 0x6e, WASM_DROP);
}

/* ---- Typed function references ------------------------------------------------------------ */

/* Function 0's, which is of type 0. */
#define FUNCTION_0 WASM_REF_FUNC, 0
#define NULL_0 WASM_REF_NULL, 0
#define TO_0 TYPE_REF, 0

Test(validate, calls_of_references) {
    VALID(FUNCTION_0, WASM_CALL_REF, 0);
    VALID(NULL_0, WASM_CALL_REF, 0);
    VALID(I32_0, I64_0, WASM_REF_NULL, 1, WASM_CALL_REF, 1, WASM_DROP, WASM_DROP);
    MISMATCH(I32_0, WASM_REF_NULL, 1, WASM_CALL_REF, 1, WASM_DROP, WASM_DROP);
    INVALID("type mismatch: call_ref expects (ref null $t) but finds (ref $t)", FUNCTION_0,
            WASM_CALL_REF, 2, WASM_DROP);
    INVALID("type mismatch: call_ref expects (ref null $t) but finds (ref null $t) of another type",
            NULL_0, WASM_CALL_REF, 2, WASM_DROP);
    MISMATCH(NULL_FUNC, WASM_CALL_REF, 0);
    INVALID("unknown type 4", NULL_0, WASM_CALL_REF, 4);
    VALID(FUNCTION_0, WASM_RETURN_CALL_REF, 0, WASM_CALL, 0);
    INVALID("type mismatch: return_call_ref of a function with other results", WASM_REF_NULL, 2,
            WASM_RETURN_CALL_REF, 2);
}

Test(validate, subtypes_are_taken_for_supertypes) {
    VALID(FUNCTION_0, WASM_LOCAL_SET, 4);
    VALID(NULL_0, WASM_LOCAL_SET, 4);
    VALID(I32_0, FUNCTION_0, WASM_TABLE_SET, 0);
    MISMATCH(NULL_0, WASM_LOCAL_SET, 5);
    VALID(WASM_BLOCK, TYPE_REF_NULL, 0, FUNCTION_0, WASM_END, WASM_DROP);
    MISMATCH(WASM_BLOCK, TO_0, NULL_0, WASM_END, WASM_DROP);
    MISMATCH(WASM_BLOCK, TYPE_REF_NULL, 0, NULL_FUNC, WASM_END, WASM_DROP);
    VALID(WASM_BLOCK, FUNCREF, FUNCTION_0, I32_0, WASM_BR_IF, 0, WASM_END, WASM_DROP);
    VALID(FUNCTION_0, NULL_0, I32_0, WASM_SELECT_TYPED, 1, TYPE_REF_NULL, 0, WASM_DROP);
    MISMATCH(FUNCTION_0, NULL_0, I32_0, WASM_SELECT_TYPED, 1, TO_0, WASM_DROP);
    INVALID("unknown type 4", WASM_BLOCK, TYPE_REF, 4, WASM_UNREACHABLE, WASM_END, WASM_DROP);
}

Test(validate, tests_for_null) {
    VALID(WASM_BLOCK, TO_0, NULL_0, WASM_REF_AS_NON_NULL, WASM_END, WASM_DROP);
    MISMATCH(I32_0, WASM_REF_AS_NON_NULL, WASM_DROP);
    VALID(NULL_0, WASM_REF_IS_NULL, WASM_DROP);

    VALID(WASM_BLOCK, 0x40, NULL_0, WASM_BR_ON_NULL, 0, WASM_CALL_REF, 0, WASM_END);
    VALID(WASM_BLOCK, TO_0, FUNCTION_0, NULL_0, WASM_BR_ON_NULL, 0, WASM_DROP, WASM_END, WASM_DROP);
    MISMATCH(WASM_BLOCK, TO_0, NULL_0, NULL_0, WASM_BR_ON_NULL, 0, WASM_DROP, WASM_END, WASM_DROP);
    MISMATCH(WASM_BLOCK, 0x40, I32_0, WASM_BR_ON_NULL, 0, WASM_DROP, WASM_END);
    INVALID("unknown label 2", WASM_BLOCK, 0x40, NULL_0, WASM_BR_ON_NULL, 2, WASM_DROP, WASM_END);

    VALID(WASM_BLOCK, TO_0, NULL_0, WASM_BR_ON_NON_NULL, 0, WASM_UNREACHABLE, WASM_END,
          WASM_CALL_REF, 0);
    VALID(WASM_BLOCK, FUNCREF, NULL_0, WASM_BR_ON_NON_NULL, 0, NULL_FUNC, WASM_END, WASM_DROP);
    MISMATCH(WASM_BLOCK, 0x40, NULL_0, WASM_BR_ON_NON_NULL, 0, WASM_END);
    MISMATCH(WASM_BLOCK, I32, NULL_0, WASM_BR_ON_NON_NULL, 0, WASM_UNREACHABLE, WASM_END, WASM_DROP);
    MISMATCH(WASM_BLOCK, TYPE_REF, 1, NULL_0, WASM_BR_ON_NON_NULL, 0, WASM_UNREACHABLE, WASM_END,
             WASM_DROP);
}

/* In code that is not reached it is some reference, and no number. */
Test(validate, references_from_nowhere) {
    VALID(WASM_BLOCK, TO_0, WASM_UNREACHABLE, WASM_REF_AS_NON_NULL, WASM_END, WASM_DROP);
    VALID(WASM_BLOCK, EXTERNREF, WASM_UNREACHABLE, WASM_REF_AS_NON_NULL, WASM_END, WASM_DROP);
    INVALID("type mismatch: end expects i32 but finds (ref bottom)", WASM_BLOCK, I32,
            WASM_UNREACHABLE, WASM_REF_AS_NON_NULL, WASM_END, WASM_DROP);
    VALID(WASM_BLOCK, 0x40, WASM_UNREACHABLE, WASM_BR_ON_NULL, 0, WASM_CALL_REF, 0, WASM_END);
}

/* A function with two locals that cannot be null, the second behind so many others. */
static ErrorKind with_unset_locals(uint32_t others, const uint8_t *code, size_t size) {
    Bytes bytes = {0}, body = {0};
    PUT(&bytes, HEADER, SECTION(S_TYPE, 1, 0x60, 0, 0), SECTION(S_FUNCTION, 1, 0),
        SECTION(S_EXPORT, 1, 0, 0, 0));
    PUT(&body, 3, 1, TO_0);
    put_u32(&body, others);
    PUT(&body, I32, 1, TO_0);
    put_bytes(&body, code, size);
    PUT(&body, WASM_END);
    put_code(&bytes, &body);
    Module module;
    error = (Error){0};
    if (module_read(bytes.at, bytes.size, &module, &error)) module_free(&module);
    free(bytes.at);
    return error.kind;
}

#define UNSET(kind, others, ...)                                                                   \
    do {                                                                                           \
        const uint8_t code[] = {__VA_ARGS__};                                                      \
        cr_expect_eq(with_unset_locals(others, code, sizeof code), kind, "%s", error.message);     \
    } while (0)
#define SET FUNCTION_0, WASM_LOCAL_SET
#define GET WASM_LOCAL_GET
#define READ(local) GET, local, WASM_DROP

Test(validate, locals_without_a_value) {
    UNSET(ERROR_INVALID, 0, READ(0));
    cr_expect(strncmp(error.message, "uninitialized local 0", 21) == 0, "%s", error.message);
    UNSET(ERROR_NONE, 0, SET, 0, READ(0));
    UNSET(ERROR_NONE, 0, FUNCTION_0, WASM_LOCAL_TEE, 0, WASM_DROP, READ(0));
    UNSET(ERROR_INVALID, 0, SET, 0, READ(1));
    UNSET(ERROR_NONE, 0, SET, 0, WASM_BLOCK, 0x40, READ(0), WASM_END);
    /* What is set in a block is unset at its end. */
    UNSET(ERROR_INVALID, 0, WASM_BLOCK, 0x40, SET, 0, WASM_END, READ(0));
    UNSET(ERROR_NONE, 0, SET, 1, WASM_BLOCK, 0x40, SET, 0, SET, 1, WASM_END, READ(1));
    UNSET(ERROR_INVALID, 0, I32_0, WASM_IF, 0x40, SET, 0, WASM_ELSE, READ(0), WASM_END);
    UNSET(ERROR_INVALID, 0, WASM_TRY, 0x40, SET, 0, WASM_CATCH_ALL, READ(0), WASM_END);
    UNSET(ERROR_INVALID, 0, WASM_UNREACHABLE, READ(0));
    /* Where types are searched in the runs. */
    UNSET(ERROR_INVALID, 999, GET, 0xe8, 0x07, WASM_DROP); /* 1000 */
    UNSET(ERROR_NONE, 999, SET, 0xe8, 0x07, GET, 0xe8, 0x07, WASM_DROP, READ(1));
}


#define NULL_EXCEPTION WASM_REF_NULL, EXNREF

Test(validate, throwing) {
    VALID(WASM_THROW, 0, WASM_DROP); /* unreachable: any operand may be popped */
    VALID(I32_0, WASM_THROW, 1);
    MISMATCH(WASM_THROW, 1);
    MISMATCH(I64_0, WASM_THROW, 1);
    INVALID("unknown tag 2", WASM_THROW, 2);
    VALID(NULL_EXCEPTION, WASM_THROW_REF, WASM_DROP);
    MISMATCH(NULL_EXTERN, WASM_THROW_REF);
    VALID(NULL_EXCEPTION, WASM_REF_IS_NULL, WASM_DROP);
    MISMATCH(NULL_EXCEPTION, NULL_EXCEPTION, I32_0, WASM_SELECT, WASM_DROP);
}

Test(validate, try_table) {
    enum { TAG, TAG_REFERENCE, ALL, ALL_REFERENCE };
    VALID(WASM_TRY_TABLE, EMPTY, 0, WASM_END);
    VALID(I32_0, I64_0, WASM_TRY_TABLE, 1, 0, WASM_END, WASM_DROP, WASM_DROP);
    MISMATCH(WASM_TRY_TABLE, 1, 0, WASM_END);
    MISMATCH(WASM_TRY_TABLE, I32, 0, WASM_END, WASM_DROP);
    VALID(WASM_BLOCK, EMPTY, WASM_TRY_TABLE, EMPTY, 2, TAG, 0, 0, ALL, 1, WASM_END, WASM_END);
    VALID(WASM_BLOCK, I32, WASM_TRY_TABLE, EMPTY, 1, TAG, 1, 0, WASM_END, I32_0, WASM_END,
          WASM_DROP);
    VALID(WASM_BLOCK, EXNREF, WASM_TRY_TABLE, EMPTY, 2, TAG_REFERENCE, 0, 0, ALL_REFERENCE, 0,
          WASM_END, NULL_EXCEPTION, WASM_END, WASM_DROP);
    VALID(WASM_BLOCK, TYPE_REF, EXNREF, WASM_TRY_TABLE, EMPTY, 2, TAG_REFERENCE, 0, 0,
          ALL_REFERENCE, 0, WASM_END, WASM_UNREACHABLE, WASM_END, WASM_DROP);
    /* Labels are counted from outside: the function's, here, and a loop's takes parameters. */
    VALID(WASM_TRY_TABLE, EMPTY, 1, ALL, 0, WASM_END);
    INVALID("unknown label 1", WASM_TRY_TABLE, EMPTY, 1, ALL, 1, WASM_END);
    VALID(WASM_LOOP, I32, WASM_TRY_TABLE, I32, 1, ALL, 0, I32_0, WASM_END, WASM_END, WASM_DROP);
    MISMATCH(WASM_BLOCK, EMPTY, WASM_TRY_TABLE, EMPTY, 1, TAG, 1, 0, WASM_END, WASM_END);
    MISMATCH(WASM_BLOCK, I32, WASM_TRY_TABLE, EMPTY, 1, TAG_REFERENCE, 1, 0, WASM_END, I32_0,
             WASM_END, WASM_DROP);
    MISMATCH(WASM_BLOCK, I64, WASM_TRY_TABLE, EMPTY, 1, TAG, 1, 0, WASM_END, I64_0, WASM_END,
             WASM_DROP);
    MISMATCH(WASM_BLOCK, EXTERNREF, WASM_TRY_TABLE, EMPTY, 1, ALL_REFERENCE, 0, WASM_END,
             NULL_EXTERN, WASM_END, WASM_DROP);
    INVALID("unknown tag 2", WASM_TRY_TABLE, EMPTY, 1, TAG, 2, 0, WASM_END);
    MALFORMED("malformed catch clause", WASM_TRY_TABLE, EMPTY, 1, 4, 0, WASM_END);
    MALFORMED("unexpected end", WASM_TRY_TABLE, EMPTY, 0xff, 0xff, 0x03, ALL, 0, WASM_END);
}

Test(validate, legacy_try) {
    VALID(WASM_TRY, EMPTY, WASM_END);
    VALID(WASM_TRY, I32, I32_0, WASM_CATCH, 1, WASM_CATCH, 0, I32_0, WASM_CATCH_ALL, I32_0, WASM_END,
          WASM_DROP);
    VALID(WASM_TRY, EMPTY, WASM_THROW, 0, WASM_CATCH_ALL, WASM_RETHROW, 0, WASM_END);
    MISMATCH(WASM_TRY, I32, WASM_CATCH, 1, WASM_END, WASM_DROP); /* the body leaves nothing */
    MISMATCH(WASM_TRY, I32, I32_0, WASM_CATCH, 0, WASM_END, WASM_DROP); /* the handler */
    MISMATCH(WASM_TRY, EMPTY, WASM_CATCH, 1, WASM_END); /* too much */
    INVALID("unknown tag 2", WASM_TRY, EMPTY, WASM_CATCH, 2, WASM_END);
    MALFORMED("misplaced catch", WASM_TRY, EMPTY, WASM_CATCH_ALL, WASM_CATCH, 0, WASM_END);
    MALFORMED("misplaced catch_all", WASM_TRY, EMPTY, WASM_CATCH_ALL, WASM_CATCH_ALL, WASM_END);
    MALFORMED("misplaced catch", WASM_BLOCK, EMPTY, WASM_CATCH, 0, WASM_END);
    INVALID("invalid rethrow label", WASM_TRY, EMPTY, WASM_RETHROW, 0, WASM_CATCH_ALL, WASM_END);
    INVALID("invalid rethrow label", WASM_TRY, EMPTY, WASM_CATCH_ALL, WASM_BLOCK, EMPTY,
            WASM_RETHROW, 0, WASM_END, WASM_END);
    VALID(WASM_TRY, EMPTY, WASM_CATCH, 0, WASM_BLOCK, EMPTY, WASM_RETHROW, 1, WASM_END, WASM_END);
    VALID(WASM_TRY, I32, I32_0, WASM_DELEGATE, 0, WASM_DROP); /* to the caller */
    INVALID("unknown label 1", WASM_TRY, EMPTY, WASM_DELEGATE, 1);
    MISMATCH(WASM_TRY, I32, WASM_DELEGATE, 0, WASM_DROP);
    MALFORMED("misplaced delegate", WASM_BLOCK, EMPTY, WASM_DELEGATE, 0);
    MALFORMED("misplaced delegate", WASM_TRY, EMPTY, WASM_CATCH, 0, WASM_DELEGATE, 0);
}

Test(validate, opcodes) {
    MALFORMED("illegal opcode ff", 0xff);
    MALFORMED("illegal opcode 27", 0x27);
    MALFORMED("illegal opcode fc 20", WASM_PREFIX, 0x20);
    MALFORMED("illegal opcode", WASM_PREFIX, 0x1f);
    MALFORMED("integer representation too long", WASM_PREFIX, 0x80, 0x80, 0x80, 0x80, 0x80, 0);
    VALID(F32_0, WASM_PREFIX, 0x80, 0x80, 0x00, WASM_DROP); /* i32.trunc_sat_f32_s, padded */
    MALFORMED("illegal opcode fd 114", WASM_VECTOR_PREFIX, 0x94, 0x02);
    MALFORMED("illegal opcode fd 9a", VECTOR(0x9a));
    MALFORMED("illegal opcode fe 4f", WASM_ATOMIC_PREFIX, 0x4f);
    MALFORMED("illegal opcode fe 04", ATOMIC(0x04), 0);
    MALFORMED("illegal opcode fe 0f", ATOMIC(0x0f), 0);
    UNSUPPORTED("needs the garbage collection proposal", 0xfb, 0x01);
    MALFORMED("illegal opcode fc17", WASM_PREFIX, 0x17);
    MALFORMED("integer too large", WASM_I32_CONST, 0xff, 0xff, 0xff, 0xff, 0x0f, WASM_DROP);
    MALFORMED("unexpected end", WASM_F64_CONST, 0, 0, 0, 0, 0);
}

Test(validate, atomics) {
    static const uint8_t four = 2, eight = 3; /* the alignment that each must have */
    VALID(ATOMIC(WASM_ATOMIC_FENCE), 0);
    MALFORMED("zero byte expected", ATOMIC(WASM_ATOMIC_FENCE), 1);
    VALID(I32_0, ATOMIC(WASM_I32_ATOMIC_LOAD), four, 0, WASM_DROP);
    INVALID("atomic alignment must be natural", I32_0, ATOMIC(WASM_I32_ATOMIC_LOAD), 1, 0, WASM_DROP);
    INVALID("alignment must not be larger", I32_0, ATOMIC(WASM_I64_ATOMIC_LOAD32_U), eight, 0,
            WASM_DROP);
    VALID(I32_0, I64_0, ATOMIC(WASM_I64_ATOMIC_STORE16), 1, 0);
    MISMATCH(I32_0, I32_0, ATOMIC(WASM_I64_ATOMIC_STORE16), 1, 0);
    VALID(I32_0, I64_0, ATOMIC(WASM_I64_ATOMIC_RMW_ADD), eight, 0, ATOMIC(WASM_ATOMIC_FENCE), 0,
          WASM_DROP);
    VALID(I32_0, I32_0, I32_0, ATOMIC(WASM_I32_ATOMIC_RMW8_CMPXCHG_U), 0, 0, WASM_I32_EQZ, WASM_DROP);
    MISMATCH(I32_0, I64_0, I32_0, ATOMIC(WASM_I32_ATOMIC_RMW8_CMPXCHG_U), 0, 0, WASM_DROP);
    VALID(I32_0, I32_0, I64_0, ATOMIC(WASM_MEMORY_ATOMIC_WAIT32), four, 0, WASM_I32_EQZ, WASM_DROP);
    VALID(I32_0, I64_0, I64_0, ATOMIC(WASM_MEMORY_ATOMIC_WAIT64), eight, 0, WASM_I32_EQZ, WASM_DROP);
    MISMATCH(I32_0, I64_0, I64_0, ATOMIC(WASM_MEMORY_ATOMIC_WAIT32), four, 0, WASM_DROP);
    VALID(I32_0, I32_0, ATOMIC(WASM_MEMORY_ATOMIC_NOTIFY), four, 0, WASM_I32_EQZ, WASM_DROP);
}

Test(validate, wide_arithmetic) {
    VALID(I64_0, I64_0, I64_0, I64_0, PREFIXED(WASM_I64_ADD128), WASM_DROP, WASM_I64_EQZ, WASM_DROP);
    MISMATCH(I64_0, I64_0, I64_0, PREFIXED(WASM_I64_SUB128), WASM_DROP, WASM_DROP);
    VALID(I64_0, I64_0, PREFIXED(WASM_I64_MUL_WIDE_U), WASM_DROP, WASM_I64_EQZ, WASM_DROP);
    MISMATCH(I64_0, I32_0, PREFIXED(WASM_I64_MUL_WIDE_S), WASM_DROP, WASM_DROP);
}

Test(validate, vectors) {
    VALID(V128_0, V128_0, VECTOR(WASM_I8X16_ADD), WASM_DROP);
    MISMATCH(V128_0, I32_0, VECTOR(WASM_I8X16_ADD), WASM_DROP);
    VALID(V128_0, V128_0, V128_0, VECTOR(WASM_F32X4_RELAXED_MADD), WASM_DROP);
    MISMATCH(V128_0, V128_0, VECTOR(WASM_V128_BITSELECT), WASM_DROP);
    VALID(F64_0, VECTOR(WASM_F64X2_SPLAT), WASM_DROP);
    MISMATCH(F32_0, VECTOR(WASM_F64X2_SPLAT), WASM_DROP);
    VALID(V128_0, VECTOR(WASM_I8X16_BITMASK), WASM_DROP);
    VALID(V128_0, I32_0, VECTOR(WASM_I64X2_SHL), WASM_DROP);
    MISMATCH(V128_0, I64_0, VECTOR(WASM_I64X2_SHL), WASM_DROP);
    VALID(V128_0, V128_0, I32_0, WASM_SELECT, WASM_DROP);
}

Test(validate, lanes) {
    VALID(V128_0, VECTOR(WASM_I16X8_EXTRACT_LANE_U), 7, WASM_DROP);
    INVALID("invalid lane index", V128_0, VECTOR(WASM_I16X8_EXTRACT_LANE_U), 8, WASM_DROP);
    VALID(V128_0, F32_0, VECTOR(WASM_F32X4_REPLACE_LANE), 3, WASM_DROP);
    MISMATCH(V128_0, I32_0, VECTOR(WASM_F32X4_REPLACE_LANE), 3, WASM_DROP);
    VALID(V128_0, V128_0, VECTOR(WASM_I8X16_SHUFFLE), LANES(31), WASM_DROP);
    INVALID("invalid lane index", V128_0, V128_0, VECTOR(WASM_I8X16_SHUFFLE), LANES(32), WASM_DROP);
    VALID(I32_0, V128_0, VECTOR(WASM_V128_LOAD16_LANE), 1, 0, 7, WASM_DROP);
    INVALID("invalid lane index", I32_0, V128_0, VECTOR(WASM_V128_LOAD16_LANE), 1, 0, 8, WASM_DROP);
    INVALID("alignment must not be larger than natural", I32_0, V128_0,
            VECTOR(WASM_V128_LOAD16_LANE), 2, 0, 7, WASM_DROP);
    VALID(I32_0, V128_0, VECTOR(WASM_V128_STORE64_LANE), 3, 0, 1);
    MISMATCH(I32_0, I32_0, VECTOR(WASM_V128_STORE64_LANE), 3, 0, 1);
    VALID(I32_0, VECTOR(WASM_V128_LOAD8X8_S), 3, 0, WASM_DROP);
    INVALID("alignment must not be larger than natural", I32_0, VECTOR(WASM_V128_LOAD8X8_S), 4, 0,
            WASM_DROP);
    MALFORMED("unexpected end", WASM_VECTOR_PREFIX, WASM_V128_CONST & 0xff, 0, 0);
}

/* ---- Constant expressions ----------------------------------------------------------------- */

/* A module with an imported i64 (mutable if `is_mutable`), an i32, and a global of `type` with this
 * initialiser. */
static ErrorKind constant(ValueType type, bool is_mutable, const uint8_t *code, size_t size) {
    Bytes bytes = {0}, section = {0};
    PUT(&bytes, HEADER, SECTION(S_TYPE, 1, 0x60, 0, 0),
        SECTION(S_IMPORT, 2, 0, 0, 3, I64, is_mutable, 0, 0, 0, 0), S_GLOBAL);
    PUT(&section, 2, I32, 0, WASM_I32_CONST, 1, WASM_END, type, 0);
    put_bytes(&section, code, size);
    PUT(&section, WASM_END);
    put_sized(&bytes, &section);
    Module module;
    error = (Error){0};
    if (module_read(bytes.at, bytes.size, &module, &error)) {
        const ConstantExpression *initial = &module.globals[2].initial;
        cr_expect_eq((size_t)(initial->end - initial->begin), size);
        cr_expect_eq(memcmp(initial->begin, code, size), 0);
        module_free(&module);
    }
    free(bytes.at);
    return error.kind;
}

#define CONSTANT(kind, type, is_mutable, ...)                                                      \
    do {                                                                                           \
        const uint8_t code[] = {__VA_ARGS__};                                                      \
        cr_expect_eq(constant(type, is_mutable, code, sizeof code), kind, "%s", error.message);    \
    } while (0)

Test(validate, constant_expressions) {
    CONSTANT(ERROR_NONE, I32, false, I32_0);
    CONSTANT(ERROR_INVALID, I64, false, I32_0);
    CONSTANT(ERROR_INVALID, I32, false, I32_0, I32_0);
    CONSTANT(ERROR_NONE, I64, false, WASM_GLOBAL_GET, 0, I64_0, WASM_I64_MUL, I64_0, WASM_I64_SUB);
    CONSTANT(ERROR_NONE, I32, false, WASM_GLOBAL_GET, 1, I32_0, WASM_I32_ADD); /* defined earlier */
    CONSTANT(ERROR_INVALID, I64, true, WASM_GLOBAL_GET, 0);                    /* mutable */
    CONSTANT(ERROR_INVALID, I64, false, WASM_GLOBAL_GET, 2);                   /* itself */
    CONSTANT(ERROR_NONE, FUNCREF, false, WASM_REF_FUNC, 0);
    CONSTANT(ERROR_INVALID, FUNCREF, false, WASM_REF_FUNC, 1);
    CONSTANT(ERROR_NONE, EXTERNREF, false, NULL_EXTERN);
    CONSTANT(ERROR_INVALID, I32, false, I32_0, I32_0, WASM_I32_AND);
    cr_expect(strstr(error.message, "constant expression required"));
    CONSTANT(ERROR_INVALID, I32, false, I32_0, WASM_NOP);
    CONSTANT(ERROR_INVALID, I32, false, WASM_BLOCK, I32, I32_0, WASM_END);
    CONSTANT(ERROR_MALFORMED, I32, false, 0xff);
    CONSTANT(ERROR_NONE, TYPE_V128, false, V128_0);
    CONSTANT(ERROR_INVALID, I32, false, V128_0);
    CONSTANT(ERROR_INVALID, TYPE_V128, false, V128_0, V128_0, VECTOR(WASM_I8X16_ADD));
    CONSTANT(ERROR_UNSUPPORTED, I32, false, 0xfb, 0x01);
    CONSTANT(ERROR_INVALID, I32, false, ATOMIC(WASM_ATOMIC_FENCE), 0);
}

/* ---- Large functions ---------------------------------------------------------------------- */

static ErrorKind read_and_free(Bytes *bytes) {
    Module module;
    error = (Error){0};
    if (module_read(bytes->at, bytes->size, &module, &error)) module_free(&module);
    free(bytes->at);
    return error.kind;
}

/* A module of one function [] -> [] without its code. */
static Bytes begin_module(void) {
    Bytes bytes = {0};
    PUT(&bytes, HEADER, SECTION(S_TYPE, 1, 0x60, 0, 0), SECTION(S_FUNCTION, 1, 0));
    return bytes;
}

Test(validate, deep_nesting) {
    enum { DEPTH = 2000000 };
    Bytes bytes = begin_module(), body = {0};
    PUT(&body, 0);
    for (uint32_t i = 0; i < DEPTH; i++)
        PUT(&body, i % 2 ? WASM_LOOP : WASM_BLOCK, EMPTY);
    put_repeated(&body, WASM_END, DEPTH + 1);
    put_code(&bytes, &body);
    cr_expect_eq(read_and_free(&bytes), ERROR_NONE, "%s", error.message);
}

/* The types of locals behind those that are laid out come from the runs. */
Test(validate, many_locals) {
    enum { RUNS = 1000, RUN = 7 };
    const ValueType types[] = {I32, I64, F32, F64};
    for (uint32_t wrong = 0; wrong < 2; wrong++) {
        Bytes bytes = begin_module(), body = {0};
        put_u32(&body, RUNS + 1);
        for (uint32_t i = 0; i < RUNS; i++)
            PUT(&body, RUN, types[i % 4]);
        PUT(&body, 0, FUNCREF); /* an empty run */
        for (uint32_t local = 0; local < RUNS * RUN; local++) {
            PUT(&body, WASM_BLOCK, types[(local / RUN + wrong * (local > 6998)) % 4],
                WASM_LOCAL_GET);
            put_u32(&body, local);
            PUT(&body, WASM_END, WASM_DROP);
        }
        PUT(&body, WASM_END);
        put_code(&bytes, &body);
        cr_expect_eq(read_and_free(&bytes), wrong ? ERROR_INVALID : ERROR_NONE, "%s",
                     error.message);
    }
}

/* A wide type: 1,000 parameters and results, of which each call and branch moves all. */
static Bytes begin_wide(uint32_t count) {
    Bytes bytes = {0}, types = {0};
    PUT(&bytes, HEADER, S_TYPE);
    PUT(&types, 2, 0x60, 0, 0, 0x60);
    put_u32(&types, count);
    put_repeated(&types, I32, count);
    put_u32(&types, count);
    put_repeated(&types, I32, count);
    put_sized(&bytes, &types);
    PUT(&bytes, SECTION(S_IMPORT, 1, 0, 0, 0, 1), SECTION(S_FUNCTION, 1, 0));
    return bytes;
}

Test(validate, wide_types) {
    Bytes bytes = begin_wide(MAX_PARAMETERS), body = {0};
    PUT(&body, 0);
    for (uint32_t i = 0; i < MAX_PARAMETERS; i++)
        PUT(&body, I32_0);
    for (uint32_t i = 0; i < 1000; i++)
        PUT(&body, WASM_CALL, 0);
    PUT(&body, WASM_LOOP, 1, WASM_CALL, 0, WASM_END);
    put_repeated(&body, WASM_DROP, MAX_PARAMETERS);
    PUT(&body, WASM_END);
    put_code(&bytes, &body);
    cr_expect_eq(read_and_free(&bytes), ERROR_NONE, "%s", error.message);

    bytes = begin_wide(MAX_PARAMETERS + 1);
    cr_expect_eq(read_and_free(&bytes), ERROR_LIMIT, "%s", error.message);
    cr_expect(strstr(error.message, "1001 parameters"));
}

/* A br_table of 1,000,000 labels that each take 1,000 values. */
Test(validate, huge_br_table, .timeout = 10) {
    enum { LABELS = 1000000 };
    Bytes bytes = begin_wide(MAX_PARAMETERS), body = {0};
    PUT(&body, 0, WASM_UNREACHABLE, WASM_BLOCK, 1, WASM_LOOP, 1, I32_0, WASM_BR_TABLE);
    put_u32(&body, LABELS);
    for (uint32_t i = 0; i <= LABELS; i++)
        PUT(&body, i % 2);
    PUT(&body, WASM_END, WASM_END, WASM_UNREACHABLE, WASM_END);
    put_code(&bytes, &body);
    cr_expect_eq(read_and_free(&bytes), ERROR_NONE, "%s", error.message);
}

Test(validate, limits) {
    /* Calls that only push: 2 bytes for 1,000 operands. */
    Bytes bytes = {0}, types = {0}, body = {0};
    PUT(&bytes, HEADER, S_TYPE);
    PUT(&types, 2, 0x60, 0, 0, 0x60, 0);
    put_u32(&types, MAX_PARAMETERS);
    put_repeated(&types, F64, MAX_PARAMETERS);
    put_sized(&bytes, &types);
    PUT(&bytes, SECTION(S_IMPORT, 1, 0, 0, 0, 1), SECTION(S_FUNCTION, 1, 0));
    PUT(&body, 0);
    for (uint32_t i = 0; i < 20000; i++)
        PUT(&body, WASM_CALL, 0);
    PUT(&body, WASM_UNREACHABLE, WASM_END);
    put_code(&bytes, &body);
    cr_expect_eq(read_and_free(&bytes), ERROR_LIMIT, "%s", error.message);

    bytes = begin_module();
    PUT(&body, 0);
    put_repeated(&body, WASM_NOP, MAX_BODY_BYTES);
    PUT(&body, WASM_END);
    put_code(&bytes, &body);
    cr_expect_eq(read_and_free(&bytes), ERROR_LIMIT, "%s", error.message);
}

Test(validate, data_count_section_required) {
    const uint8_t bytes[] = {HEADER, SECTION(S_TYPE, 1, 0x60, 0, 0), SECTION(S_FUNCTION, 1, 0),
                             SECTION(S_CODE, 1, BODY(0, PREFIXED(WASM_DATA_DROP), 0, WASM_END)),
                             SECTION(S_DATA, 1, 1, 0)};
    Module module;
    cr_expect(!module_read(bytes, sizeof bytes, &module, &error));
    cr_expect_eq(error.kind, ERROR_MALFORMED);
    cr_expect(strstr(error.message, "data count section required"));
}

Test(validate, block_types) {
    const uint8_t bytes[] = {HEADER, SECTION(S_TYPE, 1, 0x60, 1, I32, 2, I64, F64)};
    const uint8_t empty[] = {EMPTY}, single[] = {F32}, indexed[] = {0x80, 0};
    Module module;
    cr_assert(module_read(bytes, sizeof bytes, &module, &error));
    const uint8_t *at = empty;
    BlockType type = block_type_read(&module, &at);
    cr_expect(type.parameter_count == 0 && type.result_count == 0 && at == empty + 1);
    at = single;
    type = block_type_read(&module, &at);
    cr_expect(type.parameter_count == 0 && type.result_count == 1 && type.results[0] == F32);
    at = indexed;
    type = block_type_read(&module, &at);
    cr_expect(type.parameter_count == 1 && type.result_count == 2 && at == indexed + 2);
    cr_expect(type.parameters[0] == I32 && type.results[1] == F64);
    module_free(&module);
}
