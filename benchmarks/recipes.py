"""How good the digits of a recipe are after 2 minutes and at its end, as a judge sees them.

python benchmarks/recipes.py [--recipe fast] [--epochs N] [--seeds 1 2 3]

Each run starts from nothing, as a process of its own. Its wall time includes the start-up, the
data, the pictures and the checkpoints. The run is stopped after 2 minutes, measured, and resumed.
The measure is the distance of 10,000 generated images from the test images.
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
    measures = np.array([run(train, seed, distance) for seed in options.seeds])
    print("mean:      {:6.0f} s {:6.2f}, {:6.0f} s {:6.2f}".format(*measures.mean(axis=0)))


def run(train, seed, distance):
    """Train in a new folder; return the seconds and the distance after 2 minutes and at the end."""
    with tempfile.TemporaryDirectory() as folder:
        output = f"{folder}/run"
        train = [*train, "--seed", seed, "--output", output]
        first = training_time(train, limit=120)
        after_2_minutes = distance(output)
        last = first + training_time([*train, "--resume"])
        measures = first, after_2_minutes, last, distance(output)
    print(seed, "{:6.0f} s {:6.2f}, {:6.0f} s {:6.2f}".format(*measures), flush=True)
    return measures


def training_time(command, limit=None):
    """Run a command, and interrupt it after `limit` seconds; return its wall time.

    A training that is interrupted saves, and exits with 130.
    """
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
    """Return distance(folder), a function that measures a run, and print how good its judge is."""
    (images, _), (test_images, test_labels) = gt.load_mnist()
    judge = gt.evaluation.load_judge()
    reference = gt.evaluation.features(judge, test_images)

    def distance_of(images):
        features = gt.evaluation.features(judge, images)
        return gt.evaluation.frechet_distance(features, reference)

    def distance(folder):
        generator, _ = gt.restore(folder)
        return distance_of(gt.generate_images(generator, gt.sample_prior(10_000, seed=0)))

    right = np.mean(gt.evaluation.classify(judge, test_images) == test_labels)
    floor = distance_of(images[:10_000])
    print(f"{judge.name}: {right:.2%} right; real images at {floor:.2f}")
    return distance


if __name__ == "__main__":
    main()
