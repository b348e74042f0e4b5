#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/store.h"
#include "runtime/test/world.h"
#include "translator/opcodes.h"
#include "translator/test/module_bytes.h"

static World world;

static void open_world(void) { world = world_open(DEFAULT_STACK_SLOTS); }

static void close_world(void) { world_close(&world); }

TestSuite(exception, .init = open_world, .fini = close_world);

/* ---- Catching -------------------------------------------------------------------------------- */

Test(exception, carries_values_of_every_type) {
    Instance *instance = world_add(
        &world, NULL,
        "(module (tag $t (param i32 i64 f32 f64 externref))"
        "  (func $f (throw $t (i32.const -7) (i64.const 5000000000) (f32.const 1.5)"
        "                     (f64.const -2.25) (ref.null extern)))"
        "  (func (export \"f\") (result i32 i64 f32 f64 i32)"
        "    (local externref f64 f32 i64 i32)"
        "    try call $f catch $t"
        "      local.set 0 local.set 1 local.set 2 local.set 3 local.set 4 end"
        "    local.get 4 local.get 3 local.get 2 local.get 1 (ref.is_null (local.get 0))))");
    uint64_t slots[5];
    Error error;
    cr_assert(function_call(world.store, world_export(instance, "f", EXTERN_FUNCTION).function,
                            slots, &error));
    const uint64_t expected[] = {0xfffffff9, 5000000000, 0x3fc00000, 0xc002000000000000, 1};
    cr_assert_arr_eq(slots, expected, sizeof expected);
}

Test(exception, the_innermost_handler_of_the_tag_gets_it) {
    Instance *instance = world_add(
        &world, NULL,
        "(module (tag $a) (tag $b) (tag $c)"
        "  (func $throw (param i32)"
        "    (block (block (block (br_table 0 1 2 (local.get 0)))"
        "      (throw $a)) (throw $b)) (throw $c))"
        "  (func (export \"f\") (param i32) (result i32)"
        "    try (result i32)"
        "      i32.const 100"
        "      try (result i32)"
        "        (call $throw (local.get 0)) i32.const 1"
        "      catch $b i32.const 2"
        "      catch $a i32.const 3"
        "      end"
        "      i32.add"
        "    catch $a i32.const 4"
        "    catch_all i32.const 5"
        "    end))");
    cr_assert_eq(world_call(&world, instance, "f", 0), 103);
    cr_assert_eq(world_call(&world, instance, "f", 1), 102);
    cr_assert_eq(world_call(&world, instance, "f", 2), 5);
}

/* What a handler throws goes outwards, and so does what stands beside the body. */
Test(exception, handlers_do_not_catch_what_is_thrown_in_handlers) {
    Instance *instance = world_add(
        &world, NULL,
        "(module (tag $t (param i32))"
        "  (func (export \"f\") (result i32)"
        "    try (result i32)"
        "      try (result i32) (throw $t (i32.const 1))"
        "      catch $t (throw $t (i32.add (i32.const 10)))"
        "      catch_all i32.const -1 end"
        "    catch $t (i32.add (i32.const 100)) end)"
        "  (func (export \"g\") (result i32)"
        "    try (result i32) try nop catch_all end (throw $t (i32.const 5))"
        "    catch $t end))");
    cr_assert_eq(world_call(&world, instance, "f", 0), 111);
    cr_assert_eq(world_call(&world, instance, "g", 0), 5);
}

Test(exception, rethrow_names_the_handler_whose_exception_it_throws) {
    Instance *instance = world_add(
        &world, NULL,
        "(module (tag $a (param i32)) (tag $b (param i32))"
        "  (func (export \"f\") (param i32) (result i32)"
        "    try (result i32)"
        "      try (result i32) (throw $a (i32.const 1))"
        "      catch $a"
        "        try (result i32) (throw $b (i32.const 20))"
        "        catch $b"
        "          local.get 0 if rethrow 1 else rethrow 2 end"
        "        end"
        "        i32.add"
        "      end"
        "    catch $a (i32.add (i32.const 300))"
        "    catch $b (i32.add (i32.const 400)) end))");
    cr_assert_eq(world_call(&world, instance, "f", 1), 420);
    cr_assert_eq(world_call(&world, instance, "f", 0), 301);
}

Test(exception, delegate_skips_the_handlers_in_between) {
    Instance *instance = world_add(
        &world, NULL,
        "(module (tag $t)"
        "  (func (export \"f\") (result i32)"
        "    try $outer (result i32)"
        "      try (result i32)"
        "        try (throw $t) delegate $outer"
        "        i32.const 1"
        "      catch_all i32.const 2 end"
        "    catch_all i32.const 3 end)"
        "  (func $leave (result i32)"
        "    try (result i32) try (throw $t) delegate 1 i32.const 1"
        "    catch_all i32.const 2 end)"
        "  (func (export \"g\") (result i32)"
        "    try (result i32) call $leave catch_all i32.const 4 end)"
        "  (func (export \"within\") (result i32)" /* to a handler: it does not count any more */
        "    try (result i32)"
        "      try $inner (throw $t)"
        "      catch $t try (throw $t) delegate $inner end"
        "      i32.const 5"
        "    catch_all i32.const 6 end))");
    cr_assert_eq(world_call(&world, instance, "f", 0), 3);
    cr_assert_eq(world_call(&world, instance, "g", 0), 4);
    cr_assert_eq(world_call(&world, instance, "within", 0), 6);
}

/* Nor is what stops execution without being one, such as an exit. */
static Trap exit_from_host(void *environment, Instance *caller, uint64_t *slots) {
    (void)environment, (void)caller, (void)slots;
    return TRAP_EXIT;
}

Test(exception, a_trap_is_none) {
    world_give_function(&world, "exit", 0, 0, exit_from_host, NULL);
    Instance *instance = world_add(
        &world, NULL,
        "(module (import \"host\" \"exit\" (func $exit)) (memory 1) (table 1 funcref)"
        "  (func $f unreachable)"
        "  (func (export \"f\") try call $f catch_all end)"
        "  (func $g (export \"g\") try (drop (i32.load (i32.const -1))) catch_all end)"
        "  (func $divide (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))"
        "  (func (export \"divide\") try (drop (call $divide (i32.const 0))) catch_all end)"
        "  (func $null (export \"null\") try (call_indirect (i32.const 0)) catch_all end)"
        "  (func $deep (param i32) (result i32)"
        "    try (result i32) (call $deep (i32.add (local.get 0) (i32.const 1)))"
        "    catch_all i32.const 0 end)"
        "  (func (export \"deep\") try (drop (call $deep (i32.const 0))) catch_all end)"
        "  (func (export \"exit\") (result i32)"
        "    try (result i32) call $exit i32.const 1 catch_all i32.const 2 end))");
    world_expect_trap(&world, instance, "f", 0, "unreachable in function f");
    world_expect_trap(&world, instance, "g", 0, "out of bounds memory access in function g");
    world_expect_trap(&world, instance, "divide", 0, "integer divide by zero in function divide");
    world_expect_trap(&world, instance, "null", 0, "uninitialized element in function null");
    world_expect_trap(&world, instance, "deep", 0, "call stack exhausted in function deep");
    uint64_t slots[1];
    Error error;
    Function *function = world_export(instance, "exit", EXTERN_FUNCTION).function;
    cr_assert_not(function_call(world.store, function, slots, &error));
    cr_assert_eq(error.kind, ERROR_NONE);
}

Test(exception, nobody_has_a_cleared_local_that_only_the_body_assigns) {
    Instance *instance = world_add(
        &world, NULL,
        "(module (tag $t) (func $throw throw $t)"
        "  (func $dirty (local i32 i32 i32 i32) (local.set 0 (i32.const 99))"
        "    (local.set 1 (i32.const 99)) (local.set 2 (i32.const 99)))"
        "  (func $g (result i32) (local i32)"
        "    try call $throw (local.set 0 (i32.const 7)) catch_all end local.get 0)"
        "  (func (export \"f\") (result i32) call $dirty call $g))");
    cr_assert_eq(world_call(&world, instance, "f", 0), 0);
}

/* ---- Frames ---------------------------------------------------------------------------------- */

/* Locals that are hot enough for registers, in all functions: the one that throws, one that is left
 * and the one that catches. Each adds up what it finds afterwards. */
Test(exception, locals_in_registers_are_those_of_the_handlers_function) {
    Instance *instance = world_add(
        &world, NULL,
        "(module (tag $t (param i32))"
        "  (func $throw (param i32 i32 i32) (local f64 f64)"
        "    loop"
        "      (local.set 0 (i32.add (local.get 0) (local.get 1)))"
        "      (local.set 1 (i32.add (local.get 1) (i32.const 3)))"
        "      (local.set 3 (f64.add (local.get 3) (f64.const 9)))"
        "      (local.set 4 (f64.mul (local.get 3) (local.get 4)))"
        "      (if (i32.gt_u (local.get 1) (i32.const 60)) (then (throw $t (local.get 2))))"
        "      (local.set 2 (i32.add (local.get 2) (i32.const 1)))"
        "      br 0 end)"
        "  (func $between (param i32) (local i32 f64)"
        "    loop"
        "      (local.set 1 (i32.add (local.get 1) (local.get 0)))"
        "      (local.set 2 (f64.add (local.get 2) (f64.const 1)))"
        "      (if (i32.gt_u (local.get 1) (i32.const 50))"
        "        (then (call $throw (local.get 1) (local.get 1) (i32.const 0))))"
        "      (br_if 0 (i32.lt_u (local.get 1) (i32.const 1000))) end)"
        "  (func $catch (param i32) (result i32) (local i32 i32 f64)"
        "    loop"
        "      (local.set 1 (i32.add (local.get 1) (i32.const 1)))"
        "      try"
        "        (local.set 2 (i32.add (local.get 2) (i32.const 2)))"
        "        (local.set 3 (f64.add (local.get 3) (f64.const 0.5)))"
        "        (call $between (local.get 0))"
        "        (local.set 2 (i32.const -1))"
        "      catch $t"
        "        (local.set 2 (i32.add (local.get 2)))"
        "      end"
        "      (br_if 0 (i32.lt_u (local.get 1) (i32.const 10))) end"
        "    (i32.add (local.get 2)"
        "      (i32.add (i32.mul (local.get 1) (i32.const 1000))"
        "               (i32.mul (i32.trunc_f64_s (local.get 3)) (i32.const 100000)))))"
        "  (func (export \"f\") (param i32) (result i32) (local i32 i32 i32 f64)"
        "    (local.set 3 (i32.const 1))"
        "    loop"
        "      (local.set 1 (i32.add (local.get 1) (call $catch (local.get 0))))"
        "      (local.set 2 (i32.add (local.get 2) (local.get 3)))"
        "      (local.set 4 (f64.add (local.get 4) (f64.const 2)))"
        "      (br_if 0 (i32.lt_u (local.get 2) (i32.const 3))) end"
        "    (i32.add (i32.add (local.get 1) (local.get 2))"
        "             (i32.trunc_f64_s (local.get 4)))))");
    /* $throw carries the number of its iterations but one: 51 and 3 more until 60 is passed. */
    const unsigned once = 10 * 1000 + 5 * 100000 + 10 * 2 + 10 * 3;
    cr_assert_eq(world_call(&world, instance, "f", 1), 3 * once + 3 + 6);
}

/* A loop in the body has other locals in registers than the code around it and the handler: 4, 5 and
 * 6 instead of 1, 2 and 3, which are hotter in all, because of the first loop. */
Test(exception, registers_change_from_a_loop_in_the_body_to_the_handler) {
    Instance *instance = world_add(
        &world, NULL,
        "(module (tag $t) (func $f (param i32) (if (local.get 0) (then throw $t)))"
        "  (func (export \"f\") (param i32) (result i32) (local i32 i32 i32 i32 i32 i32)"
        "    loop"
        "      (local.set 1 (i32.add (local.get 1) (i32.const 1)))"
        "      (local.set 3 (i32.const 0))"
        "      loop"
        "        (local.set 2 (i32.add (local.get 2) (local.get 1)))"
        "        (local.set 3 (i32.add (local.get 3) (i32.const 1)))"
        "        (local.set 2 (i32.xor (local.get 2) (local.get 1)))"
        "        (local.set 2 (i32.add (local.get 2) (local.get 3)))"
        "        (local.set 2 (i32.add (local.get 2) (local.get 1)))"
        "        (local.set 2 (i32.xor (local.get 2) (local.get 3)))"
        "        (local.set 2 (i32.add (local.get 2) (local.get 1)))"
        "        (local.set 2 (i32.add (local.get 2) (local.get 3)))"
        "        (br_if 0 (i32.lt_u (local.get 3) (i32.const 5)))"
        "      end"
        "      try"
        "        (local.set 4 (i32.const 0))"
        "        loop"
        "          (local.set 4 (i32.add (local.get 4) (i32.const 1)))"
        "          (local.set 5 (i32.add (local.get 5) (local.get 4)))"
        "          (local.set 6 (i32.add (local.get 6) (local.get 5)))"
        "          (call $f (i32.eq (local.get 4) (i32.const 3)))"
        "          (br_if 0 (i32.lt_u (local.get 4) (i32.const 10)))"
        "        end"
        "      catch $t"
        "        (local.set 2 (i32.add (local.get 2) (local.get 6)))"
        "      end"
        "      (br_if 0 (i32.lt_u (local.get 1) (local.get 0)))"
        "    end"
        "    (i32.add (local.get 1) (i32.add (local.get 2) (i32.add (local.get 5)"
        "      (i32.add (local.get 6) (i32.mul (local.get 4) (i32.const 100000))))))))");
    uint32_t one = 0, two = 0, five = 0, six = 0;
    while (one < 6) {
        one++;
        for (uint32_t three = 1; three <= 5; three++)
            two = ((((((two + one) ^ one) + three) + one) ^ three) + one) + three;
        for (uint32_t four = 1; four <= 3; four++) five += four, six += five;
        two += six;
    }
    cr_assert_eq(world_call(&world, instance, "f", 6), one + two + five + six + 300000);
}

/* Only a loop in the body takes registers over: the handler, and the caller, have the caller's. So
 * it matters on which side of the loop's beginning or end the instruction is that throws, and it is
 * the first or the last one there. */
static void expect_callers_registers(const char *body) {
    char text[4096];
    const int length = snprintf(
        text, sizeof text,
        "(module (tag $t)"
        "  (global $left (mut i32) (i32.const 0)) (global $turns (mut i32) (i32.const 0))"
        "  (func $throw throw $t)"
        "  (func $throw_at_0"
        "    (global.set $left (i32.sub (global.get $left) (i32.const 1)))"
        "    (if (i32.eqz (global.get $left)) (then throw $t)))"
        "  (func $catch (result i32) (local i32 i32 i32 f64)"
        "    try %s catch $t end"
        "    (i32.add (local.get 2) (i32.trunc_f64_s (local.get 3))))"
        "  (func (export \"f\") (param i32) (result i32) (local i32 i32 f64)"
        "    loop"
        "      (global.set $turns (i32.add (global.get $turns) (i32.const 1)))"
        "      (if (i32.gt_u (global.get $turns) (i32.const 5)) (then unreachable))" /* lost */
        "      (local.set 1 (i32.add (local.get 1) (i32.const 1)))"
        "      (local.set 2 (i32.add (local.get 2) (local.get 1)))"
        "      (local.set 3 (f64.add (local.get 3) (f64.const 3)))"
        "      (local.set 2 (i32.add (local.get 2) (call $catch)))"
        "      (local.set 3 (f64.add (local.get 3) (f64.const 3)))"
        "      (br_if 0 (i32.lt_u (local.get 1) (local.get 0)))"
        "    end"
        "    (i32.add (i32.trunc_f64_s (local.get 3)) (i32.add (local.get 2)"
        "             (i32.mul (local.get 1) (i32.const 100000))))))",
        body);
    cr_assert_lt(length, (int)sizeof text);
    Instance *instance = world_add(&world, NULL, text);
    /* In $catch: 1 + 3 + 6 + 10, and four times the double and one more. */
    const unsigned once = 20 + 15;
    cr_assert_eq(world_call(&world, instance, "f", 5), 30 + (15 + 5 * once) + 500000);
}

#define COUNT                                                                                      \
    "(local.set 0 (i32.add (local.get 0) (i32.const 1)))"                                          \
    "(local.set 1 (i32.add (local.get 1) (local.get 0)))"                                          \
    "(local.set 2 (i32.add (local.get 2) (local.get 1)))"                                          \
    "(local.set 3 (f64.add (local.get 3) (f64.add (local.get 3) (f64.const 1))))"
#define AGAIN "(br_if 0 (i32.lt_u (local.get 0) (i32.const 4)))"

Test(exception, a_handler_outside_of_the_loop_has_the_callers_registers) {
    expect_callers_registers("(global.set $left (i32.const 4))"
                             "loop " COUNT " call $throw_at_0 br 0 end");
}

Test(exception, it_has_them_if_the_loops_first_instruction_throws) {
    expect_callers_registers("(global.set $left (i32.const 5))"
                             "loop call $throw_at_0 " COUNT " br 0 end");
}

Test(exception, it_has_them_if_the_loops_last_instruction_throws) {
    expect_callers_registers("loop " COUNT AGAIN " throw $t end");
}

Test(exception, it_has_them_if_what_is_behind_the_loop_throws) {
    expect_callers_registers("loop " COUNT AGAIN " end call $throw");
}

Test(exception, a_tail_call_leaves_the_body) {
    Instance *instance = world_add(&world, NULL,
                                   "(module (tag $t) (func $throw (result i32) throw $t)"
                                   "  (func $f (result i32)"
                                   "    try (result i32) return_call $throw"
                                   "    catch_all i32.const 1 end)"
                                   "  (func (export \"f\") (result i32)"
                                   "    try (result i32) call $f catch_all i32.const 2 end))");
    cr_assert_eq(world_call(&world, instance, "f", 0), 2);
}

/* Each frame has its own locals in registers, and every third one throws on what it catches. */
Test(exception, leaves_any_number_of_frames) {
    Instance *instance = world_add(
        &world, NULL,
        "(module (tag $t (param i32))"
        "  (func $deep (param i32) (result i32) (local i32 i32 i32)"
        "    loop"
        "      (local.set 1 (i32.add (local.get 1) (local.get 0)))"
        "      (local.set 2 (i32.add (local.get 2) (local.get 1)))"
        "      (local.set 3 (i32.add (local.get 3) (i32.const 1)))"
        "      (br_if 0 (i32.lt_u (local.get 3) (i32.const 3)))"
        "      (if (i32.eqz (local.get 0)) (then (throw $t (i32.const 1))))"
        "      (if (i32.rem_u (local.get 0) (i32.const 3))"
        "        (then (drop (call $deep (i32.sub (local.get 0) (i32.const 1)))))"
        "        (else"
        "          try (drop (call $deep (i32.sub (local.get 0) (i32.const 1))))"
        "          catch $t"
        "            (throw $t (i32.add (i32.eq (local.get 2) (i32.mul (local.get 0) (i32.const 6)))))"
        "          end))"
        "    end"
        "    i32.const -1)"
        "  (func (export \"f\") (param i32) (result i32)"
        "    try (result i32) (call $deep (local.get 0)) catch $t end))");
    cr_assert_eq(world_call(&world, instance, "f", 30000), 10001);
}

/* ---- Instances ------------------------------------------------------------------------------- */

static const char thrower[] =
    "(module (tag $t (export \"t\") (param i32)) (tag (export \"twin\") (param i32))"
    "  (func $f (export \"f\") (param i32) (throw $t (local.get 0)))"
    "  (func (export \"tail\") (param i32) (return_call $f (local.get 0))))";

Test(exception, goes_from_instance_to_instance) {
    world_add(&world, "a", thrower);
    world_add(&world, "b",
              "(module (import \"a\" \"f\" (func $f (param i32)))"
              "  (func (export \"f\") (param i32) (call $f (i32.add (local.get 0) (i32.const 1))))"
              "  (func (export \"tail\") (param i32) (return_call $f (local.get 0))))");
    Instance *instance = world_add(
        &world, NULL,
        "(module (import \"a\" \"t\" (tag $t (param i32)))"
        "  (import \"a\" \"twin\" (tag $twin (param i32)))"
        "  (import \"b\" \"f\" (func $f (param i32)))"
        "  (import \"b\" \"tail\" (func $tail (param i32))) (tag $own (param i32))"
        "  (func (export \"f\") (param i32) (result i32) (local i32)"
        "    loop (local.set 1 (i32.add (local.get 1) (i32.const 1)))"
        "      (br_if 0 (i32.lt_u (local.get 1) (i32.const 40))) end"
        "    try (result i32) (call $f (local.get 0)) i32.const 0"
        "    catch $own catch $twin catch $t (i32.add (local.get 1)) end)"
        "  (func (export \"tail\") (param i32) (result i32)"
        "    try (result i32) (call $tail (local.get 0)) i32.const 0 catch $t end)"
        "  (func (export \"out\") (param i32) (return_call $tail (local.get 0))))");
    cr_assert_eq(world_call(&world, instance, "f", 7), 48);
    cr_assert_eq(world_call(&world, instance, "tail", 7), 7);
    world_expect_exception(&world, instance, "out", 7,
                           "uncaught exception with tag t, thrown in function f");
}

Test(exception, an_import_must_be_a_tag_of_the_type) {
    world_add(&world, "a", thrower);
    Error error;
    cr_assert_null(world_try(&world, NULL, "(module (import \"a\" \"t\" (tag (param i64))))", &error));
    cr_assert_eq(error.kind, ERROR_LINK);
    cr_assert_str_eq(error.message,
                     "incompatible import type: \"a\" \"t\" must be a tag [i64] -> [] and is a tag "
                     "[i32] -> []");
    cr_assert_null(world_try(&world, NULL, "(module (import \"a\" \"f\" (tag (param i32))))", &error));
    cr_assert_eq(error.kind, ERROR_LINK);
    cr_assert_null(world_try(&world, NULL, "(module (import \"a\" \"x\" (tag)))", &error));
    cr_assert_str_eq(error.message, "unknown import \"a\" \"x\", a tag [] -> []");
}

/* ---- The host -------------------------------------------------------------------------------- */

Test(exception, says_its_tag_and_where_it_was_thrown_first) {
    const ValueType i32 = TYPE_I32;
    Tag *tag = store_tag(world.store, intern_function_type(&i32, 1, NULL, 0));
    world_give(&world, "tag", (Extern){EXTERN_TAG, {.tag = tag}});
    Instance *instance = world_add(
        &world, NULL,
        "(module (import \"host\" \"tag\" (tag $imported (param i32))) (tag $own)"
        "  (tag $exported (export \"exported\"))"
        "  (func $imported (export \"imported\") (throw $imported (i32.const 1)))"
        "  (func $own (export \"own\") throw $own)"
        "  (func $exported (export \"exported throw\") throw $exported)"
        "  (func $again (export \"again\") try call $own catch_all rethrow 0 end))");
    world_expect_exception(&world, instance, "imported", 0,
                           "uncaught exception with tag host.tag, thrown in function imported");
    const Exception *exception = store_exception(world.store);
    cr_assert_eq(exception->tag, tag);
    cr_assert_eq(exception->values[0], 1);
    world_expect_exception(&world, instance, "own", 0,
                           "uncaught exception with tag 1, thrown in function own");
    world_expect_exception(&world, instance, "exported throw", 0,
                           "uncaught exception with tag exported, thrown in function exported");
    world_expect_exception(&world, instance, "again", 0,
                           "uncaught exception with tag 1, thrown in function own");
}

Test(exception, may_leave_a_start_function) {
    Error error;
    cr_assert_null(
        world_try(&world, NULL, "(module (tag) (func $s throw 0) (start $s))", &error));
    cr_assert_eq(error.kind, ERROR_EXCEPTION);
    cr_assert_str_eq(error.message, "uncaught exception with tag 0, thrown in function s");
    /* By a tail call into another instance. */
    world_add(&world, "a", "(module (tag $t (export \"t\")) (func $f (export \"f\") throw $t))");
    cr_assert_null(world_try(&world, NULL,
                             "(module (import \"a\" \"f\" (func $f))"
                             "  (func $s try return_call $f catch_all end) (start $s))",
                             &error));
    cr_assert_eq(error.kind, ERROR_EXCEPTION);
    cr_assert_str_eq(error.message, "uncaught exception with tag t, thrown in function f");
    Instance *instance = world_add(
        &world, NULL,
        "(module (import \"a\" \"f\" (func $f)) (global $caught (mut i32) (i32.const 0))"
        "  (func $s try call $f catch_all (global.set $caught (i32.const 1)) end) (start $s)"
        "  (func (export \"f\") (result i32) global.get $caught))");
    cr_assert_eq(world_call(&world, instance, "f", 0), 1);
}

static Tag *host_tag;

static Trap throw_from_host(void *environment, Instance *caller, uint64_t *slots) {
    (void)environment, (void)caller;
    return store_throw(world.store, store_new_exception(world.store, host_tag, slots));
}

/* Calls back, and lets an exception pass. */
static Trap call_thrower(void *environment, Instance *caller, uint64_t *slots) {
    (void)environment;
    Error error;
    Function *function = world_export(caller, "own", EXTERN_FUNCTION).function;
    if (function_call(world.store, function, slots, &error)) return TRAP_NONE;
    return error.kind == ERROR_EXCEPTION ? TRAP_EXCEPTION : TRAP_HOST;
}

Test(exception, host_functions_throw_and_let_pass) {
    const ValueType i32 = TYPE_I32;
    host_tag = store_tag(world.store, intern_function_type(&i32, 1, NULL, 0));
    world_give(&world, "tag", (Extern){EXTERN_TAG, {.tag = host_tag}});
    world_give_function(&world, "throw", 1, 0, throw_from_host, NULL);
    world_give_function(&world, "call", 1, 0, call_thrower, NULL);
    Instance *instance = world_add(
        &world, NULL,
        "(module (import \"host\" \"tag\" (tag $t (param i32)))"
        "  (import \"host\" \"throw\" (func $throw (param i32)))"
        "  (import \"host\" \"call\" (func $call (param i32))) (tag $own (param i32))"
        "  (func (export \"own\") (param i32) (throw $own (i32.add (local.get 0) (i32.const 1))))"
        "  (func $tail (param i32) try (return_call $throw (local.get 0)) catch_all end)"
        "  (func (export \"f\") (param i32) (result i32) (local i32 i32)"
        "    loop"
        "      (local.set 1 (i32.add (local.get 1) (i32.const 1)))"
        "      try (call $throw (local.get 0)) catch $t"
        "        (local.set 2 (i32.add (local.get 2))) end"
        "      try (call $tail (i32.const 100)) catch $t"
        "        (local.set 2 (i32.add (local.get 2))) end"
        "      try (call $call (local.get 0)) catch $own"
        "        (local.set 2 (i32.add (local.get 2))) end"
        "      (br_if 0 (i32.lt_u (local.get 1) (i32.const 4)))"
        "    end"
        "    (i32.add (local.get 1) (local.get 2)))"
        "  (func (export \"out\") (param i32) (call $throw (local.get 0))))");
    cr_assert_eq(world_call(&world, instance, "f", 10), 4 + 4 * (10 + 100 + 11));
    world_expect_exception(&world, instance, "out", 3, "uncaught exception, thrown by the host");
    cr_assert_eq(store_exception(world.store)->values[0], 3);
}

/* Nothing of what a host has above an i32 gets into an address. */
static Trap throw_address(void *environment, Instance *caller, uint64_t *slots) {
    (void)environment, (void)caller, (void)slots;
    const uint64_t address = 0xdeadbeef00000008;
    return store_throw(world.store, store_new_exception(world.store, host_tag, &address));
}

Test(exception, carries_32_bits_of_a_hosts_i32) {
    const ValueType i32 = TYPE_I32;
    host_tag = store_tag(world.store, intern_function_type(&i32, 1, NULL, 0));
    world_give(&world, "tag", (Extern){EXTERN_TAG, {.tag = host_tag}});
    world_give_function(&world, "throw", 0, 0, throw_address, NULL);
    Instance *instance = world_add(
        &world, NULL,
        "(module (import \"host\" \"tag\" (tag $t (param i32)))"
        "  (import \"host\" \"throw\" (func $throw)) (memory 1) (data (i32.const 8) \"\\2a\")"
        "  (func (export \"f\") (result i32) (local i32 i32 i32)" /* in registers, if there are any */
        "    try (result i32) call $throw i32.const 0 catch $t end local.set 0"
        "    loop"
        "      (local.set 1 (i32.add (local.get 1) (i32.load (local.get 0))))"
        "      (local.set 2 (i32.add (local.get 2) (i32.load (local.get 0))))"
        "      (br_if 0 (i32.lt_u (local.get 1) (i32.const 100)))"
        "    end"
        "    (i32.add (local.get 1) (local.get 2))))");
    cr_assert_eq(world_call(&world, instance, "f", 0), 6 * 42);
}

/* ---- References ------------------------------------------------------------------------------ */

/* In the standard encoding, which wat2wasm does not know:
 *   keep(i)  throws and catches an exception that carries i, and keeps its reference in the table
 *   churn(n) throws and catches n exceptions that nobody keeps
 *   again    throws what is kept, and catches what it carries
 *   move     has a global keep it instead of the table, or, the next time, the other way around */
static Instance *add_keeper(void) {
    static const uint8_t keep[] = {
        0,          WASM_I32_CONST, 0,    WASM_BLOCK, TYPE_EXNREF, WASM_TRY_TABLE, 0x40, 1, 3, 0,
        WASM_LOCAL_GET, 0, WASM_THROW, 0, WASM_END, WASM_UNREACHABLE, WASM_END, WASM_TABLE_SET, 0,
        WASM_END,
    };
    static const uint8_t churn[] = {
        0, WASM_LOOP, 0x40, WASM_BLOCK, I32, WASM_TRY_TABLE, 0x40, 1, 0, 0, 0, WASM_LOCAL_GET, 0,
        WASM_THROW, 0, WASM_END, WASM_UNREACHABLE, WASM_END, WASM_I32_CONST, 1, WASM_I32_SUB,
        WASM_LOCAL_TEE, 0, WASM_BR_IF, 0, WASM_END, WASM_END,
    };
    static const uint8_t again[] = {
        0, WASM_TRY_TABLE, 0x40, 1, 0, 0, 0, WASM_I32_CONST, 0, WASM_TABLE_GET, 0, WASM_THROW_REF,
        WASM_END, WASM_UNREACHABLE, WASM_END,
    };
    static const uint8_t move[] = {
        0, WASM_I32_CONST, 0, WASM_GLOBAL_GET, 0, WASM_I32_CONST, 0, WASM_TABLE_GET, 0,
        WASM_GLOBAL_SET, 0, WASM_TABLE_SET, 0, WASM_END,
    };
    static const uint8_t head[] = {
        HEADER,
        SECTION(S_TYPE, 3, 0x60, 1, I32, 0, 0x60, 0, 1, I32, 0x60, 0, 0),
        SECTION(S_FUNCTION, 4, 0, 0, 1, 2),
        SECTION(S_TABLE, 1, TYPE_EXNREF, 0, 1),
        SECTION(S_TAG, 1, 0, 0),
        SECTION(S_GLOBAL, 1, TYPE_EXNREF, 1, WASM_REF_NULL, TYPE_EXNREF, WASM_END),
        SECTION(S_EXPORT, 4, 4, 'k', 'e', 'e', 'p', 0, 0, 5, 'c', 'h', 'u', 'r', 'n', 0, 1, 5, 'a',
                'g', 'a', 'i', 'n', 0, 2, 4, 'm', 'o', 'v', 'e', 0, 3),
    };
    Bytes module = {0}, code = {0};
    put_bytes(&module, head, sizeof head);
    PUT(&code, 4, sizeof keep);
    put_bytes(&code, keep, sizeof keep);
    PUT(&code, sizeof churn);
    put_bytes(&code, churn, sizeof churn);
    PUT(&code, sizeof again);
    put_bytes(&code, again, sizeof again);
    PUT(&code, sizeof move);
    put_bytes(&code, move, sizeof move);
    PUT(&module, S_CODE);
    put_sized(&module, &code);
    Instance *instance = world_add_bytes(&world, NULL, module.at, module.size);
    free(module.at);
    return instance;
}

Test(exception, references_keep_it_and_nothing_else_does) {
    Instance *instance = add_keeper();
    world_expect_trap(&world, instance, "again", 0, "null exception reference in function again");
    world_call(&world, instance, "keep", 42);
    memset(world.store->stack, 0, 1000 * sizeof *world.store->stack); /* what calls have left there */
    world_call(&world, instance, "churn", 500000);
    cr_assert_eq(world_call(&world, instance, "again", 0), 42);
    cr_assert_lt(world.store->exception_count, 100000);
    world_call(&world, instance, "move", 0);
    world_expect_trap(&world, instance, "again", 0, "null exception reference in function again");
    memset(world.store->stack, 0, 1000 * sizeof *world.store->stack);
    world_call(&world, instance, "churn", 500000);
    world_call(&world, instance, "move", 0);
    cr_assert_eq(world_call(&world, instance, "again", 0), 42);
}

/* So does a handler that may throw it again. */
Test(exception, rethrow_has_it_however_many_were_thrown_meanwhile) {
    Instance *instance = world_add(
        &world, NULL,
        "(module (tag $t (param i32)) (tag $other)"
        "  (func $churn (local i32) (local.set 0 (i32.const 100000))"
        "    loop try throw $other catch_all end"
        "      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))) end)"
        "  (func (export \"f\") (result i32)"
        "    try (result i32)"
        "      try (result i32) (throw $t (i32.const 42)) catch $t drop call $churn rethrow 0 end"
        "    catch $t end))");
    cr_assert_eq(world_call(&world, instance, "f", 0), 42);
}

Test(exception, the_host_can_hold_one) {
    Instance *instance = add_keeper();
    const ValueType types[] = {TYPE_I32, TYPE_EXNREF};
    const Tag *inner = store_tag(world.store, intern_function_type(types, 1, NULL, 0));
    const Tag *outer = store_tag(world.store, intern_function_type(types, 2, NULL, 0));
    uint64_t values[] = {5, 0};
    values[1] = (uintptr_t)store_new_exception(world.store, inner, values);
    Exception *held = store_new_exception(world.store, outer, values);
    exception_hold(held);
    world_call(&world, instance, "churn", 500000);
    const Exception *carried = (const Exception *)(uintptr_t)held->values[1];
    cr_assert_eq(carried->tag, inner);
    cr_assert_eq(carried->values[0], 5);
}
