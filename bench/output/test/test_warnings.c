#include <criterion/criterion.h>
#include <stdlib.h>

#include "bench/output/warnings.h"

Test(warnings, have_their_values) {
    char *text = warning_text("too short", "vm", "0.005");
    cr_assert_eq(strncmp(text, "vm takes 0.005 ms, which is too short", 37), 0, "%s", text);
    free(text);
    text = warning_text("not pinned");
    cr_assert_str_eq(text, "Samples were not pinned to a CPU: this system does not allow it.");
    free(text);
}

Test(warnings, have_thresholds) {
    cr_assert_eq(warning_threshold("few rounds"), 5);
    cr_assert_eq(warning_threshold("busy machine"), 0.02);
    cr_assert_eq(warning_threshold("too short"), 1e5);
}
