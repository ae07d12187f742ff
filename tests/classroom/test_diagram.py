"""Test the picture of the game."""

import numpy as np
from matplotlib.colors import to_rgb

import gan_tutorial as gt


def test_the_picture_shows_both_images_and_names_all_parts(images):
    figure = gt.plot_game(images[0], images[1])
    shown = [ax.images[0].get_array() for ax in figure.axes if ax.images]
    assert any(np.array_equal(np.squeeze(image), np.squeeze(images[0])) for image in shown)
    assert any(np.array_equal(np.squeeze(image), np.squeeze(images[1])) for image in shown)
    texts = " ".join(text.get_text() for text in figure.axes[0].texts)
    for name in ("noise", "generator", "discriminator", "data", "real image", "generated image"):
        assert name in texts


def test_a_colour_means_the_same_in_the_losses_and_in_the_game(images):
    game = {
        text.get_text(): text.get_bbox_patch().get_facecolor()[:3]
        for text in gt.plot_game(images[0], images[1]).axes[0].texts
        if text.get_bbox_patch() is not None
    }
    handles = gt.plot_losses(np.ones((9, 2))).axes[0].get_legend().get_lines()
    losses = [to_rgb(line.get_color()) for line in handles]
    assert losses == [game["generator g"], game["discriminator d"]]
