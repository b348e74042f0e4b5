#include "dispatch/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decoder/operands.h"

Profile profile;

static void count_triple(uint16_t first, uint16_t second, uint16_t third) {
    uint64_t key = (uint64_t)first << 32 | (uint64_t)second << 16 | third;
    uint32_t slot = (uint32_t)(key * 0x9e3779b97f4a7c15ull >> 46); /* the top 18 bits */
    for (uint32_t probes = 0; probes < 64; probes++, slot = (slot + 1) % TRIPLE_SLOTS) {
        Triple *triple = &profile.triples[slot];
        if (!triple->count) *triple = (Triple){{first, second, third}, 0};
        if (triple->opcodes[0] == first && triple->opcodes[1] == second &&
            triple->opcodes[2] == third) {
            triple->count++;
            return;
        }
    }
    profile.lost_triples++;
}

void profile_detail(const uint8_t *ip, uint16_t opcode, const uint64_t *fp) {
    (void)ip, (void)fp;
    static uint16_t before, last;
    uint64_t seen = profile.instructions - 1; /* instructions before this one */
    profile.opcodes[opcode]++;
    if (seen >= 1) profile.pairs[last][opcode]++;
    if (seen >= 2) count_triple(before, last, opcode);
    before = last;
    last = opcode;
}

/* ---- Coverage -------------------------------------------------------------------------------- */

/* The addresses of the instructions that were executed: a hash table, at most half full. */
static struct {
    const uint8_t **slots;
    size_t capacity; /* a power of two */
} places;

/* The slot that has the address, or the free one where it belongs. */
static const uint8_t **place_of(const uint8_t *ip) {
    size_t slot = (size_t)((uintptr_t)ip * 0x9e3779b97f4a7c15ull >> 32) & (places.capacity - 1);
    while (places.slots[slot] && places.slots[slot] != ip)
        slot = (slot + 1) & (places.capacity - 1);
    return &places.slots[slot];
}

static void grow_places(void) {
    const uint8_t **old = places.slots;
    size_t count = places.capacity;
    places.capacity = count ? 2 * count : 1 << 12;
    places.slots = calloc(places.capacity, sizeof *places.slots);
    if (!places.slots) {
        fputs("tailrace: out of memory\n", stderr);
        _exit(1);
    }
    for (size_t i = 0; i < count; i++)
        if (old[i]) *place_of(old[i]) = old[i];
    free(old);
}

static void count_place(const uint8_t *ip, uint16_t opcode) {
    Coverage *coverage = &profile.coverage;
    if (2 * coverage->places >= places.capacity) grow_places();
    const uint8_t **slot = place_of(ip);
    if (*slot) return;
    *slot = ip;
    coverage->places++;
    coverage->place_bytes += opcode_info[opcode].length;
}

/* Their first operand is the first of three slots, of which the last has the number of bytes. */
static void count_bulk(const uint8_t *ip, uint16_t opcode, const uint64_t *fp) {
    Coverage *coverage = &profile.coverage;
    const uint16_t op = opcode_info[opcode].op;
    if (op != OP_memory_copy && op != OP_memory_fill && op != OP_memory_init) return;
    const uint64_t size = fp[read_u16(ip + PROFILE_HEAD) + 2];
    coverage->bulk_operations++;
    coverage->bulk_store_bytes += size;
    if (op == OP_memory_copy) coverage->bulk_load_bytes += size;
}

void profile_coverage(const uint8_t *ip, uint16_t opcode, const uint64_t *fp) {
    static uint16_t last;
    Coverage *coverage = &profile.coverage;
    profile.opcodes[opcode]++;
    if (profile.instructions > 1) {
        profile.pairs[last][opcode]++;
        coverage->successor_changes += coverage->successors[last] != opcode + 1;
        coverage->successors[last] = opcode + 1;
    }
    last = opcode;
    count_place(ip, opcode);
    count_bulk(ip, opcode, fp);
}

void profile_restart(void) {
    if (profile.instructions == 0) return;
    void (*observe)(const uint8_t *, uint16_t, const uint64_t *) = profile.observe;
    memset(&profile, 0, sizeof profile);
    profile.observe = observe;
    free(places.slots);
    memset(&places, 0, sizeof places);
}
