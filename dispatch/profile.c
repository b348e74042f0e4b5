#include "dispatch/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decoder/operands.h"

Profile profile;

void profile_instruction(const uint8_t *ip, uint16_t opcode, const uint64_t *fp) {
    if (profile.instructions++ > 0 && ip != profile.behind) profile.branches++;
    profile.behind = ip + PROFILE_HEAD + opcode_info[opcode].length;
    profile.calls += is_call(opcode);
    if (profile.observe) profile.observe(ip, opcode, fp);
}

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count, size);
    if (memory) return memory;
    fputs("tailrace: out of memory\n", stderr);
    _exit(1);
}

/* The entry that counts this pair, or the free one where it belongs. */
static Pair *pair_entry(uint16_t first, uint16_t second) {
    uint32_t slot = (uint32_t)((((uint64_t)first << 16 | second) * 0x9e3779b97f4a7c15ull) >> 32);
    for (slot &= profile.pair_slots - 1;; slot = (slot + 1) & (profile.pair_slots - 1)) {
        Pair *pair = &profile.pairs[slot];
        if (!pair->count || (pair->opcodes[0] == first && pair->opcodes[1] == second)) return pair;
    }
}

static void count_pair(uint16_t first, uint16_t second) {
    if (2 * profile.pair_count >= profile.pair_slots) {
        Pair *old = profile.pairs;
        uint32_t slots = profile.pair_slots;
        profile.pair_slots = slots ? 2 * slots : 1 << 12;
        profile.pairs = allocate(profile.pair_slots, sizeof *profile.pairs);
        for (uint32_t i = 0; i < slots; i++)
            if (old[i].count) *pair_entry(old[i].opcodes[0], old[i].opcodes[1]) = old[i];
        free(old);
    }
    Pair *pair = pair_entry(first, second);
    if (!pair->count) {
        *pair = (Pair){{first, second}, 0};
        profile.pair_count++;
    }
    pair->count++;
}

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
    if (seen >= 1) count_pair(last, opcode);
    if (seen >= 2) count_triple(before, last, opcode);
    before = last;
    last = opcode;
}

/* ---- Coverage -------------------------------------------------------------------------------- */

typedef struct Place {
    const uint8_t *ip; /* NULL: free */
    uint64_t count;
} Place;

/* The addresses of the instructions that were executed: a hash table, at most half full. */
static struct {
    Place *slots;
    size_t capacity; /* a power of two */
    size_t count;
} places;

/* The entry of the address, or the free one where it belongs. */
static Place *place_of(const uint8_t *ip) {
    size_t slot = (size_t)((uintptr_t)ip * 0x9e3779b97f4a7c15ull >> 32) & (places.capacity - 1);
    while (places.slots[slot].ip && places.slots[slot].ip != ip)
        slot = (slot + 1) & (places.capacity - 1);
    return &places.slots[slot];
}

static void grow_places(void) {
    Place *old = places.slots;
    size_t count = places.capacity;
    places.capacity = count ? 2 * count : 1 << 12;
    places.slots = allocate(places.capacity, sizeof *places.slots);
    for (size_t i = 0; i < count; i++)
        if (old[i].ip) *place_of(old[i].ip) = old[i];
    free(old);
}

/* Counts an execution; true for the place's first. */
static bool count_place(const uint8_t *ip) {
    if (2 * places.count >= places.capacity) grow_places();
    Place *place = place_of(ip);
    if (place->count++) return false;
    place->ip = ip;
    places.count++;
    return true;
}

void profile_places(const uint8_t *ip, uint16_t opcode, const uint64_t *fp) {
    (void)opcode, (void)fp;
    count_place(ip);
}

uint64_t profile_count_at(const uint8_t *ip) { return places.capacity ? place_of(ip)->count : 0; }

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
        count_pair(last, opcode);
        coverage->successor_changes += coverage->successors[last] != opcode + 1;
        coverage->successors[last] = opcode + 1;
    }
    last = opcode;
    if (count_place(ip)) {
        coverage->places++;
        coverage->place_bytes += opcode_info[opcode].length;
    }
    count_bulk(ip, opcode, fp);
}

void profile_restart(void) {
    if (profile.instructions == 0) return;
    void (*observe)(const uint8_t *, uint16_t, const uint64_t *) = profile.observe;
    free(profile.pairs);
    memset(&profile, 0, sizeof profile);
    profile.observe = observe;
    free(places.slots);
    memset(&places, 0, sizeof places);
}
