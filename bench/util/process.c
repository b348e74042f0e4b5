#define _GNU_SOURCE 1
#include "bench/util/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/util/memory.h"
#include "bench/util/paths.h"

#define OUTPUT_LIMIT (16u << 20)
#define ERRORS_LIMIT (1u << 20)
#define GRACE 0.2 /* seconds for which outputs may stay open after the process has ended */

static volatile sig_atomic_t caught_signal;

static void remember(int signal) { caught_signal = signal; }

void interrupt_catch(void) {
    /* Without SA_RESTART: poll() must return. */
    struct sigaction action = {.sa_handler = remember};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

int interrupted(void) { return caught_signal; }

double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Whether a CPU is in the kernel's list of CPUs, such as "0-7,16". */
static bool in_cpu_list(const char *list, int cpu) {
    char *end;
    for (;; list = end + 1) {
        long first = strtol(list, &end, 10), last = first;
        if (end == list) return false;
        if (*end == '-') last = strtol(end + 1, &end, 10);
        if (first <= cpu && cpu <= last) return true;
        if (*end != ',') return false;
    }
}

/* The highest-numbered CPU of the set that is in the list, if there is one. */
static int highest(const cpu_set_t *set, const char *list) {
    int cpu = CPU_SETSIZE - 1;
    while (cpu >= 0 && !(CPU_ISSET(cpu, set) && (!list || in_cpu_list(list, cpu))))
        cpu--;
    return cpu;
}

char *process_failure(const ProcessResult *result, double timeout) {
    const char *complaint = result->complaint, *separator = *complaint ? ": " : "";
    switch (result->end) {
    case PROCESS_TIMED_OUT: return format_string("did not finish within %g s", timeout);
    case PROCESS_SIGNALLED:
        return format_string("crashed (%s)%s%s", strsignal(result->status), separator, complaint);
    case PROCESS_EXITED:
        if (result->status == 0) return NULL;
        return format_string("ended with status %d%s%s", result->status, separator, complaint);
    case PROCESS_INTERRUPTED: break;
    }
    return NULL;
}

int process_choose_cpu(const char *root) {
    cpu_set_t allowed, one;
    Error error;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return NOT_PINNED;
    char *path = format_string("%s/sys/devices/cpu_core/cpus", root);
    char *fast = read_file(path, 1 << 16, NULL, &error); /* NULL: all cores are of one kind */
    int cpu = fast ? highest(&allowed, fast) : -1;
    if (cpu < 0) cpu = highest(&allowed, NULL);
    free(path);
    free(fast);
    CPU_ZERO(&one);
    if (cpu >= 0) CPU_SET(cpu, &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0) return NOT_PINNED;
    sched_setaffinity(0, sizeof allowed, &allowed);
    return cpu;
}

typedef struct Stream {
    int descriptor;
    char *bytes;
    size_t length, room, limit, dropped;
} Stream;

/* Takes what there is to read; what exceeds the limit is dropped, so that the child never blocks.
 * False at the end of the stream. */
static bool stream_read(Stream *stream) {
    char piece[1 << 14];
    ssize_t length = read(stream->descriptor, piece, sizeof piece);
    if (length < 0) return errno == EINTR || errno == EAGAIN;
    if (length == 0) return false;
    size_t kept = stream->limit - stream->length;
    if (kept > (size_t)length) kept = (size_t)length;
    stream->dropped += (size_t)length - kept;
    if (stream->length + kept >= stream->room) {
        stream->room = 2 * (stream->length + kept) + 256;
        stream->bytes = grow(stream->bytes, stream->room, 1);
    }
    memcpy(stream->bytes + stream->length, piece, kept);
    stream->length += kept;
    stream->bytes[stream->length] = 0;
    return true;
}

/* ---- The child's side ------------------------------------------------------------------------ */

/* The pipes to a child: its output, its errors, what exec failed with, the word to begin, and what a
 * stage tells. */
enum { OUTPUT, ERRORS, REPORT, GO, TELL, PIPES };

#define STAGE "tailrace: a stage"
#define GROWTH 256 /* KiB by which the process of a stage may grow before it is the program */

/* What the process of a stage tells when it waits for the word, and the stage when it has ended. */
typedef struct Told {
    pid_t process;
    int status;
    struct rusage usage; /* at first: of what is not yet the program */
    bool left_others;
} Told;

static void await(int go) {
    char word;
    while (read(go, &word, 1) < 0 && errno == EINTR)
        continue;
}

static void fail_to_become(int report) {
    int reason = errno;
    if (write(report, &reason, sizeof reason) < 0) _exit(126);
    _exit(127);
}

static volatile pid_t staged; /* 0: there is none yet, or it has ended */

static void end_staged(int signal) {
    (void)signal;
    if (staged <= 0) return;
    kill(-staged, SIGKILL);
    kill(staged, SIGKILL);
}

/* Those of this process, where the kernel lists them: also such as have groups of their own. */
static void kill_children(void) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *list = fopen(path, "re");
    int child;
    while (list && fscanf(list, "%d", &child) == 1)
        kill(child, SIGKILL);
    if (list) fclose(list);
}

/* Ends what the process of a stage has left behind. Whether there was anything. */
static bool end_others(pid_t process) {
    bool any = false;
    for (int i = 0; i < 1000; i++) { /* a second at most */
        pid_t other = waitpid(-1, NULL, WNOHANG);
        if (other < 0 && errno != EINTR) break;
        any = true;
        kill(-process, SIGKILL);
        kill_children();
        if (other == 0) nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return any;
}

/* What is measured is not our child, but that of a stage: of this program begun anew, before its
 * main(). Linux hands the peak memory of who calls exec on to the program, and ours would be in it; a
 * stage is small, and its process tells how much that is. And a stage adopts what the process leaves
 * behind, where we may have children of somebody else's. Its words: STAGE, descriptors, and those of
 * the program. */
__attribute__((constructor)) static void stage(int argc, char **argv) {
    int report, go, tell;
    if (argc < 3 || strcmp(argv[0], STAGE) != 0 ||
        sscanf(argv[1], "%d,%d,%d", &report, &go, &tell) != 3)
        return;
    fcntl(report, F_SETFD, FD_CLOEXEC);
    fcntl(go, F_SETFD, FD_CLOEXEC);
    fcntl(tell, F_SETFD, FD_CLOEXEC);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    Told told = {.process = fork()};
    if (told.process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setpgid(0, 0);
        told.process = getpid();
        getrusage(RUSAGE_SELF, &told.usage);
        if (write(tell, &told, sizeof told) == sizeof told) await(go);
        execv(argv[2], argv + 2);
        fail_to_become(report);
    }
    if (told.process < 0) fail_to_become(report);
    staged = told.process;
    signal(SIGTERM, end_staged);
    close(report);
    close(STDOUT_FILENO); /* which end with the process */
    close(STDERR_FILENO);
    siginfo_t info;
    while (waitid(P_PID, (id_t)told.process, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
        continue;
    staged = 0;
    while (wait4(told.process, &told.status, 0, &told.usage) < 0 && errno == EINTR)
        continue;
    told.left_others = end_others(told.process);
    _exit(write(tell, &told, sizeof told) == sizeof told ? 0 : 1);
}

static void become_stage(char *const *argv, int pipes[PIPES][2]) {
    const int kept[] = {pipes[REPORT][1], pipes[GO][0], pipes[TELL][1]};
    size_t count = 0;
    while (argv[count])
        count++;
    char **words = allocate((count + 3) * sizeof *words);
    words[0] = STAGE;
    words[1] = format_string("%d,%d,%d", kept[0], kept[1], kept[2]);
    memcpy(words + 2, argv, (count + 1) * sizeof *words);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        fcntl(kept[i], F_SETFD, 0);
    execv("/proc/self/exe", words);
}

/* Never returns. This program has one thread, so that setenv is safe after the fork. */
static void become(char *const *argv, const ProcessOptions *options, int pipes[PIPES][2]) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* no orphan goes on computing after us */
    signal(SIGPIPE, SIG_DFL);         /* that we ignore these is our business */
    signal(SIGXFSZ, SIG_DFL);
    setpgid(0, 0);                    /* a Ctrl-C is for us; we end the child */
    personality(ADDR_NO_RANDOMIZE);   /* addresses repeat; where that is forbidden, they do not */
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing >= 0) dup2(nothing, STDIN_FILENO);
    dup2(pipes[OUTPUT][1], STDOUT_FILENO);
    dup2(pipes[ERRORS][1], STDERR_FILENO);
    if (options->cpu != NOT_PINNED) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(options->cpu, &set);
        sched_setaffinity(0, sizeof set, &set);
    }
    if (options->padding > 0) {
        char *padding = allocate(options->padding + 1);
        memset(padding, '.', options->padding);
        setenv("TAILRACE_PADDING", padding, 1);
    }
    close(pipes[GO][1]); /* if the parent dies, the wait ends */
    if (options->measured) {
        become_stage(argv, pipes);
    } else {
        if (options->before) await(pipes[GO][0]);
        execv(argv[0], argv);
    }
    fail_to_become(pipes[REPORT][1]);
}

/* ---- Ours ------------------------------------------------------------------------------------ */

/* Collects both streams until they end. `watch` is a descriptor of the process; *ended is when it
 * ended, 0: that was not seen. The way collecting ended otherwise, or PROCESS_EXITED. */
static ProcessEnd collect(Stream *streams, int watch, double deadline, double *ended,
                          bool *left_others) {
    enum { WATCH = 2, WAITING = 3 };
    struct pollfd waiting[WAITING] = {{.fd = streams[0].descriptor, .events = POLLIN},
                                      {.fd = streams[1].descriptor, .events = POLLIN},
                                      {.fd = watch, .events = POLLIN}};
    while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
        double now = seconds_now(), left = deadline - now;
        if (interrupted()) return PROCESS_INTERRUPTED;
        if (*ended > 0 && now - *ended > GRACE) { /* somebody else has its outputs */
            *left_others = true;
            return PROCESS_EXITED;
        }
        if (left <= 0) return PROCESS_TIMED_OUT;
        if (*ended > 0 && left > GRACE) left = GRACE;
        if (poll(waiting, WAITING, left > 1 ? 1000 : (int)(left * 1000) + 1) <= 0) continue;
        if (waiting[WATCH].revents) {
            *ended = seconds_now();
            waiting[WATCH].fd = -1;
        }
        for (int i = 0; i < WATCH; i++)
            if (waiting[i].revents && !stream_read(&streams[i])) waiting[i].fd = -1;
    }
    return PROCESS_EXITED;
}

/* Waits for a child that has closed its outputs and so is about to end. */
static ProcessEnd reap(pid_t child, int watch, double deadline, int *status,
                       struct rusage *usage) {
    for (;;) {
        if (wait4(child, status, WNOHANG, usage) == child) return PROCESS_EXITED;
        if (interrupted()) return PROCESS_INTERRUPTED;
        if (seconds_now() > deadline) return PROCESS_TIMED_OUT;
        if (watch >= 0) /* until it has ended; but if the deadline passes, so does this */
            poll(&(struct pollfd){.fd = watch, .events = POLLIN}, 1, 20);
        else
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

static bool open_pipes(int pipes[PIPES][2]) {
    for (int i = 0; i < PIPES; i++) {
        if (pipe2(pipes[i], O_CLOEXEC) == 0) continue;
        while (i-- > 0) {
            close(pipes[i][0]);
            close(pipes[i][1]);
        }
        return false;
    }
    return true;
}

static int64_t nanoseconds(struct timeval time) {
    return (int64_t)time.tv_sec * 1000000000 + (int64_t)time.tv_usec * 1000;
}

static void first_line(const char *text, char *line, size_t size) {
    size_t length = strcspn(text, "\n");
    if (length >= size) length = size - 1;
    memcpy(line, text, length);
    line[length] = 0;
}

/* Starts the child, which may be waiting for a word. -1 and errno if there is none. */
static pid_t start(char *const *argv, const ProcessOptions *options, int pipes[PIPES][2]) {
    if (!open_pipes(pipes)) return -1;
    pid_t child = fork();
    if (child == 0) become(argv, options, pipes);
    int reason = errno;
    for (int i = 0; i < PIPES; i++) {
        int child_end = i == GO ? 0 : 1;
        close(pipes[i][child_end]);
        if (child < 0) close(pipes[i][!child_end]);
    }
    errno = reason;
    return child;
}

/* What a stage tells next; false if it was killed. */
static bool hear(int tell, Told *told) {
    ssize_t length;
    while ((length = read(tell, told, sizeof *told)) < 0 && errno == EINTR)
        continue;
    return length == sizeof *told;
}

/* The same as reap, of a stage: waits until it tells how its process ended. */
static ProcessEnd await_stage(int tell, double deadline) {
    for (;;) {
        double left = deadline - seconds_now();
        if (interrupted()) return PROCESS_INTERRUPTED;
        if (left <= 0) return PROCESS_TIMED_OUT;
        struct pollfd told = {.fd = tell, .events = POLLIN};
        if (poll(&told, 1, left > 1 ? 1000 : (int)(left * 1000) + 1) > 0) return PROCESS_EXITED;
    }
}

/* Waits until a child that was started has ended, and ends it if it has to be; says how. */
static ProcessEnd wait_for(pid_t child, int watch, double deadline, ProcessEnd end, Told *told) {
    if (end == PROCESS_EXITED) end = reap(child, watch, deadline, &told->status, &told->usage);
    if (end == PROCESS_EXITED) return end;
    kill(-child, SIGKILL); /* and what it has started */
    while (wait4(child, &told->status, 0, &told->usage) < 0 && errno == EINTR)
        continue;
    return end;
}

/* The same of a stage. */
static ProcessEnd wait_for_stage(pid_t child, int tell, double deadline, ProcessEnd end,
                                 Told *told) {
    const pid_t process = told->process;
    if (end == PROCESS_EXITED) end = await_stage(tell, deadline);
    if (end != PROCESS_EXITED) kill(child, SIGTERM);
    if (!hear(tell, told)) { /* somebody has killed the stage, and so its process */
        kill(-process, SIGKILL);
        *told = (Told){.process = process, .status = SIGKILL};
    }
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
    return end;
}

bool process_run_with(char *const *argv, const ProcessOptions *options, ProcessResult *result,
                      Error *error) {
    int pipes[PIPES][2];
    *result = (ProcessResult){.peak_rss_kib = -1};
    pid_t child = start(argv, options, pipes);
    if (child < 0) return fail(error, ERROR_FILE, "cannot start a process: %s", strerror(errno));
    Told told = {.process = child};
    if (options->measured && !hear(pipes[TELL][0], &told)) told.process = child;
    const long before_exec = told.usage.ru_maxrss;
    int watch = (int)syscall(SYS_pidfd_open, told.process, 0); /* -1: an old kernel */
    if (options->before) options->before(options->context, told.process);
    double started = seconds_now(), deadline = started + options->timeout, ended = 0;
    close(pipes[GO][1]);

    int exec_error = 0;
    while (read(pipes[REPORT][0], &exec_error, sizeof exec_error) < 0 && errno == EINTR)
        continue;
    Stream streams[2] = {{.descriptor = pipes[OUTPUT][0], .limit = OUTPUT_LIMIT},
                         {.descriptor = pipes[ERRORS][0],
                          .limit = options->errors ? ERRORS_LIMIT : sizeof result->complaint}};
    ProcessEnd end = collect(streams, watch, deadline, &ended, &result->left_others);
    result->end = options->measured
                      ? wait_for_stage(child, pipes[TELL][0], deadline, end, &told)
                      : wait_for(child, watch, deadline, end, &told);
    if (result->left_others && !options->measured) kill(-child, SIGKILL);
    if (result->end == PROCESS_EXITED) {
        result->left_others |= told.left_others;
        if (WIFSIGNALED(told.status)) result->end = PROCESS_SIGNALLED;
    }
    result->status = WIFSIGNALED(told.status) ? WTERMSIG(told.status) : WEXITSTATUS(told.status);
    result->user_ns = nanoseconds(told.usage.ru_utime);
    result->system_ns = nanoseconds(told.usage.ru_stime);
    result->wall_ns = (int64_t)(((ended > 0 ? ended : seconds_now()) - started) * 1e9);
    if (options->measured && told.usage.ru_maxrss > before_exec + GROWTH)
        result->peak_rss_kib = told.usage.ru_maxrss;
    result->output = streams[0].bytes ? streams[0].bytes : copy_string("");
    result->length = streams[0].length;
    result->dropped = streams[0].dropped;
    if (streams[1].bytes) first_line(streams[1].bytes, result->complaint, sizeof result->complaint);
    if (options->errors)
        result->errors = streams[1].bytes ? streams[1].bytes : copy_string("");
    else
        free(streams[1].bytes);
    for (int i = 0; i < PIPES; i++)
        if (i != GO) close(pipes[i][0]);
    if (watch >= 0) close(watch);
    if (!exec_error) return true;
    free(result->output);
    free(result->errors);
    result->output = result->errors = NULL;
    return fail(error, ERROR_FILE, "cannot start %s: %s", argv[0], strerror(exec_error));
}

bool process_run(char *const *argv, int cpu, double timeout, ProcessResult *result, Error *error) {
    const ProcessOptions options = {.cpu = cpu, .timeout = timeout};
    return process_run_with(argv, &options, result, error);
}
