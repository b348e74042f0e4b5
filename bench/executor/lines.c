/* `lines`: the bytecode's straight lines and how often each of their instructions was executed, for
 * `tailrace mine` to choose superinstructions from. `functions`: how many instructions each function
 * executed, for the zero line (dispatch/zero/unroll.c) to choose functions from. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decoder/operands.h"
#include "dispatch/profile.h"
#include "bench/executor/program.h"

/* ---- Where lines begin and how deep they lie in loops ---------------------------------------- */

typedef struct Body {
    const uint8_t *begin, *end;
    uint8_t *is_target; /* by byte */
    int32_t *loops;     /* by byte: how many loops more (less) are open from here on */
} Body;

enum { WORD = 2 }; /* bytes of the opcode */

/* What a superinstruction ends with; all others are their own. */
static const OpInfo *last_op(uint16_t opcode) {
    return &op_info[opcode_info[part_of(opcode, opcode_info[opcode].part_count - 1u)].op];
}

static const uint8_t *behind(const uint8_t *at) {
    const uint16_t opcode = read_u16(at);
    const uint8_t *next = at + WORD + opcode_info[opcode].length;
    /* A table's entries are behind the instruction, if it is no copy; its last operands are their number
     * and where they are. */
    if (last_op(opcode)->flags & OP_HAS_TABLE && at + read_i32(next - 4) == next)
        next += 4 * ((uint64_t)read_u32(next - 8) + 1);
    return next;
}

/* The instruction at `at` closes a loop that begins at `target`. */
static void note_loop(Body *function, const uint8_t *at, const uint8_t *target) {
    function->loops[target - function->begin]++;
    function->loops[behind(at) - function->begin]--;
}

/* The instruction at `at` may jump to `target`. */
static void note_target(Body *function, const uint8_t *at, const uint8_t *target) {
    function->is_target[target - function->begin] = 1;
    if (target <= at) note_loop(function, at, target);
}

/* The br_table at `at`, with its last operands before `operands`, may jump to what is in its table. A
 * copy of one stands for one jump back. */
static void note_table(Body *function, const uint8_t *at, const uint8_t *operands) {
    const uint8_t *table = at + read_i32(operands - 4);
    for (uint64_t i = 0; i <= read_u32(operands - 8); i++) {
        const uint8_t *entry = table + 4 * i, *target = entry + read_i32(entry);
        if (table > at) note_target(function, at, target);
        else function->is_target[target - function->begin] = 1;
    }
    if (table < at) note_loop(function, at, table);
}

static void find_targets(Body *function) {
    for (const uint8_t *at = function->begin, *next; at < function->end; at = next) {
        next = behind(at);
        const uint16_t opcode = read_u16(at);
        const uint8_t *operands = at + WORD;
        for (unsigned i = 0; i < opcode_info[opcode].part_count; i++) {
            const OpcodeInfo *part = &opcode_info[part_of(opcode, i)];
            operands += part->length;
            if (op_info[part->op].flags & OP_HAS_TABLE) {
                note_table(function, at, operands);
            } else if (op_info[part->op].flags & OP_HAS_LABEL) { /* its last operand */
                note_target(function, at, at + read_i32(operands - 4));
            }
        }
    }
}

/* ---- Writing --------------------------------------------------------------------------------- */

/* What is in loops is taken to run so many times as often for each of them. */
static uint64_t guess(int32_t depth) {
    static const uint64_t counts[] = {1, 8, 64, 512, 4096};
    return counts[depth < 0 ? 0 : depth > 4 ? 4 : depth];
}

/* A line of "OPCODE:COUNT" for each straight line of the function: instructions that are executed
 * one after the other and that nothing jumps into. What calls the runtime is a line by itself. What
 * was never executed is left out. */
static void print_function_lines(const Body *function, bool is_static) {
    bool in_line = false;
    int32_t depth = 0;
    for (const uint8_t *at = function->begin; at < function->end; at = behind(at)) {
        const uint16_t opcode = read_u16(at);
        depth += function->loops[at - function->begin];
        const uint64_t count = is_static ? guess(depth) : profile_count_at(at);
        const unsigned flags = last_op(opcode)->flags;
        if (in_line && (!count || flags & OP_CALLS || function->is_target[at - function->begin])) {
            putchar('\n');
            in_line = false;
        }
        if (!count) continue;
        printf("%s%u:%" PRIu64, in_line ? " " : "", opcode, count);
        in_line = !(flags & (OP_ENDS | OP_CALLS));
        if (!in_line) putchar('\n');
    }
    if (in_line) putchar('\n');
}

bool print_lines(const ModuleFile *file, bool is_static, Error *error) {
    printf("%s %d opcodes\n", ISA_NAME, OPCODE_COUNT);
    for (int i = 0; i < OPCODE_COUNT; i++)
        puts(opcode_info[i].name);
    const Program *program = &file->program;
    const uint32_t count =
        program->module->function_count - program->module->imported_function_count;
    for (uint32_t i = 0; i < count && !ferror(stdout); i++) {
        const Code *code = &program->codes[i];
        Body function = {.begin = code->begin, .end = program_code_end(program, code)};
        const size_t bytes = (size_t)(function.end - function.begin) + 1;
        function.is_target = calloc(bytes, sizeof *function.is_target);
        function.loops = calloc(bytes, sizeof *function.loops);
        const bool has_memory = function.is_target && function.loops;
        if (has_memory) {
            find_targets(&function);
            print_function_lines(&function, is_static);
        }
        free(function.is_target);
        free(function.loops);
        if (!has_memory) return fail(error, ERROR_MEMORY, "out of memory");
    }
    return true;
}

bool print_executed_functions(const ModuleFile *file, Error *error) {
    (void)error;
    const Program *program = &file->program;
    const uint32_t count =
        program->module->function_count - program->module->imported_function_count;
    for (uint32_t i = 0; i < count; i++) {
        const Code *code = &program->codes[i];
        const uint8_t *const end = program_code_end(program, code);
        uint64_t executed = 0;
        for (const uint8_t *at = code->begin; at < end; at = behind(at))
            executed += profile_count_at(at);
        if (executed) printf("%u %" PRIu64 "\n", code->function, executed);
    }
    return true;
}
