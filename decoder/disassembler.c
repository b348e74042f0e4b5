#include "decoder/disassembler.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define DISPATCH_SIZE 0 /* the readers are used on addresses behind the dispatch word */
#include "decoder/operands.h"

typedef struct WordOpcode {
    uint64_t word;
    uint16_t opcode;
} WordOpcode;

static int compare_words(const void *left, const void *right) {
    uint64_t a = ((const WordOpcode *)left)->word, b = ((const WordOpcode *)right)->word;
    return (a > b) - (a < b);
}

static uint64_t read_word(const uint8_t *at, unsigned size) {
    return size == 2 ? read_u16(at) : size == 4 ? read_u32(at) : read_u64(at);
}

static const uint8_t *print_value(FILE *out, const uint8_t *at, uint8_t class, uint8_t type) {
    switch (class) {
    case CLASS_SLOT: fprintf(out, "s%u", read_u16(at)); return at + 2;
    case CLASS_CONSTANT: break;
    case CLASS_ACCUMULATOR: fputs("acc", out); return at;
    default:
        fprintf(out, "%c%d", type >= VALUE_F32 ? 'f' : 'i', class - CLASS_FIRST_PIN + 1);
        return at;
    }
    switch (type) {
    case VALUE_I32: fprintf(out, "%" PRId32, read_i32(at)); return at + 4;
    case VALUE_F32: fprintf(out, "%.9g", (double)read_f32(at)); return at + 4;
    case VALUE_F64: fprintf(out, "%.17g", read_f64(at)); return at + 8;
    default: fprintf(out, "%" PRId64, (int64_t)read_u64(at)); return at + 8;
    }
}

/* A jump target that counts from `base`, as the offset from the start of the listing. */
static void print_target(FILE *out, const uint8_t *begin, const uint8_t *base,
                         const uint8_t *field) {
    fprintf(out, "%04tx", base + read_i32(field) - begin);
}

/* Prints an opcode whose operands are at `at`, of the instruction at `head`, and the table of a
 * br_table. Returns where its operands end, or its table, if that is behind the instruction, at
 * `next`. */
static const uint8_t *print_part(FILE *out, const uint8_t *begin, const uint8_t *head,
                                 const uint8_t *at, const uint8_t *next,
                                 const OpcodeInfo *opcode) {
    const OpInfo *op = &op_info[opcode->op];
    const uint8_t *operand = at;
    const char *separator = "";
    bool has_operands = op->value_count || op->immediate_count || op->result_type != VALUE_NONE;
    fprintf(out, has_operands ? "%-18s " : "%s", op->name);
    for (unsigned i = 0; i < op->value_count; i++, separator = ", ") {
        fputs(separator, out);
        operand = print_value(out, operand, opcode->value_classes[i], op->value_types[i]);
    }
    const uint8_t *result = operand;
    if (op->result_type != VALUE_NONE && opcode->result_class == CLASS_SLOT) operand += 2;
    uint32_t count = 0;
    for (unsigned i = 0; i < op->immediate_count; i++, separator = ", ") {
        fputs(separator, out);
        switch (op->immediate_kinds[i]) {
        case IMMEDIATE_SLOT: fprintf(out, "s%u", read_u16(operand)); operand += 2; break;
        case IMMEDIATE_U16: fprintf(out, "%u", read_u16(operand)); operand += 2; break;
        case IMMEDIATE_U32: fprintf(out, "%u", count = read_u32(operand)); operand += 4; break;
        case IMMEDIATE_U64: fprintf(out, "%" PRIu64, read_u64(operand)); operand += 8; break;
        case IMMEDIATE_PTR: fprintf(out, "0x%" PRIx64, read_u64(operand)); operand += 8; break;
        case IMMEDIATE_LABEL: print_target(out, begin, head, operand); operand += 4; break;
        }
    }
    if (op->result_type != VALUE_NONE) {
        fputs(" -> ", out);
        print_value(out, result, opcode->result_class, op->result_type);
    }
    if (!(op->flags & OP_HAS_TABLE)) return at + opcode->length;
    const uint8_t *entry = head + read_i32(operand - 4);
    const bool is_behind = entry == next;
    fputs(" [", out);
    for (uint32_t i = 0; i <= count; i++, entry += 4) {
        if (i) fputs(", ", out);
        print_target(out, begin, entry, entry);
    }
    fputc(']', out);
    return is_behind ? entry : next;
}

bool disassemble(FILE *out, const DispatchWords *words, const uint8_t *begin, const uint8_t *end) {
    static WordOpcode sorted[OPCODE_COUNT];
    static const DispatchWords *sorted_words;
    if (sorted_words != words) {
        for (unsigned i = 0; i < OPCODE_COUNT; i++)
            sorted[i] = (WordOpcode){words->words[i], (uint16_t)i};
        qsort(sorted, OPCODE_COUNT, sizeof *sorted, compare_words);
        sorted_words = words;
    }
    for (const uint8_t *at = begin; at < end;) {
        fprintf(out, "%04tx  ", at - begin);
        WordOpcode key = {read_word(at, words->size), 0};
        const WordOpcode *found =
            bsearch(&key, sorted, OPCODE_COUNT, sizeof *sorted, compare_words);
        if (!found) {
            fprintf(out, "(no opcode has the dispatch word 0x%" PRIx64 ")\n", key.word);
            return false;
        }
        const OpcodeInfo *opcode = &opcode_info[found->opcode];
        const uint8_t *const head = at;
        at += words->size;
        const uint8_t *const next = at + opcode->length;
        for (unsigned i = 0; i < opcode->part_count; i++) {
            if (i) fputs("\n   +  ", out);
            const uint16_t part = opcode->parts ? opcode->parts[i] : found->opcode;
            at = print_part(out, begin, head, at, next, &opcode_info[part]);
        }
        fputc('\n', out);
    }
    return true;
}
