/* Hand-made modules for tests: byte lists with their lengths counted by the compiler, and a growing
 * buffer for modules that are too large to write down. */
#ifndef TAILRACE_TRANSLATOR_TEST_MODULE_BYTES_H
#define TAILRACE_TRANSLATOR_TEST_MODULE_BYTES_H

#include <stdlib.h>
#include <string.h>

#include "translator/module.h"

#define HEADER 0, 'a', 's', 'm', 1, 0, 0, 0
/* Contents of less than 128 bytes behind their length. */
#define SIZED(...) sizeof((uint8_t[]){__VA_ARGS__}), __VA_ARGS__
#define BODY(...) SIZED(__VA_ARGS__)
#define SECTION(id, ...) id, sizeof((uint8_t[]){__VA_ARGS__}), __VA_ARGS__

enum {
    S_CUSTOM,
    S_TYPE,
    S_IMPORT,
    S_FUNCTION,
    S_TABLE,
    S_MEMORY,
    S_GLOBAL,
    S_EXPORT,
    S_START,
    S_ELEMENT,
    S_CODE,
    S_DATA,
    S_DATA_COUNT,
    S_TAG
};
enum { I32 = TYPE_I32, I64 = TYPE_I64, F32 = TYPE_F32, F64 = TYPE_F64 };
enum { FUNCREF = TYPE_FUNCREF, EXTERNREF = TYPE_EXTERNREF, EXNREF = TYPE_EXNREF };

typedef struct Bytes {
    uint8_t *at;
    size_t size, capacity;
} Bytes;

static inline void put_bytes(Bytes *bytes, const void *data, size_t size) {
    if (bytes->size + size > bytes->capacity) {
        bytes->capacity = 2 * (bytes->size + size);
        bytes->at = realloc(bytes->at, bytes->capacity);
        if (!bytes->at) abort();
    }
    if (size) memcpy(bytes->at + bytes->size, data, size);
    bytes->size += size;
}

#define PUT(bytes, ...) put_bytes(bytes, (uint8_t[]){__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__}))

static inline void put_u32(Bytes *bytes, uint32_t value) {
    for (; value >= 0x80; value >>= 7)
        PUT(bytes, (uint8_t)(value | 0x80));
    PUT(bytes, (uint8_t)value);
}

static inline void put_repeated(Bytes *bytes, uint8_t byte, size_t count) {
    while (count-- > 0)
        PUT(bytes, byte);
}

/* Appends `inner` behind its length, and frees it. */
static inline void put_sized(Bytes *bytes, Bytes *inner) {
    put_u32(bytes, (uint32_t)inner->size);
    put_bytes(bytes, inner->at, inner->size);
    free(inner->at);
    *inner = (Bytes){0};
}

/* Appends a section of one body to a module, and frees `body` (locals and instructions). */
static inline void put_code(Bytes *module, Bytes *body) {
    Bytes section = {0};
    PUT(&section, 1);
    put_sized(&section, body);
    PUT(module, S_CODE);
    put_sized(module, &section);
}

#endif
