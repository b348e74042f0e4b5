#include <criterion/criterion.h>
#include <math.h>

#include "bench/sampling/pace.h"

static void assert_near(double got, double wanted) {
    cr_assert(fabs(got - wanted) < 1e-9, "got %.17g instead of %.17g", got, wanted);
}

/* Half a second a sample, 20 samples a block. */
static const Pace pace = {.limit = 160, .started = 100, .sampling = 5, .samples = 10, .judging = 0};

Test(pace, without_samples_it_is_the_budget) {
    Pace nothing = {.limit = 160, .started = 100};
    assert_near(pace_left(&nothing, (Ahead){20, 20, 3}, 110), 50);
    assert_near(pace_left(&nothing, (Ahead){20, 20, 3}, 170), 0);
}

Test(pace, ends_after_the_last_block_that_fits) {
    /* 5 s of this block, and 45 more have room for four of 10 s. */
    assert_near(pace_left(&pace, (Ahead){10, 20, 0}, 110), 5 + 40);
    assert_near(pace_left(&pace, (Ahead){10, 20, 0}, 159), 5);
}

Test(pace, blocks_that_are_needed_do_not_ask_for_room) {
    assert_near(pace_left(&pace, (Ahead){10, 20, 2}, 159), 5 + 20);
    assert_near(pace_left(&pace, (Ahead){10, 20, 2}, 110), 5 + 40);
}

Test(pace, each_block_is_looked_at) {
    Pace judged = pace;
    judged.judging = 2;
    /* 7 s of this block, and 43 more have room for three of 12 s. */
    assert_near(pace_left(&judged, (Ahead){10, 20, 0}, 110), 7 + 36);
}

Test(pace, earlier_sittings_are_done) {
    assert_near(pace_fraction(&pace, 30, 110), 0.25);
    Pace resumed = pace;
    resumed.before = 80;
    assert_near(pace_fraction(&resumed, 30, 110), 0.75);
    assert_near(pace_fraction(&resumed, 20, 100), 0.8); /* when it begins */
    assert_near(pace_fraction(&(Pace){0}, 0, 0), 0);
}
