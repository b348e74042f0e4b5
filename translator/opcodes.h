/* The instructions of WebAssembly that this engine accepts (spec 5.4): the one table of them, from
 * which their enum, their names, the shapes of their immediates and the validator's signatures
 * follow.
 *
 * An Opcode is the instruction's byte, or 0xfc00 | n for the n-th instruction behind the prefix
 * byte 0xfc, 0xfe00 | n likewise, or 0xd000 | n for the n-th behind 0xfd (of which there are more
 * than 256). */
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
    X(I64_LOAD32_U, 0x35, "i64.load32_u", I64, 2)                                                  \
    X(V128_LOAD, 0xd000, "v128.load", V128, 4)                                                     \
    X(V128_LOAD8X8_S, 0xd001, "v128.load8x8_s", V128, 3)                                           \
    X(V128_LOAD8X8_U, 0xd002, "v128.load8x8_u", V128, 3)                                           \
    X(V128_LOAD16X4_S, 0xd003, "v128.load16x4_s", V128, 3)                                         \
    X(V128_LOAD16X4_U, 0xd004, "v128.load16x4_u", V128, 3)                                         \
    X(V128_LOAD32X2_S, 0xd005, "v128.load32x2_s", V128, 3)                                         \
    X(V128_LOAD32X2_U, 0xd006, "v128.load32x2_u", V128, 3)                                         \
    X(V128_LOAD8_SPLAT, 0xd007, "v128.load8_splat", V128, 0)                                       \
    X(V128_LOAD16_SPLAT, 0xd008, "v128.load16_splat", V128, 1)                                     \
    X(V128_LOAD32_SPLAT, 0xd009, "v128.load32_splat", V128, 2)                                     \
    X(V128_LOAD64_SPLAT, 0xd00a, "v128.load64_splat", V128, 3)                                     \
    X(V128_LOAD32_ZERO, 0xd05c, "v128.load32_zero", V128, 2)                                       \
    X(V128_LOAD64_ZERO, 0xd05d, "v128.load64_zero", V128, 3)

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
    X(I64_STORE32, 0x3e, "i64.store32", I64, 2)                                                    \
    X(V128_STORE, 0xd00b, "v128.store", V128, 4)

/* SIMD and relaxed SIMD; the columns of WASM_NUMERIC_OPS. */
#define WASM_VECTOR_OPS(X)                                                                         \
    X(I8X16_SWIZZLE, 0xd00e, "i8x16.swizzle", 2, V128, V128)                                       \
    X(I8X16_SPLAT, 0xd00f, "i8x16.splat", 1, I32, V128)                                            \
    X(I16X8_SPLAT, 0xd010, "i16x8.splat", 1, I32, V128)                                            \
    X(I32X4_SPLAT, 0xd011, "i32x4.splat", 1, I32, V128)                                            \
    X(I64X2_SPLAT, 0xd012, "i64x2.splat", 1, I64, V128)                                            \
    X(F32X4_SPLAT, 0xd013, "f32x4.splat", 1, F32, V128)                                            \
    X(F64X2_SPLAT, 0xd014, "f64x2.splat", 1, F64, V128)                                            \
    X(I8X16_EQ, 0xd023, "i8x16.eq", 2, V128, V128)                                                 \
    X(I8X16_NE, 0xd024, "i8x16.ne", 2, V128, V128)                                                 \
    X(I8X16_LT_S, 0xd025, "i8x16.lt_s", 2, V128, V128)                                             \
    X(I8X16_LT_U, 0xd026, "i8x16.lt_u", 2, V128, V128)                                             \
    X(I8X16_GT_S, 0xd027, "i8x16.gt_s", 2, V128, V128)                                             \
    X(I8X16_GT_U, 0xd028, "i8x16.gt_u", 2, V128, V128)                                             \
    X(I8X16_LE_S, 0xd029, "i8x16.le_s", 2, V128, V128)                                             \
    X(I8X16_LE_U, 0xd02a, "i8x16.le_u", 2, V128, V128)                                             \
    X(I8X16_GE_S, 0xd02b, "i8x16.ge_s", 2, V128, V128)                                             \
    X(I8X16_GE_U, 0xd02c, "i8x16.ge_u", 2, V128, V128)                                             \
    X(I16X8_EQ, 0xd02d, "i16x8.eq", 2, V128, V128)                                                 \
    X(I16X8_NE, 0xd02e, "i16x8.ne", 2, V128, V128)                                                 \
    X(I16X8_LT_S, 0xd02f, "i16x8.lt_s", 2, V128, V128)                                             \
    X(I16X8_LT_U, 0xd030, "i16x8.lt_u", 2, V128, V128)                                             \
    X(I16X8_GT_S, 0xd031, "i16x8.gt_s", 2, V128, V128)                                             \
    X(I16X8_GT_U, 0xd032, "i16x8.gt_u", 2, V128, V128)                                             \
    X(I16X8_LE_S, 0xd033, "i16x8.le_s", 2, V128, V128)                                             \
    X(I16X8_LE_U, 0xd034, "i16x8.le_u", 2, V128, V128)                                             \
    X(I16X8_GE_S, 0xd035, "i16x8.ge_s", 2, V128, V128)                                             \
    X(I16X8_GE_U, 0xd036, "i16x8.ge_u", 2, V128, V128)                                             \
    X(I32X4_EQ, 0xd037, "i32x4.eq", 2, V128, V128)                                                 \
    X(I32X4_NE, 0xd038, "i32x4.ne", 2, V128, V128)                                                 \
    X(I32X4_LT_S, 0xd039, "i32x4.lt_s", 2, V128, V128)                                             \
    X(I32X4_LT_U, 0xd03a, "i32x4.lt_u", 2, V128, V128)                                             \
    X(I32X4_GT_S, 0xd03b, "i32x4.gt_s", 2, V128, V128)                                             \
    X(I32X4_GT_U, 0xd03c, "i32x4.gt_u", 2, V128, V128)                                             \
    X(I32X4_LE_S, 0xd03d, "i32x4.le_s", 2, V128, V128)                                             \
    X(I32X4_LE_U, 0xd03e, "i32x4.le_u", 2, V128, V128)                                             \
    X(I32X4_GE_S, 0xd03f, "i32x4.ge_s", 2, V128, V128)                                             \
    X(I32X4_GE_U, 0xd040, "i32x4.ge_u", 2, V128, V128)                                             \
    X(F32X4_EQ, 0xd041, "f32x4.eq", 2, V128, V128)                                                 \
    X(F32X4_NE, 0xd042, "f32x4.ne", 2, V128, V128)                                                 \
    X(F32X4_LT, 0xd043, "f32x4.lt", 2, V128, V128)                                                 \
    X(F32X4_GT, 0xd044, "f32x4.gt", 2, V128, V128)                                                 \
    X(F32X4_LE, 0xd045, "f32x4.le", 2, V128, V128)                                                 \
    X(F32X4_GE, 0xd046, "f32x4.ge", 2, V128, V128)                                                 \
    X(F64X2_EQ, 0xd047, "f64x2.eq", 2, V128, V128)                                                 \
    X(F64X2_NE, 0xd048, "f64x2.ne", 2, V128, V128)                                                 \
    X(F64X2_LT, 0xd049, "f64x2.lt", 2, V128, V128)                                                 \
    X(F64X2_GT, 0xd04a, "f64x2.gt", 2, V128, V128)                                                 \
    X(F64X2_LE, 0xd04b, "f64x2.le", 2, V128, V128)                                                 \
    X(F64X2_GE, 0xd04c, "f64x2.ge", 2, V128, V128)                                                 \
    X(V128_NOT, 0xd04d, "v128.not", 1, V128, V128)                                                 \
    X(V128_AND, 0xd04e, "v128.and", 2, V128, V128)                                                 \
    X(V128_ANDNOT, 0xd04f, "v128.andnot", 2, V128, V128)                                           \
    X(V128_OR, 0xd050, "v128.or", 2, V128, V128)                                                   \
    X(V128_XOR, 0xd051, "v128.xor", 2, V128, V128)                                                 \
    X(V128_BITSELECT, 0xd052, "v128.bitselect", 3, V128, V128)                                     \
    X(V128_ANY_TRUE, 0xd053, "v128.any_true", 1, V128, I32)                                        \
    X(F32X4_DEMOTE_F64X2_ZERO, 0xd05e, "f32x4.demote_f64x2_zero", 1, V128, V128)                   \
    X(F64X2_PROMOTE_LOW_F32X4, 0xd05f, "f64x2.promote_low_f32x4", 1, V128, V128)                   \
    X(I8X16_ABS, 0xd060, "i8x16.abs", 1, V128, V128)                                               \
    X(I8X16_NEG, 0xd061, "i8x16.neg", 1, V128, V128)                                               \
    X(I8X16_POPCNT, 0xd062, "i8x16.popcnt", 1, V128, V128)                                         \
    X(I8X16_ALL_TRUE, 0xd063, "i8x16.all_true", 1, V128, I32)                                      \
    X(I8X16_BITMASK, 0xd064, "i8x16.bitmask", 1, V128, I32)                                        \
    X(I8X16_NARROW_I16X8_S, 0xd065, "i8x16.narrow_i16x8_s", 2, V128, V128)                         \
    X(I8X16_NARROW_I16X8_U, 0xd066, "i8x16.narrow_i16x8_u", 2, V128, V128)                         \
    X(F32X4_CEIL, 0xd067, "f32x4.ceil", 1, V128, V128)                                             \
    X(F32X4_FLOOR, 0xd068, "f32x4.floor", 1, V128, V128)                                           \
    X(F32X4_TRUNC, 0xd069, "f32x4.trunc", 1, V128, V128)                                           \
    X(F32X4_NEAREST, 0xd06a, "f32x4.nearest", 1, V128, V128)                                       \
    X(I8X16_ADD, 0xd06e, "i8x16.add", 2, V128, V128)                                               \
    X(I8X16_ADD_SAT_S, 0xd06f, "i8x16.add_sat_s", 2, V128, V128)                                   \
    X(I8X16_ADD_SAT_U, 0xd070, "i8x16.add_sat_u", 2, V128, V128)                                   \
    X(I8X16_SUB, 0xd071, "i8x16.sub", 2, V128, V128)                                               \
    X(I8X16_SUB_SAT_S, 0xd072, "i8x16.sub_sat_s", 2, V128, V128)                                   \
    X(I8X16_SUB_SAT_U, 0xd073, "i8x16.sub_sat_u", 2, V128, V128)                                   \
    X(F64X2_CEIL, 0xd074, "f64x2.ceil", 1, V128, V128)                                             \
    X(F64X2_FLOOR, 0xd075, "f64x2.floor", 1, V128, V128)                                           \
    X(I8X16_MIN_S, 0xd076, "i8x16.min_s", 2, V128, V128)                                           \
    X(I8X16_MIN_U, 0xd077, "i8x16.min_u", 2, V128, V128)                                           \
    X(I8X16_MAX_S, 0xd078, "i8x16.max_s", 2, V128, V128)                                           \
    X(I8X16_MAX_U, 0xd079, "i8x16.max_u", 2, V128, V128)                                           \
    X(F64X2_TRUNC, 0xd07a, "f64x2.trunc", 1, V128, V128)                                           \
    X(I8X16_AVGR_U, 0xd07b, "i8x16.avgr_u", 2, V128, V128)                                         \
    X(I16X8_EXTADD_PAIRWISE_I8X16_S, 0xd07c, "i16x8.extadd_pairwise_i8x16_s", 1, V128, V128)       \
    X(I16X8_EXTADD_PAIRWISE_I8X16_U, 0xd07d, "i16x8.extadd_pairwise_i8x16_u", 1, V128, V128)       \
    X(I32X4_EXTADD_PAIRWISE_I16X8_S, 0xd07e, "i32x4.extadd_pairwise_i16x8_s", 1, V128, V128)       \
    X(I32X4_EXTADD_PAIRWISE_I16X8_U, 0xd07f, "i32x4.extadd_pairwise_i16x8_u", 1, V128, V128)       \
    X(I16X8_ABS, 0xd080, "i16x8.abs", 1, V128, V128)                                               \
    X(I16X8_NEG, 0xd081, "i16x8.neg", 1, V128, V128)                                               \
    X(I16X8_Q15MULR_SAT_S, 0xd082, "i16x8.q15mulr_sat_s", 2, V128, V128)                           \
    X(I16X8_ALL_TRUE, 0xd083, "i16x8.all_true", 1, V128, I32)                                      \
    X(I16X8_BITMASK, 0xd084, "i16x8.bitmask", 1, V128, I32)                                        \
    X(I16X8_NARROW_I32X4_S, 0xd085, "i16x8.narrow_i32x4_s", 2, V128, V128)                         \
    X(I16X8_NARROW_I32X4_U, 0xd086, "i16x8.narrow_i32x4_u", 2, V128, V128)                         \
    X(I16X8_EXTEND_LOW_I8X16_S, 0xd087, "i16x8.extend_low_i8x16_s", 1, V128, V128)                 \
    X(I16X8_EXTEND_HIGH_I8X16_S, 0xd088, "i16x8.extend_high_i8x16_s", 1, V128, V128)               \
    X(I16X8_EXTEND_LOW_I8X16_U, 0xd089, "i16x8.extend_low_i8x16_u", 1, V128, V128)                 \
    X(I16X8_EXTEND_HIGH_I8X16_U, 0xd08a, "i16x8.extend_high_i8x16_u", 1, V128, V128)               \
    X(I16X8_ADD, 0xd08e, "i16x8.add", 2, V128, V128)                                               \
    X(I16X8_ADD_SAT_S, 0xd08f, "i16x8.add_sat_s", 2, V128, V128)                                   \
    X(I16X8_ADD_SAT_U, 0xd090, "i16x8.add_sat_u", 2, V128, V128)                                   \
    X(I16X8_SUB, 0xd091, "i16x8.sub", 2, V128, V128)                                               \
    X(I16X8_SUB_SAT_S, 0xd092, "i16x8.sub_sat_s", 2, V128, V128)                                   \
    X(I16X8_SUB_SAT_U, 0xd093, "i16x8.sub_sat_u", 2, V128, V128)                                   \
    X(F64X2_NEAREST, 0xd094, "f64x2.nearest", 1, V128, V128)                                       \
    X(I16X8_MUL, 0xd095, "i16x8.mul", 2, V128, V128)                                               \
    X(I16X8_MIN_S, 0xd096, "i16x8.min_s", 2, V128, V128)                                           \
    X(I16X8_MIN_U, 0xd097, "i16x8.min_u", 2, V128, V128)                                           \
    X(I16X8_MAX_S, 0xd098, "i16x8.max_s", 2, V128, V128)                                           \
    X(I16X8_MAX_U, 0xd099, "i16x8.max_u", 2, V128, V128)                                           \
    X(I16X8_AVGR_U, 0xd09b, "i16x8.avgr_u", 2, V128, V128)                                         \
    X(I16X8_EXTMUL_LOW_I8X16_S, 0xd09c, "i16x8.extmul_low_i8x16_s", 2, V128, V128)                 \
    X(I16X8_EXTMUL_HIGH_I8X16_S, 0xd09d, "i16x8.extmul_high_i8x16_s", 2, V128, V128)               \
    X(I16X8_EXTMUL_LOW_I8X16_U, 0xd09e, "i16x8.extmul_low_i8x16_u", 2, V128, V128)                 \
    X(I16X8_EXTMUL_HIGH_I8X16_U, 0xd09f, "i16x8.extmul_high_i8x16_u", 2, V128, V128)               \
    X(I32X4_ABS, 0xd0a0, "i32x4.abs", 1, V128, V128)                                               \
    X(I32X4_NEG, 0xd0a1, "i32x4.neg", 1, V128, V128)                                               \
    X(I32X4_ALL_TRUE, 0xd0a3, "i32x4.all_true", 1, V128, I32)                                      \
    X(I32X4_BITMASK, 0xd0a4, "i32x4.bitmask", 1, V128, I32)                                        \
    X(I32X4_EXTEND_LOW_I16X8_S, 0xd0a7, "i32x4.extend_low_i16x8_s", 1, V128, V128)                 \
    X(I32X4_EXTEND_HIGH_I16X8_S, 0xd0a8, "i32x4.extend_high_i16x8_s", 1, V128, V128)               \
    X(I32X4_EXTEND_LOW_I16X8_U, 0xd0a9, "i32x4.extend_low_i16x8_u", 1, V128, V128)                 \
    X(I32X4_EXTEND_HIGH_I16X8_U, 0xd0aa, "i32x4.extend_high_i16x8_u", 1, V128, V128)               \
    X(I32X4_ADD, 0xd0ae, "i32x4.add", 2, V128, V128)                                               \
    X(I32X4_SUB, 0xd0b1, "i32x4.sub", 2, V128, V128)                                               \
    X(I32X4_MUL, 0xd0b5, "i32x4.mul", 2, V128, V128)                                               \
    X(I32X4_MIN_S, 0xd0b6, "i32x4.min_s", 2, V128, V128)                                           \
    X(I32X4_MIN_U, 0xd0b7, "i32x4.min_u", 2, V128, V128)                                           \
    X(I32X4_MAX_S, 0xd0b8, "i32x4.max_s", 2, V128, V128)                                           \
    X(I32X4_MAX_U, 0xd0b9, "i32x4.max_u", 2, V128, V128)                                           \
    X(I32X4_DOT_I16X8_S, 0xd0ba, "i32x4.dot_i16x8_s", 2, V128, V128)                               \
    X(I32X4_EXTMUL_LOW_I16X8_S, 0xd0bc, "i32x4.extmul_low_i16x8_s", 2, V128, V128)                 \
    X(I32X4_EXTMUL_HIGH_I16X8_S, 0xd0bd, "i32x4.extmul_high_i16x8_s", 2, V128, V128)               \
    X(I32X4_EXTMUL_LOW_I16X8_U, 0xd0be, "i32x4.extmul_low_i16x8_u", 2, V128, V128)                 \
    X(I32X4_EXTMUL_HIGH_I16X8_U, 0xd0bf, "i32x4.extmul_high_i16x8_u", 2, V128, V128)               \
    X(I64X2_ABS, 0xd0c0, "i64x2.abs", 1, V128, V128)                                               \
    X(I64X2_NEG, 0xd0c1, "i64x2.neg", 1, V128, V128)                                               \
    X(I64X2_ALL_TRUE, 0xd0c3, "i64x2.all_true", 1, V128, I32)                                      \
    X(I64X2_BITMASK, 0xd0c4, "i64x2.bitmask", 1, V128, I32)                                        \
    X(I64X2_EXTEND_LOW_I32X4_S, 0xd0c7, "i64x2.extend_low_i32x4_s", 1, V128, V128)                 \
    X(I64X2_EXTEND_HIGH_I32X4_S, 0xd0c8, "i64x2.extend_high_i32x4_s", 1, V128, V128)               \
    X(I64X2_EXTEND_LOW_I32X4_U, 0xd0c9, "i64x2.extend_low_i32x4_u", 1, V128, V128)                 \
    X(I64X2_EXTEND_HIGH_I32X4_U, 0xd0ca, "i64x2.extend_high_i32x4_u", 1, V128, V128)               \
    X(I64X2_ADD, 0xd0ce, "i64x2.add", 2, V128, V128)                                               \
    X(I64X2_SUB, 0xd0d1, "i64x2.sub", 2, V128, V128)                                               \
    X(I64X2_MUL, 0xd0d5, "i64x2.mul", 2, V128, V128)                                               \
    X(I64X2_EQ, 0xd0d6, "i64x2.eq", 2, V128, V128)                                                 \
    X(I64X2_NE, 0xd0d7, "i64x2.ne", 2, V128, V128)                                                 \
    X(I64X2_LT_S, 0xd0d8, "i64x2.lt_s", 2, V128, V128)                                             \
    X(I64X2_GT_S, 0xd0d9, "i64x2.gt_s", 2, V128, V128)                                             \
    X(I64X2_LE_S, 0xd0da, "i64x2.le_s", 2, V128, V128)                                             \
    X(I64X2_GE_S, 0xd0db, "i64x2.ge_s", 2, V128, V128)                                             \
    X(I64X2_EXTMUL_LOW_I32X4_S, 0xd0dc, "i64x2.extmul_low_i32x4_s", 2, V128, V128)                 \
    X(I64X2_EXTMUL_HIGH_I32X4_S, 0xd0dd, "i64x2.extmul_high_i32x4_s", 2, V128, V128)               \
    X(I64X2_EXTMUL_LOW_I32X4_U, 0xd0de, "i64x2.extmul_low_i32x4_u", 2, V128, V128)                 \
    X(I64X2_EXTMUL_HIGH_I32X4_U, 0xd0df, "i64x2.extmul_high_i32x4_u", 2, V128, V128)               \
    X(F32X4_ABS, 0xd0e0, "f32x4.abs", 1, V128, V128)                                               \
    X(F32X4_NEG, 0xd0e1, "f32x4.neg", 1, V128, V128)                                               \
    X(F32X4_SQRT, 0xd0e3, "f32x4.sqrt", 1, V128, V128)                                             \
    X(F32X4_ADD, 0xd0e4, "f32x4.add", 2, V128, V128)                                               \
    X(F32X4_SUB, 0xd0e5, "f32x4.sub", 2, V128, V128)                                               \
    X(F32X4_MUL, 0xd0e6, "f32x4.mul", 2, V128, V128)                                               \
    X(F32X4_DIV, 0xd0e7, "f32x4.div", 2, V128, V128)                                               \
    X(F32X4_MIN, 0xd0e8, "f32x4.min", 2, V128, V128)                                               \
    X(F32X4_MAX, 0xd0e9, "f32x4.max", 2, V128, V128)                                               \
    X(F32X4_PMIN, 0xd0ea, "f32x4.pmin", 2, V128, V128)                                             \
    X(F32X4_PMAX, 0xd0eb, "f32x4.pmax", 2, V128, V128)                                             \
    X(F64X2_ABS, 0xd0ec, "f64x2.abs", 1, V128, V128)                                               \
    X(F64X2_NEG, 0xd0ed, "f64x2.neg", 1, V128, V128)                                               \
    X(F64X2_SQRT, 0xd0ef, "f64x2.sqrt", 1, V128, V128)                                             \
    X(F64X2_ADD, 0xd0f0, "f64x2.add", 2, V128, V128)                                               \
    X(F64X2_SUB, 0xd0f1, "f64x2.sub", 2, V128, V128)                                               \
    X(F64X2_MUL, 0xd0f2, "f64x2.mul", 2, V128, V128)                                               \
    X(F64X2_DIV, 0xd0f3, "f64x2.div", 2, V128, V128)                                               \
    X(F64X2_MIN, 0xd0f4, "f64x2.min", 2, V128, V128)                                               \
    X(F64X2_MAX, 0xd0f5, "f64x2.max", 2, V128, V128)                                               \
    X(F64X2_PMIN, 0xd0f6, "f64x2.pmin", 2, V128, V128)                                             \
    X(F64X2_PMAX, 0xd0f7, "f64x2.pmax", 2, V128, V128)                                             \
    X(I32X4_TRUNC_SAT_F32X4_S, 0xd0f8, "i32x4.trunc_sat_f32x4_s", 1, V128, V128)                   \
    X(I32X4_TRUNC_SAT_F32X4_U, 0xd0f9, "i32x4.trunc_sat_f32x4_u", 1, V128, V128)                   \
    X(F32X4_CONVERT_I32X4_S, 0xd0fa, "f32x4.convert_i32x4_s", 1, V128, V128)                       \
    X(F32X4_CONVERT_I32X4_U, 0xd0fb, "f32x4.convert_i32x4_u", 1, V128, V128)                       \
    X(I32X4_TRUNC_SAT_F64X2_S_ZERO, 0xd0fc, "i32x4.trunc_sat_f64x2_s_zero", 1, V128, V128)         \
    X(I32X4_TRUNC_SAT_F64X2_U_ZERO, 0xd0fd, "i32x4.trunc_sat_f64x2_u_zero", 1, V128, V128)         \
    X(F64X2_CONVERT_LOW_I32X4_S, 0xd0fe, "f64x2.convert_low_i32x4_s", 1, V128, V128)               \
    X(F64X2_CONVERT_LOW_I32X4_U, 0xd0ff, "f64x2.convert_low_i32x4_u", 1, V128, V128)               \
    X(I8X16_RELAXED_SWIZZLE, 0xd100, "i8x16.relaxed_swizzle", 2, V128, V128)                       \
    X(I32X4_RELAXED_TRUNC_F32X4_S, 0xd101, "i32x4.relaxed_trunc_f32x4_s", 1, V128, V128)           \
    X(I32X4_RELAXED_TRUNC_F32X4_U, 0xd102, "i32x4.relaxed_trunc_f32x4_u", 1, V128, V128)           \
    X(I32X4_RELAXED_TRUNC_F64X2_S_ZERO, 0xd103, "i32x4.relaxed_trunc_f64x2_s_zero", 1, V128, V128) \
    X(I32X4_RELAXED_TRUNC_F64X2_U_ZERO, 0xd104, "i32x4.relaxed_trunc_f64x2_u_zero", 1, V128, V128) \
    X(F32X4_RELAXED_MADD, 0xd105, "f32x4.relaxed_madd", 3, V128, V128)                             \
    X(F32X4_RELAXED_NMADD, 0xd106, "f32x4.relaxed_nmadd", 3, V128, V128)                           \
    X(F64X2_RELAXED_MADD, 0xd107, "f64x2.relaxed_madd", 3, V128, V128)                             \
    X(F64X2_RELAXED_NMADD, 0xd108, "f64x2.relaxed_nmadd", 3, V128, V128)                           \
    X(I8X16_RELAXED_LANESELECT, 0xd109, "i8x16.relaxed_laneselect", 3, V128, V128)                 \
    X(I16X8_RELAXED_LANESELECT, 0xd10a, "i16x8.relaxed_laneselect", 3, V128, V128)                 \
    X(I32X4_RELAXED_LANESELECT, 0xd10b, "i32x4.relaxed_laneselect", 3, V128, V128)                 \
    X(I64X2_RELAXED_LANESELECT, 0xd10c, "i64x2.relaxed_laneselect", 3, V128, V128)                 \
    X(F32X4_RELAXED_MIN, 0xd10d, "f32x4.relaxed_min", 2, V128, V128)                               \
    X(F32X4_RELAXED_MAX, 0xd10e, "f32x4.relaxed_max", 2, V128, V128)                               \
    X(F64X2_RELAXED_MIN, 0xd10f, "f64x2.relaxed_min", 2, V128, V128)                               \
    X(F64X2_RELAXED_MAX, 0xd110, "f64x2.relaxed_max", 2, V128, V128)                               \
    X(I16X8_RELAXED_Q15MULR_S, 0xd111, "i16x8.relaxed_q15mulr_s", 2, V128, V128)                   \
    X(I16X8_RELAXED_DOT_I8X16_I7X16_S, 0xd112, "i16x8.relaxed_dot_i8x16_i7x16_s", 2, V128, V128)   \
    X(I32X4_RELAXED_DOT_I8X16_I7X16_ADD_S, 0xd113, "i32x4.relaxed_dot_i8x16_i7x16_add_s", 3, V128, V128)

/* X(NAME, opcode, "text"): [v128 i32] -> [v128]. */
#define WASM_SHIFT_OPS(X)                                                                          \
    X(I8X16_SHL, 0xd06b, "i8x16.shl")                                                              \
    X(I8X16_SHR_S, 0xd06c, "i8x16.shr_s")                                                          \
    X(I8X16_SHR_U, 0xd06d, "i8x16.shr_u")                                                          \
    X(I16X8_SHL, 0xd08b, "i16x8.shl")                                                              \
    X(I16X8_SHR_S, 0xd08c, "i16x8.shr_s")                                                          \
    X(I16X8_SHR_U, 0xd08d, "i16x8.shr_u")                                                          \
    X(I32X4_SHL, 0xd0ab, "i32x4.shl")                                                              \
    X(I32X4_SHR_S, 0xd0ac, "i32x4.shr_s")                                                          \
    X(I32X4_SHR_U, 0xd0ad, "i32x4.shr_u")                                                          \
    X(I64X2_SHL, 0xd0cb, "i64x2.shl")                                                              \
    X(I64X2_SHR_S, 0xd0cc, "i64x2.shr_s")                                                          \
    X(I64X2_SHR_U, 0xd0cd, "i64x2.shr_u")

/* X(NAME, opcode, "text", lanes, type of a lane): immediate is a lane; [v128] -> [lane]. */
#define WASM_EXTRACT_OPS(X)                                                                        \
    X(I8X16_EXTRACT_LANE_S, 0xd015, "i8x16.extract_lane_s", 16, I32)                               \
    X(I8X16_EXTRACT_LANE_U, 0xd016, "i8x16.extract_lane_u", 16, I32)                               \
    X(I16X8_EXTRACT_LANE_S, 0xd018, "i16x8.extract_lane_s", 8, I32)                                \
    X(I16X8_EXTRACT_LANE_U, 0xd019, "i16x8.extract_lane_u", 8, I32)                                \
    X(I32X4_EXTRACT_LANE, 0xd01b, "i32x4.extract_lane", 4, I32)                                    \
    X(I64X2_EXTRACT_LANE, 0xd01d, "i64x2.extract_lane", 2, I64)                                    \
    X(F32X4_EXTRACT_LANE, 0xd01f, "f32x4.extract_lane", 4, F32)                                    \
    X(F64X2_EXTRACT_LANE, 0xd021, "f64x2.extract_lane", 2, F64)

/* The same columns; [v128 lane] -> [v128]. */
#define WASM_REPLACE_OPS(X)                                                                        \
    X(I8X16_REPLACE_LANE, 0xd017, "i8x16.replace_lane", 16, I32)                                   \
    X(I16X8_REPLACE_LANE, 0xd01a, "i16x8.replace_lane", 8, I32)                                    \
    X(I32X4_REPLACE_LANE, 0xd01c, "i32x4.replace_lane", 4, I32)                                    \
    X(I64X2_REPLACE_LANE, 0xd01e, "i64x2.replace_lane", 2, I64)                                    \
    X(F32X4_REPLACE_LANE, 0xd020, "f32x4.replace_lane", 4, F32)                                    \
    X(F64X2_REPLACE_LANE, 0xd022, "f64x2.replace_lane", 2, F64)

/* X(NAME, opcode, "text", natural alignment as a power of two, which is the lane's size, too): immediates
 * are a memarg and a lane; [address v128] -> [v128]. */
#define WASM_LOAD_LANE_OPS(X)                                                                      \
    X(V128_LOAD8_LANE, 0xd054, "v128.load8_lane", 0)                                               \
    X(V128_LOAD16_LANE, 0xd055, "v128.load16_lane", 1)                                             \
    X(V128_LOAD32_LANE, 0xd056, "v128.load32_lane", 2)                                             \
    X(V128_LOAD64_LANE, 0xd057, "v128.load64_lane", 3)

/* The same columns; [address v128] -> []. */
#define WASM_STORE_LANE_OPS(X)                                                                     \
    X(V128_STORE8_LANE, 0xd058, "v128.store8_lane", 0)                                             \
    X(V128_STORE16_LANE, 0xd059, "v128.store16_lane", 1)                                           \
    X(V128_STORE32_LANE, 0xd05a, "v128.store32_lane", 2)                                           \
    X(V128_STORE64_LANE, 0xd05b, "v128.store64_lane", 3)

/* Threads. X(NAME, opcode, "text", kind, type, alignment): AtomicKind says what it takes above the
 * address, and `type` of which type. The ways to load a value and store one that is made of it: */
#define WASM_ATOMIC_UPDATES(X, first, NAME, text, kind)                                            \
    X(I32_ATOMIC_RMW_##NAME, first, "i32.atomic.rmw." text, kind, I32, 2)                          \
    X(I64_ATOMIC_RMW_##NAME, first + 1, "i64.atomic.rmw." text, kind, I64, 3)                      \
    X(I32_ATOMIC_RMW8_##NAME##_U, first + 2, "i32.atomic.rmw8." text "_u", kind, I32, 0)           \
    X(I32_ATOMIC_RMW16_##NAME##_U, first + 3, "i32.atomic.rmw16." text "_u", kind, I32, 1)         \
    X(I64_ATOMIC_RMW8_##NAME##_U, first + 4, "i64.atomic.rmw8." text "_u", kind, I64, 0)           \
    X(I64_ATOMIC_RMW16_##NAME##_U, first + 5, "i64.atomic.rmw16." text "_u", kind, I64, 1)         \
    X(I64_ATOMIC_RMW32_##NAME##_U, first + 6, "i64.atomic.rmw32." text "_u", kind, I64, 2)

#define WASM_ATOMIC_OPS(X)                                                                         \
    X(MEMORY_ATOMIC_NOTIFY, 0xfe00, "memory.atomic.notify", NOTIFY, I32, 2)                        \
    X(MEMORY_ATOMIC_WAIT32, 0xfe01, "memory.atomic.wait32", WAIT, I32, 2)                          \
    X(MEMORY_ATOMIC_WAIT64, 0xfe02, "memory.atomic.wait64", WAIT, I64, 3)                          \
    X(I32_ATOMIC_LOAD, 0xfe10, "i32.atomic.load", LOAD, I32, 2)                                    \
    X(I64_ATOMIC_LOAD, 0xfe11, "i64.atomic.load", LOAD, I64, 3)                                    \
    X(I32_ATOMIC_LOAD8_U, 0xfe12, "i32.atomic.load8_u", LOAD, I32, 0)                              \
    X(I32_ATOMIC_LOAD16_U, 0xfe13, "i32.atomic.load16_u", LOAD, I32, 1)                            \
    X(I64_ATOMIC_LOAD8_U, 0xfe14, "i64.atomic.load8_u", LOAD, I64, 0)                              \
    X(I64_ATOMIC_LOAD16_U, 0xfe15, "i64.atomic.load16_u", LOAD, I64, 1)                            \
    X(I64_ATOMIC_LOAD32_U, 0xfe16, "i64.atomic.load32_u", LOAD, I64, 2)                            \
    X(I32_ATOMIC_STORE, 0xfe17, "i32.atomic.store", STORE, I32, 2)                                 \
    X(I64_ATOMIC_STORE, 0xfe18, "i64.atomic.store", STORE, I64, 3)                                 \
    X(I32_ATOMIC_STORE8, 0xfe19, "i32.atomic.store8", STORE, I32, 0)                               \
    X(I32_ATOMIC_STORE16, 0xfe1a, "i32.atomic.store16", STORE, I32, 1)                             \
    X(I64_ATOMIC_STORE8, 0xfe1b, "i64.atomic.store8", STORE, I64, 0)                               \
    X(I64_ATOMIC_STORE16, 0xfe1c, "i64.atomic.store16", STORE, I64, 1)                             \
    X(I64_ATOMIC_STORE32, 0xfe1d, "i64.atomic.store32", STORE, I64, 2)                             \
    WASM_ATOMIC_UPDATES(X, 0xfe1e, ADD, "add", UPDATE)                                             \
    WASM_ATOMIC_UPDATES(X, 0xfe25, SUB, "sub", UPDATE)                                             \
    WASM_ATOMIC_UPDATES(X, 0xfe2c, AND, "and", UPDATE)                                             \
    WASM_ATOMIC_UPDATES(X, 0xfe33, OR, "or", UPDATE)                                               \
    WASM_ATOMIC_UPDATES(X, 0xfe3a, XOR, "xor", UPDATE)                                             \
    WASM_ATOMIC_UPDATES(X, 0xfe41, XCHG, "xchg", UPDATE)                                           \
    WASM_ATOMIC_UPDATES(X, 0xfe48, CMPXCHG, "cmpxchg", EXCHANGE)

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
    X(CALL_REF, 0x14, "call_ref", INDEX)                                                           \
    X(RETURN_CALL_REF, 0x15, "return_call_ref", INDEX)                                             \
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
    X(REF_AS_NON_NULL, 0xd4, "ref.as_non_null", NONE)                                              \
    X(BR_ON_NULL, 0xd5, "br_on_null", INDEX)                                                       \
    X(BR_ON_NON_NULL, 0xd6, "br_on_non_null", INDEX)                                               \
    X(MEMORY_INIT, 0xfc08, "memory.init", TWO_INDICES)                                             \
    X(DATA_DROP, 0xfc09, "data.drop", INDEX)                                                       \
    X(MEMORY_COPY, 0xfc0a, "memory.copy", TWO_INDICES)                                             \
    X(MEMORY_FILL, 0xfc0b, "memory.fill", INDEX)                                                   \
    X(TABLE_INIT, 0xfc0c, "table.init", TWO_INDICES)                                               \
    X(ELEM_DROP, 0xfc0d, "elem.drop", INDEX)                                                       \
    X(TABLE_COPY, 0xfc0e, "table.copy", TWO_INDICES)                                               \
    X(TABLE_GROW, 0xfc0f, "table.grow", INDEX)                                                     \
    X(TABLE_SIZE, 0xfc10, "table.size", INDEX)                                                     \
    X(TABLE_FILL, 0xfc11, "table.fill", INDEX)                                                     \
    X(I64_ADD128, 0xfc13, "i64.add128", NONE)                                                      \
    X(I64_SUB128, 0xfc14, "i64.sub128", NONE)                                                     \
    X(I64_MUL_WIDE_S, 0xfc15, "i64.mul_wide_s", NONE)                                             \
    X(I64_MUL_WIDE_U, 0xfc16, "i64.mul_wide_u", NONE)                                             \
    X(V128_CONST, 0xd00c, "v128.const", V128)                                                      \
    X(I8X16_SHUFFLE, 0xd00d, "i8x16.shuffle", V128)                                                \
    X(ATOMIC_FENCE, 0xfe03, "atomic.fence", LANE)

typedef uint16_t Opcode;
enum {
#define X(name, code, ...) WASM_##name = code,
    WASM_NUMERIC_OPS(X) WASM_LOAD_OPS(X) WASM_STORE_OPS(X) WASM_VECTOR_OPS(X) WASM_SHIFT_OPS(X)
        WASM_EXTRACT_OPS(X) WASM_REPLACE_OPS(X) WASM_LOAD_LANE_OPS(X) WASM_STORE_LANE_OPS(X)
            WASM_ATOMIC_OPS(X) WASM_OTHER_OPS(X)
#undef X
                WASM_PREFIX = 0xfc,
    WASM_VECTOR_PREFIX = 0xfd,
    WASM_ATOMIC_PREFIX = 0xfe,
};

/* What follows an opcode. */
typedef enum Immediates {
    IMMEDIATE_UNKNOWN, /* not an opcode */
    IMMEDIATE_NONE,
    IMMEDIATE_BLOCK_TYPE,  /* s33: see translator/block_type.h */
    IMMEDIATE_INDEX,       /* u32: local, global, function, label, table, memory, segment, tag, type */
    IMMEDIATE_TWO_INDICES, /* u32 u32. call_indirect: type, table; memory.init, table.init:
                            * segment, memory or table; the copies: target, source */
    IMMEDIATE_LABELS,      /* u32 count, u32 label * count, u32 default label */
    IMMEDIATE_CATCHES,     /* s33 block type, u32 count, Catch * count */
    IMMEDIATE_MEMARG,    /* u32 alignment | 0x40 if a memory index follows, u32 index, u64 offset */
    IMMEDIATE_MEMARG_LANE, /* the same, and a byte: a lane */
    IMMEDIATE_LANE,        /* a byte; of atomic.fence 0 */
    IMMEDIATE_I32,       /* s32 */
    IMMEDIATE_I64,       /* s64 */
    IMMEDIATE_F32,       /* 4 bytes */
    IMMEDIATE_F64,       /* 8 bytes */
    IMMEDIATE_V128,      /* 16 bytes: a value, or the lanes of a shuffle */
    IMMEDIATE_TYPES,     /* u32 count (always 1), value types */
    IMMEDIATE_HEAP_TYPE, /* s33: an abstract one's code, or the index of a type */
} Immediates;

/* Instructions behind the prefixes, and those that are not in use in between. */
enum { PREFIXED_OPCODES = 0x20, VECTOR_OPCODES = 0x114, ATOMIC_OPCODES = 0x4f };

static inline bool is_vector_opcode(Opcode opcode) { return opcode >> 12 == 0xd; }
static inline bool is_atomic_opcode(Opcode opcode) { return opcode >> 8 == WASM_ATOMIC_PREFIX; }

/* Index into tables by opcode: below OPCODE_SLOTS for every Opcode. */
#define OPCODE_SLOT(opcode)                                                                        \
    ((opcode) < 0x100           ? (opcode)                                                         \
     : (opcode) >> 12 == 0xd    ? 0x100 + PREFIXED_OPCODES + ((opcode) & 0xfff)                    \
     : (opcode) >> 8 == 0xfe    ? 0x100 + PREFIXED_OPCODES + VECTOR_OPCODES + ((opcode) & 0xff)    \
                                : 0x100 + ((opcode) & (PREFIXED_OPCODES - 1)))
enum { OPCODE_SLOTS = 0x100 + PREFIXED_OPCODES + VECTOR_OPCODES + ATOMIC_OPCODES };

/* The opcode at `*at` in validated code; advances behind it. */
static inline Opcode opcode_read(const uint8_t **at) {
    uint8_t byte = *(*at)++;
    if (byte == WASM_PREFIX) return (Opcode)(0xfc00 | leb_u32(at));
    if (byte == WASM_VECTOR_PREFIX) return (Opcode)(0xd000 | leb_u32(at));
    return byte == WASM_ATOMIC_PREFIX ? (Opcode)(0xfe00 | leb_u32(at)) : byte;
}

/* Jumps over a value type, or a block type, in validated code. */
static inline void type_skip(const uint8_t **at) {
    enum { REF_NULL = 0x63, REF = 0x64 }; /* which a heap type follows */
    const uint8_t code = **at;
    leb_skip(at);
    if (code == REF_NULL || code == REF) leb_skip(at);
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

/* What an atomic access takes above the address and gives, all of its type if nothing is said. */
typedef enum AtomicKind {
    ATOMIC_NONE,     /* no such instruction */
    ATOMIC_LOAD,     /* nothing -> value */
    ATOMIC_STORE,    /* value -> nothing */
    ATOMIC_UPDATE,   /* value -> what was there */
    ATOMIC_EXCHANGE, /* expected, replacement -> what was there */
    ATOMIC_WAIT,     /* expected, i64: ns or negative -> i32 */
    ATOMIC_NOTIFY,   /* i32: how many -> i32 */
} AtomicKind;

typedef struct AtomicAccess {
    AtomicKind kind;
    uint8_t type; /* ValueType */
    uint8_t alignment; /* a power of two, which the memarg must have */
} AtomicAccess;

/* Of an instruction behind the prefix 0xfe. */
AtomicAccess atomic_access(Opcode opcode);

/* "i32.add"; NULL for what is not an opcode. */
const char *opcode_name(Opcode opcode);

/* The shape of its immediates. */
Immediates immediates_of(Opcode opcode);

/* Jumps over the immediates of an instruction in validated code. `at` is behind its opcode. */
const uint8_t *skip_immediates(Opcode opcode, const uint8_t *at);

#endif
