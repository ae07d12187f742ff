"""Pictures: grids of images, loss curves, the networks, the movie of a run.

Ink is dark on light paper (the colour map Greys from -1 to 1). What returns a Figure makes it
without pyplot, so that nobody has to close it; a notebook shows it as the value of a cell.
"""

import math
import warnings
from numbers import Integral

import numpy as np

from ._quiet import quiet
from .data import checked_images
from .files.paths import path_ending_in, path_of
from .files.picture import Picture, read_picture, standard_style, with_epoch, write_figure
from .files.whole import whole_file
from .latent import generate_images

GAME = {"generator": math.log(2), "discriminator": 2 * math.log(2)}  # losses where d = 1/2
# what a colour means, in every picture of the course
COLOURS = {
    "data": "tab:blue",
    "generator": "tab:orange",
    "discriminator": "tab:purple",
    "theory": "black",
}


def show_image(image, ax, title=None):
    """Draw one image (28, 28) or (28, 28, 1) in [-1, 1] on a Matplotlib axes, without ticks."""
    look = {"cmap": "Greys", "vmin": -1, "vmax": 1, "interpolation": "nearest"}
    # because a style may turn images over or stretch them, and these are digits
    ax.imshow(np.squeeze(image), **look, origin="upper", aspect="equal")
    ax.axis("off")
    if title is not None:
        ax.set_title(str(title), fontsize=9)


def plot_result(generated_images, number=None, *, columns=None, titles=None, size=0.6):
    """Return a Figure of the first images in a grid.

    Args:
        generated_images: (n, 28, 28, 1) or (n, 28, 28), in [-1, 1].
        number: how many of the images are drawn, from 1 to n; all if None.
        columns: the columns of the grid; the square root of `number`, rounded up, if None.
        titles: what is written above the images, one for each.
        size: the side of an image in inches.

    Raises:
        ValueError: if the images have another shape, kind or range, or if `number` is not a whole
            number from 1 to n. Images without a pixel below 0 are drawn with a warning.
    """
    images = _images_to_draw(generated_images)
    number = len(images) if number is None else number
    if not (isinstance(number, Integral) and 1 <= number <= len(images)):
        raise ValueError(
            f"number must be a whole number from 1 to the number of images, {len(images)}, "
            f"but is {number!r}"
        )
    columns = columns or math.ceil(math.sqrt(number))
    rows = math.ceil(number / columns)
    title_height = 0 if titles is None else 0.25  # inches
    height = (size + title_height) * rows
    # no layout engine, which a style may ask for, because `subplots_adjust` places the axes
    figure = Picture(figsize=(size * columns, height), layout="none")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes[number:]:
        ax.axis("off")
    for i in range(number):
        show_image(images[i], axes[i], None if titles is None else titles[i])
    top = 0.99 - title_height / height  # because the upper row's titles need room
    between = 0.08 + title_height / size
    figure.subplots_adjust(0.01, 0.01, 0.99, top, wspace=0.08, hspace=between)
    return figure


def _images_to_draw(images):
    """Return images (n, 28, 28, 1), checked; warn if they seem to be in [0, 1]."""
    images = np.asarray(images)
    images = images[..., np.newaxis] if images.ndim == 3 else images
    images = checked_images(images, paper=False)
    if np.min(images) >= 0:
        warnings.warn(
            "no pixel of these images is below 0, which is grey here, and paper is -1; "
            "numbers x in [0, 1] come to [-1, 1] by 2 * x - 1",
            stacklevel=3,
        )
    return images


def generate_and_save_images(model, epoch, test_input, directory="images_from_seed_images"):
    """Save the images of fixed latent points as image_at_epoch_<epoch>.png; return the path.

    The bytes of the file are the same in every style of Matplotlib.

    Args:
        model: the generator.
        epoch: the number of the epoch, for the file's name.
        test_input: latent points, (n, latent_dim); 16 of them in the lecture.
        directory: the folder, which is made if it is missing.
    """
    path = path_of(directory) / f"image_at_epoch_{epoch:03d}.png"
    images = generate_images(model, test_input)
    with standard_style():
        return save_figure(plot_result(images, size=1), path)


def save_figure(figure, path):
    """Write a Figure to a file, whole or not at all; return the path.

    The path ends in .png (which is added if there is no suffix), .jpg, .svg or .pdf. Equal figures
    give equal bytes. Raise ValueError if the path has another suffix.
    """
    return write_figure(figure, path)


def plot_losses(losses, steps_per_epoch=1, names=GAME):
    """Return a Figure of both losses, (steps, 2).

    Each curve is a running mean over a 50th of the steps, over a pale line of every step. Dashed
    lines show the values at d = 1/2: ln 2 for the generator's non-saturating loss, 2 ln 2 for the
    discriminator's. An autoencoder has other `names`, ("distortion", "rate"), and no such lines.
    """
    figure = Picture(figsize=(8, 3.6), layout="constrained")
    draw_losses(figure.subplots(), losses, steps_per_epoch, names)
    return figure


def draw_losses(ax, losses, steps_per_epoch=1, names=GAME):
    """Draw both losses, (steps, 2), on a Matplotlib axes, as `plot_losses` does."""
    losses = np.asarray(losses)
    epochs = (np.arange(len(losses)) + 1) / steps_per_epoch
    width = max(1, len(losses) // 50)
    for column, name in enumerate(names):
        colour = COLOURS.get(name, ("tab:green", "tab:red")[column])
        values = losses[:, column]
        means = np.convolve(values, np.ones(width) / width, "valid") if len(values) else []
        ax.plot(epochs, values, color=colour, alpha=0.2, linewidth=0.5)
        ax.plot(epochs[width - 1 :], means, color=colour, label=name)
        if level := GAME.get(name):
            label, coordinates = "2 " * column + "ln 2", ("axes fraction", "data")
            ax.axhline(level, color=colour, linestyle="--", linewidth=1)
            ax.annotate(label, (1.005, level), xycoords=coordinates, va="center")
    ax.set(xlabel="step" if steps_per_epoch == 1 else "epoch", ylabel="loss (nats)")
    ax.legend(loc="upper right", frameon=False)


def plot_model(model):
    """Return a drawing of a sequential network, left to right: the layers and their shapes.

    A layer that changes only the numbers and not the shape (BatchNormalization, LeakyReLU, Dropout)
    is named in the box of the layer before. The drawing is an SVG that a notebook shows as the
    value of a cell. Graphviz lays it out, which comes with the package pygraphviz.
    """
    import pygraphviz
    from IPython.display import SVG

    graph = pygraphviz.AGraph(directed=True, rankdir="LR", nodesep=0.1, ranksep=0.2)
    graph.node_attr.update(shape="box", style="filled", fontname="Helvetica", margin="0.08,0.05")
    boxes = [(["Input"], model.input_shape)]
    for layer in model.layers:
        name, shape = type(layer).__name__, layer.output.shape
        if shape == boxes[-1][1] and not hasattr(layer, "kernel"):
            boxes[-1][0].append(name)
        else:
            boxes.append(([name], shape))
    for i, (names, shape) in enumerate(boxes):
        # the layers that hold nearly all of the weights stand out
        colour = "#cfe2f3" if names[0] == "Dense" or "Conv2D" in names[0] else "#f2f2f2"
        label = "\n".join([*names, " × ".join(str(length) for length in shape[1:])])
        graph.add_node(i, label=label, fillcolor=colour)
        if i > 0:
            graph.add_edge(i - 1, i, arrowsize=0.6)
    with quiet():  # because the layout warns of fonts that a machine lacks
        drawing = graph.draw(format="svg", prog="dot").decode()
    return SVG(drawing.replace("<svg ", '<svg style="max-width: 100%; height: auto" ', 1))


def make_movie(directory="images_from_seed_images", path=None):
    """Join a folder's image_at_epoch_*.png into an endless GIF, about 8 pictures a second.

    The epoch stands below each picture. Return the path of the GIF, which is `generation.gif` in
    the same folder if `path` is None. The old file stays until the new one is whole. Raise
    FileNotFoundError if there is no picture, and ValueError if a picture is damaged, or if `path`
    ends in another suffix than .gif.
    """
    directory = path_of(directory)
    path = path_ending_in(directory / "generation.gif" if path is None else path, ".gif")
    pictures = directory.glob("image_at_epoch_*.png")
    # by the length of the name first, so that epoch 1000 comes after 999
    pictures = sorted(pictures, key=lambda picture: (len(picture.name), picture.name))
    if not pictures:
        raise FileNotFoundError(f"no image_at_epoch_*.png in {str(directory)!r}")
    first, *others = [with_epoch(read_picture(picture), picture.stem) for picture in pictures]
    with whole_file(path) as temporary:
        first.save(
            temporary, format="GIF", save_all=True, append_images=others, duration=120, loop=0
        )
    return path
