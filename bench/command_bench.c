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
#include "bench/data/result_file.h"
#include "bench/data/resume.h"
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
#include "bench/util/output_file.h"
#include "bench/util/paths.h"
#include "bench/util/process.h"
#include "bench/util/progress.h"
#include "bench/util/terminal.h"
#include "bench/workload_choice.h"

/* What the sampler's hooks need, which pass on the recording alone. */
static struct {
    Saving saving;
    Wishes wishes;
    char *verdicts;      /* the program; NULL if there is none */
    char *layout_seeds;  /* of the run that is gone on with; NULL if it is a new one */
    int verdicts_rounds; /* after how many rounds the recording's verdicts were found */
    Live live;
} session;

static void find_verdicts(Recording *recording) {
    Error error;
    if (!session.verdicts || session.verdicts_rounds == recording->rounds) return;
    json_t *found = verdicts_on(session.verdicts, session.saving.path, session.wishes.confidence,
                                session.wishes.smallest_effect, &error);
    if (found) {
        json_decref(recording->verdicts);
        recording->verdicts = found;
        session.verdicts_rounds = recording->rounds;
    } else if (!interrupted()) {
        progress_note("no verdicts: %s; the budget alone ends the run", error.message);
        free(session.verdicts);
        session.verdicts = NULL;
    }
}

static void show_next(const Recording *recording, const Sample *next, double fraction,
                      double left) {
    (void)recording;
    live_next(&session.live, next, fraction, left);
}

static void keep_sample(const Recording *recording) {
    saving_sample(&session.saving, recording);
    if (terminal_is_live(stderr)) live_sample(&session.live);
}

static void keep_failure(const Recording *recording) { saving_failure(&session.saving, recording); }

static bool finish_round(Recording *recording) {
    size_t blocks = (size_t)recording->rounds * recording->builds.layout_count;
    if (!saving_replace(&session.saving, recording, false) || session.wishes.stop_by_budget ||
        blocks < (size_t)sampler_least_blocks(recording))
        return false;
    char *doing = format_string("round %d: is all decided?", recording->rounds);
    live_doing(&session.live, doing);
    free(doing);
    find_verdicts(recording);
    live_verdicts(&session.live);
    return session.verdicts && json_is_true(json_object_get(recording->verdicts, "decided"));
}

/* What a round takes is known when everything was run once. The budget grows with it unless one was
 * given; what one that was given is worth is said before it is spent. */
static void choose_budget(Recording *recording, double done, double block) {
    size_t layouts = recording->builds.layout_count;
    double least = sampler_least_blocks(recording);
    double needed = ceil(1.1 * (done + block * fmax((double)layouts, least)));
    if (isnan(session.wishes.budget)) recording->budget = fmax(DEFAULT_BUDGET, needed);
    double blocks = fmax(floor((recording->budget - done) / block), least);
    progress_clear();
    if (blocks < (double)layouts)
        print_paragraph(stdout,
                        "A round over the %zu layouts takes about %.0f s, %.0f s for each: the budget "
                        "has room for %.0f of them. Verdicts will be few; one round needs --budget %.0f",
                        layouts, block * (double)layouts, block, blocks, needed);
    else
        print_paragraph(stdout,
                        "A round over %zu layout%s takes about %.0f s: a budget of %.0f s has room "
                        "for %.0f. Verdicts need one; more lessen noise, and not the luck of layouts",
                        layouts, layouts == 1 ? "" : "s", block * (double)layouts, recording->budget,
                        floor(blocks / (double)layouts));
    fflush(stdout);
}

static const SamplerHooks HOOKS = {show_next, keep_sample, keep_failure, finish_round,
                                   choose_budget};

static json_t *command_line(int argc, char **argv) {
    json_t *words = json_array();
    json_array_append_new(words, json_string("tailrace"));
    json_array_append_new(words, json_string("bench"));
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

/* What takes part. The exit status, or -1 if all is well. */
static int choose(Recording *recording, const char *directory, const Wishes *wishes) {
    Error error;
    if (!builds_load(&recording->builds, directory, wishes->builds, &error))
        return complain(&error, EXIT_FAILED);
    int status = choose_workloads(&recording->suite, directory, wishes);
    if (status >= 0) return status;
    if (!has_whole_workload(&recording->suite, wishes)) {
        fail(&error, ERROR_UNSUPPORTED,
             "no workload of this run matches \"%s\", of which --whole-processes is to time processes",
             wishes->whole_workloads);
        return complain(&error, EXIT_USAGE);
    }
    char *strategies = strategies_meant(&recording->builds.items[0].executors, wishes->dispatch);
    bool chosen = builds_choose_layouts(&recording->builds, wishes->layouts, wishes->layout_seeds,
                                        &error) &&
                  recording_prepare(recording, strategies, wishes->isa, &error) &&
                  recording_choose_events(recording, wishes->events, &COUNTER_KERNEL, &error);
    free(strategies);
    if (!chosen) return complain(&error, EXIT_USAGE);
    for (size_t i = 0; i < recording->suite.count; i++)
        if (!workload_verify(&recording->suite.workloads[i], &error))
            return complain(&error, EXIT_FAILED);
    return -1;
}

/* "3,17": as --layout-seeds takes them. To be freed. */
static char *join_seeds(const json_t *seeds) {
    char *text = copy_string("");
    size_t i;
    json_t *seed;
    json_array_foreach(seeds, i, seed) {
        char *longer = format_string("%s%s%lld", text, i ? "," : "",
                                     (long long)json_integer_value(seed));
        free(text);
        text = longer;
    }
    return text;
}

/* A guest gets a directory because a command line names it, and never because a file does: those of
 * the document, the first `count`, must have been named again. */
static bool check_directories(Wishes *wishes, size_t count, Error *error) {
    bool same = wishes->directory_count == 2 * count;
    for (size_t i = 0; same && i < count; i++)
        same = strcmp(wishes->directories[i], wishes->directories[count + i]) == 0;
    wishes->directory_count = count;
    if (same) return true;
    return fail(
        error, ERROR_UNSUPPORTED,
        count ? "its modules use the directory %s: name what they may use again, with --dir as "
                "in the first sitting"
              : "its modules use no directory, and --dir %s names one",
        wishes->directories[0]);
}

/* What is compared is what the document says, by the options of its first sitting with those of
 * this one over them. Only which programs run is never taken from a file, which may come from
 * anybody: these are our own, unless this command line names others. */
static bool take_over_options(json_t *document, int argc, char **argv, Error *error) {
    Wishes *wishes = &session.wishes;
    wishes_free(wishes);
    if (!wishes_of_command(json_object_get(document, "command"), wishes))
        return fail(error, ERROR_FILE, "its command line is damaged");
    const char *builds = wishes->builds;
    wishes->builds = NULL;
    const size_t directories = wishes->directory_count;
    wishes_parse(wishes, argc, argv);
    if (!check_directories(wishes, directories, error)) return false;
    if (builds && !wishes->builds)
        return fail(error, ERROR_UNSUPPORTED,
                    "it measured the programs of other builds, which are not run because a file "
                    "says so: name them by --builds if you trust them (it says %s)",
                    builds);
    wishes->seed = (uint64_t)json_integer_value(json_object_get(document, "seed"));
    json_t *main_build = json_array_get(json_object_get(document, "builds"), 0);
    wishes->layouts = 0;
    wishes->layout_seeds = session.layout_seeds =
        join_seeds(json_object_get(main_build, "layout_seeds"));
    return true;
}

/* Opens what is to be gone on with. The document; NULL and an Error. */
static json_t *reopen(int argc, char **argv, Error *error) {
    const char *path = session.wishes.resume;
    Error why;
    if (output_is_stream(path) || (access(path, F_OK) != 0 && !journal_exists(path))) {
        fail(error, ERROR_FILE, "there is no run to go on with: %s is not there, or not a file",
             path);
        return NULL;
    }
    if (!saving_open(&session.saving, path, true, error)) return NULL;
    json_t *document = resume_read(path, &session.saving.journal, error);
    if (!document || take_over_options(document, argc, argv, &why)) return document;
    json_decref(document);
    fail(error, ERROR_FILE, "cannot go on with %s: %s", path, why.message);
    return NULL;
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
static void say_where_it_began(json_t *document) {
    const char *path = session.wishes.resume;
    json_t *sitting = json_array_get(json_object_get(document, "sittings"), 0);
    const char *then = json_string_value(json_object_get(sitting, "directory"));
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

/* Everything that can be wrong before a sample is taken. The exit status, or -1 if all is well. */
static int prepare(Recording *recording, const char *directory, json_t *earlier) {
    const Wishes *wishes = &session.wishes;
    Error error;
    int status = choose(recording, directory, wishes);
    if (status >= 0 && earlier) say_where_it_began(earlier);
    if (status >= 0) return status;
    recording->budget = isnan(wishes->budget) ? DEFAULT_BUDGET : wishes->budget;
    recording->timeout = wishes->timeout;
    recording->seed = wishes->seed;
    recording->started = time(NULL);
    recording->state = "running";
    recording->machine = machine_fingerprint("", &COUNTER_KERNEL);
    recording->cpu = process_choose_cpu("");
    if (earlier) {
        recording->directory = directory_from(wishes->resume);
        char *note;
        Error why;
        if (!resume_load(recording, earlier, &note, &why)) {
            fail(&error, ERROR_UNSUPPORTED, "cannot go on with %s: %s", wishes->resume,
                 why.message);
            return complain(&error, EXIT_FAILED);
        }
        printf("Going on with %s: %d rounds, %zu samples\n", wishes->resume, recording->rounds,
               recording->sample_count);
        if (note) print_paragraph(stdout, "%s", note);
        free(note);
        return -1;
    }
    char *results = wishes->output ? NULL : results_directory(directory);
    char *path =
        wishes->output ? copy_string(wishes->output) : result_default_path(recording, results);
    if (saving_open(&session.saving, path, false, &error)) {
        recording->directory = output_is_stream(path) ? NULL : directory_from(path);
        tell_result(path);
    } else {
        status = complain(&error, EXIT_FAILED);
    }
    free(path);
    free(results);
    return status;
}

/* Whether the run can end by its intervals, and what is said if not. */
static void prepare_verdicts(const char *directory) {
    Error error;
    if (output_is_stream(session.saving.path))
        fail(&error, ERROR_FILE, "the results go to something that is not a file");
    else
        session.verdicts = verdicts_find(directory, &error);
    if (!session.verdicts)
        print_paragraph(stdout, "No verdicts: %s; the budget alone ends the run", error.message);
}

static void announce(const Recording *recording) {
    size_t executors = recording->contender_count / 2; /* as many controls */
    char *text = NULL;
    size_t size;
    FILE *stream = need(open_memstream(&text, &size));
    fprintf(stream, "%zu workload%s, %zu executor%s and %s a second time (A/A)%s, ",
            recording->suite.count, recording->suite.count == 1 ? "" : "s", executors,
            executors == 1 ? "" : "s", executors == 1 ? "that" : "each",
            executors == 1 ? "" : " by turns");
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
    if (!isnan(session.wishes.budget)) fprintf(stream, "; budget %g s", recording->budget);
    fprintf(stream, "; seed %llu", (unsigned long long)recording->seed);
    fclose(stream);
    need(text);
    print_paragraph(stdout, "%s", text);
    free(text);
    for (size_t i = 0; i < recording->not_measured_count; i++)
        print_paragraph(stdout, "%s%s",
                        strcmp(recording->not_measured[i].what, "counter") ? "" : "Not counted: ",
                        recording->not_measured[i].reason);
}

/* False, having said why, if what was found in earlier sittings could not be kept. */
static bool measure(Recording *recording, bool resumed) {
    double started = seconds_now();
    Error error;
    interrupt_catch();
    sampler_prepare(recording);
    if (!saving_begin(&session.saving, recording, resumed, &error)) {
        complain(&error, EXIT_FAILED);
        return false;
    }
    live_start(&session.live, recording);
    sampler_run(recording, started, &HOOKS);
    live_free(&session.live);
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

static void keep_entries(Recording *recording) {
    saving_replace(&session.saving, recording, false);
}

/* What other tools find out about what was measured. */
static void run_tools(Recording *recording) {
    const Wishes *wishes = &session.wishes;
    if (wishes->whole_processes && !interrupted())
        whole_processes_run(recording, wishes->whole_workloads, keep_entries);
    if (wishes->simulation > 0 && !interrupted())
        simulation_run(recording, wishes->simulation, keep_entries);
    recording->finished = time(NULL);
}

/* Saves and prints. The exit status. */
static int conclude(Recording *recording) {
    bool written = saving_replace(&session.saving, recording, true);
    /* On blocks behind the last round, too, and by surer intervals if these ended the run. */
    session.verdicts_rounds = -1;
    if (written && recording->sample_count > plan_block(recording) && !interrupted())
        find_verdicts(recording);
    summary_print(recording, stdout);
    if (written) printf("\nResults: %s\n", session.saving.path);
    if (written && !output_is_stream(session.saving.path))
        printf("Page:    scripts/report %s\n", session.saving.path);
    /* Whoever read our tables may have seen enough. */
    if (fflush(stdout) != 0 && errno == EPIPE && written && !freopen("/dev/null", "w", stdout))
        return EXIT_FAILED;
    if (interrupted()) return EXIT_INTERRUPTED + interrupted();
    bool failed = !written;
    for (size_t i = 0; i < recording->not_measured_count; i++)
        failed |= recording->not_measured[i].contender != ANY;
    return failed ? EXIT_FAILED : EXIT_DONE;
}

int command_bench(int argc, char **argv) {
    uint32_t seed = 0;
    Error error;
    session.wishes = wishes_default();
    if (getrandom(&seed, sizeof seed, 0) == sizeof seed) session.wishes.seed = seed;
    Recording recording = {.command = command_line(argc, argv)};
    wishes_parse(&session.wishes, argc, argv);
    signal(SIGXFSZ, SIG_IGN); /* too large a file is an error to report, not a reason to die */
    signal(SIGPIPE, SIG_IGN); /* nor is a reader of our tables that has seen enough */

    json_t *earlier = NULL;
    int status = -1;
    bool resumed = session.wishes.resume != NULL;
    if (resumed && session.wishes.changes) {
        fail(&error, ERROR_UNSUPPORTED,
             "--resume goes on with what its file compares: it does not take --workload, "
             "--invoke, --env, --trace, --dispatch, "
             "--isa, --layouts, --layout-seeds, --events, --seed or --output");
        status = complain(&error, EXIT_USAGE);
    } else if (resumed && !(earlier = reopen(argc, argv, &error))) {
        status = complain(&error, EXIT_FAILED);
    }
    char *directory = status < 0 ? program_directory(&error) : NULL;
    if (status < 0 && !directory) status = complain(&error, EXIT_FAILED);
    if (status < 0) status = prepare(&recording, directory, earlier);
    if (status < 0) {
        announce(&recording);
        prepare_verdicts(directory);
        fflush(stdout);
        status = EXIT_FAILED;
        if (measure(&recording, resumed)) {
            run_tools(&recording);
            status = conclude(&recording);
        }
    }
    saving_close(&session.saving);
    json_decref(earlier);
    free(directory);
    free(session.verdicts);
    free(session.layout_seeds);
    recording_free(&recording);
    wishes_free(&session.wishes);
    return status;
}
