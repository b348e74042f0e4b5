#define _GNU_SOURCE 1
#include "bench/data/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench/util/memory.h"
#include "bench/util/paths.h"

#define JOURNAL_LIMIT (1u << 30)

static char *journal_path(const char *result_path) {
    return format_string("%s.samples", result_path);
}

bool journal_exists(const char *result_path) {
    char *path = journal_path(result_path);
    bool exists = access(path, F_OK) == 0;
    free(path);
    return exists;
}

static bool is_removed(int descriptor) {
    struct stat status;
    return fstat(descriptor, &status) == 0 && status.st_nlink == 0;
}

/* Opens it, if it is or becomes a regular file: not what a link leads to, which somebody else may
 * have put there, nor a pipe, which would be waited for. False, and errno. */
static bool open_file(Journal *journal) {
    struct stat status;
    journal->descriptor =
        open(journal->path,
             O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);
    if (journal->descriptor < 0) return false;
    if (fstat(journal->descriptor, &status) == 0 && S_ISREG(status.st_mode)) return true;
    close(journal->descriptor);
    journal->descriptor = -1;
    errno = EINVAL;
    return false;
}

/* Opens and locks it. The process that wrote it may be killed and not yet quite gone: waits a
 * little. Between opening and locking, a process that ends removes it. False, and errno. */
static bool lock(Journal *journal) {
    for (int attempts = 0; attempts < 20; attempts++) {
        if (!open_file(journal)) return false;
        bool locked = flock(journal->descriptor, LOCK_EX | LOCK_NB) == 0;
        int reason = errno;
        if (locked && !is_removed(journal->descriptor)) return true;
        close(journal->descriptor);
        journal->descriptor = -1;
        errno = reason;
        if (!locked && reason != EWOULDBLOCK) return false;
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    errno = EWOULDBLOCK;
    return false;
}

/* All of it. To be freed. */
static char *read_text(const Journal *journal, size_t *size, Error *error) {
    lseek(journal->descriptor, 0, SEEK_SET); /* what is written goes to the end all the same */
    return read_descriptor(journal->descriptor, journal->path, JOURNAL_LIMIT, size, error);
}

/* A line that a crash has torn does not count: a journal of a torn head alone is an empty one. */
static bool find_length(Journal *journal, Error *error) {
    size_t size;
    char *text = read_text(journal, &size, error);
    if (!text) return false;
    const char *last = memrchr(text, '\n', size);
    journal->length = last ? last + 1 - text : 0;
    free(text);
    return true;
}

bool journal_open(Journal *journal, const char *result_path, Error *error) {
    *journal = (Journal){.path = journal_path(result_path)};
    if (lock(journal)) {
        if (find_length(journal, error)) return true;
    } else if (errno == EWOULDBLOCK) {
        fail(error, ERROR_FILE, "another tailrace bench is writing %s", result_path);
    } else {
        fail(error, ERROR_FILE, "cannot write %s: %s", journal->path,
             errno == EINVAL || errno == ELOOP || errno == ENXIO ? "it is not a regular file"
                                                                 : strerror(errno));
    }
    journal_close(journal, false);
    return false;
}

bool journal_read(const Journal *journal, json_t **head, json_t **entries, Error *error) {
    size_t size;
    char *text = read_text(journal, &size, error), *end;
    *head = NULL;
    *entries = NULL;
    if (!text) return false;
    *entries = json_array();
    int number = 1;
    for (char *line = text; (end = memchr(line, '\n', size - (size_t)(line - text))); number++) {
        json_error_t reason;
        json_t *json = json_loadb(line, (size_t)(end - line), JSON_REJECT_DUPLICATES, &reason);
        line = end + 1;
        bool is_last = !memchr(line, '\n', size - (size_t)(line - text));
        if (!json && is_last) break; /* torn */
        if (!json) {
            fail(error, ERROR_FILE, "%s is damaged: line %d: %s", journal->path, number,
                 reason.text);
            json_decref(*head);
            json_decref(*entries);
            free(text);
            return false;
        }
        if (number == 1)
            *head = json;
        else
            json_array_append_new(*entries, json);
    }
    free(text);
    return true;
}

/* All of the text and its place on the disk, or nothing. */
static bool append_text(Journal *journal, const char *text, size_t size, Error *error) {
    size_t done = 0;
    while (done < size) {
        ssize_t length = write(journal->descriptor, text + done, size - done);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) break;
        done += (size_t)length;
    }
    if (done == size && fdatasync(journal->descriptor) == 0) {
        journal->length += (off_t)size;
        return true;
    }
    fail(error, ERROR_FILE, "cannot write %s: %s", journal->path, strerror(errno));
    if (ftruncate(journal->descriptor, journal->length) != 0)
        journal->length = -1; /* a torn line stays, which reading drops */
    return false;
}

static bool append_line(Journal *journal, json_t *json, Error *error) {
    char *line = need(json_dumps(json, JSON_COMPACT));
    size_t length = strlen(line);
    line[length] = '\n'; /* where the NUL was */
    bool done = append_text(journal, line, length + 1, error);
    free(line);
    return done;
}

bool journal_begin(Journal *journal, json_t *head, Error *error) {
    if (ftruncate(journal->descriptor, 0) != 0)
        return fail(error, ERROR_FILE, "cannot write %s: %s", journal->path, strerror(errno));
    journal->length = 0;
    return append_line(journal, head, error);
}

bool journal_append(Journal *journal, const char *kind, json_t *entry, Error *error) {
    json_t *line = need(json_pack("{s:o}", kind, entry));
    bool done = append_line(journal, line, error);
    json_decref(line);
    return done;
}

void journal_close(Journal *journal, bool remove) {
    if (remove && journal->path) unlink(journal->path);
    if (journal->descriptor >= 0) close(journal->descriptor);
    free(journal->path);
    *journal = (Journal){.descriptor = -1};
}
