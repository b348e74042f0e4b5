/* Every form of every op of vectors does the same: whether an operand was just computed, and is
 * taken from the accumulator, or is in a local's slots. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "runtime/test/world.h"

/* What the locals $v0 to $v2 are loaded from, numbers as integers and as floats; $n0 to $n2 are
 * their complements, so that $v0 computed is the complement of $n0. */
#define MODULE                                                                                     \
    "(module (memory 1) (data (i32.const 0)"                                                       \
    " \"abcdefghijklmn\\c1P0123456789A\\c2R\\f0:\\ff<=>?@AB\\80D\\00F\\7f\\45\")"
#define LOCALS                                                                                     \
    "(local $v0 v128) (local $v1 v128) (local $v2 v128) (local $n0 v128) (local $n1 v128)"         \
    "(local $n2 v128) (local $i64 i64) (local $f32 f32) (local $f64 f64) (local $plain v128)"      \
    "(local.set $v0 (v128.load (i32.const 0))) (local.set $v1 (v128.load (i32.const 16)))"         \
    "(local.set $v2 (v128.load (i32.const 32))) (local.set $n0 (v128.not (local.get $v0)))"        \
    "(local.set $n1 (v128.not (local.get $v1))) (local.set $n2 (v128.not (local.get $v2)))"        \
    "(local.set $i64 (i64.const 0x1234567890abcdef)) (local.set $f32 (f32.const 1.25))"            \
    "(local.set $f64 (f64.const -2.5))"
enum { ADDRESS = 64, NONE = -1 };

/* What takes any operand from the accumulator but is no op of its own, or not of that name. */
static const char *const others[] = {
    "(f32x4.add (f32x4.mul %s %s) %s)", "(f32x4.add %s (f32x4.mul %s %s))",
    "(f32x4.sub %s (f32x4.mul %s %s))", "(f64x2.add (f64x2.mul %s %s) %s)",
    "(f64x2.add %s (f64x2.mul %s %s))", "(f64x2.sub %s (f64x2.mul %s %s))",
    "(select %s %s (local.get $i32))",  "(block (result v128) (global.set $g %s) (global.get $g))",
};

static char text[1 << 19];
static size_t length;
#define PUT(...) (length += (size_t)snprintf(text + length, sizeof text - length, __VA_ARGS__))

static void put_operand(unsigned number, bool is_computed) {
    PUT(is_computed ? " (v128.not (local.get $n%u))" : " (local.get $v%u)", number);
}

/* The instruction with its operand `computed` computed just before, or none. */
static void put_instruction(const OpInfo *op, int computed) {
    static const char *const scalars[] = {
        [VALUE_I32] = "i32", [VALUE_I64] = "i64", [VALUE_F32] = "f32", [VALUE_F64] = "f64"};
    const bool is_access = op->load_bytes || op->store_bytes;
    PUT("(%s%s", op->name, is_access ? " offset=1" : "");
    if (strcmp(op->name, "i8x16.shuffle") == 0) PUT(" 0 17 2 19 4 21 6 23 31 9 30 11 29 13 28 15");
    else if (op->immediate_count > is_access) PUT(" 1"); /* the lane */
    for (unsigned i = 0; i < op->value_count; i++)
        if (op->value_types[i] == VALUE_V128) put_operand(i, (int)i == computed);
        else PUT(" (local.get $%s)", scalars[op->value_types[i]]);
    PUT(")");
}

/* A v128 of an instruction's result, or of what it stored. */
static void put_value(const OpInfo *op, int computed) {
    static const char *const splats[] = {[VALUE_I32] = "i32x4", [VALUE_I64] = "i64x2",
                                         [VALUE_F32] = "f32x4", [VALUE_F64] = "f64x2"};
    if (op->result_type == VALUE_NONE) {
        PUT("(v128.store (i32.const %d) (local.get $n0))", ADDRESS);
        put_instruction(op, computed);
        PUT("(v128.load offset=1 (i32.const %d))", ADDRESS);
        return;
    }
    if (op->result_type != VALUE_V128) PUT("(%s.splat ", splats[op->result_type]);
    put_instruction(op, computed);
    if (op->result_type != VALUE_V128) PUT(")");
}

static void put_begin(const char *name, int computed) {
    PUT("(func (export \"%s %d\") (param $i32 i32) (result i32)" LOCALS "(local.set $plain ", name,
        computed);
}
/* Between the two the first value. */
static void put_middle(void) { PUT(")"); }
static void put_end(void) { PUT("(v128.xor (local.get $plain)) (v128.any_true))"); }

static bool is_of_vectors(const OpInfo *op) {
    return (strcmp(op->section, "Vectors") == 0 || strcmp(op->section, "Vectors in memory") == 0) &&
           !strstr(op->name, ".v") && !strstr(op->name, "relaxed");
}

static void expect_same(World *world, Instance *instance, const char *name, int computed) {
    char export[80];
    snprintf(export, sizeof export, "%s %d", name, computed);
    cr_expect_eq(world_call(world, instance, export, ADDRESS), 0, "%s", export);
}

Test(vectors, from_the_accumulator_are_those_in_slots) {
    unsigned count = 0;
    length = 0;
    PUT(MODULE);
    for (unsigned i = 0; i < OP_COUNT; i++) {
        const OpInfo *op = &op_info[i];
        for (int j = 0; is_of_vectors(op) && j < op->value_count; j++) {
            if (op->value_types[j] != VALUE_V128) continue;
            put_begin(op->name, j);
            put_value(op, NONE);
            put_middle();
            put_value(op, j);
            put_end();
            count++;
        }
    }
    PUT(")");
    cr_assert_lt(length, sizeof text);
    cr_expect_gt(count, 300);
    World world = world_open(DEFAULT_STACK_SLOTS);
    Instance *instance = world_add(&world, NULL, text);
    for (unsigned i = 0; i < OP_COUNT; i++)
        for (int j = 0; is_of_vectors(&op_info[i]) && j < op_info[i].value_count; j++)
            if (op_info[i].value_types[j] == VALUE_V128)
                expect_same(&world, instance, op_info[i].name, j);
    world_close(&world);
}

Test(vectors, of_products_and_what_is_moved_too) {
    enum { OTHERS = sizeof others / sizeof *others, OPERANDS = 3 };
    length = 0;
    PUT(MODULE "(global $g (mut v128) (v128.const i64x2 0 0))");
    for (int i = 0; i < OTHERS; i++)
        for (int j = 0; j < OPERANDS; j++) {
            char name[8];
            snprintf(name, sizeof name, "%d", i);
            put_begin(name, j);
            for (int computed = NONE; computed <= j; computed += j + 1) {
                const char *at = others[i];
                for (unsigned k = 0; *at; at++)
                    if (at[0] == '%' && at[1] == 's') put_operand(k, (int)k == computed), k++, at++;
                    else PUT("%c", *at);
                if (computed == NONE) put_middle();
            }
            put_end();
        }
    PUT(")");
    World world = world_open(DEFAULT_STACK_SLOTS);
    Instance *instance = world_add(&world, NULL, text);
    for (int i = 0; i < OTHERS; i++)
        for (int j = 0; j < OPERANDS; j++) {
            char name[8];
            snprintf(name, sizeof name, "%d", i);
            expect_same(&world, instance, name, j);
        }
    world_close(&world);
}

/* Behind what ends all knowledge of the accumulator: what is in slots counts, not what is there. */
Test(vectors, that_changed_since_are_read_anew) {
    World world = world_open(DEFAULT_STACK_SLOTS);
    Instance *instance = world_add(
        &world, NULL,
        "(module (func $other (param v128) (result v128) (v128.not (i8x16.neg (local.get 0))))"
        "  (func (export \"call\") (param i32) (result i32) (local v128 v128)"
        "    (local.set 1 (i32x4.splat (local.get 0)))"
        "    (local.set 2 (call $other (local.get 1)))"
        "    (i32x4.extract_lane 0 (i32x4.add (local.get 1) (local.get 2))))"
        "  (func (export \"loop\") (param i32) (result i32) (local v128 v128)"
        "    (local.set 1 (i32x4.splat (local.get 0)))"
        "    (loop (local.set 2 (i32x4.add (local.get 2) (local.get 1)))"
        "      (local.set 1 (i32x4.sub (local.get 1) (i32x4.splat (i32.const 1))))"
        "      (br_if 0 (v128.any_true (local.get 1))))"
        "    (i32x4.extract_lane 3 (local.get 2)))"
        "  (func (export \"if\") (param i32) (result i32) (local v128 v128)"
        "    (local.set 1 (i32x4.splat (local.get 0)))"
        "    (if (i32.and (local.get 0) (i32.const 1))"
        "      (then (local.set 2 (i32x4.neg (local.get 1)))) (else (local.set 2 (local.get 1))))"
        "    (i32x4.extract_lane 2 (i32x4.sub (local.get 1) (local.get 2))))"
        "  (func (export \"float\") (param i32) (result i32) (local v128 f32)"
        "    (local.set 1 (f32x4.splat (f32.convert_i32_s (local.get 0))))"
        "    (local.set 2 (f32.mul (f32x4.extract_lane 0 (local.get 1)) (f32.const 3)))"
        "    (i32.trunc_f32_s (f32.add (f32.neg (local.get 2))"
        "      (f32x4.extract_lane 1 (f32x4.add (local.get 1) (local.get 1)))))))");
    cr_expect_eq((uint32_t)world_call(&world, instance, "call", 7), 7 + ~0xf9u);
    cr_expect_eq((uint32_t)world_call(&world, instance, "loop", 5), 15);
    cr_expect_eq((uint32_t)world_call(&world, instance, "if", 5), 10);
    cr_expect_eq((uint32_t)world_call(&world, instance, "if", 6), 0);
    cr_expect_eq((uint32_t)world_call(&world, instance, "float", 4), (uint32_t)-4);
    world_close(&world);
}
