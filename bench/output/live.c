#define _GNU_SOURCE 1
#include "bench/output/live.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/util/memory.h"
#include "bench/util/process.h"
#include "bench/util/progress.h"
#include "bench/util/table.h"

#define INTERVAL 0.1 /* seconds between two pictures: a terminal needs CPU time, too */

/* Which columns a table has. */
typedef struct Columns {
    bool rounds, control, medians;
    size_t strategies; /* with the baseline */
} Columns;

/* Which workloads it has: a part of them, around the one that is sampled. */
typedef struct Rows {
    size_t from, to;
} Rows;

void live_start(Live *live, const Recording *recording) {
    *live = (Live){.recording = recording};
    live->summaries = allocate(recording->group_count * sizeof *live->summaries);
    for (size_t i = 0; i < recording->group_count; i++)
        live->summaries[i] = summary_make(recording, &recording->groups[i]);
}

void live_free(Live *live) {
    for (size_t i = 0; live->recording && i < live->recording->group_count; i++)
        summary_free(&live->summaries[i]);
    free(live->summaries);
    *live = (Live){0};
}

void live_sample(Live *live) {
    const Sample *sample = &live->recording->samples[live->recording->sample_count - 1];
    for (size_t i = 0; i < live->recording->group_count; i++) {
        const Group *group = &live->recording->groups[i];
        if (sample->contender - group->first < group->count)
            summary_update(live->recording, &live->summaries[i], sample->workload);
    }
}

void live_verdicts(Live *live) {
    for (size_t i = 0; i < live->recording->group_count; i++)
        summary_take_verdicts(live->recording, &live->summaries[i]);
}

/* Finished rounds of a workload: those of the contender that has fewest. */
static size_t rounds_of(const Live *live, const Summary *summary, size_t workload) {
    size_t least = (size_t)-1;
    for (size_t i = 0; i + 1 < summary->columns; i++) { /* without A/A */
        const Cell *cell = &summary->cells[workload * summary->columns + i];
        if (!recording_failure(live->recording, workload, summary->first + i) &&
            cell->samples < least)
            least = cell->samples;
    }
    return least == (size_t)-1 ? 0 : least / live->recording->builds.layout_count;
}

/* "107.4 1.44×": without the time in columns of speeds, without the speed in the baseline's. */
static void add_cell(Table *table, const Cell *cell, bool time, bool speed, bool control,
                     bool failed) {
    Style style = failed ? STYLE_WARNING : cell_style(cell);
    char *ms = time && cell->samples > 0 && !isnan(cell->median) ? milliseconds(cell->median)
                                                                 : copy_string("");
    char *times = speed && !isnan(cell->speed)
                      ? format_string("%.*f×", control ? 3 : 2, cell->speed)
                      : copy_string("");
    const char *none = failed ? "failed" : *ms || *times ? "" : "-";
    char *plain = format_string("%s%s", ms, *ms && *times ? " " : "");
    table_styled_cell(table, plain, style, *none ? none : times);
    free(plain);
    free(ms);
    free(times);
}

/* The cells of a row; `workload` ANY: the geometric means. */
static void add_row(const Live *live, const Summary *summary, size_t workload, Columns columns,
                    const Sample *next, Table *table) {
    bool mean = workload == ANY;
    table_cell(table, "%s",
               mean ? "geometric mean" : live->recording->suite.workloads[workload].name);
    if (columns.rounds && mean)
        table_cell(table, "%s", "");
    else if (columns.rounds)
        table_cell(table, "%zu", rounds_of(live, summary, workload));
    for (size_t i = 0; i < summary->columns; i++) {
        bool control = i + 1 == summary->columns;
        if (control ? !columns.control : i >= columns.strategies) continue;
        const Cell *cells = mean ? summary->means : summary->cells + workload * summary->columns;
        bool failed =
            !mean && !control && recording_failure(live->recording, workload, summary->first + i);
        if (mean && i == 0)
            table_cell(table, "%s", "");
        else
            add_cell(table, &cells[i], !mean && !control && (i == 0 || columns.medians), i > 0,
                     control, failed);
        bool is_next = control ? next && live->recording->contenders[next->contender].control &&
                                     next->contender - summary->first < summary->group->count
                               : next && next->contender == summary->first + i;
        if (is_next && next->workload == workload) table_mark(table);
    }
}

static void add_head(const Live *live, const Summary *summary, Columns columns, Table *table) {
    const Recording *recording = live->recording;
    const Group *group = summary->group;
    bool builds = recording->builds.count > 1, isas = recording->isa_count > 1;
    char *name = format_string("%s%s%s", builds ? recording->builds.items[group->build].name : "",
                               builds && isas ? ", " : "", isas ? recording->isas[group->isa] : "");
    table_cell(table, "%s", *name ? name : "workload");
    free(name);
    if (columns.rounds) table_cell(table, "rounds");
    for (size_t i = 0; i + 1 < summary->columns && i < columns.strategies; i++)
        table_cell(table, "%s", recording->contenders[group->first + i].program->strategy);
    if (columns.control) table_cell(table, "A/A");
}

static Table make_table(const Live *live, const Summary *summary, Rows rows, Columns columns,
                        const Sample *next) {
    Table table;
    table_start(&table, 1 + columns.rounds + columns.strategies + columns.control);
    add_head(live, summary, columns, &table);
    for (size_t i = rows.from; i < rows.to; i++)
        add_row(live, summary, i, columns, next, &table);
    add_row(live, summary, ANY, columns, next, &table);
    return table;
}

/* The widest choice of columns that fits; false if none does. It is made over all rows, so that
 * nothing comes and goes with what is sampled. */
static bool choose_columns(const Live *live, const Summary *summary, int width, Columns *columns) {
    size_t strategies = summary->columns - 1;
    const Columns choices[] = {{true, true, true, strategies},
                               {false, true, true, strategies},
                               {false, false, true, strategies},
                               {false, true, false, strategies},
                               {false, false, false, strategies}};
    size_t count = sizeof choices / sizeof *choices;
    for (size_t i = 0; i < count + strategies - 1; i++) {
        *columns = choices[i < count ? i : count - 1];
        if (i >= count) columns->strategies = strategies - (i - count) - 1;
        Table table = make_table(live, summary, (Rows){0, live->recording->suite.count}, *columns,
                                 NULL);
        bool fits = table_width(&table) < (size_t)width;
        table_free(&table);
        if (fits) return true;
    }
    return false;
}

/* `room` workloads, that one among them. */
static Rows choose_rows(const Live *live, size_t workload, size_t room) {
    size_t count = live->recording->suite.count;
    if (room >= count) return (Rows){0, count};
    size_t from = workload > room / 2 ? workload - room / 2 : 0;
    if (from + room > count) from = count - room;
    return (Rows){from, from + room};
}

static void add_line(char ***lines, size_t *count, char *line) {
    *lines = grow(*lines, *count + 1, sizeof **lines);
    (*lines)[(*count)++] = line;
}

static void add_tables(const Live *live, const Sample *next, TerminalSize size, bool colours,
                       char ***lines, size_t *count) {
    const Recording *recording = live->recording;
    size_t room = size.height > 2 ? (size_t)size.height - 2 : 0; /* one for the progress line */
    size_t each = recording->group_count ? room / recording->group_count : 0;
    if (each < 2) return; /* head and mean */
    /* A line above says what the figures are; empty ones are before and behind the tables. */
    size_t full = recording->group_count * (recording->suite.count + 2);
    bool title = full + 1 <= room || each >= 6, gaps = full + 3 <= room || each >= 9;
    each = (room - title - 2 * gaps) / recording->group_count;
    for (size_t i = 0; i < recording->group_count; i++) {
        Columns columns;
        if (!choose_columns(live, &live->summaries[i], size.width, &columns)) continue;
        if (gaps && *count == 0) add_line(lines, count, copy_string(""));
        if (title && i == 0) {
            char *text =
                format_string("Medians so far in ms of CPU time, and × the speed of %s",
                              recording->contenders[live->summaries[i].first].program->strategy);
            text_tame(text);
            text[text_fit(text, (size_t)size.width - 1)] = 0;
            add_line(lines, count,
                     format_string("%s%s%s", style_begin(colours, STYLE_DIM), text,
                                   style_end(colours, STYLE_DIM)));
            free(text);
        }
        Rows rows = choose_rows(live, next ? next->workload : 0, each - 2);
        Table table = make_table(live, &live->summaries[i], rows, columns, next);
        table_lines(&table, 1, colours, lines, count);
        table_free(&table);
    }
    if (gaps && *count > 0) add_line(lines, count, copy_string(""));
}

static char *describe(const Recording *recording, const Sample *next) {
    char *name = contender_name(recording, &recording->contenders[next->contender]),
         *round = next->round ? format_string("round %d", next->round) : copy_string("warm-up");
    char *layout = recording->builds.layout_count > 1
                       ? format_string(", layout %lld",
                                       (long long)builds_seed(&recording->builds, next->layout))
                       : copy_string("");
    char *text = format_string("%s: %s, %s%s", round,
                               recording->suite.workloads[next->workload].name, name, layout);
    free(name);
    free(round);
    free(layout);
    return text;
}

char **live_lines(const Live *live, const Sample *next, const char *doing, TerminalSize size,
                  bool colours, size_t *count) {
    char **lines = NULL, line[PROGRESS_SIZE];
    *count = 0;
    add_tables(live, next, size, colours, &lines, count);
    char *text = next ? describe(live->recording, next) : copy_string(doing);
    progress_line(line, size.width, live->fraction, live->left, text);
    free(text);
    add_line(&lines, count, copy_string(line));
    return lines;
}

static void draw(Live *live, const Sample *next, const char *doing) {
    size_t count;
    char **lines =
        live_lines(live, next, doing, terminal_size(stderr), terminal_has_colours(stderr), &count);
    progress_draw(lines, count);
    live->drawn = seconds_now();
}

void live_next(Live *live, const Sample *next, double fraction, double left) {
    live->fraction = fraction;
    live->left = left;
    if (terminal_is_live(stderr) && seconds_now() - live->drawn >= INTERVAL) draw(live, next, NULL);
}

void live_other(Live *live, const char *doing, double fraction, double left) {
    live->fraction = fraction;
    live->left = left;
    if (terminal_is_live(stderr) && seconds_now() - live->drawn >= INTERVAL)
        draw(live, NULL, doing);
}

void live_doing(Live *live, const char *doing) {
    if (terminal_is_live(stderr)) draw(live, NULL, doing);
}
