#define _GNU_SOURCE 1
#include "bench/util/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/util/memory.h"
#include "bench/util/paths.h"

#define OUTPUT_LIMIT (16u << 20)

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
    size_t length, room, limit;
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
    if (stream->length + kept >= stream->room) {
        stream->room = 2 * (stream->length + kept) + 256;
        stream->bytes = grow(stream->bytes, stream->room, 1);
    }
    memcpy(stream->bytes + stream->length, piece, kept);
    stream->length += kept;
    stream->bytes[stream->length] = 0;
    return true;
}

/* Never returns. Only async-signal-safe calls, as after any fork. */
static void become(char *const *argv, int cpu, const int output[2], const int errors[2],
                   int report) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* no orphan goes on computing after us */
    signal(SIGPIPE, SIG_DFL);         /* that we ignore it is our business */
    setpgid(0, 0);                    /* a Ctrl-C is for us; we end the child */
    personality(ADDR_NO_RANDOMIZE);   /* addresses repeat; where that is forbidden, they do not */
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing >= 0) dup2(nothing, STDIN_FILENO);
    dup2(output[1], STDOUT_FILENO);
    dup2(errors[1], STDERR_FILENO);
    if (cpu != NOT_PINNED) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(cpu, &set);
        sched_setaffinity(0, sizeof set, &set);
    }
    execv(argv[0], argv);
    int reason = errno;
    if (write(report, &reason, sizeof reason) < 0) _exit(126);
    _exit(127);
}

/* Collects both streams until they end. The way it ended otherwise, or PROCESS_EXITED. */
static ProcessEnd collect(Stream *streams, double deadline) {
    struct pollfd waiting[2] = {{.fd = streams[0].descriptor, .events = POLLIN},
                                {.fd = streams[1].descriptor, .events = POLLIN}};
    while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
        double left = deadline - seconds_now();
        if (interrupted()) return PROCESS_INTERRUPTED;
        if (left <= 0) return PROCESS_TIMED_OUT;
        if (poll(waiting, 2, left > 1 ? 1000 : (int)(left * 1000) + 1) <= 0) continue;
        for (int i = 0; i < 2; i++)
            if (waiting[i].revents && !stream_read(&streams[i])) waiting[i].fd = -1;
    }
    return PROCESS_EXITED;
}

/* Waits for a child that has closed its outputs and so is about to end. */
static ProcessEnd reap(pid_t child, double deadline, int *status) {
    for (;;) {
        if (waitpid(child, status, WNOHANG) == child) return PROCESS_EXITED;
        if (interrupted()) return PROCESS_INTERRUPTED;
        if (seconds_now() > deadline) return PROCESS_TIMED_OUT;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

static bool open_pipes(int pipes[3][2]) {
    for (int i = 0; i < 3; i++) {
        if (pipe2(pipes[i], O_CLOEXEC) == 0) continue;
        while (i-- > 0) {
            close(pipes[i][0]);
            close(pipes[i][1]);
        }
        return false;
    }
    return true;
}

static void first_line(const char *text, char *line, size_t size) {
    size_t length = strcspn(text, "\n");
    if (length >= size) length = size - 1;
    memcpy(line, text, length);
    line[length] = 0;
}

bool process_run(char *const *argv, int cpu, double timeout, ProcessResult *result, Error *error) {
    int pipes[3][2]; /* its output, its errors, and what exec failed with */
    *result = (ProcessResult){0};
    double deadline = seconds_now() + timeout;
    pid_t child = -1;
    if (open_pipes(pipes)) {
        child = fork();
        if (child == 0) become(argv, cpu, pipes[0], pipes[1], pipes[2][1]);
        int reason = errno;
        for (int i = 0; i < 3; i++) {
            close(pipes[i][1]);
            if (child < 0) close(pipes[i][0]);
        }
        errno = reason;
    }
    if (child < 0) return fail(error, ERROR_FILE, "cannot start a process: %s", strerror(errno));

    int exec_error = 0;
    while (read(pipes[2][0], &exec_error, sizeof exec_error) < 0 && errno == EINTR)
        continue;
    Stream streams[2] = {{.descriptor = pipes[0][0], .limit = OUTPUT_LIMIT},
                         {.descriptor = pipes[1][0], .limit = sizeof result->complaint}};
    int status = 0;
    result->end = collect(streams, deadline);
    if (result->end == PROCESS_EXITED) result->end = reap(child, deadline, &status);
    if (result->end != PROCESS_EXITED) {
        kill(-child, SIGKILL); /* and what it has started */
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            continue;
    } else if (WIFSIGNALED(status)) {
        result->end = PROCESS_SIGNALLED;
    }
    result->status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    result->output = streams[0].bytes ? streams[0].bytes : copy_string("");
    result->length = streams[0].length;
    if (streams[1].bytes) first_line(streams[1].bytes, result->complaint, sizeof result->complaint);
    free(streams[1].bytes);
    for (int i = 0; i < 3; i++)
        close(pipes[i][0]);
    if (!exec_error) return true;
    free(result->output);
    result->output = NULL;
    return fail(error, ERROR_FILE, "cannot start %s: %s", argv[0], strerror(exec_error));
}
