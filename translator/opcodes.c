#include "translator/opcodes.h"

#include <stddef.h>

#include "translator/module.h"

static const uint8_t immediates[OPCODE_SLOTS] = {
#define X(name, code, ...) [OPCODE_SLOT(code)] = IMMEDIATE_NONE,
    WASM_NUMERIC_OPS(X) WASM_VECTOR_OPS(X) WASM_SHIFT_OPS(X)
#undef X
#define X(name, code, ...) [OPCODE_SLOT(code)] = IMMEDIATE_MEMARG,
        WASM_LOAD_OPS(X) WASM_STORE_OPS(X) WASM_ATOMIC_OPS(X)
#undef X
#define X(name, code, ...) [OPCODE_SLOT(code)] = IMMEDIATE_MEMARG_LANE,
            WASM_LOAD_LANE_OPS(X) WASM_STORE_LANE_OPS(X)
#undef X
#define X(name, code, ...) [OPCODE_SLOT(code)] = IMMEDIATE_LANE,
                WASM_EXTRACT_OPS(X) WASM_REPLACE_OPS(X)
#undef X
#define X(name, code, text, shape) [OPCODE_SLOT(code)] = IMMEDIATE_##shape,
                    WASM_OTHER_OPS(X)
#undef X
};

static const char *const names[OPCODE_SLOTS] = {
#define X(name, code, text, ...) [OPCODE_SLOT(code)] = text,
    WASM_NUMERIC_OPS(X) WASM_LOAD_OPS(X) WASM_STORE_OPS(X) WASM_VECTOR_OPS(X) WASM_SHIFT_OPS(X)
        WASM_EXTRACT_OPS(X) WASM_REPLACE_OPS(X) WASM_LOAD_LANE_OPS(X) WASM_STORE_LANE_OPS(X)
            WASM_ATOMIC_OPS(X) WASM_OTHER_OPS(X)
#undef X
};

AtomicAccess atomic_access(Opcode opcode) {
    static const AtomicAccess accesses[ATOMIC_OPCODES] = {
#define X(name, code, text, kind, type, alignment)                                                 \
    [(code) & 0xff] = {ATOMIC_##kind, TYPE_##type, alignment},
        WASM_ATOMIC_OPS(X)
#undef X
    };
    return accesses[opcode & 0xff];
}

const char *opcode_name(Opcode opcode) {
    bool is_known = opcode < 0x100 || (opcode >= 0xfc00 && opcode < 0xfc00 + PREFIXED_OPCODES) ||
                    (opcode >= 0xd000 && opcode < 0xd000 + VECTOR_OPCODES) ||
                    (opcode >= 0xfe00 && opcode < 0xfe00 + ATOMIC_OPCODES);
    return is_known ? names[OPCODE_SLOT(opcode)] : NULL;
}

Immediates immediates_of(Opcode opcode) { return (Immediates)immediates[OPCODE_SLOT(opcode)]; }

const uint8_t *skip_immediates(Opcode opcode, const uint8_t *at) {
    switch (immediates_of(opcode)) {
    case IMMEDIATE_UNKNOWN:
    case IMMEDIATE_NONE: return at;
    case IMMEDIATE_BLOCK_TYPE: type_skip(&at); return at;
    case IMMEDIATE_TWO_INDICES: leb_skip(&at); /* fallthrough */
    case IMMEDIATE_INDEX:
    case IMMEDIATE_HEAP_TYPE:
    case IMMEDIATE_I32:
    case IMMEDIATE_I64: leb_skip(&at); return at;
    case IMMEDIATE_LABELS:
        for (uint64_t left = (uint64_t)leb_u32(&at) + 1; left > 0; left--)
            leb_skip(&at);
        return at;
    case IMMEDIATE_CATCHES:
        type_skip(&at);
        for (uint32_t left = leb_u32(&at); left > 0; left--)
            catch_read(&at);
        return at;
    case IMMEDIATE_MEMARG: memory_argument_read(&at); return at;
    case IMMEDIATE_MEMARG_LANE: memory_argument_read(&at); return at + 1;
    case IMMEDIATE_LANE: return at + 1;
    case IMMEDIATE_F32: return at + 4;
    case IMMEDIATE_F64: return at + 8;
    case IMMEDIATE_V128: return at + 16;
    case IMMEDIATE_TYPES:
        for (uint32_t left = leb_u32(&at); left > 0; left--) type_skip(&at);
        return at;
    }
    return at;
}
