/* What the translator keeps back or keeps in registers is there in time: locals in registers around
 * every way out of a loop or a function, sums that wrap around, accesses in front of one that
 * traps. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "runtime/test/world.h"

/* ---- Registers of the caller -------------------------------------------------------------------
 */

/* All registers of both banks, if there are any. */
#define LOCALS                                                                                     \
    "(local $a i32) (local $b i32) (local $c i32) (local $x f64) (local $y f64) (local $z f64)"
#define USE                                                                                        \
    "(local.set $a (i32.xor (local.get $b) (local.get $p)))"                                       \
    "(local.set $b (i32.xor (local.get $a) (local.get $c)))"                                       \
    "(local.set $c (i32.add (local.get $c) (i32.const 1)))"                                        \
    "(local.set $x (f64.add (local.get $x) (local.get $z)))"                                       \
    "(local.set $y (f64.mul (local.get $x) (local.get $x)))"                                       \
    "(local.set $z (f64.add (local.get $y) (f64.const 1)))"
#define IS_DONE "(i32.ge_s (local.get $c) (i32.const 3))"

/* Each returns 3 when it has used the registers in three iterations. */
static const char *const ways[] = {
    /* its end */
    "(loop " USE " (br_if 0 (i32.lt_s (local.get $c) (i32.const 3)))) (local.get $c)",
    /* br */
    "(block (loop " USE " (if " IS_DONE " (then (br 2))) (br 0))) (local.get $c)",
    /* br_if, without a value and with one */
    "(block (loop " USE " (br_if 1 " IS_DONE ") (br 0))) (local.get $c)",
    "(block (result i32) (loop " USE " (drop (br_if 1 (local.get $c) " IS_DONE ")) (br 0))"
    "  (unreachable))",
    /* br_table */
    "(block (loop " USE " (br_table 0 0 0 1 (local.get $c)))) (local.get $c)",
    /* return, and that of br_if and br_table */
    "(loop " USE " (if " IS_DONE " (then (return (local.get $c)))) (br 0)) (unreachable)",
    "(loop " USE " (drop (br_if 1 (local.get $c) " IS_DONE ")) (br 0)) (unreachable)",
    "(block (result i32) (loop (result i32) " USE " (if " IS_DONE " (then"
    "  (br_table 2 2 (local.get $c) (local.get $a)))) (br 0)))",
    /* tail calls */
    "(loop " USE " (if " IS_DONE " (then (return_call $same (local.get $c)))) (br 0))"
    "(unreachable)",
    "(loop " USE " (if " IS_DONE
    "  (then (return_call_indirect (type $function) (local.get $c) (local.get $c)))) (br 0))"
    "(unreachable)",
    /* a float, which is in a register when the function returns */
    "(i32.trunc_f64_s (call $float (local.get $p)))",
    /* a loop in a loop that uses other locals more */
    "(block (loop " USE "  (local.set $m (i32.const 0))"
    "  (loop (local.set $n (i32.xor (local.get $m) (local.get $n)))"
    "        (local.set $m (i32.add (local.get $m) (i32.const 1)))"
    "        (local.set $o (i32.xor (local.get $n) (i32.xor (local.get $o) (local.get $m))))"
    "        (br_if 2 (i32.gt_s (local.get $m) (i32.const 1000)))"
    "        (br_if 0 (i32.lt_s (local.get $m) (i32.const 5))))"
    "  (br_if 0 (i32.lt_s (local.get $c) (i32.const 3))))) (local.get $c)",
};
enum { WAYS = sizeof ways / sizeof *ways, SAME = 3 /* its place in the table */ };

/* Traps if registers that are lost have it go on for ever. */
static const char caller[] =
    "(global $turns (mut i32) (i32.const 0))"
    "(func (export \"call\") (param $way i32) (result i64)"
    "  (local $a i32) (local $b i32) (local $c i32) (local $x f64) (local $y f64) (local $z f64)"
    "  (loop"
    "    (global.set $turns (i32.add (global.get $turns) (i32.const 1)))"
    "    (if (i32.gt_u (global.get $turns) (i32.const 1000)) (then (unreachable)))"
    "    (local.set $a (i32.add (local.get $a) (i32.const 1)))"
    "    (local.set $b (i32.xor (i32.mul (local.get $a) (i32.const 77)) (local.get $b)))"
    "    (local.set $x (f64.add (local.get $x) (f64.const 1.5)))"
    "    (local.set $y (f64.add (f64.mul (local.get $y) (f64.const 0.5)) (local.get $x)))"
    "    (local.set $z (f64.add (local.get $z) (local.get $y)))"
    "    (local.set $c (i32.add (i32.mul (local.get $c) (i32.const 3))"
    "      (i32.add (local.get $b) (call_indirect (type $function) (local.get $a) (local.get "
    "$way)))))"
    "    (br_if 0 (i32.lt_s (local.get $a) (i32.const 10))))"
    "  (i64.xor (i64.reinterpret_f64 (f64.add (local.get $z) (f64.mul (local.get $y) (local.get "
    "$x))))"
    "           (i64.extend_i32_u (i32.xor (local.get $c) (local.get $b)))))";

static uint64_t expected_of_caller(void) {
    uint32_t b = 0, c = 0;
    double x = 0, y = 0, z = 0;
    for (uint32_t a = 1; a <= 10; a++) {
        b = a * 77 ^ b;
        x += 1.5;
        y = y * 0.5 + x;
        z += y;
        c = c * 3 + b + 3;
    }
    double sum = z + y * x;
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    return bits ^ (c ^ b);
}

Test(pins, are_the_callers_again_on_every_way_out) {
    static char text[20000];
    size_t size = 0;
    size += (size_t)snprintf(text, sizeof text,
                             "(module (type $function (func (param i32) (result i32)))"
                             "(func $same (param i32) (result i32) (local.get 0))"
                             "(func $float (param $p i32) (result f64) (local $f f64) " LOCALS
                             " (loop " USE "(local.set $f (f64.add (local.get $f) (f64.const 1)))"
                             "  (local.set $f (f64.abs (f64.abs (local.get $f))))"
                             "  (br_if 0 (f64.lt (local.get $f) (f64.const 3)))"
                             "  (return (local.get $f))) (unreachable)) %s",
                             caller);
    for (unsigned i = 0; i < WAYS; i++)
        size += (size_t)snprintf(text + size, sizeof text - size,
                                 "(func $way%u (param $p i32) (result i32)"
                                 "  (local $m i32) (local $n i32) (local $o i32) " LOCALS " %s)",
                                 i, ways[i]);
    size += (size_t)snprintf(text + size, sizeof text - size, "(table funcref (elem");
    for (unsigned i = 0; i < WAYS; i++)
        size += (size_t)snprintf(text + size, sizeof text - size, " %s$way%u",
                                 i == SAME ? "$same " : "", i);
    size += (size_t)snprintf(text + size, sizeof text - size, ")))");
    cr_assert_lt(size, sizeof text);
    World world = world_open(DEFAULT_STACK_SLOTS);
    Instance *instance = world_add(&world, NULL, text);
    for (unsigned i = 0; i < WAYS; i++)
        cr_expect_eq(world_call(&world, instance, "call", i < SAME ? i : i + 1),
                     expected_of_caller(), "%s", ways[i]);
    world_close(&world);
}

/* More intermediate values than there are registers, and calls among them that use registers too.
 */
Test(pins, hold_intermediate_values_across_calls) {
    World world = world_open(DEFAULT_STACK_SLOTS);
    Instance *instance = world_add(
        &world, NULL,
        "(module (func $use (param $p i32) (result i32) " LOCALS "    (loop " USE
        " (br_if 0 (i32.lt_s (local.get $c) (i32.const 3)))) (local.get $p))"
        "  (func (export \"integers\") (param $x i32) (result i32) (local $s i32)"
        "    (loop"
        "      (local.set $s (i32.add (i32.mul (local.get $s) (i32.const 3))"
        "        (i32.xor (i32.mul (local.get $x) (i32.const 5)) (i32.sub"
        "          (i32.mul (local.get $x) (i32.const 7)) (i32.mul"
        "            (call $use (i32.mul (local.get $x) (i32.const 11))) (i32.sub"
        "              (i32.mul (local.get $x) (i32.const 13))"
        "              (call $use (i32.mul (local.get $x) (local.get $x)))))))))"
        "      (br_if 0 (local.tee $x (i32.sub (local.get $x) (i32.const 1)))))"
        "    (local.get $s))"
        "  (func (export \"floats\") (param $n i32) (result i64) (local $x f64) (local $s f64)"
        "    (loop"
        "      (local.set $x (f64.add (local.get $x) (f64.const 1)))"
        "      (local.set $s (f64.add (f64.mul (local.get $s) (f64.const 0.5))"
        "        (f64.sub (f64.mul (local.get $x) (local.get $x)) (f64.mul"
        "          (f64.add (local.get $x) (f64.const 3)) (f64.sub"
        "            (f64.convert_i32_s (call $use (local.get $n))) (f64.mul"
        "              (f64.add (local.get $x) (local.get $s)) (f64.sub"
        "                (f64.const 9) (local.get $x))))))))"
        "      (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))"
        "    (i64.reinterpret_f64 (local.get $s))))");
    uint32_t sum = 0;
    for (uint32_t x = 9; x; x--)
        sum = sum * 3 + (x * 5 ^ (x * 7 - x * 11 * (x * 13 - x * x)));
    cr_expect_eq(world_call(&world, instance, "integers", 9), sum);
    volatile double x = 0, s = 0; /* volatile: each operation is rounded by itself */
    for (uint32_t n = 9; n; n--) {
        x = x + 1;
        volatile double half = s * 0.5, square = x * x, more = x + 3, both = x + s, less = 9 - x;
        volatile double product = both * less, inner = n - product, outer = more * inner;
        volatile double difference = square - outer;
        s = half + difference;
    }
    double result = s;
    uint64_t bits;
    memcpy(&bits, &result, sizeof bits);
    cr_expect_eq(world_call(&world, instance, "floats", 9), bits);
    world_close(&world);
}

/* What is computed into a register, since another value waits in the accumulator, and then belongs in a
 * slot after all does not pass through the accumulator. */
Test(pins, what_goes_on_to_a_slot_leaves_the_accumulator_alone) {
    World world = world_open(DEFAULT_STACK_SLOTS);
    Instance *instance = world_add(
        &world, NULL,
        "(module (memory 1) (data (i32.const 0) \"\\64\\00\\00\\00\\07\\00\\00\\00\")"
        "  (func (export \"f\") (param $p i32) (result i32) (local $x i32)"
        "    (i32.load (local.get $p))"
        "    (i32.store offset=8 (local.get $p) (local.get $p))"
        "    (local.set $x (i32.load offset=4 (local.get $p)))"
        "    (i32.sub (local.get $x)))"
        "  (func (export \"g\") (param $p i32) (result i64) (local $x f64)"
        "    (f64.convert_i32_s (i32.load (local.get $p)))"
        "    (i32.store offset=8 (local.get $p) (local.get $p))"
        "    (local.set $x (f64.convert_i32_s (i32.load offset=4 (local.get $p))))"
        "    (i64.trunc_f64_s (f64.sub (local.get $x)))))");
    cr_expect_eq(world_call(&world, instance, "f", 0), 93);
    cr_expect_eq(world_call(&world, instance, "g", 0), 93);
    world_close(&world);
}

/* ---- Sums ---------------------------------------------------------------------------------------
 */

/* An address wraps around at 32 bits, and its offset is added behind that. */
Test(sums, wrap_around_before_the_offset_is_added) {
    static const char trap[] = "out of bounds memory access in function ";
    World world = world_open(DEFAULT_STACK_SLOTS);
    Instance *instance = world_add(
        &world, NULL,
        "(module (memory 1) (data (i32.const 0) "
        "\"\\00\\01\\02\\03\\04\\05\\06\\07\\08\\09\\0a\\0b\")"
        "  (func $down (export \"down\") (param i32) (result i32)"
        "    (i32.load8_u offset=10 (i32.sub (local.get 0) (i32.const 20))))"
        "  (func $up (export \"up\") (param i32) (result i32)"
        "    (i32.load8_u offset=3 (i32.add (local.get 0) (i32.const 16))))"
        "  (func $both (export \"both\") (param i32) (result i32)"
        "    (i32.load8_u offset=1 (i32.add (local.get 0) (local.get 0))))"
        "  (func $scaled (export \"scaled\") (param i32) (result i32)"
        "    (i32.load8_u offset=1 (i32.add (i32.const -8) (i32.shl (local.get 0) (i32.const 2)))))"
        "  (func $computed (export \"computed\") (param i32) (result i32)"
        "    (i32.load8_u offset=1 (i32.add (i32.mul (local.get 0) (i32.const 4)) (local.get 0))))"
        "  (func $store (export \"store\") (param i32) (result i32)"
        "    (i32.store8 offset=3 (i32.add (local.get 0) (i32.const 16)) (i32.const 77))"
        "    (i32.load8_u (i32.const 5))))");
    char message[100];
#define EXPECT_TRAP(name, argument)                                                                \
    (snprintf(message, sizeof message, "%s%s", trap, name),                                        \
     world_expect_trap(&world, instance, name, argument, message))
    cr_expect_eq(world_call(&world, instance, "down", 20), 10);
    EXPECT_TRAP("down", 10); /* -10 + 10 is beyond 32 bits, not 0 */
    EXPECT_TRAP("down", 19);
    cr_expect_eq(world_call(&world, instance, "up", (uint32_t)-16), 3);
    cr_expect_eq(world_call(&world, instance, "up", (uint32_t)-12), 7);
    EXPECT_TRAP("up", (uint32_t)-17);
    cr_expect_eq(world_call(&world, instance, "both", 0x80000001), 3);
    EXPECT_TRAP("both", 0x7fffffff);
    cr_expect_eq(world_call(&world, instance, "scaled", 2), 1);
    cr_expect_eq(world_call(&world, instance, "scaled", 0xc0000003), 5);
    EXPECT_TRAP("scaled", 1);
    cr_expect_eq(world_call(&world, instance, "computed", 0xcccccccd), 2);
    cr_expect_eq(world_call(&world, instance, "store", (uint32_t)-14), 77);
    EXPECT_TRAP("store", (uint32_t)-17);
    world_close(&world);
}

/* ---- Accesses and traps -------------------------------------------------------------------------
 *
 * Several stores or loads that follow each other may be one instruction. What is in front of the
 * one that traps has happened, and nothing behind it. */

Test(traps, memory_and_globals_are_as_they_were_up_to_there) {
    static const char *const functions[] = {
        "(i32.store (local.get $a) (local.get $v)) (i32.store (local.get $at) (local.get $v))"
        "(i32.store offset=4 (local.get $a) (local.get $v))",
        "(i32.store (i32.const 16) (i32.const 7)) (i32.store (local.get $at) (i32.const 7))"
        "(i32.store (i32.const 20) (i32.const 7))",
        "(global.set $g (local.get $v)) (i32.store (local.get $a) (local.get $v))"
        "(i32.store (local.get $at) (local.get $v)) (global.set $g (i32.const 1))"
        "(i32.store offset=4 (local.get $a) (local.get $v))",
        "(i32.store (local.get $a) (local.get $v))"
        "(i32.store offset=4 (local.get $a) (i32.load (local.get $at)))",
        "(i32.store (local.get $a) (local.get $v)) (drop (i32.load (local.get $at)))"
        "(i32.store offset=4 (local.get $a) (local.get $v))",
        "(i64.store (local.get $a) (i64.load (i32.const 32)))"
        "(i64.store (local.get $at) (i64.load (i32.const 32)))"
        "(i64.store offset=8 (local.get $a) (i64.load (i32.const 32)))",
        "(loop (i32.store (local.get $a) (local.get $v)) (i32.store (local.get $at) (local.get $v))"
        "  (i32.store offset=4 (local.get $a) (local.get $v))"
        "  (br_if 0 (i32.lt_s (local.get $v) (local.get $a))))",
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        char text[2000];
        snprintf(text, sizeof text,
                 "(module (memory 1) (data (i32.const 32) \"\\07\\00\\00\\00\\00\\00\\00\\00\")"
                 "  (global $g (mut i32) (i32.const 7))"
                 "  (func $f (export \"f\") (param $at i32) (local $a i32) (local $v i32)"
                 "    (local.set $a (i32.const 16)) (local.set $v (i32.const 7)) %s)"
                 "  (func (export \"word\") (param i32) (result i32) (i32.load (local.get 0)))"
                 "  (func (export \"global\") (result i32) (global.get $g)))",
                 functions[i]);
        World world = world_open(DEFAULT_STACK_SLOTS);
        Instance *instance = world_add(&world, NULL, text);
        world_expect_trap(&world, instance, "f", 0x10000,
                          "out of bounds memory access in function f");
        cr_expect_eq(world_call(&world, instance, "word", 16), 7, "in front: %s", functions[i]);
        cr_expect_eq(world_call(&world, instance, "word", 20), 0, "behind: %s", functions[i]);
        cr_expect_eq(world_call(&world, instance, "word", 24), 0, "behind: %s", functions[i]);
        cr_expect_eq(world_call(&world, instance, "global", 0), 7, "%s", functions[i]);
        world_close(&world);
    }
}
