/* A loop that calls the handler whose address is at the instruction's head.
 *
 * Mechanism: call
 * Sites: one
 * Called: direct call threading (Zaleski's dissertation, University of Toronto 2007, chapter 3)
 * Used by: PHP's CALL (Zend/zend_vm_gen.php), Wasmi with its feature portable-dispatch
 *     (dispatch/backend/loop.rs), evmone's advanced interpreter (advanced_execution.cpp), Ruby's
 *     OPT_CALL_THREADED_CODE (vm_exec.h)
 * Needs: nothing
 * Cost: as call-indirect without the table's load, and instructions that are six bytes longer
 * Aliases: call, call-threading, call-threaded, portable
 * Measured: when asked
 * Order: 10
 */
#define DISPATCH_SIZE 8
#include "dispatch/call.c"
