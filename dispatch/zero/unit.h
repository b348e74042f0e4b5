/* What units are made of (zero.h): included at the head of the C that unroll.c writes. It defines
 * the words of the op table's bodies as mechanisms do, but for
 *
 *     HERE     the instruction's offset in the bytecode; of a superinstruction's part, as if that
 *              were an instruction
 *     HEAD     where the whole instruction begins, from which its labels count
 *     GO       goes where control goes if it does not fall through
 *     ADDRESS  the instruction's operand that is an address; not at level one
 *
 * which are defined anew before each instruction,
 *
 *     MOVED    how much further on a function's bytecode is in the program than in the unit
 *
 * before each function, and for what the unit says at its head: UNIT_BYTES, FUNCTION_COUNT and so on,
 * and the tables of ZeroUnit. */
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
#define OPERAND_AT(offset) (bytecode + (HERE - MOVED) + DISPATCH_SIZE + (offset))
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
        CHECK_BOUNDS(address, offset, sizeof(stored));                                             \
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

/* Where only data tells where control goes: `ip`. Instructions stand at even offsets. Of functions
 * that the unit does not hold there are no labels. */
#define GO_TO_IP                                                                                   \
    do {                                                                                           \
        const uint64_t distance = (uint64_t)(ip - code);                                           \
        if (UNLIKELY(distance >= UNIT_BYTES)) goto outside;                                        \
        const void *const there =                                                                  \
            *(const void *const *)((const char *)labels + distance / 2 * sizeof *labels);          \
        if (!UNIT_IS_WHOLE && UNLIKELY(!there)) goto outside;                                      \
        goto *there;                                                                               \
    } while (0)

/* To a function that the unit does not hold. */
#define GO_OUTSIDE(offset)                                                                         \
    do {                                                                                           \
        ip = code + (offset);                                                                      \
        goto outside;                                                                              \
    } while (0)

/* A call of a function that is known: what its Code says is, too. */
#define CALLEE(index) (&codes[index])

/* `places` are the labels of what is `known`: of the program's whole bytecode there are few. */
#define BEGIN_UNIT()                                                                               \
    static const void *labels[UNIT_BYTES / 2 + 1];                                                 \
    if (!state) {                                                                                  \
        for (uint32_t i = 0; i < KNOWN_COUNT; i++)                                                 \
            labels[known[i] / 2] = places[i];                                                      \
        return TRAP_NONE;                                                                          \
    }                                                                                              \
    RESTORE_STATE(state);                                                                          \
    const uint8_t *code = instance->program->bytes;                                                \
    Trap stop;                                                                                     \
    GO_TO_IP

/* Behind the last instruction: the instructions of no program, and leaving the unit. */
#define END_UNIT()                                                                                 \
    handle_call_slow : __attribute__((unused)) BODY_call_slow;                                     \
    handle_unwind : __attribute__((unused)) BODY_unwind;                                           \
outside:                                                                                           \
    switch (read_u16(ip)) {                                                                        \
    case OPCODE_halt: BODY_halt;                                                                   \
    case OPCODE_leave: BODY_leave;                                                                 \
    }                                                                                              \
    SAVE_STATE(state);                                                                             \
    return ZERO_ELSEWHERE;                                                                         \
    STOPPED()

#endif
