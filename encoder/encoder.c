#include "encoder/encoder.h"

#include <stdlib.h>
#include <string.h>

enum { NO_OPCODE = 0xffff };

/* A label that is not bound yet heads a list of the places that wait for it, threaded through the
 * label operands themselves: each holds the position of the next one. */
struct LabelState {
    int64_t position; /* bound: where; else NOWHERE */
    int64_t waiting;  /* the first waiting operand's position, or NOWHERE */
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

/* Room for `count` bytes, or NULL and the sticky status. */
static uint8_t *make_room(Encoder *encoder, size_t count) {
    if (encoder->status != ENCODER_OK) return NULL;
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

/* Writes the operand at `position` that refers to the label, or has it wait for encoder_bind. */
static void refer(Encoder *encoder, Label label, size_t position) {
    struct LabelState *state = &encoder->labels[label];
    int32_t field;
    if (state->position != NOWHERE) {
        field = (int32_t)(state->position - (int64_t)position);
    } else {
        /* The distance to the next waiting operand; 0 ends the list. */
        field = state->waiting == NOWHERE ? 0 : (int32_t)((int64_t)position - state->waiting);
        state->waiting = (int64_t)position;
    }
    memcpy(encoder->bytes + position, &field, sizeof field);
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
    const OpInfo *info = &op_info[written.op];
    unsigned word = encoder->words->size;
    uint8_t *at = make_room(encoder, word + opcode_info[opcode].length);
    if (!at) return;
    size_t start = encoder->size;
    encoder->size += word + opcode_info[opcode].length;

    at = put(at, encoder->words->words[opcode], word);
    for (unsigned i = 0; i < info->value_count; i++) {
        Operand value = written.values[i];
        bool wide = info->value_types[i] == VALUE_I64 || info->value_types[i] == VALUE_F64;
        if (value.class == CLASS_SLOT) at = put(at, value.slot, 2);
        else if (value.class == CLASS_CONSTANT) at = put(at, value.bits, wide ? 8 : 4);
    }
    if (info->result_type != VALUE_NONE && written.result.class == CLASS_SLOT)
        at = put(at, written.result.slot, 2);
    for (unsigned i = 0; i < info->immediate_count; i++) {
        static const uint8_t sizes[] = {[IMMEDIATE_SLOT] = 2, [IMMEDIATE_U16] = 2,
                                        [IMMEDIATE_U32] = 4,  [IMMEDIATE_U64] = 8,
                                        [IMMEDIATE_PTR] = 8,  [IMMEDIATE_LABEL] = 4};
        unsigned size = sizes[info->immediate_kinds[i]];
        if (info->immediate_kinds[i] == IMMEDIATE_LABEL)
            refer(encoder, (Label)written.immediates[i], (size_t)(at - encoder->bytes));
        else put(at, written.immediates[i], size);
        at += size;
    }
    encoder->last = instruction;
    encoder->last_start = start;
    encoder->has_last = !(info->flags & (OP_ENDS | OP_HAS_LABEL));
}

const Instruction *encoder_last(const Encoder *encoder) {
    return encoder->has_last ? &encoder->last : NULL;
}

void encoder_retract(Encoder *encoder) {
    encoder->size = encoder->last_start;
    encoder->has_last = false;
}

Label encoder_label(Encoder *encoder) {
    size_t capacity = encoder->label_capacity;
    if (encoder->status != ENCODER_OK) return 0;
    if (!reserve((void **)&encoder->labels, &capacity, encoder->label_count, 1,
                 sizeof *encoder->labels)) {
        encoder->status = ENCODER_OUT_OF_MEMORY;
        return 0;
    }
    encoder->label_capacity = (uint32_t)capacity;
    encoder->labels[encoder->label_count] = (struct LabelState){NOWHERE, NOWHERE};
    return encoder->label_count++;
}

void encoder_bind(Encoder *encoder, Label label) {
    if (encoder->status != ENCODER_OK) return;
    struct LabelState *state = &encoder->labels[label];
    state->position = (int64_t)encoder->size;
    for (int64_t at = state->waiting; at != NOWHERE;) {
        int32_t distance;
        memcpy(&distance, encoder->bytes + at, sizeof distance);
        int32_t target = (int32_t)(state->position - at);
        memcpy(encoder->bytes + at, &target, sizeof target);
        at = distance ? at - distance : NOWHERE;
    }
    state->waiting = NOWHERE;
    encoder->has_last = false;
}

void encoder_table_entry(Encoder *encoder, Label target) {
    if (!make_room(encoder, 4)) return;
    encoder->size += 4;
    refer(encoder, target, encoder->size - 4);
}

void encoder_end_function(Encoder *encoder) {
    encoder->label_count = 0;
    encoder->has_last = false;
}
