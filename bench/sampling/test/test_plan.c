#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sampling/plan.h"

/* Two strategies and their controls: a block has three samples of each workload. */
enum {
    WORKLOADS = 5,
    LAYOUTS = 3,
    STRATEGIES = 2,
    EACH = STRATEGIES + 1,
    BLOCK = WORKLOADS * EACH
};

static Recording recording(uint64_t seed) {
    static Contender contenders[2 * STRATEGIES];
    static Workload workloads[WORKLOADS];
    static Group groups[] = {{0, 0, 0, 2 * STRATEGIES, STRATEGIES, 0}};
    return (Recording){.seed = seed,
                       .suite = {"s", workloads, WORKLOADS, NULL},
                       .builds.layout_count = LAYOUTS,
                       .groups = groups,
                       .group_count = 1,
                       .contenders = contenders,
                       .contender_count = 2 * STRATEGIES};
}

Test(plan, a_round_has_every_strategy_once) {
    Recording source = recording(7);
    size_t count, seen[WORKLOADS][LAYOUTS][2 * STRATEGIES] = {0};
    Place *places = plan_round(&source, 2, &count);
    cr_assert_eq(count, LAYOUTS * BLOCK);
    cr_assert_eq(plan_block(&source), BLOCK);
    for (size_t i = 0; i < count; i++) {
        seen[places[i].workload][places[i].layout][places[i].contender]++;
        if (i % EACH) /* what is compared stays together */
            cr_assert_eq(places[i].workload, places[i - 1].workload);
        if (i % BLOCK) cr_assert_eq(places[i].layout, places[i - 1].layout);
    }
    for (size_t i = 0; i < WORKLOADS; i++) {
        for (size_t j = 0; j < LAYOUTS; j++) {
            for (size_t k = 0; k < STRATEGIES; k++)
                cr_assert_eq(seen[i][j][k], 1);
            cr_assert_eq(seen[i][j][2] + seen[i][j][3], 1);
        }
    }
    free(places);
}

/* As often as they have layouts, over as many rounds as there are strategies. */
Test(plan, controls_take_turns) {
    Recording source = recording(7);
    size_t count, seen[LAYOUTS][STRATEGIES] = {0};
    for (int round = 1; round <= STRATEGIES; round++) {
        Place *places = plan_round(&source, round, &count);
        for (size_t i = 0; i < count; i++)
            if (places[i].contender >= STRATEGIES)
                seen[places[i].layout][places[i].contender - STRATEGIES]++;
        free(places);
    }
    for (size_t i = 0; i < LAYOUTS * STRATEGIES; i++)
        cr_assert_eq((&seen[0][0])[i], WORKLOADS);
}

/* Each group has a control of its own at a time. */
Test(plan, groups_have_controls_of_their_own) {
    Recording source = recording(7);
    Contender contenders[6] = {0};
    Group groups[] = {{0, 0, 0, 4, 2, 0}, {1, 0, 4, 2, 1, 0}};
    source.contenders = contenders, source.contender_count = 6;
    source.groups = groups, source.group_count = 2;
    size_t count, seen[6] = {0};
    Place *places = plan_round(&source, 1, &count);
    cr_assert_eq(count, (size_t)LAYOUTS * WORKLOADS * (3 + 2));
    for (size_t i = 0; i < count; i++)
        seen[places[i].contender]++;
    cr_assert_eq(seen[0], LAYOUTS * WORKLOADS);
    cr_assert_eq(seen[2] + seen[3], LAYOUTS * WORKLOADS);
    cr_assert_eq(seen[4], LAYOUTS * WORKLOADS);
    cr_assert_eq(seen[5], LAYOUTS * WORKLOADS);
    free(places);
}

/* References, which stand behind a group's controls, are in every layout of every round. */
Test(plan, references_have_no_controls) {
    Recording source = recording(7);
    Contender contenders[7] = {0};
    Group groups[] = {{0, 0, 0, 4, 2, 1}, {1, 0, 5, 2, 1, 0}};
    source.contenders = contenders, source.contender_count = 7;
    source.groups = groups, source.group_count = 2;
    size_t count, seen[7] = {0};
    Place *places = plan_round(&source, 1, &count);
    cr_assert_eq(count, (size_t)LAYOUTS * WORKLOADS * (4 + 2));
    for (size_t i = 0; i < count; i++)
        seen[places[i].contender]++;
    cr_assert_eq(seen[2] + seen[3], LAYOUTS * WORKLOADS);
    cr_assert_eq(seen[4], LAYOUTS * WORKLOADS);
    cr_assert_eq(seen[5], LAYOUTS * WORKLOADS);
    cr_assert_eq(seen[6], LAYOUTS * WORKLOADS);
    free(places);
}

Test(plan, the_warm_up_takes_all_layouts_by_turns) {
    Recording source = recording(7);
    size_t count;
    Place *places = plan_round(&source, 0, &count);
    cr_assert_eq(count, BLOCK);
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(places[i].layout, places[i].workload % LAYOUTS);
    free(places);
}

Test(plan, places_are_numbered_over_all_rounds) {
    Recording source = recording(7);
    cr_assert_eq(plan_first(&source, 0), 0);
    cr_assert_eq(plan_first(&source, 1), BLOCK);
    cr_assert_eq(plan_first(&source, 4), BLOCK + 3 * LAYOUTS * BLOCK);
}

static void expect_about(size_t got, size_t wanted, const char *what) {
    cr_expect(got * 10 > wanted * 8 && got * 10 < wanted * 12, "%s: %zu times, not about %zu", what,
              got, wanted);
}

/* Of what is compared nothing comes first more often than the others, in any place. */
Test(plan, every_order_is_as_likely) {
    enum { ROUNDS = 1000 };
    Recording source = recording(7);
    size_t count, workloads[WORKLOADS][WORKLOADS] = {0}, layouts[LAYOUTS][LAYOUTS] = {0};
    size_t strategies[EACH][STRATEGIES] = {0};
    for (int round = 1; round <= ROUNDS; round++) {
        Place *places = plan_round(&source, round, &count);
        for (size_t i = 0; i < count; i++) {
            workloads[i % BLOCK / EACH][places[i].workload]++;
            layouts[i / BLOCK][places[i].layout]++;
            if (places[i].contender < STRATEGIES) strategies[i % EACH][places[i].contender]++;
        }
        free(places);
    }
    for (size_t i = 0; i < WORKLOADS * WORKLOADS; i++)
        expect_about((&workloads[0][0])[i], ROUNDS * LAYOUTS * EACH / WORKLOADS,
                     "a workload in a place");
    for (size_t i = 0; i < LAYOUTS * LAYOUTS; i++)
        expect_about((&layouts[0][0])[i], ROUNDS * BLOCK / LAYOUTS, "a layout in a place");
    for (size_t i = 0; i < EACH * STRATEGIES; i++)
        expect_about((&strategies[0][0])[i], ROUNDS * LAYOUTS * WORKLOADS / EACH,
                     "a strategy in a place");
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
