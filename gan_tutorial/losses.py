"""The losses of the game, written as their formulas.

The discriminator's output is a logit l, and d = σ(l) is the probability that an image is real.
`real_output` are the logits of real images x, and `fake_output` those of generated images g(z).
The value of the game is v = E log d(x) + E log(1 - d(g(z))), which the discriminator maximises
and the generator minimises. The three losses take logits of any shape, and return the mean over
them, a float32 scalar in nats.

The code computes -log d as softplus(-l), and -log(1 - d) as softplus(l), where softplus(l) is
log(1 + exp(l)). `tf.nn.softplus` neither overflows nor loses digits, as the formula itself would.
"""

import tensorflow as tf


def generator_loss(fake_output):
    """Return the non-saturating loss -E log d(g(z)), which is ln 2 if d = 1/2.

    The lecture's code trains the generator with this loss.
    Source: Goodfellow et al. 2014, the end of section 3.
    """
    return _mean_softplus(-fake_output)


def minimax_generator_loss(fake_output):
    """Return the minimax loss E log(1 - d(g(z))), which is -ln 2 if d = 1/2.

    This loss is the generator's part of the value v. Its gradient vanishes if the discriminator
    is sure that the image is generated. `generator_loss` does not have this problem.
    Source: Goodfellow et al. 2014, equation 1.
    """
    return -_mean_softplus(fake_output)


def discriminator_loss(real_output, fake_output):
    """Return -v = -E log d(x) - E log(1 - d(g(z))), which is 2 ln 2 if d = 1/2 everywhere.

    Source: Goodfellow et al. 2014, equation 1.
    """
    return _mean_softplus(-real_output) + _mean_softplus(fake_output)


def r1_penalty(discriminator, real_images):
    """Return the penalty R1, E |∇ₓ l(x)|² over real images (n, 28, 28, 1), a scalar.

    The penalty measures how steep the logit is at the real images. If γ/2 times the penalty is
    added to the discriminator's loss, the game does not circle for ever (notebook 01). The
    discriminator must not have BatchNorm, so that each logit depends on its own image alone.
    Source: Mescheder et al. 2018, "Which training methods for GANs do actually converge?",
    equation 9.
    """
    real_images = tf.convert_to_tensor(real_images)
    with tf.GradientTape() as tape:
        tape.watch(real_images)
        real_output = discriminator(real_images, training=True)
    # one gradient is enough for all images, because each logit depends on its own image alone
    slopes = tf.cast(tape.gradient(real_output, real_images), tf.float32)
    return tf.reduce_mean(tf.reduce_sum(slopes**2, axis=(1, 2, 3)))


def _mean_softplus(logits):
    # in float32, because bfloat16 (mixed precision) has too few digits for a mean
    return tf.reduce_mean(tf.nn.softplus(tf.cast(logits, tf.float32)))
