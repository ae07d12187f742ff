"""Nearest neighbours: which real images generated ones are near to, and which are near to none."""

import numpy as np
import sklearn
from sklearn.metrics import pairwise_distances_chunked
from sklearn.neighbors import NearestNeighbors


def sample_images(images, number, seed=0):
    """Return `number` of the images, drawn at random, or all images if there are no more.

    Do not take the first images, or every second one: MNIST's test images change in character
    half-way, and its training images alternate between two populations (notebook 05).
    """
    if number >= len(images):
        return images
    chosen = np.random.default_rng(seed).choice(len(images), number, replace=False)
    return images[np.sort(chosen)]


def neighbour_measures(features, reference, k=5):
    """Return precision, recall, density and coverage of features (n, 64) by a reference (m, 64).

    Around each feature lies a ball that reaches to the feature's k-th neighbour in its own set.

    - precision: the share of images that lie in a ball of the reference, from 0 to 1.
    - recall: the share of the reference that lies in a ball of the images, from 0 to 1
      (both from Kynkäänniemi et al. 2019, section 2).
    - density: in how many balls of the reference an image lies on average, divided by k. It has
      no upper limit.
    - coverage: the share of the reference's balls that hold an image, from 0 to 1
      (both from Naeem et al. 2020, section 3).

    Raise ValueError if a set has k points or fewer, if the sets have different widths, or if a
    feature is not finite.
    """
    check_points(features, reference, k + 1)
    own_radii, radii = (_distances(f, k)[0][:, -1] for f in (features, reference))
    balls = np.zeros(len(features))  # in how many balls of the reference each image lies
    recalled, covered = np.zeros((2, len(reference)), bool)

    def count(distances, start):
        part = slice(start, start + len(distances))
        within = distances <= radii
        balls[part] = within.sum(axis=1)
        covered[within.any(axis=0)] = True
        recalled[(distances <= own_radii[part, np.newaxis]).any(axis=0)] = True

    # in parts, because the matrix of all distances would need gigabytes
    with sklearn.config_context(working_memory=128):  # MiB
        for _ in pairwise_distances_chunked(features, reference, reduce_func=count):
            pass
    return {
        "precision": float(np.mean(balls > 0)),
        "recall": float(recalled.mean()),
        "density": float(balls.mean() / k),
        "coverage": float(covered.mean()),
    }


def two_sample_accuracy(features, reference):
    """Return how often the nearest neighbour of an image tells which set the image is from.

    Both sets are cut to the same size, at random. At 1/2 the sets cannot be told apart, at 1 they
    lie apart; below 1/2 each image lies beside one of the other set, as a copy does. Raise
    ValueError if the sets have different widths, or if a feature is not finite. Source:
    Lopez-Paz and Oquab 2017, "Revisiting classifier two-sample tests"; with the nearest neighbour
    as the classifier Xu et al. 2018.
    """
    check_points(features, reference, 1)
    number = min(len(features), len(reference))
    both = np.concatenate([sample_images(features, number), sample_images(reference, number)])
    is_real = np.arange(len(both)) >= number
    nearest = _distances(both, 1)[1][:, 0]
    return float(np.mean(is_real[nearest] == is_real))


def check_points(points, others, at_least):
    """Raise ValueError unless both sets are (n, m), finite, of one m, n at least as given."""
    for each in (points, others):
        if np.ndim(each) != 2 or len(each) < at_least or not np.isfinite(each).all():
            raise ValueError(
                f"points must be (n, m), finite, n at least {at_least}, but are {np.shape(each)}"
            )
    if np.shape(points)[1] != np.shape(others)[1]:
        raise ValueError(
            f"both sets must have as many coordinates, but have {np.shape(points)[1]} "
            f"and {np.shape(others)[1]}"
        )


def _distances(points, number):
    """Return (distances, indices) of the nearest other points of each point."""
    return NearestNeighbors(n_neighbors=number, algorithm="brute").fit(points).kneighbors()
