#define _GNU_SOURCE 1
#include "bench/simulation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/cachegrind.h"
#include "bench/memory.h"
#include "bench/outside_tool.h"
#include "bench/paths.h"
#include "bench/progress.h"
#include "bench/table.h"

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
                               (NotMeasured){"simulation", workload, ANY, isa, -1, reason});
}

/* ---- Running --------------------------------------------------------------------------------- */

/* One process under cachegrind. False, and the reason in *why (NULL if the user interrupted). */
static bool simulate_once(const Simulation *simulation, const Contender *contender,
                          const Workload *workload, bool execute, CachegrindOutput *found,
                          char **why) {
    const Recording *recording = simulation->recording;
    json_t *values = json_object_get(workload->json, "args");
    size_t count = json_array_size(values), argc = 0;
    char **argv = allocate((count + 20) * sizeof *argv);
    char *program = executors_layout_path(&recording->executors, contender->program, 0);
    char *file = format_string("--cachegrind-out-file=%s", simulation->file);
    char *const head[] = {simulation->valgrind, "--command-line-only=yes", "--quiet", "--vgdb=no",
                          "--tool=cachegrind", "--cache-sim=yes", "--branch-sim=yes", file,
                          program, "measure", "--events", "none"};
    memcpy(argv, head, sizeof head);
    argc = sizeof head / sizeof *head;
    if (!execute) argv[argc++] = "--no-execute";
    argv[argc++] = "--invoke";
    argv[argc++] = (char *)workload->invoke;
    argv[argc++] = workload->path;
    for (size_t i = 0; i < count; i++)
        argv[argc++] = (char *)json_string_value(json_array_get(values, i));

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

static bool simulate(Simulation *simulation, const Contender *contender, size_t index) {
    Recording *recording = simulation->recording;
    const Workload *workload = &recording->suite.workloads[index];
    CachegrindOutput all, rest;
    char *why = NULL;
    if (!simulate_once(simulation, contender, workload, false, &rest, &why) ||
        !simulate_once(simulation, contender, workload, true, &all, &why)) {
        if (why) note(recording, index, contender->program->isa, why);
        return false;
    }
    json_t *counts = json_object();
    for (int i = 0; i < SIMULATED_COUNTS; i++) {
        int64_t count = all.counts[i] - rest.counts[i];
        json_object_set_new(counts, SIMULATED_NAMES[i],
                            count < 0 ? json_null() : json_integer(count));
    }
    json_array_append_new(
        recording->simulated,
        need(json_pack("{s:s, s:s, s:I, s:s, s:o, s:o}", "strategy", contender->program->strategy,
                       "isa", contender->program->isa, "layout",
                       (json_int_t)recording->executors.layouts[0], "workload", workload->name,
                       "model", model(simulation, &all), "counts", counts)));
    return true;
}

static bool takes_part(const Recording *recording, size_t workload, size_t contender) {
    return !recording->contenders[contender].control &&
           !recording_failure(recording, workload, contender);
}

/* How long a workload will take under cachegrind, by one executor or by all. */
static double expect(const Recording *recording, size_t workload, size_t contender) {
    double seconds = 0;
    for (size_t i = 0; i < recording->contender_count; i++) {
        if ((contender != ANY && contender != i) || !takes_part(recording, workload, i)) continue;
        double sampled = sampled_seconds(recording, workload, i);
        seconds += 2 * START_SECONDS + (isnan(sampled) ? 0 : sampled * SLOWDOWN);
    }
    return seconds;
}

static void simulate_all(Simulation *simulation, void (*save)(Recording *recording)) {
    Recording *recording = simulation->recording;
    size_t count, *order = workloads_by_time(recording, &count);
    for (size_t i = 0; i < count; i++)
        simulation->expected += expect(recording, order[i], ANY);
    printf("\nSimulating with cachegrind: about %.0f s for %zu workload%s, of at most %.0f s\n",
           simulation->expected, count, count == 1 ? "" : "s", simulation->budget);
    fflush(stdout);
    double done = 0; /* of what was expected */
    for (size_t i = 0; i < count && !interrupted(); i++) {
        size_t workload = order[i];
        double passed = seconds_now() - simulation->started;
        double pace = done > 0 ? passed / done : 1;
        if (passed + pace * expect(recording, workload, ANY) > simulation->budget) {
            note(recording, workload, NULL,
                 format_string("simulating it would have taken longer than the %.0f s allowed",
                               simulation->budget));
            continue;
        }
        for (size_t j = 0; j < recording->contender_count && !interrupted(); j++) {
            if (!takes_part(recording, workload, j)) continue;
            const Contender *contender = &recording->contenders[j];
            char *doing = format_string("simulating: %s, %s", recording->suite.workloads[workload].name,
                                        contender->program->name);
            progress_show(done / simulation->expected, (simulation->expected - done) * pace, doing);
            free(doing);
            simulate(simulation, contender, workload);
            done += expect(recording, workload, j);
        }
        save(recording);
    }
    progress_clear();
    free(order);
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

void simulation_run(Recording *recording, double budget, void (*save)(Recording *recording)) {
    Error error;
    char *why = NULL;
    Simulation simulation = {
        .recording = recording, .started = seconds_now(), .budget = budget};
    simulation.valgrind = tool_find("valgrind", &error);
    if (simulation.valgrind && (simulation.file = tool_output_file(&error)))
        simulation.version = ask_version(recording, simulation.valgrind, &why);
    else
        why = copy_string(error.message);
    if (simulation.version) simulate_all(&simulation, save);
    if (why) note(recording, ANY, NULL, why);
    if (interrupted())
        recording_add_not_measured(
            recording, (NotMeasured){"simulation", ANY, ANY, NULL, -1,
                                     copy_string("the user interrupted the simulation")});
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

static json_t *find(const Recording *recording, size_t workload, const Contender *contender) {
    size_t i;
    json_t *entry;
    json_array_foreach(recording->simulated, i, entry) {
        const char *name, *strategy, *isa;
        if (json_unpack(entry, "{s:s, s:s, s:s}", "workload", &name, "strategy", &strategy, "isa",
                        &isa) == 0 &&
            !strcmp(name, recording->suite.workloads[workload].name) &&
            !strcmp(strategy, contender->program->strategy) &&
            !strcmp(isa, contender->program->isa))
            return entry;
    }
    return NULL;
}

/* NaN if it is not known. */
static double value(const json_t *entry, SimulatedCount count) {
    const json_t *number = json_object_get(json_object_get(entry, "counts"), SIMULATED_NAMES[count]);
    return json_is_integer(number) ? (double)json_integer_value(number) : NAN;
}

/* Whether everybody has simulated it and it is known how many instructions it executes: only then
 * can it be part of a mean. */
static bool comparable(const Recording *recording, size_t isa, size_t workload) {
    if (recording->instructions[workload * recording->isa_count + isa] <= 0) return false;
    for (size_t i = 0; i < recording->contender_count; i++) {
        const Contender *contender = &recording->contenders[i];
        if (!strcmp(contender->program->isa, recording->isas[isa]) && !contender->control &&
            !find(recording, workload, contender))
            return false;
    }
    return true;
}

static double mean(const Recording *recording, size_t isa, const Contender *contender, size_t row,
                   size_t *count) {
    double sum = 0;
    *count = 0;
    for (size_t i = 0; i < recording->suite.count; i++) {
        if (!comparable(recording, isa, i)) continue;
        double number = value(find(recording, i, contender), ROWS[row].count);
        sum += 1000 * number / (double)recording->instructions[i * recording->isa_count + isa];
        ++*count;
    }
    return *count ? sum / (double)*count : NAN;
}

void simulation_print(const Recording *recording, size_t isa, FILE *stream) {
    size_t columns = 1, count = 0;
    for (size_t i = 0; i < recording->contender_count; i++)
        columns += !recording->contenders[i].control &&
                   !strcmp(recording->contenders[i].program->isa, recording->isas[isa]);
    Table table;
    table_start(&table, columns);
    table_cell(&table, "event");
    for (size_t row = 0; row <= sizeof ROWS / sizeof *ROWS; row++) {
        if (row > 0) table_cell(&table, "%s", ROWS[row - 1].name);
        for (size_t i = 0; i < recording->contender_count; i++) {
            const Contender *contender = &recording->contenders[i];
            if (contender->control || strcmp(contender->program->isa, recording->isas[isa])) continue;
            double figure = row ? mean(recording, isa, contender, row - 1, &count) : NAN;
            if (row == 0)
                table_cell(&table, "%s", contender->program->strategy);
            else if (isnan(figure))
                table_cell(&table, "-");
            else
                table_cell(&table, "%.4g", figure);
        }
    }
    if (count > 0) {
        const char *text = json_string_value(
            json_object_get(json_array_get(recording->simulated, 0), "model"));
        fprintf(stream,
                "\nSIMULATED, for a thousand bytecode instructions (mean of %zu workload%s, first "
                "layout)\n",
                count, count == 1 ? "" : "s");
        table_print(&table, 1, stream);
        fprintf(stream, "A model of CPUs of about 2004, not this CPU: %s\n", text);
    }
    table_free(&table);
}
