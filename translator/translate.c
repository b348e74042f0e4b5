#include "translator/translate.h"

#include <stdlib.h>
#include <string.h>

#include "translator/function.h"

static bool out_of_memory(Error *error) {
    return fail(error, ERROR_MEMORY, "out of memory while translating");
}

static bool translate_all(const Module *module, Program *program, FunctionTranslator *translator,
                          Encoder *encoder, Error *error) {
    uint32_t count = module->function_count - module->imported_function_count;
    CodeOffsets *offsets = calloc(count ? count : 1, sizeof *offsets);
    if (!offsets) return out_of_memory(error);
    bool done = true;
    for (uint32_t i = 0; i < count && done; i++)
        done = translate_function(translator, module->imported_function_count + i,
                                  &program->codes[i], &offsets[i], error);
    /* The buffer moved while it grew: only now do functions have addresses. */
    for (uint32_t i = 0; i < count && done; i++) {
        program->codes[i].begin = encoder->bytes + offsets[i].begin;
        program->codes[i].entry = encoder->bytes + offsets[i].entry;
    }
    free(offsets);
    return done;
}

bool translate(const Module *module, const DispatchWords *words, Program *program, Error *error) {
    uint32_t count = module->function_count - module->imported_function_count;
    *program = (Program){.module = module, .words = words};
    program->codes = calloc(count ? count : 1, sizeof *program->codes);
    if (!program->codes) return out_of_memory(error);
    Encoder encoder;
    encoder_init(&encoder, words);
    FunctionTranslator *translator = function_translator_new(program, &encoder);
    bool done = translator ? translate_all(module, program, translator, &encoder, error)
                           : out_of_memory(error);
    function_translator_free(translator);
    if (done) {
        program->block = program->bytes = encoder.bytes;
        program->size = encoder.size;
        encoder.bytes = NULL;
    }
    encoder_free(&encoder);
    if (!done) program_free(program);
    return done;
}

void program_free(Program *program) {
    free(program->codes);
    free(program->block);
    free(program->tables.regions);
    free(program->tables.clauses);
    free(program->tables.changes);
    *program = (Program){0};
}

bool program_place(Program *program, size_t at, Error *error) {
    const size_t windows = (at + program->size) / PLACEMENT_WINDOW + 1;
    uint8_t *block = aligned_alloc(PLACEMENT_WINDOW, windows * PLACEMENT_WINDOW);
    if (!block) return fail(error, ERROR_MEMORY, "out of memory for placing the bytecode");
    if (program->size) memcpy(block + at, program->bytes, program->size);
    const uint32_t count =
        program->module->function_count - program->module->imported_function_count;
    for (uint32_t i = 0; i < count; i++) {
        Code *code = &program->codes[i];
        code->begin = block + at + (code->begin - program->bytes);
        code->entry = block + at + (code->entry - program->bytes);
    }
    free(program->block);
    program->block = block;
    program->bytes = block + at;
    return true;
}

const Code *program_find(const Program *program, const uint8_t *ip) {
    uint32_t low = 0;
    uint32_t high = program->module->function_count - program->module->imported_function_count;
    if (!high || ip < program->bytes || ip > program->bytes + program->size) return NULL;
    while (high - low > 1) { /* functions stand in the order of their indices */
        uint32_t middle = low + (high - low) / 2;
        if (program->codes[middle].begin <= ip) low = middle;
        else high = middle;
    }
    return &program->codes[low];
}

const uint8_t *program_code_end(const Program *program, const Code *code) {
    uint32_t count = program->module->function_count - program->module->imported_function_count;
    return code + 1 < program->codes + count ? code[1].begin : program->bytes + program->size;
}
