#include "translator/arena.h"

#include <stdint.h>
#include <stdlib.h>

enum { ALIGNMENT = 16, FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20 };

/* Blocks grow, so that a small module is cheap and a large one needs few of them. What is larger
 * than a quarter of a block gets its own. */
typedef struct Block {
    struct Block *next;
    _Alignas(ALIGNMENT) uint8_t bytes[];
} Block;

struct Arena {
    Block *blocks;
    uint8_t *free;
    size_t left;
    size_t next_size;
};

Arena *arena_new(void) {
    Arena *arena = calloc(1, sizeof *arena);
    if (arena) arena->next_size = FIRST_BLOCK;
    return arena;
}

void arena_free(Arena *arena) {
    if (!arena) return;
    for (Block *block = arena->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(arena);
}

static uint8_t *add_block(Arena *arena, size_t size) {
    Block *block = calloc(1, sizeof *block + size);
    if (!block) return NULL;
    block->next = arena->blocks;
    arena->blocks = block;
    return block->bytes;
}

void *arena_alloc(Arena *arena, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2) return NULL;
    if (bytes == 0) bytes = 1;
    bytes = (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (bytes > arena->left) {
        if (bytes > arena->next_size / 4) return add_block(arena, bytes);
        uint8_t *block = add_block(arena, arena->next_size);
        if (!block) return NULL;
        arena->free = block;
        arena->left = arena->next_size;
        if (arena->next_size < LARGEST_BLOCK) arena->next_size *= 2;
    }
    void *result = arena->free;
    arena->free += bytes;
    arena->left -= bytes;
    return result;
}
