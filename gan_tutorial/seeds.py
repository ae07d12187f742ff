"""Seeds of our own that disturb nobody else's random numbers."""

import contextlib
import random


@contextlib.contextmanager
def seeded(seed=None):
    """Build networks in the block from a seed; afterwards Python's random state is as before.

    Keras draws the seeds of initial weights and of Dropout from Python's `random`, and from
    nothing else. Without a seed the block draws on from the state that it finds.
    """
    before = random.getstate()
    if seed is not None:
        random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)
