/* Reads operands back for handlers. Each is one load from a constant distance behind the dispatch
 * word; the slot ones are a second load from the frame.
 *
 * A file that includes this defines DISPATCH_SIZE, the bytes of its dispatch word. Handlers have
 * the variables `ip`, the address of the instruction, and `fp`, the frame. */
#ifndef TAILRACE_DECODER_OPERANDS_H
#define TAILRACE_DECODER_OPERANDS_H

#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

/* A v128; runtime/vector.h has its lanes. */
typedef uint64_t V128 __attribute__((vector_size(16)));

/* memcpy, because operands are unaligned; it compiles to a plain load. */
#define UNALIGNED_READER(name, type)                                                               \
    INLINE type read_##name(const void *at) {                                                      \
        type value;                                                                                \
        memcpy(&value, at, sizeof value);                                                          \
        return value;                                                                              \
    }
UNALIGNED_READER(u16, uint16_t)
UNALIGNED_READER(i32, int32_t)
UNALIGNED_READER(u32, uint32_t)
UNALIGNED_READER(u64, uint64_t)
UNALIGNED_READER(f32, float)
UNALIGNED_READER(f64, double)
UNALIGNED_READER(v128, V128)
#undef UNALIGNED_READER

INLINE uint32_t bits_of_f32(float value) { return read_u32(&value); }
INLINE uint64_t bits_of_f64(double value) { return read_u64(&value); }
INLINE float f32_of_bits(uint32_t bits) { return read_f32(&bits); }
INLINE double f64_of_bits(uint64_t bits) { return read_f64(&bits); }

/* Immediates. */
#define OPERAND_AT(offset) (ip + DISPATCH_SIZE + (offset))
#define OPERAND_U16(offset) read_u16(OPERAND_AT(offset))
#define OPERAND_SLOT(offset) read_u16(OPERAND_AT(offset))
#define OPERAND_U32(offset) read_u32(OPERAND_AT(offset))
#define OPERAND_U64(offset) read_u64(OPERAND_AT(offset))
#define OPERAND_PTR(offset) read_u64(OPERAND_AT(offset))
#define OPERAND_LABEL(offset) (ip + read_i32(OPERAND_AT(offset)))

/* Values: constants, slots. An i32 is the low half of its slot, the high half is zero; of an f32
 * only the low half counts. A v128 is in two slots, its low half in the first. */
#define CONSTANT_I32(offset) read_u32(OPERAND_AT(offset))
#define CONSTANT_I64(offset) read_u64(OPERAND_AT(offset))
#define CONSTANT_F32(offset) read_f32(OPERAND_AT(offset))
#define CONSTANT_F64(offset) read_f64(OPERAND_AT(offset))
#define SLOT_I32(offset) read_u32(&fp[OPERAND_U16(offset)])
#define SLOT_I64(offset) fp[OPERAND_U16(offset)]
#define SLOT_F32(offset) read_f32(&fp[OPERAND_U16(offset)])
#define SLOT_F64(offset) read_f64(&fp[OPERAND_U16(offset)])
#define SLOT_V128(offset) read_v128(&fp[OPERAND_U16(offset)])

#define SET_SLOT_I32(offset, value) (fp[OPERAND_U16(offset)] = (value))
#define SET_SLOT_I64(offset, value) (fp[OPERAND_U16(offset)] = (value))
#define SET_SLOT_F32(offset, value) (fp[OPERAND_U16(offset)] = bits_of_f32(value))
#define SET_SLOT_F64(offset, value) (fp[OPERAND_U16(offset)] = bits_of_f64(value))
#define SET_SLOT_V128(offset, value) memcpy(&fp[OPERAND_U16(offset)], &(value), sizeof(V128))

#endif
