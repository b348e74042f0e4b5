/* Result files: a recording as one JSON document, described by results/schema.json. */
#ifndef TAILRACE_BENCH_RESULT_FILE_H
#define TAILRACE_BENCH_RESULT_FILE_H

#include <jansson.h>
#include <stdbool.h>

#include "bench/recording.h"
#include "translator/error.h"

#define RESULT_SCHEMA 1 /* the version of the document's form */

/* The document. A new reference. */
json_t *result_document(const Recording *recording);

/* A name that says what was measured: <directory>/<cpu>-<compiler>-<date and time>.json; a number
 * is added if that exists. To be freed. */
char *result_default_path(const Recording *recording, const char *directory);

/* Writes the document so that the file holds either all of the old or all of the new one: into a
 * temporary file beside it, which then takes its place. Something that is not a regular file (a
 * pipe, a device) is written directly, and only if `final`. False and an Error if that failed; the
 * file is then as it was. */
bool result_write(const char *path, json_t *document, bool final, Error *error);

/* Whether a file can be made at `path`; false and an Error if not. */
bool result_can_write(const char *path, Error *error);

#endif
