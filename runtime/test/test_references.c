/* Typed function references: calls of them, and branches on whether they are null, out of loops that
 * have locals in registers. wat2wasm does not know them. */
#include <criterion/criterion.h>

#include "runtime/test/world.h"
#include "translator/opcodes.h"
#include "translator/test/module_bytes.h"

/* What every body below can refer to:
 *   types      0: [i32] -> [i32]   1: [] -> [i32 (ref 0)]   2: [i32] -> [(ref null 0)]
 *   functions  SAME and WAY of type 0, OTHER of type 2
 *   tables     0: functions but for element 3   1: null but for element 3; all of (ref null 0)
 *   locals     P: the parameter   A, B, C: i32 */
enum { SAME, WAY, OTHER, CALLER };
enum { P, A, B, C };

#define GET(local) WASM_LOCAL_GET, local
#define SET(local) WASM_LOCAL_SET, local
#define I32_CONST(value) WASM_I32_CONST, value
/* An iteration of a loop that uses all registers. */
#define USE                                                                                        \
    GET(B), GET(P), WASM_I32_XOR, SET(A), GET(A), GET(C), WASM_I32_XOR, SET(B), GET(C),            \
        I32_CONST(1), WASM_I32_ADD, SET(C)
#define IN_TABLE(table) GET(C), WASM_TABLE_GET, table
#define AGAIN WASM_BR, 0, WASM_END
#define NOTHING 0x40
#define LOCALS 1, 3, I32

/* Each returns 3 when it has used the registers in three iterations. */
static const struct {
    const char *what;
    uint8_t size, code[96];
} ways[] = {
#define WAY_OF(what, ...) {what, sizeof((uint8_t[]){__VA_ARGS__}), {__VA_ARGS__}}
    WAY_OF("br_on_null", WASM_BLOCK, NOTHING, WASM_LOOP, NOTHING, USE, IN_TABLE(0), WASM_BR_ON_NULL,
           1, WASM_DROP, AGAIN, WASM_END, GET(C)),
    WAY_OF("br_on_null with a value", WASM_BLOCK, I32, WASM_LOOP, NOTHING, USE, GET(C), IN_TABLE(0),
           WASM_BR_ON_NULL, 1, WASM_DROP, WASM_DROP, AGAIN, WASM_UNREACHABLE, WASM_END),
    WAY_OF("br_on_null that returns", WASM_LOOP, NOTHING, USE, GET(C), IN_TABLE(0), WASM_BR_ON_NULL,
           1, WASM_DROP, WASM_DROP, AGAIN, WASM_UNREACHABLE),
    WAY_OF("br_on_null in the same loop", WASM_LOOP, NOTHING, WASM_BLOCK, NOTHING, USE, IN_TABLE(0),
           WASM_BR_ON_NULL, 0, WASM_DROP, WASM_BR, 1, WASM_END, WASM_END, GET(C)),
    WAY_OF("br_on_null that lets the reference through", WASM_LOOP, NOTHING, USE, GET(C),
           IN_TABLE(1), WASM_BR_ON_NULL, 0, WASM_CALL_REF, 0, WASM_RETURN, WASM_END,
           WASM_UNREACHABLE),
    WAY_OF("br_on_non_null", WASM_BLOCK, TYPE_REF, 0, WASM_LOOP, NOTHING, USE, IN_TABLE(1),
           WASM_BR_ON_NON_NULL, 1, AGAIN, WASM_UNREACHABLE, WASM_END, WASM_DROP, GET(C)),
    WAY_OF("br_on_non_null with another value", WASM_BLOCK, 1, WASM_LOOP, NOTHING, USE, GET(C),
           IN_TABLE(1), WASM_BR_ON_NON_NULL, 1, WASM_DROP, AGAIN, WASM_UNREACHABLE, WASM_END,
           WASM_CALL_REF, 0),
    WAY_OF("br_on_non_null in the same loop", WASM_LOOP, NOTHING, WASM_BLOCK, TYPE_REF, 0, USE,
           IN_TABLE(1), WASM_BR_ON_NON_NULL, 0, WASM_BR, 1, WASM_END, WASM_DROP, WASM_END, GET(C)),
    WAY_OF("br_on_non_null that returns", I32_CONST(3), GET(P), WASM_CALL, OTHER, WASM_CALL_REF, 0),
    WAY_OF("ref.as_non_null", WASM_LOOP, NOTHING, USE, IN_TABLE(0), WASM_REF_AS_NON_NULL,
           WASM_DROP, GET(C), I32_CONST(2), WASM_I32_LT_S, WASM_BR_IF, 0, WASM_END, GET(C),
           I32_CONST(1), WASM_I32_ADD),
    WAY_OF("call_ref", WASM_LOOP, NOTHING, USE, GET(C), IN_TABLE(0), WASM_CALL_REF, 0, I32_CONST(2),
           WASM_I32_LT_S, WASM_BR_IF, 0, WASM_END, GET(C), I32_CONST(1), WASM_I32_ADD),
    WAY_OF("return_call_ref", WASM_LOOP, NOTHING, USE, GET(C), I32_CONST(3), WASM_I32_GE_S, WASM_IF,
           NOTHING, GET(C), IN_TABLE(1), WASM_RETURN_CALL_REF, 0, WASM_END, AGAIN,
           WASM_UNREACHABLE),
};

static Instance *add_way(World *world, size_t way) {
    static const uint8_t head[] = {
        HEADER,
        SECTION(S_TYPE, 3, 0x60, 1, I32, 1, I32, 0x60, 0, 2, I32, TYPE_REF, 0, 0x60, 1, I32, 1,
                TYPE_REF_NULL, 0),
        SECTION(S_FUNCTION, 4, 0, 0, 2, 0),
        SECTION(S_TABLE, 2, TYPE_REF_NULL, 0, 0, 4, TYPE_REF_NULL, 0, 0, 4),
        SECTION(S_EXPORT, 2, 4, 'c', 'a', 'l', 'l', 0, CALLER, 3, 'w', 'a', 'y', 0, WAY),
        SECTION(S_ELEMENT, 2, 6, 0, I32_CONST(0), WASM_END, TYPE_REF_NULL, 0, 3, WASM_REF_FUNC, SAME,
                WASM_END, WASM_REF_FUNC, SAME, WASM_END, WASM_REF_FUNC, SAME, WASM_END, 6, 1,
                I32_CONST(3), WASM_END, TYPE_REF_NULL, 0, 1, WASM_REF_FUNC, SAME, WASM_END),
    };
    static const uint8_t same[] = {BODY(0, GET(P), WASM_END)};
    static const uint8_t other[] = {
        BODY(LOCALS, WASM_LOOP, NOTHING, USE, IN_TABLE(1), WASM_BR_ON_NON_NULL, 1, AGAIN,
             WASM_UNREACHABLE, WASM_END)};
    /* Calls WAY four times from a loop that uses all registers itself, which takes many uses. */
    static const uint8_t caller[] = {
        BODY(LOCALS, WASM_LOOP, NOTHING, USE, USE, USE, GET(P), I32_CONST(7), WASM_CALL, WAY, WASM_I32_ADD,
             SET(P), GET(C), I32_CONST(10), WASM_I32_LT_S, WASM_BR_IF, 0, WASM_END, GET(P),
             GET(C), WASM_I32_ADD, WASM_END)};
    Bytes module = {0}, code = {0}, body = {0};
    put_bytes(&module, head, sizeof head);
    PUT(&body, LOCALS);
    put_bytes(&body, ways[way].code, ways[way].size);
    PUT(&body, WASM_END);
    PUT(&code, 4);
    put_bytes(&code, same, sizeof same);
    put_sized(&code, &body);
    put_bytes(&code, other, sizeof other);
    put_bytes(&code, caller, sizeof caller);
    PUT(&module, S_CODE);
    put_sized(&module, &code);
    Instance *instance = world_add_bytes(world, NULL, module.at, module.size);
    free(module.at);
    return instance;
}

Test(references, every_way_keeps_the_registers) {
    for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
        World world = world_open(4096);
        Instance *instance = add_way(&world, way);
        cr_expect_eq(world_call(&world, instance, "way", 7), 3, "%s", ways[way].what);
        cr_expect_eq(world_call(&world, instance, "call", 1000), 1000 + 4 * 3 + 12, "%s",
                     ways[way].what);
        world_close(&world);
    }
}
