/* The instructions of WebAssembly that this engine accepts (spec 5.4): the one table of them, from
 * which their enum, their names, the shapes of their immediates and the validator's signatures
 * follow.
 *
 * An Opcode is the instruction's byte, or 0xfc00 | n for the n-th instruction behind the prefix
 * byte 0xfc. */
#ifndef TAILRACE_TRANSLATOR_OPCODES_H
#define TAILRACE_TRANSLATOR_OPCODES_H

#include "translator/leb.h"

/* X(NAME, opcode, "text", operand count, operand type, result type): instructions without
 * immediates whose operands all have one type and whose result is one value. */
#define WASM_NUMERIC_OPS(X)                                                                        \
    X(I32_EQZ, 0x45, "i32.eqz", 1, I32, I32)                                                       \
    X(I32_EQ, 0x46, "i32.eq", 2, I32, I32)                                                         \
    X(I32_NE, 0x47, "i32.ne", 2, I32, I32)                                                         \
    X(I32_LT_S, 0x48, "i32.lt_s", 2, I32, I32)                                                     \
    X(I32_LT_U, 0x49, "i32.lt_u", 2, I32, I32)                                                     \
    X(I32_GT_S, 0x4a, "i32.gt_s", 2, I32, I32)                                                     \
    X(I32_GT_U, 0x4b, "i32.gt_u", 2, I32, I32)                                                     \
    X(I32_LE_S, 0x4c, "i32.le_s", 2, I32, I32)                                                     \
    X(I32_LE_U, 0x4d, "i32.le_u", 2, I32, I32)                                                     \
    X(I32_GE_S, 0x4e, "i32.ge_s", 2, I32, I32)                                                     \
    X(I32_GE_U, 0x4f, "i32.ge_u", 2, I32, I32)                                                     \
    X(I64_EQZ, 0x50, "i64.eqz", 1, I64, I32)                                                       \
    X(I64_EQ, 0x51, "i64.eq", 2, I64, I32)                                                         \
    X(I64_NE, 0x52, "i64.ne", 2, I64, I32)                                                         \
    X(I64_LT_S, 0x53, "i64.lt_s", 2, I64, I32)                                                     \
    X(I64_LT_U, 0x54, "i64.lt_u", 2, I64, I32)                                                     \
    X(I64_GT_S, 0x55, "i64.gt_s", 2, I64, I32)                                                     \
    X(I64_GT_U, 0x56, "i64.gt_u", 2, I64, I32)                                                     \
    X(I64_LE_S, 0x57, "i64.le_s", 2, I64, I32)                                                     \
    X(I64_LE_U, 0x58, "i64.le_u", 2, I64, I32)                                                     \
    X(I64_GE_S, 0x59, "i64.ge_s", 2, I64, I32)                                                     \
    X(I64_GE_U, 0x5a, "i64.ge_u", 2, I64, I32)                                                     \
    X(F32_EQ, 0x5b, "f32.eq", 2, F32, I32)                                                         \
    X(F32_NE, 0x5c, "f32.ne", 2, F32, I32)                                                         \
    X(F32_LT, 0x5d, "f32.lt", 2, F32, I32)                                                         \
    X(F32_GT, 0x5e, "f32.gt", 2, F32, I32)                                                         \
    X(F32_LE, 0x5f, "f32.le", 2, F32, I32)                                                         \
    X(F32_GE, 0x60, "f32.ge", 2, F32, I32)                                                         \
    X(F64_EQ, 0x61, "f64.eq", 2, F64, I32)                                                         \
    X(F64_NE, 0x62, "f64.ne", 2, F64, I32)                                                         \
    X(F64_LT, 0x63, "f64.lt", 2, F64, I32)                                                         \
    X(F64_GT, 0x64, "f64.gt", 2, F64, I32)                                                         \
    X(F64_LE, 0x65, "f64.le", 2, F64, I32)                                                         \
    X(F64_GE, 0x66, "f64.ge", 2, F64, I32)                                                         \
    X(I32_CLZ, 0x67, "i32.clz", 1, I32, I32)                                                       \
    X(I32_CTZ, 0x68, "i32.ctz", 1, I32, I32)                                                       \
    X(I32_POPCNT, 0x69, "i32.popcnt", 1, I32, I32)                                                 \
    X(I32_ADD, 0x6a, "i32.add", 2, I32, I32)                                                       \
    X(I32_SUB, 0x6b, "i32.sub", 2, I32, I32)                                                       \
    X(I32_MUL, 0x6c, "i32.mul", 2, I32, I32)                                                       \
    X(I32_DIV_S, 0x6d, "i32.div_s", 2, I32, I32)                                                   \
    X(I32_DIV_U, 0x6e, "i32.div_u", 2, I32, I32)                                                   \
    X(I32_REM_S, 0x6f, "i32.rem_s", 2, I32, I32)                                                   \
    X(I32_REM_U, 0x70, "i32.rem_u", 2, I32, I32)                                                   \
    X(I32_AND, 0x71, "i32.and", 2, I32, I32)                                                       \
    X(I32_OR, 0x72, "i32.or", 2, I32, I32)                                                         \
    X(I32_XOR, 0x73, "i32.xor", 2, I32, I32)                                                       \
    X(I32_SHL, 0x74, "i32.shl", 2, I32, I32)                                                       \
    X(I32_SHR_S, 0x75, "i32.shr_s", 2, I32, I32)                                                   \
    X(I32_SHR_U, 0x76, "i32.shr_u", 2, I32, I32)                                                   \
    X(I32_ROTL, 0x77, "i32.rotl", 2, I32, I32)                                                     \
    X(I32_ROTR, 0x78, "i32.rotr", 2, I32, I32)                                                     \
    X(I64_CLZ, 0x79, "i64.clz", 1, I64, I64)                                                       \
    X(I64_CTZ, 0x7a, "i64.ctz", 1, I64, I64)                                                       \
    X(I64_POPCNT, 0x7b, "i64.popcnt", 1, I64, I64)                                                 \
    X(I64_ADD, 0x7c, "i64.add", 2, I64, I64)                                                       \
    X(I64_SUB, 0x7d, "i64.sub", 2, I64, I64)                                                       \
    X(I64_MUL, 0x7e, "i64.mul", 2, I64, I64)                                                       \
    X(I64_DIV_S, 0x7f, "i64.div_s", 2, I64, I64)                                                   \
    X(I64_DIV_U, 0x80, "i64.div_u", 2, I64, I64)                                                   \
    X(I64_REM_S, 0x81, "i64.rem_s", 2, I64, I64)                                                   \
    X(I64_REM_U, 0x82, "i64.rem_u", 2, I64, I64)                                                   \
    X(I64_AND, 0x83, "i64.and", 2, I64, I64)                                                       \
    X(I64_OR, 0x84, "i64.or", 2, I64, I64)                                                         \
    X(I64_XOR, 0x85, "i64.xor", 2, I64, I64)                                                       \
    X(I64_SHL, 0x86, "i64.shl", 2, I64, I64)                                                       \
    X(I64_SHR_S, 0x87, "i64.shr_s", 2, I64, I64)                                                   \
    X(I64_SHR_U, 0x88, "i64.shr_u", 2, I64, I64)                                                   \
    X(I64_ROTL, 0x89, "i64.rotl", 2, I64, I64)                                                     \
    X(I64_ROTR, 0x8a, "i64.rotr", 2, I64, I64)                                                     \
    X(F32_ABS, 0x8b, "f32.abs", 1, F32, F32)                                                       \
    X(F32_NEG, 0x8c, "f32.neg", 1, F32, F32)                                                       \
    X(F32_CEIL, 0x8d, "f32.ceil", 1, F32, F32)                                                     \
    X(F32_FLOOR, 0x8e, "f32.floor", 1, F32, F32)                                                   \
    X(F32_TRUNC, 0x8f, "f32.trunc", 1, F32, F32)                                                   \
    X(F32_NEAREST, 0x90, "f32.nearest", 1, F32, F32)                                               \
    X(F32_SQRT, 0x91, "f32.sqrt", 1, F32, F32)                                                     \
    X(F32_ADD, 0x92, "f32.add", 2, F32, F32)                                                       \
    X(F32_SUB, 0x93, "f32.sub", 2, F32, F32)                                                       \
    X(F32_MUL, 0x94, "f32.mul", 2, F32, F32)                                                       \
    X(F32_DIV, 0x95, "f32.div", 2, F32, F32)                                                       \
    X(F32_MIN, 0x96, "f32.min", 2, F32, F32)                                                       \
    X(F32_MAX, 0x97, "f32.max", 2, F32, F32)                                                       \
    X(F32_COPYSIGN, 0x98, "f32.copysign", 2, F32, F32)                                             \
    X(F64_ABS, 0x99, "f64.abs", 1, F64, F64)                                                       \
    X(F64_NEG, 0x9a, "f64.neg", 1, F64, F64)                                                       \
    X(F64_CEIL, 0x9b, "f64.ceil", 1, F64, F64)                                                     \
    X(F64_FLOOR, 0x9c, "f64.floor", 1, F64, F64)                                                   \
    X(F64_TRUNC, 0x9d, "f64.trunc", 1, F64, F64)                                                   \
    X(F64_NEAREST, 0x9e, "f64.nearest", 1, F64, F64)                                               \
    X(F64_SQRT, 0x9f, "f64.sqrt", 1, F64, F64)                                                     \
    X(F64_ADD, 0xa0, "f64.add", 2, F64, F64)                                                       \
    X(F64_SUB, 0xa1, "f64.sub", 2, F64, F64)                                                       \
    X(F64_MUL, 0xa2, "f64.mul", 2, F64, F64)                                                       \
    X(F64_DIV, 0xa3, "f64.div", 2, F64, F64)                                                       \
    X(F64_MIN, 0xa4, "f64.min", 2, F64, F64)                                                       \
    X(F64_MAX, 0xa5, "f64.max", 2, F64, F64)                                                       \
    X(F64_COPYSIGN, 0xa6, "f64.copysign", 2, F64, F64)                                             \
    X(I32_WRAP_I64, 0xa7, "i32.wrap_i64", 1, I64, I32)                                             \
    X(I32_TRUNC_F32_S, 0xa8, "i32.trunc_f32_s", 1, F32, I32)                                       \
    X(I32_TRUNC_F32_U, 0xa9, "i32.trunc_f32_u", 1, F32, I32)                                       \
    X(I32_TRUNC_F64_S, 0xaa, "i32.trunc_f64_s", 1, F64, I32)                                       \
    X(I32_TRUNC_F64_U, 0xab, "i32.trunc_f64_u", 1, F64, I32)                                       \
    X(I64_EXTEND_I32_S, 0xac, "i64.extend_i32_s", 1, I32, I64)                                     \
    X(I64_EXTEND_I32_U, 0xad, "i64.extend_i32_u", 1, I32, I64)                                     \
    X(I64_TRUNC_F32_S, 0xae, "i64.trunc_f32_s", 1, F32, I64)                                       \
    X(I64_TRUNC_F32_U, 0xaf, "i64.trunc_f32_u", 1, F32, I64)                                       \
    X(I64_TRUNC_F64_S, 0xb0, "i64.trunc_f64_s", 1, F64, I64)                                       \
    X(I64_TRUNC_F64_U, 0xb1, "i64.trunc_f64_u", 1, F64, I64)                                       \
    X(F32_CONVERT_I32_S, 0xb2, "f32.convert_i32_s", 1, I32, F32)                                   \
    X(F32_CONVERT_I32_U, 0xb3, "f32.convert_i32_u", 1, I32, F32)                                   \
    X(F32_CONVERT_I64_S, 0xb4, "f32.convert_i64_s", 1, I64, F32)                                   \
    X(F32_CONVERT_I64_U, 0xb5, "f32.convert_i64_u", 1, I64, F32)                                   \
    X(F32_DEMOTE_F64, 0xb6, "f32.demote_f64", 1, F64, F32)                                         \
    X(F64_CONVERT_I32_S, 0xb7, "f64.convert_i32_s", 1, I32, F64)                                   \
    X(F64_CONVERT_I32_U, 0xb8, "f64.convert_i32_u", 1, I32, F64)                                   \
    X(F64_CONVERT_I64_S, 0xb9, "f64.convert_i64_s", 1, I64, F64)                                   \
    X(F64_CONVERT_I64_U, 0xba, "f64.convert_i64_u", 1, I64, F64)                                   \
    X(F64_PROMOTE_F32, 0xbb, "f64.promote_f32", 1, F32, F64)                                       \
    X(I32_REINTERPRET_F32, 0xbc, "i32.reinterpret_f32", 1, F32, I32)                               \
    X(I64_REINTERPRET_F64, 0xbd, "i64.reinterpret_f64", 1, F64, I64)                               \
    X(F32_REINTERPRET_I32, 0xbe, "f32.reinterpret_i32", 1, I32, F32)                               \
    X(F64_REINTERPRET_I64, 0xbf, "f64.reinterpret_i64", 1, I64, F64)                               \
    X(I32_EXTEND8_S, 0xc0, "i32.extend8_s", 1, I32, I32)                                           \
    X(I32_EXTEND16_S, 0xc1, "i32.extend16_s", 1, I32, I32)                                         \
    X(I64_EXTEND8_S, 0xc2, "i64.extend8_s", 1, I64, I64)                                           \
    X(I64_EXTEND16_S, 0xc3, "i64.extend16_s", 1, I64, I64)                                         \
    X(I64_EXTEND32_S, 0xc4, "i64.extend32_s", 1, I64, I64)                                         \
    X(I32_TRUNC_SAT_F32_S, 0xfc00, "i32.trunc_sat_f32_s", 1, F32, I32)                             \
    X(I32_TRUNC_SAT_F32_U, 0xfc01, "i32.trunc_sat_f32_u", 1, F32, I32)                             \
    X(I32_TRUNC_SAT_F64_S, 0xfc02, "i32.trunc_sat_f64_s", 1, F64, I32)                             \
    X(I32_TRUNC_SAT_F64_U, 0xfc03, "i32.trunc_sat_f64_u", 1, F64, I32)                             \
    X(I64_TRUNC_SAT_F32_S, 0xfc04, "i64.trunc_sat_f32_s", 1, F32, I64)                             \
    X(I64_TRUNC_SAT_F32_U, 0xfc05, "i64.trunc_sat_f32_u", 1, F32, I64)                             \
    X(I64_TRUNC_SAT_F64_S, 0xfc06, "i64.trunc_sat_f64_s", 1, F64, I64)                             \
    X(I64_TRUNC_SAT_F64_U, 0xfc07, "i64.trunc_sat_f64_u", 1, F64, I64)

/* X(NAME, opcode, "text", value type, natural alignment as a power of two): immediate is a memarg;
 * [address] -> [value]. */
#define WASM_LOAD_OPS(X)                                                                           \
    X(I32_LOAD, 0x28, "i32.load", I32, 2)                                                          \
    X(I64_LOAD, 0x29, "i64.load", I64, 3)                                                          \
    X(F32_LOAD, 0x2a, "f32.load", F32, 2)                                                          \
    X(F64_LOAD, 0x2b, "f64.load", F64, 3)                                                          \
    X(I32_LOAD8_S, 0x2c, "i32.load8_s", I32, 0)                                                    \
    X(I32_LOAD8_U, 0x2d, "i32.load8_u", I32, 0)                                                    \
    X(I32_LOAD16_S, 0x2e, "i32.load16_s", I32, 1)                                                  \
    X(I32_LOAD16_U, 0x2f, "i32.load16_u", I32, 1)                                                  \
    X(I64_LOAD8_S, 0x30, "i64.load8_s", I64, 0)                                                    \
    X(I64_LOAD8_U, 0x31, "i64.load8_u", I64, 0)                                                    \
    X(I64_LOAD16_S, 0x32, "i64.load16_s", I64, 1)                                                  \
    X(I64_LOAD16_U, 0x33, "i64.load16_u", I64, 1)                                                  \
    X(I64_LOAD32_S, 0x34, "i64.load32_s", I64, 2)                                                  \
    X(I64_LOAD32_U, 0x35, "i64.load32_u", I64, 2)

/* The same columns; [address value] -> []. */
#define WASM_STORE_OPS(X)                                                                          \
    X(I32_STORE, 0x36, "i32.store", I32, 2)                                                        \
    X(I64_STORE, 0x37, "i64.store", I64, 3)                                                        \
    X(F32_STORE, 0x38, "f32.store", F32, 2)                                                        \
    X(F64_STORE, 0x39, "f64.store", F64, 3)                                                        \
    X(I32_STORE8, 0x3a, "i32.store8", I32, 0)                                                      \
    X(I32_STORE16, 0x3b, "i32.store16", I32, 1)                                                    \
    X(I64_STORE8, 0x3c, "i64.store8", I64, 0)                                                      \
    X(I64_STORE16, 0x3d, "i64.store16", I64, 1)                                                    \
    X(I64_STORE32, 0x3e, "i64.store32", I64, 2)

/* X(NAME, opcode, "text", immediates): everything else; the validator knows each by itself. */
#define WASM_OTHER_OPS(X)                                                                          \
    X(UNREACHABLE, 0x00, "unreachable", NONE)                                                      \
    X(NOP, 0x01, "nop", NONE)                                                                      \
    X(BLOCK, 0x02, "block", BLOCK_TYPE)                                                            \
    X(LOOP, 0x03, "loop", BLOCK_TYPE)                                                              \
    X(IF, 0x04, "if", BLOCK_TYPE)                                                                  \
    X(ELSE, 0x05, "else", NONE)                                                                    \
    X(TRY, 0x06, "try", BLOCK_TYPE)                                                                \
    X(CATCH, 0x07, "catch", INDEX)                                                                 \
    X(THROW, 0x08, "throw", INDEX)                                                                 \
    X(RETHROW, 0x09, "rethrow", INDEX)                                                             \
    X(THROW_REF, 0x0a, "throw_ref", NONE)                                                          \
    X(END, 0x0b, "end", NONE)                                                                      \
    X(BR, 0x0c, "br", INDEX)                                                                       \
    X(BR_IF, 0x0d, "br_if", INDEX)                                                                 \
    X(BR_TABLE, 0x0e, "br_table", LABELS)                                                          \
    X(RETURN, 0x0f, "return", NONE)                                                                \
    X(CALL, 0x10, "call", INDEX)                                                                   \
    X(CALL_INDIRECT, 0x11, "call_indirect", TWO_INDICES)                                           \
    X(RETURN_CALL, 0x12, "return_call", INDEX)                                                     \
    X(RETURN_CALL_INDIRECT, 0x13, "return_call_indirect", TWO_INDICES)                             \
    X(DELEGATE, 0x18, "delegate", INDEX)                                                           \
    X(CATCH_ALL, 0x19, "catch_all", NONE)                                                          \
    X(DROP, 0x1a, "drop", NONE)                                                                    \
    X(SELECT, 0x1b, "select", NONE)                                                                \
    X(SELECT_TYPED, 0x1c, "select", TYPES)                                                         \
    X(TRY_TABLE, 0x1f, "try_table", CATCHES)                                                       \
    X(LOCAL_GET, 0x20, "local.get", INDEX)                                                         \
    X(LOCAL_SET, 0x21, "local.set", INDEX)                                                         \
    X(LOCAL_TEE, 0x22, "local.tee", INDEX)                                                         \
    X(GLOBAL_GET, 0x23, "global.get", INDEX)                                                       \
    X(GLOBAL_SET, 0x24, "global.set", INDEX)                                                       \
    X(TABLE_GET, 0x25, "table.get", INDEX)                                                         \
    X(TABLE_SET, 0x26, "table.set", INDEX)                                                         \
    X(MEMORY_SIZE, 0x3f, "memory.size", INDEX)                                                     \
    X(MEMORY_GROW, 0x40, "memory.grow", INDEX)                                                     \
    X(I32_CONST, 0x41, "i32.const", I32)                                                           \
    X(I64_CONST, 0x42, "i64.const", I64)                                                           \
    X(F32_CONST, 0x43, "f32.const", F32)                                                           \
    X(F64_CONST, 0x44, "f64.const", F64)                                                           \
    X(REF_NULL, 0xd0, "ref.null", HEAP_TYPE)                                                       \
    X(REF_IS_NULL, 0xd1, "ref.is_null", NONE)                                                      \
    X(REF_FUNC, 0xd2, "ref.func", INDEX)                                                           \
    X(MEMORY_INIT, 0xfc08, "memory.init", TWO_INDICES)                                             \
    X(DATA_DROP, 0xfc09, "data.drop", INDEX)                                                       \
    X(MEMORY_COPY, 0xfc0a, "memory.copy", TWO_INDICES)                                             \
    X(MEMORY_FILL, 0xfc0b, "memory.fill", INDEX)                                                   \
    X(TABLE_INIT, 0xfc0c, "table.init", TWO_INDICES)                                               \
    X(ELEM_DROP, 0xfc0d, "elem.drop", INDEX)                                                       \
    X(TABLE_COPY, 0xfc0e, "table.copy", TWO_INDICES)                                               \
    X(TABLE_GROW, 0xfc0f, "table.grow", INDEX)                                                     \
    X(TABLE_SIZE, 0xfc10, "table.size", INDEX)                                                     \
    X(TABLE_FILL, 0xfc11, "table.fill", INDEX)

typedef uint16_t Opcode;
enum {
#define X(name, code, ...) WASM_##name = code,
    WASM_NUMERIC_OPS(X) WASM_LOAD_OPS(X) WASM_STORE_OPS(X) WASM_OTHER_OPS(X)
#undef X
        WASM_PREFIX = 0xfc,
};

/* What follows an opcode. */
typedef enum Immediates {
    IMMEDIATE_UNKNOWN, /* not an opcode */
    IMMEDIATE_NONE,
    IMMEDIATE_BLOCK_TYPE,  /* s33: see translator/block_type.h */
    IMMEDIATE_INDEX,       /* u32: local, global, function, label, table, memory, segment, tag */
    IMMEDIATE_TWO_INDICES, /* u32 u32. call_indirect: type, table; memory.init, table.init:
                            * segment, memory or table; the copies: target, source */
    IMMEDIATE_LABELS,      /* u32 count, u32 label * count, u32 default label */
    IMMEDIATE_CATCHES,     /* s33 block type, u32 count, Catch * count */
    IMMEDIATE_MEMARG,    /* u32 alignment | 0x40 if a memory index follows, u32 index, u64 offset */
    IMMEDIATE_I32,       /* s32 */
    IMMEDIATE_I64,       /* s64 */
    IMMEDIATE_F32,       /* 4 bytes */
    IMMEDIATE_F64,       /* 8 bytes */
    IMMEDIATE_TYPES,     /* u32 count (always 1), a byte each */
    IMMEDIATE_HEAP_TYPE, /* a byte: TYPE_FUNCREF, TYPE_EXTERNREF or TYPE_EXNREF */
} Immediates;

/* Index into tables by opcode: below OPCODE_SLOTS for every Opcode. */
#define OPCODE_SLOT(opcode) ((opcode) < 0x100 ? (opcode) : 0x100 + ((opcode)&0x1f))
enum { OPCODE_SLOTS = 256 + 32 };

/* The opcode at `*at` in validated code; advances behind it. */
static inline Opcode opcode_read(const uint8_t **at) {
    uint8_t byte = *(*at)++;
    return byte == WASM_PREFIX ? (Opcode)(0xfc00 | leb_u32(at)) : byte;
}

/* A memarg in validated code. */
typedef struct MemoryArgument {
    uint32_t memory;
    uint64_t offset;
} MemoryArgument;

static inline MemoryArgument memory_argument_read(const uint8_t **at) {
    MemoryArgument argument = {0, 0};
    if (leb_u32(at) & 0x40) argument.memory = leb_u32(at);
    argument.offset = leb_u64(at);
    return argument;
}

/* A catch clause of try_table in validated code. */
typedef struct Catch {
    bool has_tag;       /* else it catches everything */
    bool has_reference; /* passes the exception along as well */
    uint32_t tag;
    uint32_t label; /* counted from outside of the try_table */
} Catch;

enum { CATCH_REFERENCE = 1, CATCH_ANY = 2, CATCH_FLAGS = 3 }; /* bits of its first byte */

static inline Catch catch_read(const uint8_t **at) {
    uint8_t flags = *(*at)++;
    Catch clause = {!(flags & CATCH_ANY), flags & CATCH_REFERENCE, 0, 0};
    if (clause.has_tag) clause.tag = leb_u32(at);
    clause.label = leb_u32(at);
    return clause;
}

/* "i32.add"; NULL for what is not an opcode. */
const char *opcode_name(Opcode opcode);

/* Jumps over the immediates of an instruction in validated code. `at` is behind its opcode. */
const uint8_t *skip_immediates(Opcode opcode, const uint8_t *at);

#endif
