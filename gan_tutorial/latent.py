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
    points = checked_points(latent_points, generator.input_shape[-1])
    images = np.empty((len(points), *generator.output_shape[1:]), np.float32)
    for i in range(0, len(points), 1024):
        images[i : i + 1024] = generator(points[i : i + 1024], training=False)
    return images


def image_source(generator, scale_means=None, scale_stds=None, seed=None):
    """Return a function that generates the next n images from one stream of random numbers.

    Their latent points are those of `sample_prior`; if a scale is given, they are those of
    `generate_latent_points`, and the other scale is 1.
    """
    # one stream of random numbers, because the images must not depend on the parts
    kind = {"seed": np.random.default_rng(seed), "latent_dim": generator.input_shape[-1]}
    scales = [1 if scale is None else scale for scale in (scale_means, scale_stds)]

    def images(number):
        if scale_means is None and scale_stds is None:
            points = sample_prior(number, **kind)
        else:
            points = generate_latent_points(number, *scales, **kind)
        return generate_images(generator, points)

    return images


def interpolation(start, end, number=10):
    """Return the straight path between two latent points, (number, latent_dim) with both ends.

    If both ends have the same norm, the points between them are shorter. In 100 dimensions two
    points of N(0, I) are nearly orthogonal, so that the norm drops half-way by a factor of about
    √2. A path of one point is the start alone.

    Args:
        start: a latent point (latent_dim,), or one for each of several paths, (n, latent_dim).
        end: the same for the other end.
        number: the points of a path, at least 1.

    Returns:
        (number, latent_dim) float32; for several paths (n, number, latent_dim).

    Raises:
        ValueError: if the ends have other shapes, or are not finite, or if `number` is below 1.
    """
    start, end = _checked_ends(start, end)
    ratios = np.linspace(0, 1, _whole(number))[:, np.newaxis]
    return ((1 - ratios) * start + ratios * end).astype(np.float32)


def spherical_interpolation(start, end, number=10):
    """Return the spherical path between two latent points, (number, latent_dim) with both ends.

    If both ends have the same norm, the path is an arc of a great circle, and all its points have
    this norm. If the ends are parallel, in the same direction or in opposite ones, or if one is 0,
    they define no great circle, and the straight path is returned. Arguments, result and errors
    are those of `interpolation`. Source: White 2016, "Sampling Generative Networks", section 2
    (slerp).
    """
    straight = interpolation(start, end, number)
    start, end = _checked_ends(start, end)
    norms = np.linalg.norm(start, axis=-1) * np.linalg.norm(end, axis=-1)
    parallel = norms == 0  # 0 is parallel to all points
    cosine = np.sum(start * end, axis=-1) / np.where(parallel, 1, norms)
    angle = np.arccos(np.clip(cosine, -1, 1))[..., np.newaxis]
    parallel = parallel[..., np.newaxis] | (np.sin(angle) < 1e-6)
    ratios = np.linspace(0, 1, _whole(number))[:, np.newaxis]
    path = np.sin((1 - ratios) * angle) * start + np.sin(ratios * angle) * end
    path = path / np.where(parallel, 1, np.sin(angle))
    return np.where(parallel, straight, path).astype(np.float32)


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


def _checked_ends(start, end):
    """Return the ends of paths in float64, (1, latent_dim) or (n, 1, latent_dim)."""
    start, end = _array(start), _array(end)
    if start.shape != end.shape or start.ndim not in (1, 2) or start.size == 0:
        raise ValueError(
            "start and end must both have the shape (latent_dim,), or both (n, latent_dim) for n "
            f"paths, but have {start.shape} and {end.shape}"
        )
    return [_finite(points)[..., np.newaxis, :].astype(np.float64) for points in (start, end)]


def checked_points(latent_points, latent_dim, name="latent points"):
    """Return points as an array (n, latent_dim) float32.

    Raise ValueError if the points have another shape, if there is none, or if a number is not
    finite; the error calls them by `name`.
    """
    points = _array(latent_points)
    if points.ndim != 2 or points.shape[1] != latent_dim or len(points) == 0:
        raise ValueError(
            f"{name} must have the shape (n, {latent_dim}) with n at least 1, "
            f"but have {points.shape}"
        )
    return _finite(points)


def _array(points):
    try:
        return np.asarray(points, np.float32)
    except (TypeError, ValueError) as error:
        raise ValueError(f"latent points must be numbers: {error}") from None


def _finite(points):
    if not np.isfinite(points).all():
        raise ValueError("latent points must be finite, but hold NaN or infinity")
    return points
