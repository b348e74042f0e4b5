/* What may be written to a stream: colours and cursor movements only to terminals, and colours only
 * for users who want them. */
#ifndef TAILRACE_BENCH_UTIL_TERMINAL_H
#define TAILRACE_BENCH_UTIL_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "translator/error.h"

typedef enum Style {
    STYLE_PLAIN,
    STYLE_BOLD,
    STYLE_DIM,
    STYLE_WARNING,
    STYLE_GOOD,
    STYLE_BAD,
} Style;

/* In characters. */
typedef struct TerminalSize {
    int width, height;
} TerminalSize;

/* True if `stream` is a terminal that can move its cursor: TERM is set, and not to "dumb". */
bool terminal_is_live(FILE *stream);
/* As large as it is now; 80 × 24 where that is not known, or `stream` is no terminal. */
TerminalSize terminal_size(FILE *stream);
int terminal_width(FILE *stream);
/* True if `stream` is live, NO_COLOR is empty or not set (no-color.org), and CLICOLOR is not 0. */
bool terminal_has_colours(FILE *stream);

/* What to print before and after text in a style, with and without colours. */
const char *style_begin(bool colours, Style style);
const char *style_end(bool colours, Style style);

/* Prints words, made printable (error.h), in lines no wider than the terminal, and a newline:
 * `first` before the first line, and as many spaces before the others. A word that is too long has
 * a line to itself. */
void print_wrapped(FILE *stream, Style style, const char *first, const char *text);
/* The same with printf's formatting. */
void print_paragraph(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same on one line, however long: to be read by programs, too. */
void print_line(FILE *stream, const char *first, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* An empty line and a bold one. */
void print_heading(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Columns that UTF-8 text takes, and its longest beginning, in bytes, that fits `columns`. Counts
 * code points, since we print no wide or combining ones, and colours as nothing. */
size_t text_columns(const char *text);
size_t text_fit(const char *text, size_t columns);
/* A number with `decimals` and a comma between thousands, such as "12,345.6". To be freed. */
char *text_number(double number, int decimals);

#endif
