/* The line that says, on a terminal, how far a run is. Elsewhere only the notes are printed. */
#ifndef TAILRACE_BENCH_PROGRESS_H
#define TAILRACE_BENCH_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#define PROGRESS_SIZE 1024

/* Draws, or redraws, the line on stderr: `fraction` (0 to 1) done, seconds left, and what is being
 * done. Does nothing if stderr is not a terminal. */
void progress_show(double fraction, double left, const char *doing);
/* Removes the line. */
void progress_clear(void);
/* Prints a sentence on a line of its own, without disturbing the progress line. */
void progress_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The text of the line for a terminal of `width` columns, of which it leaves the last one free. */
void progress_line(char line[PROGRESS_SIZE], int width, double fraction, double left,
                   const char *doing);

#endif
