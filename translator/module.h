/* A WebAssembly binary module, read and validated: what the rest of the engine knows of Wasm.
 *
 *     bytes --module_read--> Module --translate (translate.h)--> Program
 *
 * `module_read` checks everything that the specification asks of a module before anything runs
 * (binary format: spec section 5, validation: section 3), function bodies included. What it returns
 * is trusted by everything after it: the translator checks nothing again.
 *
 * Accepted: WebAssembly 2.0, and relaxed SIMD, tail calls, typed function references, extended
 * constant expressions, multi-memory, memory64 and table64, wide arithmetic, custom page sizes,
 * atomics and shared memories (for one thread), and exceptions in both encodings: the standard one (try_table)
 * and the one before it (try), which a module may mix. A module that needs another proposal is refused with
 * ERROR_UNSUPPORTED and the proposal's name.
 *
 * A Module borrows the bytes that it was read from: they must outlive it and stay unchanged. */
#ifndef TAILRACE_TRANSLATOR_MODULE_H
#define TAILRACE_TRANSLATOR_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "translator/error.h"

/* Limits of this implementation where the specification leaves them open (appendix A.2 of the
 * specification; the JavaScript API's limits, which every shipped module keeps). */
enum {
    MAX_LOCALS = 50000,       /* of one function, parameters included */
    MAX_PARAMETERS = 1000,    /* of one function type; the same for results */
    MAX_BODY_BYTES = 7654321, /* of one function */
    MAX_TYPES = 1000000,
    MAX_FUNCTIONS = 1000000,
    MAX_TABLES = 100000,
    MAX_TAGS = 1000000,
    MAX_MEMORIES = 100,
};
/* Of all tables together that run in one store, at instantiation and after table.grow: few bytes of
 * a module can ask for many tables, and each element takes 8 bytes. */
#define MAX_TABLE_ELEMENTS 10000000u

/* A value type is one number, and two are equal exactly if their numbers are. Numbers, vectors and
 * those references that have a shorthand ("funcref") are the binary format's own code (spec 5.3.1
 * to 5.3.4). Other references are TYPE_REF or TYPE_REF_NULL, and the heap type in the bits above:
 * an abstract one's code, or that of a type that modules define, HEAP_DEFINED + its id. */
typedef uint32_t ValueType;
enum {
    TYPE_I32 = 0x7f,
    TYPE_I64 = 0x7e,
    TYPE_F32 = 0x7d,
    TYPE_F64 = 0x7c,
    TYPE_V128 = 0x7b,
    TYPE_FUNCREF = 0x70,
    TYPE_EXTERNREF = 0x6f,
    TYPE_EXNREF = 0x69,
    TYPE_REF_NULL = 0x63,
    TYPE_REF = 0x64,
};
enum {
    HEAP_BOTTOM = 1, /* of a reference in code that is not reached: matches all; in no module */
    HEAP_SELF = 2,   /* in a type that is being defined: that type */
    HEAP_FUNCTION = TYPE_FUNCREF,
    HEAP_EXTERN = TYPE_EXTERNREF,
    HEAP_EXCEPTION = TYPE_EXNREF,
    HEAP_DEFINED = 0x80,
    HEAP_TYPES = 1 << 24, /* as many there can be */
};

static inline ValueType reference_type(bool may_be_null, uint32_t heap_type) {
    if (may_be_null && heap_type < HEAP_DEFINED) return heap_type;
    return heap_type << 8 | (may_be_null ? TYPE_REF_NULL : TYPE_REF);
}

/* Of a reference type. */
static inline uint32_t heap_type_of(ValueType type) { return type >> 8 ? type >> 8 : type; }

/* Whether the type has a value to begin with: zero or null. */
static inline bool has_default(ValueType type) { return (type & 0xff) != TYPE_REF; }

/* What a slot of a frame holds: the value type, but of a reference only to what kind of thing. */
typedef uint8_t SlotType;

static inline SlotType slot_type(ValueType type) {
    if (type >> 8 >= HEAP_DEFINED) return TYPE_FUNCREF; /* no other types are defined */
    return (SlotType)(type >> 8 ? type >> 8 : type);
}

static inline bool is_reference_type(ValueType type) {
    const ValueType code = type & 0xff;
    return code == TYPE_FUNCREF || code == TYPE_EXTERNREF || code == TYPE_EXNREF ||
           code == TYPE_REF || code == TYPE_REF_NULL;
}

/* Whether a value of that type is one of type `wanted`, too (spec 3.3.3: subtyping). */
bool value_type_matches(ValueType type, ValueType wanted);

/* How many slots of a frame a value takes. */
static inline uint32_t slots_of_type(ValueType type) { return type == TYPE_V128 ? 2 : 1; }

/* The type's name in the text format, "i32"; never NULL. All defined types are called $t. */
const char *value_type_name(ValueType type);

/* Function types are interned for the life of the process: two types are equal exactly if their
 * pointers are, in whatever modules they stand; `id` is a small number with the same property,
 * which call_indirect compares. */
typedef struct FunctionType {
    uint32_t id;
    uint32_t parameter_count;
    uint32_t result_count;
    const ValueType *parameters;
    const ValueType *results;
    /* The same by slots of a frame: a v128 takes two, and its type stands there twice. */
    uint32_t parameter_slots, result_slots;
    const SlotType *parameter_slot_types, *result_slot_types;
} FunctionType;

/* Returns the interned type, or NULL when out of memory. Copies its arguments, in which HEAP_SELF
 * is the type itself. Not thread-safe. */
const FunctionType *intern_function_type(const ValueType *parameters, uint32_t parameter_count,
                                         const ValueType *results, uint32_t result_count);

typedef struct Name { /* UTF-8, checked, not NUL-terminated; points into the module's bytes */
    const char *bytes;
    uint32_t length;
} Name;

/* Writes a name as a person can read it into `buffer` and returns that: control characters replaced
 * by '?', cut between characters if it is too long. Always NUL-terminated. */
const char *name_text(Name name, char *buffer, size_t size);

typedef enum ExternKind { /* the binary format's codes (spec 5.5.5) */
    EXTERN_FUNCTION = 0,
    EXTERN_TABLE = 1,
    EXTERN_MEMORY = 2,
    EXTERN_GLOBAL = 3,
    EXTERN_TAG = 4,
} ExternKind;
enum { EXTERN_KINDS = EXTERN_TAG + 1 };

typedef struct Limits { /* in pages for memories, in elements for tables */
    uint64_t minimum;
    uint64_t maximum; /* meaningful only if has_maximum */
    bool has_maximum;
    bool is_64; /* addressed by i64 (memory64, table64) */
} Limits;

typedef struct MemoryType {
    Limits limits;
    bool is_shared; /* with other threads, of which there are none; has a maximum then */
    bool has_byte_pages; /* pages of 1 byte instead of 64 KiB; other custom sizes there are not */
} MemoryType;

typedef struct TableType {
    Limits limits;
    ValueType element;
} TableType;

typedef struct GlobalType {
    ValueType type;
    bool is_mutable;
} GlobalType;

/* A validated constant expression, without its `end`: evaluated by the runtime. It holds only
 * t.const, ref.null, ref.func, global.get, and i32/i64 add, sub, mul. Empty (begin == end) if the
 * thing has none. */
typedef struct ConstantExpression {
    const uint8_t *begin;
    const uint8_t *end;
} ConstantExpression;

typedef struct Import {
    Name module;
    Name name;
    ExternKind kind;
    union {
        const FunctionType *function;
        TableType table;
        MemoryType memory;
        GlobalType global;
        const FunctionType *tag; /* its parameters are what an exception carries */
    };
} Import;

typedef struct Export {
    Name name;
    ExternKind kind;
    uint32_t index; /* in the index space of its kind */
} Export;

typedef struct LocalRun { /* `count` consecutive locals of one type, as the binary declares them */
    uint32_t count;
    ValueType type;
} LocalRun;

typedef struct FunctionBody { /* one function defined in the module */
    const FunctionType *type;
    uint32_t local_count; /* declared locals, without parameters */
    uint32_t run_count;
    const LocalRun *runs;
    const uint8_t *begin; /* first instruction */
    const uint8_t *end;   /* behind the final `end` */
} FunctionBody;

typedef struct TableDefinition {
    TableType type;
    ConstantExpression initial; /* empty: null */
} TableDefinition;

typedef struct GlobalDefinition {
    GlobalType type;
    ConstantExpression initial;
} GlobalDefinition;

typedef enum SegmentMode { SEGMENT_ACTIVE, SEGMENT_PASSIVE, SEGMENT_DECLARATIVE } SegmentMode;

typedef struct ElementSegment {
    SegmentMode mode;
    ValueType type;
    uint32_t table;            /* active only */
    ConstantExpression offset; /* active only */
    uint32_t count;
    /* Exactly one of the two is not NULL when count > 0. */
    const uint32_t *functions;             /* function indices */
    const ConstantExpression *expressions; /* one reference each */
} ElementSegment;

typedef struct DataSegment {
    SegmentMode mode;
    uint32_t memory;           /* active only */
    ConstantExpression offset; /* active only */
    const uint8_t *bytes;
    uint64_t size;
} DataSegment;

typedef struct Module {
    /* The index spaces: imports first, then the module's own definitions. */
    uint32_t type_count;
    const FunctionType **types; /* NULL: is being read */

    uint32_t import_count;
    Import *imports;

    uint32_t function_count; /* imported and defined */
    uint32_t imported_function_count;
    const FunctionType **function_types; /* [function_count] */
    FunctionBody *bodies;                /* [function_count - imported_function_count] */

    uint32_t table_count, imported_table_count;
    TableDefinition *tables; /* [table_count], imported ones too (type only) */

    uint32_t memory_count, imported_memory_count;
    MemoryType *memories; /* [memory_count], imported ones too */

    uint32_t global_count, imported_global_count;
    GlobalDefinition *globals; /* [global_count], imported ones too (type only) */

    uint32_t tag_count, imported_tag_count;
    const FunctionType **tags; /* [tag_count], imported ones too */

    uint32_t export_count;
    Export *exports;

    bool has_start;
    uint32_t start;

    uint32_t element_count;
    ElementSegment *elements;

    uint32_t data_count;
    DataSegment *datas;

    Name *function_names; /* [function_count], of the "name" section or NULL; length 0: none */
    struct Arena *arena;  /* owns everything above */
} Module;

/* Reads and validates `size` bytes at `bytes`. On success `*module` is filled and the caller frees
 * it with module_free. On failure `*error` says what and at which byte offset ("at byte 0x1f"),
 * with the specification's own wording for the standard cases, and nothing needs freeing. Time and
 * memory are linear in `size`; nothing recurses. */
bool module_read(const uint8_t *bytes, size_t size, Module *module, Error *error);
void module_free(Module *module);

/* The export of that name, or NULL. */
const Export *module_find_export(const Module *module, const char *name);

/* Writes a name for function `index` that a person recognises into `buffer`, as name_text does: the
 * name section's, else an export's. Returns false if it has none, and then writes "function 17". */
bool module_function_name(const Module *module, uint32_t index, char *buffer, size_t size);

/* A name for tag `index`: an export's, else those that it is imported by, else "17". */
const char *module_tag_name(const Module *module, uint32_t index, char *buffer, size_t size);

#endif
