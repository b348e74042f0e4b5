/* The journal of a result file: what has finished since the file was last replaced.
 *
 * It stands beside the result file as FILE.samples while a run goes on, and afterwards if the run
 * was killed. Each line is one JSON document. The first is the result file's whole document as it
 * was when the sitting began. Each other line is {"sample": ...} or {"not_measured": ...}, an entry
 * of the result file's list of that name, appended and synced as soon as the sample has finished or
 * failed. A last line without its end was torn by a crash, and is dropped by reading. Entries that
 * the result file has already are in both. */
#ifndef TAILRACE_BENCH_DATA_JOURNAL_H
#define TAILRACE_BENCH_DATA_JOURNAL_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "translator/error.h"

typedef struct Journal {
    char *path;
    int descriptor; /* -1: it is not open */
    off_t length;   /* of what is whole */
} Journal;

/* Whether there is one beside the result file. */
bool journal_exists(const char *result_path);

/* Opens the journal, makes it if missing, and locks it. False and an Error if that cannot be done,
 * or another process has it. */
bool journal_open(Journal *journal, const char *result_path, Error *error);

/* Reads it: the head, NULL if it has none, and an array of the other lines. New references. False
 * and an Error if a line other than the last is damaged. */
bool journal_read(const Journal *journal, json_t **head, json_t **entries, Error *error);

/* Begins it anew with that head. */
bool journal_begin(Journal *journal, json_t *head, Error *error);

/* Appends {`kind`: `entry`}. Takes over `entry`. On failure (a full disk) it is as it was. */
bool journal_append(Journal *journal, const char *kind, json_t *entry, Error *error);

/* Closes it, and removes the file if `remove`. */
void journal_close(Journal *journal, bool remove);

#endif
