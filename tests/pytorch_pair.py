"""Networks of both libraries with the same weights, and how far two tensors are apart.

The difference of two tensors is their largest difference, divided by the largest entry of ours.
"""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from helpers import PROJECT

import gan_tutorial as gt

torch = pytest.importorskip("torch", reason="PyTorch is not installed (pip install torch)")
sys.path.append(str(PROJECT / "benchmarks"))  # at the end, because modules there have short names

with gt.quiet():
    import keras
    import pytorch
    import tensorflow as tf
    from to_pytorch import as_pytorch, copy_weights, with_its_padding  # noqa: F401, for the tests

SMALL = {"channels": 32}, {"channels": 8, "dropout": 0.0}
BENT = (
    {"latent_dim": 12, "channels": 16, "kernel_size": 4, "hidden": 20},
    {"channels": 8, "kernel_size": 4, "hidden": 10, "dropout": 0.0},
)
LECTURE = {}, {"dropout": 0.0}


def make_pair(sizes, images):
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


def moved_otherwise(network, ours, start):
    """Return the difference of the update of each tensor; it is far smaller than the weights."""
    found = [x - begin for x, begin in zip(network.parameters(), start, strict=True)]
    expected = [x - begin for x, begin in zip(as_pytorch(ours, network), start, strict=True)]
    return [difference(x.detach(), y) for x, y in zip(found, expected, strict=True)]


def mirror(network):
    """Mirror the kernels, and the maps that are made of a vector or made into one."""
    for tensor in (x for x in network.state_dict().values() if x.ndim):
        if tensor.ndim == 4:
            tensor.copy_(tensor.flip(2, 3))
        for axis in (axis for axis in range(tensor.ndim) if tensor.shape[axis] % 49 == 0):
            maps = tensor.unflatten(axis, (-1, 7, 7)).flip(axis + 1, axis + 2)
            tensor.copy_(maps.flatten(axis, axis + 2))


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
