/* Temporary directories for tests. */
#ifndef TAILRACE_BENCH_UTIL_TEST_SCRATCH_H
#define TAILRACE_BENCH_UTIL_TEST_SCRATCH_H

#include <sys/types.h>

char *scratch_make(void); /* a new, empty directory; its path is to be freed */
/* Writes a file, and the directories that its name needs. */
void scratch_write(const char *directory, const char *name, mode_t mode, const char *text);
void scratch_remove(const char *directory); /* with all that is in it */

#endif
