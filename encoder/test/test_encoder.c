#include "encoder/encoder.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "encoder/test/failing_allocator.h"

/* ---- Dispatch words that cannot be confused with operands ------------------------------------ */

static uint64_t word_values[OPCODE_COUNT];

static const DispatchWords *words_of(unsigned size) {
    static DispatchWords words;
    words = (DispatchWords){size, word_values};
    for (unsigned i = 0; i < OPCODE_COUNT; i++)
        word_values[i] = 0x1122334455660000 + i;
    return &words;
}

static uint16_t opcode_named(const char *name) {
    unsigned opcode = 0;
    while (opcode < OPCODE_COUNT && strcmp(opcode_info[opcode].name, name))
        opcode++;
    cr_assert_lt(opcode, OPCODE_COUNT, "there is no opcode %s", name);
    return (uint16_t)opcode;
}

/* What is expected, little-endian. */
typedef struct Expected {
    uint8_t bytes[256];
    size_t size;
} Expected;

static void put(Expected *expected, uint64_t value, size_t size) {
    memcpy(expected->bytes + expected->size, &value, size);
    expected->size += size;
}
/* Of the instruction encoded last. What comes next does not become one with it: that superinstructions
 * are the bytes of their parts is tested by itself. */
static void put_word(Expected *expected, Encoder *encoder, const char *opcode) {
    encoder_position(encoder);
    put(expected, 0x1122334455660000 + opcode_named(opcode), encoder->words->size);
}

static void expect_bytes(Encoder *encoder, const Expected *expected) {
    encoder_position(encoder);
    cr_expect_eq(encoder->status, ENCODER_OK);
    cr_expect_arr_eq(encoder->bytes, expected->bytes, expected->size);
    cr_expect_eq(encoder->size, expected->size, "%zu bytes instead of %zu", encoder->size,
                 expected->size);
    encoder_free(encoder);
}

/* Where the label operand at `position` leads, which is one of the instruction at `begin`. */
static int64_t target(Encoder *encoder, size_t begin, size_t position) {
    int32_t distance;
    encoder_position(encoder);
    memcpy(&distance, encoder->bytes + position, sizeof distance);
    return (int64_t)begin + distance;
}

static bool accepts(Op op, Operand result, Operand a, Operand b, Operand c) {
    return encoder_accepts(&(Instruction){.op = op, .result = result, .values = {a, b, c}});
}
static const Operand nothing; /* where an op has fewer operands */

/* ---- Bytes ----------------------------------------------------------------------------------- */

Test(bytes, word_values_result_immediates) {
    static const unsigned sizes[] = {2, 4, 8};
    for (unsigned i = 0; i < 3; i++) {
        Encoder encoder;
        Expected expected = {0};
        encoder_init(&encoder, words_of(sizes[i]));
        encode_i32_add(&encoder, slot(0x0102), slot(0x0304), constant(0x05060708));
        put_word(&expected, &encoder, "i32_add__s_sk");
        put(&expected, 0x0304, 2);
        put(&expected, 0x05060708, 4);
        put(&expected, 0x0102, 2);
        encode_i64_store(&encoder, slot(1), constant(0x0102030405060708), 0xfffffffe);
        put_word(&expected, &encoder, "i64_store__sk");
        put(&expected, 1, 2);
        put(&expected, 0x0102030405060708, 8);
        put(&expected, 0xfffffffe, 4);
        expect_bytes(&encoder, &expected);
    }
}

Test(bytes, of_every_kind_of_constant) {
    Encoder encoder;
    Expected expected = {0};
    encoder_init(&encoder, words_of(2));
    /* Only the low half of a 32-bit constant is written. */
    encode_i32_sub(&encoder, slot(1), constant(UINT64_MAX - 1), slot(2));
    put_word(&expected, &encoder, "i32_sub__s_ks");
    put(&expected, 0xfffffffe, 4), put(&expected, 2, 2), put(&expected, 1, 2);
    encode_i64_sub(&encoder, slot(1), constant(UINT64_MAX - 1), slot(2));
    put_word(&expected, &encoder, "i64_sub__s_ks");
    put(&expected, UINT64_MAX - 1, 8), put(&expected, 2, 2), put(&expected, 1, 2);
    encode_f32_sub(&encoder, slot(1), slot(2), constant(0x3f800000));
    put_word(&expected, &encoder, "f32_sub__s_sk");
    put(&expected, 2, 2), put(&expected, 0x3f800000, 4), put(&expected, 1, 2);
    encode_f64_sub(&encoder, slot(1), slot(2), constant(0x3ff0000000000000));
    put_word(&expected, &encoder, "f64_sub__s_sk");
    put(&expected, 2, 2), put(&expected, 0x3ff0000000000000, 8), put(&expected, 1, 2);
    expect_bytes(&encoder, &expected);
}

Test(bytes, of_every_kind_of_immediate) {
    Encoder encoder;
    Expected expected = {0};
    encoder_init(&encoder, words_of(8));
    static const char callee;
    encode_call(&encoder, &callee, 0x0102);
    put_word(&expected, &encoder, "call");
    put(&expected, (uintptr_t)&callee, 8), put(&expected, 0x0102, 2);
    encode_return_call_import(&encoder, 0x01020304, 5, 6, 7);
    put_word(&expected, &encoder, "return_call_import");
    put(&expected, 0x01020304, 4), put(&expected, 5, 2), put(&expected, 6, 2), put(&expected, 7, 2);
    encode_i32_load_far(&encoder, slot(3), slot(4), 0x0102030405060708, 9);
    put_word(&expected, &encoder, "i32_load_far__s_s");
    put(&expected, 4, 2), put(&expected, 3, 2), put(&expected, 0x0102030405060708, 8);
    put(&expected, 9, 4);
    encode_unreachable(&encoder);
    put_word(&expected, &encoder, "unreachable");
    expect_bytes(&encoder, &expected);
}

#if ISA_HAS_ACCUMULATORS
Test(bytes, registers_take_none) {
    Encoder encoder;
    Expected expected = {0};
    encoder_init(&encoder, words_of(4));
    encode_i32_sub(&encoder, accumulator(), accumulator(), constant(5));
    put_word(&expected, &encoder, "i32_sub__a_ak");
    put(&expected, 5, 4);
    encode_f64_neg(&encoder, accumulator(), accumulator());
    put_word(&expected, &encoder, "f64_neg__a_a");
    encode_select(&encoder, slot(7), slot(8), slot(9), accumulator());
    put_word(&expected, &encoder, "select__s_ssa");
    put(&expected, 8, 2), put(&expected, 9, 2), put(&expected, 7, 2);
    expect_bytes(&encoder, &expected);
}
#endif

Test(bytes, grow_with_the_code) {
    Encoder encoder;
    encoder_init(&encoder, words_of(2));
    for (unsigned i = 0; i < 100000; i++) {
        encode_copy(&encoder, slot(1), constant(i));
        encoder_position(&encoder); /* each by itself */
    }
    cr_assert_eq(encoder.size, 100000 * 12);
    for (unsigned i = 0; i < 100000; i++) {
        uint64_t value;
        memcpy(&value, encoder.bytes + 12 * i + 2, sizeof value);
        cr_assert_eq(value, i);
    }
    encoder_free(&encoder);
}

/* ---- Forms ----------------------------------------------------------------------------------- */

/* That the same bytes are written for both. */
#define EXPECT_SAME(one, other)                                                                    \
    do {                                                                                           \
        Encoder first, second, *encoder = &first;                                                  \
        encoder_init(&first, words_of(2));                                                         \
        encoder_init(&second, words_of(2));                                                        \
        one;                                                                                       \
        encoder = &second;                                                                         \
        other;                                                                                     \
        encoder_position(&first);                                                                  \
        encoder_position(&second);                                                                 \
        cr_expect_eq(first.status, ENCODER_OK);                                                    \
        cr_expect_eq(second.status, ENCODER_OK);                                                   \
        cr_expect_eq(first.size, second.size);                                                     \
        cr_expect_arr_eq(first.bytes, second.bytes, first.size);                                   \
        encoder_free(&first);                                                                      \
        encoder_free(&second);                                                                     \
    } while (0)

Test(forms, operands_of_commuting_ops_are_exchanged) {
    EXPECT_SAME(encode_i32_add(encoder, slot(1), constant(2), slot(3)),
                encode_i32_add(encoder, slot(1), slot(3), constant(2)));
    EXPECT_SAME(encode_br_if_i64_eq(encoder, constant(2), slot(3), encoder_label(encoder)),
                encode_br_if_i64_eq(encoder, slot(3), constant(2), encoder_label(encoder)));
}

Test(forms, comparisons_are_mirrored) {
    EXPECT_SAME(encode_i32_gt_s(encoder, slot(1), constant(2), slot(3)),
                encode_i32_lt_s(encoder, slot(1), slot(3), constant(2)));
    EXPECT_SAME(encode_i32_lt_s(encoder, slot(1), constant(2), slot(3)),
                encode_i32_gt_s(encoder, slot(1), slot(3), constant(2)));
    EXPECT_SAME(encode_i64_ge_u(encoder, slot(1), slot(2), slot(3)),
                encode_i64_le_u(encoder, slot(1), slot(3), slot(2)));
    EXPECT_SAME(encode_f32_ge(encoder, slot(1), constant(2), slot(3)),
                encode_f32_le(encoder, slot(1), slot(3), constant(2)));
    EXPECT_SAME(encode_br_if_i32_gt_u(encoder, constant(2), slot(3), encoder_label(encoder)),
                encode_br_if_i32_lt_u(encoder, slot(3), constant(2), encoder_label(encoder)));
    EXPECT_SAME(encode_br_unless_f64_gt(encoder, constant(2), slot(3), encoder_label(encoder)),
                encode_br_unless_f64_lt(encoder, slot(3), constant(2), encoder_label(encoder)));
}

Test(forms, the_last_instruction_is_as_given_even_if_mirrored) {
    Encoder encoder;
    encoder_init(&encoder, words_of(2));
    encode_i32_gt_s(&encoder, slot(1), constant(2), slot(3));
    cr_assert_eq(encoder_last(&encoder)->op, OP_i32_gt_s);
    cr_assert_eq(encoder_last(&encoder)->values[0].class, CLASS_CONSTANT);
    encoder_free(&encoder);
}

Test(forms, that_exist_are_accepted) {
    cr_expect(accepts(OP_i32_sub, slot(1), slot(2), slot(3), nothing));
    cr_expect(accepts(OP_i32_sub, slot(1), constant(2), slot(3), nothing));
    cr_expect(accepts(OP_i32_add, slot(1), constant(2), slot(3), nothing), "exchanged");
    cr_expect(accepts(OP_i32_gt_s, slot(1), constant(2), slot(3), nothing), "mirrored");
    cr_expect(accepts(OP_select, slot(1), constant(2), constant(3), slot(4)));
    cr_expect(accepts(OP_i32_store, nothing, constant(2), constant(3), nothing));
    cr_expect(accepts(OP_unreachable, nothing, nothing, nothing, nothing));
}

Test(forms, that_do_not_exist_are_not) {
    cr_expect_not(accepts(OP_i32_sub, slot(1), constant(2), constant(3), nothing));
    cr_expect_not(accepts(OP_i32_add, slot(1), constant(2), constant(3), nothing));
    cr_expect_not(accepts(OP_i64_clz, slot(1), constant(2), nothing, nothing));
    cr_expect_not(accepts(OP_i32_sub, constant(1), slot(2), slot(3), nothing));
    cr_expect_not(accepts(OP_memory_grow, slot(1), constant(2), nothing, nothing));
    cr_expect_not(accepts(OP_i32_load_far, slot(1), constant(2), nothing, nothing));
}

Test(forms, with_accumulators) {
    bool has = ISA_HAS_ACCUMULATORS;
    cr_expect_eq(accepts(OP_i32_sub, accumulator(), slot(2), slot(3), nothing), has);
    cr_expect_eq(accepts(OP_i32_sub, slot(1), accumulator(), slot(3), nothing), has);
    cr_expect_eq(accepts(OP_i32_add, slot(1), slot(2), accumulator(), nothing), has);
    cr_expect_eq(accepts(OP_f64_lt, accumulator(), accumulator(), slot(3), nothing), has);
    cr_expect_eq(accepts(OP_f64_store, nothing, accumulator(), accumulator(), nothing), has,
                 "of two kinds");
    cr_expect_eq(accepts(OP_select_f, accumulator(), slot(1), accumulator(), accumulator()), has);
    cr_expect_not(accepts(OP_i32_sub, slot(1), accumulator(), accumulator(), nothing));
    cr_expect_not(accepts(OP_i32_store, nothing, accumulator(), accumulator(), nothing));
    cr_expect_not(accepts(OP_memory_grow, accumulator(), slot(1), nothing, nothing));
    cr_expect_not(accepts(OP_copy, accumulator(), accumulator(), nothing, nothing));
}

Test(forms, that_do_not_exist_are_an_error_that_sticks) {
    Encoder encoder;
    encoder_init(&encoder, words_of(2));
    encode_copy(&encoder, slot(1), slot(2));
    size_t size = encoder_position(&encoder);
    encode_i32_sub(&encoder, slot(1), constant(2), constant(3));
    cr_assert_eq(encoder.status, ENCODER_NO_SUCH_FORM);
    encode_copy(&encoder, slot(1), slot(2));
    Label label = encoder_label(&encoder);
    encoder_bind(&encoder, label);
    encode_br(&encoder, label);
    encoder_table_entry(&encoder, label);
    cr_assert_eq(encoder.status, ENCODER_NO_SUCH_FORM);
    cr_assert_eq(encoder.size, size);
    cr_assert_eq(encoder.label_count, 0);
    encoder_free(&encoder);
}

/* ---- Labels ---------------------------------------------------------------------------------- */

Test(labels, backward) {
    Encoder encoder;
    encoder_init(&encoder, words_of(4));
    encode_unreachable(&encoder);
    Label start = encoder_label(&encoder);
    encoder_bind(&encoder, start);
    encode_copy(&encoder, slot(1), slot(2));
    encoder_position(&encoder);
    encode_br(&encoder, start);
    encoder_position(&encoder);
    encode_br_if_i32_nez(&encoder, slot(3), start);
    cr_assert_eq(target(&encoder, 4 + 8, 4 + 8 + 4), 4);
    cr_assert_eq(target(&encoder, 4 + 8 + 8, 4 + 8 + 8 + 6), 4);
    encoder_free(&encoder);
}

Test(labels, forward) {
    Encoder encoder;
    encoder_init(&encoder, words_of(8));
    Label end = encoder_label(&encoder);
    encode_br_if_i32_nez(&encoder, slot(3), end);
    encoder_position(&encoder);
    encode_br(&encoder, end);
    encode_copy(&encoder, slot(1), slot(2));
    encoder_bind(&encoder, end);
    encode_unreachable(&encoder);
    cr_assert_eq(target(&encoder, 0, 10), 14 + 12 + 12);
    cr_assert_eq(target(&encoder, 14, 14 + 8), 14 + 12 + 12);
    encoder_free(&encoder);
}

Test(labels, to_the_jump_itself_and_to_the_next_instruction) {
    Encoder encoder;
    encoder_init(&encoder, words_of(2));
    Label here = encoder_label(&encoder), next = encoder_label(&encoder);
    encoder_bind(&encoder, here);
    encode_br(&encoder, here);
    encode_br(&encoder, next);
    encoder_bind(&encoder, next);
    cr_assert_eq(target(&encoder, 0, 2), 0);
    cr_assert_eq(target(&encoder, 6, 6 + 2), 12);
    encoder_free(&encoder);
}

Test(labels, many_waiting_at_once) {
    enum { LABELS = 1000, JUMPS = 5 };
    Encoder encoder;
    Label labels[LABELS];
    encoder_init(&encoder, words_of(2));
    for (unsigned i = 0; i < LABELS; i++)
        labels[i] = encoder_label(&encoder);
    for (unsigned jump = 0; jump < JUMPS; jump++)
        for (unsigned i = 0; i < LABELS; i++)
            encode_br(&encoder, labels[i]);
    /* Bound in another order than made. */
    size_t positions[LABELS];
    for (unsigned i = 0; i < LABELS; i++) {
        unsigned which = i * 7 % LABELS;
        positions[which] = encoder_position(&encoder);
        encoder_bind(&encoder, labels[which]);
        encode_copy(&encoder, slot(1), slot(2));
        encoder_position(&encoder); /* the jump is an instruction of its own */
        encode_br(&encoder, labels[which]);
        const size_t end = encoder_position(&encoder);
        cr_assert_eq(target(&encoder, end - 6, end - 4), (int64_t)positions[which]);
    }
    for (unsigned jump = 0; jump < JUMPS; jump++)
        for (unsigned i = 0; i < LABELS; i++)
            cr_assert_eq(target(&encoder, 6 * (jump * LABELS + i), 6 * (jump * LABELS + i) + 2),
                         (int64_t)positions[i]);
    encoder_free(&encoder);
}

Test(labels, of_the_next_function_start_anew) {
    Encoder encoder;
    encoder_init(&encoder, words_of(2));
    Label first = encoder_label(&encoder);
    encode_br(&encoder, first);
    encoder_bind(&encoder, first);
    encoder_end_function(&encoder);
    Label second = encoder_label(&encoder);
    cr_assert_eq(second, first);
    encode_br(&encoder, second);
    encode_copy(&encoder, slot(1), slot(2));
    encoder_bind(&encoder, second);
    cr_assert_eq(target(&encoder, 0, 2), 6);
    cr_assert_eq(target(&encoder, 6, 8), 18);
    encoder_free(&encoder);
}

Test(labels, in_tables) {
    Encoder encoder;
    encoder_init(&encoder, words_of(2));
    Label before = encoder_label(&encoder), after = encoder_label(&encoder);
    encoder_bind(&encoder, before);
    encode_table(&encoder, slot(7), 2);
    cr_assert_eq(encoder_position(&encoder), 12);
    encoder_table_entry(&encoder, after);
    encoder_table_entry(&encoder, before);
    encoder_table_entry(&encoder, after);
    cr_assert_eq(encoder.size, 24);
    encoder_bind(&encoder, after);
    cr_assert_eq(target(&encoder, 0, 8), 12, "where the table is");
    cr_assert_eq(target(&encoder, 12, 12), 24);
    cr_assert_eq(target(&encoder, 16, 16), 0);
    cr_assert_eq(target(&encoder, 20, 20), 24);
    encoder_free(&encoder);
}

/* ---- Loops that begin with a table ----------------------------------------------------------- */

/* Two instructions, over one of which the other may jump, and a table. */
static void encode_opening(Encoder *encoder, Label table, Label loop, Label end) {
    Label behind = encoder_label(encoder);
    encode_br_if_i32_nez(encoder, slot(1), behind);
    encode_copy(encoder, slot(2), slot(3));
    encoder_bind(encoder, behind);
    encode_br_table(encoder, slot(2), 1, table);
    if (end == loop) return; /* a copy */
    encoder_bind(encoder, table);
    encoder_table_entry(encoder, loop);
    encoder_table_entry(encoder, end);
}

Test(loops, that_begin_with_a_table_are_begun_again_by_copies) {
    Encoder encoders[2];
    for (int i = 0; i < 2; i++) {
        Encoder *encoder = &encoders[i];
        encoder_init(encoder, words_of(2));
        Label loop = encoder_label(encoder), end = encoder_label(encoder),
              table = encoder_label(encoder);
        encoder_bind_loop(encoder, loop);
        encode_opening(encoder, table, loop, end);
        for (int times = 0; times < 2; times++) {
            encode_copy(encoder, slot(4), slot(5));
            if (i == 0) encoder_branch(encoder, loop);
            else encode_opening(encoder, table, loop, loop);
        }
        encoder_bind(encoder, end);
        encoder_end_function(encoder);
        cr_assert_eq(encoder->status, ENCODER_OK);
    }
    cr_assert_eq(encoders[0].size, encoders[1].size);
    cr_assert_arr_eq(encoders[0].bytes, encoders[1].bytes, encoders[0].size);
    for (int i = 0; i < 2; i++)
        encoder_free(&encoders[i]);
}

/* Where an index has just been set, the way is known. */
Test(loops, that_begin_with_a_table_are_left_for_where_a_constant_leads) {
    static const struct {
        uint16_t set; /* the index is slot 7 */
        uint32_t value;
        int entry; /* that it leads to; -1: a copy of the table's instruction */
    } cases[] = {{7, 0, 0}, {7, 1, 1}, {7, 2, 2}, {7, 3, 2}, {7, UINT32_MAX, 2}, {8, 1, -1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Encoder encoders[2];
        for (int is_expected = 0; is_expected < 2; is_expected++) {
            Encoder *encoder = &encoders[is_expected];
            encoder_init(encoder, words_of(2));
            Label loop = encoder_label(encoder), table = encoder_label(encoder), entries[3];
            encoder_bind_loop(encoder, loop);
            encode_br_table(encoder, slot(7), 2, table);
            encoder_bind(encoder, table);
            for (int j = 0; j < 3; j++)
                encoder_table_entry(encoder, entries[j] = encoder_label(encoder));
            encode_const_i32(encoder, slot(cases[i].set), constant(cases[i].value));
            if (!is_expected) encoder_branch(encoder, loop);
            else if (cases[i].entry >= 0) encode_br(encoder, entries[cases[i].entry]);
            else encode_br_table(encoder, slot(7), 2, table);
            for (int j = 0; j < 3; j++) {
                encoder_bind(encoder, entries[j]);
                encode_unreachable(encoder);
            }
            encoder_end_function(encoder);
        }
        cr_assert_eq(encoders[0].size, encoders[1].size, "case %zu", i);
        cr_assert_arr_eq(encoders[0].bytes, encoders[1].bytes, encoders[0].size, "case %zu", i);
        encoder_free(&encoders[0]);
        encoder_free(&encoders[1]);
    }
}

Test(loops, that_begin_otherwise_are_jumped_to) {
    enum { CALL, LONG, LOOP, RETURN, OPEN, PLAIN, FORWARD, KINDS };
    for (int kind = 0; kind < KINDS; kind++) {
        Encoder encoder;
        encoder_init(&encoder, words_of(2));
        Label loop = encoder_label(&encoder), inner = encoder_label(&encoder);
        if (kind == PLAIN) encoder_bind(&encoder, loop);
        else if (kind != FORWARD) encoder_bind_loop(&encoder, loop);
        if (kind == CALL) encode_call_import(&encoder, 1, 5);
        if (kind == RETURN) encode_return(&encoder, 5);
        for (int i = 0; kind == LONG && i < OPENING_MOST; i++)
            encode_copy(&encoder, slot(1), slot(2));
        if (kind == LOOP) encoder_bind_loop(&encoder, inner);
        if (kind != OPEN) {
            encode_table(&encoder, slot(2), 0);
            encoder_table_entry(&encoder, loop);
        }
        size_t place = encoder_position(&encoder);
        encoder_branch(&encoder, loop);
        cr_assert_eq(encoder_position(&encoder), place + 6, "kind %d", kind);
        if (kind == FORWARD) encoder_bind(&encoder, loop);
        cr_assert_eq(target(&encoder, place, place + 2), kind == FORWARD ? (int64_t)place + 6 : 0);
        encoder_free(&encoder);
    }
}

/* What was taken back is not copied. */
Test(loops, that_begin_with_a_table_are_copied_without_what_was_retracted) {
    Encoder encoders[2];
    for (int is_expected = 0; is_expected < 2; is_expected++) {
        Encoder *encoder = &encoders[is_expected];
        encoder_init(encoder, words_of(2));
        Label loop = encoder_label(encoder), table = encoder_label(encoder);
        encoder_bind_loop(encoder, loop);
        for (int copies = 0; copies < 2; copies++) {
            if (copies && !is_expected) {
                encoder_branch(encoder, loop);
                break;
            }
            if (!is_expected) {
                encode_copy(encoder, slot(3), slot(4));
                encoder_retract(encoder);
            }
            encode_copy(encoder, slot(1), slot(2));
            encode_br_table(encoder, slot(1), 0, table);
            if (copies) break;
            encoder_bind(encoder, table);
            encoder_table_entry(encoder, loop);
        }
        encoder_end_function(encoder);
        cr_assert_eq(encoder->status, ENCODER_OK);
    }
    cr_assert_eq(encoders[0].size, encoders[1].size);
    cr_assert_arr_eq(encoders[0].bytes, encoders[1].bytes, encoders[0].size);
    encoder_free(&encoders[0]);
    encoder_free(&encoders[1]);
}

/* Thousands of ways back make jumps in the end, and the next function has copies of its own. */
Test(loops, are_copied_up_to_half_of_a_function) {
    enum { WAYS = 20000 };
    Encoder encoder;
    encoder_init(&encoder, words_of(2));
    for (int function = 0; function < 2; function++) {
        const size_t begin = encoder.size;
        Label loop = encoder_label(&encoder), end = encoder_label(&encoder),
              table = encoder_label(&encoder);
        encoder_bind_loop(&encoder, loop);
        encode_opening(&encoder, table, loop, end);
        size_t copies = 0, copied = 0;
        for (int i = 0; i < WAYS; i++) {
            encode_copy(&encoder, slot(4), slot(5));
            const size_t before = encoder_position(&encoder);
            encoder_branch(&encoder, loop);
            const size_t length = encoder_position(&encoder) - before;
            if (length > 6) copied += length, copies++;
        }
        encoder_bind(&encoder, end);
        encoder_end_function(&encoder);
        cr_assert_eq(encoder.status, ENCODER_OK);
        cr_expect_gt(copied, 4096);
        cr_expect_lt(copied, 4096 + (encoder.size - begin) / 2 + 100);
        cr_expect_lt(copies, WAYS);
    }
    encoder_free(&encoder);
}

/* A label is a distance of 32 bits. */
Test(functions, of_more_than_2_GiB_are_refused) {
    Encoder encoder;
    encoder_init(&encoder, words_of(2));
    encode_unreachable(&encoder);
    encoder_end_function(&encoder);
    encoder.function_begin = encoder.size - (INT32_MAX - 2); /* as if so much were written */
    encode_unreachable(&encoder);
    encoder_position(&encoder);
    cr_assert_eq(encoder.status, ENCODER_OK);
    encode_unreachable(&encoder);
    encoder_position(&encoder);
    cr_assert_eq(encoder.status, ENCODER_TOO_LONG);
    encoder_free(&encoder);
}

/* ---- The last instruction -------------------------------------------------------------------- */

Test(last, can_be_replaced) {
    Encoder encoder;
    Expected expected = {0};
    encoder_init(&encoder, words_of(2));
    cr_assert_null(encoder_last(&encoder), "there is none yet");
    encode_copy(&encoder, slot(1), slot(2));
    encoder_position(&encoder);
    encode_i32_sub(&encoder, slot(3), slot(4), constant(5));
    Instruction last = *encoder_last(&encoder);
    cr_assert_eq(last.op, OP_i32_sub);
    cr_assert_eq(last.result.slot, 3);
    cr_assert_eq(last.values[0].slot, 4);
    cr_assert_eq(last.values[1].bits, 5);
    encoder_retract(&encoder);
    cr_assert_null(encoder_last(&encoder), "what stands before it is not known any more");
    last.result = slot(6);
    encoder_emit(&encoder, last);
    cr_assert_not_null(encoder_last(&encoder));
    put_word(&expected, &encoder, "copy__s_s");
    put(&expected, 2, 2), put(&expected, 1, 2);
    put_word(&expected, &encoder, "i32_sub__s_sk");
    put(&expected, 4, 2), put(&expected, 5, 4), put(&expected, 6, 2);
    expect_bytes(&encoder, &expected);
}

/* encoder_last after `what` behind a copy. */
#define EXPECT_NO_LAST_AFTER(what)                                                                 \
    do {                                                                                           \
        Encoder storage, *encoder = &storage;                                                      \
        encoder_init(encoder, words_of(2));                                                        \
        Label label = encoder_label(encoder);                                                      \
        encode_copy(encoder, slot(1), slot(2));                                                    \
        (void)label;                                                                               \
        cr_assert_not_null(encoder_last(encoder));                                                 \
        what;                                                                                      \
        cr_assert_eq(encoder->status, ENCODER_OK);                                                 \
        cr_expect_null(encoder_last(encoder), #what);                                              \
        encoder_free(encoder);                                                                     \
    } while (0)

Test(last, is_not_known_behind_labels_and_control) {
    EXPECT_NO_LAST_AFTER(encoder_bind(encoder, label));
    EXPECT_NO_LAST_AFTER(encode_br(encoder, label));
    EXPECT_NO_LAST_AFTER(encode_br_if_i32_nez(encoder, slot(1), label));
    EXPECT_NO_LAST_AFTER(encode_br_unless_f32_lt(encoder, slot(1), slot(2), label));
    EXPECT_NO_LAST_AFTER(encode_table(encoder, slot(1), 0));
    EXPECT_NO_LAST_AFTER(encode_call(encoder, NULL, 5));
    EXPECT_NO_LAST_AFTER(encode_call_import(encoder, 1, 5));
    EXPECT_NO_LAST_AFTER(encode_call_indirect(encoder, slot(1), NULL, 1, 5));
    EXPECT_NO_LAST_AFTER(encode_return(encoder, 5));
    EXPECT_NO_LAST_AFTER(encode_return_i(encoder, slot(1), 5));
    EXPECT_NO_LAST_AFTER(encode_unreachable(encoder));
    EXPECT_NO_LAST_AFTER(encoder_end_function(encoder));
}

Test(last, is_known_behind_a_label_that_is_only_made) {
    Encoder encoder;
    encoder_init(&encoder, words_of(2));
    encode_copy(&encoder, slot(1), slot(2));
    encoder_label(&encoder);
    cr_assert_not_null(encoder_last(&encoder));
    encoder_free(&encoder);
}

/* ---- Superinstructions ------------------------------------------------------------------------
 *
 * Which there are is up to a file, so that they are taken from the tables here. */
#if ISA_HAS_SEQUENCES

/* An instruction of that opcode; `number` tells its operands from those of others. */
static Instruction instruction_of(uint16_t opcode, unsigned number, Label label) {
    const OpcodeInfo *info = &opcode_info[opcode];
    const OpInfo *op = &op_info[info->op];
    Instruction instruction = {.op = (Op)info->op};
    if (op->result_type != VALUE_NONE) {
        instruction.result = slot((uint16_t)(number * 8));
        instruction.result.class = (OperandClass)info->result_class;
    }
    for (unsigned i = 0; i < op->value_count; i++) {
        instruction.values[i] = (Operand){.class = (OperandClass)info->value_classes[i]};
        if (instruction.values[i].class == CLASS_SLOT)
            instruction.values[i].slot = (uint16_t)(number * 8 + 1 + i);
        if (instruction.values[i].class == CLASS_CONSTANT)
            instruction.values[i].bits = 0x01010101 * (number + i + 1);
    }
    for (unsigned i = 0; i < op->immediate_count; i++)
        instruction.immediates[i] =
            op->immediate_kinds[i] == IMMEDIATE_LABEL ? label : number * 8 + 4 + i;
    return instruction;
}

static bool has_table(uint16_t opcode) { return op_info[opcode_info[opcode].op].flags & OP_HAS_TABLE; }

/* The opcodes of the code up to `end`, or of the parts of its instructions if `in_parts`. Returns how
 * many. */
static unsigned read_opcodes(const Encoder *encoder, size_t end, bool in_parts, uint16_t *opcodes) {
    unsigned count = 0;
    for (size_t at = 0; at < end;) {
        uint16_t opcode;
        memcpy(&opcode, encoder->bytes + at, sizeof opcode);
        const OpcodeInfo *info = &opcode_info[opcode];
        for (unsigned i = 0; i < (in_parts ? info->part_count : 1u); i++)
            opcodes[count++] = in_parts && info->parts ? info->parts[i] : opcode;
        at += 2u + info->length;
        cr_assert_leq(at, end, "%s reaches beyond the place", info->name);
    }
    return count;
}

static bool are_used(void) {
    for (unsigned i = 0; i < 1u << fusion_bits; i++)
        if (fusion_steps[i].next) return true;
    return false; /* they are only made, see the build's option superinstructions_unused */
}

/* Emits a line of opcodes and, where `split` is, binds a label. */
static void emit_line(Encoder *encoder, const uint16_t *opcodes, unsigned count, unsigned split,
                      Label label, Label split_label) {
    for (unsigned i = 0; i < count; i++) {
        if (i == split) encoder_bind(encoder, split_label);
        encoder_emit(encoder, instruction_of(opcodes[i], i, label));
    }
}

/* The bytes are the operands of the parts as they are written alone, one after the other. */
Test(superinstructions, are_their_parts) {
    if (!are_used()) return;
    for (unsigned opcode = SIMPLE_OPCODE_COUNT; opcode < OPCODE_COUNT; opcode++) {
        const OpcodeInfo *info = &opcode_info[opcode];
        Encoder encoder;
        Expected expected = {0};
        encoder_init(&encoder, opcode_words());
        Label start = encoder_label(&encoder);
        encoder_bind(&encoder, start);
        emit_line(&encoder, info->parts, info->part_count, UINT32_MAX, start, 0);
        cr_assert_eq(encoder_position(&encoder), 2u + info->length, "%s", info->name);
        put(&expected, opcode, 2);
        for (unsigned i = 0; i < info->part_count; i++) {
            Encoder alone;
            encoder_init(&alone, opcode_words());
            Label label = encoder_label(&alone);
            encoder_bind(&alone, label);
            encoder_emit(&alone, instruction_of(info->parts[i], i, label));
            size_t size = encoder_position(&alone) - 2;
            memcpy(expected.bytes + expected.size, alone.bytes + 2, size);
            expected.size += size;
            encoder_free(&alone);
        }
        cr_assert_eq(expected.size, encoder.size, "%s", info->name);
        cr_assert_arr_eq(encoder.bytes, expected.bytes, expected.size, "%s", info->name);
        encoder_free(&encoder);
    }
}

/* How many instructions a line needs at least, by trying all superinstructions at all places. */
static unsigned least(const uint16_t *line, unsigned count) {
    unsigned best[PENDING_MOST + 1] = {0};
    for (unsigned end = 1; end <= count; end++) {
        best[end] = best[end - 1] + 1;
        for (unsigned opcode = SIMPLE_OPCODE_COUNT; opcode < OPCODE_COUNT; opcode++) {
            const OpcodeInfo *info = &opcode_info[opcode];
            const unsigned length = info->part_count;
            if (length <= end && best[end - length] + 1 < best[end] &&
                !memcmp(info->parts, line + end - length, length * sizeof *line))
                best[end] = best[end - length] + 1;
        }
    }
    return best[count];
}

/* A line of the parts of some superinstructions, so that there is more than one way to divide it; none
 * ends control before its end. */
static unsigned make_line(uint16_t *line, unsigned most, uint32_t seed) {
    unsigned count = 0;
    while (count < most) {
        seed = seed * 1664525 + 1013904223;
        const unsigned number = (seed >> 8) % (OPCODE_COUNT - SIMPLE_OPCODE_COUNT);
        const OpcodeInfo *info = &opcode_info[SIMPLE_OPCODE_COUNT + number];
        for (unsigned i = seed >> 30 & 1; i < info->part_count && count < most; i++) {
            if (op_info[opcode_info[info->parts[i]].op].flags & OP_ENDS) break;
            line[count++] = info->parts[i];
        }
    }
    return count;
}

Test(superinstructions, are_as_few_as_there_can_be) {
    if (!are_used()) return;
    unsigned saved = 0;
    for (uint32_t seed = 0; seed < 60; seed++) {
        uint16_t line[PENDING_MOST], opcodes[PENDING_MOST];
        unsigned count = make_line(line, PENDING_MOST, seed);
        Encoder encoder;
        encoder_init(&encoder, opcode_words());
        Label start = encoder_label(&encoder);
        encoder_bind(&encoder, start);
        emit_line(&encoder, line, count, UINT32_MAX, start, 0);
        size_t end = encoder_position(&encoder);
        unsigned instructions = read_opcodes(&encoder, end, false, opcodes);
        cr_assert_eq(instructions, least(line, count), "line %u", seed);
        cr_assert_eq(read_opcodes(&encoder, end, true, opcodes), count);
        cr_assert_arr_eq(opcodes, line, count * sizeof *line);
        saved += count - instructions;
        encoder_free(&encoder);
    }
    cr_assert_gt(saved, 0);
}

Test(superinstructions, end_at_labels) {
    if (!are_used()) return;
    for (unsigned opcode = SIMPLE_OPCODE_COUNT; opcode < OPCODE_COUNT; opcode++) {
        const OpcodeInfo *info = &opcode_info[opcode];
        for (unsigned split = 1; split < info->part_count; split++) {
            uint16_t opcodes[256];
            Encoder encoder;
            encoder_init(&encoder, opcode_words());
            Label start = encoder_label(&encoder), middle = encoder_label(&encoder);
            encoder_bind(&encoder, start);
            emit_line(&encoder, info->parts, info->part_count, split, middle, middle);
            size_t end = encoder_position(&encoder);
            encode_br(&encoder, middle); /* tells where it is */
            size_t place = (size_t)target(&encoder, end, end + 2);
            cr_assert_eq(read_opcodes(&encoder, place, true, opcodes), split, "%s", info->name);
            cr_assert_eq(read_opcodes(&encoder, end, true, opcodes), info->part_count);
            cr_assert_arr_eq(opcodes, info->parts, info->part_count * sizeof *opcodes);
            encoder_free(&encoder);
        }
    }
}

Test(superinstructions, lose_what_is_taken_back) {
    if (!are_used()) return;
    for (unsigned opcode = SIMPLE_OPCODE_COUNT; opcode < OPCODE_COUNT; opcode++) {
        const OpcodeInfo *info = &opcode_info[opcode];
        const unsigned last = info->part_count - 1u;
        if (op_info[opcode_info[info->parts[last]].op].flags & (OP_ENDS | OP_HAS_LABEL)) continue;
        uint16_t opcodes[256];
        Encoder encoder;
        encoder_init(&encoder, opcode_words());
        Label start = encoder_label(&encoder);
        encoder_bind(&encoder, start);
        emit_line(&encoder, info->parts, info->part_count, UINT32_MAX, start, 0);
        cr_assert_not_null(encoder_last(&encoder), "%s", info->name);
        encoder_retract(&encoder);
        cr_assert_null(encoder_last(&encoder));
        cr_assert_eq(read_opcodes(&encoder, encoder_position(&encoder), true, opcodes), last, "%s",
                     info->name);
        cr_assert_arr_eq(opcodes, info->parts, last * sizeof *opcodes);
        encoder_free(&encoder);
    }
}

/* The last instruction can be taken back too if it was the first one behind a full line. */
Test(superinstructions, of_lines_of_any_length) {
    enum { MOST = 5 * PENDING_MOST };
    uint16_t line[MOST], opcodes[MOST];
    make_line(line, MOST, 7);
    for (unsigned count = 1; count <= MOST; count++) {
        Encoder encoder;
        encoder_init(&encoder, opcode_words());
        Label start = encoder_label(&encoder);
        encoder_bind(&encoder, start);
        emit_line(&encoder, line, count, UINT32_MAX, start, 0);
        unsigned kept = count;
        if (encoder_last(&encoder)) encoder_retract(&encoder), kept--;
        size_t end = encoder_position(&encoder);
        cr_assert_eq(read_opcodes(&encoder, end, true, opcodes), kept, "of %u", count);
        cr_assert_arr_eq(opcodes, line, kept * sizeof *line);
        encoder_free(&encoder);
    }
}

/* The entries of its table follow the whole. */
Test(superinstructions, with_a_table_at_the_end) {
    if (!are_used()) return;
    unsigned found = 0;
    for (unsigned opcode = SIMPLE_OPCODE_COUNT; opcode < OPCODE_COUNT; opcode++) {
        const OpcodeInfo *info = &opcode_info[opcode];
        if (!has_table(info->parts[info->part_count - 1])) continue;
        Encoder encoder;
        encoder_init(&encoder, opcode_words());
        Label start = encoder_label(&encoder);
        encoder_bind(&encoder, start);
        emit_line(&encoder, info->parts, info->part_count, UINT32_MAX, start, 0);
        encoder_table_entry(&encoder, start);
        cr_assert_eq(encoder.size, 2u + info->length + 4, "%s", info->name);
        cr_assert_eq(target(&encoder, encoder.size - 4, encoder.size - 4), 0);
        found++;
        encoder_free(&encoder);
    }
    cr_assert_gt(found, 0, "the table has none with br_table: test it otherwise");
}
#endif

/* ---- Memory that runs out -------------------------------------------------------------------- */

static void encode_much(Encoder *encoder) {
    Label labels[100];
    for (unsigned i = 0; i < 100; i++) {
        labels[i] = encoder_label(encoder);
        encode_br_if_i32_nez(encoder, slot(1), labels[i]);
        if (encoder_last(encoder)) encoder_retract(encoder);
        encode_copy(encoder, slot(1), constant(i));
        if (encoder_last(encoder)) encoder_retract(encoder);
    }
    encoder_bind_loop(encoder, encoder_label(encoder));
    encode_table(encoder, slot(1), 99);
    for (unsigned i = 0; i < 100; i++)
        encoder_table_entry(encoder, labels[i]);
    for (unsigned i = 0; i < 100; i++)
        encoder_bind(encoder, labels[i]);
    encoder_end_function(encoder);
}

Test(memory, running_out_is_an_error_that_sticks) {
    for (int only_one = 0; only_one < 2; only_one++) {
        long count = 0;
        for (bool has_failed = true; has_failed; count++) {
            Encoder encoder;
            encoder_init(&encoder, words_of(2));
            allocations_fail_after(count, only_one);
            encode_much(&encoder);
            has_failed = allocations_succeed();
            cr_assert_eq(encoder.status, has_failed ? ENCODER_OUT_OF_MEMORY : ENCODER_OK);
            encode_i32_sub(&encoder, slot(1), constant(2), constant(3));
            cr_assert_eq(encoder.status, has_failed ? ENCODER_OUT_OF_MEMORY : ENCODER_NO_SUCH_FORM,
                         "the first error stays");
            encoder_free(&encoder);
        }
        cr_assert(count > 5, "there are only %ld allocations", count);
    }
}

/* ---- The table of ops ------------------------------------------------------------------------ */

/* All classes of up to three operands and a result, as far as the op has them. */
#define FOR_EACH_FORM(instruction)                                                                 \
    for (unsigned form = 0; form < OPERAND_CLASS_COUNT * OPERAND_CLASS_COUNT *                     \
                                       OPERAND_CLASS_COUNT * OPERAND_CLASS_COUNT;                  \
         form++)                                                                                   \
        if (set_form(&instruction, form))

static bool set_form(Instruction *instruction, unsigned form) {
    const OpInfo *info = &op_info[instruction->op];
    instruction->result.class = form % OPERAND_CLASS_COUNT;
    if (info->result_type == VALUE_NONE && instruction->result.class) return false;
    for (unsigned i = 0; i < 3; i++) {
        form /= OPERAND_CLASS_COUNT;
        instruction->values[i].class = form % OPERAND_CLASS_COUNT;
        if (i >= info->value_count && instruction->values[i].class) return false;
    }
    return true;
}

Test(ops, every_opcode_is_written_for_its_operands) {
    bool is_written[OPCODE_COUNT] = {false};
    for (unsigned op = 0; op < OP_COUNT; op++) {
        Instruction instruction = {.op = (Op)op};
        FOR_EACH_FORM(instruction) {
            Encoder encoder;
            encoder_init(&encoder, words_of(8));
            if (op_info[op].flags & OP_HAS_LABEL) encoder_label(&encoder);
            encoder_emit(&encoder, instruction);
            encoder_position(&encoder);
            cr_assert_eq(encoder.status == ENCODER_OK, encoder_accepts(&instruction));
            if (encoder.status == ENCODER_OK) {
                uint16_t opcode;
                memcpy(&opcode, encoder.bytes, sizeof opcode);
                is_written[opcode] = true;
                cr_assert_eq(encoder.size, 8u + opcode_info[opcode].length, "%s",
                             opcode_info[opcode].name);
                cr_assert(opcode_info[opcode].op == op ||
                          opcode_info[opcode].op == op_info[op].mirror);
                if (op_info[op].result_type != VALUE_NONE)
                    cr_assert_eq(opcode_info[opcode].result_class, instruction.result.class);
            }
            encoder_free(&encoder);
        }
    }
    for (unsigned i = 0; i < SIMPLE_OPCODE_COUNT; i++)
        cr_expect(is_written[i], "%s is never written", opcode_info[i].name);
}

/* Whether operands of it have to be constants. */
static bool has_constants(Op op) {
    const char *section = op_info[op].section;
    return !strcmp(section, "Two in one") || !strcmp(section, "Count and branch") ||
           op == OP_global_sum || op == OP_global_add ||
           (!strcmp(section, "Compare and branch") && op_info[op].value_count == 3);
}

Test(ops, operands_that_are_constants_stand_beside_slots) {
    for (unsigned op = 0; op < OP_COUNT; op++) {
        bool accepted = false;
        for (unsigned constants = 0; constants < 8 && !accepted; constants++) {
            Instruction instruction = {.op = (Op)op};
            for (unsigned i = 0; i < 3; i++)
                if (constants >> i & 1) instruction.values[i].class = CLASS_CONSTANT;
            accepted = encoder_accepts(&instruction);
        }
        cr_expect(!has_constants((Op)op) || accepted, "%s", op_info[op].name);
    }
}

Test(ops, every_op_takes_slots) {
    for (unsigned op = 0; op < OP_COUNT; op++) {
        Instruction instruction = {.op = (Op)op};
        const bool is_loaded = op_info[op].branch_if != OP_COUNT && op_info[op].load_bytes;
        if (is_loaded && ISA_HAS_ACCUMULATORS)
            instruction.result = accumulator(); /* what is branched on is nowhere else */
        if (has_constants((Op)op)) continue;
        bool takes_only_registers = op == OP_copy_f || op == OP_const_i32 || op == OP_global_set_f;
        const char *name = op_info[op].name;
        bool is_of_pins = !strncmp(name, "swap.", 5) || strstr(name, "restore");
        cr_expect_eq(encoder_accepts(&instruction),
                     !takes_only_registers && (ISA_PINS || !is_of_pins), "%s", name);
    }
}

Test(ops, mirrors_and_inverses_are_mutual) {
    for (unsigned op = 0; op < OP_COUNT; op++) {
        const OpInfo *info = &op_info[op];
        if (info->mirror != OP_COUNT) {
            const OpInfo *mirror = &op_info[info->mirror];
            cr_expect_eq(mirror->mirror, op, "%s", info->name);
            cr_expect_geq(info->value_count, 2, "%s", info->name);
            cr_expect_arr_eq(mirror->value_types, info->value_types, sizeof info->value_types);
            cr_expect_arr_eq(mirror->immediate_kinds, info->immediate_kinds,
                             sizeof info->immediate_kinds);
        }
        if (info->inverse != OP_COUNT) {
            cr_expect_eq(op_info[info->inverse].inverse, op, "%s", info->name);
            cr_expect_arr_eq(op_info[info->inverse].value_types, info->value_types,
                             sizeof info->value_types);
        }
    }
}

Test(ops, comparisons_can_branch_both_ways) {
    for (unsigned op = 0; op < OP_COUNT; op++) {
        const OpInfo *info = &op_info[op];
        char name[64];
        if (info->branch_if == OP_COUNT) {
            cr_expect_eq(info->branch_unless, OP_COUNT, "%s", info->name);
            cr_expect_not(info->flags & OP_IS_BOOLEAN, "%s", info->name);
            continue;
        }
        snprintf(name, sizeof name, "br_if.%s", info->name);
        cr_expect_str_eq(op_info[info->branch_if].name, name);
        const bool is_and = !strncmp(info->name, "i32.and.load", 12) ||
                            !strcmp(info->name + strlen(info->name) - 4, ".and");
        cr_expect_eq(!!(info->flags & OP_IS_BOOLEAN), !is_and, "%s", info->name);
        cr_expect_neq(info->inverse == OP_COUNT, info->branch_unless == OP_COUNT, "%s", name);
        cr_expect(op_info[info->branch_if].flags & OP_HAS_LABEL);
        cr_expect_eq(op_info[info->branch_if].value_count, info->value_count);
        cr_expect_eq(op_info[info->branch_if].immediate_count, info->immediate_count + 1);
    }
}

Test(ops, opcodes_stand_for_themselves_in_listings) {
    const DispatchWords *words = opcode_words();
    cr_assert_eq(words->size, 2);
    for (unsigned i = 0; i < OPCODE_COUNT; i++)
        cr_assert_eq(words->words[i], i);
}
