#include "encoder/test/failing_allocator.h"

#include <stddef.h>

static bool is_limited, fails_once, has_failed;
static long left;

void allocations_fail_after(long count, bool only_one) {
    is_limited = true;
    fails_once = only_one;
    has_failed = false;
    left = count;
}

bool allocations_succeed(void) {
    is_limited = false;
    return has_failed;
}

static bool may_allocate(void) {
    if (!is_limited || left-- > 0) return true;
    if (fails_once) is_limited = false;
    has_failed = true;
    return false;
}

/* The linker's names for the wrapped function and for the one that calls go to. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *__wrap_malloc(size_t size) { return may_allocate() ? __real_malloc(size) : NULL; }
void *__wrap_calloc(size_t count, size_t size) {
    return may_allocate() ? __real_calloc(count, size) : NULL;
}
void *__wrap_realloc(void *memory, size_t size) {
    return may_allocate() ? __real_realloc(memory, size) : NULL;
}
