#define _GNU_SOURCE 1
#include "bench/sampling/simulation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/sampling/cachegrind.h"
#include "bench/sampling/outside_tool.h"
#include "bench/util/memory.h"
#include "bench/util/paths.h"
#include "bench/util/progress.h"
#include "bench/util/table.h"
#include "bench/util/terminal.h"

/* Measured: executions are 20 to 28 times slower under cachegrind, and its start, with the
 * translation, takes 0.4 s. Used to tell and to limit how long it takes, not for any result. */
#define SLOWDOWN 30
#define START_SECONDS 0.5

typedef struct Simulation {
    Recording *recording;
    char *valgrind, *version; /* "3.19.0" */
    char *file;               /* for cachegrind's output */
    double started, expected; /* seconds: of all */
    double budget;
} Simulation;

static void note(Recording *recording, size_t workload, const char *isa, char *reason) {
    progress_note("not simulated: %s%s%s",
                  workload == ANY ? "" : recording->suite.workloads[workload].name,
                  workload == ANY ? "" : ": ", reason);
    recording_add_not_measured(recording,
                               (NotMeasured){"simulation", workload, ANY, ANY, isa, -1, reason, 0});
}

/* ---- Running --------------------------------------------------------------------------------- */

/* One process under cachegrind. False, and the reason in *why (NULL if the user interrupted). */
static bool simulate_once(const Simulation *simulation, const Contender *contender,
                          const Workload *workload, bool execute, CachegrindOutput *found,
                          char **why) {
    const Recording *recording = simulation->recording;
    size_t argc = 0;
    char **argv = allocate((workload_words(workload) + 20) * sizeof *argv);
    char *program = tool_program(recording, contender);
    char *file = format_string("--cachegrind-out-file=%s", simulation->file);
    char *const head[] = {simulation->valgrind,
                          "--command-line-only=yes",
                          "--quiet",
                          "--vgdb=no",
                          "--tool=cachegrind",
                          "--cache-sim=yes",
                          "--branch-sim=yes",
                          file,
                          program,
                          "measure",
                          "--events",
                          "none"};
    memcpy(argv, head, sizeof head);
    argc = sizeof head / sizeof *head;
    if (!execute) argv[argc++] = "--no-execute";
    argc = workload_command(workload, argv, argc);

    char *output;
    bool done = tool_run(recording, argv, recording->timeout * SLOWDOWN, &output, why);
    if (done) {
        json_t *answer = json_loads(output, 0, NULL);
        json_t *expected = execute ? json_object_get(workload->json, "expect") : json_array();
        if (!json_equal(json_object_get(answer, "results"), expected)) {
            *why = format_string("under cachegrind, %s returns something else than expected",
                                 contender->program->name);
            done = false;
        }
        if (!execute) json_decref(expected);
        json_decref(answer);
        free(output);
    }
    Error error;
    char *text = done ? read_file(simulation->file, 256 << 20, NULL, &error) : NULL;
    if (done && (!text || !cachegrind_read(text, found, &error))) {
        *why = copy_string(error.message);
        done = false;
    }
    free(text);
    free(file);
    free(program);
    free(argv);
    return done;
}

/* "cachegrind 3.19.0: I1 …": what the counts assume. */
static json_t *model(const Simulation *simulation, const CachegrindOutput *found) {
    char *text = format_string(
        "cachegrind %s: %s; conditional branches by 16384 two-bit counters with history; indirect "
        "branches go where they last went, by 512 entries; returns always predicted",
        simulation->version, found->caches);
    json_t *string = json_string(text);
    free(text);
    return need(string);
}

static void simulate(Simulation *simulation, const Contender *contender, size_t index) {
    Recording *recording = simulation->recording;
    const Workload *workload = &recording->suite.workloads[index];
    CachegrindOutput all, rest;
    char *why = NULL;
    if (!simulate_once(simulation, contender, workload, false, &rest, &why) ||
        !simulate_once(simulation, contender, workload, true, &all, &why)) {
        if (why) note(recording, index, contender->program->isa, why);
        return;
    }
    json_t *counts = json_object();
    for (int i = 0; i < SIMULATED_COUNTS; i++) {
        int64_t count = all.counts[i] - rest.counts[i];
        json_object_set_new(counts, SIMULATED_NAMES[i],
                            count < 0 ? json_null() : json_integer(count));
    }
    json_t *entry = tool_entry(recording, index, contender);
    json_object_set_new(entry, "model", model(simulation, &all));
    json_object_set_new(entry, "counts", counts);
    json_array_append_new(recording->simulated, entry);
}

/* An earlier sitting may have simulated it already. */
static bool is_wanted(const Recording *recording, size_t workload, size_t contender) {
    return tool_wants(recording, workload, contender) &&
           !tool_entry_in(recording->simulated, recording, workload,
                          &recording->contenders[contender]);
}

/* How long a workload will take under cachegrind, by one executor or by all that are wanted. */
static double expect(const Recording *recording, size_t workload, size_t contender) {
    double seconds = 0;
    for (size_t i = 0; i < recording->contender_count; i++) {
        if ((contender != ANY && contender != i) || !is_wanted(recording, workload, i)) continue;
        double sampled = sampled_seconds(recording, workload, i);
        seconds += 2 * START_SECONDS + (isnan(sampled) ? 0 : sampled * SLOWDOWN);
    }
    return seconds;
}

static void simulate_all(Simulation *simulation, Saving *saving) {
    Recording *recording = simulation->recording;
    size_t all, count = 0, *order = workloads_by_time(recording, &all);
    for (size_t i = 0; i < all; i++) {
        double expected = expect(recording, order[i], ANY);
        simulation->expected += expected;
        if (expected > 0) order[count++] = order[i];
    }
    if (count > 0)
        printf("\nSimulating with cachegrind: about %.0f s for %zu workload%s, of at most %g s\n",
               simulation->expected, count, count == 1 ? "" : "s", simulation->budget);
    fflush(stdout);
    double done = 0; /* of what was expected */
    for (size_t i = 0; i < count && !interrupted(); i++) {
        size_t workload = order[i];
        double passed = seconds_now() - simulation->started;
        double pace = done > 0 ? passed / done : 1;
        if (passed + pace * expect(recording, workload, ANY) > simulation->budget) {
            note(recording, workload, NULL,
                 format_string("simulating it would have taken longer than the %g s allowed",
                               simulation->budget));
            continue;
        }
        for (size_t j = 0; j < recording->contender_count && !interrupted(); j++) {
            if (!is_wanted(recording, workload, j)) continue;
            const Contender *contender = &recording->contenders[j];
            double expected = expect(recording, workload, j);
            char *name = contender_name(recording, contender);
            char *doing = format_string("simulating: %s, %s",
                                        recording->suite.workloads[workload].name, name);
            progress_show(done / simulation->expected, (simulation->expected - done) * pace, doing);
            free(doing);
            free(name);
            simulate(simulation, contender, workload);
            done += expected;
        }
        saving_replace(saving, recording, false);
    }
    progress_clear();
    free(order);
}

/* The names of the counts of an entry that are null. To be freed; NULL if there are none. */
static char *lost_counts(const json_t *entry) {
    json_t *counts = json_object_get(entry, "counts"), *lost = json_array();
    for (int i = 0; i < SIMULATED_COUNTS; i++)
        if (json_is_null(json_object_get(counts, SIMULATED_NAMES[i])))
            json_array_append_new(lost, json_string(SIMULATED_NAMES[i]));
    char *names = json_array_size(lost) > 0 ? join_strings(lost) : NULL;
    json_decref(lost);
    return names;
}

/* Says why counts are null, in the entries of earlier sittings, too. */
static void explain_nulls(Recording *recording) {
    for (size_t i = 0; i < recording->suite.count * recording->contender_count; i++) {
        size_t workload = i / recording->contender_count;
        const Contender *contender = &recording->contenders[i % recording->contender_count];
        char *names =
            contender->control
                ? NULL
                : lost_counts(tool_entry_in(recording->simulated, recording, workload, contender));
        if (!names) continue;
        char *who = contender_name(recording, contender);
        note(
            recording, workload, contender->program->isa,
            format_string("%s of %s: the start and the translation alone had more of them than the "
                          "run that executes, so the execution has too few to tell",
                          names, who));
        free(who);
        free(names);
    }
}

/* "3.19.0" of "valgrind-3.19.0". NULL, and the reason, if it does not say. */
static char *ask_version(const Recording *recording, char *valgrind, char **why) {
    char *const argv[] = {valgrind, "--command-line-only=yes", "--version", NULL};
    char *output, *version = NULL;
    if (!tool_run(recording, argv, recording->timeout, &output, why)) return NULL;
    static const char prefix[] = "valgrind-";
    if (strncmp(output, prefix, sizeof prefix - 1) == 0)
        version = format_string("%.*s", (int)strcspn(output + sizeof prefix - 1, " \n"),
                                output + sizeof prefix - 1);
    else
        *why = format_string("%s does not tell its version", valgrind);
    free(output);
    return version;
}

void simulation_run(Recording *recording, double budget, Saving *saving) {
    Error error;
    char *why = NULL;
    Simulation simulation = {.recording = recording, .started = seconds_now(), .budget = budget};
    recording_forget(recording, "simulation"); /* in an earlier sitting */
    if (!recording->simulated) recording->simulated = need(json_array());
    simulation.valgrind = tool_find("valgrind", &error);
    if (simulation.valgrind && (simulation.file = tool_output_file(&error)))
        simulation.version = ask_version(recording, simulation.valgrind, &why);
    else
        why = copy_string(error.message);
    if (simulation.version) simulate_all(&simulation, saving);
    if (why) note(recording, ANY, NULL, why);
    explain_nulls(recording);
    if (interrupted())
        recording_add_not_measured(
            recording, (NotMeasured){"simulation", ANY, ANY, ANY, NULL, -1,
                                     copy_string("the user interrupted the simulation"), 0});
    if (simulation.file) unlink(simulation.file);
    free(simulation.valgrind);
    free(simulation.version);
    free(simulation.file);
}

/* ---- The table ------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    SimulatedCount count;
} ROWS[] = {{"host instructions", SIMULATED_INSTRUCTIONS},
            {"indirect branches", SIMULATED_INDIRECT_BRANCHES},
            {"indirect branch misses", SIMULATED_INDIRECT_BRANCH_MISSES},
            {"conditional branch misses", SIMULATED_BRANCH_MISSES},
            {"L1I misses", SIMULATED_L1I_MISSES}};

static int64_t instructions(const Recording *recording, const Group *group, size_t workload) {
    return recording->work[workload * recording->isa_count + group->isa].instructions;
}

/* For a thousand bytecode instructions; NaN if it is not known. */
static double figure(const Recording *recording, const Group *group, size_t workload,
                     size_t contender, SimulatedCount which) {
    int64_t executed = instructions(recording, group, workload);
    json_t *entry =
        tool_entry_in(recording->simulated, recording, workload, &recording->contenders[contender]);
    json_t *number = json_object_get(json_object_get(entry, "counts"), SIMULATED_NAMES[which]);
    if (executed <= 0 || !json_is_integer(number)) return NAN;
    return 1000 * (double)json_integer_value(number) / (double)executed;
}

static bool has_any(const Recording *recording, const Group *group, size_t contender,
                    SimulatedCount which) {
    for (size_t i = 0; i < recording->suite.count; i++)
        if (!isnan(figure(recording, group, i, contender, which))) return true;
    return false;
}

/* Whether everybody in the group who has any has one of this workload: only then can it be part of
 * a mean, as in scripts/report. */
static bool comparable(const Recording *recording, const Group *group, size_t workload,
                       SimulatedCount which) {
    for (size_t i = group->first; i + 1 < group->first + group->count; i++)
        if (isnan(figure(recording, group, workload, i, which)) &&
            has_any(recording, group, i, which))
            return false;
    return true;
}

/* The mean over workloads. NaN if there are none. */
static double mean(const Recording *recording, const Group *group, size_t contender,
                   SimulatedCount which, size_t *count) {
    double sum = 0;
    *count = 0;
    for (size_t i = 0; i < recording->suite.count; i++) {
        double own = figure(recording, group, i, contender, which);
        if (isnan(own) || !comparable(recording, group, i, which)) continue;
        sum += own;
        ++*count;
    }
    return *count ? sum / (double)*count : NAN;
}

void simulation_print(const Recording *recording, const Group *group, FILE *stream) {
    if (json_array_size(recording->simulated) == 0) return;
    size_t most = 0;
    bool partial = false;
    Table table;
    table_start(&table, 1 + group->strategies);
    table_cell(&table, "event");
    size_t end = group->first + group->strategies;
    for (size_t i = group->first; i < end; i++)
        table_cell(&table, "%s", recording->contenders[i].program->strategy);
    for (size_t row = 0; row < sizeof ROWS / sizeof *ROWS; row++) {
        table_cell(&table, "%s", ROWS[row].name);
        for (size_t i = group->first; i < end; i++) {
            size_t count;
            double all = mean(recording, group, i, ROWS[row].count, &count);
            if (row == 0 && count > most) most = count;
            const char *mark = count > 0 && count < most ? "*" : "";
            partial |= *mark != 0;
            table_cell(&table, isnan(all) ? "-" : all >= 1000 ? "%s%.0f" : "%s%.3g", mark, all);
        }
    }
    if (most > 0) {
        json_t *first = json_array_get(recording->simulated, 0);
        print_heading(stream,
                      "SIMULATED, for a thousand bytecode instructions (mean of %zu workload%s, "
                      "first layout)",
                      most, most == 1 ? "" : "s");
        table_print_folded(&table, 1, stream);
        if (partial) print_paragraph(stream, "* over fewer workloads, those that all have");
        print_paragraph(stream, "A model of CPUs of about 2004, not this CPU: %s",
                        json_string_value(json_object_get(first, "model")));
        if (suite_has_traces(&recording->suite))
            print_paragraph(stream, NOTE_ON_TRACES("counts"));
    }
    table_free(&table);
}
