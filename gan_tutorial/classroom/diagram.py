"""The idea of a GAN in one picture."""

import numpy as np

from gan_tutorial.plotting import COLOURS, Picture, show_image

BOX = {"boxstyle": "round,pad=0.55", "linewidth": 1.5, "alpha": 0.9}
FLOW = {"arrowstyle": "-|>", "color": "black", "lw": 1.5}


def plot_game(real_image, generated_image):
    """Return a Figure of the game: noise, generator, data, discriminator, and two gradients.

    Both arguments are images (28, 28, 1) in [-1, 1]: an example of the data, and an example of
    what a generator makes.
    """
    figure = Picture(figsize=(10, 4), layout="none")
    ax = figure.add_axes((0, 0, 1, 1), xlim=(0, 10), ylim=(0, 4))
    ax.axis("off")
    noise = np.random.default_rng(0).uniform(-1, 1, (6, 6))
    for image, (x, y), name in (
        (noise, (0.35, 2.25), "noise z"),
        (generated_image, (4.3, 2.25), "generated image g(z)"),
        (real_image, (4.3, 0.6), "real image x"),
    ):
        show_image(image, figure.add_axes((x / 10, y / 4, 0.1, 0.25)))
        ax.text(x + 0.5, y - 0.08, name, ha="center", va="top", fontsize=11)
    _box(ax, (2.75, 2.75), "generator", "generator g")
    _box(ax, (2.75, 1.1), "data", "data")
    _box(ax, (7.2, 1.95), "discriminator", "discriminator d")
    ax.text(
        9.35, 1.95, "probability\nthat the image\nis real", ha="center", va="center", fontsize=12
    )
    for start, end in (
        ((1.4, 2.75), (1.85, 2.75)),
        ((3.65, 2.75), (4.25, 2.75)),
        ((3.55, 1.1), (4.25, 1.1)),
        ((5.35, 2.65), (6.15, 2.2)),
        ((5.35, 1.2), (6.15, 1.7)),
        ((8.3, 1.95), (8.7, 1.95)),
    ):
        ax.annotate("", end, start, arrowprops=FLOW)
    _gradient(ax, "generator", (9.3, 2.4), (2.75, 3.1), 0.2)
    ax.text(6.6, 3.6, "gradient: look more real", color=COLOURS["generator"], ha="center")
    _gradient(ax, "discriminator", (9.3, 1.5), (7.2, 1.6), -0.45)
    ax.text(8.2, 0.7, "gradient: distinguish better", color=COLOURS["discriminator"], ha="center")
    return figure


def _box(ax, centre, role, name):
    box = {**BOX, "facecolor": COLOURS[role], "edgecolor": COLOURS[role]}
    ax.text(*centre, name, ha="center", va="center", color="white", fontsize=13, bbox=box)


def _gradient(ax, role, start, end, bend):
    bow = {"connectionstyle": f"arc3,rad={bend}", "linestyle": "--", "color": COLOURS[role]}
    ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "lw": 2, **bow})
