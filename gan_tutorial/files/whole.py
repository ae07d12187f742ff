"""Write files so that a file is either complete or not there.

The names of all temporary files of this package begin with `MARK`, so that no file of a user can be
taken for a temporary file.
"""

import contextlib
import errno
import os
import secrets
import shutil
import zipfile
from pathlib import Path

from .paths import path_of

MARK = ".gan-tutorial"


class DiskFullError(OSError):
    """A disk is too full for a file; the message says how many bytes are needed and are free."""


@contextlib.contextmanager
def whole_file(path):
    """Yield a temporary path beside `path`, and rename the temporary file to `path` at the end.

    If the block raises an exception, the temporary file is removed, and an old file at `path`
    does not change. Missing folders are made. The name of the temporary file is
    `.gan-tutorial-<number>-<name>`. The file is locked while it is written, because
    `remove_leftover` must not remove it then. Raise DiskFullError if the disk is full.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary, file = _temporary_for(path)
    try:
        yield temporary
        if os.name == "nt":
            file.close()  # because Windows cannot rename an open file
        os.replace(temporary, path)
    except OSError as error:
        if error.errno != errno.ENOSPC or isinstance(error, DiskFullError):
            raise
        size = temporary.stat().st_size
        raise DiskFullError(errno.ENOSPC, f"disk full: {need_of_room(path, size)}") from None
    finally:
        file.close()
        temporary.unlink(missing_ok=True)


def _temporary_for(path):
    """Return a new temporary path beside a path, and the open file that holds its lock."""
    number = os.getpid()
    while True:
        temporary = path.with_name(f"{MARK}-{number}-{path.name}")
        try:
            file = open(temporary, "ab", opener=_open_no_link)  # noqa: SIM115
        except OSError as error:
            if error.errno not in (errno.ELOOP, errno.EISDIR):
                raise
        else:
            if _lock(file) is not False:
                file.truncate(0)
                return temporary, file
            file.close()
        # The name is taken, by another thread of this process, or by a process that has the same
        # number in another container. Hence we try another number.
        number = secrets.randbelow(10**9)


def _open_no_link(path, flags):
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


def _lock(file):
    """Lock an open file, and return True on success, or False if somebody else has the lock.

    Return None if the file system has no locks. On Windows no lock is needed, because Windows
    does not remove an open file.
    """
    if os.name == "nt":
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # because the file system has no locks
        return None
    return True


def remove_leftover(path):
    """Remove a temporary file of `whole_file`, unless a running process is still writing it."""
    with contextlib.suppress(FileNotFoundError, PermissionError):
        with open(path, "ab", opener=_open_no_link) as file:
            if not _lock(file):
                return
            if os.name != "nt":
                os.unlink(path)
        if os.name == "nt":
            os.unlink(path)


def save_images(batches, number, path):
    """Write `number` images to an .npz file, as `images` (number, 28, 28, 1) float32.

    `batches` is an iterable of arrays (n, 28, 28, 1), one in memory at a time, `number` in all.
    The file is as `numpy.savez` would write it, and whole or not there. Raise OSError before the
    first batch if the disk has no room for all of them, ValueError if another number came.
    """
    import numpy as np  # here, because the help of a command must not wait for it

    path = path_of(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if (size := 28 * 28 * 4 * number) > shutil.disk_usage(path.parent).free:
        raise DiskFullError(errno.ENOSPC, f"no room: {need_of_room(path, size)}")
    left = number
    header = {"shape": (number, 28, 28, 1), "fortran_order": False, "descr": "<f4"}
    with (
        whole_file(path) as temporary,
        zipfile.ZipFile(temporary, "w") as archive,
        archive.open("images.npy", "w", force_zip64=True) as file,
    ):
        np.lib.format.write_array_header_1_0(file, header)
        for images in batches:
            left -= len(images)
            file.write(np.asarray(images, "<f4").tobytes())
        if left != 0:
            raise ValueError(f"{number} images were promised, and {number - left} came")


def need_of_room(path, size):
    """Return a message about how many bytes a file needs, and how many bytes are free."""
    free = shutil.disk_usage(Path(path).parent).free
    return f"{str(path)!r} needs {size:,} bytes or more, {free:,} are free"
