/* A recording as people read it: tables, noise floor, verdicts, warnings. live.h is the same while
 * it grows; counter_summary.h has the table of counters. */
#ifndef TAILRACE_BENCH_OUTPUT_SUMMARY_H
#define TAILRACE_BENCH_OUTPUT_SUMMARY_H

#include <stdio.h>

#include "bench/data/recording.h"
#include "bench/util/terminal.h"

/* A workload is too short to time if its quickest strategy takes less than the "seconds" that
 * warnings.json has for that, or less than its "seconds if noisy" and the A/A controls seem to
 * differ by more than its "noise": reading the clock, cold caches and the first touch of memory are
 * part of each execution, and not the same in each. An exported function that does nothing took 12
 * to 17 us of CPU time in the samples of one run (a busy virtual machine): below the first limit a
 * tenth of what is measured or more, and up to the second a hundredth, the smallest effect that is
 * asked for by default. It is shown, but neither compared nor part of a mean. */

/* A strategy on a workload. Times are CPU seconds of the execution alone. That of A/A, of all
 * controls relative to their strategies, has a speed alone. */
typedef struct Cell {
    size_t samples; /* 0: not measured, and the rest is NaN */
    double median;  /* seconds */
    double spread;  /* half the distance between the quartiles, as a fraction of the median */
    double speed; /* relative to the baseline: the geometric mean over the layouts of the medians of
                     the ratios formed within rounds; NaN if the workload is too short to time */
    json_t *verdict; /* what verdicts.h found instead of the speed, with an interval; NULL: nothing.
                        The recording's. */
} Cell;

/* What was found for one group. */
typedef struct Summary {
    const Group *group;
    size_t first, columns; /* its strategies: the baseline first; the last column is A/A */
    Cell *cells;           /* [workload * columns + column] */
    bool *too_short;       /* by workload: what was measured of it is not its execution */
    Cell *means;           /* [column]: geometric means of the speeds over those workloads that have
                              one: that many are its `samples` */
    double noise;          /* largest |speed - 1| of A/A over the workloads; NaN if none */
    double mean_noise;     /* |speed - 1| of the mean of A/A; NaN if none */
} Summary;

Summary summary_make(const Recording *recording, const Group *group);
/* Looks again at what was measured of one workload. */
void summary_update(const Recording *recording, Summary *summary, size_t workload);
/* Looks again at the recording's verdicts, which have been replaced. */
void summary_take_verdicts(const Recording *recording, Summary *summary);
void summary_free(Summary *summary);

/* The speed of a cell: the verdict's, or else its own; NaN if there is none. */
double cell_speed(const Cell *cell);
/* The colour of what was decided about it. */
Style cell_style(const Cell *cell);
/* Milliseconds as tables show them, such as "9.876" or "1,234.5". To be freed. */
char *milliseconds(double seconds);

/* Prints the tables of every group, the verdicts, the instruction sets that a strategy was measured
 * in, and all that weakens these numbers. */
void summary_print(const Recording *recording, FILE *stream);

#endif
