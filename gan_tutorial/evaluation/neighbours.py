"""Nearest neighbours: which real images generated ones are near to, and which are near to none."""

import numpy as np
import sklearn
from sklearn.metrics import pairwise_distances_chunked
from sklearn.neighbors import NearestNeighbors


def sample(images, number, seed=0):
    """Return `number` of the images, drawn at random, or all of them if there are no more.

    Never take the first ones, or every second: MNIST's test images change in character half-way,
    and its training images alternate between two populations (notebook 05).
    """
    if number >= len(images):
        return images
    chosen = np.random.default_rng(seed).choice(len(images), number, replace=False)
    return images[np.sort(chosen)]


def neighbour_figures(features, reference, k=5):
    """Return precision, recall, density and coverage of features (n, 64) by a reference (m, 64).

    Each feature has a ball that reaches to its k-th neighbour in its own set. Precision: the
    share of images in a ball of the reference; recall: the share of the reference in a ball of
    the images (Kynkäänniemi et al. 2019, section 2). Density: in how many balls of the reference
    an image is on average, over k; coverage: the share of the reference's balls with an image
    (Naeem et al. 2020, section 3). All but density, which has no upper limit, are from 0 to 1.
    Raise ValueError for k points or fewer, for sets of other widths, or not finite.
    """
    check_points(features, reference, k + 1)
    own_radii, radii = (_distances(f, None, k)[0][:, -1] for f in (features, reference))
    inside = np.zeros(len(features))  # in how many balls of the reference each image is
    recalled, covered = np.zeros((2, len(reference)), bool)

    def look_at(distances, start):
        part = slice(start, start + len(distances))
        within = distances <= radii
        inside[part] = within.sum(axis=1)
        covered[within.any(axis=0)] = True
        recalled[(distances <= own_radii[part, np.newaxis]).any(axis=0)] = True

    with sklearn.config_context(working_memory=128):  # MiB
        for _ in pairwise_distances_chunked(features, reference, reduce_func=look_at):
            pass
    return {
        "precision": float(np.mean(inside > 0)),
        "recall": float(recalled.mean()),
        "density": float(inside.mean() / k),
        "coverage": float(covered.mean()),
    }


def two_sample_accuracy(features, reference):
    """Return how often the nearest neighbour of an image tells its set, leaving itself out.

    Of both sets as many are taken. 1/2: they can't be told apart; 1: they lie apart; below 1/2:
    each image sits beside one of the other set, as copies do. Raise ValueError for sets of other
    widths, or not finite. Source: Lopez-Paz and Oquab 2017,
    "Revisiting classifier two-sample tests", with the nearest neighbour as in Xu et al. 2018.
    """
    check_points(features, reference, 1)
    number = min(len(features), len(reference))
    both = np.concatenate([sample(features, number), sample(reference, number)])
    is_real = np.arange(len(both)) >= number
    nearest = _distances(both, None, 1)[1][:, 0]
    return float(np.mean(is_real[nearest] == is_real))


def memorisation(images, train_images):
    """Return how near images (n, 28, 28, 1) are to the training images (m, 28, 28, 1).

    nearest: the median distance to the nearest one (`nearest_images`), and nearest_1_percent, the
    distance below which 1 % of the images are: near-copies that are fewer than half show there,
    not in the median. copies: how many images are, in 256 grey values, a training image. closest:
    (image, training image, distance) of the eight pairs nearest to each other, to look at.
    """
    distances, indices = nearest_images(images, train_images)
    known = {image.tobytes() for image in _grey_values(train_images)}
    return {
        "nearest": float(np.median(distances)),
        "nearest_1_percent": float(np.quantile(distances, 0.01)),
        "copies": sum(image.tobytes() in known for image in _grey_values(images)),
        "closest": [
            (int(i), int(indices[i, 0]), float(distances[i, 0]))
            for i in np.argsort(distances[:, 0], kind="stable")[:8]
        ],
    }


def nearest_images(images, reference_images, number=1):
    """Return (distances, indices) of the nearest reference images, both (n, number), near first.

    `images` (n, 28, 28, 1) and `reference_images` (m, 28, 28, 1) are in [-1, 1]; the distance is
    Euclidean on pixels scaled to [0, 1]. For scale: from a test image of MNIST to the 60,000
    training images its median is about 4.4.
    """
    return _distances(_pixels(reference_images), _pixels(images), number)


def check_points(points, others, at_least):
    """Raise ValueError unless both are (n, m), finite, of one m, n at least as given."""
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


def _distances(points, queries, number):
    """Return (distances, indices) of each query's neighbours, of each point's where it is None."""
    return NearestNeighbors(n_neighbors=number, algorithm="brute").fit(points).kneighbors(queries)


def _pixels(images):
    return (np.asarray(images, np.float32).reshape(len(images), -1) + 1) / 2


def _grey_values(images):
    return np.rint(_pixels(images) * 255).astype(np.uint8)
