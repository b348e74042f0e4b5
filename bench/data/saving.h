/* The life of one result file: it is made new, or an earlier run is gone on with (resume.h); then
 * the run is kept while it goes on, so that nothing finished is ever lost: each sample in the
 * journal when it has finished (journal.h), all of them in the file after each round
 * (result_file.h). What cannot be written is told once, and measuring goes on.
 *
 *     saving_new or saving_resume, saving_take_over
 *     saving_begin
 *     saving_sample, saving_process, saving_failure, saving_replace ...
 *     saving_close */
#ifndef TAILRACE_BENCH_DATA_SAVING_H
#define TAILRACE_BENCH_DATA_SAVING_H

#include <stdbool.h>

#include "bench/data/journal.h"
#include "bench/data/recording.h"

typedef struct Saving {
    char *path;
    json_t *earlier;      /* the document of the run that is gone on with; NULL: a new run */
    Journal journal;      /* not open if the results go to a stream */
    bool journal_failed;  /* nothing more is written to it */
    bool write_failed;    /* so did the last attempt to replace the result file */
    bool invalid_is_told; /* that the document does not hold to the schema */
    bool complete;        /* all is in the result file */
} Saving;

/* Takes the place of a new run's results, before anything is measured: `path`, or a new name in
 * `folder` if that is NULL. False and an Error if nothing can be written there, or a journal of
 * another run is there. */
bool saving_new(Saving *saving, const Recording *recording, const char *path, const char *folder,
                Error *error);

/* Opens the file of a run that is to be gone on with: `earlier` is what is known of it. False and
 * an Error, which names the file, if there is none. */
bool saving_resume(Saving *saving, const char *path, Error *error);

/* Takes over what was measured in earlier sittings, after recording_prepare. False and an Error if
 * the machine, the builds' programs or the workloads are others. What may differ, and does, is said
 * in *notes, to be freed. */
bool saving_take_over(const Saving *saving, Recording *recording, char **notes, Error *error);

/* The directory that paths in the recording are relative to: the file's. To be freed; NULL if the
 * results go to a stream. */
char *saving_directory(const Saving *saving);

/* Whether the results go to something that is not a file, and so cannot be read again. */
bool saving_to_stream(const Saving *saving);

/* Begins the journal; a resumed run's file is first replaced by what was in both. False and an
 * Error only if that cannot be done: nothing is lost then. */
bool saving_begin(Saving *saving, Recording *recording, Error *error);

/* The last sample, or the last thing not measured, has been added to the recording. */
void saving_sample(Saving *saving, const Recording *recording);
/* The same of a process of an engine. */
void saving_process(Saving *saving, const Recording *recording);
void saving_failure(Saving *saving, const Recording *recording);

/* A round is finished, or all, which ends the journal. False, having told why, if the file could
 * not be written. */
bool saving_replace(Saving *saving, const Recording *recording, bool final);

/* Removes the journal if there is nothing in it. */
void saving_close(Saving *saving);

#endif
