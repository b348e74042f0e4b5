/* Tells what modules do, in a form that can be compared with what they do elsewhere.
 *
 *     differential FILE...
 *
 * prints a transcript for each module: its exported functions are called in order, each with
 * several fixed vectors of arguments, and every call is followed by what it logged (imported
 * functions are the host's: they log their arguments), its results, its trap or the exception that
 * it throws, and the exported state. What has vectors in its type is left out, since JavaScript has
 * none. What is imported as "throw" throws an exception with the imported
 * tag, and "throw-foreign" one that no module has the tag of. Floats are printed as bits and NaNs as "nan", since WebAssembly leaves their bits open.
 * differential.mjs prints the same with node's engine; fuzz-differential compares. A module that
 * never returns is stopped by whoever started this. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/executor.h"
#include "runtime/runtime.h"

enum { VECTORS = 5 };

/* ---- Values ---------------------------------------------------------------------------------- */

/* The same numbers stand in differential.mjs. */
static const uint32_t i32_values[] = {0,          1, 0xffffffff, 0x80000000,
                                      0x7fffffff, 7, 65535,      0x12345678};
static const uint64_t i64_values[] = {0, 1, UINT64_MAX, 1ull << 63, INT64_MAX, 33, 0xffffffff,
                                      0x123456789abcdef0};
static const uint32_t f32_values[] = {0, 0x3fc00000, 0xbf800000, 0x7f800000, 0x7fc00000, 0x80000000,
                                      0x4f000000, 1}; /* 0, 1.5, -1, inf, nan, -0, 2^31, smallest */
static const uint64_t f64_values[] = {
    0, 0x3ff8000000000000, 0xbff0000000000000, 0x7ff0000000000000, 0x7ff8000000000000,
    0x8000000000000000, 0x43e0000000000000, 1};
enum { VALUES = sizeof i32_values / sizeof *i32_values };

static uint64_t choose_value(ValueType type, unsigned index) {
    index %= VALUES;
    switch (type) {
    case TYPE_I32: return i32_values[index];
    case TYPE_I64: return i64_values[index];
    case TYPE_F32: return f32_values[index];
    case TYPE_F64: return f64_values[index];
    case TYPE_EXTERNREF: return index % 2;
    default: return 0; /* a null reference */
    }
}

static bool has_vectors(const FunctionType *type) {
    return type->parameter_slots > type->parameter_count || type->result_slots > type->result_count;
}

static void print_value(ValueType type, uint64_t slot) {
    printf(" %s:", value_type_name(type));
    switch (type) {
    case TYPE_I32: printf("%08" PRIx32, (uint32_t)slot); break;
    case TYPE_I64: printf("%016" PRIx64, slot); break;
    case TYPE_F32:
        if (((uint32_t)slot & 0x7fffffff) > 0x7f800000) printf("nan");
        else printf("%08" PRIx32, (uint32_t)slot);
        break;
    case TYPE_F64:
        if ((slot & INT64_MAX) > 0x7ff0000000000000) printf("nan");
        else printf("%016" PRIx64, slot);
        break;
    default: printf(slot ? "something" : "null");
    }
}

static void print_values(const char *what, const ValueType *types, uint32_t count,
                         const uint64_t *slots) {
    fputs(what, stdout);
    for (uint32_t i = 0; i < count; i++) print_value(types[i], slots[i]);
    putchar('\n');
}

/* ---- Imports --------------------------------------------------------------------------------- */

/* Logs its arguments and returns values that depend on nothing. */
static Trap log_call(void *environment, Instance *caller, uint64_t *slots) {
    const Import *import = environment;
    const FunctionType *type = import->function;
    if (has_vectors(type)) {
        store_host_message(caller->store, "a vector crosses");
        return TRAP_HOST;
    }
    printf("  %.*s", (int)import->name.length, import->name.bytes);
    print_values("", type->parameters, type->parameter_count, slots);
    for (uint32_t i = 0; i < type->result_count; i++)
        slots[i] = choose_value(type->results[i], i + 1);
    return TRAP_NONE;
}

static Tag *imported_tag, *foreign_tag; /* of the present module */

static Trap throw_call(void *environment, Instance *caller, uint64_t *slots) {
    const Import *import = environment;
    const bool is_foreign = import->name.length > strlen("throw");
    log_call(environment, caller, slots);
    return store_throw(caller->store,
                       store_new_exception(caller->store, is_foreign ? foreign_tag : imported_tag,
                                           slots));
}

static bool throws(const Import *import) {
    return import->name.length >= strlen("throw") &&
           memcmp(import->name.bytes, "throw", strlen("throw")) == 0;
}

static bool resolve(void *context, const Import *import, Extern *found) {
    Store *store = context;
    Error error;
    found->kind = import->kind;
    switch (import->kind) {
    case EXTERN_FUNCTION:
        return (found->function =
                    store_host_function(store, import->function,
                                        throws(import) ? throw_call : log_call, (void *)import));
    case EXTERN_TABLE: return (found->table = store_table(store, import->table, &error));
    case EXTERN_MEMORY: return (found->memory = store_memory(store, import->memory, &error));
    case EXTERN_GLOBAL:
        return (found->global =
                    store_global(store, import->global, choose_value(import->global.type, 1)));
    case EXTERN_TAG: return (found->tag = imported_tag = store_tag(store, import->tag));
    }
    return false;
}

/* ---- State ----------------------------------------------------------------------------------- */

static uint32_t hash_memory(const Memory *memory) {
    uint32_t hash = 0x811c9dc5;
    for (uint64_t i = 0; i < memory->size; i += sizeof hash) {
        uint32_t word;
        memcpy(&word, memory->base + i, sizeof word);
        hash = (hash ^ word) * 0x9e3779b1;
        hash ^= hash >> 15;
    }
    return hash;
}

/* The exported memories, tables and globals. */
static void print_state(Instance *instance) {
    const Module *module = instance->module;
    for (uint32_t i = 0; i < module->export_count; i++) {
        const Export *export = &module->exports[i];
        if (export->kind == EXTERN_FUNCTION || export->kind == EXTERN_TAG) continue;
        Extern thing = instance_extern(instance, export->kind, export->index);
        printf("  %.*s", (int)export->name.length, export->name.bytes);
        if (export->kind == EXTERN_MEMORY) {
            printf(" %" PRIu64 " bytes %08" PRIx32 "\n", thing.memory->size,
                   hash_memory(thing.memory));
        } else if (export->kind == EXTERN_GLOBAL) {
            const bool is_vector = thing.global->type.type == TYPE_V128;
            print_values("", &thing.global->type.type, !is_vector, &thing.global->value);
        } else {
            printf(" %" PRIu64 " elements ", thing.table->size);
            for (uint64_t j = 0; j < thing.table->size; j++)
                putchar(thing.table->elements[j] ? 'x' : '.');
            putchar('\n');
        }
    }
}

/* ---- Calls ----------------------------------------------------------------------------------- */

/* The exception that has left a call: its tag by an export, "imported" or "foreign". */
static void print_exception(Store *store, Instance *instance) {
    const Exception *exception = store_exception(store);
    const Module *module = instance->module;
    fputs("  throws ", stdout);
    if (exception->tag == foreign_tag) {
        puts("foreign");
        return;
    }
    if (exception->tag == imported_tag) fputs("imported", stdout);
    for (uint32_t i = 0; i < module->export_count; i++) {
        const Export *export = &module->exports[i];
        if (export->kind == EXTERN_TAG && instance->tags[export->index] == exception->tag)
            printf("%.*s", (int)export->name.length, export->name.bytes);
    }
    print_values("", exception->tag->type->parameters, exception->tag->type->parameter_count,
                 exception->values);
}

/* Modules of wasm-opt --translate-to-fuzz count down in loops and calls, and this begins anew. */
static void reset_limit(Store *store, Instance *instance) {
    Extern found;
    Error error;
    if (instance_export(instance, "hangLimitInitializer", &found) && found.kind == EXTERN_FUNCTION)
        function_call(store, found.function, NULL, &error);
}

static void call(Store *store, Instance *instance, const Export *export, unsigned vector) {
    Function *function = instance->functions[export->index];
    const FunctionType *type = function->type;
    if (has_vectors(type)) return;
    uint32_t slot_count = type->parameter_count > type->result_count ? type->parameter_count
                                                                     : type->result_count;
    uint64_t *slots = calloc((size_t)slot_count + 1, sizeof *slots);
    if (!slots) abort();
    for (uint32_t i = 0; i < type->parameter_count; i++)
        slots[i] = choose_value(type->parameters[i], vector + 3 * i);
    reset_limit(store, instance);
    printf("call %.*s", (int)export->name.length, export->name.bytes);
    print_values("", type->parameters, type->parameter_count, slots);
    Error error;
    if (function_call(store, function, slots, &error))
        print_values("  returns", type->results, type->result_count, slots);
    else if (error.kind == ERROR_EXCEPTION) print_exception(store, instance);
    else printf("  trap: %s\n", error.message);
    print_state(instance);
    free(slots);
}

static void call_all(Store *store, Instance *instance) {
    const Module *module = instance->module;
    for (uint32_t i = 0; i < module->export_count; i++) {
        const Export *export = &module->exports[i];
        if (export->kind != EXTERN_FUNCTION) continue;
        unsigned vectors = instance->functions[export->index]->type->parameter_count ? VECTORS : 1;
        for (unsigned vector = 0; vector < vectors; vector++) call(store, instance, export, vector);
    }
}

/* ---- Modules --------------------------------------------------------------------------------- */

static void run_program(const Program *program) {
    Error error;
    Store *store = store_new(DEFAULT_STACK_SLOTS, &error);
    if (!store) {
        printf("error: %s\n", error.message);
        return;
    }
    imported_tag = NULL;
    foreign_tag = store_tag(store, intern_function_type(NULL, 0, NULL, 0));
    Instance *instance = instantiate(store, program, resolve, store, &error);
    if (instance) {
        print_state(instance);
        call_all(store, instance);
    } else {
        printf("%s: %s\n",
               error.kind == ERROR_TRAP        ? "trap"
               : error.kind == ERROR_EXCEPTION ? "exception"
                                               : "error",
               error.kind == ERROR_EXCEPTION ? "in the start function" : error.message);
    }
    store_free(store);
}

static void run_bytes(const uint8_t *bytes, size_t size) {
    Error error;
    Module module;
    if (!module_read(bytes, size, &module, &error)) {
        printf("refused: %s\n", error.message);
        return;
    }
    Program program;
    if (translate(&module, executor.words(), &program, &error)) {
        run_program(&program);
        program_free(&program);
    } else {
        printf("error: %s\n", error.message);
    }
    module_free(&module);
}

static bool run_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        fprintf(stderr, "differential: cannot read %s\n", path);
        return false;
    }
    size_t size = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(size + 1);
    if (!bytes || fread(bytes, 1, size, file) != size) abort();
    fclose(file);
    printf("module %s\n", path);
    run_bytes(bytes, size);
    free(bytes);
    return fflush(stdout) == 0;
}

int main(int argument_count, char **arguments) {
    if (argument_count < 2) {
        fputs("usage: differential FILE...\n", stderr);
        return 2;
    }
    for (int i = 1; i < argument_count; i++)
        if (!run_file(arguments[i])) return 1;
    puts("end");
    return 0;
}
