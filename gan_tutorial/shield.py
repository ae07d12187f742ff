"""A shield between our networks and the settings that Keras keeps for the whole process.

Our modules take Keras from here, so that another backend is found before it does harm.
"""

import contextlib
import json
import os
import random


class BackendError(ImportError):
    """Keras computes with JAX or PyTorch, and our networks need TensorFlow."""


def _import_keras():
    """Return Keras; raise BackendError, which says what chose the backend, if it is another."""
    backend, place = _chosen_backend()
    try:
        import keras

        if keras.config.backend() != backend:
            backend, place = keras.config.backend(), "what was set when Keras was imported"
    except Exception:  # because each backend that is missing has an error of its own
        if backend == "tensorflow":
            raise
    if backend != "tensorflow":
        raise BackendError(
            f"Keras's backend must be tensorflow, but is {backend!r} by {place}: change that, and "
            "start Python again"
        )
    return keras


def _chosen_backend():
    """Return the backend that Keras chooses when it is imported, and the place that says so."""
    if backend := os.environ.get("KERAS_BACKEND"):
        return backend, "the environment variable KERAS_BACKEND"
    home = os.path.expanduser("~")
    home = os.path.join(home if os.access(home, os.W_OK) else "/tmp", ".keras")
    path = os.path.expanduser(os.path.join(os.environ.get("KERAS_HOME", home), "keras.json"))
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file).get("backend", "tensorflow"), f"the file {path!r}"
    except (OSError, ValueError, AttributeError):
        return "tensorflow", "default"


keras = _import_keras()


@contextlib.contextmanager
def usual_settings(precision="float32"):
    """Let Keras work in the block with its defaults and a dtype policy, whatever is set outside."""
    config = keras.config
    settings = (
        (config.dtype_policy, config.set_dtype_policy, precision),
        (config.floatx, config.set_floatx, "float32"),
        (config.image_data_format, config.set_image_data_format, "channels_last"),
        (config.epsilon, config.set_epsilon, 1e-7),
        (config.max_epochs, config.set_max_epochs, None),
        (config.max_steps_per_epoch, config.set_max_steps_per_epoch, None),
    )
    before = [read() for read, _, _ in settings]
    try:
        for _, write, ours in settings:
            write(ours)
        yield
    finally:
        for (_, write, _), value in zip(settings, before, strict=True):
            write(value)


@contextlib.contextmanager
def shielded(seed=None, precision="float32"):
    """Build networks in the block from a seed and in a precision, whatever is set outside.

    Keras draws the seeds of initial weights and of Dropout from Python's `random`, and takes the
    precision from its dtype policy. After the block both are as they were. If `seed` is None, the
    block draws on from the state of `random` that it finds.
    """
    state = random.getstate()
    try:
        with usual_settings(precision):
            if seed is not None:
                random.seed(seed)
            yield
    finally:
        random.setstate(state)


@contextlib.contextmanager
def channels_last():
    """Build layers in the block for images (n, 28, 28, 1), whatever keras.json says.

    The precision is the user's, as that of any Keras layer.
    """
    before = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_last")
    try:
        yield
    finally:
        keras.config.set_image_data_format(before)
