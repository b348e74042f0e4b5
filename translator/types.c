/* Value types' names; function types, interned in one hash table for the life of the process. */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "translator/module.h"

const char *value_type_name(ValueType type) {
    switch (type) {
    case TYPE_I32: return "i32";
    case TYPE_I64: return "i64";
    case TYPE_F32: return "f32";
    case TYPE_F64: return "f64";
    case TYPE_V128: return "v128";
    case TYPE_FUNCREF: return "funcref";
    case TYPE_EXTERNREF: return "externref";
    case TYPE_EXNREF: return "exnref";
    default: return "unknown";
    }
}

static struct {
    const FunctionType **slots; /* open addressing; at most half full */
    size_t capacity;            /* a power of two, or 0 */
    uint32_t count;
    uint64_t key;
} interned;

static uint64_t mix(uint64_t a, uint64_t b) {
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Keyed by a random number, so that no module can be built whose types all collide. */
static uint64_t hash_types(uint64_t hash, const ValueType *types, uint32_t count) {
    hash = mix(hash ^ count, 0x9e3779b97f4a7c15u);
    while (count > 0) {
        uint64_t word = 0;
        uint32_t size = count < sizeof word ? count : sizeof word;
        memcpy(&word, types, size);
        hash = mix(hash ^ word, interned.key);
        types += size;
        count -= size;
    }
    return hash;
}

static uint64_t hash_function(const ValueType *parameters, uint32_t parameter_count,
                              const ValueType *results, uint32_t result_count) {
    return hash_types(hash_types(interned.key, parameters, parameter_count), results, result_count);
}

static bool same_types(const ValueType *a, const ValueType *b, uint32_t count) {
    return count == 0 || memcmp(a, b, count) == 0;
}

/* The slot where the type is, or the free one where it belongs. */
static size_t find_slot(const ValueType *parameters, uint32_t parameter_count,
                        const ValueType *results, uint32_t result_count) {
    size_t mask = interned.capacity - 1;
    size_t slot = hash_function(parameters, parameter_count, results, result_count) & mask;
    for (;; slot = (slot + 1) & mask) {
        const FunctionType *type = interned.slots[slot];
        if (!type) return slot;
        if (type->parameter_count == parameter_count && type->result_count == result_count &&
            same_types(type->parameters, parameters, parameter_count) &&
            same_types(type->results, results, result_count))
            return slot;
    }
}

static bool grow(void) {
    if (!interned.key) {
        if (getrandom(&interned.key, sizeof interned.key, 0) != sizeof interned.key)
            interned.key = (uintptr_t)&interned; /* address space randomisation has to do */
        interned.key |= 1;
    }
    size_t old_capacity = interned.capacity;
    const FunctionType **old = interned.slots;
    size_t capacity = old_capacity ? 2 * old_capacity : 256;
    const FunctionType **slots = calloc(capacity, sizeof *slots);
    if (!slots) return false;
    interned.slots = slots;
    interned.capacity = capacity;
    for (size_t i = 0; i < old_capacity; i++) {
        const FunctionType *type = old[i];
        if (!type) continue;
        slots[find_slot(type->parameters, type->parameter_count, type->results,
                        type->result_count)] = type;
    }
    free(old);
    return true;
}

static uint32_t count_vectors(const ValueType *types, uint32_t count) {
    uint32_t vectors = 0;
    for (uint32_t i = 0; i < count; i++) vectors += types[i] == TYPE_V128;
    return vectors;
}

/* Writes the types by slot; returns where they end. */
static ValueType *spread(ValueType *to, const ValueType *types, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        *to++ = types[i];
        if (types[i] == TYPE_V128) *to++ = TYPE_V128;
    }
    return to;
}

const FunctionType *intern_function_type(const ValueType *parameters, uint32_t parameter_count,
                                         const ValueType *results, uint32_t result_count) {
    if (interned.count >= interned.capacity / 2 && !grow()) return NULL;
    size_t slot = find_slot(parameters, parameter_count, results, result_count);
    if (interned.slots[slot]) return interned.slots[slot];

    const uint32_t parameter_slots = parameter_count + count_vectors(parameters, parameter_count);
    const uint32_t result_slots = result_count + count_vectors(results, result_count);
    const bool has_vectors = parameter_slots + result_slots > parameter_count + result_count;
    const uint32_t all = parameter_count + result_count;
    FunctionType *type =
        malloc(sizeof *type + all + (has_vectors ? parameter_slots + result_slots : 0));
    if (!type) return NULL;
    ValueType *types = (ValueType *)(type + 1), *by_slot = has_vectors ? types + all : types;
    if (parameter_count) memcpy(types, parameters, parameter_count);
    if (result_count) memcpy(types + parameter_count, results, result_count);
    *type = (FunctionType){interned.count,  parameter_count, result_count, types,
                           types + parameter_count, parameter_slots, result_slots, by_slot,
                           by_slot + parameter_slots};
    if (has_vectors) spread(spread(by_slot, parameters, parameter_count), results, result_count);
    interned.slots[slot] = type;
    interned.count++;
    return type;
}
