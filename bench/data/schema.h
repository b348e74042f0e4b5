/* results/schema.json, and whether a document holds to it.
 *
 * A validator of the part of JSON Schema 2020-12 that the schema uses: type, properties, required,
 * additionalProperties, items, minItems, enum, const, minimum, exclusiveMinimum, pattern (POSIX
 * extended), $ref to "#/$defs/NAME", and the annotations $schema, $defs, title and description. The
 * schema is part of the program. */
#ifndef TAILRACE_BENCH_DATA_SCHEMA_H
#define TAILRACE_BENCH_DATA_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>

#include "translator/error.h"

/* Whether the document holds to the schema, or to the part of that name in its "$defs". False and
 * an Error that names the first place where it does not: "samples[12].phases.execute.cpu is -3:
 * less than 0". */
bool schema_check(json_t *document, const char *definition, Error *error);

/* The same against any schema. `root` is where $ref looks. At most 100 schemas apply to a value and
 * those around it: what lies deeper is refused. */
bool schema_validate(json_t *document, json_t *schema, json_t *root, Error *error);

/* Whether the schema uses nothing that the validator does not know. False and an Error that names
 * it. */
bool schema_is_understood(json_t *schema, Error *error);

/* The schema. Not to be freed. */
json_t *schema_document(void);

#endif
