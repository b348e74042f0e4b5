/* `tailrace asm` and `tailrace subject`: scripts' work, which know this build. */
#define _GNU_SOURCE 1
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/util/memory.h"
#include "bench/util/options.h"
#include "bench/util/paths.h"

/* Becomes the script; the exit status if that cannot be. */
static int become(const char *name, int argc, char **argv) {
    Error error;
    char *directory = program_directory(&error);
    char *script = directory ? find_script(directory, name, &error) : NULL;
    if (script) {
        /* Its own words come last, since they may end in "--". */
        char **words = grow(NULL, (size_t)argc + 4, sizeof *words);
        size_t count = 0;
        words[count++] = "python3";
        words[count++] = script;
        words[count++] = format_string("--build=%s", directory);
        for (int i = 1; i < argc; i++) words[count++] = argv[i];
        words[count] = NULL;
        execvp(words[0], words);
        fail(&error, ERROR_FILE,
             "cannot start python3, which %s needs: %s (scripts/setup installs it)", script,
             strerror(errno));
        free(words[2]);
        free(words);
    }
    free(script);
    free(directory);
    return complain(&error, EXIT_FAILED);
}

int command_asm(int argc, char **argv) { return become("asm", argc, argv); }

int command_subject(int argc, char **argv) { return become("subject", argc, argv); }
