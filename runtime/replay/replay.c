#include "runtime/replay/replay.h"

#include <sha2.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "runtime/text.h"

/* Schedulers give another thread some milliseconds, and a turn of the host has some
 * microseconds. */
#define BRIEF_NS 100000u

#define FNV_OFFSET 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u

/* An imported or foreign function: what its host function is called with. */
typedef struct ReplayImport {
    Replay *replay;
    uint32_t function; /* its index */
    const FunctionType *type;
} ReplayImport;

/* ---- The clock ------------------------------------------------------------------------------- */

static uint64_t clock_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* The least of several averages: what disturbs can only add. */
static uint64_t clock_cost(void) {
    enum { BATCHES = 20, READINGS = 500 };
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < BATCHES; i++) {
        uint64_t start = clock_now(), end = start;
        for (int j = 0; j < READINGS; j++)
            end = clock_now();
        uint64_t cost = (end - start) / READINGS;
        if (cost < least) least = cost;
    }
    return least;
}

static void enter_host(Replay *replay) { replay->host_since = clock_now(); }

static void leave_host(Replay *replay) {
    uint64_t passed = clock_now() - replay->host_since;
    replay->host.stretches++;
    replay->host.ns += passed;
    if (passed < BRIEF_NS) replay->host.brief_ns += passed;
}

/* ---- What can go wrong ----------------------------------------------------------------------- */

/* Records the first failure; always false. */
static bool stop(Replay *replay, ReplayOutcome outcome) {
    if (replay->outcome == REPLAY_GOING) replay->outcome = outcome;
    return false;
}

/* The trace asks for something impossible. */
static bool broken(Replay *replay, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool broken(Replay *replay, const char *format, ...) {
    char message[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    trace_fail(&replay->trace, replay->record, &replay->error, "%s", message);
    return stop(replay, REPLAY_BROKEN);
}

/* The module did something else. */
static bool diverged(Replay *replay, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool diverged(Replay *replay, const char *format, ...) {
    char message[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    fail(&replay->error, ERROR_TRAP, "crossing %llu (byte 0x%llx of %s): %s",
         (unsigned long long)replay->crossings, (unsigned long long)replay->record,
         replay->trace.name, message);
    return stop(replay, REPLAY_DIVERGED);
}

/* For the trace_* functions, which have filled the error. */
static bool read_or_stop(Replay *replay, bool done) { return done || stop(replay, REPLAY_BROKEN); }

static bool read_number(Replay *replay, unsigned width, uint64_t *value) {
    return read_or_stop(replay, trace_unsigned(&replay->trace, width, value, &replay->error));
}

static bool read_record(Replay *replay, uint8_t *record) {
    replay->record = trace_offset(&replay->trace);
    return read_or_stop(replay, trace_byte(&replay->trace, record, &replay->error));
}

enum { NAME_SIZE = 100 };
/* Stands for a function: what the instantiation calls. */
#define INSTANTIATION UINT32_MAX
/* "f" or "env.log". For messages alone: it looks through all imports or exports, which costs a
 * hundred times what the rest of a crossing does. */
static const char *function_name(const Replay *replay, uint32_t function, char buffer[NAME_SIZE]) {
    const Module *module = replay->module;
    if (function == INSTANTIATION) return "the instantiation";
    if (function >= module->function_count) {
        snprintf(buffer, NAME_SIZE, "function %u of the host", function - module->function_count);
        return buffer;
    }
    if (function >= module->imported_function_count) {
        module_function_name(module, function, buffer, NAME_SIZE);
        return buffer;
    }
    const Import *import = module->imports;
    for (uint32_t seen = 0;; import++)
        if (import->kind == EXTERN_FUNCTION && seen++ == function) break;
    char from[NAME_SIZE / 2], name[NAME_SIZE / 2];
    snprintf(buffer, NAME_SIZE, "%s.%s", name_text(import->module, from, sizeof from),
             name_text(import->name, name, sizeof name));
    return buffer;
}
/* The name lives to the end of the block. */
#define NAME_OF(replay, function) function_name(replay, function, (char[NAME_SIZE]){0})

/* ---- Values ---------------------------------------------------------------------------------- */

static bool is_nan(ValueType type, uint64_t value) {
    if (type == TYPE_F32) return ((uint32_t)value & 0x7fffffffu) > 0x7f800000u;
    return type == TYPE_F64 && (value & ~(1ull << 63)) > 0x7ffull << 52;
}

/* A reference's number in the trace becomes what the engine has in slots. */
static bool resolve(Replay *replay, ValueType type, uint64_t *value) {
    if (slot_type(type) != TYPE_FUNCREF || *value == 0) return true;
    const uint64_t index = *value - 1, own = replay->module->function_count;
    if (index < own && replay->instance)
        *value = (uintptr_t)replay->instance->functions[index];
    else if (index >= own && index - own < replay->foreign_count)
        *value = (uintptr_t)replay->foreign[index - own];
    else
        return broken(replay, "a reference to function %llu, which is not there",
                      (unsigned long long)index);
    return true;
}

static bool read_value(Replay *replay, ValueType type, uint64_t *value) {
    return read_or_stop(replay, trace_value(&replay->trace, type, value, &replay->error)) &&
           resolve(replay, type, value);
}

static bool read_values(Replay *replay, const ValueType *types, uint32_t count, uint64_t *slots) {
    for (uint32_t i = 0; i < count; i++)
        if (!read_value(replay, types[i], &slots[i])) return false;
    return true;
}

/* A value in words; of references the number. */
static void describe(const Replay *replay, ValueType type, uint64_t value,
                     char text[VALUE_TEXT_SIZE]) {
    if (value && type == TYPE_EXTERNREF) {
        snprintf(text, VALUE_TEXT_SIZE, "externref %llu", (unsigned long long)value);
    } else if (value && slot_type(type) == TYPE_FUNCREF) {
        uint32_t index = 0, count = replay->module->function_count;
        while (index < count && (uintptr_t)replay->instance->functions[index] != value)
            index++;
        snprintf(text, VALUE_TEXT_SIZE, index < count ? "function %u" : "a function of the host",
                 index);
    } else {
        format_value(type, &value, text);
    }
}

/* Compares what the module gave with the trace. `what` is "argument" or "result". */
static bool check_values(Replay *replay, const ValueType *types, uint32_t count,
                         const uint64_t *slots, uint32_t function, const char *what) {
    for (uint32_t i = 0; i < count; i++) {
        uint64_t wanted, number, got = slots[i];
        if (!read_or_stop(replay, trace_value(&replay->trace, types[i], &wanted, &replay->error)))
            return false;
        number = wanted;
        if (!resolve(replay, types[i], &wanted)) return false;
        bool both_nan = is_nan(types[i], got) && is_nan(types[i], wanted);
        if (got != wanted && !both_nan) {
            char had[VALUE_TEXT_SIZE], expected[VALUE_TEXT_SIZE];
            describe(replay, types[i], got, had);
            describe(replay, types[i], wanted, expected);
            return diverged(replay, "%s %u of %s is %s, but %s was recorded", what, i + 1,
                            NAME_OF(replay, function), had, expected);
        }
        replay->checks++;
        replay->hash = (replay->hash ^ (both_nan ? 0x7ff8ull << 48 : number)) * FNV_PRIME;
    }
    return true;
}

/* ---- What the host did to the module's state ------------------------------------------------- */

/* The memory that comes next in the trace, as an index. */
static bool read_memory(Replay *replay, Memory **memory) {
    uint64_t index;
    if (!read_number(replay, 32, &index)) return false;
    const Module *module = replay->module;
    if (index >= (replay->instance ? module->memory_count : module->imported_memory_count))
        return broken(replay, "memory %llu, which is not there", (unsigned long long)index);
    *memory = replay->instance ? replay->instance->memories[index] : replay->memories[index];
    return true;
}

static bool read_table(Replay *replay, Table **table) {
    uint64_t index;
    if (!read_number(replay, 32, &index)) return false;
    const Module *module = replay->module;
    if (index >= (replay->instance ? module->table_count : module->imported_table_count))
        return broken(replay, "table %llu, which is not there", (unsigned long long)index);
    *table = replay->instance ? replay->instance->tables[index] : replay->tables[index];
    return true;
}

static bool play_memory_write(Replay *replay) {
    Memory *memory;
    uint64_t address, count;
    if (!read_memory(replay, &memory) || !read_number(replay, 64, &address) ||
        !read_number(replay, 64, &count))
        return false;
    if (!within(address, count, memory->size))
        return broken(replay, "%llu bytes at address %llu of a memory that has %llu",
                      (unsigned long long)count, (unsigned long long)address,
                      (unsigned long long)memory->size);
    return read_or_stop(replay,
                        trace_bytes(&replay->trace, memory->base + address, count, &replay->error));
}

static bool play_memory_grow(Replay *replay) {
    Memory *memory;
    uint64_t pages;
    if (!read_memory(replay, &memory) || !read_number(replay, 64, &pages)) return false;
    return memory_grow(memory, pages) != UINT64_MAX ||
           broken(replay, "a memory cannot grow by %llu pages", (unsigned long long)pages);
}

static bool play_table_set(Replay *replay) {
    Table *table;
    uint64_t index, value;
    if (!read_table(replay, &table) || !read_number(replay, 64, &index) ||
        !read_value(replay, table->type.element, &value))
        return false;
    if (index >= table->size)
        return broken(replay, "element %llu of a table that has %llu", (unsigned long long)index,
                      (unsigned long long)table->size);
    table->elements[index] = value;
    return true;
}

static bool play_table_grow(Replay *replay) {
    Table *table;
    uint64_t count, value;
    if (!read_table(replay, &table) || !read_number(replay, 64, &count) ||
        !read_value(replay, table->type.element, &value))
        return false;
    return table_grow(table, count, value) != UINT64_MAX ||
           broken(replay, "a table cannot grow by %llu elements", (unsigned long long)count);
}

static bool play_global_set(Replay *replay) {
    const Module *module = replay->module;
    uint64_t index;
    if (!read_number(replay, 32, &index)) return false;
    if (index >= (replay->instance ? module->global_count : module->imported_global_count))
        return broken(replay, "global %llu, which is not there", (unsigned long long)index);
    Global *global = replay->instance ? replay->instance->globals[index] : replay->globals[index];
    if (!global->type.is_mutable)
        return broken(replay, "global %llu is set and cannot be", (unsigned long long)index);
    return read_value(replay, global->type.type, &global->value);
}

static bool read_types(Replay *replay, ValueType *types, uint32_t *count) {
    uint64_t wanted;
    if (!read_number(replay, 32, &wanted)) return false;
    if (wanted > MAX_PARAMETERS)
        return broken(replay, "a function type with %llu values", (unsigned long long)wanted);
    *count = (uint32_t)wanted;
    uint8_t codes[MAX_PARAMETERS];
    if (!read_or_stop(replay, trace_bytes(&replay->trace, codes, wanted, &replay->error)))
        return false;
    for (uint32_t i = 0; i < *count; i++) {
        types[i] = codes[i];
        if ((types[i] < TYPE_F64 || types[i] > TYPE_I32) && types[i] != TYPE_FUNCREF &&
            types[i] != TYPE_EXTERNREF)
            return broken(replay, "a value type 0x%02x, which does not exist", types[i]);
    }
    return true;
}

static Trap play_import(void *environment, Instance *caller, uint64_t *slots);

static bool play_foreign(Replay *replay) {
    ValueType parameters[MAX_PARAMETERS], results[MAX_PARAMETERS];
    uint32_t parameter_count, result_count, count = replay->foreign_count;
    if (!read_types(replay, parameters, &parameter_count) ||
        !read_types(replay, results, &result_count))
        return false;
    const FunctionType *type =
        intern_function_type(parameters, parameter_count, results, result_count);
    ReplayImport *environment =
        store_allocate(replay->store, 1, sizeof *environment, &replay->error);
    Function **grown = replay->foreign;
    if ((count & (count - 1)) == 0) { /* room for the next power of two */
        grown = store_allocate(replay->store, count ? 2 * (size_t)count : 1, sizeof *grown,
                               &replay->error);
        if (grown && count) memcpy(grown, replay->foreign, count * sizeof *grown);
    }
    if (!type || !environment || !grown) return broken(replay, "out of memory");
    *environment = (ReplayImport){replay, replay->module->function_count + count, type};
    replay->foreign = grown;
    replay->foreign[count] = store_host_function(replay->store, type, play_import, environment);
    if (!replay->foreign[count]) return broken(replay, "out of memory");
    replay->foreign_count++;
    return true;
}

/* ---- Exceptions ------------------------------------------------------------------------------ */

/* One more exception that the trace tells of; it can come back at any time. */
static bool add_exception(Replay *replay, Exception *exception) {
    const uint32_t count = replay->exception_count;
    Exception **grown = replay->exceptions;
    if ((count & (count - 1)) == 0) { /* room for the next power of two */
        grown = store_allocate(replay->store, count ? 2 * (size_t)count : 1, sizeof *grown,
                               &replay->error);
        if (grown && count) memcpy(grown, replay->exceptions, count * sizeof *grown);
    }
    if (!grown || !exception) return broken(replay, "out of memory");
    exception_hold(exception);
    exception->host = (void *)(uintptr_t)(count + 1);
    replay->exceptions = grown;
    replay->exceptions[replay->exception_count++] = exception;
    return true;
}

/* The number of an exception of before, or of the next new one, whose tag and values follow. */
static bool read_exception(Replay *replay, uint64_t *number) {
    return read_number(replay, 32, number) &&
           (*number <= replay->exception_count ||
            broken(replay, "exception %llu, which is not there", (unsigned long long)*number));
}

/* The module's tag, or one that it does not know: 0. */
static bool read_tag(Replay *replay, const Tag **tag) {
    uint64_t number;
    if (!read_number(replay, 32, &number)) return false;
    if (number > (replay->instance ? replay->module->tag_count : 0))
        return broken(replay, "tag %llu, which is not there", (unsigned long long)number);
    if (number == 0 && !replay->foreign_tag)
        replay->foreign_tag =
            store_tag(replay->store, intern_function_type(NULL, 0, NULL, 0));
    *tag = number ? replay->instance->tags[number - 1] : replay->foreign_tag;
    return *tag || broken(replay, "out of memory");
}

/* Calls nest a thousand deep: what has arrays is not part of the functions that they nest in. */
#define APART __attribute__((noinline))

/* What an import throws. Returns the trap that it has then. */
APART static Trap play_exception(Replay *replay) {
    uint64_t number, values[MAX_PARAMETERS];
    const Tag *tag;
    replay->crossings++;
    if (!read_exception(replay, &number)) return TRAP_EXIT;
    if (number == replay->exception_count &&
        (!read_tag(replay, &tag) ||
         !read_values(replay, tag->type->parameters, tag->type->parameter_count, values) ||
         !add_exception(replay, store_new_exception(replay->store, tag, values))))
        return TRAP_EXIT;
    return store_throw(replay->store, replay->exceptions[number]);
}

/* Whether the exception that has left a function is the one that the trace has. */
APART static bool check_exception(Replay *replay, uint32_t function) {
    Exception *exception = store_exception(replay->store);
    uint64_t number;
    const Tag *tag;
    if (!read_exception(replay, &number)) return false;
    const uintptr_t after = (uintptr_t)exception->host; /* its number and 1, once it has one */
    const uint32_t had = after ? (uint32_t)after - 1 : replay->exception_count;
    if (number != had)
        return diverged(replay, "exception %u leaves %s, but exception %llu was recorded", had,
                        NAME_OF(replay, function), (unsigned long long)number);
    if (number < replay->exception_count) return true;
    if (!read_tag(replay, &tag)) return false;
    if (tag != exception->tag)
        return diverged(replay, "an exception with another tag leaves %s than was recorded",
                        NAME_OF(replay, function));
    return check_values(replay, tag->type->parameters, tag->type->parameter_count,
                        exception->values, function, "value of the exception") &&
           add_exception(replay, exception);
}

/* ---- Crossings ------------------------------------------------------------------------------- */

static bool finish(Replay *replay) {
    uint64_t wanted;
    if (!read_number(replay, 64, &wanted)) return false;
    if (wanted != replay->crossings)
        return broken(replay, "the trace has %llu crossings, not the %llu that its end tells",
                      (unsigned long long)replay->crossings, (unsigned long long)wanted);
    return stop(replay, REPLAY_ENDED);
}

/* What was called has come back, `done` or with `error`. Whether the trace agrees. */
static bool check_return(Replay *replay, uint32_t function, const FunctionType *type, bool done,
                         const uint64_t *slots, const Error *error);

static bool play_call(Replay *replay) {
    uint64_t function;
    replay->crossings++;
    if (!read_number(replay, 32, &function)) return false;
    if (!replay->instance || function >= replay->module->function_count)
        return broken(replay, "a call of function %llu, which is not there",
                      (unsigned long long)function);
    const FunctionType *type = replay->module->function_types[function];
    uint64_t *slots = replay->slots + (size_t)replay->calls * replay->call_slots;
    if (!read_values(replay, type->parameters, type->parameter_count, slots)) return false;
    Error error;
    replay->calls++;
    leave_host(replay);
    bool done = function_call(replay->store, replay->instance->functions[function], slots, &error);
    enter_host(replay);
    replay->calls--;
    return check_return(replay, (uint32_t)function, type, done, slots, &error);
}

/* Plays the host until it gives way to the module: `import` is the function that it is in, NULL if
 * it is in none. Returns that function's trap; TRAP_EXIT if the replay is over. */
static Trap play_host(Replay *replay, const ReplayImport *import, uint64_t *slots) {
    for (;;) {
        uint8_t record;
        if (!read_record(replay, &record)) return TRAP_EXIT;
        bool done = false;
        switch (record) {
        case TRACE_MEMORY_WRITE: done = play_memory_write(replay); break;
        case TRACE_MEMORY_GROW: done = play_memory_grow(replay); break;
        case TRACE_TABLE_SET: done = play_table_set(replay); break;
        case TRACE_TABLE_GROW: done = play_table_grow(replay); break;
        case TRACE_GLOBAL_SET: done = play_global_set(replay); break;
        case TRACE_FOREIGN: done = play_foreign(replay); break;
        case TRACE_CALL: done = play_call(replay); break;
        case TRACE_END: finish(replay); break;
        case TRACE_RETURN:
            if (!import) goto misplaced;
            replay->crossings++;
            return read_values(replay, import->type->results, import->type->result_count, slots)
                       ? TRAP_NONE
                       : TRAP_EXIT;
        case TRACE_THROW:
            if (!import) goto misplaced;
            replay->crossings++;
            replay->is_unwinding = true;
            return TRAP_EXIT; /* not a trap that anyone would put into words */
        case TRACE_THROW_EXCEPTION:
            if (!import) goto misplaced;
            return play_exception(replay);
        default:
        misplaced:
            if (!trace_record_words(record))
                broken(replay, "a record of kind 0x%02x, which does not exist", record);
            else if (replay->crossings > 0 && record >= TRACE_IMPORT)
                diverged(replay, "%s was recorded, but the module has returned already",
                         trace_record_words(record));
            else
                broken(replay, "%s in the wrong place", trace_record_words(record));
        }
        if (!done) return TRAP_EXIT;
    }
}

/* The host function of every import and every foreign function. */
static Trap play_import(void *environment, Instance *caller, uint64_t *slots) {
    const ReplayImport *import = environment;
    Replay *replay = import->replay;
    if (replay->outcome != REPLAY_GOING) return TRAP_EXIT;
    enter_host(replay);
    if (!replay->instance && caller->module) replay->instance = caller; /* in the start function */
    uint8_t record;
    uint64_t function;
    Trap trap = TRAP_EXIT;
    const FunctionType *type = import->type;
    replay->crossings++;
    if (!replay->instance) {
        broken(replay, "the start function is an import, which cannot be replayed");
    } else if (read_record(replay, &record)) {
        if (record != TRACE_IMPORT) {
            const char *words = trace_record_words(record);
            diverged(replay, "the module calls %s, but %s was recorded",
                     NAME_OF(replay, import->function), words ? words : "no such record");
        } else if (read_number(replay, 32, &function)) {
            const Module *module = replay->module;
            if (function >= module->imported_function_count &&
                (function < module->function_count ||
                 function - module->function_count >= replay->foreign_count))
                broken(replay, "a call of import %llu, which is not there",
                       (unsigned long long)function);
            else if (function != import->function)
                diverged(replay, "the module calls %s, but a call of %s was recorded",
                         NAME_OF(replay, import->function), NAME_OF(replay, (uint32_t)function));
            else if (check_values(replay, type->parameters, type->parameter_count, slots,
                                  import->function, "argument"))
                trap = play_host(replay, import, slots);
        }
    }
    leave_host(replay);
    return trap;
}

/* The trace's name for a trap whose message begins with the specification's words for it. */
static TraceTrap kind_of_trap(const Error *error) {
    static const uint8_t kinds[] = {
        [TRAP_UNREACHABLE] = TRACE_TRAP_UNREACHABLE,
        [TRAP_INTEGER_DIVIDE_BY_ZERO] = TRACE_TRAP_DIVIDE_BY_ZERO,
        [TRAP_INTEGER_OVERFLOW] = TRACE_TRAP_RANGE,
        [TRAP_INVALID_CONVERSION_TO_INTEGER] = TRACE_TRAP_RANGE,
        [TRAP_OUT_OF_BOUNDS_MEMORY_ACCESS] = TRACE_TRAP_MEMORY,
        [TRAP_OUT_OF_BOUNDS_TABLE_ACCESS] = TRACE_TRAP_TABLE,
        [TRAP_UNDEFINED_ELEMENT] = TRACE_TRAP_TABLE,
        [TRAP_UNINITIALIZED_ELEMENT] = TRACE_TRAP_CALLEE,
        [TRAP_INDIRECT_CALL_TYPE_MISMATCH] = TRACE_TRAP_CALLEE,
        [TRAP_UNALIGNED_ATOMIC] = TRACE_TRAP_ALIGNMENT,
    };
    for (size_t trap = 0; trap < sizeof kinds; trap++) {
        const char *words = trap_words((Trap)trap);
        if (kinds[trap] && strncmp(error->message, words, strlen(words)) == 0)
            return (TraceTrap)kinds[trap];
    }
    return TRACE_TRAP_ANY;
}

static const char *trap_kind_words(uint8_t kind) {
    static const char *const words[TRACE_TRAPS] = {
        "some trap",
        "unreachable",
        "integer divide by zero",
        "integer overflow or invalid conversion",
        "out of bounds memory access",
        "out of bounds table access",
        "an indirect call of null or of another type",
        "unaligned atomic",
    };
    return words[kind];
}

static bool check_return(Replay *replay, uint32_t function, const FunctionType *type, bool done,
                         const uint64_t *slots, const Error *error) {
    if (replay->outcome != REPLAY_GOING) return false;
    bool unwound = replay->is_unwinding;
    replay->is_unwinding = false;
    replay->crossings++;
    uint8_t record, kind = TRACE_TRAP_ANY;
    if (!read_record(replay, &record)) return false;
    if (record == TRACE_TRAP) {
        if (!read_or_stop(replay, trace_byte(&replay->trace, &kind, &replay->error))) return false;
        if (kind >= TRACE_TRAPS) return broken(replay, "a trap of kind %u", kind);
    }
    if (unwound && record == TRACE_UNWOUND) return true;
    if (done && record == TRACE_RESULT)
        return check_values(replay, type->results, type->result_count, slots, function, "result");
    const bool threw = !done && !unwound && error->kind == ERROR_EXCEPTION;
    if (threw && record == TRACE_EXCEPTION) return check_exception(replay, function);
    const TraceTrap had = done || unwound ? TRACE_TRAP_ANY : kind_of_trap(error);
    if (!done && !unwound && !threw && record == TRACE_TRAP && (kind == TRACE_TRAP_ANY || had == kind))
        return true;

    const char *name = NAME_OF(replay, function), *words = trace_record_words(record);
    if (!words) return broken(replay, "a record of kind 0x%02x, which does not exist", record);
    if (unwound)
        return diverged(replay, "an exception has left %s, but %s was recorded", name, words);
    if (threw)
        return diverged(replay, "an exception leaves %s (%s), but %s was recorded", name,
                        error->message, words);
    if (done) return diverged(replay, "%s returns, but %s was recorded", name, words);
    if (record != TRACE_TRAP)
        return diverged(replay, "%s traps (%s), but %s was recorded", name, error->message, words);
    return diverged(replay, "%s traps (%s), but the recorded trap was %s", name, error->message,
                    trap_kind_words(kind));
}

/* ---- Instantiation --------------------------------------------------------------------------- */

void replay_begin(Replay *replay, Store *store, const Program *program) {
    replay->store = store;
    replay->module = program->module;
    replay->hash = FNV_OFFSET;
    replay->clock_ns = clock_cost();
}

/* The present size and the maximum of an imported memory or table. */
static bool read_limits(Replay *replay, Limits *limits) {
    uint64_t behind_maximum;
    if (!read_number(replay, 64, &limits->minimum) || !read_number(replay, 64, &behind_maximum))
        return false;
    limits->has_maximum = behind_maximum > 0;
    if (limits->has_maximum) limits->maximum = behind_maximum - 1;
    return true;
}

/* Makes what an import asks for, in the state that the trace tells. */
static bool make_import(Replay *replay, const Import *import, Extern *made, uint32_t number[EXTERN_KINDS]) {
    Store *store = replay->store;
    uint32_t index = number[import->kind]++;
    made->kind = import->kind;
    Limits limits = {0};
    uint64_t value;
    bool done = true;
    switch (import->kind) {
    case EXTERN_FUNCTION: {
        ReplayImport *environment = &replay->functions[index];
        *environment = (ReplayImport){replay, index, import->function};
        made->function = store_host_function(store, import->function, play_import, environment);
        return made->function || broken(replay, "out of memory");
    }
    case EXTERN_MEMORY: {
        MemoryType type = import->memory;
        if (!read_limits(replay, &type.limits)) return false;
        made->memory = store_memory(store, type, &replay->error);
        done = (replay->memories[index] = made->memory) != NULL;
        break;
    }
    case EXTERN_TABLE:
        limits.is_64 = import->table.limits.is_64;
        if (!read_limits(replay, &limits)) return false;
        made->table =
            store_table(store, (TableType){limits, import->table.element}, &replay->error);
        done = (replay->tables[index] = made->table) != NULL;
        break;
    case EXTERN_GLOBAL:
        if (!read_value(replay, import->global.type, &value)) return false;
        made->global = store_global(store, import->global, value);
        replay->globals[index] = made->global;
        return made->global || broken(replay, "out of memory");
    case EXTERN_TAG: /* maybe the same as an earlier one */
        if (!read_number(replay, 32, &value)) return false;
        if (value > index || (value < index && replay->tags[value]->type != import->tag))
            return broken(replay, "tag %u is tag %llu, which is another", index,
                          (unsigned long long)value);
        made->tag = value < index ? replay->tags[value] : store_tag(store, import->tag);
        replay->tags[index] = made->tag;
        return made->tag || broken(replay, "out of memory");
    }
    return done || broken(replay, "%s", replay->error.message);
}

/* Room for the arguments and results of calls that are nested as deep as the engine lets them be,
 * the one that it refuses included. */
static bool make_room_for_calls(Replay *replay) {
    const Module *module = replay->module;
    replay->call_slots = 1;
    for (uint32_t i = 0; i < module->function_count; i++) {
        const FunctionType *type = module->function_types[i];
        if (type->parameter_slots > replay->call_slots) replay->call_slots = type->parameter_slots;
        if (type->result_slots > replay->call_slots) replay->call_slots = type->result_slots;
    }
    replay->slots = store_allocate(replay->store, (size_t)(MAX_NESTED_CALLS + 1),
                                   replay->call_slots * sizeof *replay->slots, &replay->error);
    return replay->slots || stop(replay, REPLAY_BROKEN);
}

static bool make_imports(Replay *replay) {
    const Module *module = replay->module;
    Store *store = replay->store;
    Error *error = &replay->error;
    uint32_t number[EXTERN_KINDS] = {0};
    if (!(replay->imports =
              store_allocate(store, module->import_count, sizeof *replay->imports, error)) ||
        !(replay->functions = store_allocate(store, module->imported_function_count,
                                             sizeof *replay->functions, error)) ||
        !(replay->memories = store_allocate(store, module->imported_memory_count,
                                            sizeof *replay->memories, error)) ||
        !(replay->tables =
              store_allocate(store, module->imported_table_count, sizeof *replay->tables, error)) ||
        !(replay->globals =
              store_allocate(store, module->imported_global_count, sizeof *replay->globals, error)) ||
        !(replay->tags =
              store_allocate(store, module->imported_tag_count, sizeof *replay->tags, error)))
        return stop(replay, REPLAY_BROKEN);
    for (uint32_t i = 0; i < module->import_count; i++) {
        replay->record = trace_offset(&replay->trace);
        if (!make_import(replay, &module->imports[i], &replay->imports[i], number)) return false;
    }
    return true;
}

static bool find_import(void *context, const Import *import, Extern *found) {
    const Replay *replay = context;
    *found = replay->imports[import - replay->module->imports];
    return true;
}

/* What the host had put into the things that it gave, up to the record of the instantiation. */
static bool play_before(Replay *replay) {
    for (;;) {
        uint8_t record;
        bool done = false;
        if (!read_record(replay, &record)) return false;
        switch (record) {
        case TRACE_INSTANTIATE: replay->crossings++; return true;
        case TRACE_MEMORY_WRITE: done = play_memory_write(replay); break;
        case TRACE_TABLE_SET: done = play_table_set(replay); break;
        case TRACE_FOREIGN: done = play_foreign(replay); break;
        default:
            return trace_record_words(record)
                       ? broken(replay, "%s before the instantiation", trace_record_words(record))
                       : broken(replay, "a record of kind 0x%02x, which does not exist", record);
        }
        if (!done) return false;
    }
}

bool replay_instantiate(Replay *replay, const Program *program) {
    static const FunctionType nothing;
    const Module *module = replay->module;
    enter_host(replay);
    bool done = make_room_for_calls(replay) && make_imports(replay) && play_before(replay);
    leave_host(replay);
    if (!done) return false;
    Error error;
    Instance *instance = instantiate(replay->store, program, find_import, replay, &error);
    enter_host(replay);
    done = replay->outcome == REPLAY_GOING;
    if (done && !instance && error.kind != ERROR_TRAP && error.kind != ERROR_EXCEPTION &&
        !replay->is_unwinding)
        done = broken(replay, "%s", error.message);
    done = done && check_return(replay, module->has_start ? module->start : INSTANTIATION, &nothing,
                                instance != NULL, NULL, &error);
    if (done && !instance) done = broken(replay, "an instantiation that failed");
    if (instance) replay->instance = instance;
    leave_host(replay);
    return done;
}

bool replay_run(Replay *replay) {
    enter_host(replay);
    play_host(replay, NULL, NULL);
    leave_host(replay);
    return replay->outcome == REPLAY_ENDED;
}

/* Some modules work on their memory alone, and no value leaves them: the hash is that of the
 * memories then, so that it is one of what the module did. */
static void hash_digest(Replay *replay, const uint8_t digest[TRACE_DIGEST_BYTES]) {
    for (int i = 0; i < TRACE_DIGEST_BYTES; i += 8) {
        uint64_t bits;
        memcpy(&bits, digest + i, sizeof bits);
        replay->hash = (replay->hash ^ bits) * FNV_PRIME;
    }
}

bool replay_check_memories(Replay *replay) {
    const bool has_values = replay->checks > 0;
    for (uint32_t i = 0; i < replay->module->memory_count; i++) {
        const Memory *memory = replay->instance->memories[i];
        uint64_t size;
        uint8_t wanted[TRACE_DIGEST_BYTES], digest[TRACE_DIGEST_BYTES];
        SHA2_CTX context;
        replay->outcome = REPLAY_GOING; /* until this has passed, too */
        if (!read_number(replay, 64, &size) ||
            !read_or_stop(replay,
                          trace_bytes(&replay->trace, wanted, sizeof wanted, &replay->error)))
            return false;
        if (size != memory->size)
            return diverged(replay, "at the end memory %u has %llu bytes, but %llu were recorded",
                            i, (unsigned long long)memory->size, (unsigned long long)size);
        SHA256Init(&context);
        if (size > 0) SHA256Update(&context, memory->base, size);
        SHA256Final(digest, &context);
        if (memcmp(digest, wanted, sizeof digest) != 0)
            return diverged(replay, "at the end memory %u does not have the recorded contents", i);
        if (!has_values) hash_digest(replay, digest);
        replay->checks++;
    }
    replay->outcome = REPLAY_ENDED;
    return read_or_stop(replay, trace_at_end(&replay->trace, &replay->error)) ||
           (replay->outcome = REPLAY_BROKEN, false);
}
