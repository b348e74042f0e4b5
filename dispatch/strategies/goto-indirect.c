/* A computed goto at the end of each handler, through a table of labels by opcode.
 *
 * Mechanism: goto
 * Sites: handler
 * Called: token threading, by writers of Forths and in Ruby's sources; "threaded code" in CPython's
 * Used by: CPython with computed gotos (Python/ceval_macros.h), Lua 5.4 (ljumptab.h), Ruby's
 *     OPT_TOKEN_THREADED_CODE (vm_exec.h), JavaScriptCore's LLInt, in assembly
 *     (llint/LowLevelInterpreter.asm)
 * Needs: goto
 * Cost: a jump for each handler, which predictors tell apart by address; a load from the table
 *     before it; one function of all handlers: slow to compile, and its registers are allocated for
 *     all of them together
 * Aliases: token-threading, token-threaded, computed-goto, jump-table
 * Flags: -w -mllvm=-disable-block-placement -fno-gcse -fno-crossjumping
 *     -freorder-blocks-algorithm=simple
 * Order: 2
 */
#define DISPATCH_SIZE 2
#include "dispatch/goto.c"
