#define _GNU_SOURCE 1
#include "bench/data/build_description.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "bench/data/schema.h"
#include "bench/util/memory.h"
#include "bench/util/paths.h"

#define AUDIT_LIMIT (16u << 20)

/* Whether the file of `path` is older than one of the programs that take part. */
static bool is_stale(const Build *build, time_t written) {
    for (size_t i = 0; i < build->executors.count; i++) {
        const ExecutorProgram *program = &build->executors.items[i];
        size_t layouts = json_object_size(json_object_get(build->programs, program->name));
        for (size_t j = 0; j < layouts; j++) {
            struct stat status;
            char *path = executors_layout_path(&build->executors, program, j);
            bool newer = stat(path, &status) == 0 && status.st_mtime > written;
            free(path);
            if (newer) return true;
        }
    }
    return false;
}

json_t *build_audit(const Build *build, char **missing) {
    struct stat status;
    char *path = format_string("%s/audit.json", build->executors.directory), *text = NULL;
    json_t *audit = NULL;
    Error error;
    *missing = NULL;
    if (stat(path, &status) != 0)
        *missing = copy_string("scripts/audit makes it");
    else if (is_stale(build, status.st_mtime))
        *missing = copy_string("it is older than the programs; scripts/audit makes it anew");
    else if (!(text = read_file(path, AUDIT_LIMIT, NULL, &error)))
        *missing = copy_string(error.message);
    else if (audit = json_loads(text, 0, NULL), !json_is_object(audit)) /* which is a macro */
        *missing = format_string("%s is not a JSON object", path);
    else if (!schema_check(audit, "audit", &error))
        *missing = format_string("%s is damaged: %s", path, error.message);
    free(text);
    free(path);
    if (!*missing) return audit;
    json_decref(audit);
    return NULL;
}

/* Whether it is built only when somebody asks for it: then nobody misses it. */
static bool is_plain(const Executors *executors, const ExecutorProgram *program) {
    json_t *strategies = json_object_get(executors->build, "strategies");
    return json_is_true(json_object_get(json_object_get(strategies, program->strategy), "plain"));
}

json_t *build_description(const Build *build, size_t layouts) {
    const Executors *executors = &build->executors;
    json_t *description = json_pack("{s:s}", "name", build->name), *left_out = json_array();
    json_object_update(description, executors->build);
    json_object_del(description, "executors"); /* where programs lie is no result */
    json_object_del(description, "counters");
    for (size_t i = 0; i < executors->count; i++) {
        const ExecutorProgram *program = &executors->items[i];
        if (program->left_out && !is_plain(executors, program))
            json_array_append_new(left_out,
                                  json_pack("{s:s, s:s, s:s}", "strategy", program->strategy, "isa",
                                            program->isa, "reason", program->left_out));
    }
    json_t *seeds = json_array(); /* those measured, which may be fewer than those built */
    for (size_t i = 0; i < layouts; i++)
        json_array_append_new(seeds, json_integer(executors->layouts[i]));
    json_object_set_new(description, "layout_seeds", seeds);
    json_object_set_new(description, "left_out", left_out);
    json_object_set(description, "programs", build->programs);
    bool is_auditable = json_object_get(executors->build, "function") ||
                        !json_object_get(executors->build, "subject");
    char *missing = NULL;
    json_t *audit = is_auditable ? build_audit(build, &missing) : NULL;
    json_object_set_new(description, "audit", audit ? audit : json_null());
    json_object_set_new(description, "audit_missing", missing ? json_string(missing) : json_null());
    free(missing);
    return need(description);
}
