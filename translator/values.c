#include "translator/values.h"

#include <stdlib.h>
#include <string.h>

enum { NONE = -1 };
#define NOWHERE UINT32_MAX /* no local */

void values_init(Values *values, Encoder *encoder) { *values = (Values){.encoder = encoder}; }

void values_free(Values *values) {
    free(values->stack);
    free(values->local_heads);
    free(values->pin_of_local);
}

void forget_accumulators(Values *values) {
    for (int bank = 0; bank < BANKS; bank++) {
        values->accumulators[bank].mirror = NO_MIRROR;
        values->accumulators[bank].mirror_before_last = NO_MIRROR;
        values->accumulators[bank].mirror_before_previous = NO_MIRROR;
    }
    values->vector = values->vector_before_last = NO_MIRROR;
}

void values_begin(Values *values, uint32_t local_count, uint32_t first_home) {
    /* Popping takes values out of their locals' lists: after this all are empty, without a look at
     * each local of each function. */
    drop(values, values->height);
    values->highest = values->flushed = 0;
    values->first_home = first_home;
    if (local_count > values->local_capacity) {
        int32_t *heads = realloc(values->local_heads, local_count * sizeof *heads);
        if (heads) values->local_heads = heads;
        uint8_t *pins = realloc(values->pin_of_local, local_count);
        if (pins) values->pin_of_local = pins;
        if (!heads || !pins) {
            values->out_of_memory = true;
            return;
        }
        uint32_t more = local_count - values->local_capacity;
        for (uint32_t i = values->local_capacity; i < local_count; i++) heads[i] = NONE;
        memset(pins + values->local_capacity, NO_PIN, more);
        values->local_capacity = local_count;
    }
    const Pins none = no_pins();
    set_pins(values, &none);
    for (int bank = 0; bank < BANKS; bank++) {
        values->accumulators[bank].pending = NONE;
        for (int pin = 0; pin < PIN_COUNT; pin++) values->pin_pending[bank][pin] = NONE;
    }
    forget_accumulators(values);
}

/* ---- Pinned locals -------------------------------------------------------------------------- */

static Operand pin_operand(uint32_t pin) {
    return (Operand){(OperandClass)(CLASS_FIRST_PIN + pin), 0, 0};
}

static bool is_pin(Operand operand) { return operand.class >= CLASS_FIRST_PIN; }

static Bank bank_of_kind(uint8_t kind) { return kind >= VALUE_F32 ? FLOATS : INTEGERS; }

Operand local_operand(const Values *values, uint32_t local) {
    uint8_t pin = ISA_PINS ? values->pin_of_local[local] : NO_PIN;
    return pin == NO_PIN ? slot((uint16_t)local) : pin_operand(pin);
}

void set_pins(Values *values, const Pins *pins) {
    for (int bank = 0; bank < PINNED_BANKS; bank++)
        for (int pin = 0; pin < PIN_COUNT; pin++)
            if (values->pins.is_entered[bank] && values->pins.locals[bank][pin] != NO_LOCAL)
                values->pin_of_local[values->pins.locals[bank][pin]] = NO_PIN;
    values->pins = *pins;
    for (int bank = 0; bank < PINNED_BANKS; bank++)
        for (int pin = 0; pin < PIN_COUNT; pin++)
            if (pins->locals[bank][pin] != NO_LOCAL)
                values->pin_of_local[pins->locals[bank][pin]] = (uint8_t)pin;
    forget_accumulators(values);
}

/* Where what a register holds belongs if it is not there; `junk` for what nobody wants. */
static uint16_t slot_of_pin(const Values *values, const Pins *pins, int bank, int pin) {
    if (!pins->is_entered[bank]) return (uint16_t)(values->saved_pins[bank] + pin);
    int32_t local = pins->locals[bank][pin];
    return local == NO_LOCAL ? values->junk : (uint16_t)local;
}

void emit_exchange(Values *values, const Pins *from, const Pins *to) {
    for (int bank = 0; bank < PINNED_BANKS; bank++) {
        Instruction exchange = {0};
        int last = 0, changes = 0;
        for (int pin = 0; pin < PIN_COUNT; pin++) {
            uint16_t old = slot_of_pin(values, from, bank, pin);
            uint16_t new = slot_of_pin(values, to, bank, pin);
            if (old != new) last = pin, changes++;
            exchange.immediates[2 * pin] = old;
            exchange.immediates[2 * pin + 1] = new;
        }
        /* By the last register: that alone; it and those before. */
        static const uint16_t alone[BANKS][3] = {{OP_swap_i1, OP_swap_1_i2, OP_swap_1_i3},
                                                 {OP_swap_f1, OP_swap_1_f2, OP_swap_1_f3}};
        static const uint16_t together[BANKS][3] = {{OP_swap_i1, OP_swap_i2, OP_swap_i3},
                                                    {OP_swap_f1, OP_swap_f2, OP_swap_f3}};
        exchange.op = (Op)(changes == 1 ? alone : together)[bank][last];
        if (changes == 1) memmove(exchange.immediates, exchange.immediates + 2 * last, 16);
        if (changes) encoder_emit(values->encoder, exchange);
    }
}

/* A register that holds nothing and is not in the set `busy`; NONE if there is none. */
static int free_pin(const Values *values, Bank bank, unsigned busy) {
    if (!ISA_PINS || !values->pins.is_entered[bank]) return NONE;
    for (int pin = PIN_COUNT; pin-- > 0;)
        if (values->pins.locals[bank][pin] == NO_LOCAL && values->pin_pending[bank][pin] == NONE &&
            !(busy >> pin & 1))
            return pin;
    return NONE;
}

static void hold_in_pin(Values *values, uint32_t height, Bank bank, int pin) {
    values->stack[height].place = IN_PIN;
    values->stack[height].local = (uint32_t)pin;
    values->pin_pending[bank][pin] = height;
}

/* The registers of that bank that an instruction reads. */
static unsigned pins_read(const Instruction *instruction, Bank bank) {
    unsigned pins = 0;
    const OpInfo *info = &op_info[instruction->op];
    for (unsigned i = 0; i < info->value_count; i++)
        if (is_pin(instruction->values[i]) && bank_of_kind(info->value_types[i]) == bank)
            pins |= 1u << (instruction->values[i].class - CLASS_FIRST_PIN);
    return pins;
}

/* ---- Emitting ------------------------------------------------------------------------------- */

static bool writes_accumulator(const Instruction *instruction, Bank *bank) {
    const OpInfo *info = &op_info[instruction->op];
    if (!ISA_HAS_ACCUMULATORS || info->result_type == VALUE_NONE) return false;
    *bank = bank_of_kind(info->result_type);
    return !is_pin(instruction->result) &&
           !(info->flags & OP_MOVES && instruction->result.class == CLASS_SLOT);
}

/* `count` slots are about to change: none of them holds any more what an accumulator does. */
static void forget_slots(Values *values, uint32_t first, uint32_t count) {
    for (int bank = 0; bank < BANKS; bank++) {
        uint32_t *mirror = &values->accumulators[bank].mirror;
        if (*mirror >= first && *mirror < first + count) *mirror = NO_MIRROR;
    }
    if (values->vector + 1 >= first && values->vector < first + count) values->vector = NO_MIRROR;
}

/* All emission goes through here, so that what is known of the accumulators stays true. */
static void emit(Values *values, Instruction instruction) {
    Bank written = INTEGERS;
    bool writes = writes_accumulator(&instruction, &written);
    const uint8_t result_type = op_info[instruction.op].result_type;
    const bool is_vector = result_type == VALUE_V128;
    bool has_slot = result_type != VALUE_NONE && instruction.result.class == CLASS_SLOT;
    const uint32_t mirror = has_slot ? instruction.result.slot : NO_MIRROR;
    for (int bank = 0; bank < BANKS; bank++) {
        values->accumulators[bank].mirror_before_previous =
            values->accumulators[bank].mirror_before_last;
        values->accumulators[bank].mirror_before_last = values->accumulators[bank].mirror;
    }
    values->vector_before_last = values->vector;
    if (has_slot) forget_slots(values, mirror, is_vector ? 2 : 1);
    if (writes) values->accumulators[written].mirror = is_vector ? NO_MIRROR : mirror;
    if (writes && written == FLOATS) values->vector = is_vector ? mirror : NO_MIRROR;
    encoder_emit(values->encoder, instruction);
}

void retract_last(Values *values) {
    encoder_retract(values->encoder);
    for (int bank = 0; bank < BANKS; bank++) {
        values->accumulators[bank].mirror = values->accumulators[bank].mirror_before_last;
        values->accumulators[bank].mirror_before_last =
            values->accumulators[bank].mirror_before_previous;
        values->accumulators[bank].mirror_before_previous = NO_MIRROR;
    }
    values->vector = values->vector_before_last;
}

/* The last instruction, if its result is where `result` says. */
static const Instruction *last_writing(const Values *values, Operand result, Bank bank) {
    const Instruction *last = encoder_last(values->encoder);
    if (!last || op_info[last->op].result_type == VALUE_NONE) return NULL;
    if (last->result.class != result.class) return NULL;
    if (result.class == CLASS_SLOT) return last->result.slot == result.slot ? last : NULL;
    return (op_info[last->op].result_type >= VALUE_F32) == (bank == FLOATS) ? last : NULL;
}

/* Makes the last instruction, whose result is of that bank, write to `to`, if the instruction set
 * has that form of it. In memory a float may have been written by an instruction for integers, a
 * copy: a register is then one of another bank. */
static bool redirect_last(Values *values, const Instruction *last, Operand to, Bank bank) {
    Instruction redirected = *last;
    redirected.result = to;
    /* On its way to a slot it would change the accumulator, which holds another value. */
    Bank written = INTEGERS;
    if (is_pin(last->result) && writes_accumulator(&redirected, &written) &&
        values->accumulators[written].pending != NONE)
        return false;
    if (is_pin(to) && bank_of_kind(op_info[last->op].result_type) != bank) return false;
    if (!encoder_accepts(&redirected)) return false;
    retract_last(values);
    emit(values, redirected);
    return true;
}

/* An operand in the form that always exists: the value in a slot or constant, never a register that
 * merely mirrors the slot. */
static Operand plain_operand(const Values *values, const Value *value, uint32_t height) {
    switch (value->place) {
    case IN_LOCAL: return local_operand(values, value->local);
    case IN_CONSTANT: return constant(value->bits);
    case IN_ACCUMULATOR: return accumulator();
    case IN_PIN: return pin_operand(value->local);
    default: return slot(home_of(values, height));
    }
}

static void copy(Values *values, Operand from, Operand to, SlotType type) {
    bool is_small = type == TYPE_I32 || type == TYPE_F32;
    Bank bank = bank_of(type);
    bool in_memory = to.class == CLASS_SLOT &&
                     (from.class == CLASS_SLOT || from.class == CLASS_CONSTANT);
    Op op = bank == FLOATS && !in_memory ? OP_copy_f : OP_copy;
    if (from.class == CLASS_CONSTANT && is_small && op == OP_copy) op = OP_const_i32;
    bool mirrored = from.class == CLASS_ACCUMULATOR ||
                    (from.class == CLASS_SLOT && values->accumulators[bank].mirror == from.slot);
    emit(values, (Instruction){.op = op, .result = to, .values = {from}});
    if (ISA_HAS_ACCUMULATORS && mirrored && to.class == CLASS_SLOT)
        values->accumulators[bank].mirror = to.slot;
}

/* The low half of what is in a local goes to `to`. A move: accumulators stay as they are. */
static void narrow(Values *values, Operand from, Operand to) {
    emit(values, (Instruction){.op = OP_i32_wrap_i64, .result = to, .values = {from}});
}

void spill(Values *values, Bank bank) {
    int64_t height = values->accumulators[bank].pending;
    if (height == NONE) return;
    values->accumulators[bank].pending = NONE;
    values->stack[height].place = IN_HOME;
    Operand home = slot(home_of(values, (uint32_t)height));
    const Instruction *last = last_writing(values, accumulator(), bank);
    if (last && redirect_last(values, last, home, bank)) return;
    copy(values, accumulator(), home, values->stack[height].type);
}

/* Makes way for `instruction`, which writes the accumulator: what is only there goes to a register
 * that the instruction does not read, or else home. */
static void make_way(Values *values, const Instruction *instruction, Bank bank) {
    int64_t height = values->accumulators[bank].pending;
    if (height == NONE) return;
    const Instruction *last = last_writing(values, accumulator(), bank);
    const bool may_move = last && values->stack[height].type != TYPE_EXNREF; /* see pins.c */
    int pin = may_move ? free_pin(values, bank, pins_read(instruction, bank)) : NONE;
    if (pin == NONE || !redirect_last(values, last, pin_operand((uint32_t)pin), bank)) {
        spill(values, bank);
        return;
    }
    values->accumulators[bank].pending = NONE;
    hold_in_pin(values, (uint32_t)height, bank, pin);
}

/* ---- Pushing -------------------------------------------------------------------------------- */

static Value *push(Values *values, Place place, SlotType type) {
    static Value nowhere;
    if (values->height == values->capacity) {
        uint32_t capacity = values->capacity ? 2 * values->capacity : 256;
        Value *stack = realloc(values->stack, capacity * sizeof *stack);
        if (!stack) {
            values->out_of_memory = true;
            return &nowhere;
        }
        values->stack = stack;
        values->capacity = capacity;
    }
    Value *value = &values->stack[values->height++];
    if (values->height > values->highest) values->highest = values->height;
    *value = (Value){.place = (uint8_t)place, .type = type};
    return value;
}

void push_constant(Values *values, SlotType type, uint64_t bits) {
    push(values, IN_CONSTANT, type)->bits = bits;
}

void push_local(Values *values, SlotType type, uint32_t local) {
    int32_t index = (int32_t)values->height;
    Value *value = push(values, IN_LOCAL, type);
    value->local = local;
    value->earlier = values->local_heads[local];
    values->local_heads[local] = index;
}

bool narrow_local(Values *values) {
    Value *value = &values->stack[values->height - 1];
    if (value->place == IN_CONSTANT) {
        value->type = TYPE_I32;
        value->bits = (uint32_t)value->bits;
        return true;
    }
    if (value->place != IN_LOCAL || local_operand(values, value->local).class != CLASS_SLOT ||
        value->local == values->accumulators[INTEGERS].mirror)
        return false;
    value->type = TYPE_I32;
    value->is_wide = true;
    return true;
}

void push_home(Values *values, SlotType type) { push(values, IN_HOME, type); }

void mirror_top(Values *values) {
    if (!ISA_HAS_ACCUMULATORS || values->out_of_memory) return;
    Bank bank = bank_of(values->stack[values->height - 1].type);
    values->accumulators[bank].mirror = home_of(values, values->height - 1);
}

/* Emits an instruction whose result is the value at `height`, which is on the stack already. */
static void emit_result(Values *values, Instruction instruction, uint32_t height) {
    Value *value = &values->stack[height];
    Bank bank = bank_of(value->type);
    instruction.result = accumulator();
    bool to_accumulator = encoder_accepts(&instruction);
    if (to_accumulator && values->accumulators[bank].pending != NONE &&
        !last_writing(values, accumulator(), bank)) {
        /* To move what is in the accumulator would be an instruction of its own. */
        int pin = value->type == TYPE_EXNREF ? NONE : free_pin(values, bank, 0);
        instruction.result = pin_operand(pin == NONE ? 0 : (uint32_t)pin);
        if (pin != NONE && encoder_accepts(&instruction)) {
            emit(values, instruction);
            hold_in_pin(values, height, bank, pin);
            return;
        }
        instruction.result = accumulator();
    }
    if (!to_accumulator) instruction.result = slot(home_of(values, height));
    make_way(values, &instruction, bank);
    emit(values, instruction);
    value->place = to_accumulator ? IN_ACCUMULATOR : IN_HOME;
    if (to_accumulator) values->accumulators[bank].pending = height;
}

void push_result(Values *values, Instruction instruction, SlotType type) {
    push(values, IN_HOME, type);
    if (!values->out_of_memory) emit_result(values, instruction, values->height - 1);
}

/* ---- Sums ----------------------------------------------------------------------------------- */

/* The operands of what computes a sum, or of an access to it; what it is a sum of. */
static void name_sum(const Values *values, const Sum *sum, Instruction *instruction) {
    const Operand other = sum->other == NO_LOCAL ? constant(sum->constant)
                                                 : local_operand(values, (uint32_t)sum->other);
    instruction->values[0] = local_operand(values, sum->local);
    instruction->values[1] = other;
    /* One of them may be in the accumulator as well. */
    for (int i = 0; i < 2; i++) {
        Instruction named = *instruction;
        if (named.values[i].class != CLASS_SLOT ||
            named.values[i].slot != values->accumulators[INTEGERS].mirror)
            continue;
        named.values[i] = accumulator();
        if (encoder_accepts(&named)) *instruction = named;
        return;
    }
}

static Instruction sum_instruction(const Values *values, const Sum *sum, Operand result) {
    Instruction instruction = {.op = OP_i32_add, .result = result};
    if (sum->shift && sum->other == NO_LOCAL && sum->constant == 0) {
        instruction.op = OP_i32_shl;
        name_sum(values, &(Sum){sum->local, 0, NO_LOCAL, sum->shift}, &instruction);
        return instruction;
    }
    if (sum->shift) {
        instruction.op = OP_i32_add_scaled;
        instruction.immediates[0] = sum->shift;
    }
    name_sum(values, sum, &instruction);
    return instruction;
}

/* ---- What is delayed ------------------------------------------------------------------------ */

static bool is_delayed(const Value *value) {
    return value->place == IN_SUM || value->place == IN_MEMORY;
}

/* The address of a value that is IN_MEMORY. */
static Operand loaded_from(const Values *values, const Value *value) {
    return value->sum.local == NOWHERE ? constant(value->bits)
                                       : local_operand(values, value->sum.local);
}

/* The instruction that computes it. */
static Instruction delayed_instruction(const Values *values, const Value *value, Operand result) {
    if (value->place == IN_SUM) return sum_instruction(values, &value->sum, result);
    Instruction load = {.op = (Op)value->load,
                        .result = result,
                        .values = {loaded_from(values, value)},
                        .immediates = {value->sum.constant}};
    Instruction named = load; /* the address may be in the accumulator as well */
    named.values[0] = accumulator();
    const Operand address = load.values[0];
    const bool is_mirrored = address.class == CLASS_SLOT &&
                             address.slot == values->accumulators[INTEGERS].mirror;
    return is_mirrored && encoder_accepts(&named) ? named : load;
}

static void note_delayed(Values *values, uint32_t height) {
    values->delayed[values->delayed_count++] = height;
    values->delayed_loads += values->stack[height].place == IN_MEMORY;
}

static void forget_delayed(Values *values, uint32_t height) {
    uint32_t i = values->delayed_count;
    while (values->delayed[--i] != height) {}
    values->delayed_loads -= values->stack[height].place == IN_MEMORY;
    for (values->delayed_count--; i < values->delayed_count; i++)
        values->delayed[i] = values->delayed[i + 1];
}

static void compute_delayed(Values *values, uint32_t height) {
    const Instruction instruction = delayed_instruction(values, &values->stack[height], slot(0));
    forget_delayed(values, height);
    emit_result(values, instruction, height);
}

void compute_sums(Values *values, uint32_t count) {
    for (uint32_t i = 0; i < values->delayed_count;)
        if (values->delayed[i] + count >= values->height)
            compute_delayed(values, values->delayed[i]);
        else i++;
}

void do_loads(Values *values, uint32_t count) {
    for (uint32_t i = 0; i < values->delayed_count;)
        if (values->stack[values->delayed[i]].place == IN_MEMORY &&
            values->delayed[i] + count < values->height)
            compute_delayed(values, values->delayed[i]);
        else i++;
}

/* ---- Popping -------------------------------------------------------------------------------- */

/* Pops, and computes nothing. */
static Popped take(Values *values) {
    uint32_t height = --values->height;
    Value value = values->stack[height];
    if (values->flushed > height) values->flushed = height;
    Popped popped = {plain_operand(values, &value, height), value, height};
    Bank bank = bank_of(value.type);
    if (value.place == IN_LOCAL) values->local_heads[value.local] = value.earlier;
    if (value.place == IN_ACCUMULATOR) values->accumulators[bank].pending = NONE;
    if (value.place == IN_PIN) values->pin_pending[bank][value.local] = NONE;
    if (is_delayed(&value)) forget_delayed(values, height);
    if (popped.operand.class == CLASS_SLOT && !value.is_wide &&
        popped.operand.slot == values->accumulators[bank].mirror)
        popped.operand = accumulator();
    return popped;
}

Popped pop(Values *values) {
    compute_sums(values, 1);
    return take(values);
}

Popped pop_address(Values *values) {
    if (values->stack[values->height - 1].place == IN_MEMORY) compute_sums(values, 1);
    return take(values);
}

bool delay_sum(Values *values, Op op) {
    const Value *left = &values->stack[values->height - 2], *right = left + 1;
    if (op == OP_i32_add && (left->place == IN_CONSTANT || right->place == IN_SUM)) {
        const Value *first = left;
        left = right;
        right = first;
    }
    Sum sum = {left->local, 0, NO_LOCAL, 0};
    if (left->place == IN_SUM && op == OP_i32_add) sum = left->sum;
    else if (left->place != IN_LOCAL) return false;
    if (op == OP_i32_shl) {
        if (right->place != IN_CONSTANT || !(right->bits & 31)) return false;
        sum.shift = right->bits & 31;
    } else if (sum.other == NO_LOCAL && right->place == IN_CONSTANT) {
        sum.constant += (uint32_t)right->bits;
    } else if (sum.other == NO_LOCAL && sum.constant == 0 && right->place == IN_LOCAL) {
        sum.other = (int32_t)right->local;
    } else {
        return false;
    }
    const uint32_t taken = left->place == IN_SUM;
    if (values->delayed_count - taken == DELAYED_MOST) return false;
    drop(values, 2);
    push(values, IN_SUM, TYPE_I32)->sum = sum;
    if (!values->out_of_memory) note_delayed(values, values->height - 1);
    return true;
}

static bool is_operand_in_memory(Op load) {
    return op_info[load].flags & OP_IS_OPERAND;
}

bool delay_load(Values *values, Instruction load) {
    const Value address = values->stack[values->height - 1];
    const OpInfo *info = &op_info[load.op];
    if (!is_operand_in_memory(load.op) || address.is_wide ||
        (address.place != IN_LOCAL && address.place != IN_CONSTANT) ||
        values->delayed_count == DELAYED_MOST)
        return false;
    drop(values, 1);
    Value *value = push(values, IN_MEMORY, type_of_kind(info->result_type));
    const uint32_t local = address.place == IN_LOCAL ? address.local : NOWHERE;
    value->sum = (Sum){local, 0, NO_LOCAL, (uint32_t)load.immediates[0]};
    value->bits = address.bits;
    value->load = (uint16_t)load.op;
    if (!values->out_of_memory) note_delayed(values, values->height - 1);
    return true;
}

/* The op like `op` whose first or second operand is loaded by `load`, or OP_COUNT. */
static Op op_with_load(Op op, uint16_t load, bool is_first) {
    const OpInfo *info = &op_info[op];
    for (unsigned i = 0; i < LOADS_MOST && info->with_load[i].load != OP_COUNT; i++)
        if (info->with_load[i].load == load)
            return (Op)(is_first ? info->with_load[i].first : info->with_load[i].second);
    return OP_COUNT;
}

/* Pops the address of the value on top, which is IN_MEMORY. */
static Popped take_loaded(Values *values) {
    Popped popped = take(values);
    popped.operand = loaded_from(values, &popped.value);
    popped.value.place = popped.operand.class == CLASS_CONSTANT ? IN_CONSTANT : IN_LOCAL;
    popped.value.local = popped.value.sum.local;
    popped.value.type = TYPE_I32;
    return popped;
}

bool fuse_load(Values *values, Op op, SlotType type) {
    const unsigned count = op_info[op].value_count;
    if (!values->delayed_loads || count > 2) return false;
    const Value *top = &values->stack[values->height - 1];
    const bool is_first = count == 2 && top->place != IN_MEMORY;
    const Value *loaded = is_first ? top - 1 : top;
    const Value *other = is_first ? top : count == 2 ? top - 1 : NULL;
    if (loaded->place != IN_MEMORY) return false;
    Instruction fused = {.op = op_with_load(op, loaded->load, is_first),
                         .immediates = {loaded->sum.constant}};
    if (fused.op == OP_COUNT) return false;
    if (other && other->place == IN_CONSTANT) { /* there are forms where one compares */
        Instruction form = fused;
        form.result = slot(0);
        form.values[0] = constant(other->bits);
        form.values[1] = loaded_from(values, loaded);
        if (ISA_HAS_ACCUMULATORS) form.result = accumulator();
        if (!encoder_accepts(&form)) return false;
    }
    Popped operands[2]; /* the other one, the address */
    if (!is_first) operands[count - 1] = take_loaded(values);
    if (other) operands[0] = pop(values);
    if (is_first) operands[1] = take_loaded(values);
    push_result_of(values, fused, operands, type);
    return true;
}

bool fuse_loaded_store(Values *values, Instruction store) {
    const Value *loaded = &values->stack[values->height - 1], *address = loaded - 1;
    if (loaded->place != IN_MEMORY || is_delayed(address)) return false;
    store.op = op_with_load(store.op, loaded->load, false);
    store.immediates[1] = loaded->sum.constant;
    if (store.op == OP_COUNT) return false;
    Popped operands[2];
    operands[1] = take_loaded(values);
    operands[0] = pop(values);
    emit_with(values, store, operands);
    return true;
}

/* What the last instruction has shifted to the left by a constant is added to something. */
static bool fuse_scaled(Values *values, Instruction *sum, const Popped *operands) {
    for (unsigned shifted = 0; shifted < 2; shifted++) {
        const Instruction *shift = producer_of(values, &operands[shifted]);
        if (!shift || shift->op != OP_i32_shl || shift->values[1].class != CLASS_CONSTANT) continue;
        const Instruction scaled = {.op = OP_i32_add_scaled,
                                    .result = ISA_HAS_ACCUMULATORS ? accumulator() : slot(0),
                                    .values = {shift->values[0], operands[!shifted].operand},
                                    .immediates = {shift->values[1].bits & 31}};
        if (!encoder_accepts(&scaled)) continue;
        retract_last(values);
        *sum = scaled;
        return true;
    }
    return false;
}

/* A constant is added to a global that the last instruction has read. */
static bool fuse_global(Values *values, Instruction *sum, const Popped *operands) {
    const Instruction *get = producer_of(values, &operands[0]);
    if (!get || get->op != OP_global_get || operands[1].operand.class != CLASS_CONSTANT)
        return false;
    const Instruction fused = {.op = OP_global_sum,
                               .values = {operands[1].operand},
                               .immediates = {get->immediates[0]}};
    retract_last(values);
    *sum = fused;
    return true;
}

bool fuse_modify(Values *values, Instruction *store, const Popped *address, const Popped *value) {
    const Instruction *last = producer_of(values, value);
    if (!last || op_info[last->op].modify == OP_COUNT) return false;
    Instruction modify = {.op = (Op)op_info[last->op].modify,
                          .values = {address->operand},
                          .immediates = {store->immediates[0]}};
    const OpInfo *info = &op_info[modify.op];
    if (info->store_bytes != op_info[store->op].store_bytes) return false; /* of an i64, a part */
    /* The first operand is in memory, or the instruction before has loaded it. */
    const bool is_loaded = op_info[last->op].load_bytes > 0;
    const Instruction *load = is_loaded ? last : encoder_previous(values->encoder);
    if (!is_loaded &&
        (!load || !is_operand_in_memory(load->op) ||
         op_info[load->op].load_bytes != info->load_bytes ||
         op_info[load->op].result_type != info->value_types[1] ||
         load->result.class != CLASS_ACCUMULATOR || last->values[0].class != CLASS_ACCUMULATOR))
        return false;
    modify.values[1] = last->values[!is_loaded];
    if (!is_same_operand(load->values[is_loaded], address->operand) ||
        load->immediates[0] != store->immediates[0] || !encoder_accepts(&modify))
        return false;
    if (!is_loaded) retract_last(values);
    retract_last(values);
    *store = modify;
    return true;
}

/* Makes `*outer` the op that does first what the last instruction, which computes its operand of that
 * number, does. */
static bool fuse_computed(Values *values, Instruction *outer, const Popped *operands,
                          unsigned computed) {
    const OpInfo *info = &op_info[outer->op];
    const Instruction *inner = producer_of(values, &operands[computed]);
    unsigned i = 0;
    while (inner && i < INNER_MOST && info->with_inner[i].inner != OP_COUNT &&
           (info->with_inner[i].inner != inner->op ||
            (computed != info->with_inner[i].operand && info->mirror != outer->op)))
        i++;
    if (!inner || i == INNER_MOST || info->with_inner[i].inner == OP_COUNT) return false;
    Instruction fused = *outer;
    fused.op = (Op)info->with_inner[i].op;
    memcpy(fused.values, inner->values, sizeof fused.values);
    const Popped *other = info->value_count == 2 ? &operands[!computed] : NULL;
    Operand *named = &fused.values[op_info[inner->op].value_count];
    if (other) *named = other->operand;
    if (ISA_HAS_ACCUMULATORS) fused.result = accumulator();
    if (!encoder_accepts(&fused)) fused.result = slot(0);
    if (!encoder_accepts(&fused)) return false;
    retract_last(values);
    *outer = fused;
    /* What made way for the result of the instruction that is no more. */
    if (other && named->class == CLASS_SLOT && !other->value.is_wide &&
        named->slot == values->accumulators[bank_of(other->value.type)].mirror) {
        *named = accumulator();
        if (encoder_accepts(&fused)) *outer = fused;
    }
    return true;
}

bool fuse_inner(Values *values, Instruction *outer, const Popped *operands) {
    const OpInfo *info = &op_info[outer->op];
    if (info->with_inner[0].inner == OP_COUNT) return false;
    for (unsigned i = 0; i < info->value_count; i++)
        if (fuse_computed(values, outer, operands, i)) return true;
    return outer->op == OP_i32_add && (fuse_scaled(values, outer, operands) ||
                                       fuse_global(values, outer, operands));
}

static Operand slot_of_mirror(Operand operand, uint32_t mirror) {
    return operand.class == CLASS_ACCUMULATOR && mirror != NO_MIRROR ? slot((uint16_t)mirror)
                                                                     : operand;
}

Operand slot_of_last(const Values *values, Operand operand) {
    return slot_of_mirror(operand, values->accumulators[INTEGERS].mirror_before_last);
}

/* Whether that operand of what follows `add` is its result, which is in a local. */
static bool is_counted(const Instruction *add, Operand operand) {
    if (add->result.class == CLASS_SLOT && operand.class == CLASS_ACCUMULATOR) return true;
    return add->result.class != CLASS_ACCUMULATOR && is_same_operand(operand, add->result);
}

bool fuse_count(Values *values, const Instruction *compare, Op test, const Popped *tested,
                Instruction *branch) {
    const Instruction *add =
        compare ? encoder_previous(values->encoder) : encoder_last(values->encoder);
    if (op_info[test].count == OP_COUNT || !add || add->op != OP_i32_add ||
        add->values[1].class != CLASS_CONSTANT)
        return false;
    const uint32_t mirror = compare ? values->accumulators[INTEGERS].mirror_before_previous
                                    : values->accumulators[INTEGERS].mirror_before_last;
    if (!is_same_operand(slot_of_mirror(add->values[0], mirror), add->result)) return false;
    Instruction counting = {.op = (Op)op_info[test].count,
                            .result = add->result,
                            .values = {add->result, add->values[1]}};
    if (!is_counted(add, compare ? compare->values[0] : tested->operand)) return false;
    if (compare && op_info[test].value_count == 2) {
        counting.values[2] = compare->values[1];
        if (is_counted(add, compare->values[1])) return false; /* is read before it is changed */
    }
    if (!encoder_accepts(&counting)) return false;
    if (compare) retract_last(values);
    retract_last(values);
    *branch = counting;
    return true;
}

/* A sum that no form of the access takes: computed after all, behind what computed `value`. */
static void compute_address(Values *values, Popped *address, Popped *value) {
    Instruction instruction = sum_instruction(values, &address->value.sum, slot(0));
    Operand home = slot(home_of(values, address->height));
    if (value && value->operand.class == CLASS_ACCUMULATOR &&
        bank_of(value->value.type) == INTEGERS) {
        Operand kept = slot(home_of(values, value->height));
        copy(values, value->operand, kept, value->value.type);
        value->operand = kept;
        value->value.place = IN_HOME;
    }
    spill(values, INTEGERS);
    instruction.result = home;
    emit(values, instruction);
    address->operand = ISA_HAS_ACCUMULATORS ? accumulator() : home;
    address->value.place = IN_HOME;
}

bool fuse_address(Values *values, Instruction *access, Popped *address, Popped *value) {
    const OpInfo *info = &op_info[access->op];
    Instruction fused = *access;
    if (value) fused.values[2] = value->operand;
    if (address->value.place == IN_SUM) {
        const Sum *sum = &address->value.sum;
        fused.op = (Op)(sum->shift ? info->scaled : info->sum);
        fused.immediates[1] = sum->shift;
        if (fused.op != OP_COUNT) {
            name_sum(values, sum, &fused);
            if (encoder_accepts(&fused)) {
                *access = fused;
                return true;
            }
        }
        compute_address(values, address, value);
        return false;
    }
    const Instruction *producer = producer_of(values, address);
    if (!producer || (producer->op != OP_i32_add && producer->op != OP_i32_add_scaled) ||
        info->sum == OP_COUNT)
        return false;
    fused.op = (Op)(producer->op == OP_i32_add ? info->sum : info->scaled);
    fused.values[0] = producer->values[0];
    fused.values[1] = producer->values[1];
    fused.immediates[1] = producer->immediates[0];
    if (!encoder_accepts(&fused)) return false;
    retract_last(values);
    *access = fused;
    return true;
}

void emit_as_it_is(Values *values, Instruction instruction) { emit(values, instruction); }

void push_back(Values *values, const Popped *popped) {
    const Value *value = &popped->value;
    values->height = popped->height + 1;
    if (value->place == IN_LOCAL) values->local_heads[value->local] = (int32_t)popped->height;
    if (value->place == IN_ACCUMULATOR)
        values->accumulators[bank_of(value->type)].pending = popped->height;
    if (value->place == IN_PIN)
        values->pin_pending[bank_of(value->type)][value->local] = popped->height;
}

void drop(Values *values, uint32_t count) {
    while (count--) take(values);
}

const Instruction *producer_of(const Values *values, const Popped *popped) {
    Operand plain = plain_operand(values, &popped->value, popped->height);
    if (popped->value.place == IN_LOCAL || popped->value.place == IN_CONSTANT ||
        is_delayed(&popped->value))
        return NULL;
    return last_writing(values, plain, bank_of(popped->value.type));
}

/* The operands of an instruction that takes all bits of what it is given are narrowed first. */
static void narrow_operands(Values *values, Op op, const Popped *operands, Popped *narrowed) {
    const OpInfo *info = &op_info[op];
    for (unsigned i = 0; i < info->value_count; i++) {
        narrowed[i] = operands[i];
        if (!operands[i].value.is_wide || info->value_types[i] == VALUE_I32) continue;
        narrowed[i].operand = slot(home_of(values, operands[i].height));
        narrowed[i].value.place = IN_HOME;
        narrow(values, operands[i].operand, narrowed[i].operand);
    }
}

/* Fills in the operands, in forms that the instruction set has a handler for: with a result in the
 * accumulator, if it is said to go there and can; else in a slot, since every op has that. Forms
 * that do not exist (two accumulators, only constants, a constant where the table wants a slot) are
 * rare: name mirrored slots as slots, then bring operands home one by one. */
static void set_operands(Values *values, Instruction *instruction, const Popped *given) {
    unsigned count = op_info[instruction->op].value_count;
    Popped operands[3];
    narrow_operands(values, instruction->op, given, operands);
    for (unsigned i = 0; i < count; i++) instruction->values[i] = operands[i].operand;
    if (instruction->result.class == CLASS_ACCUMULATOR && !encoder_accepts(instruction))
        instruction->result = slot(0);
    for (unsigned i = count; i-- && !encoder_accepts(instruction);)
        instruction->values[i] = plain_operand(values, &operands[i].value, operands[i].height);
    for (unsigned i = 0; i < count && !encoder_accepts(instruction); i++) {
        if (instruction->values[i].class == CLASS_SLOT) continue;
        Operand home = slot(home_of(values, operands[i].height));
        copy(values, instruction->values[i], home, operands[i].value.type);
        instruction->values[i] = home;
    }
}

void emit_with(Values *values, Instruction instruction, const Popped *operands) {
    set_operands(values, &instruction, operands);
    emit(values, instruction);
}

void push_result_of(Values *values, Instruction instruction, const Popped *operands,
                    SlotType type) {
    instruction.result = accumulator();
    set_operands(values, &instruction, operands);
    push_result(values, instruction, type);
}

/* ---- Moving --------------------------------------------------------------------------------- */

void move_to(Values *values, const Popped *popped, Operand to) {
    Operand plain = plain_operand(values, &popped->value, popped->height);
    if (plain.class == to.class && (plain.class != CLASS_SLOT || plain.slot == to.slot)) return;
    const Instruction *producer = producer_of(values, popped);
    if (producer && redirect_last(values, producer, to, bank_of(popped->value.type))) return;
    if (popped->value.is_wide) narrow(values, popped->operand, to);
    else copy(values, popped->operand, to, popped->value.type);
}

/* Brings the value at `height`, which stays on the stack, home. IN_LOCAL values are left in their
 * local's list: the caller mends it. */
static void bring_home(Values *values, uint32_t height) {
    Value *value = &values->stack[height];
    Bank bank = bank_of(value->type);
    if (value->place == IN_HOME) return;
    if (value->place == IN_ACCUMULATOR) {
        spill(values, bank);
        return;
    }
    if (is_delayed(value)) {
        if (ISA_HAS_ACCUMULATORS) spill(values, bank);
        const Instruction compute =
            delayed_instruction(values, value, slot(home_of(values, height)));
        forget_delayed(values, height);
        value->place = IN_HOME;
        emit(values, compute);
        return;
    }
    Operand from = plain_operand(values, value, height), home = slot(home_of(values, height));
    if (value->place == IN_PIN) values->pin_pending[bank][value->local] = NONE;
    value->place = IN_HOME;
    if (value->is_wide) narrow(values, from, home);
    else copy(values, from, home, value->type);
    value->is_wide = false;
}

/* The height of a value that is delayed and needs that local, or NONE. */
static int64_t delayed_with(const Values *values, uint32_t local) {
    for (uint32_t i = 0; i < values->delayed_count; i++) {
        const Sum *sum = &values->stack[values->delayed[i]].sum;
        if (sum->local == local || sum->other == (int32_t)local) return values->delayed[i];
    }
    return NONE;
}

/* Whether computing what is delayed and needs that local changes that bank's accumulator. */
static bool delayed_changes(const Values *values, uint32_t local, Bank bank) {
    for (uint32_t i = 0; i < values->delayed_count; i++) {
        const Value *value = &values->stack[values->delayed[i]];
        if (bank_of(value->type) == bank &&
            (value->sum.local == local || value->sum.other == (int32_t)local))
            return true;
    }
    return false;
}

static bool reads_accumulator(const Instruction *instruction, Bank bank) {
    const OpInfo *info = &op_info[instruction->op];
    for (unsigned i = 0; i < info->value_count; i++)
        if (instruction->values[i].class == CLASS_ACCUMULATOR &&
            bank_of_kind(info->value_types[i]) == bank)
            return true;
    return false;
}

void assign_local(Values *values, const Popped *popped, uint32_t local) {
    Popped value = *popped;
    int32_t user = values->local_heads[local];
    if (user != NONE || delayed_with(values, local) != NONE) {
        /* Older values that are in this local move to their homes, in front of the instruction that
         * made the new one so that it can still be redirected. What is delayed is computed there,
         * which changes accumulators: if one is needed, the new value waits in its home. */
        const Instruction *producer = producer_of(values, &value);
        for (int bank = 0; bank < BANKS; bank++) {
            if (!delayed_changes(values, local, (Bank)bank)) continue;
            if (producer ? !reads_accumulator(producer, (Bank)bank)
                         : value.operand.class != CLASS_ACCUMULATOR ||
                               bank_of(value.value.type) != (Bank)bank)
                continue;
            const Operand home = slot(home_of(values, value.height));
            move_to(values, &value, home);
            value.operand = home;
            value.value.place = IN_HOME;
            value.value.is_wide = false;
            producer = NULL;
        }
        Instruction remade = producer ? *producer : (Instruction){0};
        if (producer) retract_last(values);
        for (; user != NONE; user = values->stack[user].earlier) bring_home(values, (uint32_t)user);
        values->local_heads[local] = NONE;
        for (int64_t height; (height = delayed_with(values, local)) != NONE;)
            bring_home(values, (uint32_t)height);
        if (producer) emit(values, remade);
    }
    move_to(values, &value, local_operand(values, local));
}

/* Copies of slots to consecutive homes, up to three in one instruction. Returns how many were
 * done. */
static uint32_t copy_run(Values *values, uint32_t height) {
    uint32_t count = 0;
    Instruction instruction = {.op = OP_copy3, .immediates = {home_of(values, height)}};
    for (; count < 3 && height + count < values->height; count++) {
        const Value *value = &values->stack[height + count];
        if (value->place != IN_LOCAL || value->is_wide) break;
        instruction.values[count] = local_operand(values, value->local);
        if (is_pin(instruction.values[count]) && bank_of(value->type) == FLOATS) break;
    }
    if (count == 2 || !encoder_accepts(&instruction)) {
        instruction.op = OP_copy2;
        if (count > 2) count = 2;
    }
    if (count < 2 || !encoder_accepts(&instruction)) return 0;
    for (uint32_t i = 0; i < count; i++) values->stack[height + i].place = IN_HOME;
    forget_slots(values, home_of(values, height), count);
    emit(values, instruction);
    return count;
}

/* ---- Vectors -------------------------------------------------------------------------------- */

/* The popped vector, from the accumulator if it is there. */
static Operand vector_operand(const Values *values, const Popped *popped) {
    const Operand plain = plain_operand(values, &popped->value, popped->height);
    return plain.slot == values->vector ? accumulator() : plain;
}

Popped pop_vector(Values *values) {
    take(values);
    Popped popped = take(values);
    popped.operand = vector_operand(values, &popped);
    return popped;
}

void set_vector(const Values *values, Instruction *instruction, unsigned index,
                const Popped *popped) {
    instruction->values[index] = vector_operand(values, popped);
    if (!encoder_accepts(instruction))
        instruction->values[index] = plain_operand(values, &popped->value, popped->height);
}

void push_vector(Values *values, Instruction instruction) {
    instruction.result = slot(home_of(values, values->height));
    push(values, IN_HOME, TYPE_V128);
    push(values, IN_HOME, TYPE_V128);
    if (values->out_of_memory) return;
    make_way(values, &instruction, FLOATS);
    emit(values, instruction);
}

void push_vector_of(Values *values, Instruction instruction, const Popped *operands) {
    set_operands(values, &instruction, operands);
    push_vector(values, instruction);
}

void assign_vector(Values *values, const Popped *popped, uint32_t local) {
    const uint16_t from = plain_operand(values, &popped->value, popped->height).slot;
    const Instruction *last = encoder_last(values->encoder);
    const bool is_last = popped->value.place == IN_HOME && last &&
                         op_info[last->op].result_type == VALUE_V128 && last->result.slot == from;
    const bool is_used = values->local_heads[local] != NONE;
    Instruction assignment = {
        .op = OP_copy_v, .result = slot((uint16_t)local), .values = {popped->operand}};
    if (is_last) {
        assignment = *last;
        assignment.result = slot((uint16_t)local);
        retract_last(values);
    }
    /* Older values that are in this local move to their homes before it changes. */
    for (uint32_t half = local; is_used && half < local + 2; half++) {
        for (int32_t user = values->local_heads[half]; user != NONE;
             user = values->stack[user].earlier)
            bring_home(values, (uint32_t)user);
        values->local_heads[half] = NONE;
    }
    if (!is_last && from == local) return;
    emit(values, assignment);
    if (popped->operand.class == CLASS_ACCUMULATOR) values->vector = local;
}

/* Takes the values from `height` up out of the lists of their locals. */
static void unlink_from(Values *values, uint32_t height) {
    for (uint32_t i = values->height; i-- > height;)
        if (values->stack[i].place == IN_LOCAL)
            values->local_heads[values->stack[i].local] = values->stack[i].earlier;
}

void settle(Values *values, uint32_t count) {
    uint32_t begin = values->height - count;
    unlink_from(values, begin);
    /* First what is in accumulators: its instruction may be the last, and be redirected. */
    for (int bank = 0; bank < BANKS; bank++)
        if (values->accumulators[bank].pending >= (int64_t)begin) spill(values, (Bank)bank);
    for (uint32_t i = begin; i < values->height;) {
        uint32_t copied = copy_run(values, i);
        if (!copied) bring_home(values, i);
        i += copied ? copied : 1;
    }
}

void flush(Values *values) {
    unlink_from(values, values->flushed);
    for (int bank = 0; bank < BANKS; bank++) spill(values, (Bank)bank);
    for (uint32_t i = values->flushed; i < values->height; i++)
        if (values->stack[i].place == IN_LOCAL || values->stack[i].place >= IN_PIN)
            bring_home(values, i);
    values->flushed = values->height;
}
