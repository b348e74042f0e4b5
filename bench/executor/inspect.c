/* `inspect`, the bytecode as text, and `info`, what this executor is. */
#include <jansson.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/executor/program.h"
#include "decoder/disassembler.h"
#include "runtime/executor.h"
#include "runtime/text.h"

static bool is_number(const char *text) { return *text && text[strspn(text, "0123456789")] == 0; }

/* Whether `wanted` is the function's index, its name, or the name of an export of it. */
static bool is_wanted(const Module *module, uint32_t index, const char *wanted) {
    if (!wanted) return true;
    if (is_number(wanted)) return strtoull(wanted, NULL, 10) == index;
    char name[256];
    if (module_function_name(module, index, name, sizeof name) && strcmp(name, wanted) == 0)
        return true;
    const Export *export = module_find_export(module, wanted);
    return export && export->kind == EXTERN_FUNCTION && export->index == index;
}

static bool print_function(const ModuleFile *file, uint32_t defined) {
    const Module *module = &file->module;
    const Program *program = &file->program;
    const Code *code = &program->codes[defined];
    const uint8_t *end = program_code_end(program, code);
    char name[256], type[512];
    bool has_name = module_function_name(module, code->function, name, sizeof name);
    printf("function %u: %s%s%s, frame of %u slots, %td bytes", code->function,
           has_name ? name : "", has_name ? " " : "",
           describe_function_type(module->function_types[code->function], type, sizeof type),
           code->frame_slots, end - code->begin);
    if (code->entry != code->begin) printf(", entered at %04tx", code->entry - code->begin);
    putchar('\n');
    bool understood = disassemble(stdout, program->words, code->begin, end);
    putchar('\n');
    return understood;
}

static bool print_functions(const ModuleFile *file, const char *wanted, Error *error) {
    const Module *module = &file->module;
    bool found = false;
    for (uint32_t i = 0; i < module->function_count && !ferror(stdout); i++) {
        if (!is_wanted(module, i, wanted)) continue;
        found = true;
        if (i < module->imported_function_count) {
            if (wanted)
                return fail(error, ERROR_LINK, "function %u of %s is imported: it has no bytecode",
                            i, file->name);
        } else if (!print_function(file, i - module->imported_function_count)) {
            return fail(error, ERROR_MALFORMED, "function %u of %s: unknown bytecode", i,
                        file->name);
        }
    }
    if (found || !wanted) return true;
    return fail(error, ERROR_LINK,
                "%s has no function \"%s\"; without --function all its %u functions are listed",
                file->name, wanted, module->function_count);
}

int inspect_module(const char *name, const char *function) {
    ModuleFile file;
    Error error = {.kind = ERROR_NONE};
    if (!module_file_load(&file, name, &error)) return complain(&error, EXIT_FAILED);
    int status = EXIT_DONE;
    if (!module_file_read(&file, &error) || !module_file_translate(&file, opcode_words(), &error))
        status = complain(&error, EXIT_FAILED);
    else if (!print_functions(&file, function, &error))
        status = complain(&error, error.kind == ERROR_LINK ? EXIT_USAGE : EXIT_FAILED);
    module_file_close(&file);
    return finish_output(status);
}

/* The program's own ELF header, where the linker has put it. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((weak, visibility("hidden")));

/* Whether the linker has chosen the program's addresses; NULL if it leaves no header in memory. */
static const char *elf_type(void) {
    if (!&__ehdr_start) return NULL;
    return __ehdr_start.e_type == ET_EXEC ? "EXEC" : "DYN";
}

/* What the executor knows of programs that it was built for. */
static json_t *units(void) {
    json_t *list = json_array();
    const ExecutorUnit *unit;
    for (size_t i = 0; (unit = executor.unit(i)); i++)
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:i, s:i, s:o}", "name", unit->name, "sha256", unit->sha256,
                            "functions", (int)unit->functions, "all_functions",
                            (int)unit->all_functions, "share",
                            json_real(unit->all_executed ? (double)unit->executed /
                                                               (double)unit->all_executed
                                                         : 1)));
    return list;
}

int print_info(bool with_words) {
#ifdef __clang__
    const char *compiler = __VERSION__;
#else
    const char *compiler = "GCC " __VERSION__;
#endif
    json_t *description =
        json_pack("{s:s, s:s, s:s, s:I, s:s, s:s?, s:i, s:i}", "strategy", executor.strategy, "isa",
                  executor.isa, "bounds", executor.bounds, "layout", (json_int_t)executor.layout,
                  "compiler", compiler, "elf_type", elf_type(), "dispatch_word_bytes",
                  (int)executor.words()->size, "opcode_count", (int)OPCODE_COUNT);
    if (description && with_words) {
        json_t *words = json_array();
        for (unsigned i = 0; i < OPCODE_COUNT; i++)
            json_array_append_new(words, json_integer((json_int_t)executor.words()->words[i]));
        json_object_set_new(description, "words", words);
    }
    if (description && executor.unit) json_object_set_new(description, "units", units());
    if (description) json_dumpf(description, stdout, 0);
    putchar('\n');
    json_decref(description);
    return finish_output(EXIT_DONE);
}
