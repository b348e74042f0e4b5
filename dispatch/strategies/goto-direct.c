/* A computed goto at the end of each handler, to the address at the next instruction's head.
 *
 * Mechanism: goto
 * Sites: handler
 * Called: direct threading (Bell 1973, "Threaded code"; with labels as values: Ertl 1993)
 * Used by: Gforth (engine/engine.c), PHP's GOTO, and HYBRID's hot
 *     handlers (Zend/zend_vm_gen.php), Ruby by default (OPT_DIRECT_THREADED_CODE, vm_exec.h)
 * Needs: goto
 * Cost: as goto-indirect without the table's load, and instructions that are six bytes longer
 * Aliases: direct-threading, direct-threaded, threaded, goto, hybrid
 * Flags: -w -mllvm=-disable-block-placement -fno-gcse -fno-crossjumping
 *     -freorder-blocks-algorithm=simple
 * Order: 3
 */
#define DISPATCH_SIZE 8
#include "dispatch/goto.c"
