"""A trained Keras network as a list of steps that a few lines of JavaScript can compute.

A step is a linear layer (dense, convolution or transposed convolution) with what follows it: the
BatchNorm, which is folded into kernel and bias, and the function that is applied to each number.
Reshape, Flatten and Dropout leave no step of their own, because all maps are stored flat.
"""

import base64
import json

import numpy as np

LINEAR = {"Dense": "dense", "Conv2D": "convolution", "Conv2DTranspose": "transposed"}
LINEAR["FourierConv2DTranspose"] = "transposed"  # the same layer, computed in another way
SMALL = 4096  # numbers of a kernel that stay in 32 bits: they cost few bytes and matter most
SILENT = {"InputLayer", "Reshape", "Flatten", "Dropout"}


def steps_of(network):
    """Return the steps of a Sequential network, dicts with arrays and options.

    The kernel of every step is (taps, outputs, inputs), where a dense layer has one tap. Raise
    ValueError if the network has a layer that the pages cannot compute.
    """
    steps = []
    for layer in network.layers:
        kind = type(layer).__name__
        if kind in LINEAR:
            steps.append(_linear_step(layer, LINEAR[kind]))
        elif kind == "BatchNormalization":
            _fold(layer, steps[-1])
        elif kind == "LeakyReLU":
            steps[-1]["slope"] = float(layer.negative_slope)
        elif kind == "MaxPooling2D":
            _, *before = layer.input.shape
            steps.append({"kind": "pool", "input": before, "output": layer.output.shape[1:]})
        elif kind not in SILENT:
            raise ValueError(f"the pages cannot compute a layer of the kind {kind!r}")
    return steps


def _linear_step(layer, kind):
    kernel = np.asarray(layer.kernel, np.float64)
    if kind == "dense":
        kernel = kernel.T[np.newaxis]
    else:
        # Keras's kernel is (side, side, inputs, outputs), of a transposed one the last two swapped
        kernel = kernel if kind == "transposed" else kernel.swapaxes(2, 3)
        kernel = kernel.reshape(-1, *kernel.shape[2:])
    bias = np.zeros(kernel.shape[1]) if layer.bias is None else np.asarray(layer.bias, np.float64)
    step = {"kind": kind, "kernel": kernel, "bias": bias}
    step |= {"input": layer.input.shape[1:], "output": layer.output.shape[1:]}
    if kind != "dense":
        step |= {"side": layer.kernel_size[0], "stride": layer.strides[0]}
    name = layer.activation.__name__
    step |= {"linear": {}, "relu": {"slope": 0.0}, "tanh": {"tanh": True}}[name]
    return step


def _fold(norm, step):
    """Fold y = γ (x - mean) / √(variance + ε) + β into the kernel and the bias before it."""
    gamma, beta, mean, variance = (np.asarray(weight, np.float64) for weight in norm.weights)
    factor = gamma / np.sqrt(variance + norm.epsilon)
    step["kernel"] = step["kernel"] * factor[:, np.newaxis]
    step["bias"] = (step["bias"] - mean) * factor + beta


def packed(network, *, as_bytes=True):
    """Return a network as a JSON text: its steps, with the arrays in base64.

    Args:
        network: a trained Sequential network.
        as_bytes: if True, large kernels are stored in 8 bits a number, with a scale for each tap
            and output; if False, all in 32 bits.
    """
    return json.dumps([_packed_step(step, as_bytes) for step in steps_of(network)])


def _packed_step(step, as_bytes):
    step = dict(step)
    if step["kind"] == "pool":
        return step
    kernel = step.pop("kernel")
    if as_bytes and kernel.size > SMALL:
        scale = np.abs(kernel).max(axis=2) / 127
        scale[scale == 0] = 1  # because a row of zeros has no largest weight
        step["kernel"] = _base64(np.rint(kernel / scale[..., np.newaxis]), np.int8)
        step["scale"] = _base64(scale, np.float32)
    else:
        step["kernel"] = _base64(kernel, np.float32)
    step["bias"] = _base64(step["bias"], np.float32)
    return step


def _base64(array, kind):
    return base64.b64encode(np.ascontiguousarray(array, np.dtype(kind).newbyteorder("<"))).decode()
