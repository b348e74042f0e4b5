/* goto-indirect as a compiler makes it by itself: without barriers, and without flags.
 *
 * Mechanism: goto
 * Sites: any
 * Called: as goto-indirect
 * Used by: whoever leaves the rest to the compiler
 * Needs: goto
 * Cost: as goto-indirect; compilers merge some of its jumps, or all
 * Code: plain
 * Flags: -w
 * Measured: when asked
 * Order: 12
 */
#define DISPATCH_SIZE 2
#include "dispatch/goto.c"
