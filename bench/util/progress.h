/* The picture that says, on a terminal, how far a run is: lines at the end of what was printed,
 * redrawn in place. Elsewhere only the notes are printed.
 *
 * The terminal may be resized at any time: its size is asked for whenever something is drawn. The
 * cursor waits at the beginning of the last line, where an echoed "^C" can do no harm. */
#ifndef TAILRACE_BENCH_UTIL_PROGRESS_H
#define TAILRACE_BENCH_UTIL_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/util/terminal.h"

#define PROGRESS_SIZE 1024

/* Draws, or redraws, the picture on stderr. Takes over the lines and their array. Each must be
 * narrower than the terminal, and there must be fewer than it has. Does nothing if stderr is not a
 * terminal. */
void progress_draw(char **lines, size_t count);
/* A picture of one line: `fraction` (0 to 1) done, seconds left, and what is being done. */
void progress_show(double fraction, double left, const char *doing);
/* Removes the picture. */
void progress_clear(void);
/* Prints a sentence on a line of its own, above the picture. */
void progress_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The text of the line for a terminal of `width` columns, of which it leaves the last one free. */
void progress_line(char line[PROGRESS_SIZE], int width, double fraction, double left,
                   const char *doing);

#endif
