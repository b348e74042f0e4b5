/* What valgrind's cachegrind writes about a run: counts of a simulated CPU.
 *
 * The model (Valgrind user manual, chapter 5, "Cache simulation specifics" and "Branch simulation
 * specifics"):
 *   - first-level caches for instructions and data and one last-level cache, write-allocate, LRU,
 *     inclusive; of the sizes of this CPU, where valgrind can tell them;
 *   - conditional branches: 16,384 two-bit counters, chosen by the address and by what the last
 *     conditional branches did;
 *   - indirect branches: 512 entries, chosen by the low nine bits of the branch's address; each
 *     predicts the target of last time. So executors with thousands of dispatch sites share
 * entries, and nothing is learnt from history, as newer CPUs do;
 *   - returns are always predicted; no TLB, no prefetching, no time, user space only.
 * It is a model of CPUs of about 2004. It answers how many instructions were executed, exactly, and
 * how a predictor that knows only the last target would fare; not how fast this CPU is. */
#ifndef TAILRACE_BENCH_SAMPLING_CACHEGRIND_H
#define TAILRACE_BENCH_SAMPLING_CACHEGRIND_H

#include <stdbool.h>
#include <stdint.h>

#include "translator/error.h"

typedef enum SimulatedCount {
    SIMULATED_INSTRUCTIONS,
    SIMULATED_BRANCHES, /* conditional ones */
    SIMULATED_BRANCH_MISSES,
    SIMULATED_INDIRECT_BRANCHES, /* jumps and calls, without returns */
    SIMULATED_INDIRECT_BRANCH_MISSES,
    SIMULATED_L1I_MISSES,
    SIMULATED_L1D_MISSES,
    SIMULATED_LLC_MISSES,
    SIMULATED_COUNTS,
} SimulatedCount;

/* As in result files: "instructions", … */
extern const char *const SIMULATED_NAMES[SIMULATED_COUNTS];

typedef struct CachegrindOutput {
    char caches[400]; /* "I1 32768 B, 64 B, 8-way associative; D1 …; LL …" */
    int64_t counts[SIMULATED_COUNTS];
} CachegrindOutput;

/* Reads the text of an output file, of a run with both simulations. False and an Error if it is
 * none, or is not complete. */
bool cachegrind_read(const char *text, CachegrindOutput *output, Error *error);

#endif
