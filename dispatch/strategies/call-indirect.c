/* A loop that calls the handler of each instruction through a table by opcode.
 *
 * Mechanism: call
 * Sites: one
 * Called: call threading through a table of function pointers
 * Used by: emulators of processors, such as Musashi (m68kcpu.c, m68ki_instruction_jump_table)
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
