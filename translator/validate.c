/* One pass over the instructions with a stack of operand types and a stack of blocks, both on the
 * heap.
 *
 * Each instruction costs time in proportion to its bytes and, for calls and branches, to the types
 * that it moves (at most MAX_PARAMETERS, compared as bytes). */
#include "translator/validate.h"

#include <stdlib.h>
#include <string.h>

#include "translator/opcodes.h"

enum {
    TYPE_ANY = 0, /* an operand of unknown type, popped from the empty stack of unreachable code */

    /* On the operand stack of one function. A call's two bytes can push MAX_PARAMETERS. */
    MAX_OPERANDS = 10000000,

    /* So many locals' types are looked up directly; the runs of the others are searched. Laying all
     * out would cost 50,000 bytes for a function of 7. */
    DIRECT_LOCALS = 256,
};

/* Which locals have been set, of those that have no value to begin with; in order, since the end of
 * a block takes back what was set in it. */
typedef struct SetLocals {
    bool is_set[MAX_LOCALS];
    uint32_t log[MAX_LOCALS];
    uint32_t count;
} SetLocals;

typedef struct Block {
    const FunctionType *type;
    uint32_t height;     /* of the operand stack below the block's own operands */
    uint32_t seen_by;    /* the last br_table that has checked this label */
    uint32_t set_count;  /* of locals, at its beginning */
    Opcode opcode;       /* that opened it; WASM_BLOCK for the whole function */
    bool is_unreachable; /* the rest of the block cannot be reached: any operand may be popped */
} Block;

struct Validator {
    const Module *module;
    bool *declared; /* by function; NULL: none so far */
    Cursor code;

    Opcode opcode;              /* the instruction at hand */
    const uint8_t *instruction; /* its first byte */

    ValueType *operands;
    size_t operand_capacity;
    uint32_t height;

    Block *blocks;
    size_t block_capacity;
    uint32_t block_count;
    Block *block; /* the innermost */
    uint32_t br_table_count;

    bool is_constant;
    bool has_data_count;

    /* Locals, parameters first. */
    const FunctionBody *body;
    uint32_t local_count;
    ValueType direct[DIRECT_LOCALS];
    uint32_t *run_ends; /* by run: the first index behind it; only if local_count > DIRECT_LOCALS */
    size_t run_capacity;
    SetLocals *set; /* NULL: there were none so far */
};

typedef struct Signature {
    uint8_t operand_count; /* 0: not a numeric instruction */
    SlotType operand;
    SlotType result;
} Signature;

typedef struct MemoryAccess {
    SlotType type; /* 0: neither load nor store */
    uint8_t alignment;
    bool is_store;
} MemoryAccess;

static const Signature signatures[OPCODE_SLOTS] = {
#define X(name, code, text, count, operand, result)                                                \
    [OPCODE_SLOT(code)] = {count, TYPE_##operand, TYPE_##result},
    WASM_NUMERIC_OPS(X) WASM_VECTOR_OPS(X)
#undef X
};

static const MemoryAccess accesses[OPCODE_SLOTS] = {
#define X(name, code, text, type, alignment) [OPCODE_SLOT(code)] = {TYPE_##type, alignment, false},
    WASM_LOAD_OPS(X)
#undef X
#define X(name, code, text, type, alignment) [OPCODE_SLOT(code)] = {TYPE_##type, alignment, true},
        WASM_STORE_OPS(X)
#undef X
};

/* Instructions of vectors that have a lane as an immediate, or a shift's distance as an operand. */
typedef struct VectorSignature {
    enum { NO_VECTOR, SHIFT, EXTRACT, REPLACE, LOAD_LANE, STORE_LANE } kind;
    uint8_t lanes;
    SlotType type;     /* of a lane, or of the distance */
    uint8_t alignment; /* loads and stores: natural, as a power of two */
} VectorSignature;

static const VectorSignature vector_signatures[OPCODE_SLOTS] = {
#define X(name, code, text) [OPCODE_SLOT(code)] = {SHIFT, 0, TYPE_I32, 0},
    WASM_SHIFT_OPS(X)
#undef X
#define X(name, code, text, lanes, type) [OPCODE_SLOT(code)] = {EXTRACT, lanes, TYPE_##type, 0},
        WASM_EXTRACT_OPS(X)
#undef X
#define X(name, code, text, lanes, type) [OPCODE_SLOT(code)] = {REPLACE, lanes, TYPE_##type, 0},
            WASM_REPLACE_OPS(X)
#undef X
#define X(name, code, text, bits) [OPCODE_SLOT(code)] = {LOAD_LANE, 16 >> (bits), TYPE_V128, bits},
                WASM_LOAD_LANE_OPS(X)
#undef X
#define X(name, code, text, bits) [OPCODE_SLOT(code)] = {STORE_LANE, 16 >> (bits), TYPE_V128, bits},
                    WASM_STORE_LANE_OPS(X)
#undef X
};

/* ---- Making ------------------------------------------------------------------------------- */

Validator *validator_new(const Module *module) {
    Validator *validator = calloc(1, sizeof *validator);
    if (validator) validator->module = module;
    return validator;
}

void validator_free(Validator *validator) {
    if (!validator) return;
    free(validator->declared);
    free(validator->operands);
    free(validator->blocks);
    free(validator->run_ends);
    free(validator->set);
    free(validator);
}

static bool out_of_memory(const Cursor *cursor) {
    return fail(cursor->error, ERROR_MEMORY, "out of memory while validating a module");
}

bool validator_declare_function(Validator *validator, const Cursor *cursor, uint32_t index) {
    if (!validator->declared) {
        validator->declared = calloc(validator->module->function_count, 1);
        if (!validator->declared) return out_of_memory(cursor);
    }
    validator->declared[index] = true;
    return true;
}

/* Returns `array`, moved if it must grow for `needed` objects (at least one); NULL on failure, the
 * old array stays then. */
static void *reserve(const Cursor *cursor, void *array, size_t *capacity, size_t needed,
                     size_t size) {
    if (needed <= *capacity) return array;
    size_t larger = needed > 2 * *capacity ? needed : 2 * *capacity;
    void *moved = realloc(array, larger * size);
    if (moved)
        *capacity = larger;
    else
        out_of_memory(cursor);
    return moved;
}

static bool reserve_operands(Validator *v, size_t needed) {
    if (needed > MAX_OPERANDS)
        return cursor_fail(&v->code, v->instruction, ERROR_LIMIT,
                           "more than %d values on the operand stack", MAX_OPERANDS);
    ValueType *operands =
        reserve(&v->code, v->operands, &v->operand_capacity, needed, sizeof *operands);
    if (operands) v->operands = operands;
    return operands;
}

/* ---- Failing ------------------------------------------------------------------------------ */

#define INVALID(v, ...) cursor_fail(&(v)->code, (v)->instruction, ERROR_INVALID, __VA_ARGS__)

static bool __attribute__((cold, noinline))
mismatch(Validator *v, const char *expected, ValueType found) {
    const char *name = opcode_name(v->opcode);
    if (found == TYPE_ANY)
        return INVALID(v, "type mismatch: %s expects %s but the operand stack is empty", name,
                       expected);
    const char *other = value_type_name(found);
    return INVALID(v, "type mismatch: %s expects %s but finds %s%s", name, expected, other,
                   strcmp(expected, other) == 0 ? " of another type" : "");
}

static bool __attribute__((cold, noinline))
unknown(Validator *v, const char *what, uint32_t index) {
    return INVALID(v, "unknown %s %u", what, index);
}

typedef struct Range {
    uint32_t first, last;
    const char *proposal;
} Range;

/* Opcodes that other proposals have taken; prefixed ones as in opcodes.h. */
static const Range foreign_opcodes[] = {
    {0xd3, 0xd3, "garbage collection"},
    {0xe0, 0xe6, "stack switching"},
    {0xfb, 0xfb, "garbage collection"},
    {0xfc12, 0xfc12, "memory control"},
};

static bool __attribute__((cold, noinline)) illegal_opcode(Validator *v, uint32_t code) {
    for (size_t i = 0; i < sizeof foreign_opcodes / sizeof *foreign_opcodes; i++) {
        const Range *range = &foreign_opcodes[i];
        if (code >= range->first && code <= range->last)
            return cursor_unsupported(&v->code, v->instruction, range->proposal, "opcode", code);
    }
    if (is_vector_opcode((Opcode)code))
        return cursor_fail(&v->code, v->instruction, ERROR_MALFORMED, "illegal opcode fd %02x",
                           code & 0xfff);
    if (is_atomic_opcode((Opcode)code))
        return cursor_fail(&v->code, v->instruction, ERROR_MALFORMED, "illegal opcode fe %02x",
                           code & 0xff);
    return cursor_fail(&v->code, v->instruction, ERROR_MALFORMED, "illegal opcode %02x", code);
}

/* ---- The operand stack -------------------------------------------------------------------- */

static bool matches(ValueType found, ValueType expected) {
    return found == TYPE_ANY || value_type_matches(found, expected);
}

static inline bool pop_any(Validator *v, ValueType *type) {
    if (v->height > v->block->height) {
        *type = v->operands[--v->height];
        return true;
    }
    *type = TYPE_ANY;
    return v->block->is_unreachable || mismatch(v, "an operand", TYPE_ANY);
}

static inline bool pop(Validator *v, ValueType expected) {
    ValueType found = TYPE_ANY;
    if (v->height > v->block->height) {
        found = v->operands[--v->height];
        if (found == expected || matches(found, expected)) return true;
    } else if (v->block->is_unreachable) {
        return true;
    }
    return mismatch(v, value_type_name(expected), found);
}

static inline bool push(Validator *v, ValueType type) {
    if (v->height == v->operand_capacity && !reserve_operands(v, (size_t)v->height + 1))
        return false;
    v->operands[v->height++] = type;
    return true;
}

/* Whether the topmost operands have these types; leaves them. */
static bool check_types(Validator *v, const ValueType *types, uint32_t count) {
    uint32_t available = v->height - v->block->height;
    if (count > available) {
        if (!v->block->is_unreachable)
            return mismatch(v, value_type_name(types[count - available - 1]), TYPE_ANY);
        types += count - available;
        count = available;
    }
    const ValueType *found = v->operands + v->height - count;
    bool is_wrong = false;
    for (uint32_t i = 0; i < count; i++)
        is_wrong |= (found[i] != types[i]) & (found[i] != TYPE_ANY);
    if (!is_wrong) return true;
    while (count > 0 && matches(found[count - 1], types[count - 1])) count--;
    return count == 0 || mismatch(v, value_type_name(types[count - 1]), found[count - 1]);
}

/* Whether values of these types can be where those of the others are asked for. */
static bool types_match(const ValueType *types, const ValueType *wanted, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (!value_type_matches(types[i], wanted[i])) return false;
    return true;
}

static bool pop_types(Validator *v, const ValueType *types, uint32_t count) {
    if (!check_types(v, types, count)) return false;
    uint32_t available = v->height - v->block->height;
    v->height -= count < available ? count : available;
    return true;
}

static bool push_types(Validator *v, const ValueType *types, uint32_t count) {
    if (count == 0) return true;
    size_t height = (size_t)v->height + count;
    if (!reserve_operands(v, height)) return false;
    memcpy(v->operands + v->height, types, count * sizeof *types);
    v->height = (uint32_t)height;
    return true;
}

static bool set_unreachable(Validator *v) {
    v->height = v->block->height;
    v->block->is_unreachable = true;
    return true;
}

/* ---- Blocks ------------------------------------------------------------------------------- */

static bool open_block(Validator *v, Opcode opcode, const FunctionType *type) {
    Block *blocks = reserve(&v->code, v->blocks, &v->block_capacity, (size_t)v->block_count + 1,
                            sizeof *blocks);
    if (!blocks) return false;
    v->blocks = blocks;
    v->block = &v->blocks[v->block_count++];
    *v->block = (Block){type, v->height, 0, v->set ? v->set->count : 0, opcode, false};
    return true;
}

/* Checks that the block leaves exactly its results, and takes them. */
static bool finish_block(Validator *v) {
    const FunctionType *type = v->block->type;
    while (v->set && v->set->count > v->block->set_count)
        v->set->is_set[v->set->log[--v->set->count]] = false;
    if (!pop_types(v, type->results, type->result_count)) return false;
    if (v->height != v->block->height)
        return INVALID(v, "type mismatch: %u superfluous values at the end of a block",
                       v->height - v->block->height);
    return true;
}

/* The type of a block that has no parameters and one result; NULL when out of memory. */
static const FunctionType *short_block_type(const Cursor *cursor, ValueType result) {
    static const ValueType results[] = {TYPE_I32,     TYPE_I64,       TYPE_F32,   TYPE_F64,
                                        TYPE_FUNCREF, TYPE_EXTERNREF, TYPE_EXNREF,
                                        TYPE_V128};
#define SHORT(i)                                                                                   \
    { .result_count = 1, .results = &results[i] }
    static const FunctionType types[] = {SHORT(0), SHORT(1), SHORT(2), SHORT(3),
                                         SHORT(4), SHORT(5), SHORT(6), SHORT(7)};
#undef SHORT
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (results[i] == result) return &types[i];
    const FunctionType *type = intern_function_type(NULL, 0, &result, 1);
    if (!type) out_of_memory(cursor);
    return type;
}

static bool read_block_type(Validator *v, const FunctionType **type) {
    static const FunctionType empty;
    enum { EMPTY = 0x40, NEGATIVE = 0x40 };
    Cursor *code = &v->code;
    const uint8_t *where = code->at;
    if (where == code->end) return cursor_end(code);
    if (*where == EMPTY) {
        code->at++;
        *type = &empty;
        return true;
    }
    if (*where < 0x80 && *where & NEGATIVE) {
        ValueType result;
        if (!cursor_value_type(code, v->module, &result)) return false;
        *type = short_block_type(code, result);
        return *type;
    }
    int64_t index;
    LebStatus status = leb_checked_s33(&code->at, code->end, &index);
    if (status != LEB_OK) return cursor_bad_integer(code, where, status);
    if (index < 0) return cursor_fail(code, where, ERROR_MALFORMED, "malformed block type");
    if (index >= v->module->type_count) return unknown(v, "type", (uint32_t)index);
    *type = v->module->types[index];
    return true;
}

static bool validate_open(Validator *v) {
    const FunctionType *type = NULL;
    if (!read_block_type(v, &type)) return false;
    if (v->opcode == WASM_IF && !pop(v, TYPE_I32)) return false;
    return pop_types(v, type->parameters, type->parameter_count) &&
           open_block(v, v->opcode, type) && push_types(v, type->parameters, type->parameter_count);
}

static bool validate_else(Validator *v) {
    if (v->block->opcode != WASM_IF)
        return cursor_fail(&v->code, v->instruction, ERROR_MALFORMED, "misplaced ELSE opcode");
    if (!finish_block(v)) return false;
    v->block->opcode = WASM_ELSE;
    v->block->is_unreachable = false;
    return push_types(v, v->block->type->parameters, v->block->type->parameter_count);
}

static bool validate_end(Validator *v) {
    const FunctionType *type = v->block->type;
    if (!finish_block(v)) return false;
    if (v->block->opcode == WASM_IF &&
        (type->parameter_count != type->result_count ||
         !types_match(type->parameters, type->results, type->result_count)))
        return INVALID(v, "type mismatch: an if without else must leave what it takes");
    v->block_count--;
    v->block = v->block_count ? v->block - 1 : NULL;
    return push_types(v, type->results, type->result_count);
}

typedef struct Label {
    Block *block;
    const ValueType *types; /* what a branch to it takes along */
    uint32_t count;
} Label;

static bool read_label(Validator *v, Label *label) {
    uint32_t depth;
    if (!cursor_u32(&v->code, &depth)) return false;
    if (depth >= v->block_count) return unknown(v, "label", depth);
    Block *block = v->block - depth;
    bool is_loop = block->opcode == WASM_LOOP;
    *label = (Label){block, is_loop ? block->type->parameters : block->type->results,
                     is_loop ? block->type->parameter_count : block->type->result_count};
    return true;
}

/* Each block is checked once, however often the table names it. */
static bool validate_br_table(Validator *v) {
    uint32_t count;
    if (!cursor_u32(&v->code, &count) || !pop(v, TYPE_I32)) return false;
    if (count >= (size_t)(v->code.end - v->code.at)) return cursor_end(&v->code);
    uint32_t serial = ++v->br_table_count;
    uint32_t arity = 0;
    for (uint32_t i = 0; i <= count; i++) {
        Label label;
        if (!read_label(v, &label)) return false;
        if (i == 0) arity = label.count;
        if (label.count != arity)
            return INVALID(v, "type mismatch: br_table's labels take %u and %u values", arity,
                           label.count);
        if (label.block->seen_by == serial) continue;
        label.block->seen_by = serial;
        if (!check_types(v, label.types, label.count)) return false;
    }
    return set_unreachable(v);
}

/* ---- Exceptions ---------------------------------------------------------------------------- */

static bool read_tag(Validator *v, const FunctionType **type) {
    uint32_t tag;
    if (!cursor_u32(&v->code, &tag)) return false;
    if (tag >= v->module->tag_count) return unknown(v, "tag", tag);
    *type = v->module->tags[tag];
    return true;
}

/* Whether the label takes what the clause of a try_table passes: a tag's values, if it has one, and
 * then the exception if it asks for it. */
static bool check_catch(Validator *v, const FunctionType *tag, bool has_reference,
                        const Label *label) {
    const uint32_t values = tag ? tag->parameter_count : 0;
    const ValueType exception = reference_type(false, HEAP_EXCEPTION);
    if (label->count == values + has_reference &&
        (!values || types_match(tag->parameters, label->types, values)) &&
        (!has_reference || value_type_matches(exception, label->types[values])))
        return true;
    return INVALID(v, "type mismatch: a catch clause passes other values than its label takes");
}

static bool validate_try_table(Validator *v) {
    const FunctionType *type = NULL;
    uint32_t count;
    if (!read_block_type(v, &type) || !cursor_u32(&v->code, &count)) return false;
    if (count > (size_t)(v->code.end - v->code.at)) return cursor_end(&v->code);
    while (count-- > 0) {
        uint8_t flags;
        const uint8_t *where = v->code.at;
        const FunctionType *tag = NULL;
        Label label;
        if (!cursor_byte(&v->code, &flags)) return false;
        if (flags & ~CATCH_FLAGS)
            return cursor_fail(&v->code, where, ERROR_MALFORMED, "malformed catch clause");
        if (!(flags & CATCH_ANY) && !read_tag(v, &tag)) return false;
        if (!read_label(v, &label) || !check_catch(v, tag, flags & CATCH_REFERENCE, &label))
            return false;
    }
    return pop_types(v, type->parameters, type->parameter_count) &&
           open_block(v, v->opcode, type) && push_types(v, type->parameters, type->parameter_count);
}

/* catch and catch_all: the end of the try's body, or of the clause before. */
static bool validate_catch(Validator *v) {
    const FunctionType *tag = NULL;
    if (v->opcode == WASM_CATCH && !read_tag(v, &tag)) return false;
    if (v->block->opcode != WASM_TRY && v->block->opcode != WASM_CATCH)
        return cursor_fail(&v->code, v->instruction, ERROR_MALFORMED, "misplaced %s",
                           opcode_name(v->opcode));
    if (!finish_block(v)) return false;
    v->block->opcode = v->opcode;
    v->block->is_unreachable = false;
    return !tag || push_types(v, tag->parameters, tag->parameter_count);
}

static bool validate_end(Validator *v);

/* The end of a try whose exceptions go where those at the label's block go. */
static bool validate_delegate(Validator *v) {
    uint32_t depth;
    if (!cursor_u32(&v->code, &depth)) return false;
    if (v->block->opcode != WASM_TRY)
        return cursor_fail(&v->code, v->instruction, ERROR_MALFORMED, "misplaced delegate");
    if (depth >= v->block_count - 1) return unknown(v, "label", depth);
    return validate_end(v);
}

static bool validate_throw(Validator *v) {
    const FunctionType *tag = NULL;
    return read_tag(v, &tag) && pop_types(v, tag->parameters, tag->parameter_count) &&
           set_unreachable(v);
}

static bool validate_rethrow(Validator *v) {
    Label label;
    if (!read_label(v, &label)) return false;
    if (label.block->opcode != WASM_CATCH && label.block->opcode != WASM_CATCH_ALL)
        return INVALID(v, "invalid rethrow label");
    return set_unreachable(v);
}

/* ---- Indices ------------------------------------------------------------------------------ */

static bool read_index(Validator *v, const char *what, uint32_t limit, uint32_t *index) {
    return cursor_u32(&v->code, index) && (*index < limit || unknown(v, what, *index));
}

/* The address type of a copy's size: the narrower one. */
static ValueType common_address_type(ValueType a, ValueType b) {
    return a == TYPE_I64 && b == TYPE_I64 ? TYPE_I64 : TYPE_I32;
}

static bool read_memory(Validator *v, ValueType *address) {
    uint32_t index;
    if (!read_index(v, "memory", v->module->memory_count, &index)) return false;
    *address = address_type(&v->module->memories[index].limits);
    return true;
}

static bool read_table(Validator *v, ValueType *address, ValueType *element) {
    uint32_t index;
    if (!read_index(v, "table", v->module->table_count, &index)) return false;
    const TableType *type = &v->module->tables[index].type;
    *address = address_type(&type->limits);
    *element = type->element;
    return true;
}

static bool read_data(Validator *v) {
    uint32_t index;
    if (!cursor_u32(&v->code, &index)) return false;
    if (!v->has_data_count)
        return cursor_fail(&v->code, v->instruction, ERROR_MALFORMED,
                           "data count section required");
    return index < v->module->data_count || unknown(v, "data segment", index);
}

static bool read_element(Validator *v, ValueType *element) {
    uint32_t index;
    if (!read_index(v, "elem segment", v->module->element_count, &index)) return false;
    *element = v->module->elements[index].type;
    return true;
}

static ValueType local_type_in_runs(const Validator *v, uint32_t local) {
    const FunctionType *type = v->body->type;
    if (local < type->parameter_count) return type->parameters[local];
    uint32_t low = 0, high = v->body->run_count - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (local < v->run_ends[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return v->body->runs[low].type;
}

static inline bool read_local(Validator *v, uint32_t *local, ValueType *type) {
    if (!read_index(v, "local", v->local_count, local)) return false;
    *type = *local < DIRECT_LOCALS ? v->direct[*local] : local_type_in_runs(v, *local);
    return true;
}

/* Whether the local has a value; parameters have. */
static inline bool check_set(Validator *v, uint32_t local, ValueType type) {
    return has_default(type) || local < v->body->type->parameter_count ||
           (v->set && v->set->is_set[local]) || INVALID(v, "uninitialized local %u", local);
}

static inline bool note_set(Validator *v, uint32_t local, ValueType type) {
    if (has_default(type)) return true;
    if (!v->set && !(v->set = calloc(1, sizeof *v->set))) return out_of_memory(&v->code);
    if (!v->set->is_set[local]) v->set->log[v->set->count++] = local;
    v->set->is_set[local] = true;
    return true;
}

static bool read_global(Validator *v, GlobalType *type) {
    uint32_t index;
    if (!read_index(v, "global", v->module->global_count, &index)) return false;
    *type = v->module->globals[index].type;
    return true;
}

static bool read_callee(Validator *v, const FunctionType **type) {
    uint32_t index;
    if (v->opcode == WASM_CALL || v->opcode == WASM_RETURN_CALL) {
        if (!read_index(v, "function", v->module->function_count, &index)) return false;
        *type = v->module->function_types[index];
        return true;
    }
    if (v->opcode == WASM_CALL_REF || v->opcode == WASM_RETURN_CALL_REF) {
        if (!read_index(v, "type", v->module->type_count, &index)) return false;
        *type = v->module->types[index];
        return pop(v, reference_type(true, HEAP_DEFINED + (*type)->id));
    }
    ValueType address, element;
    if (!read_index(v, "type", v->module->type_count, &index) || !read_table(v, &address, &element))
        return false;
    if (!value_type_matches(element, TYPE_FUNCREF))
        return INVALID(v, "type mismatch: %s needs a table of funcref", opcode_name(v->opcode));
    *type = v->module->types[index];
    return pop(v, address);
}

/* ---- Instructions ------------------------------------------------------------------------- */

static bool validate_return_call(Validator *v) {
    const FunctionType *type;
    if (!read_callee(v, &type) || !pop_types(v, type->parameters, type->parameter_count))
        return false;
    const FunctionType *own = v->blocks[0].type;
    if (type->result_count != own->result_count ||
        !types_match(type->results, own->results, type->result_count))
        return INVALID(v, "type mismatch: %s of a function with other results",
                       opcode_name(v->opcode));
    return set_unreachable(v);
}

static bool validate_select(Validator *v) {
    ValueType a, b;
    if (!pop(v, TYPE_I32) || !pop_any(v, &a) || !pop_any(v, &b)) return false;
    if (is_reference_type(a)) return mismatch(v, "a number", a);
    if (is_reference_type(b)) return mismatch(v, "a number", b);
    if (a != b && a != TYPE_ANY && b != TYPE_ANY) return mismatch(v, value_type_name(a), b);
    return push(v, a != TYPE_ANY ? a : b);
}

static bool validate_select_typed(Validator *v) {
    uint32_t count;
    ValueType type;
    if (!cursor_u32(&v->code, &count)) return false;
    if (count != 1) return INVALID(v, "invalid result arity");
    return cursor_value_type(&v->code, v->module, &type) && pop(v, TYPE_I32) && pop(v, type) &&
           pop(v, type) && push(v, type);
}

/* A memarg; the type of the addresses of its memory. */
static bool read_access(Validator *v, unsigned alignment, ValueType *address) {
    enum { HAS_MEMORY = 0x40 };
    uint32_t flags, memory = 0;
    uint64_t offset = 0;
    if (!cursor_u32(&v->code, &flags)) return false;
    if (flags >= 2 * HAS_MEMORY)
        return cursor_fail(&v->code, v->instruction, ERROR_MALFORMED, "malformed memop flags");
    if (flags & HAS_MEMORY && !cursor_u32(&v->code, &memory)) return false;
    if (!cursor_u64(&v->code, &offset)) return false;
    if (memory >= v->module->memory_count) return unknown(v, "memory", memory);
    if ((flags & ~HAS_MEMORY) > alignment)
        return INVALID(v, "alignment must not be larger than natural");
    if (is_atomic_opcode(v->opcode) && (flags & ~HAS_MEMORY) < alignment)
        return INVALID(v, "atomic alignment must be natural");
    const Limits *limits = &v->module->memories[memory].limits;
    if (!limits->is_64 && offset > UINT32_MAX) return INVALID(v, "offset out of range");
    *address = address_type(limits);
    return true;
}

static bool validate_access(Validator *v, const MemoryAccess *access) {
    ValueType address;
    if (!read_access(v, access->alignment, &address)) return false;
    if (access->is_store) return pop(v, access->type) && pop(v, address);
    return pop(v, address) && push(v, access->type);
}

static bool read_lane(Validator *v, unsigned lanes) {
    uint8_t lane;
    if (!cursor_byte(&v->code, &lane)) return false;
    return lane < lanes || INVALID(v, "invalid lane index");
}

static bool validate_vector(Validator *v, const VectorSignature *signature) {
    ValueType address;
    switch (signature->kind) {
    case SHIFT: return pop(v, TYPE_I32) && pop(v, TYPE_V128) && push(v, TYPE_V128);
    case EXTRACT:
        return read_lane(v, signature->lanes) && pop(v, TYPE_V128) && push(v, signature->type);
    case REPLACE:
        return read_lane(v, signature->lanes) && pop(v, signature->type) && pop(v, TYPE_V128) &&
               push(v, TYPE_V128);
    case LOAD_LANE:
        return read_access(v, signature->alignment, &address) && read_lane(v, signature->lanes) &&
               pop(v, TYPE_V128) && pop(v, address) && push(v, TYPE_V128);
    case STORE_LANE:
        return read_access(v, signature->alignment, &address) && read_lane(v, signature->lanes) &&
               pop(v, TYPE_V128) && pop(v, address);
    default: return illegal_opcode(v, v->opcode);
    }
}

static bool validate_atomic(Validator *v) {
    const AtomicAccess access = atomic_access(v->opcode);
    ValueType address;
    if (access.kind == ATOMIC_NONE) return illegal_opcode(v, v->opcode);
    if (!read_access(v, access.alignment, &address)) return false;
    switch (access.kind) {
    case ATOMIC_LOAD: return pop(v, address) && push(v, access.type);
    case ATOMIC_STORE: return pop(v, access.type) && pop(v, address);
    case ATOMIC_EXCHANGE:
        if (!pop(v, access.type)) return false;
        __attribute__((fallthrough));
    case ATOMIC_UPDATE: return pop(v, access.type) && pop(v, address) && push(v, access.type);
    case ATOMIC_WAIT:
        if (!pop(v, TYPE_I64)) return false;
        __attribute__((fallthrough));
    default: return pop(v, access.type) && pop(v, address) && push(v, TYPE_I32);
    }
}

static bool pop_i64s(Validator *v, unsigned count) {
    while (count-- > 0)
        if (!pop(v, TYPE_I64)) return false;
    return true;
}

static bool validate_fence(Validator *v) {
    uint8_t zero;
    if (!cursor_byte(&v->code, &zero)) return false;
    return !zero || cursor_fail(&v->code, v->code.at - 1, ERROR_MALFORMED, "zero byte expected");
}

static bool validate_shuffle(Validator *v) {
    for (int i = 0; i < 16; i++)
        if (!read_lane(v, 32)) return false;
    return pop(v, TYPE_V128) && pop(v, TYPE_V128) && push(v, TYPE_V128);
}

static bool validate_copy(Validator *v, bool is_table) {
    ValueType target, source, target_element = 0, source_element = 0;
    if (is_table) {
        if (!read_table(v, &target, &target_element) || !read_table(v, &source, &source_element))
            return false;
        if (!value_type_matches(source_element, target_element))
            return INVALID(v, "type mismatch: table.copy from a table of %s to one of %s",
                           value_type_name(source_element), value_type_name(target_element));
    } else if (!read_memory(v, &target) || !read_memory(v, &source)) {
        return false;
    }
    return pop(v, common_address_type(target, source)) && pop(v, source) && pop(v, target);
}

static bool validate_table_init(Validator *v) {
    ValueType from, address, element;
    if (!read_element(v, &from) || !read_table(v, &address, &element)) return false;
    if (!value_type_matches(from, element))
        return INVALID(v, "type mismatch: table.init of a table of %s from a segment of %s",
                       value_type_name(element), value_type_name(from));
    return pop(v, TYPE_I32) && pop(v, TYPE_I32) && pop(v, address);
}

static bool validate_global_get(Validator *v) {
    GlobalType type;
    if (!read_global(v, &type)) return false;
    if (v->is_constant && type.is_mutable) return INVALID(v, "constant expression required");
    return push(v, type.type);
}

static bool validate_global_set(Validator *v) {
    GlobalType type;
    if (!read_global(v, &type)) return false;
    if (!type.is_mutable) return INVALID(v, "immutable global");
    return pop(v, type.type);
}

static bool validate_ref_func(Validator *v) {
    uint32_t index;
    if (!read_index(v, "function", v->module->function_count, &index)) return false;
    if (v->is_constant) {
        if (!validator_declare_function(v, &v->code, index)) return false;
    } else if (!v->declared || !v->declared[index]) {
        return INVALID(v, "undeclared function reference");
    }
    const FunctionType *type = v->module->function_types[index];
    return push(v, reference_type(false, HEAP_DEFINED + type->id));
}

static bool validate_ref_null(Validator *v) {
    uint32_t heap_type;
    return cursor_heap_type(&v->code, v->module, &heap_type) &&
           push(v, reference_type(true, heap_type));
}

/* Pops a reference; its type where it is not null. */
static bool pop_reference(Validator *v, ValueType *type) {
    if (!pop_any(v, type)) return false;
    if (*type != TYPE_ANY && !is_reference_type(*type)) return mismatch(v, "a reference", *type);
    *type = reference_type(false, *type == TYPE_ANY ? HEAP_BOTTOM : heap_type_of(*type));
    return true;
}

static bool validate_br_on_null(Validator *v) {
    Label label;
    ValueType type;
    return read_label(v, &label) && pop_reference(v, &type) &&
           pop_types(v, label.types, label.count) && push_types(v, label.types, label.count) &&
           push(v, type);
}

/* The label takes the reference as the last of its values. */
static bool validate_br_on_non_null(Validator *v) {
    Label label;
    ValueType type;
    if (!read_label(v, &label) || !pop_reference(v, &type)) return false;
    if (label.count == 0)
        return INVALID(v, "type mismatch: br_on_non_null to a label that takes no reference");
    const uint32_t others = label.count - 1;
    if (!value_type_matches(type, label.types[others]))
        return mismatch(v, value_type_name(label.types[others]), type);
    return pop_types(v, label.types, others) && push_types(v, label.types, others);
}

static bool read_i32(Validator *v) {
    int32_t value;
    const uint8_t *where = v->code.at;
    LebStatus status = leb_checked_s32(&v->code.at, v->code.end, &value);
    return status == LEB_OK || cursor_bad_integer(&v->code, where, status);
}

static bool read_i64(Validator *v) {
    int64_t value;
    const uint8_t *where = v->code.at;
    LebStatus status = leb_checked_s64(&v->code.at, v->code.end, &value);
    return status == LEB_OK || cursor_bad_integer(&v->code, where, status);
}

static bool is_constant_opcode(Opcode opcode) {
    switch (opcode) {
    case WASM_END:
    case WASM_I32_CONST:
    case WASM_I64_CONST:
    case WASM_F32_CONST:
    case WASM_F64_CONST:
    case WASM_V128_CONST:
    case WASM_REF_NULL:
    case WASM_REF_FUNC:
    case WASM_GLOBAL_GET:
    case WASM_I32_ADD:
    case WASM_I32_SUB:
    case WASM_I32_MUL:
    case WASM_I64_ADD:
    case WASM_I64_SUB:
    case WASM_I64_MUL: return true;
    default: return false;
    }
}

static bool validate_numeric(Validator *v, const Signature *signature) {
    for (uint8_t i = 0; i < signature->operand_count; i++)
        if (!pop(v, signature->operand)) return false;
    return push(v, signature->result);
}

static bool validate_instruction(Validator *v) {
    Label label;
    ValueType type, element;
    uint32_t local;
    const FunctionType *callee;
    switch (v->opcode) {
    case WASM_UNREACHABLE: return set_unreachable(v);
    case WASM_NOP: return true;
    case WASM_BLOCK:
    case WASM_LOOP:
    case WASM_IF:
    case WASM_TRY: return validate_open(v);
    case WASM_TRY_TABLE: return validate_try_table(v);
    case WASM_CATCH:
    case WASM_CATCH_ALL: return validate_catch(v);
    case WASM_DELEGATE: return validate_delegate(v);
    case WASM_THROW: return validate_throw(v);
    case WASM_RETHROW: return validate_rethrow(v);
    case WASM_THROW_REF: return pop(v, TYPE_EXNREF) && set_unreachable(v);
    case WASM_ELSE: return validate_else(v);
    case WASM_END: return validate_end(v);
    case WASM_BR:
        return read_label(v, &label) && check_types(v, label.types, label.count) &&
               set_unreachable(v);
    case WASM_BR_IF:
        return read_label(v, &label) && pop(v, TYPE_I32) &&
               pop_types(v, label.types, label.count) && push_types(v, label.types, label.count);
    case WASM_BR_TABLE: return validate_br_table(v);
    case WASM_RETURN:
        return check_types(v, v->blocks[0].type->results, v->blocks[0].type->result_count) &&
               set_unreachable(v);
    case WASM_CALL:
    case WASM_CALL_REF:
    case WASM_CALL_INDIRECT:
        return read_callee(v, &callee) &&
               pop_types(v, callee->parameters, callee->parameter_count) &&
               push_types(v, callee->results, callee->result_count);
    case WASM_RETURN_CALL:
    case WASM_RETURN_CALL_REF:
    case WASM_RETURN_CALL_INDIRECT: return validate_return_call(v);
    case WASM_DROP: return pop_any(v, &type);
    case WASM_SELECT: return validate_select(v);
    case WASM_SELECT_TYPED: return validate_select_typed(v);
    case WASM_LOCAL_GET:
        return read_local(v, &local, &type) && check_set(v, local, type) && push(v, type);
    case WASM_LOCAL_SET:
        return read_local(v, &local, &type) && pop(v, type) && note_set(v, local, type);
    case WASM_LOCAL_TEE:
        return read_local(v, &local, &type) && pop(v, type) && note_set(v, local, type) &&
               push(v, type);
    case WASM_GLOBAL_GET: return validate_global_get(v);
    case WASM_GLOBAL_SET: return validate_global_set(v);
    case WASM_TABLE_GET: return read_table(v, &type, &element) && pop(v, type) && push(v, element);
    case WASM_TABLE_SET: return read_table(v, &type, &element) && pop(v, element) && pop(v, type);
    case WASM_TABLE_SIZE: return read_table(v, &type, &element) && push(v, type);
    case WASM_TABLE_GROW:
        return read_table(v, &type, &element) && pop(v, type) && pop(v, element) && push(v, type);
    case WASM_TABLE_FILL:
        return read_table(v, &type, &element) && pop(v, type) && pop(v, element) && pop(v, type);
    case WASM_TABLE_COPY: return validate_copy(v, true);
    case WASM_TABLE_INIT: return validate_table_init(v);
    case WASM_ELEM_DROP: return read_element(v, &element);
    case WASM_MEMORY_SIZE: return read_memory(v, &type) && push(v, type);
    case WASM_MEMORY_GROW: return read_memory(v, &type) && pop(v, type) && push(v, type);
    case WASM_MEMORY_FILL:
        return read_memory(v, &type) && pop(v, type) && pop(v, TYPE_I32) && pop(v, type);
    case WASM_MEMORY_COPY: return validate_copy(v, false);
    case WASM_MEMORY_INIT:
        return read_data(v) && read_memory(v, &type) && pop(v, TYPE_I32) && pop(v, TYPE_I32) &&
               pop(v, type);
    case WASM_DATA_DROP: return read_data(v);
    case WASM_I32_CONST: return read_i32(v) && push(v, TYPE_I32);
    case WASM_I64_CONST: return read_i64(v) && push(v, TYPE_I64);
    case WASM_F32_CONST: return cursor_skip(&v->code, 4) && push(v, TYPE_F32);
    case WASM_F64_CONST: return cursor_skip(&v->code, 8) && push(v, TYPE_F64);
    case WASM_V128_CONST: return cursor_skip(&v->code, 16) && push(v, TYPE_V128);
    case WASM_I8X16_SHUFFLE: return validate_shuffle(v);
    case WASM_REF_NULL: return validate_ref_null(v);
    case WASM_REF_IS_NULL: return pop_reference(v, &type) && push(v, TYPE_I32);
    case WASM_REF_FUNC: return validate_ref_func(v);
    case WASM_REF_AS_NON_NULL: return pop_reference(v, &type) && push(v, type);
    case WASM_BR_ON_NULL: return validate_br_on_null(v);
    case WASM_BR_ON_NON_NULL: return validate_br_on_non_null(v);
    case WASM_I64_ADD128:
    case WASM_I64_SUB128:
        return pop_i64s(v, 4) && push(v, TYPE_I64) && push(v, TYPE_I64);
    case WASM_I64_MUL_WIDE_S:
    case WASM_I64_MUL_WIDE_U:
        return pop_i64s(v, 2) && push(v, TYPE_I64) && push(v, TYPE_I64);
    case WASM_ATOMIC_FENCE: return validate_fence(v);
    default:
        if (is_atomic_opcode(v->opcode)) return validate_atomic(v);
        return validate_vector(v, &vector_signatures[OPCODE_SLOT(v->opcode)]);
    }
}

/* Reads an opcode into v->opcode. */
static bool read_opcode(Validator *v) {
    v->instruction = v->code.at;
    uint8_t byte;
    if (!cursor_byte(&v->code, &byte)) return false;
    v->opcode = byte;
    uint32_t number, first, count;
    switch (byte) {
    case WASM_PREFIX: first = 0xfc00, count = PREFIXED_OPCODES; break;
    case WASM_VECTOR_PREFIX: first = 0xd000, count = VECTOR_OPCODES; break;
    case WASM_ATOMIC_PREFIX: first = 0xfe00, count = ATOMIC_OPCODES; break;
    default: return true;
    }
    if (!cursor_u32(&v->code, &number)) return false;
    if (number >= count)
        return cursor_fail(&v->code, v->instruction, ERROR_MALFORMED, "illegal opcode %02x %02x",
                           byte, number);
    v->opcode = (Opcode)(first | number);
    return true;
}

/* Validates a sequence up to behind the `end` of its outermost block, which has type `type`. */
static bool validate_sequence(Validator *v, const FunctionType *type) {
    v->height = 0;
    v->block_count = 0;
    v->br_table_count = 0;
    if (!open_block(v, WASM_BLOCK, type)) return false;
    while (v->block_count > 0) {
        if (!read_opcode(v)) return false;
        if (v->is_constant && opcode_name(v->opcode) && !is_constant_opcode(v->opcode))
            return INVALID(v, "constant expression required");
        unsigned slot = OPCODE_SLOT(v->opcode);
        const Signature *signature = &signatures[slot];
        const MemoryAccess *access = &accesses[slot];
        bool is_valid = signature->operand_count ? validate_numeric(v, signature)
                        : access->type           ? validate_access(v, access)
                                                 : validate_instruction(v);
        if (!is_valid) return false;
    }
    return true;
}

bool validate_constant(Validator *v, Cursor *cursor, ValueType type,
                       ConstantExpression *expression) {
    v->code = *cursor;
    v->is_constant = true;
    const FunctionType *block = short_block_type(cursor, type);
    if (!block || !validate_sequence(v, block)) return false;
    expression->begin = cursor->at;
    expression->end = v->code.at - 1;
    cursor->at = v->code.at;
    return true;
}

static bool set_locals(Validator *v, const Cursor *cursor, const FunctionBody *body) {
    const FunctionType *type = body->type;
    v->body = body;
    v->local_count = type->parameter_count + body->local_count;
    uint32_t filled = type->parameter_count < DIRECT_LOCALS ? type->parameter_count : DIRECT_LOCALS;
    if (filled) memcpy(v->direct, type->parameters, filled * sizeof *v->direct);
    for (uint32_t run = 0; run < body->run_count && filled < DIRECT_LOCALS; run++) {
        uint32_t room = DIRECT_LOCALS - filled;
        uint32_t count = body->runs[run].count < room ? body->runs[run].count : room;
        for (uint32_t i = 0; i < count; i++) v->direct[filled++] = body->runs[run].type;
    }
    if (v->local_count <= DIRECT_LOCALS) return true;
    uint32_t *ends =
        reserve(cursor, v->run_ends, &v->run_capacity, (size_t)body->run_count + 1, sizeof *ends);
    if (!ends) return false;
    v->run_ends = ends;
    uint32_t end = type->parameter_count;
    for (uint32_t run = 0; run < body->run_count; run++)
        v->run_ends[run] = end += body->runs[run].count;
    return true;
}

bool validate_body(Validator *v, Cursor *cursor, const FunctionBody *body, bool has_data_count) {
    if (!set_locals(v, cursor, body)) return false;
    v->code = *cursor;
    v->is_constant = false;
    v->has_data_count = has_data_count;
    if (!validate_sequence(v, body->type)) return false;
    cursor->at = v->code.at;
    return true;
}
