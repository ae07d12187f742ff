"""The operations of a training step, counted from the layers; `steps.py` compares with them."""

import math

import numpy as np

import gan_tutorial as gt


def step_gflop(generator, discriminator, batch_size):
    """Return the operations of a step, in 10⁹: two for each product, which is added too."""
    of_g, of_d = (
        np.array([products(x, batch_size) for x in network.layers if hasattr(x, "kernel")])
        for network in (generator, discriminator)
    )
    # nobody needs the gradient of the noise, nor that of the images except for g's loss
    generating = of_g.sum() - of_g[0, 2]
    judging = of_d.sum() - of_d[0, 2]
    return 2 * (generating + 2 * judging + of_d[:, 2].sum()) / 1e9


def products(layer, batch_size):
    """Return how often a layer multiplies: forward, for the kernel's and the input's gradient."""
    kernel = math.prod(layer.kernel.shape)
    before, after = layer.input.shape, layer.output.shape
    if isinstance(layer, gt.FourierConv2DTranspose):
        frequencies, pixels = layer.transforms[0].shape
        maps = batch_size * frequencies * pixels * (before[-1] + after[-1])
        spectra = batch_size * frequencies * before[-1] * after[-1]
        kernels = frequencies * kernel
        return maps + spectra + kernels, spectra + kernels, maps + spectra
    # a kernel is laid once on each pixel of the smaller map, in a Dense layer once
    pixels = min(math.prod(before[1:-1]), math.prod(after[1:-1]))
    return 3 * (batch_size * pixels * kernel,)
