"""From our Keras networks to those of `pytorch.py`: their weights, and padding; needs torch.

Both libraries have the tensors of a network in the same order. The axes of a tensor, and the order
of the numbers between the maps and a flat vector, differ.
"""

import math

import numpy as np
import torch
from torch import nn


def copy_weights(ours, network):
    """Copy the weights of a Keras network, and BatchNorm's statistics, into one of PyTorch."""
    statistics = [x for name, x in network.named_buffers() if "running" in name]
    targets = [*network.parameters(), *statistics]
    sources = [*ours.trainable_variables, *ours.non_trainable_weights]
    with torch.no_grad():
        for target, array in zip(targets, as_pytorch(sources, network), strict=True):
            target.copy_(array)


def as_pytorch(arrays, network):
    """Return tensors of a Keras network, or gradients by them, as those of a PyTorch network.

    A kernel (height, width, in, out) becomes (out, in, height, width), and (height, width, out, in)
    becomes (in, out, height, width). A Dense layer's (in, out) becomes (out, in). Where a vector
    holds maps, Keras has all channels of a pixel together, and PyTorch all pixels of a channel.
    """
    flat = _flat_size(network)
    channels_first = np.arange(flat).reshape(7, 7, -1).transpose(2, 0, 1).ravel()

    def converted(array):
        array = np.asarray(array).transpose()
        if array.ndim == 4:
            array = array.swapaxes(2, 3)
        for axis in range(array.ndim):
            if array.shape[axis] == flat:
                array = array.take(channels_first, axis)
        return torch.from_numpy(array.copy())

    return [converted(array) for array in arrays]


def with_its_padding(network):
    """Give a network of kernels of 5 the padding of most PyTorch code; return the network.

    It has as many pixels as Keras's padding, and needs no layer of its own. The odd pixel is on the
    other side, so that the network is the mirror image of one with mirrored kernels.
    """
    for i, layer in enumerate(list(network)):
        if isinstance(layer, nn.ZeroPad2d):
            network[i] = nn.Identity()
        elif isinstance(layer, nn.ConvTranspose2d):
            layer.padding, layer.output_padding = (2, 2), tuple(x - 1 for x in layer.stride)
        elif isinstance(layer, nn.Conv2d):
            layer.padding = (2, 2)
    return network


def _flat_size(network):
    """Return the length of the vector that is made into maps, or that maps are made into."""
    for layer in network:
        if isinstance(layer, nn.Unflatten):
            return math.prod(layer.unflattened_size)
    [*_, last] = [layer for layer in network if isinstance(layer, nn.Conv2d)]
    return 7 * 7 * last.out_channels
