/* The zero line: what is left of an executor's time when dispatch is gone and all else stays.
 *
 * From a module's bytecode `unroll` (unroll.c) writes C, a *unit*, in which the bodies of the
 * instructions (the op table's, as every executor compiles them) stand one behind the other in the
 * bytecode's order. Control falls through from each to the next; branches and calls whose targets
 * are known are gotos; returns, indirect calls and br_tables, whose targets are data, are a jump of
 * their own. The literature's names are inline threading (Piumarta and Riccardi 1998, "Optimizing
 * direct threaded code by selective inlining") and context threading (Berndl et al. 2005); neither
 * needs code to be made at run time here, since the module is known when the executor is built.
 *
 * ZERO_LEVEL says how much is gone:
 *
 *     1  no dispatch    no jumps from handler to handler, no dispatch words, no instruction pointer
 *                       that moves on. Operands are read from the bytecode, behind one base
 *                       register and at constant distances. Between two bodies stands an empty asm
 *                       over the whole state and memory, so that compilers keep the state where
 *                       executors have it, and optimise nothing across instructions.
 *     2  no decoding    operands are constants in the code; the asm is still there
 *     3  no boundaries  the asm is gone: compilers see whole functions. What remains is what the
 *                       bytecode says: frames of slots in memory, checks, links of calls.
 *
 * Of a program that is too large to be compiled whole the unit holds the fewest functions that make
 * up most of the instructions that it executes, 95 % where that can be compiled in a few minutes
 * (unroll.c). The rest runs in an interpreter (interpreter.c) in the same executor: wherever data may
 * tell control to go into the unit, at entries, return addresses and handlers of exceptions, the
 * program's dispatch word is UNROLLED, which leaves the interpreter; and the unit is left when control
 * goes to what it does not hold. How much of the execution was unrolled is said (ZeroUnit).
 *
 * Beside the levels stands native code of the same C, where there is a source (native.h).
 *
 * An executor of a level (executor.c) is linked with the units of several modules and finds the one
 * of the program that it is given by its bytecode. It is a reference, not a strategy: it runs no
 * module that it was not built for. In it no register holds the address of the instruction that is
 * executed, so that an access out of bounds is not told by its function; and at level three a trap
 * may leave memory without stores that stand before it, and with some that stand behind it. */
#ifndef TAILRACE_DISPATCH_ZERO_H
#define TAILRACE_DISPATCH_ZERO_H

#include "runtime/executor.h"

/* Handlers' registers as they stand between units and the interpreter: accumulators, as words.h has
 * them, and pinned locals. */
typedef float ZeroVector __attribute__((vector_size(16)));
typedef struct ZeroState {
    const uint8_t *ip;
    uint64_t *fp;
    Instance *instance;
    uint64_t integers[4];
    ZeroVector floats[4];
} ZeroState;

/* An operand of the bytecode that is an address, and so different in each process. */
typedef struct ZeroAddress {
    uint32_t offset; /* of the 8 bytes in the bytecode, which are 0 in the unit's copy */
    int32_t callee;  /* the function, by its place in Program.codes; -1: a type */
} ZeroAddress;

/* A part of the bytecode. */
typedef struct ZeroSpan {
    uint32_t begin, end;
} ZeroSpan;

/* A module's code of one level. */
typedef struct ZeroUnit {
    ExecutorUnit about;
    uint32_t size; /* of the program's bytecode */
    uint32_t span_count, function_count, address_count, known_count;
    const uint8_t *bytecode; /* the spans', in 16-bit words, with zeros for addresses */
    const ZeroSpan *spans;   /* [span_count]: what it holds, in ascending order */
    /* [function_count]: all that it holds or calls directly. Their entry and begin are offsets, as
     * if the program's bytecode began at address 0. */
    const Code *codes;
    const ZeroAddress *addresses; /* [address_count] */
    uint64_t *values;             /* [address_count]: the addresses in the program of `owner` */
    const Program **owner;
    const uint32_t *known; /* [known_count]: where only data tells control to go, by offset */
    /* Runs from state->ip, which is one of these, until execution ends, or leaves the unit: then
     * ZERO_ELSEWHERE, and *state is where it goes on. To be called with NULL before. */
    Trap (*run)(ZeroState *state);
} ZeroUnit;

#define ZERO_ELSEWHERE ((Trap) - 1)

/* The dispatch word of an instruction that a unit has, where data may tell control to go there. */
enum { UNROLLED = OPCODE_COUNT };

/* Has the program of the instance ready to be executed from state->ip on in units and, where the
 * word there is not UNROLLED, by zero_interpret, which is as ZeroUnit.run. TRAP_HOST: there is no
 * unit of that program. */
Trap zero_prepare(const Instance *instance);
Trap zero_interpret(ZeroState *state);

/* From the ZeroState to the variables of words.h, and back. Where code addresses memory by r12, r13
 * or rbp it is longer: as in executors, the frame is in r15 (AT_DISPATCH in words.h). */
#define RESTORE_STATE(state)                                                                       \
    const uint8_t *ip = (state)->ip;                                                               \
    register uint64_t *fp AT_DISPATCH(r15) = (state)->fp;                                          \
    Instance *instance = (state)->instance;                                                        \
    uint8_t *memory = instance->memory0->base;                                                     \
    uint64_t *integer __attribute__((unused)) = (state)->integers;                                 \
    ZeroVector *vector __attribute__((unused)) = (state)->floats;                                  \
    ISA_REGISTERS(DECLARE)                                                                         \
    ISA_REGISTERS(RESTORE)
#define SAVE_STATE(state)                                                                          \
    do {                                                                                           \
        uint64_t *integer __attribute__((unused)) = (state)->integers;                             \
        ZeroVector *vector __attribute__((unused)) = (state)->floats;                              \
        ISA_REGISTERS(SAVE)                                                                        \
        (state)->ip = ip;                                                                          \
        (state)->fp = fp;                                                                          \
        (state)->instance = instance;                                                              \
    } while (0)
#define DECLARE(type, name) type name;
#define RESTORE(type, name) RESTORE_##type(name);
#define RESTORE_uint64_t(name) name = *integer++
#define RESTORE_FloatRegister(name) name = (FloatRegister)*vector++
#define SAVE(type, name) SAVE_##type(name);
#define SAVE_uint64_t(name) *integer++ = name
#define SAVE_FloatRegister(name) *vector++ = (ZeroVector)name

/* A unit puts its address into this section, and executor.c finds all that were linked there. In a
 * single file (dispatch/single/) there is one. */
#define ZERO_SECTION "zero_units"
#ifndef SINGLE_FILE
#define REGISTER_UNIT()                                                                            \
    static const ZeroUnit *const registered __attribute__((section(ZERO_SECTION), used)) = &unit;
#else
#define REGISTER_UNIT()
#endif

/* Behind the tables that instructions.h prints, and the declaration of `run`. */
#define DEFINE_UNIT()                                                                              \
    static uint64_t values[ADDRESS_COUNT + 1];                                                     \
    static const Program *owner;                                                                   \
    static const ZeroUnit unit = {ABOUT_UNIT,     UNIT_BYTES,    SPAN_COUNT,                       \
                                  FUNCTION_COUNT, ADDRESS_COUNT, KNOWN_COUNT,                      \
                                  bytecode,       spans,         codes,                            \
                                  addresses,      values,        &owner,                           \
                                  known,          run};                                            \
    REGISTER_UNIT()

#endif
