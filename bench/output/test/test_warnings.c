#include <criterion/criterion.h>
#include <stdlib.h>

#include "bench/output/warnings.h"
#include "bench/util/memory.h"

Test(warnings, have_their_values) {
    json_t *values = json_pack("{s:s, s:s}", "workload", "vm", "milliseconds", "0.005");
    char *text = warning_text("too short", values);
    cr_assert_eq(strncmp(text, "vm takes 0.005 ms, which is too short", 37), 0, "%s", text);
    free(text);
    json_decref(values);
    values = json_pack("{s:f, s:i}", "waiting", 0.034, "absurd", 2);
    text = warning_text("busy machine", values);
    cr_assert_str_eq(text, "The machine was busy: samples waited for 3 % of their CPU time.");
    free(text);
    text = warning_text("absurd times", values);
    cr_assert_str_eq(text, "2 samples claim times that cannot be, and were not used.");
    free(text);
    json_decref(values);
}

/* The kinds that are said of these facts, with commas between them. */
static const char *said(json_t *facts) {
    static char kinds[400];
    json_t *found = warnings_on(need(facts)), *texts;
    const char *kind;
    *kinds = 0;
    json_object_foreach(found, kind, texts)
        for (size_t i = 0; i < json_array_size(texts); i++)
            snprintf(kinds + strlen(kinds), sizeof kinds - strlen(kinds), "%s%s",
                     *kinds ? "," : "", kind);
    json_decref(found);
    json_decref(facts);
    return kinds;
}

Test(warnings, are_said_when_their_conditions_hold) {
    cr_assert_str_eq(said(json_pack("{s:b, s:f}", "virtual", 0, "waiting", 0.02)), "");
    cr_assert_str_eq(said(json_pack("{s:b, s:f}", "virtual", 0, "waiting", 0.021)), "busy machine");
    cr_assert_str_eq(said(json_pack("{s:b, s:b}", "virtual", 0, "turbo", 1)), "turbo");
    cr_assert_str_eq(said(json_pack("{s:b, s:b}", "virtual", 0, "turbo", 0)), "");
    cr_assert_str_eq(said(json_pack("{s:b, s:b}", "virtual", 1, "pinned", 0)),
                     "virtual machine,not pinned");
    cr_assert_str_eq(said(json_pack("{s:n}", "virtual")), "perhaps a virtual machine");
    cr_assert_str_eq(said(json_object()), "perhaps a virtual machine"); /* what is unknown */
}

Test(warnings, need_all_of_their_conditions) {
    cr_assert_str_eq(said(json_pack("{s:b, s:s}", "virtual", 0, "governor", "performance")), "");
    cr_assert_str_eq(said(json_pack("{s:b, s:s}", "virtual", 0, "governor", "powersave")),
                     "governor");
    cr_assert_str_eq(said(json_pack("{s:b, s:n}", "virtual", 0, "governor")), "");
    cr_assert_str_eq(said(json_pack("{s:b, s:i, s:i}", "virtual", 0, "rounds", 2,
                                    "rounds of all layouts", 5)),
                     "");
    cr_assert_str_eq(said(json_pack("{s:b, s:i, s:i}", "virtual", 0, "rounds", 2,
                                    "rounds of all layouts", 4)),
                     "few rounds");
    cr_assert_str_eq(said(json_pack("{s:b, s:i, s:i}", "virtual", 0, "rounds", 0,
                                    "rounds of all layouts", 0)),
                     "no round");
}

Test(warnings, are_said_of_each) {
    json_t *list = json_pack("[{s:s, s:s}, {s:s, s:s}]", "workload", "a", "milliseconds", "0.1",
                             "workload", "b", "milliseconds", "0.2");
    cr_assert_str_eq(said(json_pack("{s:b, s:o}", "virtual", 0, "too short", list)),
                     "too short,too short");
}

Test(warnings, have_numbers) {
    cr_assert_eq(warning_number("absurd times", "nanoseconds"), 1e18);
    cr_assert_eq(warning_number("too short", "seconds"), 100e-6);
}
