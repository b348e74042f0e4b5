#include "encoder/encoder.h"

#include <stdlib.h>
#include <string.h>

enum { NO_OPCODE = 0xffff };
enum { FUNCTION_MOST = INT32_MAX }; /* bytes: what a label, a distance, can cross */
/* Bytes of copies of loops' openings in a function of `size` bytes: no more, since a function may
 * have thousands of ways back to a loop that begins with much. */
static size_t copies_most(size_t size) { return 4096 + size / 2; }

struct LabelState {
    int64_t position; /* bound: where; else NOWHERE */
    int64_t waiting;  /* index of the last reference to it, or NOWHERE */
    int64_t opening;  /* a loop's, its index, or NOWHERE */
};
/* A label's operand that waits for it to be bound. */
struct Reference {
    size_t position, base; /* of the operand, and of what it counts from */
    int64_t next;          /* the label's reference before this one, or NOWHERE */
};
enum { NOWHERE = -1 };

const DispatchWords *opcode_words(void) {
    static uint64_t opcodes[OPCODE_COUNT];
    static const DispatchWords words = {2, opcodes};
    if (!opcodes[OPCODE_COUNT - 1])
        for (unsigned i = 0; i < OPCODE_COUNT; i++) opcodes[i] = i;
    return &words;
}

void encoder_init(Encoder *encoder, const DispatchWords *words) {
    *encoder = (Encoder){.words = words};
}

void encoder_free(Encoder *encoder) {
    free(encoder->bytes);
    free(encoder->labels);
    free(encoder->references);
    free(encoder->openings);
    free(encoder->items);
    free(encoder->entries);
    *encoder = (Encoder){.words = encoder->words};
}

/* Makes room for `count` more elements behind `used`; doubling keeps the total cost linear. */
static bool reserve(void **array, size_t *capacity, size_t used, size_t count, size_t element) {
    if (used + count <= *capacity) return true;
    size_t larger = *capacity ? *capacity : 64;
    while (larger < used + count) larger *= 2;
    void *moved = realloc(*array, larger * element);
    if (!moved) return false;
    *array = moved;
    *capacity = larger;
    return true;
}

/* Makes room for one more element; false, and the sticky status, if there is none. */
static bool reserve_one(Encoder *encoder, void **array, size_t *capacity, size_t used,
                        size_t element) {
    if (reserve(array, capacity, used, 1, element)) return true;
    encoder->status = ENCODER_OUT_OF_MEMORY;
    return false;
}

/* Room for `count` bytes, or NULL and the sticky status. */
static uint8_t *make_room(Encoder *encoder, size_t count) {
    if (encoder->status != ENCODER_OK) return NULL;
    if (encoder->size - encoder->function_begin > FUNCTION_MOST - count) {
        encoder->status = ENCODER_TOO_LONG;
        return NULL;
    }
    if (!reserve((void **)&encoder->bytes, &encoder->capacity, encoder->size, count, 1)) {
        encoder->status = ENCODER_OUT_OF_MEMORY;
        return NULL;
    }
    return encoder->bytes + encoder->size;
}

static uint16_t find_opcode(const Instruction *instruction) {
    const OpInfo *info = &op_info[instruction->op];
    unsigned index = info->result_type != VALUE_NONE ? instruction->result.class : 0;
    if (index >= OPERAND_CLASS_COUNT) return NO_OPCODE;
    for (unsigned i = 0; i < info->value_count; i++) {
        if ((unsigned)instruction->values[i].class >= OPERAND_CLASS_COUNT) return NO_OPCODE;
        index = index * OPERAND_CLASS_COUNT + instruction->values[i].class;
    }
    return info->variants[index];
}

static Instruction mirrored(Instruction instruction) {
    Operand first = instruction.values[0];
    instruction.op = op_info[instruction.op].mirror;
    instruction.values[0] = instruction.values[1];
    instruction.values[1] = first;
    return instruction;
}

bool encoder_accepts(const Instruction *instruction) {
    if (find_opcode(instruction) != NO_OPCODE) return true;
    if (op_info[instruction->op].mirror == OP_COUNT) return false;
    Instruction other = mirrored(*instruction);
    return find_opcode(&other) != NO_OPCODE;
}

static void put_distance(Encoder *encoder, size_t position, size_t base, int64_t target) {
    const int32_t distance = (int32_t)(target - (int64_t)base);
    memcpy(encoder->bytes + position, &distance, sizeof distance);
}

/* Writes the operand at `position` that refers to the label, as the distance from `base`, or has it
 * wait for encoder_bind. */
static void refer(Encoder *encoder, Label label, size_t position, size_t base) {
    struct LabelState *state = &encoder->labels[label];
    if (state->position != NOWHERE) {
        put_distance(encoder, position, base, state->position);
        return;
    }
    if (!reserve_one(encoder, (void **)&encoder->references, &encoder->reference_capacity,
                     encoder->reference_count, sizeof *encoder->references))
        return;
    encoder->references[encoder->reference_count] =
        (struct Reference){position, base, state->waiting};
    state->waiting = (int64_t)encoder->reference_count++;
}

static uint8_t *put(uint8_t *to, uint64_t value, unsigned size) {
    /* Constant sizes let the compiler make single stores of these. */
    switch (size) {
    case 2: memcpy(to, &(uint16_t){(uint16_t)value}, 2); break;
    case 4: memcpy(to, &(uint32_t){(uint32_t)value}, 4); break;
    default: memcpy(to, &value, 8); break;
    }
    return to + size;
}

/* Writes the operands of one instruction, or one part of a superinstruction, at `at`; returns where
 * they end. Labels count from `begin`, where the whole instruction begins. */
static uint8_t *write_operands(Encoder *encoder, uint8_t *at, const Instruction *instruction,
                               size_t begin) {
    const OpInfo *info = &op_info[instruction->op];
    for (unsigned i = 0; i < info->value_count; i++) {
        Operand value = instruction->values[i];
        bool wide = info->value_types[i] == VALUE_I64 || info->value_types[i] == VALUE_F64;
        if (value.class == CLASS_SLOT) at = put(at, value.slot, 2);
        else if (value.class == CLASS_CONSTANT) at = put(at, value.bits, wide ? 8 : 4);
    }
    if (info->result_type != VALUE_NONE && instruction->result.class == CLASS_SLOT)
        at = put(at, instruction->result.slot, 2);
    for (unsigned i = 0; i < info->immediate_count; i++) {
        static const uint8_t sizes[] = {[IMMEDIATE_SLOT] = 2, [IMMEDIATE_U16] = 2,
                                        [IMMEDIATE_U32] = 4,  [IMMEDIATE_U64] = 8,
                                        [IMMEDIATE_PTR] = 8,  [IMMEDIATE_LABEL] = 4};
        unsigned size = sizes[info->immediate_kinds[i]];
        if (info->immediate_kinds[i] == IMMEDIATE_LABEL)
            refer(encoder, (Label)instruction->immediates[i], (size_t)(at - encoder->bytes), begin);
        else put(at, instruction->immediates[i], size);
        at += size;
    }
    return at;
}

/* Appends an instruction: `count` parts, which are all of it. */
static void write(Encoder *encoder, uint16_t opcode, const PendingInstruction *parts,
                  unsigned count) {
    unsigned word = encoder->words->size;
    uint8_t *at = make_room(encoder, word + opcode_info[opcode].length);
    if (!at) return;
    const size_t begin = encoder->size;
    encoder->size += word + opcode_info[opcode].length;
    at = put(at, encoder->words->words[opcode], word);
    for (unsigned i = 0; i < count; i++)
        at = write_operands(encoder, at, &parts[i].instruction, begin);
}

#if ISA_HAS_SEQUENCES
static uint16_t fusion_next(uint16_t state, uint16_t opcode) {
    const uint32_t key = (uint32_t)state << 16 | opcode;
    uint32_t slot = key * 0x9e3779b1u >> (32 - fusion_bits);
    for (; fusion_steps[slot].next; slot = (slot + 1) & ((1u << fusion_bits) - 1))
        if (fusion_steps[slot].key == key) return fusion_steps[slot].next;
    return 0;
}

/* Writes all pending instructions, in as few instructions as there can be: by dynamic programming,
 * from the shortest beginning of the line to the longest. */
static void flush(Encoder *encoder) {
    struct Division {
        unsigned count, begin; /* instructions up to here; where the last of them begins */
        uint16_t opcode;       /* its opcode */
    } best[PENDING_MOST + 1] = {{0}};
    const PendingInstruction *pending = encoder->pending;
    const unsigned count = encoder->pending_count;
    encoder->pending_count = 0;
    if (count == 0) return;
    for (unsigned i = 0; i < count; i++) {
        if (!best[i + 1].count || best[i].count + 1 < best[i + 1].count)
            best[i + 1] = (struct Division){best[i].count + 1, i, pending[i].opcode};
        uint16_t state = 0;
        for (unsigned j = i; j < count; j++) {
            state = fusion_next(state, pending[j].opcode);
            if (!state) break;
            if (fusion_ends[state] != NO_OPCODE &&
                (!best[j + 1].count || best[i].count + 1 < best[j + 1].count))
                best[j + 1] = (struct Division){best[i].count + 1, i, fusion_ends[state]};
        }
    }
    uint8_t ends[PENDING_MOST]; /* of the instructions, backwards */
    unsigned instructions = 0;
    for (unsigned end = count; end; end = best[end].begin) ends[instructions++] = (uint8_t)end;
    while (instructions--) {
        const unsigned end = ends[instructions], begin = best[end].begin;
        write(encoder, best[end].opcode, &pending[begin], end - begin);
    }
}

static void append(Encoder *encoder, uint16_t opcode, const Instruction *instruction) {
    if (encoder->pending_count == PENDING_MOST) flush(encoder);
    encoder->pending[encoder->pending_count++] = (PendingInstruction){*instruction, opcode};
}
#else
static void flush(Encoder *encoder) { (void)encoder; }

static void append(Encoder *encoder, uint16_t opcode, const Instruction *instruction) {
    encoder->last_start = encoder->size;
    write(encoder, opcode, &(PendingInstruction){*instruction, opcode}, 1);
}
#endif

/* The loop that was begun last does not begin with a table. */
static void give_opening_up(Encoder *encoder) {
    if (encoder->is_opening) encoder->item_count = encoder->opening.first_item;
    encoder->is_opening = false;
}

/* Notes an instruction, or a label, of the loop's beginning. It ends with a br_table, and is of no
 * use if it ends otherwise. Calls are not copied: where they are says what they are to be unwound
 * to. */
static void note_opening(Encoder *encoder, const Instruction *item) {
    Opening *opening = &encoder->opening;
    const unsigned flags = item->op == OP_COUNT ? 0 : op_info[item->op].flags;
    const bool is_table = flags & OP_HAS_TABLE;
    if (opening->count == OPENING_MOST || flags & OP_CALLS || (flags & OP_ENDS && !is_table)) {
        give_opening_up(encoder);
        return;
    }
    if (!reserve_one(encoder, (void **)&encoder->items, &encoder->item_capacity,
                     encoder->item_count, sizeof *item))
        return;
    encoder->items[encoder->item_count++] = *item;
    opening->count++;
    if (!is_table) return;
    encoder->is_opening = false;
    if (!reserve_one(encoder, (void **)&encoder->openings, &encoder->opening_capacity,
                     encoder->opening_count, sizeof *opening))
        return;
    opening->first_entry = encoder->entry_count;
    encoder->entries_to_come = (size_t)item->immediates[0] + 1;
    encoder->labels[encoder->opening_label].opening = (int64_t)encoder->opening_count;
    encoder->openings[encoder->opening_count++] = *opening;
}

/* Something can jump to what comes next. */
static void forget_last(Encoder *encoder) { encoder->has_last = encoder->is_retracted = false; }

void encoder_emit(Encoder *encoder, Instruction instruction) {
    uint16_t opcode = find_opcode(&instruction);
    Instruction written = instruction;
    if (opcode == NO_OPCODE && op_info[instruction.op].mirror != OP_COUNT) {
        written = mirrored(instruction);
        opcode = find_opcode(&written);
    }
    if (opcode == NO_OPCODE) {
        if (encoder->status == ENCODER_OK) encoder->status = ENCODER_NO_SUCH_FORM;
        return;
    }
    encoder->previous_start = encoder->last_start;
    encoder->has_previous = encoder->has_last || encoder->is_retracted;
    encoder->is_retracted = false;
    append(encoder, opcode, &written);
    if (encoder->is_opening) note_opening(encoder, &written);
    encoder->newest ^= 1;
    encoder->recent[encoder->newest] = instruction;
    encoder->has_last = !(op_info[written.op].flags & (OP_ENDS | OP_HAS_LABEL));
    if (op_info[written.op].flags & OP_ENDS) flush(encoder); /* no superinstruction goes on */
}

size_t encoder_position(Encoder *encoder) {
    flush(encoder);
    forget_last(encoder);
    return encoder->size;
}

const Instruction *encoder_last(const Encoder *encoder) {
    return encoder->has_last ? &encoder->recent[encoder->newest] : NULL;
}

const Instruction *encoder_previous(const Encoder *encoder) {
    /* A line that was full has been written. */
    if (ISA_HAS_SEQUENCES && encoder->pending_count < 2) return NULL;
    if (!encoder->has_last || !encoder->has_previous) return NULL;
    return &encoder->recent[encoder->newest ^ 1];
}

void encoder_retract(Encoder *encoder) {
    if (ISA_HAS_SEQUENCES) encoder->pending_count--;
    else encoder->size = encoder->last_start;
    if (encoder->is_opening) encoder->opening.count--, encoder->item_count--;
    encoder->newest ^= 1;
    encoder->last_start = encoder->previous_start;
    encoder->is_retracted = encoder->has_last && encoder->has_previous;
    encoder->has_last = encoder->has_previous = false;
}

Label encoder_label(Encoder *encoder) {
    size_t capacity = encoder->label_capacity;
    if (encoder->status != ENCODER_OK) return 0;
    if (!reserve_one(encoder, (void **)&encoder->labels, &capacity, encoder->label_count,
                     sizeof *encoder->labels))
        return 0;
    encoder->label_capacity = (uint32_t)capacity;
    encoder->labels[encoder->label_count] = (struct LabelState){NOWHERE, NOWHERE, NOWHERE};
    return encoder->label_count++;
}

void encoder_bind(Encoder *encoder, Label label) {
    flush(encoder);
    if (encoder->status != ENCODER_OK) return;
    struct LabelState *state = &encoder->labels[label];
    state->position = (int64_t)encoder->size;
    for (int64_t i = state->waiting; i != NOWHERE; i = encoder->references[i].next)
        put_distance(encoder, encoder->references[i].position, encoder->references[i].base,
                     state->position);
    state->waiting = NOWHERE;
    forget_last(encoder);
    if (encoder->is_opening)
        note_opening(encoder, &(Instruction){.op = OP_COUNT, .immediates = {label}});
}

void encoder_bind_loop(Encoder *encoder, Label label) {
    give_opening_up(encoder);
    encoder_bind(encoder, label);
    encoder->is_opening = encoder->status == ENCODER_OK;
    encoder->opening_label = label;
    encoder->opening = (Opening){.first_item = encoder->item_count};
}

/* What a copy has for a label: one of its own for those within it, which nothing else jumps to. */
static Label copied_label(Label label, const Label (*labels)[2], unsigned count) {
    for (unsigned i = 0; i < count; i++)
        if (labels[i][0] == label) return labels[i][1];
    return label;
}

/* Whether the instruction appended last sets the index of that br_table, to a constant. */
static bool is_index_known(const Encoder *encoder, const Instruction *table) {
    const Instruction *last = encoder_last(encoder);
    const Operand index = table->values[0];
    return last && last->op == OP_const_i32 && last->result.class == index.class &&
           last->result.slot == index.slot;
}

static void copy_table(Encoder *encoder, const Opening *opening, const Instruction *table) {
    if (!is_index_known(encoder, table)) {
        encoder_emit(encoder, *table);
        return;
    }
    uint32_t index = (uint32_t)encoder_last(encoder)->values[0].bits;
    if (table->op == OP_i32_add_br_table) index += (uint32_t)table->values[1].bits;
    const uint64_t count = table->immediates[0];
    encode_br(encoder, encoder->entries[opening->first_entry + (index < count ? index : count)]);
}

static void copy_opening(Encoder *encoder, const Opening *opening) {
    const Instruction *items = &encoder->items[opening->first_item]; /* none is noted meanwhile */
    Label labels[OPENING_MOST][2]; /* within it, and in the copy */
    unsigned label_count = 0;
    for (unsigned i = 0; i < opening->count; i++) {
        if (items[i].op != OP_COUNT) continue;
        labels[label_count][0] = (Label)items[i].immediates[0];
        labels[label_count++][1] = encoder_label(encoder);
    }
    for (unsigned i = 0; i < opening->count; i++) {
        Instruction item = items[i];
        if (item.op == OP_COUNT) {
            encoder_bind(encoder, copied_label((Label)item.immediates[0], labels, label_count));
            continue;
        }
        const OpInfo *info = &op_info[item.op];
        for (unsigned j = 0; j < info->immediate_count; j++)
            if (info->immediate_kinds[j] == IMMEDIATE_LABEL)
                item.immediates[j] = copied_label((Label)item.immediates[j], labels, label_count);
        if (info->flags & OP_HAS_TABLE) copy_table(encoder, opening, &item);
        else encoder_emit(encoder, item);
    }
}

void encoder_branch(Encoder *encoder, Label label) {
    if (encoder->status != ENCODER_OK) return;
    const int64_t opening = encoder->labels[label].opening;
    if (opening == NOWHERE ||
        encoder->copied > copies_most(encoder->size - encoder->function_begin)) {
        encode_br(encoder, label);
        return;
    }
    give_opening_up(encoder);
    const size_t begin = encoder->size; /* what is still pending counts as copied, too */
    copy_opening(encoder, &encoder->openings[opening]);
    encoder->copied += encoder->size - begin;
}

size_t encoder_label_position(const Encoder *encoder, Label label) {
    return encoder->status == ENCODER_OK ? (size_t)encoder->labels[label].position : 0;
}

void encoder_table_entry(Encoder *encoder, Label target) {
    flush(encoder);
    if (!make_room(encoder, 4)) return;
    encoder->size += 4;
    refer(encoder, target, encoder->size - 4, encoder->size - 4);
    if (!encoder->entries_to_come) return;
    encoder->entries_to_come--;
    if (!reserve_one(encoder, (void **)&encoder->entries, &encoder->entry_capacity,
                     encoder->entry_count, sizeof target))
        return;
    encoder->entries[encoder->entry_count++] = target;
}

void encoder_end_function(Encoder *encoder) {
    flush(encoder);
    encoder->label_count = 0;
    encoder->reference_count = 0;
    encoder->opening_count = encoder->item_count = 0;
    encoder->entry_count = encoder->entries_to_come = 0;
    encoder->is_opening = false;
    forget_last(encoder);
    encoder->function_begin = encoder->size;
    encoder->copied = 0;
}
