#include <criterion/criterion.h>

#include "bench/predictor.h"

static uint64_t random_next(uint64_t *random) {
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return *random >> 33;
}

/* Misses when the branch at `branch` goes through `path`, `rounds` times. */
static int misses(Predictor *predictor, uint64_t branch, const uint64_t *path, int length,
                  int rounds) {
    int count = 0;
    for (int i = 0; i < length * rounds; i++)
        count += !predictor_branch(predictor, branch, path[i % length]);
    return count;
}

enum { X = 0x1230, Y = 0x4560, Z = 0x7890 };

Test(predictor, btb_predicts_the_last_target) {
    Predictor *btb = predictor_new(PREDICTOR_BTB);
    const uint64_t targets[] = {X, X, Y, Y, X, X};
    const bool hits[] = {false, true, false, true, false, true};
    for (int i = 0; i < 6; i++)
        cr_expect_eq(predictor_branch(btb, 0x40, targets[i]), hits[i], "branch %d", i);
    cr_expect_not(predictor_branch(btb, 0x80, X), "another branch has a target of its own");
    cr_expect(predictor_branch(btb, 0x40, X));
    predictor_free(btb);
}

Test(predictor, btb_misses_every_change) {
    Predictor *btb = predictor_new(PREDICTOR_BTB);
    const uint64_t path[] = {X, Y};
    cr_expect_eq(misses(btb, 0x40, path, 2, 50), 100);
    predictor_free(btb);
}

/* Five branches of one set, which has four places: the least recently used one is forgotten. */
Test(predictor, btb_keeps_four_branches_of_a_set) {
    Predictor *btb = predictor_new(PREDICTOR_BTB);
    for (uint64_t i = 0; i < 5; i++) /* bits from 30 on are no part of the set's number */
        cr_expect_not(predictor_branch(btb, i << 30 | 7, X));
    for (uint64_t i = 1; i < 5; i++)
        cr_expect(predictor_branch(btb, i << 30 | 7, X));
    cr_expect_not(predictor_branch(btb, 7, X));
    cr_expect_not(predictor_branch(btb, 1ull << 30 | 7, X), "the next to be forgotten");
    predictor_free(btb);
}

/* Paths of three: 0 0 0, 0 0 x, 0 x y, x y x, y x y are new; then all have been seen. */
Test(predictor, two_level_learns_the_path) {
    Predictor *two_level = predictor_new(PREDICTOR_TWO_LEVEL);
    const uint64_t path[] = {X, Y};
    cr_expect_eq(misses(two_level, 0x40, path, 2, 50), 5);
    predictor_free(two_level);
}

/* In x x x x y the path x x x is followed by x, then by y: two misses a round, for ever. */
Test(predictor, two_level_sees_three_targets_back) {
    Predictor *two_level = predictor_new(PREDICTOR_TWO_LEVEL);
    const uint64_t path[] = {X, X, X, X, Y};
    misses(two_level, 0x40, path, 5, 10);
    cr_expect_eq(misses(two_level, 0x40, path, 5, 10), 20);
    predictor_free(two_level);
}

Test(predictor, ittage_needs_one_miss_for_one_target) {
    Predictor *ittage = predictor_new(PREDICTOR_ITTAGE);
    const uint64_t path[] = {X};
    cr_expect_eq(misses(ittage, 0x40, path, 1, 100), 1);
    predictor_free(ittage);
}

/* An entry that was right several times survives one surprise. */
Test(predictor, ittage_is_confident) {
    Predictor *ittage = predictor_new(PREDICTOR_ITTAGE);
    const uint64_t path[] = {X};
    misses(ittage, 0x40, path, 1, 100);
    cr_expect_not(predictor_branch(ittage, 0x40, Y));
    cr_expect(predictor_branch(ittage, 0x40, X));
    predictor_free(ittage);
}

/* Twenty x and a y: only a path of more than twenty branches tells when y comes. */
Test(predictor, ittage_sees_far_back) {
    Predictor *ittage = predictor_new(PREDICTOR_ITTAGE), *btb = predictor_new(PREDICTOR_BTB);
    uint64_t path[21];
    for (int i = 0; i < 20; i++)
        path[i] = X;
    path[20] = Y;
    misses(ittage, 0x40, path, 21, 300);
    misses(btb, 0x40, path, 21, 300);
    cr_expect_eq(misses(ittage, 0x40, path, 21, 20), 0);
    cr_expect_eq(misses(btb, 0x40, path, 21, 20), 40);
    predictor_free(ittage);
    predictor_free(btb);
}

/* A switch over a program of 60 bytecode instructions with 12 opcodes: one branch, whose last
 * target says nothing, but whose path says all. */
Test(predictor, one_branch_for_all_instructions) {
    uint64_t path[60], random = 1;
    for (int i = 0; i < 60; i++)
        path[i] = 0x401000 + random_next(&random) % 12 * 48;
    Predictor *predictors[PREDICTOR_KINDS];
    int found[PREDICTOR_KINDS];
    for (int kind = 0; kind < PREDICTOR_KINDS; kind++) {
        predictors[kind] = predictor_new((PredictorKind)kind);
        misses(predictors[kind], 0x400800, path, 60, 100);
        found[kind] = misses(predictors[kind], 0x400800, path, 60, 10);
        predictor_free(predictors[kind]);
    }
    int changes = 0; /* of target, in a round */
    for (int i = 0; i < 60; i++)
        changes += path[i] != path[(i + 59) % 60];
    cr_expect_eq(found[PREDICTOR_BTB], 10 * changes);
    cr_expect_lt(found[PREDICTOR_TWO_LEVEL], found[PREDICTOR_BTB]);
    cr_expect_eq(found[PREDICTOR_ITTAGE], 0);
}

/* Whatever changes ITTAGE changes the predictions in results/predictors: those are to be made anew
 * then, and the number here with them. A hundred loops of sixty random instructions, of which one in
 * ten goes elsewhere: enough for all that it does to matter. */
Test(predictor, ittage_is_the_one_of_the_published_predictions) {
    Predictor *ittage = predictor_new(PREDICTOR_ITTAGE);
    uint64_t path[60], random = 1;
    int found = 0;
    for (int loop = 0; loop < 100; loop++) {
        for (int i = 0; i < 60; i++)
            path[i] = 0x401000 + random_next(&random) % 40 * 48;
        for (int i = 0; i < 8 * 60; i++) {
            uint64_t target = path[i % 60];
            if (random_next(&random) % 10 == 0) target = 0x401000 + random_next(&random) % 40 * 48;
            found += !predictor_branch(ittage, 0x400800, target);
        }
    }
    cr_expect_eq(found, 21848, "%d misses", found);
    predictor_free(ittage);
}

/* Targets without a pattern cannot be predicted: whoever seems to has looked at the answer. */
Test(predictor, nobody_predicts_chance) {
    for (int kind = 0; kind < PREDICTOR_KINDS; kind++) {
        Predictor *predictor = predictor_new((PredictorKind)kind);
        uint64_t random = 1;
        int hits = 0;
        for (int i = 0; i < 20000; i++)
            hits += predictor_branch(predictor, 0x40, 0x1000 + random_next(&random) % 16 * 64);
        cr_expect(hits > 20000 / 16 / 2 && hits < 20000 / 16 * 2, "%s: %d hits",
                  PREDICTOR_INFO[kind].name, hits);
        predictor_free(predictor);
    }
}
