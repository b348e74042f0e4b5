/* A loop around one switch, one indirect jump for all instructions: the portable baseline.
 *
 * Mechanism: switch
 * Sites: one
 * Called: switch dispatch (Ertl and Gregg 2003, "The structure and performance of efficient
 *     interpreters")
 * Used by: PHP's SWITCH (Zend/zend_vm_gen.php), Lua without LUA_USE_JUMPTABLE (lvm.c), CPython
 *     without computed gotos (Python/ceval_macros.h), Wasmi's portable and indirect dispatch
 *     together (dispatch/backend/loop.rs)
 * Needs: nothing
 * Cost: one jump whose target a predictor must tell from history alone; a compare is saved, since
 *     no opcode is out of range; cheap to compile
 * Aliases: loop, switch-dispatch
 * Flags: -w -mllvm=-disable-block-placement -freorder-blocks-algorithm=simple
 * Order: 1
 */
#define DISPATCH_SIZE 2
#include "dispatch/switch.c"
