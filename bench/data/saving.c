#define _GNU_SOURCE 1
#include "bench/data/saving.h"

#include <stdlib.h>
#include <unistd.h>

#include "bench/data/result_file.h"
#include "bench/data/resume.h"
#include "bench/data/schema.h"
#include "bench/util/memory.h"
#include "bench/util/output_file.h"
#include "bench/util/paths.h"
#include "bench/util/progress.h"

static bool take_place(Saving *saving, const char *path, bool resumed, Error *error) {
    *saving = (Saving){.path = copy_string(path), .journal.descriptor = -1};
    if (!output_can_write(path, error)) return false;
    if (output_is_stream(path)) return true;
    if (!journal_open(&saving->journal, path, error)) return false;
    output_clear_leftovers(path); /* nobody else is writing, who holds the journal */
    if (resumed || saving->journal.length == 0) return true;
    fail(error, ERROR_FILE,
         "%s has samples of a run that was killed: go on with it by --resume %s, or remove it",
         saving->journal.path, path);
    journal_close(&saving->journal, false);
    return false;
}

bool saving_new(Saving *saving, const Recording *recording, const char *path, const char *folder,
                Error *error) {
    char *chosen = path ? copy_string(path) : result_default_path(recording, folder);
    bool done = take_place(saving, chosen, false, error);
    free(chosen);
    return done;
}

bool saving_resume(Saving *saving, const char *path, Error *error) {
    if (output_is_stream(path) || (access(path, F_OK) != 0 && !journal_exists(path)))
        return fail(error, ERROR_FILE,
                    "there is no run to go on with: %s is not there, or not a file", path);
    if (!take_place(saving, path, true, error)) return false;
    saving->earlier = resume_read(path, &saving->journal, error);
    return saving->earlier != NULL;
}

bool saving_take_over(const Saving *saving, Recording *recording, char **notes, Error *error) {
    return resume_load(recording, saving->earlier, notes, error);
}

bool saving_to_stream(const Saving *saving) { return output_is_stream(saving->path); }

char *saving_directory(const Saving *saving) {
    return saving_to_stream(saving) ? NULL : directory_from(saving->path);
}

bool saving_begin(Saving *saving, Recording *recording, Error *error) {
    if (saving->journal.descriptor < 0) return true;
    json_t *document = result_document(recording);
    Error why;
    bool kept = !saving->earlier || result_write(saving->path, document, false, error);
    if (kept && !journal_begin(&saving->journal, document, &why)) {
        progress_note("%s; until a round is finished, its samples are in memory alone",
                      why.message);
        saving->journal_failed = true;
    }
    json_decref(document);
    return kept;
}

static void append(Saving *saving, const char *kind, json_t *entry) {
    Error error;
    if (saving->journal.descriptor < 0 || saving->journal_failed) {
        json_decref(entry);
    } else if (!journal_append(&saving->journal, kind, entry, &error)) {
        progress_note(
            "%s; measuring goes on, and what it finds is in memory alone until a round is "
            "finished",
            error.message);
        saving->journal_failed = true;
    }
}

void saving_sample(Saving *saving, const Recording *recording) {
    append(saving, "sample",
           result_sample(recording, &recording->samples[recording->sample_count - 1]));
}

void saving_process(Saving *saving, const Recording *recording) {
    append(saving, "process",
           result_process(recording,
                          &recording->process_samples[recording->process_sample_count - 1]));
}

void saving_failure(Saving *saving, const Recording *recording) {
    append(saving, "not_measured",
           result_gap(recording, &recording->not_measured[recording->not_measured_count - 1]));
}

/* Removes it if all is in the result file, or nothing in it. */
static void close_journal(Saving *saving) {
    journal_close(&saving->journal, saving->complete || saving->journal.length == 0);
}

bool saving_replace(Saving *saving, const Recording *recording, bool final) {
    Error error;
    json_t *document = result_document(recording);
    if (!schema_check(document, NULL, &error) && !saving->invalid_is_told) {
        progress_note(
            "internal error: the result file is not as results/schema.json says: %s; it is "
            "written all the same",
            error.message);
        saving->invalid_is_told = true;
    }
    bool done = result_write(saving->path, document, final, &error);
    json_decref(document);
    if (!done && final)
        progress_note("%s; what was measured is in the table%s", error.message,
                      saving->journal.descriptor < 0 || saving->journal_failed
                          ? " alone"
                          : " and in its journal");
    else if (!done && !saving->write_failed)
        progress_note("%s; measuring goes on, and so do the attempts to write", error.message);
    saving->write_failed = !done;
    saving->complete = done && final;
    if (saving->complete) close_journal(saving); /* whatever happens to us from now on */
    return done;
}

void saving_close(Saving *saving) {
    if (!saving->path) return;
    close_journal(saving);
    json_decref(saving->earlier);
    saving->earlier = NULL;
    free(saving->path);
    saving->path = NULL;
}
