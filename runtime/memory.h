/* The storage of memories. Private to runtime/. */
#ifndef TAILRACE_RUNTIME_MEMORY_H
#define TAILRACE_RUNTIME_MEMORY_H

#include "runtime/instance.h"

/* Makes what the structure points to, at an address that is `at` modulo PLACEMENT_WINDOW, as
 * store_place takes it. `memory` is zeroed; on failure it stays as it is. */
bool memory_open(Memory *memory, MemoryType type, int32_t at, Error *error);
void memory_close(Memory *memory);

#endif
