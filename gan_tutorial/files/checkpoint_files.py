"""Write, read and check the files of checkpoints.

TensorFlow writes and reads a checkpoint in memory (under `ram://`), and Python moves the bytes to
and from the disk. This has two reasons. A fault of the disk raises Python's OSError, and cannot be
mistaken for a damaged checkpoint. And every folder can be used, even a folder whose name TensorFlow
would read as a pattern, such as `runs/[lr=2e-3]`.
"""

import contextlib
import itertools
import os
import re
import uuid
from pathlib import Path

import tensorflow as tf

from .paths import path_of
from .whole import whole_file

PART = r"ckpt-(0|[1-9][0-9]*)\.(index|data-[0-9]{5}-of-[0-9]{5})"  # the name of a file
# errors that can happen although the checkpoint is good, because their cause is elsewhere
PASSING_FAULTS = (
    OSError,
    MemoryError,
    tf.errors.AbortedError,
    tf.errors.DeadlineExceededError,
    tf.errors.PermissionDeniedError,
    tf.errors.ResourceExhaustedError,
    tf.errors.UnavailableError,
    tf.errors.UnknownError,
)


class CheckpointError(OSError, ValueError):
    """A run's folder or checkpoint is missing, in use, damaged, not its own, or not saved."""


class DamageError(Exception):
    """A checkpoint is damaged; the message says how."""


def folder_path(directory):
    """Return a folder as a Path; raise CheckpointError if a checkpoint's file is meant by it."""
    path = path_of(directory)
    meant = re.fullmatch(r"(ckpt-([0-9]+))(\.(index|data-[0-9]{5}-of-[0-9]{5}))?", path.name)
    if meant and not path.is_dir() and path.with_name(f"{meant[1]}.index").exists():
        raise CheckpointError(
            f"{str(path)!r} is a checkpoint, and its folder is wanted: "
            f"{str(path.parent)!r}, with step={meant[2]} for this one"
        )
    return path


def parts(directory):
    """Return {step: names of the files} for the checkpoints in a folder, sorted by step."""
    found = {}
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        for entry in sorted(os.scandir(directory), key=lambda entry: entry.name):
            part = re.fullmatch(PART, entry.name)
            if part and entry.is_file():
                found.setdefault(int(part[1]), []).append(entry.name)
    return dict(sorted(found.items()))


def has_finished(directory):
    """Return whether a folder holds a checkpoint, good or damaged, that was saved completely."""
    return any(name.endswith(".index") for names in parts(directory).values() for name in names)


def remove(directory, step):
    """Remove a checkpoint.

    The index is removed first, because without the index the other files are no checkpoint. If
    the process is killed in between, no damaged checkpoint is left.
    """
    for name in sorted(parts(directory)[step], reverse=True):
        os.unlink(Path(directory) / name)


def set_aside_newer(directory, step):
    """Rename the checkpoints of all steps after `step`, because these checkpoints are damaged.

    Nothing is deleted. `ckpt-9.index` becomes `damaged-ckpt-9.index`. If this name is taken, it
    becomes `damaged-2-ckpt-9.index`.
    """
    for names in [names for newer, names in parts(directory).items() if newer > step]:
        for number in itertools.count(1):
            prefix = "damaged-" if number == 1 else f"damaged-{number}-"
            targets = [Path(directory) / f"{prefix}{name}" for name in names]
            if not any(map(os.path.lexists, targets)):
                break
        for name, target in zip(names, targets, strict=True):
            os.rename(Path(directory) / name, target)


def write(checkpoint, directory, step):
    """Write a tf.train.Checkpoint to the files `ckpt-<step>.*`.

    Raise OSError if the disk has a fault. Then all files in the folder are as before.
    """
    with in_memory() as memory:
        tf.train.CheckpointManager(checkpoint, memory, max_to_keep=None).save(step)
        data = [name for name in tf.io.gfile.listdir(memory) if ".data-" in name]
        with contextlib.ExitStack() as files:
            # The ExitStack renames the last file first. This order is needed, because the index
            # makes the checkpoint valid, so the data must be there before the index. The file
            # `checkpoint` is last: in it TensorFlow notes which checkpoint is the newest.
            for name in ("checkpoint", f"ckpt-{step}.index", *data):
                temporary = files.enter_context(whole_file(Path(directory) / name))
                temporary.write_bytes(tf.io.gfile.GFile(f"{memory}/{name}", "rb").read())


def read(directory, step):
    """Return the files of a checkpoint as {name: bytes}.

    Raise DamageError if a file is missing, or if a tensor cannot be read.
    """
    names = parts(directory).get(step, [])
    if f"ckpt-{step}.index" not in names:
        raise DamageError(f"ckpt-{step}.index is missing")
    contents = {name: (Path(directory) / name).read_bytes() for name in names}
    with in_memory(contents) as memory:
        try:
            reader = tf.compat.v1.train.NewCheckpointReader(f"{memory}/ckpt-{step}")
            for name in reader.get_variable_to_shape_map():
                reader.get_tensor(name)
        except PASSING_FAULTS:
            raise
        except Exception as error:  # because damage raises errors of many classes in TensorFlow
            line = str(error).partition("\n")[0].replace(f"{memory}/", "")
            raise DamageError(line or "its data are missing or cut short") from error
    return contents


@contextlib.contextmanager
def in_memory(contents=None):
    """Yield a folder in TensorFlow's memory that holds the files `contents`, {name: bytes}."""
    folder = f"ram://gan-tutorial-{uuid.uuid4()}"
    tf.io.gfile.makedirs(folder)
    try:
        for name, content in (contents or {}).items():
            with tf.io.gfile.GFile(f"{folder}/{name}", "wb") as file:
                file.write(content)
        yield folder
    finally:
        tf.io.gfile.rmtree(folder)
