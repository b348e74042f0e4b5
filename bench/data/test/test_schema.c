#include <criterion/criterion.h>
#include <string.h>

#include "bench/data/schema.h"

static json_t *parse(const char *text) {
    json_error_t reason;
    json_t *json = json_loads(text, JSON_DECODE_ANY, &reason);
    cr_assert(json, "%s: %s", text, reason.text);
    return json;
}

Test(schema, the_published_one_is_understood) {
    Error error;
    cr_assert(schema_is_understood(schema_document(), &error), "%s", error.message);
}

Test(schema, unknown_keywords_are_found_at_any_depth) {
    static const char *const schemas[] = {
        "{\"maxItems\": 3}", "{\"properties\": {\"a\": {\"items\": {\"format\": \"date\"}}}}",
        "{\"additionalProperties\": {\"not\": {}}}", "{\"$defs\": {\"a\": {\"maximum\": 1}}}",
        "{\"$ref\": \"other.json\"}",
        "{\"anyOf\": [{\"type\": \"null\"}, {\"maximum\": 1}]}"};
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
        Error error;
        json_t *schema = parse(schemas[i]);
        cr_assert_not(schema_is_understood(schema, &error), "%s", schemas[i]);
        cr_assert(strstr(error.message, "not understood"));
        json_decref(schema);
    }
}

Test(schema, each_keyword_and_the_place_of_the_damage) {
    static const struct {
        const char *schema, *document, *message; /* NULL: it is valid */
    } cases[] = {
        {"{\"type\": \"integer\"}", "1", NULL},
        {"{\"anyOf\": [{\"type\": \"null\"}, {\"type\": \"integer\"}]}", "1", NULL},
        {"{\"anyOf\": [{\"type\": \"null\"}, {\"type\": \"integer\"}]}", "null", NULL},
        {"{\"anyOf\": [{\"type\": \"null\"}, {\"type\": \"integer\"}]}", "\"1\"",
         "the document is \"1\": not of type integer"},
        {"{\"type\": \"integer\"}", "1.0", NULL},
        {"{\"type\": \"integer\"}", "1.5", "the document is 1.5: not of type integer"},
        {"{\"type\": \"integer\"}", "true", "the document is true: not of type integer"},
        {"{\"type\": \"number\"}", "1", NULL},
        {"{\"type\": [\"string\", \"null\"]}", "null", NULL},
        {"{\"type\": [\"string\", \"null\"]}", "[]",
         "the document is an array: not of type string or null"},
        {"{\"const\": 2}", "2.0", NULL},
        {"{\"const\": 2}", "1", "the document is 1: not 2"},
        {"{\"enum\": [\"a\", \"b\"]}", "\"b\"", NULL},
        {"{\"enum\": [\"a\", \"b\"]}", "\"c\"", "the document is \"c\": none of [\"a\", \"b\"]"},
        {"{\"minimum\": 0}", "0", NULL},
        {"{\"minimum\": 0}", "\"text\"", NULL},
        {"{\"minimum\": 0}", "-3", "the document is -3: less than 0"},
        {"{\"exclusiveMinimum\": 0}", "0", "the document is 0: not more than 0"},
        {"{\"pattern\": \"^[0-9a-f]{4}$\"}", "\"12af\"", NULL},
        {"{\"pattern\": \"^[0-9a-f]{4}$\"}", "\"12aff\"",
         "the document is \"12aff\": not like ^[0-9a-f]{4}$"},
        {"{\"minItems\": 1}", "[0]", NULL},
        {"{\"minItems\": 1}", "[]", "the document is an array: with fewer than 1 items"},
        {"{\"required\": [\"a\"]}", "{\"b\": 1}", "the document is an object: without \"a\""},
        {"{\"properties\": {\"a\": {\"items\": {\"type\": \"null\"}}}}", "{\"a\": [null, 7]}",
         "a[1] is 7: not of type null"},
        {"{\"properties\": {\"a\": {}}, \"additionalProperties\": false}", "{\"a\": 1, \"b\": 2}",
         "the document is an object: nothing is to be called \"b\" there"},
        {"{\"additionalProperties\": true}", "{\"a\": 1}", NULL},
        /* The path is the whole's again behind a part. */
        {"{\"properties\": {\"x\": {\"properties\": {\"a\": {}}, \"additionalProperties\": "
         "false}}}",
         "{\"x\": {\"a\": 1, \"b\": 2}}", "x is an object: nothing is to be called \"b\" there"},
        {"{\"additionalProperties\": {\"properties\": {\"c\": {\"type\": \"null\"}}}}",
         "{\"b\": {\"c\": 0}}", "b.c is 0: not of type null"},
        {"{\"items\": {\"$ref\": \"#/$defs/x\"}, \"$defs\": {\"x\": {\"const\": 1}}}", "[1, 2]",
         "[1] is 2: not 1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *schema = parse(cases[i].schema), *document = parse(cases[i].document);
        Error error = {0};
        bool valid = schema_validate(document, schema, schema, &error);
        cr_assert_eq(valid, !cases[i].message, "%s %s: %s", cases[i].schema, cases[i].document,
                     error.message);
        if (!valid) cr_assert_str_eq(error.message, cases[i].message);
        json_decref(schema);
        json_decref(document);
    }
}

Test(schema, the_depth_is_bounded) {
    json_t *schema = parse("{\"items\": {\"$ref\": \"#/$defs/x\"},"
                           " \"$defs\": {\"x\": {\"$ref\": \"#/$defs/x\"}}}");
    json_t *document = parse("[[], 1]");
    Error error;
    cr_assert_not(schema_validate(document, schema, schema, &error));
    cr_assert_str_eq(error.message, "[0] is an array: below more than 100 schemas");
    json_decref(schema);
    json_decref(document);
}

Test(schema, long_paths_and_values_are_cut) {
    char text[5000] = "", *end = text;
    for (int i = 0; i < 5; i++)
        end += sprintf(end, "{\"%0*d\": ", 300, i);
    end += sprintf(end, "\"%0*d\"", 300, 7);
    strcpy(end, "}}}}}");
    json_t *document = parse(text);
    json_t *schema = parse("{\"$ref\": \"#/$defs/x\", \"$defs\": {\"x\": {\"type\": \"object\","
                           " \"additionalProperties\": {\"$ref\": \"#/$defs/x\"}}}}");
    Error error;
    cr_assert_not(schema_validate(document, schema, schema, &error));
    cr_assert(strstr(error.message, ": not of type object"), "%s", error.message);
    json_decref(schema);
    json_decref(document);
}
