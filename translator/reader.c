/* Reads the sections of a module (spec 5.5) into a Module. Function bodies are only found here and
 * validated (validate.h) when all sections are known, since they may name what comes later. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "translator/arena.h"
#include "translator/cursor.h"
#include "translator/names.h"
#include "translator/validate.h"

enum {
    SECTION_CUSTOM,
    SECTION_TYPE,
    SECTION_IMPORT,
    SECTION_FUNCTION,
    SECTION_TABLE,
    SECTION_MEMORY,
    SECTION_GLOBAL,
    SECTION_EXPORT,
    SECTION_START,
    SECTION_ELEMENT,
    SECTION_CODE,
    SECTION_DATA,
    SECTION_DATA_COUNT,
    SECTION_TAG,
    SECTION_COUNT,
};

typedef struct Reader {
    Cursor cursor;
    Module *module;
    Validator *validator;
    uint32_t body_count; /* of the code section */
    bool has_data_count;
    uint32_t data_count; /* that the data count section announced */
    Cursor names;        /* the name section's contents */
} Reader;

#define FAIL(reader, where, kind, ...) cursor_fail(&(reader)->cursor, where, kind, __VA_ARGS__)

static void *allocate(Reader *reader, size_t count, size_t size) {
    void *memory = arena_alloc(reader->module->arena, count, size);
    if (!memory) fail(reader->cursor.error, ERROR_MEMORY, "out of memory while reading a module");
    return memory;
}

/* The length of a vector whose elements take at least `smallest` bytes each: no more than the bytes
 * left can hold, so that a lie costs no memory. */
static bool read_count(Reader *reader, uint32_t smallest, uint32_t *count) {
    if (!cursor_u32(&reader->cursor, count)) return false;
    size_t left = (size_t)(reader->cursor.end - reader->cursor.at);
    return (uint64_t)*count * smallest <= left || cursor_end(&reader->cursor);
}

static bool check_limit(Reader *reader, const char *what, uint64_t count, uint64_t limit) {
    if (count <= limit) return true;
    return FAIL(reader, reader->cursor.at, ERROR_LIMIT,
                "%" PRIu64 " %s; this engine has room for %" PRIu64, count, what, limit);
}

static bool read_index(Reader *reader, const char *what, uint32_t limit, uint32_t *index) {
    const uint8_t *where = reader->cursor.at;
    if (!cursor_u32(&reader->cursor, index)) return false;
    if (*index < limit) return true;
    return FAIL(reader, where, ERROR_INVALID, "unknown %s %u", what, *index);
}

/* ---- Types -------------------------------------------------------------------------------- */

static bool read_value_types(Reader *reader, const char *what, ValueType *types, uint32_t *count) {
    if (!read_count(reader, 1, count) || !check_limit(reader, what, *count, MAX_PARAMETERS))
        return false;
    for (uint32_t i = 0; i < *count; i++)
        if (!cursor_value_type(&reader->cursor, reader->module, &types[i])) return false;
    return true;
}

static const char *proposal_of_definition(uint8_t form) {
    switch (form) {
    case 0x4e: /* rec */
    case 0x4f: /* sub final */
    case 0x50: /* sub */
    case 0x5e: /* array */
    case 0x5f: /* struct */ return "garbage collection";
    case 0x4c:
    case 0x4d: return "custom descriptors";
    case 0x5d: return "stack switching";
    default: return NULL;
    }
}

static bool read_function_type(Reader *reader, const FunctionType **type) {
    enum { FUNCTION_FORM = 0x60 };
    const uint8_t *where = reader->cursor.at;
    uint8_t form;
    if (!cursor_byte(&reader->cursor, &form)) return false;
    if (form != FUNCTION_FORM) {
        const char *proposal = proposal_of_definition(form);
        if (proposal)
            return cursor_unsupported(&reader->cursor, where, proposal, "type form", form);
        return FAIL(reader, where, ERROR_MALFORMED, "malformed definition type");
    }
    ValueType parameters[MAX_PARAMETERS], results[MAX_PARAMETERS];
    uint32_t parameter_count, result_count;
    if (!read_value_types(reader, "parameters of a function type", parameters, &parameter_count) ||
        !read_value_types(reader, "results of a function type", results, &result_count))
        return false;
    *type = intern_function_type(parameters, parameter_count, results, result_count);
    return *type || fail(reader->cursor.error, ERROR_MEMORY, "out of memory for function types");
}

static bool read_types(Reader *reader) {
    Module *module = reader->module;
    uint32_t count;
    /* Not the three bytes of a function type: a type of a proposal may take fewer, and is to be named. */
    if (!read_count(reader, 1, &count) || !check_limit(reader, "types", count, MAX_TYPES))
        return false;
    module->types = allocate(reader, count, sizeof *module->types);
    if (!module->types) return false;
    for (uint32_t i = 0; i < count; i++) {
        module->type_count++; /* it may refer to itself and those before it */
        if (!read_function_type(reader, &module->types[i])) return false;
    }
    return true;
}

static bool read_type_index(Reader *reader, const FunctionType **type) {
    uint32_t index;
    if (!read_index(reader, "type", reader->module->type_count, &index)) return false;
    *type = reader->module->types[index];
    return true;
}

/* A memory's, as a power of two. */
static bool read_page_size(Reader *reader, bool *has_byte_pages) {
    enum { BYTE = 0, STANDARD = 16, TOO_LARGE = 64 };
    const uint8_t *where = reader->cursor.at;
    uint32_t size;
    if (!cursor_u32(&reader->cursor, &size)) return false;
    if (size != BYTE && size != STANDARD)
        return FAIL(reader, where, size < TOO_LARGE ? ERROR_INVALID : ERROR_MALFORMED,
                    "invalid custom page size");
    *has_byte_pages = size == BYTE;
    return true;
}

/* `memory`: whose limits they are; NULL: a table's. */
static bool read_limits(Reader *reader, MemoryType *memory, Limits *limits) {
    enum { HAS_MAXIMUM = 1, IS_SHARED = 2, IS_64 = 4, HAS_PAGE_SIZE = 8 };
    const bool is_memory = memory != NULL;
    const uint8_t known =
        is_memory ? HAS_MAXIMUM | IS_SHARED | IS_64 | HAS_PAGE_SIZE : HAS_MAXIMUM | IS_64;
    const uint8_t *where = reader->cursor.at;
    uint8_t flags;
    if (!cursor_byte(&reader->cursor, &flags)) return false;
    if (flags & ~known) return FAIL(reader, where, ERROR_MALFORMED, "malformed limits flags");
    if ((flags & (IS_SHARED | HAS_MAXIMUM)) == IS_SHARED)
        return FAIL(reader, where, ERROR_INVALID, "shared memory must have maximum");
    if (is_memory) memory->is_shared = flags & IS_SHARED;
    limits->has_maximum = flags & HAS_MAXIMUM;
    limits->is_64 = flags & IS_64;
    limits->maximum = 0;
    if (!cursor_u64(&reader->cursor, &limits->minimum)) return false;
    if (limits->has_maximum && !cursor_u64(&reader->cursor, &limits->maximum)) return false;
    if (flags & HAS_PAGE_SIZE && !read_page_size(reader, &memory->has_byte_pages)) return false;

    const bool has_pages = is_memory && !memory->has_byte_pages;
    uint64_t largest = has_pages ? (uint64_t)1 << (limits->is_64 ? 48 : 16)
                                 : (limits->is_64 ? UINT64_MAX : UINT32_MAX);
    if (limits->minimum > largest || limits->maximum > largest)
        return FAIL(reader, where, ERROR_INVALID, "%s size must be at most %" PRIu64 " %s",
                    is_memory ? "memory" : "table", largest,
                    !is_memory      ? "elements"
                    : !has_pages    ? "bytes"
                    : limits->is_64 ? "pages"
                                    : "pages (4GiB)");
    if (limits->has_maximum && limits->maximum < limits->minimum)
        return FAIL(reader, where, ERROR_INVALID, "size minimum must not be greater than maximum");
    return true;
}

static bool read_memory_type(Reader *reader, MemoryType *type) {
    return read_limits(reader, type, &type->limits);
}

static bool read_table_type(Reader *reader, TableType *type) {
    return cursor_reference_type(&reader->cursor, reader->module, &type->element) &&
           read_limits(reader, NULL, &type->limits);
}

static bool read_global_type(Reader *reader, GlobalType *type) {
    uint8_t mutability;
    if (!cursor_value_type(&reader->cursor, reader->module, &type->type)) return false;
    const uint8_t *where = reader->cursor.at;
    if (!cursor_byte(&reader->cursor, &mutability)) return false;
    if (mutability > 1) return FAIL(reader, where, ERROR_MALFORMED, "malformed mutability");
    type->is_mutable = mutability;
    return true;
}

/* An attribute, which is 0 for exceptions and nothing else so far, and a function type. */
static bool read_tag_type(Reader *reader, const FunctionType **type) {
    const uint8_t *where = reader->cursor.at;
    uint8_t attribute;
    if (!cursor_byte(&reader->cursor, &attribute)) return false;
    if (attribute) return FAIL(reader, where, ERROR_MALFORMED, "malformed tag attribute");
    where = reader->cursor.at;
    if (!read_type_index(reader, type)) return false;
    if ((*type)->result_count > 0)
        return FAIL(reader, where, ERROR_INVALID, "non-empty tag result type");
    return true;
}

/* ---- Imports ------------------------------------------------------------------------------ */

static bool read_import(Reader *reader, Import *import) {
    Cursor *cursor = &reader->cursor;
    Module *module = reader->module;
    if (!cursor_name(cursor, &import->module) || !cursor_name(cursor, &import->name)) return false;
    const uint8_t *where = cursor->at;
    uint8_t kind;
    if (!cursor_byte(cursor, &kind)) return false;
    import->kind = kind;
    switch (kind) {
    case EXTERN_FUNCTION:
        module->imported_function_count++;
        return read_type_index(reader, &import->function);
    case EXTERN_TABLE:
        module->imported_table_count++;
        return read_table_type(reader, &import->table);
    case EXTERN_MEMORY:
        module->imported_memory_count++;
        return read_memory_type(reader, &import->memory);
    case EXTERN_GLOBAL:
        module->imported_global_count++;
        return read_global_type(reader, &import->global);
    case EXTERN_TAG:
        module->imported_tag_count++;
        return read_tag_type(reader, &import->tag);
    default: return FAIL(reader, where, ERROR_MALFORMED, "malformed import kind");
    }
}

static bool read_imports(Reader *reader) {
    Module *module = reader->module;
    uint32_t count;
    if (!read_count(reader, 4, &count)) return false;
    module->imports = allocate(reader, count, sizeof *module->imports);
    if (!module->imports) return false;
    for (; module->import_count < count; module->import_count++)
        if (!read_import(reader, &module->imports[module->import_count])) return false;
    return true;
}

/* ---- Index spaces ------------------------------------------------------------------------- */
/* Each begins with the imports of its kind, in order. They are laid out even if their section is
 * missing. */

static bool begin_functions(Reader *reader, uint32_t defined) {
    Module *module = reader->module;
    uint64_t count = (uint64_t)module->imported_function_count + defined;
    if (!check_limit(reader, "functions", count, MAX_FUNCTIONS)) return false;
    module->function_types = allocate(reader, count, sizeof *module->function_types);
    module->bodies = allocate(reader, defined, sizeof *module->bodies);
    if (!module->function_types || !module->bodies) return false;
    for (uint32_t i = 0; i < module->import_count; i++)
        if (module->imports[i].kind == EXTERN_FUNCTION)
            module->function_types[module->function_count++] = module->imports[i].function;
    return true;
}

static bool begin_tables(Reader *reader, uint32_t defined) {
    Module *module = reader->module;
    uint64_t count = (uint64_t)module->imported_table_count + defined;
    if (!check_limit(reader, "tables", count, MAX_TABLES)) return false;
    module->tables = allocate(reader, count, sizeof *module->tables);
    if (!module->tables) return false;
    for (uint32_t i = 0; i < module->import_count; i++)
        if (module->imports[i].kind == EXTERN_TABLE)
            module->tables[module->table_count++].type = module->imports[i].table;
    return true;
}

static bool begin_memories(Reader *reader, uint32_t defined) {
    Module *module = reader->module;
    uint64_t count = (uint64_t)module->imported_memory_count + defined;
    if (!check_limit(reader, "memories", count, MAX_MEMORIES)) return false;
    module->memories = allocate(reader, count, sizeof *module->memories);
    if (!module->memories) return false;
    for (uint32_t i = 0; i < module->import_count; i++)
        if (module->imports[i].kind == EXTERN_MEMORY)
            module->memories[module->memory_count++] = module->imports[i].memory;
    return true;
}

static bool begin_globals(Reader *reader, uint32_t defined) {
    Module *module = reader->module;
    uint64_t count = (uint64_t)module->imported_global_count + defined;
    module->globals = allocate(reader, count, sizeof *module->globals);
    if (!module->globals) return false;
    module->global_count = 0;
    for (uint32_t i = 0; i < module->import_count; i++)
        if (module->imports[i].kind == EXTERN_GLOBAL)
            module->globals[module->global_count++].type = module->imports[i].global;
    return true;
}

static bool begin_tags(Reader *reader, uint32_t defined) {
    Module *module = reader->module;
    uint64_t count = (uint64_t)module->imported_tag_count + defined;
    if (!check_limit(reader, "tags", count, MAX_TAGS)) return false;
    module->tags = allocate(reader, count, sizeof *module->tags);
    if (!module->tags) return false;
    for (uint32_t i = 0; i < module->import_count; i++)
        if (module->imports[i].kind == EXTERN_TAG)
            module->tags[module->tag_count++] = module->imports[i].tag;
    return true;
}

static bool read_functions(Reader *reader) {
    Module *module = reader->module;
    uint32_t count;
    if (!read_count(reader, 1, &count) || !begin_functions(reader, count)) return false;
    for (uint32_t i = 0; i < count; i++) {
        const FunctionType **type = &module->function_types[module->function_count];
        if (!read_type_index(reader, type)) return false;
        module->bodies[i].type = *type;
        module->function_count++;
    }
    return true;
}

static bool read_table(Reader *reader, TableDefinition *table) {
    enum { WITH_INITIALISER = 0x40 };
    Cursor *cursor = &reader->cursor;
    const uint8_t *where = cursor->at;
    if (cursor->at == cursor->end || *cursor->at != WITH_INITIALISER) {
        if (!read_table_type(reader, &table->type)) return false;
        return has_default(table->type.element) ||
               FAIL(reader, where, ERROR_INVALID,
                    "type mismatch: a table of %s needs an initialiser",
                    value_type_name(table->type.element));
    }
    cursor->at++;
    uint8_t zero;
    if (!cursor_byte(cursor, &zero)) return false;
    if (zero) return FAIL(reader, cursor->at - 1, ERROR_MALFORMED, "zero byte expected");
    /* Of the globals it may name those that are imported. */
    return (reader->module->globals || begin_globals(reader, 0)) &&
           read_table_type(reader, &table->type) &&
           validate_constant(reader->validator, cursor, table->type.element, &table->initial);
}

static bool read_tables(Reader *reader) {
    Module *module = reader->module;
    uint32_t count;
    if (!read_count(reader, 3, &count) || !begin_tables(reader, count)) return false;
    for (; count > 0; count--, module->table_count++)
        if (!read_table(reader, &module->tables[module->table_count])) return false;
    return true;
}

static bool read_memories(Reader *reader) {
    Module *module = reader->module;
    uint32_t count;
    if (!read_count(reader, 2, &count) || !begin_memories(reader, count)) return false;
    for (; count > 0; count--, module->memory_count++)
        if (!read_memory_type(reader, &module->memories[module->memory_count])) return false;
    return true;
}

static bool read_tags(Reader *reader) {
    Module *module = reader->module;
    uint32_t count;
    if (!read_count(reader, 2, &count) || !begin_tags(reader, count)) return false;
    for (; count > 0; count--, module->tag_count++)
        if (!read_tag_type(reader, &module->tags[module->tag_count])) return false;
    return true;
}

static bool read_globals(Reader *reader) {
    Module *module = reader->module;
    uint32_t count;
    if (!read_count(reader, 3, &count) || !begin_globals(reader, count)) return false;
    for (; count > 0; count--, module->global_count++) {
        GlobalDefinition *global = &module->globals[module->global_count];
        if (!read_global_type(reader, &global->type) ||
            !validate_constant(reader->validator, &reader->cursor, global->type.type,
                               &global->initial))
            return false;
    }
    return true;
}

/* ---- Exports and start -------------------------------------------------------------------- */

static bool read_export(Reader *reader, Export *export) {
    const Module *module = reader->module;
    Cursor *cursor = &reader->cursor;
    if (!cursor_name(cursor, &export->name)) return false;
    const uint8_t *where = cursor->at;
    uint8_t kind;
    if (!cursor_byte(cursor, &kind)) return false;
    export->kind = kind;
    switch (kind) {
    case EXTERN_FUNCTION:
        return read_index(reader, "function", module->function_count, &export->index) &&
               validator_declare_function(reader->validator, cursor, export->index);
    case EXTERN_TABLE: return read_index(reader, "table", module->table_count, &export->index);
    case EXTERN_MEMORY: return read_index(reader, "memory", module->memory_count, &export->index);
    case EXTERN_GLOBAL: return read_index(reader, "global", module->global_count, &export->index);
    case EXTERN_TAG: return read_index(reader, "tag", module->tag_count, &export->index);
    default: return FAIL(reader, where, ERROR_MALFORMED, "malformed export kind");
    }
}

static int compare_names(const void *a, const void *b) {
    const Name *x = a, *y = b;
    if (x->length != y->length) return x->length < y->length ? -1 : 1;
    return memcmp(x->bytes, y->bytes, x->length);
}

static bool check_export_names(Reader *reader) {
    const Module *module = reader->module;
    Name *names = malloc((module->export_count + (size_t)1) * sizeof *names);
    if (!names) return fail(reader->cursor.error, ERROR_MEMORY, "out of memory for exports");
    for (uint32_t i = 0; i < module->export_count; i++)
        names[i] = module->exports[i].name;
    qsort(names, module->export_count, sizeof *names, compare_names);
    bool is_unique = true;
    for (uint32_t i = 1; i < module->export_count && is_unique; i++)
        is_unique =
            compare_names(&names[i - 1], &names[i]) != 0 ||
            FAIL(reader, (const uint8_t *)names[i].bytes, ERROR_INVALID, "duplicate export name");
    free(names);
    return is_unique;
}

static bool read_exports(Reader *reader) {
    Module *module = reader->module;
    uint32_t count;
    if (!read_count(reader, 3, &count)) return false;
    module->exports = allocate(reader, count, sizeof *module->exports);
    if (!module->exports) return false;
    for (; module->export_count < count; module->export_count++)
        if (!read_export(reader, &module->exports[module->export_count])) return false;
    return check_export_names(reader);
}

static bool read_start(Reader *reader) {
    Module *module = reader->module;
    const uint8_t *where = reader->cursor.at;
    if (!read_index(reader, "function", module->function_count, &module->start)) return false;
    const FunctionType *type = module->function_types[module->start];
    if (type->parameter_count || type->result_count)
        return FAIL(reader, where, ERROR_INVALID,
                    "start function must have neither parameters nor results");
    module->has_start = true;
    return true;
}

/* ---- Segments ----------------------------------------------------------------------------- */

static bool read_segment_functions(Reader *reader, ElementSegment *segment) {
    if (!read_count(reader, 1, &segment->count)) return false;
    uint32_t *functions = allocate(reader, segment->count, sizeof *functions);
    if (!functions) return false;
    segment->functions = functions;
    for (uint32_t i = 0; i < segment->count; i++)
        if (!read_index(reader, "function", reader->module->function_count, &functions[i]) ||
            !validator_declare_function(reader->validator, &reader->cursor, functions[i]))
            return false;
    return true;
}

static bool read_segment_expressions(Reader *reader, ElementSegment *segment) {
    if (!read_count(reader, 1, &segment->count)) return false;
    ConstantExpression *expressions = allocate(reader, segment->count, sizeof *expressions);
    if (!expressions) return false;
    segment->expressions = expressions;
    for (uint32_t i = 0; i < segment->count; i++)
        if (!validate_constant(reader->validator, &reader->cursor, segment->type, &expressions[i]))
            return false;
    return true;
}

static bool read_element(Reader *reader, ElementSegment *segment) {
    /* Bits of the segment's flags; HAS_INDEX means "declarative" if the segment is not active. */
    enum { IS_PASSIVE = 1, HAS_INDEX = 2, HAS_EXPRESSIONS = 4 };
    const Module *module = reader->module;
    Cursor *cursor = &reader->cursor;
    const uint8_t *where = cursor->at;
    uint32_t flags;
    if (!cursor_u32(cursor, &flags)) return false;
    if (flags > 7) return FAIL(reader, where, ERROR_MALFORMED, "malformed elements segment kind");
    segment->type = flags & HAS_EXPRESSIONS ? TYPE_FUNCREF : reference_type(false, HEAP_FUNCTION);
    if (flags & IS_PASSIVE) {
        segment->mode = flags & HAS_INDEX ? SEGMENT_DECLARATIVE : SEGMENT_PASSIVE;
    } else {
        segment->mode = SEGMENT_ACTIVE;
        where = cursor->at;
        if (flags & HAS_INDEX && !cursor_u32(cursor, &segment->table)) return false;
        if (segment->table >= module->table_count)
            return FAIL(reader, where, ERROR_INVALID, "unknown table %u", segment->table);
        ValueType address = address_type(&module->tables[segment->table].type.limits);
        if (!validate_constant(reader->validator, cursor, address, &segment->offset)) return false;
    }
    if (flags & (IS_PASSIVE | HAS_INDEX)) { /* otherwise the type is implied */
        where = cursor->at;
        uint8_t kind;
        if (flags & HAS_EXPRESSIONS) {
            if (!cursor_reference_type(cursor, module, &segment->type)) return false;
        } else {
            if (!cursor_byte(cursor, &kind)) return false;
            if (kind) return FAIL(reader, where, ERROR_MALFORMED, "malformed element kind");
        }
    }
    if (segment->mode == SEGMENT_ACTIVE &&
        !value_type_matches(segment->type, module->tables[segment->table].type.element))
        return FAIL(reader, where, ERROR_INVALID, "type mismatch: a segment of %s in a table of %s",
                    value_type_name(segment->type),
                    value_type_name(module->tables[segment->table].type.element));
    return flags & HAS_EXPRESSIONS ? read_segment_expressions(reader, segment)
                                   : read_segment_functions(reader, segment);
}

static bool read_elements(Reader *reader) {
    Module *module = reader->module;
    uint32_t count;
    if (!read_count(reader, 2, &count)) return false;
    module->elements = allocate(reader, count, sizeof *module->elements);
    if (!module->elements) return false;
    for (; module->element_count < count; module->element_count++)
        if (!read_element(reader, &module->elements[module->element_count])) return false;
    return true;
}

static bool read_data(Reader *reader, DataSegment *segment) {
    enum { ACTIVE, PASSIVE, ACTIVE_WITH_INDEX };
    const Module *module = reader->module;
    Cursor *cursor = &reader->cursor;
    const uint8_t *where = cursor->at;
    uint32_t kind, size;
    if (!cursor_u32(cursor, &kind)) return false;
    if (kind > ACTIVE_WITH_INDEX)
        return FAIL(reader, where, ERROR_MALFORMED, "malformed data segment kind");
    if (kind == PASSIVE) {
        segment->mode = SEGMENT_PASSIVE;
    } else {
        segment->mode = SEGMENT_ACTIVE;
        where = cursor->at;
        if (kind == ACTIVE_WITH_INDEX && !cursor_u32(cursor, &segment->memory)) return false;
        if (segment->memory >= module->memory_count)
            return FAIL(reader, where, ERROR_INVALID, "unknown memory %u", segment->memory);
        ValueType address = address_type(&module->memories[segment->memory].limits);
        if (!validate_constant(reader->validator, cursor, address, &segment->offset)) return false;
    }
    if (!cursor_u32(cursor, &size)) return false;
    segment->bytes = cursor->at;
    segment->size = size;
    return cursor_skip(cursor, size);
}

static bool read_datas(Reader *reader) {
    Module *module = reader->module;
    uint32_t count;
    if (!read_count(reader, 2, &count)) return false;
    if (reader->has_data_count && count != reader->data_count)
        return FAIL(reader, reader->cursor.at, ERROR_MALFORMED,
                    "data count and data section have inconsistent lengths");
    module->datas = allocate(reader, count, sizeof *module->datas);
    if (!module->datas) return false;
    for (; module->data_count < count; module->data_count++)
        if (!read_data(reader, &module->datas[module->data_count])) return false;
    return true;
}

static bool read_data_count(Reader *reader) {
    reader->has_data_count = true;
    return cursor_u32(&reader->cursor, &reader->data_count);
}

/* ---- Code --------------------------------------------------------------------------------- */

static bool read_locals(Reader *reader, Cursor *code, FunctionBody *body) {
    uint32_t run_count;
    if (!cursor_u32(code, &run_count)) return false;
    if ((uint64_t)run_count * 2 > (size_t)(code->end - code->at)) return cursor_end(code);
    LocalRun *runs = allocate(reader, run_count, sizeof *runs);
    if (!runs) return false;
    const uint8_t *where = code->at;
    uint64_t total = body->type->parameter_count;
    for (uint32_t i = 0; i < run_count; i++) {
        if (!cursor_u32(code, &runs[i].count)) return false;
        total += runs[i].count;
        if (total > UINT32_MAX) return cursor_fail(code, where, ERROR_MALFORMED, "too many locals");
        if (!cursor_value_type(code, reader->module, &runs[i].type)) return false;
    }
    if (!check_limit(reader, "locals of a function", total, MAX_LOCALS)) return false;
    body->local_count = (uint32_t)total - body->type->parameter_count;
    body->run_count = run_count;
    body->runs = runs;
    return true;
}

static bool read_body(Reader *reader, FunctionBody *body) {
    Cursor *cursor = &reader->cursor;
    uint32_t size;
    if (!cursor_u32(cursor, &size)) return false;
    Cursor code = *cursor;
    if (!cursor_skip(cursor, size) ||
        !check_limit(reader, "bytes of a function body", size, MAX_BODY_BYTES))
        return false;
    code.end = cursor->at;
    if (!read_locals(reader, &code, body)) return false;
    body->begin = code.at;
    body->end = code.end;
    return true;
}

static bool inconsistent_code(Reader *reader) {
    return FAIL(reader, reader->cursor.at, ERROR_MALFORMED,
                "function and code section have inconsistent lengths");
}

static bool read_code(Reader *reader) {
    const Module *module = reader->module;
    if (!read_count(reader, 1, &reader->body_count)) return false;
    if (reader->body_count != module->function_count - module->imported_function_count)
        return inconsistent_code(reader);
    for (uint32_t i = 0; i < reader->body_count; i++)
        if (!read_body(reader, &module->bodies[i])) return false;
    return true;
}

static bool validate_bodies(Reader *reader) {
    for (uint32_t i = 0; i < reader->body_count; i++) {
        const FunctionBody *body = &reader->module->bodies[i];
        Cursor code = reader->cursor;
        code.at = body->begin;
        code.end = body->end;
        if (!validate_body(reader->validator, &code, body, reader->has_data_count)) return false;
        if (code.at != code.end)
            return cursor_fail(&code, code.at, ERROR_MALFORMED,
                               "section size mismatch: bytes behind the end of a function");
    }
    return true;
}

/* ---- Sections ----------------------------------------------------------------------------- */

static bool read_custom(Reader *reader) {
    Cursor *cursor = &reader->cursor;
    Name name;
    if (!cursor_name(cursor, &name)) return false;
    if (name.length == 4 && memcmp(name.bytes, "name", 4) == 0) reader->names = *cursor;
    cursor->at = cursor->end;
    return true;
}

typedef struct Section {
    uint8_t order; /* sections stand in this order; 0: anywhere */
    bool (*read)(Reader *reader);
} Section;

static const Section sections[SECTION_COUNT] = {
    [SECTION_CUSTOM] = {0, read_custom},     [SECTION_TYPE] = {1, read_types},
    [SECTION_IMPORT] = {2, read_imports},    [SECTION_FUNCTION] = {3, read_functions},
    [SECTION_TABLE] = {4, read_tables},      [SECTION_MEMORY] = {5, read_memories},
    [SECTION_TAG] = {6, read_tags},          [SECTION_GLOBAL] = {7, read_globals},
    [SECTION_EXPORT] = {8, read_exports},    [SECTION_START] = {9, read_start},
    [SECTION_ELEMENT] = {10, read_elements}, [SECTION_DATA_COUNT] = {11, read_data_count},
    [SECTION_CODE] = {12, read_code},        [SECTION_DATA] = {13, read_datas},
};

/* Lays out the index spaces whose sections stand before the one of that order. */
static bool begin_index_spaces(Reader *reader, uint8_t order) {
    const Module *module = reader->module;
    return (order <= sections[SECTION_FUNCTION].order || module->function_types ||
            begin_functions(reader, 0)) &&
           (order <= sections[SECTION_TABLE].order || module->tables || begin_tables(reader, 0)) &&
           (order <= sections[SECTION_MEMORY].order || module->memories ||
            begin_memories(reader, 0)) &&
           (order <= sections[SECTION_TAG].order || module->tags || begin_tags(reader, 0)) &&
           (order <= sections[SECTION_GLOBAL].order || module->globals || begin_globals(reader, 0));
}

static bool read_section(Reader *reader, uint8_t *order) {
    Cursor *cursor = &reader->cursor;
    const uint8_t *where = cursor->at;
    const uint8_t *module_end = cursor->end;
    uint8_t id;
    uint32_t size;
    if (!cursor_byte(cursor, &id)) return false;
    if (id >= SECTION_COUNT) return FAIL(reader, where, ERROR_MALFORMED, "malformed section id");
    if (!cursor_u32(cursor, &size)) return false;
    if (size > (size_t)(module_end - cursor->at))
        return FAIL(reader, where, ERROR_MALFORMED, "length out of bounds");
    const Section *section = &sections[id];
    if (section->order) {
        if (section->order <= *order)
            return FAIL(reader, where, ERROR_MALFORMED, "unexpected content after last section");
        *order = section->order;
        if (!begin_index_spaces(reader, *order)) return false;
    }
    cursor->end = cursor->at + size;
    if (!section->read(reader)) return false;
    if (cursor->at != cursor->end)
        return FAIL(reader, cursor->at, ERROR_MALFORMED, "section size mismatch");
    cursor->end = module_end;
    return true;
}

static bool read_header(Cursor *cursor) {
    static const uint8_t magic[4] = {0, 'a', 's', 'm'}, version[4] = {1, 0, 0, 0};
    size_t size = (size_t)(cursor->end - cursor->at);
    if (size < 4) return cursor_fail(cursor, cursor->end, ERROR_MALFORMED, "unexpected end");
    if (memcmp(cursor->at, magic, 4) != 0)
        return cursor_fail(cursor, cursor->at, ERROR_MALFORMED, "magic header not detected");
    cursor->at += 4;
    if (size < 8) return cursor_fail(cursor, cursor->end, ERROR_MALFORMED, "unexpected end");
    if (memcmp(cursor->at, version, 4) != 0)
        return cursor_fail(cursor, cursor->at, ERROR_MALFORMED, "unknown binary version");
    cursor->at += 4;
    return true;
}

static bool read_module(Reader *reader) {
    Module *module = reader->module;
    Cursor *cursor = &reader->cursor;
    uint8_t order = 0;
    if (!read_header(cursor)) return false;
    while (cursor->at < cursor->end)
        if (!read_section(reader, &order)) return false;
    if (!begin_index_spaces(reader, UINT8_MAX)) return false;
    if (reader->body_count != module->function_count - module->imported_function_count)
        return inconsistent_code(reader);
    if (reader->has_data_count && reader->data_count != module->data_count)
        return FAIL(reader, cursor->at, ERROR_MALFORMED,
                    "data count and data section have inconsistent lengths");
    return validate_bodies(reader) && (!reader->names.at || read_names(module, &reader->names));
}

bool module_read(const uint8_t *bytes, size_t size, Module *module, Error *error) {
    memset(module, 0, sizeof *module);
    Reader reader = {.module = module, .cursor = {bytes, bytes + size, bytes, error}};
    module->arena = arena_new();
    reader.validator = validator_new(module);
    bool is_good = module->arena && reader.validator
                       ? read_module(&reader)
                       : fail(error, ERROR_MEMORY, "out of memory while reading a module");
    validator_free(reader.validator);
    if (!is_good) module_free(module);
    return is_good;
}

void module_free(Module *module) {
    arena_free(module->arena);
    memset(module, 0, sizeof *module);
}
