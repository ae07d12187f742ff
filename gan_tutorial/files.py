"""Files that are whole or not there, folders with one writer, and what can be wrong with both.

All names that this package gives to files of its own work begin with `MARK`, so that nobody else's
file can be taken for one of them.
"""

import contextlib
import errno
import os
import re
import shutil
import zipfile
from pathlib import Path

import filelock
import numpy as np
import psutil

MARK = ".gan-tutorial"
# the files that a run or its movie writes, by folder: only these leave something half-written
_WRITTEN = {
    ".": r"run\.json",
    "data": r"losses\.csv",
    "images_from_seed_images": r"image_at_epoch_[0-9]{3,}\.png|generation\.gif",
    "training_checkpoints": r"checkpoint|ckpt-[0-9]+\.(?:index|data-[0-9]{5}-of-[0-9]{5})",
}


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
    temporary name says which process writes: `.gan-tutorial-<process>-<name>`. Raise DiskFullError
    if the disk is full.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{MARK}-{os.getpid()}-{path.name}")
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        if error.errno != errno.ENOSPC or isinstance(error, DiskFullError):
            raise
        size = temporary.stat().st_size if temporary.exists() else 0
        raise DiskFullError(errno.ENOSPC, f"disk full: {need_of_room(path, size)}") from None
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


def remove_leftovers(directory):
    """Remove what killed processes left half-written in a run's folder, whose lock we hold.

    That is: temporary files of `whole_file`, for the names that a run writes, in the run's folder
    and its three folders, and TensorFlow's `ckpt-<number>_temp` beside the checkpoints. Other
    names stay, and so do folders below, whatever is behind a symbolic link, and files of a
    process that still lives.
    """
    for name, written in _WRITTEN.items():
        folder = directory / name
        if not folder.is_dir() or (name != "." and folder.is_symlink()):
            continue
        for entry in list(os.scandir(folder)):
            if entry.is_file(follow_symlinks=False) and _has_no_writer(entry.name, written):
                os.unlink(entry.path)
            is_folder = name == "training_checkpoints" and entry.is_dir(follow_symlinks=False)
            if is_folder and re.fullmatch("ckpt-[0-9]+_temp", entry.name):
                shutil.rmtree(entry.path)


def _has_no_writer(name, written):
    """Return whether a name is that of a temporary file whose process has ended."""
    temporary = re.fullmatch(rf"{re.escape(MARK)}-([0-9]{{1,9}})-(?:{written})", name)
    return temporary is not None and not psutil.pid_exists(int(temporary[1]))


@contextlib.contextmanager
def only_writer(directory):
    """Hold a run's folder, made if missing, against other writers; the system ends it with us.

    Raise CheckpointError that names the other process where there is one, and OSError where the
    folder can't be made or written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    # the lock's file stays, because whoever removes it might remove the next owner's
    lock = filelock.FileLock(directory / f"{MARK}.lock")
    owner = directory / f"{MARK}.lock.pid"
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
