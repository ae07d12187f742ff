"""A shield between our networks and the settings that Keras keeps for the whole process."""

import contextlib
import random

import keras


@contextlib.contextmanager
def shielded(seed=None, precision="float32"):
    """Build networks in the block from a seed and in a precision, whatever is set outside.

    Keras draws the seeds of initial weights and of Dropout from Python's `random`, and takes the
    precision from its dtype policy. After the block both are as they were. If `seed` is None, the
    block draws on from the state of `random` that it finds.
    """
    state, policy = random.getstate(), keras.config.dtype_policy()
    if seed is not None:
        random.seed(seed)
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        random.setstate(state)
        keras.config.set_dtype_policy(policy)
