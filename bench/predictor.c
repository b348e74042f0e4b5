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

/* A history of many bits, folded by exclusive or into a few. */
typedef struct Fold {
    int width;
    uint32_t bits;
} Fold;

typedef struct Ittage {
    Entry base[1 << BASE_BITS];
    Entry entries[BANK_COUNT][1 << 12];
    uint64_t history[HISTORY / 64]; /* a ring of bits, the newest at `newest` */
    unsigned newest;
    Fold index_fold[TABLES], tag_folds[TABLES][2];
    int prefer_alternate; /* -8 to 7: whether new entries are worse than what they would replace */
    unsigned crowding;    /* allocations that found no room */
    uint32_t random;
} Ittage;

static uint32_t low_bits(int count) { return (1u << count) - 1; }

static const struct Bank *bank_of(int table) {
    int bank = BANK_COUNT - 1;
    while (BANKS[bank].first > table)
        bank--;
    return &BANKS[bank];
}

static uint32_t fold(uint64_t value, int width) {
    uint32_t folded = 0;
    for (; value; value >>= width)
        folded ^= (uint32_t)value & low_bits(width);
    return folded;
}

static void ittage_start(Ittage *ittage) {
    for (int table = 1; table < TABLES; table++) {
        const struct Bank *bank = bank_of(table);
        /* The first table of a bank has an index for the whole of it: see find_entries. */
        ittage->index_fold[table].width =
            table == bank->first ? bank->bits : bank->bits - SHARERS_BITS;
        ittage->tag_folds[table][0].width = bank->tag_bits;
        ittage->tag_folds[table][1].width = bank->tag_bits - 1;
    }
}

/* `count` bits of the history, `age` bits ago, the newest in bit 0. */
static uint32_t history_bits(const Ittage *ittage, int age, int count) {
    unsigned first = (ittage->newest + (unsigned)age) % HISTORY, word = first / 64,
             shift = first % 64;
    uint64_t bits = ittage->history[word] >> shift;
    if (shift + (unsigned)count > 64)
        bits |= ittage->history[(word + 1) % (HISTORY / 64)] << (64 - shift);
    return (uint32_t)bits & low_bits(count);
}

/* The fold after the history has grown by `in`, and lost `out` at its end. */
static void fold_shift(Fold *fold_, int length, uint32_t in, uint32_t out) {
    int width = fold_->width, turn = BITS_OF_A_BRANCH % width;
    uint32_t bits = fold_->bits;
    bits = (bits << turn | bits >> (width - turn)) & low_bits(width);
    fold_->bits = bits ^ fold(in, width) ^ fold((uint64_t)out << length % width, width);
}

static void history_add(Ittage *ittage, uint64_t branch, uint64_t target) {
    uint32_t in = (uint32_t)(target ^ target >> 3 ^ branch) & low_bits(BITS_OF_A_BRANCH);
    ittage->newest = (ittage->newest + HISTORY - BITS_OF_A_BRANCH) % HISTORY;
    for (int i = 0; i < BITS_OF_A_BRANCH; i++) {
        unsigned place = (ittage->newest + (unsigned)i) % HISTORY;
        uint64_t bit = 1ull << place % 64;
        if (in >> i & 1)
            ittage->history[place / 64] |= bit;
        else
            ittage->history[place / 64] &= ~bit;
    }
    for (int table = 2; table < TABLES; table++) {
        int length = LENGTHS[table];
        uint32_t out = history_bits(ittage, length, BITS_OF_A_BRANCH);
        fold_shift(&ittage->index_fold[table], length, in, out);
        fold_shift(&ittage->tag_folds[table][0], length, in, out);
        fold_shift(&ittage->tag_folds[table][1], length, in, out);
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
        const struct Bank *bank = bank_of(table);
        const Fold *folds = ittage->tag_folds[table];
        int width = ittage->index_fold[table].width, shift = abs(width - table) + 1;
        uint32_t index = (uint32_t)(branch ^ branch >> shift) ^ ittage->index_fold[table].bits;
        index &= low_bits(width);
        if (table == bank->first)
            spread = index & low_bits(SHARERS_BITS);
        else
            index = index << SHARERS_BITS | (spread ^ (uint32_t)(table - bank->first));
        found->entries[table] = &ittage->entries[bank - BANKS][index];
        found->tags[table] = (uint16_t)(((uint32_t)branch ^ folds[0].bits ^ folds[1].bits << 1) &
                                        low_bits(bank->tag_bits));
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
