/* The execution of a module: its way from the file to its results. `run`. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/executor/execution.h"
#include "runtime/executor.h"
#include "runtime/text.h"

/* ---- One run --------------------------------------------------------------------------------- */

typedef struct Run {
    Execution execution; /* first */
    uint32_t entry;      /* the function to call */
    const FunctionType *type;
    uint64_t *slots; /* its arguments, then its results */
    Wasi *wasi;
    Instance *instance;
    const Import *missing; /* the import that nobody provides */
} Run;

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Finds what to call and reads its arguments, all before anything runs. */
static bool prepare_call(Run *run, Error *error) {
    const RunOptions *options = run->execution.options;
    const Module *module = &run->execution.file.module;
    const char *name = options->invoke ? options->invoke : "_start";
    if (!find_exported_function(&run->execution.file, name, &run->entry, error)) {
        if (options->invoke) return false;
        char message[sizeof error->message];
        strcpy(message, error->message);
        return fail(error, ERROR_LINK, "this is no WASI command; call an export with --invoke: %s",
                    message);
    }
    run->type = module->function_types[run->entry];
    const uint32_t parameters = run->type->parameter_count, results = run->type->result_count;
    const uint32_t taken = run->type->parameter_slots, given = run->type->result_slots;
    char type[200];
    describe_function_type(run->type, type, sizeof type);
    if (!options->invoke) {
        if (parameters || results)
            return fail(error, ERROR_LINK, "%s: _start is %s instead of [] -> []",
                        run->execution.file.name, type);
    } else if (options->argument_count != parameters) {
        return fail(error, ERROR_LINK, "%s is %s: it takes %u argument%s, not %zu", name, type,
                    parameters, parameters == 1 ? "" : "s", options->argument_count);
    }
    run->slots = calloc((taken > given ? taken : given) + 1, sizeof *run->slots);
    if (!run->slots) return fail(error, ERROR_MEMORY, "out of memory");
    uint64_t *slots = run->slots;
    for (uint32_t i = 0; i < parameters; i++) {
        ValueType wanted = run->type->parameters[i];
        if (!parse_value(wanted, options->arguments[i], slots))
            return fail(error, ERROR_LINK, "argument %u of %s is of type %s, which \"%s\" is not%s",
                        i + 1, name, value_type_name(wanted), options->arguments[i],
                        is_reference_type(wanted)
                            ? "; only null can be given"
                        : wanted == TYPE_V128
                            ? "; it is 0x and up to 32 hexadecimal digits"
                            : "");
        slots += slots_of_type(wanted);
    }
    return true;
}

static bool make_wasi(Run *run, Error *error) {
    const RunOptions *options = run->execution.options;
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
        .standard_output = run->execution.guest_output,
        .standard_error = STDERR_FILENO,
    };
    run->wasi = wasi_new(run->execution.store, &wasi_options, error);
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
    run->execution.store = store_new(run->execution.options->stack_slots, error);
    if (!run->execution.store || !execution_place(&run->execution, error) ||
        !make_wasi(run, error))
        return false;
    run->instance =
        instantiate(run->execution.store, &run->execution.file.program, resolve, run, error);
    if (run->instance) return true;
    if (error->kind == ERROR_TRAP || error->kind == ERROR_EXCEPTION || error->kind == ERROR_NONE)
        return false;
    char message[sizeof error->message];
    if (run->missing)
        return fail(error, ERROR_LINK, "%s imports the %s, but only WASI preview 1 is provided",
                    run->execution.file.name,
                    describe_import(run->missing, message, sizeof message));
    strcpy(message, error->message);
    return fail(error, error->kind, "%s: %s", run->execution.file.name, message);
}

/* A reactor wants its _initialize called before any other export. */
static bool initialize(Run *run, Error *error) {
    Extern found;
    uint64_t nothing = 0;
    if (!run->execution.options->invoke ||
        strcmp(run->execution.options->invoke, "_initialize") == 0 ||
        !instance_export(run->instance, "_initialize", &found) || found.kind != EXTERN_FUNCTION ||
        found.function->type->parameter_count || found.function->type->result_count)
        return true;
    return function_call(run->execution.store, found.function, &nothing, error);
}

static bool call_entry(Run *run, Error *error) {
    Function *entry = instance_extern(run->instance, EXTERN_FUNCTION, run->entry).function;
    return initialize(run, error) && function_call(run->execution.store, entry, run->slots, error);
}

/* What an unsuccessful step means for the exit status. */
static int give_up(const Run *run, const Error *error, int status) {
    if (error->kind == ERROR_NONE)
        return *store_exit_status(run->execution.store) & 0xff; /* proc_exit */
    if (error->kind == ERROR_EXCEPTION) {
        fprintf(stderr, "%s\n", error->message);
        return EXIT_EXCEPTION;
    }
    if (error->kind != ERROR_TRAP) return complain(error, status);
    fprintf(stderr, "trap: %s\n", error->message);
    return EXIT_TRAP;
}

static Execution *make(void) { return calloc(1, sizeof(Run)); }

static int go(Execution *execution, bool *finished) {
    Run *run = (Run *)execution;
    const RunOptions *options = execution->options;
    Error error = {.kind = ERROR_NONE};
    *finished = false;
    if (!module_file_load(&execution->file, options->file, &error))
        return complain(&error, EXIT_FAILED);

    PhaseTime start = clocks_now();
    if (!module_file_read(&execution->file, &error)) return complain(&error, EXIT_FAILED);
    execution->phases[PHASE_READ_VALIDATE] = clocks_since(start);
    if (!prepare_call(run, &error))
        return complain(&error, error.kind == ERROR_LINK ? EXIT_USAGE : EXIT_FAILED);

    start = clocks_now();
    if (!module_file_translate(&execution->file, executor.words(), &error))
        return complain(&error, EXIT_FAILED);
    execution->phases[PHASE_TRANSLATE] = clocks_since(start);

    start = clocks_now();
    bool done = link_and_instantiate(run, &error);
    execution->phases[PHASE_INSTANTIATE] = clocks_since(start);
    if (done && !options->no_execute) {
        execution_count(execution);
        start = clocks_now();
        done = call_entry(run, &error);
        execution->phases[PHASE_EXECUTE] = clocks_since(start);
        if (execution->counters) counters_stop(execution->counters);
    }
    *finished = done || (error.kind == ERROR_NONE && execution->store);
    return done ? EXIT_DONE : give_up(run, &error, EXIT_FAILED);
}

static void release(Execution *execution) {
    Run *run = (Run *)execution;
    if (execution->store) store_free(execution->store);
    wasi_free(run->wasi);
    module_file_close(&execution->file);
    free(run->slots);
    free(run);
}

/* ---- What it returned ------------------------------------------------------------------------ */

/* Results exist if the function returned; after proc_exit there are none. */
static uint32_t result_count(const Execution *execution, int status) {
    bool returned = status == EXIT_DONE && !execution->options->no_execute;
    return execution->options->invoke && returned ? ((const Run *)execution)->type->result_count
                                                  : 0;
}

static const char *result_text(const Execution *execution, uint32_t index,
                               char text[VALUE_TEXT_SIZE]) {
    const Run *run = (const Run *)execution;
    const uint64_t *slots = run->slots;
    for (uint32_t i = 0; i < index; i++) slots += slots_of_type(run->type->results[i]);
    return format_value(run->type->results[index], slots, text);
}

static json_t *results(const Execution *execution, int status) {
    json_t *results = json_array();
    char text[VALUE_TEXT_SIZE];
    for (uint32_t i = 0; i < result_count(execution, status); i++)
        json_array_append_new(results, json_string(result_text(execution, i, text)));
    return results;
}

static void report(const Execution *execution, json_t *report) { (void)execution, (void)report; }

const ExecutionKind module_execution = {make, go, results, report, release};

int run_module(const RunOptions *options) {
    Execution *execution = execution_begin(options);
    if (!execution) return EXIT_FAILED;
    bool finished;
    int status = go(execution, &finished);
    char text[VALUE_TEXT_SIZE];
    for (uint32_t i = 0; finished && i < result_count(execution, status); i++)
        puts(result_text(execution, i, text));
    release(execution);
    return finish_output(status);
}
