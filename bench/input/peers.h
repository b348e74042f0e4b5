/* Peers: other WebAssembly engines that the user has installed, which `tailrace bench --peer`
 * measures as processes in the same rounds as the executors.
 *
 * Known engines are data, one file each in bench/peers/ (its README.md describes them): how an
 * export of a module is called, how a WASI command is run, and how the results are found in what
 * the engine prints. The user may name any other one by its command line. */
#ifndef TAILRACE_BENCH_INPUT_PEERS_H
#define TAILRACE_BENCH_INPUT_PEERS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/input/suite.h"
#include "translator/error.h"

typedef struct Peer {
    char *name;    /* "node-liftoff" */
    char *program; /* the path of what is started */
    char *folder;  /* that of the engine's file, for which {folder} stands; "" if it has none */
    char *sha256;  /* of the program */
    bool is_of_all; /* nobody named it: "all" did */
    json_t *json;  /* what its file says: "what", "call", "command", "results" and so on; owned */
} Peer;

typedef struct Peers {
    Peer *items;
    size_t count;
    json_t *not_found; /* those of "all" that are not on PATH: [{"name", "program"}]; owned; NULL:
                          none */
    char *empty;       /* the path of the empty module, whose time is a process's start-up */
} Peers;

/* Finds what `wishes` name: the NAME of a known engine, NAME=COMMAND, or "all", those that are on
 * PATH. COMMAND is a line of words as a shell takes them, with quotes but without anything else, in
 * which {module}, {export} and {arguments} stand for those of a workload; if NAME is a known
 * engine, it may be the path of its program alone. `directory` is that of the tailrace program.
 * Nothing is started. False and an Error that says what to do if one of them cannot be found or
 * read. */
bool peers_choose(Peers *peers, const char *directory, char *const *wishes, size_t wish_count,
                  Error *error);
void peers_free(Peers *peers);

/* The words by which an engine runs a workload, a new list; of NULL, of the empty module, as a WASI
 * command if `is_command`, else calling its export "run". NULL and the reason in *why, to be freed,
 * if this engine cannot do that. */
json_t *peer_command(const Peers *peers, const Peer *peer, const Workload *workload,
                     bool is_command, char **why);

/* The same with {module} and so on as they stand in its file, and without the directories of this
 * machine: a line for result files, to be freed; NULL if it cannot do that. */
char *peer_command_shown(const Peer *peer, bool is_command);

/* The results of a call that an engine printed, a new list of strings. `peer` NULL: an executor of
 * ours, which prints each on a line. */
json_t *peer_results(const Peer *peer, const char *output, const char *errors);

/* CPU and wall time of the execution alone in ns, where the engine tells; -1 where it does not. */
void peer_execution(const Peer *peer, const char *output, const char *errors, int64_t *cpu,
                    int64_t *wall);

/* Whether results are those that are expected, in any of the notations of engines: integers that
 * say of which type they are may be unsigned or hexadecimal ("0xfffffffb:i32", "i32:4294967291"),
 * and decimal fractions have as many digits as the engine prints, of the number as an f32 or an f64
 * where it does not say which. */
bool peer_results_agree(const json_t *results, const json_t *expected);

#endif
