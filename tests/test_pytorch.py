"""PyTorch's networks, losses and step compute what ours compute, from the same weights.

The difference of two tensors is their largest difference, divided by the largest entry of ours.
"""

import copy
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from helpers import PROJECT

import gan_tutorial as gt

torch = pytest.importorskip("torch")
sys.path.append(str(PROJECT / "benchmarks"))  # at the end, because modules there have short names

with gt.quiet():
    import keras
    import tensorflow as tf

    import pytorch
    from to_pytorch import as_pytorch, copy_weights

SMALL = {"channels": 32}, {"channels": 8, "dropout": 0.0}
BENT = (
    {"latent_dim": 12, "channels": 16, "kernel_size": 4, "hidden": 20},
    {"channels": 8, "kernel_size": 4, "hidden": 10, "dropout": 0.0},
)
LECTURE = {}, {"dropout": 0.0}
NETWORKS = pytest.mark.parametrize("sizes", [SMALL, BENT, LECTURE], ids=["small", "bent", "lecture"])
TOLERANCE = 1e-4


@pytest.fixture
def pair(sizes, images):
    """Return the networks of both libraries with the same weights, real images and noise."""
    keras.utils.set_random_seed(1)
    ours = gt.generator_model(**sizes[0]), gt.discriminator_model(**sizes[1])
    for weight in (x for network in ours for x in network.weights if "seed" not in x.path):
        # no weight is 0 or 1, so that each of them has something to say
        weight.assign(weight + 0.05 * np.random.default_rng(2).uniform(size=weight.shape))
    theirs = pytorch.generator_model(**sizes[0]), pytorch.discriminator_model(**sizes[1])
    for network, other in zip(ours, theirs, strict=True):
        copy_weights(network, other)
    latent_dim = sizes[0].get("latent_dim", 100)
    noise = np.random.default_rng(3).normal(size=(24, latent_dim)).astype(np.float32)
    return SimpleNamespace(ours=ours, theirs=theirs, images=images[:24], noise=noise)


def difference(theirs, ours):
    theirs, ours = np.asarray(theirs), np.asarray(ours)
    assert theirs.shape == ours.shape
    return np.abs(theirs - ours).max() / np.abs(ours).max()


def differences(theirs, ours, network):
    """Return the difference of each tensor of a PyTorch network to that of a Keras network."""
    pairs = zip(theirs, as_pytorch(ours, network), strict=True)
    return [difference(x.detach(), y) for x, y in pairs]


def channels_first(images):
    return torch.from_numpy(np.asarray(images).transpose(0, 3, 1, 2).copy())


def generated(network, noise, *, training):
    with torch.no_grad():
        return network.train(training)(torch.from_numpy(noise))


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


def with_its_padding(network):
    """Give a network of kernels of 5 the padding that one finds in most PyTorch code."""
    for layer in network:
        if isinstance(layer, torch.nn.ZeroPad2d):
            layer.padding = (0, 0, 0, 0)
        elif isinstance(layer, torch.nn.ConvTranspose2d):
            layer.padding, layer.output_padding = (2, 2), tuple(x - 1 for x in layer.stride)
        elif isinstance(layer, torch.nn.Conv2d):
            layer.padding = (2, 2)


def mirror(network):
    """Mirror the kernels, and the maps that are made of a vector or made into one."""
    with torch.no_grad():
        for name, tensor in [*network.named_parameters(), *network.named_buffers()]:
            if tensor.ndim == 4:
                tensor.copy_(tensor.flip(2, 3))
            flat = [axis for axis in range(tensor.ndim) if tensor.shape[axis] % 49 == 0]
            for axis in flat if "batches" not in name else ():
                maps = tensor.unflatten(axis, (-1, 7, 7)).flip(axis + 1, axis + 2)
                tensor.copy_(maps.flatten(axis, axis + 2))


def test_losses():
    real, fake = np.random.default_rng(4).normal(0, 30, (2, 50, 1)).astype(np.float32)
    ours = gt.generator_loss(fake), gt.discriminator_loss(real, fake)
    real, fake = torch.from_numpy(real), torch.from_numpy(fake)
    theirs = pytorch.generator_loss(fake), pytorch.discriminator_loss(real, fake)
    assert difference(torch.stack(theirs), ours) < TOLERANCE
    nothing = torch.zeros(5, 1)
    assert pytorch.generator_loss(nothing).item() == pytest.approx(np.log(2))
    assert pytorch.discriminator_loss(nothing, nothing).item() == pytest.approx(2 * np.log(2))


class Recorder:
    """An optimizer of either library, which keeps the gradients and leaves the weights alone."""

    def __init__(self, parameters=()):
        self.parameters = list(parameters)

    def apply(self, gradients, weights):
        self.gradients = list(gradients)

    def zero_grad(self):
        for parameter in self.parameters:
            parameter.grad = None

    def step(self):
        self.gradients = [parameter.grad for parameter in self.parameters]


def take_steps(pair, step, ours, theirs, r1=0.0):
    """Take a step of this name in both libraries; return the losses of ours and of theirs."""

    def penalty(library, discriminator):
        return lambda images: r1 / 2 * library.r1_penalty(discriminator, images) if r1 else 0.0

    expected = getattr(gt, step)(
        pair.ours,
        ours,
        tf.constant(pair.images),
        tf.constant(pair.noise),
        gt.generator_loss,
        penalty(gt, pair.ours[1]),
    )
    found = getattr(pytorch, step)(
        pair.theirs,
        theirs,
        channels_first(pair.images),
        torch.from_numpy(pair.noise),
        pytorch.generator_loss,
        penalty(pytorch, pair.theirs[1]),
    )
    return expected, found


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
