/* What can weaken the numbers of a run, in words: warnings.json, which is part of the program and
 * which the page and the findings read, too (scripts/analysis/warnings.py). It has for each kind a
 * "text", with "{}" where values go, and "above" or "below": when it is to be said. Shares are
 * fractions, times nanoseconds, rounds those of all layouts. */
#ifndef TAILRACE_BENCH_OUTPUT_WARNINGS_H
#define TAILRACE_BENCH_OUTPUT_WARNINGS_H

/* The text of a kind; the values, strings, take the places of its "{}" in their order. There are
 * as many of them. To be freed. */
char *warning_text(const char *kind, ...);

/* The number above or below which it is to be said. */
double warning_threshold(const char *kind);

#endif
