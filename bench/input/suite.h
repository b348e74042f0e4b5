/* Suites of workloads: Wasm modules, what to call in them, and what must come out.
 *
 * A suite file is a JSON document {"suite": NAME, "workloads": [...]}; a workload has "name",
 * "kind", "description", "file" (relative to the suite file), "sha256" of the module, "invoke" (an
 * export), "args" and "expect" (arrays of values as `tailrace run` reads and prints them). Instead
 * of "file", "invoke" and "args" it may have "trace": what scripts/record made
 * (runtime/replay/TRACE.md); "sha256" is the trace's then, and "expect" the hash that `tailrace
 * replay` prints. A WASI command has "_start" as "invoke", and its own arguments in "args"; "dirs"
 * are the directories that it may use, below that of the suite file, as `tailrace run` takes them
 * (HOST or HOST::GUEST), and "env" its environment ("NAME=VALUE"). What else a workload has is kept
 * in result files; results/schema.json has names for some of it. bench/OWN.md shows a file.
 *
 * What the commands of a build run (executors.h) has "command" instead of "invoke" and "args": the
 * words behind the program, of which "{file}" is the path of "file", if it has one; "expect" is
 * then a list with the text of what is printed (command_output_text).
 *
 * What a user names on the command line expects nothing at first: the first result becomes what it
 * expects, so that all executors have to agree. */
#ifndef TAILRACE_BENCH_INPUT_SUITE_H
#define TAILRACE_BENCH_INPUT_SUITE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "translator/error.h"

typedef struct Workload {
    const char *name, *kind, *description, *sha256;
    const char *invoke; /* NULL: a trace, or a command; "_start": a WASI command */
    json_t *command;    /* words of a command, without its program; NULL: no command; json's */
    char *path;         /* of the module or trace; of a command's file, NULL: it has none */
    bool is_own;        /* in no suite file */
    json_t *options;    /* --dir HOST::GUEST and so on, as words; owned */
    json_t *json; /* as the suite file has it, with every value in "args" and "expect" a string */
} Workload;

typedef struct Suite {
    const char *name;
    Workload *workloads;
    size_t count;
    json_t *json;
} Suite;

/* Reads a suite file. False and an Error if it is not one. */
bool suite_load(const char *path, Suite *suite, Error *error);
/* Reads the suites of these comma-separated names or paths as one of that name; `directory` is that
 * of the tailrace program (find_suite in bench/util/paths.h). False and an Error if one of them
 * cannot be read, or a workload's name stands in two. */
bool suite_load_named(const char *directory, const char *names, Suite *suite, Error *error);
void suite_free(Suite *suite);
/* Whether recorded traces are among the workloads: all but their times and their bytecode
 * instructions include the replayer's own work. */
bool suite_has_traces(const Suite *suite);
#define NOTE_ON_TRACES(what) "Of recorded traces, the replayer's own work is in these " what "."

/* Whether a name matches the shell pattern, or one of the comma-separated patterns. */
bool name_matches(const char *patterns, const char *name);

/* Keeps the workloads whose name matches the shell pattern, or one of the comma-separated patterns;
 * false and an Error if none does. */
bool suite_filter(Suite *suite, const char *patterns, Error *error);

/* A suite without a file, for workloads of the user's own. */
void suite_begin(Suite *suite);
/* What a module of the user's own is called with. */
typedef struct Call {
    const char *invoke; /* "_start": a WASI command */
    char *const *arguments;
    size_t argument_count;
    char *const *directories; /* HOST or HOST::GUEST, as they stand */
    size_t directory_count;
    char *const *variables; /* NAME=VALUE */
    size_t variable_count;
} Call;
/* Adds a module, or a trace if `call` is NULL. False and an Error if it cannot be read. */
bool suite_add(Suite *suite, const char *path, const Call *call, Error *error);
/* Names those of suite_add after their files: with so many of the directories before them that no
 * two have one name, among them and `others`. False and an Error if one file was named twice. */
bool suite_name(Suite *suite, const Suite *others, Error *error);

/* Adds a workload that is run by commands, with these words behind the program. What it prints
 * first becomes what it has to print, unless `expected` says so. `identity`: what its hash is of.
 * False and an Error if one of them is not UTF-8. */
bool suite_add_command(Suite *suite, const char *name, const char *identity, char *const *words,
                       size_t count, const char *expected, Error *error);

/* Adds the workloads of `other`, which keeps none. False and an Error if a name stands in both. */
bool suite_join(Suite *suite, Suite *other, Error *error);

/* Appends what an executor's command needs to run the workload to the `count` words of `argv`:
 * OPTION... --invoke EXPORT FILE ARG..., or --trace FILE. There must be room for workload_words()
 * more.
 * Returns the new count. */
size_t workload_command(const Workload *workload, char **argv, size_t count);
size_t workload_words(const Workload *workload);
/* Whether it is a WASI command: a program with arguments of its own. */
bool workload_is_command(const Workload *workload);

/* Whether the workload returned what it has to. What is not in a suite file has to return from now
 * on what it returned first. */
bool workload_expects(const Workload *workload, json_t *results);

/* Whether the module's bytes are those that the suite was made with. False and an Error that names
 * the file if they are not, or cannot be read. */
bool workload_verify(const Workload *workload, Error *error);

#endif
