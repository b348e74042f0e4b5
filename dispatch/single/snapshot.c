/* Writes a workload as C (single.c): its bytecode, and its instance as it is before it is called.
 *
 *     snapshot --invoke EXPORT [OPTION...] FILE.wasm [ARG...]
 *
 * Prints to standard output. The module is instantiated here, so that the C that is written needs
 * nothing that instantiates. */
#define _GNU_SOURCE
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/zero/instructions.h"
#include "runtime/executor.h"
#include "runtime/runtime.h"
#include "runtime/text.h"

enum { MOST_RESULTS = 16 };

typedef struct Options {
    const char *file, *invoke, *opcodes;
    char **arguments;
    uint32_t argument_count;
    const char *expected[MOST_RESULTS];
    uint32_t expected_count;
    unsigned word; /* bytes of the dispatch words; 0: a unit of the zero line has the bytecode */
} Options;

/* ---- What a single file has no room for -------------------------------------------------------
 */

/* What has to be there when these are executed is not. */
static bool needs_more(Op op) {
    switch (op) {
    case OP_throw:
    case OP_throw_ref:
    case OP_memory_init:
    case OP_table_init:
    case OP_table_copy:
    case OP_table_fill:
    case OP_table_grow:
    case OP_data_drop:
    case OP_elem_drop: return true;
    default: return false;
    }
}

static bool check_instructions(const Unit *unit, const char *file, Error *error) {
    static InstructionText instruction;
    for (uint32_t at = 0; at < unit->program->size; at++) {
        if (!(unit->marks[at] & IS_INSTRUCTION)) continue;
        read_instruction(unit->program, at, &instruction);
        for (unsigned i = 0; i < instruction.part_count; i++)
            if (needs_more(instruction.parts[i].opcode->op))
                return fail(error, ERROR_UNSUPPORTED, "%s: a single file cannot have %s", file,
                            instruction.parts[i].op->name);
    }
    return true;
}

static bool check_module(const Module *module, const char *file, Error *error) {
    char import[200];
    if (module->import_count)
        return fail(error, ERROR_UNSUPPORTED,
                    "%s imports %s: a single file has no host, choose a workload without imports",
                    file, name_text(module->imports[0].name, import, sizeof import));
    if (module->memory_count > 1)
        return fail(error, ERROR_UNSUPPORTED, "%s has %u memories: a single file has one", file,
                    module->memory_count);
    if (module->memory_count && module->memories[0].has_byte_pages)
        return fail(error, ERROR_UNSUPPORTED, "%s has a memory of small pages: a single file has none",
                    file);
    if (module->tag_count)
        return fail(error, ERROR_UNSUPPORTED, "%s has exceptions: a single file cannot throw",
                    file);
    return true;
}

/* ---- The bytecode -----------------------------------------------------------------------------
 */

/* The number of each opcode among those that the file names. The others are never executed: they
 * get that of `unreachable`, which traps. */
static bool read_numbers(const char *path, uint16_t numbers[OPCODE_COUNT], Error *error) {
    FILE *file = fopen(path, "re");
    if (!file) return fail(error, ERROR_FILE, "cannot read %s", path);
    char name[4096];
    bool is_named[OPCODE_COUNT] = {false};
    uint16_t unreachable = 0;
    for (uint16_t number = 0; fscanf(file, "%4095s", name) == 1; number++) {
        for (unsigned i = 0; i < OPCODE_COUNT; i++) {
            if (strcmp(opcode_info[i].name, name) != 0) continue;
            numbers[i] = number;
            is_named[i] = true;
            if (opcode_info[i].op == OP_unreachable) unreachable = number;
        }
    }
    fclose(file);
    for (unsigned i = 0; i < OPCODE_COUNT; i++)
        if (!is_named[i]) numbers[i] = unreachable;
    return true;
}

/* Where instructions stand, each as the distance from the one before, and the opcodes' numbers. */
static void print_instructions(Unit *unit, uint8_t *bytes, const uint16_t numbers[OPCODE_COUNT]) {
    printf("static const uint32_t distances[] = {");
    uint32_t last = 0;
    for (uint32_t at = 0, count = 0; at < unit->program->size; at++) {
        if (!(unit->marks[at] & IS_INSTRUCTION)) continue;
        printf("%s%u,", count++ % 24 ? "" : "\n    ", at - last);
        last = at;
        uint16_t opcode;
        memcpy(&opcode, bytes + at, sizeof opcode);
        memcpy(bytes + at, &numbers[opcode], sizeof opcode);
    }
    puts("\n};");
}

/* The number of a type among the module's. */
static int type_number(const Module *module, uint64_t type) {
    for (uint32_t i = 0; i < module->type_count; i++)
        if ((uintptr_t)module->types[i] == type) return (int)i;
    return -1;
}

static void print_address_types(const Unit *unit) {
    const Program *program = unit->program;
    printf("static const int32_t address_types[ADDRESS_COUNT + 1] = {");
    for (uint32_t at = 0, count = 0; at < program->size; at++) {
        if (!(unit->marks[at] & IS_ADDRESS)) continue;
        uint64_t address;
        memcpy(&address, program->bytes + at, sizeof address);
        printf("%s%d,", count++ % 24 ? "" : "\n    ",
               unit->callees[at] < 0 ? type_number(program->module, address) : -1);
    }
    puts("\n};");
}

static bool print_bytecode_of(const Module *module, const Options *options, Error *error) {
    static uint64_t same[OPCODE_COUNT];
    static uint16_t numbers[OPCODE_COUNT];
    for (unsigned i = 0; i < OPCODE_COUNT; i++)
        same[i] = numbers[i] = (uint16_t)i;
    if (options->opcodes && !read_numbers(options->opcodes, numbers, error)) return false;
    const DispatchWords words = {options->word ? options->word : 2, same};
    Program program;
    Unit unit;
    if (!translate(module, &words, &program, error)) return false;
    bool done = unit_read(&unit, &program, NULL, error);
    if (done) {
        done = check_instructions(&unit, options->file, error);
        if (done && options->word) {
            print_sizes(&unit);
            print_instructions(&unit, program.bytes, numbers);
            print_bytecode(&unit);
            print_tables(&unit);
        }
        if (done) print_address_types(&unit);
        unit_free(&unit);
    }
    program_free(&program);
    return done;
}

/* ---- The instance -----------------------------------------------------------------------------
 */

static void print_types(const Module *module) {
    puts("static const FunctionType types[] = {");
    for (uint32_t i = 0; i < module->type_count; i++) {
        /* Of several that are equal, only the first is ever compared with. */
        const FunctionType *type = module->types[i];
        printf("    {.id = %u, .parameter_count = %u, .result_count = %u},\n", i,
               type->parameter_count, type->result_count);
    }
    printf("    {.id = %u}};\nstatic const uint32_t type_of_function[FUNCTION_COUNT + 1] = {",
           module->type_count);
    for (uint32_t i = 0; i < module->function_count; i++)
        printf("%s%d,", i % 24 ? "" : "\n    ",
               type_number(module, (uintptr_t)module->function_types[i]));
    puts("\n};");
}

/* The number of a function, by its address; -1: null. */
static int64_t function_number(const Instance *instance, uint64_t reference) {
    const Function *function = (const Function *)(uintptr_t)reference;
    return function ? function->code - instance->program->codes : -1;
}

static void print_tables_of(const Instance *instance) {
    const Module *module = instance->module;
    printf("enum { TABLE_COUNT = %u };\n", module->table_count);
    for (uint32_t i = 0; i < module->table_count; i++) {
        printf("static const int64_t elements_%u[] = {", i);
        for (uint64_t j = 0; j < instance->tables[i]->size; j++)
            printf("%s%" PRId64 ",", j % 24 ? "" : "\n    ",
                   function_number(instance, instance->tables[i]->elements[j]));
        puts(" -1};");
    }
    puts(
        "static const struct {\n    const int64_t *elements; /* numbers of functions; -1: null */\n"
        "    uint64_t size;\n} tables_before[TABLE_COUNT + 1] = {");
    for (uint32_t i = 0; i < module->table_count; i++)
        printf("    {elements_%u, %" PRIu64 "},\n", i, instance->tables[i]->size);
    puts("    {0, 0}};");
}

static void print_globals(const Instance *instance) {
    const Module *module = instance->module;
    printf("enum { GLOBAL_COUNT = %u };\nstatic const struct {\n    uint64_t value, high;\n"
           "    bool is_function; /* and the value its number, plus 1; 0: null */\n"
           "} globals_before[GLOBAL_COUNT + 1] = {\n",
           module->global_count);
    for (uint32_t i = 0; i < module->global_count; i++) {
        const Global *global = instance->globals[i];
        const bool is_function = slot_type(global->type.type) == TYPE_FUNCREF;
        printf("    {%" PRIu64 "u, %" PRIu64 "u, %s},\n",
               is_function ? (uint64_t)(function_number(instance, global->value) + 1)
                           : global->value,
               global->high, is_function ? "true" : "false");
    }
    puts("    {0, 0, false}};");
}

/* A new piece begins behind this many zeros. */
enum { ZEROS = 32 };

/* The memory's bytes, without long runs of zeros. */
static void print_memory(const Instance *instance) {
    const Memory *memory = instance->memory0;
    printf("enum { MEMORY_PAGES = %" PRIu64 ", MEMORY_IS_SHARED = %d };\n"
           "static const uint8_t data[] = {",
           memory->size / WASM_PAGE, memory->type.is_shared);
    uint64_t begin = 0, end = 0; /* of the present piece */
    uint64_t *pieces = NULL;
    uint32_t count = 0;
    for (uint64_t at = 0; at <= memory->size; at++) {
        const bool is_at_end = at == memory->size;
        if (!is_at_end && !memory->base[at]) continue;
        if (end > begin && (is_at_end || at - end >= ZEROS)) {
            pieces = realloc(pieces, (count + 1) * 2 * sizeof *pieces);
            if (!pieces) exit(EXIT_FAILURE);
            pieces[2 * count] = begin;
            pieces[2 * count++ + 1] = end - begin;
            for (uint64_t i = begin; i < end; i++)
                printf("%s%u,", (i - begin) % 32 ? "" : "\n    ", memory->base[i]);
            begin = end = at;
        } else if (end == begin) {
            begin = at;
        }
        end = at + 1;
    }
    puts(" 0};\nstatic const struct {\n    uint64_t at, size;\n} pieces[] = {");
    for (uint32_t i = 0; i < count; i++)
        printf("    {%" PRIu64 ", %" PRIu64 "},\n", pieces[2 * i], pieces[2 * i + 1]);
    puts("    {0, 0}};");
    free(pieces);
}

/* ---- The call ---------------------------------------------------------------------------------
 */

static bool print_values(const char *name, const ValueType *types, uint32_t count, char **texts,
                         const char *file, Error *error) {
    printf("static const struct {\n    uint64_t bits;\n    const char *text;\n    bool is_32;\n"
           "} %s[] = {\n",
           name);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t bits;
        char text[VALUE_TEXT_SIZE];
        if (types[i] == TYPE_V128)
            return fail(error, ERROR_LINK, "%s: a single file gives and takes no vectors", file);
        if (!parse_value(types[i], texts[i], &bits))
            return fail(error, ERROR_LINK, "%s: \"%s\" is no %s", file, texts[i],
                        value_type_name(types[i]));
        printf("    {%" PRIu64 "u, \"%s\", %s},\n", bits, format_value(types[i], &bits, text),
               types[i] == TYPE_I32 || types[i] == TYPE_F32 ? "true" : "false");
    }
    puts("    {0, \"\", false}};");
    return true;
}

static bool print_call(const Module *module, const Options *options, Error *error) {
    const Export *entry = module_find_export(module, options->invoke);
    if (!entry || entry->kind != EXTERN_FUNCTION)
        return fail(error, ERROR_LINK, "%s exports no function %s", options->file, options->invoke);
    const FunctionType *type = module->function_types[entry->index];
    if (type->parameter_count != options->argument_count ||
        type->result_count != options->expected_count)
        return fail(
            error, ERROR_LINK,
            "%s: %s has %u parameters and %u results, not %u and %u: give each an argument, "
            "and each an --expect",
            options->file, options->invoke, type->parameter_count, type->result_count,
            options->argument_count, options->expected_count);
    printf("enum { ENTRY = %u, ARGUMENT_COUNT = %u, RESULT_COUNT = %u };\n", entry->index,
           type->parameter_count, type->result_count);
    return print_values("arguments", type->parameters, type->parameter_count, options->arguments,
                        options->file, error) &&
           print_values("expected", type->results, type->result_count, (char **)options->expected,
                        options->file, error);
}

/* ---- The command ------------------------------------------------------------------------------
 */

static bool resolve_nothing(void *context, const Import *import, Extern *found) {
    (void)context, (void)import, (void)found;
    return false;
}

static bool print_instance(const Program *program, Error *error) {
    Store *store = store_new(DEFAULT_STACK_SLOTS, error);
    Instance *instance = store ? instantiate(store, program, resolve_nothing, NULL, error) : NULL;
    if (instance) {
        print_tables_of(instance);
        print_globals(instance);
        print_memory(instance);
    }
    store_free(store);
    return instance != NULL;
}

static bool print_module(const Module *module, const Options *options, Error *error) {
    Program program;
    if (!check_module(module, options->file, error) || !print_bytecode_of(module, options, error) ||
        !translate(module, executor.words(), &program, error))
        return false;
    print_types(module);
    const bool done = print_instance(&program, error) && print_call(module, options, error);
    program_free(&program);
    return done;
}

static bool snapshot(const Options *options, Error *error) {
    uint8_t *bytes;
    size_t size;
    Module module;
    if (!load_module(options->file, &bytes, &size, error)) return false;
    bool done = module_read(bytes, size, &module, error);
    if (done) {
        done = print_module(&module, options, error);
        module_free(&module);
    }
    free(bytes);
    return done;
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    Options *options = state->input;
    switch (key) {
    case 'w':
        options->word = (unsigned)strtoul(argument, NULL, 10);
        if (options->word != 2 && options->word != 4 && options->word != 8)
            argp_error(state, "--word takes 2, 4 or 8, not \"%s\"", argument);
        return 0;
    case 'o': options->opcodes = argument; return 0;
    case 'n': options->invoke = argument; return 0;
    case 'x':
        if (options->expected_count == MOST_RESULTS)
            argp_error(state, "--expect is taken %d times", MOST_RESULTS);
        options->expected[options->expected_count++] = argument;
        return 0;
    case ARGP_KEY_ARG: /* all that follows is the export's */
        options->file = argument;
        options->arguments = &state->argv[state->next];
        options->argument_count = (uint32_t)(state->argc - state->next);
        state->next = state->argc;
        return 0;
    case ARGP_KEY_END:
        if (!options->file || !options->invoke) argp_error(state, "a file and --invoke are needed");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv) {
    static const struct argp_option taken[] = {
        {"word", 'w', "BYTES", 0,
         "of the dispatch words; without it the bytecode is left out, as a unit of the zero line "
         "has it",
         0},
        {"opcodes", 'o', "FILE", 0,
         "the names of the opcodes by the numbers that they have in the file (default: all of the "
         "instruction set)",
         0},
        {"invoke", 'n', "EXPORT", 0, "the function to call", 0},
        {"expect", 'x', "VALUE", 0, "what it returns; once for each result", 0},
        {0}};
    const struct argp argp = {.options = taken,
                              .parser = parse,
                              .args_doc = "FILE.wasm [ARG...]",
                              .doc = "Writes a workload as C: its bytecode and its instance."};
    Options options = {0};
    argp_err_exit_status = 2;
    argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &options);
    Error error;
    if (!snapshot(&options, &error)) {
        fprintf(stderr, "snapshot: %s\n", error.message);
        return EXIT_FAILURE;
    }
    if (fflush(stdout) == 0 && !ferror(stdout)) return EXIT_SUCCESS;
    fputs("snapshot: cannot write\n", stderr);
    return EXIT_FAILURE;
}
