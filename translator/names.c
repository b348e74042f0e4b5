#include "translator/names.h"

#include <stdio.h>
#include <string.h>

#include "translator/arena.h"

static void read_function_names(Module *module, Cursor *cursor) {
    uint32_t count, index;
    Name name;
    if (!cursor_u32(cursor, &count)) return;
    while (count-- > 0 && cursor_u32(cursor, &index) && cursor_name(cursor, &name))
        if (index < module->function_count) module->function_names[index] = name;
}

bool read_names(Module *module, const Cursor *section) {
    enum { FUNCTION_NAMES = 1 };
    Error ignored;
    Cursor cursor = *section;
    cursor.error = &ignored;
    module->function_names =
        arena_alloc(module->arena, module->function_count, sizeof *module->function_names);
    if (!module->function_names)
        return fail(section->error, ERROR_MEMORY, "out of memory for function names");
    while (cursor.at < cursor.end) {
        uint8_t id;
        uint32_t size;
        if (!cursor_byte(&cursor, &id) || !cursor_u32(&cursor, &size)) return true;
        Cursor contents = cursor;
        if (!cursor_skip(&cursor, size)) return true;
        contents.end = cursor.at;
        if (id == FUNCTION_NAMES) read_function_names(module, &contents);
    }
    return true;
}

const Export *module_find_export(const Module *module, const char *name) {
    size_t length = strlen(name);
    for (uint32_t i = 0; i < module->export_count; i++) {
        const Export *export = &module->exports[i];
        if (export->name.length == length && memcmp(export->name.bytes, name, length) == 0)
            return export;
    }
    return NULL;
}

static Name find_function_name(const Module *module, uint32_t index) {
    if (module->function_names && index < module->function_count &&
        module->function_names[index].length > 0)
        return module->function_names[index];
    for (uint32_t i = 0; i < module->export_count; i++) {
        const Export *export = &module->exports[i];
        if (export->kind == EXTERN_FUNCTION && export->index == index) return export->name;
    }
    return (Name){NULL, 0};
}

bool module_function_name(const Module *module, uint32_t index, char *buffer, size_t size) {
    Name name = find_function_name(module, index);
    if (name.length == 0)
        snprintf(buffer, size, "function %u", index);
    else
        name_text(name, buffer, size);
    return name.length > 0;
}

const char *module_tag_name(const Module *module, uint32_t index, char *buffer, size_t size) {
    for (uint32_t i = 0; i < module->export_count; i++) {
        const Export *export = &module->exports[i];
        if (export->kind == EXTERN_TAG && export->index == index)
            return name_text(export->name, buffer, size);
    }
    uint32_t imported = 0;
    for (uint32_t i = 0; i < module->import_count; i++) {
        const Import *import = &module->imports[i];
        if (import->kind != EXTERN_TAG || imported++ != index) continue;
        char from[80], name[80];
        snprintf(buffer, size, "%s.%s", name_text(import->module, from, sizeof from),
                 name_text(import->name, name, sizeof name));
        return buffer;
    }
    snprintf(buffer, size, "%u", index);
    return buffer;
}

const char *name_text(Name name, char *buffer, size_t size) {
    copy_printable(buffer, size, name.bytes, name.length);
    return buffer;
}
