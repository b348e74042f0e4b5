/* A computed goto at the end of each handler, to a base plus the 32-bit offset at the next
 * instruction's head.
 *
 * Mechanism: goto
 * Sites: handler
 * Called: direct threading with 32-bit code offsets
 * Used by: OCaml's bytecode interpreter on 64-bit machines (runtime/interp.c, Jumptbl_base)
 * Needs: goto
 * Cost: as goto-direct, an addition more for each jump and four bytes less for each instruction
 * Aliases: offset-threading, compact-threading
 * Flags: -w -mllvm=-disable-block-placement -fno-gcse -fno-crossjumping
 *     -freorder-blocks-algorithm=simple
 * Measured: when asked
 * Order: 6
 */
#define DISPATCH_SIZE 4
#include "dispatch/goto.c"
