/* A workload and what executes it in one C file without dependencies: what one attaches to a
 * compiler's bug report, or puts into its test suite. scripts/single-file puts it together:
 *
 *     an executor       a strategy (strategies/), with the headers that it includes and the
 *                       handlers; or a unit of the zero line (zero/zero.h)
 *     a snapshot        the workload's bytecode, its instance, its call and its results
 *                       (snapshot.c)
 *     this file         sets all that up, executes it, checks the results and tells the time
 *
 *     ./a.out [TIMES]
 *
 * Exit status: 0 as expected; 1 not, or a trap; 2 usage.
 *
 * There is one instance, and nothing is imported. Accesses of memory are not compared with its
 * size, as in an executor with guard pages, but there are none: what the workload does is known.
 * With -DTAILRACE_BOUNDS_EXPLICIT they are. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "dispatch/zero/zero.h"

/* ---- What executors call ----------------------------------------------------------------------
 */

#include "runtime/bulk.h"

/* The specification lets growth fail. */
uint64_t memory_grow(Memory *memory, uint64_t pages) {
    return pages ? UINT64_MAX : memory->type.limits.minimum;
}

/* What no workload in a single file does: snapshot.c refuses those that would. */
static Trap never(void) {
    fputs("this file cannot do what the bytecode asks for\n", stderr);
    exit(1);
}
Trap call_slow(Instance *instance, uint64_t *fp) { return (void)instance, (void)fp, never(); }
Trap leave_instance(Instance *instance, uint64_t *fp) { return (void)instance, (void)fp, never(); }
Trap exception_throw(Instance *instance, uint32_t tag, const uint8_t *ip, uint64_t *fp,
                     const uint64_t *values) {
    return (void)instance, (void)tag, (void)ip, (void)fp, (void)values, never();
}
Trap exception_rethrow(Instance *instance, uint64_t reference, const uint8_t *ip, uint64_t *fp) {
    return (void)instance, (void)reference, (void)ip, (void)fp, never();
}
Trap exception_unwind(Instance *instance) { return (void)instance, never(); }
uint64_t table_grow(Table *table, uint64_t count, uint64_t value) {
    return (void)table, (void)count, (void)value, never();
}
Trap table_copy(Table *target, Table *source, uint64_t to, uint64_t from, uint64_t count) {
    return (void)target, (void)source, (void)to, (void)from, (void)count, never();
}
Trap table_fill(Table *table, uint64_t to, uint64_t value, uint64_t count) {
    return (void)table, (void)to, (void)value, (void)count, never();
}
Trap table_init(Instance *instance, uint32_t table, uint32_t segment, uint64_t to, uint32_t from,
                uint32_t count) {
    return (void)instance, (void)table, (void)segment, (void)to, (void)from, (void)count, never();
}
void fault_watch_frame(uint64_t *const *fp) { (void)fp; }

/* ---- Dispatch words ---------------------------------------------------------------------------
 */

enum {
#define X(name) NUMBER_##name,
    OPCODES(X)
#undef X
};

const DispatchWords *opcode_words(void) {
    static uint64_t numbers[OPCODE_COUNT];
    static const DispatchWords result = {2, numbers};
    for (unsigned i = 0; i < OPCODE_COUNT; i++)
        numbers[i] = i;
    return &result;
}

/* The bytecode as it is executed: with addresses and, but for the zero line, dispatch words. */
static _Alignas(64) uint8_t code_bytes[UNIT_BYTES + 8];
static Code code_of_function[FUNCTION_COUNT + 1];
static _Alignas(8) uint8_t halt[8];

static Program program = {.codes = code_of_function, .bytes = code_bytes, .size = UNIT_BYTES};

#ifdef ZERO_LEVEL
static Trap enter(const uint8_t *ip, uint64_t *fp, Instance *instance) {
    ZeroState state = {.ip = ip, .fp = fp, .instance = instance};
    const Trap trap = unit.run(&state);
    return trap == ZERO_ELSEWHERE ? never() : trap;
}

const Executor executor = {.strategy = STRATEGY,
                           .isa = ISA_NAME,
                           .layout = LAYOUT_SEED,
                           .words = opcode_words,
                           .enter = enter};

static void put_words(const DispatchWords *words) { (void)words, (void)unit.run(NULL); }
#else
static void put_words(const DispatchWords *words) {
    uint32_t at = 0;
    for (size_t i = 0; i < sizeof distances / sizeof distances[0]; i++) {
        at += distances[i];
        memcpy(code_bytes + at, &words->words[read_u16(bytecode + at)], words->size);
    }
}
#endif

/* Here and below a number may be 0, than which nothing unsigned is less. */
static void prepare_bytecode(void) {
    const DispatchWords *words = executor.words();
    memcpy(code_bytes, bytecode, UNIT_BYTES);
    memcpy(halt, &words->words[NUMBER_halt], words->size); /* little-endian: the low bytes */
    put_words(words);
    for (uint32_t i = 0; i != FUNCTION_COUNT; i++) {
        code_of_function[i] = codes[i];
        code_of_function[i].entry = code_bytes + (uintptr_t)codes[i].entry;
        code_of_function[i].begin = code_bytes + (uintptr_t)codes[i].begin;
    }
    for (uint32_t i = 0; i != ADDRESS_COUNT; i++) {
        const int32_t callee = addresses[i].callee;
        const uint64_t address = callee >= 0 ? (uintptr_t)&code_of_function[callee]
                                             : (uintptr_t)&types[address_types[i]];
        memcpy(code_bytes + addresses[i].offset, &address, sizeof address);
#ifdef ZERO_LEVEL
        values[i] = address;
#endif
    }
}

/* ---- The instance -----------------------------------------------------------------------------
 */

enum { STACK_SLOTS = 1 << 20, STACK_MARGIN = 2 * MAX_PARAMETERS };

static _Alignas(4096) uint8_t memory_bytes[(size_t)MEMORY_PAGES * WASM_PAGE + 1];
static _Alignas(64) uint64_t stack[STACK_SLOTS + STACK_MARGIN];
static Memory memory_0;
static Memory *memories[] = {&memory_0};
static Function function[FUNCTION_COUNT + 1];
static Function *functions[FUNCTION_COUNT + 1];
static Global global[GLOBAL_COUNT + 1];
static Global *globals[GLOBAL_COUNT + 1];
static Table table[TABLE_COUNT + 1];
static Table *tables[TABLE_COUNT + 1];
static const uint8_t *stopped_at;
static Instance instance;

static uint64_t reference(int64_t number) { return number < 0 ? 0 : (uintptr_t)&function[number]; }

static void fill_table(uint32_t index) {
    const uint64_t size = tables_before[index].size;
    if (!table[index].elements) table[index].elements = calloc(size + 1, sizeof(uint64_t));
    if (!table[index].elements) never();
    for (uint64_t i = 0; i < size; i++)
        table[index].elements[i] = reference(tables_before[index].elements[i]);
    table[index].size = size;
    tables[index] = &table[index];
}

/* As it was when the snapshot was taken. */
static void prepare_instance(void) {
    memset(memory_bytes, 0, sizeof memory_bytes);
    for (size_t i = 0, from = 0; pieces[i].size; from += pieces[i++].size)
        memcpy(memory_bytes + pieces[i].at, data + from, pieces[i].size);
    memory_0 = (Memory){.base = memory_bytes,
                        .size = (uint64_t)MEMORY_PAGES * WASM_PAGE,
                        .type = {{.minimum = MEMORY_PAGES}, .is_shared = MEMORY_IS_SHARED}};
    for (uint32_t i = 0; i != FUNCTION_COUNT; i++) {
        function[i] = (Function){.code = &code_of_function[i],
                                 .instance = &instance,
                                 .type = &types[type_of_function[i]]};
        functions[i] = &function[i];
    }
    for (uint32_t i = 0; i != GLOBAL_COUNT; i++) {
        global[i].value = globals_before[i].is_function
                              ? reference((int64_t)globals_before[i].value - 1)
                              : globals_before[i].value;
        global[i].high = globals_before[i].high;
        globals[i] = &global[i];
    }
    for (uint32_t i = 0; i != TABLE_COUNT; i++)
        fill_table(i);
    instance = (Instance){.globals = globals,
                          .functions = functions,
                          .tables = tables,
                          .memories = memories,
                          .stack_end = stack + STACK_SLOTS,
                          .memory0 = &memory_0,
                          .stopped_at = &stopped_at,
                          .program = &program};
}

/* ---- The call ---------------------------------------------------------------------------------
 */

static double milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static const char *wording(Trap trap) {
    switch (trap) {
#define X(code, words)                                                                             \
    case TRAP_##code: return words;
        TRAPS(X)
#undef X
    }
    return "unknown trap";
}

/* Whether it returned what it should. */
static bool check(Trap trap) {
    if (trap != TRAP_NONE) {
        fprintf(stderr, "%s: trap: %s\n", WORKLOAD, wording(trap));
        return false;
    }
    for (size_t i = 0; i != RESULT_COUNT; i++) {
        const uint64_t bits = expected[i].is_32 ? (uint32_t)stack[i] : stack[i];
        if (bits == expected[i].bits) continue;
        fprintf(stderr, "%s: result %zu has the bits %#llx, and not those of %s, %#llx\n", WORKLOAD,
                i, (unsigned long long)bits, expected[i].text,
                (unsigned long long)expected[i].bits);
        return false;
    }
    return true;
}

static bool execute_once(void) {
    const Code *code = &code_of_function[ENTRY];
    prepare_instance();
    for (size_t i = 0; i != ARGUMENT_COUNT; i++)
        stack[i] = arguments[i].bits;
    stack[code->link_slot] = (uintptr_t)halt;
    stack[code->link_slot + 1] = (uintptr_t)stack;
    const double start = milliseconds();
    const Trap trap = executor.enter(code->entry, stack, &instance);
    const double time = milliseconds() - start;
    if (!check(trap)) return false;
    printf("%s by %s-%s: %.3f ms, result as expected: %s\n", WORKLOAD, executor.strategy,
           executor.isa, time, RESULT_COUNT ? expected[0].text : "none");
    return true;
}

int main(int argc, char **argv) {
    const long times = argc > 1 ? strtol(argv[1], NULL, 10) : 1;
    if (argc > 2 || times < 1) {
        fprintf(stderr, "usage: %s [TIMES]\n", argv[0]);
        return 2;
    }
    prepare_bytecode();
    for (long i = 0; i < times; i++)
        if (!execute_once()) return 1;
    return 0;
}
