/* goto-direct as a compiler makes it by itself: without barriers, and without flags.
 *
 * Mechanism: goto
 * Sites: any
 * Called: as goto-direct
 * Used by: whoever leaves the rest to the compiler
 * Needs: goto
 * Cost: as goto-direct; compilers merge some of its jumps, or all
 * Code: plain
 * Flags: -w
 * Measured: when asked
 * Order: 13
 */
#define DISPATCH_SIZE 8
#include "dispatch/goto.c"
