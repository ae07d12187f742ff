"""The latent explorer: sliders move a latent point, and a picture shows its generated image."""

import io

import numpy as np
import tensorflow as tf
from PIL import Image

from gan_tutorial.latent import checked_points, generate_images
from gan_tutorial.plotting import plot_result


def film_strips(generator, point, directions, shifts=(-3, -2, -1, 0, 1, 2, 3)):
    """Return a Figure of the images g(z + s·d), with one row for each direction d.

    Args:
        generator: the generator g.
        point: the latent point z, (latent_dim,).
        directions: the directions d, (m, latent_dim).
        shifts: the numbers s, one for each column of the Figure.

    Returns:
        A Matplotlib Figure.

    Raises:
        ValueError: if `point` or `directions` has another shape.
    """
    latent_dim = generator.input_shape[-1]
    directions = checked_points(directions, latent_dim, "directions")
    if np.shape(point) != (latent_dim,):
        raise ValueError(f"point must have the shape ({latent_dim},), but has {np.shape(point)}")
    points = [np.asarray(point) + shift * direction for direction in directions for shift in shifts]
    return plot_result(generate_images(generator, points), columns=len(shifts), size=0.8)


def explore(generator, path, directions=(), size=280):
    """Return a widget with sliders that move a latent point, and with its generated image.

    The first slider moves the point along the path. Each further slider adds a multiple of one
    direction, from -3 to 3. The widget needs a live kernel. On paper, `film_strips` shows images
    along the same directions.

    Args:
        generator: the generator that draws the image.
        path: the points of the first slider, (n, latent_dim).
        directions: the directions of the further sliders, (m, latent_dim).
        size: the side of the image on the screen, in pixels.

    Returns:
        A box of the library ipywidgets.

    Raises:
        ValueError: if `path` or `directions` has another shape.
    """
    import ipywidgets as widgets

    latent_dim = generator.input_shape[-1]
    path = checked_points(path, latent_dim, "path")
    if len(directions):
        directions = checked_points(directions, latent_dim, "directions")
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


def _png(image, size):
    grey = np.uint8(np.rint((1 - np.squeeze(image)) * 127.5))  # because ink, 1, must be dark
    file = io.BytesIO()
    Image.fromarray(grey).resize((size, size), Image.Resampling.NEAREST).save(file, "png")
    return file.getvalue()
