#define _GNU_SOURCE 1
#include "bench/sampling/engines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sampling/outside_tool.h"
#include "bench/util/memory.h"
#include "bench/util/process.h"
#include "bench/util/progress.h"
#include "bench/util/statistics.h"
#include "bench/util/table.h"
#include "bench/util/terminal.h"

/* ---- One process ----------------------------------------------------------------------------- */

static void ran_free(ProcessResult *ran) {
    free(ran->output);
    free(ran->errors);
}

/* Runs a line of words. False and the reason in *why, to be freed, if it did not end as it should;
 * NULL if the user interrupted. Else *ran is to be freed. */
static bool run_words(const Recording *recording, const json_t *words, ProcessResult *ran,
                      char **why) {
    size_t count = json_array_size(words);
    char **argv = allocate((count + 1) * sizeof *argv);
    Error error;
    for (size_t i = 0; i < count; i++)
        argv[i] = (char *)json_string_value(json_array_get(words, i));
    const ProcessOptions options = {.cpu = recording->cpu,
                                    .timeout = recording->timeout,
                                    .measured = true,
                                    .errors = true};
    bool started = process_run_with(argv, &options, ran, &error);
    free(argv);
    if (!started) {
        *why = copy_string(error.message);
        return false;
    }
    *why = process_failure(ran, recording->timeout);
    if (ran->end == PROCESS_EXITED && !*why && ran->dropped > 0)
        *why = copy_string("printed more than 16 MiB");
    else if (ran->end == PROCESS_EXITED && !*why && ran->left_others)
        *why = copy_string("left processes behind when it ended, so that its time is not known");
    if (ran->end == PROCESS_EXITED && !*why) return true;
    ran_free(ran);
    return false;
}

/* The words that run a workload, or the empty module if it is NULL. As peer_command. */
static json_t *command(const Recording *recording, const Engine *engine, const Workload *workload,
                       bool is_command, size_t layout, char **why) {
    if (engine->peer)
        return peer_command(&recording->peers, engine->peer, workload, is_command, why);
    const Contender *contender = &recording->contenders[engine->contender];
    char *program = executors_layout_path(&recording->builds.items[contender->build].executors,
                                          contender->program, layout);
    json_t *words = need(json_pack("[s, s]", program, "run"));
    free(program);
    *why = NULL;
    if (workload && !workload->invoke) {
        json_decref(words);
        *why = copy_string("is a recorded trace, which no peer can replay");
        return NULL;
    }
    if (!workload) {
        json_t *rest = is_command
                           ? json_pack("[s]", recording->peers.empty)
                           : json_pack("[s, s, s]", "--invoke", "run", recording->peers.empty);
        json_array_extend(words, rest);
        json_decref(rest);
        return words;
    }
    char **argv = allocate(workload_words(workload) * sizeof *argv);
    size_t count = workload_command(workload, argv, 0);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(words, json_string(argv[i]));
    free(argv);
    return words;
}

/* ---- Whether it did what it should ----------------------------------------------------------- */

/* Of a call: why its results are not those expected, to be freed; NULL if they are. An executor
 * says what is expected where nobody has said that yet (suite.h). */
static char *check_call(const Engine *engine, const Workload *workload, const ProcessResult *ran) {
    if (memchr(ran->output, 0, ran->length)) return copy_string("printed a byte that is 0");
    json_t *results = peer_results(engine->peer, ran->output, ran->errors);
    const json_t *expected = json_object_get(workload->json, "expect");
    char *why = NULL;
    if (engine->peer ? !peer_results_agree(results, expected)
                     : !workload_expects(workload, results)) {
        char *got = join_strings(results), *wanted = join_strings(expected);
        why = format_string("returned %.200s%s instead of %s", *got ? got : "nothing",
                            strlen(got) > 200 ? "..." : "", *wanted ? wanted : "nothing");
        free(got);
        free(wanted);
    }
    json_decref(results);
    return why;
}

/* Of a WASI command: it has to print what the first executor here prints. */
static char *check_command(const ProcessResult *ran, const Printed *printed) {
    size_t at = 0;
    while (at < ran->length && at < printed->length && ran->output[at] == printed->text[at])
        at++;
    if (at == ran->length && at == printed->length) return NULL;
    return format_string("printed something else than the first executor here: byte %zu on differs",
                         at + 1);
}

static Printed *printed_by(Recording *recording, size_t workload) {
    if (!recording->printed)
        recording->printed = allocate((recording->suite.count + 1) * sizeof *recording->printed);
    return &recording->printed[workload];
}

/* Why a process that ended well did not do what it should, to be freed; NULL if it did. Where
 * nobody says what that is, the first executor does. */
static char *check(Recording *recording, const Engine *engine, size_t index, bool is_command,
                   const ProcessResult *ran) {
    const Workload *workload = &recording->suite.workloads[index];
    Printed *printed = printed_by(recording, index);
    if (engine->peer && !printed->text && (is_command || workload->is_own))
        return copy_string("cannot be checked, since no executor here has run it");
    char *why = !is_command      ? check_call(engine, workload, ran)
                : printed->text ? check_command(ran, printed)
                                : NULL;
    if (!why && !engine->peer && !printed->text) {
        printed->length = ran->length;
        printed->text = memcpy(allocate(ran->length + 1), ran->output, ran->length);
    }
    return why;
}

static NotMeasured gap_of(size_t workload, size_t engine, int round, char *why) {
    return (NotMeasured){.what = "peer",
                         .workload = workload,
                         .contender = ANY,
                         .build = ANY,
                         .round = round,
                         .reason = why,
                         .engine = engine + 1};
}

static void note(Recording *recording, size_t workload, size_t engine, int round, char *why) {
    const char *where = workload == ANY ? NULL : recording->suite.workloads[workload].name;
    progress_note("%s%s%s, as a process: %s", recording->engines[engine].name,
                  where ? " on " : "", where ? where : "", why);
    recording_add_not_measured(recording, gap_of(workload, engine, round, why));
}

/* Runs a workload (ANY: an empty module) and checks what it printed. As run_words. */
static bool run_checked(Recording *recording, size_t engine, size_t workload, bool is_command,
                        size_t layout, ProcessResult *ran, char **why) {
    const Engine *own = &recording->engines[engine];
    const Workload *what = workload == ANY ? NULL : &recording->suite.workloads[workload];
    json_t *words = command(recording, own, what, is_command, layout, why);
    if (!words) return false;
    bool done = run_words(recording, words, ran, why);
    json_decref(words);
    if (!done || !what) return done;
    *why = check(recording, own, workload, is_command, ran);
    if (!*why) return true;
    ran_free(ran);
    return false;
}

/* ---- Before the rounds ----------------------------------------------------------------------- */

/* The first line that is not empty; NULL if there is none. */
static char *first_text(const char *text) {
    text += strspn(text, " \t\r\n");
    size_t length = strcspn(text, "\r\n");
    char *line = length > 0 ? need(strndup(text, length < 200 ? length : 200)) : NULL;
    json_t *string = line ? json_string(line) : NULL; /* NULL if it is not UTF-8 */
    if (line && !string) {
        free(line);
        line = NULL;
    }
    json_decref(string);
    return line;
}

static void ask_version(const Recording *recording, Engine *engine) {
    json_t *options = json_object_get(engine->peer->json, "version");
    if (!options || engine->version) return;
    json_t *words = need(json_pack("[s]", engine->peer->program));
    json_array_extend(words, options);
    ProcessResult ran;
    char *why;
    if (run_words(recording, words, &ran, &why)) {
        engine->version = first_text(ran.output);
        if (!engine->version) engine->version = first_text(ran.errors);
        ran_free(&ran);
    }
    free(why);
    json_decref(words);
}

static bool is_run_as(const Workload *workload, bool is_command) {
    return workload->invoke && workload_is_command(workload) == is_command;
}

/* Runs the empty module; if that fails, the engine is out for all workloads that are run in that
 * way. */
static void try_start(Recording *recording, size_t engine, bool is_command) {
    ProcessResult ran;
    char *why;
    if (run_checked(recording, engine, ANY, is_command, 0, &ran, &why)) {
        ran_free(&ran);
        return;
    }
    bool is_told = false;
    for (size_t i = 0; why && i < recording->suite.count; i++) {
        if (!is_run_as(&recording->suite.workloads[i], is_command) ||
            recording_engine_failure(recording, i, engine))
            continue;
        if (!is_told) progress_note("%s %s", recording->engines[engine].name, why);
        is_told = true;
        recording_add_not_measured(recording, gap_of(i, engine, -1, copy_string(why)));
    }
    free(why);
}

/* What a WASI command prints, and what a module of the user's own returns, is what an executor
 * says: the first one that can run it. */
static void learn(Recording *recording, size_t index) {
    const Workload *workload = &recording->suite.workloads[index];
    const bool is_command = workload_is_command(workload);
    if (!workload->invoke || !(is_command || workload->is_own)) return;
    for (size_t i = 0; i < recording->engine_count && !interrupted(); i++) {
        ProcessResult ran;
        char *why;
        if (recording->engines[i].peer || recording_engine_failure(recording, index, i)) continue;
        if (run_checked(recording, i, index, is_command, 0, &ran, &why)) {
            ran_free(&ran);
            return;
        }
        if (why) note(recording, index, i, -1, why);
    }
}

void engines_prepare(Recording *recording) {
    for (size_t i = 0; i < recording->engine_count && !interrupted(); i++) {
        Engine *engine = &recording->engines[i];
        char *doing = format_string("starting %s", engine->name);
        progress_show(0, recording->budget, doing);
        free(doing);
        if (engine->peer) ask_version(recording, engine);
        for (size_t j = 0; j < recording_starts(recording) && !interrupted(); j++)
            try_start(recording, i, recording_start_is_command(recording, j));
    }
    for (size_t i = 0; recording->engine_count && i < recording->suite.count && !interrupted(); i++)
        learn(recording, i);
    progress_clear();
}

/* ---- In them --------------------------------------------------------------------------------- */

bool engine_is_out(const Recording *recording, const Place *place) {
    if (place->workload < recording->suite.count)
        return !recording->suite.workloads[place->workload].invoke ||
               recording_engine_failure(recording, place->workload, place->engine);
    bool is_command =
        recording_start_is_command(recording, place->workload - recording->suite.count);
    for (size_t i = 0; i < recording->suite.count; i++)
        if (is_run_as(&recording->suite.workloads[i], is_command) &&
            !recording_engine_failure(recording, i, place->engine))
            return false;
    return true;
}

EngineEnd engine_sample(Recording *recording, const Place *place, int round, int order) {
    size_t starts_at = recording->suite.count;
    bool is_start = place->workload >= starts_at;
    ProcessSample sample = {
        .round = round,
        .order = order,
        .workload = is_start ? ANY : place->workload,
        .is_command = is_start ? recording_start_is_command(recording, place->workload - starts_at)
                               : workload_is_command(&recording->suite.workloads[place->workload]),
        .engine = place->engine,
        .layout = place->layout,
    };
    ProcessResult ran;
    char *why;
    if (!run_checked(recording, place->engine, sample.workload, sample.is_command, place->layout,
                     &ran, &why)) {
        if (why) note(recording, sample.workload, place->engine, round, why);
        return why ? ENGINE_FAILED : ENGINE_INTERRUPTED;
    }
    sample.user_ns = ran.user_ns;
    sample.system_ns = ran.system_ns;
    sample.wall_ns = ran.wall_ns;
    sample.peak_rss_kib = ran.peak_rss_kib;
    peer_execution(recording->engines[place->engine].peer, ran.output, ran.errors,
                   &sample.execute_cpu_ns, &sample.execute_wall_ns);
    ran_free(&ran);
    recording_add_process(recording, &sample);
    return ENGINE_SAMPLED;
}

char *engine_doing(const Recording *recording, const Place *place, int round) {
    char *when = round ? format_string("round %d", round) : copy_string("warm-up");
    char *text = format_string("%s: %s, %s (process)", when,
                               place->workload < recording->suite.count
                                   ? recording->suite.workloads[place->workload].name
                                   : "start-up",
                               recording->engines[place->engine].name);
    free(when);
    return text;
}

/* ---- Tables ---------------------------------------------------------------------------------- */

/* What of a process: nanoseconds, -1 where it is not known. */
typedef int64_t Share(const ProcessSample *sample);

static int64_t cpu_of(const ProcessSample *sample) { return sample->user_ns + sample->system_ns; }
static int64_t wall_of(const ProcessSample *sample) { return sample->wall_ns; }
static int64_t execution_of(const ProcessSample *sample) { return sample->execute_cpu_ns; }

/* Median seconds of an engine on a workload, or on the empty module (ANY) run in that way; NaN:
 * none. */
static double median_of(const Recording *recording, size_t engine, size_t workload, bool is_command,
                        Share *part) {
    double *seconds = allocate((recording->process_sample_count + 1) * sizeof *seconds);
    size_t count = 0;
    bool failed = workload != ANY && recording_engine_failure(recording, workload, engine);
    for (size_t i = 0; !failed && i < recording->process_sample_count; i++) {
        const ProcessSample *sample = &recording->process_samples[i];
        if (sample->round > 0 && sample->engine == engine && sample->workload == workload &&
            sample->is_command == is_command && part(sample) >= 0)
            seconds[count++] = (double)part(sample) / 1e9;
    }
    sort_numbers(seconds, count);
    double median = quantile(seconds, count, 0.5);
    free(seconds);
    return median;
}

/* What stands instead of a time: whether it failed, or cannot be run at all. */
static const char *lack_of(const Recording *recording, size_t engine, size_t workload) {
    for (size_t i = 0; workload != ANY && i < recording->not_measured_count; i++) {
        const NotMeasured *gap = &recording->not_measured[i];
        if (gap->engine == engine + 1 && gap->workload == workload)
            return gap->round < 0 ? "cannot" : "failed";
    }
    return workload != ANY && recording_engine_failure(recording, workload, engine) ? "failed"
                                                                                    : "-";
}

static void add_time(Table *table, const Recording *recording, size_t engine, size_t workload,
                     double seconds) {
    char *text = text_number(seconds * 1e3, seconds < 9.9995e-3 ? 2 : 1);
    table_cell(table, "%s", isnan(seconds) ? lack_of(recording, engine, workload) : text);
    free(text);
}

static void print_table(const Recording *recording, const char *heading, Share *part,
                        FILE *stream) {
    Table table;
    bool any = false, is_execution = part == execution_of;
    table_start(&table, 1 + recording->engine_count);
    table_cell(&table, "workload");
    for (size_t i = 0; i < recording->engine_count; i++)
        table_cell(&table, "%s", recording->engines[i].name);
    for (size_t i = 0; !is_execution && i < recording_starts(recording); i++) {
        bool is_command = recording_start_is_command(recording, i);
        table_cell(&table, "start-up%s",
                   recording_starts(recording) == 1 ? "" : is_command ? ", command" : ", call");
        for (size_t j = 0; j < recording->engine_count; j++)
            add_time(&table, recording, j, ANY, median_of(recording, j, ANY, is_command, part));
    }
    for (size_t i = 0; i < recording->suite.count; i++) {
        const Workload *workload = &recording->suite.workloads[i];
        if (!workload->invoke) continue;
        table_cell(&table, "%s", workload->name);
        for (size_t j = 0; j < recording->engine_count; j++) {
            const size_t contender = recording->engines[j].contender;
            double seconds = !is_execution || contender == ANY
                                 ? median_of(recording, j, i, workload_is_command(workload), part)
                             : recording_failure(recording, i, contender)
                                 ? NAN
                                 : sampled_seconds(recording, i, contender);
            any |= !isnan(seconds) && (!is_execution || recording->engines[j].peer);
            add_time(&table, recording, j, i, seconds);
        }
    }
    if (any) {
        print_heading(stream, "%s", heading);
        table_print_folded(&table, 1, stream);
    }
    table_free(&table);
}

void engines_print(const Recording *recording, FILE *stream) {
    if (recording->process_sample_count == 0) return;
    print_table(recording,
                "Peers and executors as whole processes, medians in ms of CPU time, user and "
                "system, of all "
                "threads: start-up, reading, translating or compiling, and executing",
                cpu_of, stream);
    print_table(recording, "The same in wall time, on one CPU", wall_of, stream);
    print_table(
        recording,
        "Execution alone, medians in ms of CPU time: of executors as sampled, of peers as they "
        "tell it",
        execution_of, stream);
    fputc('\n', stream);
    for (size_t i = 0; i < recording->engine_count; i++) {
        const Engine *engine = &recording->engines[i];
        if (!engine->peer) continue;
        char *line = peer_command_shown(engine->peer, !recording->calls);
        print_paragraph(stream, "%s: %s; %s", engine->name,
                        engine->version ? engine->version : "does not tell its version",
                        line ? line : "has no command line for these workloads");
        free(line);
    }
    print_paragraph(
        stream,
        "Whole processes are comparable with each other, and not with samples of executors; so "
        "are executions alone, of which compilers have begun theirs before or go on compiling "
        "in them. A peer was measured as it was installed, in one layout.");
}
