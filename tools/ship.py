"""Make a run the shipped run: its checkpoint, losses, pictures, movie, and its measures by epoch.

python tools/ship.py RUN
"""

import json
import math
import re
import shutil
import sys
from pathlib import Path

import pandas as pd

import gan_tutorial as gt
from gan_tutorial.files.sums import write_sums
from gan_tutorial.files.whole import whole_file

PROJECT = Path(__file__).resolve().parent.parent
READMES = {
    "training_checkpoints": """\
The shipped networks, with their optimizers and random state, so that the run can go on: `gan-tutorial train --output . --resume --epochs {more}` at the top level, which holds the run. `gan_tutorial.restore()` reads them, and checks their sha256 first.
""",
    "images_from_seed_images": """\
The images of 16 fixed latent points after every epoch of the shipped run, and `generation.gif`, made of them by `gan-tutorial movie`.
""",
    "data": """\
`losses.csv` is the loss record of the shipped run (step, epoch, generator_loss, discriminator_loss; nats), `measures.csv` says what its images are worth. A `mnist.npz` put here is found by `load_mnist()`, and is not part of the repository.

Of {number:,.0f} images after each of these epochs (notebook 05 explains the measures; real test images are at the distance {floor:.2f}):

{table}

The share of the images, in per cent, that the judge takes for each digit:

{shares}

Seen by `{judge}`.
""",
}
MADE = "\nMade by\n\n    {command}\n\nand `make ship`. `run.json` at the top level says with which versions.\n"
SHOWN = ["distance", "classifier_score", "digit_variation", "confident", "precision", "recall"]
SHOWN += ["coverage", "two_sample", "nearest"]


def ship(run, project=PROJECT):
    """Put the files of a run at the top level of the project, in the place of the shipped run's."""
    steps = steps_to_ship(run, project)
    gt.restore(run, steps[-1])  # first, because a damaged checkpoint must not replace a good one
    plan = json.loads((run / "run.json").read_text(encoding="utf-8"))
    measures = pd.DataFrame(measures_by_epoch(run, plan, steps)).set_index("epoch")
    replace_checkpoint(run, project, steps[-1])
    replace(run, project, "images_from_seed_images", r"image_at_epoch_[0-9]{3,}\.png")
    gt.make_movie(project / "images_from_seed_images")
    replace(run, project, "data", r"losses\.csv")
    replace(run, project, ".", r"run\.json")
    write_csv(project / "data" / "measures.csv", measures)
    write_readmes(project, plan, measures)


def steps_to_ship(run, project):
    """Return the steps of a run's checkpoints, in order, unless the run cannot be shipped."""
    if run.resolve() == project.resolve():
        raise SystemExit(f"{str(run)!r} is the shipped run itself: name another run's folder")
    steps = sorted(int(path.stem[5:]) for path in run.glob("training_checkpoints/ckpt-*.index"))
    if not steps:
        raise SystemExit(f"no checkpoint in {str(run)!r}: name a run's folder")
    return steps


def measures_by_epoch(run, plan, steps):
    """Yield the measures of the images after each epoch that ended in a kept checkpoint."""
    steps_per_epoch = math.ceil(plan["data"]["images"] / plan["batch_size"])
    if steps[-1] % steps_per_epoch:
        raise SystemExit(f"{str(run)!r} stopped within an epoch: go on with it first (--resume)")
    (train_images, _), (test_images, _) = gt.load_mnist()
    for step in [step for step in steps if step % steps_per_epoch == 0]:
        generator, _ = gt.restore(run, step)
        measured = gt.evaluation.evaluate_generator(generator, train_images, test_images)
        row = {"epoch": step // steps_per_epoch, **numbers_of(**measured)}
        print("epoch {epoch}: distance {distance:.2f}".format(**row), flush=True)
        yield row


def numbers_of(generated, test, ratio):
    """Return all measures of the generated images that are numbers, the most important first."""
    first = {name: generated[name] for name in ("number", "distance")}
    numbers = {name: value for name, value in generated.items() if isinstance(value, int | float)}
    shares = {f"share_{digit}": share for digit, share in enumerate(generated["digit_shares"])}
    return {**first, "floor": test["distance"], **numbers, **shares}


def replace_checkpoint(run, project, step):
    """Replace the checkpoint, and the two files beside it that name it."""
    folder = project / "training_checkpoints"
    names = replace(run, project, folder.name, rf"ckpt-{step}\..*", r"ckpt-[0-9]+\.(index|data-.*)")
    state = f'model_checkpoint_path: "ckpt-{step}"\nall_model_checkpoint_paths: "ckpt-{step}"\n'
    with whole_file(folder / "checkpoint") as temporary:
        temporary.write_text(state, encoding="utf-8")  # as TensorFlow writes it
    write_sums(folder, names)


def replace(run, project, folder, pattern, replaced=None):
    """Copy the files of a folder whose names have a pattern; return their names.

    Other files in the project whose names have the pattern `replaced` are removed, because they
    are of the run before. `replaced` is `pattern` if None.
    """
    names = {path.name for path in (run / folder).iterdir() if re.fullmatch(pattern, path.name)}
    for name in names:
        with whole_file(project / folder / name) as temporary:
            shutil.copyfile(run / folder / name, temporary)
    for old in (project / folder).iterdir():
        if old.name not in names and re.fullmatch(replaced or pattern, old.name):
            old.unlink()
    return names


def write_csv(path, measures):
    """Write a table of measures to a file, with six digits each."""
    with whole_file(path) as temporary:
        measures.to_csv(temporary, float_format="%.6g", lineterminator="\n")


def write_readmes(project, plan, measures):
    """Write the README of each folder: what is in it, and the command that made it."""
    shown = measures[SHOWN].rename(columns=lambda name: name.replace("_", " "))
    shares = 100 * measures.filter(like="share_").rename(columns=lambda name: name[-1])
    values = {
        **measures.iloc[-1],
        "more": measures.index[-1] + 50,
        "table": shown.to_markdown(floatfmt=".4g"),
        "shares": shares.to_markdown(floatfmt=".4g"),
        "judge": gt.evaluation.load_judge().name,
        "command": command(plan, measures.index[-1]),
    }
    for folder, text in READMES.items():
        with whole_file(project / folder / "README.md") as temporary:
            temporary.write_text((text + MADE).format(**values), encoding="utf-8")


def command(plan, epochs):
    """Return the command that made a run, without the options that have their default."""
    numbers = plan.get("numbers") or gt.RECIPES[plan["recipe"]]
    options = {  # name: (value, default)
        "recipe": (plan["recipe"], None),
        "epochs": (epochs, None),
        "seed": (plan["seed"], None),
        "batch-size": (plan["batch_size"], numbers["batch_size"]),
        "precision": (plan["precision"], "float32"),
        "limit": (plan["data"]["images"], 60_000),
    }
    given = [f"--{name} {value}" for name, (value, default) in options.items() if value != default]
    return " ".join(["gan-tutorial train", *given])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    ship(Path(sys.argv[1]))
