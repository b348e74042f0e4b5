/* Linear memories (spec 4.2.8): their address space, growth and the bulk operations.
 *
 * With guard pages the handlers access a 32-bit memory without looking at its size: every sum of a
 * 32-bit address, a 32-bit offset and the size of an access lies within the reservation, and what
 * is not part of the memory is inaccessible, so that an access out of bounds faults (fault.c).
 * Memories with 64-bit addresses, or with pages of a byte, are always accessed with explicit checks.
 *
 * With TAILRACE_BOUNDS_EXPLICIT every access is checked, and nothing is reserved ahead. */
#define _GNU_SOURCE 1

#include <sys/mman.h>

#include "runtime/bulk.h"
#include "runtime/memory.h"
#include "translator/placement.h"

enum { MAX_PAGES_32 = 65536, MAP_FLAGS = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE };

/* Of the operating system's pages, which are no larger than WebAssembly's. Behind the end of a
 * memory of smaller pages there is so what can be accessed: whoever does compares with its size. */
static uint64_t whole_pages(uint64_t size) {
    return (size + WASM_PAGE - 1) / WASM_PAGE * WASM_PAGE;
}

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
    const uint64_t whole = whole_pages(size);
    if (whole != memory->reserved) {
        void *base = memory->reserved ? enlarge(memory, whole)
                                      : map(memory, whole, PROT_READ | PROT_WRITE);
        if (base == MAP_FAILED) return false;
        memory->base = base;
        memory->reserved = whole;
    }
    memory->size = size;
    return true;
}

#else

#define GIB (1ull << 30)

/* Bytes of address space: beyond what an access can reach with 32-bit addresses, all that the
 * memory may grow to with 64-bit ones, but no more than 64 GiB unless it begins larger. */
static uint64_t reservation(const MemoryType *type) {
    const Limits *limits = &type->limits;
    if (!limits->is_64) return 8 * GIB + WASM_PAGE;
    uint64_t pages = 64 * GIB / page_size(type);
    if (limits->has_maximum && limits->maximum < pages) pages = limits->maximum;
    if (limits->minimum > pages) pages = limits->minimum;
    return whole_pages(pages * page_size(type));
}

static bool reserve(Memory *memory, Error *error) {
    uint64_t size = reservation(&memory->type);
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
    const uint64_t old = whole_pages(memory->size), new = whole_pages(size);
    if (new > old && mprotect(memory->base + old, new - old, PROT_READ | PROT_WRITE) != 0)
        return false;
    memory->size = size;
    return true;
}

#endif

/* How many pages the memory may ever have; their size in bytes is no overflow. */
static uint64_t most_pages(const MemoryType *type) {
    const Limits *limits = &type->limits;
    uint64_t most = limits->is_64         ? INT64_MAX / page_size(type)
                    : type->has_byte_pages ? UINT32_MAX
                                           : MAX_PAGES_32;
    return limits->has_maximum && limits->maximum < most ? limits->maximum : most;
}

bool memory_open(Memory *memory, MemoryType type, int32_t at, Error *error) {
    uint64_t pages = type.limits.minimum;
    if (pages <= most_pages(&type)) {
        Memory opened = {.type = type, .at = at};
        if (!reserve(&opened, error)) return false;
        if (commit(&opened, pages * page_size(&type))) {
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
    if (pages > most_pages(&memory->type) - old ||
        !commit(memory, (old + pages) * page_size(&memory->type)))
        return UINT64_MAX;
    limits->minimum = old + pages;
    return old;
}
