/* Chooses superinstructions: sequences of opcodes that are worth a handler of their own. From what
 * they are chosen corpus.h reads.
 *
 * As byte-pair encoding makes words of letters (Gage 1994, "A new algorithm for data compression";
 * Ertl, Gregg, Krall and Paysan 2002, "Vmgen", choose superinstructions from profiles): the pair
 * of neighbours that saves most dispatches becomes a sequence, everywhere, and all is counted
 * again; so sequences grow from pairs, and what one covers is not counted for another. What is
 * left unused at the end, because longer ones have grown from it, is dropped. */
#ifndef TAILRACE_BENCH_MINING_MINER_H
#define TAILRACE_BENCH_MINING_MINER_H

#include "bench/mining/corpus.h"

enum { LONGEST_SEQUENCE = 12 };

typedef struct MinedSequence {
    uint16_t opcodes[LONGEST_SEQUENCE];
    uint32_t length;
    double saved;      /* dispatches, as a share of what a program executes, summed over programs */
    uint32_t programs; /* that have it */
} MinedSequence;

typedef struct MinerWishes {
    size_t most;             /* sequences */
    uint32_t longest;        /* opcodes of a sequence, at most LONGEST_SEQUENCE */
    uint32_t least_programs; /* that must have it */
    const CorpusProgram *left_out; /* the program that is not looked at, or NULL */
    void (*progress)(size_t done, size_t most); /* or NULL */
} MinerWishes;

/* The sequences, the one that saves most first, to be freed. */
MinedSequence *mine(const Corpus *corpus, const MinerWishes *wishes, size_t *count);

/* How many instructions the program executes with the first `count` sequences, as a share of what
 * it executes without any: each line in as few instructions as there can be, as the encoder does
 * it. */
double judge(const Corpus *corpus, const CorpusProgram *program, const MinedSequence *sequences,
             size_t count);

#endif
