#include "translator/error.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Bytes of the UTF-8 character that begins there; 0 if none does. Its number is in *point. Unicode's
 * table 3-7. */
static size_t character(const unsigned char *at, size_t left, uint32_t *point) {
    size_t length = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if ((at[0] >= 0x80 && at[0] < 0xc2) || at[0] > 0xf4 || length > left) return 0;
    *point = length == 1 ? at[0] : at[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80) return 0;
        *point = *point << 6 | (at[i] & 0x3f);
    }
    bool surrogate = *point >= 0xd800 && *point < 0xe000;
    return *point < least[length] || surrogate || *point > 0x10ffff ? 0 : length;
}

static bool is_control(uint32_t point) {
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || /* C0, DEL, C1 */
           point == 0x200e || point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069); /* line separators, directions */
}

void copy_printable(char *to, size_t size, const char *from, size_t length) {
    if (size == 0) return;
    for (size_t i = 0, taken; i < length; i += taken) {
        uint32_t point = 0;
        taken = character((const unsigned char *)from + i, length - i, &point);
        bool shown = taken > 0 && !is_control(point);
        if (taken == 0) taken = 1;
        size_t added = shown ? taken : 1;
        if (added >= size) break;
        if (shown)
            memmove(to, from + i, added);
        else
            *to = '?';
        to += added;
        size -= added;
    }
    *to = 0;
}

void text_tame(char *text) {
    size_t length = strlen(text);
    copy_printable(text, length + 1, text, length);
}

bool fail(Error *error, ErrorKind kind, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    error->kind = kind;
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    text_tame(error->message);
    return false;
}
