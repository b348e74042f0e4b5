/* Writes the C of a module's unit (zero.h).
 *
 *     unroll [--seed N] FILE.wasm|TRACE
 *
 * Prints C to standard output: the bytecode as an array, the descriptions of its functions and
 * addresses, and one function, `run`, with the body of every instruction behind a label that tells
 * its offset. The functions of the module stand in an order that the seed gives; 0 is their own. */
#define _GNU_SOURCE
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/replay/trace.h"
#include "translator/translate.h"

/* What is known of a byte of the bytecode: of the first of an instruction, and of its address. */
enum { IS_TARGET = 1, IS_KNOWN_BY_DATA = 2, IS_ADDRESS = 4 };

typedef struct Unit {
    const Program *program;
    uint32_t function_count;
    uint8_t *marks;     /* [size]: of the above */
    int64_t *callees;   /* [size]: where an address is: the function's place; -1: a type */
    uint32_t addresses; /* how many there are */
} Unit;

static uint16_t u16_at(const uint8_t *at) {
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return value;
}
static int32_t i32_at(const uint8_t *at) {
    int32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}
static uint64_t u64_at(const uint8_t *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

/* ---- Instructions ---------------------------------------------------------------------------- */

/* A part of an instruction, or all of one. */
typedef struct Part {
    const OpcodeInfo *opcode;
    const OpInfo *op;
    uint32_t at;      /* as HERE in unit.h */
    int64_t target;   /* of its label; -1: it has none */
    int64_t address;  /* where its address is; -1: it has none */
    uint32_t entries; /* of a br_table, the default one included; 0: it is none */
    uint32_t table;   /* where they are */
} Part;

typedef struct InstructionText {
    Part parts[255];
    unsigned part_count;
    uint32_t end; /* where the next instruction begins */
} InstructionText;

static unsigned value_bytes(uint8_t class, uint8_t type) {
    if (class == CLASS_SLOT) return 2;
    if (class != CLASS_CONSTANT) return 0;
    return type == VALUE_I64 || type == VALUE_F64 ? 8 : 4;
}

/* The part at `at` of the instruction from `head` to `end`. */
static Part read_part(const Program *program, const OpcodeInfo *opcode, uint32_t head, uint32_t at,
                      uint32_t end) {
    static const uint8_t sizes[] = {
        [IMMEDIATE_SLOT] = 2, [IMMEDIATE_U16] = 2, [IMMEDIATE_U32] = 4,
        [IMMEDIATE_U64] = 8,  [IMMEDIATE_PTR] = 8, [IMMEDIATE_LABEL] = 4};
    const OpInfo *op = &op_info[opcode->op];
    Part part = {.opcode = opcode, .op = op, .at = at, .target = -1, .address = -1};
    uint32_t operand = at + 2, count = 0;
    for (unsigned i = 0; i < op->value_count; i++)
        operand += value_bytes(opcode->value_classes[i], op->value_types[i]);
    if (op->result_type != VALUE_NONE && opcode->result_class == CLASS_SLOT) operand += 2;
    for (unsigned i = 0; i < op->immediate_count; i++) {
        const uint8_t *place = program->bytes + operand;
        switch (op->immediate_kinds[i]) {
        case IMMEDIATE_LABEL: part.target = (int64_t)head + i32_at(place); break;
        case IMMEDIATE_PTR: part.address = operand; break;
        case IMMEDIATE_U32: count = (uint32_t)i32_at(place); break;
        }
        operand += sizes[op->immediate_kinds[i]];
    }
    if (opcode->op == OP_br_table) {
        part.entries = count + 1;
        part.table = end;
    }
    return part;
}

static void read_instruction(const Program *program, uint32_t head, InstructionText *instruction) {
    const OpcodeInfo *whole = &opcode_info[u16_at(program->bytes + head)];
    const uint32_t end = head + 2 + whole->length;
    uint32_t at = head;
    instruction->part_count = whole->part_count;
    instruction->end = end;
    for (unsigned i = 0; i < whole->part_count; i++) {
        const OpcodeInfo *opcode = whole->parts ? &opcode_info[whole->parts[i]] : whole;
        instruction->parts[i] = read_part(program, opcode, head, at, end);
        at += opcode->length;
    }
    const Part *last = &instruction->parts[whole->part_count - 1];
    instruction->end += 4 * last->entries;
}

static bool is_call(Op op) { return op == OP_call || op == OP_return_call; }

/* Whether control comes back to the instruction behind it. */
static bool is_returned_to(Op op) {
    return op == OP_call || op == OP_call_import || op == OP_call_indirect ||
           op == OP_call_indirect64;
}

static int64_t table_target(const Program *program, const Part *part, uint32_t entry) {
    const int64_t at = (int64_t)part->table + 4 * (int64_t)entry;
    return at + i32_at(program->bytes + at);
}

/* ---- What is known before anything is written ------------------------------------------------ */

static void mark_instruction(Unit *unit, const InstructionText *instruction) {
    const Program *program = unit->program;
    for (unsigned i = 0; i < instruction->part_count; i++) {
        const Part *part = &instruction->parts[i];
        if (part->target >= 0) unit->marks[part->target] |= IS_TARGET;
        for (uint32_t j = 0; j < part->entries; j++)
            unit->marks[table_target(program, part, j)] |= IS_TARGET | IS_KNOWN_BY_DATA;
        if (is_returned_to(part->opcode->op))
            unit->marks[instruction->end] |= IS_TARGET | IS_KNOWN_BY_DATA;
        if (part->address < 0) continue;
        unit->marks[part->address] |= IS_ADDRESS;
        unit->addresses++;
        const Code *callee = (const Code *)(uintptr_t)u64_at(program->bytes + part->address);
        unit->callees[part->address] = is_call(part->opcode->op) ? callee - program->codes : -1;
    }
}

static uint32_t begin_of(const Unit *unit, uint32_t function) {
    return (uint32_t)(unit->program->codes[function].begin - unit->program->bytes);
}
static uint32_t entry_of(const Unit *unit, uint32_t function) {
    return (uint32_t)(unit->program->codes[function].entry - unit->program->bytes);
}
static uint32_t end_of(const Unit *unit, uint32_t function) {
    const Program *program = unit->program;
    return (uint32_t)(program_code_end(program, &program->codes[function]) - program->bytes);
}

/* Where exceptions are caught in a function. */
static void mark_handlers(Unit *unit, uint32_t function) {
    const Code *code = &unit->program->codes[function];
    const SideTables *tables = &unit->program->tables;
    for (uint32_t i = 0; i < code->region_count; i++)
        for (uint32_t clause = tables->regions[code->first_region + i].clause; clause != NO_CLAUSE;
             clause = tables->clauses[clause].next)
            unit->marks[begin_of(unit, function) + tables->clauses[clause].target] |=
                IS_TARGET | IS_KNOWN_BY_DATA;
}

static void mark(Unit *unit) {
    static InstructionText instruction;
    for (uint32_t i = 0; i < unit->function_count; i++) {
        unit->marks[entry_of(unit, i)] |= IS_TARGET | IS_KNOWN_BY_DATA;
        mark_handlers(unit, i);
        for (uint32_t at = begin_of(unit, i); at < end_of(unit, i); at = instruction.end) {
            read_instruction(unit->program, at, &instruction);
            mark_instruction(unit, &instruction);
        }
    }
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void print_bytecode(const Unit *unit) {
    const Program *program = unit->program;
    printf("static const uint8_t bytecode[UNIT_BYTES + 1] = {");
    for (uint32_t at = 0, zeros = 0; at < program->size; at++) {
        if (unit->marks[at] & IS_ADDRESS) zeros = sizeof(uint64_t);
        printf("%s%u,", at % 32 ? "" : "\n    ", zeros ? 0 : program->bytes[at]);
        zeros -= zeros > 0;
    }
    puts("\n};");
}

static void print_tables(const Unit *unit) {
    printf("static const Code codes[FUNCTION_COUNT + 1] = {\n");
    for (uint32_t i = 0; i < unit->function_count; i++) {
        const Code *code = &unit->program->codes[i];
        printf("    {bytecode + 0x%04x, bytecode + 0x%04x, %u, %u, %u, %u, %u},\n",
               entry_of(unit, i), begin_of(unit, i), code->frame_slots, code->link_slot,
               code->function, code->first_region, code->region_count);
    }
    printf("};\nstatic const ZeroAddress addresses[ADDRESS_COUNT + 1] = {\n");
    for (uint32_t at = 0; at < unit->program->size; at++)
        if (unit->marks[at] & IS_ADDRESS)
            printf("    {0x%04x, %" PRId64 "},\n", at, unit->callees[at]);
    puts("};");
}

static void print_labels(const Unit *unit) {
    puts("static const void *const labels[UNIT_BYTES / 2 + 1] = {");
    for (uint32_t at = 0; at < unit->program->size; at++)
        if (unit->marks[at] & IS_KNOWN_BY_DATA) printf("    [0x%04x / 2] = &&at_%04x,\n", at, at);
    puts("};");
}

/* Where an instruction goes: at level one through the table that the bytecode holds, above by one
 * of the code; `a` and `count` are its body's. */
static void print_table(const Unit *unit, const Part *part) {
    puts("#if ZERO_LEVEL == 1\n#define GO GO_TO_IP\n#else\n#define GO switch (a) { \\");
    for (uint32_t i = 0; i + 1 < part->entries; i++)
        printf("    case %u: goto at_%04" PRIx64 "; \\\n", i,
               (uint64_t)table_target(unit->program, part, i));
    printf("    default: goto at_%04" PRIx64 "; }\n#endif\n",
           (uint64_t)table_target(unit->program, part, part->entries - 1));
}

static void print_part(const Unit *unit, const Part *part, uint32_t *address) {
    printf("#undef HERE\n#define HERE 0x%04x\n", part->at);
    if (part->target >= 0 || part->op->flags & OP_ENDS) puts("#undef GO");
    if (part->entries)
        print_table(unit, part);
    else if (part->target >= 0)
        printf("#define GO goto at_%04" PRIx64 "\n", (uint64_t)part->target);
    else if (is_call(part->opcode->op))
        printf("#define GO goto at_%04x\n", entry_of(unit, (uint32_t)unit->callees[part->address]));
    else if (part->op->flags & OP_ENDS)
        puts("#define GO GO_TO_IP");
    if (part->address >= 0) {
        puts("#undef ADDRESS");
        if (is_call(part->opcode->op))
            printf("#define ADDRESS CALLEE(%" PRId64 ")\n", unit->callees[part->address]);
        else
            printf("#define ADDRESS values[%u]\n", *address);
        ++*address;
    }
}

static void print_function(const Unit *unit, uint32_t function, const uint32_t *first_addresses) {
    static InstructionText instruction;
    uint32_t address = first_addresses[function];
    printf("\n/* function %u */\n", unit->program->codes[function].function);
    for (uint32_t at = begin_of(unit, function); at < end_of(unit, function);
         at = instruction.end) {
        read_instruction(unit->program, at, &instruction);
        if (unit->marks[at] & IS_TARGET) printf("at_%04x:;\n", at);
        bool loads = false, stores = false;
        for (unsigned i = 0; i < instruction.part_count; i++) {
            const Part *part = &instruction.parts[i];
            print_part(unit, part, &address);
            puts(i == 0 ? "INSTRUCTION();" : "ip = code + HERE;");
            /* As in the handler of a superinstruction. */
            if (instruction.part_count > 1 && (loads || stores)) puts("ORDER_ACCESSES();");
            loads = part->op->load_bytes > 0, stores = part->op->store_bytes > 0;
            printf("BODY_%s\n", part->opcode->name);
        }
    }
}

/* Where each function's addresses begin among all, since functions are written in another order. To
 * be freed. */
static uint32_t *count_addresses(const Unit *unit) {
    uint32_t *first = calloc(unit->function_count + 1, sizeof *first), count = 0;
    for (uint32_t i = 0; first && i < unit->function_count; i++) {
        first[i] = count;
        for (uint32_t at = begin_of(unit, i); at < end_of(unit, i); at++)
            count += (unit->marks[at] & IS_ADDRESS) > 0;
    }
    return first;
}

/* A permutation of the functions; the same seed gives the same. To be freed. */
static uint32_t *order_of(uint32_t count, uint64_t seed) {
    uint32_t *order = calloc(count + 1, sizeof *order);
    for (uint32_t i = 0; order && i < count; i++)
        order[i] = i;
    for (uint32_t i = count; order && seed && i > 1; i--) {
        /* splitmix64 (Steele, Lea and Flood 2014) of the seed and the place */
        uint64_t mixed = seed + i * 0x9e3779b97f4a7c15;
        mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
        const uint32_t other = (uint32_t)((mixed ^ mixed >> 31) % i), held = order[i - 1];
        order[i - 1] = order[other];
        order[other] = held;
    }
    return order;
}

static void print_name(const char *path) {
    const char *slash = strrchr(path, '/');
    printf("#define UNIT_NAME \"");
    for (const char *at = slash ? slash + 1 : path; *at; at++)
        putchar(*at == '"' || *at == '\\' || (unsigned char)*at < ' ' ? '_' : *at);
    puts("\"");
}

static bool print_unit(Unit *unit, const char *path, uint64_t seed, Error *error) {
    const size_t size = unit->program->size + 1;
    unit->marks = calloc(size, sizeof *unit->marks);
    unit->callees = calloc(size, sizeof *unit->callees);
    uint32_t *order = order_of(unit->function_count, seed), *first_addresses = NULL;
    const bool has_memory = unit->marks && unit->callees && order;
    if (has_memory) {
        mark(unit);
        first_addresses = count_addresses(unit);
    }
    if (first_addresses) {
        puts("/* Made by dispatch/zero/unroll.c: do not edit. */");
        print_name(path);
        printf("#define UNIT_BYTES %zuu\n#define FUNCTION_COUNT %u\n#define ADDRESS_COUNT %u\n"
               "#include \"dispatch/zero/unit.h\"\n",
               unit->program->size, unit->function_count, unit->addresses);
        print_bytecode(unit);
        print_tables(unit);
        puts("static Trap run(ZeroState *state);\nDEFINE_UNIT()\n"
             "\nstatic Trap run(ZeroState *state) {");
        print_labels(unit);
        puts("BEGIN_UNIT();");
        for (uint32_t i = 0; i < unit->function_count; i++)
            print_function(unit, order[i], first_addresses);
        puts("\n#undef HERE\n#define HERE 0\n#undef GO\n#define GO GO_TO_IP\nEND_UNIT();\n}");
    }
    const bool done = first_addresses != NULL;
    free(unit->marks);
    free(unit->callees);
    free(order);
    free(first_addresses);
    return done || fail(error, ERROR_MEMORY, "out of memory");
}

/* ---- The command ----------------------------------------------------------------------------- */

/* All of a file, to be freed. False, and *bytes NULL, if it cannot be read. */
static bool read_file(const char *path, uint8_t **bytes, size_t *size) {
    FILE *file = fopen(path, "rbe");
    *bytes = NULL;
    if (!file) return false;
    const bool has_end = fseek(file, 0, SEEK_END) == 0;
    const long end = has_end ? ftell(file) : -1;
    if (end >= 0 && (*bytes = malloc((size_t)end + 1))) {
        rewind(file);
        *size = fread(*bytes, 1, (size_t)end, file);
    }
    fclose(file);
    return *bytes && *size == (size_t)end;
}

static bool is_module(const char *path) {
    char magic[4] = {0};
    FILE *file = fopen(path, "rbe");
    const bool is_one = file && fread(magic, sizeof magic, 1, file) == 1 &&
                        memcmp(magic, "\0asm", sizeof magic) == 0;
    if (file) fclose(file);
    return is_one;
}

/* The module of a .wasm file, or of a trace. */
static bool load(const char *path, uint8_t **bytes, size_t *size, Error *error) {
    static TraceReader trace;
    if (is_module(path))
        return read_file(path, bytes, size) ||
               fail(error, ERROR_FILE, "cannot read %s: %s", path, strerror(errno));
    if (!trace_open(&trace, path, error)) return false;
    const bool done = trace_module(&trace, bytes, size, error);
    trace_close(&trace);
    return done;
}

static bool unroll(const char *path, uint64_t seed, Error *error) {
    uint8_t *bytes = NULL;
    size_t size;
    Module module;
    Program program;
    if (!load(path, &bytes, &size, error)) return false;
    bool done = module_read(bytes, size, &module, error);
    if (done) {
        done = translate(&module, opcode_words(), &program, error);
        if (done) {
            const uint32_t count = module.function_count - module.imported_function_count;
            done = print_unit(&(Unit){.program = &program, .function_count = count}, path, seed,
                              error);
            program_free(&program);
        }
        module_free(&module);
    }
    free(bytes);
    return done;
}

typedef struct Options {
    const char *file;
    uint64_t seed;
} Options;

static error_t parse(int key, char *argument, struct argp_state *state) {
    Options *options = state->input;
    char *end;
    switch (key) {
    case 's':
        errno = 0;
        options->seed = strtoull(argument, &end, 10);
        if (*argument < '0' || *argument > '9' || *end || errno)
            argp_error(state, "--seed takes a number, not \"%s\"", argument);
        return 0;
    case ARGP_KEY_ARG:
        if (options->file) argp_error(state, "one file is enough; what is \"%s\"", argument);
        options->file = argument;
        return 0;
    case ARGP_KEY_NO_ARGS: argp_error(state, "a file is missing"); return EINVAL;
    default: return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv) {
    static const struct argp_option options_taken[] = {
        {"seed", 's', "N", 0, "put the functions into the order of this seed; 0: their own", 0},
        {0}};
    const struct argp argp = {.options = options_taken,
                              .parser = parse,
                              .args_doc = "FILE.wasm|TRACE",
                              .doc = "Writes the C of a module whose dispatch is gone."};
    Options options = {0};
    argp_err_exit_status = 2;
    argp_parse(&argp, argc, argv, 0, NULL, &options);
    Error error;
    const bool done = unroll(options.file, options.seed, &error);
    if (!done)
        fprintf(stderr, "unroll: %s\n", error.message);
    else if (fflush(stdout) != 0)
        fprintf(stderr, "unroll: cannot write: %s\n", strerror(errno));
    return done && !ferror(stdout) ? 0 : 1;
}
