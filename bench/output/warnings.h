/* What can weaken the numbers of a run: warnings.json, which is part of the program and which the
 * page and the findings read, too (scripts/analysis/warnings.py). It is the one list of them, in the
 * order in which they are told, with what they say and when. Each kind has
 *
 *     "text"      with "{name}" where a value goes; "{name %}" is a share as a percentage
 *     "when"      conditions on facts, [name, "above", "below", "is" or "is not", value], of which all
 *                 have to hold; an unknown fact is null, and neither above nor below anything
 *     "each"      instead of that: the fact that is a list of values; it is said of each
 *     "shown as"  the kind that it is told under, if that is another
 *     others      numbers by which scripts/analysis decides, where kinds have neither: these take an
 *                 analysis of all samples, or of the machine code, and scripts/verdicts tells them
 *
 * Shares are fractions. The facts are those of one group of a recording (summary.c; facts() in
 * warnings.py):
 *
 *     layouts, rounds, rounds of all layouts    numbers
 *     waiting              the share of their CPU time that samples waited for
 *     absurd               samples whose times cannot be true
 *     relocation model, governor, hypervisor    text; hypervisor in parentheses, or empty
 *     virtual, turbo, pinned, complete, control    whether
 *     no counters          why no hardware counters were read
 *     too short            a list of {"workload", "milliseconds"} */
#ifndef TAILRACE_BENCH_OUTPUT_WARNINGS_H
#define TAILRACE_BENCH_OUTPUT_WARNINGS_H

#include <jansson.h>

/* What is to be said, given the facts: an object whose keys are the kinds, in the order of the list,
 * each with an array of texts, which may be empty. A new reference. */
json_t *warnings_on(json_t *facts);

/* The text of a kind with these values. To be freed. */
char *warning_text(const char *kind, json_t *values);

/* A number that a kind has. */
double warning_number(const char *kind, const char *name);

#endif
