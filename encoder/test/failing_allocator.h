/* Memory that runs out on request. Tests that use it are linked with
 * -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc, so that only their own objects' allocations fail.
 */
#ifndef TAILRACE_ENCODER_TEST_FAILING_ALLOCATOR_H
#define TAILRACE_ENCODER_TEST_FAILING_ALLOCATOR_H

#include <stdbool.h>

/* From now on, `count` allocations succeed and then one fails, or all that follow. */
void allocations_fail_after(long count, bool only_one);
/* All succeed again. Returns whether one has failed. */
bool allocations_succeed(void);

#endif
