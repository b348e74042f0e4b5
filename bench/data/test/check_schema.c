/* check_schema FILE...: for each, "valid" or what is wrong with it, a line each. For
 * test_schema.py. */
#include <stdio.h>

#include "bench/data/schema.h"

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        Error error;
        json_t *document = json_load_file(argv[i], JSON_DECODE_ANY, NULL);
        if (!document)
            puts("not JSON");
        else
            puts(schema_check(document, NULL, &error) ? "valid" : error.message);
        json_decref(document);
    }
}
