#define _GNU_SOURCE 1
#include "bench/util/output_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <libgen.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "bench/util/memory.h"
#include "bench/util/paths.h"

#define MOST_LINKS 40 /* that follow each other, as the kernel has it */

static bool cannot(const char *path, const char *why, Error *error) {
    return fail(error, ERROR_FILE, "cannot write the results to %s: %s", path, why);
}

/* Where the symbolic link leads, one step. To be freed; NULL if it is none. */
static char *next_of(const char *link) {
    char target[4096], *directory, *next;
    ssize_t length = readlink(link, target, sizeof target - 1);
    if (length < 0) return NULL;
    target[length] = 0;
    if (*target == '/') return copy_string(target);
    directory = directory_of(link);
    next = format_string("%s/%s", directory, target);
    free(directory);
    return next;
}

/* Whether it is, or leads to, a link of /proc, which stands for something that a process has open
 * and not for a name: /proc/self/fd/1, /dev/stdout. */
static bool is_open_file(const char *path) {
    char *at = copy_string(path), *next;
    bool found = false;
    for (int i = 0; i < MOST_LINKS && !found && (next = next_of(at)); i++) {
        struct statfs system;
        char *directory = directory_of(at);
        found = statfs(directory, &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
        free(directory);
        free(at);
        at = next;
    }
    free(at);
    return found;
}

bool output_is_stream(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && (S_ISCHR(status.st_mode) || S_ISFIFO(status.st_mode));
}

/* The file itself, behind links of this user's; it need not exist. To be freed. NULL and an Error
 * if it is not to be written. */
static char *file_behind(const char *path, Error *error) {
    struct stat status, link;
    const char *why = NULL;
    bool exists = stat(path, &status) == 0,
         linked = lstat(path, &link) == 0 && S_ISLNK(link.st_mode);
    if (!*path)
        why = "that is no name of a file";
    else if (exists && S_ISDIR(status.st_mode))
        why = "it is a directory";
    else if (exists && !S_ISREG(status.st_mode))
        why = "it is neither a file nor a pipe nor a terminal";
    else if (is_open_file(path))
        why = "it stands for an open file; give that file's own name";
    else if (linked && link.st_uid != geteuid())
        why = "it is a symbolic link of another user";
    else if (linked && !exists)
        why = "it is a symbolic link to nothing";
    if (why) {
        cannot(path, why, error);
        return NULL;
    }
    char *resolved = linked ? realpath(path, NULL) : NULL;
    return resolved ? resolved : copy_string(path);
}

bool output_can_write(const char *path, Error *error) {
    /* Trying it out by a file would leave that file behind if the process is killed just then;
     * opening the journal, which comes next, finds whatever else is wrong. */
    if (output_is_stream(path))
        return access(path, W_OK) == 0 || cannot(path, strerror(errno), error);
    char *file = file_behind(path, error);
    if (!file) return false;
    char *directory = directory_of(file);
    bool writable = access(directory, W_OK | X_OK) == 0;
    int reason = errno;
    free(directory);
    free(file);
    return writable || cannot(path, strerror(reason), error);
}

/* False, and errno, if not all could be written. */
static bool write_all(int descriptor, const char *text, size_t size) {
    while (size > 0) {
        ssize_t length = write(descriptor, text, size);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) return false;
        text += length;
        size -= (size_t)length;
    }
    return true;
}

static bool write_stream(const char *path, const char *text, size_t size, Error *error) {
    int descriptor = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    bool done = descriptor >= 0 && write_all(descriptor, text, size);
    int reason = errno;
    if (descriptor >= 0) close(descriptor);
    return done || cannot(path, strerror(reason), error);
}

/* The name of a new file beside `file`, for mkostemps() or fnmatch() by what stands for its random
 * letters. To be freed. */
static char *temporary_name(const char *file, const char *random) {
    char *directory = directory_of(file), *copy = copy_string(file);
    char *name = format_string("%s/.%s.%s.tmp", directory, basename(copy), random);
    free(directory);
    free(copy);
    return name;
}

/* With the permissions of any new file, which mkostemps() does not give. */
static bool permit(int descriptor) {
    mode_t mask = umask(0);
    umask(mask);
    return fchmod(descriptor, 0666 & ~mask) == 0;
}

/* Renames, if what is there is a file or nothing. False and errno. */
static bool take_place(const char *temporary, const char *file) {
    struct stat status;
    if (lstat(file, &status) == 0 && !S_ISREG(status.st_mode)) {
        errno = EEXIST;
        return false;
    }
    return rename(temporary, file) == 0;
}

static bool replace_file(const char *path, const char *file, const char *text, size_t size,
                         Error *error) {
    char *temporary = temporary_name(file, "XXXXXX");
    int descriptor = mkostemps(temporary, 4, O_CLOEXEC); /* exclusively: it follows no link */
    bool done = descriptor >= 0 && permit(descriptor) && write_all(descriptor, text, size) &&
                fsync(descriptor) == 0;
    int reason = errno;
    if (descriptor >= 0 && close(descriptor) != 0 && done) {
        done = false;
        reason = errno;
    }
    if (done && !take_place(temporary, file)) {
        done = false;
        reason = errno;
    }
    if (!done && descriptor >= 0) unlink(temporary);
    free(temporary);
    return done || cannot(path, strerror(reason), error);
}

bool output_write(const char *path, const char *text, size_t size, Error *error) {
    if (output_is_stream(path)) return write_stream(path, text, size, error);
    char *file = file_behind(path, error);
    bool done = file && replace_file(path, file, text, size, error);
    free(file);
    return done;
}

/* A pattern that stands for this name alone. To be freed. */
static char *literal(const char *name) {
    char *pattern = allocate(2 * strlen(name) + 1), *end = pattern;
    for (; *name; name++) {
        if (strchr("*?[\\", *name)) *end++ = '\\';
        *end++ = *name;
    }
    return pattern;
}

void output_clear_leftovers(const char *path) {
    Error ignored;
    char *file = output_is_stream(path) ? NULL : file_behind(path, &ignored);
    if (!file) return;
    char *directory = directory_of(file), *escaped = literal(file);
    char *pattern = temporary_name(escaped, "??????"), *name = strrchr(pattern, '/') + 1;
    struct dirent **entries;
    int count = scandir(directory, &entries, NULL, NULL);
    for (int i = 0; i < count; i++) {
        char *leftover = format_string("%s/%s", directory, entries[i]->d_name);
        if (fnmatch(name, entries[i]->d_name, 0) == 0) unlink(leftover);
        free(leftover);
        free(entries[i]);
    }
    if (count >= 0) free(entries);
    free(pattern);
    free(escaped);
    free(directory);
    free(file);
}
