/* Tables of text with aligned columns. */
#ifndef TAILRACE_BENCH_TABLE_H
#define TAILRACE_BENCH_TABLE_H

#include <stddef.h>
#include <stdio.h>

typedef struct Table {
    size_t columns, cell_count;
    char **cells; /* row by row; the first row is the head */
} Table;

/* An empty table. */
void table_start(Table *table, size_t columns);
/* The next cell, printf-style. */
void table_cell(Table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prints the head in bold and the rows, two spaces between columns: the first `left` columns
 * aligned to the left, the others to the right. No line ends in a space. */
void table_print(const Table *table, size_t left, FILE *stream);
void table_free(Table *table);

#endif
