#include <criterion/criterion.h>
#include <jansson.h>

#include "bench/input/peers.h"

static bool agree(const char *printed, const char *expected) {
    json_t *one = json_pack("[s]", printed), *other = json_pack("[s]", expected);
    bool same = peer_results_agree(one, other);
    json_decref(one);
    json_decref(other);
    return same;
}

Test(peer_results, integers_are_what_is_printed_or_the_bits_of_a_type_that_is_named) {
    cr_assert(agree("-5", "-5"));
    cr_assert(agree("0xfffffffb:i32", "-5"));
    cr_assert(agree("i32:4294967291", "-5"));
    cr_assert(agree("4294967291:i32", "-5"));
    cr_assert(agree("0xfffffffffffffffb:i64", "-5"));
    cr_assert(agree("i64:18446744073709551615", "-1"));
    cr_assert(!agree("4294967291", "-5"));
    cr_assert(!agree("4294967291:i64", "-5"));
    cr_assert(!agree("0x1fffffffb:i32", "-5"));
    cr_assert(!agree("5", "-5"));
    cr_assert(!agree("", "0"));
    cr_assert(!agree("five", "5"));
    cr_assert(!agree("0x:i32", "0"));
}

Test(peer_results, fractions_have_as_many_digits_as_are_printed) {
    cr_assert(agree("0.333333", "0.3333333333333333"));
    cr_assert(agree("0.33333334", "0.33333334"));
    cr_assert(agree("5.000000", "5"));
    cr_assert(agree("nan", "nan"));
    cr_assert(agree("-inf", "-inf"));
    cr_assert(agree("2.5:f64", "2.5"));
    cr_assert(agree("1.23457e+10", "12345678901.5"));
    cr_assert(!agree("1.23458e+10", "12345678901.5"));
    cr_assert(!agree("0.333334", "0.3333333333333333"));
    cr_assert(!agree("0", "0.3333333333333333"));
    cr_assert(!agree("2.5", "nan"));
    cr_assert(!agree("0.3x", "0.3333"));
}

Test(peer_results, an_f32_may_be_printed_as_the_f64_that_it_is) {
    cr_assert(agree("0.3333333432674408", "0.33333334"));
    cr_assert(agree("0.333333343", "0.33333334"));
    cr_assert(agree("0.333333343267:f32", "0.33333334"));
    cr_assert(agree("f32:0.33333334", "0.33333334"));
    cr_assert(!agree("0.33333337", "0.33333334"));
    cr_assert(!agree("0.3333333432674408:f64", "0.33333334"));
    cr_assert(!agree("0.5000000001", "0.5"));
    cr_assert(!agree("0.3333333432674408", "0.3333333333333333"));
}

Test(peer_results, names_in_braces_end_in_one) {
    json_t *json = json_pack("{s:[], s:[s, s, s, s]}", "options", "call", "{module", "{module}",
                             "{mod}", "{");
    const Peers peers = {.empty = "empty.wasm"};
    const Peer peer = {.program = "engine", .folder = "", .json = json};
    char *why;
    json_t *found = peer_command(&peers, &peer, NULL, false, &why),
           *wanted = json_pack("[s, s, s, s, s]", "engine", "{module", "empty.wasm", "{mod}", "{");
    cr_assert(json_equal(found, wanted));
    json_decref(found);
    json_decref(wanted);
    json_decref(json);
}

Test(peer_results, as_many_results_as_are_expected) {
    json_t *one = json_pack("[s]", "1"), *two = json_pack("[s, s]", "1", "2");
    cr_assert(!peer_results_agree(one, two));
    cr_assert(!peer_results_agree(two, one));
    cr_assert(peer_results_agree(two, two));
    json_decref(one);
    json_decref(two);
}

Test(peer_results, are_found_where_the_file_says) {
    json_t *json = json_pack("{s:{s:s, s:s, s:s}, s:{s:s, s:s}}", "results", "in", "stderr",
                             "pattern", "^Result: (.*)$", "floats", "bits", "execution", "in",
                             "stdout", "cpu_ns", "^took ([0-9]+) ns");
    const Peer peer = {.json = json};
    json_t *found = peer_results(&peer, "Result: 9\n",
                                 "a line\nResult: 42:i32, 1080033280:f32\nResult: x\n"),
           *wanted = json_pack("[s, s, s]", "42:i32", "3.5", "x");
    cr_assert(json_equal(found, wanted));
    int64_t cpu, wall;
    peer_execution(&peer, "took 17 ns\n", "took 18 ns\n", &cpu, &wall);
    cr_assert_eq(cpu, 17);
    cr_assert_eq(wall, -1);
    json_decref(found);
    json_decref(wanted);
    json_decref(json);
}
