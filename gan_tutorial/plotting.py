"""Pictures: grids of images, loss curves, the networks, the movie of a run.

Ink is dark on light paper everywhere (colour map Greys, -1 to 1). Functions return a Figure that
no global list holds on to: a notebook shows it as a cell's value, a script calls its `savefig`.
"""

import math
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from .files import whole_file
from .latent import generate_images

LN2 = math.log(2)


def show_image(image, ax, title=None):
    """Draw one image (28, 28) or (28, 28, 1) in [-1, 1] on a Matplotlib axes, without ticks."""
    ax.imshow(np.squeeze(image), cmap="Greys", vmin=-1, vmax=1)
    ax.axis("off")
    if title is not None:
        ax.set_title(str(title), fontsize=9)


def plot_result(generated_images, number=None, *, columns=None, titles=None, size=0.6):
    """Return a Figure of the first `number` images (n, 28, 28, 1), each of them once.

    Any number goes: the grid has ceil(√number) columns, unless `columns` is given, and unused
    places stay blank. `size` is an image's side in inches; `titles` are written above the images.
    Raise ValueError where `number` is below 1 or above the number of images.
    """
    images = np.asarray(generated_images)
    number = len(images) if number is None else number
    if not 1 <= number <= len(images):
        raise ValueError(
            f"number must be from 1 to the number of images, {len(images)}, but is {number}"
        )
    columns = columns or math.ceil(math.sqrt(number))
    rows = math.ceil(number / columns)
    figure = Figure(figsize=(size * columns, (size if titles is None else 1.3 * size) * rows))
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes[number:]:
        ax.axis("off")
    for i in range(number):
        show_image(images[i], axes[i], None if titles is None else titles[i])
    figure.tight_layout(pad=0.2)
    return figure


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
    losses = np.asarray(losses)
    figure = Figure(figsize=(8, 3.6), layout="constrained")
    ax = figure.subplots()
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
    return figure


def make_movie(directory="images_from_seed_images", path=None):
    """Join a folder's image_at_epoch_*.png into an endless GIF, 8 pictures a second.

    Return its path, `generation.gif` in the same folder unless another is given. The old file
    stays until the new one is whole. Raise FileNotFoundError where there is no picture, and
    ValueError that names the file where one is damaged.
    """
    pictures = sorted(Path(directory).glob("image_at_epoch_*.png"))
    if not pictures:
        raise FileNotFoundError(f"no image_at_epoch_*.png in {str(directory)!r}")
    first, *others = [_read_picture(picture) for picture in pictures]
    path = Path(directory) / "generation.gif" if path is None else Path(path)
    with whole_file(path) as temporary:
        first.save(
            temporary, format="GIF", save_all=True, append_images=others, duration=125, loop=0
        )
    return path


def _read_picture(path):
    try:
        with Image.open(path) as image:
            return image.convert("L")
    except (OSError, SyntaxError) as error:
        raise ValueError(f"damaged picture {str(path)!r}: {error}") from error
