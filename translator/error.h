/* How the engine reports what went wrong: one sentence, owned by the caller.
 *
 * Functions that can fail return false and fill an Error. The sentence says what, where and, if
 * there is one, the remedy; it has no trailing newline or full stop so that callers can embed
 * it. */
#ifndef TAILRACE_TRANSLATOR_ERROR_H
#define TAILRACE_TRANSLATOR_ERROR_H

#include <stdbool.h>
#include <stddef.h>

/* What kind of failure it was. Callers that only print can ignore it. */
typedef enum ErrorKind {
    ERROR_NONE,
    ERROR_MALFORMED,     /* the bytes are not a WebAssembly binary module (spec: "malformed") */
    ERROR_INVALID,       /* well-formed, but breaks a validation rule (spec: "invalid") */
    ERROR_UNSUPPORTED,   /* needs a proposal that this engine does not have; the message names it */
    ERROR_LIMIT,         /* exceeds a limit of this implementation; the message names the limit */
    ERROR_LINK,          /* an import is missing or has another type (spec: "unlinkable") */
    ERROR_TRAP,          /* a trap while instantiating or running (spec: "trap") */
    ERROR_EXCEPTION,     /* an exception that nothing has caught, likewise (spec: "exception") */
    ERROR_MEMORY,        /* the host is out of memory or address space */
    ERROR_FILE,          /* a file cannot be read or written */
} ErrorKind;

typedef struct Error {
    ErrorKind kind;
    char message[512]; /* NUL-terminated, cut if longer */
} Error;

/* Copies text that may come from anybody, such as a name in a module, so that it can be shown on a
 * terminal: control characters (C0, DEL, C1 and those that turn the direction of text) and what is
 * no UTF-8 become question marks. As much as fits `size` bytes with the NUL behind it, in whole
 * characters; `to` may be `from`. */
void copy_printable(char *to, size_t size, const char *from, size_t length);

/* The same in place. */
void text_tame(char *text);

/* Fills `error` (printf-style) with printable text and returns false, so that callers can
 * `return fail(...)`. */
bool fail(Error *error, ErrorKind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
