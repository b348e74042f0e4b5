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
    uint64_t instructions;
    uint64_t branches; /* of these, those not followed by the one behind them: jumps, calls, returns */
    uint64_t calls;    /* of these, calls: of wasm functions and imports, direct, indirect, tail calls */
    const uint8_t *behind; /* the last instruction */
    void (*observe)(uint16_t opcode); /* told of each instruction; NULL: nobody */
    /* The rest is counted by profile_detail. */
    uint64_t opcodes[OPCODE_COUNT];
    uint64_t pairs[OPCODE_COUNT][OPCODE_COUNT]; /* first, then second */
    Triple triples[TRIPLE_SLOTS];               /* a hash table */
    uint64_t lost_triples;                      /* executions that found it full */
} Profile;

extern Profile profile;

static inline bool is_call(uint16_t opcode) {
    switch (opcode_info[opcode].op) {
    case OP_call:
    case OP_call_import:
    case OP_call_indirect:
    case OP_call_indirect64:
    case OP_return_call:
    case OP_return_call_import:
    case OP_return_call_indirect: return true;
    default: return false;
    }
}

/* An observer that counts opcodes, pairs and triples. */
void profile_detail(uint16_t opcode);

/* Called before each instruction; `head` is the size of its dispatch word. */
static inline void profile_instruction(const uint8_t *ip, uint16_t opcode, uint32_t head) {
    if (profile.instructions++ > 0 && ip != profile.behind) profile.branches++;
    profile.behind = ip + head + opcode_info[opcode].length;
    profile.calls += is_call(opcode);
    if (profile.observe) profile.observe(opcode);
}

#endif
