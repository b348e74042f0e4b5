#define _GNU_SOURCE 1
#include "bench/summary.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/counter_summary.h"
#include "bench/memory.h"
#include "bench/simulation.h"
#include "bench/statistics.h"
#include "bench/table.h"
#include "bench/terminal.h"
#include "bench/whole_process.h"

#define BUSY 0.02       /* a larger share of waiting is worth a warning */
#define MOST_MISSING 20 /* more entries than that are counted, not listed */

/* CPU seconds of the execution of one (workload, contender), by round and layout; NaN where there
 * is none, as in the warm-up. */
static void gather(const Recording *recording, size_t workload, size_t contender, double *rounds,
                   size_t count) {
    for (size_t i = 0; i < count; i++)
        rounds[i] = NAN;
    if (recording_failure(recording, workload, contender)) return;
    for (size_t i = 0; i < recording->sample_count; i++) {
        const Sample *sample = &recording->samples[i];
        if (sample->workload == workload && sample->contender == contender && sample->round > 0)
            rounds[(size_t)sample->round * recording->builds.layout_count + sample->layout] =
                (double)sample->phases[PHASE_EXECUTE].cpu / 1e9;
    }
}

/* Drops the NaNs and sorts. Returns how many are left. */
static size_t tidy(double *numbers, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(numbers[i])) numbers[kept++] = numbers[i];
    sort_numbers(numbers, kept);
    return kept;
}

static Cell make_cell(const double *baseline, double *own, double *scratch, size_t rounds) {
    for (size_t i = 0; i < rounds; i++)
        scratch[i] = baseline[i] / own[i];
    size_t ratios = tidy(scratch, rounds), count = tidy(own, rounds);
    double median = quantile(own, count, 0.5);
    return (Cell){
        .samples = count,
        .median = median,
        .spread = (quantile(own, count, 0.75) - quantile(own, count, 0.25)) / 2 / median,
        .speed = quantile(scratch, ratios, 0.5),
    };
}

static double waiting(const Recording *recording) {
    double *shares = allocate((recording->sample_count + 1) * sizeof *shares);
    for (size_t i = 0; i < recording->sample_count; i++) {
        PhaseTime time = recording->samples[i].phases[PHASE_EXECUTE];
        shares[i] = (double)(time.wall - time.cpu) / (double)time.cpu;
    }
    double median = quantile(shares, tidy(shares, recording->sample_count), 0.5);
    free(shares);
    return median;
}

static void make_cells(const Recording *recording, Summary *summary) {
    size_t rounds = 1;
    for (size_t i = 0; i < recording->sample_count; i++)
        if ((size_t)recording->samples[i].round >= rounds)
            rounds = (size_t)recording->samples[i].round + 1;
    rounds *= recording->builds.layout_count; /* each is a round in one layout */
    double *numbers = allocate(3 * rounds * sizeof *numbers);
    double *baseline = numbers, *own = numbers + rounds, *scratch = own + rounds;
    for (size_t workload = 0; workload < recording->suite.count; workload++) {
        gather(recording, workload, summary->first, baseline, rounds);
        for (size_t column = 0; column < summary->columns; column++) {
            gather(recording, workload, summary->first + column, own, rounds);
            summary->cells[workload * summary->columns + column] =
                make_cell(baseline, own, scratch, rounds);
        }
    }
    free(numbers);
}

Summary summary_make(const Recording *recording, const Group *group) {
    Summary summary = {.group = group,
                       .first = group->first,
                       .columns = group->count,
                       .noise = NAN,
                       .waiting = waiting(recording)};
    size_t columns = summary.columns, workloads = recording->suite.count;
    summary.cells = allocate(workloads * columns * sizeof *summary.cells);
    summary.mean_speed = allocate(columns * sizeof *summary.mean_speed);
    summary.mean_count = allocate(columns * sizeof *summary.mean_count);
    make_cells(recording, &summary);

    double *speeds = allocate(workloads * sizeof *speeds);
    for (size_t column = 0; column < columns; column++) {
        for (size_t i = 0; i < workloads; i++)
            speeds[i] = summary.cells[i * columns + column].speed;
        size_t count = tidy(speeds, workloads);
        summary.mean_count[column] = count;
        summary.mean_speed[column] = geometric_mean(speeds, count);
        if (column + 1 == columns && count > 0)
            summary.noise = fmax(fabs(speeds[0] - 1), fabs(speeds[count - 1] - 1));
    }
    free(speeds);
    summary.mean_noise = fabs(summary.mean_speed[columns - 1] - 1);
    return summary;
}

void summary_free(Summary *summary) {
    free(summary->cells);
    free(summary->mean_speed);
    free(summary->mean_count);
}

static void cell_or_dash(Table *table, bool there, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void cell_or_dash(Table *table, bool there, const char *format, ...) {
    char text[64];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    table_cell(table, "%s", there ? text : "-");
}

static void heading(FILE *stream, const char *text) {
    fputc('\n', stream);
    print_styled(stream, STYLE_BOLD, text);
    fputc('\n', stream);
}

/* Of what compares. */
static void table_heading(const Recording *recording, FILE *stream, const char *text) {
    char *flagged = format_string(
        "%s%s", text,
        recording->builds.layout_count < 2 ? " (one layout: differences may be layout luck)" : "");
    heading(stream, flagged);
    free(flagged);
}

static void head(const Recording *recording, const Summary *summary, Table *table, size_t from) {
    for (size_t column = from; column + 1 < summary->columns; column++)
        table_cell(table, "%s", recording->contenders[summary->first + column].program->strategy);
}

static const Cell *cell_at(const Summary *summary, size_t workload, size_t column) {
    return &summary->cells[workload * summary->columns + column];
}

static const char *cell_or_failed(const Recording *recording, const Summary *summary,
                                  size_t workload, size_t column) {
    return recording_failure(recording, workload, summary->first + column) ? "failed" : "-";
}

static void print_times(const Recording *recording, const Summary *summary, FILE *stream) {
    Table table;
    table_start(&table, summary->columns);
    table_cell(&table, "workload");
    head(recording, summary, &table, 0);
    for (size_t i = 0; i < recording->suite.count; i++) {
        table_cell(&table, "%s", recording->suite.workloads[i].name);
        for (size_t column = 0; column + 1 < summary->columns; column++) {
            const Cell *cell = cell_at(summary, i, column);
            double ms = cell->median * 1e3;
            if (cell->samples)
                table_cell(&table, "%.*f ±%.1f%%", ms < 10 ? 3 : 1, ms, cell->spread * 100);
            else
                table_cell(&table, "%s", cell_or_failed(recording, summary, i, column));
        }
    }
    table_heading(recording, stream,
                  "Execution, ms of CPU time: median ± half the distance between the quartiles");
    table_print(&table, 1, stream);
    table_free(&table);
}

static void print_speeds(const Recording *recording, const Summary *summary, FILE *stream) {
    Table table;
    size_t last = summary->columns - 1;
    table_start(&table, summary->columns);
    table_cell(&table, "workload");
    head(recording, summary, &table, 1);
    table_cell(&table, "A/A");
    for (size_t i = 0; i < recording->suite.count; i++) {
        table_cell(&table, "%s", recording->suite.workloads[i].name);
        for (size_t column = 1; column <= last; column++) {
            double speed = cell_at(summary, i, column)->speed;
            cell_or_dash(&table, !isnan(speed), column == last ? "%.3f×" : "%.2f×", speed);
        }
    }
    bool partial = false;
    table_cell(&table, "geometric mean");
    for (size_t column = 1; column <= last; column++) {
        size_t count = summary->mean_count[column], all = recording->suite.count;
        cell_or_dash(&table, count > 0, column == last ? "%s%.3f×" : "%s%.2f×",
                     count < all ? "*" : "", summary->mean_speed[column]);
        partial |= count < all;
    }
    char *title = format_string(
        "Speed relative to %s (above 1 is faster): median of the ratios within rounds",
        recording->contenders[summary->first].program->strategy);
    table_heading(recording, stream, title);
    table_print(&table, 1, stream);
    if (partial) fputs("* not over all workloads, so not to be compared with the others\n", stream);
    free(title);
    table_free(&table);
}

static void print_instructions(const Recording *recording, const Summary *summary, FILE *stream) {
    Table table;
    table_start(&table, summary->columns + 1);
    table_cell(&table, "workload");
    table_cell(&table, "instructions");
    head(recording, summary, &table, 0);
    for (size_t i = 0; i < recording->suite.count; i++) {
        int64_t count =
            recording->work[i * recording->isa_count + summary->group->isa].instructions;
        table_cell(&table, "%s", recording->suite.workloads[i].name);
        cell_or_dash(&table, count >= 0, "%.*f M", count < 10000000 ? 3 : 1, (double)count / 1e6);
        for (size_t column = 0; column + 1 < summary->columns; column++) {
            const Cell *cell = cell_at(summary, i, column);
            cell_or_dash(&table, cell->samples && count > 0, "%.3f",
                         cell->median * 1e9 / (double)count);
        }
    }
    table_heading(recording, stream,
                  "Executed bytecode instructions in millions (exact), and ns for each");
    table_print(&table, 1, stream);
    table_free(&table);
}

static void warn(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void warn(FILE *stream, const char *format, ...) {
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    need(length < 0 ? NULL : text);
    fputs("  - ", stream);
    print_styled(stream, STYLE_WARNING, text);
    fputc('\n', stream);
    free(text);
}

/* What scripts/audit found in the programs that took part. */
static void print_findings(const Recording *recording, FILE *stream) {
    size_t i, j, printed = 0, more = 0;
    json_t *build, *audited, *finding;
    const char *name;
    json_array_foreach(recording->descriptions, i, build) {
        json_t *programs = json_object_get(build, "programs");
        json_t *executors = json_object_get(json_object_get(build, "audit"), "executors");
        json_object_foreach(executors, name, audited) {
            char *program = format_string("%.*s", (int)strcspn(name, "."), name);
            bool took_part = json_object_get(programs, program) != NULL;
            free(program);
            json_array_foreach(json_object_get(audited, "findings"), j, finding) {
                if (!took_part)
                    continue;
                else if (printed++ < MOST_MISSING)
                    warn(stream, "Audit of the machine code: %s%s%s: %s.",
                         recording->builds.count > 1 ? recording->builds.items[i].name : "",
                         recording->builds.count > 1 ? " " : "", name, json_string_value(finding));
                else
                    more++;
            }
        }
        const char *missing = json_string_value(json_object_get(build, "audit_missing"));
        if (missing)
            warn(stream, "The machine code of %s was not audited: %s.",
                 recording->builds.items[i].name, missing);
    }
    if (more)
        warn(stream, "Audit of the machine code: %zu more; the result file lists them.", more);
}

static void print_gaps(const Recording *recording, FILE *stream) {
    for (size_t i = 0; i < recording->not_measured_count; i++) {
        const NotMeasured *entry = &recording->not_measured[i];
        const Contender *contender =
            entry->contender == ANY ? NULL : &recording->contenders[entry->contender];
        if (i == MOST_MISSING) {
            warn(stream, "Not measured: %zu more; the result file lists them.",
                 recording->not_measured_count - i);
            break;
        }
        char *who = contender ? contender_name(recording, contender) : copy_string(entry->what);
        const char *workload =
            entry->workload == ANY ? "all" : recording->suite.workloads[entry->workload].name;
        if (!contender && entry->workload == ANY)
            warn(stream, "Not measured: %s.", entry->reason);
        else
            warn(stream, "Not measured: %s, %s: %s.", who, workload, entry->reason);
        free(who);
    }
}

static void print_warnings(const Recording *recording, double share_waiting, FILE *stream) {
    json_t *vm = json_object_get(recording->machine, "virtual");
    const char *hypervisor = json_string_value(json_object_get(vm, "hypervisor"));
    const char *why =
        json_string_value(json_object_get(json_object_get(recording->machine, "counters"), "why"));
    heading(stream, "What weakens these numbers");
    if (recording->builds.layout_count < 2)
        warn(stream, "One layout of the code was measured: differences may be layout luck.");
    if (json_is_true(json_object_get(vm, "is")))
        warn(stream, "This is a virtual machine%s%s%s: other guests can disturb it.",
             hypervisor ? " (" : "", hypervisor ? hypervisor : "", hypervisor ? ")" : "");
    bool told = false; /* as something not measured, below */
    for (size_t i = 0; i < recording->not_measured_count; i++)
        told |= strcmp(recording->not_measured[i].what, "counter") == 0;
    if (why && !told) warn(stream, "No hardware counters were read: %s.", why);
    if (share_waiting > BUSY)
        warn(stream, "The machine was busy: samples waited for %.0f%% of their CPU time.",
             share_waiting * 100);
    if (recording->cpu < 0)
        warn(stream, "Samples were not pinned to a CPU: this system does not allow it.");
    if (recording->rounds == 0)
        warn(stream, "No round was finished: what is shown are single samples, if any.");
    else if ((size_t)recording->rounds * recording->builds.layout_count < 5)
        warn(stream, "Few rounds (%d): the quartiles are little more than the extremes.",
             recording->rounds);
    print_findings(recording, stream);
    print_gaps(recording, stream);
}

static void print_verdicts(const Recording *recording, FILE *stream) {
    json_t *sentences = json_object_get(recording->verdicts, "sentences"), *sentence;
    size_t i;
    if (json_array_size(sentences) == 0) return;
    table_heading(recording, stream, "Verdicts");
    json_array_foreach(sentences, i, sentence)
        fprintf(stream, "  - %s\n", json_string_value(sentence));
}

/* "Build gcc-12, instruction set slots": what there are several of. */
static void print_group_name(const Recording *recording, const Group *group, FILE *stream) {
    bool builds = recording->builds.count > 1, isas = recording->isa_count > 1;
    if (!builds && !isas) return;
    char *title = format_string("%s%s%s%s", builds ? "Build " : "",
                                builds ? recording->builds.items[group->build].name : "",
                                !isas    ? ""
                                : builds ? ", instruction set "
                                         : "Instruction set ",
                                isas ? recording->isas[group->isa] : "");
    heading(stream, title);
    free(title);
}

void summary_print(const Recording *recording, FILE *stream) {
    double share_waiting = NAN;
    for (size_t i = 0; i < recording->group_count; i++) {
        const Group *group = &recording->groups[i];
        Summary summary = summary_make(recording, group);
        print_group_name(recording, group, stream);
        print_times(recording, &summary, stream);
        print_speeds(recording, &summary, stream);
        if (!isnan(summary.noise))
            fprintf(stream,
                    "\nNoise floor (A/A): %s measured under two names differed by up to %.1f%% on "
                    "a workload\nand by %.1f%% in the geometric mean. Nothing below that is a "
                    "difference.\n",
                    recording->contenders[summary.first].program->strategy, summary.noise * 100,
                    summary.mean_noise * 100);
        print_instructions(recording, &summary, stream);
        counter_summary_print(recording, group, stream);
        simulation_print(recording, group, stream);
        whole_processes_print(recording, group, stream);
        share_waiting = summary.waiting;
        summary_free(&summary);
    }
    print_verdicts(recording, stream);
    print_warnings(recording, share_waiting, stream);
}
