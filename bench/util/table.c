#define _GNU_SOURCE 1
#include "bench/util/table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/util/memory.h"

#define GAP 2

void table_start(Table *table, size_t columns) { *table = (Table){.columns = columns}; }

void table_cell(Table *table, const char *format, ...) {
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    table_styled_cell(table, need(length < 0 ? NULL : text), STYLE_PLAIN, "");
    free(text);
}

void table_styled_cell(Table *table, const char *plain, Style style, const char *styled) {
    TableCell cell = {copy_string(plain), copy_string(styled), style};
    text_tame(cell.plain);
    text_tame(cell.styled);
    table->cells = grow(table->cells, table->cell_count + 1, sizeof *table->cells);
    table->cells[table->cell_count++] = cell;
}

static size_t cell_columns(const TableCell *cell) {
    return text_columns(cell->plain) + text_columns(cell->styled);
}

void table_mark(Table *table) { table->marked = table->cell_count; }

static size_t *column_widths(const Table *table) {
    size_t *widths = allocate((table->columns + 1) * sizeof *widths);
    for (size_t i = 0; i < table->cell_count; i++) {
        size_t width = cell_columns(&table->cells[i]);
        if (width > widths[i % table->columns]) widths[i % table->columns] = width;
    }
    return widths;
}

size_t table_width(const Table *table) {
    size_t *widths = column_widths(table), sum = (table->columns - 1) * GAP;
    for (size_t i = 0; i < table->columns; i++)
        sum += widths[i];
    free(widths);
    return sum;
}

/* One row as a line of text, to be freed: the first `left` columns, and those from `from` to before
 * `to`. */
static char *row_text(const Table *table, size_t row, const size_t *widths, size_t left,
                      size_t from, size_t to, bool colours) {
    char *line = NULL;
    size_t size;
    FILE *stream = need(open_memstream(&line, &size));
    for (size_t column = 0; column < to; column = column + 1 == left ? from : column + 1) {
        size_t index = row * table->columns + column;
        const TableCell none = {"", "", STYLE_PLAIN},
                        *cell = index < table->cell_count ? &table->cells[index] : &none;
        int padding = (int)(widths[column] - cell_columns(cell)), gap = column ? GAP : 0;
        bool marked = table->marked == index + 1 && gap;
        Style style = *cell->styled ? cell->style : STYLE_PLAIN;
        fprintf(stream, "%*s%s%s%s%s%s%*s", gap + (column < left ? 0 : padding) - marked, "",
                marked ? ">" : "", cell->plain, style_begin(colours, style), cell->styled,
                style_end(colours, style), column < left ? padding : 0, "");
    }
    fclose(stream);
    need(line);
    while (size > 0 && line[size - 1] == ' ')
        line[--size] = 0;
    return line;
}

static void add_lines(const Table *table, const size_t *widths, size_t left, size_t from, size_t to,
                      bool colours, char ***lines, size_t *count) {
    size_t rows = (table->cell_count + table->columns - 1) / table->columns;
    for (size_t row = 0; row < rows; row++) {
        Style style = row == 0 ? STYLE_BOLD : STYLE_PLAIN;
        char *line = row_text(table, row, widths, left, from, to, colours);
        *lines = grow(*lines, *count + 1, sizeof **lines);
        (*lines)[(*count)++] =
            format_string("%s%s%s", style_begin(colours, style), line, style_end(colours, style));
        free(line);
    }
}

void table_lines(const Table *table, size_t left, bool colours, char ***lines, size_t *count) {
    size_t *widths = column_widths(table);
    add_lines(table, widths, left, left, table->columns, colours, lines, count);
    free(widths);
}

/* Prints and frees them. */
static void print_lines(char **lines, size_t count, FILE *stream) {
    for (size_t i = 0; i < count; i++) {
        fprintf(stream, "%s\n", lines[i]);
        free(lines[i]);
    }
    free(lines);
}

void table_print(const Table *table, size_t left, FILE *stream) {
    char **lines = NULL;
    size_t count = 0;
    table_lines(table, left, terminal_has_colours(stream), &lines, &count);
    print_lines(lines, count, stream);
}

void table_print_folded(const Table *table, size_t left, FILE *stream) {
    size_t *widths = column_widths(table), room = (size_t)terminal_width(stream), fixed = 0;
    for (size_t i = 0; i < left; i++)
        fixed += widths[i] + (i ? GAP : 0);
    for (size_t from = left, to; from < table->columns; from = to) {
        size_t width = fixed + GAP + widths[from];
        for (to = from + 1; to < table->columns && width + GAP + widths[to] <= room; to++)
            width += GAP + widths[to];
        char **lines = NULL;
        size_t count = 0;
        if (from > left) fputc('\n', stream);
        add_lines(table, widths, left, from, to, terminal_has_colours(stream), &lines, &count);
        print_lines(lines, count, stream);
    }
    free(widths);
}

void table_free(Table *table) {
    for (size_t i = 0; i < table->cell_count; i++) {
        free(table->cells[i].plain);
        free(table->cells[i].styled);
    }
    free(table->cells);
}
