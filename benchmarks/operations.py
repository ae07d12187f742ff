"""The operations of a training step, counted from the layers, for the rates of `steps.py`."""

import math

import numpy as np

from gan_tutorial.fourier import FourierConv2DTranspose


def step_gflop(generator, discriminator, batch_size):
    """Return the operations of a step, in 10⁹: each product counts twice, because it is added."""
    of_g, of_d = (
        np.array([products(x, batch_size) for x in network.layers if hasattr(x, "kernel")])
        for network in (generator, discriminator)
    )
    # The gradient by the noise is not needed. The gradient by the images is needed only once, for
    # the generator's loss.
    generating = of_g.sum() - of_g[0, 2]
    judging = of_d.sum() - of_d[0, 2]
    return 2 * (generating + 2 * judging + of_d[:, 2].sum()) / 1e9


def products(layer, batch_size):
    """Return the products of a layer: forward, for the kernel's and for the input's gradient."""
    kernel = math.prod(layer.kernel.shape)
    before, after = layer.input.shape, layer.output.shape
    if isinstance(layer, FourierConv2DTranspose):
        frequencies, pixels = layer.transforms[0].shape
        maps = batch_size * frequencies * pixels * (before[-1] + after[-1])
        spectra = batch_size * frequencies * before[-1] * after[-1]
        kernels = frequencies * kernel
        return maps + spectra + kernels, spectra + kernels, maps + spectra
    # a kernel is laid on each pixel of the smaller map; a Dense layer has a single pixel
    pixels = min(math.prod(before[1:-1]), math.prod(after[1:-1]))
    return 3 * (batch_size * pixels * kernel,)
