/* A loop that calls the handler of each instruction through a table by opcode.
 *
 * Mechanism: call
 * Sites: one
 * Called: call threading, subroutine dispatch by a table of function pointers
 * Used by: Ruby's OPT_CALL_THREADED_CODE is the like with addresses; tables of function pointers
 *     are what many emulators of processors use
 * Needs: nothing
 * Cost: a call and a return for each instruction, and one jump for all, as in a switch; what is not
 *     in the two result registers goes through memory; quick to compile whatever the number of
 *     handlers
 * Aliases: function-table
 * Measured: when asked
 * Order: 9
 */
#define DISPATCH_SIZE 2
#include "dispatch/call.c"
