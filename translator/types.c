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
    case HEAP_BOTTOM << 8 | TYPE_REF: return "(ref bottom)";
    case HEAP_FUNCTION << 8 | TYPE_REF: return "(ref func)";
    case HEAP_EXTERN << 8 | TYPE_REF: return "(ref extern)";
    case HEAP_EXCEPTION << 8 | TYPE_REF: return "(ref exn)";
    default: break;
    }
    if (type >> 8 < HEAP_DEFINED) return "unknown";
    return has_default(type) ? "(ref null $t)" : "(ref $t)";
}

bool value_type_matches(ValueType type, ValueType wanted) {
    if (type == wanted) return true;
    if (!is_reference_type(type) || !is_reference_type(wanted)) return false;
    if (has_default(type) && !has_default(wanted)) return false;
    const uint32_t heap_type = heap_type_of(type), wanted_heap_type = heap_type_of(wanted);
    return heap_type == wanted_heap_type || heap_type == HEAP_BOTTOM ||
           (heap_type >= HEAP_DEFINED && wanted_heap_type == HEAP_FUNCTION);
}

typedef struct Interned {
    uint64_t hash;
    const FunctionType *type; /* NULL: a free slot */
} Interned;

static struct {
    Interned *slots; /* open addressing; at most half full */
    size_t capacity; /* a power of two, or 0 */
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
    for (uint32_t i = 0; i < count; i++) hash = mix(hash ^ types[i], interned.key);
    return hash;
}

/* Whether the types of a function type are those that are looked for, where it itself is called
 * HEAP_SELF: what refers to itself is another type than what refers to that. */
static bool same_types(const FunctionType *type, const ValueType *types, const ValueType *wanted,
                       uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        const bool is_itself = types[i] >> 8 == HEAP_DEFINED + type->id;
        const ValueType own = is_itself ? HEAP_SELF << 8 | (types[i] & 0xff) : types[i];
        if (own != wanted[i]) return false;
    }
    return true;
}

/* The slot where the type is, or the free one where it belongs. */
static Interned *find_slot(uint64_t hash, const ValueType *parameters, uint32_t parameter_count,
                           const ValueType *results, uint32_t result_count) {
    const size_t mask = interned.capacity - 1;
    for (size_t slot = hash & mask;; slot = (slot + 1) & mask) {
        Interned *found = &interned.slots[slot];
        const FunctionType *type = found->type;
        if (!type) return found;
        if (found->hash == hash && type->parameter_count == parameter_count &&
            type->result_count == result_count &&
            same_types(type, type->parameters, parameters, parameter_count) &&
            same_types(type, type->results, results, result_count))
            return found;
    }
}

static bool grow(void) {
    if (!interned.key) {
        if (getrandom(&interned.key, sizeof interned.key, 0) != sizeof interned.key)
            interned.key = (uintptr_t)&interned; /* address space randomisation has to do */
        interned.key |= 1;
    }
    const size_t old_capacity = interned.capacity;
    Interned *old = interned.slots;
    const size_t capacity = old_capacity ? 2 * old_capacity : 256;
    Interned *slots = calloc(capacity, sizeof *slots);
    if (!slots) return false;
    interned.slots = slots;
    interned.capacity = capacity;
    for (size_t i = 0; i < old_capacity; i++) {
        if (!old[i].type) continue;
        size_t slot = old[i].hash & (capacity - 1);
        while (slots[slot].type) slot = (slot + 1) & (capacity - 1);
        slots[slot] = old[i];
    }
    free(old);
    return true;
}

static uint32_t count_slots(const ValueType *types, uint32_t count) {
    uint32_t slots = 0;
    for (uint32_t i = 0; i < count; i++) slots += slots_of_type(types[i]);
    return slots;
}

/* Writes the types, in which the type of that id is HEAP_SELF, and what slots hold of them; returns
 * where the latter ends. */
static SlotType *lay_out(ValueType *to, SlotType *slots, const ValueType *types, uint32_t count,
                         uint32_t id) {
    for (uint32_t i = 0; i < count; i++) {
        const bool is_itself = types[i] >> 8 == HEAP_SELF;
        to[i] = is_itself ? (HEAP_DEFINED + id) << 8 | (types[i] & 0xff) : types[i];
        for (uint32_t n = slots_of_type(to[i]); n > 0; n--) *slots++ = slot_type(to[i]);
    }
    return slots;
}

const FunctionType *intern_function_type(const ValueType *parameters, uint32_t parameter_count,
                                         const ValueType *results, uint32_t result_count) {
    if (interned.count >= interned.capacity / 2 && !grow()) return NULL;
    const uint64_t hash = hash_types(hash_types(interned.key, parameters, parameter_count), results,
                                     result_count);
    Interned *slot = find_slot(hash, parameters, parameter_count, results, result_count);
    if (slot->type) return slot->type;

    const uint32_t id = interned.count;
    if (id >= HEAP_TYPES - HEAP_DEFINED) return NULL;
    const uint32_t parameter_slots = count_slots(parameters, parameter_count);
    const uint32_t result_slots = count_slots(results, result_count);
    const size_t all = (size_t)parameter_count + result_count;
    FunctionType *type = malloc(sizeof *type + all * sizeof *type->parameters + parameter_slots +
                                result_slots);
    if (!type) return NULL;
    ValueType *types = (ValueType *)(type + 1);
    SlotType *by_slot = (SlotType *)(types + all);
    *type = (FunctionType){.id = id,
                           .parameter_count = parameter_count,
                           .result_count = result_count,
                           .parameters = types,
                           .results = types + parameter_count,
                           .parameter_slots = parameter_slots,
                           .result_slots = result_slots,
                           .parameter_slot_types = by_slot,
                           .result_slot_types = by_slot + parameter_slots};
    lay_out(types + parameter_count, lay_out(types, by_slot, parameters, parameter_count, id),
            results, result_count, id);
    *slot = (Interned){hash, type};
    interned.count++;
    return type;
}
