#include "runtime/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/trap.h"

static void append_types(char *buffer, size_t size, const ValueType *types, uint32_t count) {
    size_t length = strlen(buffer);
    for (uint32_t i = 0; i < count && length < size; i++)
        length += (size_t)snprintf(buffer + length, size - length, "%s%s", i ? " " : "",
                                   value_type_name(types[i]));
}

const char *describe_function_type(const FunctionType *type, char *buffer, size_t size) {
    snprintf(buffer, size, "[");
    append_types(buffer, size, type->parameters, type->parameter_count);
    strncat(buffer, "] -> [", size - strlen(buffer) - 1);
    append_types(buffer, size, type->results, type->result_count);
    strncat(buffer, "]", size - strlen(buffer) - 1);
    return buffer;
}

/* An integer of `bits` bits, signed or not. */
static bool parse_integer(const char *text, unsigned bits, uint64_t *value) {
    bool negative = *text == '-';
    if (*text == '-' || *text == '+') text++;
    bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    if (hexadecimal) text += 2;
    /* strtoull would take white space, another sign and the empty string. */
    if (!strchr(hexadecimal ? "0123456789abcdefABCDEF" : "0123456789", *text) || !*text)
        return false;
    char *end;
    errno = 0;
    uint64_t magnitude = strtoull(text, &end, hexadecimal ? 16 : 10);
    if (*end || errno == ERANGE) return false;
    uint64_t mask = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
    if (magnitude > (negative ? UINT64_C(1) << (bits - 1) : mask)) return false;
    *value = (negative ? -magnitude : magnitude) & mask;
    return true;
}

static bool parse_float(ValueType type, const char *text, uint64_t *value) {
    if (!strchr("+-.0123456789infaINFA", *text) || !*text) return false;
    char *end;
    errno = 0;
    float narrow = type == TYPE_F32 ? strtof(text, &end) : 0;
    double wide = type == TYPE_F32 ? narrow : strtod(text, &end);
    if (*end || (errno == ERANGE && isinf(wide))) return false;
    *value = 0;
    if (type == TYPE_F32)
        memcpy(value, &narrow, sizeof narrow);
    else
        memcpy(value, &wide, sizeof wide);
    return true;
}

static bool parse_vector(const char *text, uint64_t value[2]) {
    if (text[0] != '0' || (text[1] != 'x' && text[1] != 'X')) return false;
    const char *digits = text + 2;
    const size_t count = strspn(digits, "0123456789abcdefABCDEF");
    if (count == 0 || count > 32 || digits[count]) return false;
    value[0] = value[1] = 0;
    for (size_t i = 0; i < count; i++) {
        const char digit[2] = {digits[i], 0};
        value[1] = value[1] << 4 | value[0] >> 60;
        value[0] = value[0] << 4 | strtoull(digit, NULL, 16);
    }
    return true;
}

bool parse_value(ValueType type, const char *text, uint64_t *value) {
    switch (type) {
    case TYPE_I32: return parse_integer(text, 32, value);
    case TYPE_I64: return parse_integer(text, 64, value);
    case TYPE_F32:
    case TYPE_F64: return parse_float(type, text, value);
    case TYPE_V128: return parse_vector(text, value);
    default: *value = 0; return has_default(type) && strcmp(text, "null") == 0;
    }
}

static void format_float(double value, bool is_f32, char buffer[VALUE_TEXT_SIZE]) {
    if (isnan(value)) {
        strcpy(buffer, "nan");
        return;
    }
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(buffer, VALUE_TEXT_SIZE, "%.*g", digits, value);
        if (is_f32 ? strtof(buffer, NULL) == (float)value : strtod(buffer, NULL) == value) return;
    }
}

const char *format_value(ValueType type, const uint64_t *value, char buffer[VALUE_TEXT_SIZE]) {
    float narrow;
    double wide;
    switch (type) {
    case TYPE_I32: snprintf(buffer, VALUE_TEXT_SIZE, "%d", (int)(int32_t)*value); break;
    case TYPE_I64: snprintf(buffer, VALUE_TEXT_SIZE, "%lld", (long long)*value); break;
    case TYPE_F32:
        memcpy(&narrow, value, sizeof narrow);
        format_float(narrow, true, buffer);
        break;
    case TYPE_F64:
        memcpy(&wide, value, sizeof wide);
        format_float(wide, false, buffer);
        break;
    case TYPE_V128:
        snprintf(buffer, VALUE_TEXT_SIZE, "0x%016llx%016llx", (unsigned long long)value[1],
                 (unsigned long long)value[0]);
        break;
    default: strcpy(buffer, *value ? value_type_name(type) : "null");
    }
    return buffer;
}

const char *trap_words(Trap trap) {
    static const char *const words[] = {
#define X(code, words) words,
        TRAPS(X)
#undef X
    };
    return words[trap];
}
