#define _GNU_SOURCE
#include "runtime/replay/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "translator/leb.h"

/* As for files of modules: nobody has seen a tenth of this. */
#define MAX_MODULE_BYTES ((uint64_t)1 << 30)

static const uint8_t magic[4] = {0x7f, 't', 'r', 'c'};

bool trace_fail(const TraceReader *reader, uint64_t offset, Error *error, const char *format, ...) {
    char message[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return fail(error, ERROR_MALFORMED, "%s: byte 0x%llx: %s", reader->name,
                (unsigned long long)offset, message);
}

/* Reads on when the buffer is used up. False without an error at the end of the file. */
static bool fill(TraceReader *reader, Error *error) {
    error->kind = ERROR_NONE;
    if (reader->at < reader->end) return true;
    reader->offset += reader->end;
    reader->at = reader->end = 0;
    ssize_t got;
    do
        got = read(reader->descriptor, reader->buffer, sizeof reader->buffer);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return fail(error, ERROR_FILE, "cannot read %s: %s", reader->name, strerror(errno));
    reader->end = (size_t)got;
    return got > 0;
}

static bool need_more(TraceReader *reader, Error *error) {
    if (fill(reader, error)) return true;
    if (error->kind != ERROR_NONE) return false;
    return trace_fail(reader, trace_offset(reader), error,
                      "the trace ends here, in the middle, as when the recorded process or thread "
                      "is killed");
}

bool trace_open(TraceReader *reader, const char *name, Error *error) {
    reader->name = name;
    reader->offset = reader->at = reader->end = 0;
    reader->descriptor = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (reader->descriptor < 0)
        return fail(error, ERROR_FILE, "cannot open %s: %s", name, strerror(errno));
    uint8_t head[sizeof magic];
    uint64_t version;
    bool done = trace_bytes(reader, head, sizeof head, error);
    if (!done && error->kind == ERROR_MALFORMED) memset(head, 0, sizeof head);
    if (done || error->kind == ERROR_MALFORMED) {
        done = memcmp(head, magic, sizeof magic) == 0 ||
               fail(error, ERROR_MALFORMED, "%s is not a trace of scripts/record", name);
        done = done && trace_unsigned(reader, 32, &version, error);
        if (done && version != TRACE_VERSION)
            done = fail(error, ERROR_MALFORMED,
                        "%s is a trace of version %llu, and this program reads version %d: record "
                        "it again",
                        name, (unsigned long long)version, TRACE_VERSION);
    }
    if (!done) trace_close(reader);
    return done;
}

void trace_close(TraceReader *reader) {
    if (reader->descriptor >= 0) close(reader->descriptor);
    reader->descriptor = -1;
}

/* The size is believed only as far as there are bytes. */
bool trace_module(TraceReader *reader, uint8_t **bytes, size_t *size, Error *error) {
    uint64_t offset = trace_offset(reader), wanted;
    if (!trace_unsigned(reader, 64, &wanted, error)) return false;
    if (wanted == 0 || wanted > MAX_MODULE_BYTES)
        return trace_fail(reader, offset, error, "a module of %llu bytes",
                          (unsigned long long)wanted);
    uint8_t *read = NULL;
    size_t have = 0;
    for (size_t capacity = 1 << 20; have < wanted; capacity *= 2) {
        if (capacity > wanted) capacity = wanted;
        uint8_t *grown = realloc(read, capacity);
        if (!grown) fail(error, ERROR_MEMORY, "%s: out of memory for its module", reader->name);
        if (!grown || !trace_bytes(reader, grown + have, capacity - have, error)) {
            free(grown ? grown : read);
            return false;
        }
        read = grown;
        have = capacity;
    }
    *bytes = read;
    *size = have;
    return true;
}

bool trace_byte(TraceReader *reader, uint8_t *value, Error *error) {
    if (reader->at == reader->end && !need_more(reader, error)) return false;
    *value = reader->buffer[reader->at++];
    return true;
}

bool trace_bytes(TraceReader *reader, uint8_t *to, uint64_t count, Error *error) {
    while (count > 0) {
        if (!need_more(reader, error)) return false;
        size_t part = reader->end - reader->at;
        if (part > count) part = (size_t)count;
        memcpy(to, reader->buffer + reader->at, part);
        reader->at += part;
        to += part;
        count -= part;
    }
    return true;
}

/* Collects the bytes of one number: they may lie on both sides of the buffer's end. */
static bool number_bytes(TraceReader *reader, uint8_t bytes[10], size_t *count, Error *error) {
    *count = 0;
    do
        if (!trace_byte(reader, &bytes[*count], error)) return false;
    while (bytes[(*count)++] >= 0x80 && *count < 10);
    return true;
}

bool trace_unsigned(TraceReader *reader, unsigned width, uint64_t *value, Error *error) {
    uint64_t offset = trace_offset(reader);
    uint8_t bytes[10];
    const uint8_t *at = bytes;
    size_t count;
    if (!number_bytes(reader, bytes, &count, error)) return false;
    return leb_checked_unsigned(&at, bytes + count, width, value) == LEB_OK ||
           trace_fail(reader, offset, error, "a number that does not fit in %u bits", width);
}

static bool trace_signed(TraceReader *reader, unsigned width, int64_t *value, Error *error) {
    uint64_t offset = trace_offset(reader);
    uint8_t bytes[10];
    const uint8_t *at = bytes;
    size_t count;
    if (!number_bytes(reader, bytes, &count, error)) return false;
    return leb_checked_signed(&at, bytes + count, width, value) == LEB_OK ||
           trace_fail(reader, offset, error, "a number that does not fit in %u bits", width);
}

bool trace_value(TraceReader *reader, ValueType type, uint64_t *value, Error *error) {
    int64_t number = 0;
    *value = 0;
    switch (type) {
    case TYPE_I32:
        if (!trace_signed(reader, 32, &number, error)) return false;
        *value = (uint32_t)number;
        return true;
    case TYPE_I64:
        if (!trace_signed(reader, 64, &number, error)) return false;
        *value = (uint64_t)number;
        return true;
    case TYPE_F32: return trace_bytes(reader, (uint8_t *)value, 4, error);
    case TYPE_F64: return trace_bytes(reader, (uint8_t *)value, 8, error);
    case TYPE_V128:
        return trace_fail(reader, trace_offset(reader), error,
                          "a v128, which no JavaScript gives or takes");
    default: return trace_unsigned(reader, 32, value, error);
    }
}

bool trace_at_end(TraceReader *reader, Error *error) {
    if (!fill(reader, error)) return error->kind == ERROR_NONE;
    return trace_fail(reader, trace_offset(reader), error, "there is more behind the trace's end");
}

const char *trace_record_words(uint8_t record) {
    switch (record) {
    case TRACE_MEMORY_WRITE: return "a write to a memory";
    case TRACE_MEMORY_GROW: return "the growth of a memory";
    case TRACE_TABLE_SET: return "a change of a table";
    case TRACE_TABLE_GROW: return "the growth of a table";
    case TRACE_GLOBAL_SET: return "a change of a global";
    case TRACE_FOREIGN: return "a function of the host";
    case TRACE_INSTANTIATE: return "the instantiation";
    case TRACE_CALL: return "a call by the host";
    case TRACE_RETURN: return "the return of an import";
    case TRACE_THROW: return "an import's exception";
    case TRACE_THROW_EXCEPTION: return "an exception of an import";
    case TRACE_IMPORT: return "a call of an import";
    case TRACE_RESULT: return "a return to the host";
    case TRACE_TRAP: return "a trap";
    case TRACE_UNWOUND: return "an exception that passed through";
    case TRACE_EXCEPTION: return "an exception";
    case TRACE_END: return "the end";
    default: return NULL;
    }
}
