"""The distribution p(x|z) of images around what a decoder draws, for ink and for grey pixels."""

import math
from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from .shield import keras


class Likelihood(NamedTuple):
    """The distribution p(x|z) around what the decoder draws, and the images that it is for.

    Attributes:
        prepare: a function of images (n, 28, 28, 1) in [-1, 1] and of a seed (two whole numbers),
            which returns random images of the kind that p(x|z) describes.
        log_density: a function of such images, the decoder, latent points (n, latent_dim) and
            `training`, which returns log p(x|z), (n,), in nats.
    """

    prepare: Callable
    log_density: Callable


def binarise(images, seed):
    """Return images of ink (1) and paper (-1), drawn anew: a pixel g is ink with p = (1 + g) / 2.

    `seed` are two whole numbers. Source: Salakhutdinov and Murray 2008, section 5.
    """
    images = tf.convert_to_tensor(images)
    uniform = tf.random.stateless_uniform(tf.shape(images), seed, dtype=images.dtype)
    return tf.where(2 * uniform - 1 < images, tf.ones_like(images), -tf.ones_like(images))


def _bernoulli_log_density(images, decoder, points, training=False):
    """Return Σ log σ(2ax): a pixel is ink with p = (1 + tanh a) / 2 = σ(2a), and x is 1 or -1."""
    *_, last = decoder.layers
    maps = keras.Model(decoder.inputs, last.input)(points, training=training)
    # what the last layer computes before its tanh, because a logit keeps its digits where p is 1;
    # in float32, because bfloat16 (mixed precision) has too few digits for a sum
    maps, form = tf.cast(maps, tf.float32), {"strides": last.strides, "padding": last.padding}
    a = keras.ops.conv_transpose(maps, last.kernel, **form)
    return -_sum_pixels(tf.nn.softplus(-2 * a * images))


BERNOULLI = Likelihood(binarise, _bernoulli_log_density)


def dequantise(images, seed):
    """Return images with uniform noise of the width of a grey level, 2 / 255.

    No value then has a probability of its own, and p(x) is a density. `seed` are two whole
    numbers. Source: Theis et al. 2016, section 3.1.
    """
    noise = tf.random.stateless_uniform(tf.shape(images), seed, -1 / 255, 1 / 255)
    return images + tf.cast(noise, images.dtype)


def gaussian(variance=None):
    """Return the Likelihood N(g(z), variance · I), for grey images.

    If `variance` is None, it is learnt: in each minibatch it is the mean squared error, which
    maximises the likelihood of the minibatch (Rybkin et al. 2021, section 3.2). To evaluate a
    network, give the variance that was measured.
    """

    def log_density(images, decoder, points, training=False):
        means = tf.cast(decoder(points, training=training), images.dtype)
        squares = _sum_pixels((images - means) ** 2)
        pixels = math.prod(images.shape[1:])
        learnt = tf.reduce_mean(squares) / pixels
        v = learnt if variance is None else tf.constant(variance, images.dtype)
        normaliser = pixels / 2 * tf.math.log(2 * math.pi * v)
        return -squares / (2 * v) - normaliser

    return Likelihood(dequantise, log_density)


def _sum_pixels(values):
    return tf.reduce_sum(values, axis=tuple(range(1, len(values.shape))))
