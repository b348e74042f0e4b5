#define _GNU_SOURCE 1
#include "bench/sampling/command_sample.h"

#include <sha2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure/cost.h"
#include "bench/measure/counter_report.h"
#include "bench/util/memory.h"
#include "bench/util/process.h"
#include "bench/util/random.h"

#define SHOWN 200 /* bytes of an output that are kept as they are */
#define STACK_SPAN                                                                                 \
    4096 /* over which layouts move the stack, bytes: addresses modulo a page decide               \
            which loads and stores are taken for aliases */
#define STACK_ALIGNMENT 16

/* Whether the text can stand in a message: no control characters but ends of lines and tabs. */
static bool is_printable(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (((unsigned char)text[i] < ' ' && text[i] != '\n' && text[i] != '\t') || text[i] == 127)
            return false;
    json_t *string = json_stringn(text, length); /* NULL if it is not UTF-8 */
    json_decref(string);
    return string != NULL;
}

char *command_output_text(const char *output, size_t length) {
    size_t shown = length > 0 && output[length - 1] == '\n' ? length - 1 : length;
    if (shown <= SHOWN && is_printable(output, shown))
        return format_string("%.*s", (int)shown, output);
    char digest[SHA256_DIGEST_STRING_LENGTH];
    SHA256Data((const uint8_t *)output, shown, digest);
    return format_string("%zu bytes, SHA-256 %s", shown, digest);
}

/* What makes the environment so much longer that the words, which the kernel puts above the stack
 * (the program's path twice), end where the layout says. */
static size_t padding_for(char *const *argv, uint64_t seed) {
    size_t words = strlen(argv[0]);
    for (size_t i = 0; argv[i]; i++)
        words += strlen(argv[i]) + 1 + sizeof(char *);
    uint64_t random = seed;
    size_t place =
        STACK_SPAN + random_next(&random) % STACK_SPAN / STACK_ALIGNMENT * STACK_ALIGNMENT;
    return words < place ? place - words : 0;
}

/* Why the process that has ended is no sample, to be freed; NULL if it is one, or was interrupted.
 */
static char *find_fault(const ProcessResult *result, double timeout) {
    char *why = process_failure(result, timeout);
    if (why || result->end == PROCESS_INTERRUPTED) return why;
    if (result->left_others)
        return copy_string("ended before processes that it had started: their times are not known, "
                           "so it has to wait for them");
    if (result->dropped > 0)
        return format_string("printed more than %zu MiB: let it print a hash",
                             result->length >> 20);
    return NULL;
}

typedef struct Counting {
    const char *events;
    Counters counters;
} Counting;

static void attach(void *context, pid_t child) {
    Counting *counting = context;
    Error error; /* the run's events could be read before */
    if (!counters_attach(&counting->counters, counting->events, &COUNTER_KERNEL, child, &error))
        counting->counters.count = 0;
}

json_t *command_sample(char *const *argv, const CommandOptions *options, char **why) {
    Counting *counting = allocate(sizeof *counting);
    counting->events = options->events;
    const ProcessOptions process = {.cpu = options->cpu,
                                    .timeout = options->timeout,
                                    .measured = true,
                                    .padding = padding_for(argv, options->seed),
                                    .before = attach,
                                    .context = counting};
    ProcessResult result;
    Error error;
    *why = NULL;
    bool started = process_run_with(argv, &process, &result, &error);
    counters_collect(&counting->counters);
    if (!started) {
        *why = copy_string(error.message);
        free(counting);
        return NULL;
    }
    json_t *answer = NULL;
    *why = find_fault(&result, options->timeout);
    if (!*why && result.end == PROCESS_EXITED) {
        const Cost cost = {
            .is_process = true,
            .user = result.user_ns,
            .system = result.system_ns,
            .peak_rss_kib = result.peak_rss_kib,
            .counters = counters_json(&counting->counters),
            .phases[PHASE_EXECUTE] = {result.user_ns + result.system_ns, result.wall_ns}};
        char *text = command_output_text(result.output, result.length);
        answer = need(cost_json(&cost, PHASE_COUNT));
        json_object_set_new(answer, "results", json_pack("[s]", text));
        free(text);
        json_decref(cost.counters);
    }
    free(counting);
    free(result.output);
    return answer;
}
