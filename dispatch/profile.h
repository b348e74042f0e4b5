/* What the counting executor (switch.c with COUNT_INSTRUCTIONS) saw in this process. Exact, and the same
 * for every strategy of the instruction set, since all execute the same instructions. */
#ifndef TAILRACE_DISPATCH_PROFILE_H
#define TAILRACE_DISPATCH_PROFILE_H

#include "encoder/encoder.h"

enum { TRIPLE_SLOTS = 1 << 18 };

typedef struct Triple {
    uint16_t opcodes[3];
    uint64_t count; /* 0: the slot is free */
} Triple;

typedef struct Profile {
    uint64_t instructions; /* always counted; the rest only by profile_detail */
    void (*observe)(const uint8_t *ip, uint16_t opcode); /* told of each instruction; or NULL */
    uint64_t jumps; /* instructions that did not continue at the one behind them */
    uint64_t opcodes[OPCODE_COUNT];
    uint64_t pairs[OPCODE_COUNT][OPCODE_COUNT]; /* first, then second */
    Triple triples[TRIPLE_SLOTS];               /* a hash table */
    uint64_t lost_triples;                      /* executions that found it full */
} Profile;

extern Profile profile;

/* An observer that counts opcodes, jumps, pairs and triples. */
void profile_detail(const uint8_t *ip, uint16_t opcode);

/* Called before each instruction. */
static inline void profile_instruction(const uint8_t *ip, uint16_t opcode) {
    profile.instructions++;
    if (profile.observe) profile.observe(ip, opcode);
}

#endif
