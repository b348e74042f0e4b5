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

/* An entry of its "samples", of the samples of its "peers", and of its "not_measured". New
 * references. */
json_t *result_sample(const Recording *recording, const Sample *sample);
json_t *result_process(const Recording *recording, const ProcessSample *sample);
json_t *result_gap(const Recording *recording, const NotMeasured *entry);
/* Its "placement". A new reference. */
json_t *result_placement(const Recording *recording);

/* Whether it is a document of this schema that holds to it. */
bool result_check(json_t *document, Error *error);

/* Reads a document and checks it. A new reference; NULL and an Error, which names the file, if it
 * cannot be read, is of another schema, or does not hold to it. */
json_t *result_read(const char *path, Error *error);

/* A name that says what was measured: <directory>/<cpu>-<compiler>-<date and time>.json; a number
 * is added if that exists. To be freed. */
char *result_default_path(const Recording *recording, const char *directory);

/* Writes the document as output_file.h has it; to a stream only if `final`. False and an Error if
 * that failed; a file is then as it was. */
bool result_write(const char *path, json_t *document, bool final, Error *error);

#endif
