/* switch as a compiler makes it by itself: without barriers, and without flags.
 *
 * Mechanism: switch
 * Sites: any
 * Called: as switch
 * Used by: whoever writes the loop and leaves the rest to the compiler
 * Needs: nothing
 * Cost: as switch, and what the compiler does to 1,500 cases: shared ends of handlers, registers
 *     moved about, the jump copied to some cases or not
 * Code: plain
 * Flags: -w
 * Measured: when asked
 * Order: 11
 */
#define DISPATCH_SIZE 2
#include "dispatch/switch.c"
