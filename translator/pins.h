/* Which locals live in registers where: internal to translator/, but for what side_tables.h uses.
 *
 * Instruction sets with pins (isa.table) have ISA_PINS registers of each bank besides the
 * accumulator. They belong to whoever needs them, and a function that uses them gives them back as
 * it found them, so that calls save nothing and functions without hot locals pay nothing.
 *
 * The unit of choice is the loop (and the whole function, which is one that runs once): its hottest
 * locals, by uses weighted with the depth of loops inside, are in registers from its entry to its
 * exits. A loop inside of it either keeps these or, where a cost model says that it pays, has its
 * own. WebAssembly's loops have one entry; at each exit the registers change back to what they hold
 * outside. What no local wants holds intermediate values (values.h).
 *
 * The choice needs the uses before the code is translated: one more pass over the body, which reads
 * nothing but local accesses and structure. */
#ifndef TAILRACE_TRANSLATOR_PINS_H
#define TAILRACE_TRANSLATOR_PINS_H

#include "encoder/encoder.h"
#include "translator/module.h"

typedef enum Bank { INTEGERS, FLOATS, BANKS } Bank; /* references are integers, and so are the
                                                     * halves of a vector where they are moved */

static inline Bank bank_of(SlotType type) {
    return type == TYPE_F32 || type == TYPE_F64 ? FLOATS : INTEGERS;
}

enum {
    PIN_COUNT = ISA_PINS ? ISA_PINS : 1, /* no arrays of length 0 */
    PINNED_BANKS = ISA_PINS ? BANKS : 0,
    NO_LOCAL = -1,
};

/* What the registers hold at a place. */
typedef struct Pins {
    bool is_entered[BANKS]; /* whether the bank's registers are this function's: if not, they are
                             * its caller's */
    int32_t locals[BANKS][PIN_COUNT]; /* or NO_LOCAL */
} Pins;

Pins no_pins(void);
bool pins_equal(const Pins *a, const Pins *b);

typedef struct PinChooser PinChooser;

/* NULL when out of memory. */
PinChooser *pin_chooser_new(void);
void pin_chooser_free(PinChooser *chooser);

/* Reads a function's body, whose locals have these types, a vector's both halves. `first_halves`:
 * which of these locals the body's are; NULL: they have the same numbers. False when out of
 * memory. */
bool pin_chooser_scan(PinChooser *chooser, const uint8_t *body, const SlotType *types,
                      const uint32_t *first_halves, uint32_t local_count);

/* The locals whose first use in the body is to be read, and which start as zero: they surely have
 * to be cleared. Up to CLEARED_MOST; 0 if there are more, which the function then finds out one by
 * one. Parameters are locals below `parameters`. */
enum { CLEARED_MOST = 3 };
uint32_t pin_chooser_cleared(const PinChooser *chooser, uint32_t parameters,
                             uint32_t locals[CLEARED_MOST]);

/* Whether any part of the function may want registers of that bank. */
bool pin_chooser_wants(const PinChooser *chooser, Bank bank);

/* What registers should hold in the function outside of loops. */
Pins pin_chooser_function(const PinChooser *chooser);

/* What registers should hold in the loop whose body is at `at` (behind its block type), where they
 * hold `outside` around it. Loops are asked for in the order of their places; some may be left
 * out. */
Pins pin_chooser_loop(PinChooser *chooser, const uint8_t *at, const Pins *outside);

#endif
