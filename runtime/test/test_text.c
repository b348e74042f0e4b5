/* Arguments and results of `run --invoke` as text. */
#include <criterion/criterion.h>
#include <string.h>

#include "runtime/text.h"

static void expect_read(ValueType type, const char *text, uint64_t expected) {
    uint64_t value = 0x5555555555555555;
    cr_expect(parse_value(type, text, &value), "%s", text);
    cr_expect_eq(value, expected, "%s is %llx", text, (unsigned long long)value);
}

static void expect_refused(ValueType type, const char *text) {
    uint64_t value;
    cr_expect_not(parse_value(type, text, &value), "\"%s\" as %s", text, value_type_name(type));
}

static void expect_written(ValueType type, uint64_t value, const char *expected) {
    char text[VALUE_TEXT_SIZE];
    cr_expect_str_eq(format_value(type, &value, text), expected);
}

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static uint32_t bits_of_f32(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

Test(text, vectors_are_128_bits_as_a_number) {
    char text[VALUE_TEXT_SIZE];
    uint64_t value[2] = {1, 1};
    cr_expect(parse_value(TYPE_V128, "0x000102030405060708090a0b0c0D0E0F", value));
    cr_expect_eq(value[0], 0x08090a0b0c0d0e0f);
    cr_expect_eq(value[1], 0x0001020304050607);
    cr_expect_str_eq(format_value(TYPE_V128, value, text), "0x000102030405060708090a0b0c0d0e0f");
    cr_expect(parse_value(TYPE_V128, "0x7", value));
    cr_expect(value[0] == 7 && value[1] == 0);
    static const char *const refused[] = {"",   "0x",  "7",
                                          "-1", "0x-1", "0x 1",
                                          "0x1g", "0x000102030405060708090a0b0c0d0e0f0"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        cr_expect_not(parse_value(TYPE_V128, refused[i], value), "%s", refused[i]);
}

Test(text, reads_integers) {
    expect_read(TYPE_I32, "0", 0);
    expect_read(TYPE_I32, "-1", 0xffffffff);
    expect_read(TYPE_I32, "+7", 7);
    expect_read(TYPE_I32, "4294967295", 0xffffffff);
    expect_read(TYPE_I32, "-2147483648", 0x80000000);
    expect_read(TYPE_I32, "0xfF", 255);
    expect_read(TYPE_I32, "-0x10", 0xfffffff0);
    expect_read(TYPE_I64, "-1", UINT64_MAX);
    expect_read(TYPE_I64, "18446744073709551615", UINT64_MAX);
    expect_read(TYPE_I64, "-9223372036854775808", UINT64_C(1) << 63);
    static const char *const refused[] = {
        "",    "-",   "+",    "x",   "0x",         "1 ",          " 1",         "1.0",
        "--1", "- 1", "0x-1", "1e3", "4294967296", "-2147483649", "0x100000000"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        expect_refused(TYPE_I32, refused[i]);
    expect_refused(TYPE_I64, "18446744073709551616");
    expect_refused(TYPE_I64, "-9223372036854775809");
}

Test(text, reads_floats) {
    expect_read(TYPE_F64, "0.1", bits_of(0.1));
    expect_read(TYPE_F64, "-1e-400", bits_of(-0.0));
    expect_read(TYPE_F64, "-inf", bits_of(-__builtin_inf()));
    expect_read(TYPE_F64, "0x1.8p1", bits_of(3));
    expect_read(TYPE_F32, "0.1", bits_of_f32(0.1f));
    expect_read(TYPE_F32, "16777217", bits_of_f32(16777216));
    uint64_t value;
    cr_expect(parse_value(TYPE_F32, "nan", &value));
    cr_expect_eq(value & 0x7fc00000, 0x7fc00000);
    static const char *const refused[] = {"", " 1", "1 ", "1e999", "abc", "1,5", "-"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        expect_refused(TYPE_F64, refused[i]);
    expect_refused(TYPE_F32, "1e39");
}

Test(text, reads_null_references_only) {
    expect_read(TYPE_FUNCREF, "null", 0);
    expect_read(TYPE_EXTERNREF, "null", 0);
    expect_refused(TYPE_EXTERNREF, "0");
    expect_refused(reference_type(false, HEAP_EXTERN), "null");
}

Test(text, writes_what_reads_back) {
    expect_written(TYPE_I32, 0xffffffff, "-1");
    expect_written(TYPE_I64, UINT64_C(1) << 63, "-9223372036854775808");
    expect_written(TYPE_F64, bits_of(0.1), "0.1");
    expect_written(TYPE_F64, bits_of(1.0 / 3), "0.3333333333333333");
    expect_written(TYPE_F64, bits_of(5e-324), "5e-324");
    expect_written(TYPE_F64, bits_of(-0.0), "-0");
    expect_written(TYPE_F64, bits_of(1e21), "1e+21");
    expect_written(TYPE_F64, bits_of(-__builtin_nan("")), "nan");
    expect_written(TYPE_F64, bits_of(-__builtin_inf()), "-inf");
    expect_written(TYPE_F32, bits_of_f32(0.1f), "0.1");
    expect_written(TYPE_F32, bits_of_f32(16777216), "16777216");
    expect_written(TYPE_F32, bits_of_f32(3.4028235e38f), "3.4028235e+38");
    expect_written(TYPE_F32, bits_of_f32(1e-45f), "1e-45");
    expect_written(TYPE_FUNCREF, 0, "null");
    expect_written(TYPE_EXTERNREF, 1, "externref");
}

Test(text, describes_function_types) {
    ValueType parameters[1000];
    for (uint32_t i = 0; i < 1000; i++) parameters[i] = TYPE_I64;
    char text[64];
    const FunctionType type = {
        .parameter_count = 2, .result_count = 1, .parameters = parameters, .results = parameters};
    cr_expect_str_eq(describe_function_type(&type, text, sizeof text), "[i64 i64] -> [i64]");
    const FunctionType long_type = {.parameter_count = 1000, .parameters = parameters};
    cr_expect_eq(strlen(describe_function_type(&long_type, text, sizeof text)), sizeof text - 1);
}
