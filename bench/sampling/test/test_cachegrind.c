#include <criterion/criterion.h>
#include <string.h>

#include "bench/sampling/cachegrind.h"

/* As cachegrind 3.19 writes it. */
static const char OUTPUT[] =
    "desc: I1 cache:         32768 B, 64 B, 8-way associative\n"
    "desc: D1 cache:         49152 B, 64 B, 12-way associative\n"
    "desc: LL cache:         536870912 B, 64 B, 2-way associative\n"
    "cmd: executor measure\n"
    "events: Ir I1mr ILmr Dr D1mr DLmr Dw D1mw DLmw Bc Bcm Bi Bim\n"
    "fl=events: Bim\n"
    "fn=calc_sizes\n"
    "546 47 0 0 17 9 0 0 0 0 17 9 0 0\n"
    "summary: 5000000000 1 2 30 40 50 60 70 80 90 100 110 120\n";

Test(cachegrind, counts_and_caches) {
    static const int64_t expected[SIMULATED_COUNTS] = {
        5000000000, 90, 100, 110, 120, 1, 40 + 70, 2 + 50 + 80};
    CachegrindOutput output;
    Error error;
    cr_assert(cachegrind_read(OUTPUT, &output, &error), "%s", error.message);
    for (int i = 0; i < SIMULATED_COUNTS; i++)
        cr_assert_eq(output.counts[i], expected[i], "%s: %lld", SIMULATED_NAMES[i],
                     (long long)output.counts[i]);
    cr_assert_str_eq(output.caches,
                     "I1 32768 B, 64 B, 8-way associative; D1 49152 B, 64 B, 12-way associative; "
                     "LL 536870912 B, 64 B, 2-way associative");
}

static void expect_failure(const char *text, const char *words) {
    CachegrindOutput output;
    Error error;
    cr_assert_not(cachegrind_read(text, &output, &error), "%s", text);
    cr_assert(strstr(error.message, words), "%s", error.message);
}

Test(cachegrind, what_is_not_there_is_an_error) {
    char text[sizeof OUTPUT];
    expect_failure("", "no list of events");
    expect_failure("fl=x\nevents: Ir\n1 2\n", "no summary");
    expect_failure("events: Ir I1mr\nsummary: 1 2\n", "no count of Bc");
    expect_failure("events: Ir Bc\nsummary: 1\n", "no count of Bc");
    expect_failure("events: Ir\nsummary: -\n", "no count of Ir");
    expect_failure("events: Ir\nsummary: 99999999999999999999\n", "no count of Ir");
    strcpy(text, OUTPUT);
    *strstr(text, "summary") = 0; /* killed before its end */
    expect_failure(text, "not complete");
}
