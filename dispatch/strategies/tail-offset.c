/* A guaranteed tail call at the end of each handler, to a base plus the 32-bit offset at the next
 * instruction's head.
 *
 * Mechanism: tail
 * Sites: handler
 * Called: tail-call threading with 32-bit code offsets
 * Used by: no project that we know of
 * Needs: musttail
 * Cost: as tail-direct, with two instructions more for each jump and four bytes less for each
 *     instruction
 * Aliases: tail-compact
 * Measured: when asked
 * Order: 8
 */
#define DISPATCH_SIZE 4
#include "dispatch/tail.c"
