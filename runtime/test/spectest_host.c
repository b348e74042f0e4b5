#include <string.h>

#include "runtime/test/spectest.h"

static Trap print_nothing(void *environment, Instance *caller, uint64_t *slots) {
    (void)environment, (void)caller, (void)slots;
    return TRAP_NONE;
}

static Extern *add(HostModule *host, const char *name, ExternKind kind) {
    host->exports[host->count].name = name;
    host->exports[host->count].thing.kind = kind;
    return &host->exports[host->count++].thing;
}

static bool add_function(HostModule *host, Store *store, const char *name,
                         const ValueType *parameters, uint32_t count) {
    const FunctionType *type = intern_function_type(parameters, count, NULL, 0);
    return type && (add(host, name, EXTERN_FUNCTION)->function =
                        store_host_function(store, type, print_nothing, NULL));
}

static bool add_global(HostModule *host, Store *store, const char *name, ValueType type,
                       uint64_t value) {
    return (add(host, name, EXTERN_GLOBAL)->global =
                store_global(store, (GlobalType){.type = type}, value));
}

static bool add_table(HostModule *host, Store *store, const char *name, bool is_64, Error *error) {
    TableType type = {{.minimum = 10, .maximum = 20, .has_maximum = true, .is_64 = is_64},
                      TYPE_FUNCREF};
    return (add(host, name, EXTERN_TABLE)->table = store_table(store, type, error));
}

bool host_module_open(Store *store, HostModule *host, Error *error) {
    static const ValueType i32[] = {TYPE_I32}, i64[] = {TYPE_I64}, f32[] = {TYPE_F32},
                           f64[] = {TYPE_F64}, i32_f32[] = {TYPE_I32, TYPE_F32},
                           f64_f64[] = {TYPE_F64, TYPE_F64};
    const float f32_value = 666.6f;
    const double f64_value = 666.6;
    uint32_t f32_bits;
    uint64_t f64_bits;
    memcpy(&f32_bits, &f32_value, sizeof f32_bits);
    memcpy(&f64_bits, &f64_value, sizeof f64_bits);
    const MemoryType memory = {.limits = {.minimum = 1, .maximum = 2, .has_maximum = true}},
                     shared = {memory.limits, .is_shared = true};
    host->count = 0;
    fail(error, ERROR_MEMORY, "out of memory for the module spectest");
    return add_function(host, store, "print", NULL, 0) &&
           add_function(host, store, "print_i32", i32, 1) &&
           add_function(host, store, "print_i64", i64, 1) &&
           add_function(host, store, "print_f32", f32, 1) &&
           add_function(host, store, "print_f64", f64, 1) &&
           add_function(host, store, "print_i32_f32", i32_f32, 2) &&
           add_function(host, store, "print_f64_f64", f64_f64, 2) &&
           add_global(host, store, "global_i32", TYPE_I32, 666) &&
           add_global(host, store, "global_i64", TYPE_I64, 666) &&
           add_global(host, store, "global_f32", TYPE_F32, f32_bits) &&
           add_global(host, store, "global_f64", TYPE_F64, f64_bits) &&
           add_table(host, store, "table", false, error) &&
           add_table(host, store, "table64", true, error) &&
           (add(host, "memory", EXTERN_MEMORY)->memory = store_memory(store, memory, error)) &&
           (add(host, "shared_memory", EXTERN_MEMORY)->memory =
                store_memory(store, shared, error));
}

bool host_module_find(const HostModule *host, Name name, Extern *found) {
    for (unsigned i = 0; i < host->count; i++) {
        if (strlen(host->exports[i].name) != name.length ||
            memcmp(host->exports[i].name, name.bytes, name.length) != 0)
            continue;
        *found = host->exports[i].thing;
        return true;
    }
    return false;
}
