"""Peak memory of training: an epoch of 5,120 random images, each time in a process of its own.

python benchmarks/memory.py [RECIPE PRECISION]
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from turns import table

import gan_tutorial as gt


def measure():
    """Return {(recipe, precision): (MiB before the first network, MiB at the peak)}."""
    kinds = [("lecture", "float32"), ("lecture", "mixed_bfloat16"), ("fast", "float32")]
    return {kind: in_new_process(*kind) for kind in kinds}


def in_new_process(recipe, precision):
    command = [sys.executable, __file__, recipe, precision]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return tuple(float(mib) for mib in output.split()[-2:])


def of_training(recipe, precision, number=5120):
    """Train and return the peaks of this process, in MiB, before and after."""
    with tempfile.TemporaryDirectory() as folder:
        train = gt.run  # imports TensorFlow
        images = np.random.default_rng(0).uniform(-1, 1, (number, 28, 28, 1)).astype(np.float32)
        before = peak()
        train(images, Path(folder) / "run", recipe, epochs=1, seed=1, precision=precision)
    return before, peak()


def peak():
    """Return the most memory that this process has had so far, in MiB; not on Windows."""
    status = Path("/proc/self/status")
    if status.exists():  # because getrusage includes the peak of the process that started this one
        return int(re.search(r"VmHWM:\s*(\d+) kB", status.read_text(encoding="utf-8"))[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # bytes on macOS


def memory_table(peaks):
    rows = [
        [f"{recipe}, {precision}", f"{high:,.0f}", f"{before:,.0f}"]
        for (recipe, precision), (before, high) in peaks.items()
    ]
    return table(["recipe", "MiB", "of these TensorFlow and the images"], rows)


def main():
    if len(sys.argv) == 3:
        print(*of_training(*sys.argv[1:]))
    else:
        print(memory_table(measure()))


if __name__ == "__main__":
    main()
