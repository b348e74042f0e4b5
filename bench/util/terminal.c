#define _GNU_SOURCE 1
#include "bench/util/terminal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench/util/memory.h"

bool terminal_is_live(FILE *stream) {
    const char *kind = getenv("TERM");
    return isatty(fileno(stream)) && kind && *kind && strcmp(kind, "dumb") != 0;
}

TerminalSize terminal_size(FILE *stream) {
    TerminalSize size = {80, 24};
    struct winsize found;
    if (ioctl(fileno(stream), TIOCGWINSZ, &found) != 0) return size;
    if (found.ws_col > 0) size.width = found.ws_col;
    if (found.ws_row > 0) size.height = found.ws_row;
    return size;
}

int terminal_width(FILE *stream) { return terminal_size(stream).width; }

bool terminal_has_colours(FILE *stream) {
    const char *unwanted = getenv("NO_COLOR"), *wanted = getenv("CLICOLOR");
    return terminal_is_live(stream) && !(unwanted && *unwanted) &&
           !(wanted && strcmp(wanted, "0") == 0);
}

const char *style_begin(bool colours, Style style) {
    if (!colours) return "";
    switch (style) {
    case STYLE_PLAIN: return "";
    case STYLE_BOLD: return "\033[1m";
    case STYLE_DIM: return "\033[2m";
    case STYLE_WARNING: return "\033[33m";
    case STYLE_GOOD: return "\033[32m";
    case STYLE_BAD: return "\033[31m";
    }
    return "";
}

const char *style_end(bool colours, Style style) {
    return colours && style != STYLE_PLAIN ? "\033[0m" : "";
}

void print_wrapped(FILE *stream, Style style, const char *first, const char *raw) {
    char *text = copy_string(raw);
    text_tame(text);
    bool colours = terminal_has_colours(stream);
    size_t indent = text_columns(first), width = (size_t)terminal_width(stream), column = indent;
    fprintf(stream, "%s%s", first, style_begin(colours, style));
    for (const char *word = text; *word;) {
        size_t length = strcspn(word, " ");
        char *copy = format_string("%.*s", (int)length, word);
        size_t columns = text_columns(copy);
        if (column > indent && column + 1 + columns > width) {
            fprintf(stream, "%s\n%*s%s", style_end(colours, style), (int)indent, "",
                    style_begin(colours, style));
            column = indent;
        }
        fprintf(stream, "%s%s", column > indent ? " " : "", copy);
        column += columns + (column > indent);
        free(copy);
        word += length + strspn(word + length, " ");
    }
    fprintf(stream, "%s\n", style_end(colours, style));
    free(text);
}

static char *formatted(const char *format, va_list arguments) {
    char *text;
    return need(vasprintf(&text, format, arguments) < 0 ? NULL : text);
}

void print_paragraph(FILE *stream, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = formatted(format, arguments);
    va_end(arguments);
    print_wrapped(stream, STYLE_PLAIN, "", text);
    free(text);
}

void print_line(FILE *stream, const char *first, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = formatted(format, arguments);
    va_end(arguments);
    text_tame(text);
    fprintf(stream, "%s%s\n", first, text);
    free(text);
}

void print_heading(FILE *stream, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = formatted(format, arguments);
    va_end(arguments);
    fputc('\n', stream);
    print_wrapped(stream, STYLE_BOLD, "", text);
    free(text);
}

static bool starts_character(char byte) { return ((unsigned char)byte & 0xc0) != 0x80; }

/* Bytes of the colour that the text begins with; 0 if it does not. */
static size_t colour_length(const char *text) {
    if (text[0] != '\033' || text[1] != '[') return 0;
    size_t length = 2 + strspn(text + 2, "0123456789;");
    return text[length] == 'm' ? length + 1 : 0;
}

size_t text_columns(const char *text) {
    size_t columns = 0, colour;
    while (*text) {
        if ((colour = colour_length(text)) > 0) {
            text += colour;
        } else {
            columns += starts_character(*text);
            text++;
        }
    }
    return columns;
}

size_t text_fit(const char *text, size_t columns) {
    size_t length = 0, colour;
    while (text[length]) {
        if ((colour = colour_length(text + length)) > 0) {
            length += colour;
            continue;
        }
        if (starts_character(text[length]) && columns-- == 0) break;
        length++;
    }
    return length;
}

char *text_number(double number, int decimals) {
    char *plain = format_string("%.*f", decimals, number), *text = NULL;
    size_t size, digits = strspn(plain, "0123456789");
    FILE *stream = need(open_memstream(&text, &size));
    for (size_t i = 0; plain[i]; i++) {
        if (i > 0 && i < digits && (digits - i) % 3 == 0) fputc(',', stream);
        fputc(plain[i], stream);
    }
    fclose(stream);
    free(plain);
    return need(text);
}
