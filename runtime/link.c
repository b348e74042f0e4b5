#include "runtime/link.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runtime/text.h"

/* What a message quotes at most of a name, and of a description. */
enum { MAX_NAME = 60, MAX_DESCRIPTION = 120 };

typedef struct Text {
    char bytes[MAX_DESCRIPTION];
    size_t length;
} Text;

static void append(Text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends printf-style and cuts what is too long. */
static void append(Text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t room = sizeof text->bytes - text->length;
    int written = vsnprintf(text->bytes + text->length, room, format, arguments);
    va_end(arguments);
    if (written > 0) text->length += (size_t)written < room ? (size_t)written : room - 1;
}

static void append_limits(Text *text, const Limits *limits, const char *unit) {
    append(text, "%llu", (unsigned long long)limits->minimum);
    if (limits->has_maximum) append(text, " to %llu", (unsigned long long)limits->maximum);
    append(text, " %s%s", unit, limits->is_64 ? ", 64-bit" : "");
}

/* An Import without its names: a type that is asked for or had. */
static Import type_of(const Extern *thing) {
    Import type = {.kind = thing->kind};
    switch (thing->kind) {
    case EXTERN_FUNCTION: type.function = thing->function->type; break;
    case EXTERN_TABLE: type.table = thing->table->type; break;
    case EXTERN_MEMORY: type.memory = thing->memory->type; break;
    case EXTERN_GLOBAL: type.global = thing->global->type; break;
    case EXTERN_TAG: type.tag = thing->tag->type; break;
    }
    return type;
}

static Text describe(const Import *type) {
    Text text = {.length = 0};
    switch (type->kind) {
    case EXTERN_FUNCTION: {
        char types[MAX_DESCRIPTION];
        append(&text, "function %s", describe_function_type(type->function, types, sizeof types));
        break;
    }
    case EXTERN_TABLE:
        append(&text, "table of ");
        append_limits(&text, &type->table.limits, value_type_name(type->table.element));
        break;
    case EXTERN_MEMORY:
        append(&text, "memory of ");
        append_limits(&text, &type->memory.limits,
                      type->memory.has_byte_pages ? "bytes" : "pages");
        if (type->memory.is_shared) append(&text, ", shared");
        break;
    case EXTERN_GLOBAL:
        append(&text, "%s global of %s", type->global.is_mutable ? "mutable" : "constant",
               value_type_name(type->global.type));
        break;
    case EXTERN_TAG: {
        char types[MAX_DESCRIPTION];
        append(&text, "tag %s", describe_function_type(type->tag, types, sizeof types));
        break;
    }
    }
    return text;
}

/* Whether what is there (its minimum is its present size) satisfies what is asked for. */
static bool limits_match(const Limits *had, const Limits *wanted) {
    return had->is_64 == wanted->is_64 && had->minimum >= wanted->minimum &&
           (!wanted->has_maximum || (had->has_maximum && had->maximum <= wanted->maximum));
}

static bool type_matches(const Import *had, const Import *wanted) {
    if (had->kind != wanted->kind) return false;
    switch (had->kind) {
    case EXTERN_FUNCTION: return had->function == wanted->function;
    case EXTERN_TABLE:
        return had->table.element == wanted->table.element &&
               limits_match(&had->table.limits, &wanted->table.limits);
    case EXTERN_MEMORY:
        return had->memory.is_shared == wanted->memory.is_shared &&
               had->memory.has_byte_pages == wanted->memory.has_byte_pages &&
               limits_match(&had->memory.limits, &wanted->memory.limits);
    case EXTERN_GLOBAL:
        return had->global.is_mutable == wanted->global.is_mutable &&
               (had->global.type == wanted->global.type ||
                (!had->global.is_mutable &&
                 value_type_matches(had->global.type, wanted->global.type)));
    case EXTERN_TAG: return had->tag == wanted->tag;
    }
    return false;
}

bool link_imports(Instance *instance, ImportResolver resolve, void *context, Error *error) {
    const Module *module = instance->module;
    Function **function = instance->functions;
    Table **table = instance->tables;
    Memory **memory = instance->memories;
    Global **global = instance->globals;
    Tag **tag = instance->tags;
    for (uint32_t i = 0; i < module->import_count; i++) {
        const Import *wanted = &module->imports[i];
        char from[MAX_NAME + 1], name[MAX_NAME + 1];
        Extern found;
        if (!resolve || !resolve(context, wanted, &found))
            return fail(error, ERROR_LINK, "unknown import \"%s\" \"%s\", a %s",
                        name_text(wanted->module, from, sizeof from),
                        name_text(wanted->name, name, sizeof name), describe(wanted).bytes);
        Import had = type_of(&found);
        if (!type_matches(&had, wanted))
            return fail(error, ERROR_LINK,
                        "incompatible import type: \"%s\" \"%s\" must be a %s and is a %s",
                        name_text(wanted->module, from, sizeof from),
                        name_text(wanted->name, name, sizeof name), describe(wanted).bytes,
                        describe(&had).bytes);
        switch (found.kind) {
        case EXTERN_FUNCTION: *function++ = found.function; break;
        case EXTERN_TABLE: *table++ = found.table; break;
        case EXTERN_MEMORY: *memory++ = found.memory; break;
        case EXTERN_GLOBAL: *global++ = found.global; break;
        case EXTERN_TAG: *tag++ = found.tag; break;
        }
    }
    return true;
}
