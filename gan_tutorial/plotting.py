"""Pictures: grids of images, loss curves, the networks.

Ink is dark on light paper everywhere (colour map Greys, -1 to 1). Functions return a Figure that
no global list holds on to: a notebook shows it as a cell's value, a script calls its `savefig`.
"""

import io
import math
import re
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from . import quiet
from .files import whole_file
from .latent import generate_images

LN2 = math.log(2)


class Picture(Figure):
    """A Matplotlib Figure that a notebook shows, also before pyplot has drawn anything there."""

    def _repr_png_(self):
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=100)
        return buffer.getvalue()


def show_image(image, ax, title=None):
    """Draw one image (28, 28) or (28, 28, 1) in [-1, 1] on a Matplotlib axes, without ticks."""
    ax.imshow(np.squeeze(image), cmap="Greys", vmin=-1, vmax=1, interpolation="nearest")
    ax.axis("off")
    if title is not None:
        ax.set_title(str(title), fontsize=9)


def plot_result(generated_images, number=None, *, columns=None, titles=None, size=0.6):
    """Return a Figure of the first `number` images (n, 28, 28, 1), each of them once.

    Any number goes: the grid has ceil(√number) columns, unless `columns` is given, and unused
    places stay blank. `size` is an image's side in inches; `titles` are written above the images.
    Raise ValueError where `number` is below 1 or above the number of images, or where the images
    have another shape.
    """
    images = np.asarray(generated_images)
    if images.shape[1:] not in ((28, 28, 1), (28, 28)):
        raise ValueError(f"images must have the shape (n, 28, 28, 1), but have {images.shape}")
    number = len(images) if number is None else number
    if not 1 <= number <= len(images):
        raise ValueError(
            f"number must be from 1 to the number of images, {len(images)}, but is {number}"
        )
    columns = columns or math.ceil(math.sqrt(number))
    rows = math.ceil(number / columns)
    title = 0 if titles is None else 0.25  # inches
    height = (size + title) * rows
    figure = Picture(figsize=(size * columns, height))
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes[number:]:
        ax.axis("off")
    for i in range(number):
        show_image(images[i], axes[i], None if titles is None else titles[i])
    top = 0.99 - title / height  # the upper row's titles
    figure.subplots_adjust(0.01, 0.01, 0.99, top, wspace=0.08, hspace=0.08 + title / size)
    return figure


def plot_pairs(images, train_images, pairs):
    """Return a Figure of generated images above the training images that they are nearest to.

    `pairs` are (image, training image, distance), as `memorisation` returns them for the closest.
    """
    chosen, nearest, distances = zip(*pairs, strict=True)
    titles = [f"{distance:.1f}" for distance in distances] + [""] * len(pairs)
    both = np.concatenate([images[list(chosen)], train_images[list(nearest)]])
    return plot_result(both, columns=len(pairs), titles=titles, size=0.9)


def generate_and_save_images(model, epoch, test_input, directory="images_from_seed_images"):
    """Save the images of fixed latent points as image_at_epoch_<epoch>.png; return the path.

    `model` is the generator, `test_input` its latent points (n, latent_dim), 16 in the lecture.
    """
    path = Path(directory) / f"image_at_epoch_{epoch:03d}.png"
    save_figure(plot_result(generate_images(model, test_input), size=1), path)
    return path


def save_figure(figure, path):
    """Write a Figure to a PNG file, whole or not at all; equal figures give equal bytes."""
    with whole_file(path) as temporary:
        figure.savefig(temporary, dpi=100, metadata={"Software": None})


def plot_losses(losses, steps_per_epoch=1):
    """Return a Figure of both losses, (steps, 2), with their values at d = 1/2: ln 2 and 2 ln 2.

    Behind each curve of running means (over a 50th of the record) stand the single steps.
    """
    figure = Picture(figsize=(8, 3.6), layout="constrained")
    draw_losses(figure.subplots(), losses, steps_per_epoch)
    return figure


def draw_losses(ax, losses, steps_per_epoch=1):
    """Draw both losses, (steps, 2), on a Matplotlib axes, as `plot_losses` does."""
    losses = np.asarray(losses)
    epochs = (np.arange(len(losses)) + 1) / steps_per_epoch
    width = max(1, len(losses) // 50)
    for column, (name, level, label) in enumerate(
        (("generator", LN2, "ln 2"), ("discriminator", 2 * LN2, "2 ln 2"))
    ):
        means = np.convolve(losses[:, column], np.ones(width) / width, mode="valid")
        ax.plot(epochs, losses[:, column], color=f"C{column}", alpha=0.2, linewidth=0.5)
        ax.plot(epochs[width - 1 :], means, color=f"C{column}", label=name)
        ax.axhline(level, color=f"C{column}", linestyle="--", linewidth=1)
        ax.annotate(label, (1.005, level), xycoords=("axes fraction", "data"), va="center")
    ax.set(xlabel="step" if steps_per_epoch == 1 else "epoch", ylabel="loss (nats)")
    ax.legend(loc="upper right", frameon=False)


def plot_model(model):
    """Return a picture of a sequential network, left to right: each layer and its output's shape.

    An SVG drawing laid out by Graphviz, which pygraphviz's wheel brings; where that is not to be
    had, a Figure with the same boxes. Both show themselves as the value of a notebook's cell.
    """
    shapes = [model.input_shape, *(layer.output.shape for layer in model.layers)]
    layers = ["Input", *(type(layer).__name__ for layer in model.layers)]
    # long names on two lines, Batch / Normalization, keep the picture as narrow as a page
    names = [re.sub(r"(?<=[a-zD])(?=[A-Z][a-z]{4})", "\n", name) for name in layers]
    sizes = [" × ".join(str(length) for length in shape[1:]) for shape in shapes]
    try:
        return _draw_with_graphviz(names, sizes)
    except Exception:  # whatever a machine lacks: a missing picture must not stop a lecture
        return _draw_boxes(names, sizes)


def _draw_with_graphviz(names, sizes):
    import pydot
    import pygraphviz
    from IPython.display import SVG

    graph = pydot.Dot(rankdir="LR", nodesep=0.1, ranksep=0.2)
    look = {"shape": "box", "style": "filled", "fontname": "Helvetica", "margin": "0.08,0.05"}
    for i, (name, size) in enumerate(zip(names, sizes, strict=True)):
        label = f"{name}\n{size}".replace("\n", "\\n")
        graph.add_node(pydot.Node(str(i), label=label, fillcolor=_colour(name), **look))
    for i in range(1, len(names)):
        graph.add_edge(pydot.Edge(str(i - 1), str(i), arrowsize=0.6))
    with quiet():  # a machine's font settings may make the layout grumble
        drawing = pygraphviz.AGraph(graph.to_string()).draw(format="svg", prog="dot").decode()
    return SVG(drawing.replace("<svg ", '<svg style="max-width: 100%; height: auto" ', 1))


def _draw_boxes(names, sizes):
    figure = Picture(figsize=(1.25 * len(names), 0.9))
    ax = figure.subplots()
    ax.set(xlim=(-0.5, len(names) - 0.5), ylim=(-1, 1))
    ax.axis("off")
    for i, (name, size) in enumerate(zip(names, sizes, strict=True)):
        box = {"boxstyle": "round", "facecolor": _colour(name)}
        ax.text(i, 0, f"{name}\n{size}", ha="center", va="center", fontsize=7, bbox=box)
    return figure


def _colour(name):
    # the layers that hold nearly all of the weights are the ones to look for
    return "#cfe2f3" if name == "Dense" or "Conv2D" in name else "#f2f2f2"
