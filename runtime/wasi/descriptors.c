#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/wasi/internal.h"

/* More open files than this make no sense to any program; the host's own limit is usually lower. */
enum { MAX_DESCRIPTORS = 1 << 16 };

enum {
    /* What can be done with an open file of any kind. */
    COMMON_RIGHTS = RIGHT_FD_FDSTAT_SET_FLAGS | RIGHT_FD_FILESTAT_GET |
                    RIGHT_FD_FILESTAT_SET_TIMES | RIGHT_FD_SYNC | RIGHT_FD_DATASYNC |
                    RIGHT_FD_ADVISE | RIGHT_POLL_FD_READWRITE,
    STREAM_RIGHTS = COMMON_RIGHTS | RIGHT_FD_READ | RIGHT_FD_WRITE,
    FILE_RIGHTS = STREAM_RIGHTS | RIGHT_FD_SEEK | RIGHT_FD_TELL | RIGHT_FD_ALLOCATE |
                  RIGHT_FD_FILESTAT_SET_SIZE,
    SOCKET_RIGHTS = STREAM_RIGHTS | RIGHT_SOCK_SHUTDOWN | RIGHT_SOCK_ACCEPT,
    DIRECTORY_RIGHTS = COMMON_RIGHTS | RIGHT_PATH_CREATE_DIRECTORY | RIGHT_PATH_CREATE_FILE |
                       RIGHT_PATH_LINK_SOURCE | RIGHT_PATH_LINK_TARGET | RIGHT_PATH_OPEN |
                       RIGHT_FD_READDIR | RIGHT_PATH_READLINK | RIGHT_PATH_RENAME_SOURCE |
                       RIGHT_PATH_RENAME_TARGET | RIGHT_PATH_FILESTAT_GET |
                       RIGHT_PATH_FILESTAT_SET_SIZE | RIGHT_PATH_FILESTAT_SET_TIMES |
                       RIGHT_PATH_SYMLINK | RIGHT_PATH_REMOVE_DIRECTORY | RIGHT_PATH_UNLINK_FILE,
};

uint8_t filetype_of(mode_t mode) {
    switch (mode & S_IFMT) {
    case S_IFREG: return FILETYPE_REGULAR_FILE;
    case S_IFDIR: return FILETYPE_DIRECTORY;
    case S_IFLNK: return FILETYPE_SYMBOLIC_LINK;
    case S_IFCHR: return FILETYPE_CHARACTER_DEVICE;
    case S_IFBLK: return FILETYPE_BLOCK_DEVICE;
    case S_IFSOCK: return FILETYPE_SOCKET_STREAM;
    default: return FILETYPE_UNKNOWN; /* a pipe has no type of its own */
    }
}

/* wasi-libc's isatty asks for a character device that cannot seek, so /dev/null and the like, which
 * can be asked to seek, keep that right, and terminals do not get it. */
static WasiRights applicable_rights(int host, uint8_t type) {
    switch (type) {
    case FILETYPE_DIRECTORY: return DIRECTORY_RIGHTS;
    case FILETYPE_REGULAR_FILE:
    case FILETYPE_BLOCK_DEVICE: return FILE_RIGHTS;
    case FILETYPE_CHARACTER_DEVICE: return isatty(host) ? STREAM_RIGHTS : FILE_RIGHTS;
    case FILETYPE_SOCKET_STREAM: return SOCKET_RIGHTS;
    default: return STREAM_RIGHTS;
    }
}

WasiErrno descriptor_find(Wasi *wasi, uint32_t number, WasiRights rights, Descriptor **found) {
    if (number >= wasi->descriptor_count || wasi->descriptors[number].host < 0) return WASI_EBADF;
    Descriptor *descriptor = &wasi->descriptors[number];
    *found = descriptor;
    if ((rights & ~descriptor->applicable) != 0) { /* makes no sense for this kind of file */
        bool directory = descriptor->type == FILETYPE_DIRECTORY;
        if (directory && (rights & (RIGHT_FD_READ | RIGHT_FD_WRITE))) return WASI_EISDIR;
        if (directory) return WASI_EBADF;
        if (rights & (DIRECTORY_RIGHTS & ~COMMON_RIGHTS)) return WASI_ENOTDIR;
        if (rights & (RIGHT_FD_SEEK | RIGHT_FD_TELL)) return WASI_ESPIPE;
        return WASI_EINVAL;
    }
    return (rights & ~descriptor->rights) != 0 ? WASI_ENOTCAPABLE : WASI_SUCCESS;
}

WasiErrno descriptor_add(Wasi *wasi, int host, bool borrowed, uint32_t lowest, uint32_t *number) {
    struct stat status;
    if (fstat(host, &status) != 0) return errno_to_wasi(errno);

    uint32_t free_number = lowest;
    while (free_number < wasi->descriptor_count && wasi->descriptors[free_number].host >= 0)
        free_number++;
    if (free_number == wasi->descriptor_count) {
        if (wasi->descriptor_count >= MAX_DESCRIPTORS) return WASI_EMFILE;
        uint32_t count = wasi->descriptor_count ? wasi->descriptor_count * 2 : 8;
        Descriptor *descriptors = realloc(wasi->descriptors, count * sizeof *descriptors);
        if (!descriptors) return WASI_ENOMEM;
        for (uint32_t i = wasi->descriptor_count; i < count; i++)
            descriptors[i] = (Descriptor){.host = -1};
        wasi->descriptors = descriptors;
        wasi->descriptor_count = count;
    }

    uint8_t type = filetype_of(status.st_mode);
    wasi->descriptors[free_number] = (Descriptor){
        .host = host,
        .borrowed = borrowed,
        .type = type,
        .applicable = applicable_rights(host, type),
    };
    *number = free_number;
    return WASI_SUCCESS;
}

WasiErrno descriptor_close(Descriptor *descriptor) {
    int failed = descriptor->borrowed ? 0 : close(descriptor->host);
    WasiErrno error = failed ? errno_to_wasi(errno) : WASI_SUCCESS;
    free(descriptor->preopen);
    *descriptor = (Descriptor){.host = -1};
    return error;
}
