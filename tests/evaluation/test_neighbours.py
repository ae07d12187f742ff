"""Neighbours, against loops over all pairs."""

import numpy as np
import pytest
import scipy.ndimage
import scipy.spatial

import gan_tutorial as gt


@pytest.fixture
def references():
    return np.random.default_rng(0).uniform(-1, 1, (30, 28, 28, 1)).astype(np.float32)


def test_distances_are_euclidean_on_pixels_from_0_to_1(references):
    images = 0.9 * references[:3]
    distances, indices = gt.evaluation.nearest_images(images, references, number=30)
    for i in range(3):
        for distance, j in zip(distances[i], indices[i], strict=True):
            by_hand = np.sqrt(np.sum(((images[i] - references[j]) / 2) ** 2))
            assert distance == pytest.approx(by_hand, rel=1e-4)
    assert np.all(np.diff(distances, axis=1) >= 0)


def test_a_copy_is_its_own_nearest_image(references):
    distances, indices = gt.evaluation.nearest_images(references[::3], references)
    assert indices[:, 0].tolist() == list(range(0, 30, 3))
    assert distances == pytest.approx(np.zeros((10, 1)), abs=1e-2)


@pytest.mark.parametrize("kind", ["digits", "blurred digits", "noise"])
@pytest.mark.parametrize("number", [1, 7])
def test_the_nearest_are_those_of_a_plain_search(kind, number):
    (real, _), (test_images, _) = gt.load_mnist()
    images = {
        "digits": test_images[:40],
        "blurred digits": scipy.ndimage.gaussian_filter(test_images[:40], (0, 2, 2, 0)),
        "noise": np.random.default_rng(0).uniform(-1, 1, (40, 28, 28, 1)).astype(np.float32),
    }[kind]
    distances, indices = gt.evaluation.nearest_images(images, real[:4000], number)
    flat = [x.reshape(len(x), -1).astype(np.float64) / 2 for x in (images, real[:4000])]
    everything = scipy.spatial.distance.cdist(*flat)
    assert indices.tolist() == np.argsort(everything, axis=1)[:, :number].tolist()
    assert distances == pytest.approx(np.sort(everything, axis=1)[:, :number], rel=1e-5)


def test_paper_and_ink_are_28_apart():
    paper_and_ink = np.full((2, 28, 28, 1), [[[[-1.0]]], [[[1.0]]]])
    distances, _ = gt.evaluation.nearest_images(paper_and_ink, paper_and_ink, number=2)
    assert distances.tolist() == [[0, pytest.approx(28)]] * 2  # sqrt(784 · 1²)


@pytest.fixture
def points():
    """Return two sets of points in the plane, (40, 2) and (30, 2), that overlap in part."""
    rng = np.random.default_rng(2)
    return rng.normal(0, 1, (40, 2)), rng.normal(1, 1.5, (30, 2))


def radius(points, i, k):
    return sorted(np.linalg.norm(points - points[i], axis=1))[k]  # the first is the point itself


@pytest.mark.parametrize("k", [1, 5])
def test_precision_recall_density_coverage_by_their_definitions(points, k):
    fake, real = points
    real_radii = [radius(real, j, k) for j in range(len(real))]
    fake_radii = [radius(fake, i, k) for i in range(len(fake))]
    between = np.array([[np.linalg.norm(f - r) for r in real] for f in fake])
    rows, columns = range(len(fake)), range(len(real))
    expected = {
        "precision": np.mean([any(between[i, j] <= real_radii[j] for j in columns) for i in rows]),
        "recall": np.mean([any(between[i, j] <= fake_radii[i] for i in rows) for j in columns]),
        "density": sum(between[i, j] <= real_radii[j] for i in rows for j in columns) / 40 / k,
        "coverage": np.mean([any(between[i, j] <= real_radii[j] for i in rows) for j in columns]),
    }
    assert gt.evaluation.neighbour_measures(fake, real, k) == pytest.approx(expected)


def test_many_points_are_looked_at_in_parts():
    rng = np.random.default_rng(1)
    fake, real = rng.normal(0, 1, (6000, 3)), rng.normal(1, 1.5, (4000, 3))  # 192 MB of distances
    between = scipy.spatial.distance.cdist(fake, real)
    radii = np.sort(scipy.spatial.distance.cdist(real, real), axis=1)[:, 5]
    own_radii = np.sort(scipy.spatial.distance.cdist(fake, fake), axis=1)[:, 5]
    figures = gt.evaluation.neighbour_measures(fake, real)
    assert figures["precision"] == np.mean((between <= radii).any(axis=1))
    assert figures["recall"] == np.mean((between <= own_radii[:, np.newaxis]).any(axis=0))
    assert figures["coverage"] == np.mean((between <= radii).any(axis=0))


def test_two_sample_accuracy_by_its_definition(points):
    fake, real = points[0][:30], points[1]
    both, is_real = np.concatenate([fake, real]), np.repeat([False, True], 30)
    right = []
    for i in range(60):
        distances = np.linalg.norm(both - both[i], axis=1)
        distances[i] = np.inf
        right.append(is_real[distances.argmin()] == is_real[i])
    assert gt.evaluation.two_sample_accuracy(fake, real) == pytest.approx(np.mean(right))


def test_sets_far_apart_are_told_apart_and_copies_are_not(points):
    fake, _ = points
    assert gt.evaluation.two_sample_accuracy(fake, fake + 100) == 1
    assert gt.evaluation.two_sample_accuracy(fake, fake + 1e-6) == 0


def test_a_sample_has_no_image_twice_and_no_pattern():
    chosen = gt.evaluation.sample_images(np.arange(60_000), 10_000)
    assert len(np.unique(chosen)) == 10_000
    assert np.all(gt.evaluation.sample_images(np.arange(60_000), 10_000) == chosen)
    assert np.mean(chosen % 2) == pytest.approx(0.5, abs=0.02)
    assert np.mean(chosen < 30_000) == pytest.approx(0.5, abs=0.02)
    assert gt.evaluation.sample_images(np.arange(7), 10).tolist() == list(range(7))
