#define _GNU_SOURCE 1
#include "bench/util/test/scratch.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

char *scratch_make(void) {
    const char *parent = getenv("TMPDIR");
    char *path;
    cr_assert(asprintf(&path, "%s/tailrace-test-XXXXXX", parent ? parent : "/tmp") > 0);
    cr_assert(mkdtemp(path));
    return path;
}

void scratch_write(const char *directory, const char *name, mode_t mode, const char *text) {
    char *path;
    cr_assert(asprintf(&path, "%s/%s", directory, name) > 0);
    for (char *slash = path + strlen(directory) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        mkdir(path, 0777);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
    cr_assert_eq(chmod(path, mode), 0);
    free(path);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status, (void)kind, (void)place;
    return remove(path);
}

void scratch_remove(const char *directory) { nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS); }
