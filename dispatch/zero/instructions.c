#define _GNU_SOURCE
#include "dispatch/zero/instructions.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/replay/trace.h"

/* ---- Files ----------------------------------------------------------------------------------- */

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

bool load_module(const char *path, uint8_t **bytes, size_t *size, Error *error) {
    static TraceReader trace;
    if (is_module(path))
        return read_file(path, bytes, size) ||
               fail(error, ERROR_FILE, "cannot read %s: %s", path, strerror(errno));
    if (!trace_open(&trace, path, error)) return false;
    const bool done = trace_module(&trace, bytes, size, error);
    trace_close(&trace);
    return done;
}

/* ---- Numbers --------------------------------------------------------------------------------- */

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

static unsigned value_bytes(uint8_t class, uint8_t type) {
    if (class == CLASS_SLOT) return 2;
    if (class != CLASS_CONSTANT) return 0;
    return type == VALUE_I64 || type == VALUE_F64 ? 8 : 4;
}

/* The part at `at` of the instruction at `head`. */
static InstructionPart read_part(const Program *program, const OpcodeInfo *opcode, uint32_t head,
                                 uint32_t at) {
    static const uint8_t sizes[] = {
        [IMMEDIATE_SLOT] = 2, [IMMEDIATE_U16] = 2, [IMMEDIATE_U32] = 4,
        [IMMEDIATE_U64] = 8,  [IMMEDIATE_PTR] = 8, [IMMEDIATE_LABEL] = 4};
    const OpInfo *op = &op_info[opcode->op];
    InstructionPart part = {.opcode = opcode, .op = op, .at = at, .target = -1, .address = -1};
    uint32_t operand = at + program->words->size, count = 0;
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
    if (op->flags & OP_HAS_TABLE) {
        part.entries = count + 1;
        part.table = (uint32_t)part.target;
        part.target = -1;
    }
    return part;
}

void read_instruction(const Program *program, uint32_t head, InstructionText *instruction) {
    const OpcodeInfo *whole = &opcode_info[u16_at(program->bytes + head)];
    const uint32_t end = head + program->words->size + whole->length;
    uint32_t at = head;
    instruction->part_count = whole->part_count;
    instruction->end = end;
    for (unsigned i = 0; i < whole->part_count; i++) {
        const OpcodeInfo *opcode = whole->parts ? &opcode_info[whole->parts[i]] : whole;
        instruction->parts[i] = read_part(program, opcode, head, at);
        at += opcode->length;
    }
    const InstructionPart *last = &instruction->parts[whole->part_count - 1];
    if (last->table == end) instruction->end += 4 * last->entries; /* else it is a copy */
}

bool calls_directly(Op op) { return op == OP_call || op == OP_return_call; }

/* Whether control comes back to the instruction behind it. */
static bool is_returned_to(Op op) {
    return op == OP_call || op == OP_call_import || op == OP_call_indirect ||
           op == OP_call_indirect64 || op == OP_call_ref;
}

int64_t table_target(const Program *program, const InstructionPart *part, uint32_t entry) {
    const int64_t at = (int64_t)part->table + 4 * (int64_t)entry;
    return at + i32_at(program->bytes + at);
}

/* ---- What is known before anything is written ------------------------------------------------ */

static void mark_instruction(Unit *unit, const InstructionText *instruction) {
    const Program *program = unit->program;
    for (unsigned i = 0; i < instruction->part_count; i++) {
        const InstructionPart *part = &instruction->parts[i];
        if (part->target >= 0) unit->marks[part->target] |= IS_TARGET;
        for (uint32_t j = 0; j < part->entries; j++)
            unit->marks[table_target(program, part, j)] |= IS_TARGET | IS_KNOWN_BY_DATA;
        if (is_returned_to(part->opcode->op))
            unit->marks[instruction->end] |= IS_TARGET | IS_KNOWN_BY_DATA;
        if (part->address < 0) continue;
        unit->marks[part->address] |= IS_ADDRESS;
        unit->addresses++;
        const Code *callee = (const Code *)(uintptr_t)u64_at(program->bytes + part->address);
        unit->callees[part->address] =
            calls_directly(part->opcode->op) ? callee - program->codes : -1;
        if (calls_directly(part->opcode->op)) unit->places[callee - program->codes] = 0;
    }
}

uint32_t begin_of(const Unit *unit, uint32_t function) {
    return (uint32_t)(unit->program->codes[function].begin - unit->program->bytes);
}
uint32_t entry_of(const Unit *unit, uint32_t function) {
    return (uint32_t)(unit->program->codes[function].entry - unit->program->bytes);
}
uint32_t end_of(const Unit *unit, uint32_t function) {
    const Program *program = unit->program;
    return (uint32_t)(program_code_end(program, &program->codes[function]) - program->bytes);
}

bool is_held(const Unit *unit, uint32_t function) { return !unit->holds || unit->holds[function]; }

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
        if (!is_held(unit, i)) continue;
        unit->places[i] = 0;
        unit->marks[entry_of(unit, i)] |= IS_TARGET | IS_KNOWN_BY_DATA;
        mark_handlers(unit, i);
        for (uint32_t at = begin_of(unit, i); at < end_of(unit, i); at = instruction.end) {
            unit->marks[at] |= IS_INSTRUCTION;
            read_instruction(unit->program, at, &instruction);
            mark_instruction(unit, &instruction);
        }
    }
}

/* From what `mark` has found. */
static void number_functions(Unit *unit) {
    for (uint32_t i = 0, skipped = 0; i < unit->function_count; i++) {
        unit->moved[i] = skipped;
        if (!is_held(unit, i)) skipped += end_of(unit, i) - begin_of(unit, i);
        if (unit->places[i] >= 0) unit->places[i] = unit->codes++;
    }
}

bool unit_read(Unit *unit, const Program *program, const bool *holds, Error *error) {
    const uint32_t count =
        program->module->function_count - program->module->imported_function_count;
    *unit = (Unit){.program = program,
                   .holds = holds,
                   .function_count = count,
                   .marks = calloc(program->size + 1, sizeof *unit->marks),
                   .callees = calloc(program->size + 1, sizeof *unit->callees),
                   .moved = calloc(count + 1, sizeof *unit->moved),
                   .places = malloc((count + 1) * sizeof *unit->places)};
    if (!unit->marks || !unit->callees || !unit->moved || !unit->places) {
        unit_free(unit);
        return fail(error, ERROR_MEMORY, "out of memory");
    }
    memset(unit->places, -1, (count + 1) * sizeof *unit->places);
    mark(unit);
    number_functions(unit);
    return true;
}

void unit_free(Unit *unit) {
    free(unit->marks);
    free(unit->callees);
    free(unit->moved);
    free(unit->places);
    *unit = (Unit){0};
}

/* ---- Writing --------------------------------------------------------------------------------- */

void print_sizes(const Unit *unit) {
    printf("#define UNIT_BYTES %zuu\n#define FUNCTION_COUNT %u\n#define ADDRESS_COUNT %u\n",
           unit->program->size, unit->codes, unit->addresses);
}

void print_bytecode(const Unit *unit) {
    printf("static const uint8_t bytecode[] = {");
    for (uint32_t i = 0; i < unit->function_count; i++)
        for (uint32_t at = begin_of(unit, i), zeros = 0; is_held(unit, i) && at < end_of(unit, i);
             at++) {
            if (unit->marks[at] & IS_ADDRESS) zeros = sizeof(uint64_t);
            printf("%s%u,", at % 32 ? "" : "\n    ", zeros ? 0 : unit->program->bytes[at]);
            zeros -= zeros > 0;
        }
    puts("0\n};");
}

void print_tables(const Unit *unit) {
    printf("static const Code codes[FUNCTION_COUNT + 1] = {\n");
    for (uint32_t i = 0; i < unit->function_count; i++) {
        const Code *code = &unit->program->codes[i];
        if (unit->places[i] < 0) continue;
        printf("    {.entry = (const uint8_t *)0x%04x, .begin = (const uint8_t *)0x%04x, "
               ".frame_slots = %u, "
               ".link_slot = %u, .function = %u, .first_region = %u, .region_count = %u},\n",
               entry_of(unit, i), begin_of(unit, i), code->frame_slots, code->link_slot,
               code->function, code->first_region, code->region_count);
    }
    printf("};\nstatic const ZeroAddress addresses[ADDRESS_COUNT + 1] = {\n");
    for (uint32_t at = 0; at < unit->program->size; at++)
        if (unit->marks[at] & IS_ADDRESS)
            printf("    {0x%04x, %" PRId64 "},\n", at, unit->callees[at]);
    puts("};");
}
