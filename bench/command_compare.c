/* `tailrace compare`: commands of the user's own, by the method of `bench`. */
#define _GNU_SOURCE 1
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wordexp.h>

#include "bench/bench.h"
#include "bench/sampling/command_sample.h"
#include "bench/util/memory.h"
#include "bench/util/options.h"
#include "bench/util/paths.h"
#include "bench/wishes.h"

#define MOST 26 /* commands: they are called A to Z */
#define OPTION_EXPECT 300
#define SHELL "/bin/sh"

typedef struct Comparing {
    Wishes wishes;
    bool layouts; /* the first two words are directories */
    char *expected; /* as outputs are compared; owned */
    char **words;
    size_t word_count;
} Comparing;

static error_t parse(int key, char *argument, struct argp_state *state) {
    Comparing *comparing = state->input;
    switch (key) {
    case 'L': comparing->layouts = true; return 0;
    case OPTION_EXPECT:
        free(comparing->expected);
        comparing->expected = command_output_text(argument, strlen(argument));
        return 0;
    case ARGP_KEY_ARG:
        comparing->words = grow(comparing->words, comparing->word_count + 1, sizeof(char *));
        comparing->words[comparing->word_count++] = argument;
        /* What follows the directories is the programs', whatever it looks like. */
        if (comparing->layouts && comparing->word_count == 2) {
            bool is_marked = state->next < state->argc && !strcmp(state->argv[state->next], "--");
            size_t count = (size_t)(state->argc - state->next - is_marked);
            comparing->words = grow(comparing->words, 2 + count, sizeof(char *));
            for (state->next += is_marked; state->next < state->argc; state->next++)
                comparing->words[comparing->word_count++] = state->argv[state->next];
        }
        return 0;
    case ARGP_KEY_SUCCESS:
        if (comparing->word_count < 2)
            argp_error(state, comparing->layouts
                                  ? "--runs-layouts takes two directories with an executable for "
                                    "each layout"
                                  : "it takes two commands to compare, each as one word: "
                                    "'program argument'");
        if (!comparing->layouts && comparing->word_count > MOST)
            argp_error(state, "at most %d commands can be compared", MOST);
        return 0;
    default: state->input = &comparing->wishes; break;
    }
    error_t done = wishes_parse_option(key, argument, state);
    state->input = comparing;
    return done;
}

static const struct argp COMPARE = {
    .options =
        (const struct argp_option[]){
            {"runs-layouts", 'L', NULL, 0,
             "compare two directories instead, which hold the same program in the same layouts "
             "under the same names, each run with the ARGs, before which all options stand: what "
             "differs by the luck of where code lies is then in the interval",
             0},
            {"expect", OPTION_EXPECT, "TEXT", 0,
             "what all have to print, without the end of the last line (default: what A prints)",
             0},
            MEASURING_OPTIONS,
            {"budget", 'b', "SECONDS", 0,
             "stop when another round would not end in time (default: 60, or what one round over "
             "all "
             "layouts takes)",
             0},
            {"output", 'o', "FILE", 0,
             "the result file (default: a new one in results/local/, named after CPU and time)", 0},
            {0}},
    .parser = parse,
    .args_doc = "'COMMAND A' 'COMMAND B'...\n--runs-layouts DIR_A DIR_B [ARG...]",
    .doc =
        "Compares commands: whole processes in random order, round by round, each a second time "
        "under "
        "another name (A/A), with a verdict in words. Time is CPU time, user and system, of a "
        "command "
        "and of what it waits for; start-up is part of it. A command is run as it stands, without "
        "a "
        "shell, unless it has operators of one. All have to print the same.\v"
        "Exit status: 0 all was measured, whatever the verdict; 1 a command is not there, crashed, "
        "ended with another status than 0, did not end in time, or printed something else than A: "
        "a "
        "sentence says which; 2 usage; 130 interrupted, what was measured is in the result file."};

/* ---- Commands -------------------------------------------------------------------------------- */

/* The words of a command as a shell would make them. False if it takes a shell to run it, for which
 * there is an Error if not even that could. */
static bool split(const char *command, wordexp_t *words, bool *is_broken, Error *error) {
    *is_broken = false;
    if (strpbrk(command, "$`")) return false; /* what they stand for is for a process of its own */
    int failure = wordexp(command, words, WRDE_NOCMD);
    *is_broken = failure == WRDE_SYNTAX || (failure == 0 && words->we_wordc == 0);
    if (*is_broken)
        fail(error, ERROR_UNSUPPORTED, "\"%s\" is no command: %s", command,
             failure ? "a quote or a brace is not closed" : "it is empty");
    if (failure == WRDE_NOSPACE) need(NULL);
    if (failure == 0 && *is_broken) wordfree(words);
    /* NAME=VALUE before the program is a shell's business, too. */
    if (failure == 0 && !*is_broken &&
        strcspn(words->we_wordv[0], "=") < strcspn(words->we_wordv[0], "/")) {
        wordfree(words);
        return false;
    }
    return failure == 0 && !*is_broken;
}

/* The program that is meant, as an absolute path in which links stay links, since programs look at
 * the names by which they are called. To be freed. NULL and an Error if it is not there. */
static char *find_program(const char *name, Error *error) {
    struct stat status;
    const bool is_path = strchr(name, '/');
    char *found = is_path ? copy_string(name) : find_on_path(name);
    if (found && *found != '/') {
        char *here = need(get_current_dir_name()), *whole = format_string("%s/%s", here, found);
        free(here);
        free(found);
        found = whole;
    }
    if (!found)
        fail(error, ERROR_FILE, "%s is not in $PATH", name);
    else if (access(found, F_OK) != 0)
        fail(error, ERROR_FILE, "%s is not there", name);
    else if (stat(found, &status) != 0 || !S_ISREG(status.st_mode) || access(found, X_OK) != 0)
        fail(error, ERROR_FILE, "%s is not executable", name);
    else
        return found;
    free(found);
    return NULL;
}

/* An entry of the build's "executors" (executors.h) without its programs. */
static json_t *entry(const char *name) {
    return need(json_pack("{s:s, s:s, s:s, s:{}, s:[]}", "name", name, "strategy", name, "isa",
                          "process", "programs", "arguments"));
}

/* The command as an entry, run by a shell or by itself. NULL and an Error if its program is not
 * there. */
static json_t *command_entry(const char *name, const char *command, bool by_shell, Error *error) {
    json_t *made = entry(name), *arguments = json_object_get(made, "arguments");
    Error why;
    wordexp_t words;
    bool is_broken, done = true;
    if (by_shell) {
        json_object_set_new(json_object_get(made, "programs"), "0", json_string(SHELL));
        json_array_append_new(arguments, json_string("-c"));
        done = json_array_append_new(arguments, json_string(command)) == 0;
    } else if (split(command, &words, &is_broken, &why)) {
        char *program = find_program(words.we_wordv[0], &why);
        if (program)
            json_object_set_new(json_object_get(made, "programs"), "0", json_string(program));
        for (size_t i = 1; program && done && i < words.we_wordc; i++)
            done = json_array_append_new(arguments, json_string(words.we_wordv[i])) == 0;
        wordfree(&words);
        if (!program) {
            fail(error, ERROR_FILE, "%s: %s", name, why.message);
            json_decref(made);
            return NULL;
        }
        free(program);
    }
    if (done && json_object_size(json_object_get(made, "programs")) > 0) return made;
    fail(error, ERROR_UNSUPPORTED, "%s: the command is not UTF-8", name);
    json_decref(made);
    return NULL;
}

/* Whether a shell has to run the commands: all, if one of them needs it, so that none is slower for
 * that alone. False in *done and an Error if one is no command. */
static bool needs_shell(const Comparing *comparing, bool *done, Error *error) {
    bool any = false;
    *done = true;
    for (size_t i = 0; *done && i < comparing->word_count; i++) {
        wordexp_t words;
        bool is_broken;
        if (split(comparing->words[i], &words, &is_broken, error))
            wordfree(&words);
        else
            any = true;
        *done = !is_broken;
    }
    return any;
}

/* The description of a build (executors.h) whose strategies are the commands. */
static json_t *description(json_t *executors, json_t *commands, json_t *seeds) {
    json_t *strategies = json_object(), *each;
    size_t i;
    json_array_foreach (executors, i, each)
        json_object_set_new(
            strategies, json_string_value(json_object_get(each, "strategy")),
            json_pack("{s:[], s:O}", "flags", "command", json_array_get(commands, i)));
    return need(json_pack("{s:s, s:s, s:s, s:[s], s:o, s:o, s:o}", "subject", "commands",
                          "compiler", "unknown", "version", "unknown", "isas", "process",
                          "strategies", strategies, "layout_seeds", seeds, "executors", executors));
}

/* The exit status, having said why; -1 if all is well. */
static int take_commands(const Comparing *comparing, Commands *commands) {
    Error error;
    bool done, by_shell = needs_shell(comparing, &done, &error);
    if (!done) return complain(&error, EXIT_USAGE);
    json_t *executors = json_array(), *texts = json_array();
    char *identity = copy_string("");
    for (size_t i = 0; done && i < comparing->word_count; i++) {
        const char name[2] = {(char)('A' + i), 0};
        json_t *made = command_entry(name, comparing->words[i], by_shell, &error);
        done = made != NULL;
        if (!done) break;
        printf("%s: %s\n", name, comparing->words[i]);
        json_array_append_new(executors, made);
        json_array_append_new(texts, json_string(comparing->words[i]));
        char *longer = format_string("%s%s\n", identity, comparing->words[i]);
        free(identity);
        identity = longer;
    }
    if (done && by_shell) puts("They are run by " SHELL ", whose start-up is part of their times");
    suite_begin(&commands->suite);
    done = done && suite_add_command(&commands->suite, "commands", identity, NULL, 0,
                                     comparing->expected, &error);
    if (done)
        builds_describe(&commands->builds,
                        description(executors, texts, need(json_pack("[i]", 0))));
    else
        json_decref(executors);
    json_decref(texts);
    free(identity);
    return done ? -1 : complain(&error, EXIT_FAILED);
}

/* ---- Directories of layouts ------------------------------------------------------------------ */

static int is_visible(const struct dirent *item) { return item->d_name[0] != '.'; }

/* The programs in a directory, by the order of their names, as an entry. `names`: those that the
 * first directory has, which are made if it is empty. NULL and an Error if it does not have these.
 */
static json_t *layouts_entry(const char *name, const char *directory, json_t *names, Error *error) {
    struct dirent **items;
    int count = scandir(directory, &items, is_visible, versionsort);
    if (count < 0) {
        fail(error, ERROR_FILE, "%s: cannot read the directory %s: %s", name, directory,
             strerror(errno));
        return NULL;
    }
    bool is_first = json_array_size(names) == 0, done = true;
    for (int i = 0; is_first && i < count; i++)
        json_array_append_new(names, json_string(items[i]->d_name));
    if (json_array_size(names) == 0)
        done = fail(error, ERROR_FILE, "%s: the directory %s is empty", name, directory);
    json_t *made = entry(name), *each;
    size_t layout;
    json_array_foreach (names, layout, each) {
        if (!done) break;
        char *path = format_string("%s/%s", directory, json_string_value(each)),
             *seed = format_string("%zu", layout);
        Error why;
        char *program = find_program(path, &why);
        if (program)
            json_object_set_new(json_object_get(made, "programs"), seed, json_string(program));
        else
            done = fail(error, ERROR_FILE, "%s: %s: both directories need the same names", name,
                        why.message);
        free(program);
        free(seed);
        free(path);
    }
    if (done && (size_t)count > json_array_size(names))
        done = fail(error, ERROR_FILE, "%s: %s has programs that the other directory has not", name,
                    directory);
    for (int i = 0; i < count; i++)
        free(items[i]);
    free(items);
    if (done) return made;
    json_decref(made);
    return NULL;
}

/* The exit status, having said why; -1 if all is well. */
static int take_layouts(const Comparing *comparing, Commands *commands) {
    Error error;
    json_t *executors = json_array(), *texts = json_array(), *names = json_array(),
           *seeds = json_array();
    bool done = true;
    char *identity = copy_string("");
    for (size_t i = 0; done && i < 2; i++) {
        json_t *made = layouts_entry(i ? "B" : "A", comparing->words[i], names, &error);
        done = made && json_array_append_new(executors, made) == 0 &&
               json_array_append_new(texts, json_string(comparing->words[i])) == 0;
        if (done) printf("%s: %s\n", i ? "B" : "A", comparing->words[i]);
    }
    for (size_t i = 0; i < json_array_size(names); i++)
        json_array_append_new(seeds, json_integer((json_int_t)i));
    for (size_t i = 2; i < comparing->word_count; i++) {
        char *longer = format_string("%s%s\n", identity, comparing->words[i]);
        free(identity);
        identity = longer;
    }
    suite_begin(&commands->suite);
    done = done && suite_add_command(&commands->suite, "commands", identity, comparing->words + 2,
                                     comparing->word_count - 2, comparing->expected, &error);
    if (done)
        builds_describe(&commands->builds,
                        description(json_incref(executors), texts, json_incref(seeds)));
    json_decref(executors);
    json_decref(texts);
    json_decref(names);
    json_decref(seeds);
    free(identity);
    return done ? -1 : complain(&error, EXIT_FAILED);
}

int command_compare(int argc, char **argv) {
    Commands commands = {0};
    Comparing comparing = {.wishes = wishes_default()};
    comparing.wishes.commands = &commands;
    comparing.wishes.least_budget = 60;
    json_t *line = bench_command_line("compare", argc, argv);
    comparing.wishes.seed = bench_draw_seed();
    parse_options(&COMPARE, argc, argv, ARGP_IN_ORDER, &comparing);
    int status = comparing.layouts ? take_layouts(&comparing, &commands)
                                   : take_commands(&comparing, &commands);
    if (status < 0)
        status = bench_run(&comparing.wishes, line);
    else
        json_decref(line);
    suite_free(&commands.suite);
    free(comparing.words);
    free(comparing.expected);
    return status;
}
