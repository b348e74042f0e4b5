/* Result files: a recording as one JSON document, described by results/schema.json, which every
 * document is held against when it is written and when it is read (schema.h).
 *
 * The file is replaced as a whole after each round; journal.h says how what the unfinished round
 * has is kept. */
#ifndef TAILRACE_BENCH_DATA_RESULT_FILE_H
#define TAILRACE_BENCH_DATA_RESULT_FILE_H

#include <jansson.h>
#include <stdbool.h>

#include "bench/data/recording.h"
#include "translator/error.h"

#define RESULT_SCHEMA 2 /* the version of the document's form */

/* The document. A new reference. */
json_t *result_document(const Recording *recording);

/* An entry of its "samples", and of its "not_measured". New references. */
json_t *result_sample(const Recording *recording, const Sample *sample);
json_t *result_gap(const Recording *recording, const NotMeasured *entry);

/* Whether it is a document of this schema that holds to it. */
bool result_check(json_t *document, Error *error);

/* Reads a document and checks it. A new reference; NULL and an Error, which names the file, if it
 * cannot be read, is of another schema, or does not hold to it. */
json_t *result_read(const char *path, Error *error);

/* A name that says what was measured: <directory>/<cpu>-<compiler>-<date and time>.json; a number
 * is added if that exists. To be freed. */
char *result_default_path(const Recording *recording, const char *directory);

/* Writes the document so that the file holds either all of the old or all of the new one: into a
 * temporary file beside it, which then takes its place. Something that is not a regular file (a
 * pipe, a device) is written directly, and only if `final`. False and an Error if that failed; the
 * file is then as it was. */
bool result_write(const char *path, json_t *document, bool final, Error *error);

/* Whether it is something that cannot be replaced: a pipe, a device. */
bool result_is_special(const char *path);

/* Whether a file may be made at `path`, which leaves nothing there; false and an Error if not. */
bool result_can_write(const char *path, Error *error);

#endif
