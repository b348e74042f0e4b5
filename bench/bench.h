/* The `tailrace` program: runs modules, compares executors, says what this build and machine have.
 *
 *     workload -> sample -> recording -> result file -> report (scripts/report)
 *
 * This folder knows executors only as programs. Each strategy, compiled for one instruction set, is
 * `dispatch/<strategy>-<isa>` in the directory of the tailrace program, with the commands `run`,
 * `inspect`, `measure` and `info`; `dispatch/build.json` says how they were built and
 * `dispatch/left-out.txt` what was left out and why (executors.h).
 *
 *     main.c            finds the command
 *     command_*.c       one file a command: options, and what to do
 *     wishes.h          the options of `bench`
 *     executors.h       which executor programs a build has, and the choice among them
 *     builds.h          the builds of one run
 *     suite.h           the workloads: modules, arguments, expected results; traces
 *     workload_choice.h which of them a run has, and the user's own
 *     process.h         one child process: pinned, timed out, its output collected
 *     recording.h       all that one `tailrace bench` found out
 *     plan.h            which samples a round takes, in which order
 *     sampler.h         takes the samples of a recording
 *     counters.h        what a thread's work is counted by: events, groups, states
 *     counter_events.h  the names of events, and which of them this CPU has
 *     counter_report.h  counters as JSON
 *     counter_summary.h a recording's counters as a table
 *     statistics.h      medians, quartiles, geometric means
 *     summary.h         a recording as tables and warnings
 *     verdicts.h        faster, slower, undecided: runs scripts/verdicts
 *     result_file.h     a recording as a JSON document
 *     schema.h          results/schema.json, and whether a document holds to it
 *     journal.h         what has finished since the result file was last replaced
 *     saving.h          keeps a run while it goes on, so that nothing is lost
 *     resume.h          goes on with a run
 *     whole_process.h   whole processes, timed by hyperfine
 *     simulation.h      simulated counts, by cachegrind (cachegrind.h, outside_tool.h)
 *     predictor.h       models of indirect branch predictors
 *     machine.h         what this machine is and what can be measured on it
 *     live.h            a run as a table, while it goes on (pace.h: how long it will)
 *     progress.h table.h terminal.h paths.h memory.h   the small things
 */
#ifndef TAILRACE_BENCH_BENCH_H
#define TAILRACE_BENCH_BENCH_H

#define TAILRACE_VERSION "0.1"

/* Exit statuses of the commands. `run` also ends with the guest's own. */
enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_INTERRUPTED = 128, /* plus the signal's number */
};

/* The commands. argv[0] is the name to show in messages, "tailrace bench"; the result is the exit
 * status. `run`, `replay`, `inspect`, `profile` and `asm` return only if what they start could
 * not be started. */
int command_run(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_profile(int argc, char **argv);
int command_inspect(int argc, char **argv);
int command_predict(int argc, char **argv);
int command_bench(int argc, char **argv);
int command_list(int argc, char **argv);
int command_machine(int argc, char **argv);
int command_asm(int argc, char **argv);

#endif
