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

/* Handlers' registers as they stand between two units: the accumulators, as words.h has them. */
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

/* A module's code of one level. */
typedef struct ZeroUnit {
    const char *name;
    const uint8_t *bytecode; /* in 16-bit words, with zeros for addresses */
    uint32_t size;
    uint32_t function_count, address_count;
    const Code *codes;            /* [function_count]; entry and begin point into bytecode */
    const ZeroAddress *addresses; /* [address_count] */
    uint64_t *values;             /* [address_count]: the addresses in the program of `owner` */
    const Program **owner;
    /* Runs from state->ip until execution ends, or leaves the unit: then ZERO_ELSEWHERE, and *state
     * is where it goes on. */
    Trap (*run)(ZeroState *state);
} ZeroUnit;

#define ZERO_ELSEWHERE ((Trap) - 1)

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
    static const ZeroUnit unit = {UNIT_NAME,     bytecode, UNIT_BYTES, FUNCTION_COUNT,             \
                                  ADDRESS_COUNT, codes,    addresses,  values,                     \
                                  &owner,        run};                                             \
    REGISTER_UNIT()

#endif
