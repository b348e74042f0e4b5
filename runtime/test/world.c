#include "runtime/test/world.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/executor.h"

typedef struct WorldModule {
    struct WorldModule *next;
    const char *name;
    uint8_t *bytes;
    Module module;
    Program program;
    Instance *instance;
} WorldModule;

typedef struct WorldThing {
    struct WorldThing *next;
    const char *name;
    Extern thing;
} WorldThing;

World world_open(uint32_t stack_slots) {
    Error error;
    World world = {.store = store_new(stack_slots, &error)};
    cr_assert(world.store, "%s", error.message);
    return world;
}

void world_close(World *world) {
    store_free(world->store);
    while (world->modules) {
        WorldModule *module = world->modules;
        world->modules = module->next;
        program_free(&module->program);
        module_free(&module->module);
        free(module->bytes);
        free(module);
    }
    while (world->things) {
        WorldThing *thing = world->things;
        world->things = thing->next;
        free(thing);
    }
}

/* What wat2wasm makes of the text. */
static uint8_t *assemble(const char *text, size_t *size) {
    char path[] = "/tmp/tailrace-test-XXXXXX", command[256];
    int file = mkstemp(path);
    cr_assert(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
    snprintf(command, sizeof command,
             "wat2wasm --enable-threads --enable-tail-call --enable-memory64 --enable-multi-memory "
             "--enable-extended-const --enable-exceptions --debug-names --output=- %s",
             path);
    FILE *output = popen(command, "r");
    cr_assert(output);
    size_t capacity = 1 << 20;
    uint8_t *bytes = malloc(capacity);
    *size = fread(bytes, 1, capacity, output);
    int status = pclose(output);
    unlink(path);
    cr_assert(status == 0 && *size < capacity, "wat2wasm cannot assemble %s", text);
    return bytes;
}

static bool is_name(Name name, const char *text) {
    return name.length == strlen(text) && memcmp(name.bytes, text, name.length) == 0;
}

static bool resolve(void *context, const Import *import, Extern *found) {
    World *world = context;
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)import->name.length, import->name.bytes);
    if (is_name(import->module, "host"))
        for (WorldThing *thing = world->things; thing; thing = thing->next)
            if (strcmp(thing->name, name) == 0) return *found = thing->thing, true;
    for (WorldModule *module = world->modules; module; module = module->next)
        if (module->name && module->instance && is_name(import->module, module->name))
            return instance_export(module->instance, name, found);
    return false;
}

/* Takes the bytes over. */
static Instance *try_bytes(World *world, const char *name, uint8_t *bytes, size_t size,
                           Error *error) {
    WorldModule *module = calloc(1, sizeof *module);
    cr_assert(module);
    module->name = name;
    module->bytes = bytes;
    cr_assert(module_read(module->bytes, size, &module->module, error), "%s", error->message);
    cr_assert(translate(&module->module, executor.words(), &module->program, error), "%s",
              error->message);
    module->instance = instantiate(world->store, &module->program, resolve, world, error);
    module->next = world->modules;
    world->modules = module;
    return module->instance;
}

Instance *world_try(World *world, const char *name, const char *text, Error *error) {
    size_t size;
    uint8_t *bytes = assemble(text, &size);
    return try_bytes(world, name, bytes, size, error);
}

Instance *world_add_bytes(World *world, const char *name, const uint8_t *bytes, size_t size) {
    Error error;
    uint8_t *copy = malloc(size);
    cr_assert(copy);
    memcpy(copy, bytes, size);
    Instance *instance = try_bytes(world, name, copy, size, &error);
    cr_assert(instance, "%s", error.message);
    return instance;
}

Instance *world_add(World *world, const char *name, const char *text) {
    Error error;
    Instance *instance = world_try(world, name, text, &error);
    cr_assert(instance, "%s", error.message);
    return instance;
}

void world_give(World *world, const char *name, Extern thing) {
    WorldThing *given = malloc(sizeof *given);
    cr_assert(given);
    *given = (WorldThing){world->things, name, thing};
    world->things = given;
}

void world_give_function(World *world, const char *name, uint32_t parameter_count,
                         uint32_t result_count, HostFunction host, void *environment) {
    static const ValueType types[] = {TYPE_I32, TYPE_I32, TYPE_I32, TYPE_I32};
    const FunctionType *type = intern_function_type(types, parameter_count, types, result_count);
    Function *function = store_host_function(world->store, type, host, environment);
    cr_assert(type && function);
    world_give(world, name, (Extern){EXTERN_FUNCTION, {function}});
}

Extern world_export(Instance *instance, const char *name, ExternKind kind) {
    Extern found;
    cr_assert(instance_export(instance, name, &found), "no export %s", name);
    cr_assert_eq(found.kind, kind, "%s is another kind of thing", name);
    return found;
}

uint64_t world_call(World *world, Instance *instance, const char *name, uint64_t argument) {
    Function *function = world_export(instance, name, EXTERN_FUNCTION).function;
    uint64_t slots[4] = {argument};
    Error error;
    cr_assert(function_call(world->store, function, slots, &error), "%s: %s", name, error.message);
    return function->type->result_count ? slots[0] : 0;
}

static void expect_failure(World *world, Instance *instance, const char *name, uint64_t argument,
                           ErrorKind kind, const char *message) {
    Function *function = world_export(instance, name, EXTERN_FUNCTION).function;
    uint64_t slots[4] = {argument};
    Error error;
    cr_assert_not(function_call(world->store, function, slots, &error), "%s does not trap", name);
    cr_assert_eq(error.kind, kind);
    cr_assert_str_eq(error.message, message);
}

void world_expect_trap(World *world, Instance *instance, const char *name, uint64_t argument,
                       const char *message) {
    expect_failure(world, instance, name, argument, ERROR_TRAP, message);
}

void world_expect_exception(World *world, Instance *instance, const char *name, uint64_t argument,
                            const char *message) {
    expect_failure(world, instance, name, argument, ERROR_EXCEPTION, message);
}
