/* Exceptions are values (exnref), so that nobody knows when the last reference to one is gone but
 * by looking for it: mark and sweep. What is on the value stack and looks like a reference counts as
 * one; references are nowhere else, since the translator keeps them out of registers where code can
 * be called or thrown from (translator/pins.c). */
#include "runtime/exception.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/call.h"

/* Bytes of exceptions that are made between two collections, at least. */
enum { LEAST_GARBAGE = 1 << 20 };

static size_t bytes_of(const Exception *exception) {
    return sizeof *exception + exception->tag->type->parameter_slots * sizeof(uint64_t);
}

/* ---- Collecting ------------------------------------------------------------------------------ */

typedef struct Collection {
    Exception **all;     /* by address */
    Exception **reached; /* whose values are still to be looked at */
    size_t count, reached_count;
} Collection;

static int compare_addresses(const void *a, const void *b) {
    Exception *const *one = a, *const *other = b;
    const uintptr_t x = (uintptr_t)*one, y = (uintptr_t)*other;
    return x < y ? -1 : x > y;
}

static void reach(Collection *collection, uint64_t value) {
    Exception *wanted = (Exception *)(uintptr_t)value;
    if (value < (uintptr_t)collection->all[0] ||
        value > (uintptr_t)collection->all[collection->count - 1] ||
        !bsearch(&wanted, collection->all, collection->count, sizeof wanted, compare_addresses) ||
        wanted->is_reached)
        return;
    wanted->is_reached = true;
    collection->reached[collection->reached_count++] = wanted;
}

static void reach_roots(Collection *collection, const Store *store, const uint64_t *top) {
    for (size_t i = 0; i < collection->count; i++)
        if (collection->all[i]->is_held) reach(collection, (uintptr_t)collection->all[i]);
    reach(collection, (uintptr_t)store->exception);
    for (const uint64_t *slot = store->stack; slot < top; slot++)
        reach(collection, *slot);
    for (const TableNode *node = store->tables; node; node = node->next)
        for (uint64_t i = 0; i < node->table.size && slot_type(node->table.type.element) == TYPE_EXNREF; i++)
            reach(collection, node->table.elements[i]);
    for (const InstanceNode *node = store->instances; node; node = node->next)
        for (uint32_t i = 0; i < node->instance.module->global_count; i++)
            if (slot_type(node->instance.globals[i]->type.type) == TYPE_EXNREF)
                reach(collection, node->instance.globals[i]->value);
}

static void reach_values(Collection *collection) {
    while (collection->reached_count > 0) {
        const Exception *exception = collection->reached[--collection->reached_count];
        const FunctionType *type = exception->tag->type;
        for (uint32_t i = 0; i < type->parameter_slots; i++)
            if (type->parameter_slot_types[i] == TYPE_EXNREF) reach(collection, exception->values[i]);
    }
}

static void sweep(Store *store) {
    size_t kept = 0;
    for (Exception **link = &store->exceptions; *link;) {
        Exception *exception = *link;
        if (exception->is_reached) {
            exception->is_reached = false;
            kept += bytes_of(exception);
            link = &exception->next;
        } else {
            *link = exception->next;
            store->exception_count--;
            free(exception);
        }
    }
    store->exception_bytes = 0;
    store->exception_limit = kept > LEAST_GARBAGE ? kept : LEAST_GARBAGE;
}

/* Without memory for it, nothing is freed. */
static void collect(Store *store, const uint64_t *top) {
    Collection collection = {.count = store->exception_count};
    collection.all = malloc(2 * collection.count * sizeof *collection.all);
    if (!collection.all) return;
    collection.reached = collection.all + collection.count;
    size_t i = 0;
    for (Exception *exception = store->exceptions; exception; exception = exception->next)
        collection.all[i++] = exception;
    qsort(collection.all, collection.count, sizeof *collection.all, compare_addresses);
    reach_roots(&collection, store, top);
    reach_values(&collection);
    free(collection.all);
    sweep(store);
}

/* ---- Making ---------------------------------------------------------------------------------- */

Exception *exception_make(Store *store, const Tag *tag, const uint8_t *thrown_at,
                          const uint64_t *values, const uint64_t *top) {
    const size_t count = tag->type->parameter_slots;
    Exception *exception = calloc(1, sizeof *exception + count * sizeof *values);
    if (!exception) return NULL;
    exception->tag = tag;
    exception->thrown_at = thrown_at;
    if (count) memcpy(exception->values, values, count * sizeof *values);
    clean_values(tag->type->parameter_slot_types, (uint32_t)count, exception->values);
    exception->next = store->exceptions;
    store->exceptions = exception;
    store->exception_count++;
    store->exception_bytes += bytes_of(exception);
    if (store->exception_bytes > store->exception_limit) {
        exception->is_held = true;
        collect(store, top);
        exception->is_held = false;
    }
    return exception;
}

Trap exception_out_of_memory(Store *store) {
    store_host_message(store, "out of memory for an exception");
    return TRAP_HOST;
}

/* ---- For hosts ------------------------------------------------------------------------------- */

Tag *store_tag(Store *store, const FunctionType *type) {
    Error error;
    Tag *tag = store_allocate(store, 1, sizeof *tag, &error);
    if (tag) tag->type = type;
    return tag;
}

Exception *store_new_exception(Store *store, const Tag *tag, const uint64_t *values) {
    return exception_make(store, tag, NULL, values, store->top);
}

Trap store_throw(Store *store, Exception *exception) {
    if (!exception) return exception_out_of_memory(store);
    store->exception = exception;
    return TRAP_EXCEPTION;
}

Exception *store_exception(const Store *store) { return store->exception; }

void exception_hold(Exception *exception) { exception->is_held = true; }
