#define _GNU_SOURCE 1
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/data/journal.h"
#include "bench/util/test/scratch.h"

static char *directory, path[300];
static Error error;

static void set_up(void) {
    directory = scratch_make();
    snprintf(path, sizeof path, "%s/result.json", directory);
}

static void tear_down(void) {
    scratch_remove(directory);
    free(directory);
}

TestSuite(journal, .init = set_up, .fini = tear_down);

static Journal opened(void) {
    Journal journal;
    cr_assert(journal_open(&journal, path, &error), "%s", error.message);
    return journal;
}

/* One with a head and two lines. */
static Journal filled(void) {
    Journal journal = opened();
    json_t *head = json_pack("{s:i}", "schema", 2);
    cr_assert(journal_begin(&journal, head, &error), "%s", error.message);
    json_decref(head);
    cr_assert(journal_append(&journal, "sample", json_pack("{s:i}", "order", 1), &error));
    cr_assert(
        journal_append(&journal, "not_measured", json_pack("{s:s}", "reason", "a\nb"), &error));
    return journal;
}

static size_t count(const Journal *journal, bool with_head) {
    json_t *head, *entries;
    cr_assert(journal_read(journal, &head, &entries, &error), "%s", error.message);
    cr_assert_eq(head != NULL, with_head);
    size_t size = json_array_size(entries);
    json_decref(head);
    json_decref(entries);
    return size;
}

Test(journal, what_was_appended_is_read) {
    Journal journal = filled();
    json_t *head, *entries;
    cr_assert(journal_read(&journal, &head, &entries, &error));
    cr_assert_eq(json_integer_value(json_object_get(head, "schema")), 2);
    cr_assert_eq(json_array_size(entries), 2);
    json_t *sample = json_object_get(json_array_get(entries, 0), "sample");
    cr_assert_eq(json_integer_value(json_object_get(sample, "order")), 1);
    cr_assert(journal_exists(path));
    journal_close(&journal, true);
    cr_assert_not(journal_exists(path));
}

Test(journal, a_torn_last_line_is_dropped) {
    static const char *const tails[] = {"{\"sample\": {", "x", "{\"sample\": {\n", "{}"};
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        Journal journal = filled();
        cr_assert_eq(write(journal.descriptor, tails[i], strlen(tails[i])),
                     (ssize_t)strlen(tails[i]));
        cr_assert_eq(count(&journal, true), 2, "%s", tails[i]);
        journal_close(&journal, true);
    }
    Journal journal = opened();
    cr_assert_eq(count(&journal, false), 0);
    journal_close(&journal, true);
}

/* As a kill in the middle of the first write leaves it. */
Test(journal, of_a_torn_head_alone_is_empty) {
    Journal journal = filled();
    cr_assert_gt(journal.length, 0);
    journal_close(&journal, false);
    scratch_write(directory, "result.json.samples", 0644, "{\"schema\":2,\"tool\":");
    journal = opened();
    cr_assert_eq(journal.length, 0);
    cr_assert_eq(count(&journal, false), 0);
    journal_close(&journal, false);
}

Test(journal, damage_elsewhere_is_an_error) {
    Journal journal = filled();
    static const char tail[] = "{\"sample\"\n{}\n";
    cr_assert_eq(write(journal.descriptor, tail, strlen(tail)), (ssize_t)strlen(tail));
    json_t *head, *entries;
    cr_assert_not(journal_read(&journal, &head, &entries, &error));
    cr_assert(strstr(error.message, "result.json.samples is damaged: line 4: "), "%s",
              error.message);
    journal_close(&journal, true);
}

Test(journal, it_belongs_to_one_process) {
    Journal journal = filled(), other;
    cr_assert_not(journal_open(&other, path, &error));
    cr_assert(strstr(error.message, "another tailrace bench is writing"), "%s", error.message);
    journal_close(&journal, true);
}

/* The one that ends removes what the other has opened already, and waits for. */
Test(journal, one_that_is_removed_meanwhile_is_made_again) {
    Journal journal = filled();
    pid_t child = fork();
    if (child == 0) { /* shares the lock */
        usleep(100000);
        journal_close(&journal, true);
        _exit(0);
    }
    journal_close(&journal, false);
    journal = opened();
    waitpid(child, NULL, 0);
    cr_assert_eq(journal.length, 0);
    cr_assert(journal_exists(path));
    journal_close(&journal, true);
}

/* Whoever can write to the folder can foresee the name. */
Test(journal, is_a_regular_file_or_refused) {
    Journal journal;
    char name[400], victim[300];
    snprintf(name, sizeof name, "%s.samples", path);
    snprintf(victim, sizeof victim, "%s/victim", directory);
    scratch_write(directory, "victim", 0644, "old");
    cr_assert_eq(symlink(victim, name), 0);
    cr_assert_not(journal_open(&journal, path, &error));
    cr_assert(strstr(error.message, "result.json.samples: it is not a regular file"), "%s",
              error.message);
    struct stat status;
    cr_assert(stat(victim, &status) == 0 && status.st_size == 3);
    cr_assert_eq(unlink(name), 0);
    cr_assert_eq(mkfifo(name, 0644), 0); /* which is not waited for */
    cr_assert_not(journal_open(&journal, path, &error));
    cr_assert(strstr(error.message, "it is not a regular file"), "%s", error.message);
}

Test(journal, a_full_disk_leaves_it_whole) {
    Journal journal = filled();
    char text[5000];
    memset(text, 'x', sizeof text);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){4096, 4096});
    cr_assert_not(journal_append(&journal, "sample", json_stringn(text, sizeof text), &error));
    cr_assert(strstr(error.message, "result.json.samples: File too large"), "%s", error.message);
    cr_assert_eq(count(&journal, true), 2);
    cr_assert(journal_append(&journal, "sample", json_pack("{}"), &error));
    cr_assert_eq(count(&journal, true), 3);
    journal_close(&journal, true);
}
