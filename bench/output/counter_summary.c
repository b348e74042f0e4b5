#define _GNU_SOURCE 1
#include "bench/output/counter_summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/util/memory.h"
#include "bench/util/statistics.h"
#include "bench/util/table.h"
#include "bench/util/terminal.h"

typedef struct Figure {
    double value;   /* for a thousand bytecode instructions; NaN if not measured */
    bool estimated; /* some of it was multiplexed */
} Figure;

static json_t *find_event(json_t *counters, const char *event) {
    size_t i;
    json_t *counter;
    json_array_foreach(counters, i, counter)
        if (!strcmp(json_string_value(json_object_get(counter, "event")), event)) return counter;
    return NULL;
}

/* The median over rounds of one contender on one workload in one layout; NaN if there is none. */
static double median_in_layout(const Recording *recording, size_t workload, size_t contender,
                               size_t layout, const char *event, bool *estimated) {
    double *values = allocate((recording->sample_count + 1) * sizeof *values);
    size_t count = 0;
    for (size_t i = 0; i < recording->sample_count; i++) {
        const Sample *sample = &recording->samples[i];
        if (sample->round == 0 || sample->workload != workload || sample->contender != contender ||
            sample->layout != layout)
            continue;
        json_t *counter = find_event(sample->cost.counters, event);
        json_t *value = json_object_get(counter, "value");
        if (!json_is_integer(value)) continue;
        values[count++] = (double)json_integer_value(value);
        *estimated |= !strcmp(json_string_value(json_object_get(counter, "state")), "multiplexed");
    }
    sort_numbers(values, count);
    double median = quantile(values, count, 0.5);
    free(values);
    return median;
}

/* The mean over layouts of the medians over rounds, as in scripts/report; NaN if there is none. */
static double median_value(const Recording *recording, size_t workload, size_t contender,
                           const char *event, bool *estimated) {
    double sum = 0;
    size_t layouts = 0;
    for (size_t i = 0; i < recording->builds.layout_count; i++) {
        double median = median_in_layout(recording, workload, contender, i, event, estimated);
        if (isnan(median)) continue;
        sum += median;
        layouts++;
    }
    return layouts ? sum / (double)layouts : NAN;
}

/* Whether the contender has a value on any workload. */
static bool has_any(const Recording *recording, size_t contender, const char *event) {
    bool ignored = false;
    for (size_t i = 0; i < recording->suite.count; i++)
        if (!isnan(median_value(recording, i, contender, event, &ignored))) return true;
    return false;
}

/* The means over the workloads of which all contenders that have values have one: only those can be
 * compared. Returns how many these are. */
static size_t make_figures(const Recording *recording, const Group *group, const char *event,
                           Figure *figures, size_t count) {
    size_t common = 0;
    double *medians = allocate(count * sizeof *medians);
    for (size_t j = 0; j < count; j++)
        figures[j] = (Figure){has_any(recording, group->first + j, event) ? 0 : NAN, false};
    for (size_t i = 0; i < recording->suite.count; i++) {
        int64_t instructions = recording->work[i * recording->isa_count + group->isa].instructions;
        bool all = instructions > 0;
        for (size_t j = 0; j < count; j++) {
            if (isnan(figures[j].value)) continue;
            medians[j] = median_value(recording, i, group->first + j, event, &figures[j].estimated);
            all &= !isnan(medians[j]);
        }
        for (size_t j = 0; j < count && all; j++)
            if (!isnan(figures[j].value))
                figures[j].value += 1000 * medians[j] / (double)instructions;
        common += all;
    }
    for (size_t j = 0; j < count; j++)
        figures[j].value = common ? figures[j].value / (double)common : NAN;
    free(medians);
    return common;
}

/* With four digits that count, unless it is next to nothing. */
static void add_figure(Table *table, Figure figure) {
    double size = fabs(figure.value);
    char *text = size > 0 && size < 0.001 ? copy_string("<0.001")
                                          : text_number(figure.value, size >= 1000  ? 0
                                                                      : size >= 100 ? 1
                                                                      : size >= 10  ? 2
                                                                                    : 3);
    table_cell(table, "%s%s", figure.estimated ? "~" : "", text);
    free(text);
}

/* False if there is no workload of which everybody has a value of this event. */
static bool add_row(const Recording *recording, const Group *group, const char *event, Table *table,
                    bool *estimated, bool *partial) {
    size_t count = group->strategies;
    Figure *figures = allocate(count * sizeof *figures);
    size_t common = make_figures(recording, group, event, figures, count);
    bool any = false;
    for (size_t i = 0; i < count; i++)
        any |= !isnan(figures[i].value);
    *partial |= any && common < recording->suite.count;
    if (any) table_cell(table, "%s%s", common < recording->suite.count ? "*" : "", event);
    for (size_t i = 0; any && i < count; i++) {
        if (isnan(figures[i].value))
            table_cell(table, "-");
        else
            add_figure(table, figures[i]);
        *estimated |= figures[i].estimated;
    }
    free(figures);
    return any;
}

/* Microseconds that starting and stopping the counters takes: the median over the group's samples.
 */
static double cost(const Recording *recording, const Group *group) {
    double *costs = allocate((recording->sample_count + 1) * sizeof *costs);
    size_t count = 0;
    for (size_t i = 0; i < recording->sample_count; i++) {
        const Sample *sample = &recording->samples[i];
        if (sample->round > 0 && sample->contender - group->first < group->count &&
            json_array_size(sample->cost.counters) > 0)
            costs[count++] = (double)sample->cost.counting_cost_ns / 1e3;
    }
    sort_numbers(costs, count);
    double median = quantile(costs, count, 0.5);
    free(costs);
    return median;
}

/* The names of all events that samples counted, by turns, as an array. To be freed. */
static json_t *all_events(const Recording *recording) {
    json_t *names = json_array(), *counter;
    json_t *seen = json_object();
    for (size_t i = 0; i < recording->sample_count; i++) {
        size_t j;
        json_array_foreach(recording->samples[i].cost.counters, j, counter) {
            const char *event = json_string_value(json_object_get(counter, "event"));
            if (json_object_get(seen, event)) continue;
            json_object_set_new(seen, event, json_true());
            json_array_append_new(names, json_string(event));
        }
    }
    json_decref(seen);
    return names;
}

void counter_summary_print(const Recording *recording, const Group *group, FILE *stream) {
    json_t *events = all_events(recording), *event;
    size_t i;
    bool any = false, estimated = false, partial = false;
    Table table;
    table_start(&table, 1 + group->strategies);
    table_cell(&table, "event");
    for (i = 0; i < group->strategies; i++)
        table_cell(&table, "%s", recording->contenders[group->first + i].program->strategy);
    json_array_foreach(events, i, event)
        any |= add_row(recording, group, json_string_value(event), &table, &estimated, &partial);
    json_decref(events);
    if (any) {
        print_heading(stream,
                      "Counted for a thousand bytecode instructions, user space only (mean of the "
                      "workloads' medians)%s",
                      estimated ? "; ~ is an estimate, as more was counted than fits at a time"
                                : "");
        table_print_folded(&table, 1, stream);
        if (partial)
            print_paragraph(stream, "* not over all workloads, but those that all counted");
        print_paragraph(stream,
                        "Starting and stopping the counters takes %.1f µs a sample, outside of its "
                        "times.",
                        cost(recording, group));
        if (suite_has_traces(&recording->suite))
            print_paragraph(stream, NOTE_ON_TRACES("counts"));
    }
    table_free(&table);
}
