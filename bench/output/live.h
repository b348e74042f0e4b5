/* A run as a table on the terminal (stderr), while it goes on: medians and speeds so far, what is
 * sampled now marked by ">", and the progress line below (progress.h).
 *
 * It is drawn between samples only, a few times a second at most. What does not fit is left out:
 * first columns, then rows around the one that is sampled, then all but the geometric means, then
 * all but the progress line. A speed has the colour of the last verdict on it, if there is one. */
#ifndef TAILRACE_BENCH_OUTPUT_LIVE_H
#define TAILRACE_BENCH_OUTPUT_LIVE_H

#include "bench/data/recording.h"
#include "bench/output/summary.h"
#include "bench/util/terminal.h"

typedef struct Live {
    const Recording *recording;
    Summary *summaries; /* one for each group of the recording */
    double fraction, left;
    double drawn; /* when it was, in seconds_now() */
} Live;

/* Nothing is drawn yet. The recording must stay where it is. */
void live_start(Live *live, const Recording *recording);
void live_free(Live *live);

/* The last of the recording's samples is new. */
void live_sample(Live *live);
/* The recording's verdicts are new. */
void live_verdicts(Live *live);

/* Draws what is known and what is done next: the share of the run that is done, and the seconds
 * that are left. Not if it was drawn right before. */
void live_next(Live *live, const Sample *next, double fraction, double left);
/* The same before something else is taken than a sample. */
void live_other(Live *live, const char *doing, double fraction, double left);
/* Draws it, with what is being done instead of a sample. */
void live_doing(Live *live, const char *doing);

/* The lines of the picture, all narrower than the terminal, and fewer than it has. `next`: what is
 * sampled, or NULL, and `doing` what else is done. They and their array are to be freed. */
char **live_lines(const Live *live, const Sample *next, const char *doing, TerminalSize size,
                  bool colours, size_t *count);

#endif
