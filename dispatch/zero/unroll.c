/* Writes the C of a module's unit (zero.h).
 *
 *     unroll [--seed N] FILE.wasm|TRACE
 *     unroll --native FUNCTION FILE.wasm
 *
 * Prints C to standard output: the bytecode as an array, the descriptions of its functions and
 * addresses, and one function, `run`, with the body of every instruction behind a label that tells
 * its offset. The functions of the module stand in an order that the seed gives; 0 is their own.
 * With --native `run` calls that function of C instead (native.h). */
#define _GNU_SOURCE
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/zero/instructions.h"

static void print_labels(const Unit *unit) {
    puts("static const void *const labels[UNIT_BYTES / 2 + 1] = {");
    for (uint32_t at = 0; at < unit->program->size; at++)
        if (unit->marks[at] & IS_KNOWN_BY_DATA) printf("    [0x%04x / 2] = &&at_%04x,\n", at, at);
    puts("};");
}

/* Where an instruction goes: at level one through the table that the bytecode holds, above by one
 * of the code; `a` and `count` are its body's. */
static void print_table(const Unit *unit, const InstructionPart *part) {
    puts("#if ZERO_LEVEL == 1\n#define GO GO_TO_IP\n#else\n#define GO switch (a) { \\");
    for (uint32_t i = 0; i + 1 < part->entries; i++)
        printf("    case %u: goto at_%04" PRIx64 "; \\\n", i,
               (uint64_t)table_target(unit->program, part, i));
    printf("    default: goto at_%04" PRIx64 "; }\n#endif\n",
           (uint64_t)table_target(unit->program, part, part->entries - 1));
}

static void print_part(const Unit *unit, const InstructionPart *part, uint32_t *address) {
    printf("#undef HERE\n#define HERE 0x%04x\n", part->at);
    if (part->target >= 0 || part->op->flags & OP_ENDS) puts("#undef GO");
    if (part->entries)
        print_table(unit, part);
    else if (part->target >= 0)
        printf("#define GO goto at_%04" PRIx64 "\n", (uint64_t)part->target);
    else if (calls_directly(part->opcode->op))
        printf("#define GO goto at_%04x\n", entry_of(unit, (uint32_t)unit->callees[part->address]));
    else if (part->op->flags & OP_ENDS)
        puts("#define GO GO_TO_IP");
    if (part->address >= 0) {
        puts("#undef ADDRESS");
        if (calls_directly(part->opcode->op))
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
        printf("#undef HEAD\n#define HEAD 0x%04x\n", at);
        bool loads = false, stores = false;
        for (unsigned i = 0; i < instruction.part_count; i++) {
            const InstructionPart *part = &instruction.parts[i];
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

/* The unit's head: all that tells whose it is. */
static void print_head(const Unit *unit, const char *path, const char *header) {
    puts("/* Made by dispatch/zero/unroll.c: do not edit. */");
    print_name(path);
    print_sizes(unit);
    printf("#include \"dispatch/zero/%s\"\n", header);
    print_bytecode(unit);
    print_tables(unit);
}

static bool print_native(const Unit *unit, const char *path, const char *function, Error *error) {
    const Module *module = unit->program->module;
    const Export *entry = module_find_export(module, "run");
    if (!entry || entry->kind != EXTERN_FUNCTION || entry->index < module->imported_function_count)
        return fail(error, ERROR_LINK, "%s does not export a function run", path);
    print_head(unit, path, "native.h");
    printf("DEFINE_NATIVE_UNIT(%s, 0x%04x)\n", function,
           entry_of(unit, entry->index - module->imported_function_count));
    return true;
}

static bool print_unit(const Unit *unit, const char *path, uint64_t seed, Error *error) {
    uint32_t *order = order_of(unit->function_count, seed);
    uint32_t *first_addresses = count_addresses(unit);
    const bool done = order && first_addresses;
    if (done) {
        print_head(unit, path, "unit.h");
        puts("static Trap run(ZeroState *state);\nDEFINE_UNIT()\n"
             "\nstatic Trap run(ZeroState *state) {");
        print_labels(unit);
        puts("BEGIN_UNIT();");
        for (uint32_t i = 0; i < unit->function_count; i++)
            print_function(unit, order[i], first_addresses);
        puts("\n#undef HERE\n#define HERE 0\n#undef GO\n#define GO GO_TO_IP\nEND_UNIT();\n}");
    }
    free(order);
    free(first_addresses);
    return done || fail(error, ERROR_MEMORY, "out of memory");
}

/* ---- The command ----------------------------------------------------------------------------- */

typedef struct Options {
    const char *file;
    const char *native; /* the function; NULL: none */
    uint64_t seed;
} Options;

static bool unroll(const Options *options, Error *error) {
    const char *path = options->file;
    uint8_t *bytes = NULL;
    size_t size;
    Module module;
    Program program;
    if (!load_module(path, &bytes, &size, error)) return false;
    bool done = module_read(bytes, size, &module, error);
    if (done) {
        done = translate(&module, opcode_words(), &program, error);
        if (done) {
            Unit unit;
            done = unit_read(&unit, &program, error);
            if (done) {
                done = options->native ? print_native(&unit, path, options->native, error)
                                       : print_unit(&unit, path, options->seed, error);
                unit_free(&unit);
            }
            program_free(&program);
        }
        module_free(&module);
    }
    free(bytes);
    return done;
}

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
    case 'n': options->native = argument; return 0;
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
        {"native", 'n', "FUNCTION", 0, "call this function of C for the module's export run", 0},
        {0}};
    const struct argp argp = {.options = options_taken,
                              .parser = parse,
                              .args_doc = "FILE.wasm|TRACE",
                              .doc = "Writes the C of a module whose dispatch is gone."};
    Options options = {0};
    argp_err_exit_status = 2;
    argp_parse(&argp, argc, argv, 0, NULL, &options);
    Error error;
    const bool done = unroll(&options, &error);
    if (!done)
        fprintf(stderr, "unroll: %s\n", error.message);
    else if (fflush(stdout) != 0)
        fprintf(stderr, "unroll: cannot write: %s\n", strerror(errno));
    return done && !ferror(stdout) ? 0 : 1;
}
