/* The storage of memories. Private to runtime/. */
#ifndef TAILRACE_RUNTIME_MEMORY_H
#define TAILRACE_RUNTIME_MEMORY_H

#include "runtime/instance.h"

/* Makes what the structure points to. `memory` is zeroed; on failure it stays as it is. */
bool memory_open(Memory *memory, MemoryType type, Error *error);
void memory_close(Memory *memory);

#endif
