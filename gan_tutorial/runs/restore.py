"""The networks of a run, or the networks that come with the tutorial."""

import re
from pathlib import Path

import tensorflow as tf

from gan_tutorial.checkpoints import CheckpointError, load
from gan_tutorial.files.checkpoint_files import PART, folder_path
from gan_tutorial.files.sums import NotAsShippedError, check_sums, read_sums
from gan_tutorial.recipes import kind_of, make_networks
from gan_tutorial.shield import shielded

from .folder import CHECKPOINTS
from .plan import fingerprint, in_words, read_fingerprint, read_numbers


def restore(directory="lecture", step=None):
    """Return (generator, discriminator) of a run, or (decoder, encoder), ready for inference.

    Weights are read into networks that code builds, and no code of a file is run. A file from
    elsewhere can therefore be a bad network, but no program. The networks do not depend on Keras's
    settings. `FourierConv2DTranspose` in fourier.py says how to save or convert the generator.

    Args:
        directory: the name of networks that come with the tutorial ("lecture", "fast" or "vae"),
            whose sha256 is checked; or a run's folder, or its `training_checkpoints`. To restore a
            folder of your own that has the name fast, write "./fast".
        step: the step of the checkpoint; the newest good one if None.

    Raises:
        CheckpointError: if there is no checkpoint, or if it is of another network.
    """
    directory = "lecture" if directory is None else directory
    folder = _checkpoint_folder(directory)
    if isinstance(directory, str) and directory in shipped_names():
        shipped = _shipped_step(folder)
        step = shipped if step is None else step
    recipe = read_numbers(folder.resolve().parent)
    with shielded():
        networks = make_networks(recipe)
    names = "generator", kind_of(recipe).second
    load(tf.train.Checkpoint(**dict(zip(names, networks, strict=True))), folder, step)
    return networks


def data_differs(directory, images):
    """Return how the images that a run was trained on differ from others, in words.

    Return None if they do not differ, or if nobody knows what the run was trained on.
    """
    run = _checkpoint_folder("lecture" if directory is None else directory).resolve().parent
    trained_on, here = read_fingerprint(run), fingerprint(images)
    if trained_on in (None, here):
        return None
    return f"{in_words(trained_on)}, and not on {in_words(here)}"


def _checkpoint_folder(directory):
    run = run_folder(directory)
    return run / CHECKPOINTS if (run / CHECKPOINTS).is_dir() else run


def shipped_run(name="lecture"):
    """Return the folder of a run that comes with the tutorial.

    The lecture's run lies at the top level of the project, and any other in `shipped/`. An
    installed package carries the networks of these runs inside, and nothing else of the runs.
    """
    package, project = Path(__file__).parents[1:3]
    home = package if (package / CHECKPOINTS).is_dir() else project
    return home if name == "lecture" else home / "shipped" / name


def shipped_names():
    """Return the names of the networks that come with the tutorial."""
    others = shipped_run().glob(f"shipped/*/{CHECKPOINTS}")
    return ["lecture", *sorted(path.parent.name for path in others)]


def run_folder(directory):
    """Return the folder of a run as a Path; `directory` may be the name of a shipped network.

    A name is a string. A folder of the same name is meant by "./lecture", or by a Path.
    """
    if isinstance(directory, str) and directory in shipped_names():
        return shipped_run(directory)
    return folder_path(directory)


def shipped_steps(folder):
    """Return the steps of the checkpoints that SHA256SUMS of a folder names, none without it."""
    parts = [re.fullmatch(PART, name) for name in read_sums(folder)]
    return {int(part[1]) for part in parts if part}


def _shipped_step(folder):
    """Return the step of the shipped checkpoint; other checkpoints beside it do not matter."""
    try:
        check_sums(folder)
    except NotAsShippedError as error:
        raise CheckpointError(str(error)) from None
    return max(shipped_steps(folder))
