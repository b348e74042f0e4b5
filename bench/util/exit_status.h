/* Exit statuses of the tailrace program and of the executors' programs. `run` also ends with the
 * guest's own. */
#ifndef TAILRACE_BENCH_UTIL_EXIT_STATUS_H
#define TAILRACE_BENCH_UTIL_EXIT_STATUS_H

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1, /* such as a module that cannot be read, validated or instantiated */
    EXIT_USAGE = 2,
    EXIT_TRAP = 3,          /* in the guest */
    EXIT_DIVERGED = 4,      /* `replay`: the module did something else than what was recorded */
    EXIT_EXCEPTION = 5,     /* that nothing in the guest has caught */
    EXIT_INTERRUPTED = 128, /* plus the signal's number */
};

#endif
