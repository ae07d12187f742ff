"""Files that are whole or not there, folders with one writer, and what can be wrong with both."""

import contextlib
import errno
import os
import shutil
import zipfile
from pathlib import Path

import filelock
import numpy as np


class DataError(OSError, ValueError):
    """A data file that is missing, damaged or not MNIST."""


class CheckpointError(OSError, ValueError):
    """A run's folder or checkpoint that is missing, in use, damaged or of another network."""


@contextlib.contextmanager
def whole_file(path):
    """Yield a temporary path beside `path` that becomes `path` if the block ends well.

    Otherwise the old file, if there was one, stays as it was. Missing folders are made. The
    temporary name begins with a dot, so that no listing of a run takes it for a part of it.
    Raise OSError that names the folder and what is free in it where the disk is full.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}-{os.getpid()}{path.suffix}")
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        size = temporary.stat().st_size if temporary.exists() else 0
        raise OSError(errno.ENOSPC, f"disk full: {need_of_room(path, size)}") from None
    finally:
        temporary.unlink(missing_ok=True)


def save_images(batches, number, path):
    """Write `number` images to an .npz file, as `images` (number, 28, 28, 1) float32.

    `batches` is an iterable of arrays (n, 28, 28, 1), one in memory at a time, `number` in all.
    The file is as `numpy.savez` would write it, and whole or not there. Raise OSError before the
    first batch where the disk has no room for all of them, ValueError if another number came.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    if (size := 28 * 28 * 4 * number) > shutil.disk_usage(Path(path).parent).free:
        raise OSError(errno.ENOSPC, f"no room: {need_of_room(path, size)}")
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


def remove_leftovers(directory):
    """Remove what a killed process left half-written in a run's folder; its lock is ours."""
    for path in [*directory.rglob(".*-*"), *directory.rglob("ckpt-*_temp")]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


@contextlib.contextmanager
def only_writer(directory):
    """Hold a run's folder, made if missing, against other writers; the system ends it with us.

    Raise CheckpointError that names the other process where there is one, and OSError where the
    folder can't be made or written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    owner = directory / ".lock.pid"
    lock = filelock.FileLock(directory / ".lock")  # stays: who removes it may hit the next owner
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        name = owner.read_text().strip() if owner.exists() else "unknown"
        raise CheckpointError(
            f"process {name} is training in {str(directory)!r}: wait for its end, or give "
            "another folder (--output)"
        ) from None
    try:
        owner.write_text(f"{os.getpid()}\n")
        yield
    finally:
        owner.unlink(missing_ok=True)
        lock.release()
