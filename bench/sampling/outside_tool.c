#define _GNU_SOURCE 1
#include "bench/sampling/outside_tool.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/util/memory.h"
#include "bench/util/paths.h"
#include "bench/util/statistics.h"

char *tool_find(const char *name, Error *error) {
    char *found = find_on_path(name);
    if (!found)
        fail(error, ERROR_FILE, "%s is not installed: scripts/setup, or apt-get install %s", name,
             name);
    return found;
}

char *tool_output_file(Error *error) {
    const char *directory = getenv("TMPDIR");
    char *path = format_string("%s/tailrace-XXXXXX", directory && *directory ? directory : "/tmp");
    int descriptor = mkstemp(path);
    if (descriptor >= 0) {
        close(descriptor);
        return path;
    }
    fail(error, ERROR_FILE, "cannot make the file %s: %s", path, strerror(errno));
    free(path);
    return NULL;
}

bool tool_run(const Recording *recording, char *const *argv, double timeout, char **output,
              char **why) {
    ProcessResult result;
    Error error;
    *why = *output = NULL;
    if (!process_run(argv, recording->cpu, timeout, &result, &error)) {
        *why = copy_string(error.message);
        return false;
    }
    if (result.end == PROCESS_EXITED && result.status == 0) {
        *output = result.output;
        return true;
    }
    char *failure = process_failure(&result, timeout);
    if (failure) *why = format_string("%s %s", argv[0], failure);
    free(failure);
    free(result.output);
    return false;
}

double sampled_seconds(const Recording *recording, size_t workload, size_t contender) {
    double *times = allocate((recording->sample_count + 1) * sizeof *times);
    size_t count = 0;
    for (size_t i = 0; i < recording->sample_count; i++) {
        const Sample *sample = &recording->samples[i];
        if (sample->workload == workload && (contender == ANY || sample->contender == contender))
            times[count++] = (double)sample->cost.phases[PHASE_EXECUTE].cpu / 1e9;
    }
    sort_numbers(times, count);
    double median = quantile(times, count, 0.5);
    free(times);
    return median;
}

bool tool_wants(const Recording *recording, size_t workload, size_t contender) {
    return !recording->contenders[contender].control &&
           !recording->contenders[contender].program->is_reference &&
           !recording_failure(recording, workload, contender);
}

char *tool_program(const Recording *recording, const Contender *contender) {
    return executors_layout_path(&recording->builds.items[contender->build].executors,
                                 contender->program, 0);
}

json_t *tool_entry(const Recording *recording, size_t workload, const Contender *contender) {
    return need(json_pack(
        "{s:s, s:s, s:s, s:I, s:s}", "build", recording->builds.items[contender->build].name,
        "strategy", contender->program->strategy, "isa", contender->program->isa, "layout",
        builds_seed(&recording->builds, 0), "workload", recording->suite.workloads[workload].name));
}

json_t *tool_entry_in(json_t *list, const Recording *recording, size_t workload,
                      const Contender *contender) {
    json_t *wanted = tool_entry(recording, workload, contender), *entry, *found = NULL;
    const char *key;
    json_t *value;
    size_t i;
    json_array_foreach(list, i, entry) {
        bool same = true;
        json_object_foreach(wanted, key, value)
            same &= json_equal(json_object_get(entry, key), value);
        if (same) found = entry;
    }
    json_decref(wanted);
    return found;
}

typedef struct Timed {
    double seconds;
    size_t workload;
} Timed;

static int compare(const void *a, const void *b) {
    const Timed *left = a, *right = b;
    if (left->seconds != right->seconds) return left->seconds < right->seconds ? -1 : 1;
    return left->workload < right->workload ? -1 : left->workload > right->workload;
}

size_t *workloads_by_time(const Recording *recording, size_t *count) {
    Timed *timed = allocate((recording->suite.count + 1) * sizeof *timed);
    *count = 0;
    for (size_t i = 0; i < recording->suite.count; i++) {
        double seconds = sampled_seconds(recording, i, ANY);
        if (!isnan(seconds)) timed[(*count)++] = (Timed){seconds, i};
    }
    qsort(timed, *count, sizeof *timed, compare);
    size_t *order = allocate((*count + 1) * sizeof *order);
    for (size_t i = 0; i < *count; i++)
        order[i] = timed[i].workload;
    free(timed);
    return order;
}
