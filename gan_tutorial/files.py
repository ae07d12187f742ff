"""Files that are whole or not there, and what can be wrong with them.

All names that this package gives to files of its own work begin with `MARK`, so that nobody else's
file can be taken for one of them.
"""

import contextlib
import errno
import os
import secrets
import shutil
import zipfile
from pathlib import Path

import numpy as np

MARK = ".gan-tutorial"


class DataError(OSError, ValueError):
    """A data file that is missing, damaged or not MNIST."""


class CheckpointError(OSError, ValueError):
    """A run's folder or checkpoint that is missing, in use, damaged or of another network."""


class DiskFullError(OSError):
    """A disk has no room for a file; the message says how much is needed, and how much is free."""


@contextlib.contextmanager
def whole_file(path):
    """Yield a temporary path beside `path` that becomes `path` if the block ends well.

    Otherwise the old file, if there was one, stays as it was. Missing folders are made. The
    temporary file is `.gan-tutorial-<number>-<name>`, and locked as long as somebody writes it,
    see `remove_leftover`. Raise DiskFullError if the disk is full.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary, file = _temporary_for(path)
    try:
        yield temporary
        if os.name == "nt":
            file.close()  # because Windows moves no file that is open
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
    """Return a new temporary path beside a path, and the open file that keeps its lock."""
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
        # somebody else's: another thread, or a process of this number in another container
        number = secrets.randbelow(10**9)


def _open_no_link(path, flags):
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


def _lock(file):
    """Return True if we have the lock of a file, False if somebody else, None if it has none.

    Windows needs no lock, because it removes no file that is open.
    """
    if os.name == "nt":
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return None
    return True


def remove_leftover(path):
    """Remove a temporary file of `whole_file`, unless a process that still lives writes it."""
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
    first batch where the disk has no room for all of them, ValueError if another number came.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    if (size := 28 * 28 * 4 * number) > shutil.disk_usage(Path(path).parent).free:
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
    """Return the line that says how many bytes a file needs, and how many are free for it."""
    free = shutil.disk_usage(Path(path).parent).free
    return f"{str(path)!r} needs {size:,} bytes or more, {free:,} are free"
