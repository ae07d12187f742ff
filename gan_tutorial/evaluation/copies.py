"""Copies: the training images that generated images are nearest to, pixel by pixel."""

import math

import numpy as np

from gan_tutorial.data import checked_images
from gan_tutorial.plotting import plot_result

from .neighbours import sample_images

SHORT = 128  # coordinates of a shortened vector of pixels; a sixth, and most of its length
MANY = 0.01  # the share of likely points above which short vectors do not pay
SLACK = 0.01  # of a squared distance, because float32 rounds the bounds by up to 1e-3


def memorisation(images, train_images):
    """Return how near images (n, 28, 28, 1) are to the training images (m, 28, 28, 1).

    The distances are those of `nearest_images`.

    - nearest: the median distance to the nearest training image.
    - nearest_1_percent: the distance that 1 % of the images fall below. Near-copies show here,
      and in the median only if they are more than half.
    - copies: how many images equal a training image in 256 grey values.
    - closest: (image, training image, distance) of the eight closest pairs, by their numbers.
    """
    images = checked_images(images)
    train_images = checked_images(train_images, "training images")
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

    `images` (n, 28, 28, 1) and `reference_images` (m, 28, 28, 1) are in [-1, 1]. The distance is
    Euclidean, on pixels scaled to [0, 1]. From MNIST's test images to its 60,000 training images
    its median is about 4.4.
    """
    queries = _pixels(checked_images(images))
    points = _pixels(checked_images(reference_images, "reference images"))
    directions = _directions(points)
    short_points = _shortened(points, directions)
    parts = []
    for part in np.array_split(queries, math.ceil(len(queries) / 500)):  # to spare memory
        likely = _likely(part, points, _shortened(part, directions), short_points, number)
        if likely.mean() > MANY:  # of images that are no strokes, the short vectors say little
            likely = _likely(part, points, part, points, number)
        parts += [_nearest(*pair, points, number) for pair in zip(part, likely, strict=True)]
    distances, indices = (np.stack(arrays) for arrays in zip(*parts, strict=True))
    return distances, indices


def _directions(points):
    """Return the directions (p, SHORT) along which some of the points are longest."""
    some = sample_images(points, 5_000)
    return np.linalg.eigh(some.T @ some)[1][:, -SHORT:]


def _shortened(vectors, directions):
    """Return vectors of the same lengths: coordinates, and the length of what they leave out.

    By the triangle inequality, shortened vectors are never farther apart than the vectors were.
    """
    inside = vectors @ directions
    rest = np.sum(vectors**2, axis=1) - np.sum(inside**2, axis=1)
    return np.column_stack([inside, np.sqrt(np.maximum(rest, 0))])


def _likely(queries, points, short_queries, short_points, number):
    """Return which points can be among the nearest, (queries, points), as bool.

    A point can be if its shortened vector is no farther than the `number` points that seem
    nearest are in truth.
    """
    squares, point_squares = (np.sum(x**2, axis=1) for x in (short_queries, short_points))
    # |q|² - |q - p|² is 2 q·p - |p|², which is one product of matrices
    left = np.column_stack([2 * short_queries, -np.ones_like(squares)])
    closeness = left @ np.column_stack([short_points, point_squares]).T
    seem = closeness.argmax(axis=1)[:, np.newaxis]
    if number > 1:
        seem = np.argpartition(-closeness, number - 1, axis=1)[:, :number]
    reach = np.sum((queries[:, np.newaxis] - points[seem]) ** 2, axis=2).max(axis=1)
    return closeness >= (squares - reach - SLACK)[:, np.newaxis]


def _nearest(query, likely, points, number):
    """Return the distances and the indices of the nearest of the likely points."""
    indices = np.flatnonzero(likely)
    distances = np.linalg.norm(points[indices] - query, axis=1)
    order = np.argsort(distances, kind="stable")[:number]
    return distances[order], indices[order]


def plot_pairs(images, train_images, pairs):
    """Return a Figure of generated images above the training images that they are nearest to.

    `pairs` are (image, training image, distance), as `memorisation` returns them as closest.
    """
    chosen, nearest, distances = zip(*pairs, strict=True)
    titles = [f"{distance:.1f}" for distance in distances] + [""] * len(pairs)
    both = np.concatenate([images[list(chosen)], train_images[list(nearest)]])
    return plot_result(both, columns=len(pairs), titles=titles, size=0.9)


def _pixels(images):
    return (np.asarray(images, np.float32).reshape(len(images), -1) + 1) / 2


def _grey_values(images):
    return np.rint(_pixels(images) * 255).astype(np.uint8)
