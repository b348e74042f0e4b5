/* Translation tests: WebAssembly text in, the expected bytecode written with the Encoder.
 *
 *     Test(folding, locals_and_constants_are_operands) {
 *         translate_wat("(func (param i32) (result i32)"
 *                       "  (i32.add (local.get 0) (i32.const 7)))");
 *         encode_i32_add(code, computed(0), local(0), constant(7));
 *         encode_return_i(code, computed(0), LINK);
 *         expect_translation();
 *     }
 *
 * The text is a module's fields. The first function that the module defines is the one compared;
 * the others are there to be called. What differs between the instruction sets beyond computed()
 * stands behind `if (ISA_HAS_ACCUMULATORS)`. */
#ifndef TAILRACE_TRANSLATOR_TEST_TRANSLATION_H
#define TAILRACE_TRANSLATOR_TEST_TRANSLATION_H

#include <criterion/criterion.h>
#include <string.h>

#include "translator/translate.h"

extern Module module;
extern Program program; /* the translated module */
extern Error error;
extern Encoder *const code; /* for the expected bytecode */

/* Compiles the fields with wat2wasm and translates them. Skips the test if wat2wasm is missing,
 * fails it if the text or its translation does. */
void translate_wat(const char *fields);
/* Reads and translates a module; false and `error` if that fails. The bytes must stay. */
bool translate_bytes(const uint8_t *bytes, size_t size);
/* Fails the test, showing both listings, if the first function's bytecode is not the expected one
 * or is not entered at its `zero` instruction (at its start if it has none). Frees everything. */
void expect_translation(void);
void free_translation(void);
/* How many instructions of that op the first function has. */
unsigned count_of(Op op);

/* At a loop's beginning: more bytes than an unrolled loop has. */
#define NOPS_8 "(nop)(nop)(nop)(nop)(nop)(nop)(nop)(nop)"
#define ONCE NOPS_8 NOPS_8 NOPS_8 NOPS_8 NOPS_8 NOPS_8 NOPS_8 NOPS_8

#define LINK ((uint16_t)program.codes[0].link_slot)
/* The slot of the value at that height of the operand stack. */
static inline uint16_t home_slot(unsigned height) { return (uint16_t)(LINK + 2 + height); }

static inline Operand local(unsigned index) { return slot((uint16_t)index); }
static inline Operand home(unsigned height) { return slot(home_slot(height)); }
/* Where the value just computed at that height is. */
static inline Operand computed(unsigned height) {
    return ISA_HAS_ACCUMULATORS ? accumulator() : home(height);
}
/* A slot whose value the accumulator holds too: instruction sets with accumulators name those. */
static inline Operand mirrored(Operand in_slot) {
    return ISA_HAS_ACCUMULATORS ? accumulator() : in_slot;
}

static inline Operand constant_f32(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return constant(bits);
}
static inline Operand constant_f64(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return constant(bits);
}

#endif
