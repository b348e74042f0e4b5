/* A guaranteed tail call at the end of each handler, to the address at the next instruction's head.
 *
 * Mechanism: tail
 * Sites: handler
 * Called: tail-call threading, musttail interpreter (Haberman 2021, "Parsing protobuf at 2+GB/s")
 * Used by: PHP's TAILCALL (Zend/zend_vm_gen.php), Wasmi 2.0 by default (dispatch/backend/tail.rs),
 *     wasm3, as far as compilers make its calls jumps (source/m3_exec_defs.h)
 * Needs: musttail
 * Cost: registers are allocated for each handler by itself and its state stays in argument
 *     registers; quick to compile whatever their number; handlers that call C functions save the
 *     state around it
 * Aliases: tail, tailcall, tail-call, musttail
 * Order: 4
 */
#define DISPATCH_SIZE 8
#include "dispatch/tail.c"
