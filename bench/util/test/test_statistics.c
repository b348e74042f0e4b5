#include <criterion/criterion.h>
#include <math.h>

#include "bench/util/statistics.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static void assert_near(double got, double wanted) {
    cr_assert(fabs(got - wanted) < 1e-12, "got %.17g instead of %.17g", got, wanted);
}

Test(statistics, sorts) {
    double numbers[] = {3, -1, 2.5, 3, 0};
    sort_numbers(numbers, LENGTH(numbers));
    for (size_t i = 1; i < LENGTH(numbers); i++)
        cr_assert_leq(numbers[i - 1], numbers[i]);
    sort_numbers(NULL, 0);
}

Test(statistics, median_of_odd_and_even) {
    const double numbers[] = {1, 2, 4, 10};
    assert_near(quantile(numbers, 1, 0.5), 1);
    assert_near(quantile(numbers, 2, 0.5), 1.5);
    assert_near(quantile(numbers, 3, 0.5), 2);
    assert_near(quantile(numbers, 4, 0.5), 3);
}

/* As R's quantile(c(1, 2, 4, 10), type = 7) and numpy's percentile. */
Test(statistics, quartiles) {
    const double numbers[] = {1, 2, 4, 10};
    assert_near(quantile(numbers, 4, 0.25), 1.75);
    assert_near(quantile(numbers, 4, 0.75), 5.5);
    assert_near(quantile(numbers, 4, 0), 1);
    assert_near(quantile(numbers, 4, 1), 10);
}

Test(statistics, geometric_mean) {
    const double numbers[] = {0.5, 2, 8};
    assert_near(geometric_mean(numbers, 3), 2);
    assert_near(geometric_mean(numbers, 2), 1);
}

Test(statistics, nothing_has_no_value) {
    cr_assert(isnan(quantile(NULL, 0, 0.5)));
    cr_assert(isnan(geometric_mean(NULL, 0)));
}
