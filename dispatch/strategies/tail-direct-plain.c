/* tail-direct as a compiler makes it by itself: without barriers, and without flags.
 *
 * Mechanism: tail
 * Sites: any
 * Called: as tail-direct
 * Used by: whoever leaves the rest to the compiler
 * Needs: musttail
 * Cost: as tail-direct, and an instruction more where ip is moved on early
 * Code: plain
 * Flags: -w
 * Measured: when asked
 * Order: 14
 */
#define DISPATCH_SIZE 8
#include "dispatch/tail.c"
