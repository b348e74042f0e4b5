#include "bench/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench/terminal.h"

#define NARROW 60 /* columns below which there is no bar */

static bool shown;

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
    line[text_fit(line, width > 1 ? (size_t)width - 1 : 0)] = 0;
}

void progress_show(double fraction, double left, const char *doing) {
    if (!terminal_is_live(stderr)) return;
    char line[PROGRESS_SIZE];
    progress_line(line, terminal_width(stderr), fraction, left, doing);
    fprintf(stderr, "\r%s\033[K", line);
    fflush(stderr);
    shown = true;
}

void progress_clear(void) {
    if (shown) fputs("\r\033[K", stderr);
    shown = false;
}

void progress_note(const char *format, ...) {
    progress_clear();
    fputs("tailrace: ", stderr);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}
