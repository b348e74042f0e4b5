/* Where the front end finds things: all relative to the directory of the running program. */
#ifndef TAILRACE_BENCH_UTIL_PATHS_H
#define TAILRACE_BENCH_UTIL_PATHS_H

#include <stddef.h>

#include "translator/error.h"

/* The directory that holds the running tailrace program. To be freed. NULL and an Error if the
 * system does not tell. */
char *program_directory(Error *error);

/* The path of `name` in the source tree that the program was built from. To be freed. */
char *source_tree_path(const char *program_directory, const char *name);

/* The file of the suite `name`: the path itself if `name` holds a slash, else <name>.json in
 * `workloads/` beside the program, or in build/ or bench/ of the source tree that it was built
 * from. To be freed. NULL and an Error if there is none. */
char *find_suite(const char *program_directory, const char *name, Error *error);

/* The folder of what is known of peers (bench/input/peers.h): `peers/` beside the program, or that of the
 * source tree. To be freed. */
char *find_peers(const char *program_directory);

/* The path of a program that stands in $PATH. To be freed. NULL if there is none. */
char *find_on_path(const char *name);

/* The script `name` of the source tree that the program was built from. To be freed. NULL and an
 * Error if it is not there. */
char *find_script(const char *program_directory, const char *name, Error *error);

/* Where result files go if nobody says otherwise: `results/local/` of the source tree, which is
 * made if missing, or else the current directory. To be freed. */
char *results_directory(const char *program_directory);

/* The directory that is the current one, as seen from the one that holds `file`: "../..", "." if
 * they are the same. To be freed. NULL if the system does not tell. */
char *directory_from(const char *file);

/* The directory in which a path names a file. To be freed. */
char *directory_of(const char *path);

/* Reads a whole regular file of at most `limit` bytes and ends it with a NUL that `*size` does not
 * count. To be freed. NULL and an Error, which names the file, if that cannot be done. A pipe or a
 * device, for which one might wait for ever, is refused. */
char *read_file(const char *path, size_t limit, size_t *size, Error *error);

/* The rest of an open one, which messages call `path`. */
char *read_descriptor(int descriptor, const char *path, size_t limit, size_t *size, Error *error);

/* The SHA-256 of a regular file, in hexadecimal (SHA256_DIGEST_STRING_LENGTH of sha2.h). False and
 * an Error that names the file if that cannot be read. */
bool digest_file(const char *path, char *digest, Error *error);

#endif
