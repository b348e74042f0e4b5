#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plan.h"

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
