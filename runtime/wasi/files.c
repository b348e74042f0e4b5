/* WASI's fd_* functions: what can be done with an open file or directory. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "runtime/wasi/internal.h"

static WasiErrno status_of(int failed) { return failed ? errno_to_wasi(errno) : WASI_SUCCESS; }

/* ---- Reading and writing --------------------------------------------------------------------- */

/* The guest's vectors as the host's, without the empty ones. Only the first IOV_MAX are taken:
 * reading and writing less than asked for is legal, and the guest then asks again. */
static WasiErrno gather(const WasiCall *call, uint32_t address, uint32_t count,
                        struct iovec vectors[IOV_MAX], int *gathered) {
    const uint8_t *bytes = guest_bytes(call, address, (uint64_t)count * 8);
    if (!bytes) return WASI_EFAULT;
    *gathered = 0;
    for (uint32_t i = 0; i < count && *gathered < IOV_MAX; i++, bytes += 8) {
        uint32_t size = load32(bytes + 4);
        if (size == 0) continue;
        uint8_t *buffer = guest_bytes(call, load32(bytes), size);
        if (!buffer) return WASI_EFAULT;
        vectors[(*gathered)++] = (struct iovec){buffer, size};
    }
    return WASI_SUCCESS;
}

/* A borrowed file's flags are not ours to change, so O_NONBLOCK is imitated there. */
static bool would_block(const Descriptor *descriptor, short events) {
    if (!descriptor->borrowed || !(descriptor->flags & FDFLAG_NONBLOCK)) return false;
    struct pollfd waiting = {.fd = descriptor->host, .events = events};
    return poll(&waiting, 1, 0) == 0;
}

/* Another process that shares a borrowed file may have made it non-blocking: wait in its place. */
static bool wait_again(const Descriptor *descriptor, short events) {
    if (errno != EAGAIN || (descriptor->flags & FDFLAG_NONBLOCK)) return false;
    struct pollfd waiting = {.fd = descriptor->host, .events = events};
    return poll(&waiting, 1, -1) >= 0 || errno == EINTR;
}

typedef enum Access { READ, WRITE, READ_AT, WRITE_AT } Access;

static WasiErrno move_bytes(WasiCall *call, Access kind, WasiRights rights, int64_t offset,
                            uint32_t result) {
    Descriptor *descriptor;
    WasiErrno error = descriptor_find(call->wasi, argument32(call, 0), rights, &descriptor);
    if (error) return error;
    if (offset < 0) return WASI_EINVAL;
    struct iovec vectors[IOV_MAX];
    int count;
    error = gather(call, argument32(call, 1), argument32(call, 2), vectors, &count);
    if (error) return error;
    uint8_t *done_at = guest_bytes(call, result, 4);
    if (!done_at) return WASI_EFAULT;
    bool reads = kind == READ || kind == READ_AT;
    if (would_block(descriptor, reads ? POLLIN : POLLOUT)) return errno_to_wasi(EAGAIN);

    int host = descriptor->host;
    ssize_t done;
    do {
        done = kind == READ      ? readv(host, vectors, count)
               : kind == WRITE   ? writev(host, vectors, count)
               : kind == READ_AT ? preadv(host, vectors, count, offset)
                                 : pwritev(host, vectors, count, offset);
    } while (done < 0 && (errno == EINTR || wait_again(descriptor, reads ? POLLIN : POLLOUT)));
    if (done < 0) return errno_to_wasi(errno);
    store32(done_at, (uint32_t)done);
    return WASI_SUCCESS;
}

WasiErrno wasi_fd_read(WasiCall *call) {
    return move_bytes(call, READ, RIGHT_FD_READ, 0, argument32(call, 3));
}

WasiErrno wasi_fd_write(WasiCall *call) {
    return move_bytes(call, WRITE, RIGHT_FD_WRITE, 0, argument32(call, 3));
}

WasiErrno wasi_fd_pread(WasiCall *call) {
    return move_bytes(call, READ_AT, RIGHT_FD_READ | RIGHT_FD_SEEK, (int64_t)call->arguments[3],
                      argument32(call, 4));
}

WasiErrno wasi_fd_pwrite(WasiCall *call) {
    return move_bytes(call, WRITE_AT, RIGHT_FD_WRITE | RIGHT_FD_SEEK, (int64_t)call->arguments[3],
                      argument32(call, 4));
}

/* ---- Position -------------------------------------------------------------------------------- */

static WasiErrno seek(WasiCall *call, WasiRights rights, int64_t offset, int whence,
                      uint32_t result) {
    Descriptor *descriptor;
    WasiErrno error = descriptor_find(call->wasi, argument32(call, 0), rights, &descriptor);
    if (error) return error;
    uint8_t *position_at = guest_bytes(call, result, 8);
    if (!position_at) return WASI_EFAULT;
    off_t position = lseek(descriptor->host, offset, whence);
    if (position < 0) return errno_to_wasi(errno);
    store64(position_at, (uint64_t)position);
    return WASI_SUCCESS;
}

WasiErrno wasi_fd_seek(WasiCall *call) {
    static const int preview1[] = {SEEK_SET, SEEK_CUR, SEEK_END};
    static const int unstable[] = {SEEK_CUR, SEEK_END, SEEK_SET};
    uint32_t whence = argument32(call, 2);
    if (whence > 2) return WASI_EINVAL;
    return seek(call, RIGHT_FD_SEEK, (int64_t)call->arguments[1],
                call->unstable ? unstable[whence] : preview1[whence], argument32(call, 3));
}

WasiErrno wasi_fd_tell(WasiCall *call) {
    return seek(call, RIGHT_FD_TELL, 0, SEEK_CUR, argument32(call, 1));
}

/* ---- The file as a whole --------------------------------------------------------------------- */

WasiErrno wasi_fd_advise(WasiCall *call) {
    static const int advices[] = {
        POSIX_FADV_NORMAL,   POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM,
        POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED,   POSIX_FADV_NOREUSE,
    };
    Descriptor *descriptor;
    WasiErrno error =
        descriptor_find(call->wasi, argument32(call, 0), RIGHT_FD_ADVISE, &descriptor);
    if (error) return error;
    int64_t offset = (int64_t)call->arguments[1], size = (int64_t)call->arguments[2];
    uint32_t advice = argument32(call, 3);
    if (offset < 0 || size < 0 || advice >= sizeof advices / sizeof advices[0]) return WASI_EINVAL;
    if (descriptor->type == FILETYPE_DIRECTORY) return WASI_EBADF;
    int failed = posix_fadvise(descriptor->host, offset, size, advices[advice]);
    return failed ? errno_to_wasi(failed) : WASI_SUCCESS;
}

WasiErrno wasi_fd_allocate(WasiCall *call) {
    Descriptor *descriptor;
    WasiErrno error =
        descriptor_find(call->wasi, argument32(call, 0), RIGHT_FD_ALLOCATE, &descriptor);
    if (error) return error;
    uint64_t offset = call->arguments[1], size = call->arguments[2];
    if (offset > INT64_MAX || size > INT64_MAX - offset) return WASI_EFBIG;
    return status_of(fallocate(descriptor->host, 0, (off_t)offset, (off_t)size));
}

WasiErrno wasi_fd_sync(WasiCall *call) {
    Descriptor *descriptor;
    WasiErrno error = descriptor_find(call->wasi, argument32(call, 0), RIGHT_FD_SYNC, &descriptor);
    return error ? error : status_of(fsync(descriptor->host));
}

WasiErrno wasi_fd_datasync(WasiCall *call) {
    Descriptor *descriptor;
    WasiErrno error =
        descriptor_find(call->wasi, argument32(call, 0), RIGHT_FD_DATASYNC, &descriptor);
    return error ? error : status_of(fdatasync(descriptor->host));
}

/* ---- filestat -------------------------------------------------------------------------------- */

uint64_t filestat_size(const WasiCall *call) { return call->unstable ? 56 : 64; }

static uint64_t nanoseconds(struct timespec time) { /* times before 1970 do not exist there */
    if (time.tv_sec < 0) return 0;
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

WasiErrno store_filestat(const WasiCall *call, uint32_t address, const struct stat *status) {
    uint8_t *bytes = guest_bytes(call, address, filestat_size(call));
    if (!bytes) return WASI_EFAULT;
    memset(bytes, 0, filestat_size(call));
    store64(bytes, status->st_dev);
    store64(bytes + 8, status->st_ino);
    bytes[16] = filetype_of(status->st_mode);
    if (call->unstable) { /* a 32-bit link count right behind the type */
        store32(bytes + 20, (uint32_t)status->st_nlink);
        bytes += 24;
    } else {
        store64(bytes + 24, status->st_nlink);
        bytes += 32;
    }
    store64(bytes, (uint64_t)status->st_size);
    store64(bytes + 8, nanoseconds(status->st_atim));
    store64(bytes + 16, nanoseconds(status->st_mtim));
    store64(bytes + 24, nanoseconds(status->st_ctim));
    return WASI_SUCCESS;
}

WasiErrno wasi_fd_filestat_get(WasiCall *call) {
    Descriptor *descriptor;
    WasiErrno error =
        descriptor_find(call->wasi, argument32(call, 0), RIGHT_FD_FILESTAT_GET, &descriptor);
    if (error) return error;
    struct stat status;
    if (fstat(descriptor->host, &status) != 0) return errno_to_wasi(errno);
    return store_filestat(call, argument32(call, 1), &status);
}

WasiErrno wasi_fd_filestat_set_size(WasiCall *call) {
    Descriptor *descriptor;
    WasiErrno error =
        descriptor_find(call->wasi, argument32(call, 0), RIGHT_FD_FILESTAT_SET_SIZE, &descriptor);
    if (error) return error;
    if (call->arguments[1] > INT64_MAX) return WASI_EFBIG;
    return status_of(ftruncate(descriptor->host, (off_t)call->arguments[1]));
}

/* One of the two times: given, now, or left alone. */
static bool timestamp(uint64_t given, bool set, bool now, struct timespec *time) {
    time->tv_sec = (time_t)(given / 1000000000u);
    time->tv_nsec = (long)(given % 1000000000u);
    if (!set) time->tv_nsec = now ? UTIME_NOW : UTIME_OMIT;
    return !(set && now);
}

WasiErrno timestamps(uint64_t access, uint64_t modification, uint32_t flags,
                     struct timespec times[2]) {
    enum { ACCESS = 1, ACCESS_NOW = 2, MODIFICATION = 4, MODIFICATION_NOW = 8, ALL = 15 };
    if (flags & ~(uint32_t)ALL) return WASI_EINVAL;
    bool valid = timestamp(access, flags & ACCESS, flags & ACCESS_NOW, &times[0]) &&
                 timestamp(modification, flags & MODIFICATION, flags & MODIFICATION_NOW, &times[1]);
    return valid ? WASI_SUCCESS : WASI_EINVAL;
}

WasiErrno wasi_fd_filestat_set_times(WasiCall *call) {
    Descriptor *descriptor;
    WasiErrno error =
        descriptor_find(call->wasi, argument32(call, 0), RIGHT_FD_FILESTAT_SET_TIMES, &descriptor);
    if (error) return error;
    struct timespec times[2];
    error = timestamps(call->arguments[1], call->arguments[2], argument32(call, 3), times);
    return error ? error : status_of(futimens(descriptor->host, times));
}

/* ---- The descriptor itself ------------------------------------------------------------------- */

WasiErrno wasi_fd_close(WasiCall *call) {
    Descriptor *descriptor;
    WasiErrno error = descriptor_find(call->wasi, argument32(call, 0), 0, &descriptor);
    return error ? error : descriptor_close(descriptor);
}

WasiErrno wasi_fd_renumber(WasiCall *call) {
    Descriptor *from, *to;
    WasiErrno error = descriptor_find(call->wasi, argument32(call, 0), 0, &from);
    if (!error) error = descriptor_find(call->wasi, argument32(call, 1), 0, &to);
    if (error || from == to) return error;
    descriptor_close(to); /* like dup2, which does not report what close said */
    *to = *from;
    *from = (Descriptor){.host = -1};
    return WASI_SUCCESS;
}

WasiErrno wasi_fd_fdstat_get(WasiCall *call) {
    Descriptor *descriptor;
    WasiErrno error = descriptor_find(call->wasi, argument32(call, 0), 0, &descriptor);
    if (error) return error;
    uint8_t *bytes = guest_bytes(call, argument32(call, 1), 24);
    if (!bytes) return WASI_EFAULT;
    memset(bytes, 0, 24);
    bytes[0] = descriptor->type;
    store16(bytes + 2, descriptor->flags);
    store64(bytes + 8, descriptor->rights);
    store64(bytes + 16, descriptor->inheriting);
    return WASI_SUCCESS;
}

WasiErrno wasi_fd_fdstat_set_flags(WasiCall *call) {
    enum { CHANGEABLE = FDFLAG_APPEND | FDFLAG_NONBLOCK };
    Descriptor *descriptor;
    WasiErrno error =
        descriptor_find(call->wasi, argument32(call, 0), RIGHT_FD_FDSTAT_SET_FLAGS, &descriptor);
    if (error) return error;
    uint32_t flags = argument32(call, 1);
    if (flags & ~(uint32_t)ALL_FDFLAGS) return WASI_EINVAL;
    uint32_t changed = flags ^ descriptor->flags;
    if (changed & ~(uint32_t)CHANGEABLE) return WASI_ENOTSUP; /* nor can the host */
    if (descriptor->borrowed) {
        if (changed & FDFLAG_APPEND) return WASI_ENOTSUP;
    } else {
        int host_flags = fcntl(descriptor->host, F_GETFL);
        if (host_flags < 0) return errno_to_wasi(errno);
        host_flags &= ~(O_APPEND | O_NONBLOCK);
        if (flags & FDFLAG_APPEND) host_flags |= O_APPEND;
        if (flags & FDFLAG_NONBLOCK) host_flags |= O_NONBLOCK;
        if (fcntl(descriptor->host, F_SETFL, host_flags) != 0) return errno_to_wasi(errno);
    }
    descriptor->flags = (uint16_t)flags;
    return WASI_SUCCESS;
}

WasiErrno wasi_fd_fdstat_set_rights(WasiCall *call) {
    Descriptor *descriptor;
    WasiErrno error = descriptor_find(call->wasi, argument32(call, 0), 0, &descriptor);
    if (error) return error;
    WasiRights rights = call->arguments[1], inheriting = call->arguments[2];
    if ((rights & ~descriptor->rights) || (inheriting & ~descriptor->inheriting))
        return WASI_ENOTCAPABLE; /* rights can only be given up */
    descriptor->rights = rights;
    descriptor->inheriting = inheriting;
    return WASI_SUCCESS;
}

/* ---- Directories ----------------------------------------------------------------------------- */

static WasiErrno find_preopen(WasiCall *call, Descriptor **found) {
    WasiErrno error = descriptor_find(call->wasi, argument32(call, 0), 0, found);
    if (error) return error;
    /* EBADF ends the loop with which wasi-libc looks for preopened directories. */
    return (*found)->preopen ? WASI_SUCCESS : WASI_EBADF;
}

WasiErrno wasi_fd_prestat_get(WasiCall *call) {
    Descriptor *descriptor;
    WasiErrno error = find_preopen(call, &descriptor);
    if (error) return error;
    uint8_t *bytes = guest_bytes(call, argument32(call, 1), 8);
    if (!bytes) return WASI_EFAULT;
    memset(bytes, 0, 8); /* the only kind there is, a directory, is number 0 */
    store32(bytes + 4, (uint32_t)strlen(descriptor->preopen));
    return WASI_SUCCESS;
}

WasiErrno wasi_fd_prestat_dir_name(WasiCall *call) {
    Descriptor *descriptor;
    WasiErrno error = find_preopen(call, &descriptor);
    if (error) return error;
    size_t size = strlen(descriptor->preopen);
    if (size > argument32(call, 2)) return WASI_ENAMETOOLONG;
    uint8_t *bytes = guest_bytes(call, argument32(call, 1), size);
    if (!bytes) return WASI_EFAULT;
    memcpy(bytes, descriptor->preopen, size);
    return WASI_SUCCESS;
}

static uint8_t filetype_of_entry(const struct dirent64 *entry) {
    return filetype_of(DTTOIF(entry->d_type));
}

/* Appends as much of one entry as fits; the guest sees the cut and asks again with a cookie. */
static void append(uint8_t *buffer, uint32_t size, uint32_t *used, const void *bytes,
                   size_t count) {
    if (count > size - *used) count = size - *used;
    memcpy(buffer + *used, bytes, count);
    *used += (uint32_t)count;
}

/* The cookies are the host's own positions in the directory, so no state is kept between calls and
 * entries that come and go meanwhile do no harm. */
WasiErrno wasi_fd_readdir(WasiCall *call) {
    Descriptor *descriptor;
    WasiErrno error =
        descriptor_find(call->wasi, argument32(call, 0), RIGHT_FD_READDIR, &descriptor);
    if (error) return error;
    uint32_t size = argument32(call, 2), used = 0;
    uint8_t *buffer = guest_bytes(call, argument32(call, 1), size);
    uint8_t *used_at = guest_bytes(call, argument32(call, 4), 4);
    if (!buffer || !used_at) return WASI_EFAULT;
    uint64_t cookie = call->arguments[3];
    if (cookie > INT64_MAX) return WASI_EINVAL;
    if (lseek(descriptor->host, (off_t)cookie, SEEK_SET) < 0) return errno_to_wasi(errno);

    _Alignas(struct dirent64) char entries[32768];
    /* Not much more than the guest has room for: what does not fit is read again next time. */
    size_t wanted = size < 1024 ? 1024 : size > sizeof entries ? sizeof entries : size;
    while (used < size) {
        ssize_t got = getdents64(descriptor->host, entries, wanted);
        if (got < 0) return errno_to_wasi(errno);
        if (got == 0) break;
        for (ssize_t at = 0; at < got && used < size;) {
            const struct dirent64 *entry = (const struct dirent64 *)(entries + at);
            at += entry->d_reclen;
            uint32_t length = (uint32_t)strlen(entry->d_name);
            /* What stands above a preopened directory is none of the guest's business. */
            bool parent = strcmp(entry->d_name, "..") == 0;
            uint8_t head[24] = {0};
            store64(head, (uint64_t)entry->d_off);
            store64(head + 8, parent ? 0 : entry->d_ino);
            store32(head + 16, length);
            head[20] = filetype_of_entry(entry);
            append(buffer, size, &used, head, sizeof head);
            append(buffer, size, &used, entry->d_name, length);
        }
    }
    store32(used_at, used);
    return WASI_SUCCESS;
}
