#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/test/world.h"

static World world;
static Error error;

static void open_world(void) { world = world_open(DEFAULT_STACK_SLOTS); }

static void close_world(void) { world_close(&world); }

TestSuite(instance, .init = open_world, .fini = close_world);

/* Expects that the module cannot be instantiated. */
static void expect_failure(const char *text, ErrorKind kind, const char *message) {
    cr_assert_null(world_try(&world, NULL, text, &error), "instantiated: %s", text);
    cr_assert_eq(error.kind, kind, "%s", error.message);
    cr_assert_str_eq(error.message, message);
}

static uint64_t global_of(Instance *instance, uint32_t index) {
    return instance->globals[index]->value;
}

Test(instance, constant_expressions) {
    Instance *instance =
        world_add(&world, NULL,
                  "(module (global i32 (i32.const -1)) (global i64 (i64.const -1))"
                  "  (global f32 (f32.const -0)) (global f64 (f64.const -0))"
                  "  (global i32 (i32.sub (i32.const 3) (i32.const 5)))"
                  "  (global i32 (i32.mul (i32.const 0x10001) (i32.const 0x10001)))"
                  "  (global i64 (i64.add (i64.mul (i64.const 7) (i64.const -6))"
                  "                       (i64.sub (i64.const 1) (i64.const 2))))"
                  "  (global externref (ref.null extern)) (global funcref (ref.func $f))"
                  "  (global (mut i32) (i32.const 9))"
                  "  (func $f))");
    const uint64_t expected[] = {UINT32_MAX, UINT64_MAX, 0x80000000,    1ull << 63,
                                 0xfffffffe, 0x20001,    (uint64_t)-43, 0};
    for (uint32_t i = 0; i < 8; i++)
        cr_assert_eq(global_of(instance, i), expected[i], "global %u is 0x%llx", i,
                     (unsigned long long)global_of(instance, i));
    cr_assert_eq(global_of(instance, 8), (uintptr_t)instance->functions[0]);
}

Test(instance, a_deep_constant_expression) {
    enum { DEPTH = 5000 };
    char *text = malloc(DEPTH * 24 + 100), *at = text;
    at += sprintf(at, "(module (global i32 ");
    for (int i = 0; i < DEPTH; i++)
        at += sprintf(at, "i32.const 2 ");
    for (int i = 1; i < DEPTH; i++)
        at += sprintf(at, "i32.add ");
    sprintf(at, "))");
    cr_assert_eq(global_of(world_add(&world, NULL, text), 0), 2 * DEPTH);
    free(text);
}

Test(instance, segments_are_placed_by_expressions) {
    world_give(&world, "base",
               (Extern){EXTERN_GLOBAL,
                        {.global = store_global(world.store, (GlobalType){.type = TYPE_I32}, 40)}});
    Instance *instance = world_add(&world, NULL,
                                   "(module (import \"host\" \"base\" (global i32)) (memory 1)"
                                   "  (data (i32.add (global.get 0) (i32.const 2)) \"data\")"
                                   "  (table 100 funcref) (func) "
                                   "  (elem (i32.mul (global.get 0) (i32.const 2)) 0))");
    cr_assert_arr_eq(instance->memory0->base + 42, "data", 4);
    cr_assert_eq(instance->tables[0]->elements[80], (uintptr_t)instance->functions[0]);
}

Test(instance, segments_before_a_failing_one_stay_written) {
    Instance *shared =
        world_add(&world, "shared",
                  "(module (memory (export \"m\") 1) (table (export \"t\") 2 funcref)"
                  "  (type $t (func (result i32)))"
                  "  (func (export \"call\") (result i32)"
                  "    (call_indirect (type $t) (i32.const 1))))");
    expect_failure("(module (memory (import \"shared\" \"m\") 1)"
                   "  (table (import \"shared\" \"t\") 2 funcref)"
                   "  (func $f (result i32) (i32.const 17)) (elem (i32.const 1) $f)"
                   "  (data (i32.const 0) \"written\") (data (i32.const 65535) \"xy\"))",
                   ERROR_TRAP, "out of bounds memory access in data segment 1");
    cr_assert_arr_eq(shared->memory0->base, "written", 7);
    cr_assert_eq(shared->memory0->base[65535], 0);
    cr_assert_eq(world_call(&world, shared, "call", 0), 17);
    expect_failure("(module (table (import \"shared\" \"t\") 2 funcref) (func)"
                   "  (elem (i32.const 1) 0 0))",
                   ERROR_TRAP, "out of bounds table access in element segment 0");
    cr_assert_eq(world_call(&world, shared, "call", 0), 17);
}

Test(instance, imports_are_shared_not_copied) {
    Instance *a = world_add(&world, "a",
                            "(module (global (export \"g\") (mut i32) (i32.const 1))"
                            "  (memory (export \"m\") 1) (table (export \"t\") 1 funcref)"
                            "  (func (export \"f\") (param i32) (result i32)"
                            "    (i32.add (local.get 0) (global.get 0)))"
                            "  (func (export \"size\") (result i32) (memory.size)))");
    Instance *b =
        world_add(&world, "b",
                  "(module (import \"a\" \"g\" (global (mut i32)))"
                  "  (import \"a\" \"m\" (memory 1)) (import \"a\" \"t\" (table 1 funcref))"
                  "  (import \"a\" \"f\" (func $f (param i32) (result i32)))"
                  "  (export \"again\" (func $f))"
                  "  (func (export \"set\") (param i32) (global.set 0 (local.get 0)))"
                  "  (func (export \"grow\") (result i32) (memory.grow (i32.const 2)))"
                  "  (func (export \"call\") (param i32) (result i32)"
                  "    (call $f (local.get 0))))");
    cr_assert_eq(world_call(&world, b, "call", 5), 6);
    world_call(&world, b, "set", 100);
    cr_assert_eq(world_call(&world, a, "f", 5), 105);
    cr_assert_eq(world_call(&world, b, "again", 7), 107);
    cr_assert_eq(world_call(&world, b, "grow", 0), 1);
    cr_assert_eq(world_call(&world, a, "size", 0), 3);
    cr_assert_eq(a->memory0, b->memory0);
    cr_assert_eq(a->tables[0], b->tables[0]);
    cr_assert_eq(world_export(a, "f", EXTERN_FUNCTION).function,
                 world_export(b, "again", EXTERN_FUNCTION).function);
}

Test(instance, unknown_imports) {
    expect_failure("(module (import \"no\" \"thing\" (func (param i32 f64) (result i64))))",
                   ERROR_LINK, "unknown import \"no\" \"thing\", a function [i32 f64] -> [i64]");
    expect_failure("(module (import \"no\\n\" \"\" (memory 1 2)))", ERROR_LINK,
                   "unknown import \"no?\" \"\", a memory of 1 to 2 pages");
}

Test(instance, imports_match_by_type) {
    world_add(&world, "m",
              "(module (func (export \"f\") (param i32)) (memory (export \"m\") 2 4)"
              "  (memory (export \"m64\") i64 1)"
              "  (table (export \"t\") 10 20 funcref) (table (export \"t-open\") 10 externref)"
              "  (global (export \"g\") i32 (i32.const 0))"
              "  (global (export \"mut\") (mut i32) (i32.const 0)))");
    static const char *const good[] = {
        "\"f\" (func (param i32))",   "\"m\" (memory 2 4)",
        "\"m\" (memory 0)",           "\"m\" (memory 1 5)",
        "\"m64\" (memory i64 1)",     "\"t\" (table 10 20 funcref)",
        "\"t\" (table 0 21 funcref)", "\"t-open\" (table 10 externref)",
        "\"g\" (global i32)",         "\"mut\" (global (mut i32))",
    };
    static const char *const bad[] = {
        "\"f\" (func (param i64))",   "\"f\" (func (param i32) (result i32))",
        "\"f\" (global i32)",         "\"m\" (memory 3)",
        "\"m\" (memory 2 3)",         "\"m\" (memory i64 2 4)",
        "\"m64\" (memory 1)",         "\"m64\" (memory i64 1 2)",
        "\"t\" (table 11 funcref)",   "\"t\" (table 10 19 funcref)",
        "\"t\" (table 10 externref)", "\"t-open\" (table 10 20 externref)",
        "\"t\" (memory 1)",           "\"g\" (global (mut i32))",
        "\"g\" (global i64)",         "\"mut\" (global i32)",
    };
    char text[200];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        snprintf(text, sizeof text, "(module (import \"m\" %s))", good[i]);
        world_add(&world, NULL, text);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(text, sizeof text, "(module (import \"m\" %s))", bad[i]);
        cr_assert_null(world_try(&world, NULL, text, &error), "%s", text);
        cr_assert_eq(error.kind, ERROR_LINK);
        cr_assert_eq(strncmp(error.message, "incompatible import type", 24), 0, "%s",
                     error.message);
    }
    expect_failure("(module (import \"m\" \"t\" (table 11 funcref)))", ERROR_LINK,
                   "incompatible import type: \"m\" \"t\" must be a table of 11 funcref and is a "
                   "table of 10 to 20 funcref");
}

Test(instance, imports_match_the_present_size) {
    Instance *m = world_add(&world, "m", "(module (memory (export \"m\") 1 9))");
    const char *text = "(module (import \"m\" \"m\" (memory 3)))";
    cr_assert_null(world_try(&world, NULL, text, &error));
    memory_grow(m->memory0, 2);
    world_add(&world, NULL, text);
}

Test(instance, start_runs_last) {
    Instance *instance = world_add(&world, NULL,
                                   "(module (memory 1) (data (i32.const 7) \"*\")"
                                   "  (global (mut i32) (i32.const 0)) (start $s)"
                                   "  (func $s (global.set 0 (i32.load8_u (i32.const 7)))))");
    cr_assert_eq(global_of(instance, 0), '*');
    expect_failure("(module (start $bad) (func $bad unreachable))", ERROR_TRAP,
                   "unreachable in function bad");
}

Test(instance, exports) {
    Instance *instance = world_add(&world, NULL,
                                   "(module (func (export \"f\")) (func) (memory (export \"m\") 1)"
                                   "  (global (export \"\") i32 (i32.const 3)))");
    Extern found;
    cr_assert_not(instance_export(instance, "g", &found));
    cr_assert_eq(world_export(instance, "", EXTERN_GLOBAL).global->value, 3);
    cr_assert_eq(world_export(instance, "m", EXTERN_MEMORY).memory, instance->memories[0]);
    cr_assert_eq(instance_extern(instance, EXTERN_FUNCTION, 1).function, instance->functions[1]);
}

Test(instance, stores_are_independent) {
    World other = world_open(DEFAULT_STACK_SLOTS);
    const char *text =
        "(module (memory 1) (func (export \"f\") (param i32) (result i32)"
        "  (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (local.get 0)))"
        "  (i32.load (i32.const 0))))";
    Instance *a = world_add(&world, NULL, text), *b = world_add(&other, NULL, text);
    world_call(&world, a, "f", 5);
    cr_assert_eq(world_call(&other, b, "f", 1), 1);
    cr_assert_eq(world_call(&world, a, "f", 1), 6);
    world_close(&other);
}
