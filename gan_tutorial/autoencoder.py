"""The variational autoencoder: the generator as a decoder, trained by a likelihood and no game.

The decoder turns a latent point z, drawn from the prior N(0, I), into a distribution p(x|z) of
images. The encoder turns an image x into the mean and the variance of a Gaussian q(z|x), which
approximates the posterior p(z|x). Both are trained to maximise the evidence lower bound (ELBO),
E log p(x|z) - KL(q(z|x) ‖ p(z)) <= log p(x). Its negative is the sum of the distortion
-E log p(x|z) and of the rate KL(q ‖ p), both in nats.
Source: Kingma and Welling 2014, "Auto-encoding variational Bayes".
"""

import functools
import math

import numpy as np
import scipy.special
import tensorflow as tf

from .likelihoods import BERNOULLI
from .models import discriminator_model
from .pca import ProbabilisticPCA as ProbabilisticPCA
from .pca import probabilistic_pca as probabilistic_pca
from .replicas import drawn, parts, rows
from .shield import channels_last, keras

AT_ONCE = 1000  # latent points that are decoded together


@channels_last()
def encoder_model(latent_dim=100, **trunk):
    """Return the encoder: images (n, 28, 28, 1) in [-1, 1] to (n, 2 latent_dim).

    The first half of the output is the mean of q(z|x), the second half is the logarithm of its
    variance. All layers but the last are those of `discriminator_model`, which takes the arguments
    `trunk`; nothing is dropped.
    """
    inside = discriminator_model(dropout=0.0, **trunk).layers[:-1]
    ends = keras.Input((28, 28, 1)), keras.layers.Dense(2 * latent_dim)
    return keras.Sequential([ends[0], *inside, ends[1]], name="encoder")


def gaussian_kl(mean, log_variance):
    """Return the divergence KL(N(mean, diag exp log_variance) ‖ N(0, I)), (n,), in nats.

    Both arguments are (n, latent_dim). Source: Kingma and Welling 2014, appendix B.
    """
    mean, log_variance = tf.convert_to_tensor(mean), tf.convert_to_tensor(log_variance)
    return tf.reduce_sum(tf.exp(log_variance) + mean**2 - 1 - log_variance, axis=1) / 2


def encode(encoder, images, training=False):
    """Return the mean and the logarithm of the variance of q(z|x), both (n, latent_dim).

    The logarithm is kept within [-10, 10], so that no exponential overflows.
    """
    output = tf.cast(encoder(images, training=training), images.dtype)
    mean, log_variance = tf.split(output, 2, axis=1)
    return mean, tf.clip_by_value(log_variance, -10, 10)


def distortion_and_rate(images, decoder, encoder, likelihood, seed, training=False):
    """Return -log p(x|z) for one z of q(z|x), and KL(q(z|x) ‖ p(z)): two times (n,), in nats.

    The point is z = μ + σ ε with ε from N(0, I), so that gradients pass through z to the encoder
    (reparametrisation). The arguments are those of `elbo`, but `seed` are two whole numbers.
    """
    mean, log_variance = encode(encoder, images, training)
    normal = functools.partial(tf.random.stateless_normal, seed=seed, dtype=mean.dtype)
    noise = drawn(normal, tf.shape(mean))
    points = mean + tf.exp(log_variance / 2) * noise
    distortion = -likelihood.log_density(images, decoder, points, training)
    return distortion, gaussian_kl(mean, log_variance)


def make_vae_train_step(
    decoder,
    encoder,
    decoder_optimizer,
    encoder_optimizer,
    *,
    seed=0,
    likelihood=BERNOULLI,
    beta=1.0,
):
    """Return a compiled train step that needs only the images, as `make_train_step` does.

    All that is random is a function of the seed and of the number of the step, so that a run that
    is resumed goes on as if it had never stopped.

    Args:
        decoder: latent points (n, latent_dim) to images (n, 28, 28, 1); the GAN's generator. If
            its `trainable` is False, only the encoder is trained.
        encoder: images to means and logarithms of variances, (n, 2 latent_dim).
        decoder_optimizer: a Keras optimizer for the decoder alone.
        encoder_optimizer: a Keras optimizer for the encoder alone.
        seed: of the noise.
        likelihood: `BERNOULLI`, or what `gaussian` returns.
        beta: the factor β of the rate in the loss; at 1 the loss is -ELBO (Higgins et al. 2017).

    Returns:
        A tf.function, `train_step(images) -> (distortion, rate)`, for grey images (n, 28, 28, 1)
        in [-1, 1] with any n. Both are means over the minibatch, in nats.

    Raises:
        ValueError: if `beta` is below 0.
    """
    if not beta >= 0:  # which NaN is not either
        raise ValueError(f"beta must be 0 or more, but is {beta}")
    decoder_optimizer.build(decoder.trainable_variables)
    encoder_optimizer.build(encoder.trainable_variables)

    @tf.function(input_signature=[tf.TensorSpec((None, *encoder.input_shape[1:]))])
    def train_step(images):
        # of the encoder, because the optimizer of a decoder that is frozen counts no steps
        number = tf.cast(encoder_optimizer.iterations, tf.int64)
        seeds = tf.random.experimental.stateless_split([seed, number], 2)
        [mean] = parts([tf.reduce_mean], images)
        images = rows(likelihood.prepare(images, seeds[0]))
        weights = decoder.trainable_variables, encoder.trainable_variables
        with tf.GradientTape() as tape:
            terms = distortion_and_rate(images, decoder, encoder, likelihood, seeds[1], True)
            distortion, rate = (mean(term) for term in terms)
            loss = distortion + beta * rate
        gradients = tape.gradient(loss, weights)
        decoder_optimizer.apply(gradients[0], weights[0])
        encoder_optimizer.apply(gradients[1], weights[1])
        return distortion, rate

    return train_step


def elbo(images, decoder, encoder, *, likelihood=BERNOULLI, seed=0):
    """Return the ELBO of images, (n,) float64 in nats, each from one point z of q(z|x).

    Args:
        images: images as `likelihood.prepare` returns them.
        decoder: as in `make_vae_train_step`; with `gaussian`, any function of points.
        encoder: as in `make_vae_train_step`, or a function like it.
        likelihood: `BERNOULLI`, or what `gaussian` returns.
        seed: of the points z.

    Raises:
        ValueError: if the images are not of the kind that the likelihood describes.
    """
    _check_kind(images, likelihood)
    parts = []
    for start in range(0, len(images), AT_ONCE):
        batch = tf.convert_to_tensor(images[start : start + AT_ONCE])
        terms = distortion_and_rate(batch, decoder, encoder, likelihood, [seed, start])
        parts.append(-np.sum(np.asarray(terms, np.float64), axis=0))
    return np.concatenate(parts)


def log_likelihood(images, decoder, encoder, samples=100, *, likelihood=BERNOULLI, seed=0):
    """Return log 1/K Σ p(x|z) p(z) / q(z|x) for K = `samples` points of q(z|x), (n,) float64.

    The mean of this estimate lies below log p(x), and rises towards it with K; for K = 1 its
    mean is the ELBO. The other arguments and the errors are those of `elbo`.
    Source: Burda et al. 2016, "Importance weighted autoencoders", section 3.
    """
    _check_kind(images, likelihood)
    if samples < 1:
        raise ValueError(f"samples must be at least 1, but is {samples}")
    noise = np.random.default_rng(seed)
    at_once = min(samples, AT_ONCE)
    rows, total = AT_ONCE // at_once, []
    for start in range(0, len(images), rows):
        batch = tf.convert_to_tensor(images[start : start + rows])
        q = encode(encoder, batch)
        logs = np.full(len(batch), -np.inf)
        for done in range(0, samples, at_once):
            shape = len(batch), min(at_once, samples - done), q[0].shape[1]
            drawn = noise.standard_normal(shape, q[0].dtype.as_numpy_dtype)
            part = _log_weights(batch, *q, drawn, decoder, likelihood)
            logs = np.logaddexp(logs, scipy.special.logsumexp(np.float64(part), axis=1))
        total.append(logs - math.log(samples))
    return np.concatenate(total)


def _log_weights(images, mean, log_variance, noise, decoder, likelihood):
    """Return log p(x|z) p(z) / q(z|x), (n, samples), for the noise (n, samples, latent_dim)."""
    points = mean[:, tf.newaxis] + tf.exp(log_variance / 2)[:, tf.newaxis] * noise
    ratio = tf.reduce_sum(noise**2 - points**2 + log_variance[:, tf.newaxis], axis=2) / 2
    repeated = tf.repeat(images, noise.shape[1], axis=0)
    density = likelihood.log_density(repeated, decoder, tf.reshape(points, (-1, points.shape[2])))
    return tf.reshape(density, ratio.shape) + ratio


def _check_kind(images, likelihood):
    """Raise ValueError for grey images and BERNOULLI, because it gives grey no probability."""
    if likelihood is BERNOULLI and not np.isin(images, (-1, 1)).all():
        raise ValueError(
            "images must be ink (1) and paper (-1) alone for the Bernoulli likelihood, but some "
            "pixels are grey; `likelihoods.binarise` draws ink and paper from grey images"
        )
