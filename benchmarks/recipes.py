"""How good a recipe's digits are after 2 minutes and at its end: the distance that a judge sees.

python benchmarks/recipes.py [--recipe fast] [--epochs N] [--seeds 1 2 3]

Each run starts from nothing, as a process of its own; its wall time has the start-up, the data,
the pictures and the checkpoints in it. It is stopped after 2 minutes, looked at, and resumed.
"""

import argparse
import signal
import subprocess
import sys
import tempfile
import time

import numpy as np

import gan_tutorial as gt


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--recipe", default="fast")
    parser.add_argument("--epochs", help="default: the recipe's")
    parser.add_argument("--seeds", nargs="+", default=["1", "2", "3"])
    options = parser.parse_args()
    more = ["--epochs", options.epochs] if options.epochs else []
    train = [sys.executable, "-m", "gan_tutorial", "train", "--recipe", options.recipe, *more]
    distance = make_distance()
    figures = np.array([run([*train, "--seed", seed], distance) for seed in options.seeds])
    print("mean:      {:6.0f} s {:6.2f}, {:6.0f} s {:6.2f}".format(*figures.mean(axis=0)))


def run(train, distance):
    """Train in a new folder; return (seconds, distance) after 2 minutes and at the end."""
    with tempfile.TemporaryDirectory() as folder:
        train += ["--output", folder + "/run"]
        first = training_time(train, limit=120)
        after_2_minutes = distance(folder + "/run")
        last = first + training_time([*train, "--resume"])
        figures = first, after_2_minutes, last, distance(folder + "/run")
    print(train[-3], "{:6.0f} s {:6.2f}, {:6.0f} s {:6.2f}".format(*figures), flush=True)
    return figures


def training_time(command, limit=None):
    """Run a command, interrupted after `limit` seconds (it saves then); return its wall time."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
    if process.returncode not in (0, 130):
        raise SystemExit(f"{' '.join(command)} exited with {process.returncode}")
    return time.perf_counter() - start


def make_distance():
    """Return the distance of a run's 10,000 images from the test images; print the judge's."""
    (images, _), (test_images, test_labels) = gt.load_mnist()
    judge = gt.load_judge()
    right = np.mean(gt.classify(judge, test_images) == test_labels)
    reference = gt.features(judge, test_images)
    floor = gt.frechet_distance(gt.features(judge, images[:10_000]), reference)
    print(f"{judge.name}: {right:.2%} right; real images at {floor:.2f}")

    def distance(folder):
        generator, _ = gt.restore(folder)
        fakes = gt.generate_images(generator, gt.sample_prior(10_000, seed=0))
        return gt.frechet_distance(gt.features(judge, fakes), reference)

    return distance


if __name__ == "__main__":
    main()
