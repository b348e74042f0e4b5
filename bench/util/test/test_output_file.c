#define _GNU_SOURCE 1
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench/util/memory.h"
#include "bench/util/output_file.h"
#include "bench/util/paths.h"
#include "bench/util/test/scratch.h"

static char *directory, path[300], victim[300];
static Error error;

static void set_up(void) {
    directory = scratch_make();
    snprintf(path, sizeof path, "%s/result.json", directory);
    snprintf(victim, sizeof victim, "%s/victim", directory);
}

static void tear_down(void) {
    scratch_remove(directory);
    free(directory);
}

TestSuite(output_file, .init = set_up, .fini = tear_down);

static int files(void) {
    struct dirent **entries;
    int count = scandir(directory, &entries, NULL, NULL);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return count - 2; /* . and .. */
}

static bool put(const char *file, const char *text) {
    return output_write(file, text, strlen(text), &error);
}

static void expect_text(const char *file, const char *text) {
    size_t size;
    char *found = read_file(file, 1000, &size, &error);
    cr_assert(found && strcmp(found, text) == 0, "%s: %s", file, found ? found : error.message);
    free(found);
}

/* Neither tried out nor written, and it is what it was. */
static void expect_refused(const char *file, const char *why) {
    struct stat before, after;
    bool there = lstat(file, &before) == 0;
    cr_assert_not(output_can_write(file, &error), "%s", file);
    cr_assert(strstr(error.message, why), "%s", error.message);
    cr_assert_not(put(file, "new"), "%s", file);
    cr_assert(strstr(error.message, why), "%s", error.message);
    cr_assert_eq(lstat(file, &after) == 0, there);
    if (there) cr_assert(before.st_ino == after.st_ino && before.st_mode == after.st_mode);
}

Test(output_file, is_replaced_as_a_whole) {
    cr_assert(output_can_write(path, &error));
    cr_assert(put(path, "one"), "%s", error.message);
    cr_assert(put(path, "two"), "%s", error.message);
    expect_text(path, "two");
    cr_assert_eq(files(), 1);
    struct stat status;
    mode_t mask = umask(0);
    umask(mask);
    cr_assert_eq(stat(path, &status), 0);
    cr_assert_eq(status.st_mode & 0777, 0666 & ~mask);
}

Test(output_file, unwritable_places_are_found_before_measuring) {
    cr_assert(output_can_write(path, &error));
    cr_assert_eq(files(), 0);
    snprintf(path, sizeof path, "%s/missing/result.json", directory);
    cr_assert_not(output_can_write(path, &error));
    cr_assert(strstr(error.message, "No such file or directory"));
    expect_refused("", "that is no name of a file");
    expect_refused(directory, "it is a directory");
}

/* A file that is there for a moment stays there if the process is killed in that moment. */
Test(output_file, trying_out_a_place_changes_nothing_there) {
    struct stat status;
    const struct timespec long_ago[] = {{.tv_sec = 1}, {.tv_sec = 1}};
    cr_assert_eq(utimensat(AT_FDCWD, directory, long_ago, 0), 0);
    cr_assert(output_can_write(path, &error));
    cr_assert_eq(stat(directory, &status), 0);
    cr_assert_eq(status.st_mtim.tv_sec, 1);
}

Test(output_file, trying_out_a_place_leaves_what_a_running_one_writes) {
    scratch_write(directory, ".result.json.abcdef.tmp", 0644, "half of a result");
    cr_assert(output_can_write(path, &error));
    cr_assert_eq(files(), 1);
}

Test(output_file, what_killed_writers_left_is_removed) {
    scratch_write(directory, ".result.json.abcdef.tmp", 0644, "half of a result");
    scratch_write(directory, ".result.json.tmp", 0644, "not ours");
    scratch_write(directory, ".resultXjson.abcdef.tmp", 0644, "of another file");
    scratch_write(directory, "victim", 0644, "old");
    char *link = format_string("%s/.result.json.linked.tmp", directory);
    cr_assert_eq(symlink(victim, link), 0);
    output_clear_leftovers(path);
    cr_assert_eq(files(), 3);
    expect_text(victim, "old");
    free(link);
}

/* Whoever can write to the folder can foresee the name, and put a link there. */
Test(output_file, planted_links_are_not_followed) {
    scratch_write(directory, "victim", 0644, "old");
    char *link = format_string("%s/.result.json.tmp", directory);
    cr_assert_eq(symlink(victim, link), 0);
    cr_assert(put(path, "new"));
    expect_text(victim, "old");
    expect_text(path, "new");
    free(link);
}

Test(output_file, links_stay_links_if_they_are_ones_own) {
    scratch_write(directory, "victim", 0644, "old");
    cr_assert_eq(symlink("victim", path), 0);
    cr_assert(put(path, "new"), "%s", error.message);
    expect_text(victim, "new");
    struct stat status;
    cr_assert(lstat(path, &status) == 0 && S_ISLNK(status.st_mode));
    if (geteuid() != 0) return;
    cr_assert_eq(lchown(path, 12345, 12345), 0);
    expect_refused(path, "it is a symbolic link of another user");
    expect_text(victim, "new");
}

Test(output_file, a_link_to_nothing_is_not_replaced) {
    cr_assert_eq(symlink("nothing", path), 0);
    expect_refused(path, "it is a symbolic link to nothing");
}

Test(output_file, what_is_neither_file_nor_stream_is_refused) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", directory);
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(bind(descriptor, (struct sockaddr *)&address, sizeof address), 0);
    expect_refused(address.sun_path, "neither a file nor a pipe nor a terminal");
    close(descriptor);
}

Test(output_file, devices_and_pipes_are_written_in_place) {
    struct stat status;
    cr_assert(output_is_stream("/dev/null") && output_can_write("/dev/null", &error));
    cr_assert(put("/dev/null", "new"), "%s", error.message);
    cr_assert(stat("/dev/null", &status) == 0 && S_ISCHR(status.st_mode));
    cr_assert_not(put("/dev/full", "new"));
    cr_assert_str_eq(error.message,
                     "cannot write the results to /dev/full: No space left on device");
    int pipes[2];
    cr_assert_eq(pipe(pipes), 0);
    char *name = format_string("/proc/self/fd/%d", pipes[1]), found[4] = "";
    cr_assert(output_is_stream(name) && output_can_write(name, &error));
    cr_assert(put(name, "new"), "%s", error.message);
    cr_assert_eq(read(pipes[0], found, 3), 3);
    cr_assert_str_eq(found, "new");
    free(name);
}

/* As /dev/stdout is, where the shell made it a file. Renaming would replace the link in /proc, or
 * /dev/stdout itself. */
Test(output_file, an_open_file_is_refused) {
    int descriptor = open(path, O_RDWR | O_CREAT, 0644);
    char *name = format_string("/proc/self/fd/%d", descriptor);
    char *link = format_string("%s/link", directory);
    cr_assert_eq(symlink(name, link), 0);
    expect_refused(name, "it stands for an open file");
    expect_refused(link, "it stands for an open file");
    cr_assert_eq(unlink(path), 0); /* what it stands for has no name any more */
    expect_refused(link, "it stands for an open file");
    free(name);
    free(link);
    close(descriptor);
}
