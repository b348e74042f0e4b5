/* The bulk operations of linear memories (spec 4.4.7), which do not care where the bytes come from.
 * Not declarations, those are in instance.h: memory.c has them for the engine, and dispatch/single/
 * for files that have no memory.c. */
#ifndef TAILRACE_RUNTIME_BULK_H
#define TAILRACE_RUNTIME_BULK_H

#include <string.h>

#include "runtime/instance.h"

Trap memory_copy(Memory *target, Memory *source, uint64_t to, uint64_t from, uint64_t size) {
    if (!within(to, size, target->size) || !within(from, size, source->size))
        return TRAP_OUT_OF_BOUNDS_MEMORY_ACCESS;
    if (size > 0) memmove(target->base + to, source->base + from, size);
    return TRAP_NONE;
}

Trap memory_fill(Memory *memory, uint64_t to, uint8_t value, uint64_t size) {
    if (!within(to, size, memory->size)) return TRAP_OUT_OF_BOUNDS_MEMORY_ACCESS;
    if (size > 0) memset(memory->base + to, value, size);
    return TRAP_NONE;
}

Trap memory_init(Instance *instance, uint32_t memory, uint32_t segment, uint64_t to, uint32_t from,
                 uint32_t size) {
    Memory *target = instance->memories[memory];
    const DataSegment *data = &instance->module->datas[segment];
    uint64_t available = instance->dropped_datas[segment] ? 0 : data->size;
    if (!within(to, size, target->size) || !within(from, size, available))
        return TRAP_OUT_OF_BOUNDS_MEMORY_ACCESS;
    if (size > 0) memcpy(target->base + to, data->bytes + from, size);
    return TRAP_NONE;
}

#endif
