#include "runtime/return_address.h"

#include <string.h>

#include "runtime/executor.h"

static const uint8_t *single_instruction(uint8_t *bytes, uint16_t opcode) {
    const DispatchWords *words = executor.words();
    memcpy(bytes, &words->words[opcode], words->size); /* little-endian: the low bytes */
    return bytes;
}

const uint8_t *halt_code(void) {
    static uint8_t bytes[8];
    return single_instruction(bytes, op_info[OP_halt].variants[0]);
}

const uint8_t *leave_code(void) {
    static uint8_t bytes[8];
    return single_instruction(bytes, op_info[OP_leave].variants[0]);
}
