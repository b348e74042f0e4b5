/* What a store consists of. Private to runtime/; everybody else includes runtime/runtime.h. */
#ifndef TAILRACE_RUNTIME_STORE_H
#define TAILRACE_RUNTIME_STORE_H

#include "runtime/runtime.h"

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
    void *stack_block; /* what the value stack lies in, to be freed */
    uint64_t *stack;   /* the value stack, up to stack_end */
    uint64_t *stack_end;
    uint64_t *top;             /* the first slot that the next function_call may use */
    const uint8_t *stopped_at; /* where the last execution ended */
    unsigned nested_calls;     /* function_calls that have not returned */

    /* Stands in as the caller of a host function that the host itself calls. It has nothing. */
    Instance outside;
    Memory no_memory; /* memory0 of instances without memories */

    int32_t memories_at; /* as store_place takes it */
    MemoryNode *memories;
    TableNode *tables;
    uint64_t table_elements; /* of all of them, at most MAX_TABLE_ELEMENTS */
    InstanceNode *instances; /* those whose functions can be running */
    struct Block *blocks;    /* every other allocation, the nodes above included */

    Exception *exceptions; /* all that have not been freed */
    size_t exception_count;
    size_t exception_bytes; /* made since the last collection; beyond the limit there is another */
    size_t exception_limit;
    Exception *exception; /* that a host function throws, or that has left the last execution */

    int exit_status;
    char host_message[256];
};

/* An instance of the program whose bytecode contains `ip`, or NULL. Instances of one program share
 * its bytecode: any of them. */
const Instance *store_find_instance(const Store *store, const uint8_t *ip);

/* The function whose bytecode contains `ip`, and its module; NULL if it is no bytecode of this
 * store. Async-signal-safe. */
const Code *store_find_code(const Store *store, const uint8_t *ip, const Module **module);

#endif
