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
    uint32_t target; /* its low bits, which tell the places of one program apart */
    uint16_t tag;
    uint8_t confidence : 2, useful : 1, taken : 1; /* taken: not empty */
} Entry;

/* Histories of `LENGTHS` bits, folded by exclusive or into a few: one for the index and two for the
 * tag of each table. Each branch turns them, puts its own bits in, and takes out those that are now
 * too old. Side by side, so that one instruction does it to many tables. */
enum { FOLDS = 3 };
typedef struct Folds {
    uint32_t bits[TABLES], mask[TABLES]; /* mask: `width` ones */
    uint32_t width[TABLES], turn[TABLES], out_shift[TABLES];
} Folds;

/* What a table is, once: looking it up for each branch would take longer than the branch. */
typedef struct TableShape {
    uint8_t bank, index_shift, place; /* place: among the sharers of its bank */
    uint32_t tag_mask;
} TableShape;

typedef struct Ittage {
    Folds folds[FOLDS];
    Entry base[1 << BASE_BITS];
    Entry entries[BANK_COUNT][1 << 12];
    uint64_t history[HISTORY / 64]; /* a ring of bits, the newest at `newest` */
    unsigned newest;
    TableShape shapes[TABLES];
    uint32_t index_masks[TABLES];
    int prefer_alternate; /* -8 to 7: whether new entries are worse than what they would replace */
    unsigned crowding;    /* allocations that found no room */
    uint32_t random;
} Ittage;

static uint32_t low_bits(int count) { return (1u << count) - 1; }

static int bank_of(int table) {
    int bank = BANK_COUNT - 1;
    while (BANKS[bank].first > table)
        bank--;
    return bank;
}

static void fold_start(Folds *folds, int table, int width) {
    folds->mask[table] = low_bits(width);
    folds->width[table] = (uint32_t)width;
    folds->turn[table] = (uint32_t)(BITS_OF_A_BRANCH % width);
    folds->out_shift[table] = (uint32_t)(LENGTHS[table] % width);
}

static void ittage_start(Ittage *ittage) {
    for (int table = 1; table < TABLES; table++) {
        int number = bank_of(table);
        const struct Bank *bank = &BANKS[number];
        /* The first table of a bank has an index for the whole of it: see find_entries. */
        int width = table == bank->first ? bank->bits : bank->bits - SHARERS_BITS;
        ittage->shapes[table] = (TableShape){.bank = (uint8_t)number,
                                             .index_shift = (uint8_t)(abs(width - table) + 1),
                                             .place = (uint8_t)(table - bank->first),
                                             .tag_mask = low_bits(bank->tag_bits)};
        ittage->index_masks[table] = low_bits(width);
        if (LENGTHS[table] == 0) continue; /* its folds stay empty */
        fold_start(&ittage->folds[0], table, width);
        fold_start(&ittage->folds[1], table, bank->tag_bits);
        fold_start(&ittage->folds[2], table, bank->tag_bits - 1);
    }
}

/* The bits of a branch that was `age` bits ago, the newest in bit 0. */
static uint32_t history_bits(const Ittage *ittage, int age) {
    unsigned first = (ittage->newest + (unsigned)age) % HISTORY, word = first / 64,
             shift = first % 64;
    uint64_t low = ittage->history[word] >> shift,
             high = ittage->history[(word + 1) % (HISTORY / 64)] << 1 << (63 - shift);
    return (uint32_t)(low | high) & low_bits(BITS_OF_A_BRANCH);
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

/* Vectors of eight on CPUs that have them. Sanitizers do not get along with choosing one so early.
 */
#define WIDE
#if defined(__x86_64__) && defined(__has_attribute) && !defined(__SANITIZE_ADDRESS__)
#if __has_attribute(target_clones)
#undef WIDE
#define WIDE __attribute__((target_clones("avx2", "default")))
#endif
#endif
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#undef WIDE
#define WIDE
#endif
#endif

/* The folds after the histories have grown by `in`, and lost `out` at their ends. No value has more
 * than three times as many bits as a fold. */
WIDE static void folds_shift(Folds folds[restrict FOLDS], uint32_t in,
                             const uint32_t out[restrict TABLES]) {
    for (int kind = 0; kind < FOLDS; kind++) {
        Folds *all = &folds[kind];
        for (int table = 0; table < TABLES; table++) {
            uint32_t width = all->width[table], bits = all->bits[table];
            uint32_t old = out[table] << all->out_shift[table];
            uint32_t turned = bits << all->turn[table] | bits >> (width - all->turn[table]);
            uint32_t added = in ^ in >> width ^ old ^ old >> width ^ old >> 2 * width;
            all->bits[table] = (turned ^ added) & all->mask[table];
        }
    }
}

static void history_add(Ittage *ittage, uint64_t branch, uint64_t target) {
    uint32_t in = (uint32_t)(target ^ target >> 3 ^ branch) & low_bits(BITS_OF_A_BRANCH);
    uint32_t out[TABLES] = {0};
    ittage->newest = (ittage->newest + HISTORY - BITS_OF_A_BRANCH) % HISTORY;
    set_newest(ittage, in);
    for (int table = 2; table < TABLES; table++)
        out[table] = history_bits(ittage, LENGTHS[table]);
    folds_shift(ittage->folds, in, out);
}

typedef struct Lookup {
    Entry *entries[TABLES];
    uint16_t tags[TABLES];
    int hit, alternate; /* the table of the longest match, and of the next; -1: none */
} Lookup;

/* A table's index; of a bank's sharers, beside where its first table looks. */
static uint32_t index_in(const Ittage *ittage, uint64_t branch, int table) {
    const Folds *folds = &ittage->folds[0];
    uint32_t hashed = (uint32_t)(branch ^ branch >> ittage->shapes[table].index_shift);
    return (hashed ^ folds->bits[table]) & ittage->index_masks[table];
}

/* From the longest history on, as far as it matters. */
static void find_entries(Ittage *ittage, uint64_t branch, Lookup *found) {
    uint32_t first[BANK_COUNT];
    for (int bank = 0; bank < BANK_COUNT; bank++)
        first[bank] = index_in(ittage, branch, BANKS[bank].first);
    found->hit = found->alternate = -1;
    for (int table = TABLES - 1; table > 0; table--) {
        const TableShape *shape = &ittage->shapes[table];
        uint32_t index = first[shape->bank];
        if (shape->place > 0)
            index = index_in(ittage, branch, table) << SHARERS_BITS |
                    ((index & low_bits(SHARERS_BITS)) ^ shape->place);
        Entry *entry = &ittage->entries[shape->bank][index];
        uint32_t tag =
            ((uint32_t)branch ^ ittage->folds[1].bits[table] ^ ittage->folds[2].bits[table] << 1) &
            shape->tag_mask;
        found->entries[table] = entry;
        found->tags[table] = (uint16_t)tag;
        if (!entry->taken || entry->tag != tag) continue;
        if (found->hit >= 0) {
            found->alternate = table;
            return;
        }
        found->hit = table;
        /* Of what is trusted, and known to be useful, nobody asks what it replaces. */
        if (entry->confidence > 0 && entry->useful) return;
    }
    found->entries[0] = &ittage->base[branch & low_bits(BASE_BITS)];
    if (!found->entries[0]->taken) return;
    if (found->hit < 0)
        found->hit = 0;
    else
        found->alternate = 0;
}

/* A miss takes up to three entries of longer histories, not of neighbouring tables. */
static void allocate_entries(Ittage *ittage, const Lookup *found, uint32_t target) {
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

static void ittage_learn(Ittage *ittage, Lookup *found, uint32_t target) {
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
    bool predicted = provider && provider->target == (uint32_t)target;
    ittage_learn(ittage, &found, (uint32_t)target);
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
