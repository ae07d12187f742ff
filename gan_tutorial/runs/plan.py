"""The plan of a run: what it is, settled once, kept in run.json, and read by everything after."""

import hashlib
import json
import secrets
import warnings
from numbers import Integral

from gan_tutorial.checkpoints import CheckpointError
from gan_tutorial.data import check_batch_size
from gan_tutorial.files.whole import whole_file
from gan_tutorial.recipes import check_recipe

from .environment import describe_environment, differences, project_commit
from .folder import PLAN, file_of_a_run


def settle(directory, images, given, *, epochs=None, resume=False):
    """Settle what a run is, and return it as its plan. Nothing is written.

    Args:
        directory: the run's folder, a Path.
        images: the training images.
        given: {"recipe", "batch_size", "seed", "precision"}, as `run` takes them. What is None
            is left to the recipe, or to the run that is resumed.
        epochs: the last epoch; the recipe's if None.
        resume: whether to go on with the run in the folder.

    Returns:
        A dict: recipe (its name; None for a dict of one's own), numbers (the recipe's),
        batch_size, seed, precision, data (the fingerprint of the images), commit, all of
        `describe_environment`, and epochs.

    Raises:
        CheckpointError: if the folder holds a run and `resume` is false, or if `resume` is true
            and the folder holds no run, or another one.
        ValueError: if the recipe, a number or the images make no sense.
    """
    given = {name: value for name, value in given.items() if value is not None}
    given["data"] = fingerprint(images)
    plan = _plan_in(directory, given) if resume else _new_plan(directory, given)
    check_batch_size(images, plan["batch_size"])
    plan["batch_size"] = int(plan["batch_size"])  # because JSON does not take NumPy's numbers
    plan["epochs"] = _epochs_of(plan) if epochs is None else epochs
    if not (isinstance(plan["epochs"], Integral) and plan["epochs"] >= 1):
        raise ValueError(f"epochs must be a whole number of at least 1, but is {epochs!r}")
    return plan


def write_plan(directory, plan):
    """Write a plan to run.json, but not its last epoch, because a run may go on for longer."""
    kept = {name: value for name, value in plan.items() if name != "epochs"}
    with whole_file(directory / PLAN) as temporary:
        temporary.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def read_numbers(directory):
    """Return the numbers of the recipe in a folder's run.json; the lecture's if there is none."""
    try:
        plan = json.loads((directory / PLAN).read_text(encoding="utf-8"))
        return check_recipe(plan.get("numbers") or plan["recipe"])
    except FileNotFoundError:
        return check_recipe("lecture")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        path = str(directory / PLAN)
        raise CheckpointError(f"{path!r} does not name a recipe: {error!r}") from None


def read_fingerprint(directory):
    """Return the fingerprint of a run's images, or None if a folder's run.json has none."""
    try:
        return json.loads((directory / PLAN).read_text(encoding="utf-8")).get("data")
    except (OSError, ValueError, AttributeError):
        return None


def note_environment(directory, plan, step):
    """Write into run.json in which environment a run goes on from the checkpoint of a step.

    `plan["resumed"]` holds an entry for each change. Warn if the environment is not the one that
    the checkpoint was made in, because the bits may then differ.
    """
    resumed = [entry for entry in plan.get("resumed", []) if entry["step"] < step]
    before = resumed[-1]["environment"] if resumed else plan
    now = describe_environment(plan["precision"])
    if line := differences(before, now):
        warnings.warn(f"{str(directory)!r} goes on exact up to rounding only: {line}", stacklevel=3)
    if line or not now.keys() <= before.keys():
        resumed.append({"step": step, "environment": now})
    if resumed != plan.get("resumed", []):
        plan["resumed"] = resumed
        write_plan(directory, plan)


def _new_plan(directory, given):
    if (found := file_of_a_run(directory)) is not None:
        raise CheckpointError(
            f"{str(directory)!r} already holds a run, or a part of one ({found}): go on with it "
            "(--resume), or give another folder (--output)"
        )
    recipe = given.get("recipe", "lecture")
    numbers = _numbers(recipe)
    plan = {
        "recipe": recipe if isinstance(recipe, str) else None,  # a dict of one's own has no name
        "seed": _seed(given.get("seed")),
        "precision": given.get("precision", "float32"),
        "batch_size": given.get("batch_size", numbers["batch_size"]),
        "numbers": numbers,
        "data": given["data"],
    }
    if plan["precision"] not in ("float32", "mixed_bfloat16"):
        raise ValueError(
            f"precision must be float32 or mixed_bfloat16, but is {plan['precision']!r}"
        )
    return {**plan, **describe_environment(plan["precision"]), "commit": project_commit()}


def _seed(seed):
    """Return a seed that is possible; it is drawn and shown if None."""
    if seed is None:
        seed = secrets.randbelow(2**31)
        print(f"Drawn seed: {seed}")
    if not (isinstance(seed, Integral) and 0 <= seed < 2**32):
        raise ValueError(f"seed must be a whole number from 0 to 2³² - 1, but is {seed!r}")
    return int(seed)  # because JSON does not take NumPy's whole numbers


def _plan_in(directory, given):
    """Return the plan in a folder's run.json, if it agrees with what is given."""
    path = directory / PLAN
    try:
        plan = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointError(f"no run to go on with in {str(directory)!r}") from None
    except ValueError as error:
        raise CheckpointError(f"{str(path)!r} is damaged: {error}") from None
    if not isinstance(plan, dict) or not {"recipe", "batch_size", "seed", "precision"} <= {*plan}:
        raise CheckpointError(f"{str(path)!r} does not describe a run")
    if "numbers" not in plan:  # the first releases wrote the recipe's name alone
        plan["numbers"] = _numbers(plan["recipe"])
    if (recipe := given.pop("recipe", None)) is not None:
        name = recipe if isinstance(recipe, str) else None
        given = {"recipe": name, **given, "numbers": _numbers(recipe)}
    lines = [
        f"{name} was {in_words(plan.get(name))}, is {in_words(value)}"
        for name, value in given.items()
        if _without_epochs(plan.get(name)) != _without_epochs(value)
    ]
    if lines:
        raise CheckpointError(f"{str(directory)!r} is another run: {'; '.join(lines)}")
    return plan


def in_words(value):
    """Return a value of a plan for people; the fingerprint of data begins with their number."""
    if isinstance(value, dict) and "sha256" in value:
        return f"{value['images']:,} images (sha256 {value['sha256'][:8]}…)"
    return value


def _without_epochs(value):
    """Return numbers without epochs, because a run that goes on for longer is the same run."""
    if not isinstance(value, dict):
        return value
    return {key: number for key, number in value.items() if key != "epochs"}


def _epochs_of(plan):
    recipe = plan["numbers"] if plan["recipe"] is None else check_recipe(plan["recipe"])
    if "epochs" not in recipe:
        raise ValueError("epochs must be given, because the recipe names none")
    return recipe["epochs"]


def _numbers(recipe):
    """Return the numbers of a recipe, which another release may change under the same name.

    The numbers are as JSON gives them back, so that a run and its resumption compute with the
    same numbers. The epochs of a named recipe are left out, because each command may name others.
    """
    kept = {}
    for key, value in check_recipe(recipe).items():
        try:
            kept[key] = json.loads(json.dumps(value, default=lambda number: number.item()))
        except (TypeError, ValueError, AttributeError):
            raise ValueError(
                f"a recipe holds numbers and names, but {key!r} in it is {value!r}"
            ) from None
    if isinstance(recipe, str):
        kept.pop("epochs", None)
    return kept


def fingerprint(images):
    """Return the number of images (n, 28, 28, 1) float32, and their sha256."""
    return {"images": len(images), "sha256": hashlib.sha256(images.tobytes()).hexdigest()}
