#include "bench/mining/miner.h"

#include <stdlib.h>
#include <string.h>

#include "bench/util/memory.h"

/* ---- Sequences being mined ------------------------------------------------------------------- */

enum { NONE = UINT32_MAX };

/* The lines of the corpus as symbols: an opcode, or a sequence that was made of two symbols. */
typedef struct Symbol {
    uint32_t first, second; /* NONE, NONE: an opcode */
    uint32_t length;        /* in opcodes */
} Symbol;

/* A bit each; the last for all further ones. `size` is how many are set. */
enum { PROGRAM_BITS = 512 };
typedef struct ProgramSet {
    uint64_t bits[PROGRAM_BITS / 64];
    uint32_t size;
} ProgramSet;

static void add_program(ProgramSet *set, uint16_t program) {
    uint64_t *bits = &set->bits[program / 64], bit = (uint64_t)1 << program % 64;
    set->size += !(*bits & bit);
    *bits |= bit;
}

typedef struct Pair {
    uint32_t first, second;
    double saved;        /* what making it one symbol would save now */
    ProgramSet programs; /* where it was ever seen */
    uint32_t *places;    /* where it may stand */
    uint32_t place_count, place_capacity;
    uint32_t heap_place; /* or NONE */
} Pair;

typedef struct Miner {
    const Corpus *corpus;
    const MinerWishes *wishes;
    Symbol *symbols;
    uint32_t symbol_count, symbol_capacity;

    /* By place: instructions of all lines one after the other. */
    uint32_t *at; /* symbol, or NONE where one from before reaches to */
    uint32_t *next, *previous;
    double *weight;
    uint16_t *program;
    size_t place_count;

    Pair *pairs;
    uint32_t pair_count, pair_capacity;
    uint32_t *table; /* pair by hash, or NONE */
    uint32_t table_size;
    uint32_t *heap; /* pairs, the one that saves most at the root */
    uint32_t heap_count, heap_capacity;
} Miner;

/* ---- The heap -------------------------------------------------------------------------------- */

static double worth(const Miner *m, uint32_t pair) {
    const Pair *p = &m->pairs[pair];
    if (p->programs.size < m->wishes->least_programs) return 0;
    return p->saved;
}

static void put_in_heap(Miner *m, uint32_t place, uint32_t pair) {
    m->heap[place] = pair;
    m->pairs[pair].heap_place = place;
}

static void sift(Miner *m, uint32_t place) {
    const uint32_t pair = m->heap[place];
    const double value = worth(m, pair);
    while (place > 0 && worth(m, m->heap[(place - 1) / 2]) < value) {
        put_in_heap(m, place, m->heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    for (uint32_t child; (child = 2 * place + 1) < m->heap_count; place = child) {
        if (child + 1 < m->heap_count && worth(m, m->heap[child + 1]) > worth(m, m->heap[child]))
            child++;
        if (worth(m, m->heap[child]) <= value) break;
        put_in_heap(m, place, m->heap[child]);
    }
    put_in_heap(m, place, pair);
}

/* ---- Pairs ----------------------------------------------------------------------------------- */

static uint32_t hash(uint32_t first, uint32_t second) {
    return (uint32_t)((((uint64_t)first << 32 | second) * 0x9e3779b97f4a7c15ull) >> 32);
}

static uint32_t *find(const Miner *m, uint32_t first, uint32_t second) {
    for (uint32_t slot = hash(first, second) & (m->table_size - 1);;
         slot = (slot + 1) & (m->table_size - 1)) {
        uint32_t *entry = &m->table[slot];
        if (*entry == NONE ||
            (m->pairs[*entry].first == first && m->pairs[*entry].second == second))
            return entry;
    }
}

static void enlarge_table(Miner *m) {
    free(m->table);
    m->table_size = m->table_size ? 2 * m->table_size : 1 << 16;
    m->table = allocate(m->table_size * sizeof *m->table);
    memset(m->table, 0xff, m->table_size * sizeof *m->table);
    for (uint32_t i = 0; i < m->pair_count; i++)
        *find(m, m->pairs[i].first, m->pairs[i].second) = i;
}

static void *make_room(void *array, uint32_t *capacity, uint32_t count, size_t size) {
    if (count < *capacity) return array;
    *capacity = *capacity ? 2 * *capacity : 4;
    return grow(array, *capacity, size);
}

/* The pair that begins at `place` is there (sign 1) or not any more (-1). */
static void note_pair(Miner *m, uint32_t place, int sign) {
    const uint32_t behind = m->next[place];
    if (behind == NONE) return;
    const uint32_t first = m->at[place], second = m->at[behind];
    if (m->symbols[first].length + m->symbols[second].length > m->wishes->longest) return;
    if (2 * m->pair_count >= m->table_size) enlarge_table(m);
    uint32_t *entry = find(m, first, second);
    if (*entry == NONE) {
        m->pairs = make_room(m->pairs, &m->pair_capacity, m->pair_count, sizeof *m->pairs);
        m->heap = make_room(m->heap, &m->heap_capacity, m->heap_count, sizeof *m->heap);
        m->pairs[m->pair_count] = (Pair){.first = first, .second = second, .heap_place = NONE};
        *entry = m->pair_count++;
        put_in_heap(m, m->heap_count++, *entry);
    }
    Pair *pair = &m->pairs[*entry];
    pair->saved += sign * m->weight[behind];
    if (sign > 0) {
        add_program(&pair->programs, m->program[place]);
        pair->places =
            make_room(pair->places, &pair->place_capacity, pair->place_count, sizeof *pair->places);
        pair->places[pair->place_count++] = place;
    }
    if (pair->heap_place != NONE) sift(m, pair->heap_place);
}

/* Makes one symbol of the pair, everywhere. */
static void merge(Miner *m, uint32_t index) {
    const uint32_t first = m->pairs[index].first, second = m->pairs[index].second;
    m->symbols = make_room(m->symbols, &m->symbol_capacity, m->symbol_count, sizeof *m->symbols);
    const uint32_t made = m->symbol_count++;
    m->symbols[made] =
        (Symbol){first, second, m->symbols[first].length + m->symbols[second].length};
    uint32_t *places = m->pairs[index].places; /* pairs may move meanwhile */
    const uint32_t count = m->pairs[index].place_count;
    m->pairs[index].places = NULL;
    m->pairs[index].place_count = m->pairs[index].place_capacity = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t place = places[i];
        /* It may have been merged with something else since. */
        if (m->at[place] != first || m->next[place] == NONE || m->at[m->next[place]] != second)
            continue;
        const uint32_t behind = m->next[place], before = m->previous[place];
        note_pair(m, place, -1);
        if (before != NONE) note_pair(m, before, -1);
        note_pair(m, behind, -1);
        m->at[place] = made;
        m->at[behind] = NONE;
        m->next[place] = m->next[behind];
        if (m->next[place] != NONE) m->previous[m->next[place]] = place;
        if (before != NONE) note_pair(m, before, 1);
        note_pair(m, place, 1);
    }
    free(places);
}

static void begin(Miner *m) {
    const Corpus *corpus = m->corpus;
    m->symbol_capacity = m->symbol_count = corpus->opcode_count;
    m->symbols = allocate(m->symbol_capacity * sizeof *m->symbols);
    for (uint32_t i = 0; i < m->symbol_count; i++)
        m->symbols[i] = (Symbol){NONE, NONE, 1};
    const size_t most = corpus->instruction_count;
    m->at = allocate(most * sizeof *m->at);
    m->next = allocate(most * sizeof *m->next);
    m->previous = allocate(most * sizeof *m->previous);
    m->weight = allocate(most * sizeof *m->weight);
    m->program = allocate(most * sizeof *m->program);
    enlarge_table(m);
    for (size_t i = 0; i < corpus->line_count; i++) {
        const Line *line = &corpus->lines[i];
        if (&corpus->programs[line->program] == m->wishes->left_out) continue;
        for (uint32_t j = 0; j < line->length; j++, m->place_count++) {
            const uint32_t place = (uint32_t)m->place_count;
            m->at[place] = corpus->opcodes[line->begin + j];
            m->weight[place] = corpus->weights[line->begin + j];
            m->program[place] =
                (uint16_t)(line->program < PROGRAM_BITS ? line->program : PROGRAM_BITS - 1);
            m->previous[place] = j ? place - 1 : NONE;
            m->next[place] = j + 1 < line->length ? place + 1 : NONE;
        }
    }
    for (size_t i = 0; i < m->place_count; i++)
        note_pair(m, (uint32_t)i, 1);
}

static void end(Miner *m) {
    for (uint32_t i = 0; i < m->pair_count; i++)
        free(m->pairs[i].places);
    free(m->pairs);
    free(m->table);
    free(m->heap);
    free(m->symbols);
    free(m->at);
    free(m->next);
    free(m->previous);
    free(m->weight);
    free(m->program);
}

static uint32_t write_opcodes(const Miner *m, uint32_t symbol, uint16_t *opcodes) {
    if (m->symbols[symbol].first == NONE) {
        *opcodes = (uint16_t)symbol;
        return 1;
    }
    uint32_t length = write_opcodes(m, m->symbols[symbol].first, opcodes);
    return length + write_opcodes(m, m->symbols[symbol].second, opcodes + length);
}

/* ---- Finding sequences in lines -------------------------------------------------------------- */

/* The automaton that the encoder has, too: from state 0, each opcode leads to a state. */
typedef struct Automaton {
    uint64_t *keys; /* state << 16 | opcode, plus 1; 0: free */
    uint32_t *nexts;
    uint32_t size;
    uint32_t *ends; /* by state: the sequence that ends there, or NONE */
    uint32_t states;
} Automaton;

static uint32_t step(const Automaton *a, uint32_t state, uint16_t opcode, uint32_t make) {
    const uint64_t key = ((uint64_t)state << 16 | opcode) + 1;
    uint32_t slot = (uint32_t)((key * 0x9e3779b97f4a7c15ull) >> 32) & (a->size - 1);
    for (; a->keys[slot]; slot = (slot + 1) & (a->size - 1))
        if (a->keys[slot] == key) return a->nexts[slot];
    if (make) {
        a->keys[slot] = key;
        a->nexts[slot] = make;
    }
    return make;
}

static Automaton make_automaton(const MinedSequence *sequences, size_t count) {
    Automaton a = {.size = 1 << 12, .states = 1};
    size_t most = 1;
    for (size_t i = 0; i < count; i++)
        most += sequences[i].length;
    while (a.size < 2 * most)
        a.size *= 2;
    a.keys = allocate(a.size * sizeof *a.keys);
    a.nexts = allocate(a.size * sizeof *a.nexts);
    a.ends = allocate(most * sizeof *a.ends);
    memset(a.ends, 0xff, most * sizeof *a.ends);
    for (size_t i = 0; i < count; i++) {
        uint32_t state = 0;
        for (uint32_t j = 0; j < sequences[i].length; j++) {
            const uint32_t before = state;
            state = step(&a, before, sequences[i].opcodes[j], a.states);
            a.states += state == a.states;
        }
        a.ends[state] = (uint32_t)i;
    }
    return a;
}

static void free_automaton(Automaton *a) {
    free(a->keys);
    free(a->nexts);
    free(a->ends);
}

/* Divides a line as the encoder does, in as few instructions as there can be. Returns what is
 * executed; adds what each sequence saves to `saved`, if there is one. */
static double divide(const Corpus *corpus, const Line *line, const Automaton *a, double *saved) {
    typedef struct Division {
        uint32_t count, begin, sequence;
    } Division;
    static Division *best;
    static uint32_t capacity;
    if (line->length + 1 > capacity) {
        capacity = 2 * (line->length + 1);
        best = grow(best, capacity, sizeof *best);
    }
    const uint16_t *opcodes = corpus->opcodes + line->begin;
    const double *weights = corpus->weights + line->begin;
    memset(best, 0, (line->length + 1) * sizeof *best);
    for (uint32_t i = 0; i < line->length; i++) {
        const uint32_t count = best[i].count + 1;
        if (!best[i + 1].count || count < best[i + 1].count)
            best[i + 1] = (Division){count, i, NONE};
        uint32_t state = 0;
        for (uint32_t j = i; j < line->length && (state = step(a, state, opcodes[j], 0)); j++)
            if (a->ends[state] != NONE && (!best[j + 1].count || count < best[j + 1].count))
                best[j + 1] = (Division){count, i, a->ends[state]};
    }
    double executed = 0;
    for (uint32_t end = line->length; end; end = best[end].begin) {
        executed += weights[best[end].begin];
        for (uint32_t i = best[end].begin + 1; saved && i < end; i++)
            saved[best[end].sequence] += weights[i];
    }
    return executed;
}

double judge(const Corpus *corpus, const CorpusProgram *program, const MinedSequence *sequences,
             size_t count) {
    Automaton automaton = make_automaton(sequences, count);
    double executed = 0;
    for (size_t i = program->line_begin; i < program->line_end; i++)
        executed += divide(corpus, &corpus->lines[i], &automaton, NULL);
    free_automaton(&automaton);
    return executed;
}

/* ---- Choosing -------------------------------------------------------------------------------- */

static int by_saved(const void *left, const void *right) {
    const MinedSequence *a = left, *b = right;
    if (a->saved != b->saved) return a->saved < b->saved ? 1 : -1;
    if (a->length != b->length) return a->length < b->length ? -1 : 1;
    return memcmp(a->opcodes, b->opcodes, sizeof a->opcodes);
}

/* What each saves when all are there. */
static void weigh(const Miner *m, MinedSequence *sequences, size_t count) {
    Automaton automaton = make_automaton(sequences, count);
    double *saved = allocate((count + 1) * sizeof *saved);
    for (size_t i = 0; i < m->corpus->line_count; i++) {
        const Line *line = &m->corpus->lines[i];
        if (&m->corpus->programs[line->program] != m->wishes->left_out)
            divide(m->corpus, line, &automaton, saved);
    }
    for (size_t i = 0; i < count; i++)
        sequences[i].saved = saved[i];
    free(saved);
    free_automaton(&automaton);
}

MinedSequence *mine(const Corpus *corpus, const MinerWishes *wishes, size_t *count) {
    Miner m = {.corpus = corpus, .wishes = wishes};
    begin(&m);
    /* A third more than wanted: so many are found unused at the end. */
    const size_t most = wishes->most + wishes->most / 3;
    MinedSequence *sequences = allocate((most + 1) * sizeof *sequences);
    size_t made = 0;
    while (made < most && m.heap_count && worth(&m, m.heap[0]) > 1e-12) {
        const uint32_t pair = m.heap[0];
        MinedSequence *sequence = &sequences[made++];
        sequence->programs = m.pairs[pair].programs.size;
        merge(&m, pair);
        sequence->length = write_opcodes(&m, m.symbol_count - 1, sequence->opcodes);
        if (wishes->progress && made % 64 == 0) wishes->progress(made, most);
    }
    /* The same opcodes may have come about in two ways. */
    for (int round = 0; round < 3; round++) {
        weigh(&m, sequences, made);
        qsort(sequences, made, sizeof *sequences, by_saved);
        while (made && (sequences[made - 1].saved <= 0 || made > wishes->most)) {
            if (made > wishes->most && round < 2 && sequences[made - 1].saved > 0 &&
                made <= wishes->most + (wishes->most / 3 >> (round + 1)))
                break;
            made--;
        }
    }
    end(&m);
    *count = made;
    return sequences;
}
