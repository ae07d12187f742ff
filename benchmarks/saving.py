"""What saving costs: an epoch's save (picture, checkpoint, loss record) against the epoch's steps.

python benchmarks/saving.py [--steps N]
"""

import argparse
import itertools
import tempfile
import time
from pathlib import Path
from unittest import mock

import numpy as np

import gan_tutorial as gt

with gt.quiet():
    from gan_tutorial.runs import run as runs


def measure(steps=10):
    """Return the seconds of one step and of one save, medians of three epochs of `steps`."""
    images = np.random.default_rng(0).uniform(-1, 1, (256 * steps, 28, 28, 1)).astype(np.float32)
    seconds = []
    original = runs._Training.on_epoch_end

    def timed(self, epoch, losses):
        start = time.perf_counter()
        original(self, epoch, losses)
        seconds.append((start, time.perf_counter()))

    with (
        mock.patch.object(runs._Training, "on_epoch_end", timed),
        tempfile.TemporaryDirectory() as folder,
    ):
        gt.run(images, Path(folder) / "run", "lecture", epochs=4, seed=1)
    save = np.median([end - start for start, end in seconds[1:]])
    gaps = itertools.pairwise(seconds)
    step = np.median([start - end for (_, end), (start, _) in gaps]) / steps
    return step, save


def sentence(step, save, steps=235):
    """Return what saving adds to an epoch; MNIST has 235 steps of 256 images."""
    return (
        f"One step takes {step:.3f} s, one save {save:.3f} s: "
        f"saving adds {save / (steps * step):.2%} to an epoch of {steps} steps."
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=10, help="steps timed; an epoch has 235")
    print(sentence(*measure(parser.parse_args().steps)))


if __name__ == "__main__":
    main()
