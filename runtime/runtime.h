/* Running WebAssembly: stores, instances, imports, calls. The folder's public header.
 *
 *     Module -> Program -> Instance -> Function -> function_call
 *
 * A Store owns all that running creates, and one value stack. Not thread-safe; several stores may
 * live in one process. Which executor runs the bytecode is decided at link time: see
 * runtime/executor.h.
 *
 *     instance.h        what instances consist of; what handlers call of memories and tables
 *     executor.h        the contract between a dispatch and what calls it
 *     call.h            calls that leave an instance, for handlers
 *     unwind.h          exceptions, for handlers
 *     numeric.h         arithmetic where it differs from C's, for handlers
 *     vector.h          the lanes of a v128, for handlers
 *     bulk.h            copying and filling memories, once for the engine and for single files
 *     text.h            types and values as text
 *
 * Inside: store.h (what lives as long), exception.h, memory.h, table.h, constant.h, link.h, fault.h (faults
 * become traps). Above it stand wasi/, the host of command-line programs, and replay/, the host of
 * recorded ones. */
#ifndef TAILRACE_RUNTIME_RUNTIME_H
#define TAILRACE_RUNTIME_RUNTIME_H

#include "runtime/instance.h"

/* Value stack when nobody says otherwise: 1 Mi slots of 8 bytes. */
#define DEFAULT_STACK_SLOTS (1u << 20)

/* A new store whose value stack has `stack_slots` slots (at least 1024); deeper calls trap with
 * "call stack exhausted". NULL and an Error when memory cannot be had. */
Store *store_new(uint32_t stack_slots, Error *error);
void store_free(Store *store);

/* Puts the value stack, and each memory made from now on, at an address that is so much modulo
 * PLACEMENT_WINDOW (translator/placement.h): multiples of 16, and of the system's pages for memories;
 * ANYWHERE: where the system puts it. To be called before anything else is made in the store. Fails with ERROR_MEMORY. */
bool store_place(Store *store, int32_t frames, int32_t memories, Error *error);
/* Where the value stack begins. */
const void *store_frames(const Store *store);
/* Where the memory begins that was made last; NULL: none was, or it has no bytes. */
const void *store_last_memory(const Store *store);

/* Something that can be imported or exported. */
typedef struct Extern {
    ExternKind kind;
    union {
        Function *function;
        Table *table;
        Memory *memory;
        Global *global;
        Tag *tag;
    };
} Extern;

/* Zeroed memory for `count` things of `size` bytes that lives as long as the store, or NULL and an
 * ERROR_MEMORY. Never NULL otherwise, even if count is 0. */
void *store_allocate(Store *store, size_t count, size_t size, Error *error);

/* Host-made things, for imports. NULL when out of memory or address space. */
Function *store_host_function(Store *store, const FunctionType *type, HostFunction host,
                              void *environment);
Memory *store_memory(Store *store, MemoryType type, Error *error);
Table *store_table(Store *store, TableType type, Error *error);
/* `value`: of a v128 the low half; the high one is 0. */
Global *store_global(Store *store, GlobalType type, uint64_t value);

Tag *store_tag(Store *store, const FunctionType *type);

/* Finds what `import` names; false if there is no such thing. Types are checked by the caller. */
typedef bool (*ImportResolver)(void *context, const Import *import, Extern *found);

/* Instantiates (spec 4.5.4): links imports, allocates, initialises globals, tables and memories,
 * runs the start function. `program` and its module must outlive the store, also after an
 * ERROR_TRAP or an ERROR_EXCEPTION: the instance's functions may have got into shared tables by
 * then. On failure returns NULL and an Error: ERROR_LINK ("unknown import ..." or "incompatible
 * import type ..."), ERROR_TRAP with the specification's wording, ERROR_EXCEPTION as function_call,
 * ERROR_MEMORY. As the specification asks, what active segments wrote into shared tables and
 * memories before a failure stays written. */
Instance *instantiate(Store *store, const Program *program, ImportResolver resolve, void *context,
                      Error *error);

/* The instance's export of that name; false if it has none. */
bool instance_export(Instance *instance, const char *name, Extern *found);
/* Number `index` of the instance's index space of that kind; it must exist. */
Extern instance_extern(Instance *instance, ExternKind kind, uint32_t index);

/* How many calls may be nested through host functions. Each nesting costs native stack, also what
 * the host function itself needs, and the usual native stack has 8 MiB. */
enum { MAX_NESTED_CALLS = 1000 };

/* Calls `function`. `slots` holds the arguments on entry and the results on return, as instance.h
 * describes, and has room for the larger number of slots of the two. On a trap returns
 * false with ERROR_TRAP; the message is the specification's wording followed by the place, "integer
 * divide by zero in function main". When the guest called WASI's proc_exit, returns false with
 * ERROR_NONE in error->kind and the status in *store_exit_status(store). Calls may nest through
 * host functions. */
bool function_call(Store *store, Function *function, uint64_t *slots, Error *error);

/* ---- Exceptions ---------------------------------------------------------------------------- */

/* When an exception leaves a call, function_call returns false with ERROR_EXCEPTION, a message such
 * as "uncaught exception with tag env.error, thrown in function main", and this is the exception
 * until the next call. A host function that has called may let it pass: it returns
 * TRAP_EXCEPTION. */
Exception *store_exception(const Store *store);

/* A new exception with copies of the values, as many slots as the tag's type has; NULL when out of
 * memory. */
Exception *store_new_exception(Store *store, const Tag *tag, const uint64_t *values);
/* For a host function to return: throws the exception, or fails if there is none. */
Trap store_throw(Store *store, Exception *exception);
/* Keeps the exception, and what it refers to, as long as the store. */
void exception_hold(Exception *exception);

/* Set by a host function before it returns TRAP_EXIT. */
int *store_exit_status(Store *store);
/* Set by a host function before it returns TRAP_HOST: what failed, at most 255 bytes. */
void store_host_message(Store *store, const char *message);

#endif
