/* A switch at the end of each handler, so that each has a jump of its own.
 *
 * Mechanism: switch
 * Sites: handler
 * Called: replicated switch; what tail duplication makes of a switch in a loop
 * Used by: whoever lets a compiler copy a switch's jump to the end of its cases, mostly without
 *     having asked
 * Needs: copied-switch
 * Cost: as goto-indirect; in position-independent code, with 32-bit entries in the table and an
 *     addition for each jump
 * Aliases: replicated-switch
 * Flags: -w -mllvm=-tail-dup-pred-size=10000 -mllvm=-tail-dup-succ-size=10000
 * Measured: when asked
 * Order: 5
 */
#define DISPATCH_SIZE 2
#define SWITCH_REPLICATED 1
#include "dispatch/switch.c"
