#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/test/world.h"

static World world;

static void open_world(void) { world = world_open(DEFAULT_STACK_SLOTS); }

static void close_world(void) { world_close(&world); }

TestSuite(call, .init = open_world, .fini = close_world);

Test(call, several_arguments_and_results) {
    Instance *instance = world_add(&world, NULL,
                                   "(module (func (export \"f\") (param i64 f64 i32)"
                                   "  (result i32 i64 f64 i32)"
                                   "  local.get 2 local.get 0 local.get 1 i32.const 8))");
    uint64_t slots[4] = {1ull << 40, 0x4000000000000000, 77};
    Error error;
    Function *function = world_export(instance, "f", EXTERN_FUNCTION).function;
    cr_assert(function_call(world.store, function, slots, &error));
    const uint64_t expected[] = {77, 1ull << 40, 0x4000000000000000, 8};
    cr_assert_arr_eq(slots, expected, sizeof expected);
}

Test(call, an_f32_leaves_the_upper_half_zero) {
    Instance *instance = world_add(&world, NULL,
                                   "(module (func (export \"f\") (param f64) (result f32)"
                                   "  (f32.neg (f32.demote_f64 (local.get 0)))))");
    cr_assert_eq(world_call(&world, instance, "f", 0x3ff8000000000000), 0xbfc00000);
}

Test(call, stack_exhaustion_is_a_trap_at_the_given_depth) {
    const char *text = "(module (func $down (export \"down\") (param i32) (result i32)"
                       "  (if (result i32) (local.get 0)"
                       "    (then (i32.add (i32.const 1)"
                       "      (call $down (i32.sub (local.get 0) (i32.const 1)))))"
                       "    (else (i32.const 0))))"
                       "  (func $forever (export \"forever\") (call $forever)))";
    Instance *instance = world_add(&world, NULL, text);
    cr_assert_eq(world_call(&world, instance, "down", 100000), 100000);
    world_expect_trap(&world, instance, "down", 10000000, "call stack exhausted in function down");
    world_expect_trap(&world, instance, "forever", 0, "call stack exhausted in function forever");
    cr_assert_eq(world_call(&world, instance, "down", 100000), 100000); /* and works again */

    World small = world_open(1024);
    instance = world_add(&small, NULL, text);
    cr_assert_eq(world_call(&small, instance, "down", 100), 100);
    world_expect_trap(&small, instance, "down", 2000, "call stack exhausted in function down");
    world_close(&small);
}

Test(call, a_frame_that_does_not_fit) {
    char *text = malloc(200000), *at = text;
    at += sprintf(at, "(module (func $wide (export \"wide\") (local");
    for (int i = 0; i < 2000; i++)
        at += sprintf(at, " i64");
    sprintf(at, ")) (func (export \"outer\") (call $wide)))");
    Instance *instance = world_add(&world, NULL, text);
    world_call(&world, instance, "wide", 0);
    World small = world_open(1024);
    instance = world_add(&small, NULL, text);
    world_expect_trap(&small, instance, "wide", 0, "call stack exhausted in function wide");
    cr_assert(instance->functions[1]);
    world_close(&small);
    free(text);
}

/* Many arguments are written before the callee's frame is checked. */
Test(call, arguments_at_the_end_of_the_stack) {
    char *text = malloc(100000), *at = text;
    at += sprintf(at, "(module (func $wide (export \"wide\") (param i64");
    for (int i = 1; i < 1000; i++)
        at += sprintf(at, " i64");
    at += sprintf(at, ") (call $wide");
    for (int i = 0; i < 1000; i++)
        at += sprintf(at, " (local.get %d)", i);
    at += sprintf(at, ")) (func (export \"f\") (call $wide");
    for (int i = 0; i < 1000; i++)
        at += sprintf(at, " (i64.const %d)", i);
    sprintf(at, ")))");
    Instance *instance = world_add(&world, NULL, text);
    world_expect_trap(&world, instance, "f", 0, "call stack exhausted in function wide");
    free(text);
}

static Trap add_one(void *environment, Instance *caller, uint64_t *slots) {
    (void)caller;
    *(int *)environment += 1;
    slots[0] = (uint32_t)(slots[0] + 1);
    return TRAP_NONE;
}

Test(call, host_functions_from_wasm_and_from_the_host) {
    int calls = 0;
    world_give_function(&world, "add-one", 1, 1, add_one, &calls);
    Instance *instance = world_add(&world, NULL,
                                   "(module (import \"host\" \"add-one\""
                                   "    (func $f (param i32) (result i32)))"
                                   "  (export \"direct\" (func $f)) (table funcref (elem $f))"
                                   "  (func (export \"through\") (param i32) (result i32)"
                                   "    (call $f (call $f (local.get 0))))"
                                   "  (func (export \"indirect\") (param i32) (result i32)"
                                   "    (call_indirect (param i32) (result i32)"
                                   "      (local.get 0) (i32.const 0)))"
                                   "  (func (export \"tail\") (param i32) (result i32)"
                                   "    (return_call $f (local.get 0))))");
    cr_assert_eq(world_call(&world, instance, "direct", 1), 2);
    cr_assert_eq(world_call(&world, instance, "through", 1), 3);
    cr_assert_eq(world_call(&world, instance, "indirect", 1), 2);
    cr_assert_eq(world_call(&world, instance, "tail", 1), 2);
    cr_assert_eq(calls, 5);
}

static Trap is_outside(void *environment, Instance *caller, uint64_t *slots) {
    (void)environment;
    slots[0] = caller->memory0->size;
    return TRAP_NONE;
}

Test(call, a_host_function_sees_its_caller) {
    world_give_function(&world, "size", 0, 1, is_outside, NULL);
    Instance *instance = world_add(&world, NULL,
                                   "(module (import \"host\" \"size\" (func $f (result i32)))"
                                   "  (memory 3) (export \"direct\" (func $f))"
                                   "  (func (export \"through\") (result i32) (call $f)))");
    cr_assert_eq(world_call(&world, instance, "through", 0), 3 * WASM_PAGE);
    cr_assert_eq(world_call(&world, instance, "direct", 0), 0); /* nobody's: it has no memory */
}

/* Calls the function "f" of the caller with the argument minus one, and adds one to the result. */
static Trap call_back(void *environment, Instance *caller, uint64_t *slots) {
    (void)environment;
    Function *function = world_export(caller, "f", EXTERN_FUNCTION).function;
    uint64_t nested[1] = {slots[0] - 1};
    Error error;
    if (!function_call(world.store, function, nested, &error)) {
        store_host_message(world.store, error.message);
        return TRAP_HOST;
    }
    slots[0] = nested[0] + 1;
    return TRAP_NONE;
}

static Instance *nesting_instance(void) {
    world_give_function(&world, "back", 1, 1, call_back, NULL);
    return world_add(&world, NULL,
                     "(module (import \"host\" \"back\" (func $back (param i32) (result i32)))"
                     "  (func $f (export \"f\") (param $n i32) (result i32)"
                     "    (local $kept i64) (local.set $kept (i64.const 0x123456789))"
                     "    (if (i32.eqz (local.get $n)) (then (return (i32.const 0))))"
                     "    (i32.add (call $back (local.get $n))"
                     "      (i64.ne (local.get $kept) (i64.const 0x123456789)))))");
}

Test(call, nests_through_host_functions_and_keeps_frames) {
    cr_assert_eq(world_call(&world, nesting_instance(), "f", 500), 500);
}

Test(call, endless_nesting_is_stack_exhaustion) {
    Instance *instance = nesting_instance();
    uint64_t slots[1] = {1000000};
    Error error; /* each nesting appends its "in function f" */
    Function *function = world_export(instance, "f", EXTERN_FUNCTION).function;
    cr_assert_not(function_call(world.store, function, slots, &error));
    cr_assert_eq(strncmp(error.message, "call stack exhausted in function f", 34), 0, "%s",
                 error.message);
    cr_assert_eq(world_call(&world, instance, "f", 500), 500);
}

static Trap raise_it(void *environment, Instance *caller, uint64_t *slots) {
    (void)slots;
    const char *message = environment;
    if (message)
        store_host_message(caller->store, message);
    else if (slots[0])
        return *store_exit_status(caller->store) = (int)slots[0], TRAP_EXIT;
    return TRAP_HOST;
}

Test(call, host_functions_trap_in_their_own_words) {
    world_give_function(&world, "words", 1, 0, raise_it, "the disk is full");
    world_give_function(&world, "no-words", 1, 0, raise_it, NULL);
    Instance *instance = world_add(&world, NULL,
                                   "(module (import \"host\" \"words\" (func $w (param i32)))"
                                   "  (import \"host\" \"no-words\" (func $n (param i32)))"
                                   "  (export \"direct\" (func $w))"
                                   "  (func $a (export \"words\") (call $w (i32.const 0)))"
                                   "  (func (export \"silent\") (call $n (i32.const 0))))");
    world_expect_trap(&world, instance, "words", 0, "the disk is full in function a");
    world_expect_trap(&world, instance, "silent", 0, "host function failed in function silent");
    world_expect_trap(&world, instance, "direct", 0, "the disk is full");
}

Test(call, exit_is_no_trap) {
    world_give_function(&world, "exit", 1, 0, raise_it, NULL);
    Instance *instance = world_add(&world, NULL,
                                   "(module (import \"host\" \"exit\" (func $exit (param i32)))"
                                   "  (func (export \"f\") (call $exit (i32.const 42))))");
    Error error;
    Function *function = world_export(instance, "f", EXTERN_FUNCTION).function;
    cr_assert_not(function_call(world.store, function, NULL, &error));
    cr_assert_eq(error.kind, ERROR_NONE);
    cr_assert_eq(*store_exit_status(world.store), 42);
}

Test(call, traps_name_the_innermost_function) {
    Instance *other =
        world_add(&world, "other", "(module (func $thrower (export \"throw\") unreachable))");
    cr_assert(other);
    Instance *instance =
        world_add(&world, NULL,
                  "(module (import \"other\" \"throw\" (func $throw)) (table 1 funcref)"
                  "  (type $t (func)) "
                  "  (func $divide (export \"divide\") (param i32) (result i32)"
                  "    (i32.div_s (i32.const 1) (local.get 0)))"
                  "  (func (export \"outer\") (result i32) (call $divide (i32.const 0)))"
                  "  (func (export \"across\") (call $throw))"
                  "  (func (export \"function 7\") unreachable)"
                  "  (func (export \"null\") (call_indirect (type $t) (i32.const 0)))"
                  "  (func (export \"beyond\") (call_indirect (type $t) (i32.const 1))))");
    cr_assert_eq(world_call(&world, instance, "divide", 1), 1);
    world_expect_trap(&world, instance, "divide", 0, "integer divide by zero in function divide");
    world_expect_trap(&world, instance, "outer", 0, "integer divide by zero in function divide");
    world_expect_trap(&world, instance, "across", 0, "unreachable in function thrower");
    world_expect_trap(&world, instance, "function 7", 0, "unreachable in function function 7");
    world_expect_trap(&world, instance, "null", 0, "uninitialized element in function null");
    world_expect_trap(&world, instance, "beyond", 0, "undefined element in function beyond");
}
