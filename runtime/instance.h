/* The run-time structures: what handlers, instantiation and host functions work on.
 *
 * Everything here belongs to a Store (runtime.h) and lives until store_free; pointers are stable.
 * A value is a 64-bit slot: i32 and f32 in the low 32 bits with the rest zero, references as the
 * address of a Function or an Exception, or as the host's own non-zero word for an externref; null
 * is 0. But a v128 is two slots, its low half in the first: wherever values stand in slots, as many as
 * FunctionType.parameter_slots and result_slots say. */
#ifndef TAILRACE_RUNTIME_INSTANCE_H
#define TAILRACE_RUNTIME_INSTANCE_H

#include "runtime/trap.h"
#include "translator/translate.h"

typedef struct Store Store;
typedef struct Instance Instance;

enum { WASM_PAGE = 65536 };

/* Whether `count` things from `from` on lie within `all` of them; no sum can overflow here. */
static inline bool within(uint64_t from, uint64_t count, uint64_t all) {
    return from <= all && count <= all - from;
}

/* Bytes of a page. */
static inline uint64_t page_size(const MemoryType *type) {
    return type->has_byte_pages ? 1 : WASM_PAGE;
}

typedef struct Memory {
    uint8_t *base;          /* changes on growth only where growth has to move (bounds=explicit) */
    uint64_t size;          /* bytes */
    MemoryType type;        /* limits as declared; minimum is kept at the present size in pages */
    uint64_t reserved;      /* bytes of address space held at base */
    int32_t at;             /* where base has to be, as store_place takes it (runtime.h) */
} Memory;

typedef struct Table {
    uint64_t *elements; /* moves on growth */
    uint64_t size;      /* elements */
    TableType type;     /* limits as declared; minimum is kept at the present size */
    uint64_t *all;      /* elements of all the store's tables */
} Table;

typedef struct Global {
    uint64_t value;
    uint64_t high; /* of a v128, of which `value` is the low half */
    GlobalType type;
} Global;

typedef struct Tag {
    const FunctionType *type; /* its parameters are what an exception carries */
} Tag;

/* What is thrown: the value of an exnref. It lives while a slot of the value stack, a table, a
 * global or another exception refers to it, or the host holds it (exception_hold); else it may be
 * freed when another one is made. */
typedef struct Exception {
    const Tag *tag;
    const uint8_t *thrown_at; /* the instruction that threw it first; NULL: the host did */
    uint32_t tag_index;       /* in the module of that instruction */
    void *host;               /* what a host that threw it wants to know of it; else NULL */
    bool is_held, is_reached;
    struct Exception *next; /* of the store's */
    uint64_t values[]; /* [tag->type->parameter_slots], with nothing above 32-bit ones */
} Exception;

/* A host function takes its arguments from slots[0..] and leaves its results there. It may call
 * back into WebAssembly with function_call. Returns TRAP_NONE, or the trap to raise, or what
 * store_throw (runtime.h) returns. */
typedef Trap (*HostFunction)(void *environment, Instance *caller, uint64_t *slots);

typedef struct Function {
    const Code *code; /* NULL: a host function */
    Instance *instance;
    const FunctionType *type;
    HostFunction host;
    void *environment;
} Function;

enum { NO_LINK = 0xffff };

/* A call that leaves the instance's own code, see call.h. */
typedef struct Transfer {
    /* The request. */
    Function *callee;
    uint32_t base; /* slot of the arguments in the calling frame */
    uint32_t link; /* a tail call: the calling frame's link slot; else NO_LINK */
    const uint8_t *back;
    /* The answer: the executor's next state. */
    const uint8_t *ip;
    uint64_t *fp;
    Instance *instance;
    uint64_t result; /* for the accumulators */
    uint64_t pins[BANKS][PIN_COUNT]; /* for UNWIND in dispatch/words.h alone */
} Transfer;

struct Instance {
    /* What handlers read, hottest first. */
    Global **globals;     /* by index, as are the next three */
    Function **functions;
    Table **tables;
    Memory **memories;    /* memories[0] is also the `memory` register of the executors */
    uint64_t *stack_end;  /* first slot behind the value stack; the same in all of a store */
    Memory *memory0;      /* memories[0], or an empty memory if the module has none */

    Transfer transfer;
    uint8_t float_accumulator[16]; /* during a call: CALLED in dispatch/words.h */
    const uint8_t **stopped_at; /* the store's: where execution ended, see runtime/executor.h */

    Tag **tags;             /* by index */
    bool *dropped_elements; /* by segment */
    bool *dropped_datas;
    Store *store;
    const Program *program;
    const Module *module;
};

/* ---- Slow paths of handlers: the table's bodies call these -------------------------------- */

/* memory.grow: returns the old size in pages, or -1 (as 64 bits). Never traps. */
uint64_t memory_grow(Memory *memory, uint64_t pages);
/* table.grow likewise, new elements set to `value`. */
uint64_t table_grow(Table *table, uint64_t count, uint64_t value);

/* The bulk operations of spec section 4.4.6 and 4.4.7. All bounds are checked before anything is
 * written. */
Trap memory_copy(Memory *target, Memory *source, uint64_t to, uint64_t from, uint64_t size);
Trap memory_fill(Memory *memory, uint64_t to, uint8_t value, uint64_t size);
Trap memory_init(Instance *instance, uint32_t memory, uint32_t segment, uint64_t to, uint32_t from,
                 uint32_t size);
Trap table_copy(Table *target, Table *source, uint64_t to, uint64_t from, uint64_t count);
Trap table_fill(Table *table, uint64_t to, uint64_t value, uint64_t count);
Trap table_init(Instance *instance, uint32_t table, uint32_t segment, uint64_t to, uint32_t from,
                uint32_t count);

#endif
