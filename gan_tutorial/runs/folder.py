"""A run's folder: where each file is, who may write there, and what a kill has left."""

import contextlib
import errno
import os
import re
import shutil
import warnings

import filelock

from gan_tutorial.checkpoints import CheckpointError
from gan_tutorial.files.whole import MARK, remove_leftover, whole_file

CHECKPOINTS, PICTURES = "training_checkpoints", "images_from_seed_images"
PLAN, LOSSES = "run.json", "data/losses.csv"
# how file systems say that they have no locks, NFS and Lustre among them
_NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP}
# the files that a run or its movie writes, by folder: only these leave something half-written
_WRITTEN = {
    ".": r"run\.json",
    "data": r"losses\.csv",
    PICTURES: r"image_at_epoch_[0-9]{3,}\.png|generation\.gif",
    CHECKPOINTS: r"checkpoint|ckpt-[0-9]+\.(?:index|data-[0-9]{5}-of-[0-9]{5})",
}


def file_of_a_run(directory):
    """Return the name of a file or folder that a new run would write over, None without one."""
    for name in (PLAN, CHECKPOINTS, LOSSES):
        if os.path.lexists(directory / name):
            return name
    pictures = (directory / PICTURES).glob("image_at_epoch_[0-9]*.png")
    return next((str(path.relative_to(directory)) for path in sorted(pictures)), None)


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
            leftover = re.fullmatch(rf"{re.escape(MARK)}-[0-9]{{1,9}}-(?:{written})", entry.name)
            if leftover and entry.is_file(follow_symlinks=False):
                remove_leftover(entry.path)
            if name == CHECKPOINTS and _is_of_tensorflow(entry):
                shutil.rmtree(entry.path)


def _is_of_tensorflow(entry):
    """Return whether a folder is what a killed TensorFlow left, and holds nothing else."""
    if not re.fullmatch("ckpt-[0-9]+_temp", entry.name) or not entry.is_dir(follow_symlinks=False):
        return False
    return all(part.startswith("part-") for part in os.listdir(entry.path))


@contextlib.contextmanager
def only_writer(directory):
    """Lock a run's folder, which is made if it is missing, against other processes.

    The operating system releases the lock when this process ends, however it ends. Raise
    CheckpointError, which names the other process, if the folder is locked; raise OSError if the
    folder cannot be made or written. Warn if the file system has no locks.
    """
    directory.mkdir(parents=True, exist_ok=True)
    # the lock's file stays, because whoever removes it might remove the next owner's
    lock = filelock.FileLock(directory / f"{MARK}.lock")
    owner = directory / f"{MARK}.lock.pid"
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        name = owner.read_text(encoding="utf-8").strip() if owner.exists() else "unknown"
        raise CheckpointError(
            f"process {name} is training in {str(directory)!r}: wait for its end, or give "
            "another folder (--output)"
        ) from None
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        warnings.warn(
            f"the file system of {str(directory)!r} has no locks ({error.strerror}): nothing keeps "
            "two processes from writing one run, so start only one",
            stacklevel=4,
        )
    try:
        with whole_file(owner) as temporary:  # which takes a link's place, and not its target's
            temporary.write_text(f"{os.getpid()}\n", encoding="utf-8")
        yield
    finally:
        owner.unlink(missing_ok=True)
        lock.release()
