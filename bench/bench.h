/* The `tailrace` program: runs modules, compares executors, says what this build and machine have.
 *
 *     workload -> sample -> recording -> result file -> report (scripts/report)
 *
 * This folder knows executors only as programs. Each strategy, compiled for one instruction set, is
 * `dispatch/<strategy>-<isa>` in the directory of the tailrace program, with the commands `run`,
 * `replay`, `inspect`, `measure` and `info`, and those that count instructions with `profile`, `lines`
 * and `stream` besides; `dispatch/build.json` lists them, how they were built, and what was left out
 * and why (input/executors.h).
 *
 * From the ground up; none includes what stands below it:
 *
 *     measure/   counters (counters.h), places in memory (placement.h): what executors and this program share
 *     executor/  the program that each executor is (program.h)
 *     util/      the small things: memory, paths, processes, options, terminal, tables
 *     input/     what a run is made of: builds, executors, strategies, suites of workloads
 *     data/      what a run found out (recording.h), and keeping it: result files, journal, resuming
 *     peers/     what is known of other people's engines (input/peers.h reads it)
 *     sampling/  taking samples (sampler.h), of peers, too (engines.h), verdicts on them, simulations
 *     output/    a run as tables and warnings (summary.h), while it goes on and after it
 *
 * and here
 *
 *     main.c            finds the command
 *     command_*.c       one file a command: options, and what to do
 *     wishes.h          the options of `bench`
 *     workload_choice.h which workloads a run has, and the user's own
 *     predictor.h       models of indirect branch predictors
 */
#ifndef TAILRACE_BENCH_BENCH_H
#define TAILRACE_BENCH_BENCH_H

#include "bench/util/exit_status.h"

/* The commands. argv[0] is the name to show in messages, "tailrace bench"; the result is the exit
 * status. `run`, `replay`, `inspect`, `profile`, `asm` and `subject` return only if what they start could
 * not be started. */
int command_run(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_profile(int argc, char **argv);
int command_inspect(int argc, char **argv);
int command_predict(int argc, char **argv);
int command_mine(int argc, char **argv);
int command_bench(int argc, char **argv);
int command_compare(int argc, char **argv);
int command_subject(int argc, char **argv);
int command_list(int argc, char **argv);
int command_machine(int argc, char **argv);
int command_asm(int argc, char **argv);

#endif
