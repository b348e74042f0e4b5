#include "dispatch/profile.h"

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

void profile_detail(uint16_t opcode) {
    static uint16_t before, last;
    uint64_t seen = profile.instructions - 1; /* instructions before this one */
    profile.opcodes[opcode]++;
    if (seen >= 1) profile.pairs[last][opcode]++;
    if (seen >= 2) count_triple(before, last, opcode);
    before = last;
    last = opcode;
}
