#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "runtime/test/world.h"

static Store *store;
static Error error;

static void open_store(void) {
    store = store_new(DEFAULT_STACK_SLOTS, &error);
    cr_assert(store, "%s", error.message);
}

static void close_store(void) { store_free(store); }

TestSuite(memory, .init = open_store, .fini = close_store);

static MemoryType pages(uint64_t minimum) { return (MemoryType){.limits = {.minimum = minimum}}; }

static MemoryType pages_to(uint64_t minimum, uint64_t maximum) {
    return (MemoryType){.limits = {.minimum = minimum, .maximum = maximum, .has_maximum = true}};
}

static Memory *new_memory(MemoryType type) {
    Memory *memory = store_memory(store, type, &error);
    cr_assert(memory, "%s", error.message);
    return memory;
}

/* Resident pages of the host in the first `size` bytes. */
static size_t resident(const Memory *memory, size_t size) {
    enum { HOST_PAGE = 4096 };
    size_t count = size / HOST_PAGE, found = 0;
    unsigned char *flags = malloc(count);
    cr_assert_eq(mincore(memory->base, size, flags), 0);
    for (size_t i = 0; i < count; i++)
        found += flags[i] & 1;
    free(flags);
    return found;
}

Test(memory, is_zero_and_untouched_at_first) {
    Memory *memory = new_memory(pages(32768)); /* 2 GiB, as real modules ask for */
    cr_assert_eq(memory->size, 32768ull * WASM_PAGE);
    cr_assert_eq(resident(memory, memory->size), 0);
    cr_assert_eq(memory->base[memory->size - 1], 0);
    cr_assert_leq(resident(memory, memory->size), 512); /* one host page, perhaps a huge one */
}

Test(memory, grows_by_zeroed_pages_and_keeps_contents) {
    Memory *memory = new_memory(pages(1));
    memory->base[0] = 1;
    memory->base[WASM_PAGE - 1] = 2;
    cr_assert_eq(memory_grow(memory, 3), 1);
    cr_assert_eq(memory->size, 4 * WASM_PAGE);
    cr_assert_eq(memory->type.limits.minimum, 4);
    cr_assert_eq(memory->base[0], 1);
    cr_assert_eq(memory->base[WASM_PAGE - 1], 2);
    cr_assert_eq(memory->base[WASM_PAGE], 0);
    memory->base[4 * WASM_PAGE - 1] = 3;
    cr_assert_eq(memory_grow(memory, 0), 4);
    cr_assert_eq(memory->base[4 * WASM_PAGE - 1], 3);
}

Test(memory, grows_from_nothing) {
    Memory *memory = new_memory(pages(0));
    cr_assert_eq(memory->size, 0);
    cr_assert_eq(memory_grow(memory, 1), 0);
    memory->base[WASM_PAGE - 1] = 1;
}

Test(memory, grows_to_its_maximum_only) {
    Memory *memory = new_memory(pages_to(1, 3));
    cr_assert_eq(memory_grow(memory, 3), UINT64_MAX);
    cr_assert_eq(memory_grow(memory, UINT64_MAX), UINT64_MAX);
    cr_assert_eq(memory->size, WASM_PAGE);
    cr_assert_eq(memory_grow(memory, 2), 1);
    cr_assert_eq(memory_grow(memory, 1), UINT64_MAX);
    cr_assert_eq(memory_grow(memory, 0), 3);
}

Test(memory, has_65536_pages_at_most) {
    Memory *memory = new_memory(pages(1));
    cr_assert_eq(memory_grow(memory, 65536), UINT64_MAX);
    cr_assert_eq(memory_grow(memory, 65535), 1);
    cr_assert_eq(memory->size, 1ull << 32);
    memory->base[(1ull << 32) - 1] = 1;
    cr_assert_null(store_memory(store, pages(65537), &error));
    cr_assert_eq(error.kind, ERROR_MEMORY);
}

Test(memory, of_64_bits_grows_beyond_4_gib) {
    MemoryType type = pages(1);
    type.limits.is_64 = true;
    Memory *memory = new_memory(type);
    cr_assert_eq(memory_grow(memory, 70000), 1);
    memory->base[70001ull * WASM_PAGE - 1] = 1;
    cr_assert_eq(memory_grow(memory, 1ull << 48), UINT64_MAX);
    cr_assert_eq(memory_grow(memory, UINT64_MAX), UINT64_MAX);

    type.limits.maximum = 1ull << 48; /* costs nothing unless it is grown to */
    type.limits.has_maximum = true;
    memory = new_memory(type);
    cr_assert_eq(memory_grow(memory, 1), 1);

    type.limits.minimum = 1ull << 48;
    cr_assert_null(store_memory(store, type, &error));
    cr_assert_eq(error.kind, ERROR_MEMORY);
}

Test(memory, hundreds_of_them) {
    for (int i = 0; i < 400; i++)
        new_memory(pages(1))->base[i] = 1;
}

/* The address space that is in use now plus this much. */
static void limit(int resource, const char *field, uint64_t more) {
    char line[256];
    unsigned long long used = 0;
    FILE *status = fopen("/proc/self/status", "r");
    cr_assert(status);
    while (fgets(line, sizeof line, status))
        if (strncmp(line, field, strlen(field)) == 0) sscanf(line + strlen(field), ": %llu", &used);
    fclose(status);
    struct rlimit bound = {used * 1024 + more, used * 1024 + more};
    cr_assert_eq(setrlimit(resource, &bound), 0);
}

Test(memory, growth_fails_if_the_host_has_no_more) {
    Memory *memory = new_memory(pages(1));
    memory->base[0] = 1;
    limit(RLIMIT_DATA, "VmData", 8 << 20);
    cr_assert_eq(memory_grow(memory, 4096), UINT64_MAX);
    cr_assert_eq(memory->size, WASM_PAGE);
    cr_assert_eq(memory->base[0], 1);
    cr_assert_eq(memory_grow(memory, 1), 1);
    cr_assert_eq(memory->base[WASM_PAGE], 0);
}

Test(memory, without_address_space) {
    limit(RLIMIT_AS, "VmSize", 1 << 30);
#ifdef TAILRACE_BOUNDS_EXPLICIT
    Memory *memory = new_memory(pages_to(1, 65536));
    cr_assert_eq(memory_grow(memory, 100), 1);
    cr_assert_eq(memory_grow(memory, 30000), UINT64_MAX);
#else
    cr_assert_null(store_memory(store, pages(1), &error));
    cr_assert_eq(error.kind, ERROR_MEMORY);
    cr_assert(strstr(error.message, "8.0 GiB"), "%s", error.message);
    cr_assert(strstr(error.message, "-Dbounds=explicit"), "%s", error.message);
#endif
}

Test(memory, copy_checks_both_ranges_before_it_writes) {
    Memory *a = new_memory(pages(1)), *b = new_memory(pages(2));
    const uint64_t end = WASM_PAGE;
    memset(b->base, 7, 2 * WASM_PAGE);
    cr_assert_eq(memory_copy(a, b, end - 3, 0, 3), TRAP_NONE);
    cr_assert_eq(a->base[end - 4], 0);
    cr_assert_eq(a->base[end - 3], 7);
    cr_assert_eq(memory_copy(a, b, end, 2 * end, 0), TRAP_NONE);
    cr_assert_eq(memory_copy(a, b, end + 1, 0, 0), TRAP_OUT_OF_BOUNDS_MEMORY_ACCESS);
    cr_assert_eq(memory_copy(a, b, 0, 2 * end + 1, 0), TRAP_OUT_OF_BOUNDS_MEMORY_ACCESS);
    cr_assert_eq(memory_copy(a, b, 0, 2 * end - 1, 2), TRAP_OUT_OF_BOUNDS_MEMORY_ACCESS);
    cr_assert_eq(memory_copy(a, b, end - 1, 0, 2), TRAP_OUT_OF_BOUNDS_MEMORY_ACCESS);
    cr_assert_eq(memory_copy(a, b, UINT64_MAX, 0, 2), TRAP_OUT_OF_BOUNDS_MEMORY_ACCESS);
    cr_assert_eq(memory_copy(a, b, 2, 0, UINT64_MAX), TRAP_OUT_OF_BOUNDS_MEMORY_ACCESS);
    cr_assert_eq(a->base[0], 0);
}

Test(memory, copy_overlaps) {
    Memory *memory = new_memory(pages(1));
    memcpy(memory->base, "abcdef", 6);
    memory_copy(memory, memory, 1, 0, 5);
    cr_assert_arr_eq(memory->base, "aabcde", 6);
    memory_copy(memory, memory, 0, 1, 5);
    cr_assert_arr_eq(memory->base, "abcdee", 6);
}

Test(memory, fill) {
    Memory *memory = new_memory(pages(1));
    cr_assert_eq(memory_fill(memory, WASM_PAGE - 2, 9, 2), TRAP_NONE);
    cr_assert_eq(memory->base[WASM_PAGE - 3], 0);
    cr_assert_eq(memory->base[WASM_PAGE - 1], 9);
    cr_assert_eq(memory_fill(memory, WASM_PAGE, 9, 0), TRAP_NONE);
    cr_assert_eq(memory_fill(memory, 0, 9, WASM_PAGE + 1), TRAP_OUT_OF_BOUNDS_MEMORY_ACCESS);
    cr_assert_eq(memory_fill(memory, WASM_PAGE + 1, 9, 0), TRAP_OUT_OF_BOUNDS_MEMORY_ACCESS);
    cr_assert_eq(memory->base[0], 0);
}

Test(memory, init_from_passive_and_dropped_segments) {
    World world = world_open(DEFAULT_STACK_SLOTS);
    Instance *instance = world_add(&world, NULL,
                                   "(module (memory 1) (data \"passive\")"
                                   "  (data (i32.const 100) \"active\"))");
    Memory *memory = instance->memory0;
    cr_assert_eq(memory_init(instance, 0, 0, 10, 2, 5), TRAP_NONE);
    cr_assert_arr_eq(memory->base + 10, "ssive", 5);
    cr_assert_eq(memory_init(instance, 0, 0, 0, 3, 5), TRAP_OUT_OF_BOUNDS_MEMORY_ACCESS);
    cr_assert_eq(memory_init(instance, 0, 0, WASM_PAGE - 1, 0, 2),
                 TRAP_OUT_OF_BOUNDS_MEMORY_ACCESS);
    cr_assert_eq(memory->base[WASM_PAGE - 1], 0);
    cr_assert_arr_eq(memory->base + 100, "active", 6);
    cr_assert(instance->dropped_datas[1]);
    cr_assert_eq(memory_init(instance, 0, 1, 0, 0, 1), TRAP_OUT_OF_BOUNDS_MEMORY_ACCESS);
    cr_assert_eq(memory_init(instance, 0, 1, 0, 0, 0), TRAP_NONE);
    world_close(&world);
}

/* ---- Atomic accesses ------------------------------------------------------------------------- */

Test(atomics, trap_where_they_would_not_be_atomic_or_would_not_end) {
    World world = world_open(DEFAULT_STACK_SLOTS);
    Instance *instance = world_add(
        &world, NULL,
        "(module (memory 1 2 shared)"
        "  (func (export \"add\") (param i32) (result i32)"
        "    (drop (i64.atomic.rmw.add (local.get 0) (i64.const -1)))"
        "    (i32.atomic.rmw8.cmpxchg_u (local.get 0) (i32.const 0x1fe) (i32.const 1)))"
        "  (func (export \"exchange\") (param i32) (result i32)"
        "    (drop (i32.atomic.rmw8.cmpxchg_u (local.get 0) (i32.const 0x1ff) (i32.const 0x101)))"
        "    (i32.atomic.rmw16.cmpxchg_u (local.get 0) (i32.const 0x1ff01) (i32.const 2)))"
        "  (func (export \"wait\") (param i32) (result i32)"
        "    (memory.atomic.wait32 (local.get 0) (i32.const -1) (i64.const -1)))"
        "  (func (export \"timeout\") (param i32) (result i32)"
        "    (memory.atomic.wait64 (local.get 0) (i64.const -1) (i64.const 9223372036854775807))))");
    enum { NOT_EQUAL = 1, TIMED_OUT = 2 };
    cr_assert_eq(world_call(&world, instance, "wait", 0), NOT_EQUAL);
    cr_assert_eq(world_call(&world, instance, "timeout", 0), NOT_EQUAL);
    cr_assert_eq(world_call(&world, instance, "add", 0), 0xff);
    cr_assert_eq(world_call(&world, instance, "timeout", 0), TIMED_OUT);
    world_expect_trap(&world, instance, "wait", 0, "endless wait in function wait");
    world_expect_trap(&world, instance, "wait", 2, "unaligned atomic in function wait");
    world_expect_trap(&world, instance, "add", 4, "unaligned atomic in function add");
    world_expect_trap(&world, instance, "add", 65536, "out of bounds memory access in function add");
    world_expect_trap(&world, instance, "timeout", 0xfffffff8,
                      "out of bounds memory access in function timeout");
    /* Of what is expected only the bits that are in memory are compared. */
    cr_assert_eq(world_call(&world, instance, "exchange", 0), 0xff01);
    cr_assert_eq(world_call(&world, instance, "exchange", 0), 2);
    cr_assert_eq(world_call(&world, instance, "timeout", 0), NOT_EQUAL);
    world_close(&world);
}

Test(atomics, of_memories_that_are_not_shared_do_not_wait) {
    World world = world_open(DEFAULT_STACK_SLOTS);
    Instance *instance =
        world_add(&world, NULL,
                  "(module (memory 1)"
                  "  (func (export \"wait\") (param i32) (result i32)"
                  "    (memory.atomic.wait32 (local.get 0) (i32.const 1) (i64.const 0)))"
                  "  (func (export \"notify\") (param i32) (result i32)"
                  "    (i32.atomic.store offset=4 (local.get 0) (i32.const 5))"
                  "    (memory.atomic.notify offset=4 (local.get 0)"
                  "      (i32.atomic.rmw.xchg offset=4 (local.get 0) (i32.const 6)))))");
    world_expect_trap(&world, instance, "wait", 0, "expected shared memory in function wait");
    cr_assert_eq(world_call(&world, instance, "notify", 0), 0);
    world_expect_trap(&world, instance, "notify", 65532,
                      "out of bounds memory access in function notify");
    world_close(&world);
}

Test(memory, shared_ones_are_others) {
    World world = world_open(DEFAULT_STACK_SLOTS);
    world_add(&world, "a", "(module (memory (export \"m\") 1 2 shared) (memory (export \"n\") 1 2))");
    cr_assert_not(world_try(&world, NULL, "(module (import \"a\" \"m\" (memory 1 2)))", &error));
    cr_assert_str_eq(error.message, "incompatible import type: \"a\" \"m\" must be a memory of 1 to 2 pages "
                                    "and is a memory of 1 to 2 pages, shared");
    cr_assert_not(world_try(&world, NULL, "(module (import \"a\" \"n\" (memory 1 2 shared)))", &error));
    cr_assert(world_try(&world, NULL, "(module (import \"a\" \"m\" (memory 1 2 shared)))", &error));
    world_close(&world);
}

Test(memory, of_small_pages_ends_where_it_says) {
    MemoryType type = pages_to(5, 70000);
    type.has_byte_pages = true;
    Memory *memory = new_memory(type);
    cr_assert_eq(memory->size, 5);
    memory->base[4] = 4;
    cr_assert_eq(memory_grow(memory, 65540), 5);
    cr_assert_eq(memory->size, 65545);
    cr_assert_eq(memory->base[4], 4);
    cr_assert_eq(memory->base[65544], 0);
    memory->base[65544] = 1;
    cr_assert_eq(memory_fill(memory, 65544, 9, 1), TRAP_NONE);
    cr_assert_eq(memory_fill(memory, 65544, 9, 2), TRAP_OUT_OF_BOUNDS_MEMORY_ACCESS);
    cr_assert_eq(memory_grow(memory, 4456), UINT64_MAX);
    cr_assert_eq(memory_grow(memory, 4455), 65545);
    cr_assert_eq(memory->type.limits.minimum, 70000);
}
