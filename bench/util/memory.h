/* Memory for the front end. It needs little, and has nothing better to do without it than to say
 * so: these never return NULL. What a bench run has finished is in its result file by then. */
#ifndef TAILRACE_BENCH_UTIL_MEMORY_H
#define TAILRACE_BENCH_UTIL_MEMORY_H

#include <stddef.h>

void *allocate(size_t size);                             /* zeroed */
void *grow(void *array, size_t count, size_t item_size); /* new size: `count` items */
char *copy_string(const char *string);
char *format_string(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends the program with the sentence that memory ran out if `pointer` is NULL, else returns it. */
void *need(void *pointer);

#endif
