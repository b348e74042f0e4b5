#define _GNU_SOURCE 1
#include "bench/util/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/util/memory.h"

#define NARROW 60 /* columns below which there is no bar */

/* What is on the terminal. */
static struct {
    char **lines;
    size_t count;
    int width; /* of the terminal when it was drawn */
} picture;

void progress_line(char line[PROGRESS_SIZE], int width, double fraction, double left,
                   const char *doing) {
    char bar[48] = "";
    fraction = fraction < 0 ? 0 : fraction > 1 ? 1 : fraction;
    if (width >= NARROW) {
        int room = width / 4 < 40 ? width / 4 : 40, done = (int)(fraction * room);
        for (int i = 0; i < room; i++)
            bar[i] = i < done ? '#' : '-';
        strcpy(bar + room, "  ");
    }
    int seconds = left > 0 ? (int)(left + 0.5) : 0;
    snprintf(line, PROGRESS_SIZE, "%s%3d%%  %d:%02d left  %s", bar, (int)(fraction * 100),
             seconds / 60, seconds % 60, doing);
    text_tame(line);
    line[text_fit(line, width > 1 ? (size_t)width - 1 : 0)] = 0;
}

/* How many lines the cursor is below the first one. A terminal that has become narrower has broken
 * the lines that no longer fit, as nearly all do today. */
static size_t lines_above(int width) {
    size_t above = 0;
    for (size_t i = 0; i + 1 < picture.count; i++) {
        size_t columns = text_columns(picture.lines[i]), room = (size_t)width;
        above += width >= picture.width || columns <= room ? 1 : (columns + room - 1) / room;
    }
    return above;
}

static void go_to_top(FILE *stream, int width) {
    size_t above = lines_above(width);
    if (above > 0) fprintf(stream, "\033[%zuA", above);
    fputc('\r', stream);
}

static void forget(void) {
    for (size_t i = 0; i < picture.count; i++)
        free(picture.lines[i]);
    free(picture.lines);
    picture.lines = NULL;
    picture.count = 0;
}

/* Goes over what is on the terminal: lines that have not changed are not sent again, since a
 * terminal takes CPU time to draw them. */
static void paint(FILE *stream, char **lines, size_t count, int width) {
    bool same_shape = count == picture.count && width == picture.width;
    if (picture.count > 0) go_to_top(stream, width);
    if (picture.count > 0 && !same_shape) fputs("\033[J", stream);
    for (size_t i = 0; i < count; i++) {
        if (!same_shape)
            fputs(lines[i], stream);
        else if (strcmp(lines[i], picture.lines[i]) != 0)
            fprintf(stream, "%s\033[K", lines[i]);
        fputs(i + 1 < count ? "\n" : "\r", stream);
    }
}

void progress_draw(char **lines, size_t count) {
    int width = terminal_width(stderr);
    char *text = NULL;
    size_t size;
    FILE *stream = need(open_memstream(&text, &size));
    if (terminal_is_live(stderr)) paint(stream, lines, count, width);
    fclose(stream);
    fputs(need(text), stderr); /* at once, so that nothing flickers */
    free(text);
    forget();
    picture.lines = lines;
    picture.count = count;
    picture.width = width;
    if (!terminal_is_live(stderr)) forget();
}

void progress_show(double fraction, double left, const char *doing) {
    if (!terminal_is_live(stderr)) return;
    char line[PROGRESS_SIZE], **lines = allocate(sizeof *lines);
    progress_line(line, terminal_width(stderr), fraction, left, doing);
    lines[0] = copy_string(line);
    progress_draw(lines, 1);
}

static void erase(void) {
    if (picture.count == 0) return;
    go_to_top(stderr, terminal_width(stderr));
    fputs("\033[J", stderr);
}

void progress_clear(void) {
    erase();
    forget();
}

void progress_note(const char *format, ...) {
    char **lines = picture.lines;
    size_t count = picture.count;
    erase();
    picture.lines = NULL;
    picture.count = 0;
    fputs("tailrace: ", stderr);
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    need(length < 0 ? NULL : text);
    text_tame(text);
    fprintf(stderr, "%s\n", text);
    free(text);
    if (count > 0 && terminal_width(stderr) >= picture.width) {
        progress_draw(lines, count);
    } else { /* it comes back with the next sample, in the right size */
        for (size_t i = 0; i < count; i++)
            free(lines[i]);
        free(lines);
    }
}
