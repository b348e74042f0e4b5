#include <criterion/criterion.h>

#include "bench/util/progress.h"
#include "bench/util/terminal.h"

Test(progress, shows_bar_percent_time_and_what) {
    char line[PROGRESS_SIZE];
    progress_line(line, 80, 0.5, 97.8, "round 2: sort, switch-acc");
    cr_assert_str_eq(line, "##########----------   50%  1:38 left  round 2: sort, switch-acc");
}

Test(progress, drops_the_bar_where_it_is_narrow) {
    char line[PROGRESS_SIZE];
    progress_line(line, 40, 0.07, 5, "warm-up: sort, switch-acc");
    cr_assert_str_eq(line, "  7%  0:05 left  warm-up: sort, switch-");
}

Test(progress, fits_any_width) {
    char line[PROGRESS_SIZE];
    for (int width = 0; width < 400; width++) {
        progress_line(line, width, width / 100.0 - 1, width - 10,
                      "round 1: mäßig, tail-direct-acc");
        cr_assert_lt((int)text_columns(line), width ? width : 1);
    }
}
