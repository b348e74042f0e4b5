/* Executes one script's commands. */
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/executor.h"
#include "runtime/test/spectest.h"

/* A module read from a file, alive as long as the script's store. */
typedef struct Source {
    struct Source *next;
    uint8_t *bytes;
    size_t size;
    Module module;
    Program program;
    bool is_read, is_translated;
} Source;

/* What a script can name: a definition, an instance, or what became of it. */
typedef struct Subject {
    const Source *source;
    Instance *instance;
    char skipped[MAX_PROPOSAL_NAME]; /* by which proposal; "": not skipped */
} Subject;

typedef struct Binding {
    char *name;
    size_t length;
    Subject subject;
} Binding;

typedef struct Bindings {
    Binding *items;
    size_t count;
} Bindings;

typedef struct Script {
    const char *folder;
    const char *path;
    bool verbose;
    Tally *tally;
    Store *store;
    HostModule host;
    Source *sources;
    Bindings named;        /* by the script's own names: instances and definitions */
    Bindings registered;   /* by the names that modules import from */
    Subject current;       /* the last instance */
    Subject definition;    /* the last definition */
    const char *needed;    /* the proposal of a skipped module that was imported from, or NULL */
    const json_t *command; /* being executed */
} Script;

/* In place of a proposal: the module exists as text only. */
static const char text_format[] = "the text format";

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* ---- Outcomes -------------------------------------------------------------------------------- */

static void print_place(const Script *script) {
    const json_t *action = json_object_get(script->command, "action");
    fprintf(stderr, "%s:%lld: %s %s", script->path,
            (long long)json_integer_value(json_object_get(script->command, "line")),
            text_of(script->command, "type"),
            action ? text_of(action, "field") : text_of(script->command, "filename"));
}

static void failed(Script *script, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void failed(Script *script, const char *format, ...) {
    script->tally->failed++;
    print_place(script);
    fputs(": ", stderr);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

static void skipped(Script *script, const char *proposal) {
    if (strcmp(proposal, text_format) == 0)
        script->tally->text++;
    else
        tally_skip(script->tally, proposal, 1);
    if (!script->verbose) return;
    print_place(script);
    fprintf(stderr, ": skipped, needs %s\n", proposal);
}

/* The proposal that an ERROR_UNSUPPORTED message names: "needs the ... proposal". */
static void proposal_of(const Error *error, char *proposal) {
    static const char before[] = "needs the ";
    const char *begin = strstr(error->message, before);
    begin = begin ? begin + strlen(before) : error->message;
    const char *end = strstr(begin, " proposal");
    size_t length = end ? (size_t)(end - begin) : strlen(begin);
    snprintf(proposal, MAX_PROPOSAL_NAME, "%.*s", (int)length, begin);
}

/* Whether `message` begins with the wording `expected` or, our wording being the shorter one
 * ("uninitialized element" for "uninitialized element 2"), the other way around. */
static bool has_wording(const char *message, const char *expected) {
    const char *place = strstr(message, " in ");
    size_t length = place ? (size_t)(place - message) : strlen(message);
    return strncmp(message, expected, strlen(expected)) == 0 ||
           (length > 0 && strncmp(message, expected, length) == 0);
}

/* ---- Names ----------------------------------------------------------------------------------- */

static void bind(Bindings *bindings, const json_t *name, Subject subject) {
    Binding *items = realloc(bindings->items, (bindings->count + 1) * sizeof *items);
    if (!items) abort();
    bindings->items = items;
    size_t length = json_string_length(name);
    char *copy = malloc(length + 1);
    if (!copy) abort();
    memcpy(copy, json_string_value(name), length + 1);
    items[bindings->count++] = (Binding){copy, length, subject};
}

/* The binding made last, or NULL. */
static const Subject *find(const Bindings *bindings, const char *name, size_t length) {
    for (size_t i = bindings->count; i-- > 0;) {
        const Binding *binding = &bindings->items[i];
        if (binding->length == length && memcmp(binding->name, name, length) == 0)
            return &binding->subject;
    }
    return NULL;
}

/* The instance or definition that the command names under `key`, or the last one. */
static const Subject *named_or(const Script *script, const json_t *object, const char *key,
                               const Subject *last) {
    static const Subject nobody;
    const json_t *name = json_object_get(object, key);
    if (!name) return last;
    const Subject *subject =
        find(&script->named, json_string_value(name), json_string_length(name));
    return subject ? subject : &nobody;
}

static void unbind(Bindings *bindings) {
    for (size_t i = 0; i < bindings->count; i++)
        free(bindings->items[i].name);
    free(bindings->items);
}

/* ---- Modules --------------------------------------------------------------------------------- */

static bool read_file(const char *path, uint8_t **bytes, size_t *size, Error *error) {
    FILE *file = fopen(path, "rb");
    if (!file) return fail(error, ERROR_FILE, "cannot open %s", path);
    bool is_read = false;
    if (fseek(file, 0, SEEK_END) == 0) {
        long end = ftell(file);
        rewind(file);
        *size = end > 0 ? (size_t)end : 0;
        *bytes = malloc(*size + 1);
        is_read = *bytes && fread(*bytes, 1, *size, file) == *size;
    }
    fclose(file);
    return is_read || fail(error, ERROR_FILE, "cannot read %s", path);
}

/* Where the command's binary module is; false if there is only the text. */
static bool find_binary(const Script *script, char *path, size_t size) {
    const char *key = "filename"; /* wabt says of assertions alone what type of module they have */
    if (strcmp(text_of(script->command, "module_type"), "text") == 0) key = "binary_filename";
    if (!json_object_get(script->command, key)) return false;
    snprintf(path, size, "%s/%s", script->folder, text_of(script->command, key));
    return strcmp(key, "filename") == 0 || access(path, F_OK) == 0;
}

/* Reads, validates and translates the command's module. */
static const Source *load(Script *script, Error *error) {
    Source *source = calloc(1, sizeof *source);
    if (!source) abort();
    source->next = script->sources;
    script->sources = source;
    char path[4096];
    if (!find_binary(script, path, sizeof path))
        return fail(error, ERROR_UNSUPPORTED, "%s", text_format), NULL;
    if (!read_file(path, &source->bytes, &source->size, error)) return NULL;
    source->is_read = module_read(source->bytes, source->size, &source->module, error);
    if (!source->is_read) return NULL;
    source->is_translated = translate(&source->module, executor.words(), &source->program, error);
    return source->is_translated ? source : NULL;
}

static void source_free(Source *source) {
    if (source->is_translated) program_free(&source->program);
    if (source->is_read) module_free(&source->module);
    free(source->bytes);
    free(source);
}

static bool find_export(Instance *instance, const char *name, size_t length, Extern *found) {
    for (uint32_t i = 0; i < instance->module->export_count; i++) {
        const Export *export = &instance->module->exports[i];
        if (export->name.length != length || memcmp(export->name.bytes, name, length) != 0)
            continue;
        *found = instance_extern(instance, export->kind, export->index);
        return true;
    }
    return false;
}

static bool resolve(void *context, const Import *import, Extern *found) {
    Script *script = context;
    const Subject *subject = find(&script->registered, import->module.bytes, import->module.length);
    if (subject && subject->skipped[0]) script->needed = subject->skipped;
    if (subject && subject->instance)
        return find_export(subject->instance, import->name.bytes, import->name.length, found);
    return import->module.length == strlen("spectest") &&
           memcmp(import->module.bytes, "spectest", strlen("spectest")) == 0 &&
           host_module_find(&script->host, import->name, found);
}

/* Instantiates the command's module. False: it cannot be had, and *error says why, or
 * subject->skipped does. */
static bool make_instance(Script *script, const Source *source, Subject *subject, Error *error) {
    script->needed = NULL;
    subject->source = source;
    subject->instance = instantiate(script->store, &source->program, resolve, script, error);
    if (subject->instance) return true;
    if (script->needed && error->kind == ERROR_LINK)
        snprintf(subject->skipped, sizeof subject->skipped, "%s", script->needed);
    return false;
}

static bool load_instance(Script *script, Subject *subject, Error *error) {
    *subject = (Subject){.source = load(script, error)};
    if (subject->source) return make_instance(script, subject->source, subject, error);
    if (error->kind == ERROR_UNSUPPORTED) proposal_of(error, subject->skipped);
    return false;
}

/* Counts what became of a module that should be fine. */
static void count_module(Script *script, bool is_made, const Subject *subject, const Error *error) {
    if (is_made)
        script->tally->modules++;
    else if (subject->skipped[0])
        skipped(script, subject->skipped);
    else
        failed(script, "%s", error->message);
}

static void run_module(Script *script) {
    Error error;
    bool is_made = load_instance(script, &script->current, &error);
    count_module(script, is_made, &script->current, &error);
    const json_t *name = json_object_get(script->command, "name");
    if (name) bind(&script->named, name, script->current);
}

static void run_module_definition(Script *script) {
    Error error;
    Subject *definition = &script->definition;
    *definition = (Subject){.source = load(script, &error)};
    if (!definition->source && error.kind == ERROR_UNSUPPORTED)
        proposal_of(&error, definition->skipped);
    count_module(script, definition->source != NULL, definition, &error);
    const json_t *name = json_object_get(script->command, "name");
    if (name) bind(&script->named, name, *definition);
}

static void run_module_instance(Script *script) {
    Error error = {.message = "no such definition"};
    Subject subject = *named_or(script, script->command, "module", &script->definition);
    bool is_made = subject.source && make_instance(script, subject.source, &subject, &error);
    count_module(script, is_made, &subject, &error);
    script->current = subject;
    const json_t *name = json_object_get(script->command, "instance");
    if (name) bind(&script->named, name, subject);
}

static void run_register(Script *script) {
    bind(&script->registered, json_object_get(script->command, "as"),
         *named_or(script, script->command, "name", &script->current));
}

/* ---- Actions --------------------------------------------------------------------------------- */

enum { MAX_VALUES = 64 };

typedef struct Results {
    uint32_t count;
    ValueType types[MAX_VALUES];
    uint64_t slots[MAX_VALUES];
} Results;

typedef enum ActionOutcome {
    ACTION_DONE,
    ACTION_TRAPPED,
    ACTION_THREW, /* an exception that nothing has caught */
    ACTION_OVER
} ActionOutcome;

static bool invoke(Script *script, Function *function, const json_t *arguments, Results *results,
                   Error *error) {
    const FunctionType *type = function->type;
    if (json_array_size(arguments) != type->parameter_count || type->parameter_slots > MAX_VALUES ||
        type->result_slots > MAX_VALUES)
        return fail(error, ERROR_INVALID, "the function has %u parameters", type->parameter_count);
    for (uint32_t i = 0, slot = 0; i < type->parameter_count;
         slot += slots_of_type(type->parameters[i++]))
        if (!value_parse(json_array_get(arguments, i), &results->slots[slot]))
            return fail(error, ERROR_INVALID, "argument %u is of no known type", i);
    results->count = type->result_count;
    if (type->result_count) memcpy(results->types, type->results, type->result_count * sizeof *results->types);
    return function_call(script->store, function, results->slots, error);
}

/* Performs the command's action. ACTION_OVER: it was skipped or failed, and has been counted. */
static ActionOutcome act(Script *script, Results *results, Error *error) {
    const json_t *action = json_object_get(script->command, "action");
    const json_t *field = json_object_get(action, "field");
    const Subject *subject = named_or(script, action, "module", &script->current);
    Extern found;
    bool is_get = strcmp(text_of(action, "type"), "get") == 0;
    if (!subject->instance) {
        if (subject->skipped[0])
            skipped(script, subject->skipped);
        else
            failed(script, "there is no instance");
    } else if (!find_export(subject->instance, json_string_value(field), json_string_length(field),
                            &found) ||
               found.kind != (is_get ? EXTERN_GLOBAL : EXTERN_FUNCTION)) {
        failed(script, "there is no such export");
    } else if (is_get) {
        uint64_t value = found.global->value;
        bool is_f32 = found.global->type.type == TYPE_F32; /* of which only the low half counts */
        *results = (Results){1, {found.global->type.type},
                             {is_f32 ? (uint32_t)value : value, found.global->high}};
        return ACTION_DONE;
    } else if (invoke(script, found.function, json_object_get(action, "args"), results, error)) {
        return ACTION_DONE;
    } else if (error->kind == ERROR_TRAP) {
        return ACTION_TRAPPED;
    } else if (error->kind == ERROR_EXCEPTION) {
        return ACTION_THREW;
    } else {
        failed(script, "%s", error->message);
    }
    return ACTION_OVER;
}

static void run_action(Script *script) {
    Results results;
    Error error;
    ActionOutcome outcome = act(script, &results, &error);
    if (outcome == ACTION_DONE)
        script->tally->passed++;
    else if (outcome != ACTION_OVER)
        failed(script, "trapped: %s", error.message);
}

static void run_assert_return(Script *script) {
    Results results;
    Error error;
    ActionOutcome outcome = act(script, &results, &error);
    if (outcome == ACTION_TRAPPED || outcome == ACTION_THREW)
        failed(script, "trapped: %s", error.message);
    if (outcome != ACTION_DONE) return;
    const json_t *expected = json_object_get(script->command, "expected");
    bool matches = json_array_size(expected) == results.count;
    const uint64_t *slots = results.slots;
    for (uint32_t i = 0; i < results.count && matches; slots += slots_of_type(results.types[i++])) {
        if (value_matches(json_array_get(expected, i), results.types[i], slots)) continue;
        char *wanted = json_dumps(json_array_get(expected, i), JSON_COMPACT);
        failed(script, "result %u is %s 0x%llx and not %s", i, value_type_name(results.types[i]),
               (unsigned long long)*slots, wanted ? wanted : "?");
        free(wanted);
        return;
    }
    if (matches)
        script->tally->passed++;
    else
        failed(script, "%u results and not %zu", results.count, json_array_size(expected));
}

/* assert_trap and assert_exhaustion. */
static void run_assert_trap(Script *script) {
    Results results;
    Error error;
    ActionOutcome outcome = act(script, &results, &error);
    const char *text = text_of(script->command, "text");
    if (outcome == ACTION_OVER) return;
    if (outcome == ACTION_TRAPPED && has_wording(error.message, text))
        script->tally->passed++;
    else
        failed(script, "%s and not: %s", outcome == ACTION_DONE ? "no trap" : error.message, text);
}

static void run_assert_exception(Script *script) {
    Results results;
    Error error;
    ActionOutcome outcome = act(script, &results, &error);
    if (outcome == ACTION_THREW)
        script->tally->passed++;
    else if (outcome != ACTION_OVER)
        failed(script, "%s and no exception",
               outcome == ACTION_DONE ? "a result" : error.message);
}

/* ---- Assertions about modules ---------------------------------------------------------------- */

/* assert_malformed and assert_invalid. */
static void run_assert_refused(Script *script, ErrorKind kind) {
    Error error;
    const char *text = text_of(script->command, "text");
    if (load(script, &error)) {
        /* Scripts of proposals that were written against WebAssembly 1.0 ask for its limits. */
        if (strcmp(text, "multiple memories") == 0 || strcmp(text, "multiple tables") == 0)
            skipped(script, "WebAssembly 1.0's single table and memory");
        else
            failed(script, "accepted, though: %s", text);
    } else if (error.kind == ERROR_UNSUPPORTED) {
        char proposal[MAX_PROPOSAL_NAME];
        proposal_of(&error, proposal);
        skipped(script, proposal);
    } else if (error.kind != kind) {
        failed(script, "refused, but not as such: \"%s\" and not \"%s\"", error.message, text);
    } else {
        script->tally->passed++;
        if (!script->verbose || strncmp(error.message, text, strlen(text)) == 0) return;
        print_place(script);
        fprintf(stderr, ": other words: \"%s\" and not \"%s\"\n", error.message, text);
    }
}

/* assert_unlinkable and assert_uninstantiable. */
static void run_assert_fails(Script *script, ErrorKind kind) {
    Error error;
    Subject subject;
    const char *text = text_of(script->command, "text");
    if (load_instance(script, &subject, &error))
        failed(script, "instantiated, though: %s", text);
    else if (subject.skipped[0])
        skipped(script, subject.skipped);
    else if (error.kind == kind && has_wording(error.message, text))
        script->tally->passed++;
    else
        failed(script, "\"%s\" and not \"%s\"", error.message, text);
}

/* ---- Commands -------------------------------------------------------------------------------- */

static void run_command(Script *script) {
    const char *type = text_of(script->command, "type");
    if (strcmp(type, "module") == 0)
        run_module(script);
    else if (strcmp(type, "module_definition") == 0)
        run_module_definition(script);
    else if (strcmp(type, "module_instance") == 0)
        run_module_instance(script);
    else if (strcmp(type, "register") == 0)
        run_register(script);
    else if (strcmp(type, "action") == 0)
        run_action(script);
    else if (strcmp(type, "assert_return") == 0)
        run_assert_return(script);
    else if (strcmp(type, "assert_trap") == 0)
        run_assert_trap(script);
    else if (strcmp(type, "assert_exhaustion") == 0)
        run_assert_trap(script);
    else if (strcmp(type, "assert_exception") == 0)
        run_assert_exception(script);
    else if (strcmp(type, "assert_malformed") == 0)
        run_assert_refused(script, ERROR_MALFORMED);
    else if (strcmp(type, "assert_invalid") == 0)
        run_assert_refused(script, ERROR_INVALID);
    else if (strcmp(type, "assert_unlinkable") == 0)
        run_assert_fails(script, ERROR_LINK);
    else if (strcmp(type, "assert_uninstantiable") == 0)
        run_assert_fails(script, ERROR_TRAP);
    else
        failed(script, "unknown command");
}

bool script_run(const char *path, bool verbose, Tally *tally, Error *error) {
    json_error_t problem;
    json_t *root = json_load_file(path, JSON_ALLOW_NUL, &problem);
    if (!root) return fail(error, ERROR_FILE, "%s:%d: %s", path, problem.line, problem.text);
    char *folder = strdup(path);
    Script script = {.path = path, .verbose = verbose, .tally = tally};
    script.store = store_new(DEFAULT_STACK_SLOTS, error);
    bool is_open = script.store && folder && host_module_open(script.store, &script.host, error);
    if (is_open) {
        script.folder = dirname(folder);
        size_t i;
        json_t *command;
        json_array_foreach(json_object_get(root, "commands"), i, command) {
            script.command = command;
            run_command(&script);
        }
    }
    store_free(script.store);
    while (script.sources) {
        Source *source = script.sources;
        script.sources = source->next;
        source_free(source);
    }
    unbind(&script.named);
    unbind(&script.registered);
    free(folder);
    json_decref(root);
    return is_open;
}
