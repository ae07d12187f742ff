"""The loss record of a run, data/losses.csv."""

from pathlib import Path

import numpy as np

from gan_tutorial.files.whole import whole_file

from .folder import LOSSES
from .restore import run_folder


def read_losses(directory):
    """Return a run's losses, (steps, 2) float32, as `run` returns them.

    `directory` is the run's folder, or the name of a shipped network.
    """
    path = run_folder(directory) / LOSSES
    return np.loadtxt(path, np.float32, delimiter=",", skiprows=1, usecols=(2, 3), ndmin=2)


def write_losses(directory, losses, steps_per_epoch, names):
    """Write losses (steps, 2), of two names, to a run's folder, in full precision."""
    steps = np.arange(len(losses))
    rows = np.column_stack([steps + 1, steps // steps_per_epoch + 1, losses.astype(np.float64)])
    with whole_file(Path(directory) / LOSSES) as temporary:
        header = ",".join(["step", "epoch", *names])
        np.savetxt(temporary, rows, ("%d", "%d", "%.9g", "%.9g"), ",", header=header, comments="")
