#include "translator/function.h"

Op op_of_wasm(Opcode opcode) {
    static const uint16_t ops[OPCODE_SLOTS] = { /* plus 1; 0: none */
#define X(name, op) [OPCODE_SLOT(WASM_##name)] = op + 1,
        OPS_OF_WASM(X)
#undef X
    };
    uint16_t op = ops[OPCODE_SLOT(opcode)];
    return op ? (Op)(op - 1) : OP_COUNT;
}
