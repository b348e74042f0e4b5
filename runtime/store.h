/* What a store consists of. Private to runtime/; everybody else includes runtime/runtime.h. */
#ifndef TAILRACE_RUNTIME_STORE_H
#define TAILRACE_RUNTIME_STORE_H

#include "runtime/runtime.h"

/* How many calls may be nested through host functions. Each nesting costs native stack, also what
 * the host function itself needs, and the usual native stack has 8 MiB. */
enum { MAX_NESTED_CALLS = 1000 };

typedef struct MemoryNode {
    Memory memory;
    struct MemoryNode *next;
} MemoryNode;

typedef struct TableNode {
    Table table;
    struct TableNode *next;
} TableNode;

typedef struct InstanceNode {
    Instance instance;
    struct InstanceNode *next;
} InstanceNode;

struct Store {
    uint64_t *stack; /* the value stack, up to stack_end */
    uint64_t *stack_end;
    uint64_t *top;             /* the first slot that the next function_call may use */
    const uint8_t *stopped_at; /* where the last execution ended */
    unsigned nested_calls;     /* function_calls that have not returned */

    /* Stands in as the caller of a host function that the host itself calls. It has nothing. */
    Instance outside;
    Memory no_memory; /* memory0 of instances without memories */

    MemoryNode *memories;
    TableNode *tables;
    uint64_t table_elements; /* of all of them, at most MAX_TABLE_ELEMENTS */
    InstanceNode *instances; /* those whose functions can be running */
    struct Block *blocks;    /* every other allocation, the nodes above included */

    int exit_status;
    char host_message[256];
};

/* Zeroed memory for `count` things of `size` bytes that lives as long as the store, or NULL and an
 * ERROR_MEMORY. Never NULL otherwise, even if count is 0. */
void *store_allocate(Store *store, size_t count, size_t size, Error *error);

/* The function whose bytecode contains `ip`, and its module; NULL if it is no bytecode of this
 * store. Async-signal-safe. */
const Code *store_find_code(const Store *store, const uint8_t *ip, const Module **module);

/* The storage of memories and tables: makes and releases what the structure points to. `memory` and
 * `table` are zeroed; on failure they stay as they are. `all` counts the elements of all tables. */
bool memory_open(Memory *memory, MemoryType type, Error *error);
void memory_close(Memory *memory);
bool table_open(Table *table, TableType type, uint64_t *all, Error *error);
void table_close(Table *table);

/* Whether `count` things from `from` on lie within `all` of them; no sum can overflow here. */
static inline bool within(uint64_t from, uint64_t count, uint64_t all) {
    return from <= all && count <= all - from;
}

/* Evaluates a validated constant expression (spec 4.4.11) in an instance whose functions exist and
 * whose globals are initialised as far as the expression may refer to them. */
bool constant_evaluate(const Instance *instance, ConstantExpression expression, uint64_t *value,
                       Error *error);
/* The same for expressions that yield a reference: they are single instructions and cannot fail. */
uint64_t constant_reference(const Instance *instance, ConstantExpression expression);

/* Finds every import of the instance's module and enters it into the instance's index spaces, which
 * have been allocated. Fails with ERROR_LINK. */
bool link_imports(Instance *instance, ImportResolver resolve, void *context, Error *error);

#endif
