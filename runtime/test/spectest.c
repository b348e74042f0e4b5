/* Runs the official test suite with the executor that it is linked with.
 *
 *     spectest [--verbose] [--expected FILE] [--record FILE] DIR_OR_JSON...
 *
 * prints what passed, failed and was skipped for each group and then for each proposal, and exits
 * with 1 if anything failed.
 * --expected compares the numbers of modules and assertions that passed with the ones recorded in
 * FILE, so that a group which tests less than it did fails, too; all groups in FILE must be run, but
 * for those with a star, which the suite as an archive lacks: the folder legacy/ of its repository.
 * --record writes such a file. */
#include <dirent.h>
#include <fnmatch.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runtime/executor.h"
#include "runtime/test/spectest.h"

typedef struct Group {
    char *name;
    char *path;
    Tally tally;
} Group;

typedef struct Groups {
    Group *items;
    size_t count;
} Groups;

void tally_skip(Tally *tally, const char *proposal, unsigned count) {
    unsigned i = 0;
    while (i < tally->skipped_count && strcmp(tally->skipped[i].proposal, proposal) != 0)
        i++;
    if (i == MAX_PROPOSALS) i--; /* more than there are: lumped together with the last */
    if (i == tally->skipped_count) {
        snprintf(tally->skipped[i].proposal, MAX_PROPOSAL_NAME, "%s", proposal);
        tally->skipped_count++;
    }
    tally->skipped[i].count += count;
}

/* ---- Finding scripts ------------------------------------------------------------------------- */

static void add_group(Groups *groups, const char *path) {
    const char *name = strrchr(path, '/');
    name = name ? name + 1 : path;
    const char *dot = strrchr(name, '.');
    Group *items = realloc(groups->items, (groups->count + 1) * sizeof *items);
    if (!items) abort();
    groups->items = items;
    items[groups->count++] = (Group){
        .name = strndup(name, dot ? (size_t)(dot - name) : strlen(name)), .path = strdup(path)};
}

static int is_visible(const struct dirent *entry) { return entry->d_name[0] != '.'; }

/* Adds a script, or all scripts of a folder and of the folders in it. False: there is no such
 * thing. */
static bool add_path(Groups *groups, const char *path, int depth) {
    struct stat status;
    if (stat(path, &status) != 0) return false;
    if (!S_ISDIR(status.st_mode)) {
        add_group(groups, path);
        return true;
    }
    struct dirent **entries;
    int count = scandir(path, &entries, is_visible, alphasort);
    if (count < 0) return false;
    for (int i = 0; i < count; i++) {
        char inner[4096];
        snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
        const char *dot = strrchr(entries[i]->d_name, '.');
        bool is_script = dot && strcmp(dot, ".json") == 0;
        if (is_script || (depth > 0 && stat(inner, &status) == 0 && S_ISDIR(status.st_mode)))
            add_path(groups, inner, depth - 1);
        free(entries[i]);
    }
    free(entries);
    return true;
}

/* ---- Reporting ------------------------------------------------------------------------------- */

#define WEBASSEMBLY_2 "WebAssembly 2.0"

static void print_head(const char *of, int width) {
    printf("%-*s %7s %7s %7s %7s  %s\n", width, of, "modules", "passed", "failed", "text",
           "skipped by proposal");
}

static void print_row(const char *name, int width, const Tally *tally) {
    printf("%-*s %7u %7u %7u %7u ", width, name, tally->modules, tally->passed, tally->failed,
           tally->text);
    for (unsigned i = 0; i < tally->skipped_count; i++)
        printf("%s %s %u", i ? "," : "", tally->skipped[i].proposal, tally->skipped[i].count);
    printf("%s\n", tally->skipped_count ? "" : " -");
}

/* Which proposals groups belong to, by their names; the first that matches. What nothing matches is
 * of WebAssembly 2.0, which the suite does not tell from what has been added to it since. */
static const struct {
    const char *pattern, *proposal;
} proposals[] = {
    {"legacy-*", "exceptions, legacy encoding"},
    {"tag", "exceptions"},
    {"throw*", "exceptions"},
    {"try_table", "exceptions"},
    {"relaxed_*", "relaxed SIMD"},
    {"*_relaxed_*", "relaxed SIMD"},
    {"simd_*", "SIMD"},
    {"proposals_custom-descriptors_*", "custom descriptors"},
    {"proposals_custom-page-sizes_*", "custom page sizes"},
    {"proposals_threads_*", "threads"},
    {"proposals_wide-arithmetic_*", "wide arithmetic"},
    {"return_call_ref", "typed function references"},
    {"call_ref", "typed function references"},
    {"br_on_n*", "typed function references"},
    {"ref_as_non_null", "typed function references"},
    {"local_init", "typed function references"},
    {"ref", "typed function references"},
    {"table-sub", "typed function references"},
    {"type-equivalence", "typed function references"},
    {"return_call*", "tail calls"},
    {"array*", "garbage collection"},
    {"binary-gc", "garbage collection"},
    {"br_on_cast*", "garbage collection"},
    {"extern", "garbage collection"},
    {"i31", "garbage collection"},
    {"ref_[cet][aqe]*", "garbage collection"}, /* cast, eq, test */
    {"struct", "garbage collection"},
    {"type-*", "garbage collection"},
    {"[if]64*", WEBASSEMBLY_2},
    {"*64*", "memory64"},
    {"table_copy_mixed", "memory64"},
    {"*-multi", "multiple memories"},
    {"*[a-z_][0-4]", "multiple memories"},
    {"memory_size_import", "multiple memories"},
    {"*", WEBASSEMBLY_2},
};

static const char *proposal_of(const char *name) {
    size_t i = 0;
    while (fnmatch(proposals[i].pattern, name, 0) != 0) i++;
    return proposals[i].proposal;
}

static void add_tally(Tally *sum, const Tally *tally) {
    sum->modules += tally->modules;
    sum->passed += tally->passed;
    sum->failed += tally->failed;
    sum->text += tally->text;
    for (unsigned i = 0; i < tally->skipped_count; i++)
        tally_skip(sum, tally->skipped[i].proposal, tally->skipped[i].count);
}

static void print_proposals(const Groups *groups) {
    int width = 0;
    for (size_t i = 0; i < sizeof proposals / sizeof *proposals; i++) {
        const int length = (int)strlen(proposals[i].proposal);
        if (length > width) width = length;
    }
    printf("\n");
    print_head("proposal", width);
    for (size_t i = sizeof proposals / sizeof *proposals; i-- > 0;) {
        Tally sum = {0};
        size_t count = 0;
        bool is_first = true;
        for (size_t j = i + 1; j < sizeof proposals / sizeof *proposals; j++)
            is_first &= strcmp(proposals[i].proposal, proposals[j].proposal) != 0;
        for (size_t j = 0; j < groups->count && is_first; j++) {
            if (strcmp(proposal_of(groups->items[j].name), proposals[i].proposal) != 0) continue;
            add_tally(&sum, &groups->items[j].tally);
            count++;
        }
        if (count) print_row(proposals[i].proposal, width, &sum);
    }
}

static Tally print_table(const Groups *groups) {
    Tally total = {0};
    int width = 0;
    for (size_t i = 0; i < groups->count; i++) {
        int length = (int)strlen(groups->items[i].name);
        if (length > width) width = length;
    }
    print_head("group", width);
    for (size_t i = 0; i < groups->count; i++) {
        print_row(groups->items[i].name, width, &groups->items[i].tally);
        add_tally(&total, &groups->items[i].tally);
    }
    print_row("total", width, &total);
    print_proposals(groups);
    return total;
}

static bool is_optional(const char *name) { return strncmp(name, "legacy-", 7) == 0; }

static bool record(const Groups *groups, const char *path) {
    FILE *file = fopen(path, "w");
    if (!file) return false;
    fprintf(file, "# The official test suite: modules and assertions that pass, by group.\n"
                  "# Written by spectest --record; compared by spectest --expected.\n");
    for (size_t i = 0; i < groups->count; i++)
        fprintf(file, "%s%s %u %u\n", is_optional(groups->items[i].name) ? "*" : "",
                groups->items[i].name, groups->items[i].tally.modules,
                groups->items[i].tally.passed);
    return fclose(file) == 0;
}

/* Compares with the numbers recorded at `path`, says where they differ, and returns whether they
 * are the same. */
static bool compare(const Groups *groups, const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) {
        fprintf(stderr, "spectest: cannot read %s\n", path);
        return false;
    }
    char line[256], name[200];
    unsigned modules, passed;
    size_t recorded = 0, lacked = 0;
    bool is_same = true;
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#' || sscanf(line, "%199s %u %u", name, &modules, &passed) != 3) continue;
        const bool may_lack = name[0] == '*';
        size_t i = 0;
        while (i < groups->count && strcmp(groups->items[i].name, name + may_lack) != 0)
            i++;
        if (i == groups->count && may_lack) {
            lacked++;
            continue;
        }
        recorded++;
        if (i == groups->count) {
            fprintf(stderr, "spectest: the group %s is expected and was not run\n", name);
            is_same = false;
            continue;
        }
        const Tally *tally = &groups->items[i].tally;
        if (tally->modules == modules && tally->passed == passed) continue;
        fprintf(stderr, "spectest: %s: %u modules and %u assertions passed; expected %u and %u\n",
                name, tally->modules, tally->passed, modules, passed);
        is_same = false;
    }
    fclose(file);
    if (lacked)
        printf("skipped: %zu scripts of legacy/, which this suite lacks: runtime/test/fetch-spectest "
               "gets them from the official repository\n",
               lacked);
    if (recorded < groups->count) {
        fprintf(stderr, "spectest: %zu groups were run and %zu are expected\n", groups->count,
                recorded);
        is_same = false;
    }
    return is_same;
}

int main(int argument_count, char **arguments) {
    static const char usage[] =
        "usage: spectest [--verbose] [--expected FILE] [--record FILE] DIR_OR_JSON...\n";
    static const struct option options[] = {{"verbose", no_argument, NULL, 'v'},
                                            {"expected", required_argument, NULL, 'e'},
                                            {"record", required_argument, NULL, 'r'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    bool verbose = false;
    const char *expected = NULL, *recorded = NULL;
    for (int option;
         (option = getopt_long(argument_count, arguments, "ve:r:h", options, NULL)) >= 0;) {
        switch (option) {
        case 'v': verbose = true; break;
        case 'e': expected = optarg; break;
        case 'r': recorded = optarg; break;
        case 'h': fputs(usage, stdout); return 0;
        default: fputs(usage, stderr); return 2;
        }
    }
    Groups groups = {0};
    for (int i = optind; i < argument_count; i++)
        if (!add_path(&groups, arguments[i], 1)) {
            fprintf(stderr, "spectest: cannot read %s\n", arguments[i]);
            return 2;
        }
    if (groups.count == 0) {
        fputs(usage, stderr);
        return 2;
    }

    bool is_good = true;
    for (size_t i = 0; i < groups.count; i++) {
        Error error;
        if (script_run(groups.items[i].path, verbose, &groups.items[i].tally, &error)) continue;
        fprintf(stderr, "spectest: %s\n", error.message);
        is_good = false;
    }
    printf("%s, %s, bounds %s\n", executor.strategy, executor.isa, executor.bounds);
    if (print_table(&groups).failed > 0) is_good = false;
    if (recorded && !record(&groups, recorded)) {
        fprintf(stderr, "spectest: cannot write %s\n", recorded);
        is_good = false;
    }
    if (expected && !compare(&groups, expected)) is_good = false;
    for (size_t i = 0; i < groups.count; i++) {
        free(groups.items[i].name);
        free(groups.items[i].path);
    }
    free(groups.items);
    return is_good ? 0 : 1;
}
