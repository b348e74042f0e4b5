#include "runtime/constant.h"

#include <stdlib.h>
#include <string.h>

#include "translator/opcodes.h"

/* Evaluates the expression on `stack`, which is large enough; the value is left in stack[0], a v128
 * in the next one, too. */
static void evaluate(const Instance *instance, ConstantExpression expression, uint64_t *stack) {
    uint64_t *top = stack; /* the first free slot */
    for (const uint8_t *at = expression.begin; at < expression.end;) {
        Opcode opcode = opcode_read(&at);
        switch (opcode) {
        case WASM_I32_CONST: *top++ = (uint32_t)leb_s32(&at); break;
        case WASM_I64_CONST: *top++ = (uint64_t)leb_s64(&at); break;
        case WASM_F32_CONST:
            *top = 0;
            memcpy(top++, at, 4);
            at += 4;
            break;
        case WASM_F64_CONST:
            memcpy(top++, at, 8);
            at += 8;
            break;
        case WASM_V128_CONST:
            memcpy(top, at, 16);
            top += 2;
            at += 16;
            break;
        case WASM_REF_NULL:
            at = skip_immediates(opcode, at);
            *top++ = 0;
            break;
        case WASM_REF_FUNC: *top++ = (uintptr_t)instance->functions[leb_u32(&at)]; break;
        case WASM_GLOBAL_GET: {
            const Global *global = instance->globals[leb_u32(&at)];
            *top++ = global->value;
            if (global->type.type == TYPE_V128) *top++ = global->high;
            break;
        }
        case WASM_I32_ADD: top--, top[-1] = (uint32_t)(top[-1] + top[0]); break;
        case WASM_I32_SUB: top--, top[-1] = (uint32_t)(top[-1] - top[0]); break;
        case WASM_I32_MUL: top--, top[-1] = (uint32_t)(top[-1] * top[0]); break;
        case WASM_I64_ADD: top--, top[-1] += top[0]; break;
        case WASM_I64_SUB: top--, top[-1] -= top[0]; break;
        case WASM_I64_MUL: top--, top[-1] *= top[0]; break;
        default: __builtin_unreachable(); /* module_read accepts nothing else */
        }
    }
}

bool constant_evaluate(const Instance *instance, ConstantExpression expression, uint64_t value[2],
                       Error *error) {
    uint64_t few[16];
    /* What pushes a value has two bytes at least; of vectors there is but one, and nothing else. */
    size_t most = (size_t)(expression.end - expression.begin) / 2;
    uint64_t *stack = few;
    few[1] = 0;
    if (most > sizeof few / sizeof *few) stack = malloc(most * sizeof *stack);
    if (!stack) return fail(error, ERROR_MEMORY, "out of memory for a constant expression");
    evaluate(instance, expression, stack);
    value[0] = stack[0];
    value[1] = stack[1];
    if (stack != few) free(stack);
    return true;
}

uint64_t constant_reference(const Instance *instance, ConstantExpression expression) {
    uint64_t value = 0;
    evaluate(instance, expression, &value);
    return value;
}
