"""A run of the recipe of an autoencoder is a run as any other."""

import numpy as np
import pytest
from helpers import after_each_step, assert_same, state

import gan_tutorial as gt

TINY_VAE = {
    "epochs": 3,
    "batch_size": 8,
    "optimizer": {"learning_rate": 1e-3},
    "generator": {"channels": 8, "kernel_size": 3, "latent_dim": 5},
    "encoder": {"channels": 4, "kernel_size": 3},
}


@pytest.fixture(scope="module")
def whole(images, tmp_path_factory):
    """Return the folder of a run that was never stopped."""
    directory = tmp_path_factory.mktemp("vae") / "whole"
    gt.run(images[:20], directory, TINY_VAE, seed=3)
    return directory


def test_a_run_that_was_interrupted_is_the_run_that_was_not(images, whole, tmp_path, monkeypatch):
    taken = []

    def interrupt(*_):
        taken.append(1)
        if len(taken) in (2, 5):
            raise KeyboardInterrupt

    after_each_step(monkeypatch, interrupt)
    with pytest.raises(KeyboardInterrupt):
        gt.run(images[:20], tmp_path / "run", TINY_VAE, seed=3)
    with pytest.raises(KeyboardInterrupt):
        gt.run(images[:20], tmp_path / "run", resume=True)
    gt.run(images[:20], tmp_path / "run", resume=True)
    assert_same(tmp_path / "run", whole)
    assert len(taken) > 9  # some steps were done twice
    assert state(whole)


def test_the_record_names_distortion_and_rate(whole):
    lines = (whole / "data" / "losses.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "step,epoch,distortion,rate"
    losses = gt.read_losses(whole)
    assert losses.shape == (9, 2)
    # before it has learnt anything, each pixel is a guess of ln 2 nats
    assert losses[0, 0] == pytest.approx(784 * np.log(2), rel=0.1)
    assert losses[-1, 0] < losses[0, 0]


def test_restore_returns_decoder_and_encoder(whole, images):
    decoder, encoder = gt.restore(whole)
    assert gt.generate_images(decoder, np.zeros((2, 5))).shape == (2, 28, 28, 1)
    mean, log_variance = gt.autoencoder.encode(encoder, images[:4])
    assert mean.shape == log_variance.shape == (4, 5)
    ink = np.asarray(gt.likelihoods.binarise(images[:4], [0, 0]))
    assert (gt.autoencoder.elbo(ink, decoder, encoder) < 0).all()


def test_a_value_that_is_not_finite_is_never_saved(images, tmp_path):
    exploding = {**TINY_VAE, "optimizer": {"learning_rate": 1e30}}
    with pytest.raises(ValueError, match="not finite"):
        gt.run(images[:20], tmp_path / "run", exploding, seed=3)
    assert not list((tmp_path / "run").glob("training_checkpoints/*.index"))


def test_what_belongs_to_the_game_is_refused():
    with pytest.raises(ValueError, match="may have epochs, decay_steps, half_life and beta"):
        gt.make_networks({**TINY_VAE, "r1": 0.3})
    with pytest.raises(ValueError, match="may have epochs, decay_steps, half_life and beta"):
        gt.make_networks({**TINY_VAE, "discriminator": {}})
    with pytest.raises(ValueError, match="'beta'] must be a number of at least 0, but is -1"):
        gt.make_networks({**TINY_VAE, "beta": -1})
    with pytest.raises(ValueError, match="does not fit the networks"):
        gt.make_networks({**TINY_VAE, "encoder": {"depth": 3}})
