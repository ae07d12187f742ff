"""What a run writes down for people and for its resumption: run.json and data/losses.csv."""

import contextlib
import hashlib
import json
import operator
import secrets
import subprocess
import warnings
from pathlib import Path

import numpy as np

from gan_tutorial.files import CheckpointError, whole_file
from gan_tutorial.recipes import settings

from .environment import describe_environment, differences
from .folder import DESCRIPTION, LOSSES, file_of_a_run

HEADER = "step,epoch,generator_loss,discriminator_loss"


def read_losses(directory):
    """Return the loss record of a run's folder, (steps, 2) float32: generator, discriminator."""
    path = Path(directory) / LOSSES
    return np.loadtxt(path, np.float32, delimiter=",", skiprows=1, usecols=(2, 3), ndmin=2)


def write_losses(directory, losses, steps_per_epoch):
    """Write losses (steps, 2) to data/losses.csv of a run's folder, in full precision."""
    steps = np.arange(len(losses))
    rows = np.column_stack([steps + 1, steps // steps_per_epoch + 1, losses.astype(np.float64)])
    with whole_file(Path(directory) / LOSSES) as temporary:
        np.savetxt(temporary, rows, ("%d", "%d", "%.9g", "%.9g"), ",", header=HEADER, comments="")


def describe(directory, images, given):
    """Return what a new run is: its settings, the recipe's where none was given, and data.

    Raise CheckpointError if the folder holds files of a run, ValueError for an unknown recipe.
    """
    if (found := file_of_a_run(directory)) is not None:
        raise CheckpointError(
            f"{str(directory)!r} already holds a run, or a part of one ({found}): go on with it "
            "(--resume), or give another folder (--output)"
        )
    defaults = {"recipe": "lecture", "seed": None, "precision": "float32"}
    about = defaults | {name: value for name, value in given.items() if value is not None}
    numbers = _numbers(about["recipe"])
    if about["seed"] is None:
        about["seed"] = secrets.randbelow(2**31)
        print(f"Drawn seed: {about['seed']}")
    about["seed"] = operator.index(about["seed"])  # NumPy's whole numbers too
    if not 0 <= about["seed"] < 2**32:
        raise ValueError(f"seed must be from 0 to 2³² - 1, but is {about['seed']}")
    about.setdefault("batch_size", numbers["batch_size"])
    if not isinstance(about["recipe"], str):
        about["recipe"] = None  # one's own has no name: its numbers say all
    what = {**about, "numbers": numbers, "data": _fingerprint(images)}
    return {**what, **describe_environment(about["precision"]), "commit": _commit()}


def read_description(directory, images, given):
    """Return what the run in a folder is.

    Raise CheckpointError if there is none, or if what is given or the images are other ones.
    """
    try:
        about = json.loads((directory / DESCRIPTION).read_text())
    except FileNotFoundError:
        raise CheckpointError(f"no run to go on with in {str(directory)!r}") from None
    except ValueError as error:
        raise CheckpointError(f"{str(directory / 'run.json')!r} is damaged: {error}") from None
    if not isinstance(about, dict) or not {"recipe", "batch_size", "seed", "precision"} <= {*about}:
        raise CheckpointError(f"{str(directory / 'run.json')!r} does not describe a run")
    if "numbers" not in about:  # the first releases wrote the name only
        about["numbers"] = _numbers(about["recipe"])
    now = {name: value for name, value in given.items() if value is not None}
    if (recipe := now.pop("recipe", None)) is not None:
        name = recipe if isinstance(recipe, str) else None
        now = {"recipe": name, **now, "numbers": _numbers(recipe)}
    now["data"] = _fingerprint(images)
    before = {**about, "numbers": {**about["numbers"]}}
    for numbers in (before["numbers"], now.get("numbers", {})):
        numbers.pop("epochs", None)  # how long it goes on is no part of what it is
    changed = [name for name in now if before.get(name) != now[name]]
    if changed:
        lines = [f"{name} was {before.get(name)}, is {now[name]}" for name in changed]
        raise CheckpointError(f"{str(directory)!r} is another run: {'; '.join(lines)}")
    return about


def note_environment(directory, about, step):
    """Write into run.json in which environment a run goes on from the checkpoint of a step.

    `about["resumed"]` holds one entry for each change. Warn if the environment is not that which
    the checkpoint was made in, so that the bits may be other ones.
    """
    resumed = [entry for entry in about.get("resumed", []) if entry["step"] < step]
    before = resumed[-1]["environment"] if resumed else about
    now = describe_environment(about["precision"])
    if line := differences(before, now):
        warnings.warn(f"{str(directory)!r} goes on exact up to rounding only: {line}", stacklevel=3)
    if line or not now.keys() <= before.keys():
        resumed.append({"step": step, "environment": now})
    if resumed != about.get("resumed", []):
        about["resumed"] = resumed
        write_description(directory, about)


def read_recipe(run_folder):
    """Return the numbers that a run's networks follow; the lecture's if there is no run.json."""
    try:
        about = json.loads((run_folder / DESCRIPTION).read_text())
        return settings(about.get("numbers") or about["recipe"])
    except FileNotFoundError:
        return settings("lecture")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        path = str(run_folder / DESCRIPTION)
        raise CheckpointError(f"{path!r} does not name a recipe: {error!r}") from None


def write_description(directory, about):
    """Write run.json of a run's folder."""
    with whole_file(directory / DESCRIPTION) as temporary:
        temporary.write_text(json.dumps(about, indent=2) + "\n")


def _numbers(recipe):
    """Return what makes a recipe's run: another version's recipe may have the same name.

    They are as JSON gives them back, so that a run and its resumption compute with the same ones.
    """
    numbers = {}
    for key, value in settings(recipe).items():
        try:
            numbers[key] = json.loads(json.dumps(value, default=lambda number: number.item()))
        except (TypeError, ValueError, AttributeError):
            raise ValueError(
                f"a recipe holds numbers and names, but {key!r} in it is {value!r}"
            ) from None
    if isinstance(recipe, str):
        numbers.pop("epochs", None)  # the command says that, and may say another number each time
    return numbers


def _fingerprint(images):
    return {"images": len(images), "sha256": hashlib.sha256(images.tobytes()).hexdigest()}


def _commit():
    """Return the project's commit, None outside of a checkout."""
    project = Path(__file__).parents[2]
    command = ["git", "-C", str(project), "rev-parse", "--verify", "HEAD"]
    if not (project / ".git").exists():
        return None  # installed: a repository around it would be another one
    with contextlib.suppress(OSError):
        answer = subprocess.run(command, capture_output=True, text=True)
        return answer.stdout.strip() or None
