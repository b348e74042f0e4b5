/* What a guest sees of the host: its own memory, and errors in its numbers. */
#include <errno.h>

#include "runtime/wasi/internal.h"

uint8_t *guest_bytes(const WasiCall *call, uint32_t address, uint64_t size) {
    static uint8_t nothing;
    const Memory *memory = call->memory;
    if (size > memory->size || address > memory->size - size) return NULL;
    return memory->base ? memory->base + address : &nothing;
}

WasiErrno errno_to_wasi(int error) {
    /* The interface numbers POSIX's names in alphabetical order, from 1. */
    static const int errors[] = {
        E2BIG,        EACCES,          EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, EAGAIN,
        EALREADY,     EBADF,           EBADMSG,    EBUSY,         ECANCELED,    ECHILD,
        ECONNABORTED, ECONNREFUSED,    ECONNRESET, EDEADLK,       EDESTADDRREQ, EDOM,
        EDQUOT,       EEXIST,          EFAULT,     EFBIG,         EHOSTUNREACH, EIDRM,
        EILSEQ,       EINPROGRESS,     EINTR,      EINVAL,        EIO,          EISCONN,
        EISDIR,       ELOOP,           EMFILE,     EMLINK,        EMSGSIZE,     EMULTIHOP,
        ENAMETOOLONG, ENETDOWN,        ENETRESET,  ENETUNREACH,   ENFILE,       ENOBUFS,
        ENODEV,       ENOENT,          ENOEXEC,    ENOLCK,        ENOLINK,      ENOMEM,
        ENOMSG,       ENOPROTOOPT,     ENOSPC,     ENOSYS,        ENOTCONN,     ENOTDIR,
        ENOTEMPTY,    ENOTRECOVERABLE, ENOTSOCK,   ENOTSUP,       ENOTTY,       ENXIO,
        EOVERFLOW,    EOWNERDEAD,      EPERM,      EPIPE,         EPROTO,       EPROTONOSUPPORT,
        EPROTOTYPE,   ERANGE,          EROFS,      ESPIPE,        ESRCH,        ESTALE,
        ETIMEDOUT,    ETXTBSY,         EXDEV,
    };
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i] == error) return (WasiErrno)(i + 1);
    return WASI_EIO;
}
