#include <criterion/criterion.h>

#include "runtime/test/world.h"

static Store *store;
static Error error;

static void open_store(void) {
    store = store_new(DEFAULT_STACK_SLOTS, &error);
    cr_assert(store, "%s", error.message);
}

static void close_store(void) { store_free(store); }

TestSuite(table, .init = open_store, .fini = close_store);

static Table *new_table(uint64_t minimum, uint64_t maximum) {
    TableType type = {{.minimum = minimum, .maximum = maximum, .has_maximum = true},
                      TYPE_EXTERNREF};
    Table *table = store_table(store, type, &error);
    cr_assert(table, "%s", error.message);
    return table;
}

Test(table, is_null_at_first) {
    Table *table = new_table(1000, 1000);
    cr_assert_eq(table->size, 1000);
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(table->elements[i], 0);
}

Test(table, grows_with_the_given_value) {
    Table *table = new_table(0, 10000);
    for (uint64_t i = 0; i < 10000; i++)
        cr_assert_eq(table_grow(table, 1, i + 1), i);
    for (uint64_t i = 0; i < 10000; i++)
        cr_assert_eq(table->elements[i], i + 1);
    cr_assert_eq(table->size, 10000);
    cr_assert_eq(table->type.limits.minimum, 10000);
    cr_assert_eq(table_grow(table, 0, 0), 10000);
    cr_assert_eq(table_grow(table, 1, 0), UINT64_MAX);
    cr_assert_eq(table_grow(table, UINT64_MAX, 0), UINT64_MAX);
}

Test(table, has_a_limit) {
    Table *table = new_table(1, UINT32_MAX);
    cr_assert_eq(table_grow(table, MAX_TABLE_ELEMENTS, 0), UINT64_MAX);
    cr_assert_eq(table_grow(table, MAX_TABLE_ELEMENTS - 1, 5), 1);
    cr_assert_eq(table->elements[MAX_TABLE_ELEMENTS - 1], 5);
    TableType type = {{.minimum = UINT64_MAX, .is_64 = true}, TYPE_FUNCREF};
    cr_assert_null(store_table(store, type, &error));
    cr_assert_eq(error.kind, ERROR_LIMIT);
}

Test(table, all_of_a_store_share_the_limit) {
    Table *first = new_table(MAX_TABLE_ELEMENTS / 2, UINT32_MAX),
          *second = new_table(1, UINT32_MAX);
    const uint64_t left = MAX_TABLE_ELEMENTS - MAX_TABLE_ELEMENTS / 2 - 1;
    cr_assert_eq(table_grow(second, left + 1, 0), UINT64_MAX);
    TableType type = {{.minimum = left + 1}, TYPE_FUNCREF};
    cr_assert_null(store_table(store, type, &error));
    cr_assert_eq(error.kind, ERROR_LIMIT);
    cr_assert_eq(table_grow(second, left, 5), 1);
    cr_assert_eq(table_grow(first, 1, 0), UINT64_MAX);
    cr_assert_eq(table_grow(first, 0, 0), MAX_TABLE_ELEMENTS / 2);
    new_table(0, 1);
}

Test(table, copy_and_fill_check_before_they_write) {
    Table *a = new_table(4, 4), *b = new_table(8, 8);
    for (uint64_t i = 0; i < 8; i++)
        b->elements[i] = i + 1;
    cr_assert_eq(table_copy(a, b, 1, 5, 3), TRAP_NONE);
    cr_assert_arr_eq(a->elements, ((uint64_t[]){0, 6, 7, 8}), 4 * sizeof(uint64_t));
    cr_assert_eq(table_copy(a, a, 0, 1, 3), TRAP_NONE);
    cr_assert_arr_eq(a->elements, ((uint64_t[]){6, 7, 8, 8}), 4 * sizeof(uint64_t));
    cr_assert_eq(table_copy(a, b, 2, 0, 3), TRAP_OUT_OF_BOUNDS_TABLE_ACCESS);
    cr_assert_eq(table_copy(a, b, 0, 7, 2), TRAP_OUT_OF_BOUNDS_TABLE_ACCESS);
    cr_assert_eq(table_copy(a, b, UINT64_MAX, 0, 1), TRAP_OUT_OF_BOUNDS_TABLE_ACCESS);
    cr_assert_eq(table_copy(a, b, 4, 8, 0), TRAP_NONE);
    cr_assert_eq(table_copy(a, b, 5, 8, 0), TRAP_OUT_OF_BOUNDS_TABLE_ACCESS);
    cr_assert_eq(table_fill(a, 2, 9, 3), TRAP_OUT_OF_BOUNDS_TABLE_ACCESS);
    cr_assert_arr_eq(a->elements, ((uint64_t[]){6, 7, 8, 8}), 4 * sizeof(uint64_t));
    cr_assert_eq(table_fill(a, 2, 9, 2), TRAP_NONE);
    cr_assert_arr_eq(a->elements, ((uint64_t[]){6, 7, 9, 9}), 4 * sizeof(uint64_t));
}

Test(table, init_from_all_kinds_of_segments) {
    World world = world_open(DEFAULT_STACK_SLOTS);
    Instance *instance = world_add(&world, NULL,
                                   "(module (table 10 funcref) (func $f) (func $g)"
                                   "  (elem func $f $g)"
                                   "  (elem funcref (ref.func $g) (ref.null func) (ref.func $g))"
                                   "  (elem (i32.const 8) $g $f)"
                                   "  (elem declare func $f))");
    uint64_t f = (uintptr_t)instance->functions[0], g = (uintptr_t)instance->functions[1];
    const uint64_t *elements = instance->tables[0]->elements;
    cr_assert_eq(table_init(instance, 0, 0, 0, 0, 2), TRAP_NONE);
    cr_assert_eq(table_init(instance, 0, 1, 3, 0, 3), TRAP_NONE);
    uint64_t expected[] = {f, g, 0, g, 0, g, 0, 0, g, f};
    cr_assert_arr_eq(elements, expected, sizeof expected);

    cr_assert_eq(table_init(instance, 0, 0, 9, 0, 2), TRAP_OUT_OF_BOUNDS_TABLE_ACCESS);
    cr_assert_eq(table_init(instance, 0, 0, 0, 1, 2), TRAP_OUT_OF_BOUNDS_TABLE_ACCESS);
    cr_assert_eq(table_init(instance, 0, 0, 10, 2, 0), TRAP_NONE);
    cr_assert_eq(table_init(instance, 0, 2, 0, 0, 1), TRAP_OUT_OF_BOUNDS_TABLE_ACCESS);
    cr_assert_eq(table_init(instance, 0, 3, 0, 0, 1), TRAP_OUT_OF_BOUNDS_TABLE_ACCESS);
    cr_assert_arr_eq(elements, expected, sizeof expected);
    world_close(&world);
}
