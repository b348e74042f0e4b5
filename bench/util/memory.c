#define _GNU_SOURCE 1
#include "bench/util/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/util/exit_status.h"

void *need(void *pointer) {
    if (pointer) return pointer;
    fputs("tailrace: out of memory\n", stderr);
    exit(EXIT_FAILED);
}

void *allocate(size_t size) { return need(calloc(1, size ? size : 1)); }

void *grow(void *array, size_t count, size_t item_size) {
    return need(reallocarray(array, count ? count : 1, item_size));
}

char *copy_string(const char *string) { return need(strdup(string)); }

char *format_string(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text;
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return need(length < 0 ? NULL : text);
}
