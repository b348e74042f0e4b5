/* The operand stack at translation time, and where its values are: internal to translator/.
 *
 * WebAssembly pushes and pops; the bytecode names operands. So a push of a local or a constant
 * emits nothing but is remembered here, and the instruction that pops it names the local or the
 * constant. A computed value goes to the accumulator if the instruction set has one, and only if
 * something else needs the accumulator before the value is used is it written to its own slot: by
 * changing the instruction that made it if that is the last one (encoder_retract), else by a copy.
 *
 * Each height of the stack has its own slot of the frame, the value's "home".
 *
 * A vector (v128) is two values here, one for each of its slots, as a local of that type is two
 * locals: where values are only moved nobody need know. Both are in the same place, IN_HOME or
 * IN_LOCAL, always: that what was computed last is in the float accumulator as well only says from
 * where the next instruction takes it.
 *
 * Where the instruction set has registers for hot locals (pins.h), a local that is in one is named
 * by that, and one that no local is in may hold a computed value in the accumulator's stead. */
#ifndef TAILRACE_TRANSLATOR_VALUES_H
#define TAILRACE_TRANSLATOR_VALUES_H

#include "encoder/encoder.h"
#include "translator/module.h"
#include "translator/pins.h"

static inline SlotType type_of_kind(uint8_t kind) {
    static const SlotType types[] = {[VALUE_I32] = TYPE_I32, [VALUE_I64] = TYPE_I64,
                                      [VALUE_F32] = TYPE_F32, [VALUE_F64] = TYPE_F64,
                                      [VALUE_V128] = TYPE_V128};
    return types[kind];
}

typedef enum Place {
    IN_HOME,        /* its home slot */
    IN_LOCAL,       /* a local that still holds it */
    IN_CONSTANT,    /* nowhere: known */
    IN_ACCUMULATOR, /* only there */
    IN_PIN,         /* only in a register that no local is in */
    IN_SUM,         /* nowhere yet: an i32 that is the sum of what is in locals and constants */
    IN_MEMORY,      /* nowhere yet: a load from where a local or a constant points, see delay_load */
} Place;

/* (local << shift) + other, or + constant. Not computed until it is used, since as an address it
 * need not be: loads and stores add by themselves. */
typedef struct Sum {
    uint32_t local;
    uint8_t shift;
    int32_t other; /* a local, or NO_LOCAL: then `constant` */
    uint32_t constant;
} Sum;
enum { DELAYED_MOST = 4 }; /* at a time; further ones are computed at once */

typedef struct Value {
    uint8_t place; /* Place */
    SlotType type;
    uint32_t local;  /* IN_LOCAL; IN_PIN: the register's number */
    int32_t earlier; /* IN_LOCAL: index of the next lower value in the same local, or -1 */
    bool is_wide;    /* IN_LOCAL: the low half of an i64, see narrow_local */
    uint64_t bits;   /* IN_CONSTANT; IN_MEMORY: the address, if it is in no local */
    Sum sum;         /* IN_SUM; IN_MEMORY: the address is `local`, the offset `constant`, and ... */
    uint16_t load;   /* ... this the Op */
} Value;

typedef struct Values {
    Encoder *encoder;
    Value *stack; /* owned, grows */
    uint32_t height, capacity;
    uint32_t highest; /* that height has been, in this function */
    uint32_t flushed; /* below this height values are in their homes or constants */
    uint32_t first_home; /* slot of the value at height 0 */

    /* By local: the highest value that is IN_LOCAL there, or -1. Owned, grows. */
    int32_t *local_heads;
    uint32_t local_capacity;

    /* By bank. */
    struct {
        int64_t pending; /* height of the value that is only in the accumulator, or -1 */
        uint32_t mirror; /* a slot that holds the same as the accumulator, or NO_MIRROR */
        uint32_t mirror_before_last; /* what `mirror` was before the encoder's last instruction */
        uint32_t mirror_before_previous; /* and before the one before it */
    } accumulators[BANKS];
    /* The first of the slots of the vector that is in the float accumulator, too, or NO_MIRROR, as
     * `mirror` of that bank is if this is not. */
    uint32_t vector, vector_before_last;

    uint32_t delayed[DELAYED_MOST]; /* the heights of those that are IN_SUM or IN_MEMORY, from
                                     * below */
    uint32_t delayed_count;
    uint32_t delayed_loads; /* of these those that are IN_MEMORY */

    Pins pins; /* at this place of the code */
    uint16_t saved_pins[BANKS], junk; /* the slots that keep the caller's, and one for anything */
    int64_t pin_pending[BANKS][PIN_COUNT]; /* height of the value that is only in it, or -1 */
    uint8_t *pin_of_local; /* its number, or NO_PIN; as long as local_heads; owned */
    bool out_of_memory;
} Values;
#define NO_MIRROR UINT32_MAX
enum { NO_PIN = 0xff };

void values_init(Values *values, Encoder *encoder);
void values_free(Values *values);
/* Starts a function: empty stack, locals 0 to local_count - 1, homes from slot `first_home`. */
void values_begin(Values *values, uint32_t local_count, uint32_t first_home);

static inline uint16_t home_of(const Values *values, uint32_t height) {
    return (uint16_t)(values->first_home + height);
}

static inline bool is_same_operand(Operand a, Operand b) {
    return a.class == b.class && a.slot == b.slot && a.bits == b.bits;
}

/* ---- Pushing -------------------------------------------------------------------------------- */

void push_constant(Values *values, SlotType type, uint64_t bits);
void push_local(Values *values, SlotType type, uint32_t local);
/* Where `op`, an i32.add or i32.shl, of the two values on top is a sum: leaves that in their place
 * and emits nothing. Else false. */
bool delay_sum(Values *values, Op op);
/* Where the value on top, an address, is constant or in a local: leaves the value that `load` loads
 * from there in its place, emits nothing, and is true. What is loaded is then an operand in memory
 * of the instruction that takes it, where there is one that does (fuse_load), and meanwhile occupies
 * nothing. Before anything that writes memory, traps in another way or leads elsewhere, do_loads
 * has to be called. */
bool delay_load(Values *values, Instruction load);
/* Emits the loads that are delayed, but for those of the top `count` values. */
void do_loads(Values *values, uint32_t count);
/* Emits `op`, of one or two operands, as one of which an operand is in memory, and pushes its
 * result, if one of the values on top is a load that is delayed and there is such an op. Else
 * false. */
bool fuse_load(Values *values, Op op, SlotType type);
/* The same of a store, whose address and value are on top. */
bool fuse_loaded_store(Values *values, Instruction store);
/* Where the value on top is an i64 constant, or in a local's slot and no register, makes it its low
 * half, and emits nothing: what takes an i32 reads no more of a slot. It is narrowed when it moves,
 * or where something takes all bits of what it is given. Else false: an i32 in a register has to
 * have nothing above it, since addresses are used as they are. */
bool narrow_local(Values *values);
/* Something that is in its home already: a block's result, a call's. */
void push_home(Values *values, SlotType type);
/* Emits `instruction`, whose operands have been popped, and pushes its result of that type. */
void push_result(Values *values, Instruction instruction, SlotType type);

/* Where a local is: its slot or the register that it is in at this place of the code. */
Operand local_operand(const Values *values, uint32_t local);

/* ---- Popping -------------------------------------------------------------------------------- */

/* A popped value: how to name it as an operand, and what it was. */
typedef struct Popped {
    Operand operand;
    Value value;
    uint32_t height; /* that it stood at; its home is free from now on */
} Popped;

Popped pop(Values *values);
/* The same, but what is IN_SUM is not computed: an address, for fuse_address. */
Popped pop_address(Values *values);
/* Makes `*access`, a load or a store of `value`, one that adds by itself, where the address is a
 * sum or its last addition can be taken back: then its operands are filled in, and it can be
 * emitted as it is. Else false: address and value are operands like others. */
bool fuse_address(Values *values, Instruction *access, Popped *address, Popped *value);
/* Where one of the popped operands is what the last instruction computed, and there is an op that
 * does both (ops.table): takes that instruction back and makes `*outer` that op, its operands filled
 * in, to be emitted as it is. Else false. */
bool fuse_inner(Values *values, Instruction *outer, const Popped *operands);
/* Where what the popped value is computed from, first of all, is where `*store` is to store it: takes
 * the last instruction, or two, back and makes `*store` the op that changes what is there, its
 * operands filled in. Else false. */
bool fuse_modify(Values *values, Instruction *store, const Popped *address, const Popped *value);
/* Where the last instructions add a constant to an i32 local, and then compare it as `compare` says,
 * which is the last one, or NULL if the popped local is what is to be tested, and there is an op that
 * does both and branches (ops.table): takes them back and makes `*branch` that op, to be emitted as
 * it is. `test` is the comparison that is to branch. Else false. */
bool fuse_count(Values *values, const Instruction *compare, Op test, const Popped *tested,
                Instruction *branch);
/* An operand of the last instruction, an integer, by the slot that it is in, too. */
Operand slot_of_last(const Values *values, Operand operand);
/* Emits an instruction whose operands and result are filled in. */
void emit_as_it_is(Values *values, Instruction instruction);
/* Computes those of the top `count` values that are IN_SUM or IN_MEMORY: before several are
 * popped. */
void compute_sums(Values *values, uint32_t count);
/* Undoes the last pop: the value was only used, or not yet. */
void push_back(Values *values, const Popped *popped);
void drop(Values *values, uint32_t count);

/* Emits an instruction without a result (or with its result set) whose operands are `operands` in
 * order. Operands in forms that the instruction set has no handler for are first brought into their
 * homes. Accumulators that it changes must have been spilled. */
void emit_with(Values *values, Instruction instruction, const Popped *operands);
/* The same for an instruction whose result is pushed. */
void push_result_of(Values *values, Instruction instruction, const Popped *operands,
                    SlotType type);

/* ---- Vectors -------------------------------------------------------------------------------- */

/* The two values on top as one operand: `value` and `height` are the lower one's. */
Popped pop_vector(Values *values);
/* Makes the popped vector, from where it is now, that operand of an instruction whose others are
 * filled in. */
void set_vector(const Values *values, Instruction *instruction, unsigned index,
                const Popped *popped);
/* push_result and push_result_of of a vector. */
void push_vector(Values *values, Instruction instruction);
void push_vector_of(Values *values, Instruction instruction, const Popped *operands);
/* assign_local of a vector, to this local and the next. */
void assign_vector(Values *values, const Popped *popped, uint32_t local);

/* If the popped value is the result of the encoder's last instruction, that instruction; else NULL.
 * It may be replaced: retract_last(), then emit another. */
const Instruction *producer_of(const Values *values, const Popped *popped);
void retract_last(Values *values);

/* ---- Moving --------------------------------------------------------------------------------- */

/* Puts the popped value where `to` says: a slot that is not its home (a local's, another height's
 * home), or a register. */
void move_to(Values *values, const Popped *popped, Operand to);
/* Assigns the popped value to a local; values that still are in the local are saved first. */
void assign_local(Values *values, const Popped *popped, uint32_t local);
/* Brings the top `count` values into their homes, constants too: consecutive slots. They stay on
 * the stack. */
void settle(Values *values, uint32_t count);
/* Brings every value that is in a local or an accumulator home: before control flow splits or
 * meets. Costs nothing for values that have been flushed before. */
void flush(Values *values);
/* Saves what is only in the accumulator of that bank, because it is about to change. */
void spill(Values *values, Bank bank);
/* Control may have come from elsewhere, or a call returned: nothing is known of the
 * accumulators. */
void forget_accumulators(Values *values);
/* The accumulator of the type's bank holds the same as the home of the top value. */
void mirror_top(Values *values);

/* ---- Pinned locals -------------------------------------------------------------------------- */

/* Emits what makes the registers hold what `to` says where they hold what `from` says: they are
 * written to where what they hold belongs otherwise, and read from there. On a way out of the
 * present code: what is known here stays as it is. */
void emit_exchange(Values *values, const Pins *from, const Pins *to);
/* From here on registers hold what `pins` says. Nothing may be IN_PIN; no instruction is
 * emitted. */
void set_pins(Values *values, const Pins *pins);

#endif
