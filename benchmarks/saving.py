"""What saving costs: an epoch's save (picture, checkpoint, loss record) against the epoch's steps.

python benchmarks/saving.py [--steps N]
"""

import argparse
import itertools
import tempfile
import time
from pathlib import Path

import numpy as np

import gan_tutorial as gt

with gt.quiet():
    from gan_tutorial import runs


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=10, help="steps timed; an epoch has 235")
    steps = parser.parse_args().steps
    images = np.random.default_rng(0).uniform(-1, 1, (256 * steps, 28, 28, 1)).astype(np.float32)
    seconds = []
    original = runs._Training.on_epoch_end

    def timed(self, epoch, losses):
        start = time.perf_counter()
        original(self, epoch, losses)
        seconds.append((start, time.perf_counter()))

    runs._Training.on_epoch_end = timed
    with tempfile.TemporaryDirectory() as folder:
        gt.run(images, Path(folder) / "run", "lecture", epochs=4, seed=1)
    saving = np.median([end - start for start, end in seconds[1:]])
    gaps = itertools.pairwise(seconds)
    step = np.median([start - end for (_, end), (start, _) in gaps]) / steps
    print(f"one step {step:.3f} s, one save {saving:.3f} s")
    print(f"saving adds {saving / (235 * step):.2%} to an epoch of 235 steps")


if __name__ == "__main__":
    main()
