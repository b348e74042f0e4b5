/* `tailrace machine`: the fingerprint, for people or as JSON. */
#define _GNU_SOURCE 1
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/data/machine.h"
#include "bench/data/recording.h"
#include "bench/input/executors.h"
#include "bench/util/memory.h"
#include "bench/util/options.h"
#include "bench/util/table.h"

static error_t parse(int key, char *argument, struct argp_state *state) {
    (void)argument;
    bool *as_json = state->input;
    if (key == 'j') return *as_json = true, 0;
    if (key == ARGP_KEY_ARG) argp_error(state, "it takes no arguments");
    return ARGP_ERR_UNKNOWN;
}

static const struct argp MACHINE = {
    .options =
        (const struct argp_option[]){{"json", 'j', NULL, 0, "print it as result files have it", 0},
                                     {0}},
    .parser = parse,
    .doc = "Says what this machine is and what can be measured on it."};

/* The value at object[first][second], or object[first] if `second` is NULL, as text. */
static void row(Table *table, const char *label, json_t *object, const char *first,
                const char *second) {
    json_t *value = json_object_get(object, first);
    if (second) value = json_object_get(value, second);
    table_cell(table, "%s", label);
    if (json_is_string(value))
        table_cell(table, "%s", json_string_value(value));
    else if (json_is_integer(value))
        table_cell(table, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_boolean(value))
        table_cell(table, "%s", json_is_true(value) ? "on" : "off");
    else
        table_cell(table, "not told");
}

static const char *text_at(json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "not told";
}

/* The counters that work, and those that do not with their remedy. */
static void print_events(json_t *summary) {
    size_t i;
    json_t *entry;
    json_array_foreach(summary, i, entry) {
        const char *reason = json_string_value(json_object_get(entry, "reason"));
        char *names = join_strings(json_object_get(entry, "events"));
        print_line(stdout, reason ? "  no   " : "  yes  ", "%s", names);
        if (reason) print_line(stdout, "       ", "(%s) %s", text_at(entry, "state"), reason);
        free(names);
    }
}

/* Not part of the fingerprint, since it differs a little each time. */
static void print_cost(void) {
    Error error;
    Counters *counters = allocate(sizeof *counters);
    if (counters_open(counters, "default", &COUNTER_KERNEL, &error) && counters->cost_ns)
        printf("Starting and stopping these counters takes %.1f µs, once for each sample and "
               "outside of its times.\n",
               (double)counters->cost_ns / 1e3);
    counters_close(counters);
    free(counters);
}

static void print(json_t *machine, json_t *build) {
    Table table;
    size_t i;
    json_t *item;
    const char *name;
    table_start(&table, 2);
    table_cell(&table, "what");
    table_cell(&table, "this machine");
    row(&table, "CPU", machine, "cpu", "model");
    row(&table, "architecture", machine, "cpu", "architecture");
    row(&table, "vendor", machine, "cpu", "vendor");
    row(&table, "family", machine, "cpu", "family");
    row(&table, "model number", machine, "cpu", "model_number");
    row(&table, "stepping", machine, "cpu", "stepping");
    row(&table, "microcode", machine, "cpu", "microcode");
    row(&table, "physical cores", machine, "physical_cores", NULL);
    row(&table, "logical CPUs", machine, "logical_cpus", NULL);
    if (json_array_size(json_object_get(machine, "caches")) == 0)
        row(&table, "caches", machine, "", NULL);
    json_array_foreach(json_object_get(machine, "caches"), i, item) {
        table_cell(&table, "cache L%s %s", text_at(item, "level"), text_at(item, "type"));
        table_cell(&table, "%s, shared by CPUs %s", text_at(item, "size"),
                   text_at(item, "shared_cpu_list"));
    }
    row(&table, "memory in MiB", machine, "memory_mib", NULL);
    row(&table, "system", machine, "os", NULL);
    row(&table, "kernel", machine, "kernel", NULL);
    row(&table, "governor", machine, "governor", NULL);
    row(&table, "turbo", machine, "turbo", NULL);
    row(&table, "address randomization", machine, "address_randomization", NULL);
    json_t *vm = json_object_get(machine, "virtual");
    json_t *is_virtual = json_object_get(vm, "is");
    const char *hypervisor = json_string_value(json_object_get(vm, "hypervisor"));
    table_cell(&table, "virtual machine");
    table_cell(&table, "%s%s%s",
               json_is_true(is_virtual)    ? "yes"
               : json_is_false(is_virtual) ? "no"
                                           : "not told",
               hypervisor ? ": " : "", hypervisor ? hypervisor : "");
    if (json_object_size(json_object_get(machine, "mitigations")) == 0)
        row(&table, "mitigations", machine, "", NULL);
    json_object_foreach(json_object_get(machine, "mitigations"), name, item) {
        const char *state = json_string_value(item);
        if (!state || !strcmp(state, "Not affected")) continue;
        table_cell(&table, "mitigation: %s", name);
        table_cell(&table, "%s", state);
    }
    if (build) {
        table_cell(&table, "compiler");
        table_cell(&table, "%s %s", text_at(build, "compiler"), text_at(build, "version"));
        row(&table, "relocation model", build, "relocation_model", NULL);
    }
    table_print(&table, 2, stdout);
    table_free(&table);
    printf("\nWhat can be measured here:\n"
           "  yes  CPU time of the executing thread, wall time, peak memory, exact counts of "
           "bytecode instructions\n");
    print_events(json_object_get(json_object_get(machine, "counters"), "events"));
    print_cost();
}

int command_machine(int argc, char **argv) {
    bool as_json = false;
    parse_options(&MACHINE, argc, argv, 0, &as_json);
    json_t *machine = machine_fingerprint("", &COUNTER_KERNEL);
    if (as_json) {
        json_dumpf(machine, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
        putchar('\n');
    } else {
        Executors executors = {0};
        char *directory = NULL;
        bool built = executors_load_own(&executors, &directory);
        print(machine, built ? executors.build : NULL);
        if (built) {
            executors_free(&executors);
            free(directory);
        }
    }
    json_decref(machine);
    return EXIT_DONE;
}
