/* Tables (spec 4.2.7): storage, growth and the bulk operations. */
#include <stdlib.h>
#include <string.h>

#include "runtime/constant.h"
#include "runtime/table.h"

/* Elements allocated for a table of `size`: the next power of two, so that growing one by one
 * copies each element a constant number of times. */
static uint64_t capacity(uint64_t size) {
    return size <= 4 ? 4 : 1ull << (64 - __builtin_clzll(size - 1));
}

bool table_open(Table *table, TableType type, uint64_t *all, Error *error) {
    uint64_t size = type.limits.minimum;
    if (size > MAX_TABLE_ELEMENTS - *all)
        return fail(error, ERROR_LIMIT, "a table of %llu elements%s exceeds the limit of %u",
                    (unsigned long long)size, *all ? ", with those of the tables before it," : "",
                    MAX_TABLE_ELEMENTS);
    uint64_t *elements = calloc(capacity(size), sizeof *elements);
    if (!elements)
        return fail(error, ERROR_MEMORY, "out of memory for a table of %llu elements",
                    (unsigned long long)size);
    *all += size;
    *table = (Table){elements, size, type, all};
    return true;
}

void table_close(Table *table) { free(table->elements); }

uint64_t table_grow(Table *table, uint64_t count, uint64_t value) {
    Limits *limits = &table->type.limits;
    uint64_t old = table->size;
    uint64_t most = old + (MAX_TABLE_ELEMENTS - *table->all);
    if (limits->has_maximum && limits->maximum < most) most = limits->maximum;
    if (count > most - old) return UINT64_MAX;
    uint64_t size = old + count;
    if (capacity(size) != capacity(old)) {
        uint64_t *elements = realloc(table->elements, capacity(size) * sizeof *elements);
        if (!elements) return UINT64_MAX;
        table->elements = elements;
    }
    *table->all += count;
    table->size = limits->minimum = size;
    table_fill(table, old, value, count);
    return old;
}

Trap table_copy(Table *target, Table *source, uint64_t to, uint64_t from, uint64_t count) {
    if (!within(to, count, target->size) || !within(from, count, source->size))
        return TRAP_OUT_OF_BOUNDS_TABLE_ACCESS;
    memmove(target->elements + to, source->elements + from, count * sizeof *target->elements);
    return TRAP_NONE;
}

Trap table_fill(Table *table, uint64_t to, uint64_t value, uint64_t count) {
    if (!within(to, count, table->size)) return TRAP_OUT_OF_BOUNDS_TABLE_ACCESS;
    for (uint64_t i = 0; i < count; i++)
        table->elements[to + i] = value;
    return TRAP_NONE;
}

Trap table_init(Instance *instance, uint32_t table, uint32_t segment, uint64_t to, uint32_t from,
                uint32_t count) {
    Table *target = instance->tables[table];
    const ElementSegment *elements = &instance->module->elements[segment];
    uint32_t available = instance->dropped_elements[segment] ? 0 : elements->count;
    if (!within(to, count, target->size) || !within(from, count, available))
        return TRAP_OUT_OF_BOUNDS_TABLE_ACCESS;
    for (uint32_t i = 0; i < count; i++)
        target->elements[to + i] =
            elements->functions ? (uintptr_t)instance->functions[elements->functions[from + i]]
                                : constant_reference(instance, elements->expressions[from + i]);
    return TRAP_NONE;
}
