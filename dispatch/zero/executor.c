/* The executor of a level of the zero line (zero.h): finds the unit of a program. STRATEGY is the
 * level's name, from the build. */
#include "dispatch/zero/zero.h"

#include <string.h>

#include "runtime/runtime.h"
#include LAYOUT_FILE

extern const ZeroUnit *const __start_zero_units[], *const __stop_zero_units[];

/* Whether the unit was made of this program's bytecode: all of it but the addresses is the same,
 * and those are of the same functions. */
static bool is_unit_of(const ZeroUnit *unit, const Program *program) {
    const uint32_t count =
        program->module->function_count - program->module->imported_function_count;
    if (unit->size != program->size || unit->function_count != count) return false;
    for (uint32_t i = 0; i < count; i++) {
        const Code *mine = &unit->codes[i], *its = &program->codes[i];
        if (mine->entry - unit->bytecode != its->entry - program->bytes ||
            mine->frame_slots != its->frame_slots || mine->link_slot != its->link_slot ||
            mine->region_count != its->region_count)
            return false;
    }
    uint32_t from = 0;
    for (uint32_t i = 0; i <= unit->address_count; i++) {
        const uint32_t to = i < unit->address_count ? unit->addresses[i].offset : unit->size;
        if (memcmp(unit->bytecode + from, program->bytes + from, to - from) != 0) return false;
        from = to + sizeof(uint64_t);
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

/* The unit of a program, ready to run it; NULL: there is none. */
static const ZeroUnit *unit_of(const Program *program) {
    const ZeroUnit *unit = program->compiled;
    for (const ZeroUnit *const *other = __start_zero_units; !unit && other < __stop_zero_units;
         other++)
        if (is_unit_of(*other, program) && has_same_callees(*other, program)) unit = *other;
    if (!unit || (program->compiled && *unit->owner == program)) return unit;
    for (uint32_t i = 0; i < unit->address_count; i++)
        unit->values[i] = address_at(program, &unit->addresses[i]);
    *unit->owner = program;
    ((Program *)program)->compiled = unit; /* no Program is const but to those who hold it */
#if ZERO_POISON /* a test: whoever reads the bytecode from here on reads nonsense */
    memset(program->bytes, 0xaa, program->size);
#endif
    return unit;
}

static Trap enter(const uint8_t *ip, uint64_t *fp, Instance *instance) {
    ZeroState state = {.ip = ip, .fp = fp, .instance = instance};
    for (;;) {
        const ZeroUnit *unit = unit_of(state.instance->program);
        if (!unit) {
            store_host_message(instance->store,
                               "this executor was built without the module: scripts/bench --zero "
                               "builds it for the workloads that it measures");
            *instance->stopped_at = ip;
            return TRAP_HOST;
        }
        const Trap trap = unit->run(&state);
        if (trap != ZERO_ELSEWHERE) return trap;
    }
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
                           .words = opcode_words,
                           .enter = enter};
