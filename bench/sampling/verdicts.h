/* Verdicts on a result file: faster, slower, no difference shown, undecided. scripts/verdicts finds
 * them, by the statistics of scripts/report; this runs it. */
#ifndef TAILRACE_BENCH_SAMPLING_VERDICTS_H
#define TAILRACE_BENCH_SAMPLING_VERDICTS_H

#include <jansson.h>

#include "translator/error.h"

/* scripts/verdicts of the source tree, if it can be run here. To be freed. NULL and an Error if it
 * is not there, or Python or a library of it is missing. */
char *verdicts_find(const char *program_directory, Error *error);

/* What it says of a result file: {"decided": whether every comparison is, "comparisons": how many
 * there are, "undecided": how many of these, "cells": [...]}. A cell is {"build", "isa", "workload"
 * (null: the geometric mean over all), "strategy", "control", "speed" relative to the baseline,
 * "low" and "high" of its interval, or null, "word" (the verdict; null of the control), "remedy"
 * (what would decide it, or "")}. "noise" and "warnings" are lists of {"build", "isa", "text"}, of
 * warnings with their "kind" (bench/output/warnings.h). `confidence` and `smallest_effect` are
 * percentages, as text. A new reference; NULL and an Error if it failed. */
json_t *verdicts_on(const char *program, const char *result, const char *confidence,
                    const char *smallest_effect, Error *error);

#endif
