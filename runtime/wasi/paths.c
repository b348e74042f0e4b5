/* WASI's path_* functions: names below an open directory. The sandbox itself is open_beneath. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "runtime/wasi/internal.h"
#include "runtime/wasi/open_beneath.h"

static WasiErrno status_of(int failed) { return failed ? errno_to_wasi(errno) : WASI_SUCCESS; }

static WasiErrno copy_path(const WasiCall *call, uint32_t address, uint32_t length,
                           char path[PATH_MAX]) {
    const uint8_t *bytes = guest_bytes(call, address, length);
    if (!bytes) return WASI_EFAULT;
    if (length >= PATH_MAX) return WASI_ENAMETOOLONG;
    memcpy(path, bytes, length);
    path[length] = 0;
    return memchr(path, 0, length) ? WASI_EINVAL : WASI_SUCCESS;
}

/* Opens the file that argument `first` (directory), `first + 1` (lookup flags), + 2 and + 3 (path)
 * name, only to ask about it or set its times. */
static WasiErrno open_to_inspect(WasiCall *call, WasiRights rights, int *opened) {
    Descriptor *directory;
    WasiErrno error = descriptor_find(call->wasi, argument32(call, 0), rights, &directory);
    if (error) return error;
    char path[PATH_MAX];
    error = copy_path(call, argument32(call, 2), argument32(call, 3), path);
    if (error) return error;
    int follow = argument32(call, 1) & LOOKUP_SYMLINK_FOLLOW ? 0 : O_NOFOLLOW;
    *opened = open_beneath(directory->host, path, O_PATH | follow, 0, call->wasi->portable_paths);
    return *opened < 0 ? errno_to_wasi(errno) : WASI_SUCCESS;
}

WasiErrno wasi_path_filestat_get(WasiCall *call) {
    int opened;
    WasiErrno error = open_to_inspect(call, RIGHT_PATH_FILESTAT_GET, &opened);
    if (error) return error;
    struct stat status;
    error = status_of(fstat(opened, &status));
    close(opened);
    return error ? error : store_filestat(call, argument32(call, 4), &status);
}

WasiErrno wasi_path_filestat_set_times(WasiCall *call) {
    struct timespec times[2];
    WasiErrno error =
        timestamps(call->arguments[4], call->arguments[5], argument32(call, 6), times);
    int opened;
    if (!error) error = open_to_inspect(call, RIGHT_PATH_FILESTAT_SET_TIMES, &opened);
    if (error) return error;
    error = status_of(utimensat(opened, "", times, AT_EMPTY_PATH)); /* Linux 5.8 */
    close(opened);
    return error;
}

/* ---- path_open ------------------------------------------------------------------------------- */

enum { OPEN_CREATE = 1, OPEN_DIRECTORY = 2, OPEN_EXCLUSIVE = 4, OPEN_TRUNCATE = 8, ALL_OPEN = 15 };

static int open_flags(uint32_t lookup, uint32_t how, uint32_t flags, WasiRights rights) {
    enum {
        READS = RIGHT_FD_READ | RIGHT_FD_READDIR,
        WRITES = RIGHT_FD_WRITE | RIGHT_FD_ALLOCATE | RIGHT_FD_FILESTAT_SET_SIZE,
    };
    /* Directories are opened to write no more than on the host, which says EISDIR. What is only
     * read can be synchronised, too: directories have that right. */
    int result = O_NOCTTY;
    result |= !(rights & WRITES) ? O_RDONLY : rights & READS ? O_RDWR : O_WRONLY;
    if (how & OPEN_DIRECTORY) result |= O_DIRECTORY;
    if (how & OPEN_CREATE) result |= O_CREAT;
    if ((how & OPEN_CREATE) && (how & OPEN_EXCLUSIVE)) result |= O_EXCL;
    if (how & OPEN_TRUNCATE) result |= O_TRUNC;
    if (!(lookup & LOOKUP_SYMLINK_FOLLOW)) result |= O_NOFOLLOW;
    if (flags & FDFLAG_APPEND) result |= O_APPEND;
    if (flags & FDFLAG_NONBLOCK) result |= O_NONBLOCK;
    if (flags & FDFLAG_DSYNC) result |= O_DSYNC;
    if (flags & (FDFLAG_RSYNC | FDFLAG_SYNC)) result |= O_SYNC;
    return result;
}

WasiErrno wasi_path_open(WasiCall *call) {
    uint32_t how = argument32(call, 4), flags = argument32(call, 7);
    if ((how & ~(uint32_t)ALL_OPEN) || (flags & ~(uint32_t)ALL_FDFLAGS)) return WASI_EINVAL;
    if ((how & OPEN_CREATE) && (how & OPEN_DIRECTORY)) return WASI_EINVAL;

    WasiRights needed = RIGHT_PATH_OPEN;
    if (how & OPEN_CREATE) needed |= RIGHT_PATH_CREATE_FILE;
    if (how & OPEN_TRUNCATE) needed |= RIGHT_PATH_FILESTAT_SET_SIZE;
    Descriptor *directory;
    WasiErrno error = descriptor_find(call->wasi, argument32(call, 0), needed, &directory);
    if (error) return error;
    WasiRights rights = call->arguments[5] & ALL_RIGHTS;
    if (rights & ~directory->inheriting) return WASI_ENOTCAPABLE;
    WasiRights inheriting = call->arguments[6] & directory->inheriting;

    uint8_t *number_at = guest_bytes(call, argument32(call, 8), 4);
    if (!number_at) return WASI_EFAULT;
    char path[PATH_MAX];
    error = copy_path(call, argument32(call, 2), argument32(call, 3), path);
    if (error) return error;
    int host =
        open_beneath(directory->host, path, open_flags(argument32(call, 1), how, flags, rights),
                     0666, call->wasi->portable_paths);
    if (host < 0) return errno_to_wasi(errno);

    uint32_t number;
    error = descriptor_add(call->wasi, host, false, 0, &number);
    if (error) {
        close(host);
        return error;
    }
    Descriptor *opened = &call->wasi->descriptors[number];
    opened->flags = (uint16_t)flags;
    opened->rights = rights & opened->applicable;
    opened->inheriting = opened->type == FILETYPE_DIRECTORY ? inheriting : 0;
    store32(number_at, number);
    return WASI_SUCCESS;
}

/* ---- Making, moving and removing names ------------------------------------------------------- */

/* Where a name stands, or could stand: what the *at functions that do not follow links take. */
typedef struct Place {
    int parent;
    char name[NAME_MAX + 1];
    bool slashes; /* the path ended with a slash */
} Place;

static WasiErrno find_place(const WasiCall *call, unsigned directory_at, unsigned path_at,
                            WasiRights rights, Place *place) {
    Descriptor *directory;
    WasiErrno error =
        descriptor_find(call->wasi, argument32(call, directory_at), rights, &directory);
    if (error) return error;
    char path[PATH_MAX];
    error = copy_path(call, argument32(call, path_at), argument32(call, path_at + 1), path);
    if (error) return error;
    place->parent = open_parent_beneath(directory->host, path, place->name, &place->slashes,
                                        call->wasi->portable_paths);
    return place->parent < 0 ? errno_to_wasi(errno) : WASI_SUCCESS;
}

/* A trailing slash is for directories only. */
static WasiErrno check_slashes(const Place *place, bool slashes) {
    struct stat status;
    if (!slashes) return WASI_SUCCESS;
    if (fstatat(place->parent, place->name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return errno_to_wasi(errno);
    return S_ISDIR(status.st_mode) ? WASI_SUCCESS : WASI_ENOTDIR;
}

WasiErrno wasi_path_create_directory(WasiCall *call) {
    Place place;
    WasiErrno error = find_place(call, 0, 1, RIGHT_PATH_CREATE_DIRECTORY, &place);
    if (error) return error;
    error = status_of(mkdirat(place.parent, place.name, 0777));
    close(place.parent);
    return error;
}

WasiErrno wasi_path_remove_directory(WasiCall *call) {
    Place place;
    WasiErrno error = find_place(call, 0, 1, RIGHT_PATH_REMOVE_DIRECTORY, &place);
    if (error) return error;
    error = status_of(unlinkat(place.parent, place.name, AT_REMOVEDIR));
    close(place.parent);
    return error;
}

WasiErrno wasi_path_unlink_file(WasiCall *call) {
    Place place;
    WasiErrno error = find_place(call, 0, 1, RIGHT_PATH_UNLINK_FILE, &place);
    if (error) return error;
    error = check_slashes(&place, place.slashes);
    if (!error) error = status_of(unlinkat(place.parent, place.name, 0));
    close(place.parent);
    return error;
}

WasiErrno wasi_path_link(WasiCall *call) {
    /* Following the last link would leave the sandbox's hands. */
    if (argument32(call, 1) & LOOKUP_SYMLINK_FOLLOW) return WASI_EINVAL;
    Place from, to;
    WasiErrno error = find_place(call, 0, 2, RIGHT_PATH_LINK_SOURCE, &from);
    if (error) return error;
    error = find_place(call, 4, 5, RIGHT_PATH_LINK_TARGET, &to);
    if (!error) {
        error = check_slashes(&from, from.slashes);
        if (!error) error = check_slashes(&to, to.slashes);
        if (!error) error = status_of(linkat(from.parent, from.name, to.parent, to.name, 0));
        close(to.parent);
    }
    close(from.parent);
    return error;
}

WasiErrno wasi_path_rename(WasiCall *call) {
    Place from, to;
    WasiErrno error = find_place(call, 0, 1, RIGHT_PATH_RENAME_SOURCE, &from);
    if (error) return error;
    error = find_place(call, 3, 4, RIGHT_PATH_RENAME_TARGET, &to);
    if (!error) {
        error = check_slashes(&from, from.slashes || to.slashes);
        if (!error) error = status_of(renameat(from.parent, from.name, to.parent, to.name));
        close(to.parent);
    }
    close(from.parent);
    return error;
}

WasiErrno wasi_path_symlink(WasiCall *call) {
    char target[PATH_MAX];
    WasiErrno error = copy_path(call, argument32(call, 0), argument32(call, 1), target);
    if (error) return error;
    if (target[0] == '/') return WASI_EPERM; /* no guest could follow it, but others would */
    Place place;
    error = find_place(call, 2, 3, RIGHT_PATH_SYMLINK, &place);
    if (error) return error;
    error = check_slashes(&place, place.slashes);
    if (!error) error = status_of(symlinkat(target, place.parent, place.name));
    close(place.parent);
    return error;
}

WasiErrno wasi_path_readlink(WasiCall *call) {
    uint32_t size = argument32(call, 4);
    uint8_t *buffer = guest_bytes(call, argument32(call, 3), size);
    uint8_t *used_at = guest_bytes(call, argument32(call, 5), 4);
    if (!buffer || !used_at) return WASI_EFAULT;
    Place place;
    WasiErrno error = find_place(call, 0, 1, RIGHT_PATH_READLINK, &place);
    if (error) return error;
    error = check_slashes(&place, place.slashes);
    char target[PATH_MAX];
    ssize_t length = 0;
    if (!error) {
        length = readlinkat(place.parent, place.name, target, sizeof target);
        error = status_of(length < 0);
    }
    close(place.parent);
    if (error) return error;
    if ((size_t)length > size) length = size;
    memcpy(buffer, target, (size_t)length);
    store32(used_at, (uint32_t)length);
    return WASI_SUCCESS;
}
