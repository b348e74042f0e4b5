/* A reading position in a module's bytes that checks bounds and reports what is wrong and where:
 * shared by the readers of sections, function bodies and names. */
#ifndef TAILRACE_TRANSLATOR_CURSOR_H
#define TAILRACE_TRANSLATOR_CURSOR_H

#include "translator/leb.h"
#include "translator/module.h"

typedef struct Cursor {
    const uint8_t *at;
    const uint8_t *end;    /* of the section or function that is being read */
    const uint8_t *module; /* the first byte of the module: positions count from here */
    Error *error;
} Cursor;

/* Reports a failure at the byte `where`, and returns false. */
bool cursor_fail(const Cursor *cursor, const uint8_t *where, ErrorKind kind, const char *format,
                 ...) __attribute__((format(printf, 4, 5), cold, noinline));

/* "unexpected end of section or function" at the cursor's end. */
bool cursor_end(const Cursor *cursor) __attribute__((cold, noinline));

/* Reports an integer that leb.h could not read; it begins at `where`. */
bool cursor_bad_integer(const Cursor *cursor, const uint8_t *where, LebStatus status)
    __attribute__((cold, noinline));

/* Reports a module that needs a proposal: "needs the threads proposal (opcode 0xfe at byte 0x123)". */
bool cursor_unsupported(const Cursor *cursor, const uint8_t *where, const char *proposal,
                        const char *what, uint32_t code) __attribute__((cold, noinline));

static inline bool cursor_byte(Cursor *cursor, uint8_t *value) {
    if (cursor->at == cursor->end) return cursor_end(cursor), false;
    *value = *cursor->at++;
    return true;
}

static inline bool cursor_u32(Cursor *cursor, uint32_t *value) {
    const uint8_t *where = cursor->at;
    LebStatus status = leb_checked_u32(&cursor->at, cursor->end, value);
    return status == LEB_OK || cursor_bad_integer(cursor, where, status);
}

static inline bool cursor_u64(Cursor *cursor, uint64_t *value) {
    const uint8_t *where = cursor->at;
    LebStatus status = leb_checked_u64(&cursor->at, cursor->end, value);
    return status == LEB_OK || cursor_bad_integer(cursor, where, status);
}

/* Jumps over `count` bytes. */
static inline bool cursor_skip(Cursor *cursor, uint64_t count) {
    if (count > (uint64_t)(cursor->end - cursor->at)) return cursor_end(cursor);
    cursor->at += count;
    return true;
}

/* A UTF-8 name with its length before it. */
bool cursor_name(Cursor *cursor, Name *name);

/* Value types, reference types and heap types, which may name the module's types; those of other
 * proposals are unsupported, by name. */
bool cursor_value_type(Cursor *cursor, const Module *module, ValueType *type);
bool cursor_reference_type(Cursor *cursor, const Module *module, ValueType *type);
bool cursor_heap_type(Cursor *cursor, const Module *module, uint32_t *heap_type);

#endif
