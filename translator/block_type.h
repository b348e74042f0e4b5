/* Block types: what a structured instruction takes from the operand stack and leaves on it
 * (spec 5.4.1). */
#ifndef TAILRACE_TRANSLATOR_BLOCK_TYPE_H
#define TAILRACE_TRANSLATOR_BLOCK_TYPE_H

#include "translator/leb.h"
#include "translator/module.h"

enum { BLOCK_TYPE_EMPTY = 0x40 };

typedef struct BlockType {
    uint32_t parameter_count;
    uint32_t result_count;
    const ValueType *parameters;
    const ValueType *results;
} BlockType;

/* The type of the block whose block type stands at `*at` in validated code; advances behind it. A
 * single result's type is the byte in the code itself. */
static inline BlockType block_type_read(const Module *module, const uint8_t **at) {
    const uint8_t *here = *at;
    int64_t code = leb_s64(at);
    if (code < 0) {
        bool is_empty = *here == BLOCK_TYPE_EMPTY;
        return (BlockType){0, is_empty ? 0 : 1, NULL, is_empty ? NULL : here};
    }
    const FunctionType *type = module->types[code];
    return (BlockType){type->parameter_count, type->result_count, type->parameters, type->results};
}

#endif
