#define _GNU_SOURCE 1
#include "bench/output/summary.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/output/counter_summary.h"
#include "bench/output/warnings.h"
#include "bench/sampling/engines.h"
#include "bench/sampling/simulation.h"
#include "bench/sampling/whole_process.h"
#include "bench/util/memory.h"
#include "bench/util/statistics.h"
#include "bench/util/table.h"
#include "bench/util/terminal.h"

#define MOST_MISSING 20 /* more entries than that are counted, not listed */

/* CPU seconds of the execution by contender of the group, controls included, round and layout; NaN
 * where there is none, as in the warm-up. `places`: rounds times layouts. */
static void gather(const Recording *recording, const Group *group, size_t workload, double *times,
                   size_t places) {
    for (size_t i = 0; i < group->count * places; i++)
        times[i] = NAN;
    for (size_t i = 0; i < recording->sample_count; i++) {
        const Sample *sample = &recording->samples[i];
        size_t column = sample->contender - group->first; /* huge if it is of an earlier group */
        if (sample->workload == workload && column < group->count && sample->round > 0)
            times[column * places + (size_t)sample->round * recording->builds.layout_count +
                  sample->layout] = (double)sample->cost.phases[PHASE_EXECUTE].cpu / 1e9;
    }
    for (size_t column = 0; column < group->count; column++)
        if (recording_failure(recording, workload, group->first + column))
            for (size_t i = 0; i < places; i++)
                times[column * places + i] = NAN;
}

/* Drops the NaNs and sorts. Returns how many are left. */
static size_t tidy(double *numbers, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(numbers[i])) numbers[kept++] = numbers[i];
    sort_numbers(numbers, kept);
    return kept;
}

/* The median over rounds of the logarithms of the ratios, and its mean over layouts; NaN if there
 * are none. Cells are in the order of gather(). */
static double make_speed(const double *baseline, const double *own, double *scratch, size_t places,
                         size_t layouts) {
    double sum = 0;
    size_t measured = 0;
    for (size_t layout = 0; layout < layouts; layout++) {
        size_t count = 0;
        for (size_t i = layout; i < places; i += layouts)
            scratch[count++] = log(baseline[i] / own[i]);
        count = tidy(scratch, count);
        if (count == 0) continue;
        sum += quantile(scratch, count, 0.5);
        measured++;
    }
    return measured ? exp(sum / (double)measured) : NAN;
}

static Cell make_cell(const double *baseline, double *own, double *scratch, size_t places,
                      size_t layouts) {
    double speed = make_speed(baseline, own, scratch, places, layouts);
    size_t count = tidy(own, places);
    double median = quantile(own, count, 0.5);
    return (Cell){
        .samples = count,
        .median = median,
        .spread = (quantile(own, count, 0.75) - quantile(own, count, 0.25)) / 2 / median,
        .speed = speed,
    };
}

/* All controls relative to their strategies, whose times are `strategies` places before theirs: the
 * geometric mean. */
static Cell control_cell(const double *times, const Group *group, size_t places) {
    size_t all = group->strategies * places, controls = (group->count - group->strategies) * places;
    size_t count = 0;
    double sum = 0;
    for (size_t i = 0; i < controls; i++) {
        double ratio = log(times[i] / times[all + i]);
        if (isnan(ratio)) continue;
        sum += ratio;
        count++;
    }
    return (Cell){.samples = count,
                  .median = NAN,
                  .spread = NAN,
                  .speed = count ? exp(sum / (double)count) : NAN};
}

/* The share of their CPU time that the samples of a group waited for: the median. The warm-up
 * counts in no statistic. */
static double waiting(const Recording *recording, const Group *group) {
    double *shares = allocate((recording->sample_count + 1) * sizeof *shares);
    size_t count = 0;
    for (size_t i = 0; i < recording->sample_count; i++) {
        const Sample *sample = &recording->samples[i];
        PhaseTime time = sample->cost.phases[PHASE_EXECUTE];
        if (sample->round > 0 && sample->contender - group->first < group->count)
            shares[count++] = (double)(time.wall - time.cpu) / (double)time.cpu;
    }
    double median = quantile(shares, tidy(shares, count), 0.5);
    free(shares);
    return median;
}

/* Whether the workload is too short to time; its cells then have no speeds. */
static bool check_length(Cell *cells, size_t columns) {
    double quickest = INFINITY, noise = fabs(cells[columns - 1].speed - 1);
    for (size_t i = 0; i < columns; i++)
        if (cells[i].samples > 0) quickest = fmin(quickest, cells[i].median);
    bool too_short = quickest < warning_number("too short", "seconds") ||
                     (quickest < warning_number("too short", "seconds if noisy") &&
                      noise > warning_number("too short", "noise"));
    for (size_t i = 0; too_short && i < columns; i++)
        cells[i].speed = NAN;
    return too_short;
}

/* Rounds, the warm-up and one that is not finished among them, times layouts. */
static size_t count_places(const Recording *recording) {
    size_t rounds = (size_t)recording->rounds + 1;
    for (size_t i = 0; i < recording->sample_count; i++)
        if ((size_t)recording->samples[i].round > rounds)
            rounds = (size_t)recording->samples[i].round;
    return (rounds + 1) * recording->builds.layout_count;
}

static void make_row(const Recording *recording, Summary *summary, size_t workload) {
    size_t places = count_places(recording);
    const Group *group = summary->group;
    double *times = allocate((2 * group->count + 1) * places * sizeof *times);
    double *own = times + group->count * places, *scratch = own + places;
    gather(recording, group, workload, times, places);
    for (size_t column = 0; column < summary->columns; column++) {
        Cell *cell = &summary->cells[workload * summary->columns + column];
        json_t *verdict = cell->verdict;
        if (column < group->strategies) {
            memcpy(own, times + column * places, places * sizeof *own);
            *cell = make_cell(times, own, scratch, places, recording->builds.layout_count);
        } else {
            *cell = control_cell(times, group, places);
        }
        cell->verdict = verdict;
    }
    summary->too_short[workload] =
        check_length(&summary->cells[workload * summary->columns], summary->columns);
    free(times);
}

static void make_means(const Recording *recording, Summary *summary) {
    size_t columns = summary->columns, workloads = recording->suite.count;
    double *speeds = allocate(workloads * sizeof *speeds);
    for (size_t column = 0; column < columns; column++) {
        for (size_t i = 0; i < workloads; i++)
            speeds[i] = summary->cells[i * columns + column].speed;
        Cell *mean = &summary->means[column];
        mean->samples = tidy(speeds, workloads);
        mean->speed = geometric_mean(speeds, mean->samples);
    }
    free(speeds);
    summary->noise = NAN;
    for (size_t i = 0; i < workloads; i++)
        summary->noise = fmax(summary->noise, /* which is the number if the other one is NaN */
                              fabs(cell_speed(&summary->cells[(i + 1) * columns - 1]) - 1));
    summary->mean_noise = fabs(cell_speed(&summary->means[columns - 1]) - 1);
}

Summary summary_make(const Recording *recording, const Group *group) {
    Summary summary = {.group = group, .first = group->first, .columns = group->strategies + 1};
    summary.cells = allocate(recording->suite.count * summary.columns * sizeof *summary.cells);
    summary.means = allocate(summary.columns * sizeof *summary.means);
    summary.too_short = allocate(recording->suite.count * sizeof *summary.too_short);
    for (size_t i = 0; i < recording->suite.count; i++)
        make_row(recording, &summary, i);
    summary_take_verdicts(recording, &summary);
    return summary;
}

void summary_update(const Recording *recording, Summary *summary, size_t workload) {
    make_row(recording, summary, workload);
    make_means(recording, summary);
}

/* Whether an entry of the verdicts is about this group. */
static bool is_of_group(const Recording *recording, const Group *group, json_t *entry) {
    const char *build, *isa;
    return json_unpack(entry, "{s:s, s:s}", "build", &build, "isa", &isa) == 0 &&
           !strcmp(build, recording->builds.items[group->build].name) &&
           !strcmp(isa, recording->isas[group->isa]);
}

/* The cell that an entry of the verdicts is about; NULL if it is not of this group. */
static Cell *find_cell(const Recording *recording, const Summary *summary, json_t *entry) {
    const char *strategy;
    const char *workload = json_string_value(json_object_get(entry, "workload"));
    int control;
    if (json_unpack(entry, "{s:s, s:b}", "strategy", &strategy, "control", &control) != 0 ||
        !is_of_group(recording, summary->group, entry))
        return NULL;
    size_t column = control ? summary->columns - 1 : 0, row = 0;
    for (; !control && column + 1 < summary->columns; column++)
        if (!strcmp(recording->contenders[summary->first + column].program->strategy, strategy))
            break;
    if (!control && column + 1 == summary->columns) return NULL;
    if (!workload) return &summary->means[column];
    for (; row < recording->suite.count; row++)
        if (!strcmp(recording->suite.workloads[row].name, workload))
            return &summary->cells[row * summary->columns + column];
    return NULL;
}

void summary_take_verdicts(const Recording *recording, Summary *summary) {
    for (size_t i = 0; i < recording->suite.count * summary->columns; i++)
        summary->cells[i].verdict = NULL;
    for (size_t i = 0; i < summary->columns; i++)
        summary->means[i].verdict = NULL;
    json_t *entry;
    size_t i;
    json_array_foreach(json_object_get(recording->verdicts, "cells"), i, entry) {
        Cell *cell = find_cell(recording, summary, entry);
        if (cell && json_is_real(json_object_get(entry, "speed"))) cell->verdict = entry;
    }
    make_means(recording, summary);
}

void summary_free(Summary *summary) {
    free(summary->cells);
    free(summary->means);
    free(summary->too_short);
}

double cell_speed(const Cell *cell) {
    json_t *speed = json_object_get(cell->verdict, "speed");
    return json_is_real(speed) ? json_real_value(speed) : cell->speed;
}

static const char *verdict_word(const Cell *cell) {
    const char *word = json_string_value(json_object_get(cell->verdict, "word"));
    return word ? word : "";
}

static Style style_of(const char *word) {
    if (strcmp(word, "faster") == 0) return STYLE_GOOD;
    if (strcmp(word, "slower") == 0) return STYLE_BAD;
    return *word ? STYLE_DIM : STYLE_PLAIN;
}

Style cell_style(const Cell *cell) { return style_of(verdict_word(cell)); }

char *milliseconds(double seconds) {
    return text_number(seconds * 1e3, seconds < 9.9995e-3 ? 3 : 1);
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

/* Below each table that compares. */
static void print_luck(const Recording *recording, FILE *stream) {
    if (recording->builds.layout_count < 2)
        print_paragraph(stream, "One layout was measured: differences may be layout luck.");
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
            char *time = milliseconds(cell->median);
            if (cell->samples)
                table_cell(&table, "%s ±%.1f%%", time, cell->spread * 100);
            else
                table_cell(&table, "%s", cell_or_failed(recording, summary, i, column));
            free(time);
        }
    }
    print_heading(stream,
                  "%s, ms of CPU time: median ± half the distance between the quartiles",
                  recording_is_of_commands(recording) ? "Whole processes" : "Execution");
    table_print_folded(&table, 1, stream);
    print_luck(recording, stream);
    table_free(&table);
}

typedef enum ProcessPart {
    PROCESS_WALL,
    PROCESS_USER,
    PROCESS_SYSTEM,
    PROCESS_MEMORY,
    PROCESS_PARTS
} ProcessPart;

static double process_part(const Cost *cost, ProcessPart part) {
    switch (part) {
    case PROCESS_WALL: return (double)cost->phases[PHASE_EXECUTE].wall / 1e6;
    case PROCESS_USER: return (double)cost->user / 1e6;
    case PROCESS_SYSTEM: return (double)cost->system / 1e6;
    case PROCESS_MEMORY: return cost->peak_rss_kib < 0 ? NAN : (double)cost->peak_rss_kib / 1024;
    case PROCESS_PARTS: break;
    }
    return NAN;
}

/* The median over the samples of a command on a workload, the warm-up's left out; NaN if it failed
 * there, or one of them does not know. */
static double process_median(const Recording *recording, size_t workload, size_t contender,
                             ProcessPart part, double *scratch) {
    size_t count = 0;
    bool is_known = !recording_failure(recording, workload, contender);
    for (size_t i = 0; is_known && i < recording->sample_count; i++) {
        const Sample *sample = &recording->samples[i];
        if (sample->workload != workload || sample->contender != contender || sample->round == 0)
            continue;
        scratch[count++] = process_part(&sample->cost, part);
        is_known = !isnan(scratch[count - 1]);
    }
    if (!is_known) return NAN;
    sort_numbers(scratch, count);
    return quantile(scratch, count, 0.5);
}

/* What else is known of the processes of commands, on a suite of one workload. */
static void print_processes(const Recording *recording, const Summary *summary, FILE *stream) {
    static const char *const heads[PROCESS_PARTS] = {"wall, ms", "user, ms", "system, ms",
                                                     "peak memory, MiB"};
    if (!recording_is_of_commands(recording) || recording->suite.count > 1) return;
    double *scratch = allocate((recording->sample_count + 1) * sizeof *scratch);
    Table table;
    table_start(&table, PROCESS_PARTS + 1);
    table_cell(&table, "%s", "");
    for (ProcessPart part = 0; part < PROCESS_PARTS; part++)
        table_cell(&table, "%s", heads[part]);
    for (size_t column = 0; column + 1 < summary->columns; column++) {
        table_cell(&table, "%s",
                   recording->contenders[summary->first + column].program->strategy);
        for (ProcessPart part = 0; part < PROCESS_PARTS; part++) {
            double median =
                process_median(recording, 0, summary->first + column, part, scratch);
            cell_or_dash(&table, !isnan(median), "%.1f", median);
        }
    }
    print_heading(stream, "Medians");
    table_print_folded(&table, 1, stream);
    table_free(&table);
    free(scratch);
}

/* "1.44 (1.41–1.47)". Noise has a digit more. To be freed. */
static char *speed_text(const Cell *cell, bool control) {
    double low, high;
    int decimals = control ? 3 : 2;
    if (control || json_unpack(cell->verdict, "{s:F, s:F}", "low", &low, "high", &high) != 0)
        return format_string("%.*f", decimals, cell_speed(cell));
    return format_string("%.2f (%.2f–%.2f)", cell_speed(cell), low, high);
}

static void add_speed(Table *table, const Cell *cell, bool control, const char *before) {
    char *text = speed_text(cell, control), *marked = format_string("%s%s", before, text);
    if (isnan(cell_speed(cell)))
        table_cell(table, "-");
    else
        table_styled_cell(table, "", cell_style(cell), marked);
    free(marked);
    free(text);
}

static void print_speeds(const Recording *recording, const Summary *summary, FILE *stream) {
    Table table;
    bool partial = false;
    size_t last = summary->columns - 1;
    table_start(&table, summary->columns);
    table_cell(&table, "workload");
    head(recording, summary, &table, 1);
    table_cell(&table, "A/A");
    for (size_t i = 0; i < recording->suite.count; i++) {
        table_cell(&table, "%s", recording->suite.workloads[i].name);
        for (size_t column = 1; column <= last; column++)
            add_speed(&table, cell_at(summary, i, column), column == last, "");
    }
    table_cell(&table, "geometric mean");
    for (size_t column = 1; column <= last; column++) {
        const Cell *mean = &summary->means[column];
        bool all = mean->samples == recording->suite.count;
        add_speed(&table, mean, column == last, all ? "" : "*");
        partial |= mean->samples > 0 && !all;
    }
    bool judged = summary->means[last].verdict != NULL;
    print_heading(stream, "Speed relative to %s, × (above 1 is faster): %s",
                  recording->contenders[summary->first].program->strategy,
                  judged ? "mean and interval" : "medians within rounds");
    table_print_folded(&table, 1, stream);
    if (partial)
        print_paragraph(stream, "* not over all workloads, so not to be compared with the others");
    print_luck(recording, stream);
    table_free(&table);
}

/* What scripts/verdicts says of the controls; NULL if there are no verdicts. */
static const char *noise_sentence(const Recording *recording, const Summary *summary) {
    size_t i;
    json_t *entry;
    json_array_foreach(json_object_get(recording->verdicts, "noise"), i, entry)
        if (is_of_group(recording, summary->group, entry))
            return json_string_value(json_object_get(entry, "text"));
    return NULL;
}

static void print_noise(const Recording *recording, const Summary *summary, FILE *stream) {
    if (isnan(summary->noise)) return;
    fputc('\n', stream);
    const char *judged = noise_sentence(recording, summary);
    if (judged)
        print_paragraph(stream, "%s", judged);
    else
        print_paragraph(
            stream,
            "Noise floor (A/A): strategies measured under two names differed by up to %.1f%% on a "
            "workload and by %.1f%% in the geometric mean.",
            summary->noise * 100, summary->mean_noise * 100);
}

static void print_instructions(const Recording *recording, const Summary *summary, FILE *stream) {
    if (recording_is_of_commands(recording)) return; /* they execute no bytecode of ours */
    Table table;
    table_start(&table, summary->columns + 1);
    table_cell(&table, "workload");
    table_cell(&table, "millions");
    head(recording, summary, &table, 0);
    for (size_t i = 0; i < recording->suite.count; i++) {
        int64_t count =
            recording->work[i * recording->isa_count + summary->group->isa].instructions;
        char *millions = text_number((double)count / 1e6, count < 10000000 ? 3 : 1);
        table_cell(&table, "%s", recording->suite.workloads[i].name);
        cell_or_dash(&table, count >= 0, "%s", millions);
        free(millions);
        for (size_t column = 0; column + 1 < summary->columns; column++) {
            const Cell *cell = cell_at(summary, i, column);
            cell_or_dash(&table, cell->samples && count > 0 && !summary->too_short[i], "%.3f",
                         cell->median * 1e9 / (double)count);
        }
    }
    print_heading(stream, "Executed bytecode instructions in millions (exact), and ns for each");
    table_print_folded(&table, 1, stream);
    print_luck(recording, stream);
    table_free(&table);
}

/* The words of scripts/verdicts. */
static const char *const WORDS[] = {"faster", "slower", "no difference shown", "undecided"};
#define WORD_COUNT (sizeof WORDS / sizeof *WORDS)

/* What was decided about each strategy, and on how many workloads. */
static void print_verdicts(const Recording *recording, const Summary *summary, FILE *stream) {
    bool any = false;
    Table table;
    table_start(&table, 2 + WORD_COUNT);
    table_cell(&table, "strategy");
    table_cell(&table, "in the mean");
    for (size_t i = 0; i < WORD_COUNT; i++)
        table_cell(&table, "%s", i == 2 ? "no difference" : WORDS[i]);
    for (size_t column = 1; column + 1 < summary->columns; column++) {
        const Cell *mean = &summary->means[column];
        size_t counts[WORD_COUNT] = {0};
        for (size_t i = 0; i < recording->suite.count; i++)
            for (size_t j = 0; j < WORD_COUNT; j++)
                counts[j] += !strcmp(verdict_word(cell_at(summary, i, column)), WORDS[j]);
        any |= mean->verdict != NULL;
        table_cell(&table, "%s", recording->contenders[summary->first + column].program->strategy);
        table_styled_cell(&table, "", cell_style(mean), mean->verdict ? verdict_word(mean) : "-");
        for (size_t j = 0; j < WORD_COUNT; j++) {
            char *text = format_string("%zu", counts[j]);
            table_styled_cell(&table, "", style_of(counts[j] ? WORDS[j] : "none"), text);
            free(text);
        }
    }
    if (any) {
        print_heading(stream, "Verdicts: compared with %s, and on how many workloads",
                      recording->contenders[summary->first].program->strategy);
        table_print_folded(&table, 2, stream);
        print_luck(recording, stream);
    }
    for (size_t column = 1; any && column + 1 < summary->columns; column++) {
        const char *remedy =
            json_string_value(json_object_get(summary->means[column].verdict, "remedy"));
        if (remedy && *remedy)
            print_paragraph(stream, "What would decide about %s: %s.",
                            recording->contenders[summary->first + column].program->strategy,
                            remedy);
    }
    table_free(&table);
}

/* Instruction sets: one strategy of one build in several of them. */

/* The group's contender of a strategy, not the control; ANY if it has none. */
static size_t find_strategy(const Recording *recording, const Group *group, const char *strategy) {
    for (size_t i = group->first; i < group->first + group->strategies; i++)
        if (strcmp(recording->contenders[i].program->strategy, strategy) == 0) return i;
    return ANY;
}

/* A contender's seconds on a workload, [round * layouts + layout], NaN where there are none. */
static void gather_one(const Recording *recording, const Group *group, size_t contender,
                       size_t workload, double *times, size_t places) {
    double *all = allocate(group->count * places * sizeof *all);
    gather(recording, group, workload, all, places);
    memcpy(times, all + (contender - group->first) * places, places * sizeof *times);
    free(all);
}

/* One instruction set of those compared. */
typedef struct IsaColumn {
    Summary summary;
    size_t contender;
} IsaColumn;

/* The speed relative to the baseline; NaN: not measured together, or too short to time in one. */
static double isa_speed(const Recording *recording, const IsaColumn *baseline, const IsaColumn *own,
                        size_t workload) {
    if (baseline->summary.too_short[workload] || own->summary.too_short[workload]) return NAN;
    size_t places = count_places(recording);
    double *times = allocate(3 * places * sizeof *times);
    gather_one(recording, baseline->summary.group, baseline->contender, workload, times, places);
    gather_one(recording, own->summary.group, own->contender, workload, times + places, places);
    double speed = make_speed(times, times + places, times + 2 * places, places,
                              recording->builds.layout_count);
    free(times);
    return speed;
}

/* Of any of its samples; -1: there is none. */
static int64_t bytecode_bytes(const Recording *recording, size_t workload, size_t contender) {
    for (size_t i = 0; i < recording->sample_count; i++)
        if (recording->samples[i].workload == workload &&
            recording->samples[i].contender == contender)
            return recording->samples[i].cost.bytecode_bytes;
    return -1;
}

static void add_isa_speed(Table *table, double speed, const char *before) {
    cell_or_dash(table, !isnan(speed), "%s%.2f", before, speed);
}

/* What each executes, and its bytecode's bytes. */
static void add_isa_work(const Recording *recording, const IsaColumn *columns, size_t count,
                         size_t workload, Table *table) {
    for (size_t i = 0; i < count; i++) {
        size_t isa = columns[i].summary.group->isa;
        int64_t executed = recording->work[workload * recording->isa_count + isa].instructions;
        char *millions = text_number((double)executed / 1e6, executed < 10000000 ? 3 : 1);
        cell_or_dash(table, executed >= 0, "%s", millions);
        free(millions);
    }
    for (size_t i = 0; i < count; i++) {
        int64_t bytes = bytecode_bytes(recording, workload, columns[i].contender);
        char *text = text_number((double)bytes, 0);
        cell_or_dash(table, bytes >= 0, "%s", text);
        free(text);
    }
}

static void print_isa_table(const Recording *recording, const IsaColumn *columns, size_t count,
                            FILE *stream) {
    size_t workloads = recording->suite.count;
    double *speeds = allocate((count + 1) * workloads * sizeof *speeds);
    double *scratch = speeds + count * workloads;
    bool partial = false;
    Table table;
    table_start(&table, 3 * count);
    table_cell(&table, "workload");
    for (size_t i = 1; i < count; i++)
        table_cell(&table, "%s", recording->isas[columns[i].summary.group->isa]);
    for (size_t i = 0; i < 2 * count; i++)
        table_cell(&table, "%s, %s", recording->isas[columns[i % count].summary.group->isa],
                   i < count ? "millions" : "bytes");
    for (size_t workload = 0; workload < workloads; workload++) {
        table_cell(&table, "%s", recording->suite.workloads[workload].name);
        for (size_t i = 1; i < count; i++) {
            double speed = isa_speed(recording, &columns[0], &columns[i], workload);
            speeds[i * workloads + workload] = speed;
            add_isa_speed(&table, speed, "");
        }
        add_isa_work(recording, columns, count, workload, &table);
    }
    table_cell(&table, "geometric mean");
    for (size_t i = 1; i < count; i++) {
        memcpy(scratch, speeds + i * workloads, workloads * sizeof *scratch);
        size_t measured = tidy(scratch, workloads);
        partial |= measured > 0 && measured < workloads;
        add_isa_speed(&table, geometric_mean(scratch, measured), measured < workloads ? "*" : "");
    }
    for (size_t i = 0; i < 2 * count; i++)
        table_cell(&table, "%s", "");
    table_print_folded(&table, 1, stream);
    if (partial)
        print_paragraph(stream, "* not over all workloads, so not to be compared with the others");
    print_luck(recording, stream);
    table_free(&table);
    free(speeds);
}

/* A strategy of a build, as its contender `first` has it, in all instruction sets. */
static void print_isas_of(const Recording *recording, const Contender *first, FILE *stream) {
    IsaColumn *columns = allocate(recording->group_count * sizeof *columns);
    size_t count = 0;
    double noise = NAN, mean_noise = NAN;
    for (size_t i = 0; i < recording->group_count; i++) {
        const Group *group = &recording->groups[i];
        size_t contender = group->build == first->build
                               ? find_strategy(recording, group, first->program->strategy)
                               : ANY;
        if (contender == ANY) continue;
        columns[count] = (IsaColumn){summary_make(recording, group), contender};
        noise = fmax(noise, columns[count].summary.noise);
        mean_noise = fmax(mean_noise, columns[count].summary.mean_noise);
        /* The baseline comes first. */
        if (count > 0 && strcmp(recording->isas[group->isa], BASELINE_ISA) == 0) {
            IsaColumn own = columns[count];
            memmove(columns + 1, columns, count * sizeof *columns);
            columns[0] = own;
        }
        count++;
    }
    if (count > 1) {
        const char *build = recording->builds.items[first->build].name;
        print_heading(stream,
                      "Instruction sets, all %s%s%s: speed relative to %s, × (above 1 is faster), "
                      "medians within rounds; bytecode instructions executed, and bytes of it",
                      first->program->strategy, recording->builds.count > 1 ? ", build " : "",
                      recording->builds.count > 1 ? build : "",
                      recording->isas[columns[0].summary.group->isa]);
        print_isa_table(recording, columns, count, stream);
        if (!isnan(noise))
            print_paragraph(stream,
                            "Noise floor (A/A): the larger of theirs, %.1f%% on a workload and "
                            "%.1f%% in the geometric mean.",
                            noise * 100, mean_noise * 100);
    }
    for (size_t i = 0; i < count; i++)
        summary_free(&columns[i].summary);
    free(columns);
}

/* Whether a contender before this one is of the same build and strategy, as of each control. */
static bool was_compared(const Recording *recording, size_t place) {
    const Contender *own = &recording->contenders[place];
    for (size_t i = 0; i < place; i++)
        if (recording->contenders[i].build == own->build &&
            strcmp(recording->contenders[i].program->strategy, own->program->strategy) == 0)
            return true;
    return false;
}

static void print_isas(const Recording *recording, FILE *stream) {
    for (size_t i = 0; recording->isa_count > 1 && i < recording->contender_count; i++)
        if (!was_compared(recording, i))
            print_isas_of(recording, &recording->contenders[i], stream);
}

static void warn(FILE *stream, const char *where, const char *text) {
    char *line = format_string("%s%s%s", where ? where : "", where ? ": " : "", text);
    print_wrapped(stream, STYLE_WARNING, "  - ", line);
    free(line);
}

/* Says the text of a kind with these values, which it takes over. */
static void warn_of(FILE *stream, const char *kind, json_t *values) {
    char *text = warning_text(kind, need(values));
    warn(stream, NULL, text);
    free(text);
    json_decref(values);
}

static void warn_more(FILE *stream, const char *what, size_t more) {
    if (more == 0) return;
    char *text = format_string("%s: %zu more; the result file lists them.", what, more);
    warn(stream, NULL, text);
    free(text);
}

/* The strategy of an entry of the audit, if it took part; else NULL. */
static const char *audited_strategy(const Recording *recording, size_t build, const char *name) {
    for (size_t i = 0; i < recording->contender_count; i++) {
        const ExecutorProgram *program = recording->contenders[i].program;
        size_t length = strlen(program->name); /* behind it: the layout */
        if (recording->contenders[i].build == build && strncmp(name, program->name, length) == 0 &&
            (!name[length] || name[length] == '.'))
            return program->strategy;
    }
    return NULL;
}

/* What scripts/audit found in the programs that took part. */
static void print_findings(const Recording *recording, FILE *stream) {
    size_t i, j, printed = 0, more = 0;
    json_t *build, *audited, *finding;
    const char *name;
    json_array_foreach(recording->descriptions, i, build) {
        json_t *executors = json_object_get(json_object_get(build, "audit"), "executors");
        json_object_foreach(executors, name, audited) {
            const char *strategy = audited_strategy(recording, i, name);
            if (!strategy) continue;
            char *executor = format_string(
                "%s%s%s", recording->builds.count > 1 ? recording->builds.items[i].name : "",
                recording->builds.count > 1 ? " " : "", name);
            json_array_foreach(json_object_get(audited, "findings"), j, finding) {
                if (printed++ < MOST_MISSING)
                    warn_of(stream, "failed audit",
                            json_pack("{s:s, s:O, s:s}", "executor", executor, "finding", finding,
                                      "strategy", strategy));
                else
                    more++;
            }
            free(executor);
        }
        json_t *missing = json_object_get(build, "audit_missing");
        if (!json_is_string(missing)) continue;
        char *whom = recording->builds.count > 1
                         ? format_string("of %s ", recording->builds.items[i].name)
                         : copy_string("");
        warn_of(stream, "no audit", json_pack("{s:s, s:O}", "of whom", whom, "why", missing));
        free(whom);
    }
    warn_more(stream, "Audit of the machine code", more);
}

static char *gap_name(const Recording *recording, const NotMeasured *entry) {
    if (entry->engine) return copy_string(recording->engines[entry->engine - 1].name);
    return entry->contender == ANY
               ? copy_string(entry->what)
               : contender_name(recording, &recording->contenders[entry->contender]);
}

/* Those with the same reason for the same workload are one. */
static void print_gaps(const Recording *recording, FILE *stream) {
    const NotMeasured *gaps = recording->not_measured;
    size_t printed = 0, more = 0;
    for (size_t i = 0; i < recording->not_measured_count; i++) {
        bool is_first = true;
        for (size_t j = 0; j < i; j++)
            is_first = is_first && !recording_is_same_gap(&gaps[j], &gaps[i]);
        if (!is_first) continue;
        if (printed++ >= MOST_MISSING) {
            more++;
            continue;
        }
        char *who = gap_name(recording, &gaps[i]);
        for (size_t j = i + 1; j < recording->not_measured_count; j++) {
            if (!recording_is_same_gap(&gaps[j], &gaps[i])) continue;
            char *another = gap_name(recording, &gaps[j]);
            char *longer = format_string("%s, %s", who, another);
            free(another);
            free(who);
            who = longer;
        }
        const char *workload =
            gaps[i].workload == ANY ? NULL : recording->suite.workloads[gaps[i].workload].name;
        char *what = format_string("%s%s%s%s", who, workload ? " (" : "", workload ? workload : "",
                                   workload ? ")" : "");
        warn_of(stream, "not measured",
                json_pack("{s:s, s:s}", "what", what, "reason", gaps[i].reason));
        free(what);
        free(who);
    }
    warn_more(stream, "Not measured", more);
}

/* "Build gcc-12, instruction set slots": what there are several of. To be freed; NULL if there are
 * none. */
static char *group_name(const Recording *recording, const Group *group) {
    bool builds = recording->builds.count > 1, isas = recording->isa_count > 1;
    if (!builds && !isas) return NULL;
    return format_string("%s%s%s%s", builds ? "Build " : "",
                         builds ? recording->builds.items[group->build].name : "",
                         !isas    ? ""
                         : builds ? ", instruction set "
                                  : "Instruction set ",
                         isas ? recording->isas[group->isa] : "");
}

/* Samples of a group whose times cannot be true, and that the page does not use. */
static size_t absurd_times(const Recording *recording, const Group *group) {
    size_t count = 0;
    for (size_t i = 0; i < recording->sample_count; i++) {
        const Sample *sample = &recording->samples[i];
        double time = (double)sample->cost.phases[PHASE_EXECUTE].cpu;
        count += sample->round > 0 && sample->contender - group->first < group->count &&
                 !(time > 0 && time < warning_number("absurd times", "nanoseconds"));
    }
    return count;
}

/* The workloads of a group that are too short to time. */
static json_t *short_workloads(const Recording *recording, const Summary *summary) {
    json_t *list = need(json_array());
    for (size_t i = 0; i < recording->suite.count; i++) {
        double quickest = INFINITY;
        for (size_t j = 0; j < summary->columns; j++)
            if (cell_at(summary, i, j)->samples > 0)
                quickest = fmin(quickest, cell_at(summary, i, j)->median);
        if (!summary->too_short[i]) continue;
        char *time = format_string("%.4g", quickest * 1e3);
        json_array_append_new(list,
                              json_pack("{s:s, s:s}", "workload",
                                        recording->suite.workloads[i].name, "milliseconds", time));
        free(time);
    }
    return list;
}

/* Why there are no hardware counters, if that is not told as something that was not measured. */
static json_t *no_counters(const Recording *recording) {
    for (size_t i = 0; i < recording->not_measured_count; i++)
        if (strcmp(recording->not_measured[i].what, "counter") == 0) return NULL;
    return json_object_get(json_object_get(recording->machine, "counters"), "why");
}

static void set_fact(json_t *facts, const char *name, json_t *fact) {
    if (fact) json_object_set(facts, name, fact);
}

/* The facts of warnings.h. A new reference. */
static json_t *facts_of(const Recording *recording, const Group *group) {
    Summary summary = summary_make(recording, group);
    json_t *virtual = json_object_get(recording->machine, "virtual");
    json_t *hypervisor = json_object_get(virtual, "hypervisor");
    const char *name = json_string_value(hypervisor);
    char *in_parentheses =
        format_string("%s%s%s", name ? " (" : "", name ? name : "", name ? ")" : "");
    json_int_t layouts = (json_int_t)recording->builds.layout_count, rounds = recording->rounds;
    json_t *facts = need(
        json_pack("{s:I, s:I, s:I, s:I, s:b, s:b, s:s, s:o}", "layouts", layouts, "rounds", rounds,
                  "rounds of all layouts", rounds * layouts, "absurd",
                  (json_int_t)absurd_times(recording, group), "pinned", recording->cpu >= 0,
                  "complete", !recording->state || strcmp(recording->state, "complete") == 0,
                  "hypervisor", in_parentheses, "too short", short_workloads(recording, &summary)));
    json_object_set_new(facts, "waiting", json_real(waiting(recording, group))); /* none of NaN */
    if (rounds > 0) json_object_set_new(facts, "control", json_boolean(!isnan(summary.noise)));
    set_fact(facts, "virtual", json_object_get(virtual, "is"));
    set_fact(facts, "turbo", json_object_get(recording->machine, "turbo"));
    set_fact(facts, "governor", json_object_get(recording->machine, "governor"));
    set_fact(facts, "no counters", no_counters(recording));
    set_fact(facts, "relocation model",
             json_object_get(recording->builds.items[group->build].executors.build,
                             "relocation_model"));
    free(in_parentheses);
    summary_free(&summary);
    return facts;
}

/* What weakens the numbers of one group, as warnings_on has it: what the facts say, and what
 * scripts/verdicts has found beyond that. A new reference. */
static json_t *group_warnings(const Recording *recording, const Group *group) {
    json_t *facts = facts_of(recording, group), *found = warnings_on(facts), *entry;
    size_t i;
    json_array_foreach(json_object_get(recording->verdicts, "warnings"), i, entry) {
        const char *kind = json_string_value(json_object_get(entry, "kind"));
        if (kind && is_of_group(recording, group, entry))
            json_array_append(json_object_get(found, kind), json_object_get(entry, "text"));
    }
    json_decref(facts);
    return found;
}

/* Those of one kind: of all groups once, if all have the same. `found`: by group. */
static void print_kind(const Recording *recording, json_t *found, const char *kind, FILE *stream) {
    json_t *first = json_object_get(json_array_get(found, 0), kind), *own, *text;
    bool same = true;
    size_t i, j;
    json_array_foreach(found, i, own) same &= json_equal(json_object_get(own, kind), first);
    for (i = 0; i < (same ? 1 : recording->group_count); i++) {
        char *name = same ? NULL : group_name(recording, &recording->groups[i]);
        json_array_foreach(json_object_get(json_array_get(found, i), kind), j, text)
            warn(stream, name, json_string_value(text));
        free(name);
    }
}

static void print_warnings(const Recording *recording, FILE *stream) {
    json_t *found = need(json_array()), *texts;
    const char *kind;
    print_heading(stream, "What weakens these numbers");
    for (size_t i = 0; i < recording->group_count; i++)
        json_array_append_new(found, group_warnings(recording, &recording->groups[i]));
    json_object_foreach(json_array_get(found, 0), kind, texts)
        print_kind(recording, found, kind, stream);
    json_decref(found);
    print_findings(recording, stream);
    print_gaps(recording, stream);
}

static void print_group_name(const Recording *recording, const Group *group, FILE *stream) {
    char *name = group_name(recording, group);
    if (name) print_heading(stream, "%s", name);
    free(name);
}

/* The verdicts in words, as the last thing that is said. */
static void print_sentences(const Recording *recording, FILE *stream) {
    size_t i;
    json_t *sentence, *sentences = json_object_get(recording->verdicts, "sentences");
    if (json_array_size(sentences) > 0) print_heading(stream, "Verdict");
    json_array_foreach(sentences, i, sentence)
        print_paragraph(stream, "%s", json_string_value(sentence));
}

void summary_print(const Recording *recording, FILE *stream) {
    for (size_t i = 0; i < recording->group_count; i++) {
        const Group *group = &recording->groups[i];
        Summary summary = summary_make(recording, group);
        print_group_name(recording, group, stream);
        print_times(recording, &summary, stream);
        print_processes(recording, &summary, stream);
        print_instructions(recording, &summary, stream);
        counter_summary_print(recording, group, stream);
        simulation_print(recording, group, stream);
        whole_processes_print(recording, group, stream);
        print_speeds(recording, &summary, stream);
        print_noise(recording, &summary, stream);
        print_verdicts(recording, &summary, stream);
        summary_free(&summary);
    }
    print_isas(recording, stream);
    engines_print(recording, stream);
    print_warnings(recording, stream);
    if (recording_is_of_commands(recording)) print_sentences(recording, stream);
}
