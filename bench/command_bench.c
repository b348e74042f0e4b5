/* `tailrace bench`: the order of things: prepare, sample, save, print. */
#define _GNU_SOURCE 1
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/data/machine.h"
#include "bench/data/saving.h"
#include "bench/input/strategies.h"
#include "bench/output/live.h"
#include "bench/output/summary.h"
#include "bench/sampling/plan.h"
#include "bench/sampling/sampler.h"
#include "bench/sampling/simulation.h"
#include "bench/sampling/verdicts.h"
#include "bench/sampling/whole_process.h"
#include "bench/util/memory.h"
#include "bench/util/options.h"
#include "bench/util/paths.h"
#include "bench/util/process.h"
#include "bench/util/progress.h"
#include "bench/util/terminal.h"
#include "bench/workload_choice.h"

/* One sitting of a run. */
typedef struct Sitting {
    Recording recording;
    Saving saving;
    Wishes wishes;
    char *directory;     /* the program's; owned */
    char *verdicts;      /* the program that finds them; NULL if there is none; owned */
    int verdicts_rounds; /* after how many rounds the recording's verdicts were found */
    Live live;
} Sitting;

static void find_verdicts(Sitting *sitting) {
    Recording *recording = &sitting->recording;
    Error error;
    if (!sitting->verdicts || sitting->verdicts_rounds == recording->rounds) return;
    json_t *found = verdicts_on(sitting->verdicts, sitting->saving.path, sitting->wishes.confidence,
                                sitting->wishes.smallest_effect, &error);
    if (found) {
        json_decref(recording->verdicts);
        recording->verdicts = found;
        sitting->verdicts_rounds = recording->rounds;
    } else if (!interrupted()) {
        progress_note("no verdicts: %s; the budget alone ends the run", error.message);
        free(sitting->verdicts);
        sitting->verdicts = NULL;
    }
}

/* ---- What the sampler calls, with the sitting ------------------------------------------------ */

static void show_next(void *context, const Sample *next, double fraction, double left) {
    Sitting *sitting = context;
    live_next(&sitting->live, next, fraction, left);
}

static void keep_sample(void *context, const Recording *recording) {
    Sitting *sitting = context;
    saving_sample(&sitting->saving, recording);
    if (terminal_is_live(stderr)) live_sample(&sitting->live);
}

static void show_next_process(void *context, const char *doing, double fraction, double left) {
    Sitting *sitting = context;
    live_other(&sitting->live, doing, fraction, left);
}

static void keep_process(void *context, const Recording *recording) {
    Sitting *sitting = context;
    saving_process(&sitting->saving, recording);
}

static void keep_failure(void *context, const Recording *recording) {
    Sitting *sitting = context;
    saving_failure(&sitting->saving, recording);
}

/* The stop rule: whether every comparison is decided. */
static bool finish_round(void *context, Recording *recording) {
    Sitting *sitting = context;
    size_t blocks = (size_t)recording->rounds * recording->builds.layout_count;
    if (!saving_replace(&sitting->saving, recording, false) || sitting->wishes.stop_by_budget ||
        blocks < (size_t)sampler_least_blocks(recording))
        return false;
    char *doing = format_string("round %d: is all decided?", recording->rounds);
    live_doing(&sitting->live, doing);
    free(doing);
    find_verdicts(sitting);
    live_verdicts(&sitting->live);
    return sitting->verdicts && json_is_true(json_object_get(recording->verdicts, "decided"));
}

/* What a round takes is known when everything was run once. The budget grows with it unless one was
 * given; what one that was given is worth is said before it is spent. */
static void choose_budget(void *context, Recording *recording, double done, double block) {
    const Sitting *sitting = context;
    size_t layouts = recording->builds.layout_count;
    double least = sampler_least_blocks(recording);
    /* A round of 30 programs took 1.2 times what the warm-up, which has one sample of each, told. */
    double needed = ceil(1.3 * (done + block * fmax((double)layouts, least)));
    if (isnan(sitting->wishes.budget))
        recording->budget = fmax(sitting->wishes.least_budget, needed);
    double blocks = fmax(floor((recording->budget - done) / block), least);
    progress_clear();
    if (blocks < (double)layouts)
        print_paragraph(
            stdout,
            "A round over the %zu layouts takes about %.0f s, %.0f s for each: the budget "
            "has room for %.0f of them. Verdicts will be few; one round needs --budget %.0f",
            layouts, block * (double)layouts, block, blocks, needed);
    else
        print_paragraph(
            stdout,
            "A round over %zu layout%s takes about %.0f s: a budget of %.0f s has room "
            "for %.0f. Verdicts need one; more lessen noise, and not the luck of layouts",
            layouts, layouts == 1 ? "" : "s", block * (double)layouts, recording->budget,
            floor(blocks / (double)layouts));
    fflush(stdout);
}

/* ---- Before ---------------------------------------------------------------------------------- */

json_t *bench_command_line(const char *command, int argc, char **argv) {
    json_t *words = json_array();
    json_array_append_new(words, json_string("tailrace"));
    json_array_append_new(words, json_string(command));
    for (int i = 1; i < argc; i++)
        json_array_append_new(words, json_string(argv[i]));
    return words;
}

/* Whether the pattern of workloads that are to be timed as whole processes fits any. */
static bool has_whole_workload(const Suite *suite, const Wishes *wishes) {
    for (size_t i = 0; wishes->whole_workloads && i < suite->count; i++)
        if (name_matches(wishes->whole_workloads, suite->workloads[i].name)) return true;
    return !wishes->whole_workloads;
}

static bool build_fits(const Build *build, const Suite *suite, Error *error) {
    for (size_t i = 0; i < build->executors.count; i++) {
        const ExecutorProgram *program = &build->executors.items[i];
        for (size_t j = 0; j < suite->count; j++)
            if (!suite->workloads[j].command != !program->arguments)
                return fail(error, ERROR_UNSUPPORTED,
                            "%s of %s is %s, and the workload \"%s\" is for %s", program->name,
                            build->name, program->arguments ? "a command" : "an executor",
                            suite->workloads[j].name,
                            program->arguments ? "executors" : "commands");
    }
    return true;
}

/* Whether builds and workloads go together: a command runs no module, an executor nothing else. */
static bool fit_together(const Recording *recording, Error *error) {
    for (size_t i = 0; i < recording->builds.count; i++)
        if (!build_fits(&recording->builds.items[i], &recording->suite, error)) return false;
    return true;
}

/* Builds and workloads. The exit status, or -1 if all is well. */
static int load(Sitting *sitting) {
    Recording *recording = &sitting->recording;
    const Wishes *wishes = &sitting->wishes;
    const char *directory = sitting->directory;
    Error error;
    if (wishes->commands) {
        recording->builds = wishes->commands->builds;
        recording->suite = wishes->commands->suite;
        *wishes->commands = (Commands){0};
        return -1;
    }
    if (!builds_load(&recording->builds, directory, wishes->builds, &error))
        return complain(&error, EXIT_FAILED);
    return choose_workloads(&recording->suite, directory, wishes);
}

/* What takes part. The exit status, or -1 if all is well. */
static int choose(Sitting *sitting) {
    Recording *recording = &sitting->recording;
    const Wishes *wishes = &sitting->wishes;
    Error error;
    int status = load(sitting);
    if (status >= 0) return status;
    if (!fit_together(recording, &error)) return complain(&error, EXIT_USAGE);
    if (!has_whole_workload(&recording->suite, wishes)) {
        fail(&error, ERROR_UNSUPPORTED,
             "no workload of this run matches \"%s\", of which --whole-processes is to time "
             "processes",
             wishes->whole_workloads);
        return complain(&error, EXIT_USAGE);
    }
    char *strategies = strategies_meant(&recording->builds.items[0].executors, wishes->dispatch);
    if (wishes->zero)
        strategies = strategies_with_references(&recording->builds.items[0].executors, strategies);
    if (wishes->zero && !strategies) {
        fail(&error, ERROR_UNSUPPORTED,
             "--zero: this build has no zero line; \"scripts/bench --zero\" builds it for the "
             "workloads that it measures");
        return complain(&error, EXIT_USAGE);
    }
    bool chosen =
        builds_choose_layouts(&recording->builds, wishes->layouts, wishes->layout_seeds, &error) &&
        recording_prepare(recording, strategies, wishes->isa, &error) &&
        recording_choose_events(recording, wishes->events, &COUNTER_KERNEL, &error) &&
        peers_choose(&recording->peers, sitting->directory, wishes->peers, wishes->peer_count,
                     &error) &&
        recording_add_engines(recording, &error);
    free(strategies);
    if (!chosen) return complain(&error, EXIT_USAGE);
    for (size_t i = 0; i < recording->suite.count; i++)
        if (!workload_verify(&recording->suite.workloads[i], &error))
            return complain(&error, EXIT_FAILED);
    return -1;
}

/* Writes the name of the result file into the file that $TAILRACE_TELL_RESULT names, if it does: so
 * scripts/bench knows its own, whatever else is measured meanwhile. */
static void tell_result(const char *path) {
    const char *told = getenv("TAILRACE_TELL_RESULT");
    FILE *file = told && *told ? fopen(told, "we") : NULL;
    if (!file) return;
    fprintf(file, "%s\n", path);
    fclose(file);
}

/* Said after a resumed run did not find something: its file may name it by a relative path. */
static void say_where_it_began(json_t *document, const char *path) {
    json_t *first = json_array_get(json_object_get(document, "sittings"), 0);
    const char *then = json_string_value(json_object_get(first, "directory"));
    if (!then) return;
    char *beside = directory_of(path), *joined = format_string("%s/%s", beside, then);
    char *began = realpath(joined, NULL), *now = realpath(".", NULL);
    if (!began || !now || strcmp(began, now) != 0)
        progress_note("paths in %s are relative to where its run began: %s", path,
                      began ? began : joined);
    free(beside);
    free(joined);
    free(began);
    free(now);
}

/* Takes over what earlier sittings have measured. The exit status, or -1 if all is well. */
static int go_on(Sitting *sitting) {
    Recording *recording = &sitting->recording;
    const char *path = sitting->wishes.resume;
    char *note;
    Error why, error;
    recording->directory = saving_directory(&sitting->saving);
    if (!saving_take_over(&sitting->saving, recording, &note, &why)) {
        fail(&error, ERROR_UNSUPPORTED, "cannot go on with %s: %s", path, why.message);
        return complain(&error, EXIT_FAILED);
    }
    printf("Going on with %s: %d rounds, %zu samples\n", path, recording->rounds,
           recording->sample_count);
    if (note) print_paragraph(stdout, "%s", note);
    free(note);
    return -1;
}

/* Takes the place of the results. The exit status, or -1 if all is well. */
static int begin_file(Sitting *sitting) {
    Error error;
    const char *path = sitting->wishes.output;
    char *folder = path ? NULL : results_directory(sitting->directory);
    bool done = saving_new(&sitting->saving, &sitting->recording, path, folder, &error);
    free(folder);
    if (!done) return complain(&error, EXIT_FAILED);
    sitting->recording.directory = saving_directory(&sitting->saving);
    tell_result(sitting->saving.path);
    return -1;
}

/* Everything that can be wrong before a sample is taken. The exit status, or -1 if all is well. */
static int prepare(Sitting *sitting) {
    Recording *recording = &sitting->recording;
    const Wishes *wishes = &sitting->wishes;
    json_t *earlier = sitting->saving.earlier;
    int status = choose(sitting);
    if (status >= 0 && earlier) say_where_it_began(earlier, wishes->resume);
    if (status >= 0) return status;
    recording->budget = isnan(wishes->budget) ? wishes->least_budget : wishes->budget;
    recording->timeout = wishes->timeout;
    recording->seed = wishes->seed;
    /* Commands place what they use themselves. */
    recording->placed = recording_is_of_commands(recording) ? 0 : wishes->placed;
    recording->started = time(NULL);
    recording->state = "running";
    recording->machine = machine_fingerprint("", &COUNTER_KERNEL);
    recording->cpu = process_choose_cpu("");
    return earlier ? go_on(sitting) : begin_file(sitting);
}

/* Whether the run can end by its intervals, and what is said if not. */
static void prepare_verdicts(Sitting *sitting) {
    Error error;
    if (saving_to_stream(&sitting->saving))
        fail(&error, ERROR_FILE, "the results go to something that is not a file");
    else
        sitting->verdicts = verdicts_find(sitting->directory, &error);
    if (!sitting->verdicts)
        print_paragraph(stdout, "No verdicts: %s; the budget alone ends the run", error.message);
}

/* Which known engines --peer all did not find. */
static void announce_missing(const json_t *not_found) {
    char *names = copy_string("");
    size_t i;
    json_t *entry;
    json_array_foreach(not_found, i, entry) {
        const char *name = json_string_value(json_object_get(entry, "name"));
        char *longer = format_string("%s%s%s", names, i ? ", " : "", name);
        free(names);
        names = longer;
    }
    if (*names) print_paragraph(stdout, "Not on PATH: %s", names);
    free(names);
}

static void announce(const Sitting *sitting) {
    const Recording *recording = &sitting->recording;
    size_t executors = 0, references = 0;
    for (size_t i = 0; i < recording->group_count; i++) {
        executors += recording->groups[i].strategies;
        references += recording->groups[i].references;
    }
    char *text = NULL;
    size_t size;
    FILE *stream = need(open_memstream(&text, &size));
    fprintf(stream, "%zu workload%s, %zu %s%s and %s a second time (A/A)%s, ",
            recording->suite.count, recording->suite.count == 1 ? "" : "s", executors,
            recording_is_of_commands(recording) ? "command" : "executor",
            executors == 1 ? "" : "s", executors == 1 ? "that" : "each",
            executors == 1 ? "" : " by turns");
    if (references > 0) fprintf(stream, "%zu of the zero line, ", references);
    if (recording->engine_count > 0)
        fprintf(stream, "%zu peer%s and %zu executor%s as processes, ", recording->peers.count,
                recording->peers.count == 1 ? "" : "s",
                recording->engine_count - recording->peers.count,
                recording->engine_count - recording->peers.count == 1 ? "" : "s");
    for (size_t i = 0; recording->builds.count > 1 && i < recording->builds.count; i++)
        fprintf(stream, "%s%s", i ? ", " : "builds ", recording->builds.items[i].name);
    if (recording->builds.count > 1) fputs("; ", stream);
    if (recording->cpu == NOT_PINNED)
        fputs("not pinned to a CPU", stream);
    else
        fprintf(stream, "on CPU %d", recording->cpu);
    if (recording->builds.layout_count > 1) {
        fputs("; layouts", stream);
        for (size_t i = 0; i < recording->builds.layout_count; i++)
            fprintf(stream, "%s %lld", i ? "," : "", (long long)builds_seed(&recording->builds, i));
    }
    if (!isnan(sitting->wishes.budget)) fprintf(stream, "; budget %g s", recording->budget);
    fprintf(stream, "; seed %llu", (unsigned long long)recording->seed);
    fclose(stream);
    need(text);
    print_paragraph(stdout, "%s", text);
    free(text);
    announce_missing(recording->peers.not_found);
    for (size_t i = 0; i < recording->not_measured_count; i++)
        print_paragraph(stdout, "%s%s",
                        strcmp(recording->not_measured[i].what, "counter") ? "" : "Not counted: ",
                        recording->not_measured[i].reason);
}

/* ---- Measuring, and after it ----------------------------------------------------------------- */

/* False, having said why, if what was found in earlier sittings could not be kept. */
static bool measure(Sitting *sitting) {
    Recording *recording = &sitting->recording;
    const SamplerHooks hooks = {sitting,      show_next,    keep_sample,  show_next_process,
                                keep_process, keep_failure, finish_round, choose_budget};
    double started = seconds_now();
    Error error;
    interrupt_catch();
    sampler_prepare(recording);
    if (!saving_begin(&sitting->saving, recording, &error)) {
        complain(&error, EXIT_FAILED);
        return false;
    }
    live_start(&sitting->live, recording);
    sampler_run(recording, started, &hooks);
    live_free(&sitting->live);
    recording->finished = time(NULL);
    recording->state = interrupted() ? "interrupted" : "complete";
    fputc('\n', stdout);
    print_paragraph(stdout, "%s after %.0f s: %d round%s and the warm-up%s",
                    interrupted() ? "Interrupted" : "Done", seconds_now() - started,
                    recording->rounds, recording->rounds == 1 ? "" : "s",
                    !interrupted() && recording->rounds <= 1 &&
                            seconds_now() - started > recording->budget
                        ? " (over the budget, since less shows no spread)"
                        : "");
    if (recording->stop_rule && strcmp(recording->stop_rule, "interval") == 0)
        puts("No more was measured: every comparison is decided");
    return true;
}

/* What other tools find out about what was measured. */
static void run_tools(Sitting *sitting) {
    Recording *recording = &sitting->recording;
    const Wishes *wishes = &sitting->wishes;
    if (wishes->whole_processes && !interrupted())
        whole_processes_run(recording, wishes->whole_workloads, &sitting->saving);
    if (wishes->simulation > 0 && !interrupted())
        simulation_run(recording, wishes->simulation, &sitting->saving);
    recording->finished = time(NULL);
}

/* Saves and prints. The exit status. */
static int conclude(Sitting *sitting) {
    Recording *recording = &sitting->recording;
    bool written = saving_replace(&sitting->saving, recording, true);
    /* On blocks behind the last round, too, and by surer intervals if these ended the run. */
    sitting->verdicts_rounds = -1;
    if (written && recording->sample_count > plan_block(recording) && !interrupted())
        find_verdicts(sitting);
    summary_print(recording, stdout);
    if (written) printf("\nResults: %s\n", sitting->saving.path);
    if (written && !saving_to_stream(&sitting->saving))
        printf("Page:    scripts/report %s\n", sitting->saving.path);
    /* Whoever read our tables may have seen enough. */
    if (fflush(stdout) != 0 && errno == EPIPE && written && !freopen("/dev/null", "w", stdout))
        return EXIT_FAILED;
    if (interrupted()) return EXIT_INTERRUPTED + interrupted();
    bool failed = !written;
    for (size_t i = 0; i < recording->not_measured_count; i++)
        failed |= recording->not_measured[i].contender != ANY ||
                  recording_is_failure_of_engine(recording, &recording->not_measured[i]);
    return failed ? EXIT_FAILED : EXIT_DONE;
}

/* What is to be gone on with. The exit status, or -1 if all is well. */
static int reopen(Sitting *sitting, int argc, char **argv) {
    Wishes *wishes = &sitting->wishes;
    const char *path = wishes->resume;
    Error error, why;
    if (wishes->changes) {
        fail(&error, ERROR_UNSUPPORTED,
             "--resume goes on with what its file compares: it does not take --workload, "
             "--invoke, --env, --trace, --dispatch, "
             "--isa, --zero, --layouts, --layout-seeds, --place, --events, --seed or --output");
        return complain(&error, EXIT_USAGE);
    }
    if (!saving_resume(&sitting->saving, path, &error)) return complain(&error, EXIT_FAILED);
    if (wishes_take_over(wishes, sitting->saving.earlier, argc, argv, &why)) return -1;
    fail(&error, ERROR_FILE, "cannot go on with %s: %s", path, why.message);
    return complain(&error, EXIT_FAILED);
}

/* Where the program is. The exit status, or -1 if all is well. */
static int find_directory(Sitting *sitting) {
    Error error;
    sitting->directory = program_directory(&error);
    return sitting->directory ? -1 : complain(&error, EXIT_FAILED);
}

/* One sitting, whose options are there. The exit status. */
static int sit(Sitting *sitting, int argc, char **argv) {
    signal(SIGXFSZ, SIG_IGN); /* too large a file is an error to report, not a reason to die */
    signal(SIGPIPE, SIG_IGN); /* nor is a reader of our tables that has seen enough */

    int status = sitting->wishes.resume ? reopen(sitting, argc, argv) : -1;
    if (status < 0) status = find_directory(sitting);
    if (status < 0) status = prepare(sitting);
    if (status < 0) {
        announce(sitting);
        prepare_verdicts(sitting);
        fflush(stdout);
        status = EXIT_FAILED;
        if (measure(sitting)) {
            run_tools(sitting);
            status = conclude(sitting);
        }
    }
    saving_close(&sitting->saving);
    wishes_free(&sitting->wishes);
    free(sitting->directory);
    free(sitting->verdicts);
    recording_free(&sitting->recording);
    return status;
}

uint64_t bench_draw_seed(void) {
    uint32_t seed = 0;
    return getrandom(&seed, sizeof seed, 0) == sizeof seed ? seed : 0;
}

int command_bench(int argc, char **argv) {
    Sitting sitting = {.wishes = wishes_default(),
                       .recording.command = bench_command_line("bench", argc, argv)};
    sitting.wishes.seed = bench_draw_seed();
    wishes_parse(&sitting.wishes, argc, argv);
    return sit(&sitting, argc, argv);
}

int bench_run(const Wishes *wishes, json_t *command) {
    Sitting sitting = {.wishes = *wishes, .recording.command = command};
    return sit(&sitting, 0, NULL);
}
