#include "runtime/unwind.h"

#include <string.h>

#include "runtime/call.h"
#include "runtime/exception.h"

/* What registers hold at a place of a function: what the last change before it says. */
static const Pins *pins_at(const Program *program, const Code *code, uint32_t place) {
    const PinChange *changes = program->tables.changes + code->first_change;
    uint32_t low = 0, high = code->change_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (changes[middle].begin <= place) low = middle + 1;
        else high = middle;
    }
    return low ? &changes[low - 1].pins : NULL;
}

/* The clause that catches the exception at that place, or NULL. */
static const CatchClause *find_clause(const Instance *instance, const Code *code, uint32_t place,
                                      const Exception *exception) {
    const SideTables *tables = &instance->program->tables;
    uint32_t depth = UINT32_MAX; /* the deepest region that counts */
    for (uint32_t i = 0; i < code->region_count; i++) {
        const TryRegion *region = &tables->regions[code->first_region + i];
        if (place < region->begin || place >= region->end || region->depth > depth) continue;
        if (region->clause == NO_CLAUSE) depth = region->outer;
        for (uint32_t j = region->clause; j != NO_CLAUSE; j = tables->clauses[j].next) {
            const CatchClause *clause = &tables->clauses[j];
            if (clause->tag == ANY_TAG || instance->tags[clause->tag] == exception->tag)
                return clause;
        }
    }
    return NULL;
}

typedef uint64_t Registers[BANKS][PIN_COUNT];

/* The function is left: what it took over from its caller goes back. */
static void give_back(Registers pins, const Code *code, const uint64_t *fp, const Pins *held) {
    for (int bank = 0; bank < PINNED_BANKS && held; bank++)
        for (int pin = 0; pin < PIN_COUNT && held->is_entered[bank]; pin++)
            pins[bank][pin] = fp[code->saved_pins[bank] + pin];
}

/* What emit_exchange (translator/values.c) has the code do: from what registers hold, NULL for the
 * caller's values, to what they hold at the handler. All are written first. */
static void exchange(Registers pins, const Code *code, uint64_t *fp, const Pins *held,
                     const Pins *wanted) {
    for (int bank = 0; bank < PINNED_BANKS; bank++) {
        const bool was_entered = held && held->is_entered[bank];
        uint64_t *saved = fp + code->saved_pins[bank];
        for (int pin = 0; pin < PIN_COUNT; pin++)
            if (!was_entered && wanted->is_entered[bank]) saved[pin] = pins[bank][pin];
            else if (was_entered && held->locals[bank][pin] != NO_LOCAL)
                fp[held->locals[bank][pin]] = pins[bank][pin];
        for (int pin = 0; pin < PIN_COUNT; pin++)
            if (was_entered && !wanted->is_entered[bank]) pins[bank][pin] = saved[pin];
            else if (wanted->is_entered[bank] && wanted->locals[bank][pin] != NO_LOCAL)
                pins[bank][pin] = fp[wanted->locals[bank][pin]];
    }
}

/* The exception leaves what would have returned to `back` in frame `fp`, of code of `instance`. */
static Trap unwind(Transfer *answer, Exception *exception, Instance *instance, const uint8_t *back,
                   uint64_t *fp) {
    const uint8_t *const halt = halt_code(), *const leave = leave_code();
    for (;;) {
        if (back == halt) {
            instance->store->exception = exception;
            return TRAP_EXCEPTION;
        }
        if (back == leave) {
            leave_frame(&fp, &back, &instance);
            continue;
        }
        const Code *code = program_find(instance->program, back - 1);
        const uint32_t place = (uint32_t)(back - 1 - code->begin);
        const Pins *held = pins_at(instance->program, code, place);
        const CatchClause *clause = find_clause(instance, code, place, exception);
        if (clause) {
            exchange(answer->pins, code, fp, held, &clause->pins);
            if (clause->values != NO_SLOT)
                memcpy(fp + clause->values, exception->values,
                       exception->tag->type->parameter_slots * sizeof *fp);
            if (clause->reference != NO_SLOT) fp[clause->reference] = (uintptr_t)exception;
            answer->ip = code->begin + clause->target;
            answer->fp = fp;
            answer->instance = instance;
            return TRAP_NONE;
        }
        give_back(answer->pins, code, fp, held);
        back = (const uint8_t *)(uintptr_t)fp[code->link_slot];
        fp = (uint64_t *)(uintptr_t)fp[code->link_slot + 1];
    }
}

/* An instruction throws. */
static Trap unwind_from(Instance *instance, Exception *exception, const uint8_t *ip, uint64_t *fp) {
    return unwind(&instance->transfer, exception, instance, ip + 1, fp);
}

Trap exception_throw(Instance *instance, uint32_t tag, const uint8_t *ip, uint64_t *fp,
                     const uint64_t *values) {
    const Code *code = program_find(instance->program, ip);
    Exception *exception = exception_make(instance->store, instance->tags[tag], ip, values,
                                          fp + code->frame_slots);
    if (!exception) return exception_out_of_memory(instance->store);
    exception->tag_index = tag;
    return unwind_from(instance, exception, ip, fp);
}

Trap exception_rethrow(Instance *instance, uint64_t reference, const uint8_t *ip, uint64_t *fp) {
    return unwind_from(instance, (Exception *)(uintptr_t)reference, ip, fp);
}

Trap exception_unwind(Instance *instance) {
    Transfer *transfer = &instance->transfer;
    return unwind(transfer, instance->store->exception, instance, transfer->ip, transfer->fp);
}
