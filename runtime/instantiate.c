/* Instantiation (spec 4.5.4) and exports. */
#include <string.h>

#include "runtime/constant.h"
#include "runtime/link.h"
#include "runtime/store.h"

/* The instance's index spaces, still empty. */
static bool allocate_spaces(Instance *instance, Error *error) {
    Store *store = instance->store;
    const Module *module = instance->module;
    return (instance->globals =
                store_allocate(store, module->global_count, sizeof *instance->globals, error)) &&
           (instance->functions = store_allocate(store, module->function_count,
                                                 sizeof *instance->functions, error)) &&
           (instance->tables =
                store_allocate(store, module->table_count, sizeof *instance->tables, error)) &&
           (instance->memories =
                store_allocate(store, module->memory_count, sizeof *instance->memories, error)) &&
           (instance->tags =
                store_allocate(store, module->tag_count, sizeof *instance->tags, error)) &&
           (instance->dropped_elements =
                store_allocate(store, module->element_count, sizeof(bool), error)) &&
           (instance->dropped_datas =
                store_allocate(store, module->data_count, sizeof(bool), error));
}

static bool define_functions(Instance *instance, Error *error) {
    const Module *module = instance->module;
    uint32_t imported = module->imported_function_count;
    uint32_t count = module->function_count - imported;
    Function *functions = store_allocate(instance->store, count, sizeof *functions, error);
    if (!functions) return false;
    for (uint32_t i = 0; i < count; i++) {
        functions[i] = (Function){.code = &instance->program->codes[i],
                                  .instance = instance,
                                  .type = module->function_types[imported + i]};
        instance->functions[imported + i] = &functions[i];
    }
    return true;
}

static bool define_tags(Instance *instance, Error *error) {
    const Module *module = instance->module;
    const uint32_t imported = module->imported_tag_count, count = module->tag_count - imported;
    Tag *tags = store_allocate(instance->store, count, sizeof *tags, error);
    if (!tags) return false;
    for (uint32_t i = 0; i < count; i++) {
        tags[i].type = module->tags[imported + i];
        instance->tags[imported + i] = &tags[i];
    }
    return true;
}

static bool define_globals(Instance *instance, Error *error) {
    const Module *module = instance->module;
    uint32_t imported = module->imported_global_count;
    uint32_t count = module->global_count - imported;
    Global *globals = store_allocate(instance->store, count, sizeof *globals, error);
    if (!globals) return false;
    for (uint32_t i = 0; i < count; i++) {
        const GlobalDefinition *definition = &module->globals[imported + i];
        uint64_t value[2];
        if (!constant_evaluate(instance, definition->initial, value, error)) return false;
        globals[i] = (Global){value[0], value[1], definition->type};
        instance->globals[imported + i] = &globals[i];
    }
    return true;
}

static bool define_memories(Instance *instance, Error *error) {
    const Module *module = instance->module;
    for (uint32_t i = module->imported_memory_count; i < module->memory_count; i++) {
        instance->memories[i] = store_memory(instance->store, module->memories[i], error);
        if (!instance->memories[i]) return false;
    }
    instance->memory0 = module->memory_count ? instance->memories[0] : &instance->store->no_memory;
    return true;
}

static bool define_tables(Instance *instance, Error *error) {
    const Module *module = instance->module;
    for (uint32_t i = module->imported_table_count; i < module->table_count; i++) {
        const TableDefinition *definition = &module->tables[i];
        Table *table = instance->tables[i] = store_table(instance->store, definition->type, error);
        if (!table) return false;
        if (definition->initial.begin != definition->initial.end)
            table_fill(table, 0, constant_reference(instance, definition->initial), table->size);
    }
    return true;
}

static bool trapped(Trap trap, const char *segment, uint32_t index, Error *error) {
    if (trap == TRAP_NONE) return false;
    fail(error, ERROR_TRAP, "%s in %s segment %u", trap_words(trap), segment, index);
    return true;
}

/* Active segments are copied and, as the declarative ones, dropped. */
static bool copy_segments(Instance *instance, Error *error) {
    const Module *module = instance->module;
    uint64_t offset[2];
    for (uint32_t i = 0; i < module->element_count; i++) {
        const ElementSegment *segment = &module->elements[i];
        if (segment->mode == SEGMENT_PASSIVE) continue;
        if (segment->mode == SEGMENT_ACTIVE &&
            (!constant_evaluate(instance, segment->offset, offset, error) ||
             trapped(table_init(instance, segment->table, i, offset[0], 0, segment->count), "element",
                     i, error)))
            return false;
        instance->dropped_elements[i] = true;
    }
    for (uint32_t i = 0; i < module->data_count; i++) {
        const DataSegment *segment = &module->datas[i];
        if (segment->mode != SEGMENT_ACTIVE) continue;
        /* A section, and so a segment, has less than 4 GiB. */
        if (!constant_evaluate(instance, segment->offset, offset, error) ||
            trapped(memory_init(instance, segment->memory, i, offset[0], 0, (uint32_t)segment->size),
                    "data", i, error))
            return false;
        instance->dropped_datas[i] = true;
    }
    return true;
}

Instance *instantiate(Store *store, const Program *program, ImportResolver resolve, void *context,
                      Error *error) {
    InstanceNode *node = store_allocate(store, 1, sizeof *node, error);
    if (!node) return NULL;
    Instance *instance = &node->instance;
    instance->store = store;
    instance->stopped_at = &store->stopped_at;
    instance->stack_end = store->stack_end;
    instance->program = program;
    instance->module = program->module;
    if (!allocate_spaces(instance, error) || !link_imports(instance, resolve, context, error) ||
        !define_functions(instance, error) || !define_tags(instance, error) || !define_memories(instance, error) ||
        !define_globals(instance, error) || !define_tables(instance, error))
        return NULL;

    /* From here on its functions can be in tables of other instances, whatever happens to it. */
    node->next = store->instances;
    store->instances = node;
    const Module *module = program->module;
    if (!copy_segments(instance, error)) return NULL;
    if (module->has_start && !function_call(store, instance->functions[module->start], NULL, error))
        return NULL;
    return instance;
}

bool instance_export(Instance *instance, const char *name, Extern *found) {
    const Export *export = module_find_export(instance->module, name);
    if (!export) return false;
    *found = instance_extern(instance, export->kind, export->index);
    return true;
}

Extern instance_extern(Instance *instance, ExternKind kind, uint32_t index) {
    Extern thing = {.kind = kind};
    switch (kind) {
    case EXTERN_FUNCTION: thing.function = instance->functions[index]; break;
    case EXTERN_TABLE: thing.table = instance->tables[index]; break;
    case EXTERN_MEMORY: thing.memory = instance->memories[index]; break;
    case EXTERN_GLOBAL: thing.global = instance->globals[index]; break;
    case EXTERN_TAG: thing.tag = instance->tags[index]; break;
    }
    return thing;
}
