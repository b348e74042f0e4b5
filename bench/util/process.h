/* One child process at a time: started, watched, its output collected. */
#ifndef TAILRACE_BENCH_UTIL_PROCESS_H
#define TAILRACE_BENCH_UTIL_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "translator/error.h"

#define NOT_PINNED -1

typedef enum ProcessEnd {
    PROCESS_EXITED,      /* `status` is its exit status */
    PROCESS_SIGNALLED,   /* `status` is the signal's number */
    PROCESS_TIMED_OUT,   /* and was killed */
    PROCESS_INTERRUPTED, /* killed, since the user interrupted us */
} ProcessEnd;

typedef struct ProcessResult {
    ProcessEnd end;
    int status;
    char *output;        /* all of stdout, up to 16 MiB; NUL-terminated */
    size_t length;       /* of it, without that NUL */
    size_t dropped;      /* bytes of stdout beyond that */
    char complaint[400]; /* the first line of stderr */
    char *errors;        /* all of stderr, up to 1 MiB, if that was asked for, else NULL */
    bool left_others;    /* it ended before processes that it had started, whose times are not known:
                            they were killed */
    int64_t user_ns, system_ns; /* CPU time of the process and of those that it waited for */
    int64_t wall_ns;            /* from before exec until it ended */
    int64_t peak_rss_kib;       /* of the largest of these processes; -1: not known, since it was not
                                   `measured`, or has no more than what starts it */
} ProcessResult;

typedef struct ProcessOptions {
    int cpu;        /* NOT_PINNED: wherever the system likes */
    double timeout; /* seconds */
    bool measured;  /* tell of its memory and of left_others, for which a small process stands
                       between us and it */
    bool errors;    /* keep all of stderr */
    size_t padding; /* bytes that its environment is longer by, which moves its stack */
    void (*before)(void *context, pid_t child); /* called while the child waits, right before exec;
                                                   NULL: it does not wait */
    void *context;
} ProcessOptions;

/* Runs argv[0] with an empty standard input, at addresses that the system does not draw anew each
 * time (where it lets us choose), on CPU `cpu` unless that is NOT_PINNED, for at most
 * `timeout` seconds. False and an Error if it could not be started at all; else the result, whose
 * output (and errors) are to be freed. */
bool process_run(char *const *argv, int cpu, double timeout, ProcessResult *result, Error *error);
bool process_run_with(char *const *argv, const ProcessOptions *options, ProcessResult *result,
                      Error *error);

/* Why it failed, after the name of what was started: "did not finish within 60 s", "crashed
 * (Segmentation fault): ...", "ended with status 3: ...", with the first line of its stderr. To be
 * freed. NULL if it exited with status 0, or the user interrupted. `timeout` is that of its run. */
char *process_failure(const ProcessResult *result, double timeout);

/* The highest-numbered CPU that we may use, since low ones serve most interrupts; NOT_PINNED if
 * this system does not let us choose. Of Intel's hybrid CPUs it is a performance core, if we may
 * use one: generic events count on those alone. `root`: where the system's files are, "" but in
 * tests. */
int process_choose_cpu(const char *root);

/* From now on SIGINT, SIGTERM and SIGHUP end the current child and are remembered. */
void interrupt_catch(void);
/* The remembered signal, 0 if there was none. */
int interrupted(void);

/* Seconds since some point in the past. */
double seconds_now(void);

#endif
