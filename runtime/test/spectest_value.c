#include <stdlib.h>
#include <string.h>

#include "runtime/test/spectest.h"

static const char *text_of(const json_t *value, const char *key) {
    const char *text = json_string_value(json_object_get(value, key));
    return text ? text : "";
}

static bool is_null(const json_t *value) { return strcmp(text_of(value, "value"), "null") == 0; }

/* The script's references to host things are numbers from 0; null is 0 here. */
static uint64_t host_reference(const json_t *value) {
    return strtoull(text_of(value, "value"), NULL, 10) + 1;
}

/* Bits of the lanes of a v128, which "lane_type" tells; 0: no such type. */
static unsigned lane_bits(const json_t *value) {
    const char *type = text_of(value, "lane_type");
    return type[0] == 'i' || type[0] == 'f' ? (unsigned)strtoul(type + 1, NULL, 10) : 0;
}

/* A lane as text is a number, negative or not. */
static uint64_t lane_value(const char *text, unsigned bits) {
    const uint64_t value =
        text[0] == '-' ? (uint64_t)strtoll(text, NULL, 10) : strtoull(text, NULL, 10);
    return bits == 64 ? value : value & ((1ull << bits) - 1);
}

static bool vector_parse(const json_t *value, uint64_t slots[2]) {
    const json_t *lanes = json_object_get(value, "value");
    const unsigned bits = lane_bits(value);
    if (bits < 8 || json_array_size(lanes) != 128 / bits) return false;
    slots[0] = slots[1] = 0;
    for (unsigned i = 0; i < 128 / bits; i++) {
        const char *text = json_string_value(json_array_get(lanes, i));
        slots[i * bits / 64] |= lane_value(text ? text : "", bits) << i * bits % 64;
    }
    return true;
}

bool value_parse(const json_t *value, uint64_t *slot) {
    const char *type = text_of(value, "type"), *text = text_of(value, "value");
    if (strcmp(type, "v128") == 0) return vector_parse(value, slot);
    if (strcmp(type, "i32") == 0 || strcmp(type, "f32") == 0)
        *slot = (uint32_t)strtoull(text, NULL, 10);
    else if (strcmp(type, "i64") == 0 || strcmp(type, "f64") == 0)
        *slot = strtoull(text, NULL, 10);
    else if (strcmp(type, "externref") == 0)
        *slot = is_null(value) ? 0 : host_reference(value);
    else if ((strcmp(type, "funcref") == 0 || strcmp(type, "exnref") == 0) && is_null(value))
        *slot = 0;
    else
        return false;
    return true;
}

/* Spec 3.0, appendix "NaN": canonical ones have only the payload's highest bit set, arithmetic ones
 * have at least that. */
static bool float_matches(const char *text, uint64_t bits, uint64_t infinity, uint64_t quiet_bit) {
    const uint64_t sign = infinity + (quiet_bit << 1), magnitude = bits & ~sign;
    if (strcmp(text, "nan:canonical") == 0) return magnitude == (infinity | quiet_bit);
    if (strcmp(text, "nan:arithmetic") == 0)
        return (magnitude & (infinity | quiet_bit)) == (infinity | quiet_bit);
    return bits == strtoull(text, NULL, 10);
}

static bool reference_matches(const json_t *expected, const char *type, uint64_t slot) {
    if (is_null(expected)) return slot == 0;
    bool has_value = json_object_get(expected, "value") != NULL;
    if (strcmp(type, "refnull") == 0 || strcmp(type, "nullfuncref") == 0 ||
        strcmp(type, "nullexternref") == 0 || strcmp(type, "nullexnref") == 0)
        return slot == 0;
    return has_value ? slot == host_reference(expected) : slot != 0;
}

static bool f32_matches(const char *expected, uint64_t bits) {
    return float_matches(expected, bits, 0x7f800000, 0x00400000);
}
static bool f64_matches(const char *expected, uint64_t bits) {
    return float_matches(expected, bits, 0x7ff0000000000000, 0x0008000000000000);
}

static bool vector_matches(const json_t *expected, const uint64_t slots[2]) {
    const json_t *lanes = json_object_get(expected, "value");
    const unsigned bits = lane_bits(expected);
    if (bits < 8 || json_array_size(lanes) != 128 / bits) return false;
    const bool is_float = text_of(expected, "lane_type")[0] == 'f';
    for (unsigned i = 0; i < 128 / bits; i++) {
        const char *text = json_string_value(json_array_get(lanes, i));
        uint64_t lane = slots[i * bits / 64] >> i * bits % 64;
        if (bits < 64) lane &= (1ull << bits) - 1;
        const bool matches = !text      ? false
                             : !is_float ? lane == lane_value(text, bits)
                             : bits == 32 ? f32_matches(text, lane)
                                          : f64_matches(text, lane);
        if (!matches) return false;
    }
    return true;
}

bool value_matches(const json_t *expected, ValueType type, const uint64_t *slots) {
    const uint64_t slot = *slots;
    const char *wanted = text_of(expected, "type");
    if (strcmp(wanted, "either") == 0) {
        size_t i;
        json_t *one;
        json_array_foreach(json_object_get(expected, "values"), i,
                           one) if (value_matches(one, type, slots)) return true;
        return false;
    }
    bool is_function = strcmp(wanted, "funcref") == 0 || strcmp(wanted, "nullfuncref") == 0;
    bool is_extern = strcmp(wanted, "externref") == 0 || strcmp(wanted, "nullexternref") == 0;
    bool is_exception = strcmp(wanted, "exnref") == 0 || strcmp(wanted, "nullexnref") == 0;
    bool is_any_null = strcmp(wanted, "refnull") == 0;
    switch (slot_type(type)) {
    case TYPE_FUNCREF:
        return (is_function || is_any_null) && reference_matches(expected, wanted, slot);
    case TYPE_EXTERNREF:
        return (is_extern || is_any_null) && reference_matches(expected, wanted, slot);
    case TYPE_EXNREF:
        return (is_exception || is_any_null) && reference_matches(expected, wanted, slot);
    default: break;
    }
    if (strcmp(wanted, value_type_name(type)) != 0) return false;
    switch (type) {
    case TYPE_F32: return f32_matches(text_of(expected, "value"), slot);
    case TYPE_F64: return f64_matches(text_of(expected, "value"), slot);
    case TYPE_V128: return vector_matches(expected, slots);
    case TYPE_I32: return slot == (uint32_t)strtoull(text_of(expected, "value"), NULL, 10);
    default: return slot == strtoull(text_of(expected, "value"), NULL, 10);
    }
}
