/* libFuzzer target: module_read must survive any bytes, and what it accepts must be usable by those
 * who trust it.
 *
 *     clang -g -O1 -fsanitize=fuzzer,address,undefined -I. translator/test/fuzz_module.c ... */
#include <stdlib.h>
#include <string.h>

#include "translator/block_type.h"
#include "translator/opcodes.h"

static void check(bool condition) {
    if (!condition) abort();
}

/* Walks over a body as translation does. */
static void walk(const Module *module, const FunctionBody *body) {
    const uint8_t *at = body->begin;
    Opcode opcode = WASM_NOP;
    while (at < body->end) {
        opcode = opcode_read(&at);
        check(opcode_name(opcode));
        if (opcode == WASM_BLOCK || opcode == WASM_LOOP || opcode == WASM_IF) {
            const uint8_t *behind = at;
            BlockType type = block_type_read(module, &behind);
            check(type.result_count == 0 || type.results);
            check(behind == skip_immediates(opcode, at));
        }
        at = skip_immediates(opcode, at);
    }
    check(at == body->end && opcode == WASM_END);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    Module module;
    Error error = {0};
    if (!module_read(bytes, size, &module, &error)) {
        check(error.kind != ERROR_NONE && error.message[0] && !module.arena);
        return 0;
    }
    for (uint32_t i = 0; i < module.function_count - module.imported_function_count; i++)
        walk(&module, &module.bodies[i]);
    char name[32];
    for (uint32_t i = 0; i <= module.function_count && i < 100; i++)
        check((module_function_name(&module, i, name, sizeof name), strlen(name) < sizeof name));
    module_free(&module);
    return 0;
}
