"""What saving costs: an epoch's save (picture, checkpoint, loss record) against the epoch's steps.

python benchmarks/saving.py [--steps N]
"""

import argparse
import itertools
import tempfile
from pathlib import Path

import numpy as np
from turns import by_turns

import gan_tutorial as gt
from gan_tutorial.runs.records import write_losses

STEPS = 235  # of an epoch of MNIST, with 256 images each


def measure(rounds=10):
    """Return the medians of the seconds of one step and of one save, timed by turns."""
    images = np.random.default_rng(0).uniform(-1, 1, (256, 28, 28, 1)).astype(np.float32)
    objects = *gt.make_networks(), *gt.make_optimizers()
    train_step = gt.make_train_step(*objects)
    with tempfile.TemporaryDirectory() as folder:
        save = make_save(Path(folder), *objects)
        seconds = by_turns({"step": lambda: train_step(images), "save": save}, rounds)
    return np.median(seconds["step"]), np.median(seconds["save"])


def make_save(folder, *objects):
    """Return a function that saves what `gt.run` saves after an epoch, as near the run's end."""
    latent_points, losses = gt.sample_prior(16, seed=0), np.zeros((100 * STEPS, 2), np.float32)
    checkpoint, epochs = gt.checkpoints.make(*objects), itertools.count(1)

    def save():
        epoch = next(epochs)
        gt.generate_and_save_images(objects[0], epoch, latent_points, folder)
        gt.checkpoints.save(checkpoint, folder, epoch * STEPS, keep_every=15 * STEPS)
        write_losses(folder, losses, STEPS, ("generator_loss", "discriminator_loss"))

    return save


def sentence(step, save):
    """Return a sentence about what saving adds to an epoch."""
    return (
        f"One step takes {step:.3f} s, one save {save:.3f} s: "
        f"saving adds {save / (STEPS * step):.2%} to an epoch of {STEPS} steps."
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=10, help="how many steps and saves are timed")
    print(sentence(*measure(parser.parse_args().steps)))


if __name__ == "__main__":
    main()
