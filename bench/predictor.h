/* Models of the hardware that predicts where an indirect branch goes.
 *
 * Models, not CPUs: no CPU's predictor is published in full, and these see nothing but the indirect
 * branches of the dispatch, one after the other, each with its outcome known before the next. What
 * they are good for is what they differ in: the kinds of history that a predictor has, and so the
 * generations of CPUs.
 *
 * btb: a table that keeps the last target of each branch: 4,096 entries, 4 ways, least recently
 * used out first. What the CPUs had on which threaded code was found to be so much better than a
 * switch (Ertl and Gregg 2003, "The structure and performance of efficient interpreters", Journal
 * of Instruction-Level Parallelism 5).
 *
 * two-level: a table of the same size whose index is the branch's address together with the path to
 * it, 8 bits of each of the last 3 targets (Driesen and Hoelzle 1998, "Accurate indirect branch
 * prediction", ISCA; the first level is global, as they found best).
 *
 * ittage: 16 tables whose paths grow geometrically, up to 388 branches; the longest one with a
 * matching tag predicts (Seznec and Michaud 2006, Journal of Instruction-Level Parallelism 8; with
 * the tables, path lengths, hashes and update of Seznec 2011, "A 64-Kbytes ITTAGE indirect branch
 * predictor", CBP-3). Without its table of target regions, since targets are kept whole, and
 * without its buffer of branches in flight, since here none is. A branch's ten bits enter the path
 * in the opposite order.
 *
 * All begin empty, and a branch that is seen for the first time is a miss. */
#ifndef TAILRACE_BENCH_PREDICTOR_H
#define TAILRACE_BENCH_PREDICTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum PredictorKind { PREDICTOR_BTB, PREDICTOR_TWO_LEVEL, PREDICTOR_ITTAGE } PredictorKind;
enum { PREDICTOR_KINDS = PREDICTOR_ITTAGE + 1 };

typedef struct PredictorInfo {
    const char *name;    /* "btb" */
    const char *meaning; /* a line for tables */
} PredictorInfo;
extern const PredictorInfo PREDICTOR_INFO[PREDICTOR_KINDS];

typedef struct Predictor Predictor;

/* An empty predictor; predictor_free'd. */
Predictor *predictor_new(PredictorKind kind);
void predictor_free(Predictor *predictor);

/* The branch at address `branch` goes to `target`: whether that was predicted. Learns from it. */
bool predictor_branch(Predictor *predictor, uint64_t branch, uint64_t target);

#endif
