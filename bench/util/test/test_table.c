#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/util/table.h"
#include "bench/util/terminal.h"

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

Test(terminal, colours_take_no_columns) {
    cr_assert_eq(text_columns("\033[1ma±\033[0m"), 2);
    cr_assert_eq(text_fit("\033[1mab\033[0mc", 2), 10); /* with the colour's end */
}

Test(terminal, text_that_may_come_from_anybody_is_made_printable) {
    static const char *const cases[][2] = {
        {"plain ±×… 語 😀", "plain ±×… 語 😀"},
        {"\033[2J\a\177", "?[2J??"},
        {"a\nb\tc", "a?b?c"},
        {"\302\233" "2J\302\235", "?2J?"},             /* C1: CSI and OSC in one character */
        {"\342\200\256" "evil\342\201\246", "?evil?"}, /* turns the text around */
        {"\303\050 \377 \355\240\200 \340\200\257", "?( ? ??? ???"}, /* no UTF-8 */
        {"cut \342\202", "cut ??"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[100];
        strcpy(text, cases[i][0]);
        text_tame(text);
        cr_assert_str_eq(text, cases[i][1]);
    }
    char cut[6];
    copy_printable(cut, sizeof cut, "ab…cd", 7);
    cr_assert_str_eq(cut, "ab…"); /* whole characters */
    copy_printable(cut, sizeof cut, "a\0b", 3);
    cr_assert_str_eq(cut, "a?b");
}

Test(table, cells_hold_no_commands_to_a_terminal) {
    Table table;
    table_start(&table, 2);
    table_cell(&table, "%s", "a\033[31m");
    table_styled_cell(&table, "b\033", STYLE_GOOD, "c\302\233");
    char **lines = NULL;
    size_t count = 0;
    table_lines(&table, 1, true, &lines, &count);
    cr_assert_eq(count, 1);
    cr_assert_str_eq(lines[0], "\033[1ma?[31m  b?\033[32mc?\033[0m\033[0m");
    free(lines[0]);
    free(lines);
    table_free(&table);
}

Test(terminal, groups_thousands) {
    static const struct {
        double number;
        int decimals;
        const char *text;
    } cases[] = {{0, 0, "0"},
                 {999.96, 1, "1,000.0"},
                 {999, 0, "999"},
                 {1234567, 0, "1,234,567"},
                 {12345.678, 2, "12,345.68"},
                 {1e6, 3, "1,000,000.000"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = text_number(cases[i].number, cases[i].decimals);
        cr_assert_str_eq(text, cases[i].text);
        free(text);
    }
}

Test(terminal, control_characters_are_tamed) {
    char text[] = "a\033[2Jb\n±";
    text_tame(text);
    cr_assert_str_eq(text, "a?[2Jb?±");
}

Test(terminal, wraps_at_words_with_an_indent) {
    char *text;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    print_wrapped(stream, STYLE_WARNING, "  - ",
                  "A sentence of more than eighty columns, whose words come on to a second line "
                  "below the first.");
    fclose(stream);
    cr_assert_str_eq(text, "  - A sentence of more than eighty columns, whose words come on to a "
                           "second line\n    below the first.\n");
    free(text);
}

Test(table, a_mark_moves_nothing) {
    Table table;
    table_start(&table, 3);
    for (int i = 0; i < 6; i++) {
        table_cell(&table, "%d", i);
        if (i == 4) table_mark(&table);
    }
    char *text = printed(&table, 1);
    cr_assert_str_eq(text, "0  1  2\n3 >4  5\n");
    free(text);
    table_free(&table);
}

Test(table, folds_what_does_not_fit) {
    Table table;
    table_start(&table, 4);
    const char *const names[] = {"workload", "a", "b", "c", "sort", "1", "2", "3"};
    for (int i = 0; i < 8; i++)
        table_cell(&table, "%*s", i % 4 ? 30 : 0, names[i]);
    cr_assert_eq(table_width(&table), 8 + 3 * 32);
    char *text;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    table_print_folded(&table, 1, stream);
    fclose(stream);
    int lines = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        cr_assert_leq(text_columns(line), 80, "%s", line);
        cr_assert(strncmp(line, lines % 2 ? "sort" : "workload", 4) == 0);
        lines++;
    }
    cr_assert_eq(lines, 4);
    free(text);
    table_free(&table);
}
