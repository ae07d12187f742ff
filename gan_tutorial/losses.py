"""The losses of the game as their formulas, on logits l with d = σ(l).

Written with softplus(l) = log(1 + exp(l)), which neither overflows nor loses digits:
-log d = softplus(-l) and -log(1 - d) = softplus(l). Each takes logits of any shape and returns
a float32 scalar in nats, the mean over all of them.
"""

import tensorflow as tf


def generator_loss(fake_output):
    """Return -E log d(g(z)), the non-saturating loss; ln 2 where d = 1/2.

    Source: Goodfellow et al. 2014, the end of section 3; it is what the lecture's code trains on.
    """
    return _mean_softplus(-fake_output)


def minimax_generator_loss(fake_output):
    """Return E log(1 - d(g(z))), the generator's part of the value v; -ln 2 where d = 1/2.

    Source: Goodfellow et al. 2014, equation 1. Its gradient vanishes where the discriminator is
    sure that the image is a fake, hence `generator_loss`.
    """
    return -_mean_softplus(fake_output)


def discriminator_loss(real_output, fake_output):
    """Return -E log d(x) - E log(1 - d(g(z))) = -v; 2 ln 2 where d = 1/2 everywhere.

    Source: Goodfellow et al. 2014, equation 1.
    """
    return _mean_softplus(-real_output) + _mean_softplus(fake_output)


def r1_penalty(discriminator, real_images):
    """Return E |∇ₓ l(x)|² over real images (n, 28, 28, 1), a scalar: how steep the logit is there.

    Half of it, times a strength γ, on the discriminator's loss keeps the game from circling for
    ever (notebook 01). Source: Mescheder et al. 2018, "Which training methods for GANs do
    actually converge?", equation 9.
    """
    real_images = tf.convert_to_tensor(real_images)
    with tf.GradientTape() as tape:
        tape.watch(real_images)
        real_output = discriminator(real_images, training=True)
    # each logit depends on its own image alone, so the gradient of the sum has them all
    slopes = tf.cast(tape.gradient(real_output, real_images), tf.float32)
    return tf.reduce_mean(tf.reduce_sum(slopes**2, axis=(1, 2, 3)))


def _mean_softplus(logits):
    # bfloat16 logits (mixed precision) would lose the digits that the mean needs
    return tf.reduce_mean(tf.nn.softplus(tf.cast(logits, tf.float32)))
