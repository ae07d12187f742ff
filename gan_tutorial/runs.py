"""A training run and its folder: checkpoints, pictures, loss record, and what was run."""

import contextlib
import hashlib
import json
import os
import platform
import secrets
import subprocess
from importlib.metadata import version
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from . import checkpoints
from .data import make_dataset
from .files import CheckpointError, whole_file
from .latent import sample_prior
from .plotting import generate_and_save_images
from .recipes import make_networks, make_optimizers, settings
from .training import make_train_step, train

HEADER = "step,epoch,generator_loss,discriminator_loss"


def run(
    images,
    directory,
    recipe=None,
    *,
    epochs=None,
    batch_size=None,
    seed=None,
    precision=None,
    resume=False,
):
    """Train by a recipe in a folder, up to epoch `epochs`; return the losses, (steps, 2).

    After each epoch the folder holds a checkpoint, the picture of 16 fixed latent points and the
    loss record. `images` (n, 28, 28, 1) float32 in [-1, 1]. What is None comes from the recipe
    ("lecture" unless another is named) or, with `resume`, from the run itself, which goes on
    where it stopped. A seed of None is drawn and written down. Raise CheckpointError where a run
    is in the folder without `resume`, or is not there with it, or is another one; ValueError for
    an unknown recipe, or numbers or images that make no sense.
    """
    directory = Path(directory)
    given = {
        "recipe": recipe,
        "batch_size": batch_size,
        "seed": seed,
        "precision": precision,
        "data": _fingerprint(images),
    }
    about = _recorded(directory, given) if resume else _described(directory, given)
    epochs = _default(epochs, settings(about["recipe"])["epochs"])
    if epochs < 1:
        raise ValueError(f"epochs must be at least 1, but is {epochs}")
    steps_per_epoch = int(make_dataset(images, about["batch_size"]).cardinality())
    with _global_state(about["seed"], about["precision"]):
        networks = make_networks(about["recipe"])
        optimizers = make_optimizers(about["recipe"])
        checkpoint = checkpoints.make_checkpoint(*networks, *optimizers)
        train_step = make_train_step(*networks, *optimizers, seed=about["seed"])
    folder = directory / "training_checkpoints"
    if resume:
        first_epoch = checkpoints.resume(checkpoint, folder) // steps_per_epoch + 1
        record = [read_losses(directory)[: (first_epoch - 1) * steps_per_epoch]]
    else:
        first_epoch, record = 1, []
        _write_json(directory / "run.json", about)
    seed_images = sample_prior(16, seed=about["seed"])

    def on_epoch_end(epoch, losses):
        record.append(losses)
        write_losses(directory, np.concatenate(record), steps_per_epoch)
        generate_and_save_images(
            networks[0], epoch, seed_images, directory / "images_from_seed_images"
        )
        # as in the lecture every 15th stays, and unlike there the last one too
        checkpoints.save(
            checkpoint, folder, epoch * steps_per_epoch, keep_every=15 * steps_per_epoch
        )

    dataset = make_dataset(images, about["batch_size"], seed=about["seed"], first_epoch=first_epoch)
    train(dataset, epochs, train_step, first_epoch=first_epoch, on_epoch_end=on_epoch_end)
    return np.concatenate(record)


def read_losses(directory):
    """Return the loss record of a run's folder, (steps, 2) float32: generator, discriminator."""
    path = Path(directory) / "data" / "losses.csv"
    return np.loadtxt(path, np.float32, delimiter=",", skiprows=1, usecols=(2, 3), ndmin=2)


def write_losses(directory, losses, steps_per_epoch):
    """Write losses (steps, 2) to data/losses.csv of a run's folder, in full precision."""
    steps = np.arange(len(losses))
    rows = np.column_stack([steps + 1, steps // steps_per_epoch + 1, losses.astype(np.float64)])
    with whole_file(Path(directory) / "data" / "losses.csv") as temporary:
        np.savetxt(temporary, rows, ("%d", "%d", "%.9g", "%.9g"), ",", header=HEADER, comments="")


def _described(directory, given):
    """Return what a new run is, with the recipe's settings where none was given."""
    if (directory / "run.json").exists() or (directory / "training_checkpoints").exists():
        raise CheckpointError(
            f"{str(directory)!r} already holds a run: go on with it (--resume), "
            "or give another folder (--output)"
        )
    name = _default(given["recipe"], "lecture")
    recipe = settings(name)
    return {
        **given,
        "recipe": name,
        "batch_size": _default(given["batch_size"], recipe["batch_size"]),
        "seed": _default(given["seed"], secrets.randbelow(2**31)),
        "precision": _default(given["precision"], "float32"),
        **_environment(),
        "commit": _commit(),
    }


def _recorded(directory, given):
    """Return what the run in a folder is; raise CheckpointError where `given` differs."""
    try:
        about = json.loads((directory / "run.json").read_text())
    except FileNotFoundError:
        raise CheckpointError(f"no run to go on with in {str(directory)!r}") from None
    differences = [
        f"{name} was {about[name]}, is {value}"
        for name, value in given.items()
        if value is not None and value != about[name]
    ]
    if differences:
        raise CheckpointError(f"{str(directory)!r} is another run: " + "; ".join(differences))
    return about


def _write_json(path, content):
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2) + "\n")


def _fingerprint(images):
    return {"images": len(images), "sha256": hashlib.sha256(images.tobytes()).hexdigest()}


def _default(given, default):
    return default if given is None else given


def _environment():
    """Return what the bits of a run depend on beside its settings."""
    threads = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count())
    libraries = {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__}
    return {
        "threads": len(threads),
        "processor": platform.machine(),
        "versions": {
            "gan_tutorial": version("gan_tutorial"),
            "python": platform.python_version(),
            **libraries,
        },
    }


def _commit():
    """Return the project's commit, None outside of a checkout."""
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--verify", "HEAD"]
    with contextlib.suppress(OSError):
        answer = subprocess.run(command, capture_output=True, text=True)
        return answer.stdout.strip() or None


@contextlib.contextmanager
def _global_state(seed, precision):
    """Build networks from a seed, in a precision: Keras knows both only as global settings."""
    before = keras.config.dtype_policy()
    keras.utils.set_random_seed(seed)
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
