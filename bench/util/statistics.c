#include "bench/util/statistics.h"

#include <math.h>
#include <stdlib.h>

static int compare(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

void sort_numbers(double *numbers, size_t count) {
    if (count > 1) qsort(numbers, count, sizeof *numbers, compare);
}

double quantile(const double *sorted, size_t count, double q) {
    if (count == 0) return NAN;
    double place = q * (double)(count - 1);
    size_t below = (size_t)place;
    if (below + 1 >= count) return sorted[count - 1];
    return sorted[below] + (place - (double)below) * (sorted[below + 1] - sorted[below]);
}

double geometric_mean(const double *numbers, size_t count) {
    double sum = 0;
    if (count == 0) return NAN;
    for (size_t i = 0; i < count; i++)
        sum += log(numbers[i]);
    return exp(sum / (double)count);
}
