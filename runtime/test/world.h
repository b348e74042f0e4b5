/* A store and modules written as text, for tests. */
#ifndef TAILRACE_RUNTIME_TEST_WORLD_H
#define TAILRACE_RUNTIME_TEST_WORLD_H

#include "runtime/runtime.h"

typedef struct World {
    Store *store;
    struct WorldModule *modules;
    struct WorldThing *things;
} World;

/* A store with `stack_slots` slots. Fails the test if it cannot be had. */
World world_open(uint32_t stack_slots);
void world_close(World *world);

/* Translates a module in the text format (with wat2wasm) and instantiates it; its imports are found
 * among what world_give gave and, as module `name`, what was instantiated before. `name` may be
 * NULL. NULL and an Error if it cannot be instantiated; a module that is not valid fails the test.
 */
Instance *world_try(World *world, const char *name, const char *text, Error *error);
/* The same, failing the test instead. */
Instance *world_add(World *world, const char *name, const char *text);

/* The same with a module in the binary format, for what wat2wasm does not know. */
Instance *world_add_bytes(World *world, const char *name, const uint8_t *bytes, size_t size);

/* Makes "host" "name" importable. */
void world_give(World *world, const char *name, Extern thing);
/* A function that takes i32s and returns i32s, given as "host" "name". */
void world_give_function(World *world, const char *name, uint32_t parameter_count,
                         uint32_t result_count, HostFunction host, void *environment);

/* An export that must exist. */
Extern world_export(Instance *instance, const char *name, ExternKind kind);

/* Calls an export with one argument (ignored if it takes none) and returns its result (0 if it has
 * none); a trap fails the test. */
uint64_t world_call(World *world, Instance *instance, const char *name, uint64_t argument);
/* Expects the call to trap with exactly this message. */
void world_expect_trap(World *world, Instance *instance, const char *name, uint64_t argument,
                       const char *message);
/* The same of an exception that is not caught. */
void world_expect_exception(World *world, Instance *instance, const char *name, uint64_t argument,
                            const char *message);

#endif
