#define _GNU_SOURCE 1
#include "bench/table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/memory.h"
#include "bench/terminal.h"

void table_start(Table *table, size_t columns) { *table = (Table){.columns = columns}; }

void table_cell(Table *table, const char *format, ...) {
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    table->cells = grow(table->cells, table->cell_count + 1, sizeof *table->cells);
    table->cells[table->cell_count++] = need(length < 0 ? NULL : text);
}

/* One row as a line of text, to be freed. */
static char *row_text(const Table *table, size_t row, const size_t *widths, size_t left) {
    char *line = NULL;
    size_t size;
    FILE *stream = need(open_memstream(&line, &size));
    for (size_t column = 0; column < table->columns; column++) {
        size_t index = row * table->columns + column;
        const char *cell = index < table->cell_count ? table->cells[index] : "";
        int padding = (int)(widths[column] - text_columns(cell));
        const char *gap = column ? "  " : "";
        if (column < left)
            fprintf(stream, "%s%s%*s", gap, cell, padding, "");
        else
            fprintf(stream, "%s%*s%s", gap, padding, "", cell);
    }
    fclose(stream);
    need(line);
    while (size > 0 && line[size - 1] == ' ')
        line[--size] = 0;
    return line;
}

void table_print(const Table *table, size_t left, FILE *stream) {
    size_t *widths = allocate(table->columns * sizeof *widths);
    for (size_t i = 0; i < table->cell_count; i++) {
        size_t width = text_columns(table->cells[i]);
        if (width > widths[i % table->columns]) widths[i % table->columns] = width;
    }
    size_t rows = (table->cell_count + table->columns - 1) / table->columns;
    for (size_t row = 0; row < rows; row++) {
        char *line = row_text(table, row, widths, left);
        print_styled(stream, row == 0 ? STYLE_BOLD : STYLE_PLAIN, line);
        fputc('\n', stream);
        free(line);
    }
    free(widths);
}

void table_free(Table *table) {
    for (size_t i = 0; i < table->cell_count; i++)
        free(table->cells[i]);
    free(table->cells);
}
