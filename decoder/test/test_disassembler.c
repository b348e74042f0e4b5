#include "decoder/disassembler.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static Encoder storage, *const code = &storage;

static void begin(void) { encoder_init(code, opcode_words()); }
TestSuite(listing, .init = begin);

static void expect_text(const DispatchWords *words, const uint8_t *bytes, size_t size, bool good,
                        const char *expected) {
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    bool result = disassemble(out, words, bytes, bytes + size);
    fclose(out);
    cr_expect_str_eq(text, expected);
    cr_expect_eq(result, good);
    free(text);
}

/* Each instruction by itself, in instruction sets with superinstructions too. */
#define ALONE(instruction) (instruction, encoder_position(code))

/* Compares the listing of what has been encoded. */
static void expect_listing(const char *expected) {
    encoder_position(code);
    cr_assert_eq(code->status, ENCODER_OK);
    expect_text(code->words, code->bytes, code->size, true, expected);
    encoder_free(code);
}

static Operand constant_f32(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return constant(bits);
}
static Operand constant_f64(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return constant(bits);
}

Test(listing, of_nothing) { expect_listing(""); }

Test(listing, slots) {
    ALONE(encode_i32_add(code, slot(2), slot(0), slot(1)));
    ALONE(encode_f64_neg(code, slot(65535), slot(300)));
    ALONE(encode_select(code, slot(1), slot(2), slot(3), slot(4)));
    expect_listing("0000  i32.add            s0, s1 -> s2\n"
                   "0008  f64.neg            s300 -> s65535\n"
                   "000e  select             s2, s3, s4 -> s1\n");
}

Test(listing, constants_by_type) {
    ALONE(encode_i32_sub(code, slot(2), slot(0), constant((uint32_t)-7)));
    ALONE(encode_i32_sub(code, slot(2), constant(INT32_MAX), slot(0)));
    ALONE(encode_i64_sub(code, slot(2), slot(0), constant(1ull << 63)));
    ALONE(encode_f32_sub(code, slot(2), slot(0), constant_f32(0.1f)));
    ALONE(encode_f64_sub(code, slot(2), slot(0), constant_f64(-0.1)));
    expect_listing("0000  i32.sub            s0, -7 -> s2\n"
                   "000a  i32.sub            2147483647, s0 -> s2\n"
                   "0014  i64.sub            s0, -9223372036854775808 -> s2\n"
                   "0022  f32.sub            s0, 0.100000001 -> s2\n"
                   "002c  f64.sub            s0, -0.10000000000000001 -> s2\n");
}

Test(listing, special_floats) {
    ALONE(encode_f32_sub(code, slot(2), slot(0), constant(0x7fc00000)));
    ALONE(encode_f64_sub(code, slot(2), slot(0), constant(0xfff0000000000000)));
    ALONE(encode_f64_sub(code, slot(2), slot(0), constant(0x8000000000000000)));
    expect_listing("0000  f32.sub            s0, nan -> s2\n"
                   "000a  f64.sub            s0, -inf -> s2\n"
                   "0018  f64.sub            s0, -0 -> s2\n");
}

#if ISA_HAS_ACCUMULATORS
Test(listing, accumulators) {
    ALONE(encode_i32_add(code, accumulator(), accumulator(), constant(3)));
    ALONE(encode_f32_convert_i32_s(code, accumulator(), accumulator()));
    ALONE(encode_f64_store(code, accumulator(), accumulator(), 8));
    ALONE(encode_return_i(code, accumulator(), 4));
    expect_listing("0000  i32.add            acc, 3 -> acc\n"
                   "0006  f32.convert_i32_s  acc -> acc\n"
                   "0008  f64.store          acc, acc, 8\n"
                   "000e  return.i           acc, 4\n");
}
#endif

Test(listing, mirrored_forms_as_they_are_written) {
    ALONE(encode_i32_gt_s(code, slot(2), constant(5), slot(0)));
    expect_listing("0000  i32.lt_s           s0, 5 -> s2\n");
}

Test(listing, immediates) {
    ALONE(encode_copy_many(code, 300, 7, 65535));
    ALONE(encode_i32_load(code, slot(1), slot(2), UINT32_MAX));
    ALONE(encode_i64_store_far(code, slot(1), slot(2), UINT64_MAX, 3));
    ALONE(encode_call(code, (const void *)0x123456789abc, 9));
    ALONE(encode_memory_grow(code, slot(1), slot(2), 3));
    ALONE(encode_return_call_indirect(code, slot(1), (const void *)0xff, 2, 3, 4, 5));
    expect_listing("0000  copy.many          s300, s7, 65535\n"
                   "0008  i32.load           s2, 4294967295 -> s1\n"
                   "0012  i64.store.far      s1, s2, 18446744073709551615, 3\n"
                   "0024  call               0x123456789abc, s9\n"
                   "0030  memory.grow        s2, 3 -> s1\n"
                   "003a  return_call.indirect s1, 0xff, 2, s3, 4, 5\n");
}

Test(listing, without_operands) {
    ALONE(encode_unreachable(code));
    ALONE(encode_halt(code));
    expect_listing("0000  unreachable\n"
                   "0002  halt\n");
}

Test(listing, jumps_lead_to_offsets) {
    Label start = encoder_label(code), end = encoder_label(code);
    ALONE(encode_br(code, end));
    encoder_bind(code, start);
    ALONE(encode_br_if_i32_lt_s(code, slot(0), constant(9), start));
    ALONE(encode_br_unless_f32_lt(code, slot(0), slot(1), end));
    encoder_bind(code, end);
    ALONE(encode_zero(code, 5, 2, start));
    expect_listing("0000  br                 001c\n"
                   "0006  br_if.i32.lt_s     s0, 9, 0006\n"
                   "0012  br_unless.f32.lt   s0, s1, 001c\n"
                   "001c  zero               s5, 2, 0006\n");
}

Test(listing, tables) {
    Label start = encoder_label(code), end = encoder_label(code);
    encoder_bind(code, start);
    ALONE(encode_table(code, slot(3), 2));
    encoder_table_entry(code, end);
    encoder_table_entry(code, start);
    encoder_table_entry(code, end);
    ALONE(encode_table(code, slot(3), 0));
    encoder_table_entry(code, start);
    encoder_bind(code, end);
    ALONE(encode_unreachable(code));
    expect_listing("0000  br_table           s3, 2, 000c [0028, 0000, 0028]\n"
                   "0018  br_table           s3, 0, 0024 [0000]\n"
                   "0028  unreachable\n");
}

Test(listing, tables_of_copies_stand_elsewhere) {
    Label loop = encoder_label(code);
    encoder_bind_loop(code, loop);
    ALONE(encode_table(code, slot(3), 0));
    encoder_table_entry(code, loop);
    ALONE(encoder_branch(code, loop));
    ALONE(encode_unreachable(code));
    expect_listing("0000  br_table           s3, 0, 000c [0000]\n"
                   "0010  br_table           s3, 0, 000c [0000]\n"
                   "001c  unreachable\n");
}

Test(listing, of_a_part_counts_from_its_start) {
    ALONE(encode_copy(code, slot(1), slot(2)));
    Label here = encoder_label(code);
    encoder_bind(code, here);
    ALONE(encode_br(code, here));
    expect_text(code->words, code->bytes + 6, 6, true, "0000  br                 0000\n");
    encoder_free(code);
}

Test(listing, offsets_beyond_four_digits) {
    for (unsigned i = 0; i < 11000; i++)
        ALONE(encode_copy(code, slot(1), slot(2)));
    size_t at = code->size;
    ALONE(encode_unreachable(code));
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    cr_assert(disassemble(out, code->words, code->bytes, code->bytes + code->size));
    fclose(out);
    cr_assert_eq(at, 0x101d0);
    cr_assert_str_eq(text + length - strlen("101d0  unreachable\n"), "101d0  unreachable\n");
    free(text);
    encoder_free(code);
}

/* ---- Superinstructions ------------------------------------------------------------------------ */

#if ISA_HAS_SEQUENCES
/* Has the jump whose operand ends at `end` of the bytes of an instruction lead to a certain place. */
static void lead(uint8_t *bytes, unsigned end, const OpcodeInfo *part) {
    const OpInfo *op = &op_info[part->op];
    if (!op->immediate_count || op->immediate_kinds[op->immediate_count - 1] != IMMEDIATE_LABEL)
        return;
    const int32_t distance = 0x1234;
    memcpy(bytes + end - 4, &distance, sizeof distance);
}

static char *text_of(const uint8_t *bytes, unsigned size) {
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    cr_assert(disassemble(out, opcode_words(), bytes, bytes + size));
    fclose(out);
    return text;
}

/* A line for each part, as it is listed alone. Operands in memory differ from part to part. */
Test(superinstructions, are_listed_as_their_parts) {
    for (uint16_t opcode = SIMPLE_OPCODE_COUNT; opcode < OPCODE_COUNT; opcode++) {
        const OpcodeInfo *info = &opcode_info[opcode];
        if (op_info[opcode_info[info->parts[info->part_count - 1]].op].flags & OP_HAS_TABLE) continue;
        uint8_t bytes[512], alone[512];
        for (unsigned i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 7);
        memcpy(bytes, &opcode, sizeof opcode);
        char *expected;
        size_t length;
        FILE *out = open_memstream(&expected, &length);
        for (unsigned i = 0, at = 2; i < info->part_count; i++) {
            const OpcodeInfo *part = &opcode_info[info->parts[i]];
            memcpy(alone, &info->parts[i], sizeof *info->parts);
            memcpy(alone + 2, bytes + at, part->length);
            lead(alone, 2u + part->length, part);
            at += part->length;
            lead(bytes, at, part);
            char *line = text_of(alone, 2u + part->length);
            fprintf(out, "%s%s", i ? "   +  " : "0000  ", line + strlen("0000  "));
            free(line);
        }
        fclose(out);
        char *text = text_of(bytes, 2u + info->length);
        cr_assert_str_eq(text, expected, "%s", info->name);
        free(text);
        free(expected);
    }
}
#endif

/* ---- Dispatch words -------------------------------------------------------------------------- */

/* Words as handlers' addresses are: in no order. */
static DispatchWords scattered(unsigned size) {
    static uint64_t values[OPCODE_COUNT];
    for (uint64_t i = 0; i < OPCODE_COUNT; i++)
        values[i] =
            (0x7fff12340000 + i * 40503 % 65536 * 16) & (size == 4 ? UINT32_MAX : UINT64_MAX);
    return (DispatchWords){size, values};
}

Test(words, of_eight_bytes) {
    DispatchWords words = scattered(8);
    encoder_init(code, &words);
    ALONE(encode_i32_add(code, slot(2), slot(0), slot(1)));
    ALONE(encode_unreachable(code));
    expect_listing("0000  i32.add            s0, s1 -> s2\n"
                   "000e  unreachable\n");
}

Test(words, of_four_bytes) {
    DispatchWords words = scattered(4);
    encoder_init(code, &words);
    ALONE(encode_i32_add(code, slot(2), slot(0), slot(1)));
    ALONE(encode_unreachable(code));
    expect_listing("0000  i32.add            s0, s1 -> s2\n"
                   "000a  unreachable\n");
}

Test(words, of_two_executors_in_turn) {
    DispatchWords words = scattered(8);
    for (unsigned i = 0; i < 2; i++) {
        encoder_init(code, &words);
        ALONE(encode_unreachable(code));
        expect_listing("0000  unreachable\n");
        encoder_init(code, opcode_words());
        ALONE(encode_unreachable(code));
        expect_listing("0000  unreachable\n");
    }
}

Test(words, unknown_ones_end_the_listing) {
    encoder_init(code, opcode_words());
    ALONE(encode_unreachable(code));
    static const uint8_t unknown[] = {0xfe, 0xff};
    uint8_t bytes[6];
    memcpy(bytes, code->bytes, 2);
    memcpy(bytes + 2, unknown, 2);
    memcpy(bytes + 4, code->bytes, 2);
    expect_text(opcode_words(), bytes, sizeof bytes, false,
                "0000  unreachable\n"
                "0002  (no opcode has the dispatch word 0xfffe)\n");
    encoder_free(code);
}
