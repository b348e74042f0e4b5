/* Linear memories (spec 4.2.8): their address space, growth and the bulk operations.
 *
 * With guard pages the handlers access a 32-bit memory without looking at its size: every sum of a
 * 32-bit address, a 32-bit offset and the size of an access lies within the reservation, and what
 * is not part of the memory is inaccessible, so that an access out of bounds faults (fault.c).
 * Memories with 64-bit addresses are always accessed with explicit checks.
 *
 * With TAILRACE_BOUNDS_EXPLICIT every access is checked, and nothing is reserved ahead. */
#define _GNU_SOURCE 1

#include <sys/mman.h>

#include "runtime/bulk.h"
#include "runtime/memory.h"
#include "translator/placement.h"

enum { MAX_PAGES_32 = 65536, MAP_FLAGS = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE };

/* Address space for the memory, at the place that it is to have. MAP_FAILED if there is none. */
static uint8_t *map(const Memory *memory, uint64_t size, int protection) {
    if (memory->at == ANYWHERE) return mmap(NULL, size, protection, MAP_FLAGS, -1, 0);
    uint8_t *all = mmap(NULL, size + PLACEMENT_WINDOW, protection, MAP_FLAGS, -1, 0);
    if (all == MAP_FAILED) return all;
    const uint64_t before = ((uint64_t)memory->at - (uintptr_t)all) % PLACEMENT_WINDOW;
    if (before) munmap(all, before);
    munmap(all + before + size, PLACEMENT_WINDOW - before);
    return all + before;
}

#ifdef TAILRACE_BOUNDS_EXPLICIT

static bool reserve(Memory *memory, Error *error) {
    (void)memory, (void)error;
    return true;
}

/* Where the enlarged memory is then; MAP_FAILED, and it is as it was, if there is no room. */
static void *enlarge(const Memory *memory, uint64_t size) {
    if (memory->at == ANYWHERE)
        return mremap(memory->base, memory->reserved, size, MREMAP_MAYMOVE);
    if (mremap(memory->base, memory->reserved, size, 0) != MAP_FAILED) return memory->base;
    uint8_t *base = map(memory, size, PROT_NONE);
    if (base == MAP_FAILED) return base;
    void *moved =
        mremap(memory->base, memory->reserved, size, MREMAP_MAYMOVE | MREMAP_FIXED, base);
    if (moved == MAP_FAILED) munmap(base, size);
    return moved;
}

/* Makes the first `size` bytes accessible; never fewer than before. */
static bool commit(Memory *memory, uint64_t size) {
    if (size == memory->size) return true;
    void *base = memory->reserved ? enlarge(memory, size)
                                  : map(memory, size, PROT_READ | PROT_WRITE);
    if (base == MAP_FAILED) return false;
    memory->base = base;
    memory->size = memory->reserved = size;
    return true;
}

#else

#define GIB (1ull << 30)

/* Bytes of address space: beyond what an access can reach with 32-bit addresses, all that the
 * memory may grow to with 64-bit ones, but no more than 64 GiB unless it begins larger. */
static uint64_t reservation(const Limits *limits) {
    if (!limits->is_64) return 8 * GIB + WASM_PAGE;
    uint64_t pages = 64 * GIB / WASM_PAGE;
    if (limits->has_maximum && limits->maximum < pages) pages = limits->maximum;
    if (limits->minimum > pages) pages = limits->minimum;
    return pages * WASM_PAGE;
}

static bool reserve(Memory *memory, Error *error) {
    uint64_t size = reservation(&memory->type.limits);
    if (size == 0) return true;
    uint8_t *base = map(memory, size, PROT_NONE);
    if (base == MAP_FAILED)
        return fail(error, ERROR_MEMORY,
                    "cannot reserve %.1f GiB of address space for a memory (is it limited by "
                    "ulimit -v?); a build with -Dbounds=explicit does without",
                    (double)size / GIB);
    memory->base = base;
    memory->reserved = size;
    return true;
}

/* Makes the first `size` bytes accessible; never fewer than before. */
static bool commit(Memory *memory, uint64_t size) {
    if (size == memory->size) return true;
    if (size > memory->reserved) return false;
    if (mprotect(memory->base + memory->size, size - memory->size, PROT_READ | PROT_WRITE) != 0)
        return false;
    memory->size = size;
    return true;
}

#endif

/* How many pages the memory may ever have; their size in bytes is no overflow. */
static uint64_t most_pages(const Limits *limits) {
    uint64_t most = limits->is_64 ? INT64_MAX / WASM_PAGE : MAX_PAGES_32;
    return limits->has_maximum && limits->maximum < most ? limits->maximum : most;
}

bool memory_open(Memory *memory, MemoryType type, int32_t at, Error *error) {
    uint64_t pages = type.limits.minimum;
    if (pages <= most_pages(&type.limits)) {
        Memory opened = {.type = type, .at = at};
        if (!reserve(&opened, error)) return false;
        if (commit(&opened, pages * WASM_PAGE)) {
            *memory = opened;
            return true;
        }
        memory_close(&opened);
    }
    return fail(error, ERROR_MEMORY, "cannot allocate a memory of %llu pages",
                (unsigned long long)pages);
}

void memory_close(Memory *memory) {
    if (memory->reserved) munmap(memory->base, memory->reserved);
}

uint64_t memory_grow(Memory *memory, uint64_t pages) {
    Limits *limits = &memory->type.limits;
    uint64_t old = limits->minimum;
    if (pages > most_pages(limits) - old || !commit(memory, (old + pages) * WASM_PAGE))
        return UINT64_MAX;
    limits->minimum = old + pages;
    return old;
}
