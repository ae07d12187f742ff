"""What a run writes down for people and for its resumption: run.json and data/losses.csv."""

import contextlib
import hashlib
import json
import os
import platform
import secrets
import subprocess
import warnings
from importlib.metadata import version
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from .files import CheckpointError, whole_file
from .recipes import settings

HEADER = "step,epoch,generator_loss,discriminator_loss"


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


def describe(directory, images, given):
    """Return what a new run is: its settings, the recipe's where none was given, and data.

    Raise CheckpointError where the folder holds a run, ValueError for an unknown recipe.
    """
    if (directory / "run.json").exists() or (directory / "training_checkpoints").exists():
        raise CheckpointError(
            f"{str(directory)!r} already holds a run: go on with it (--resume), "
            "or give another folder (--output)"
        )
    defaults = {"recipe": "lecture", "seed": None, "precision": "float32"}
    about = defaults | {name: value for name, value in given.items() if value is not None}
    if about["seed"] is None:
        about["seed"] = secrets.randbelow(2**31)
        print(f"Drawn seed: {about['seed']}")
    about.setdefault("batch_size", settings(about["recipe"])["batch_size"])
    what = {**about, "numbers": _numbers(about["recipe"]), "data": _fingerprint(images)}
    return {**what, **_environment(), "commit": _commit()}


def read_description(directory, images, given):
    """Return what the run in a folder is.

    Raise CheckpointError where there is none or `given` or the images differ; warn where the
    environment does.
    """
    try:
        about = json.loads((directory / "run.json").read_text())
    except FileNotFoundError:
        raise CheckpointError(f"no run to go on with in {str(directory)!r}") from None
    except ValueError as error:
        raise CheckpointError(f"{str(directory / 'run.json')!r} is damaged: {error}") from None
    if not isinstance(about, dict) or not {"recipe", "batch_size", "seed", "precision"} <= {*about}:
        raise CheckpointError(f"{str(directory / 'run.json')!r} does not describe a run")
    now = {**given, "data": _fingerprint(images)}
    if "numbers" in about:
        now["numbers"] = _numbers(about["recipe"])
    asked = {name: value for name, value in now.items() if value is not None}
    if differences := _differences(about, asked):
        raise CheckpointError(f"{str(directory)!r} is another run: {differences}")
    if differences := _differences(about, _environment()):
        warnings.warn(
            f"{str(directory)!r} goes on exact up to rounding only: {differences}", stacklevel=3
        )
    return about


def read_recipe(run_folder):
    """Return the recipe that a run's networks follow; the lecture's where nothing is said."""
    try:
        recipe = json.loads((run_folder / "run.json").read_text())["recipe"]
        settings(recipe)
    except FileNotFoundError:
        return "lecture"
    except (ValueError, TypeError, KeyError) as error:
        path = str(run_folder / "run.json")
        raise CheckpointError(f"{path!r} does not name a recipe: {error!r}") from None
    return recipe


def _differences(before, now):
    changed = [name for name in now if before.get(name) != now[name]]
    return "; ".join(f"{name} was {before.get(name)}, is {now[name]}" for name in changed)


def write_description(directory, about):
    """Write run.json of a run's folder."""
    with whole_file(directory / "run.json") as temporary:
        temporary.write_text(json.dumps(about, indent=2) + "\n")


def _numbers(recipe):
    """Return what makes a recipe's run: another version's recipe may have the same name."""
    return {name: value for name, value in settings(recipe).items() if name != "epochs"}


def _fingerprint(images):
    return {"images": len(images), "sha256": hashlib.sha256(images.tobytes()).hexdigest()}


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
    project = Path(__file__).parent.parent
    command = ["git", "-C", str(project), "rev-parse", "--verify", "HEAD"]
    if not (project / ".git").exists():
        return None  # installed: a repository around it would be another one
    with contextlib.suppress(OSError):
        answer = subprocess.run(command, capture_output=True, text=True)
        return answer.stdout.strip() or None
