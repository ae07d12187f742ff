"""Points in latent space, images from them, paths between them."""

import numbers

import numpy as np


def generate_latent_points(number=100, scale_means=1, scale_stds=1, *, seed=None, latent_dim=100):
    """Return the lecture's latent points, shape (number, latent_dim) float32.

    Coordinate i is normal with mean scale_means·tᵢ and standard deviation |scale_stds·tᵢ|, where
    t runs evenly from -1 to 1. (The lecture's deviations run from -1 to 1 too; the sign of a
    deviation mirrors a symmetric distribution and changes nothing.) The network was trained on
    N(0, I) instead: `sample_prior`. Raise ValueError where number < 1.
    """
    t = np.linspace(-1, 1, latent_dim)
    deviations = np.random.default_rng(seed).standard_normal((_positive(number), latent_dim))
    with np.errstate(over="ignore", invalid="ignore"):  # `generate_images` refuses infinite points
        return (scale_means * t + np.abs(scale_stds * t) * deviations).astype(np.float32)


def sample_prior(number, *, seed=None, latent_dim=100):
    """Return points z ~ N(0, I), what the generator was trained on, (number, latent_dim) float32.

    Raise ValueError where number < 1.
    """
    rng = np.random.default_rng(seed)
    return rng.standard_normal((_positive(number), latent_dim), dtype=np.float32)


def generate_images(generator, latent_points):
    """Return g(z) for latent points (n, latent_dim): (n, 28, 28, 1) float32 in [-1, 1].

    Works in batches, so that memory stays flat for any n, and in inference mode: BatchNorm uses
    its moving averages. Raise ValueError for points of another width, or not finite.
    """
    points = _checked_points(latent_points, generator.input_shape[-1])
    images = np.empty((len(points), *generator.output_shape[1:]), np.float32)
    for i in range(0, len(points), 1024):  # a third more images a second than with 256
        images[i : i + 1024] = generator(points[i : i + 1024], training=False)
    return images


def interpolation(point_1, point_2, n_steps=10):
    """Return the straight path between two latent points, ends included: (n_steps, latent_dim).

    Source: the lecture. Its middle is shorter than its ends: in 100 dimensions two points of
    N(0, I) are nearly orthogonal, and half-way the norm has dropped by a factor of about √2.
    """
    ratios = np.linspace(0, 1, _positive(n_steps, "n_steps"))[:, np.newaxis]
    point_1, point_2 = np.asarray(point_1), np.asarray(point_2)
    return ((1 - ratios) * point_1 + ratios * point_2).astype(np.float32)


def spherical_interpolation(point_1, point_2, n_steps=10):
    """Return the path along the great circle, (n_steps, latent_dim): equal norms stay equal.

    Source: White 2016, "Sampling Generative Networks", section 2 (slerp). The points must not be
    parallel: a great circle between them is not defined then, and the straight path is returned.
    """
    point_1, point_2 = np.asarray(point_1, np.float64), np.asarray(point_2, np.float64)
    norms = np.linalg.norm(point_1) * np.linalg.norm(point_2)
    cosine = np.dot(point_1, point_2) / norms if norms > 0 else 1  # 0 is parallel to all points
    angle = np.arccos(np.clip(cosine, -1, 1))
    if np.sin(angle) < 1e-6:
        return interpolation(point_1, point_2, n_steps)
    ratios = np.linspace(0, 1, _positive(n_steps, "n_steps"))[:, np.newaxis]
    weights_1, weights_2 = np.sin((1 - ratios) * angle), np.sin(ratios * angle)
    return ((weights_1 * point_1 + weights_2 * point_2) / np.sin(angle)).astype(np.float32)


def _positive(number, name="number"):
    real = isinstance(number, numbers.Real) and not isinstance(number, bool)
    if not (real and number >= 1 and number // 1 == number):
        raise ValueError(f"{name} must be a whole number of at least 1, but is {number!r}")
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
