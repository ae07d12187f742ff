"""The latent explorer: sliders move a point through latent space, beside the image it gives."""

import io

import numpy as np
import tensorflow as tf
from PIL import Image

from gan_tutorial.latent import generate_images
from gan_tutorial.plotting import plot_result


def principal_directions(generator, number=4):
    """Return the directions that move the generator's first layer most, (number, latent_dim).

    They are orthonormal, the strongest first: eigenvectors of W Wᵀ, where W (latent_dim, units)
    are that layer's weights. Source: Shen and Zhou 2021, "Closed-form factorization of latent
    semantics in GANs", equation 4.
    """
    weights = next(layer for layer in generator.layers if layer.get_weights()).get_weights()[0]
    _, vectors = np.linalg.eigh(weights.astype(np.float64) @ weights.T)
    return vectors.T[::-1][:number].astype(np.float32)


def film_strips(generator, point, directions, shifts=(-3, -2, -1, 0, 1, 2, 3)):
    """Return a Figure of g(z + s·d): a row for each direction d, a column for each shift s.

    `point` (latent_dim,), `directions` (m, latent_dim). Raise ValueError for other shapes.
    """
    directions = _checked(directions, "directions", generator)
    points = [point + shift * direction for direction in directions for shift in shifts]
    return plot_result(generate_images(generator, points), columns=len(shifts), size=0.8)


def explore(generator, path, directions=(), size=280):
    """Return an ipywidgets box: a slider along a path, one for each direction, and the image.

    `path` (n, latent_dim) holds the points of the first slider, `directions` (m, latent_dim) what
    the others add, from -3 to 3 times. `size` is the image's side in pixels. The box needs a live
    kernel; `film_strips` shows the same on paper. Raise ValueError for other shapes.
    """
    import ipywidgets as widgets

    path = _checked(path, "path", generator)
    if len(directions):
        directions = _checked(directions, "directions", generator)
    draw = tf.function(lambda points: generator(points, training=False))
    image = widgets.Image(format="png", width=size, height=size)
    place = widgets.IntSlider(0, 0, len(path) - 1, description="path")
    shifts = [
        widgets.FloatSlider(0, min=-3, max=3, step=0.1, description=f"direction {i + 1}")
        for i in range(len(directions))
    ]

    def show(_=None):
        point = path[place.value].copy()
        for slider, direction in zip(shifts, directions, strict=True):
            point += slider.value * direction
        image.value = _png(draw(point[np.newaxis])[0], size)

    for slider in (place, *shifts):
        slider.observe(show, "value")
    show()
    return widgets.HBox([image, widgets.VBox([place, *shifts])])


def _checked(points, name, generator):
    points, latent_dim = np.asarray(points, np.float32), generator.input_shape[-1]
    if points.ndim != 2 or len(points) == 0 or points.shape[1] != latent_dim:
        raise ValueError(
            f"{name} must have the shape (n, {latent_dim}), n at least 1, but have {points.shape}"
        )
    return points


def _png(image, size):
    grey = np.uint8(np.rint((1 - np.squeeze(image)) * 127.5))  # ink is dark
    file = io.BytesIO()
    Image.fromarray(grey).resize((size, size), Image.Resampling.NEAREST).save(file, "png")
    return file.getvalue()
