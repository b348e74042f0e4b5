/* What the files of the WASI implementation share: calls, guest memory, descriptors, errors.
 *
 *     wasi.c          the table of functions, arguments, environment, clocks, random, exit
 *     guest.c         the guest's memory, and errors in its numbers
 *     descriptors.c   the guest's descriptor table and rights
 *     files.c         fd_*: work on an open file or directory
 *     paths.c         path_*: work on a name below an open directory
 *     poll.c          poll_oneoff
 *     open_beneath.c  the sandbox: opening a path that must not lead out of a directory */
#ifndef TAILRACE_RUNTIME_WASI_INTERNAL_H
#define TAILRACE_RUNTIME_WASI_INTERNAL_H

#include <endian.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "runtime/wasi/wasi.h"

/* ---- Numbers of the interface (witx: typenames) ---------------------------------------------- */

typedef uint16_t WasiErrno;
enum {
    WASI_SUCCESS = 0,
    WASI_EACCES = 2,
    WASI_EBADF = 8,
    WASI_EEXIST = 20,
    WASI_EFAULT = 21,
    WASI_EFBIG = 22,
    WASI_EINVAL = 28,
    WASI_EIO = 29,
    WASI_EISDIR = 31,
    WASI_ELOOP = 32,
    WASI_EMFILE = 33,
    WASI_ENAMETOOLONG = 37,
    WASI_ENOENT = 44,
    WASI_ENOMEM = 48,
    WASI_ENOSYS = 52,
    WASI_ENOTDIR = 54,
    WASI_ENOTEMPTY = 55,
    WASI_ENOTSOCK = 57,
    WASI_ENOTSUP = 58,
    WASI_EPERM = 63,
    WASI_ESPIPE = 70,
    WASI_ENOTCAPABLE = 76,
};

typedef uint64_t WasiRights;
enum {
    RIGHT_FD_DATASYNC = 1 << 0,
    RIGHT_FD_READ = 1 << 1,
    RIGHT_FD_SEEK = 1 << 2,
    RIGHT_FD_FDSTAT_SET_FLAGS = 1 << 3,
    RIGHT_FD_SYNC = 1 << 4,
    RIGHT_FD_TELL = 1 << 5,
    RIGHT_FD_WRITE = 1 << 6,
    RIGHT_FD_ADVISE = 1 << 7,
    RIGHT_FD_ALLOCATE = 1 << 8,
    RIGHT_PATH_CREATE_DIRECTORY = 1 << 9,
    RIGHT_PATH_CREATE_FILE = 1 << 10,
    RIGHT_PATH_LINK_SOURCE = 1 << 11,
    RIGHT_PATH_LINK_TARGET = 1 << 12,
    RIGHT_PATH_OPEN = 1 << 13,
    RIGHT_FD_READDIR = 1 << 14,
    RIGHT_PATH_READLINK = 1 << 15,
    RIGHT_PATH_RENAME_SOURCE = 1 << 16,
    RIGHT_PATH_RENAME_TARGET = 1 << 17,
    RIGHT_PATH_FILESTAT_GET = 1 << 18,
    RIGHT_PATH_FILESTAT_SET_SIZE = 1 << 19,
    RIGHT_PATH_FILESTAT_SET_TIMES = 1 << 20,
    RIGHT_FD_FILESTAT_GET = 1 << 21,
    RIGHT_FD_FILESTAT_SET_SIZE = 1 << 22,
    RIGHT_FD_FILESTAT_SET_TIMES = 1 << 23,
    RIGHT_PATH_SYMLINK = 1 << 24,
    RIGHT_PATH_REMOVE_DIRECTORY = 1 << 25,
    RIGHT_PATH_UNLINK_FILE = 1 << 26,
    RIGHT_POLL_FD_READWRITE = 1 << 27,
    RIGHT_SOCK_SHUTDOWN = 1 << 28,
    RIGHT_SOCK_ACCEPT = 1 << 29,
    ALL_RIGHTS = (1 << 30) - 1,
};

enum { /* filetype */
       FILETYPE_UNKNOWN = 0,
       FILETYPE_BLOCK_DEVICE = 1,
       FILETYPE_CHARACTER_DEVICE = 2,
       FILETYPE_DIRECTORY = 3,
       FILETYPE_REGULAR_FILE = 4,
       FILETYPE_SOCKET_STREAM = 6,
       FILETYPE_SYMBOLIC_LINK = 7,
};

enum { /* fdflags */
       FDFLAG_APPEND = 1 << 0,
       FDFLAG_DSYNC = 1 << 1,
       FDFLAG_NONBLOCK = 1 << 2,
       FDFLAG_RSYNC = 1 << 3,
       FDFLAG_SYNC = 1 << 4,
       ALL_FDFLAGS = (1 << 5) - 1,
};

enum { LOOKUP_SYMLINK_FOLLOW = 1 << 0 };

/* ---- Functions ------------------------------------------------------------------------------- */

/* The name and the signature (i: i32, I: i64) of each function; all return an errno, except that
 * proc_exit does not return. */
#define WASI_FUNCTIONS(X)                                                                          \
    X(args_get, "ii")                                                                              \
    X(args_sizes_get, "ii")                                                                        \
    X(environ_get, "ii")                                                                           \
    X(environ_sizes_get, "ii")                                                                     \
    X(clock_res_get, "ii")                                                                         \
    X(clock_time_get, "iIi")                                                                       \
    X(fd_advise, "iIIi")                                                                           \
    X(fd_allocate, "iII")                                                                          \
    X(fd_close, "i")                                                                               \
    X(fd_datasync, "i")                                                                            \
    X(fd_fdstat_get, "ii")                                                                         \
    X(fd_fdstat_set_flags, "ii")                                                                   \
    X(fd_fdstat_set_rights, "iII")                                                                 \
    X(fd_filestat_get, "ii")                                                                       \
    X(fd_filestat_set_size, "iI")                                                                  \
    X(fd_filestat_set_times, "iIIi")                                                               \
    X(fd_pread, "iiiIi")                                                                           \
    X(fd_prestat_get, "ii")                                                                        \
    X(fd_prestat_dir_name, "iii")                                                                  \
    X(fd_pwrite, "iiiIi")                                                                          \
    X(fd_read, "iiii")                                                                             \
    X(fd_readdir, "iiiIi")                                                                         \
    X(fd_renumber, "ii")                                                                           \
    X(fd_seek, "iIii")                                                                             \
    X(fd_sync, "i")                                                                                \
    X(fd_tell, "ii")                                                                               \
    X(fd_write, "iiii")                                                                            \
    X(path_create_directory, "iii")                                                                \
    X(path_filestat_get, "iiiii")                                                                  \
    X(path_filestat_set_times, "iiiiIIi")                                                          \
    X(path_link, "iiiiiii")                                                                        \
    X(path_open, "iiiiiIIii")                                                                      \
    X(path_readlink, "iiiiii")                                                                     \
    X(path_remove_directory, "iii")                                                                \
    X(path_rename, "iiiiii")                                                                       \
    X(path_symlink, "iiiii")                                                                       \
    X(path_unlink_file, "iii")                                                                     \
    X(poll_oneoff, "iiii")                                                                         \
    X(proc_exit, "i!")                                                                             \
    X(proc_raise, "i")                                                                             \
    X(random_get, "ii")                                                                            \
    X(sched_yield, "")                                                                             \
    X(sock_accept, "iii")                                                                          \
    X(sock_recv, "iiiiii")                                                                         \
    X(sock_send, "iiiii")                                                                          \
    X(sock_shutdown, "ii")

enum {
#define X(name, signature) +1
    WASI_FUNCTION_COUNT = 0 WASI_FUNCTIONS(X)
#undef X
};

/* ---- Descriptors ----------------------------------------------------------------------------- */

typedef struct Descriptor {
    int host;              /* the host's file descriptor; -1: this entry is free */
    bool borrowed;         /* belongs to someone else: do not close it or change its flags */
    uint8_t type;          /* FILETYPE_* */
    uint16_t flags;        /* FDFLAG_* */
    WasiRights applicable; /* what makes sense for this kind of file */
    WasiRights rights;
    WasiRights inheriting; /* the most that files opened below this directory can have */
    char *preopen;         /* the directory's name in the guest, owned; NULL: not preopened */
} Descriptor;

typedef struct WasiEntry WasiEntry;

/* One function in one snapshot: the environment of its host functions. */
typedef struct Binding {
    Wasi *wasi;
    const WasiEntry *entry;
    bool unstable;
} Binding;

struct Wasi {
    Store *store;
    char **arguments; /* NULL-terminated, as is the next */
    char **variables;
    Descriptor *descriptors; /* by the guest's number */
    uint32_t descriptor_count;
    bool portable_paths;
    Instance *caller; /* the last one, and its memory */
    Memory *memory;
    Binding bindings[2][WASI_FUNCTION_COUNT]; /* preview 1, unstable */
};

/* Looks entry `number` up: returns WASI_SUCCESS and *found, or EBADF, or the error that fits if one
 * of `rights` is missing. *found is valid until a descriptor is added. */
WasiErrno descriptor_find(Wasi *wasi, uint32_t number, WasiRights rights, Descriptor **found);
/* Takes ownership of `host` (unless borrowed), fills type and applicable rights, and gives it the
 * lowest free number from `lowest` (at most 3) on. On failure `host` still belongs to the caller.
 */
WasiErrno descriptor_add(Wasi *wasi, int host, bool borrowed, uint32_t lowest, uint32_t *number);
/* Frees the entry and closes what it owns; returns close's error. */
WasiErrno descriptor_close(Descriptor *descriptor);

/* ---- Calls ----------------------------------------------------------------------------------- */

typedef struct WasiCall {
    Wasi *wasi;
    Memory *memory;      /* the caller's, of the exported name "memory" */
    uint64_t *arguments; /* an i32 in the low half, the rest is zero */
    bool unstable;       /* called through wasi_unstable */
    Trap trap;           /* set by proc_exit */
} WasiCall;

typedef WasiErrno (*WasiFunction)(WasiCall *call);

#define X(name, signature) WasiErrno wasi_##name(WasiCall *call);
WASI_FUNCTIONS(X)
#undef X

static inline uint32_t argument32(const WasiCall *call, unsigned index) {
    return (uint32_t)call->arguments[index];
}

/* ---- Guest memory ---------------------------------------------------------------------------- */

/* The `size` bytes of guest memory at `address`, or NULL if they are not all in bounds. Valid as
 * long as no guest code runs. */
uint8_t *guest_bytes(const WasiCall *call, uint32_t address, uint64_t size);

/* The guest is little-endian, and nothing says that its pointers are aligned. */
static inline uint32_t load32(const uint8_t *bytes) {
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return le32toh(value);
}

static inline uint64_t load64(const uint8_t *bytes) {
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return le64toh(value);
}

static inline void store16(uint8_t *bytes, uint16_t value) {
    value = htole16(value);
    memcpy(bytes, &value, sizeof value);
}

static inline void store32(uint8_t *bytes, uint32_t value) {
    value = htole32(value);
    memcpy(bytes, &value, sizeof value);
}

static inline void store64(uint8_t *bytes, uint64_t value) {
    value = htole64(value);
    memcpy(bytes, &value, sizeof value);
}

/* ---- Conversions ----------------------------------------------------------------------------- */

WasiErrno errno_to_wasi(int error);

/* Writes a filestat in the layout of the call's snapshot; EFAULT if `address` is bad. */
WasiErrno store_filestat(const WasiCall *call, uint32_t address, const struct stat *status);
uint64_t filestat_size(const WasiCall *call);

/* The times of futimens from the interface's; EINVAL if the flags contradict each other. */
WasiErrno timestamps(uint64_t access, uint64_t modification, uint32_t flags,
                     struct timespec times[2]);

uint8_t filetype_of(mode_t mode);

#endif
