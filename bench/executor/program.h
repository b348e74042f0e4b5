/* The program that every executor is linked into: what its files share.
 *
 *     program.c    the commands and their options
 *     execution.h  what is executed, a module or a trace; `measure`, `profile` and so on of it
 *     run.c        the execution of a module, and `run`
 *     replay.c     that of a trace, and `replay`
 *     profile.c    what `profile` and `stream` print, of the counting executors
 *     lines.c      what `lines` and `functions` print, of the same
 *     coverage.c   what `measure --profile` adds, of the same
 *     inspect.c    `inspect` and `info`
 *     module.c     files, exports and imports, in words
 */
#ifndef TAILRACE_BENCH_EXECUTOR_PROGRAM_H
#define TAILRACE_BENCH_EXECUTOR_PROGRAM_H

#include "bench/measure/placement.h"
#include "bench/util/complaint.h"
#include "bench/util/exit_status.h"
#include "runtime/runtime.h"
#include "runtime/wasi/wasi.h"

typedef struct RunOptions {
    const char *file;
    const char *trace;  /* to be replayed instead of a file; NULL: none */
    const char *invoke; /* NULL: _start */
    size_t argument_count;
    char **arguments; /* of the export, or of the guest behind its name */
    size_t preopen_count;
    WasiPreopen *preopens;
    size_t variable_count;
    const char **variables;
    uint32_t stack_slots;
    const char *events; /* what `measure` counts, a list as counters_open takes it */
    Placement placement; /* by what `measure` says; else ANYWHERE */
    bool no_execute;    /* `measure` does everything but the execution, and counts nothing */
    bool is_static;     /* `lines`: nothing is executed */
    uint64_t limit;     /* instructions after which `stream` ends */
} RunOptions;

/* The commands; each prints its own complaints and returns an exit status. */
int run_module(const RunOptions *options);
int replay_trace(const RunOptions *options); /* the trace is options->file */
int measure_execution(const RunOptions *options);
int profile_execution(const RunOptions *options); /* counting executors only, as is the next */
int stream_execution(const RunOptions *options);
int lines_execution(const RunOptions *options);
int functions_execution(const RunOptions *options);
int inspect_module(const char *file, const char *function); /* NULL: all functions */
int print_info(bool with_words);

/* Prints dispatch/profile.h's profile; fails only for want of memory. */
bool print_profile(Error *error);

/* Prints the straight lines of the module's bytecode with the counts of profile_places; those of a
 * guess by loops if `is_static`. Fails only for want of memory. */
struct ModuleFile;
bool print_lines(const struct ModuleFile *file, bool is_static, Error *error);

/* Prints "INDEX COUNT" for each function of the module that was executed: its index, and how many
 * instructions of it profile_places saw. Never fails. */
bool print_executed_functions(const struct ModuleFile *file, Error *error);

/* What profile_coverage (dispatch/profile.h) counted, as JSON; NULL: out of memory. "opcodes"
 * were executed at least once; "pairs" are [first, second, count], opcodes as their places in
 * "opcodes". */
struct json_t *coverage_json(void);

/* From stream_start on, the opcode of each executed instruction goes to standard output, as two
 * bytes in this machine's order; after `limit` of them the program ends with EXIT_DONE. stream_end
 * writes what is still held back. */
void stream_start(uint64_t limit);
void stream_end(void);

/* ---- Modules --------------------------------------------------------------------------------- */

/* A module's file, its contents and its bytecode. Zeroed before, module_file_close'd after use. */
typedef struct ModuleFile {
    const char *name; /* borrowed */
    uint8_t *bytes;
    size_t size;
    Module module;
    bool has_module;
    Program program;
    bool has_program;
} ModuleFile;

/* The three steps; each fails with one sentence that begins with the file's name. */
bool module_file_load(ModuleFile *file, const char *name, Error *error);
bool module_file_read(ModuleFile *file, Error *error);
bool module_file_translate(ModuleFile *file, const DispatchWords *words, Error *error);
void module_file_close(ModuleFile *file);

/* The index of the function exported as `name`, or an error that says what is exported instead. */
bool find_exported_function(const ModuleFile *file, const char *name, uint32_t *index,
                            Error *error);

/* An import in words: "function env.log [i32] -> []". Returns `buffer`, always NUL-terminated. */
const char *describe_import(const Import *import, char *buffer, size_t size);

#endif
