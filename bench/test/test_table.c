#include <criterion/criterion.h>
#include <stdlib.h>

#include "bench/table.h"
#include "bench/terminal.h"

static char *printed(const Table *table, size_t left) {
    char *text;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    table_print(table, left, stream);
    fclose(stream);
    return text;
}

Test(table, aligns_columns) {
    Table table;
    table_start(&table, 3);
    table_cell(&table, "name");
    table_cell(&table, "a");
    table_cell(&table, "long head");
    table_cell(&table, "longer name");
    table_cell(&table, "%d ms", 12);
    table_cell(&table, "1");
    char *text = printed(&table, 1);
    cr_assert_str_eq(text, "name             a  long head\n"
                           "longer name  12 ms          1\n");
    free(text);
    table_free(&table);
}

Test(table, counts_characters_not_bytes) {
    Table table;
    table_start(&table, 2);
    table_cell(&table, "1.5×");
    table_cell(&table, "|");
    table_cell(&table, "12.5");
    table_cell(&table, "|");
    char *text = printed(&table, 1);
    cr_assert_str_eq(text, "1.5×  |\n12.5  |\n");
    free(text);
    table_free(&table);
}

Test(table, ends_no_line_in_spaces_and_fills_short_rows) {
    Table table;
    table_start(&table, 2);
    table_cell(&table, "a");
    table_cell(&table, "wide");
    table_cell(&table, "b");
    char *text = printed(&table, 2);
    cr_assert_str_eq(text, "a  wide\nb\n");
    free(text);
    table_free(&table);
}

Test(terminal, measures_utf8) {
    cr_assert_eq(text_columns("±×…"), 3);
    cr_assert_eq(text_columns(""), 0);
    cr_assert_eq(text_fit("a±b", 2), 3); /* bytes */
    cr_assert_eq(text_fit("a±b", 9), 4);
    cr_assert_eq(text_fit("a±b", 0), 0);
}
