#include "translator/cursor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool cursor_fail(const Cursor *cursor, const uint8_t *where, ErrorKind kind, const char *format,
                 ...) {
    char what[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return fail(cursor->error, kind, "%s at byte 0x%zx", what, (size_t)(where - cursor->module));
}

bool cursor_end(const Cursor *cursor) {
    return cursor_fail(cursor, cursor->end, ERROR_MALFORMED,
                       "unexpected end of section or function");
}

bool cursor_bad_integer(const Cursor *cursor, const uint8_t *where, LebStatus status) {
    if (status == LEB_END) return cursor_end(cursor);
    return cursor_fail(cursor, where, ERROR_MALFORMED,
                       status == LEB_TOO_LONG ? "integer representation too long"
                                              : "integer too large");
}

bool cursor_unsupported(const Cursor *cursor, const uint8_t *where, const char *proposal,
                        const char *what, uint32_t code) {
    return fail(cursor->error, ERROR_UNSUPPORTED, "needs the %s proposal (%s 0x%02x at byte 0x%zx)",
                proposal, what, code, (size_t)(where - cursor->module));
}

/* Whether the bytes are UTF-8 as Unicode's table 3-7 defines it: shortest forms only, no
 * surrogates, nothing above U+10FFFF. */
static bool is_utf8(const uint8_t *at, const uint8_t *end) {
    while (at < end) {
        uint8_t lead = *at++;
        if (lead < 0x80) continue;
        unsigned following = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
        if (lead < 0xc2 || lead > 0xf4 || (size_t)(end - at) < following) return false;
        uint8_t lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        uint8_t highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        if (*at < lowest || *at > highest) return false;
        for (at++; following > 1; following--, at++)
            if ((*at & 0xc0) != 0x80) return false;
    }
    return true;
}

bool cursor_name(Cursor *cursor, Name *name) {
    uint32_t length;
    if (!cursor_u32(cursor, &length)) return false;
    const uint8_t *bytes = cursor->at;
    if (!cursor_skip(cursor, length)) return false;
    if (!is_utf8(bytes, bytes + length))
        return cursor_fail(cursor, bytes, ERROR_MALFORMED, "malformed UTF-8 encoding");
    *name = (Name){(const char *)bytes, length};
    return true;
}

/* The proposal that a type code belongs to, or NULL if there is none. */
static const char *proposal_of_type(uint8_t code) {
    switch (code) {
    case 0x6a: /* arrayref */
    case 0x6b: /* structref */
    case 0x6c: /* i31ref */
    case 0x6d: /* eqref */
    case 0x6e: /* anyref */
    case 0x71: /* nullref */
    case 0x72: /* nullexternref */
    case 0x73: /* nullfuncref */
    case 0x74: /* nullexnref */ return "garbage collection";
    case 0x67: return "reference-typed strings";
    case 0x68: /* contref */
    case 0x75: /* nullcontref */ return "stack switching";
    default: return NULL;
    }
}

static bool bad_type(const Cursor *cursor, const uint8_t *where, const char *what) {
    const char *proposal = proposal_of_type(*where);
    if (proposal) return cursor_unsupported(cursor, where, proposal, "type", *where);
    return cursor_fail(cursor, where, ERROR_MALFORMED, "malformed %s type", what);
}

bool cursor_heap_type(Cursor *cursor, const Module *module, uint32_t *heap_type) {
    const uint8_t *where = cursor->at;
    if (where == cursor->end) return cursor_end(cursor);
    if (*where == HEAP_FUNCTION || *where == HEAP_EXTERN || *where == HEAP_EXCEPTION) {
        *heap_type = *cursor->at++;
        return true;
    }
    int64_t index;
    LebStatus status = leb_checked_s33(&cursor->at, cursor->end, &index);
    if (status != LEB_OK) return cursor_bad_integer(cursor, where, status);
    if (index < 0) return bad_type(cursor, where, "heap");
    if (index >= module->type_count)
        return cursor_fail(cursor, where, ERROR_INVALID, "unknown type %u", (uint32_t)index);
    const FunctionType *type = module->types[index];
    *heap_type = type ? HEAP_DEFINED + type->id : HEAP_SELF;
    return true;
}

/* A reference type whose first byte, at `where`, has been read. `what`: that it should be. */
static bool read_reference(Cursor *cursor, const Module *module, const uint8_t *where,
                           const char *what, ValueType *type) {
    uint32_t heap_type;
    switch (*where) {
    case TYPE_FUNCREF:
    case TYPE_EXTERNREF:
    case TYPE_EXNREF: *type = *where; return true;
    case TYPE_REF:
    case TYPE_REF_NULL:
        if (!cursor_heap_type(cursor, module, &heap_type)) return false;
        *type = reference_type(*where == TYPE_REF_NULL, heap_type);
        return true;
    default: return bad_type(cursor, where, what);
    }
}

bool cursor_value_type(Cursor *cursor, const Module *module, ValueType *type) {
    const uint8_t *where = cursor->at;
    uint8_t code;
    if (!cursor_byte(cursor, &code)) return false;
    switch (code) {
    case TYPE_I32:
    case TYPE_I64:
    case TYPE_F32:
    case TYPE_F64:
    case TYPE_V128: *type = code; return true;
    default: return read_reference(cursor, module, where, "value", type);
    }
}

bool cursor_reference_type(Cursor *cursor, const Module *module, ValueType *type) {
    const uint8_t *where = cursor->at;
    uint8_t code;
    return cursor_byte(cursor, &code) &&
           read_reference(cursor, module, where, "reference", type);
}
