/* The lanes of a v128, and what C's vectors lack of WebAssembly's arithmetic (spec 4.3).
 *
 * All of it is the compilers' vector extensions, the same source for every machine; but lanes that are
 * chosen at run time have no such extension in clang, and an instruction on all machines. */
#ifndef TAILRACE_RUNTIME_VECTOR_H
#define TAILRACE_RUNTIME_VECTOR_H

#include "decoder/operands.h"
#include "runtime/numeric.h"

#ifdef __aarch64__
#include <arm_neon.h>
#endif

typedef uint8_t U8x16 __attribute__((vector_size(16)));
typedef int8_t I8x16 __attribute__((vector_size(16)));
typedef uint16_t U16x8 __attribute__((vector_size(16)));
typedef int16_t I16x8 __attribute__((vector_size(16)));
typedef uint32_t U32x4 __attribute__((vector_size(16)));
typedef int32_t I32x4 __attribute__((vector_size(16)));
typedef uint64_t U64x2 __attribute__((vector_size(16)));
typedef int64_t I64x2 __attribute__((vector_size(16)));
typedef float F32x4 __attribute__((vector_size(16)));
typedef double F64x2 __attribute__((vector_size(16)));

#define SIGN_32 (UINT32_C(1) << 31)
#define SIGN_64 (UINT64_C(1) << 63)

/* ---- Lanes ---------------------------------------------------------------------------------- */

INLINE V128 vector_of(uint64_t low, uint64_t high) { return (V128){low, high}; }
INLINE V128 vector_of_low(uint64_t low) { return (V128){low, 0}; }

/* Of each lane the one of `a` where all bits of the mask's are 1, of `b` where they are 0. */
INLINE V128 select_lanes(V128 mask, V128 a, V128 b) { return (mask & a) | (~mask & b); }
#define SELECT_LANES(mask, a, b) select_lanes((V128)(mask), (V128)(a), (V128)(b))

/* Which lane is known at run time alone. To set one, or to get one of what is in a register, by a
 * variable index would take the native stack. */
#define DEFINE_LANE_OPERATIONS(bits, type, Vector, ...)                                            \
    INLINE V128 splat_u##bits(type value) { return (V128)((Vector){0} + value); }                  \
    INLINE V128 with_lane_u##bits(V128 a, unsigned lane, type value) {                             \
        const Vector numbers = {__VA_ARGS__};                                                      \
        return SELECT_LANES(numbers == (Vector)splat_u##bits((type)lane), splat_u##bits(value), a); \
    }                                                                                              \
    INLINE type lane_u##bits(V128 a, unsigned lane) {                                              \
        const unsigned bit = lane * (bits);                                                        \
        return (type)((bit & 64 ? a[1] : a[0]) >> (bit & 63));                                     \
    }
DEFINE_LANE_OPERATIONS(8, uint8_t, U8x16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
DEFINE_LANE_OPERATIONS(16, uint16_t, U16x8, 0, 1, 2, 3, 4, 5, 6, 7)
DEFINE_LANE_OPERATIONS(32, uint32_t, U32x4, 0, 1, 2, 3)
DEFINE_LANE_OPERATIONS(64, uint64_t, U64x2, 0, 1)
#undef DEFINE_LANE_OPERATIONS

INLINE V128 splat_f32(float value) { return splat_u32(bits_of_f32(value)); }
INLINE V128 splat_f64(double value) { return splat_u64(bits_of_f64(value)); }
INLINE V128 with_lane_f32(V128 a, unsigned lane, float value) {
    return with_lane_u32(a, lane, bits_of_f32(value));
}
INLINE V128 with_lane_f64(V128 a, unsigned lane, double value) {
    return with_lane_u64(a, lane, bits_of_f64(value));
}

/* The bytes of `a` that `lanes` names; 0 for what is no number of a byte. */
INLINE V128 swizzle(V128 a, U8x16 lanes) {
#if defined __SSSE3__
    /* pshufb gives 0 where bit 7 is set, and else looks at the low four bits. */
    typedef char Bytes __attribute__((vector_size(16)));
    return (V128)__builtin_ia32_pshufb128((Bytes)a, (Bytes)(lanes | (U8x16)(lanes > 15)));
#elif defined __aarch64__
    return (V128)vqtbl1q_u8((uint8x16_t)a, (uint8x16_t)lanes);
#else
    const U8x16 bytes = (U8x16)a;
    U8x16 chosen;
    for (unsigned i = 0; i < 16; i++) chosen[i] = lanes[i] < 16 ? bytes[lanes[i] & 15] : 0;
    return (V128)chosen;
#endif
}

/* The same of the 32 bytes of both. */
INLINE V128 shuffle(V128 a, V128 b, U8x16 lanes) {
    return swizzle(a, lanes) | swizzle(b, lanes - 16);
}

INLINE uint32_t any_bit(V128 a) { return (a[0] | a[1]) != 0; }

/* The signs of 8 bytes: the product has in its highest byte a sum of one bit of each. */
INLINE uint32_t signs_of_bytes(uint64_t bytes) {
    return (uint32_t)((bytes & 0x8080808080808080) * 0x0002040810204081 >> 56);
}
INLINE uint32_t bitmask_8(U8x16 a) {
    const V128 halves = (V128)a;
    return signs_of_bytes(halves[0]) | signs_of_bytes(halves[1]) << 8;
}
INLINE uint32_t bitmask_16(U16x8 a) {
    /* The high bytes alone. */
    const V128 halves = (V128)__builtin_shufflevector((U8x16)a, (U8x16)a, 1, 3, 5, 7, 9, 11, 13, 15,
                                                      1, 3, 5, 7, 9, 11, 13, 15);
    return signs_of_bytes(halves[0]);
}
INLINE uint32_t bitmask_32(U32x4 a) {
    return a[0] >> 31 | a[1] >> 31 << 1 | a[2] >> 31 << 2 | a[3] >> 31 << 3;
}
INLINE uint32_t bitmask_64(U64x2 a) { return (uint32_t)(a[0] >> 63 | a[1] >> 63 << 1); }

/* ---- Lanes of other widths ------------------------------------------------------------------- */

/* The lower or higher half of the lanes, each beside itself: then the upper one is what a shift to
 * the right makes wider. The even and the odd lanes are in the wider ones already. */
#define DEFINE_WIDENING(bits, Narrow, Signed, Unsigned, low, high)                                 \
    INLINE Unsigned low_s##bits(V128 a) {                                                          \
        return (Unsigned)((Signed)__builtin_shufflevector((Narrow)a, (Narrow)a, low) >> (bits));   \
    }                                                                                              \
    INLINE Unsigned high_s##bits(V128 a) {                                                         \
        return (Unsigned)((Signed)__builtin_shufflevector((Narrow)a, (Narrow)a, high) >> (bits));  \
    }                                                                                              \
    INLINE Unsigned low_u##bits(V128 a) {                                                          \
        return (Unsigned)__builtin_shufflevector((Narrow)a, (Narrow)a, low) >> (bits);             \
    }                                                                                              \
    INLINE Unsigned high_u##bits(V128 a) {                                                         \
        return (Unsigned)__builtin_shufflevector((Narrow)a, (Narrow)a, high) >> (bits);            \
    }                                                                                              \
    INLINE Unsigned even_s##bits(V128 a) {                                                         \
        return (Unsigned)((Signed)((Unsigned)a << (bits)) >> (bits));                              \
    }                                                                                              \
    INLINE Unsigned odd_s##bits(V128 a) { return (Unsigned)((Signed)a >> (bits)); }                \
    INLINE Unsigned even_u##bits(V128 a) { return (Unsigned)a << (bits) >> (bits); }               \
    INLINE Unsigned odd_u##bits(V128 a) { return (Unsigned)a >> (bits); }
#define LOW_8 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7
#define HIGH_8 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15
#define LOW_16 0, 0, 1, 1, 2, 2, 3, 3
#define HIGH_16 4, 4, 5, 5, 6, 6, 7, 7
#define LOW_32 0, 0, 1, 1
#define HIGH_32 2, 2, 3, 3
DEFINE_WIDENING(8, U8x16, I16x8, U16x8, LOW_8, HIGH_8)
DEFINE_WIDENING(16, U16x8, I32x4, U32x4, LOW_16, HIGH_16)
DEFINE_WIDENING(32, U32x4, I64x2, U64x2, LOW_32, HIGH_32)
#undef DEFINE_WIDENING

INLINE V128 clamp_16(I16x8 a, int16_t least, int16_t most) {
    const I16x8 lowest = (I16x8){0} + least, highest = (I16x8){0} + most;
    const I16x8 raised = (I16x8)SELECT_LANES(a < lowest, lowest, a);
    return SELECT_LANES(raised > highest, highest, raised);
}
INLINE V128 clamp_32(I32x4 a, int32_t least, int32_t most) {
    const I32x4 lowest = (I32x4){0} + least, highest = (I32x4){0} + most;
    const I32x4 raised = (I32x4)SELECT_LANES(a < lowest, lowest, a);
    return SELECT_LANES(raised > highest, highest, raised);
}
/* The lower half of each lane, first of `a` and then of `b`. */
INLINE V128 halves_8(V128 a, V128 b) {
    return (V128)__builtin_shufflevector((U8x16)a, (U8x16)b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20,
                                         22, 24, 26, 28, 30);
}
INLINE V128 halves_16(V128 a, V128 b) {
    return (V128)__builtin_shufflevector((U16x8)a, (U16x8)b, 0, 2, 4, 6, 8, 10, 12, 14);
}
INLINE V128 narrow_s8(I16x8 a, I16x8 b) {
    return halves_8(clamp_16(a, INT8_MIN, INT8_MAX), clamp_16(b, INT8_MIN, INT8_MAX));
}
INLINE V128 narrow_u8(I16x8 a, I16x8 b) {
    return halves_8(clamp_16(a, 0, UINT8_MAX), clamp_16(b, 0, UINT8_MAX));
}
INLINE V128 narrow_s16(I32x4 a, I32x4 b) {
    return halves_16(clamp_32(a, INT16_MIN, INT16_MAX), clamp_32(b, INT16_MIN, INT16_MAX));
}
INLINE V128 narrow_u16(I32x4 a, I32x4 b) {
    return halves_16(clamp_32(a, 0, UINT16_MAX), clamp_32(b, 0, UINT16_MAX));
}

/* ---- Integers -------------------------------------------------------------------------------- */

INLINE U8x16 popcount_lanes(U8x16 a) {
    a -= a >> 1 & 0x55;
    a = (a & 0x33) + (a >> 2 & 0x33);
    return (a + (a >> 4)) & 0x0f;
}

/* A signed sum overflows where its sign is neither operand's, a difference where the operands' signs
 * differ and its own is not the first one's; the result is then the end on the first one's side. */
#define DEFINE_SATURATION(bits, Unsigned, Signed, largest)                                         \
    INLINE V128 saturated_##bits(Unsigned result, Unsigned overflows, Unsigned a) {                \
        const Unsigned end = (Unsigned)((Signed)a >> ((bits) - 1)) ^ (largest);                    \
        return SELECT_LANES((Signed)overflows < 0, end, result);                                   \
    }                                                                                              \
    INLINE V128 add_saturated_s##bits(V128 a, V128 b) {                                            \
        const Unsigned x = (Unsigned)a, y = (Unsigned)b, sum = x + y;                              \
        return saturated_##bits(sum, (x ^ sum) & (y ^ sum), x);                                    \
    }                                                                                              \
    INLINE V128 sub_saturated_s##bits(V128 a, V128 b) {                                            \
        const Unsigned x = (Unsigned)a, y = (Unsigned)b, difference = x - y;                       \
        return saturated_##bits(difference, (x ^ y) & (x ^ difference), x);                        \
    }                                                                                              \
    INLINE V128 add_saturated_u##bits(V128 a, V128 b) {                                            \
        const Unsigned sum = (Unsigned)a + (Unsigned)b;                                            \
        return (V128)(sum | (Unsigned)(sum < (Unsigned)a));                                        \
    }
DEFINE_SATURATION(8, U8x16, I8x16, 0x7f)
DEFINE_SATURATION(16, U16x8, I16x8, 0x7fff)
#undef DEFINE_SATURATION

/* (a * b + 2^14) >> 15, of which only -1 * -1 does not fit its lane. */
INLINE I32x4 rounded_q15(U32x4 product) {
    const I32x4 rounded = (I32x4)(product + 0x4000) >> 15;
    return rounded + (I32x4)(rounded == 0x8000);
}
INLINE V128 multiply_q15(I16x8 a, I16x8 b) {
    const V128 x = (V128)a, y = (V128)b;
    const U32x4 even = (U32x4)rounded_q15(even_s16(x) * even_s16(y));
    const U32x4 odd = (U32x4)rounded_q15(odd_s16(x) * odd_s16(y));
    return (V128)((even & 0xffff) | odd << 16);
}

INLINE U16x8 dot_s8(V128 a, V128 b) {
    return even_s8(a) * even_s8(b) + odd_s8(a) * odd_s8(b);
}

/* ---- Floats ---------------------------------------------------------------------------------- */

/* As numeric.h has it for one: a NaN if either is one, and -0 before +0. */
#define DEFINE_FLOAT_VECTOR(suffix, Vector)                                                        \
    INLINE V128 min_##suffix(Vector a, Vector b) {                                                 \
        const V128 ordered = SELECT_LANES(a == b, (V128)a | (V128)b, SELECT_LANES(a < b, a, b));   \
        return SELECT_LANES((a != a) | (b != b), a + b, ordered);                                  \
    }                                                                                              \
    INLINE V128 max_##suffix(Vector a, Vector b) {                                                 \
        const V128 ordered = SELECT_LANES(a == b, (V128)a & (V128)b, SELECT_LANES(a > b, a, b));   \
        return SELECT_LANES((a != a) | (b != b), a + b, ordered);                                  \
    }
/* No loops: clang leaves those of handlers alone where these are thousands in one function. */
#define DEFINE_FOR_4_LANES(name, Vector, operation)                                                \
    INLINE Vector name(Vector a) {                                                                 \
        return (Vector){operation(a[0]), operation(a[1]), operation(a[2]), operation(a[3])};       \
    }
#define DEFINE_FOR_2_LANES(name, Vector, operation)                                                \
    INLINE Vector name(Vector a) { return (Vector){operation(a[0]), operation(a[1])}; }
DEFINE_FLOAT_VECTOR(f32, F32x4)
DEFINE_FLOAT_VECTOR(f64, F64x2)
DEFINE_FOR_4_LANES(ceil_f32, F32x4, __builtin_ceilf)
DEFINE_FOR_4_LANES(floor_f32, F32x4, __builtin_floorf)
DEFINE_FOR_4_LANES(trunc_f32, F32x4, __builtin_truncf)
DEFINE_FOR_4_LANES(nearest_f32, F32x4, wasm_nearest_f32)
DEFINE_FOR_4_LANES(sqrt_f32, F32x4, wasm_sqrt_f32)
DEFINE_FOR_2_LANES(ceil_f64, F64x2, __builtin_ceil)
DEFINE_FOR_2_LANES(floor_f64, F64x2, __builtin_floor)
DEFINE_FOR_2_LANES(trunc_f64, F64x2, __builtin_trunc)
DEFINE_FOR_2_LANES(nearest_f64, F64x2, wasm_nearest_f64)
DEFINE_FOR_2_LANES(sqrt_f64, F64x2, wasm_sqrt_f64)
#undef DEFINE_FLOAT_VECTOR
#undef DEFINE_FOR_4_LANES
#undef DEFINE_FOR_2_LANES

/* Each f32 is an f64, too. */
INLINE int32_t saturated_s32(double a) {
    if (a > -2147483649.0 && a < 2147483648.0) return (int32_t)a;
    return a != a ? 0 : a < 0 ? INT32_MIN : INT32_MAX;
}
INLINE uint32_t saturated_u32(double a) {
    if (a > -1.0 && a < 4294967296.0) return (uint32_t)a;
    return a > 0 ? UINT32_MAX : 0;
}
INLINE I32x4 truncate_f32_s(F32x4 a) {
    return (I32x4){saturated_s32(a[0]), saturated_s32(a[1]), saturated_s32(a[2]),
                   saturated_s32(a[3])};
}
INLINE U32x4 truncate_f32_u(F32x4 a) {
    return (U32x4){saturated_u32(a[0]), saturated_u32(a[1]), saturated_u32(a[2]),
                   saturated_u32(a[3])};
}
INLINE I32x4 truncate_f64_s(F64x2 a) { return (I32x4){saturated_s32(a[0]), saturated_s32(a[1])}; }
INLINE U32x4 truncate_f64_u(F64x2 a) { return (U32x4){saturated_u32(a[0]), saturated_u32(a[1])}; }

#endif
