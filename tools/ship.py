"""Make a run the shipped one: checkpoint, losses, pictures, movie, and its figures by epoch.

python tools/ship.py RUN
"""

import csv
import json
import re
import shutil
import sys
from pathlib import Path

import gan_tutorial as gt
from gan_tutorial.checkpoint_files import PART
from gan_tutorial.files import whole_file
from gan_tutorial.runs.restore import write_sums

PROJECT = Path(__file__).resolve().parent.parent
READMES = {
    "training_checkpoints": """\
The shipped networks, with their optimizers and random state, so that the run can go on: `gan-tutorial train --output . --resume --epochs {more}` at the top level, which holds the run. `gan_tutorial.restore()` reads them, and checks their sha256 first.
""",
    "images_from_seed_images": """\
The images of 16 fixed latent points after every epoch of the shipped run, and `generation.gif`, made of them by `gan-tutorial movie`.
""",
    "data": """\
`losses.csv` is the loss record of the shipped run (step, epoch, generator_loss, discriminator_loss; nats), `figures.csv` says what its images are worth. A `mnist.npz` put here is found by `load_mnist()`, and is not part of the repository.

Of {number} images after each of these epochs (notebook 05 explains the measures; real test images are at the distance {floor}):

{table}

The share of the images, in per cent, that the judge takes for each digit:

{shares}

Seen by `{judge}`.
""",
}


def ship(run, project=PROJECT):
    """Put a run's files at the top level of the project, in the place of those there."""
    if not (steps := steps_of(run)):
        raise SystemExit(f"no checkpoint in {str(run)!r}: name a run's folder")
    if run.resolve() == project.resolve():
        raise SystemExit(f"{str(run)!r} is the shipped run itself: name another run's folder")
    newest = steps[-1]
    gt.restore(run, newest)  # complains of a damaged one before anything is touched
    about = json.loads((run / "run.json").read_text())
    figures, judge = figures_by_epoch(run, about)
    replace(run, project, "training_checkpoints", rf"ckpt-{newest}\..*", PART)
    state = f'model_checkpoint_path: "ckpt-{newest}"\nall_model_checkpoint_paths: "ckpt-{newest}"\n'
    with whole_file(project / "training_checkpoints" / "checkpoint") as temporary:
        temporary.write_text(state)  # as TensorFlow writes it
    write_sums(project / "training_checkpoints")
    replace(run, project, "images_from_seed_images", r"image_at_epoch_[0-9]{3,}\.png")
    gt.make_movie(project / "images_from_seed_images")
    replace(run, project, "data", r"losses\.csv")
    replace(run, project, ".", r"run\.json")
    write_csv(project / "data" / "figures.csv", figures)
    write_readmes(project, about, figures, judge)


def replace(run, project, folder, pattern, replaced=None):
    """Copy files of a run's folder, each whole or not at all; remove those of the run before.

    `pattern` is that of their names, `replaced` that of the names of what they replace.
    """
    names = {path.name for path in (run / folder).iterdir() if re.fullmatch(pattern, path.name)}
    for name in names:
        with whole_file(project / folder / name) as temporary:
            shutil.copyfile(run / folder / name, temporary)
    for old in (project / folder).iterdir():
        if old.name not in names and re.fullmatch(replaced or pattern, old.name):
            old.unlink()


def steps_of(run):
    """Return the steps of a run's checkpoints, in order."""
    return sorted(int(path.stem[5:]) for path in run.glob("training_checkpoints/ckpt-*.index"))


def figures_by_epoch(run, about):
    """Return the figures of the images after each epoch that ended in a kept checkpoint."""
    (train_images, _), (test_images, _) = gt.load_mnist()
    steps_per_epoch = -(-about["data"]["images"] // about["batch_size"])
    if steps_of(run)[-1] % steps_per_epoch:
        raise SystemExit(f"{str(run)!r} stopped within an epoch: go on with it first (--resume)")
    number = min(10_000, len(test_images))
    rows = []
    for step in steps_of(run):
        if step % steps_per_epoch == 0:
            generator, _ = gt.restore(run, step)
            measured = gt.evaluate_generator(generator, train_images, test_images, number)
            figures, floor = measured["generated"], measured["test"]["distance"]
            shares = {
                f"share_{digit}": share for digit, share in enumerate(figures["digit_shares"])
            }
            kept = {
                name: figure for name, figure in figures.items() if isinstance(figure, int | float)
            }
            first = {"epoch": step // steps_per_epoch, "number": number}
            rows.append({**first, "distance": kept["distance"], "floor": floor, **kept, **shares})
            print(f"epoch {rows[-1]['epoch']}: distance {figures['distance']:.2f}", flush=True)
    return rows, figures["judge"]


def write_csv(path, rows):
    """Write rows, dicts of numbers, to a file."""
    with whole_file(path) as temporary, temporary.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: f"{value:.6g}" for name, value in row.items()})


def write_readmes(project, about, rows, judge):
    """Write the README of each folder: what is in it, and the command that made it."""
    numbers = about.get("numbers", gt.RECIPES[about["recipe"]])
    epochs, images = rows[-1]["epoch"], about["data"]["images"]
    command = f"gan-tutorial train --recipe {about['recipe']} --epochs {epochs}"
    command += f" --seed {about['seed']}"
    if about["batch_size"] != numbers["batch_size"]:
        command += f" --batch-size {about['batch_size']}"
    if about["precision"] != "float32":
        command += f" --precision {about['precision']}"
    if images != 60_000:
        command += f" --limit {images}"
    shown = ("epoch", "distance", "classifier_score", "digit_variation", "confident")
    shown += ("precision", "recall", "coverage", "two_sample", "nearest")
    shares = [
        {"epoch": row["epoch"]} | {f"{i}": 100 * row[f"share_{i}"] for i in range(10)}
        for row in rows
    ]
    values = {
        "more": epochs + 50,
        "number": f"{rows[-1]['number']:,}",
        "floor": f"{rows[-1]['floor']:.2f}",
        "table": table(rows, shown),
        "shares": table(shares, shares[0]),
        "judge": judge,
    }
    made = f"\nMade by\n\n    {command}\n\nand `make ship`. `run.json` at the top level says with which versions.\n"
    for folder, text in READMES.items():
        with whole_file(project / folder / "README.md") as temporary:
            temporary.write_text(text.format(**values) + made)


def table(rows, names):
    """Return some columns of rows, dicts of numbers, as a table in Markdown."""
    lines = [[name.replace("_", " ") for name in names], ["--:" for _ in names]]
    lines += [[f"{row[name]:.4g}" for name in names] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    ship(Path(sys.argv[1]))
