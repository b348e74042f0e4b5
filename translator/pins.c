#include "translator/pins.h"

#include <stdlib.h>
#include <string.h>

#include "translator/opcodes.h"

/* The cost model, in loads or stores of a slot that a use in a register saves. That a set costs
 * more than a get is because whoever reads it next waits for the memory. */
enum {
    GET_WEIGHT = 2,
    SET_WEIGHT = 3,
    ITERATIONS = 8,     /* that a loop is taken to run */
    CALLING_SHARE = 4,  /* where something is called uses count a quarter: what is recursive has loops
                         * that run but once or twice, and the call costs more than all of them */
    ENTER_COST = 48,    /* of taking registers over from the caller and giving them back */
    EXCHANGE_COST = 40, /* of changing what they hold around an inner loop */
    FUNCTION_COST = 60, /* of doing it in a function that may return early */
};

enum {
    LEVELS = 12, /* of loops inside each other that are told apart; deeper ones count as theirs */
    CANDIDATES = 6, /* that are kept of each loop and bank */
};

typedef struct Candidate {
    int32_t local; /* or NO_LOCAL */
    float weight;  /* of its uses for a call of the function */
} Candidate;

typedef struct Loop {
    const uint8_t *at;                       /* behind the block type */
    float entered;                           /* how often for a call of the function */
    bool calls; /* not only in a loop inside */
    Candidate candidates[BANKS][CANDIDATES]; /* the hottest first */
} Loop;

struct PinChooser {
    Loop *loops; /* [0] is the function; owned, grows */
    uint32_t count, capacity;
    uint32_t next; /* the first loop that was not asked for */
    struct Block *blocks; /* that are open at the present place; owned, grows */
    uint32_t depth, block_capacity;

    /* By level: the weights of locals, and those that are not 0. Owned, grow. */
    float *weights[LEVELS];
    uint32_t *touched[LEVELS];
    uint32_t touched_count[LEVELS];
    bool *is_seen; /* by local; owned, as is the next */
    uint32_t *read_first;
    uint32_t read_first_count;
    uint32_t local_capacity;
};

Pins no_pins(void) {
    Pins pins = {0};
    for (int bank = 0; bank < BANKS; bank++)
        for (int i = 0; i < PIN_COUNT; i++)
            pins.locals[bank][i] = NO_LOCAL;
    return pins;
}

bool pins_equal(const Pins *a, const Pins *b) {
    return !ISA_PINS || (!memcmp(a->is_entered, b->is_entered, sizeof a->is_entered) &&
                         !memcmp(a->locals, b->locals, sizeof a->locals));
}

PinChooser *pin_chooser_new(void) { return calloc(1, sizeof(PinChooser)); }

void pin_chooser_free(PinChooser *chooser) {
    if (!chooser) return;
    for (int level = 0; level < LEVELS; level++) {
        free(chooser->weights[level]);
        free(chooser->touched[level]);
    }
    free(chooser->is_seen);
    free(chooser->read_first);
    free(chooser->loops);
    free(chooser->blocks);
    free(chooser);
}

static bool make_room(PinChooser *chooser, uint32_t locals) {
    if (locals <= chooser->local_capacity) return true;
    for (int level = 0; level < LEVELS; level++) {
        free(chooser->weights[level]);
        free(chooser->touched[level]);
        chooser->weights[level] = calloc(locals, sizeof **chooser->weights);
        chooser->touched[level] = malloc(locals * sizeof **chooser->touched);
        if (!chooser->weights[level] || !chooser->touched[level]) {
            chooser->local_capacity = 0;
            return false;
        }
    }
    free(chooser->is_seen);
    free(chooser->read_first);
    chooser->is_seen = malloc(locals * sizeof *chooser->is_seen);
    chooser->read_first = malloc(locals * sizeof *chooser->read_first);
    if (!chooser->is_seen || !chooser->read_first) return false;
    chooser->local_capacity = locals;
    return true;
}

/* Index of the new loop, or -1 when out of memory. */
static int64_t add_loop(PinChooser *chooser, const uint8_t *at, float entered) {
    if (chooser->count == chooser->capacity) {
        uint32_t capacity = chooser->capacity ? 2 * chooser->capacity : 16;
        Loop *loops = realloc(chooser->loops, capacity * sizeof *loops);
        if (!loops) return -1;
        chooser->loops = loops;
        chooser->capacity = capacity;
    }
    Loop *loop = &chooser->loops[chooser->count];
    loop->at = at;
    loop->entered = entered;
    loop->calls = false;
    for (int bank = 0; bank < BANKS; bank++)
        for (int i = 0; i < CANDIDATES; i++)
            loop->candidates[bank][i] = (Candidate){NO_LOCAL, 0};
    return chooser->count++;
}

static void add_weight(PinChooser *chooser, int level, uint32_t local, float weight) {
    if (weight == 0) return; /* never executed */
    if (chooser->weights[level][local] == 0)
        chooser->touched[level][chooser->touched_count[level]++] = local;
    chooser->weights[level][local] += weight;
}

static void keep_hottest(Candidate *candidates, int32_t local, float weight) {
    for (int i = CANDIDATES; i-- > 0;) {
        if (weight <= candidates[i].weight) return;
        if (i + 1 < CANDIDATES) candidates[i + 1] = candidates[i];
        candidates[i] = (Candidate){local, weight};
    }
}

/* The level's weights become the loop's candidates and, if it is inside another, count there. */
static void end_level(PinChooser *chooser, int level, Loop *loop, const SlotType *types) {
    for (uint32_t i = 0; i < chooser->touched_count[level]; i++) {
        uint32_t local = chooser->touched[level][i];
        float weight = chooser->weights[level][local];
        chooser->weights[level][local] = 0;
        /* Exceptions stay in slots, where the runtime looks for those that are still needed; for
         * vectors there are no registers. */
        if (types[local] != TYPE_EXNREF && types[local] != TYPE_V128)
            keep_hottest(loop->candidates[bank_of(types[local])], (int32_t)local, weight);
        if (level > 1) add_weight(chooser, level - 1, local, weight);
    }
    chooser->touched_count[level] = 0;
}

/* How often a place of the body is executed for one call, as far as structure tells (Ball and
 * Larus, PLDI 1993, found that loops tell most): what enters a block leaves it, loops run
 * ITERATIONS times, branches go either way. */
typedef struct Block {
    float entered;  /* how often control comes in, and so at most out */
    float branched; /* of that: how often to its end so far, by branches */
    float skipped;  /* of an `if`: how often not to its first part */
    bool is_loop;
    uint32_t loops; /* open here, itself counted */
    int64_t loop;   /* its index; -1 if it is none, or one too deep inside others */
    int64_t inside; /* index of the innermost loop here, or 0: the function */
} Block;

enum { FREQUENCY_MOST = 1 << 30 };
static const float RARELY = 1.0f / 64; /* how often what is tried throws */

/* Control goes to a label as often as this. */
static void add_branch(PinChooser *chooser, uint32_t depth, float frequency) {
    chooser->blocks[chooser->depth - 1 - depth].branched += frequency;
}

/* How often a br_if that is executed `frequency` times branches. */
static float taken(const PinChooser *chooser, uint32_t depth, float frequency) {
    const Block *target = &chooser->blocks[chooser->depth - 1 - depth];
    if (target->is_loop) return frequency * (1 - 1.0f / ITERATIONS);
    if (chooser->blocks[chooser->depth - 1].loops > target->loops) return frequency / ITERATIONS;
    return frequency / 2;
}

/* The block that begins, at how it is entered; NULL when out of memory. */
static Block *begin_block(PinChooser *chooser, float frequency) {
    if (chooser->depth == chooser->block_capacity) {
        uint32_t capacity = chooser->block_capacity ? 2 * chooser->block_capacity : 64;
        Block *blocks = realloc(chooser->blocks, capacity * sizeof *blocks);
        if (!blocks) return NULL;
        chooser->blocks = blocks;
        chooser->block_capacity = capacity;
    }
    Block *block = &chooser->blocks[chooser->depth++];
    *block = (Block){.entered = frequency, .loop = -1};
    if (chooser->depth > 1) {
        block->loops = block[-1].loops;
        block->inside = block[-1].inside;
    }
    return block;
}

/* How often control goes on behind the innermost block's end, which it reaches this often. */
static float end_block(PinChooser *chooser, float frequency) {
    const Block *block = &chooser->blocks[--chooser->depth];
    float left = frequency + block->skipped + (block->is_loop ? 0 : block->branched);
    return left < block->entered ? left : block->entered;
}

/* Scanning a function's body: the present place. */
typedef struct Scan {
    PinChooser *chooser;
    const SlotType *types; /* of the locals */
    const uint32_t *first_halves;
    const uint8_t *at;
    float frequency; /* how often it is executed */
    int level;       /* of loops around it */
} Scan;

static Block *innermost(const Scan *scan) {
    return &scan->chooser->blocks[scan->chooser->depth - 1];
}

/* False when out of memory, as is the next. */
static bool scan_block(Scan *scan, Opcode opcode) {
    Block *block = begin_block(scan->chooser, scan->frequency);
    if (block && opcode == WASM_IF) scan->frequency = block->skipped = scan->frequency / 2;
    scan->at = skip_immediates(opcode, scan->at);
    return block;
}

static bool scan_loop(Scan *scan) {
    Block *block = begin_block(scan->chooser, scan->frequency);
    if (!block) return false;
    scan->at = skip_immediates(WASM_LOOP, scan->at);
    block->is_loop = true;
    block->loops++;
    if (scan->level + 1 < LEVELS) {
        scan->level++;
        block->inside = block->loop = add_loop(scan->chooser, scan->at, scan->frequency);
        if (block->loop < 0) return false;
    }
    if (scan->frequency < FREQUENCY_MOST) scan->frequency *= ITERATIONS;
    return true;
}

/* Another part of the innermost block: of an `if`, or a handler of what is thrown. */
static void scan_part(Scan *scan, Opcode opcode) {
    Block *block = innermost(scan);
    block->branched += scan->frequency;
    if (opcode == WASM_ELSE) {
        scan->frequency = block->skipped;
        block->skipped = 0;
    } else {
        scan->frequency = block->entered * RARELY;
    }
    scan->at = skip_immediates(opcode, scan->at);
}

/* Whether the function goes on. */
static bool scan_end(Scan *scan, Opcode opcode) {
    scan->at = skip_immediates(opcode, scan->at);
    const int64_t loop = innermost(scan)->loop;
    scan->frequency = end_block(scan->chooser, scan->frequency);
    if (loop < 0) return true;
    end_level(scan->chooser, scan->level, &scan->chooser->loops[loop], scan->types);
    return scan->level-- > 0;
}

static void scan_branch(Scan *scan, Opcode opcode) {
    if (opcode != WASM_BR && opcode != WASM_BR_TABLE) {
        const uint32_t depth = leb_u32(&scan->at);
        const float branches = taken(scan->chooser, depth, scan->frequency);
        add_branch(scan->chooser, depth, branches);
        scan->frequency -= branches;
        return;
    }
    const uint32_t count = opcode == WASM_BR_TABLE ? leb_u32(&scan->at) + 1 : 1;
    for (uint32_t i = 0; i < count; i++)
        add_branch(scan->chooser, leb_u32(&scan->at), scan->frequency / (float)count);
    scan->frequency = 0;
}

static void scan_local(Scan *scan, Opcode opcode) {
    PinChooser *chooser = scan->chooser;
    uint32_t local = leb_u32(&scan->at);
    if (scan->first_halves) local = scan->first_halves[local];
    const bool is_read = opcode == WASM_LOCAL_GET;
    add_weight(chooser, scan->level, local, scan->frequency * (is_read ? GET_WEIGHT : SET_WEIGHT));
    const uint32_t halves = scan->types[local] == TYPE_V128 ? 2 : 1;
    for (uint32_t half = local; half < local + halves; half++) {
        if (is_read && !chooser->is_seen[half])
            chooser->read_first[chooser->read_first_count++] = half;
        chooser->is_seen[half] = true;
    }
}

bool pin_chooser_scan(PinChooser *chooser, const uint8_t *body, const SlotType *types,
                      const uint32_t *first_halves, uint32_t local_count) {
    chooser->count = chooser->depth = 0;
    chooser->next = 1;
    if (!make_room(chooser, local_count) || add_loop(chooser, body, 1) < 0) return false;
    Block *block = begin_block(chooser, 1);
    if (!block) return false;
    block->loop = 0;
    if (local_count) memset(chooser->is_seen, 0, local_count);
    chooser->read_first_count = 0;
    Scan scan = {chooser, types, first_halves, .at = body, .frequency = 1};
    for (;;) {
        Opcode opcode = opcode_read(&scan.at);
        switch (opcode) {
        case WASM_BLOCK:
        case WASM_TRY:
        case WASM_TRY_TABLE:
        case WASM_IF:
            if (!scan_block(&scan, opcode)) return false;
            continue;
        case WASM_LOOP:
            if (!scan_loop(&scan)) return false;
            continue;
        case WASM_ELSE:
        case WASM_CATCH:
        case WASM_CATCH_ALL: scan_part(&scan, opcode); continue;
        case WASM_END:
        case WASM_DELEGATE:
            if (!scan_end(&scan, opcode)) return true;
            continue;
        case WASM_BR:
        case WASM_BR_IF:
        case WASM_BR_ON_NULL:
        case WASM_BR_ON_NON_NULL:
        case WASM_BR_TABLE: scan_branch(&scan, opcode); continue;
        case WASM_CALL:
        case WASM_CALL_REF:
        case WASM_CALL_INDIRECT: chooser->loops[innermost(&scan)->inside].calls = true; break;
        case WASM_UNREACHABLE:
        case WASM_THROW:
        case WASM_THROW_REF:
        case WASM_RETHROW:
        case WASM_RETURN:
        case WASM_RETURN_CALL:
        case WASM_RETURN_CALL_REF:
        case WASM_RETURN_CALL_INDIRECT: scan.frequency = 0; break;
        case WASM_LOCAL_GET:
        case WASM_LOCAL_SET:
        case WASM_LOCAL_TEE: scan_local(&scan, opcode); continue;
        default: break;
        }
        scan.at = skip_immediates(opcode, scan.at);
    }
}

/* ---- Choosing -------------------------------------------------------------------------------- */

static float weight_of(const Candidate *candidates, int32_t local) {
    for (int i = 0; i < CANDIDATES && local != NO_LOCAL; i++)
        if (candidates[i].local == local) return candidates[i].weight;
    return 0;
}

/* The registers' best content: the hottest locals, of which those that are in one stay there. */
static void take_hottest(const Candidate *candidates, const int32_t *before, int32_t *after) {
    bool is_placed[PIN_COUNT] = {false};
    for (int i = 0; i < PIN_COUNT; i++)
        after[i] = NO_LOCAL;
    for (int i = 0; i < PIN_COUNT; i++)
        for (int pin = 0; pin < PIN_COUNT; pin++)
            if (candidates[i].local != NO_LOCAL && before[pin] == candidates[i].local) {
                after[pin] = before[pin];
                is_placed[i] = true;
            }
    for (int i = 0, pin = 0; i < PIN_COUNT; i++) {
        if (is_placed[i] || candidates[i].local == NO_LOCAL) continue;
        while (after[pin] != NO_LOCAL)
            pin++;
        after[pin] = candidates[i].local;
    }
}

static Pins choose(const Loop *loop, const Pins *outside, float enter_cost) {
    Pins pins = *outside;
    for (int bank = 0; bank < PINNED_BANKS; bank++) {
        const Candidate *candidates = loop->candidates[bank];
        float kept = 0, best = 0;
        for (int i = 0; i < PIN_COUNT; i++) {
            kept += weight_of(candidates, outside->locals[bank][i]);
            best += candidates[i].weight;
        }
        float cost = outside->is_entered[bank] ? EXCHANGE_COST : enter_cost;
        if (loop->calls) cost *= CALLING_SHARE;
        if (best - kept <= cost * loop->entered) continue;
        take_hottest(candidates, outside->locals[bank], pins.locals[bank]);
        pins.is_entered[bank] = true;
    }
    return pins;
}

Pins pin_chooser_function(const PinChooser *chooser) {
    Pins outside = no_pins();
    return choose(&chooser->loops[0], &outside, FUNCTION_COST);
}

Pins pin_chooser_loop(PinChooser *chooser, const uint8_t *at, const Pins *outside) {
    while (chooser->next < chooser->count && chooser->loops[chooser->next].at < at)
        chooser->next++;
    if (chooser->next == chooser->count || chooser->loops[chooser->next].at != at) return *outside;
    return choose(&chooser->loops[chooser->next], outside, ENTER_COST);
}

uint32_t pin_chooser_cleared(const PinChooser *chooser, uint32_t parameters,
                             uint32_t locals[CLEARED_MOST]) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < chooser->read_first_count; i++) {
        if (chooser->read_first[i] < parameters) continue;
        if (count == CLEARED_MOST) return 0;
        locals[count++] = chooser->read_first[i];
    }
    return count;
}

bool pin_chooser_wants(const PinChooser *chooser, Bank bank) {
    const Pins outside = no_pins();
    for (uint32_t i = 0; i < chooser->count; i++)
        if (choose(&chooser->loops[i], &outside, i ? ENTER_COST : FUNCTION_COST).is_entered[bank])
            return true;
    return false;
}
