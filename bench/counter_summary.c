#define _GNU_SOURCE 1
#include "bench/counter_summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/memory.h"
#include "bench/statistics.h"
#include "bench/table.h"
#include "bench/terminal.h"

typedef struct Figure {
    double value;   /* for a thousand bytecode instructions; NaN if not measured */
    bool estimated; /* some of it was multiplexed */
} Figure;

static json_t *find_event(json_t *counters, const char *event) {
    size_t i;
    json_t *counter;
    json_array_foreach(counters, i,
                       counter) if (!strcmp(json_string_value(json_object_get(counter, "event")),
                                            event)) return counter;
    return NULL;
}

/* The median over rounds of one contender on one workload; NaN if there is none. */
static double median_value(const Recording *recording, size_t workload, size_t contender,
                           const char *event, bool *estimated) {
    double *values = allocate((recording->sample_count + 1) * sizeof *values);
    size_t count = 0;
    for (size_t i = 0; i < recording->sample_count; i++) {
        const Sample *sample = &recording->samples[i];
        if (sample->round == 0 || sample->workload != workload || sample->contender != contender)
            continue;
        json_t *counter = find_event(sample->counters, event);
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

static Figure figure(const Recording *recording, const Group *group, size_t contender,
                     const char *event) {
    Figure result = {0, false};
    size_t count = 0;
    for (size_t i = 0; i < recording->suite.count; i++) {
        int64_t instructions = recording->work[i * recording->isa_count + group->isa].instructions;
        double median = median_value(recording, i, contender, event, &result.estimated);
        if (instructions <= 0 || isnan(median)) continue;
        result.value += 1000 * median / (double)instructions;
        count++;
    }
    result.value = count ? result.value / (double)count : NAN;
    return result;
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

/* False if nobody has a value of this event. */
static bool add_row(const Recording *recording, const Group *group, const char *event, Table *table,
                    bool *estimated) {
    size_t count = group->count - 1; /* without the control */
    Figure *figures = allocate(count * sizeof *figures);
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        figures[i] = figure(recording, group, group->first + i, event);
        any |= !isnan(figures[i].value);
    }
    if (any) table_cell(table, "%s", event);
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

void counter_summary_print(const Recording *recording, const Group *group, FILE *stream) {
    json_t *events = recording->sample_count ? recording->samples[0].counters : NULL, *counter;
    size_t i;
    bool any = false, estimated = false;
    Table table;
    table_start(&table, group->count); /* the control's column is the events' */
    table_cell(&table, "event");
    for (i = 0; i + 1 < group->count; i++)
        table_cell(&table, "%s", recording->contenders[group->first + i].program->strategy);
    json_array_foreach(events, i, counter) any |= add_row(
        recording, group, json_string_value(json_object_get(counter, "event")), &table, &estimated);
    if (any) {
        print_heading(stream,
                      "Counted for a thousand bytecode instructions, user space only (mean of the "
                      "workloads' medians)%s",
                      estimated ? "; ~ is an estimate, as more was counted than fits at a time"
                                : "");
        table_print_folded(&table, 1, stream);
    }
    table_free(&table);
}
