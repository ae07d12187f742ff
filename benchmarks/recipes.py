"""How long the recipes take from nothing, and how good their digits are, as two judges see them.

python benchmarks/recipes.py [--recipes quick fast] [--seeds 1 2 3] [--keep FOLDER]

Each run is a process of its own. Its wall time includes the start of Python and TensorFlow, the
data, the pictures and the checkpoints. Then 10,000 generated images are compared with 10,000
training images, as `gan-tutorial evaluate` does it. Each run is a row in benchmarks/recipes.csv;
a run that has a row already is not made again. The last row is the lecture's shipped network, and
its time is a hundred times that of one epoch. All of it takes 40 minutes on two cores that do
nothing else.
"""

import argparse
import contextlib
import itertools
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from rows import add, done

import gan_tutorial as gt

RESULTS = Path(__file__).with_suffix(".csv")
SHOWN = ["seconds", "distance", "second_distance", "precision", "recall", "coverage", "confident"]
SHOWN += ["digit_variation", "copies"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--recipes", nargs="+", default=["quick", "fast"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--keep", type=Path, help="keep the runs in this folder")
    options = parser.parse_args()
    (images, _), (test_images, _) = gt.load_mnist()
    judges = Judges(images)
    if ("real test images", 0) not in done(RESULTS):
        row = {"recipe": "real test images", "seed": 0, "seconds": None}
        add(RESULTS, {**row, **judges.measures(test_images)})
    with contextlib.ExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for recipe, seed in itertools.product(options.recipes, options.seeds):
            if (recipe, seed) not in done(RESULTS):
                output = folder / f"{recipe}-{seed}"
                seconds = train(recipe, seed, output)
                row = {"recipe": recipe, "seed": seed, "seconds": seconds}
                add(RESULTS, {**row, **judges.measures(images_of(output))})
        if ("lecture", 2014) not in done(RESULTS):  # the shipped network, its time from one epoch
            seconds = 100 * train("lecture", 2014, folder / "lecture", "--epochs", "1")
            row = {"recipe": "lecture", "seed": 2014, "seconds": seconds}
            add(RESULTS, {**row, **judges.measures(images_of("lecture"))})
    print(summary(pd.read_csv(RESULTS)))


def train(recipe, seed, output, *more):
    """Train in a new folder by the command; return its wall time in seconds."""
    command = [sys.executable, "-m", "gan_tutorial", "train", "--recipe", recipe]
    command += ["--seed", str(seed), "--output", str(output), *more]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def images_of(run):
    """Return 10,000 images of a run's generator."""
    generator, _ = gt.restore(run)
    points = gt.sample_prior(10_000, seed=0, latent_dim=generator.input_shape[-1])
    return gt.generate_images(generator, points)


class Judges:
    """Both judges, and what they see of the training images that all images are compared with."""

    def __init__(self, train_images):
        """Take all training images, for the copies; 10,000 of them are the reference."""
        self.train_images = train_images
        self.judges = [gt.evaluation.load_judge(name) for name in ("judge", "second")]
        reference = gt.evaluation.sample_images(train_images, 10_000)
        self.reference = [gt.evaluation.features(judge, reference) for judge in self.judges]

    def measures(self, images):
        """Return {name: number}: what the first judge says, and the second judge's distance."""
        first, second = (gt.evaluation.features(judge, images) for judge in self.judges)
        found = gt.evaluation.compare(first, self.reference[0], self.judges[0])
        shares = {f"share_{i}": share for i, share in enumerate(found.pop("digit_shares"))}
        distance = gt.evaluation.frechet_distance(second, self.reference[1])
        copies = gt.evaluation.memorisation(images, self.train_images)["copies"]
        return {**found, "second_distance": distance, "copies": copies, **shares}


def summary(results):
    """Return a table of means, with the smallest and the largest of the seeds in brackets."""
    groups = results.groupby("recipe", sort=False)[SHOWN]
    mean, low, high = (groups.agg(how).map("{:.4g}".format) for how in ("mean", "min", "max"))
    spread = " (" + low + " to " + high + ")"
    return (mean + spread.where(low != high, "")).replace("nan", "").to_markdown()


if __name__ == "__main__":
    main()
