"""Ship a run: its networks, losses, pictures, movie, and what its images are worth.

python tools/ship.py RUN [NAME]    NAME is lecture if it is not given, which lies at the top level
python tools/ship.py               writes the READMEs and the digits of what is shipped once more
"""

import json
import math
import re
import shutil
import sys
from pathlib import Path

import pandas as pd
import tensorflow as tf

import gan_tutorial as gt
from gan_tutorial.files.sums import write_sums
from gan_tutorial.files.whole import whole_file
from gan_tutorial.recipes import kind_of

PROJECT = Path(__file__).resolve().parent.parent
SECONDS = PROJECT / "benchmarks" / "recipes.csv"  # how long the training of each network took
BY_EYE = PROJECT / "benchmarks" / "by_eye.csv"  # how many of its digits are clean, to readers
READMES = {
    "training_checkpoints": """\
The shipped networks, with their optimizers and random state, so that the run can go on: `gan-tutorial train --output . --resume --epochs {more}` at the top level, which holds the run. `gan_tutorial.restore()` reads them, and checks their sha256 first.
""",
    "images_from_seed_images": """\
The images of 16 fixed latent points after every epoch of the shipped run, and `generation.gif`, made of them by `gan-tutorial movie`.
""",
    "data": """\
`losses.csv` is the loss record of the shipped run (step, epoch, generator_loss, discriminator_loss; nats), `measures.csv` says what its images are worth. A `mnist.npz` put here is found by `load_mnist()`, and is not part of the repository.

![A hundred generated digits](digits.png)

A hundred of its digits, unselected. {time}

{by_eye}{measured}""",
}
README_ALONE = """\
![A hundred generated digits](data/digits.png)

A hundred digits of the network `{name}`, unselected. {time}

`gan_tutorial.restore("{name}")` returns the two networks, and checks their sha256 first; `gan-tutorial generate --checkpoint {name} --output digits.png` generates digits. The generator has {parameters:,} parameters and takes latent points of {latent_dim} coordinates.

`training_checkpoints/` holds the networks alone, without optimizers, so that this run cannot go on; the command below makes it again. `data/losses.csv` is its loss record (step, epoch, generator_loss, discriminator_loss; nats), `data/by_epoch.csv` and `data/answers.csv` say what its images and its discriminator were worth after each epoch (`tools/by_epoch.py` explains them), `images_from_seed_images/` has the images of 16 fixed latent points after every epoch, and the movie that is made of them.

{by_eye}{measured}"""
README_VAE = """\
![A hundred generated digits](data/digits.png)

A hundred mean images of the variational autoencoder, unselected.

`gan_tutorial.restore("{name}")` returns its decoder and its encoder, and checks their sha256 first; `gan-tutorial generate --checkpoint {name} --output digits.png` draws mean images. The decoder is the generator of the recipe `fast`, with {parameters:,} parameters and latent points of {latent_dim} coordinates; only the training differs.

{likelihood}

`training_checkpoints/` holds the networks alone, without optimizers, so that this run cannot go on; the command below makes it again. `data/losses.csv` is its record (step, epoch, distortion, rate; nats), `images_from_seed_images/` has the mean images of 16 fixed latent points after every epoch, and the movie that is made of them. Two more tables in `data/` are not of this run: `same_minute.csv` (by `benchmarks/same_minute.py`) and `rate_distortion.csv` (by `benchmarks/rate_distortion.py`), which notebook 06 reads.

{measured}"""
LIKELIHOOD = """\
On the {images:,.0f} test images, binarised at random, the evidence lower bound is {elbo:.2f} ± {elbo_error:.2f} nats. On {estimated_images:,.0f} of them, log p(x) is estimated with {samples:,.0f} importance samples each as {log_likelihood:.2f} ± {log_likelihood_error:.2f} nats (`tools/likelihood.py`; the errors are the standard errors over the images). Published dense networks reach -86.76 with 5,000 samples (Burda et al. 2016, table 1); a convolutional decoder may be better than a dense one for the same effort, so the two compare recipes and not ideas."""
MEASURED = """\
Of {number:,.0f} images after each of these epochs (notebook 05 explains the measures; real test images are at the distance {floor:.2f}):

{table}

The share of the images, in per cent, that the judge takes for each digit:

{shares}

Seen by `{judge}`.
"""
MADE = (
    "\nMade by\n\n    {command}\n\nand `make ship`. `run.json` {where} says with which versions.\n"
)
SHOWN = ["distance", "classifier_score", "digit_variation", "confident", "precision", "recall"]
SHOWN += ["coverage", "two_sample", "nearest", "copies"]


def ship(run, home=PROJECT, name="lecture"):
    """Put the files of a run into a folder, in the place of the run that was shipped there.

    The lecture's networks are shipped with their optimizers, so that the run can go on; others
    without them, because these are two thirds of the bytes.
    """
    steps = steps_to_ship(run, home)
    networks = gt.restore(run, steps[-1])  # before a good checkpoint is replaced by a damaged one
    plan = json.loads((run / "run.json").read_text(encoding="utf-8"))
    measures = pd.DataFrame(measures_by_epoch(run, plan, steps)).set_index("epoch")
    if name == "lecture":
        replace_checkpoint(home, run / "training_checkpoints", steps[-1])
    else:
        write_networks(home, networks, kind_of(plan["numbers"]).second, steps[-1])
    replace(run, home, "images_from_seed_images", r"image_at_epoch_[0-9]{3,}\.png")
    gt.make_movie(home / "images_from_seed_images")
    replace(run, home, "data", r"(losses|by_epoch|answers|likelihood)\.csv")
    replace(run, home, ".", r"run\.json")
    with whole_file(home / "data" / "measures.csv") as temporary:
        measures.to_csv(temporary, float_format="%.6g", lineterminator="\n")
    describe(home, name)


def steps_to_ship(run, home):
    """Return the steps of a run's checkpoints, in order, unless the run cannot be shipped."""
    if run.resolve() == home.resolve():
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


def write_networks(home, networks, second, step):
    """Write a checkpoint of the two networks alone, and put it in the place of another."""
    names = ("generator", second)
    made = home / "networks"  # beside the folder that is replaced, on the same disk
    checkpoint = tf.train.Checkpoint(**dict(zip(names, networks, strict=True)))
    gt.checkpoints.save(checkpoint, made, step)
    replace_checkpoint(home, made, step)
    shutil.rmtree(made)


def replace_checkpoint(home, source, step):
    """Replace the checkpoint, and the two files beside it that name it."""
    folder = home / "training_checkpoints"
    pattern, replaced = rf"ckpt-{step}\..*", r"ckpt-[0-9]+\.(index|data-.*)"
    names = replace_files(source, folder, pattern, replaced)
    state = f'model_checkpoint_path: "ckpt-{step}"\nall_model_checkpoint_paths: "ckpt-{step}"\n'
    with whole_file(folder / "checkpoint") as temporary:
        temporary.write_text(state, encoding="utf-8")  # as TensorFlow writes it
    write_sums(folder, names)


def replace(run, home, folder, pattern):
    """Copy the files of a run's folder whose names have a pattern, and remove those of before."""
    replace_files(run / folder, home / folder, pattern, pattern)


def replace_files(source, folder, pattern, replaced):
    """Copy files whose names have a pattern; return their names.

    Other files in the folder whose names have the pattern `replaced` are removed, because they
    are of the run before.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = {path.name for path in source.iterdir() if re.fullmatch(pattern, path.name)}
    for name in names:
        with whole_file(folder / name) as temporary:
            shutil.copyfile(source / name, temporary)
    for old in folder.iterdir():
        if old.name not in names and re.fullmatch(replaced, old.name):
            old.unlink()
    return names


def describe(home, name):
    """Write a picture of a hundred digits, and what is in each folder and which command made it."""
    generator, _ = gt.restore(home / "training_checkpoints")
    latent_dim = generator.input_shape[-1]
    digits = gt.generate_images(generator, gt.sample_prior(100, seed=0, latent_dim=latent_dim))
    gt.plotting.save_figure(gt.plot_result(digits), home / "data" / "digits.png")
    plan = json.loads((home / "run.json").read_text(encoding="utf-8"))
    measures = pd.read_csv(home / "data" / "measures.csv").set_index("epoch")
    values = {
        "name": name,
        "more": measures.index[-1] + 50,
        "time": time_in_words(plan),
        "by_eye": by_eye_in_words(),
        "measured": measured_in_words(measures),
        "parameters": generator.count_params(),
        "latent_dim": latent_dim,
        "command": command(plan, measures.index[-1]),
        "where": "at the top level" if name == "lecture" else "beside this file",
    }
    likelihood = home / "data" / "likelihood.csv"
    if likelihood.exists():
        values["likelihood"] = LIKELIHOOD.format(**pd.read_csv(likelihood).iloc[0])
    alone = README_VAE if likelihood.exists() else README_ALONE
    texts = READMES if name == "lecture" else {".": alone}
    for folder, text in texts.items():
        with whole_file(home / folder / "README.md") as temporary:
            temporary.write_text((text + MADE).format(**values), encoding="utf-8")


def time_in_words(plan):
    """Return how long a training took, in a sentence, "" if nobody measured it."""
    if not SECONDS.exists():
        return ""
    table = pd.read_csv(SECONDS)
    own = table[(table["recipe"] == plan["recipe"]) & (table["seed"] == plan["seed"])]
    if own.empty:
        return ""
    minutes = own["seconds"].iloc[0] / 60
    time = f"{minutes:.1f} minutes" if minutes < 100 else f"{minutes / 60:.1f} hours"
    machine = f"on {plan['threads']} threads of {plan.get('processor_model', 'a processor')}"
    return f"The training takes {time} {machine}, everything included (`benchmarks/recipes.py`)."


def by_eye_in_words():
    """Return how readers judged digits, as a Markdown table, "" if nobody was asked."""
    if not BY_EYE.exists():
        return ""
    table = pd.read_csv(BY_EYE).to_markdown(index=False)
    return (
        "Readers who did not know which images are which judged 100 of each network and 100 real "
        "ones, mixed: is it a clean digit, a damaged digit, or none? (`tools/by_eye.py`)\n\n"
        f"{table}\n\n"
    )


def measured_in_words(measures):
    """Return the tables of the measures by epoch as Markdown."""
    shown = measures[[name for name in SHOWN if name in measures]]
    shares = 100 * measures.filter(like="share_").rename(columns=lambda name: name[-1])
    return MEASURED.format(
        **measures.iloc[-1],
        table=shown.rename(columns=lambda name: name.replace("_", " ")).to_markdown(floatfmt=".4g"),
        shares=shares.to_markdown(floatfmt=".4g"),
        judge=gt.evaluation.load_judge().name,
    )


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


def main(run=None, name="lecture"):
    """Ship a run under a name, or describe once more what is shipped."""
    if run is not None:
        ship(Path(run), PROJECT if name == "lecture" else PROJECT / "shipped" / name, name)
        return
    for shipped in ["lecture", *sorted(path.name for path in PROJECT.glob("shipped/*"))]:
        describe(PROJECT if shipped == "lecture" else PROJECT / "shipped" / shipped, shipped)


if __name__ == "__main__":
    if len(sys.argv) > 3 or sys.argv[1:2] in (["-h"], ["--help"]):
        sys.exit(__doc__)
    main(*sys.argv[1:])
