/* What the counting executor (switch.c with COUNT_INSTRUCTIONS) saw in this process since
 * profile_restart. Exact, and the same for every strategy of the instruction set, since all execute
 * the same instructions. */
#ifndef TAILRACE_DISPATCH_PROFILE_H
#define TAILRACE_DISPATCH_PROFILE_H

#include "encoder/encoder.h"

enum { TRIPLE_SLOTS = 1 << 18, PROFILE_HEAD = 2 /* bytes of the dispatch word */ };

typedef struct Pair {
    uint16_t opcodes[2];
    uint64_t count; /* 0: the place is free */
} Pair;

typedef struct Triple {
    uint16_t opcodes[3];
    uint64_t count; /* 0: the slot is free */
} Triple;

typedef struct Coverage {
    uint16_t successors[OPCODE_COUNT]; /* what followed it last, plus 1; 0: nothing yet */
    /* Instructions followed by another opcode than their opcode was last. */
    uint64_t successor_changes;
    uint64_t bulk_operations;   /* memory.copy, .fill and .init */
    uint64_t bulk_load_bytes;   /* that they were told to read from linear memory */
    uint64_t bulk_store_bytes;  /* and to write to it */
    uint64_t places;            /* different instructions of the bytecode that were executed */
    uint64_t place_bytes;       /* their bytes behind the dispatch words, without branch tables */
} Coverage;

typedef struct Profile {
    uint64_t instructions;
    uint64_t branches; /* of these, those not followed by the one behind: jumps, calls, returns */
    uint64_t calls;    /* of these, calls of wasm functions and imports: direct, indirect, tail */
    const uint8_t *behind; /* the last instruction */
    /* Told of each instruction, before it is executed in the frame `fp`; NULL: nobody. */
    void (*observe)(const uint8_t *ip, uint16_t opcode, const uint64_t *fp);
    /* The rest is counted by the observers below. */
    uint64_t opcodes[OPCODE_COUNT];
    Pair *pairs;                                /* a hash table that grows: first, then second */
    uint32_t pair_slots, pair_count;
    Triple triples[TRIPLE_SLOTS];               /* a hash table */
    uint64_t lost_triples;                      /* executions that found it full */
    Coverage coverage;
} Profile;

extern Profile profile;

/* The i-th of the opcodes that an opcode is made of, 0 to part_count - 1. */
static inline uint16_t part_of(uint16_t opcode, unsigned i) {
    const OpcodeInfo *info = &opcode_info[opcode];
    return info->parts ? info->parts[i] : opcode;
}

/* Calls end superinstructions. */
static inline bool is_call(uint16_t opcode) {
    opcode = part_of(opcode, opcode_info[opcode].part_count - 1u);
    switch (opcode_info[opcode].op) {
    case OP_call:
    case OP_call_import:
    case OP_call_indirect:
    case OP_call_indirect64:
    case OP_call_ref:
    case OP_return_call:
    case OP_return_call_import:
    case OP_return_call_indirect:
    case OP_return_call_ref: return true;
    default: return false;
    }
}

/* Forgets what was counted, and not who observes: what is executed from here on is what counts. */
void profile_restart(void);

/* An observer that counts opcodes, pairs and triples. */
void profile_detail(const uint8_t *ip, uint16_t opcode, const uint64_t *fp);

/* An observer that counts opcodes, pairs and what Coverage has. Out of memory, it ends the process
 * with a message and status 1. */
void profile_coverage(const uint8_t *ip, uint16_t opcode, const uint64_t *fp);

/* Called before each instruction. Handlers that are functions need not save their state around it. */
#if __has_attribute(preserve_all)
__attribute__((preserve_all))
#endif
void profile_instruction(const uint8_t *ip, uint16_t opcode, const uint64_t *fp);

/* An observer that counts how often each place of the bytecode is executed, and the counts: 0 for
 * an address that is no executed instruction's. Errors as profile_coverage. */
void profile_places(const uint8_t *ip, uint16_t opcode, const uint64_t *fp);
uint64_t profile_count_at(const uint8_t *ip);

#endif
