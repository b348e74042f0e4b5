#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/executor/program.h"
#include "runtime/executor.h"
#include "runtime/text.h"

/* Sizes and counts in a module are 32-bit, and nobody has seen a tenth of this. */
#define MAX_FILE_BYTES ((size_t)1 << 30)

/* ---- Files ----------------------------------------------------------------------------------- */

static bool too_large(const char *name, Error *error) {
    return fail(error, ERROR_LIMIT, "%s is larger than 1 GiB", name);
}

/* Reads to the end instead of trusting the size, which pipes do not have. */
static bool read_all(int descriptor, size_t expected, ModuleFile *file, Error *error) {
    size_t capacity = expected + 1;
    for (;;) {
        uint8_t *bytes = realloc(file->bytes, capacity);
        if (!bytes) return fail(error, ERROR_MEMORY, "%s: out of memory", file->name);
        file->bytes = bytes;
        while (file->size < capacity) {
            ssize_t got = read(descriptor, bytes + file->size, capacity - file->size);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0)
                return fail(error, ERROR_FILE, "cannot read %s: %s", file->name, strerror(errno));
            if (got == 0) return true;
            file->size += (size_t)got;
        }
        if (capacity > MAX_FILE_BYTES) return too_large(file->name, error);
        capacity = capacity <= MAX_FILE_BYTES / 2 ? capacity * 2 : MAX_FILE_BYTES + 1;
    }
}

bool module_file_load(ModuleFile *file, const char *name, Error *error) {
    *file = (ModuleFile){.name = name};
    int descriptor = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat status;
    if (descriptor < 0 || fstat(descriptor, &status) != 0) {
        fail(error, ERROR_FILE, "cannot open %s: %s", name, strerror(errno));
        if (descriptor >= 0) close(descriptor);
        return false;
    }
    bool done;
    if (S_ISREG(status.st_mode) && (uint64_t)status.st_size > MAX_FILE_BYTES)
        done = too_large(name, error);
    else
        done = read_all(descriptor, S_ISREG(status.st_mode) ? (size_t)status.st_size : 65535, file,
                        error);
    close(descriptor);
    if (done && file->size == 0) done = fail(error, ERROR_MALFORMED, "%s is empty", name);
    if (!done) module_file_close(file);
    return done;
}

/* Puts the file's name in front of what a later step complained about. */
static bool blame(const ModuleFile *file, Error *error) {
    char message[sizeof error->message];
    strcpy(message, error->message);
    return fail(error, error->kind, "%s: %s", file->name, message);
}

bool module_file_read(ModuleFile *file, Error *error) {
    static const uint8_t magic[4] = {0, 'a', 's', 'm'};
    if (file->size < 4 || memcmp(file->bytes, magic, 4) != 0)
        return fail(error, ERROR_MALFORMED, "%s is not a WebAssembly binary module", file->name);
    file->has_module = module_read(file->bytes, file->size, &file->module, error);
    return file->has_module || blame(file, error);
}

bool module_file_translate(ModuleFile *file, const DispatchWords *words, Error *error) {
    file->has_program = translate(&file->module, words, &file->program, error);
    return file->has_program || blame(file, error);
}

void module_file_close(ModuleFile *file) {
    if (file->has_program) program_free(&file->program);
    if (file->has_module) module_free(&file->module);
    free(file->bytes);
    *file = (ModuleFile){0};
}

/* ---- Exports and imports --------------------------------------------------------------------- */

static const char *kind_name(ExternKind kind) {
    static const char *const names[] = {"function", "table", "memory", "global", "tag"};
    return names[kind];
}

/* "; it exports the functions a, b, c and 12 more" */
static void list_exported_functions(const Module *module, char *buffer, size_t size) {
    enum { SHOWN = 8 };
    unsigned count = 0;
    size_t length = 0;
    for (uint32_t i = 0; i < module->export_count; i++) {
        if (module->exports[i].kind != EXTERN_FUNCTION) continue;
        if (++count > SHOWN || length >= size) continue;
        char name[40];
        length += (size_t)snprintf(buffer + length, size - length, "%s%s",
                                   count == 1 ? "; it exports the functions " : ", ",
                                   name_text(module->exports[i].name, name, sizeof name));
    }
    if (count == 0)
        snprintf(buffer, size, "; it exports no functions");
    else if (count > SHOWN && length < size)
        snprintf(buffer + length, size - length, " and %u more", count - SHOWN);
}

bool find_exported_function(const ModuleFile *file, const char *name, uint32_t *index,
                            Error *error) {
    const Export *found = module_find_export(&file->module, name);
    if (found && found->kind == EXTERN_FUNCTION) {
        *index = found->index;
        return true;
    }
    char others[400];
    list_exported_functions(&file->module, others, sizeof others);
    if (found)
        return fail(error, ERROR_LINK, "\"%s\" of %s is a %s, not a function%s", name, file->name,
                    kind_name(found->kind), others);
    return fail(error, ERROR_LINK, "%s has no export \"%s\"%s", file->name, name, others);
}

const char *describe_import(const Import *import, char *buffer, size_t size) {
    char module[80], name[80], type[160] = "";
    switch (import->kind) {
    case EXTERN_FUNCTION: describe_function_type(import->function, type, sizeof type); break;
    case EXTERN_TABLE: strcpy(type, value_type_name(import->table.element)); break;
    case EXTERN_MEMORY: break;
    case EXTERN_GLOBAL:
        snprintf(type, sizeof type, import->global.is_mutable ? "(mut %s)" : "%s",
                 value_type_name(import->global.type));
        break;
    case EXTERN_TAG: describe_function_type(import->tag, type, sizeof type); break;
    }
    snprintf(buffer, size, "%s %s.%s%s%s", kind_name(import->kind),
             name_text(import->module, module, sizeof module),
             name_text(import->name, name, sizeof name), *type ? " " : "", type);
    return buffer;
}
