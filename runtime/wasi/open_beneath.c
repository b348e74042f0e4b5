#define _GNU_SOURCE
#include "runtime/wasi/open_beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    MAX_LINKS = 40,       /* the kernel's own limit, for ELOOP */
    MAX_KERNEL_TRIES = 64 /* openat2 says EAGAIN when a rename elsewhere races with a `..` */
};

/* ---- Portable: one component after the other ------------------------------------------------- */

/* The directories from the root of the sandbox to where the walk is. `..` goes back to the one that
 * it came through, so nobody can lead the walk out by moving directories under it. */
typedef struct Walk {
    int root; /* borrowed */
    int *below;
    size_t depth;
    size_t capacity;
    unsigned links;
    char *pending; /* the rest of the path, owned */
    char *next;    /* in pending */
} Walk;

static int walk_top(const Walk *walk) {
    return walk->depth ? walk->below[walk->depth - 1] : walk->root;
}

static bool walk_push(Walk *walk, int directory) {
    if (walk->depth == walk->capacity) {
        size_t capacity = walk->capacity ? walk->capacity * 2 : 16;
        int *below = realloc(walk->below, capacity * sizeof *below);
        if (!below) return false;
        walk->below = below;
        walk->capacity = capacity;
    }
    walk->below[walk->depth++] = directory;
    return true;
}

static bool walk_up(Walk *walk) {
    if (walk->depth == 0) {
        errno = EPERM;
        return false;
    }
    close(walk->below[--walk->depth]);
    return true;
}

/* Puts the target of the link `name` in front of the rest of the path. */
static bool walk_follow(Walk *walk, const char *name) {
    char target[PATH_MAX];
    ssize_t length = readlinkat(walk_top(walk), name, target, sizeof target);
    if (length < 0) return false;
    size_t rest = strlen(walk->next);
    if ((size_t)length + 1 + rest >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    if (++walk->links > MAX_LINKS) {
        errno = ELOOP;
        return false;
    }
    if (length == 0) {
        errno = ENOENT;
        return false;
    }
    if (target[0] == '/') {
        errno = EPERM;
        return false;
    }
    char *pending = malloc((size_t)length + rest + 1);
    if (!pending) return false;
    memcpy(pending, target, (size_t)length);
    memcpy(pending + length, walk->next, rest + 1); /* empty, or begins with a slash */
    free(walk->pending);
    walk->pending = walk->next = pending;
    return true;
}

/* Enters the directory `name`, or follows the link of that name. */
static bool walk_enter(Walk *walk, const char *name) {
    int entered = openat(walk_top(walk), name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (entered < 0) return false;
    struct stat status;
    if (fstat(entered, &status) == 0) {
        if (S_ISDIR(status.st_mode) && walk_push(walk, entered)) return true;
        if (!S_ISDIR(status.st_mode)) errno = ENOTDIR;
        if (S_ISLNK(status.st_mode)) {
            close(entered);
            return walk_follow(walk, name);
        }
    }
    int error = errno;
    close(entered);
    errno = error;
    return false;
}

/* Opens the last component. Returns -1 and sets *follow if it is a link to go through first. */
static int walk_open(const Walk *walk, const char *name, int flags, mode_t mode, bool *follow) {
    int top = walk_top(walk);
    bool may_follow = !(flags & O_NOFOLLOW) && (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
    int opened = openat(top, name, flags | O_NOFOLLOW, mode);
    if (!may_follow) return opened;
    int error = errno;
    struct stat status;
    /* O_PATH | O_NOFOLLOW opens the link itself; otherwise a link is ELOOP, or ENOTDIR with
     * O_DIRECTORY. */
    if (opened >= 0) {
        if (!(flags & O_PATH) || fstat(opened, &status) != 0 || !S_ISLNK(status.st_mode))
            return opened;
        close(opened);
        error = ELOOP;
    } else if (error == ELOOP || error == ENOTDIR) {
        if (fstatat(top, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISLNK(status.st_mode)) {
            errno = error;
            return -1;
        }
    } else {
        errno = error;
        return -1;
    }
    errno = error;
    *follow = true;
    return -1;
}

static int walk_path(Walk *walk, int flags, mode_t mode) {
    for (;;) {
        while (walk->next[0] == '/')
            walk->next++;
        char name[NAME_MAX + 1];
        size_t length = strcspn(walk->next, "/");
        if (length > NAME_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(name, walk->next, length);
        name[length] = 0;
        walk->next += length;
        bool last = walk->next[0] == 0;

        /* Nothing behind a trailing slash is the same as ".": the slash asks for a directory, and
         * goes through a link even with O_NOFOLLOW. */
        if (length == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
            if (strcmp(name, "..") == 0 && !walk_up(walk)) return -1;
            if (!last) continue;
            if (!(flags & O_CREAT)) return openat(walk_top(walk), ".", flags);
            errno = EISDIR;
            return -1;
        } else if (last) {
            bool follow = false;
            int opened = walk_open(walk, name, flags, mode, &follow);
            if (!follow) return opened;
            if (!walk_follow(walk, name)) return -1;
        } else if ((flags & O_CREAT) && strspn(walk->next, "/") == strlen(walk->next)) {
            errno = EISDIR; /* "name/" cannot be created */
            return -1;
        } else if (!walk_enter(walk, name)) {
            return -1;
        }
    }
}

static int open_portably(int directory, const char *path, int flags, mode_t mode) {
    if (path[0] == '/' || path[0] == 0) {
        errno = path[0] ? EPERM : ENOENT;
        return -1;
    }
    if (strlen(path) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    char *pending = strdup(path);
    if (!pending) return -1;
    Walk walk = {.root = directory, .pending = pending, .next = pending};
    int opened = walk_path(&walk, flags, mode);
    int error = errno;
    while (walk.depth)
        close(walk.below[--walk.depth]);
    free(walk.below);
    free(walk.pending);
    errno = error;
    return opened;
}

/* ---- With the kernel's help ------------------------------------------------------------------ */

static int open_by_kernel(int directory, const char *path, int flags, mode_t mode) {
    struct open_how how = {
        .flags = (unsigned)flags,
        .mode = flags & O_CREAT ? mode : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    long opened = -1;
    for (int tries = 0; tries < MAX_KERNEL_TRIES; tries++) {
        opened = syscall(SYS_openat2, directory, path, &how, sizeof how);
        if (opened >= 0 || errno != EAGAIN) break;
    }
    if (opened < 0 && errno == EXDEV) errno = EPERM;
    return (int)opened;
}

/* Old kernels say ENOSYS; sandboxes around us may refuse the system call with EPERM. */
static bool kernel_can(void) {
    static int answer; /* 0: not asked yet */
    if (answer == 0) {
        int opened = open_by_kernel(AT_FDCWD, ".", O_PATH | O_CLOEXEC, 0);
        answer = opened >= 0 ? 1 : -1;
        if (opened >= 0) close(opened);
    }
    return answer > 0;
}

int open_beneath(int directory, const char *path, int flags, mode_t mode, bool portable) {
    flags |= O_CLOEXEC;
    if (portable || !kernel_can()) return open_portably(directory, path, flags, mode);
    return open_by_kernel(directory, path, flags, mode);
}

int open_parent_beneath(int directory, const char *path, char *name, bool *slashes, bool portable) {
    size_t length = strlen(path);
    size_t end = length;
    while (end > 0 && path[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    if (end - begin > NAME_MAX || length >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (end == begin) { /* nothing, or slashes only */
        errno = length ? EPERM : ENOENT;
        return -1;
    }
    memcpy(name, path + begin, end - begin);
    name[end - begin] = 0;
    if (strcmp(name, "..") == 0) { /* could be the parent of the sandbox */
        errno = EPERM;
        return -1;
    }
    *slashes = end < length;
    char parent[PATH_MAX] = ".";
    if (begin > 0) {
        memcpy(parent, path, begin);
        parent[begin] = 0;
    }
    return open_beneath(directory, parent, O_PATH | O_DIRECTORY, 0, portable);
}
