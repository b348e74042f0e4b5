#include "runtime/store.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/memory.h"
#include "runtime/table.h"

/* Slots behind the end of the value stack: a call's arguments are written before the callee's frame
 * is checked. */
enum { STACK_MARGIN = 2 * MAX_PARAMETERS };

/* An allocation of the store. The bytes follow, aligned for anything. */
typedef struct Block {
    struct Block *next;
    _Alignas(max_align_t) uint8_t bytes[];
} Block;

void *store_allocate(Store *store, size_t count, size_t size, Error *error) {
    size_t bytes;
    Block *block = NULL;
    if (!__builtin_mul_overflow(count, size, &bytes) &&
        !__builtin_add_overflow(bytes, sizeof(Block), &bytes))
        block = calloc(1, bytes);
    if (!block) {
        fail(error, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    block->next = store->blocks;
    store->blocks = block;
    return block->bytes;
}

static void set_stack(Store *store, void *block, uint64_t *stack, size_t slots) {
    store->stack_block = block;
    store->stack = store->top = stack;
    store->stack_end = store->outside.stack_end = stack + slots;
}

Store *store_new(uint32_t stack_slots, Error *error) {
    if (stack_slots < 1024) stack_slots = 1024;
    Store *store = calloc(1, sizeof *store);
    if (!store) {
        fail(error, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    void *stack = malloc(((size_t)stack_slots + STACK_MARGIN) * sizeof *store->stack);
    if (!stack) {
        fail(error, ERROR_MEMORY, "out of memory for a value stack of %u slots", stack_slots);
        store_free(store);
        return NULL;
    }
    set_stack(store, stack, stack, stack_slots);
    store->memories_at = ANYWHERE;
    store->outside.memory0 = &store->no_memory;
    store->outside.store = store;
    return store;
}

bool store_place(Store *store, int32_t frames, int32_t memories, Error *error) {
    store->memories_at = memories;
    if (frames == ANYWHERE) return true;
    const size_t slots = (size_t)(store->stack_end - store->stack);
    const size_t bytes = (size_t)frames + (slots + STACK_MARGIN) * sizeof *store->stack;
    uint8_t *block = aligned_alloc(
        PLACEMENT_WINDOW, (bytes / PLACEMENT_WINDOW + 1) * PLACEMENT_WINDOW);
    if (!block)
        return fail(error, ERROR_MEMORY, "out of memory for a value stack of %zu slots", slots);
    free(store->stack_block);
    set_stack(store, block, (uint64_t *)(block + frames), slots);
    return true;
}

const void *store_frames(const Store *store) { return store->stack; }

const void *store_last_memory(const Store *store) {
    return store->memories ? store->memories->memory.base : NULL;
}

void store_free(Store *store) {
    if (!store) return;
    for (MemoryNode *node = store->memories; node; node = node->next)
        memory_close(&node->memory);
    for (TableNode *node = store->tables; node; node = node->next)
        table_close(&node->table);
    while (store->exceptions) {
        Exception *exception = store->exceptions;
        store->exceptions = exception->next;
        free(exception);
    }
    while (store->blocks) {
        Block *block = store->blocks;
        store->blocks = block->next;
        free(block);
    }
    free(store->stack_block);
    free(store);
}

Function *store_host_function(Store *store, const FunctionType *type, HostFunction host,
                              void *environment) {
    Error error;
    Function *function = store_allocate(store, 1, sizeof *function, &error);
    if (!function) return NULL;
    *function = (Function){
        .instance = &store->outside, .type = type, .host = host, .environment = environment};
    return function;
}

Memory *store_memory(Store *store, MemoryType type, Error *error) {
    MemoryNode *node = store_allocate(store, 1, sizeof *node, error);
    if (!node || !memory_open(&node->memory, type, store->memories_at, error)) return NULL;
    node->next = store->memories;
    store->memories = node;
    return &node->memory;
}

Table *store_table(Store *store, TableType type, Error *error) {
    TableNode *node = store_allocate(store, 1, sizeof *node, error);
    if (!node || !table_open(&node->table, type, &store->table_elements, error)) return NULL;
    node->next = store->tables;
    store->tables = node;
    return &node->table;
}

Global *store_global(Store *store, GlobalType type, uint64_t value) {
    Error error;
    Global *global = store_allocate(store, 1, sizeof *global, &error);
    if (global) *global = (Global){.value = value, .type = type};
    return global;
}

const Code *store_find_code(const Store *store, const uint8_t *ip, const Module **module) {
    for (const InstanceNode *node = store->instances; node; node = node->next) {
        const Code *code = program_find(node->instance.program, ip);
        if (code) {
            *module = node->instance.module;
            return code;
        }
    }
    return NULL;
}

const Instance *store_find_instance(const Store *store, const uint8_t *ip) {
    const InstanceNode *node = store->instances;
    while (node && !program_find(node->instance.program, ip)) node = node->next;
    return node ? &node->instance : NULL;
}

int *store_exit_status(Store *store) { return &store->exit_status; }

void store_host_message(Store *store, const char *message) {
    size_t length = strnlen(message, sizeof store->host_message - 1);
    memcpy(store->host_message, message, length);
    store->host_message[length] = '\0';
}
