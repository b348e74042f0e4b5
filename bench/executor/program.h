/* The program that every executor is linked into: what its files share.
 *
 *     program.c   the commands and their options
 *     run.c       `run` and `measure`: from a file to results
 *     replay.c    `replay`, and `measure` of a trace
 *     measure.h   clocks, and the JSON of `measure`
 *     inspect.c   `inspect` and `info`
 *     profile.c   `profile` and `stream`, of the counting executors
 *     coverage.c  what `measure --profile` adds, of the same
 *     module.c    files, exports and imports, in words
 *     values.c    arguments and results as text
 */
#ifndef TAILRACE_BENCH_EXECUTOR_PROGRAM_H
#define TAILRACE_BENCH_EXECUTOR_PROGRAM_H

#include "runtime/runtime.h"
#include "runtime/wasi/wasi.h"

enum { /* exit statuses; a WASI guest's own can be any */
       EXIT_DONE = 0,
       EXIT_FAILED = 1, /* the module cannot be read, validated, linked or instantiated */
       EXIT_USAGE = 2,
       EXIT_TRAP = 3,
       EXIT_DIVERGED = 4, /* `replay`: the module did something else than what was recorded */
       EXIT_INTERRUPTED = 130,
};

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
    bool no_execute;    /* `measure` does everything but the execution, and counts nothing */
    uint64_t limit;     /* instructions after which `stream` ends */
} RunOptions;

/* The commands; each prints its own complaints and returns an exit status. */
int run(const RunOptions *options);
int measure(const RunOptions *options);
int replay(const RunOptions *options);
int inspect(const char *file, const char *function); /* NULL: all functions */
int info(bool with_words);
int run_profile(const RunOptions *options); /* counting executors only, as is the next */
int run_stream(const RunOptions *options);

/* Prints dispatch/profile.h's profile; fails only for want of memory. */
bool print_profile(Error *error);

/* What profile_coverage (dispatch/profile.h) counted, as JSON; NULL: out of memory. "opcodes"
 * were executed at least once; "pairs" are [first, second, count], opcodes as their places in
 * "opcodes". */
struct json_t *coverage_json(void);

/* From stream_start on, the opcode of each executed instruction goes to standard output, as two
 * bytes in this machine's order; after `limit` of them the program ends with EXIT_DONE. stream_end
 * writes what is still held back. */
void stream_start(uint64_t limit);
void stream_end(void);

/* Prints "tailrace: <message>" and returns `status`. */
int complain(const Error *error, int status);
/* Flushes standard output. Returns `status`, or complains and returns EXIT_FAILED if not all that
 * was printed got out. */
int finish_output(int status);

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

/* ---- Values ---------------------------------------------------------------------------------- */

/* "[i32 i64] -> [f32]". Returns `buffer`, always NUL-terminated. */
const char *describe_function_type(const FunctionType *type, char *buffer, size_t size);

/* Reads a value: integers in decimal or 0x hexadecimal, signed or not; floats as strtod reads them,
 * with inf and nan; "null" for references. False if `text` is no value of the type. */
bool parse_value(ValueType type, const char *text, uint64_t *value);

enum { VALUE_TEXT_SIZE = 40 };
/* Writes a value: integers in signed decimal, floats with the fewest digits that read back as the
 * same value, nan, inf, -inf; references as null, funcref or externref. Returns `buffer`. */
const char *format_value(ValueType type, uint64_t value, char buffer[VALUE_TEXT_SIZE]);

#endif
