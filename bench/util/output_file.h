/* Files that commands write, in folders in which others may have put links, pipes and the like.
 *
 * A regular file is replaced as a whole, by renaming a new one over it, so that it holds either all
 * of the old or all of the new text; nothing else is ever renamed over. A pipe, a terminal or
 * another character device is a stream: it is written once, in place. What is neither is refused,
 * and so are an open file of a process (/dev/stdout that leads to a file: it has no name of its
 * own) and a symbolic link that another user made. */
#ifndef TAILRACE_BENCH_UTIL_OUTPUT_FILE_H
#define TAILRACE_BENCH_UTIL_OUTPUT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "translator/error.h"

/* Whether it is a stream. */
bool output_is_stream(const char *path);

/* Whether it can be written, which changes nothing there; false and an Error that says why not. */
bool output_can_write(const char *path, Error *error);

/* Writes all of the text. False and an Error if that failed; a file is then as it was. */
bool output_write(const char *path, const char *text, size_t size, Error *error);

/* Removes what writers of `path` that were killed left beside it. None may be writing now. */
void output_clear_leftovers(const char *path);

#endif
