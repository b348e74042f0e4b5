#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sampling/plan.h"

static Recording recording(uint64_t seed) {
    static Contender contenders[4];
    static Workload workloads[5];
    return (Recording){.seed = seed,
                       .suite = {"s", workloads, 5, NULL},
                       .builds.layout_count = 3,
                       .contenders = contenders,
                       .contender_count = 4};
}

Test(plan, a_round_has_everything_once) {
    Recording source = recording(7);
    size_t count, seen[5][3][4] = {0};
    Place *places = plan_round(&source, 2, &count);
    cr_assert_eq(count, 5 * 3 * 4);
    for (size_t i = 0; i < count; i++) {
        seen[places[i].workload][places[i].layout][places[i].contender]++;
        if (i % 4) /* what is compared stays together */
            cr_assert(places[i].workload == places[i - 1].workload &&
                      places[i].layout == places[i - 1].layout);
        if (i % 12) cr_assert_eq(places[i].workload, places[i - 1].workload);
    }
    for (size_t i = 0; i < 5 * 3 * 4; i++)
        cr_assert_eq((&seen[0][0][0])[i], 1);
    free(places);
}

Test(plan, the_warm_up_takes_all_layouts_by_turns) {
    Recording source = recording(7);
    size_t count;
    Place *places = plan_round(&source, 0, &count);
    cr_assert_eq(count, 5 * 4);
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(places[i].layout, places[i].workload % 3);
    free(places);
}

Test(plan, places_are_numbered_over_all_rounds) {
    Recording source = recording(7);
    cr_assert_eq(plan_first(&source, 0), 0);
    cr_assert_eq(plan_first(&source, 1), 20);
    cr_assert_eq(plan_first(&source, 4), 20 + 3 * 60);
}

static void expect_about(size_t got, size_t wanted, const char *what) {
    cr_expect(got * 10 > wanted * 8 && got * 10 < wanted * 12, "%s: %zu times, not about %zu", what,
              got, wanted);
}

/* Of what is compared nothing comes first more often than the others, in any place. */
Test(plan, every_order_is_as_likely) {
    enum { ROUNDS = 1000 };
    Recording source = recording(7);
    size_t count, workloads[5][5] = {0}, layouts[3][3] = {0}, contenders[4][4] = {0};
    for (int round = 1; round <= ROUNDS; round++) {
        Place *places = plan_round(&source, round, &count);
        for (size_t i = 0; i < count; i++) {
            workloads[i / 12][places[i].workload]++;
            layouts[i / 4 % 3][places[i].layout]++;
            contenders[i % 4][places[i].contender]++;
        }
        free(places);
    }
    for (size_t i = 0; i < 5 * 5; i++)
        expect_about((&workloads[0][0])[i], ROUNDS * 12 / 5, "a workload in a place");
    for (size_t i = 0; i < 3 * 3; i++)
        expect_about((&layouts[0][0])[i], ROUNDS * 20 / 3, "a layout in a place");
    for (size_t i = 0; i < 4 * 4; i++)
        expect_about((&contenders[0][0])[i], ROUNDS * 15 / 4, "a contender in a place");
}

Test(plan, seed_and_round_decide_the_order) {
    Recording source = recording(7), other = recording(8);
    size_t count;
    Place *first = plan_round(&source, 2, &count), *again = plan_round(&source, 2, &count),
          *next = plan_round(&source, 3, &count), *others = plan_round(&other, 2, &count);
    cr_assert_eq(memcmp(first, again, count * sizeof *first), 0);
    cr_assert_neq(memcmp(first, next, count * sizeof *first), 0);
    cr_assert_neq(memcmp(first, others, count * sizeof *first), 0);
    free(first), free(again), free(next), free(others);
}
