/* A guaranteed tail call at the end of each handler, through a table of handlers by opcode.
 *
 * Mechanism: tail
 * Sites: handler
 * Called: tail-call threading with a dispatch table
 * Used by: CPython 3.14 with --with-tail-call-interp (Python/ceval_macros.h), upb's parser
 *     (Haberman 2021), Wasmi with its feature indirect-dispatch (dispatch/backend/tail.rs)
 * Needs: musttail
 * Cost: as tail-direct, with the table's address and a load from it for each jump, and instructions
 *     that are six bytes shorter
 * Aliases: tail-table
 * Measured: when asked
 * Order: 7
 */
#define DISPATCH_SIZE 2
#include "dispatch/tail.c"
