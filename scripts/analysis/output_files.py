"""Files that scripts write, in folders in which others may have put links, pipes and the like.

replace() makes a regular file or replaces one, as a whole or not at all: by a new file of a name that nobody can
foresee, which then takes its place. Nothing else is ever replaced or written through. write() also takes what is
not a file but a stream: a pipe, a terminal, /dev/null.
"""
import contextlib
import errno
import os
import pathlib
import stat
import tempfile


def refuse(path, why):
    raise OSError(errno.EEXIST, why, str(path))


def replace(path, content):
    """`content`: text, or bytes. An OSError names the path."""
    path = pathlib.Path(path)
    content = content.encode() if isinstance(content, str) else content
    with contextlib.suppress(FileNotFoundError):
        mode = path.lstat().st_mode
        if not stat.S_ISREG(mode):
            refuse(path, "it is a symbolic link" if stat.S_ISLNK(mode) else "it is not a regular file")
    temporary = None
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".tmp", dir=path.parent)
        with open(descriptor, "wb") as file:
            file.write(content)
            mask = os.umask(0)
            os.umask(mask)
            os.fchmod(file.fileno(), 0o666 & ~mask)
        os.replace(temporary, path)
        temporary = None
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        if temporary:
            os.unlink(temporary)


def write(path, content):
    """The same, and a stream is written in place."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        mode = 0
    if stat.S_ISCHR(mode) or stat.S_ISFIFO(mode):
        with open(path, "wb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
    else:
        replace(path, content)
