#include "bench/predictor.h"

#include <stdlib.h>

#include "bench/util/memory.h"

const PredictorInfo PREDICTOR_INFO[PREDICTOR_KINDS] = {
    [PREDICTOR_BTB] = {"btb", "last target of each branch, 4,096 entries"},
    [PREDICTOR_TWO_LEVEL] = {"two-level", "branch and its last 3 targets, 4,096 entries"},
    [PREDICTOR_ITTAGE] = {"ittage", "paths of up to 388 branches, 64 KB (CBP-3)"},
};

/* ---- A table of targets by key --------------------------------------------------------------- */

enum { WAYS = 4, SETS = 1024 };

typedef struct Way {
    uint64_t key, target;
    uint64_t used; /* when; 0: empty */
} Way;

typedef struct TargetTable {
    Way ways[SETS][WAYS];
    uint64_t now;
} TargetTable;

/* Whether the target of `key` was the one kept. It is, from now on. */
static bool table_branch(TargetTable *table, uint64_t key, uint64_t target) {
    Way *set = table->ways[(key ^ key >> 10 ^ key >> 20) % SETS], *way = &set[0];
    for (int i = 0; i < WAYS; i++) {
        if (set[i].used && set[i].key == key) {
            way = &set[i];
            break;
        }
        if (set[i].used < way->used) way = &set[i]; /* the least recently used one */
    }
    bool hit = way->used && way->key == key && way->target == target;
    *way = (Way){key, target, ++table->now};
    return hit;
}

/* ---- ITTAGE ---------------------------------------------------------------------------------- */

/* Tables 1 to 15 have tags; the first has one entry for each branch, without a history. They share
 * three memories, in each of which a table's entries are every eighth. */
enum { TABLES = 16, BASE_BITS = 12, HISTORY = 4096, BITS_OF_A_BRANCH = 10 };
static const int LENGTHS[TABLES] = {0,   0,   10,  16,  27,  44,   60,   96,
                                    109, 219, 449, 487, 714, 1313, 2146, 3881};
static const struct Bank {
    int first, bits, tag_bits; /* its first table; entries: 1 << bits */
} BANKS[] = {{1, 12, 9}, {3, 12, 13}, {11, 11, 15}};
enum { BANK_COUNT = sizeof BANKS / sizeof *BANKS, SHARERS_BITS = 3 };

typedef struct Entry {
    uint64_t target;
    uint16_t tag;
    uint8_t confidence; /* 0 to 3 */
    bool useful, taken; /* taken: not empty */
} Entry;

/* A history of `length` bits, folded by exclusive or into a few. Each branch turns it, puts its own bits
 * in, and takes out those that are now too old. */
typedef struct Fold {
    uint32_t bits, mask; /* mask: `width` ones */
    uint8_t width, turn, out_shift;
} Fold;

/* What a table is, once: looking it up for each branch would take longer than the branch. */
typedef struct TableShape {
    uint8_t bank, index_shift, place; /* place: among the sharers of its bank */
    bool first;                       /* of its bank */
    uint32_t tag_mask;
} TableShape;

typedef struct Ittage {
    Entry base[1 << BASE_BITS];
    Entry entries[BANK_COUNT][1 << 12];
    uint64_t history[HISTORY / 64]; /* a ring of bits, the newest at `newest` */
    unsigned newest;
    TableShape shapes[TABLES];
    Fold folds[TABLES][3]; /* of the index and, twice, of the tag */
    int prefer_alternate;  /* -8 to 7: whether new entries are worse than what they would replace */
    unsigned crowding;     /* allocations that found no room */
    uint32_t random;
} Ittage;

static uint32_t low_bits(int count) { return (1u << count) - 1; }

static int bank_of(int table) {
    int bank = BANK_COUNT - 1;
    while (BANKS[bank].first > table)
        bank--;
    return bank;
}

static Fold fold_of(int width, int length) {
    return (Fold){.mask = low_bits(width),
                  .width = (uint8_t)width,
                  .turn = (uint8_t)(BITS_OF_A_BRANCH % width),
                  .out_shift = (uint8_t)(length % width)};
}

static void ittage_start(Ittage *ittage) {
    for (int table = 1; table < TABLES; table++) {
        int number = bank_of(table);
        const struct Bank *bank = &BANKS[number];
        bool first = table == bank->first;
        /* The first table of a bank has an index for the whole of it: see find_entries. */
        int width = first ? bank->bits : bank->bits - SHARERS_BITS;
        ittage->shapes[table] = (TableShape){.bank = (uint8_t)number,
                                             .index_shift = (uint8_t)(abs(width - table) + 1),
                                             .place = (uint8_t)(table - bank->first),
                                             .first = first,
                                             .tag_mask = low_bits(bank->tag_bits)};
        ittage->folds[table][0] = fold_of(width, LENGTHS[table]);
        ittage->folds[table][1] = fold_of(bank->tag_bits, LENGTHS[table]);
        ittage->folds[table][2] = fold_of(bank->tag_bits - 1, LENGTHS[table]);
    }
}

/* The bits of a branch that was `age` bits ago, the newest in bit 0. */
static uint32_t history_bits(const Ittage *ittage, int age) {
    unsigned first = (ittage->newest + (unsigned)age) % HISTORY, word = first / 64,
             shift = first % 64;
    uint64_t bits = ittage->history[word] >> shift;
    if (shift + BITS_OF_A_BRANCH > 64)
        bits |= ittage->history[(word + 1) % (HISTORY / 64)] << (64 - shift);
    return (uint32_t)bits & low_bits(BITS_OF_A_BRANCH);
}

/* The other way round: of the branch that is the newest now. */
static void set_newest(Ittage *ittage, uint32_t bits) {
    unsigned word = ittage->newest / 64, shift = ittage->newest % 64;
    const uint64_t ones = low_bits(BITS_OF_A_BRANCH);
    uint64_t *at = &ittage->history[word], *next = &ittage->history[(word + 1) % (HISTORY / 64)];
    *at = (*at & ~(ones << shift)) | (uint64_t)bits << shift;
    if (shift + BITS_OF_A_BRANCH > 64)
        *next = (*next & ~(ones >> (64 - shift))) | bits >> (64 - shift);
}

/* A value of at most three times as many bits as the fold has. */
static uint32_t folded(const Fold *fold, uint32_t value) {
    return (value ^ value >> fold->width ^ value >> 2 * fold->width) & fold->mask;
}

/* The fold after the history has grown by `in`, and lost `out` at its end. */
static void fold_shift(Fold *fold, uint32_t in, uint32_t out) {
    uint32_t turned = fold->bits << fold->turn | fold->bits >> (fold->width - fold->turn);
    fold->bits = (turned & fold->mask) ^ folded(fold, in) ^ folded(fold, out << fold->out_shift);
}

static void history_add(Ittage *ittage, uint64_t branch, uint64_t target) {
    uint32_t in = (uint32_t)(target ^ target >> 3 ^ branch) & low_bits(BITS_OF_A_BRANCH);
    ittage->newest = (ittage->newest + HISTORY - BITS_OF_A_BRANCH) % HISTORY;
    set_newest(ittage, in);
    for (int table = 2; table < TABLES; table++) {
        uint32_t out = history_bits(ittage, LENGTHS[table]);
        for (int i = 0; i < 3; i++)
            fold_shift(&ittage->folds[table][i], in, out);
    }
}

typedef struct Lookup {
    Entry *entries[TABLES];
    uint16_t tags[TABLES];
    int hit, alternate; /* the table of the longest match, and of the next; -1: none */
} Lookup;

static void find_entries(Ittage *ittage, uint64_t branch, Lookup *found) {
    found->entries[0] = &ittage->base[branch & low_bits(BASE_BITS)];
    uint32_t spread = 0; /* where the bank's first table looks: its sharers look beside it */
    for (int table = 1; table < TABLES; table++) {
        const TableShape *shape = &ittage->shapes[table];
        const Fold *folds = ittage->folds[table];
        uint32_t index = (uint32_t)(branch ^ branch >> shape->index_shift) ^ folds[0].bits;
        index &= folds[0].mask;
        if (shape->first)
            spread = index & low_bits(SHARERS_BITS);
        else
            index = index << SHARERS_BITS | (spread ^ shape->place);
        found->entries[table] = &ittage->entries[shape->bank][index];
        found->tags[table] =
            (uint16_t)(((uint32_t)branch ^ folds[1].bits ^ folds[2].bits << 1) & shape->tag_mask);
    }
    found->hit = found->alternate = -1;
    for (int table = TABLES - 1; table >= 0 && found->alternate < 0; table--) {
        const Entry *entry = found->entries[table];
        if (!entry->taken || (table > 0 && entry->tag != found->tags[table])) continue;
        if (found->hit < 0)
            found->hit = table;
        else
            found->alternate = table;
    }
}

/* A miss takes up to three entries of longer histories, not of neighbouring tables. */
static void allocate_entries(Ittage *ittage, const Lookup *found, uint64_t target) {
    ittage->random = ittage->random * 1664525u + 1013904223u;
    int table = found->hit < 0 ? 1 : found->hit + 1, left = 3;
    if (ittage->random >> 27 == 0) table++; /* now and then the one after the next */
    for (; table < TABLES && left > 0; table++) {
        Entry *entry = found->entries[table];
        if (entry->useful) {
            ittage->crowding++;
            continue;
        }
        *entry = (Entry){.target = target, .tag = found->tags[table], .taken = true};
        if (ittage->crowding > 0) ittage->crowding--;
        left--;
        table++;
    }
    if (ittage->crowding < 64) return;
    ittage->crowding = 0;
    for (int bank = 0; bank < BANK_COUNT; bank++)
        for (int i = 0; i < 1 << BANKS[bank].bits; i++)
            ittage->entries[bank][i].useful = false;
}

static void ittage_learn(Ittage *ittage, Lookup *found, uint64_t target) {
    Entry *hit = found->hit < 0 ? NULL : found->entries[found->hit];
    const Entry *alternate = found->alternate < 0 ? NULL : found->entries[found->alternate];
    bool differ = hit && alternate && hit->target != alternate->target;
    if (differ && hit->confidence == 0) {
        if (alternate->target == target && ittage->prefer_alternate < 7) ittage->prefer_alternate++;
        if (hit->target == target && ittage->prefer_alternate > -8) ittage->prefer_alternate--;
    }
    if (hit && found->hit > 0 && differ && hit->target == target) hit->useful = true;
    if (!hit || hit->target != target) allocate_entries(ittage, found, target);
    if (!hit) {
        *found->entries[0] = (Entry){.target = target, .taken = true};
    } else if (hit->target == target) {
        if (hit->confidence < 3) hit->confidence++;
    } else if (hit->confidence > 0) {
        hit->confidence--;
    } else {
        hit->target = target;
    }
}

static bool ittage_branch(Ittage *ittage, uint64_t branch, uint64_t target) {
    Lookup found;
    find_entries(ittage, branch, &found);
    const Entry *provider = found.hit < 0 ? NULL : found.entries[found.hit];
    if (found.alternate >= 0 && provider->confidence == 0 && ittage->prefer_alternate >= 0)
        provider = found.entries[found.alternate];
    bool predicted = provider && provider->target == target;
    ittage_learn(ittage, &found, target);
    history_add(ittage, branch, target);
    return predicted;
}

/* ---- All of them ----------------------------------------------------------------------------- */

struct Predictor {
    PredictorKind kind;
    uint64_t path; /* of two-level: the last three targets, 8 bits each */
    union {
        TargetTable table;
        Ittage ittage;
    } as;
};

Predictor *predictor_new(PredictorKind kind) {
    Predictor *predictor = allocate(sizeof *predictor);
    predictor->kind = kind;
    if (kind == PREDICTOR_ITTAGE) ittage_start(&predictor->as.ittage);
    return predictor;
}

void predictor_free(Predictor *predictor) { free(predictor); }

/* 8 bits of a target that tell handlers apart, which begin at any address or at multiples of 16. */
static uint64_t target_bits(uint64_t target) {
    return (target ^ target >> 4 ^ target >> 12) & 0xff;
}

bool predictor_branch(Predictor *predictor, uint64_t branch, uint64_t target) {
    bool predicted;
    switch (predictor->kind) {
    case PREDICTOR_ITTAGE: return ittage_branch(&predictor->as.ittage, branch, target);
    case PREDICTOR_TWO_LEVEL:
        predicted = table_branch(&predictor->as.table, branch << 24 | predictor->path, target);
        predictor->path = (predictor->path << 8 | target_bits(target)) & 0xffffff;
        return predicted;
    default: return table_branch(&predictor->as.table, branch, target);
    }
}
