/* The executor of a level of the zero line (zero.h): finds the unit of a program, and goes from
 * there to the interpreter and back. STRATEGY is the level's name, from the build. */
#include "dispatch/zero/zero.h"

#include <string.h>

#include "runtime/runtime.h"
#include LAYOUT_FILE

extern const ZeroUnit *const __start_zero_units[], *const __stop_zero_units[];

static bool has_same_codes(const ZeroUnit *unit, const Program *program) {
    const Module *module = program->module;
    for (uint32_t i = 0; i < unit->function_count; i++) {
        const Code *mine = &unit->codes[i];
        if (mine->function < module->imported_function_count ||
            mine->function >= module->function_count)
            return false;
        const Code *its = &program->codes[mine->function - module->imported_function_count];
        if ((uintptr_t)mine->entry != (uintptr_t)(its->entry - program->bytes) ||
            mine->frame_slots != its->frame_slots || mine->link_slot != its->link_slot ||
            mine->region_count != its->region_count)
            return false;
    }
    return true;
}

/* But for the addresses. */
static bool has_same_bytes(const ZeroUnit *unit, const Program *program) {
    const uint8_t *mine = unit->bytecode;
    const ZeroAddress *address = unit->addresses, *const last = address + unit->address_count;
    for (uint32_t i = 0; i < unit->span_count; i++) {
        uint32_t at = unit->spans[i].begin;
        const uint32_t end = unit->spans[i].end;
        while (at < end) {
            const bool is_next = address < last && address->offset < end;
            const uint32_t size = (is_next ? address->offset : end) - at;
            if (memcmp(mine, program->bytes + at, size) != 0) return false;
            const uint32_t skipped = size + (is_next ? sizeof(uint64_t) : 0);
            mine += skipped, at += skipped, address += is_next;
        }
    }
    return true;
}

static uint64_t address_at(const Program *program, const ZeroAddress *place) {
    uint64_t value;
    memcpy(&value, program->bytes + place->offset, sizeof value);
    return value;
}

static bool has_same_callees(const ZeroUnit *unit, const Program *program) {
    for (uint32_t i = 0; i < unit->address_count; i++) {
        const ZeroAddress *place = &unit->addresses[i];
        if (place->callee >= 0 &&
            address_at(program, place) != (uintptr_t)&program->codes[place->callee])
            return false;
    }
    return true;
}

/* Whether the unit was made of this program's bytecode. */
static bool is_unit_of(const ZeroUnit *unit, const Program *program) {
    return unit->size == program->size && has_same_codes(unit, program) &&
           has_same_bytes(unit, program) && has_same_callees(unit, program);
}

/* What a program is given when it is first executed: its bytecode tells the interpreter what it has
 * to leave to the unit. */
static void put_words(const ZeroUnit *unit, const Program *program) {
    const uint16_t word = UNROLLED;
#if ZERO_POISON /* a test: whoever reads what the unit has from here on reads nonsense */
    for (uint32_t i = 0; i < unit->span_count; i++)
        memset(program->bytes + unit->spans[i].begin, 0xaa,
               unit->spans[i].end - unit->spans[i].begin);
#endif
    for (uint32_t i = 0; i < unit->known_count; i++)
        memcpy(program->bytes + unit->known[i], &word, sizeof word);
}

/* The unit of a program, ready to run it; NULL: there is none. */
static const ZeroUnit *unit_of(const Program *program) {
    const ZeroUnit *unit = program->compiled;
    for (const ZeroUnit *const *other = __start_zero_units; !unit && other < __stop_zero_units;
         other++)
        if (is_unit_of(*other, program)) unit = *other;
    if (!unit || (program->compiled && *unit->owner == program)) return unit;
    for (uint32_t i = 0; i < unit->address_count; i++)
        unit->values[i] = address_at(program, &unit->addresses[i]);
    *unit->owner = program;
    if (!program->compiled) {
        unit->run(NULL);
        put_words(unit, program);
        ((Program *)program)->compiled = unit; /* no Program is const but to those who hold it */
    }
    return unit;
}

Trap zero_prepare(const Instance *instance) {
    if (unit_of(instance->program)) return TRAP_NONE;
    store_host_message(instance->store,
                       "this executor was built without the module: scripts/bench --zero builds it "
                       "for the workloads that it measures");
    return TRAP_HOST;
}

static Trap enter(const uint8_t *ip, uint64_t *fp, Instance *instance) {
    ZeroState state = {.ip = ip, .fp = fp, .instance = instance};
    for (;;) {
        Trap trap = zero_prepare(state.instance);
        if (trap != TRAP_NONE) {
            *instance->stopped_at = ip;
            return trap;
        }
        uint16_t word;
        memcpy(&word, state.ip, sizeof word);
        const ZeroUnit *unit = state.instance->program->compiled;
        trap = word == UNROLLED ? unit->run(&state) : zero_interpret(&state);
        if (trap != ZERO_ELSEWHERE) return trap;
    }
}

static const ExecutorUnit *about_unit(size_t index) {
    const size_t count = (size_t)(__stop_zero_units - __start_zero_units);
    return index < count ? &__start_zero_units[index]->about : NULL;
}

#ifdef TAILRACE_BOUNDS_EXPLICIT
#define BOUNDS "explicit"
#else
#define BOUNDS "guard"
#endif
const Executor executor = {.strategy = STRATEGY,
                           .isa = ISA_NAME,
                           .bounds = BOUNDS,
                           .layout = LAYOUT_SEED,
                           .hides_ip = true,
                           .unit = about_unit,
                           .words = opcode_words,
                           .enter = enter};
