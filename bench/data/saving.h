/* How a run is kept while it goes on, so that nothing finished is ever lost: each sample in the
 * journal when it has finished (journal.h), all of them in the result file after each round
 * (result_file.h). What cannot be written is told once, and measuring goes on. */
#ifndef TAILRACE_BENCH_DATA_SAVING_H
#define TAILRACE_BENCH_DATA_SAVING_H

#include <stdbool.h>

#include "bench/data/journal.h"
#include "bench/data/recording.h"

typedef struct Saving {
    char *path;
    Journal journal;      /* not open if the results go to a stream */
    bool journal_failed;  /* nothing more is written to it */
    bool write_failed;    /* so did the last attempt to replace the result file */
    bool invalid_is_told; /* that the document does not hold to the schema */
    bool complete;        /* all is in the result file */
} Saving;

/* Takes the place of the results, before anything is measured. A run that is not resumed must not
 * find the journal of another one there. False and an Error if nothing can be written there. */
bool saving_open(Saving *saving, const char *path, bool resumed, Error *error);

/* Begins the journal; a resumed run's file is first replaced by what was in both. False and an
 * Error only if that cannot be done: nothing is lost then. */
bool saving_begin(Saving *saving, Recording *recording, bool resumed, Error *error);

/* The last sample, or the last thing not measured, has been added to the recording. */
void saving_sample(Saving *saving, const Recording *recording);
void saving_failure(Saving *saving, const Recording *recording);

/* A round is finished, or all, which ends the journal. False, having told why, if the file could
 * not be written. */
bool saving_replace(Saving *saving, const Recording *recording, bool final);

/* Removes the journal if there is nothing in it. */
void saving_close(Saving *saving);

#endif
