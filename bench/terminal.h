/* What may be written to a stream: colours only to terminals of users who want them. */
#ifndef TAILRACE_BENCH_TERMINAL_H
#define TAILRACE_BENCH_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef enum Style { STYLE_PLAIN, STYLE_BOLD, STYLE_WARNING } Style;

/* True if `stream` is a terminal that can move its cursor. */
bool terminal_is_live(FILE *stream);
/* Columns of the terminal; 80 if unknown. */
int terminal_width(FILE *stream);
/* Prints text in a style; plainly unless `stream` is a terminal, or if NO_COLOR is set. */
void print_styled(FILE *stream, Style style, const char *text);

/* Columns that UTF-8 text takes, and its longest beginning, in bytes, that fits `columns`. Counts
 * code points: we print no wide or combining ones. */
size_t text_columns(const char *text);
size_t text_fit(const char *text, size_t columns);

#endif
