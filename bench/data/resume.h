/* Going on with a run that was interrupted, killed or completed. */
#ifndef TAILRACE_BENCH_DATA_RESUME_H
#define TAILRACE_BENCH_DATA_RESUME_H

#include <jansson.h>
#include <stdbool.h>

#include "bench/data/journal.h"
#include "bench/data/recording.h"
#include "translator/error.h"

/* What is known of the run: its result file, and what its journal has beyond that; the journal
 * alone if the run was killed before it replaced the file. A valid document, a new reference; NULL
 * and an Error if there is none. */
json_t *resume_read(const char *path, const Journal *journal, Error *error);

/* Takes over what was measured, after recording_prepare. False and an Error if the machine, the
 * builds' programs or the workloads are others. What may differ, and does, is said in *notes, to be
 * freed. */
bool resume_load(Recording *recording, json_t *document, char **notes, Error *error);

#endif
