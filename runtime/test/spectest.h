/* The official test suite's runner: what its files share.
 *
 * The suite comes as JSON commands and .wasm files, one folder ("group") for each .wast file, as
 * `wast2json` makes them. A script's commands are executed in one store. */
#ifndef TAILRACE_RUNTIME_TEST_SPECTEST_H
#define TAILRACE_RUNTIME_TEST_SPECTEST_H

#include <jansson.h>

#include "runtime/runtime.h"

enum { MAX_PROPOSAL_NAME = 48, MAX_PROPOSALS = 32 };

typedef struct Skipped { /* commands that need a proposal which this engine does not have */
    char proposal[MAX_PROPOSAL_NAME];
    unsigned count;
} Skipped;

typedef struct Tally {
    unsigned modules; /* read and, unless they are only definitions, instantiated as they should */
    unsigned passed;  /* assertions and actions */
    unsigned failed;  /* commands of any kind */
    unsigned text;    /* skipped: they test the text format's parser */
    unsigned skipped_count;
    Skipped skipped[MAX_PROPOSALS];
} Tally;

/* Counts one more (or `count`) of a proposal. */
void tally_skip(Tally *tally, const char *proposal, unsigned count);

/* Runs the script at `path` and adds to `tally`; failures are printed to stderr, and with `verbose`
 * what is skipped, too. False and an Error if the file is no script. */
bool script_run(const char *path, bool verbose, Tally *tally, Error *error);

/* ---- Values (spectest_value.c) --------------------------------------------------------------- */

/* The slot of an argument, or both of a v128; false if the engine has no such type. */
bool value_parse(const json_t *value, uint64_t *slots);
/* Whether a result of `type` is as `expected` asks. */
bool value_matches(const json_t *expected, ValueType type, const uint64_t *slots);

/* ---- The host module "spectest" (spectest_host.c) -------------------------------------------- */

typedef struct HostModule {
    unsigned count;
    struct {
        const char *name;
        Extern thing;
    } exports[16];
} HostModule;

bool host_module_open(Store *store, HostModule *host, Error *error);
bool host_module_find(const HostModule *host, Name name, Extern *found);

#endif
