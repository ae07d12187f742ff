"""The networks of a run, and of the run that comes with the tutorial."""

import hashlib
from pathlib import Path

import tensorflow as tf

from gan_tutorial.checkpoints import load
from gan_tutorial.files import CheckpointError, whole_file
from gan_tutorial.recipes import make_networks
from gan_tutorial.seeds import seeded

from .folder import CHECKPOINTS
from .records import read_recipe


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
        check_sums(folder)
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


def write_sums(folder):
    """Write SHA256SUMS of a folder's checkpoint files, as `sha256sum --check` reads it."""
    lines = [f"{_sha256(path)}  {path.name}\n" for path in sorted(Path(folder).glob("ckpt-*"))]
    with whole_file(Path(folder) / "SHA256SUMS") as temporary:
        temporary.write_text("".join(lines))


def check_sums(folder):
    """Raise CheckpointError unless the checkpoint files are those that SHA256SUMS names."""
    sums = Path(folder) / "SHA256SUMS"
    try:
        named = dict(reversed(line.split()) for line in sums.read_text().splitlines())
    except (FileNotFoundError, ValueError) as error:
        raise CheckpointError(f"{str(sums)!r} can't be read: {error}") from None
    found = {path.name: _sha256(path) for path in Path(folder).glob("ckpt-*")}
    for name in sorted(named.keys() | found.keys()):
        if named.get(name) != found.get(name):
            raise CheckpointError(
                f"{name!r} in {str(folder)!r} is not as shipped: its sha256 is "
                f"{found.get(name, 'missing')}, and should be {named.get(name, 'missing')}"
            )


def _sha256(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
