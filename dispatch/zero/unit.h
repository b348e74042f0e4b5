/* What units are made of (zero.h): included at the head of the C that unroll.c writes. It defines
 * the words of the op table's bodies as mechanisms do, but for
 *
 *     HERE     the instruction's offset in the bytecode; of a superinstruction's part, as if that
 *              were an instruction
 *     HEAD     where the whole instruction begins, from which its labels count
 *     GO       goes where control goes if it does not fall through
 *     ADDRESS  the instruction's operand that is an address; not at level one
 *
 * which are defined anew before each instruction, and for what the unit says at its head:
 * UNIT_NAME, UNIT_BYTES, FUNCTION_COUNT, ADDRESS_COUNT and the tables of ZeroUnit. */
#ifndef TAILRACE_DISPATCH_ZERO_UNIT_H
#define TAILRACE_DISPATCH_ZERO_UNIT_H

#include "dispatch/zero/zero.h"

#define DISPATCH_SIZE 2
#define ONE_FUNCTION 1
#define DISPATCH()                                                                                 \
    do {                                                                                           \
        BOUNDARY();                                                                                \
        GO;                                                                                        \
    } while (0)
#define NEXT(size) ((void)0)
#include "dispatch/words.h"

#include "bodies.h"

enum {
#define X(name) OPCODE_##name,
    OPCODES(X)
#undef X
};

#undef OPERAND_LABEL
#define OPERAND_LABEL(offset) (code + HEAD + read_i32(OPERAND_AT(offset)))

/* Operands. At level one the compiler does not know what `code` points to. */
#if ZERO_LEVEL > 1
#undef OPERAND_AT
#define OPERAND_AT(offset) (bytecode + HERE + DISPATCH_SIZE + (offset))
#undef OPERAND_PTR
#define OPERAND_PTR(offset) ((uint64_t)(uintptr_t)(ADDRESS))
#endif

/* Between two bodies: see zero.h. */
#ifdef __x86_64__
#define VECTOR_REGISTER "x"
#else
#define VECTOR_REGISTER "w"
#endif
#define FLOAT_PLACE "+" VECTOR_REGISTER
#define PLACE_uint64_t "+r"
#define PLACE_FloatRegister FLOAT_PLACE
#define STATE_OPERAND(type, name) , PLACE_##type(name)
#if ZERO_LEVEL == 1
#define BOUNDARY()                                                                                 \
    __asm__ volatile(""                                                                            \
                     : "+r"(code), "+r"(fp), "+r"(memory),                                         \
                       "+r"(instance) ISA_REGISTERS(STATE_OPERAND)                                 \
                     :                                                                             \
                     : "memory")
#elif ZERO_LEVEL == 2
#define BOUNDARY()                                                                                 \
    __asm__ volatile(""                                                                            \
                     : "+r"(fp), "+r"(memory), "+r"(instance) ISA_REGISTERS(STATE_OPERAND)         \
                     :                                                                             \
                     : "memory")
#else
#define BOUNDARY() ((void)0)
/* A load whose value nobody reads can trap, too: it stays. Of a vector clang cannot be told "X". */
#undef LOAD_AT
#define LOAD_AT(address, stored, value)                                                            \
    do {                                                                                           \
        CHECK_BOUNDS(address, sizeof(stored));                                                     \
        stored loaded;                                                                             \
        memcpy(&loaded, memory + offset + (address), sizeof loaded);                               \
        if (sizeof loaded == sizeof(V128)) __asm__ volatile("" : : VECTOR_REGISTER(loaded));       \
        else NEEDED(loaded);                                                                       \
        r = (__typeof__(r))(value);                                                                \
    } while (0)
#endif

/* How an instruction begins. Where execution ends wants ip; elsewhere compilers drop it. */
#define INSTRUCTION()                                                                              \
    BOUNDARY();                                                                                    \
    ip = code + HERE

/* Where only data tells where control goes: `ip`. Instructions stand at even offsets. */
#define GO_TO_IP                                                                                   \
    do {                                                                                           \
        const uint64_t distance = (uint64_t)(ip - code);                                           \
        if (UNLIKELY(distance >= UNIT_BYTES)) goto outside;                                        \
        goto **(const void *const *)((const char *)labels + distance / 2 * sizeof *labels);        \
    } while (0)

/* A call of a function that is known: what its Code says is, too. */
#define CALLEE(index) (&codes[index])

/* Registers between units: X(type, name) of ISA_REGISTERS. */
#define RESTORE_uint64_t(name) name = *integer++
#define RESTORE_FloatRegister(name) name = (FloatRegister)*vector++
#define RESTORE(type, name) RESTORE_##type(name);
#define SAVE_uint64_t(name) *integer++ = name
#define SAVE_FloatRegister(name) *vector++ = (ZeroVector)name
#define SAVE(type, name) SAVE_##type(name);

/* Where code addresses memory by r12, r13 or rbp it is longer: as in executors, the frame is in r15
 * (AT_DISPATCH in words.h). */
#define BEGIN_UNIT()                                                                               \
    const uint8_t *code = state->instance->program->bytes, *ip = state->ip;                        \
    register uint64_t *fp AT_DISPATCH(r15) = state->fp;                                            \
    Instance *instance = state->instance;                                                          \
    uint8_t *memory = instance->memory0->base;                                                     \
    uint64_t *integer __attribute__((unused)) = state->integers;                                   \
    ZeroVector *vector __attribute__((unused)) = state->floats;                                    \
    ISA_REGISTERS(DECLARE)                                                                         \
    ISA_REGISTERS(RESTORE)                                                                         \
    Trap stop;                                                                                     \
    GO_TO_IP
#define DECLARE(type, name) type name;

/* Behind the last instruction: the instructions of no program, and leaving the unit. */
#define END_UNIT()                                                                                 \
    handle_call_slow : __attribute__((unused)) BODY_call_slow;                                     \
    handle_unwind : __attribute__((unused)) BODY_unwind;                                           \
outside:                                                                                           \
    switch (read_u16(ip)) {                                                                        \
    case OPCODE_halt: BODY_halt;                                                                   \
    case OPCODE_leave: BODY_leave;                                                                 \
    }                                                                                              \
    integer = state->integers;                                                                     \
    vector = state->floats;                                                                        \
    ISA_REGISTERS(SAVE)                                                                            \
    state->ip = ip;                                                                                \
    state->fp = fp;                                                                                \
    state->instance = instance;                                                                    \
    return ZERO_ELSEWHERE;                                                                         \
    STOPPED()

#endif
