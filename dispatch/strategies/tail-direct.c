/* A guaranteed tail call at the end of each handler, to the address at the next instruction's head.
 *
 * Mechanism: tail
 * Sites: handler
 * Called: tail-call threading, musttail interpreter (Haberman 2021, "Parsing protobuf at 2+GB/s")
 * Used by: PHP's TAILCALL, from 8.5 on (Zend/zend_vm_gen.php), Wasmi 2.0 by default where LLVM makes
 *     its calls jumps (dispatch/backend/tail.rs), wasm3, guaranteed where the compiler has musttail
 *     (source/m3_exec_defs.h)
 * Needs: musttail
 * Cost: registers are allocated for each handler by itself and its state stays in argument
 *     registers; quick to compile whatever their number; handlers that call C functions save the
 *     state around it
 * Aliases: tail, tailcall, tail-call, musttail
 * Order: 4
 */
#define DISPATCH_SIZE 8
#include "dispatch/tail.c"
