/* Writes the C of a module's unit (zero.h).
 *
 *     unroll [--seed N] [--profile FILE [--most BYTES]] FILE.wasm|TRACE
 *     unroll --native FUNCTION FILE.wasm
 *
 * Prints C to standard output: the bytecode as an array, the descriptions of its functions and
 * addresses, and one function, `run`, with the body of every instruction behind a label that tells
 * its offset. The functions of the module stand in an order that the seed gives; 0 is their own.
 * With --native `run` calls that function of C instead (native.h).
 *
 * With --profile a module whose bytecode is larger than --most is not unrolled whole: of the functions
 * that execute most, as the counting executor's command `functions` says, the fewest that make up
 * ENOUGH percent of all instructions, in so far as they fit into so many bytes. By default that is what
 * two cores compile in five minutes, all levels. */
#define _GNU_SOURCE
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/zero/instructions.h"

/* Where only data tells control to go: in the format, given the offset. How many there are. */
static uint32_t print_known(const Unit *unit, const char *format) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < unit->function_count; i++)
        for (uint32_t at = begin_of(unit, i); is_held(unit, i) && at < end_of(unit, i); at++) {
            if (!(unit->marks[at] & IS_KNOWN_BY_DATA)) continue;
            printf(format, at);
            count++;
        }
    return count;
}

/* What ZeroUnit has beside the tables of instructions.h. */
static void print_spans(const Unit *unit) {
    uint32_t count = 0;
    printf("static const ZeroSpan spans[] = {");
    for (uint32_t i = 0; i < unit->function_count; i++) {
        if (!is_held(unit, i)) continue;
        if (count && is_held(unit, i - 1)) continue; /* in the span before */
        uint32_t last = i;
        while (last + 1 < unit->function_count && is_held(unit, last + 1)) last++;
        printf("%s{0x%04x, 0x%04x},", count++ % 4 ? " " : "\n    ", begin_of(unit, i),
               end_of(unit, last));
    }
    printf("{0, 0}\n};\n#define SPAN_COUNT %u\nstatic const uint32_t known[] = {", count);
    count = print_known(unit, "0x%04x,");
    printf("0};\n#define KNOWN_COUNT %u\n", count);
}

static void print_labels(const Unit *unit) {
    puts("static const void *const places[] = {");
    print_known(unit, "    &&at_%04x,\n");
    puts("    NULL};");
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

static void print_call(const Unit *unit, uint32_t callee) {
    printf(is_held(unit, callee) ? "#define GO goto at_%04x\n" : "#define GO GO_OUTSIDE(0x%04x)\n",
           entry_of(unit, callee));
}

static void print_part(const Unit *unit, const InstructionPart *part, uint32_t *address) {
    printf("#undef HERE\n#define HERE 0x%04x\n", part->at);
    if (part->target >= 0 || part->op->flags & OP_ENDS) puts("#undef GO");
    if (part->entries)
        print_table(unit, part);
    else if (part->target >= 0)
        printf("#define GO goto at_%04" PRIx64 "\n", (uint64_t)part->target);
    else if (calls_directly(part->opcode->op))
        print_call(unit, (uint32_t)unit->callees[part->address]);
    else if (part->op->flags & OP_ENDS)
        puts("#define GO GO_TO_IP");
    if (part->address >= 0) {
        puts("#undef ADDRESS");
        if (calls_directly(part->opcode->op))
            printf("#define ADDRESS CALLEE(%" PRId64 ")\n",
                   unit->places[unit->callees[part->address]]);
        else
            printf("#define ADDRESS values[%u]\n", *address);
        ++*address;
    }
}

static void print_function(const Unit *unit, uint32_t function, const uint32_t *first_addresses) {
    static InstructionText instruction;
    uint32_t address = first_addresses[function];
    if (!is_held(unit, function)) return;
    printf("\n/* function %u */\n#undef MOVED\n#define MOVED 0x%04x\n",
           unit->program->codes[function].function, unit->moved[function]);
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

/* Which functions are unrolled, and what was executed of these and of all. */
typedef struct Choice {
    bool *holds; /* [function_count], to be freed; NULL: all */
    uint32_t functions, all_functions;
    uint64_t executed, all_executed;
} Choice;

static bool print_about(const char *path, const Choice *choice, Error *error) {
    const char *slash = strrchr(path, '/');
    char hash[SHA256_DIGEST_STRING_LENGTH];
    if (!SHA256File(path, hash))
        return fail(error, ERROR_FILE, "cannot read %s: %s", path, strerror(errno));
    printf("#define ABOUT_UNIT {\"");
    for (const char *at = slash ? slash + 1 : path; *at; at++)
        putchar(*at == '"' || *at == '\\' || (unsigned char)*at < ' ' ? '_' : *at);
    printf("\", \"%s\", %u, %u, %" PRIu64 "u, %" PRIu64 "u}\n#define UNIT_IS_WHOLE %d\n", hash,
           choice->functions, choice->all_functions, choice->executed, choice->all_executed,
           !choice->holds);
    return true;
}

/* The unit's head: all that tells whose it is. */
static bool print_head(const Unit *unit, const char *path, const Choice *choice, const char *header,
                       Error *error) {
    puts("/* Made by dispatch/zero/unroll.c: do not edit. */");
    if (!print_about(path, choice, error)) return false;
    print_sizes(unit);
    printf("#include \"dispatch/zero/%s\"\n", header);
    print_bytecode(unit);
    print_tables(unit);
    print_spans(unit);
    return true;
}

static bool print_native(const Unit *unit, const char *path, const Choice *choice,
                         const char *function, Error *error) {
    const Module *module = unit->program->module;
    const Export *entry = module_find_export(module, "run");
    if (!entry || entry->kind != EXTERN_FUNCTION || entry->index < module->imported_function_count)
        return fail(error, ERROR_LINK, "%s does not export a function run", path);
    if (!print_head(unit, path, choice, "native.h", error)) return false;
    printf("DEFINE_NATIVE_UNIT(%s, 0x%04x)\n", function,
           entry_of(unit, entry->index - module->imported_function_count));
    return true;
}

static bool print_unit(const Unit *unit, const char *path, const Choice *choice, uint64_t seed,
                       Error *error) {
    uint32_t *order = order_of(unit->function_count, seed);
    uint32_t *first_addresses = count_addresses(unit);
    bool done = order && first_addresses;
    if (!done) fail(error, ERROR_MEMORY, "out of memory");
    done = done && print_head(unit, path, choice, "unit.h", error);
    if (done) {
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
    return done;
}

/* ---- Which functions -------------------------------------------------------------------------- */

enum { ENOUGH = 95, USUAL_MOST = 300000 };

typedef struct Count {
    uint32_t function; /* by its place in Program.codes */
    uint64_t executed;
} Count;

static int by_count(const void *left, const void *right) {
    const Count *a = left, *b = right;
    if (a->executed != b->executed) return a->executed < b->executed ? 1 : -1;
    return a->function < b->function ? -1 : 1;
}

/* Reads the profile: how many functions it has, of at most so many; -1 and an Error if it is none of
 * this module. */
static int64_t read_counts(const Program *program, const char *path, Count *counts, uint32_t most,
                           Error *error) {
    const uint32_t imported = program->module->imported_function_count;
    FILE *file = fopen(path, "re");
    if (!file) return fail(error, ERROR_FILE, "cannot read %s: %s", path, strerror(errno)), -1;
    int64_t count = 0;
    int found;
    uint32_t index;
    uint64_t executed;
    while ((found = fscanf(file, "%" SCNu32 " %" SCNu64, &index, &executed)) == 2) {
        if (count == most || index < imported || index - imported >= most) break;
        counts[count++] = (Count){index - imported, executed};
    }
    fclose(file);
    if (found == EOF && count > 0) return count;
    return fail(error, ERROR_MALFORMED,
                "%s does not say what functions of this module have executed", path), -1;
}

/* Takes what executes most, as long as it fits. */
static void take_functions(const Program *program, const Count *counts, int64_t count, uint64_t most,
                           Choice *choice) {
    uint64_t left = most;
    for (int64_t i = 0; i < count; i++)
        choice->all_executed += counts[i].executed;
    for (int64_t i = 0; i < count; i++) {
        if (100 * (double)choice->executed >= ENOUGH * (double)choice->all_executed) break;
        const Code *code = &program->codes[counts[i].function];
        const uint64_t bytes = (uint64_t)(program_code_end(program, code) - code->begin);
        if (bytes > left) continue;
        left -= bytes;
        choice->holds[counts[i].function] = true;
        choice->functions++;
        choice->executed += counts[i].executed;
    }
}

/* Without a profile, or if it is small, the program is unrolled whole. */
static bool choose(const Program *program, const char *profile, uint64_t most, Choice *choice,
                   Error *error) {
    const uint32_t all =
        program->module->function_count - program->module->imported_function_count;
    *choice = (Choice){.functions = all, .all_functions = all};
    if (!profile || program->size <= most) return true;
    Count *counts = calloc(all + 1, sizeof *counts);
    choice->holds = calloc(all + 1, sizeof *choice->holds);
    choice->functions = 0;
    bool done = counts && choice->holds;
    if (!done) fail(error, ERROR_MEMORY, "out of memory");
    const int64_t count = done ? read_counts(program, profile, counts, all, error) : -1;
    if (count > 0) {
        qsort(counts, (size_t)count, sizeof *counts, by_count);
        take_functions(program, counts, count, most, choice);
    }
    free(counts);
    return count > 0;
}

/* ---- The command ----------------------------------------------------------------------------- */

typedef struct Options {
    const char *file;
    const char *native;  /* the function; NULL: none */
    const char *profile; /* NULL: everything is unrolled */
    uint64_t seed;
    uint64_t most; /* bytes of bytecode to be unrolled of a large program */
} Options;

static bool unroll_program(const Options *options, const Program *program, Error *error) {
    Choice choice;
    Unit unit;
    bool done = choose(program, options->profile, options->most, &choice, error) &&
                unit_read(&unit, program, choice.holds, error);
    if (done) {
        done = options->native ? print_native(&unit, options->file, &choice, options->native, error)
                               : print_unit(&unit, options->file, &choice, options->seed, error);
        unit_free(&unit);
    }
    free(choice.holds);
    return done;
}

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
            done = unroll_program(options, &program, error);
            program_free(&program);
        }
        module_free(&module);
    }
    free(bytes);
    return done;
}

static uint64_t number(const char *option, const char *argument, const struct argp_state *state) {
    char *end;
    errno = 0;
    const uint64_t found = strtoull(argument, &end, 10);
    if (*argument < '0' || *argument > '9' || *end || errno)
        argp_error(state, "--%s takes a number, not \"%s\"", option, argument);
    return found;
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    Options *options = state->input;
    switch (key) {
    case 's': options->seed = number("seed", argument, state); return 0;
    case 'm': options->most = number("most", argument, state); return 0;
    case 'n': options->native = argument; return 0;
    case 'p': options->profile = argument; return 0;
    case ARGP_KEY_ARG:
        if (options->file) return ARGP_ERR_UNKNOWN; /* argp says that there are too many */
        options->file = argument;
        return 0;
    case ARGP_KEY_NO_ARGS: argp_usage(state); return EINVAL;
    default: return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv) {
    static const struct argp_option options_taken[] = {
        {"seed", 's', "N", 0, "put the functions into the order of this seed; 0: their own", 0},
        {"profile", 'p', "FILE", 0,
         "of a large module unroll only what executes most, by this output of \"functions\"", 0},
        {"most", 'm', "BYTES", 0, "which is one with more bytecode, and how much to unroll of it", 0},
        {"native", 'n', "FUNCTION", 0, "call this function of C for the module's export run", 0},
        {0}};
    const struct argp argp = {.options = options_taken,
                              .parser = parse,
                              .args_doc = "FILE.wasm|TRACE",
                              .doc = "Writes the C of a module whose dispatch is gone."};
    Options options = {.most = USUAL_MOST};
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
