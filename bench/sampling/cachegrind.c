#define _GNU_SOURCE 1
#include "bench/sampling/cachegrind.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const SIMULATED_NAMES[SIMULATED_COUNTS] = {
    "instructions",           "branches",   "branch_misses", "indirect_branches",
    "indirect_branch_misses", "l1i_misses", "l1d_misses",    "llc_misses"};

/* Which of cachegrind's events add up to each count. */
static const char *const PARTS[SIMULATED_COUNTS][3] = {
    {"Ir"}, {"Bc"}, {"Bcm"}, {"Bi"}, {"Bim"}, {"I1mr"}, {"D1mr", "D1mw"}, {"ILmr", "DLmr", "DLmw"}};

/* What follows `key` in the first line that begins with it; NULL if there is none. */
static const char *value_of(const char *text, const char *key) {
    size_t length = strlen(key);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, length) == 0) return line + length + strspn(line + length, " ");
    }
    return NULL;
}

/* The position of a word in a line of words; -1 if it is not there. */
static int place_of(const char *line, const char *word) {
    size_t length = strlen(word);
    for (int place = 0;; place++) {
        line += strspn(line, " ");
        size_t here = strcspn(line, " \n");
        if (here == 0) return -1;
        if (here == length && strncmp(line, word, length) == 0) return place;
        line += here;
    }
}

static bool number_at(const char *line, int place, int64_t *number) {
    for (; place > 0; place--) {
        line += strspn(line, " ");
        line += strcspn(line, " \n");
    }
    line += strspn(line, " ");
    if (*line < '0' || *line > '9') return false;
    errno = 0;
    *number = strtoll(line, NULL, 10);
    return errno == 0;
}

static void add_cache(const char *text, const char *name, char *caches, size_t size) {
    char key[40];
    snprintf(key, sizeof key, "desc: %s cache:", name);
    const char *value = value_of(text, key);
    size_t length = strlen(caches);
    snprintf(caches + length, size - length, "%s%s %.*s", length ? "; " : "", name,
             value ? (int)strcspn(value, "\n") : 7, value ? value : "unknown");
}

bool cachegrind_read(const char *text, CachegrindOutput *output, Error *error) {
    *output = (CachegrindOutput){0};
    const char *events = value_of(text, "events:"), *summary = value_of(text, "summary:");
    if (!events || !summary)
        return fail(error, ERROR_FILE, "cachegrind's output has no %s",
                    events ? "summary, so it is not complete" : "list of events");
    for (int count = 0; count < SIMULATED_COUNTS; count++)
        for (int part = 0; part < 3 && PARTS[count][part]; part++) {
            int64_t number;
            int place = place_of(events, PARTS[count][part]);
            if (place < 0 || !number_at(summary, place, &number))
                return fail(error, ERROR_FILE, "cachegrind's output has no count of %s",
                            PARTS[count][part]);
            output->counts[count] += number;
        }
    add_cache(text, "I1", output->caches, sizeof output->caches);
    add_cache(text, "D1", output->caches, sizeof output->caches);
    add_cache(text, "LL", output->caches, sizeof output->caches);
    return true;
}
