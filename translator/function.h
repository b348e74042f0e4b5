/* One function body to bytecode: internal to translator/. */
#ifndef TAILRACE_TRANSLATOR_FUNCTION_H
#define TAILRACE_TRANSLATOR_FUNCTION_H

#include "translator/opcodes.h"
#include "translator/translate.h"
#include "translator/values.h"

typedef struct FunctionTranslator FunctionTranslator;

/* Reusable state for translating the functions of the program's module into `encoder`; its codes are
 * the addresses that call instructions refer to, and its side tables are appended to. NULL when out
 * of memory. */
FunctionTranslator *function_translator_new(Program *program, Encoder *encoder);
void function_translator_free(FunctionTranslator *translator);

/* Where a function's bytecode begins and is entered, from the encoder's start. */
typedef struct CodeOffsets {
    size_t begin, entry;
} CodeOffsets;

/* Appends the bytecode of the function with that index and fills *offsets and *code but for its
 * addresses. Errors as translate(). */
bool translate_function(FunctionTranslator *translator, uint32_t function, Code *code,
                        CodeOffsets *offsets, Error *error);

/* The op of the same name as a numeric or memory instruction of WebAssembly; OP_COUNT: there is
 * none. */
Op op_of_wasm(Opcode opcode);

#endif
