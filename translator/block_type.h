/* Block types: what a structured instruction takes from the operand stack and leaves on it
 * (spec 5.4.1). */
#ifndef TAILRACE_TRANSLATOR_BLOCK_TYPE_H
#define TAILRACE_TRANSLATOR_BLOCK_TYPE_H

#include "translator/leb.h"
#include "translator/module.h"

enum { BLOCK_TYPE_EMPTY = 0x40 };

/* By slots of a frame, as FunctionType has them, too: a v128 stands there twice. */
typedef struct BlockType {
    uint32_t parameter_count;
    uint32_t result_count;
    const SlotType *parameters;
    const SlotType *results;
} BlockType;

/* The type of the block whose block type stands at `*at` in validated code; advances behind it. A
 * single result's type, or its heap type, is the byte in the code itself. */
static inline BlockType block_type_read(const Module *module, const uint8_t **at) {
    const uint8_t *here = *at;
    int64_t code = leb_s64(at);
    if (code < 0) {
        static const SlotType vector[] = {TYPE_V128, TYPE_V128}, function = TYPE_FUNCREF;
        if (*here == TYPE_V128) return (BlockType){0, 2, NULL, vector};
        if (*here == TYPE_REF || *here == TYPE_REF_NULL) {
            here = *at;
            if (leb_s64(at) >= 0) here = &function;
        }
        bool is_empty = *here == BLOCK_TYPE_EMPTY;
        return (BlockType){0, is_empty ? 0 : 1, NULL, is_empty ? NULL : here};
    }
    const FunctionType *type = module->types[code];
    return (BlockType){type->parameter_slots, type->result_slots, type->parameter_slot_types,
                       type->result_slot_types};
}

#endif
