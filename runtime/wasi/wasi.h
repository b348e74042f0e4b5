/* WASI preview 1: the system interface of command-line WebAssembly programs, as host functions.
 *
 * Provides the modules `wasi_snapshot_preview1` and `wasi_unstable` (the older snapshot: the same
 * functions with other numbers and layouts in four of them). A guest reaches its arguments, its
 * environment, the three standard streams, clocks, random bytes, and the files under the
 * directories that were preopened for it; no path, `..` or symbolic link leads out of those.
 * Sockets and signals are not there: sock_* and proc_raise report an error to the guest.
 *
 *     wasi.c             the table of functions; what needs no file
 *     descriptors.c, files.c, paths.c, poll.c: by what they are about
 *     open_beneath.h     opens what lies below a directory, and nothing else
 *     guest.c            the guest's memory (internal.h)
 *
 * Every pointer and length from the guest is checked against the memory that the caller exports as
 * "memory"; a bad one is EFAULT for the guest, never a crash. */
#ifndef TAILRACE_RUNTIME_WASI_WASI_H
#define TAILRACE_RUNTIME_WASI_WASI_H

#include "runtime/runtime.h"

typedef struct WasiPreopen {
    const char *host_path;  /* a directory of the host */
    const char *guest_path; /* its name in the guest, usually "/", "." or the host's own */
} WasiPreopen;

typedef struct WasiOptions {
    size_t argument_count;
    const char *const *arguments; /* the first is the program's name */
    size_t variable_count;
    const char *const *variables; /* the environment, "NAME=value" each */
    size_t preopen_count;
    const WasiPreopen *preopens;
    /* File descriptors of the host, borrowed: they are never closed and their flags not changed.
     * One that is not open (-1, say) is not open in the guest either. */
    int standard_input;
    int standard_output;
    int standard_error;
    /* Resolve paths component by component even where the kernel can confine them itself (openat2,
     * Linux 5.6). Slower; what happens anyway on other kernels, and in tests. */
    bool portable_paths;
} WasiOptions;

typedef struct Wasi Wasi;

/* A new system for guests in `store`, with copies of all that `options` points to. NULL and an
 * Error (ERROR_FILE: a directory cannot be opened; ERROR_MEMORY) on failure. It must live as long
 * as the guests run, and be freed with wasi_free, which closes the guest's files. */
Wasi *wasi_new(Store *store, const WasiOptions *options, Error *error);
void wasi_free(Wasi *wasi);

/* An ImportResolver whose context is a Wasi: finds WASI's functions and nothing else. */
bool wasi_resolve(void *wasi, const Import *import, Extern *found);

#endif
