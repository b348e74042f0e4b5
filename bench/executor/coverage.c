/* `measure --profile`: what a program executed, for scripts/coverage to make numbers and pictures
 * of. */
#include <jansson.h>

#include "bench/executor/program.h"
#include "dispatch/profile.h"

/* The opcodes that were executed, in the table's order; `places` gets the place of each. */
static json_t *opcodes_json(uint16_t places[OPCODE_COUNT]) {
    json_t *opcodes = json_array();
    for (uint16_t i = 0; i < OPCODE_COUNT; i++) {
        if (!profile.opcodes[i]) continue;
        const OpInfo *op = &op_info[opcode_info[i].op];
        places[i] = (uint16_t)json_array_size(opcodes);
        json_array_append_new(
            opcodes, json_pack("{s:s, s:s, s:s, s:I}", "name", opcode_info[i].name, "op", op->name,
                               "section", op->section, "executed", (json_int_t)profile.opcodes[i]));
    }
    return opcodes;
}

static json_t *pairs_json(const uint16_t places[OPCODE_COUNT]) {
    json_t *pairs = json_array();
    for (uint32_t i = 0; i < profile.pair_slots; i++) {
        const Pair *pair = &profile.pairs[i];
        if (pair->count)
            json_array_append_new(pairs, json_pack("[i, i, I]", places[pair->opcodes[0]],
                                                   places[pair->opcodes[1]],
                                                   (json_int_t)pair->count));
    }
    return pairs;
}

static json_t *memory_json(void) {
    uint64_t loads = 0, stores = 0, load_bytes = 0, store_bytes = 0;
    for (uint16_t i = 0; i < OPCODE_COUNT; i++) {
        for (unsigned part = 0; part < opcode_info[i].part_count; part++) {
            const OpInfo *op = &op_info[opcode_info[part_of(i, part)].op];
            loads += op->load_bytes ? profile.opcodes[i] : 0;
            stores += op->store_bytes ? profile.opcodes[i] : 0;
            load_bytes += op->load_bytes * profile.opcodes[i];
            store_bytes += op->store_bytes * profile.opcodes[i];
        }
    }
    const Coverage *coverage = &profile.coverage;
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "loads", (json_int_t)loads,
                     "load_bytes", (json_int_t)load_bytes, "stores", (json_int_t)stores,
                     "store_bytes", (json_int_t)store_bytes, "bulk_operations",
                     (json_int_t)coverage->bulk_operations, "bulk_load_bytes",
                     (json_int_t)coverage->bulk_load_bytes, "bulk_store_bytes",
                     (json_int_t)coverage->bulk_store_bytes);
}

json_t *coverage_json(void) {
    static uint16_t places[OPCODE_COUNT];
    const Coverage *coverage = &profile.coverage;
    json_t *opcodes = opcodes_json(places);
    return json_pack(
        "{s:o, s:o, s:o, s:I, s:I, s:I}", "opcodes", opcodes, "pairs", pairs_json(places), "memory",
        memory_json(), "successor_changes", (json_int_t)coverage->successor_changes, "places",
        (json_int_t)coverage->places, "place_bytes", (json_int_t)coverage->place_bytes);
}
