#define _GNU_SOURCE 1
#include "bench/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool terminal_is_live(FILE *stream) {
    const char *kind = getenv("TERM");
    return isatty(fileno(stream)) && kind && strcmp(kind, "dumb") != 0;
}

int terminal_width(FILE *stream) {
    struct winsize size;
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 80;
}

void print_styled(FILE *stream, Style style, const char *text) {
    const char *no_colour = getenv("NO_COLOR");
    if (style == STYLE_PLAIN || !terminal_is_live(stream) || (no_colour && *no_colour))
        fputs(text, stream);
    else
        fprintf(stream, "\033[%sm%s\033[0m", style == STYLE_BOLD ? "1" : "33", text);
}

static bool starts_character(char byte) { return ((unsigned char)byte & 0xc0) != 0x80; }

size_t text_columns(const char *text) {
    size_t columns = 0;
    for (; *text; text++)
        columns += starts_character(*text);
    return columns;
}

size_t text_fit(const char *text, size_t columns) {
    size_t length = 0;
    for (; text[length]; length++)
        if (starts_character(text[length]) && columns-- == 0) break;
    return length;
}
