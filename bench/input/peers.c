#define _GNU_SOURCE 1
#include "bench/input/peers.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <math.h>
#include <regex.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/util/memory.h"
#include "bench/util/paths.h"

#define FILE_LIMIT (1u << 20)

/* ---- The files of known engines -------------------------------------------------------------- */

static int is_json(const struct dirent *entry) {
    size_t length = strlen(entry->d_name);
    return length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

static bool is_strings(const json_t *list, bool may_lack) {
    size_t i;
    json_t *word;
    if (!list) return may_lack;
    if (!json_is_array(list)) return false;
    json_array_foreach(list, i, word)
        if (!json_is_string(word)) return false;
    return true;
}

/* NULL, or an object whose values are strings. */
static bool is_texts(const json_t *object) {
    const char *key;
    json_t *value;
    if (!object) return true;
    if (!json_is_object(object)) return false;
    json_object_foreach((json_t *)object, key, value)
        if (!json_is_string(value)) return false;
    return true;
}

static bool is_engine(json_t *json) {
    static const char *const lists[] = {"version", "call", "command", "directory", "variable"};
    const char *name;
    json_t *variant, *variants = json_object_get(json, "variants");
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (!is_strings(json_object_get(json, lists[i]), true)) return false;
    if (!json_is_string(json_object_get(json, "program")) || json_object_size(variants) == 0 ||
        !is_texts(json_object_get(json, "results")) ||
        !is_texts(json_object_get(json, "execution")))
        return false;
    json_object_foreach(variants, name, variant)
        if (!json_is_string(json_object_get(variant, "what")) ||
            !is_strings(json_object_get(variant, "options"), false))
            return false;
    return true;
}

/* The engines of a folder, as a list of their documents; NULL and an Error if one cannot be
 * read. */
static json_t *read_engines(const char *folder, Error *error) {
    struct dirent **names;
    int count = scandir(folder, &names, is_json, alphasort);
    if (count < 0) {
        fail(error, ERROR_FILE, "cannot read the engines that are known, %s: %s", folder,
             strerror(errno));
        return NULL;
    }
    json_t *engines = need(json_array());
    bool done = true;
    for (int i = 0; i < count; i++) {
        char *path = format_string("%s/%s", folder, names[i]->d_name);
        char *text = done ? read_file(path, FILE_LIMIT, NULL, error) : NULL;
        json_error_t reason = {.text = "it is not as README.md beside it says"};
        json_t *json = text ? json_loads(text, JSON_REJECT_DUPLICATES, &reason) : NULL;
        done = done && text;
        if (done && (!json || !is_engine(json)))
            done = fail(error, ERROR_FILE, "%s: %s", path, reason.text);
        if (json) json_array_append_new(engines, json);
        free(text);
        free(path);
        free(names[i]);
    }
    free(names);
    if (done) return engines;
    json_decref(engines);
    return NULL;
}

/* The engine that has a variant of that name; NULL if none has. Borrowed. */
static json_t *find_engine(json_t *engines, const char *name) {
    size_t i;
    json_t *engine;
    json_array_foreach(engines, i, engine)
        if (json_object_get(json_object_get(engine, "variants"), name)) return engine;
    return NULL;
}

/* "node, node-liftoff, wasm3": to be freed. */
static char *engine_names(json_t *engines) {
    char *text = copy_string("");
    size_t i;
    const char *name;
    json_t *engine, *variant;
    json_array_foreach(engines, i, engine) {
        json_object_foreach(json_object_get(engine, "variants"), name, variant) {
            char *longer = format_string("%s%s%s", text, *text ? ", " : "", name);
            free(text);
            text = longer;
        }
    }
    return text;
}

/* ---- Choosing -------------------------------------------------------------------------------- */

static bool add_peer(Peers *peers, const char *name, char *program, const char *folder,
                     json_t *json, Error *error) {
    char digest[SHA256_DIGEST_STRING_LENGTH];
    Error reason;
    peers->items = grow(peers->items, peers->count + 1, sizeof *peers->items);
    peers->items[peers->count++] = (Peer){
        .name = copy_string(name), .program = program, .folder = copy_string(folder), .json = json};
    if (!digest_file(program, digest, &reason))
        return fail(error, ERROR_FILE, "--peer %s: %s", name, reason.message);
    if (access(program, X_OK) != 0)
        return fail(error, ERROR_FILE, "--peer %s: cannot start %s: %s", name, program,
                    strerror(errno));
    peers->items[peers->count - 1].sha256 = copy_string(digest);
    for (size_t i = 0; i + 1 < peers->count; i++)
        if (strcmp(peers->items[i].name, name) == 0)
            return fail(error, ERROR_FILE, "--peer %s is named twice", name);
    return true;
}

/* What the file says of this variant: "what" and "options" beside all else. */
static json_t *variant_of(json_t *engine, const char *name) {
    json_t *json = need(json_copy(engine));
    json_object_update(json, json_object_get(json_object_get(engine, "variants"), name));
    json_object_del(json, "variants");
    return json;
}

static bool add_known(Peers *peers, json_t *engine, const char *name, const char *program,
                      const char *folder, Error *error) {
    char *path = strchr(program, '/') ? copy_string(program) : find_on_path(program);
    if (!path)
        return fail(error, ERROR_FILE,
                    "--peer %s: there is no %s on PATH; if it is installed elsewhere, --peer "
                    "%s=/PATH/TO/%s",
                    name, program, name, program);
    return add_peer(peers, name, path, folder, variant_of(engine, name), error);
}

/* The words of a line as a shell splits it, of quotes, backslashes and blanks alone. NULL if a
 * quote is open at its end. */
static json_t *split_words(const char *line) {
    json_t *words = need(json_array());
    char *word = allocate(strlen(line) + 1), quote = 0;
    size_t length = 0;
    bool is_word = false;
    for (const char *c = line;; c++) {
        if (!*c || (!quote && isspace((unsigned char)*c))) {
            if (is_word) json_array_append_new(words, json_stringn(word, length));
            length = 0;
            is_word = false;
            if (!*c) break;
            continue;
        }
        is_word = true;
        if (*c == quote)
            quote = 0;
        else if (!quote && (*c == '\'' || *c == '"'))
            quote = *c;
        else if (*c == '\\' && quote != '\'' && c[1])
            word[length++] = *++c;
        else
            word[length++] = *c;
    }
    free(word);
    if (!quote) return words;
    json_decref(words);
    return NULL;
}

/* NAME=COMMAND of an engine that is not known. */
static bool add_own(Peers *peers, const char *name, const char *line, Error *error) {
    json_t *words = split_words(line);
    const char *program = json_string_value(json_array_get(words, 0));
    if (!program || !strstr(line, "{module}")) {
        json_decref(words);
        return fail(error, ERROR_FILE,
                    words && program
                        ? "--peer %s: its command \"%s\" says nowhere what the {module} is, the "
                          "{export} to call and its {arguments}"
                        : "--peer %s: its command \"%s\" is no line of words",
                    name, line);
    }
    char *path = strchr(program, '/') ? copy_string(program) : find_on_path(program);
    if (!path) {
        fail(error, ERROR_FILE, "--peer %s: there is no %s on PATH", name, program);
        json_decref(words);
        return false;
    }
    json_array_remove(words, 0);
    json_t *json = need(json_pack("{s:s, s:[], s:o}", "what", "named on the command line",
                                  "options", "call", words));
    if (!strstr(line, "{export}")) json_object_set(json, "command", words); /* runs what there is */
    return add_peer(peers, name, path, "", json, error);
}

static bool add_all(Peers *peers, json_t *engines, const char *folder, Error *error) {
    size_t i;
    const char *name;
    json_t *engine, *variant;
    if (!peers->not_found) peers->not_found = need(json_array());
    json_array_foreach(engines, i, engine) {
        const char *program = json_string_value(json_object_get(engine, "program"));
        char *path = find_on_path(program);
        json_object_foreach(json_object_get(engine, "variants"), name, variant) {
            if (!path)
                json_array_append_new(peers->not_found, json_pack("{s:s, s:s}", "name", name,
                                                                  "program", program));
            else if (!add_known(peers, engine, name, program, folder, error)) {
                free(path);
                return false;
            } else {
                peers->items[peers->count - 1].is_of_all = true;
            }
        }
        free(path);
    }
    return true;
}

static bool add_wish(Peers *peers, json_t *engines, const char *folder, const char *wish,
                     Error *error) {
    if (strcmp(wish, "all") == 0) return add_all(peers, engines, folder, error);
    const char *equals = strchr(wish, '=');
    char *name = equals ? strndup(wish, (size_t)(equals - wish)) : copy_string(wish);
    json_t *engine = find_engine(engines, need(name));
    bool done;
    if (*name == 0 || (equals && !equals[1]))
        done =
            fail(error, ERROR_FILE, "--peer takes NAME, NAME=COMMAND or \"all\", not \"%s\"", wish);
    else if (engine && (!equals || !strpbrk(equals + 1, " {")))
        done = add_known(peers, engine, name,
                         equals ? equals + 1
                                : json_string_value(json_object_get(engine, "program")),
                         folder, error);
    else if (equals)
        done = add_own(peers, name, equals + 1, error);
    else {
        char *known = engine_names(engines);
        done = fail(error, ERROR_FILE,
                    "--peer %s: there is no file about such an engine, but about %s; any other one "
                    "is --peer %s='COMMAND {module} {export} {arguments}'",
                    name, known, name);
        free(known);
    }
    free(name);
    return done;
}

bool peers_choose(Peers *peers, const char *directory, char *const *wishes, size_t wish_count,
                  Error *error) {
    *peers = (Peers){0};
    if (wish_count == 0) return true;
    char *folder = find_peers(directory);
    json_t *engines = read_engines(folder, error);
    bool done = engines != NULL;
    for (size_t i = 0; done && i < wish_count; i++)
        done = add_wish(peers, engines, folder, wishes[i], error);
    peers->empty = format_string("%s/empty.wasm", folder);
    json_decref(engines);
    free(folder);
    return done;
}

void peers_free(Peers *peers) {
    for (size_t i = 0; i < peers->count; i++) {
        free(peers->items[i].name);
        free(peers->items[i].program);
        free(peers->items[i].folder);
        free(peers->items[i].sha256);
        json_decref(peers->items[i].json);
    }
    free(peers->items);
    free(peers->empty);
    json_decref(peers->not_found);
    *peers = (Peers){0};
}

/* ---- Command lines --------------------------------------------------------------------------- */

/* What the names in braces stand for. */
typedef struct Meanings {
    const char *module, *export, *folder, *host, *guest, *variable;
    const json_t *arguments;
} Meanings;

static char *joined(const json_t *words) {
    char *text = copy_string("");
    size_t i;
    json_t *word;
    json_array_foreach(words, i, word) {
        char *longer = format_string("%s%s%s", text, i ? " " : "", json_string_value(word));
        free(text);
        text = longer;
    }
    return text;
}

static const char *meaning(const Meanings *meanings, const char *name, size_t length,
                           const char *arguments) {
    const struct {
        const char *name, *value;
    } known[] = {{"module", meanings->module},     {"export", meanings->export},
                 {"folder", meanings->folder},     {"host", meanings->host},
                 {"guest", meanings->guest},       {"variable", meanings->variable},
                 {"arguments", arguments}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].name) == length && strncmp(known[i].name, name, length) == 0)
            return known[i].value;
    return NULL;
}

/* A word with its names in braces replaced. */
static json_t *expanded(const char *word, const Meanings *meanings) {
    char *text = NULL, *arguments = joined(meanings->arguments);
    size_t size;
    FILE *stream = need(open_memstream(&text, &size));
    while (*word) {
        const char *end = *word == '{' ? strchr(word, '}') : NULL;
        const char *value =
            end ? meaning(meanings, word + 1, (size_t)(end - word - 1), arguments) : NULL;
        if (value) {
            fputs(value, stream);
            word = end + 1;
        } else {
            fputc(*word++, stream);
        }
    }
    if (fclose(stream) != 0) need(NULL);
    json_t *found = need(json_stringn(text, size));
    free(arguments);
    free(text);
    return found;
}

static void add_words(json_t *line, const json_t *words, const Meanings *meanings) {
    size_t i;
    json_t *word;
    json_array_foreach(words, i, word)
        json_array_append_new(line, expanded(json_string_value(word), meanings));
}

/* The words for each --dir or --env of a workload. False, and why, if the engine has none for
 * those. */
static bool add_options(json_t *line, const Peer *peer, const Workload *workload,
                        const char *option, const char *key, char **why) {
    const json_t *words = json_object_get(peer->json, key);
    for (size_t i = 0; i + 1 < json_array_size(workload ? workload->options : NULL); i += 2) {
        if (strcmp(json_string_value(json_array_get(workload->options, i)), option) != 0) continue;
        if (!words) {
            *why = format_string("cannot be given a %s, which this workload needs",
                                 strcmp(key, "variable") ? key : "variable of the environment");
            return false;
        }
        const char *value = json_string_value(json_array_get(workload->options, i + 1)),
                   *separator = strstr(value, "::");
        char *host = separator ? strndup(value, (size_t)(separator - value)) : copy_string(value);
        const Meanings meanings = {.host = need(host),
                                   .guest = separator ? separator + 2 : value,
                                   .variable = value};
        add_words(line, words, &meanings);
        free(host);
    }
    return true;
}

json_t *peer_command(const Peers *peers, const Peer *peer, const Workload *workload,
                     bool is_command, char **why) {
    *why = NULL;
    const json_t *template = json_object_get(peer->json, is_command ? "command" : "call"), *word;
    if (workload && !workload->invoke) {
        *why = copy_string("cannot replay recorded traces, which only executors here do");
        return NULL;
    }
    if (!template) {
        const char *reason = json_string_value(
            json_object_get(peer->json, is_command ? "no_command" : "no_call"));
        *why = reason ? copy_string(reason)
                      : format_string("has no command line that %s",
                                      is_command ? "runs a WASI command" : "calls an export");
        return NULL;
    }
    const Meanings meanings = {
        .module = workload ? workload->path : peers->empty,
        .export = workload ? workload->invoke : "run",
        .folder = peer->folder,
        .arguments = workload ? json_object_get(workload->json, "args") : NULL,
    };
    json_t *line = need(json_pack("[s]", peer->program));
    add_words(line, json_object_get(peer->json, "options"), &meanings);
    size_t i;
    json_array_foreach(template, i, word) {
        const char *text = json_string_value(word);
        bool done = true;
        if (strcmp(text, "{arguments}") == 0)
            json_array_extend(line, (json_t *)meanings.arguments);
        else if (strcmp(text, "{directories}") == 0)
            done = add_options(line, peer, workload, "--dir", "directory", why);
        else if (strcmp(text, "{variables}") == 0)
            done = add_options(line, peer, workload, "--env", "variable", why);
        else
            json_array_append_new(line, expanded(text, &meanings));
        if (done) continue;
        json_decref(line);
        return NULL;
    }
    return line;
}

static const char *last_component(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *peer_command_shown(const Peer *peer, bool is_command) {
    const json_t *template = json_object_get(peer->json, is_command ? "command" : "call");
    const json_t *parts[] = {json_object_get(peer->json, "options"), template}, *word;
    if (!template) return NULL;
    char *text = copy_string(last_component(peer->program));
    for (size_t i = 0; i < 2; i++) {
        size_t j;
        json_array_foreach(parts[i], j, word) {
            char *longer = format_string("%s %s", text, last_component(json_string_value(word)));
            free(text);
            text = longer;
        }
    }
    return text;
}

/* ---- What engines print ---------------------------------------------------------------------- */

/* What the pattern's first group matches in a line, to be freed; NULL if it does not match. */
static char *match(const regex_t *pattern, const char *line) {
    regmatch_t found[2];
    if (regexec(pattern, line, 2, found, 0) != 0 || found[1].rm_so < 0) return NULL;
    return need(strndup(line + found[1].rm_so, (size_t)(found[1].rm_eo - found[1].rm_so)));
}

/* Adds the values of a text such as "1:i32, 2:i32". */
static void add_values(json_t *values, char *text) {
    for (char *value; (value = strsep(&text, " ,\t\r"));)
        if (*value) {
            json_t *string = json_string(value);
            json_array_append_new(values,
                                  string ? string : json_string("something that is no text"));
        }
}

/* What the pattern `key` of a part of the engine's file finds in the lines of the stream that it
 * names. */
static json_t *find_values(const json_t *part, const char *key, const char *output,
                           const char *errors) {
    const char *stream = json_string_value(json_object_get(part, "in")),
               *text = json_string_value(json_object_get(part, key));
    json_t *values = need(json_array());
    regex_t pattern;
    if (!text || regcomp(&pattern, text, REG_EXTENDED) != 0) return values;
    char *copy = copy_string(stream && strcmp(stream, "stderr") == 0 ? errors : output),
         *rest = copy;
    for (char *line; (line = strsep(&rest, "\n"));) {
        char *found = match(&pattern, line);
        if (found) add_values(values, found);
        free(found);
    }
    free(copy);
    regfree(&pattern);
    return values;
}

/* "1080033280:f32", the bits of a floating-point number, as a decimal one; NULL if it is none. */
static json_t *number_of_bits(const char *text) {
    unsigned long long bits;
    unsigned width;
    char end;
    if (sscanf(text, "%llu:f%u%c", &bits, &width, &end) != 2 || (width != 32 && width != 64))
        return NULL;
    float single;
    double number;
    uint32_t half = (uint32_t)bits;
    memcpy(&single, &half, sizeof single);
    memcpy(&number, &bits, sizeof number);
    char *decimal = width == 32 ? format_string("%.9g", (double)single)
                                : format_string("%.17g", number);
    json_t *found = json_string(decimal);
    free(decimal);
    return found;
}

json_t *peer_results(const Peer *peer, const char *output, const char *errors) {
    const json_t *part = peer ? json_object_get(peer->json, "results") : NULL;
    if (part) {
        json_t *values = find_values(part, "pattern", output, errors), *value, *number;
        size_t i;
        const bool bits = json_object_get(part, "floats") != NULL;
        json_array_foreach(values, i, value)
            if (bits && (number = number_of_bits(json_string_value(value))))
                json_array_set_new(values, i, number);
        return values;
    }
    json_t *values = need(json_array());
    char *copy = copy_string(output), *rest = copy;
    for (char *line; (line = strsep(&rest, "\n"));)
        add_values(values, line);
    free(copy);
    return values;
}

static int64_t find_nanoseconds(const Peer *peer, const char *key, const char *output,
                                const char *errors) {
    json_t *values = find_values(json_object_get(peer->json, "execution"), key, output, errors);
    const char *text = json_string_value(json_array_get(values, 0));
    char *end = NULL;
    long long found = text ? strtoll(text, &end, 10) : -1;
    if (!text || *end || found < 0) found = -1;
    json_decref(values);
    return found;
}

void peer_execution(const Peer *peer, const char *output, const char *errors, int64_t *cpu,
                    int64_t *wall) {
    *cpu = peer ? find_nanoseconds(peer, "cpu_ns", output, errors) : -1;
    *wall = peer ? find_nanoseconds(peer, "wall_ns", output, errors) : -1;
}

/* ---- Whether results agree ------------------------------------------------------------------- */

/* Takes "i32:" or ":i32" and so on off a value: its bits, 0 if it does not say. `text` is
 * changed. */
static int take_type(char **text) {
    static const char *const types[] = {"i32", "i64", "f32", "f64"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        size_t length = strlen(*text);
        int bits = i % 2 ? 64 : 32;
        if (length > 4 && strncmp(*text, types[i], 3) == 0 && (*text)[3] == ':') {
            *text += 4;
            return bits;
        }
        if (length > 4 && (*text)[length - 4] == ':' && strcmp(*text + length - 3, types[i]) == 0) {
            (*text)[length - 4] = 0;
            return bits;
        }
    }
    return 0;
}

/* An integer of so many bits in decimal, signed or unsigned, or hexadecimal digits. */
static bool read_integer(const char *text, int bits, int64_t *value) {
    char *end;
    bool negative = *text == '-';
    const char *digits = text + (negative || *text == '+');
    if (!isdigit((unsigned char)*digits)) return false;
    errno = 0;
    uint64_t number =
        strtoull(digits, &end, digits[0] == '0' && tolower(digits[1]) == 'x' ? 16 : 10);
    if (errno || *end) return false;
    if (bits == 32 && number > UINT32_MAX) return false;
    number = negative ? -number : number;
    *value = bits == 32 ? (int32_t)(uint32_t)number : (int64_t)number;
    return true;
}

/* Whether a decimal fraction is this number, in as many digits behind the point as it has. */
static bool is_rounded(const char *text, double number) {
    const char *point = strchr(text, '.');
    size_t digits = point ? strspn(point + 1, "0123456789") : 0;
    char rounded[400];
    if (strtod(text, NULL) == number) return true;
    if (digits == 0 || digits >= sizeof rounded) return false;
    bool has_exponent = point[1 + digits] != 0;
    snprintf(rounded, sizeof rounded, has_exponent ? "%.*e" : "%.*f", (int)digits, number);
    return strtod(rounded, NULL) == strtod(text, NULL);
}

/* Whether a number can be an f32 in the digits that an executor prints, which are at most nine. */
static bool is_narrow(const char *text) {
    char digits[20];
    snprintf(digits, sizeof digits, "%.9g", strtod(text, NULL));
    return strtod(digits, NULL) == strtod(text, NULL);
}

/* `bits`: of the type; 0: it is not known, and what can be an f32 may be one. An engine prints that
 * with digits of its own, or as the f64 that it makes of it. */
static bool same_fraction(const char *text, const char *expected, int bits) {
    char *end, *other_end;
    double value = strtod(text, &end), wanted = strtod(expected, &other_end);
    float narrow = strtof(expected, NULL);
    if (*end || *other_end || end == text || other_end == expected) return false;
    if (isnan(wanted)) return isnan(value);
    if (bits == 32) return strtof(text, NULL) == narrow || is_rounded(text, (double)narrow);
    return is_rounded(text, wanted) ||
           (!bits && is_narrow(expected) && is_rounded(text, (double)narrow));
}

static bool same_value(const char *printed, const char *expected) {
    char *copy = copy_string(printed), *text = copy;
    int bits = take_type(&text);
    int64_t value, wanted;
    bool same;
    if (strcmp(text, expected) == 0)
        same = true;
    else if (bits && read_integer(text, bits, &value) && read_integer(expected, bits, &wanted))
        same = value == wanted;
    else
        same = (strpbrk(expected, ".eni") || strpbrk(text, ".e")) &&
               same_fraction(text, expected, bits);
    free(copy);
    return same;
}

bool peer_results_agree(const json_t *results, const json_t *expected) {
    size_t i;
    json_t *value;
    if (json_array_size(results) != json_array_size(expected)) return false;
    json_array_foreach(results, i, value)
        if (!same_value(json_string_value(value), json_string_value(json_array_get(expected, i))))
            return false;
    return true;
}
