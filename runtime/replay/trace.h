/* Reading a trace: what a module and its host did to one another, as scripts/record wrote it down.
 *
 * TRACE.md beside this file describes the format and what it means. A trace is read from its begin
 * to its end through a buffer of fixed size, so that the length of one costs no memory. Nothing in
 * it is trusted: every reading function fails with an Error that names the file and the byte. */
#ifndef TAILRACE_RUNTIME_REPLAY_TRACE_H
#define TAILRACE_RUNTIME_REPLAY_TRACE_H

#include <stddef.h>

#include "translator/module.h"

enum { TRACE_VERSION = 1, TRACE_DIGEST_BYTES = 32 /* of a SHA-256 */ };

/* The records, by the byte that each begins with. */
typedef enum TraceRecord {
    /* What the host did to the module's state. */
    TRACE_MEMORY_WRITE = 0x01, /* memory, address, count, bytes */
    TRACE_MEMORY_GROW = 0x02,  /* memory, pages */
    TRACE_TABLE_SET = 0x03,    /* table, index, value */
    TRACE_TABLE_GROW = 0x04,   /* table, elements, value */
    TRACE_GLOBAL_SET = 0x05,   /* global, value */
    TRACE_FOREIGN = 0x06,      /* a type: one more function that is not the module's */
    /* From the host into the module. */
    TRACE_INSTANTIATE = 0x10,
    TRACE_CALL = 0x11,   /* function, its arguments */
    TRACE_RETURN = 0x12, /* the import's results */
    TRACE_THROW = 0x13,  /* the import has thrown what the module does not catch */
    TRACE_THROW_EXCEPTION = 0x14, /* an exception that it may catch */
    /* From the module to the host. */
    TRACE_IMPORT = 0x20,  /* function, its arguments */
    TRACE_RESULT = 0x21,  /* the results of what was called */
    TRACE_TRAP = 0x22,    /* a TraceTrap */
    TRACE_UNWOUND = 0x23, /* what an import has thrown (0x13) has left what was called */
    TRACE_EXCEPTION = 0x24, /* an exception has left what was called */
    TRACE_END = 0x30,     /* crossings; of each memory its bytes and their SHA-256 */
} TraceRecord;

/* Why the module trapped, as finely as JavaScript engines tell. */
typedef enum TraceTrap {
    TRACE_TRAP_ANY, /* words that the recorder does not know */
    TRACE_TRAP_UNREACHABLE,
    TRACE_TRAP_DIVIDE_BY_ZERO,
    TRACE_TRAP_RANGE,  /* a quotient or a float that the integer type does not have */
    TRACE_TRAP_MEMORY, /* out of bounds of a memory */
    TRACE_TRAP_TABLE,  /* out of bounds of a table */
    TRACE_TRAP_CALLEE, /* an indirect call of null, or of another type */
    TRACE_TRAP_ALIGNMENT, /* an atomic access of an address that is not aligned */
    TRACE_TRAPS
} TraceTrap;

enum { TRACE_BUFFER_BYTES = 1 << 16 };

typedef struct TraceReader {
    const char *name; /* borrowed */
    int descriptor;
    uint64_t offset; /* in the file, of the buffer's first byte */
    size_t at, end;  /* in the buffer: the next byte, and behind the last */
    uint8_t buffer[TRACE_BUFFER_BYTES];
} TraceReader;

/* Opens a trace and checks its magic and version. trace_close is due unless it failed. */
bool trace_open(TraceReader *reader, const char *name, Error *error);
void trace_close(TraceReader *reader);

/* The module, to be freed with free(); it stands behind the version. */
bool trace_module(TraceReader *reader, uint8_t **bytes, size_t *size, Error *error);

/* Where the next byte stands in the file. */
static inline uint64_t trace_offset(const TraceReader *reader) {
    return reader->offset + reader->at;
}
/* Fails with a message that begins "FILE: byte 0x1f: ". */
bool trace_fail(const TraceReader *reader, uint64_t offset, Error *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

bool trace_byte(TraceReader *reader, uint8_t *value, Error *error);
bool trace_unsigned(TraceReader *reader, unsigned width, uint64_t *value, Error *error);
bool trace_bytes(TraceReader *reader, uint8_t *to, uint64_t count, Error *error);
/* A value as slots hold it; references as the number in the trace: 0 is null. */
bool trace_value(TraceReader *reader, ValueType type, uint64_t *value, Error *error);

/* Whether there is nothing behind the last record. */
bool trace_at_end(TraceReader *reader, Error *error);

/* "a call of an export", for messages. NULL if there is no such record. */
const char *trace_record_words(uint8_t record);

#endif
