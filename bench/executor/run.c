/* `run` and `measure`: a module's way from the file to its results. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/executor/measure.h"
#include "runtime/executor.h"

#if COUNT_INSTRUCTIONS
#include "dispatch/profile.h"
#endif

/* ---- One run --------------------------------------------------------------------------------- */

typedef struct Run {
    const RunOptions *options;
    int guest_output; /* the guest's standard output */
    ModuleFile file;
    uint32_t entry; /* the function to call */
    const FunctionType *type;
    uint64_t *slots; /* its arguments, then its results */
    Store *store;
    Wasi *wasi;
    Instance *instance;
    const Import *missing; /* the import that nobody provides */
    Times phases[PHASE_COUNT];
    Counters *counters; /* around the execution alone; NULL: none */
} Run;

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Finds what to call and reads its arguments, all before anything runs. */
static bool prepare_call(Run *run, Error *error) {
    const RunOptions *options = run->options;
    const Module *module = &run->file.module;
    const char *name = options->invoke ? options->invoke : "_start";
    if (!find_exported_function(&run->file, name, &run->entry, error)) {
        if (options->invoke) return false;
        char message[sizeof error->message];
        strcpy(message, error->message);
        return fail(error, ERROR_LINK, "this is no WASI command; call an export with --invoke: %s",
                    message);
    }
    run->type = module->function_types[run->entry];
    uint32_t parameters = run->type->parameter_count, results = run->type->result_count;
    char type[200];
    describe_function_type(run->type, type, sizeof type);
    if (!options->invoke) {
        if (parameters || results)
            return fail(error, ERROR_LINK, "%s: _start is %s instead of [] -> []", run->file.name,
                        type);
    } else if (options->argument_count != parameters) {
        return fail(error, ERROR_LINK, "%s is %s: it takes %u argument%s, not %zu", name, type,
                    parameters, parameters == 1 ? "" : "s", options->argument_count);
    }
    run->slots = calloc((parameters > results ? parameters : results) + 1, sizeof *run->slots);
    if (!run->slots) return fail(error, ERROR_MEMORY, "out of memory");
    for (uint32_t i = 0; i < parameters; i++) {
        ValueType wanted = run->type->parameters[i];
        if (!parse_value(wanted, options->arguments[i], &run->slots[i]))
            return fail(error, ERROR_LINK, "argument %u of %s is of type %s, which \"%s\" is not%s",
                        i + 1, name, value_type_name(wanted), options->arguments[i],
                        wanted == TYPE_FUNCREF || wanted == TYPE_EXTERNREF
                            ? "; only null can be given"
                            : "");
    }
    return true;
}

static bool make_wasi(Run *run, Error *error) {
    const RunOptions *options = run->options;
    /* The arguments of --invoke are the export's; the guest then has none but its name. */
    size_t count = options->invoke ? 0 : options->argument_count;
    const char **arguments = calloc(count + 1, sizeof *arguments);
    if (!arguments) return fail(error, ERROR_MEMORY, "out of memory");
    arguments[0] = file_name(options->file);
    for (size_t i = 0; i < count; i++)
        arguments[i + 1] = options->arguments[i];
    WasiOptions wasi_options = {
        .argument_count = count + 1,
        .arguments = arguments,
        .variable_count = options->variable_count,
        .variables = options->variables,
        .preopen_count = options->preopen_count,
        .preopens = options->preopens,
        .standard_input = STDIN_FILENO,
        .standard_output = run->guest_output,
        .standard_error = STDERR_FILENO,
    };
    run->wasi = wasi_new(run->store, &wasi_options, error);
    free(arguments);
    return run->wasi != NULL;
}

static bool resolve(void *context, const Import *import, Extern *found) {
    Run *run = context;
    if (wasi_resolve(run->wasi, import, found)) return true;
    run->missing = import;
    return false;
}

static bool link_and_instantiate(Run *run, Error *error) {
    run->store = store_new(run->options->stack_slots, error);
    if (!run->store || !make_wasi(run, error)) return false;
    run->instance = instantiate(run->store, &run->file.program, resolve, run, error);
    if (run->instance) return true;
    if (error->kind == ERROR_TRAP || error->kind == ERROR_NONE) return false;
    char message[sizeof error->message];
    if (run->missing)
        return fail(error, ERROR_LINK, "%s imports the %s, but only WASI preview 1 is provided",
                    run->file.name, describe_import(run->missing, message, sizeof message));
    strcpy(message, error->message);
    return fail(error, error->kind, "%s: %s", run->file.name, message);
}

/* A reactor wants its _initialize called before any other export. */
static bool initialize(Run *run, Error *error) {
    Extern found;
    uint64_t nothing = 0;
    if (!run->options->invoke || strcmp(run->options->invoke, "_initialize") == 0 ||
        !instance_export(run->instance, "_initialize", &found) || found.kind != EXTERN_FUNCTION ||
        found.function->type->parameter_count || found.function->type->result_count)
        return true;
    return function_call(run->store, found.function, &nothing, error);
}

static bool execute(Run *run, Error *error) {
    Function *entry = instance_extern(run->instance, EXTERN_FUNCTION, run->entry).function;
    return initialize(run, error) && function_call(run->store, entry, run->slots, error);
}

/* What an unsuccessful step means for the exit status. */
static int give_up(const Run *run, const Error *error, int status) {
    if (error->kind == ERROR_NONE) return *store_exit_status(run->store) & 0xff; /* proc_exit */
    if (error->kind != ERROR_TRAP) return complain(error, status);
    fprintf(stderr, "trap: %s\n", error->message);
    return EXIT_TRAP;
}

/* Goes through all phases. The exit status; *finished says whether that is the guest's own word: it
 * returned or called proc_exit. */
static int go(Run *run, bool *finished) {
    Error error = {.kind = ERROR_NONE};
    *finished = false;
    if (!module_file_load(&run->file, run->options->file, &error))
        return complain(&error, EXIT_FAILED);

    Times start = now();
    if (!module_file_read(&run->file, &error)) return complain(&error, EXIT_FAILED);
    run->phases[READ_VALIDATE] = since(start);
    if (!prepare_call(run, &error))
        return complain(&error, error.kind == ERROR_LINK ? EXIT_USAGE : EXIT_FAILED);

    start = now();
    if (!module_file_translate(&run->file, executor.words(), &error))
        return complain(&error, EXIT_FAILED);
    run->phases[TRANSLATE] = since(start);

    start = now();
    bool done = link_and_instantiate(run, &error);
    run->phases[INSTANTIATE] = since(start);
    if (done && !run->options->no_execute) {
        begin_execution(run->counters);
        start = now();
        done = execute(run, &error);
        run->phases[EXECUTE] = since(start);
        if (run->counters) counters_stop(run->counters);
    }
    *finished = done || (error.kind == ERROR_NONE && run->store);
    return done ? EXIT_DONE : give_up(run, &error, EXIT_FAILED);
}

static void clean_up(Run *run) {
    if (run->store) store_free(run->store);
    wasi_free(run->wasi);
    module_file_close(&run->file);
    free(run->slots);
}

/* Results exist if the function returned; after proc_exit there are none. */
static uint32_t result_count(const Run *run, int status) {
    bool returned = status == EXIT_DONE && !run->options->no_execute;
    return run->options->invoke && returned ? run->type->result_count : 0;
}

/* ---- The commands ---------------------------------------------------------------------------- */

int run(const RunOptions *options) {
    catch_interrupts();
    Run run = {.options = options, .guest_output = STDOUT_FILENO};
    bool finished;
    int status = go(&run, &finished);
    char text[VALUE_TEXT_SIZE];
    for (uint32_t i = 0; finished && i < result_count(&run, status); i++)
        puts(format_value(run.type->results[i], run.slots[i], text));
    clean_up(&run);
    return finish_output(status);
}

static json_t *describe_run(const Run *run, int status) {
    json_t *results = json_array();
    char text[VALUE_TEXT_SIZE];
    for (uint32_t i = 0; i < result_count(run, status); i++)
        json_array_append_new(
            results, json_string(format_value(run->type->results[i], run->slots[i], text)));
    int phase_count = run->options->no_execute ? EXECUTE : PHASE_COUNT;
    return describe_cost(&run->file, run->phases, phase_count, run->counters, results, status);
}

int measure(const RunOptions *options) {
    static Counters counters;
    if (options->trace) return measure_replay(options);
    catch_interrupts();
    Run run = {.options = options, .guest_output = open("/dev/null", O_WRONLY | O_CLOEXEC)};
    if (run.guest_output < 0) {
        Error error;
        fail(&error, ERROR_FILE, "cannot open /dev/null: %s", strerror(errno));
        return complain(&error, EXIT_FAILED);
    }
    Error error;
    if (!counters_open(&counters, options->no_execute ? "none" : options->events,
                       &COUNTER_KERNEL, &error))
        return complain(&error, EXIT_USAGE);
    run.counters = &counters;
    bool finished;
    int status = go(&run, &finished);
    counters_close(&counters);
    if (finished) {
        json_t *report = describe_run(&run, status);
        if (report) json_dumpf(report, stdout, JSON_REAL_PRECISION(17));
        putchar('\n');
        json_decref(report);
    }
    clean_up(&run);
    close(run.guest_output);
    return finish_output(status);
}

#if COUNT_INSTRUCTIONS
int run_profile(const RunOptions *options) {
    if (options->trace) return profile_replay(options);
    catch_interrupts();
    Run run = {.options = options, .guest_output = STDERR_FILENO};
    profile.observe = profile_detail;
    bool finished;
    int status = go(&run, &finished);
    Error error;
    if (finished && !print_profile(&error)) status = complain(&error, EXIT_FAILED);
    clean_up(&run);
    return finish_output(status);
}

int run_stream(const RunOptions *options) {
    if (options->trace) return stream_replay(options);
    catch_interrupts();
    Run run = {.options = options, .guest_output = open("/dev/null", O_WRONLY | O_CLOEXEC)};
    stream_start(options->limit);
    bool finished;
    int status = go(&run, &finished);
    stream_end();
    clean_up(&run);
    return finish_output(status);
}
#endif
