/* WebAssembly's arithmetic where it differs from C's (spec 4.3). */
#ifndef TAILRACE_RUNTIME_NUMERIC_H
#define TAILRACE_RUNTIME_NUMERIC_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Sign operations work on the bits, so that NaN payloads and signalling NaNs pass unchanged. The
 * minimum and maximum return a NaN if either operand is one, and order -0 before +0. */
#define DEFINE_FLOAT_OPERATIONS(type, bits_type, suffix, sign_bit)                                 \
    static inline type wasm_abs_##suffix(type a) {                                                 \
        bits_type bits;                                                                            \
        memcpy(&bits, &a, sizeof bits);                                                            \
        bits &= ~(bits_type)(sign_bit);                                                            \
        memcpy(&a, &bits, sizeof bits);                                                            \
        return a;                                                                                  \
    }                                                                                              \
    static inline type wasm_neg_##suffix(type a) {                                                 \
        bits_type bits;                                                                            \
        memcpy(&bits, &a, sizeof bits);                                                            \
        bits ^= (sign_bit);                                                                        \
        memcpy(&a, &bits, sizeof bits);                                                            \
        return a;                                                                                  \
    }                                                                                              \
    static inline type wasm_copysign_##suffix(type a, type b) {                                    \
        bits_type bits, sign;                                                                      \
        memcpy(&bits, &a, sizeof bits);                                                            \
        memcpy(&sign, &b, sizeof sign);                                                            \
        bits = (bits & ~(bits_type)(sign_bit)) | (sign & (sign_bit));                              \
        memcpy(&a, &bits, sizeof bits);                                                            \
        return a;                                                                                  \
    }                                                                                              \
    static inline type wasm_min_##suffix(type a, type b) {                                         \
        if (__builtin_expect(a != a || b != b, 0)) return a + b;                                   \
        if (a == b) return wasm_signbit_##suffix(a) ? a : b;                                       \
        return a < b ? a : b;                                                                      \
    }                                                                                              \
    static inline type wasm_max_##suffix(type a, type b) {                                         \
        if (__builtin_expect(a != a || b != b, 0)) return a + b;                                   \
        if (a == b) return wasm_signbit_##suffix(a) ? b : a;                                       \
        return a > b ? a : b;                                                                      \
    }

static inline int wasm_signbit_f32(float a) { return __builtin_signbit(a); }
static inline int wasm_signbit_f64(double a) { return __builtin_signbit(a); }

DEFINE_FLOAT_OPERATIONS(float, uint32_t, f32, 0x80000000u)
DEFINE_FLOAT_OPERATIONS(double, uint64_t, f64, 0x8000000000000000ull)
#undef DEFINE_FLOAT_OPERATIONS

/* Round to nearest, ties to even: the processor's default rounding, which nothing here changes. */
static inline float wasm_nearest_f32(float a) { return __builtin_rintf(a); }
static inline double wasm_nearest_f64(double a) { return __builtin_rint(a); }

/* Compiled with -fno-math-errno, these are the processor's instructions. */
static inline float wasm_sqrt_f32(float a) { return __builtin_sqrtf(a); }
static inline double wasm_sqrt_f64(double a) { return __builtin_sqrt(a); }

#endif
