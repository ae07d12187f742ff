"""PyTorch's networks, losses and step compute what ours compute, from the same weights.

The difference of two tensors is their largest difference, divided by the largest entry of ours.
"""

import numpy as np
import pytest
from pytorch_pair import (  # where there is no torch, this import skips these tests
    BENT,
    LECTURE,
    SMALL,
    Recorder,
    as_pytorch,
    channels_first,
    difference,
    differences,
    generated,
    keras,
    make_pair,
    mirror,
    moved_otherwise,
    pytorch,
    take_steps,
    torch,
    with_its_padding,
)

import gan_tutorial as gt

NETWORKS = pytest.mark.parametrize(
    "sizes", [SMALL, BENT, LECTURE], ids=["small", "bent", "lecture"]
)
TOLERANCE = 1e-4


@pytest.fixture
def pair(sizes, images):
    """Return networks of both libraries with the same weights, real images and noise."""
    return make_pair(sizes, images)


@NETWORKS
@pytest.mark.parametrize("training", [True, False])
def test_outputs(pair, training):
    images = pair.ours[0](pair.noise, training=training)
    found = generated(pair.theirs[0], pair.noise, training=training)
    assert difference(found, channels_first(images)) < TOLERANCE
    logits = pair.ours[1](pair.images, training=training)
    found = pair.theirs[1].train(training)(channels_first(pair.images)).detach()
    assert difference(found, logits) < TOLERANCE


@pytest.mark.parametrize("sizes", [SMALL])
def test_the_padding_of_pytorch_gives_other_images(pair):
    images = channels_first(pair.ours[0](pair.noise, training=False))
    with_its_padding(pair.theirs[0])
    found = generated(pair.theirs[0], pair.noise, training=False)
    assert found.shape == images.shape
    assert difference(found, images) > 1000 * TOLERANCE


@pytest.mark.parametrize("sizes", [SMALL])
def test_with_its_padding_and_mirrored_kernels_pytorch_gives_mirror_images(pair):
    for network in pair.theirs:
        with_its_padding(network)
        mirror(network)
    images = channels_first(pair.ours[0](pair.noise, training=False))
    found = generated(pair.theirs[0], pair.noise, training=False)
    assert difference(found.flip(2, 3), images) < TOLERANCE
    logits = pair.ours[1](pair.images, training=False)
    found = pair.theirs[1].eval()(channels_first(pair.images).flip(2, 3)).detach()
    assert difference(found, logits) < TOLERANCE


def test_losses():
    real, fake = np.random.default_rng(4).normal(0, 30, (2, 50, 1)).astype(np.float32)
    ours = gt.generator_loss(fake), gt.discriminator_loss(real, fake)
    real, fake = torch.from_numpy(real), torch.from_numpy(fake)
    theirs = pytorch.generator_loss(fake), pytorch.discriminator_loss(real, fake)
    assert difference(torch.stack(theirs), ours) < TOLERANCE
    nothing = torch.zeros(5, 1)
    assert pytorch.generator_loss(nothing).item() == pytest.approx(np.log(2))
    assert pytorch.discriminator_loss(nothing, nothing).item() == pytest.approx(2 * np.log(2))


@NETWORKS
@pytest.mark.parametrize("step", ["simultaneous_step", "alternating_step"])
@pytest.mark.parametrize("r1", [0.0, 0.3])
def test_losses_and_gradients_of_a_step(pair, step, r1):
    ours, theirs = [Recorder(), Recorder()], [Recorder(x.parameters()) for x in pair.theirs]
    expected, found = take_steps(pair, step, ours, theirs, r1)
    assert difference(torch.stack(found), expected) < TOLERANCE
    for i in range(2):
        own = theirs[i].gradients, ours[i].gradients, pair.theirs[i]
        assert max(differences(*own)) < TOLERANCE


@NETWORKS
def test_weights_after_a_step_with_adam(pair):
    before = [[x.detach().clone() for x in network.parameters()] for network in pair.theirs]
    ours = [keras.optimizers.Adam(1e-4) for _ in pair.ours]
    theirs = pytorch.make_optimizers(*pair.theirs)
    for optimizer in theirs:
        # Keras divides by the root of v before v is corrected, so that at the first step its
        # epsilon is larger by this factor
        optimizer.param_groups[0]["eps"] = 1e-7 / np.sqrt(1 - 0.999)
    take_steps(pair, "simultaneous_step", ours, theirs)
    for network, start, other in zip(pair.theirs, before, pair.ours, strict=True):
        own = network, other.trainable_variables, start
        assert max(differences(network.parameters(), own[1], network)) < TOLERANCE
        assert max(moved_otherwise(*own)) < 100 * TOLERANCE  # a hundredth of the update


@pytest.mark.parametrize("sizes", [SMALL])
def test_with_the_epsilon_of_keras_adam_moves_weights_otherwise(pair):
    start = [x.detach().clone() for x in pair.theirs[0].parameters()]
    ours = [keras.optimizers.Adam(1e-4) for _ in pair.ours]
    take_steps(pair, "simultaneous_step", ours, pytorch.make_optimizers(*pair.theirs))
    own = pair.theirs[0], pair.ours[0].trainable_variables, start
    assert max(moved_otherwise(*own)) > 0.5


@NETWORKS
def test_statistics_of_batch_normalisation(pair):
    before = as_pytorch(pair.ours[0].non_trainable_weights, pair.theirs[0])
    pair.ours[0](pair.noise, training=True)
    generated(pair.theirs[0], pair.noise, training=True)
    after = as_pytorch(pair.ours[0].non_trainable_weights, pair.theirs[0])
    found = [x for name, x in pair.theirs[0].named_buffers() if "running" in name]
    numbers = [24] * (len(found) // 2 - 2) + [24 * 7 * 7, 24 * 14 * 14]  # values in each variance
    for i, number in enumerate(numbers):
        assert difference(found[2 * i], after[2 * i]) < TOLERANCE
        # PyTorch keeps the variance with number - 1 in the denominator, and Keras that with number
        kept = 0.99 * before[2 * i + 1]
        variance = kept + (found[2 * i + 1] - kept) * (number - 1) / number
        assert difference(variance, after[2 * i + 1]) < TOLERANCE
