#define _GNU_SOURCE 1
#include "bench/util/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/util/memory.h"

/* The source tree as seen from the directory of the program; meson says if it is elsewhere. */
#ifndef TAILRACE_SOURCE_TREE
#define TAILRACE_SOURCE_TREE ".."
#endif

char *program_directory(Error *error) {
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length < 0) {
        fail(error, ERROR_FILE, "cannot tell where tailrace is: /proc/self/exe: %s",
             strerror(errno));
        return NULL;
    }
    path[length] = 0;
    *strrchr(path, '/') = 0;
    return copy_string(*path ? path : "/");
}

char *source_tree_path(const char *directory, const char *name) {
    return format_string("%s/" TAILRACE_SOURCE_TREE "/%s", directory, name);
}

char *find_suite(const char *directory, const char *name, Error *error) {
    if (strchr(name, '/')) return copy_string(name);
    static const char *const places[] = {"workloads", TAILRACE_SOURCE_TREE "/build/workloads",
                                         TAILRACE_SOURCE_TREE "/bench/workloads"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char *path = format_string("%s/%s/%s.json", directory, places[i], name);
        if (access(path, F_OK) == 0) return path;
        free(path);
    }
    if (strcmp(name, "real") == 0)
        fail(error, ERROR_FILE,
             "the suite \"real\" is not made yet: bench/real/fetch-real fetches and records its "
             "programs");
    else
        fail(error, ERROR_FILE, "there is no suite \"%s\" (a path to a suite file holds a slash)",
             name);
    return NULL;
}

char *find_peers(const char *directory) {
    char *folder = format_string("%s/peers", directory);
    if (access(folder, F_OK) == 0) return folder;
    free(folder);
    return source_tree_path(directory, "bench/peers");
}

char *find_on_path(const char *name) {
    const char *search = getenv("PATH");
    char *places = copy_string(search ? search : "/usr/bin:/bin"), *rest = places, *found = NULL;
    for (char *place; !found && (place = strsep(&rest, ":"));) {
        if (!*place) continue;
        found = format_string("%s/%s", place, name);
        struct stat status;
        if (stat(found, &status) != 0 || !S_ISREG(status.st_mode) || access(found, X_OK) != 0) {
            free(found);
            found = NULL;
        }
    }
    free(places);
    return found;
}

char *find_script(const char *directory, const char *name, Error *error) {
    char *path = format_string("%s/" TAILRACE_SOURCE_TREE "/scripts/%s", directory, name);
    if (access(path, R_OK) == 0) return path;
    fail(error, ERROR_FILE, "there is no script %s: is %s no longer in the source tree?", path,
         directory);
    free(path);
    return NULL;
}

char *results_directory(const char *directory) {
    char *results = source_tree_path(directory, "results/local");
    /* Only made where there is a results/ folder to hold it. */
    if (mkdir(results, 0777) == 0 || (errno == EEXIST && access(results, W_OK) == 0)) {
        char *resolved = realpath(results, NULL);
        if (resolved) {
            free(results);
            return resolved;
        }
    }
    free(results);
    return copy_string(".");
}

char *directory_of(const char *path) {
    char *copy = copy_string(path), *directory = copy_string(dirname(copy));
    free(copy);
    return directory;
}

char *directory_from(const char *file) {
    char *directory = directory_of(file), *from = realpath(directory, NULL);
    char *to = realpath(".", NULL), *path = copy_string("");
    size_t common = 0; /* bytes, up to before a slash */
    for (size_t i = 0; from && to; i++) {
        bool ends = (from[i] == '/' || !from[i]) && (to[i] == '/' || !to[i]);
        if (ends) common = i;
        if (from[i] != to[i] || !from[i]) break;
    }
    for (const char *rest = from ? from + common : ""; *rest; rest++) {
        if (*rest != '/' || !rest[1]) continue;
        char *longer = format_string("../%s", path);
        free(path);
        path = longer;
    }
    const char *rest = to ? to + common : "";
    char *whole = format_string("%s%s", path, rest + (*rest == '/'));
    size_t length = strlen(whole);
    if (length > 0 && whole[length - 1] == '/') whole[length - 1] = 0;
    bool known = from && to;
    free(path);
    free(directory);
    free(from);
    free(to);
    if (known && *whole) return whole;
    free(whole);
    return known ? copy_string(".") : NULL;
}

/* -1 and an Error if it is not a regular file that can be read. */
static int open_regular(const char *path, Error *error) {
    struct stat status;
    int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (descriptor < 0) {
        fail(error, ERROR_FILE, "cannot read %s: %s", path, strerror(errno));
    } else if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
        fail(error, ERROR_FILE, "cannot read %s: it is not a regular file", path);
        close(descriptor);
        descriptor = -1;
    }
    return descriptor;
}

char *read_descriptor(int descriptor, const char *path, size_t limit, size_t *size, Error *error) {
    char *bytes = NULL;
    size_t length = 0, room = 0;
    ssize_t piece;
    do {
        if (room - length < 1 << 15) {
            room = 2 * room + (1 << 16);
            bytes = grow(bytes, room + 1, 1);
        }
        piece = read(descriptor, bytes + length, room - length);
        if (piece > 0) length += (size_t)piece;
    } while ((piece > 0 && length <= limit) || (piece < 0 && errno == EINTR));
    if (piece < 0 || length > limit) {
        fail(error, ERROR_FILE, "cannot read %s: %s", path,
             piece < 0 ? strerror(errno) : "it is too large");
        free(bytes);
        return NULL;
    }
    bytes[length] = 0;
    if (size) *size = length;
    return bytes;
}

char *read_file(const char *path, size_t limit, size_t *size, Error *error) {
    int descriptor = open_regular(path, error);
    if (descriptor < 0) return NULL;
    char *bytes = read_descriptor(descriptor, path, limit, size, error);
    close(descriptor);
    return bytes;
}

bool digest_file(const char *path, char *digest, Error *error) {
    int descriptor = open_regular(path, error);
    if (descriptor < 0) return false;
    close(descriptor);
    if (SHA256File(path, digest)) return true;
    return fail(error, ERROR_FILE, "cannot read %s: %s", path, strerror(errno));
}
