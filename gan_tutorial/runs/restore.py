"""The networks of a run, and of the run that comes with the tutorial."""

import hashlib
import re
from pathlib import Path

import tensorflow as tf

from gan_tutorial.checkpoint_files import PART, parts
from gan_tutorial.checkpoints import load
from gan_tutorial.files import CheckpointError, whole_file
from gan_tutorial.recipes import make_networks
from gan_tutorial.seeds import seeded

from .folder import CHECKPOINTS
from .records import read_recipe

SUMS = "SHA256SUMS"


def restore(directory=None, step=None):
    """Return (generator, discriminator) of a run, ready for inference.

    `directory` is a run's folder or its `training_checkpoints`; without it, the shipped networks,
    whose sha256 is checked. `step` is that of the checkpoint; the newest undamaged one without.
    Weights go into networks built by code, never the other way round, so a file from elsewhere
    can hold wrong numbers but no program. Raise CheckpointError if there is no checkpoint, or if
    it is of another network.
    """
    folder = _checkpoint_folder(shipped_run() if directory is None else directory)
    if directory is None:
        step = check_sums(folder)
    with seeded():
        generator, discriminator = make_networks(read_recipe(folder.resolve().parent))
    load(tf.train.Checkpoint(generator=generator, discriminator=discriminator), folder, step)
    return generator, discriminator


def _checkpoint_folder(directory):
    inside = Path(directory) / CHECKPOINTS
    return inside if inside.is_dir() else Path(directory)


def shipped_run():
    """Return the folder of the run that comes with the tutorial: its own top level.

    An installed package, which has no such level, carries the networks (and nothing else of the
    run) inside.
    """
    package, project = Path(__file__).parents[1:3]
    return package if (package / CHECKPOINTS).is_dir() else project


def shipped_steps(folder):
    """Return the steps of the checkpoints that SHA256SUMS of a folder names, none without it."""
    if not (Path(folder) / SUMS).exists():
        return set()
    return {int(name.partition(".")[0].removeprefix("ckpt-")) for name in _named(folder)}


def write_sums(folder):
    """Write SHA256SUMS of a folder's checkpoint files, as `sha256sum --check` reads it."""
    names = [name for names in parts(folder).values() for name in names]
    lines = [f"{_sha256(Path(folder) / name)}  {name}\n" for name in sorted(names)]
    with whole_file(Path(folder) / SUMS) as temporary:
        temporary.write_text("".join(lines))


def check_sums(folder):
    """Return the step of the checkpoint that SHA256SUMS names; other checkpoints do not matter.

    Raise CheckpointError unless its files are those whose sha256 stands there.
    """
    named = _named(folder)
    for name, sha256 in named.items():
        path = Path(folder) / name
        found = _sha256(path) if path.exists() else "missing"
        if found != sha256:
            raise CheckpointError(
                f"{name!r} in {str(folder)!r} is not as shipped: its sha256 is {found}, and should "
                f"be {sha256}; take the file from the repository once more"
            )
    return max(shipped_steps(folder))


def _named(folder):
    """Return {name: sha256} as SHA256SUMS of a folder has it."""
    sums = Path(folder) / SUMS
    try:
        named = dict(reversed(line.split()) for line in sums.read_text().splitlines())
    except (FileNotFoundError, ValueError) as error:
        raise CheckpointError(f"{str(sums)!r} can't be read: {error}") from None
    if not named or not all(re.fullmatch(PART, name) for name in named):
        raise CheckpointError(f"{str(sums)!r} does not name the files of checkpoints")
    return named


def _sha256(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
