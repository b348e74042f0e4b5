/* An arena: memory that is taken piece by piece and given back all at once. */
#ifndef TAILRACE_TRANSLATOR_ARENA_H
#define TAILRACE_TRANSLATOR_ARENA_H

#include <stddef.h>

typedef struct Arena Arena;

Arena *arena_new(void); /* NULL when out of memory */
void arena_free(Arena *arena);

/* `count` zeroed objects of `size` bytes, aligned for any type, valid until arena_free. NULL when
 * out of memory; not NULL for no bytes. */
void *arena_alloc(Arena *arena, size_t count, size_t size);

#endif
