/* A recording as people read it: tables, noise floor, warnings. */
#ifndef TAILRACE_BENCH_SUMMARY_H
#define TAILRACE_BENCH_SUMMARY_H

#include <stdio.h>

#include "bench/recording.h"

/* A contender on a workload. Times are CPU seconds of the execution alone. */
typedef struct Cell {
    size_t samples; /* 0: not measured, and the rest is NaN */
    double median;  /* seconds */
    double spread;  /* half the distance between the quartiles, as a fraction of the median */
    double speed;   /* relative to the baseline: the median of the ratios formed within rounds */
} Cell;

/* What was found for one group. */
typedef struct Summary {
    const Group *group;
    size_t first, columns; /* its contenders: the baseline first, the control last */
    Cell *cells;           /* [workload * columns + column] */
    double *mean_speed;    /* [column]: geometric mean of the speeds over `mean_count` workloads */
    size_t *mean_count;
    double noise;      /* largest |speed - 1| of the control over the workloads; NaN if none */
    double mean_noise; /* |mean_speed - 1| of the control; NaN if none */
    double waiting;    /* median of (wall - CPU time) / CPU time over all samples */
} Summary;

Summary summary_make(const Recording *recording, const Group *group);
void summary_free(Summary *summary);

/* Prints the tables of every group and all that weakens them. */
void summary_print(const Recording *recording, FILE *stream);

#endif
