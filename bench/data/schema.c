#define _GNU_SOURCE 1
#include "bench/data/schema.h"

#include <math.h>
#include <regex.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/schema_text.h"
#include "bench/util/memory.h"

#define PATH_SIZE 300
#define SHOWN 60    /* bytes of a value that a message shows */
#define DEEPEST 100 /* schemas within schemas: ours needs twenty; a $ref to itself has no end */
#define REFERENCE "#/$defs/"

/* Where in the document we are, as messages name it. */
typedef struct Path {
    char text[PATH_SIZE];
    size_t length; /* at most what fits; a longer path is cut */
} Path;

typedef struct Validation {
    json_t *root;
    Path path;
    int depth;
    Error *error;
} Validation;

static bool validate(Validation *validation, json_t *value, json_t *schema);

static bool complain_of(Validation *validation, json_t *value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static bool complain_of(Validation *validation, json_t *value, const char *format, ...) {
    char why[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    const char *place = validation->path.length ? validation->path.text : "the document";
    char *shown = json_is_object(value)  ? copy_string("an object")
                  : json_is_array(value) ? copy_string("an array")
                                         : json_dumps(value, JSON_ENCODE_ANY);
    need(shown);
    bool cut = strlen(shown) > SHOWN;
    fail(validation->error, ERROR_FILE, "%s is %.*s%s: %s", place, SHOWN, shown, cut ? "…" : "",
         why);
    free(shown);
    return false;
}

/* Validates a part of the value, whose path is longer by the text. */
static bool validate_part(Validation *validation, json_t *value, json_t *schema, const char *format,
                          ...) __attribute__((format(printf, 4, 5)));
static bool validate_part(Validation *validation, json_t *value, json_t *schema, const char *format,
                          ...) {
    Path *path = &validation->path;
    size_t length = path->length;
    va_list arguments;
    va_start(arguments, format);
    int added = vsnprintf(path->text + length, PATH_SIZE - length, format, arguments);
    va_end(arguments);
    path->length = length + (size_t)added < PATH_SIZE ? length + (size_t)added : PATH_SIZE - 1;
    bool done = validate(validation, value, schema);
    path->length = length;
    path->text[length] = 0;
    return done;
}

static bool is_whole(json_t *value) {
    return json_is_integer(value) ||
           (json_is_real(value) && floor(json_real_value(value)) == json_real_value(value));
}

static bool has_type(json_t *value, const char *type) {
    if (!strcmp(type, "object")) return json_is_object(value);
    if (!strcmp(type, "array")) return json_is_array(value);
    if (!strcmp(type, "string")) return json_is_string(value);
    if (!strcmp(type, "boolean")) return json_is_boolean(value);
    if (!strcmp(type, "null")) return json_is_null(value);
    if (!strcmp(type, "number")) return json_is_number(value);
    return !strcmp(type, "integer") && is_whole(value);
}

/* 2 and 2.0 are the same number. */
static bool is_equal(json_t *left, json_t *right) {
    if (json_is_number(left) && json_is_number(right))
        return json_number_value(left) == json_number_value(right);
    return json_equal(left, right);
}

static bool check_type(Validation *validation, json_t *value, json_t *types, json_t *schema) {
    (void)schema;
    if (json_is_string(types)) {
        if (has_type(value, json_string_value(types))) return true;
        return complain_of(validation, value, "not of type %s", json_string_value(types));
    }
    char names[100] = "";
    size_t i;
    json_t *type;
    json_array_foreach(types, i, type) {
        if (has_type(value, json_string_value(type))) return true;
        size_t length = strlen(names);
        snprintf(names + length, sizeof names - length, "%s%s", i ? " or " : "",
                 json_string_value(type));
    }
    return complain_of(validation, value, "not of type %s", names);
}

static bool check_const(Validation *validation, json_t *value, json_t *wanted, json_t *schema) {
    (void)schema;
    if (is_equal(value, wanted)) return true;
    char *text = need(json_dumps(wanted, JSON_ENCODE_ANY));
    complain_of(validation, value, "not %s", text);
    free(text);
    return false;
}

static bool check_enum(Validation *validation, json_t *value, json_t *choices, json_t *schema) {
    (void)schema;
    size_t i;
    json_t *choice;
    json_array_foreach(choices, i, choice)
        if (is_equal(value, choice)) return true;
    char *text = need(json_dumps(choices, 0));
    complain_of(validation, value, "none of %s", text);
    free(text);
    return false;
}

static bool check_minimum(Validation *validation, json_t *value, json_t *least, json_t *schema) {
    (void)schema;
    if (!json_is_number(value) || json_number_value(value) >= json_number_value(least)) return true;
    return complain_of(validation, value, "less than %g", json_number_value(least));
}

static bool check_exclusive_minimum(Validation *validation, json_t *value, json_t *least,
                                    json_t *schema) {
    (void)schema;
    if (!json_is_number(value) || json_number_value(value) > json_number_value(least)) return true;
    return complain_of(validation, value, "not more than %g", json_number_value(least));
}

static bool check_pattern(Validation *validation, json_t *value, json_t *pattern, json_t *schema) {
    (void)schema;
    regex_t regex;
    if (!json_is_string(value)) return true;
    if (regcomp(&regex, json_string_value(pattern), REG_EXTENDED | REG_NOSUB) != 0)
        return complain_of(validation, value, "the pattern %s cannot be read",
                           json_string_value(pattern));
    bool matches = regexec(&regex, json_string_value(value), 0, NULL, 0) == 0;
    regfree(&regex);
    if (matches) return true;
    return complain_of(validation, value, "not like %s", json_string_value(pattern));
}

static bool check_required(Validation *validation, json_t *value, json_t *names, json_t *schema) {
    (void)schema;
    size_t i;
    json_t *name;
    if (!json_is_object(value)) return true;
    json_array_foreach(names, i, name)
        if (!json_object_get(value, json_string_value(name)))
            return complain_of(validation, value, "without \"%s\"", json_string_value(name));
    return true;
}

static const char *separator(const Validation *validation) {
    return validation->path.length ? "." : "";
}

static bool check_properties(Validation *validation, json_t *value, json_t *schemas,
                             json_t *schema) {
    (void)schema;
    const char *name;
    json_t *part;
    json_object_foreach(value, name, part) {
        json_t *own = json_object_get(schemas, name);
        if (own && !validate_part(validation, part, own, "%s%s", separator(validation), name))
            return false;
    }
    return true;
}

static bool check_additional(Validation *validation, json_t *value, json_t *additional,
                             json_t *schema) {
    const char *name;
    json_t *part, *properties = json_object_get(schema, "properties");
    json_object_foreach(value, name, part) {
        if (json_object_get(properties, name) || json_is_true(additional)) continue;
        if (json_is_false(additional))
            return complain_of(validation, value, "nothing is to be called \"%.60s\" there", name);
        if (!validate_part(validation, part, additional, "%s%s", separator(validation), name))
            return false;
    }
    return true;
}

static bool check_items(Validation *validation, json_t *value, json_t *items, json_t *schema) {
    (void)schema;
    size_t i;
    json_t *item;
    json_array_foreach(value, i, item)
        if (!validate_part(validation, item, items, "[%zu]", i)) return false;
    return true;
}

static bool check_min_items(Validation *validation, json_t *value, json_t *least, json_t *schema) {
    (void)schema;
    if (!json_is_array(value) || (json_int_t)json_array_size(value) >= json_integer_value(least))
        return true;
    return complain_of(validation, value, "with fewer than %lld items",
                       (long long)json_integer_value(least));
}

/* Of a value that is none of them, what the last one says is wrong. */
static bool check_any_of(Validation *validation, json_t *value, json_t *choices, json_t *schema) {
    (void)schema;
    size_t i;
    json_t *choice;
    json_array_foreach(choices, i, choice)
        if (validate(validation, value, choice)) return true;
    return false;
}

static bool check_reference(Validation *validation, json_t *value, json_t *reference,
                            json_t *schema) {
    (void)schema;
    const char *name = json_string_value(reference) + strlen(REFERENCE);
    return validate(validation, value,
                    json_object_get(json_object_get(validation->root, "$defs"), name));
}

/* What each keyword asks for; NULL: nothing. */
static const struct {
    const char *name;
    bool (*check)(Validation *validation, json_t *value, json_t *argument, json_t *schema);
} KEYWORDS[] = {
    {"type", check_type},
    {"const", check_const},
    {"enum", check_enum},
    {"minimum", check_minimum},
    {"exclusiveMinimum", check_exclusive_minimum},
    {"pattern", check_pattern},
    {"minItems", check_min_items},
    {"required", check_required},
    {"properties", check_properties},
    {"additionalProperties", check_additional},
    {"items", check_items},
    {"anyOf", check_any_of},
    {"$ref", check_reference},
    {"$schema", NULL},
    {"$defs", NULL},
    {"title", NULL},
    {"description", NULL},
};
#define KEYWORD_COUNT (sizeof KEYWORDS / sizeof *KEYWORDS)

static bool validate(Validation *validation, json_t *value, json_t *schema) {
    if (validation->depth == DEEPEST)
        return complain_of(validation, value, "below more than %d schemas", DEEPEST);
    validation->depth++;
    bool valid = true;
    for (size_t i = 0; valid && i < KEYWORD_COUNT; i++) {
        json_t *argument = json_object_get(schema, KEYWORDS[i].name);
        if (argument && KEYWORDS[i].check)
            valid = KEYWORDS[i].check(validation, value, argument, schema);
    }
    validation->depth--;
    return valid;
}

bool schema_validate(json_t *document, json_t *schema, json_t *root, Error *error) {
    Validation validation = {.root = root, .error = error};
    return validate(&validation, document, schema);
}

json_t *schema_document(void) {
    static json_t *schema;
    if (!schema) schema = need(json_loads(SCHEMA_TEXT, JSON_REJECT_DUPLICATES, NULL));
    return schema;
}

bool schema_check(json_t *document, const char *definition, Error *error) {
    json_t *root = schema_document(), *schema = root;
    if (definition) schema = need(json_object_get(json_object_get(root, "$defs"), definition));
    return schema_validate(document, schema, root, error);
}

static bool all_understood(json_t *schemas, Error *error) {
    const char *name;
    json_t *schema;
    size_t i;
    json_array_foreach(schemas, i, schema)
        if (!schema_is_understood(schema, error)) return false;
    json_object_foreach(schemas, name, schema)
        if (!schema_is_understood(schema, error)) return false;
    return true;
}

bool schema_is_understood(json_t *schema, Error *error) {
    const char *keyword;
    json_t *argument;
    json_object_foreach(schema, keyword, argument) {
        size_t i = 0;
        while (i < KEYWORD_COUNT && strcmp(KEYWORDS[i].name, keyword) != 0)
            i++;
        if (i == KEYWORD_COUNT)
            return fail(error, ERROR_UNSUPPORTED, "the schema uses \"%s\", which is not understood",
                        keyword);
        const char *reference = json_string_value(argument);
        if (!strcmp(keyword, "$ref") &&
            (!reference || strncmp(reference, REFERENCE, strlen(REFERENCE)) != 0))
            return fail(error, ERROR_UNSUPPORTED, "the schema has a $ref that is not understood");
    }
    json_t *items = json_object_get(schema, "items");
    json_t *additional = json_object_get(schema, "additionalProperties");
    return all_understood(json_object_get(schema, "properties"), error) &&
           all_understood(json_object_get(schema, "$defs"), error) &&
           all_understood(json_object_get(schema, "anyOf"), error) &&
           (!items || schema_is_understood(items, error)) &&
           (!json_is_object(additional) || schema_is_understood(additional, error));
}
