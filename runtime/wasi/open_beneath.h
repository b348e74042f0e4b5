/* Opening files that must lie below a directory: the sandbox of WASI's path functions. */
#ifndef TAILRACE_RUNTIME_WASI_OPEN_BENEATH_H
#define TAILRACE_RUNTIME_WASI_OPEN_BENEATH_H

#include <stdbool.h>
#include <sys/types.h>

/* Opens `path` like openat(directory, path, flags | O_CLOEXEC, mode), but never anything outside of
 * `directory`: an absolute path, a `..` that climbs above it and a symbolic link that does either,
 * at any component, fail with EPERM, even while others rename things. Links within are followed,
 * the last one only without O_NOFOLLOW. Returns the descriptor, or -1 and errno as openat does.
 *
 * `portable` walks component by component instead of asking the kernel (openat2 with
 * RESOLVE_BENEATH); kernels that lack it are walked in any case. */
int open_beneath(int directory, const char *path, int flags, mode_t mode, bool portable);

/* Opens the directory in which the last component of `path` stands, the same way, and copies that
 * component into `name` (of NAME_MAX + 1 bytes) without trailing slashes; *slashes says whether
 * there were any. The component itself is not looked at: use it with the *at functions that do not
 * follow links. Returns the descriptor (O_PATH), or -1 and errno. */
int open_parent_beneath(int directory, const char *path, char *name, bool *slashes, bool portable);

#endif
