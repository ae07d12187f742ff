"""What the images are worth: their nearest real images, and the digits that they show."""

import numpy as np
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors


def nearest_images(images, reference_images, number=1):
    """Return (distances, indices) of the nearest reference images, both (n, number), near first.

    `images` (n, 28, 28, 1) and `reference_images` (m, 28, 28, 1) are in [-1, 1]; the distance is
    Euclidean on pixels scaled to [0, 1]. For scale: from a test image of MNIST to the 60,000
    training images its median is about 4.4.
    """
    neighbours = NearestNeighbors(n_neighbors=number, algorithm="brute")
    return neighbours.fit(_pixels(reference_images)).kneighbors(_pixels(images))


def classify(images, reference_images, reference_labels):
    """Return the digit that each image shows, (n,) uint8: the vote of its 3 nearest references.

    With all of MNIST as the reference this is right for 97 % of the test images (LeCun et al.
    1998, "Gradient-based learning applied to document recognition", section III: 95 % for the
    simplest form). It has an answer for any image, one that shows no digit too.
    """
    judge = KNeighborsClassifier(n_neighbors=3, weights="distance", algorithm="brute")
    return judge.fit(_pixels(reference_images), reference_labels).predict(_pixels(images))


def _pixels(images):
    return (np.asarray(images, np.float32).reshape(len(images), -1) + 1) / 2
