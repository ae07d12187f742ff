"""Points in latent space, images from them, paths between them."""

import numbers

import numpy as np


def generate_latent_points(number=100, scale_means=1, scale_stds=1, *, seed=None, latent_dim=100):
    """Return the lecture's latent points, (number, latent_dim) float32.

    Coordinate i is normal with the mean scale_means·tᵢ and the standard deviation
    |scale_stds·tᵢ|, where t runs evenly from -1 to 1. (In the notes the standard deviations run
    from -1 to 1 too. A sign changes nothing, because the distribution is symmetric.) The generator
    was trained on other points, those of `sample_prior`.

    Args:
        number: how many points, at least 1.
        scale_means: the factor of the means.
        scale_stds: the factor of the standard deviations.
        seed: of the random numbers; None for points that cannot be drawn again.
        latent_dim: the coordinates of a point.

    Raises:
        ValueError: if `number` is below 1.
    """
    t = np.linspace(-1, 1, latent_dim)
    normal = np.random.default_rng(seed).standard_normal((_whole(number), latent_dim))
    # no warning of infinite points, because `generate_images` refuses them with a clear error
    with np.errstate(over="ignore", invalid="ignore"):
        return (scale_means * t + np.abs(scale_stds * t) * normal).astype(np.float32)


def sample_prior(number, *, seed=None, latent_dim=100):
    """Return points z ~ N(0, I), (number, latent_dim) float32, as the generator was trained on.

    Raise ValueError if `number` is below 1.
    """
    rng = np.random.default_rng(seed)
    return rng.standard_normal((_whole(number), latent_dim), dtype=np.float32)


def generate_images(generator, latent_points):
    """Return the images g(z) of latent points (n, latent_dim): (n, 28, 28, 1) in [-1, 1].

    The generator works in inference mode, in which BatchNorm uses its moving averages. It works
    in batches, so that beside the images only the maps of one batch have to fit into memory. Raise
    ValueError if the points have another width, or are not finite.
    """
    points = _checked_points(latent_points, generator.input_shape[-1])
    images = np.empty((len(points), *generator.output_shape[1:]), np.float32)
    for i in range(0, len(points), 1024):
        images[i : i + 1024] = generator(points[i : i + 1024], training=False)
    return images


def interpolation(start, end, number=10):
    """Return the straight path between two latent points, (number, latent_dim) with both ends.

    If both ends have the same norm, the points between them are shorter. In 100 dimensions two
    points of N(0, I) are nearly orthogonal, so that the norm drops half-way by a factor of about
    √2. A path of one point is the start alone.
    """
    ratios = np.linspace(0, 1, _whole(number))[:, np.newaxis]
    start, end = np.asarray(start), np.asarray(end)
    return ((1 - ratios) * start + ratios * end).astype(np.float32)


def spherical_interpolation(start, end, number=10):
    """Return the spherical path between two latent points, (number, latent_dim) with both ends.

    If both ends have the same norm, the path is an arc of a great circle, and all its points have
    this norm. If the ends point in the same direction or in opposite ones, or if one is 0, there
    is not one such arc, and the straight path is returned.
    Source: White 2016, "Sampling Generative Networks", section 2 (slerp).
    """
    start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
    norms = np.linalg.norm(start) * np.linalg.norm(end)
    cosine = np.dot(start, end) / norms if norms > 0 else 1  # 0 is parallel to all points
    angle = np.arccos(np.clip(cosine, -1, 1))
    if np.sin(angle) < 1e-6:
        return interpolation(start, end, number)
    ratios = np.linspace(0, 1, _whole(number))[:, np.newaxis]
    start_weights, end_weights = np.sin((1 - ratios) * angle), np.sin(ratios * angle)
    return ((start_weights * start + end_weights * end) / np.sin(angle)).astype(np.float32)


def principal_directions(generator, number=4):
    """Return the directions that change the first layer's output most, (number, latent_dim).

    There are latent_dim directions at most. They are orthonormal, and the strongest comes first:
    eigenvectors of W Wᵀ, where W (latent_dim, units) are the weights of the first layer.
    Source: Shen and Zhou 2021, "Closed-form factorization of latent semantics in GANs",
    equation 4.
    """
    weights = next(layer for layer in generator.layers if layer.get_weights()).get_weights()[0]
    _, vectors = np.linalg.eigh(weights.astype(np.float64) @ weights.T)
    return vectors.T[::-1][: _whole(number)].astype(np.float32)


def _whole(number):
    real = isinstance(number, numbers.Real) and not isinstance(number, bool)
    if not (real and number >= 1 and number // 1 == number):
        raise ValueError(f"number must be a whole number of at least 1, but is {number!r}")
    return int(number)


def _checked_points(latent_points, latent_dim):
    try:
        points = np.asarray(latent_points, np.float32)
    except (TypeError, ValueError) as error:
        raise ValueError(f"latent points must be numbers: {error}") from None
    if points.ndim != 2 or points.shape[1] != latent_dim or len(points) == 0:
        raise ValueError(
            f"latent points must have the shape (n, {latent_dim}) with n at least 1, "
            f"but have {points.shape}"
        )
    if not np.isfinite(points).all():
        raise ValueError("latent points must be finite, but hold NaN or infinity")
    return points
