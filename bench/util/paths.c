#define _GNU_SOURCE 1
#include "bench/util/paths.h"

#include <errno.h>
#include <limits.h>
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

char *read_file(const char *path, size_t limit, size_t *size, Error *error) {
    FILE *file = fopen(path, "re");
    if (!file) {
        fail(error, ERROR_FILE, "cannot open %s: %s", path, strerror(errno));
        return NULL;
    }
    char *bytes = NULL;
    size_t length = 0, room = 0;
    do {
        room += 1 << 16;
        bytes = grow(bytes, room + 1, 1);
        length += fread(bytes + length, 1, room - length, file);
    } while (length == room && length <= limit);
    bool failed = ferror(file);
    int reason = errno;
    fclose(file);
    if (failed || length > limit) {
        fail(error, ERROR_FILE, "cannot read %s: %s", path,
             failed ? strerror(reason) : "it is too large");
        free(bytes);
        return NULL;
    }
    bytes[length] = 0;
    if (size) *size = length;
    return bytes;
}
