/* A command of somebody's as one sample: a whole process, with the CPU time of all that it waited
 * for.
 *
 * Its standard input is empty; what it prints is its result, and has to be what was expected.
 * Counters count all of it in user space, from exec on. The stack begins where the layout's seed
 * says, whatever the lengths of its words are, since the environment is padded. */
#ifndef TAILRACE_BENCH_SAMPLING_COMMAND_SAMPLE_H
#define TAILRACE_BENCH_SAMPLING_COMMAND_SAMPLE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* How a sample is taken; the seed is the layout's. */
typedef struct CommandOptions {
    int cpu;            /* or NOT_PINNED */
    double timeout;     /* seconds */
    const char *events; /* as counters_open takes them; "none": count nothing */
    uint64_t seed;
} CommandOptions;

/* Runs argv[0], a path, and returns what an executor's `measure` would have printed: "results", a
 * list with the text of its output, "phases" with "execute", "process" with "user" and "system",
 * and so on (cost.h). NULL and the reason in *why, to be freed, for what cannot be started,
 * crashes, ends with another status than 0, does not end, prints more than 16 MiB or leaves
 * processes behind; with *why NULL if the user interrupted. */
json_t *command_sample(char *const *argv, const CommandOptions *options, char **why);

/* An output as results are compared and kept, without the end of its last line: itself if it is
 * short and printable, else "N bytes, SHA-256 ..." of it. To be freed. */
char *command_output_text(const char *output, size_t length);

#endif
