/* What can weaken the numbers of a run, in words: warnings.json, which is part of the program and
 * which the page and the findings read, too (scripts/analysis/warnings.py). It has for each kind a
 * "text", with "{}" where values go, and "above" or "below": when it is to be said. Shares are
 * fractions, times nanoseconds, rounds those of all layouts. Kinds without a text are numbers alone.
 *
 * A workload is too short to time if its quickest strategy takes less than "too short", or less than
 * "too short if noisy" and the A/A controls seem to differ by more than "noisy". Reading the clock, cold
 * caches and the first touch of memory are part of each execution, and not the same in each: an
 * exported function that does nothing took 12 to 17 us of CPU time in the samples of one run (a busy
 * virtual machine). Below the first limit that is a tenth of what is measured or more, and up to the
 * second a hundredth, the smallest effect that is asked for by default. Such a workload is shown, but
 * neither compared nor part of a mean. */
#ifndef TAILRACE_BENCH_OUTPUT_WARNINGS_H
#define TAILRACE_BENCH_OUTPUT_WARNINGS_H

/* The text of a kind; the values, strings, take the places of its "{}" in their order. There are
 * as many of them. To be freed. */
char *warning_text(const char *kind, ...);

/* The number above or below which it is to be said. */
double warning_threshold(const char *kind);

#endif
