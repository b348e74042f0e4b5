/* Tables of text with aligned columns. */
#ifndef TAILRACE_BENCH_UTIL_TABLE_H
#define TAILRACE_BENCH_UTIL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "bench/util/terminal.h"

/* Text, and behind it text in a style. */
typedef struct TableCell {
    char *plain, *styled;
    Style style;
} TableCell;

typedef struct Table {
    size_t columns, cell_count;
    TableCell *cells; /* row by row; the first row is the head */
    size_t marked;    /* the cell with a ">" before it, counted from 1; 0: none */
} Table;

/* An empty table. */
void table_start(Table *table, size_t columns);
/* The next cell, printf-style. What is no printable text (error.h) becomes so. */
void table_cell(Table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same with a style behind the plain text. */
void table_styled_cell(Table *table, const char *plain, Style style, const char *styled);
/* Marks the last cell, in the space between the columns, so that nothing moves. */
void table_mark(Table *table);
/* Columns of the terminal that the widest line takes. */
size_t table_width(const Table *table);
/* Adds the lines, the head in bold with `colours`, two spaces between columns: the first `left`
 * columns aligned to the left, the others to the right. No line ends in a space. `lines` grows, and
 * its strings are to be freed. */
void table_lines(const Table *table, size_t left, bool colours, char ***lines, size_t *count);
/* Prints the lines. */
void table_print(const Table *table, size_t left, FILE *stream);
/* The same, but columns that do not fit `stream` (terminal_width()) come below the others, beside
 * the first `left` ones again. */
void table_print_folded(const Table *table, size_t left, FILE *stream);
void table_free(Table *table);

#endif
