/* Summary statistics of small sets of numbers. */
#ifndef TAILRACE_BENCH_UTIL_STATISTICS_H
#define TAILRACE_BENCH_UTIL_STATISTICS_H

#include <stddef.h>

/* Sorts ascending. */
void sort_numbers(double *numbers, size_t count);

/* The quantile `q` (0 to 1) of ascending numbers, interpolated linearly between neighbours (the
 * usual "type 7"): 0.5 is the median, 0.25 and 0.75 the quartiles. NaN if there are none. */
double quantile(const double *sorted, size_t count, double q);

/* Of positive numbers; NaN if there are none. */
double geometric_mean(const double *numbers, size_t count);

#endif
